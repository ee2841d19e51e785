"""Firm works orders of table receipts: which rows they are, and what may be wrong with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from e2esim.config.checks import View
from e2esim.config.grids import ROW
from e2esim.config.plan_data.hours import days_open
from e2esim.config.plan_data.settings import PlanSettings
from e2esim.config.problems import Problem
from e2esim.planning.factory.firm import FirmOrder


def firm_receipts(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows of receipts that are firm works orders: marked so, of a made item, not begun. A purchase is firm in any case."""
    return frames["receipts"].filter(pl.col("firm") & pl.col("step").is_null() & pl.col("item").is_in(frames["routings"]["item"].implode()))


def firm_orders(rows: pl.DataFrame, items: tuple[str, ...], today: dt.date) -> list[FirmOrder]:
    """The rows as facts of a plan."""
    place = {name: k for k, name in enumerate(items)}
    return [
        FirmOrder(name=name, item=place[item], qty=float(qty), start=None if start is None else (start - today).days, due=(due - today).days)
        for name, item, qty, start, due in rows.select("receipt", "item", "qty", "start", "due").iter_rows()
    ]


def firm_makes_sense(view: View, settings: PlanSettings, *, hours_known: bool) -> Iterator[Problem]:
    """A firm works order has steps, begins before it is due, and on a day on which somebody works, where hours could be read."""
    made = set(view.table("routings")["item"])
    first = view.table("routings").sort("step").unique("item", keep="first", maintain_order=True)
    centre = dict(first.select("item", "work_centre").iter_rows())
    columns = (ROW, "receipt", "item", "step", "kind", "firm", "start", "due")
    for row, name, item, step, kind, firm, start, due in view.table("receipts").select(columns).iter_rows():
        if not firm:
            if start is not None:
                message, remedy = "is not used: the order is not firm", "write true in firm, or leave it out"
                yield view.problem("receipts", message, row=row, column="start", value=start, remedy=remedy, warning=True)
        elif step is not None:
            message, remedy = f"{name} has begun (it stands behind step {step}) and cannot be firm", "leave firm or step out"
            yield view.problem("receipts", message, row=row, column="firm", value="true", remedy=remedy)
        elif item not in made:
            if kind == "production":
                remedy = "add its steps to routings, or leave firm out"
                yield view.problem("receipts", f"a firm works order of {item}, which no routing makes", row=row, column="item", value=item, remedy=remedy)
        elif start is not None and due is not None and start > due:
            yield view.problem("receipts", f"{name} begins after it is due ({due})", row=row, column="start", value=start, remedy="correct start or due")
        elif start is not None and settings.today is not None and hours_known:
            yield from _on_its_day(view, settings.today, (row, name, start), centre[item])


def _on_its_day(view: View, today: dt.date, order: tuple[int, str, dt.date], centre: str) -> Iterator[Problem]:
    """The day of the start: not gone by, and open."""
    row, name, start = order
    if start < today:
        message, remedy = f"{name} should have begun before today ({today}): it begins today", "correct start, or report it as begun"
        yield view.problem("receipts", message, row=row, column="start", value=start, remedy=remedy, warning=True)
        return
    day = (start - today).days
    calendars = view.table("work_centres").filter(pl.col("work_centre") == centre)
    by_week = centre in set(view.table("capacity")["work_centre"])
    if by_week or calendars.is_empty() or not (calendar := calendars["calendar"][0]):
        return
    if not days_open(view.typed.frames, calendar, today, day + 1)[day]:
        message = f"{centre} is closed on the day on which firm order {name} is to begin: it begins on the next open one"
        yield view.problem("receipts", message, row=row, column="start", value=start, remedy="correct start, or the calendar", warning=True)
