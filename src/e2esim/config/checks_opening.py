"""What a market run takes of stock, receipts and orders that exports leave behind: said once a table."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from e2esim.config.checks import Check, View, needs
from e2esim.config.grids import ROW
from e2esim.config.problems import Problem


@needs("stock.on_hand", "receipts.due", "receipts.qty", "orders.due", "orders.qty")
def leftovers_are_told(view: View) -> Iterator[Problem]:
    """Stock below zero, lines of nothing, and what was due before the run begins."""
    if view.settings is None:
        return
    start = view.settings.horizon.start
    late, nothing = pl.col("due") < start, pl.col("qty") == 0
    said = f"date before the run begins ({start}), yet still open"
    for table, column, hit, message, remedy in (
        ("stock", "on_hand", pl.col("on_hand") < 0, "below zero: what other places of the item lack is taken off, and no item begins below none",
         "give the stock that lies there"),
        ("receipts", "qty", nothing, "nothing is open: left out", "take the row out"),
        ("orders", "qty", nothing, "nothing is open: left out", "take the row out"),
        ("receipts", "due", late & ~nothing, f"{said}: comes as soon as the run begins", "give the day on which it will come, or book it into stock"),
        ("orders", "due", late & ~nothing, f"{said}: owed from the first day, and late", "correct the date, or take the order out"),
    ):  # fmt: skip
        rows = view.table(table).filter(hit)
        if rows.height:
            more = f" ({rows.height} rows such)" if rows.height > 1 else ""
            yield view.problem(table, message + more, row=int(rows[ROW][0]), column=column, value=rows[column][0], remedy=remedy, warning=True)


CHECKS: tuple[Check, ...] = (leftovers_are_told,)
