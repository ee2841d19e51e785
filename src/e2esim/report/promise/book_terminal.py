"""A book promised again on the terminal, and as one JSON object."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from e2esim.report.console import terminal
from e2esim.report.promise.book import Book, advice_frame, breaches_frame, figures, lines_frame, offers_frame
from e2esim.report.promise.terminal import plan_line
from e2esim.report.promise.words import number

_WIDTH, _MOST = 110, 12


def print_book(book: Book, folder: Path, wall_s: float, console: Console | None = None) -> None:
    """Print the figures, broken promises with their causes, what is refused, and the earlier dates that are offered."""
    console = console or terminal(_WIDTH)
    lines = lines_frame(book)
    found = figures(book, lines)
    console.print(Text(f"Promises {book.title}: {found['lines']:,} lines, precedence {book.precedence.replace('_', ' ')}", style="bold"))
    console.print(f"{found['kept']:,} promises kept, {found['broken']:,} broken, {found['new']:,} new, {found['refused']:,} refused")
    console.print(f"{found['on_time']:,} lines on the day they are due, {found['on_time_pieces']:.1%} of the pieces")
    wide = ("order", "line", "customer", "item", "qty")
    _part(console, "Broken promises", breaches_frame(lines), (*wide, "promised_before", "promised", "why"))
    _part(console, "Refused", lines.filter(pl.col("outcome") == "refused"), (*wide, "due", "why"))
    late = lines.filter((pl.col("outcome") == "new") & (pl.col("days_late") > 0)).sort("days_late", descending=True)
    _part(console, "Promised late", late, (*wide, "due", "promised", "why"))
    best = advice_frame(book).filter((pl.col("rank") == 1) & (pl.col("alternative") != "later"))
    _part(console, "Best alternatives of late lines, each for itself", best, ("order", "line", "item", "due", "alternative", "deliveries"))
    _part(console, "Earlier dates to offer", offers_frame(lines), (*wide, "due", "promised", "offered"))
    console.print()
    console.print(Text(plan_line(book.plan)), soft_wrap=True)
    console.print(Text(f"Result: {folder} (promises.xlsx, *.parquet; orders.csv carries the promises on), {wall_s:.1f} s"), soft_wrap=True)


def _part(console: Console, title: str, frame: pl.DataFrame, columns: tuple[str, ...]) -> None:
    if frame.is_empty():
        return
    console.print()
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1), title=title, title_justify="left", title_style="bold")
    for name in columns:
        table.add_column(name.replace("_", " ").capitalize(), justify="right" if name == "qty" else "left", overflow="fold")
    for row in frame.select(columns).head(_MOST).iter_rows():
        table.add_row(*(Text("" if value is None else number(value) if isinstance(value, float) else str(value)) for value in row))
    console.print(table)
    if frame.height > _MOST:
        console.print(f"... and {frame.height - _MOST:,} more")


def book_json(book: Book, folder: Path, wall_s: float) -> str:
    """One JSON object: figures, promises, breaches, offers, alternatives, wall_s, plan, out."""
    lines = lines_frame(book)
    found = {
        **figures(book, lines),
        "promises": _records(lines),
        "breaches": _records(breaches_frame(lines)),
        "offers": _records(offers_frame(lines)),
        "alternatives": _records(advice_frame(book)),
        "wall_s": round(wall_s, 3),
        "plan": {
            "folder": book.plan.folder,
            "made": book.plan.made,
            "status": book.plan.status,
            "data_changed": list(book.plan.changed),
            "quick_s": book.plan.quick_s,
        },
        "out": str(folder),
    }
    return json.dumps(found, ensure_ascii=False, allow_nan=False)


def _records(frame: pl.DataFrame) -> list[dict[str, object]]:
    return frame.with_columns(pl.col(pl.Date).cast(pl.String)).to_dicts()
