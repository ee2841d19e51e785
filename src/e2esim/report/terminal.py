"""What a finished run says on the terminal: headline KPIs by group, channels side by side; and the same as one JSON
object.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from e2esim.report.console import terminal
from e2esim.report.headline import BY_CHANNEL, TERMINAL
from e2esim.report.result import Measured, Result, read_names
from e2esim.report.sites import sites_table
from e2esim.report.words import COARSE, Words

_WIDTH = 80  # columns a terminal has at least


def print_result(result: Result, folder: Path | None, console: Console | None = None, *, language: str = "en") -> None:
    """Print the headline table, the channel table and where the run folder is; 80 columns, plain text when piped.

    Parameters
    ----------
    result
        The finished study.
    folder
        The run folder; None = nothing was written.
    console
        Where to print; standard output by default. Rich leaves out colours when it is not a terminal.
    language
        'en' or 'it'.
    """
    words = Words(language)
    console = console or terminal(_WIDTH)
    wall = words.number(result.wall_s, 1)
    key = "head_run" if result.replications > 1 else "head_run_one"
    head = words(key, scenario=result.scenario, seed=result.seed, n=result.replications, wall=wall)
    console.print(Text(head, style="bold"))
    console.print(_headline(result, words))
    if result.settings.scale < COARSE:
        console.print(Text(words("scale_coarse")))
    channels = _channels(result, words)
    if channels is not None:
        console.print()
        console.print(channels)
    sites = sites_table(result.first, result.world, words) if result.first is not None and result.world is not None else None
    if sites is not None:
        console.print(sites)
    if folder is not None:
        console.print(Text(words("run_folder", folder=folder)), soft_wrap=True)


def to_json(result: Result, folder: Path | None) -> str:
    """Return one JSON object: scenario, seed, replications, wall_s, run_dir, kpis (name -> value, unit, ci_low,
    ci_high).

    What cannot be told is null: JSON knows no NaN.
    """
    kpis = {
        name: {"value": _finite(k.value), "unit": k.unit, "ci_low": _finite(k.ci_low), "ci_high": _finite(k.ci_high)}
        for name, k in result.kpis.items()
    }
    found = {
        "scenario": result.scenario,
        "seed": result.seed,
        "replications": result.replications,
        "wall_s": round(result.wall_s, 3),
        "run_dir": None if folder is None else str(folder),
        "kpis": kpis,
    }
    return json.dumps(found, allow_nan=False, ensure_ascii=False)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _headline(result: Result, words: Words) -> Table:
    several = result.replications > 1
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1), width=_WIDTH if several else None
    )
    table.add_column(words("t_kpi"), no_wrap=True)
    table.add_column(words("t_value"), justify="right", no_wrap=True)
    table.add_column(words("t_unit"), no_wrap=True)
    if several:
        table.add_column(words("t_interval"), no_wrap=True)
    for group, names in TERMINAL.items():
        shown = [name for name in names if name in result.kpis]
        if not shown:
            continue
        table.add_row(Text(words(f"group_{group}"), style="bold cyan"))
        for k, name in enumerate(shown):
            table.add_row(*_row(name, result.kpis[name], several, words), end_section=k + 1 == len(shown))
    return table


def _row(name: str, kpi: Measured, several: bool, words: Words) -> list[Text]:
    number, unit = words.value(kpi.value, kpi.unit)
    row = [Text(f"  {words.short(name)}"), Text(number), Text(unit)]
    if several:
        low, high = (words.value(value, kpi.unit)[0] for value in (kpi.ci_low, kpi.ci_high))
        row.append(Text("" if kpi.ci_low is None else words("t_range", low=low, high=high)))
    return row


def _channels(result: Result, words: Words) -> Table | None:
    """OTIF, lead time, CSAT and margin by channel; None if the table holds no channel."""
    rows = result.table.filter((pl.col("dimension") == "channel") & pl.col("kpi").is_in(BY_CHANNEL))
    if rows.height == 0:
        return None
    names = read_names(result.first.labels, result.world).channels if result.first is not None else {}
    values = {(kpi, member): value for kpi, member, value in rows.select("kpi", "member", "value").iter_rows()}
    members = list(dict.fromkeys(rows["member"].to_list()))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    table.add_column(words("dim_channel"), max_width=30, overflow="ellipsis", no_wrap=True)
    columns = []
    for kpi in BY_CHANNEL:
        texts, unit = words.column([values.get((kpi, m)) for m in members], result.kpis[kpi].unit)
        columns.append(texts)
        table.add_column(Text(f"{words(f'head_{kpi}')} [{unit}]"), justify="right")
    for k, member in enumerate(members):
        table.add_row(Text(names.get(member, member)), *(Text(texts[k]) for texts in columns))
    return table
