"""How safe a plan is: many ways of carrying it out, and each order's probability of being on time with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.factory.risk import PlanRisk
from e2esim.planning.factory.rollout import Luck, Rollout
from e2esim.streams import Streams
from e2esim.study.intervals import wilson

Floats = npt.NDArray[np.float64]

CONFIDENCES = (0.5, 0.8, 0.95)  # of the dates that are reported


@dataclass(frozen=True, kw_only=True, eq=False)
class Robustness:
    """What many replications of a plan say.

    Parameters
    ----------
    completion : (replications, n_orders)
        When each order is delivered in full [d from today]; inf for never.
    due : (n_orders,)
        Due days [d from today].
    """

    completion: Floats
    due: Floats

    @property
    def replications(self) -> int:
        """Number of replications."""
        return int(self.completion.shape[0])

    @property
    def kept(self) -> Floats:
        """Share of the replications in which each order is delivered in full by its due day, (n_orders,)."""
        return np.asarray((self.completion <= self.due + 1e-9).mean(axis=0))

    def kept_interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Wilson interval of :attr:`kept`, two (n_orders,)."""
        return wilson(self.kept * self.replications, self.replications, level)

    def day(self, confidence: float) -> Floats:
        """Day by which each order is delivered in full with a confidence, (n_orders,) [d]; inf where that is never.

        The smallest order statistic whose expected coverage is at least ``confidence``: row ceil(confidence (n + 1)).
        """
        return promise_day(self.completion, confidence)


def replicate_plan(problem: PlanProblem, result: PlanResult, risk: PlanRisk, *, replications: int, seed: int = 1, first: int = 0) -> Robustness:
    """Carry a plan out ``replications`` times; replication k uses the streams (seed, first + k).

    Two plans of one problem share their luck: it belongs to a source, work centre or step and to a week, not to a lot.

    Examples
    --------
    >>> from e2esim.planning.factory.planner import plan
    >>> from e2esim.planning.factory.risk import usual_risk
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=3, orders=9, weeks=6)
    >>> safe = replicate_plan(p, plan(p, rounds=5), usual_risk(p), replications=20)
    >>> bool(np.all(safe.day(0.8) <= safe.day(0.95)))
    True
    """
    whole = Rollout(problem=problem, result=result)
    rows = [whole.completion(draw_luck(problem, risk, Streams(seed, first + k))) for k in range(replications)]
    return Robustness(completion=np.array(rows).reshape(replications, len(problem.orders)), due=problem.order_due.astype(np.float64))


def draw_luck(problem: PlanProblem, risk: PlanRisk, streams: Streams) -> Luck:
    """One way in which things may go: lateness a mixture of none and a lognormal tail, hours and flow times lognormal
    around their plan with the plan as mean.
    """
    weeks = problem.n_weeks
    late = streams.rng("plan.lateness")
    comes_late = late.random((problem.source_item.size, weeks)) < risk.source_late_share[:, None]
    spread = np.exp(risk.source_late_sigma[:, None] * late.standard_normal((problem.source_item.size, weeks)))
    return Luck(
        source_late_d=np.where(comes_late, risk.source_late_median_d[:, None] * spread, 0.0),
        hours_factor=_around_one(streams.rng("plan.hours"), risk.centre_hours_cv, weeks),
        flow_factor=_around_one(streams.rng("plan.flow"), risk.step_flow_cv, weeks),
    )


def _around_one(rng: np.random.Generator, cv: Floats, weeks: int) -> Floats:
    """Lognormal factors of mean 1 and the stated coefficient of variation, (n, weeks)."""
    sigma = np.sqrt(np.log1p(cv**2))[:, None]
    return np.asarray(np.exp(sigma * rng.standard_normal((cv.size, weeks)) - sigma**2 / 2.0))


def promise_day(completion: Floats, confidence: float) -> Floats:
    """Order statistic of the completions that covers a new one with at least the confidence, (n_orders,) [d].

    Inf where so few replications cannot tell.

    Examples
    --------
    >>> promise_day(np.arange(1.0, 10.0)[:, None], 0.9).tolist()
    [9.0]
    >>> promise_day(np.arange(1.0, 10.0)[:, None], 0.95).tolist()
    [inf]
    """
    ordered = np.sort(completion, axis=0)
    row = int(np.ceil(round(confidence * (len(ordered) + 1), 9))) - 1
    return ordered[row] if row < len(ordered) else np.full(completion.shape[1], np.inf)
