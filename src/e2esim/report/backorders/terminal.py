"""A backorder run on the terminal, and as one JSON object."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from e2esim.report.backorders.folder import losers, winners
from e2esim.report.backorders.tables import RunView, confirmations_table, figures, orders_table, quotas_table, segments_table
from e2esim.report.console import terminal

_WIDTH, _MOST = 150, 10
_SHOWN = ("order", "customer", "item", "segment", "qty", "due", "confirmed_before", "last_before", "confirmed_after", "last_after", "piece_days")
_WORDS = {"confirmed_before": "Had", "confirmed_after": "Gets", "last_before": "Until", "last_after": "Until", "piece_days": "Piece days"}


def print_run(view: RunView, folder: Path | None, wall_s: float, console: Console | None = None) -> None:
    """Print segments, winners, losers and flags; ``folder`` is where it was released, None for a dry run."""
    console = console or terminal(_WIDTH)
    orders = orders_table(view)
    found = figures(view, orders)
    console.print(Text(f"Backorders {view.title}: {found['orders']:,} orders on {view.today}", style="bold"))
    console.print(f"{found['winners']:,} win, {found['losers']:,} lose, {found['mixed']:,} both; {found['flagged']:,} that must win do not")
    console.print(
        f"{found['broken_promises']:,} promises broken for want of supply; pieces {found['pieces_before']:,.0f} before, {found['pieces_after']:,.0f} after"
    )
    _part(console, "Segments in their turn", segments_table(view, orders), None)
    _part(console, "Winners", winners(orders), _SHOWN)
    _part(console, "Losers", losers(orders), (*_SHOWN, "rule"))
    _part(console, "Must win and do not", orders.filter(pl.col("flag") != ""), _SHOWN)
    if view.quotas:
        _part(console, "Quotas: stolen and used up", quotas_table(view).filter((pl.col("stolen") > 0) | (pl.col("stolen_from") > 0)), None)
    console.print()
    console.print(Text(f"Supply: {view.plan}"), soft_wrap=True)
    end = f"Released: {folder} (backorders.xlsx, *.parquet)" if folder else "Dry run, nothing is written; --release writes the new confirmations"
    console.print(Text(f"{end}, {wall_s:.1f} s"), soft_wrap=True)


def _part(console: Console, title: str, frame: pl.DataFrame, columns: Sequence[str] | None) -> None:
    """A heading and the first rows; nothing where there are none."""
    if frame.is_empty():
        return
    console.print()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1), title=f"{title} ({frame.height:,})", title_justify="left")
    for name in columns or frame.columns:
        number = frame.schema[name] in (pl.Float64, pl.Int64)
        heading = _WORDS.get(name, name.replace("_", " ").capitalize())
        table.add_column(heading, justify="right" if number else "left", no_wrap=True, max_width=22 if name == "customer" else None, overflow="ellipsis")
    for row in frame.select(columns or frame.columns).head(_MOST).iter_rows():
        table.add_row(*(Text("" if value is None else f"{value:,.10g}" if isinstance(value, (int, float)) else str(value)) for value in row))
    console.print(table)
    if frame.height > _MOST:
        console.print(f"... and {frame.height - _MOST:,} more")


def run_json(view: RunView, folder: Path | None, wall_s: float) -> str:
    """One JSON object: figures, segments, winners, losers, flagged, confirmations, quotas, wall_s, out."""
    orders = orders_table(view)
    found: dict[str, Any] = {
        **figures(view, orders),
        "segments": _records(segments_table(view, orders)),
        "winners_list": _records(winners(orders)),
        "losers_list": _records(losers(orders)),
        "flagged_list": _records(orders.filter(pl.col("flag") != "")),
        "confirmations": _records(confirmations_table(view)),
        "quotas": _records(quotas_table(view)),
        "released": folder is not None,
        "out": None if folder is None else str(folder),
        "wall_s": round(wall_s, 3),
    }
    return json.dumps(found, ensure_ascii=False, allow_nan=False)


def _records(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.with_columns(pl.col(pl.Date).cast(pl.String)).to_dicts()
