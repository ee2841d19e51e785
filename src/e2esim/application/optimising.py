"""Search for the best settings, then say which of the best few is best with what probability."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from e2esim.application.efforts import Effort, executor_of, sweep_folder
from e2esim.application.goals import read_constraints, read_goals
from e2esim.application.shown import Shown
from e2esim.config.problems import wrong_word

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from e2esim.application.study_words import Question
    from e2esim.application.sweeping import Progress
    from e2esim.study.design import Value
    from e2esim.study.executor import Executor
    from e2esim.study.optimise import Constraint, Goal, Tried
    from e2esim.study.selection import Chosen


@dataclass(frozen=True, kw_only=True)
class OptimiseWishes:
    """Objectives and constraints as written, points to try, and how sure the winner is to be.

    Parameters
    ----------
    objectives, constraints
        As `e2esim.application.goals` reads them; empty: those of the experiment.
    trials, finalists
        Points to try, and how many of the best are run again on fresh replications.
    delta, level, most
        Smallest difference worth detecting (share of the best mean), probability that the winner is the best, replications at which to give up.
    """

    objectives: Sequence[str] = ()
    constraints: Sequence[str] = ()
    trials: int = 40
    finalists: int = 5
    delta: float = 0.01
    level: float = 0.95
    most: int = 200


@dataclass(frozen=True, repr=False)
class Optimised(Shown):
    """Every trial, the front of several goals or the winner of one; ``told`` says it in words and numbers, ``folder`` keeps it."""

    goals: Sequence[Goal]
    trials: pl.DataFrame
    told: Mapping[str, Any]
    folder: Path

    def headline(self) -> str:
        """One line."""
        best = self.told.get("winner")
        said = f"winner {best}" if best else f"{len(self.told['front'])} points that no other beats"
        return f"{'; '.join(self.told['goals'])}: {self.told['trials']} points tried, {self.told['feasible']} feasible; {said}"

    def table(self) -> pl.DataFrame:
        """What a notebook shows."""
        return self.trials

    @cached_property
    def units(self) -> dict[str, str]:
        """Unit of every KPI."""
        from e2esim.study.store import Store

        return dict(Store(self.folder).rows().select("kpi", "unit").unique().iter_rows())


@dataclass(frozen=True, kw_only=True)
class _Bench:
    """Where points are run: everything an evaluation needs."""

    asked: Question
    kpis: tuple[str, ...]
    executor: Executor
    folder: Path
    replications: int

    def values(self, factors: Sequence[Mapping[str, Value]], first: int, count: int) -> list[dict[str, list[float]] | None]:
        """Values of the KPIs of each point, replications ``first`` .. ``first + count - 1``."""
        from e2esim.application.points import make_points
        from e2esim.study.store import Store
        from e2esim.study.sweep import responses, sweep

        points = make_points(factors, self.asked.common)
        unique = list({point.key: point for point in points}.values())
        store = Store(self.folder)
        sweep(unique, replications=count, first=first, executor=self.executor, store=store)
        return responses(points, store.rows(), self.kpis, range(first, first + count))

    def means(self, factors: Sequence[Mapping[str, Value]]) -> list[Mapping[str, float] | None]:
        """Mean of each KPI over the replications of the search."""
        found = self.values(factors, 0, self.replications)
        return [None if one is None else {kpi: sum(v) / len(v) for kpi, v in one.items()} for one in found]


def optimise(asked: Question, effort: Effort, wanted: OptimiseWishes, tell: Progress | None = None) -> Optimised:
    """Search, choose among the best few, and keep every trial in a folder.

    Raises
    ------
    InputErrors
        If objectives, constraints, executor or folder are wrong, or Optuna is missing.
    """
    if find_spec("optuna") is None:
        raise wrong_word("", "", "Optuna is not installed", "pip install 'e2esim[optimise]'")
    from e2esim.application.points import kind_of, make_points
    from e2esim.study.optimise import search
    from e2esim.study.store import Store

    kind = kind_of(make_points([{name: factor.at(0.5) for name, factor in asked.factors.items()}], asked.common))
    goals = read_goals(wanted.objectives or asked.objectives, kind)
    constraints = read_constraints(wanted.constraints or asked.constraints, kind)
    kpis = tuple(dict.fromkeys([*(goal.kpi for goal in goals), *(c.kpi for c in constraints)]))
    bench = _Bench(
        asked=asked, kpis=kpis, executor=executor_of(effort), folder=sweep_folder(effort.out), replications=effort.replications or asked.replications
    )
    if effort.again:
        Store(bench.folder).forget_failed()
    done = 0

    def evaluate(points: Sequence[Mapping[str, Value]]) -> list[Mapping[str, float] | None]:
        nonlocal done
        found = bench.means(points)
        done += len(points)
        if tell is not None:
            tell(done / wanted.trials, f"{done} of {wanted.trials} points")
        return found

    tried = search(asked.factors, goals, constraints, evaluate, trials=wanted.trials)
    told = _conclude(bench, tried, goals, constraints, wanted)
    return Optimised(goals, _write(bench.folder, tried, told, constraints), told, bench.folder)


def _conclude(bench: _Bench, tried: Sequence[Tried], goals: Sequence[Goal], constraints: Sequence[Constraint], wanted: OptimiseWishes) -> dict[str, Any]:
    """The front of several goals; the winner of one, with its probability, on replications that the search has not seen."""
    from e2esim.study.optimise import best_few, front

    edge = front(tried, goals, constraints)
    told: dict[str, Any] = {
        "title": bench.asked.title,
        "trials": len(tried),
        "failed": sum(one.means is None for one in tried),
        "feasible": sum(one.feasible(constraints) for one in tried),
        "replications": bench.replications,
        "goals": [f"{goal.direction} {goal.kpi}" for goal in goals],
        "constraints": [f"{c.kpi}{c.sense}{c.limit:g}" for c in constraints],
        "front": [{"factors": dict(tried[k].factors), "means": dict(tried[k].means or {})} for k in edge],
    }
    few = best_few(tried, goals[0], constraints, wanted.finalists) if len(goals) == 1 else []
    if few:
        points = [tried[k].factors for k in few]
        told["finalists"] = [dict(point) for point in points]
        told |= _final(bench, points, goals[0], constraints, wanted)
    return told


def _final(bench: _Bench, points: Sequence[Mapping[str, Value]], goal: Goal, constraints: Sequence[Constraint], wanted: OptimiseWishes) -> dict[str, Any]:
    import numpy as np

    from e2esim.study.intervals import mean_interval
    from e2esim.study.selection import choose

    sign = 1.0 if goal.direction == "maximise" else -1.0
    seen: dict[int, list[dict[str, list[float]]]] = {k: [] for k in range(len(points))}

    def draw(systems: Sequence[int], start: int, count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        found = bench.values([points[k] for k in systems], bench.replications + start, count)
        if None in found:
            raise wrong_word("", str(bench.folder), "a finalist has failed in the final ranking; every trial is kept", "see its parts; --again tries it again")
        for k, one in zip(systems, found, strict=True):
            seen[k].append(one or {})
        return sign * np.array([(one or {})[goal.kpi] for one in found])

    size = max(abs(v) for one in bench.means(points) if one is not None for v in (one[goal.kpi],)) or 1.0
    won: Chosen = choose(draw, len(points), delta=wanted.delta * size, level=wanted.level, most=wanted.most)
    limits = []
    for c in constraints:
        values = [v for part in seen[won.best] for v in part[c.kpi]]
        mean, low, high = mean_interval(values)
        kept, text = c.violation(mean) <= 0.0, f"{c.kpi}{c.sense}{c.limit:g}"
        limits.append({"kpi": c.kpi, "constraint": text, "mean": mean, "ci_low": low, "ci_high": high, "kept": kept})
    means, order = [sign * m for m in won.means], sorted(range(len(points)), key=lambda k: -won.means[k])
    return {
        "winner": dict(points[won.best]),
        "winner_mean": means[won.best],
        "ranking": [{"factors": dict(points[k]), "mean": means[k], "replications": won.replications[k]} for k in order],
        "proven": won.proven,
        "probability": won.level if won.proven else None,
        "delta": won.delta,
        "limits": limits,
    }


def _write(folder: Path, tried: Sequence[Tried], told: Mapping[str, Any], constraints: Sequence[Constraint]) -> pl.DataFrame:
    import polars as pl

    from e2esim.study.store import write_whole

    rows = [{"trial": k + 1, **one.factors, **(one.means or {}), "feasible": one.feasible(constraints)} for k, one in enumerate(tried)]
    table = pl.DataFrame(rows, infer_schema_length=None, strict=False)
    write_whole(table, folder / "trials.parquet")
    partial = folder / "optimise.json.tmp"
    partial.write_text(json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    partial.replace(folder / "optimise.json")
    return table
