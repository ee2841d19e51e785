"""``e2esim optimise``: search for the best settings, then say which is best with what probability."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import typer

from e2esim.cli.compare_command import check_kpis
from e2esim.cli.sweep_command import Question, SweepOptions, executor_of, question, sweep_folder
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem

if TYPE_CHECKING:
    from pathlib import Path

    from e2esim.study.design import Value
    from e2esim.study.executor import Executor
    from e2esim.study.optimise import Constraint, Goal, Tried
    from e2esim.study.selection import Chosen


@dataclass(frozen=True, kw_only=True)
class OptimiseOptions:
    """What the options of ``optimise`` say beside those of a sweep."""

    objectives: Sequence[str] = ()
    constraints: Sequence[str] = ()
    trials: int = 40
    finalists: int = 5
    delta: float = 0.01
    level: float = 0.95
    most: int = 200


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


def run_optimise(words: Sequence[str], options: SweepOptions, wanted: OptimiseOptions) -> None:
    """Search, choose among the best few, print and keep every trial.

    Raises
    ------
    InputErrors
        If words, objectives or constraints are wrong, or Optuna is missing.
    """
    if find_spec("optuna") is None:
        raise _wrong("", "", "Optuna is not installed", "pip install 'e2esim[optimise]'")
    from e2esim.application.points import kind_of, make_points
    from e2esim.report.progress import progress_bar
    from e2esim.study.optimise import search
    from e2esim.study.store import Store

    asked = question(words)
    kind = kind_of(make_points([{name: factor.at(0.5) for name, factor in asked.factors.items()}], asked.common))
    goals = read_goals(wanted.objectives or asked.objectives, kind)
    constraints = read_constraints(wanted.constraints or asked.constraints, kind)
    kpis = tuple(dict.fromkeys([*(goal.kpi for goal in goals), *(c.kpi for c in constraints)]))
    bench = _Bench(
        asked=asked, kpis=kpis, executor=executor_of(options), folder=sweep_folder(options.out), replications=options.replications or asked.replications
    )
    if options.again:
        Store(bench.folder).forget_failed()
    with progress_bar(quiet=options.quiet or options.as_json) as tell:

        def evaluate(points: Sequence[Mapping[str, Value]]) -> list[Mapping[str, float] | None]:
            found = bench.means(points)
            done.extend(points)
            tell(len(done) / wanted.trials, f"{len(done)} of {wanted.trials} points")
            return found

        done: list[Mapping[str, Value]] = []
        tried = search(asked.factors, goals, constraints, evaluate, trials=wanted.trials)
    told = _conclude(bench, tried, goals, constraints, wanted)
    _write(bench.folder, tried, told, constraints)
    if options.as_json:
        typer.echo(json.dumps({**told, "folder": str(bench.folder)}, ensure_ascii=False, allow_nan=False))
    elif not options.quiet:
        _print(told, goals, bench.folder)


def read_goals(words: Sequence[str], kind: str = "market") -> list[Goal]:
    """Read KPI, KPI:max or KPI:min; without a side the catalogue says which is better.

    Raises
    ------
    InputErrors
        If there is none, a KPI is unknown, or neither side is better and none is named.

    Examples
    --------
    >>> read_goals(["contribution", "stock_value:min"])[1].direction
    'minimise'
    """
    from e2esim.application.comparing import MARKET
    from e2esim.kpi.catalogue import CATALOGUE
    from e2esim.study.optimise import Goal

    if not words:
        raise _wrong("--objective", "", "nothing to optimise", "e.g. --objective contribution")
    check_kpis([word.partition(":")[0] for word in words], COMMAND_LINE, "--objective", kind)
    goals = []
    for word in words:
        kpi, _, side = word.partition(":")
        side = side or {"higher": "max", "lower": "min"}.get(CATALOGUE[kpi].better if kind == MARKET else "", "")
        if side not in ("max", "min"):
            raise _wrong("--objective", word, "say which way is better", f"{kpi}:max or {kpi}:min")
        goals.append(Goal(kpi=kpi, direction="maximise" if side == "max" else "minimise"))
    return goals


def read_constraints(words: Sequence[str], kind: str = "market") -> list[Constraint]:
    """Read KPI>=NUMBER or KPI<=NUMBER.

    Raises
    ------
    InputErrors
        If one is neither, or its KPI is unknown.
    """
    from e2esim.study.optimise import Constraint

    found = []
    for word in words:
        try:
            found.append(Constraint.read(word))
        except ValueError as error:
            raise _wrong("--constraint", word, str(error), "e.g. --constraint 'otif>=0.9'") from None
    check_kpis([c.kpi for c in found], COMMAND_LINE, "--constraint", kind)
    return found


def _conclude(bench: _Bench, tried: Sequence[Tried], goals: Sequence[Goal], constraints: Sequence[Constraint], wanted: OptimiseOptions) -> dict[str, Any]:
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


def _final(bench: _Bench, points: Sequence[Mapping[str, Value]], goal: Goal, constraints: Sequence[Constraint], wanted: OptimiseOptions) -> dict[str, Any]:
    import numpy as np

    from e2esim.study.intervals import mean_interval
    from e2esim.study.selection import choose

    sign = 1.0 if goal.direction == "maximise" else -1.0
    seen: dict[int, list[dict[str, list[float]]]] = {k: [] for k in range(len(points))}

    def draw(systems: Sequence[int], start: int, count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        found = bench.values([points[k] for k in systems], bench.replications + start, count)
        if None in found:
            raise _wrong("", str(bench.folder), "a finalist has failed in the final ranking; every trial is kept", "see its parts; --again tries it again")
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


def _write(folder: Path, tried: Sequence[Tried], told: Mapping[str, Any], constraints: Sequence[Constraint]) -> None:
    import polars as pl

    from e2esim.study.store import write_whole

    rows = [{"trial": k + 1, **one.factors, **(one.means or {}), "feasible": one.feasible(constraints)} for k, one in enumerate(tried)]
    write_whole(pl.DataFrame(rows, infer_schema_length=None, strict=False), folder / "trials.parquet")
    partial = folder / "optimise.json.tmp"
    partial.write_text(json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    partial.replace(folder / "optimise.json")


def _print(told: Mapping[str, Any], goals: Sequence[Goal], folder: Path) -> None:
    from e2esim.report.comparison import told as said
    from e2esim.study.store import Store

    units = dict(Store(folder).rows().select("kpi", "unit").unique().iter_rows())
    goal = goals[0].kpi

    def of(kpi: str, value: float) -> str:
        return said(kpi, value, units.get(kpi, ""))

    limits = f" subject to {', '.join(told['constraints'])}" if told["constraints"] else ""
    counts = f"{told['trials']} points x {told['replications']} replications, {told['feasible']} feasible, {told['failed']} failed"
    typer.echo(f"{'; '.join(told['goals'])}{limits}: {counts}.")
    if not told["front"]:
        typer.echo("No point keeps every constraint.")
    elif len(goals) > 1:
        typer.echo("Points that no other beats in every goal (means):")
        for one in told["front"]:
            typer.echo(f"  {_said(one['factors'])}: " + ", ".join(f"{kpi} {of(kpi, value)}" for kpi, value in one["means"].items()))
    else:
        for one in told["ranking"]:
            typer.echo(f"  {_said(one['factors'])}: {goal} {of(goal, one['mean'])} ({one['replications']} fresh replications)")
        sure = "not proven: the replications ran out before the others were ruled out; raise --most or --delta"
        if told["proven"]:
            sure = f"with probability of at least {100 * told['probability']:g} % it is the best of these or within {of(goal, told['delta'])} of it"
        typer.echo(f"Winner: {_said(told['winner'])}; {sure}.")
        for one in told["limits"]:
            kept = "" if one["kept"] else ", NOT kept"
            mean, low, high = (of(one["kpi"], one[name]) for name in ("mean", "ci_low", "ci_high"))
            typer.echo(f"  {one['constraint']}: {mean} (95 % interval {low} to {high}){kept}")
    typer.echo(f"Optimisation folder: {folder} (trials.parquet, optimise.json; the same command with --out takes it up again)")


def _said(factors: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={value:.5g}" if isinstance(value, float) else f"{name}={value}" for name, value in factors.items())


def _wrong(column: str, value: str, message: str, remedy: str) -> InputErrors:
    return InputErrors([Problem(file=COMMAND_LINE, column=column, value=value, message=message, remedy=remedy)])
