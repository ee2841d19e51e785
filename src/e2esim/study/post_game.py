"""What each cause has of the gap between plan and execution of a planned run."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial

import numpy as np

from e2esim.kpi.planned import due_lines, in_full, piece_days_late
from e2esim.simulate.factory.facts import ChanceSwitches, PlannedCompany, RunRules
from e2esim.simulate.factory.made_plans import MadePlans
from e2esim.simulate.factory.run import PlannedRun
from e2esim.study.executor import Local

Tell = Callable[[float, str], None]
PLAYERS = ("demand", "supply", "capacity", "precedence", "replanning")
DECISIONS = ("precedence", "replanning")  # these change nothing while no draw does
MEASURES = ("late_lines", "days_late")
APART_S = 2.0  # runs that take longer are shared out among processes [s]


@dataclass(frozen=True, kw_only=True)
class GapPart:
    """What one cause has of the gap between plan and execution: points of lines late [%], days late a piece."""

    cause: str
    late_lines: float
    days_late: float


@dataclass(frozen=True, kw_only=True)
class PostGame:
    """The gap between plan and execution, split; the parts add up to execution less plan.

    `plan` and `execution` are lines late [% of lines due] and mean days late a piece.
    """

    plan: tuple[float, float]
    execution: tuple[float, float]
    parts: tuple[GapPart, ...]
    runs: int


def post_game(
    company: PlannedCompany, rules: RunRules, *, replication: int = 0, plans: MadePlans | None = None, workers: int = 0, progress: Tell | None = None
) -> PostGame:
    """Split the gap between the first plan and its execution over demand, supply, capacity, precedence and replanning.

    Each cause is a switch (`ChanceSwitches`); the run is repeated for every set of switches, on the same addressed draws, and a
    cause is given its mean effect over all orders in which the switches can be thrown (Shapley 1953). So the split does
    not hang on an order, and the parts add up exactly. Switches that a company cannot throw are left out.

    Parameters
    ----------
    plans
        Plans that are made already, such as those of the run itself: where runs stand alike, they share them.
    workers
        Processes where runs take long; 0 = one a core, 1 = no other process.

    Notes
    -----
    Precedence is who gets goods that are short; replanning is the decision to make the plan anew: both can win back what
    the draws have cost, so their parts may be negative.

    >>> from e2esim.simulate.factory.synthetic import synthetic_company
    >>> game = post_game(synthetic_company(1), RunRules(days=14, rounds=0), workers=1)
    >>> abs(sum(part.days_late for part in game.parts) - (game.execution[1] - game.plan[1])) < 1e-9
    True
    """
    players = [name for name in PLAYERS if getattr(rules.chance, name) and not (name == "demand" and company.demand is None)]
    tell = progress or (lambda share, text: None)
    runs = _Runs(company, rules, replication, tuple(p for p in players if p in DECISIONS), plans or MadePlans(keep=True))
    tell(0.0, "post-game: the plan alone")
    began = time.perf_counter()
    nothing = frozenset[str]()
    reached = {nothing: runs.reached(nothing)}
    slow = time.perf_counter() - began > APART_S
    draws = [p for p in players if p not in DECISIONS]
    groups = [frozenset(some) for size in range(len(draws), 0, -1) for some in combinations(draws, size)]
    with closing(Local(workers=workers if slow else 1).each(runs, groups)) as ended:
        for done, one in enumerate(ended, start=1):
            reached |= one.value()
            tell(done / len(groups), f"post-game: {1 + done * 2 ** len(runs.decisions)} of {1 + len(groups) * 2 ** len(runs.decisions)} runs")
    for some in _subsets(runs.decisions):
        reached[some] = reached[nothing]  # without a draw nothing is short and nothing is planned anew
    parts = [GapPart(cause=name, **_shapley(name, players, reached)) for name in players]
    count = 1 + len(groups) * 2 ** len(runs.decisions)
    return PostGame(plan=reached[nothing], execution=reached[frozenset(players)], parts=tuple(parts), runs=count)


@dataclass(frozen=True)
class _Runs:
    """Runs of one company under some draws, with every set of decisions; they share the plans that they make."""

    company: PlannedCompany
    rules: RunRules
    replication: int
    decisions: tuple[str, ...]
    plans: MadePlans

    def __call__(self, draws: frozenset[str]) -> dict[frozenset[str], tuple[float, float]]:
        """Lines late [%] and mean days late a piece of every set of switches with these draws."""
        return {draws | some: self.reached(draws | some) for some in _subsets(self.decisions)}

    def reached(self, on: frozenset[str]) -> tuple[float, float]:
        """Lines late [%] and mean days late a piece with some switches on."""
        chance = ChanceSwitches(**{name: name in on for name in PLAYERS})
        outcome = PlannedRun(self.company, replace(self.rules, chance=chance), self.replication, self.plans).advance()
        due = due_lines(outcome)
        if not due.any():
            return 0.0, 0.0
        pieces = outcome.lines["qty"][: outcome.lines.n][due]
        return 100.0 * float((~in_full(outcome)[due]).mean()), float(piece_days_late(outcome)[due].sum() / pieces.sum())


def _subsets(names: tuple[str, ...]) -> list[frozenset[str]]:
    return [frozenset(some) for size in range(len(names) + 1) for some in combinations(names, size)]


def _shapley(name: str, players: list[str], reached: dict[frozenset[str], tuple[float, float]]) -> dict[str, float]:
    others, n = [p for p in players if p != name], len(players)
    total = np.zeros(len(MEASURES))
    for size in range(n):
        weight = factorial(size) * factorial(n - size - 1) / factorial(n)
        for some in combinations(others, size):
            before = frozenset(some)
            total += weight * (np.array(reached[before | {name}]) - np.array(reached[before]))
    return dict(zip(MEASURES, total.tolist(), strict=True))
