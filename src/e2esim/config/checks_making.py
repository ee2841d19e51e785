"""Rules between the tables of buying and making: bills, routings, supply, calendars, orders, receipts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from e2esim.config.checks import Check, View, needs
from e2esim.config.grids import ROW
from e2esim.config.problems import Problem, did_you_mean
from e2esim.domain.build.sourcing import plants_of
from e2esim.domain.closures import closed_days
from e2esim.domain.worktime import WorkTime

HALF_A_YEAR = 183  # [days] a yearly closure that is longer has its days in the wrong cells


@needs("bom.parent", "bom.component")
def no_cycle(view: View) -> Iterator[Problem]:
    """A bill of material must not come back to its own item; each cycle is named once."""
    bom = view.table("bom")
    children: dict[str, list[str]] = {}
    for parent, component in bom.select("parent", "component").iter_rows():
        children.setdefault(parent, []).append(component)
    for cycle in cycles(children):
        row = view.first_row("bom", parent=cycle[-2], component=cycle[-1])
        remedy = "take one of these rows out of the bill"
        yield view.problem(
            "bom", "circular bill of material", row=row, column="component", value=" > ".join(cycle), remedy=remedy
        )


def cycles(children: dict[str, list[str]]) -> Iterator[list[str]]:
    """Yield a closed path for every edge that leads back, depth first without recursion."""
    done: set[str] = set()
    for root in children:
        if root in done:
            continue
        path, on_path, stack = [root], {root}, [iter(children.get(root, ()))]
        while stack:
            child = next(stack[-1], None)
            if child is None:
                stack.pop()
                on_path.discard(path[-1])
                done.add(path.pop())
            elif child in on_path:
                yield [*path[path.index(child) :], child]
            elif child not in done:
                path.append(child)
                on_path.add(child)
                stack.append(iter(children.get(child, ())))


@needs("items.setup_family", "changeovers.from_family", "changeovers.to_family")
def known_families(view: View) -> Iterator[Problem]:
    """A changeover names set-up families that some item has."""
    known = sorted({family for family in view.table("items")["setup_family"] if family})
    for column in ("from_family", "to_family"):
        for row, family in view.table("changeovers").select(ROW, column).iter_rows():
            if family not in known:
                remedy = did_you_mean(family, known, "families stand in column setup_family of items:")
                yield view.problem("changeovers", "no item has this set-up family", row=row, column=column, value=family, remedy=remedy)


@needs("items.item", "items.sold", "bom.parent", "bom.component", "routings.item", "supply.item")
def made_or_bought(view: View) -> Iterator[Problem]:
    """Everything that is sold or goes into something sold must have a routing or a supplier."""
    made, bought = set(view.table("routings")["item"]), set(view.table("supply")["item"])
    children: dict[str, list[str]] = {}
    for parent, component in view.table("bom").select("parent", "component").iter_rows():
        children.setdefault(parent, []).append(component)
    items = view.table("items")
    rows = dict(items.select("item", ROW).iter_rows())
    wanted: dict[str, str] = dict.fromkeys(items.filter(pl.col("sold"))["item"], "")
    queue = list(wanted)
    while queue:
        item = queue.pop(0)
        if item in made:
            for component in children.get(item, ()):
                if component not in wanted:
                    wanted[component] = item
                    queue.append(component)
    for item, parent in wanted.items():
        if item in rows and item not in made | bought:
            why = f"it goes into {parent}" if parent else "it is sold"
            remedy = "add its operations to routings, or a supplier to supply"
            yield view.problem(
                "items",
                f"can be neither made nor bought, but {why}",
                row=rows[item],
                column="item",
                value=item,
                remedy=remedy,
            )


@needs("bom.parent", "routings.item", "supply.item")
def bills_of_made_items(view: View) -> Iterator[Problem]:
    """A made item without a bill, and a bill without a routing, are allowed but suspect."""
    made, parents = set(view.table("routings")["item"]), set(view.table("bom")["parent"])
    for item in sorted(made - parents):
        remedy = "add its components to bom"
        yield view.problem(
            "routings",
            "made from nothing: it has no bill of material",
            row=view.first_row("routings", item=item),
            column="item",
            value=item,
            remedy=remedy,
            warning=True,
        )
    for item in sorted((parents - made) & set(view.table("supply")["item"])):
        remedy = "add a routing, or take the bill out"
        yield view.problem(
            "bom",
            "its bill is never used: it is bought and has no routing",
            row=view.first_row("bom", parent=item),
            column="parent",
            value=item,
            remedy=remedy,
            warning=True,
        )


@needs("items.scrap_share")
def something_left_after_scrap(view: View) -> Iterator[Problem]:
    """A lot cannot be scrapped whole."""
    for row, value in view.table("items").filter(pl.col("scrap_share") >= 1).select(ROW, "scrap_share").iter_rows():
        yield view.problem(
            "items",
            "out of bounds: must be below 1",
            row=row,
            column="scrap_share",
            value=value,
            remedy="write the share of a lot that is lost, e.g. 0.02",
        )


@needs("items.rework_step", "items.rework_share", "items.scrap_share", "routings.item", "routings.step")
def rework_has_its_step(view: View) -> Iterator[Problem]:
    """Pieces are put right at a step of their own routing, and not all of them for ever."""
    steps = {(item, step) for item, step in view.table("routings").select("item", "step").iter_rows()}
    stated = view.table("items").filter(pl.col("rework_step").is_not_null())
    for row, item, step in stated.select(ROW, "item", "rework_step").iter_rows():
        if (item, step) not in steps:
            yield view.problem("items", "rework at a step that its routing does not have", row=row, column="rework_step", value=step,
                               remedy="write a step of table routings, or leave it empty: the last one")  # fmt: skip
    without = view.table("items").filter((pl.col("rework_share") > 0) & (pl.col("scrap_share") <= 0))
    for row, item in without.select(ROW, "item").iter_rows():
        yield view.problem("items", "rework of an item none of whose pieces is faulty", row=row, column="rework_share", value=item, warning=True,
                           remedy="write in scrap_share the share found faulty, of which rework_share is put right")  # fmt: skip


@needs("supply.hold_share", "supply.hold_d")
def holds_take_time(view: View) -> Iterator[Problem]:
    """What is held is held for some time, and the other way round."""
    halves = view.table("supply").filter((pl.col("hold_share") > 0) != (pl.col("hold_d") > 0))
    for row, portion, days in halves.select(ROW, "hold_share", "hold_d").iter_rows():
        column = "hold_d" if portion > 0 else "hold_share"
        yield view.problem("supply", "deliveries are held for no time" if portion > 0 else "days of a hold, but no delivery is held", row=row, column=column,
                           value=days if portion > 0 else portion, remedy="state both hold_share and hold_d, or neither", warning=True)  # fmt: skip


@needs("calendars.start", "calendars.end", "calendars.weekday", "calendars.calendar")
def shifts_in_order(view: View) -> Iterator[Problem]:
    """A shift ends after it starts and does not overlap another one of its day."""
    shifts = view.table("calendars")
    for row, start, end in shifts.filter(pl.col("end") <= pl.col("start")).select(ROW, "start", "end").iter_rows():
        remedy = "a shift over midnight may last 12 hours; a longer one is two rows: to 24:00, and from 00:00 of the next weekday"
        yield view.problem(
            "calendars",
            "the shift ends before it starts",
            row=row,
            column="end",
            value=f"{_clock(start)}-{_clock(end)}",
            remedy=remedy,
        )
    day = ["calendar", "weekday"]
    ordered = shifts.sort(*day, "start").with_columns(pl.col("end").shift(1).cum_max().over(day).alias("before"))
    for row, start, before in (
        ordered.filter(pl.col("start") < pl.col("before")).select(ROW, "start", "before").iter_rows()
    ):
        remedy = f"start it at {_clock(before)} or later"
        yield view.problem(
            "calendars",
            "the shift overlaps another one of the same day",
            row=row,
            column="start",
            value=_clock(start),
            remedy=remedy,
        )


def _clock(hours: float) -> str:
    minutes = round(hours * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@needs("closures.first", "closures.last")
def closures_in_order(view: View) -> Iterator[Problem]:
    """First and last day of a closure are written alike and in order."""
    for row, first, last in view.table("closures").select(ROW, "first", "last").iter_rows():
        if len(first) != len(last):
            remedy = "write both as YYYY-MM-DD, or both as MM-DD"
            yield view.problem(
                "closures",
                "one day recurs each year, the other does not",
                row=row,
                column="last",
                value=f"{first} to {last}",
                remedy=remedy,
            )
        elif len(first) > 5 and last < first:
            yield view.problem(
                "closures",
                "the closure ends before it begins",
                row=row,
                column="last",
                value=f"{first} to {last}",
                remedy="correct the days",
            )
        elif len(first) == 5 and last < first and _days_over_new_year(first, last) > HALF_A_YEAR:
            message = f"the closure ends before it begins: over the turn of the year it would last {_days_over_new_year(first, last)} days"
            remedy = "swap the days; where that long a closure is meant, write two rows: to 12-31, and from 01-01"
            yield view.problem("closures", message, row=row, column="last", value=f"{first} to {last}", remedy=remedy)


def _days_over_new_year(first: str, last: str) -> int:
    """Days of a yearly closure over the turn of a year without a leap day.

    >>> _days_over_new_year("12-24", "01-06"), _days_over_new_year("08-20", "08-10")
    (14, 356)
    """
    begin, end = (dt.date(2024 if day == "02-29" else 2025, int(day[:2]), int(day[3:])).timetuple().tm_yday for day in (first, last))
    return 365 - begin + 1 + end


@needs(
    "calendars.start",
    "calendars.end",
    "calendars.weekday",
    "calendars.calendar",
    "closures.calendar",
    "closures.first",
    "closures.last",
)
def working_time(view: View) -> Iterator[Problem]:
    """Every calendar works on at least one day of the run."""
    if view.settings is None:
        return
    horizon = view.settings.horizon
    shifts, closures = view.table("calendars"), view.table("closures")
    for (name,), rows in shifts.group_by(["calendar"], maintain_order=True):
        week: dict[int, list[tuple[float, float]]] = {}
        for weekday, start, end in (
            rows.filter(pl.col("end") > pl.col("start")).select("weekday", "start", "end").iter_rows()
        ):
            week.setdefault(weekday, []).append((start, end))
        spans = closures.filter(pl.col("calendar") == name).select("first", "last").iter_rows()
        closed = closed_days(((first, last) for first, last in spans if len(first) == len(last)), horizon.start, horizon.days)
        try:
            WorkTime.weekly(week, start=horizon.start, days=horizon.days, closed=closed)
        except ValueError:
            end = horizon.start + dt.timedelta(days=horizon.days)
            remedy = f"give it shifts and open days between {horizon.start} and {end}"
            yield view.problem(
                "calendars",
                "calendar without working time in the run",
                row=int(rows[ROW][0]),
                column="calendar",
                value=name,
                remedy=remedy,
            )


@needs("sites.site", "sites.kind", "routings.site", "routings.work_centre")
def plants_make_something(view: View) -> Iterator[Problem]:
    """Routings name plants; every plant beside the first makes something, on work centres of its own."""
    sites, steps = view.table("sites"), view.table("routings")
    plants = plants_of(sites) if sites.height else ("",)
    for row, site in steps.filter(pl.col("site").is_in(sorted(set(sites["site"]) - set(plants)))).select(ROW, "site").iter_rows():
        yield view.problem("routings", "made at a site that is no plant", row=row, column="site", value=site, remedy=did_you_mean(site, plants, "plants are"))
    making = steps["site"].unique().to_list()
    for row, site in sites.filter(pl.col("site").is_in(plants[1:]) & ~pl.col("site").is_in(making)).select(ROW, "site").iter_rows():
        remedy = "name it in column site of routings, or let its kind be 'warehouse'"
        yield view.problem("sites", "a second plant that makes nothing", row=row, column="kind", value=site, remedy=remedy)
    at = steps.with_columns(pl.when(pl.col("site") == "").then(pl.lit(plants[0])).otherwise(pl.col("site")).alias("_at"))
    apart = at.filter(pl.col("_at") != pl.col("_at").first().over("work_centre")).unique("work_centre", keep="first", maintain_order=True)
    for row, centre in apart.select(ROW, "work_centre").iter_rows():
        remedy = "give each plant a work centre of its own"
        yield view.problem("routings", "a work centre at two plants", row=row, column="work_centre", value=centre, remedy=remedy)


@needs("orders.item", "orders.customer", "items.sold")
def orders_of_sold_items(view: View) -> Iterator[Problem]:
    """Open orders are of items that are sold."""
    sold = set(view.table("items").filter(pl.col("sold"))["item"])
    for row, item in view.table("orders").filter(~pl.col("item").is_in(sold)).select(ROW, "item").iter_rows():
        remedy = "correct the item, or set items.sold"
        yield view.problem("orders", "an order of an item that is not sold", row=row, column="item", value=item, remedy=remedy)


@needs("receipts.kind", "receipts.item", "receipts.supplier", "routings.item", "supply.item", "supply.supplier")
def receipts_can_come(view: View) -> Iterator[Problem]:
    """Purchases have a supplier of the item, works orders a made item."""
    made = set(view.table("routings")["item"])
    terms = set(view.table("supply").select("item", "supplier").iter_rows())
    bought = {item for item, _ in terms}
    for row, kind, item, supplier in view.table("receipts").select(ROW, "kind", "item", "supplier").iter_rows():
        message, remedy = "", ""
        if kind == "purchase" and (item not in bought or (supplier and (item, supplier) not in terms)):
            message, remedy = f"no supply terms for this item{f' from {supplier}' if supplier else ''}", "add the terms to supply, or correct item and supplier"
        elif kind == "production" and item not in made:
            message, remedy = "an open production order of an item without routing", "add its routing or correct the item"
        elif kind == "transfer":
            message, remedy = "a transfer, but a market run has one site", "take it out, or book it into stock"
        if message:
            yield view.problem("receipts", message, row=row, column="item", value=item, remedy=remedy)


@needs("work_centres.machines", "routings.run_h_per_unit")
def work_takes_time(view: View) -> Iterator[Problem]:
    """In a market run every work centre has a machine and every piece takes time on it."""
    for table, column, least in (("work_centres", "machines", "at least 1"), ("routings", "run_h_per_unit", "above 0")):
        for row, value in view.table(table).filter(pl.col(column) <= 0).select(ROW, column).iter_rows():
            yield view.problem(table, f"out of bounds: must be {least}", row=row, column=column, value=value, remedy="correct the number")


@needs(
    "items.item", "items.make", "items.sold", "items.rework_share", "prices.item", "prices.channel", "channels.channel", "channels.kind", "stock.item",
    "sites.kind",
)  # fmt: skip
def made_to_order(view: View) -> Iterator[Problem]:
    """What is made for one line each is sold, by direct channels alone, at one site, and lies nowhere when the run begins."""
    own = view.table("items").filter(pl.col("make") == "order")
    names = own["item"].implode()
    if not len(own):
        return
    for row, item, sold, again in own.select(ROW, "item", "sold", "rework_share").iter_rows():
        if not sold:
            yield view.problem("items", "made to order and not sold", row=row, column="make", value=item, remedy="components are made to stock: leave it out")
        if again > 0.0:
            message, remedy = "made to order, and faulty pieces put right", "leave out rework_share: what is scrapped is made again"
            yield view.problem("items", message, row=row, column="rework_share", value=again, remedy=remedy)
    shelves = view.table("channels").filter(pl.col("kind") == "stockist")["channel"].implode()
    sold_there = view.table("prices").filter(pl.col("item").is_in(names) & pl.col("channel").is_in(shelves))
    for row, item, channel in sold_there.select(ROW, "item", "channel").iter_rows():
        remedy = "sell it by direct channels: leave this price out"
        yield view.problem("prices", f"{item} is made to order, and {channel} sells from shelves", row=row, column="channel", value=channel, remedy=remedy)
    for row, item in view.table("stock").filter(pl.col("item").is_in(names)).select(ROW, "item").iter_rows():
        yield view.problem("stock", "made to order, and in stock", row=row, column="item", value=item, remedy="leave it out: it fits nobody")
    others = view.table("sites").filter(pl.col("kind").is_in(["plant", "warehouse"]))
    if len(others) > 1:
        remedy = "leave items.make empty, or keep one site"
        yield view.problem("items", "made to order in a company of several sites", row=int(own[ROW][0]), column="make", value="order", remedy=remedy)


CHECKS: tuple[Check, ...] = (
    no_cycle, known_families, made_or_bought, bills_of_made_items, something_left_after_scrap, rework_has_its_step, holds_take_time, shifts_in_order,
    closures_in_order, working_time, plants_make_something, orders_of_sold_items, receipts_can_come, work_takes_time,
    made_to_order,
)  # fmt: skip
