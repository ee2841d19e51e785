"""What may go otherwise than planned on a planner's problem: late suppliers, hours lost or won, slow steps. Facts only."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from e2esim.planning.factory.problem import Floats, PlanProblem

LATE_SHARE = 0.053  # of deliveries direct from suppliers, USAID SCMS delivery history 2006-2015
LATE_MEDIAN_D = 11.1  # of late ones, same source [d]
LATE_SIGMA = 1.197  # of the logarithm of the days late, same source
HOURS_CV = 0.05  # of the hours of a work centre in a week, assumed


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanRisk:
    """How uncertain a problem is.

    Parameters
    ----------
    source_late_share, source_late_median_d, source_late_sigma : (n_sources,)
        Share of purchases that come late, median of the days late of those [d], sigma of the logarithm.
    centre_hours_cv : (n_centres,)
        Coefficient of variation of the hours of a week around the calendar's.
    step_flow_cv : (n_steps,)
        Coefficient of variation of the flow time around ``flow_days``.

    Raises
    ------
    ValueError
        If a number is negative or a share above 1.

    Examples
    --------
    >>> PlanRisk(source_late_share=np.array([1.5]), source_late_median_d=np.array([1.0]), source_late_sigma=np.array([1.0]),
    ...          centre_hours_cv=np.zeros(1), step_flow_cv=np.zeros(1))
    Traceback (most recent call last):
        ...
    ValueError: source_late_share row 0: 1.5 is above 1
    """

    source_late_share: Floats
    source_late_median_d: Floats
    source_late_sigma: Floats
    centre_hours_cv: Floats
    step_flow_cv: Floats

    def __post_init__(self) -> None:
        for f in fields(self):
            column = getattr(self, f.name)
            bad = np.flatnonzero(~(column >= 0.0) | ~np.isfinite(column))
            if bad.size:
                raise ValueError(f"{f.name} row {bad[0]}: {column[bad[0]]} is negative or not a number")
        high = np.flatnonzero(self.source_late_share > 1.0)
        if high.size:
            raise ValueError(f"source_late_share row {high[0]}: {self.source_late_share[high[0]]} is above 1")


def usual_risk(problem: PlanProblem) -> PlanRisk:
    """Risk of a problem whose data say nothing about it: the published lateness, hours by assumption, flow times kept."""
    sources = np.ones(problem.source_item.size)
    return PlanRisk(
        source_late_share=LATE_SHARE * sources,
        source_late_median_d=LATE_MEDIAN_D * sources,
        source_late_sigma=LATE_SIGMA * sources,
        centre_hours_cv=np.full(len(problem.centres), HOURS_CV),
        step_flow_cv=np.zeros(problem.n_steps),
    )
