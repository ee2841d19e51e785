"""What a network run says on the terminal, in English or Italian: the whole, its dearest stock points, its work centres."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from e2esim.kpi.network import UNITS
from e2esim.report.words import Words
from e2esim.study.network import CENTRE, POINT, WHOLE, NetworkResult

_WIDTH = 100  # columns of a table when it is piped
_SHOWN = 20  # stock points on the terminal
_POINT_COLUMNS = ("fill_rate", "cycle_service", "stock", "backlog", "bullwhip", "cost_eur")
_CENTRE_COLUMNS = ("utilisation", "throughput", "wait_h", "queue")


def print_network(result: NetworkResult, folder: Path | None, language: str = "en", console: Console | None = None) -> None:
    """Print the notices, the KPIs of the network, and the dearest stock points and work centres side by side."""
    console, words = console or Console(width=None if Console().is_terminal else _WIDTH), Words(language)
    settings, network = result.company.settings, result.company.network
    size = words("network_size", points=words.number(network.n), ways=words.number(len(network.operations)), demands=words.number(len(network.demands)))
    runs = words("t_runs", n=result.replications, seed=settings.seed, wall=words.number(result.wall_s, 1))
    console.print(Text(settings.name, style="bold").append(f": {size}; {runs}", style="not bold"))
    for notice in result.company.notices:
        console.print(Text(words("granted", text=notice)))
    console.print(_whole(result, words))
    for dimension, columns, head in ((POINT, _POINT_COLUMNS, "t_point"), (CENTRE, _CENTRE_COLUMNS, "t_centre")):
        table = _members(result, dimension, columns, words(head), words)
        if table is not None:
            console.print(table)
    if folder is not None:
        console.print(Text(words("run_folder", folder=folder)), soft_wrap=True)


def _whole(result: NetworkResult, words: Words) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for name in ("kpi", "value", "unit", "interval"):
        table.add_column(words(f"t_{name}"), justify="right" if name == "value" else "left", no_wrap=True)
    for row in result.table.filter((pl.col("dimension") == WHOLE) & (pl.col("mean") != 0.0)).iter_rows(named=True):
        unit = row["unit"]
        span = "" if row["ci_low"] is None else f"{words.value(row['ci_low'], unit)[0]} \N{EN DASH} {words.value(row['ci_high'], unit)[0]}"
        number, shown = words.value(row["mean"], unit)
        table.add_row(words(f"kpi_{row['kpi']}"), number, shown, span)
    return table


def _members(result: NetworkResult, dimension: str, columns: tuple[str, ...], head: str, words: Words) -> Table | None:
    rows = result.table.filter((pl.col("dimension") == dimension) & pl.col("kpi").is_in(columns))
    if rows.is_empty():
        return None
    wide = rows.pivot(on="kpi", index="member", values="mean")
    shown = [name for name in columns if name in wide.columns and wide[name].fill_null(0.0).abs().max()]
    if dimension == POINT and "cost_eur" in shown:
        wide = wide.sort("cost_eur", descending=True, nulls_last=True, maintain_order=True)
    units = "; ".join(f"{words(f'kpi_{name}')}: {words.unit(UNITS[name])}" for name in shown if UNITS[name] not in ("share", "1"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1), caption=units or None, caption_justify="left")
    title = head + (f" ({words('t_dearest', shown=_SHOWN, all=words.number(wide.height))})" if wide.height > _SHOWN else "")
    table.add_column(title)
    for name in shown:
        table.add_column(words(f"kpi_{name}"), justify="right")
    for row in wide.head(_SHOWN).iter_rows(named=True):
        table.add_row(row["member"], *(_cell(row[name], UNITS[name], words) for name in shown))
    return table


def _cell(value: float | None, unit: str, words: Words) -> str:
    """A number without its unit, which a share alone has beside it."""
    if value is None:
        return ""
    return words.told(value, unit) if unit == "share" else words.value(value, unit)[0]
