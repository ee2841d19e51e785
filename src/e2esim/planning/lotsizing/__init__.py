"""Lot sizing: the MPS with set-ups, as one problem, one call and one plan with a proven bound.

Who does what
    ==================  ====================================================================================
    ``problem``         the facts, the plan, and what a plan costs
    ``bound``           prices of hours and the lower bound they prove (Lagrange), kernels beside it
    ``search``          simulated annealing over lots; each move replans a few items exactly, kernels beside it
    ``fixed_setups``    exact quantities for given set-ups, ``improve`` makes a finished plan of them
    ``facility_location``  the tight program: bound of a large problem, branch and bound of a small one
    ``mip``             arrays to HiGHS and back
    ``solve``           the door
    ==================  ====================================================================================

Add a cost or a limit
    Put the fact into ``LotSizingProblem`` and its cost into ``problem.cost``; teach it to ``fixed_setups`` (exact), to
    ``replan_item`` and ``place_item`` (search), and to ``priced_plans`` (bound; leaving a limit out keeps the bound
    valid, leaving a cost out too). ``tests/planning/test_lotsizing.py`` compares all of them with an enumeration.
"""

from e2esim.planning.lotsizing.problem import LotPlan, LotPlanStatus, LotSizingProblem, cost, load_hours
from e2esim.planning.lotsizing.solving import shortages, solve

__all__ = ["LotPlan", "LotPlanStatus", "LotSizingProblem", "cost", "load_hours", "shortages", "solve"]
