"""Tables of a company that refills stock points by rules: sites, lanes, terms of supply, replenishment rules and demand as a process.

Days are counted from the start of the run. Read by ``run`` where a company has a table ``replenishment`` or a ``demand`` with laws of chance.
"""

from __future__ import annotations

from e2esim.domain.chance import LAWS
from e2esim.domain.schema.column import SOURCE, Column, Table, Verb, choice, flag, id_column, number, optional, share, text

_RUN: tuple[Verb, ...] = ("run",)
_ITEM, _SITE = ("items", "item"), ("sites", "site")
RULE_WORDS = ("base_stock", "s_S", "r_Q", "periodic", "min_max", "drp", "none")


def _site(meaning: str) -> Column:
    return id_column("site", f"{meaning}; empty: the only site there is", _SITE, required=False, default="")


def _law(name: str, meaning: str) -> Column:
    return choice(name, f"law of chance of {meaning}", tuple(law for law in LAWS if law != "empirical"), "constant")


def _whole(name: str, unit: str, meaning: str, default: int, low: int) -> Column:
    return Column(name=name, kind="int", unit=unit, meaning=meaning, required=False, default=default, low=low)


def _sources(what: str) -> tuple[Column, ...]:
    """Columns of everything goods are ordered from."""
    return (
        optional("order_delay_d", "days", f"from placing an order until {what} sees it", 0.0),
        optional("order_eur", "EUR/order", "cost of placing an order", 0.0),
        optional("shipment_eur", "EUR/shipment", "cost of each shipment", 0.0),
        optional("transit_eur", "EUR/unit/period", "cost of holding goods under way", 0.0),
        _whole("priority", "", "1 = asked first; the next where those before it cannot deliver at once", 1, 1),
        share("share", "share of what the stock point orders; where one source states it, all must, and they sum to 1", 0.0),
    )


TABLES: tuple[Table, ...] = (
    Table(
        name="items",
        meaning="Everything that is bought, made, moved or sold.",
        key=("item",),
        verbs=_RUN,
        columns=(
            id_column("item"),
            text("name", "name shown in reports"),
            optional("price", "EUR/unit", "what a customer pays, where demand states no price", 0.0),
            optional("lead_time_d", "days", "from the issue of its components, or from the end of its routing, until a made item is in stock", 0.0),
            _law("lead_law", "the lead time of a made item"),
            optional("lead_sd_d", "days", "standard deviation of that lead time", 0.0),
            optional("order_delay_d", "days", "from placing a works order until the shop sees it", 0.0),
            optional("make_eur", "EUR/unit", "cost of making a unit, components apart", 0.0),
            optional("order_eur", "EUR/order", "cost of a works order", 0.0),
            share("scrap_share", "share of what is made that is scrapped", 0.0),
            SOURCE,
        ),
    ),
    Table(
        name="sites",
        meaning="Plants, warehouses, shops and accounts.",
        key=("site",),
        verbs=_RUN,
        required=False,
        columns=(
            id_column("site"),
            text("name", "name shown in reports"),
            choice("kind", "only plants make items that have a bill or a routing", ("plant", "warehouse", "shop", "account"), "warehouse"),
            SOURCE,
        ),
    ),
    Table(
        name="bom",
        meaning="Bill of material, any number of levels; components are taken when a works order starts, at its site.",
        key=("parent", "component"),
        verbs=_RUN,
        required=False,
        columns=(
            id_column("parent", "made item", _ITEM),
            id_column("component", "what goes into it", _ITEM),
            number("qty_per", "component unit/parent unit", "component units in one parent unit", above=0.0),
            SOURCE,
        ),
    ),
    Table(
        name="work_centres",
        meaning="Identical machines with one queue, first come first served, working round the clock.",
        key=("work_centre",),
        verbs=_RUN,
        required=False,
        columns=(id_column("work_centre"), text("name", "name shown in reports"), _whole("machines", "machines", "identical machines", 1, 1), SOURCE),
    ),
    Table(
        name="routings",
        meaning="Steps of made items in sequence.",
        key=("item", "step"),
        verbs=_RUN,
        required=False,
        columns=(
            id_column("item", "made item", _ITEM),
            Column(name="step", kind="int", meaning="sequence number, ascending", low=0),
            id_column("work_centre", "where it is done", ("work_centres", "work_centre")),
            optional("setup_h_per_lot", "h/lot", "set-up time of a works order", 0.0),
            number("run_h_per_unit", "h/unit", "run time of one unit"),
            _law("time_law", "the time of the step of a works order, the mean being set-up and run time"),
            optional("time_cv", "1", "standard deviation over mean of that time, for laws that have one", 0.0),
            SOURCE,
        ),
    ),
    Table(
        name="supply",
        meaning="Suppliers and their terms; a supplier has everything.",
        key=("supplier", "item", "site"),
        verbs=_RUN,
        required=False,
        columns=(
            id_column("supplier"),
            id_column("item", "bought item", _ITEM),
            id_column("site", "where it delivers; empty: every site that stocks the item and gets it in no other way", _SITE, required=False, default=""),
            optional("lead_time_days", "days", "from the moment the supplier sees the order to receipt", 0.0),
            _law("lead_law", "that lead time"),
            optional("lead_sd_d", "days", "standard deviation of the lead time", 0.0),
            optional("price", "EUR/unit", "price delivered, paid on receipt", 0.0),
            optional("moq", "unit", "smallest order, where replenishment states no lot_min", 0.0),
            optional("multiple", "unit", "orders are multiples of this, where replenishment states no lot_multiple; 0: any quantity", 0.0),
            *_sources("the supplier"),
            SOURCE,
        ),
    ),
    Table(
        name="lanes",
        meaning="Ways of goods from a site to another, or to a customer of table demand.",
        key=("from", "to", "item"),
        verbs=_RUN,
        required=False,
        columns=(
            id_column("from", "site the goods leave", _SITE),
            id_column("to", "site, or customer of table demand, that gets them"),
            id_column("item", "item that travels; empty: every item stocked at both ends", _ITEM, required=False, default=""),
            optional("transit_d", "days", "on the way", 0.0),
            _law("transit_law", "the days on the way"),
            optional("transit_sd_d", "days", "standard deviation of the days on the way", 0.0),
            optional("cost_eur_unit", "EUR/unit", "cost of moving a unit, paid on receipt", 0.0),
            *_sources("the site"),
            SOURCE,
        ),
    ),
    Table(
        name="stock",
        meaning="What lies in stock when the run starts.",
        key=("item", "site"),
        verbs=_RUN,
        required=False,
        columns=(id_column("item", "item", _ITEM), _site("where it lies"), number("on_hand", "unit", "free stock"), SOURCE),
    ),
    Table(
        name="receipts",
        meaning="Goods under way when the run starts.",
        key=("receipt",),
        verbs=_RUN,
        required=False,
        columns=(
            id_column("receipt", "number of the open order"),
            id_column("item", "what will arrive", _ITEM),
            _site("where"),
            number("qty", "unit", "open quantity", above=0.0),
            optional("due_d", "days", "days after the start of the run", None),
            Column(name="due", kind="date", unit="YYYY-MM-DD", meaning="day of receipt, where due_d is empty; overdue ones come at the start", required=False),
            SOURCE,
        ),
    ),
    Table(
        name="replenishment",
        meaning="How each stock point (an item at a site) refills, and what stock, backlog and lost demand cost there. Several rows: one after the other.",
        key=("site", "item", "from_d"),
        verbs=_RUN,
        required=False,
        columns=(
            _site("where"),
            id_column("item", "item; empty: every other item of the site that stock, demand or lanes name", _ITEM, required=False, default=""),
            choice(
                "rule",
                "base_stock: up to the level; s_S and min_max: at the reorder point up to the level; r_Q: at the reorder point by fixed quantities; "
                "periodic: a fixed quantity each review; drp: up to the level and what is expected over cover; none",
                RULE_WORDS,
            ),
            optional("level", "unit", "order up to this inventory position (on hand + on order - backlog)", 0.0),
            optional("reorder", "unit", "reorder point", 0.0, low=None),
            optional("quantity", "unit", "fixed quantity of r_Q and periodic", 0.0),
            optional("review_d", "days", "between reviews; 0: whenever the position changes", 0.0),
            optional("first_d", "days", "first review", 0.0),
            optional("from_d", "days", "day from which the row holds", 0.0),
            optional("to_d", "days", "day before which it holds; empty: always", None),
            choice("trigger", "order when the position is at or below the reorder point, or below it only", ("at", "below"), "at"),
            flag("echelon", "the position counts all goods downstream too, less what customers wait for", False),
            choice("forecast", "forecast of the demand per review that cover_d multiplies", ("none", "moving_average", "smoothing"), "none"),
            _whole("window", "reviews", "length of the moving average", 0, 0),
            share("alpha", "weight of the newest demand in smoothing", 0.0),
            optional("cover_d", "days", "days of forecast demand on top of the level; drp without it covers review and lead time", 0.0),
            flag("sends_back", "what is above the level goes back to the source", False),
            optional("lot_min", "unit", "smallest order", 0.0),
            optional("lot_multiple", "unit", "orders are multiples of this; 0: any quantity", 0.0),
            optional("lot_max", "unit", "larger orders are split into lots of this; empty: never", None, above=0.0),
            choice("unmet", "what customers do when there is nothing", ("waits", "lost"), "waits"),
            flag("partial", "lines take what there is; otherwise they wait, or are lost, whole", True),
            _whole("wip_limit", "works orders", "works orders that may be in the shop at once (CONWIP); 0: any number", 0, 0),
            optional("holding_eur", "EUR/unit/period", "cost of stock", 0.0),
            optional("backlog_eur", "EUR/unit/period", "cost of a unit that is waited for", 0.0),
            optional("lost_eur", "EUR/unit", "cost of a lost unit, its price apart", 0.0),
            SOURCE,
        ),
    ),
    Table(
        name="orders",
        meaning="Orders of customers; each asks on its due day, an overdue one when the run starts.",
        key=("order", "line"),
        verbs=_RUN,
        required=False,
        columns=(
            id_column("order", "number of the order"),
            text("line", "line of the order"),
            text("customer", "who ordered; a lane from the site to this name gives days and cost of delivery"),
            id_column("item", "what is ordered", _ITEM),
            _site("where"),
            number("qty", "unit", "open quantity"),
            Column(name="due", kind="date", unit="YYYY-MM-DD", meaning="day on which the customer asks for it"),
            _whole("priority", "", "1 = served first", 2, 1),
            optional("price", "EUR/unit", "what the customer pays; empty: the price of the item", None),
            SOURCE,
        ),
    ),
    Table(
        name="demand",
        meaning="Streams of customer demand.",
        key=("item", "site", "customer", "first_d"),
        verbs=_RUN,
        required=False,
        columns=(
            id_column("item", "what is asked for", _ITEM),
            _site("where"),
            text("customer", "who asks; a lane from the site to this name gives days and cost of delivery"),
            optional("every_d", "days", "mean time between lines", 1.0, above=0.0),
            choice("every_law", "law of chance of that time; lines of a law other than constant begin after the first such time", LAWS[:5], "constant"),
            optional("every_sd_d", "days", "standard deviation of that time", 0.0),
            optional("first_d", "days", "day of the first line", 0.0),
            optional("to_d", "days", "day before which it ends; empty: never", None),
            choice("law", "law of chance of the quantity of a line", LAWS, "constant"),
            optional("mean", "unit", "mean quantity of a line", 1.0),
            optional("sd", "unit", "standard deviation of the quantity", 0.0),
            text("values", "law empirical: quantities, separated by spaces"),
            text("weights", "law empirical: how often each, separated by spaces; empty: all alike"),
            optional("price", "EUR/unit", "what the customer pays; empty: the price of the item", None),
            _whole("priority", "", "1 = served first", 1, 1),
            share("return_share", "share of the lines that come back, as good as new, for the price", 0.0),
            optional("return_d", "days", "from delivery until they are back", 14.0),
            SOURCE,
        ),
    ),
)
TABLE: dict[str, Table] = {table.name: table for table in TABLES}
