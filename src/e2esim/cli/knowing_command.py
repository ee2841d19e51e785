"""``e2esim sensitivity --decision KEY``: what knowing an input is worth to a decision, and how much of the doubt is luck."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from e2esim.cli.optimise_command import read_goals
from e2esim.cli.sweep_command import SweepOptions, executor_of, finish, question, sweep_folder
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from e2esim.cli.sweep_command import Question
    from e2esim.study.design import Factor, Value

    Floats = npt.NDArray[np.float64]


def run_knowing(words: Sequence[str], options: SweepOptions, *, decision: str, size: int, kpis: str) -> None:
    """Run every option of the decision at the same places of the inputs, and tell what knowing each input would be worth.

    Raises
    ------
    InputErrors
        If words, decision or KPIs are wrong, or points failed (what has run is kept).
    """
    from e2esim.application.points import kind_of, make_points
    from e2esim.report.progress import progress_bar
    from e2esim.study.design import at_places
    from e2esim.study.store import Store
    from e2esim.study.surrogate import filled
    from e2esim.study.sweep import responses, sweep

    asked = question(words)
    ways, inputs = _decided(asked, decision)
    try:
        where = filled(len(inputs), size)
    except ValueError as error:
        raise _wrong("--size", str(size), str(error), "more points") from None
    designed = [{**place, decision: way} for way in ways for place in at_places(inputs, where)]
    points = make_points(designed, asked.common)
    unique = list({point.key: point for point in points}.values())
    kind = kind_of(points)
    goals = read_goals([word.strip() for word in kpis.split(",") if word.strip()] or asked.objectives or asked.kpis[:1] or ["contribution"], kind)
    executor, replications, folder = executor_of(options), options.replications or asked.replications, sweep_folder(options.out)
    with progress_bar(quiet=options.quiet or options.as_json) as tell:
        swept = sweep(unique, replications=replications, executor=executor, store=Store(folder), again=options.again, progress=tell)
    finish(folder, unique, replications, asked, swept)
    values = responses(points, Store(folder).rows(), [goal.kpi for goal in goals], range(replications))
    if None in values:
        lost = sum(one is None for one in values)
        raise _wrong("", str(folder), f"{lost} of {len(points)} points have failed or lack a KPI; the others are kept", "see sweep.parquet; --again")
    told = [_judged(goal.kpi, goal.direction, ways, list(inputs), where, [one or {} for one in values]) for goal in goals]
    text = json.dumps({"decision": decision, "places": size, "replications": replications, "kpis": told}, indent=2, ensure_ascii=False)
    (folder / "knowing.json").write_text(text + "\n", encoding="utf-8")
    if options.as_json:
        typer.echo(json.dumps({"folder": str(folder), "decision": decision, "kpis": told}, ensure_ascii=False))
    elif not options.quiet:
        _print(told, decision, size, replications)
        typer.echo(f"Sensitivity folder: {folder} (knowing.json, sweep.parquet, means.parquet)")


def _decided(asked: Question, decision: str) -> tuple[Sequence[Value], Mapping[str, Factor]]:
    """The options of the decision, and the inputs that are not known."""
    from e2esim.study.design import Choice

    found = asked.factors.get(decision)
    if found is None:
        raise _wrong("--decision", decision, "is not among the factors", did_you_mean(decision, list(asked.factors)))
    inputs = {name: factor for name, factor in asked.factors.items() if name != decision}
    if not isinstance(found, Choice):
        raise _wrong("--decision", decision, "needs a list of options", f"{decision}=ONE,OTHER")
    if not inputs:
        raise _wrong("--decision", decision, "nothing is left that could be known", "add inputs, e.g. market.demand_factor=interval(0.8,1.2)")
    return found.values, inputs


def _judged(kpi: str, direction: str, ways: Sequence[Value], inputs: list[str], where: Floats, values: Sequence[Mapping[str, list[float]]]) -> dict[str, Any]:
    import numpy as np

    from e2esim.study.knowing import doubts, values_of_knowing

    drawn = np.array([one[kpi] for one in values]).reshape(len(ways), len(where), -1)
    sign = 1.0 if direction == "maximise" else -1.0
    found = values_of_knowing(inputs, where, sign * drawn.mean(axis=2))
    split = [doubts(str(way), drawn[k]) for k, way in enumerate(ways)]
    best = max(split, key=lambda one: sign * one.mean)
    return {
        "kpi": kpi,
        "best": best.decision,
        "knowing": [{"factor": one.factor, "value": one.value, "by_luck": one.by_luck, "seen": one.seen} for one in found],
        "doubts": [{"decision": one.decision, "mean": one.mean, "sd_inputs": _root(one.inputs), "sd_luck": _root(one.luck)} for one in split],
    }


def _root(variance: float) -> float | None:
    return variance**0.5 if variance == variance else None  # nan: one replication cannot tell


def _print(told: Sequence[Mapping[str, Any]], decision: str, size: int, replications: int) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from e2esim.report.comparison import label
    from e2esim.report.console import terminal

    console = terminal(100)
    for one in told:
        console.print(Text(f"{label(one['kpi'])}: {decision} decided at {size} places of the inputs x {replications} replications", style="bold"))
        table = Table("option", "mean", "sd by inputs", "sd by luck", box=box.SIMPLE_HEAD, pad_edge=False)
        for way in one["doubts"]:
            name = f"{way['decision']} (best)" if way["decision"] == one["best"] else way["decision"]
            table.add_row(Text(name), *(_number(way[k]) for k in ("mean", "sd_inputs", "sd_luck")))
        console.print(table)
        known = Table("input", "worth knowing", "by luck alone", "", box=box.SIMPLE_HEAD, pad_edge=False)
        for row in one["knowing"]:
            known.add_row(Text(row["factor"]), _number(row["value"]), _number(row["by_luck"]), "" if row["seen"] else "no value seen")
        console.print(known)
    console.print(
        Text(
            "Worth knowing: how much better the decision would do on average, in the KPI's unit, if this input were known first. It is zero for an input "
            "that would not change the decision. By luck alone: what an input without effect is found worth in 1 of 20 studies of this size."
        )
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.3f}" if abs(value) < 100 else f"{value:,.0f}"


def _wrong(column: str, value: str, message: str, remedy: str) -> InputErrors:
    return InputErrors([Problem(file=COMMAND_LINE, column=column, value=value, message=message, remedy=remedy)])
