"""The tables of a planner's folder, column by column, with units; the single source for reading and documenting."""

from __future__ import annotations

from dataclasses import replace

from e2esim.config.plan_data.settings import KEYS
from e2esim.domain.schema import TABLE as SCENARIO
from e2esim.domain.schema import Column, Table, Verb
from e2esim.planning.factory.money import EXTRA_HOUR_EUR
from e2esim.planning.factory.risk import HOURS_CV, LATE_MEDIAN_D, LATE_SHARE


def _id(name: str, meaning: str, ref: tuple[str, str] | None = None) -> Column:
    return Column(name=name, kind="id", meaning=meaning, ref=ref)


def _text(name: str, meaning: str) -> Column:
    return Column(name=name, kind="text", meaning=meaning, required=False, default="")


def _unit(of: str) -> Column:
    return _text("unit", f"unit of {of}; if given it must be the unit that items states for the item")


def _number(name: str, unit: str, meaning: str, *, above: float | None = None) -> Column:
    return Column(name=name, kind="float", unit=unit, meaning=meaning, low=0.0, above=above)


def _default(name: str, unit: str, meaning: str, default: float, *, above: float | None = None) -> Column:
    return Column(name=name, kind="float", unit=unit, meaning=meaning, low=0.0, above=above, required=False, default=default)


def _share(name: str, meaning: str, default: float) -> Column:
    return Column(name=name, kind="float", unit="share", meaning=meaning, low=0.0, high=1.0, required=False, default=default)


def _days(name: str, meaning: str) -> Column:
    return Column(name=name, kind="int", unit="days", meaning=meaning, low=0)


def _date(name: str, meaning: str) -> Column:
    return Column(name=name, kind="date", unit="YYYY-MM-DD", meaning=meaning)


_FACTORY: tuple[Verb, ...] = ("plan", "promise", "backorders")
STRATEGIES = ("win", "gain", "improve", "redistribute", "fill", "lose")  # of e2esim.planning.book.backorders
_ITEM = ("items", "item")
_CENTRE = ("work_centres", "work_centre")

TABLES: tuple[Table, ...] = (
    Table(
        name="settings",
        meaning="One row a setting.",
        key=("key",),
        verbs=_FACTORY,
        required=False,
        columns=(
            Column(name="key", kind="choice", meaning="which setting", choices=KEYS),
            _text("value", "its value"),
        ),
    ),
    Table(
        name="items",
        meaning="Everything that is sold, made or bought.",
        key=("item",),
        verbs=_FACTORY,
        columns=(
            _id("item", "number of the item, kept as text: 000123 stays 000123"),
            _text("name", "name shown in the plan"),
            Column(name="unit", kind="text", meaning="stock keeping unit: pcs, kg, m", required=False, default="pcs"),
            _text("type", "your own class, e.g. finished, part, bought; not used"),
            _default("lot_min", "unit", "smallest production lot", 1.0),
            _default("lot_multiple", "unit", "production lots are multiples of this", 1.0, above=0.0),
        ),
    ),
    Table(
        name="bom",
        meaning="Bill of material, any number of levels; components are taken when the first step starts.",
        key=("parent", "component"),
        verbs=_FACTORY,
        required=False,
        columns=(
            _id("parent", "made item", _ITEM),
            _id("component", "what goes into it", _ITEM),
            _number("qty_per", "component unit/parent unit", "component units in one parent unit", above=0.0),
            _unit("the component"),
        ),
    ),
    Table(
        name="work_centres",
        meaning="Machines and crews with finite hours.",
        key=("work_centre",),
        verbs=_FACTORY,
        columns=(
            _id("work_centre", "number of the work centre"),
            _text("name", "name shown in the plan"),
            Column(
                name="calendar",
                kind="id",
                meaning="shift calendar; needed where table capacity states no hours",
                required=False,
                default="",
                ref=("calendars", "calendar"),
            ),
            Column(
                name="machines",
                kind="int",
                unit="machines",
                meaning="identical machines that work the calendar",
                low=0,
                required=False,
                default=1,
            ),
            _default("efficiency", "share", "standard hours earned in an hour of the calendar", 1.0, above=0.0),
            _default("extra_h_eur", "EUR/h", "what an hour beyond the calendar costs; for the ways out (assumed where it is not stated)", EXTRA_HOUR_EUR),
            _share("hours_cv", "spread of the hours of a week around the plan, standard deviation over mean (--robust)", HOURS_CV),
        ),
    ),
    Table(
        name="capacity",
        meaning="Hours of a work centre by week; where it has rows here, its calendar is not used.",
        key=("work_centre", "week_start"),
        verbs=_FACTORY,
        required=False,
        columns=(
            _id("work_centre", "work centre", _CENTRE),
            _date("week_start", "Monday of the week"),
            _number("capacity_h", "h", "hours that may be loaded in the week"),
            _text("week", "number of the week; for reading only"),
        ),
    ),
    replace(SCENARIO["calendars"], required=False),
    SCENARIO["closures"],
    Table(
        name="routings",
        meaning="Steps of made items in sequence; between steps there may be stock of work in process.",
        key=("item", "step"),
        verbs=_FACTORY,
        required=False,
        columns=(
            _id("item", "made item", _ITEM),
            Column(name="step", kind="int", meaning="sequence number, ascending", low=0),
            _id("work_centre", "where it is done", _CENTRE),
            _number("setup_h_per_lot", "h/lot", "set-up time of a lot"),
            _number("run_h_per_unit", "h/unit", "run time of one unit"),
            _days("flow_days", "days from the start of a lot to the end of the step, whatever its quantity"),
            _share("flow_cv", "spread of the flow time around flow_days, standard deviation over mean (--robust)", 0.0),
        ),
    ),
    Table(
        name="suppliers",
        meaning="Who delivers what, on which terms.",
        key=("supplier", "item"),
        verbs=_FACTORY,
        required=False,
        columns=(
            _id("supplier", "number or name of the supplier"),
            _id("item", "bought item", _ITEM),
            Column(
                name="priority",
                kind="int",
                meaning="1 = preferred; the next is asked when the first is too slow",
                low=1,
                required=False,
                default=1,
            ),
            _days("lead_time_days", "days from order to receipt"),
            _default("moq", "unit", "smallest purchase", 0.0),
            _default("multiple", "unit", "purchases are multiples of this", 1.0, above=0.0),
            _default("price", "EUR/unit", "price delivered", 0.0),
            _unit("moq and multiple"),
            _share("late_share", "purchases that come late; used by --robust, the default is published for direct deliveries", LATE_SHARE),
            _default("late_median_days", "days", "median of the days late of those, with a lognormal tail (--robust)", LATE_MEDIAN_D, above=0.0),
        ),
    ),
    Table(
        name="stock",
        meaning="What lies in stock when today begins; items not named have none.",
        key=("item",),
        verbs=_FACTORY,
        required=False,
        columns=(_id("item", "item", _ITEM), _number("on_hand", "unit", "free stock"), _unit("on_hand")),
    ),
    Table(
        name="receipts",
        meaning="Open purchase and production orders. Their parts are taken and their hours spent already.",
        key=("receipt",),
        verbs=_FACTORY,
        required=False,
        columns=(
            _id("receipt", "number of the open order"),
            _id("item", "what will arrive", _ITEM),
            _number("qty", "unit", "open quantity"),
            _date("due", "day on which it will be in stock"),
            Column(
                name="kind",
                kind="choice",
                meaning="what it is; for reading only",
                choices=("purchase", "production"),
                required=False,
                default="purchase",
            ),
            _unit("qty"),
        ),
    ),
    Table(
        name="orders",
        meaning="Orders of customers, and forecasts to be planned like orders.",
        key=("order", "line"),
        verbs=_FACTORY,
        columns=(
            _id("order", "number of the order"),
            _text("line", "line of the order; leave it out where an order has one line"),
            _text("customer", "who ordered"),
            _text("channel", "where it was sold, as history writes it; empty: it consumes the forecast of all channels"),
            _id("item", "what is ordered", _ITEM),
            _number("qty", "unit", "open quantity", above=0.0),
            _date("due", "day on which it must be delivered, the goods being there when it begins"),
            Column(
                name="priority",
                kind="int",
                meaning="1 = highest; a step is worth ten times the pieces",
                low=1,
                high=99,
                required=False,
                default=2,
            ),
            _unit("qty"),
            _default("price", "EUR/unit", "what the customer pays; tells what limits are worth in EUR", 0.0),
            _default("late_cost", "EUR/unit", "what a unit costs that is not delivered by its due day; takes the place of price, 0 = not known", 0.0),
            _text("ship_set", "lines with the same word here are delivered together, on one day; only promised, not planned"),
            Column(
                name="min_shipment",
                kind="float",
                unit="unit",
                meaning="smallest part that may be delivered alone; empty: the line goes in one piece; only promised, not planned",
                above=0.0,
                low=0.0,
                required=False,
            ),
            Column(
                name="max_late_days",
                kind="int",
                unit="days",
                meaning="the customer takes it at most so many days after due; empty: whenever it comes; only promised, not planned",
                low=0,
                required=False,
            ),
            Column(
                name="promised",
                kind="date",
                unit="YYYY-MM-DD",
                meaning="day that was promised before; `e2esim promise` keeps it, or says why it is broken",
                required=False,
            ),
        ),
    ),
    Table(
        name="customers",
        meaning="Who may order, besides those who stand in orders.",
        key=("customer",),
        verbs=_FACTORY,
        required=False,
        columns=(
            _id("customer", "name or number, as orders write it"),
            Column(
                name="priority",
                kind="int",
                meaning="priority of what the customer asks for, where a request states none; 1 = highest",
                low=1,
                high=99,
                required=False,
                default=2,
            ),
            _text("channel", "channel through which the customer buys, for tables segments and quotas"),
            _text("market", "market of the customer inside the channel, for table quotas"),
        ),
    ),
    Table(
        name="segments",
        meaning="Which orders a backorder run may better or worsen, in which turn; an order belongs to the first segment that it fits, by rank.",
        key=("segment", "by", "value"),
        verbs=_FACTORY,
        required=False,
        columns=(
            _id("segment", "name of the segment; several rows are several ways to belong to it"),
            Column(
                name="strategy",
                kind="choice",
                meaning="what may happen to its orders (see below); stated in one row of the segment or in all",
                choices=STRATEGIES,
                required=False,
                default="",
            ),
            Column(name="rank", kind="int", meaning="turn of the segment, 1 = served first", low=1, required=False, default=1),
            Column(
                name="by",
                kind="choice",
                meaning="by what orders belong to it",
                choices=("all", "priority", "customer", "channel"),
                required=False,
                default="all",
            ),
            _text("value", "the priority, customer or channel; empty where by is all"),
        ),
    ),
    Table(
        name="quotas",
        meaning="Shares of the supply of every sold item for channels, their markets and customers; what a row does not hand on is a pool for all below it.",
        key=("channel", "market", "customer"),
        verbs=_FACTORY,
        required=False,
        columns=(
            _id("channel", "channel, as table customers writes it"),
            _text("market", "market inside the channel; empty: the row is the whole channel"),
            _text("customer", "customer inside channel and market; empty: the row is the whole market"),
            _number("share_percent", "%", "part of the quota of the row above it (a channel: of the supply); 100 together at most"),
            Column(
                name="priority",
                kind="int",
                meaning="1 = first: may take what rows beside it of a larger number have not used, never the other way",
                low=1,
                required=False,
                default=1,
            ),
        ),
    ),
    Table(
        name="substitutes",
        meaning="What may be delivered in place of an item, piece for piece; only promised, not planned.",
        key=("item", "substitute"),
        verbs=_FACTORY,
        required=False,
        columns=(
            _id("item", "what is ordered", _ITEM),
            _id("substitute", "what may be delivered instead", _ITEM),
            Column(name="rank", kind="int", meaning="1 = first choice", low=1, required=False, default=1),
            _default("extra_cost", "EUR/unit", "what a unit of the substitute costs more", 0.0),
        ),
    ),
    Table(
        name="other_sites",
        meaning="Free goods of other sites that may be delivered in place of our own; only promised, not planned.",
        key=("site", "item", "available_from"),
        verbs=_FACTORY,
        required=False,
        columns=(
            _id("site", "name of the other site"),
            _id("item", "what lies there", _ITEM),
            _number("available", "unit", "free quantity that becomes available on that day", above=0.0),
            _date("available_from", "day from which it can leave the site"),
            Column(name="transit_days", kind="int", unit="days", meaning="days from the site to the customer", low=0, required=False, default=0),
            _default("extra_cost", "EUR/unit", "what a unit from there costs more", 0.0),
        ),
    ),
    Table(
        name="history",
        meaning="Past demand; where it is given, the plan serves what is still to come beside the orders. Absent rows are no demand.",
        key=("item", "channel", "period"),
        verbs=_FACTORY,
        required=False,
        columns=(
            _id("item", "what was asked for", _ITEM),
            _text("channel", "where it was sold; a forecast is made of each item and channel"),
            Column(
                name="period",
                kind="date",
                unit="YYYY-MM-DD",
                meaning="first day of the week (Monday) or month; also written 2025-W07 or 2025-02. Three years for a weekly season",
            ),
            _number("qty", "unit", "quantity asked for in the period, without returns"),
            _unit("qty"),
        ),
    ),
    Table(
        name="forecast_changes",
        meaning="What people know and history does not. Rows of the past too: they tell whether changing the forecast paid.",
        key=("item", "channel", "week"),
        verbs=_FACTORY,
        required=False,
        columns=(
            Column(name="item", kind="id", meaning="whose forecast changes; empty: of all items", required=False, default="", ref=_ITEM),
            _text("channel", "whose forecast changes; empty: of all channels"),
            Column(name="week", kind="date", unit="YYYY-MM-DD", meaning="first day"),
            Column(name="weeks", kind="int", unit="weeks", meaning="how long", low=1, high=104, required=False, default=1),
            Column(name="uplift", kind="float", unit="share", meaning="a promotion: 0.3 = 30 % more than usual, -0.1 = the dip after it", low=-1.0,
                   required=False),
            Column(name="qty", kind="float", unit="unit", meaning="an override: total quantity in place of the forecast", low=0.0, required=False),
            _text("reason", "who says so and why"),
        ),
    ),
)

TABLE: dict[str, Table] = {table.name: table for table in TABLES}
