"""Table schemas: what every scenario table holds, column by column, with units.

The single source for reading, checking and documenting scenario data (``docs/data.md`` is generated from here).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "int", "float", "share", "date", "month", "time", "bool", "choice"]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a scenario table.

    ``kind`` share is a float in [0, 1]; ``ref`` names the (table, column) an id must exist in; ``required`` false
    means that an empty cell or a missing column takes ``default``.
    """

    name: str
    kind: Kind
    unit: str = ""
    meaning: str = ""
    required: bool = True
    default: str | float | int | bool | None = None
    low: float | None = None
    above: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    ref: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """One scenario table: its key must be unique."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = True

    def column(self, name: str) -> Column:
        """Return the column called ``name``.

        Raises
        ------
        KeyError
            If the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name}")


def _id(name: str, meaning: str = "", ref: tuple[str, str] | None = None, **kw: object) -> Column:
    return Column(name=name, kind="id", meaning=meaning, ref=ref, **kw)  # type: ignore[arg-type]


def _num(name: str, unit: str, meaning: str, *, low: float | None = 0.0, **kw: object) -> Column:
    return Column(name=name, kind="float", unit=unit, meaning=meaning, low=low, **kw)  # type: ignore[arg-type]


def _opt(name: str, unit: str, meaning: str, default: float, *, low: float | None = 0.0, **kw: object) -> Column:
    return Column(name=name, kind="float", unit=unit, meaning=meaning, low=low, required=False, default=default, **kw)  # type: ignore[arg-type]


def _share(name: str, meaning: str, default: float | None = None) -> Column:
    return Column(name=name, kind="share", unit="share", meaning=meaning, low=0.0, high=1.0, required=default is None, default=default)


def _choice(name: str, meaning: str, choices: tuple[str, ...], default: str | None = None) -> Column:
    return Column(name=name, kind="choice", meaning=meaning, choices=choices, required=default is None, default=default)


def _flag(name: str, meaning: str, default: bool | None = None) -> Column:
    return Column(name=name, kind="bool", meaning=meaning, required=default is None, default=default)


def _text(name: str, meaning: str, default: str | None = "") -> Column:
    return Column(name=name, kind="text", meaning=meaning, required=default is None, default=default)


_SOURCE = _text("source", "where the numbers of this row come from, or the word 'assumed'")

TABLES: tuple[Table, ...] = (
    Table(
        name="brands",
        meaning="Brands of the firm.",
        key=("brand",),
        columns=(
            _id("brand"),
            _text("name", "name shown in reports"),
            _num("quality", "1", "product benefit B of the satisfaction formula; 1 = what the reference price buys", above=0.0),
            _SOURCE,
        ),
    ),
    Table(
        name="items",
        meaning="Everything that is bought, made or sold.",
        key=("item",),
        columns=(
            _id("item"),
            _text("name", "name shown in reports"),
            _text("category", "product family: mattress, pillow, core, cover, raw ...", None),
            Column(name="brand", kind="id", meaning="brand of a sold item, empty for components", required=False, default="", ref=("brands", "brand")),
            _text("unit", "stock keeping unit: pcs, kg, m, m2", "pcs"),
            _flag("sold", "true if customers order it"),
            _opt("cost_eur", "EUR/unit", "standard full cost of a made item; 0 = roll up from bill and routing", 0.0),
            _opt("weight_kg", "kg/unit", "gross weight", 0.0),
            _opt("volume_m3", "m3/unit", "packed volume", 0.0),
            _opt("life_y", "years", "mean time to the renewal need it leaves with its owner (sold items)", 5.0, above=0.0),
            _share("pair_share", "share of consumer purchases with two pieces", 0.0),
            _opt("lot_min", "unit", "smallest production lot", 1.0),
            _opt("lot_multiple", "unit", "lots are multiples of this", 1.0, above=0.0),
            _opt("lead_time_d", "days", "planned manufacturing lead time of a made item", 1.0),
            _text("setup_family", "set-up family for table changeovers, empty = no changeovers", ""),
            _opt("cover_d", "days", "safety stock as days of forecast demand", 0.0),
            _share("scrap_share", "share of a lot scrapped at completion", 0.0),
            _share("defect_share", "share of sold pieces with a defect that shows in use", 0.0),
            _share("resale_share", "share of the price recovered when a returned piece is resold as B-grade", 0.0),
            _SOURCE,
        ),
    ),
    Table(
        name="bom",
        meaning="Bill of material, any number of levels.",
        key=("parent", "component"),
        columns=(
            _id("parent", ref=("items", "item")),
            _id("component", ref=("items", "item")),
            _num("quantity", "component unit/parent unit", "component units in one parent unit", above=0.0),
            _SOURCE,
        ),
    ),
    Table(
        name="calendars",
        meaning="Weekly shift calendars; several rows a weekday are several shifts.",
        key=("calendar", "weekday", "start"),
        columns=(
            _id("calendar"),
            Column(name="weekday", kind="int", unit="1=Monday..7=Sunday", meaning="ISO weekday", low=1, high=7),
            Column(name="start", kind="time", unit="HH:MM", meaning="start of the shift"),
            Column(name="end", kind="time", unit="HH:MM", meaning="end of the shift, later than its start; 24:00 allowed"),
            _SOURCE,
        ),
    ),
    Table(
        name="closures",
        meaning="Days on which a calendar does not work (holidays, summer shut-down).",
        key=("calendar", "first"),
        required=False,
        columns=(
            _id("calendar", ref=("calendars", "calendar")),
            Column(name="first", kind="date", unit="YYYY-MM-DD or MM-DD", meaning="first closed day; MM-DD recurs each year"),
            Column(name="last", kind="date", unit="YYYY-MM-DD or MM-DD", meaning="last closed day, included"),
            _SOURCE,
        ),
    ),
    Table(
        name="work_centres",
        meaning="Finite capacity: groups of identical machines or crews.",
        key=("work_centre",),
        columns=(
            _id("work_centre"),
            _text("name", "name shown in reports"),
            Column(name="machines", kind="int", unit="machines", meaning="identical machines working in parallel", low=1),
            _id("calendar", "shift calendar", ref=("calendars", "calendar")),
            _opt("efficiency", "share", "standard hours earned per clock hour", 1.0, above=0.0, high=2.0),
            _opt("overtime_h_week", "h/machine/week", "overtime the planner may use", 0.0),
            _opt("cost_eur_h", "EUR/h", "cost of a machine hour", 0.0),
            _opt("overtime_eur_h", "EUR/h", "extra cost of an overtime hour", 0.0),
            _SOURCE,
        ),
    ),
    Table(
        name="routings",
        meaning="Operations of made items in sequence.",
        key=("item", "step"),
        columns=(
            _id("item", ref=("items", "item")),
            Column(name="step", kind="int", meaning="sequence number, ascending", low=0),
            _id("work_centre", ref=("work_centres", "work_centre")),
            _num("setup_h", "h/lot", "set-up time of a lot"),
            _num("run_h", "h/unit", "run time of one unit on one machine", above=0.0),
            _SOURCE,
        ),
    ),
    Table(
        name="changeovers",
        meaning="Hours a machine is changed over between lots of two set-up families, beside the set-up of the routing; pairs not named take none.",
        key=("work_centre", "from_family", "to_family"),
        required=False,
        columns=(
            _id("work_centre", ref=("work_centres", "work_centre")),
            _id("from_family", "setup_family of the lot before"),
            _id("to_family", "setup_family of the lot after"),
            _num("hours", "h", "machine hours of the changeover"),
            _SOURCE,
        ),
    ),
    Table(
        name="modes",
        meaning="Transport modes with their lateness: a mass on the date and a lognormal late tail.",
        key=("mode",),
        columns=(
            _id("mode"),
            _share("late_share", "share of deliveries late"),
            _num("late_median_d", "days", "median of days late, given late"),
            _num("late_sigma", "1", "sigma of the log of days late, given late"),
            _opt("co2_kg_tkm", "kg CO2e/tkm", "emission factor, well to wheel", 0.0),
            _SOURCE,
        ),
    ),
    Table(
        name="suppliers",
        meaning="Suppliers and the mode of their inbound transport.",
        key=("supplier",),
        columns=(
            _id("supplier"),
            _text("name", "name shown in reports"),
            _text("country", "ISO 3166 code"),
            _id("mode", "inbound transport mode", ref=("modes", "mode")),
            _opt("distance_km", "km", "distance to the plant", 0.0),
            _opt("payment_d", "days", "days payable", 60.0),
            _SOURCE,
        ),
    ),
    Table(
        name="supply",
        meaning="Which supplier delivers which item, on which call-off terms.",
        key=("supplier", "item"),
        columns=(
            _id("supplier", ref=("suppliers", "supplier")),
            _id("item", ref=("items", "item")),
            Column(name="priority", kind="int", meaning="1 = preferred source", low=1, required=False, default=1),
            _num("price_eur", "EUR/unit", "price delivered to the plant"),
            _num("lead_time_d", "days", "call-off to receipt, without lateness"),
            _opt("lot_min", "unit", "minimum call-off", 0.0),
            _opt("lot_multiple", "unit", "call-offs are multiples of this", 1.0, above=0.0),
            _opt("weekly_capacity", "unit/week", "most that can be called off in a week; 0 = no limit", 0.0),
            _share("reject_share", "share rejected at goods receipt", 0.0),
            _SOURCE,
        ),
    ),
    Table(
        name="sites",
        meaning="The firm's plant warehouse; exactly one row of kind 'plant'.",
        key=("site",),
        columns=(
            _id("site"),
            _text("name", "name shown in reports"),
            _choice("kind", "what stands there", ("plant",)),
            _id("calendar", "working time of the picking crew", ref=("calendars", "calendar")),
            _num("picking_pcs_h", "pcs/h", "pieces the crew picks and packs in a working hour", above=0.0),
            _share("pick_error_share", "share of order lines picked wrong or incomplete", 0.0),
            _opt("picking_cost_eur", "EUR/pcs", "cost of picking and packing a piece", 0.0),
            _opt("holding_share_y", "share/year", "yearly cost of holding stock, of its value", 0.2),
            _SOURCE,
        ),
    ),
    Table(
        name="markets",
        meaning="Geographic markets.",
        key=("market",),
        columns=(
            _id("market"),
            _text("name", "name shown in reports"),
            _flag("export", "true outside the home country"),
            _text("season", "name of the seasonal profile in table season", None),
            _text("country", "ISO 3166 code"),
            _SOURCE,
        ),
    ),
    Table(
        name="season",
        meaning="Monthly demand profiles; the twelve indices of a profile average one.",
        key=("season", "month"),
        columns=(
            _id("season"),
            Column(name="month", kind="int", unit="1..12", meaning="month of the year", low=1, high=12),
            _num("index", "1", "demand of the month over the mean month", above=0.0),
            _SOURCE,
        ),
    ),
    Table(
        name="channels",
        meaning="Channels: who sells to the consumer, and on which terms.",
        key=("channel",),
        columns=(
            _id("channel"),
            _text("name", "name shown in reports"),
            _choice("kind", "direct = the firm sells to the consumer from the plant; stockist = through an account's own stock", ("direct", "stockist")),
            _choice("buyer", "b2c: the consumer is the firm's customer; b2b: a trade customer is; own: a branch of the firm", ("b2c", "b2b", "own")),
            _flag("online", "true if the consumer buys online"),
            _num("quoted_lead_d", "days", "lead time promised under the promise rule 'quoted'"),
            _num("reference_lead_d", "days", "lead time the buyer expects"),
            _num("consumer_lead_d", "days", "days from shop stock to the consumer's home (stockists)", required=False, default=2.0),
            _opt("payment_d", "days", "days receivable; negative = paid in advance", 0.0, low=-90.0),
            _opt("penalty_share_d", "share of line value/day", "contract penalty for each day late", 0.0),
            _opt("penalty_cap", "share of line value", "most that a late line can cost in penalties", 0.1),
            Column(name="priority", kind="int", meaning="static priority, 1 = first", low=1, high=9, required=False, default=5),
            _share("install_share", "share of deliveries with transport and installation in one moment", 0.0),
            _share("second_thought_share", "share of consumer purchases sent back within the withdrawal period", 0.0),
            _share("unsold_share_y", "share of a trade account's stock sent back in a year as unsold", 0.0),
            _share("integration", "probability that the next touchpoint knows what the last one knew", 0.5),
            _opt("commission_share", "share of line value", "commission or marketplace fee", 0.0),
            _SOURCE,
        ),
    ),
    Table(
        name="lanes",
        meaning="Outbound lanes from the plant, one for each channel and market served.",
        key=("channel", "market"),
        columns=(
            _id("channel", ref=("channels", "channel")),
            _id("market", ref=("markets", "market")),
            _id("mode", "transport mode", ref=("modes", "mode")),
            _num("transit_d", "days", "planned transit time, part of the promise"),
            _opt("transit_sigma", "1", "sigma of the log of ordinary transit time around its plan", 0.15),
            _text("departures", "weekdays on which trucks leave, e.g. 12345", "12345"),
            Column(name="cutoff", kind="time", unit="HH:MM", meaning="picked before this hour leaves the same day", required=False, default="17:00"),
            _opt("distance_km", "km", "plant to customer", 0.0),
            _opt("cost_eur_m3", "EUR/m3", "freight", 0.0),
            _opt("cost_eur_line", "EUR/line", "cost of a drop, installation excluded", 0.0),
            _share("damage_share", "share of order lines damaged on the way", 0.0),
            _SOURCE,
        ),
    ),
    Table(
        name="segments",
        meaning="Customer segments: how they judge, answer and stay.",
        key=("segment",),
        columns=(
            _id("segment"),
            _text("name", "name shown in reports"),
            _choice("kind", "consumer or trade", ("consumer", "trade")),
            _opt("r", "1", "BG/NBD shape of the purchase rate", 0.243, above=0.0),
            _opt("alpha_lives", "product lives", "BG/NBD scale of the purchase rate, in lives of the product", 0.243, above=0.0),
            _opt("a", "1", "BG/NBD drop-out, first beta parameter", 0.793, above=0.0),
            _opt("b", "1", "BG/NBD drop-out, second beta parameter", 2.426, above=0.0),
            _opt("theta", "logit/satisfaction", "how strongly satisfaction holds the customer", 1.0),
            _opt("beta_price", "1", "price elasticity of choice (log price over reference)", 1.5),
            _opt("beta_lead_d", "1/day", "loss of sales for a day of promised lead time beyond the reference", 0.015),
            _opt("w_punctuality", "1", "weight of punctuality in the experience", 1.0),
            _opt("w_lead", "1", "weight of lead time", 1.0),
            _opt("w_ease", "1", "weight of effort, answers and installation", 1.0),
            _opt("w_experience", "1", "weight of enjoyment", 1.0),
            _share("anxiety", "purchase anxiety without financing", 0.0),
            _share("response_share", "base probability of answering a survey", 0.2),
            _opt("active_window_d", "days", "a customer whose last purchase is older than this is not active", 3650.0, above=0.0),
            _SOURCE,
        ),
    ),
    Table(
        name="mix",
        meaning="Segment mix of the consumers of each channel; shares sum to one per channel.",
        key=("channel", "segment"),
        columns=(
            _id("channel", ref=("channels", "channel")),
            _id("segment", ref=("segments", "segment")),
            _share("share", "share of the channel's consumers"),
            _SOURCE,
        ),
    ),
    Table(
        name="accounts",
        meaning="Trade customers and own branches that hold stock and sell on to consumers.",
        key=("account",),
        required=False,
        columns=(
            _id("account"),
            _text("name", "name shown in reports"),
            _id("channel", ref=("channels", "channel")),
            _id("market", ref=("markets", "market")),
            _id("segment", "trade segment", ref=("segments", "segment")),
            _num("weight", "1", "size relative to the other accounts of channel and market", above=0.0),
            Column(name="order_weekday", kind="int", unit="1..7", meaning="ISO weekday on which it orders", low=1, high=7),
            _num("review_d", "days", "days between orders", required=False, default=7.0, above=0.0),
            _num("cover_d", "days", "stock it wants to hold beyond lead time and review", required=False, default=14.0),
            _opt("seniority_y", "years", "years since its first purchase", 5.0),
            _share("strategic", "importance: 1 = strategic customer", 0.0),
            _SOURCE,
        ),
    ),
    Table(
        name="prices",
        meaning="Price list by item and channel, per piece, without VAT.",
        key=("item", "channel"),
        columns=(
            _id("item", ref=("items", "item")),
            _id("channel", ref=("channels", "channel")),
            _num("price_eur", "EUR/pcs", "what the firm invoices", above=0.0),
            _num("consumer_eur", "EUR/pcs", "what the consumer pays", above=0.0),
            _num("reference_eur", "EUR/pcs", "what the consumer expects to pay for that value", above=0.0),
            _SOURCE,
        ),
    ),
    Table(
        name="attributes",
        meaning="What a customer judges: gain and loss of each attribute.",
        key=("attribute",),
        columns=(
            _choice(
                "attribute",
                "what is judged",
                (
                    "punctuality",
                    "lead_time",
                    "completeness",
                    "damage",
                    "installation",
                    "defect",
                    "answer_time",
                    "resolution",
                    "effort",
                    "integration",
                    "experience",
                ),
            ),
            _choice("kano", "must_be: only losses; one_dimensional: both; attractive: only gains", ("must_be", "one_dimensional", "attractive")),
            _num("gain", "satisfaction", "beta+: most that can be gained"),
            _num("loss", "satisfaction", "beta-: most that can be lost"),
            _num("tolerance", "attribute unit", "deviation at which 63 % of the gain or loss has come", above=0.0),
            _opt("shape", "1", "exponent of the saturating curve", 1.0, above=0.0),
            _text("unit", "unit of the deviation"),
            _SOURCE,
        ),
    ),
    Table(
        name="touchpoints",
        meaning="Touchpoints by phase of the journey and channel.",
        key=("touchpoint",),
        columns=(
            _id("touchpoint"),
            _choice("phase", "phase of the journey", ("discover", "evaluate", "buy", "receive", "use", "assist")),
            Column(name="channel", kind="id", meaning="channel it belongs to; empty = all", required=False, default="", ref=("channels", "channel")),
            _share("reach", "share of the journeys that meet it"),
            _flag("controlled", "true if the firm controls it"),
            _flag("online", "true if virtual"),
            _flag("human", "true if a person stands behind it"),
            _flag("direct", "true if a direct contact"),
            _num("relevance", "utility", "effect on choice (discover, evaluate, buy)", low=-2.0, high=2.0),
            _num("enjoyment", "satisfaction", "effect on the experience", low=-1.0, high=1.0),
            _share("problem_share", "share of contacts that leave a problem"),
            _num("cost_eur", "EUR/contact", "cost of a contact"),
            _SOURCE,
        ),
    ),
    Table(
        name="services",
        meaning="Services to the consumer.",
        key=("service",),
        columns=(
            _choice("service", "which service", ("financing", "needs_analysis", "installation", "used_collection", "use_followup")),
            _flag("offered", "true if the firm offers it"),
            _share("use_share", "share of the consumers who take it, where it is offered"),
            _num("cost_eur", "EUR/use", "cost to the firm"),
            _num("price_eur", "EUR/use", "price to the consumer"),
            _num(
                "effect",
                "see meaning",
                "financing: share of anxiety removed; needs_analysis: satisfaction gained by fit; installation: share of installed deliveries that fail; "
                "used_collection: satisfaction gained; use_followup: share of use problems prevented",
            ),
            _SOURCE,
        ),
    ),
    Table(
        name="demand",
        meaning="Demand history, consumer purchases a month (at least the last twelve months before the start).",
        key=("month", "item", "market", "channel"),
        columns=(
            Column(name="month", kind="month", unit="YYYY-MM", meaning="calendar month"),
            _id("item", ref=("items", "item")),
            _id("market", ref=("markets", "market")),
            _id("channel", ref=("channels", "channel")),
            _num("quantity", "pcs", "pieces bought by consumers in the month"),
            _SOURCE,
        ),
    ),
    Table(
        name="budget",
        meaning="The company budget, which S&OP links to the plan; a family is a category of items that are sold.",
        key=("month", "family"),
        required=False,
        columns=(
            Column(name="month", kind="month", unit="YYYY-MM", meaning="calendar month"),
            Column(name="family", kind="id", meaning="family: a category of items", ref=("items", "category")),
            _num("quantity", "pcs", "pieces to be sold", required=False, default=None),
            _num("revenue_eur", "EUR", "revenue at net prices", required=False, default=None),
            _num("margin_eur", "EUR", "revenue less cost of goods", low=None, required=False, default=None),
            _SOURCE,
        ),
    ),
    Table(
        name="opening_stock",
        meaning="Stock on hand at the plant at the start.",
        key=("item",),
        columns=(_id("item", ref=("items", "item")), _num("quantity", "unit", "on hand"), _SOURCE),
    ),
    Table(
        name="open_orders",
        meaning="Open orders at the start: sales, purchase and production.",
        key=("order",),
        required=False,
        columns=(
            _id("order"),
            _choice("kind", "what is open", ("sales", "purchase", "production")),
            _id("item", ref=("items", "item")),
            _num("quantity", "unit", "open quantity", above=0.0),
            Column(name="due", kind="date", unit="YYYY-MM-DD", meaning="promised (sales) or expected (purchase, production) date"),
            Column(name="account", kind="id", meaning="account of a sales order", required=False, default="", ref=("accounts", "account")),
            Column(name="supplier", kind="id", meaning="supplier of a purchase order", required=False, default="", ref=("suppliers", "supplier")),
            _SOURCE,
        ),
    ),
)

TABLE: dict[str, Table] = {table.name: table for table in TABLES}
