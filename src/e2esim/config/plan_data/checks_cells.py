"""Rules a row must keep with its neighbours: units, whole pieces, dates against today, weeks that begin on Monday."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from e2esim.config.checks import View
from e2esim.config.grids import ROW
from e2esim.config.plan_data.settings import PlanSettings
from e2esim.config.problems import Problem
from e2esim.domain.units import is_pieces, same_unit

_UNITS = (("bom", "component"), ("stock", "item"), ("supply", "item"), ("receipts", "item"), ("orders", "item"), ("history", "item"))
_COUNTED = (("stock", "on_hand"), ("receipts", "qty"), ("orders", "qty"), ("orders", "min_shipment"), ("other_sites", "available"))
MOST_TOLD = 5  # overdue orders named one by one
LONG_AGO = 365  # an order overdue by more is a wrong date [d]


def units(view: View) -> Iterator[Problem]:
    """A quantity must be in the unit that items states."""
    stated = {item: (row, unit) for row, item, unit in view.table("items").select(ROW, "item", "unit").iter_rows()}
    for table, column in _UNITS:
        if table not in view.typed.frames:
            continue
        for row, item, unit in view.table(table).select(ROW, column, "unit").iter_rows():
            if unit and item in stated and not same_unit(unit, stated[item][1]):
                where, own = stated[item]
                yield view.problem(
                    table,
                    f"unit mismatch: item {item} is counted in {own} (items, row {where})",
                    row=row,
                    column="unit",
                    value=unit,
                    remedy=f"convert the quantity to {own}, or correct the unit",
                )


def whole_pieces(view: View) -> Iterator[Problem]:
    """A piece is not ordered or stored in part: most often 1.234 was meant as 1234.

    Stock of what lots take in part (a fraction in the bill, or scrap, which is planned as it is expected) may hold part of a piece.
    """
    unit = view.table("items").select("item", pl.col("unit").alias("_own"))
    counted = [one for one in unit["_own"].unique() if one is not None and is_pieces(one)]
    for table, column in _COUNTED:
        rows = view.table(table).join(unit, on="item", how="left")
        broken = rows.filter(pl.col("_own").is_in(counted) & (pl.col(column) != pl.col(column).floor()))
        if table == "stock" and broken.height:
            broken = broken.filter(~pl.col("item").is_in(_taken_in_part(view)))
        for row, value, own in broken.select(ROW, column, "_own").iter_rows():
            yield view.problem(
                table,
                f"a part of a piece (the item is counted in {own})",
                row=row,
                column=column,
                value=value,
                remedy="write whole pieces without a thousands sign, or give the item another unit",
            )


def _taken_in_part(view: View) -> list[str]:
    """Components of which a lot may take part of a piece."""
    loses = [view.table(name).filter(pl.col("scrap_share") > 0)["item"] for name in ("routings", "items")]
    rows = view.table("bom").filter(pl.col("parent").is_in(pl.concat(loses).implode()) | (pl.col("qty_per") != pl.col("qty_per").floor()))
    return rows["component"].unique().to_list()


def something_to_plan(view: View) -> Iterator[Problem]:
    """Without an order there is nothing to plan."""
    asked = any(not view.table(name).is_empty() for name in ("orders", "history", "demand"))
    if not asked and "orders" not in view.typed.partial:
        yield view.problem("orders", "no order to plan", remedy="add a row an order, or table history or demand for a forecast")


def own_substitute(view: View) -> Iterator[Problem]:
    """An item does not stand in for itself."""
    for row, item in view.table("substitutes").filter((pl.col("item") == pl.col("substitute")) & (pl.col("item") != "")).select(ROW, "item").iter_rows():
        remedy = "name another item, or take the row out"
        yield view.problem("substitutes", "an item is its own substitute", row=row, column="substitute", value=item, remedy=remedy)


def smallest_parts(view: View) -> Iterator[Problem]:
    """A part is not larger than the whole line."""
    rows = view.table("orders").filter(pl.col("min_shipment") > pl.col("qty"))
    for row, least, qty in rows.select(ROW, "min_shipment", "qty").iter_rows():
        remedy = "write at most the quantity, or leave the cell empty: the line goes in one piece"
        yield view.problem("orders", f"the smallest part is larger than the whole ({qty:g})", row=row, column="min_shipment", value=f"{least:g}", remedy=remedy)


def dates(view: View, settings: PlanSettings) -> Iterator[Problem]:
    """An overdue order is planned at once unless its date cannot be meant."""
    today = settings.today
    if today is None:
        return
    yield from _overdue(view, today)


def _overdue(view: View, today: dt.date) -> Iterator[Problem]:
    """Orders before today: a warning, one for all when there are many; dates long ago are errors."""
    rows = view.table("orders").filter(pl.col("due") < today)
    old = pl.col("due") < today - dt.timedelta(days=LONG_AGO)
    for row, due in rows.filter(old).select(ROW, "due").iter_rows():
        message, remedy = f"date long before today ({today})", "correct the date, or take the order out"
        yield view.problem("orders", message, row=row, column="due", value=due, remedy=remedy)
    told = list(rows.filter(~old).select(ROW, "due").iter_rows())
    message = f"date before today ({today}): overdue, planned as soon as possible and counted late"
    if len(told) > MOST_TOLD:
        count, last = len(told), max(row for row, _ in told)
        message = f"{count} orders from here to row {last} have a {message}"
        told = told[:1]
    for row, due in told:
        yield view.problem("orders", message, row=row, column="due", value=due, warning=True)


def mondays(view: View, settings: PlanSettings) -> Iterator[Problem]:
    """Weeks of table capacity begin on Monday; none may be left out between the first and the last."""
    frame = view.table("capacity")
    for row, day in frame.select(ROW, "week_start").iter_rows():
        if day is not None and day.weekday() != 0:
            monday = day - dt.timedelta(days=day.weekday())
            yield view.problem(
                "capacity",
                f"no Monday but a {day:%A}",
                row=row,
                column="week_start",
                value=day,
                remedy=f"write {monday} if that week is meant",
            )
    if settings.today is None:
        return
    for centre, first, last, count in (
        frame.filter(pl.col("week_start") > settings.today - dt.timedelta(days=7))
        .group_by("work_centre", maintain_order=True)
        .agg(
            pl.col("week_start").min().alias("first"),
            pl.col("week_start").max().alias("last"),
            pl.col("week_start").n_unique().alias("count"),
        )
        .iter_rows()
    ):
        missing = (last - first).days // 7 + 1 - count
        if missing > 0:
            yield view.problem(
                "capacity",
                f"work centre {centre} lacks {missing} week{'s' if missing > 1 else ''} between {first} and {last}",
                column="week_start",
                remedy="they were planned with no hours; add rows, with 0 if that is meant",
                warning=True,
            )
