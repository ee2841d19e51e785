"""``e2esim sensitivity --decision KEY``: what knowing an input is worth to a decision, and how much of the doubt is luck."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from e2esim.cli.sweep_command import SweepOptions


def run_knowing(words: Sequence[str], options: SweepOptions, *, decision: str, size: int, kpis: str) -> None:
    """Run every option of the decision at the same places of the inputs, and tell what knowing each input would be worth.

    Raises
    ------
    InputErrors
        If words, decision or KPIs are wrong, or points failed (what has run is kept).
    """
    from e2esim.application.knowing import value_knowledge
    from e2esim.application.study_words import question
    from e2esim.report.progress import progress_bar

    asked, wanted = question(words), [word.strip() for word in kpis.split(",") if word.strip()]
    with progress_bar(quiet=options.quiet or options.as_json) as tell:
        found = value_knowledge(asked, options, decision=decision, size=size, kpis=wanted, tell=tell)
    folder = found.swept.folder
    if options.as_json:
        typer.echo(json.dumps({"folder": str(folder), "decision": decision, "kpis": list(found.kpis)}, ensure_ascii=False))
    elif not options.quiet:
        _print(found.kpis, decision, size, found.swept.told["replications"])
        typer.echo(f"Sensitivity folder: {folder} (knowing.json, sweep.parquet, means.parquet)")


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
