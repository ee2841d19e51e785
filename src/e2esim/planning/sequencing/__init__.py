"""Finite sequencing (APS): jobs on machines with alternates and sequence-dependent changeovers.

Who does what: ``problem`` the facts, the schedule and its referee (``breaches``); ``dispatch`` the fast rule (kernel
beside it); ``cp_sat`` the exact model; ``solving`` the door.

Add a limit: put the fact into ``SequencingProblem`` and its check into ``breaches`` first; then teach it to
``dispatch`` and to ``cp_sat``. The tests compare both with an enumeration of all sequences.
"""

from e2esim.planning.sequencing.problem import (
    MachineSchedule,
    ScheduleGoal,
    ScheduleStatus,
    SequencingProblem,
    breaches,
    job_shop,
    value,
)
from e2esim.planning.sequencing.solving import solve

__all__ = ["MachineSchedule", "ScheduleGoal", "ScheduleStatus", "SequencingProblem", "breaches", "job_shop", "solve", "value"]
