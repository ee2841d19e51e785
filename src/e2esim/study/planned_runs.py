"""Planned runs many times: replications with their intervals, and what each cause has of the gap between plan and execution."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial

import numpy as np
import numpy.typing as npt

from e2esim.domain.planned_outcome import PlannedOutcome
from e2esim.kpi.planned import KPIS, due_lines, in_full, measure_planned, piece_days_late
from e2esim.simulate.factory.facts import ChanceSwitches, PlannedCompany, RunRules
from e2esim.simulate.factory.run import PlannedRun
from e2esim.study.intervals import mean_interval

Floats = npt.NDArray[np.float64]
Tell = Callable[[float, str], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class PlannedStudy:
    """Replications of a planned run: the outcome of the first, and every KPI of all.

    `values` is (replications, n_kpis) in the order of `KPIS`; `run` is the first replication where it stands.
    """

    company: PlannedCompany
    rules: RunRules
    run: PlannedRun
    first: PlannedOutcome
    values: Floats
    wall_s: float

    @property
    def replications(self) -> int:
        """How many."""
        return int(self.values.shape[0])

    def kpis(self) -> dict[str, tuple[float, float, float]]:
        """Mean and 95 % interval of every KPI over the replications that can tell it; nan where none can."""
        found = {}
        for kpi, column in zip(KPIS, self.values.T, strict=True):
            told = [float(x) for x in column if math.isfinite(x)]
            found[kpi.name] = mean_interval(told) if told else (math.nan,) * 3
        return found


def replicate_run(company: PlannedCompany, rules: RunRules, *, replications: int = 1, until: int | None = None, progress: Tell | None = None) -> PlannedStudy:
    """Run a company `replications` times, to the night before day `until`; replication k has its own luck.

    >>> from e2esim.simulate.factory.synthetic import synthetic_company
    >>> replicate_run(synthetic_company(1), RunRules(days=14, rounds=0), replications=2).replications
    2
    """
    began = time.perf_counter()
    value, price = company.material_value(), company.case.facts.source_price
    runs: list[PlannedRun] = []
    outcomes: list[PlannedOutcome] = []
    rows = []
    for k in range(replications):
        tell = None if progress is None else _part(progress, k, replications)
        run = PlannedRun(company, rules, k)
        outcome = run.advance(until, progress=tell)
        runs, outcomes = runs or [run], outcomes or [outcome]
        measured = measure_planned(outcome, value, price)
        rows.append([measured[kpi.name] for kpi in KPIS])
    wall_s = time.perf_counter() - began
    return PlannedStudy(company=company, rules=rules, run=runs[0], first=outcomes[0], values=np.array(rows), wall_s=wall_s)


def _part(progress: Tell, k: int, of: int) -> Callable[[float], None]:
    return lambda share: progress((k + share) / of, f"replication {k + 1} of {of}" if of > 1 else "run")


PLAYERS = ("demand", "supply", "capacity", "precedence", "replanning")
MEASURES = ("late_lines", "days_late")


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


def post_game(company: PlannedCompany, rules: RunRules, *, replication: int = 0, progress: Tell | None = None) -> PostGame:
    """Split the gap between the first plan and its execution over demand, supply, capacity, precedence and replanning.

    Each cause is a switch (`ChanceSwitches`); the run is repeated for every set of switches, on the same addressed draws, and a
    cause is given its mean effect over all orders in which the switches can be thrown (Shapley 1953). So the split does
    not hang on an order, and the parts add up exactly. Switches that a company cannot throw are left out.

    Notes
    -----
    Precedence is who gets goods that are short; replanning is the decision to make the plan anew: both can win back what
    the draws have cost, so their parts may be negative.

    >>> from e2esim.simulate.factory.synthetic import synthetic_company
    >>> game = post_game(synthetic_company(1), RunRules(days=14, rounds=0))
    >>> abs(sum(part.days_late for part in game.parts) - (game.execution[1] - game.plan[1])) < 1e-9
    True
    """
    players = [name for name in PLAYERS if getattr(rules.chance, name) and not (name == "demand" and company.demand is None)]
    sets = [frozenset(some) for size in range(len(players) + 1) for some in combinations(players, size)]
    reached: dict[frozenset[str], tuple[float, float]] = {}
    for done, some in enumerate(sets):
        if progress is not None:
            progress(done / len(sets), "post-game")
        draws = some - {"precedence", "replanning"}
        reached[some] = reached[frozenset()] if some and not draws else _reached(company, rules, some, replication)
    every = frozenset(players)
    parts = [GapPart(cause=name, **_shapley(name, players, reached)) for name in players]
    runs = 1 + sum(bool(some - {"precedence", "replanning"}) for some in sets)
    return PostGame(plan=reached[frozenset()], execution=reached[every], parts=tuple(parts), runs=runs)


def _reached(company: PlannedCompany, rules: RunRules, on: frozenset[str], replication: int) -> tuple[float, float]:
    """Lines late [%] and mean days late a piece with some switches on."""
    chance = ChanceSwitches(**{name: name in on for name in PLAYERS})
    outcome = PlannedRun(company, replace(rules, chance=chance), replication).advance()
    due = due_lines(outcome)
    if not due.any():
        return 0.0, 0.0
    pieces = outcome.lines["qty"][: outcome.lines.n][due]
    return 100.0 * float((~in_full(outcome)[due]).mean()), float(piece_days_late(outcome)[due].sum() / pieces.sum())


def _shapley(name: str, players: list[str], reached: dict[frozenset[str], tuple[float, float]]) -> dict[str, float]:
    others, n = [p for p in players if p != name], len(players)
    total = np.zeros(len(MEASURES))
    for size in range(n):
        weight = factorial(size) * factorial(n - size - 1) / factorial(n)
        for some in combinations(others, size):
            before = frozenset(some)
            total += weight * (np.array(reached[before | {name}]) - np.array(reached[before]))
    return dict(zip(MEASURES, total.tolist(), strict=True))
