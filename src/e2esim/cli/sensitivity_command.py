"""``e2esim sensitivity``: which factors move which KPIs, by Morris' elementary effects or Sobol' shares of variance, if need be of a surrogate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

import typer

from e2esim.cli.compare_command import check_kpis
from e2esim.cli.sweep_command import SweepOptions, executor_of, finish, question, sweep_folder
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem

if TYPE_CHECKING:
    import polars as pl

KPIS = ("contribution", "otif", "csat")  # if none are asked for
RELIABLE = 0.7  # [share] of the spread that a surrogate must foretell for its shares to be believed (assumed)


def run_sensitivity(words: Sequence[str], options: SweepOptions, *, method: str, size: int, kpis: str) -> None:
    """Lay out the points of the method, run them, and tell what each factor does.

    Raises
    ------
    InputErrors
        If words, method or KPIs are wrong, SALib is missing, or points failed (what has run is kept).
    """
    if find_spec("SALib") is None:
        raise _wrong("", "", "SALib is not installed", "pip install 'e2esim[sensitivity]'")
    from e2esim.application.comparing import MARKET, kpis_of
    from e2esim.application.points import kind_of, make_points
    from e2esim.report.progress import progress_bar
    from e2esim.study.design import at_places
    from e2esim.study.sensitivity import places
    from e2esim.study.store import Store
    from e2esim.study.sweep import responses, sweep

    asked = question(words)
    names = list(asked.factors)
    try:
        where = places(method, names, size)
    except ValueError as error:
        raise _wrong("--method", f"{method} {size}", str(error), "") from None
    designed = at_places(asked.factors, where)
    unique = list({tuple(point.items()): point for point in designed}.values())
    points = make_points(unique, asked.common)
    kind = kind_of(points)
    wanted = [word.strip() for word in kpis.split(",") if word.strip()] or list(asked.kpis) or list(KPIS if kind == MARKET else kpis_of(kind))
    check_kpis(wanted, COMMAND_LINE, "--kpis", kind)
    executor, replications, folder = executor_of(options), options.replications or asked.replications, sweep_folder(options.out)
    with progress_bar(quiet=options.quiet or options.as_json) as tell:
        swept = sweep(points, replications=replications, executor=executor, store=Store(folder), again=options.again, progress=tell)
    finish(folder, points, replications, asked, swept)
    values = responses(points, Store(folder).rows(), wanted, range(replications))
    if None in values:
        lost = sum(one is None for one in values)
        message = f"{lost} of {len(points)} points have failed or lack a KPI; the others are kept"
        raise _wrong("", str(folder), message, "see sweep.parquet; --again tries them again")
    found = _effects(method, names, where, [tuple(p.items()) for p in designed], [tuple(p.items()) for p in unique], [v or {} for v in values], wanted)
    found.write_parquet(folder / "sensitivity.parquet")
    if options.as_json:
        told = {"folder": str(folder), "method": method, "points": len(points), "replications": replications, "effects": found.to_dicts()}
        typer.echo(json.dumps(told, ensure_ascii=False))
    elif not options.quiet:
        _print(found, method, dict(Store(folder).rows().select("kpi", "unit").unique().iter_rows()), f"{len(points)} points x {replications} replications")
        typer.echo(f"Sensitivity folder: {folder} (sensitivity.parquet, sweep.parquet, means.parquet)")


def _effects(
    method: str,
    names: Sequence[str],
    where: object,
    designed: Sequence[tuple[object, ...]],
    unique: Sequence[tuple[object, ...]],
    values: Sequence[dict[str, list[float]]],
    kpis: Sequence[str],
) -> pl.DataFrame:
    """Effects of every factor on every KPI, and how much of the spread of its response is luck."""
    import numpy as np
    import polars as pl

    from e2esim.study.sensitivity import effects

    row = {point: k for k, point in enumerate(unique)}
    frames = []
    for kpi in kpis:
        means = np.array([np.mean(one[kpi]) for one in values])
        luck = float(np.mean([np.var(one[kpi], ddof=1) / len(one[kpi]) if len(one[kpi]) > 1 else np.nan for one in values]))
        spread = float(np.var(means, ddof=1))
        response = means[[row[point] for point in designed]]
        frame = effects(method, names, np.asarray(where), response)
        share = None if not np.isfinite(luck) or spread == 0.0 else luck / spread
        frames.append(frame.with_columns(pl.lit(kpi).alias("kpi"), pl.lit(share, dtype=pl.Float64).alias("variance_of_a_mean_by_luck")))
    whole = pl.concat(frames)
    return whole.select("kpi", *[name for name in whole.columns if name != "kpi"])


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


def _wrong(column: str, value: str, message: str, remedy: str) -> InputErrors:
    return InputErrors([Problem(file=COMMAND_LINE, column=column, value=value, message=message, remedy=remedy)])
