"""Rules of the flow: every item that is needed can be made or bought, at work centres that have hours."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from e2esim.config.checks import View
from e2esim.config.grids import ROW
from e2esim.config.plan_data.hours import plan_weeks, weekly_hours
from e2esim.config.plan_data.needs import Needs
from e2esim.config.plan_data.outside import lots_at_a_time
from e2esim.config.plan_data.settings import PlanSettings
from e2esim.config.problems import Problem


def made_or_bought(view: View, needs: Needs) -> Iterator[Problem]:
    """What stock and open orders do not cover must have a routing or a supplier."""
    sources = set(view.table("routings")["item"]) | set(view.table("supply")["item"])
    bills = set(view.table("bom")["parent"])
    for row, item in view.table("items").select(ROW, "item").iter_rows():
        if needs.net.get(item, 0.0) > 0 and item not in sources:
            bill = " (it has a bill of material but no routing)" if item in bills else ""
            yield view.problem(
                "items",
                f"can be neither made nor bought, but {needs.why[item]}{bill}",
                row=row,
                column="item",
                value=item,
                remedy="add its steps to routings, or a supplier to supply",
            )


def safety_without_source(view: View, needs: Needs) -> Iterator[Problem]:
    """Stock that is to be kept of what can be neither made nor bought can only be what lies there or is on order."""
    sources = set(view.table("routings")["item"]) | set(view.table("supply")["item"])
    known = set(view.table("items")["item"])
    stated = [("stock", *row, "safety_stock") for row in view.table("stock").select(ROW, "item", "safety_stock").iter_rows()]
    stated += [("items", *row, "cover_d") for row in view.table("items").select(ROW, "item", "cover_d").iter_rows()]
    for table, row, item, much, column in stated:
        if much and item in known and item not in sources and needs.net.get(item, 0.0) <= 0:
            message = f"a safety stock of {item}, which can be neither made nor bought: only what lies in stock or is on order is kept"
            yield view.problem(
                table, message, row=row, column=column, value=much, remedy="add its steps to routings, or a supplier to supply; or take it out", warning=True
            )


def call_offs_that_never_fit(view: View) -> Iterator[Problem]:
    """A supplier whose week does not hold the smallest purchase can never be asked."""
    columns = (ROW, "supplier", "item", "weekly_capacity", "moq", "multiple")
    for row, supplier, item, weekly, moq, multiple in view.table("supply").select(columns).iter_rows():
        if not weekly or not multiple or moq is None:
            continue
        least = -(-max(moq, multiple) // multiple) * multiple
        if weekly < least:
            yield view.problem(
                "supply", f"{supplier} takes no order of {item}: the smallest purchase is {least:g}, a week holds {weekly:g}", row=row,
                column="weekly_capacity", value=weekly, remedy="correct moq, multiple or weekly_capacity; the plan does without this supplier", warning=True,
            )  # fmt: skip


def largest_lots(view: View) -> Iterator[Problem]:
    """The largest lot holds the smallest one."""
    for row, least, multiple, most in view.table("items").select(ROW, "lot_min", "lot_multiple", "lot_max").iter_rows():
        step = multiple or 1.0
        smallest = max(-(-(least or 0.0) // step) * step, step)
        if most is not None and most < smallest:
            remedy = "write a larger lot_max, or a smaller lot_min or lot_multiple"
            yield view.problem("items", f"the largest lot is below the smallest, {smallest:g}", row=row, column="lot_max", value=most, remedy=remedy)


def bills_without_routing(view: View) -> Iterator[Problem]:
    """A bill of an item that is bought is not used."""
    made, bought = set(view.table("routings")["item"]), set(view.table("supply")["item"])
    parents = view.table("bom").group_by("parent", maintain_order=True).agg(pl.col(ROW).first())
    for parent, row in parents.iter_rows():
        if parent not in made and parent in bought:
            yield view.problem(
                "bom",
                "its bill is not used: it is bought and has no routing",
                row=row,
                column="parent",
                value=parent,
                remedy="add a routing, or take the bill out",
                warning=True,
            )


def steps_of_receipts(view: View) -> Iterator[Problem]:
    """Work in process is done with a step of its item."""
    known = set(view.table("routings").select("item", "step").iter_rows())
    for row, item, step in view.table("receipts").select(ROW, "item", "step").iter_rows():
        if step is not None and (item, step) not in known:
            remedy = "write a step that routings states for the item, or leave it out: the goods are finished"
            yield view.problem("receipts", f"item {item} has no such step", row=row, column="step", value=step, remedy=remedy)
    yield from _machines_of_receipts(view)


def _machines_of_receipts(view: View) -> Iterator[Problem]:
    """A lot that a machine works still names its work centre, and each has a machine of its own."""
    stated = view.table("work_centres").select("work_centre", "machines", "supplier").iter_rows()
    machines = {centre: lots_at_a_time(much or 1) if supplier else much for centre, much, supplier in stated}
    for row, centre, hours in view.table("receipts").select(ROW, "work_centre", "hours_to_go").iter_rows():
        if hours and not centre:
            remedy = "name the work centre whose machine works it"
            yield view.problem("receipts", "hours to go, and no work centre", row=row, column="work_centre", remedy=remedy)
        if not hours or centre not in machines:
            continue
        machines[centre] -= 1
        if machines[centre] < 0:
            remedy = "correct the number of machines in work_centres, or leave the hours of lots that wait out"
            yield view.problem("receipts", f"more lots are worked at {centre} than it has machines", row=row, column="hours_to_go", value=hours, remedy=remedy)


def hours_behind_demand(view: View, needs: Needs, settings: PlanSettings) -> Iterator[Problem]:
    """A work centre that demand runs through must have hours; one with hours by week, room for one smallest lot in some week."""
    last_due = view.table("orders")["due"].max()
    if settings.today is None or last_due is None:
        return
    frames = view.typed.frames
    weeks = plan_weeks(frames, settings.today, last_due)  # type: ignore[arg-type]
    hours = weekly_hours(frames, settings.today, weeks)
    centres = view.table("work_centres")
    used: dict[str, str] = {}
    for item, centre in view.table("routings").select("item", "work_centre").iter_rows():
        if needs.net.get(item, 0.0) > 0:
            used.setdefault(centre, item)
    stated = set(view.table("capacity")["work_centre"])
    for (row, centre), own in zip(centres.select(ROW, "work_centre").iter_rows(), hours, strict=True):
        if centre in used and own.sum() <= 0:
            yield view.problem(
                "work_centres",
                f"zero capacity with demand behind it: {used[centre]} runs through it",
                row=row,
                column="work_centre",
                value=centre,
                remedy="its hours in capacity are 0 or lie before today" if centre in stated else "give it a calendar, or rows in capacity",
            )
    fullest = {name: best for name, best in zip(centres["work_centre"], hours.max(axis=1), strict=True) if name in stated}
    yield from _lots_that_never_fit(view, needs, fullest)
    yield from _beyond(view, settings, weeks)


def _lots_that_never_fit(view: View, needs: Needs, fullest: dict[str, float]) -> Iterator[Problem]:
    lots = dict(view.table("items").select("item", "lot_min").iter_rows())
    columns = (ROW, "item", "work_centre", "setup_h_per_lot", "run_h_per_unit")
    for row, item, centre, setup, run in view.table("routings").select(columns).iter_rows():
        wanted = setup + run * max(1.0, lots.get(item, 1.0))
        if needs.net.get(item, 0.0) > 0 and 0 < fullest.get(centre, 0.0) < wanted:
            yield view.problem(
                "routings",
                f"the smallest lot of {item} takes {wanted:g} h, the best week of {centre} has {fullest[centre]:g} h",
                row=row,
                column="run_h_per_unit",
                value=run,
                remedy="it can never start: check lot_min, hours and their units",
                warning=True,
            )


def _beyond(view: View, settings: PlanSettings, weeks: int) -> Iterator[Problem]:
    assert settings.today is not None
    end = pl.lit(settings.today) + pl.duration(weeks=weeks)
    late = view.table("orders").filter(pl.col("due") >= end)
    if late.height:
        row = late[ROW][0]
        yield view.problem(
            "orders",
            f"{late.height} order{'s are' if late.height > 1 else ' is'} due after the last week with hours",
            row=row,
            column="due",
            value=late["due"][0],
            remedy="they are planned from what is made before; state hours for these weeks in capacity",
            warning=True,
        )
