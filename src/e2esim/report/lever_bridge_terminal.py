"""A grid of texts on the terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from e2esim.report.console import terminal
from e2esim.report.grids import TextGrid


def print_grid(grid: TextGrid, console: Console | None = None) -> None:
    """Print a grid; units stand below the heads."""
    console = console or terminal(150)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    units = grid.units or [""] * len(grid.head)
    for k, (head, unit) in enumerate(zip(grid.head, units, strict=True)):
        table.add_column(f"{head}\n{unit}" if unit else head, justify="left" if k == 0 else "right")
    for row in grid.rows:
        table.add_row(*(Text(text) for text in row))
    console.print(Text(grid.title, style="bold"))
    console.print(table)
