"""``e2esim sensitivity``: which factors move which KPIs, by Morris' elementary effects or Sobol' shares of variance, if need be of a surrogate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    import polars as pl

    from e2esim.cli.sweep_command import SweepOptions

RELIABLE = 0.7  # [share] of the spread that a surrogate must foretell for its shares to be believed (assumed)


def run_sensitivity(words: Sequence[str], options: SweepOptions, *, method: str, size: int, kpis: str) -> None:
    """Run the points of the method, and tell what each factor does.

    Raises
    ------
    InputErrors
        If words, method or KPIs are wrong, SALib is missing, or points failed (what has run is kept).
    """
    from e2esim.application.study_words import question
    from e2esim.application.weighing import weigh
    from e2esim.report.progress import progress_bar

    asked, wanted = question(words), [word.strip() for word in kpis.split(",") if word.strip()]
    with progress_bar(quiet=options.quiet or options.as_json) as tell:
        found = weigh(asked, options, method=method, size=size, kpis=wanted, tell=tell)
    done, folder = found.swept.told, found.swept.folder
    if options.as_json:
        told = {"folder": str(folder), "method": method, "points": done["points"], "replications": done["replications"], "effects": found.effects.to_dicts()}
        typer.echo(json.dumps(told, ensure_ascii=False))
    elif not options.quiet:
        _print(found.effects, method, found.swept.units, f"{done['points']} points x {done['replications']} replications")
        typer.echo(f"Sensitivity folder: {folder} (sensitivity.parquet, sweep.parquet, means.parquet)")


def _print(found: pl.DataFrame, method: str, units: Mapping[str, str], runs: str) -> None:
    import polars.selectors as cs
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from e2esim.report.comparison import label
    from e2esim.report.console import terminal
    from e2esim.report.words import Words

    console = terminal(100)
    words = Words("en")
    what = "effect of its whole range" if method == "morris" else "share of the variance of the KPI"
    console.print(Text(f"{method}: {runs} on common random numbers; {what}", style="bold"))
    columns = [name for name in found.columns if name not in ("kpi", "variance_of_a_mean_by_luck")]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("KPI", "unit", *columns) if method == "morris" else ("KPI", *columns):
        table.add_column(name, justify="left" if name in ("KPI", "unit", "factor") else "right")
    for (kpi,), part in found.group_by("kpi", maintain_order=True):
        values = part.select(cs.numeric() & cs.by_name(*columns))
        flat, unit = words.column([v for row in values.iter_rows() for v in row], units.get(str(kpi), "") if method == "morris" else "")
        for k, factor in enumerate(part["factor"]):
            named = (label(str(kpi)), unit) if k == 0 else ("", "")
            table.add_row(*map(Text, named if method == "morris" else named[:1]), Text(factor), *map(Text, flat[k * values.width : (k + 1) * values.width]))
    console.print(table)
    if "foretold" in columns:
        worst = float(found["foretold"].min())  # type: ignore[arg-type]
        warning = "" if worst >= RELIABLE else "; too little to believe its shares: take more points or replications"
        console.print(Text(f"The surrogate foretells points it has not seen: at least {100 * worst:.0f} % of their spread{warning}."))
    luck = found["variance_of_a_mean_by_luck"].max()
    if luck is not None:
        console.print(Text(f"Luck makes at most {100 * float(luck):.2g} % of the spread between points (more replications make it less)."))  # type: ignore[arg-type]
