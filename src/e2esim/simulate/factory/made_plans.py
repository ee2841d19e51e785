"""Plans already made, by what was asked: a plan is a function of its problem, so runs that stand alike share it."""

from __future__ import annotations

from dataclasses import dataclass, field

from e2esim.domain.digest import digest
from e2esim.planning.factory.execute import Wants
from e2esim.planning.factory.planner import Laid, laid_out
from e2esim.planning.factory.problem import PlanProblem
from e2esim.simulate.factory.facts import RunRules


@dataclass(kw_only=True)
class MadePlans:
    """What has been planned so far in some runs of one company.

    Attributes
    ----------
    keep
        Whether plans are kept for others; a run that stands alone needs none of its own again.
    made, found
        Plans made, and asked for again.

    Examples
    --------
    >>> import numpy as np
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> small = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=3, orders=12, weeks=8, load=0.5)
    >>> plans, rules = MadePlans(keep=True), RunRules(days=7, rounds=0)
    >>> plans.plan(small, None, rules) is plans.plan(small, None, rules), plans.made, plans.found
    (True, 1, 1)
    """

    keep: bool = False
    made: int = 0
    found: int = 0
    plans: dict[bytes, Laid] = field(default_factory=dict)

    def plan(self, problem: PlanProblem, kept: Wants | None, rules: RunRules) -> Laid:
        """The plan of a problem by the rules of a run; `kept` as in `laid_out`."""
        key = digest(problem, kept, rules.plan_s, rules.seed, rules.rounds) if self.keep else b""
        if key in self.plans:
            self.found += 1
            return self.plans[key]
        laid = laid_out(problem, kept, time_limit_s=rules.plan_s, seed=rules.seed, rounds=rules.rounds)
        self.made += 1
        if self.keep:
            self.plans[key] = laid
        return laid
