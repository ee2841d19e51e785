"""Search for the best settings by Optuna, then choose among the best few with a stated probability.

Every point is run on common random numbers; points are asked for in rounds of fixed size, so that the search does not depend on the number
of workers and can be taken up again from its table.
"""

from __future__ import annotations

import operator
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from e2esim.study.design import Choice, Factor, Interval, Value

ROUND = 8  # points asked for at a time
_FORM = re.compile(r"\s*([\w]+)\s*(<=|>=)\s*([-+.\deE]+)\s*\Z")


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A KPI that is to be as high or as low as possible."""

    kpi: str
    direction: Literal["maximise", "minimise"]


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """A KPI whose mean must not be above or below a limit.

    Examples
    --------
    >>> c = Constraint.read("otif >= 0.9")
    >>> c.violation(0.85) > 0, c.violation(0.95) <= 0
    (True, True)
    """

    kpi: str
    sense: Literal["<=", ">="]
    limit: float

    @classmethod
    def read(cls, text: str) -> Constraint:
        """Read ``KPI>=NUMBER`` or ``KPI<=NUMBER``.

        Raises
        ------
        ValueError
            If it is neither.
        """
        found = _FORM.match(text)
        if found is None:
            raise ValueError("a constraint is written KPI>=NUMBER or KPI<=NUMBER")
        return cls(kpi=found[1], sense=">=" if found[2] == ">=" else "<=", limit=float(found[3]))

    def violation(self, value: float) -> float:
        """By how much a value breaks it; not positive if it does not."""
        return self.limit - value if self.sense == ">=" else value - self.limit


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One point that was tried: its factors and the mean of every KPI asked for; None where it failed."""

    factors: Mapping[str, Value]
    means: Mapping[str, float] | None

    def feasible(self, constraints: Sequence[Constraint]) -> bool:
        """True if it has run and no mean breaks a constraint."""
        return self.means is not None and all(c.violation(self.means[c.kpi]) <= 0.0 for c in constraints)


Evaluate = Callable[[Sequence[Mapping[str, Value]]], list[Mapping[str, float] | None]]


def search(
    factors: Mapping[str, Factor], goals: Sequence[Goal], constraints: Sequence[Constraint], evaluate: Evaluate, *, trials: int, seed: int = 1
) -> list[Tried]:
    """Try points by Optuna's tree-structured Parzen estimator, several goals and constraints included.

    Parameters
    ----------
    factors
        What may be set.
    goals, constraints
        On means of KPIs.
    evaluate
        Runs some points; means of the KPIs of each, None for one that failed.
    trials
        Points in all.
    seed
        Of the sampler.

    Returns
    -------
    list of Tried
        Every point in the order in which it was asked for; a point that comes again is listed again.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Optuna calls constraints experimental
        sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=max(2 * len(factors), ROUND), constraints_func=_broken if constraints else None)
        study = optuna.create_study(directions=["maximize" if goal.direction == "maximise" else "minimize" for goal in goals], sampler=sampler)
    tried: list[Tried] = []
    while len(tried) < trials:
        asked = [study.ask(_distributions(factors)) for _ in range(min(ROUND, trials - len(tried)))]
        points = [{name: trial.params[name] for name in factors} for trial in asked]
        for trial, point, means in zip(asked, points, evaluate(points), strict=True):
            tried.append(Tried(factors=point, means=means))
            if means is None:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
                continue
            trial.set_user_attr("broken", [c.violation(means[c.kpi]) for c in constraints])
            study.tell(trial, [means[goal.kpi] for goal in goals])
    return tried


def _broken(trial: Any) -> Sequence[float]:
    return list(trial.user_attrs.get("broken", [1.0]))


def _distributions(factors: Mapping[str, Factor]) -> dict[str, Any]:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    found: dict[str, Any] = {}
    for name, factor in factors.items():
        if isinstance(factor, Choice):
            found[name] = CategoricalDistribution(factor.values)
        elif isinstance(factor, Interval):
            found[name] = IntDistribution(int(factor.low), int(factor.high)) if factor.whole else FloatDistribution(factor.low, factor.high)
    return found


def front(tried: Sequence[Tried], goals: Sequence[Goal], constraints: Sequence[Constraint]) -> list[int]:
    """Feasible points that no other feasible one beats in every goal, best in the first goal first; each set of factors once."""
    signs = np.array([1.0 if goal.direction == "maximise" else -1.0 for goal in goals])
    first: dict[tuple[tuple[str, Value], ...], int] = {}
    for k, one in enumerate(tried):
        if one.feasible(constraints):
            first.setdefault(tuple(one.factors.items()), k)
    known = list(first.values())
    if not known:
        return []
    worth = np.array([[(tried[k].means or {})[goal.kpi] for goal in goals] for k in known]) * signs
    kept = [k for k, row in zip(known, worth, strict=True) if not np.any(np.all(worth >= row, axis=1) & np.any(worth > row, axis=1))]
    return sorted(kept, key=lambda k: -signs[0] * (tried[k].means or {})[goals[0].kpi])


def best_few(tried: Sequence[Tried], goal: Goal, constraints: Sequence[Constraint], count: int) -> list[int]:
    """The feasible points with the best means, at most ``count``, each set of factors once."""
    compare = operator.neg if goal.direction == "maximise" else operator.pos
    seen: dict[tuple[tuple[str, Value], ...], int] = {}
    for k, one in enumerate(tried):
        if one.feasible(constraints):
            seen.setdefault(tuple(one.factors.items()), k)
    return sorted(seen.values(), key=lambda k: compare((tried[k].means or {})[goal.kpi]))[:count]
