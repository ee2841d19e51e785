"""Core of a company: what is made, bought, stocked and ordered, where and when work is done, what was asked for."""

from __future__ import annotations

from e2esim.domain.chance import LAWS
from e2esim.domain.schema.column import (
    DEMAND,
    FACTORY,
    MAKING,
    MARKET,
    NETWORK,
    NOT_NETWORK,
    SOURCE,
    VERBS,
    Column,
    Table,
    Verb,
    choice,
    date,
    flag,
    id_column,
    number,
    optional,
    optional_id,
    share,
    text,
    whole,
)

SETTINGS = (
    "today", "title", "decimal", "date_format", "frozen_days", "forecast_weeks", "consume_back_weeks", "consume_ahead_weeks", "demand_fence_days",
    "run_days", "replan_days", "order_lead_days", "holding_share_y",
)  # fmt: skip
RECEIPTS = ("purchase", "production", "transfer")
LOT_RULES = ("lot_for_lot", "fixed", "period", "economic", "min_max")
SITES = ("plant", "warehouse", "shop", "account")
_ITEM = ("items", "item")
_CENTRE = ("work_centres", "work_centre")


def law(name: str, meaning: str) -> Column:
    """The law of chance of something with a mean and a standard deviation in columns of their own."""
    return choice(name, f"law of chance of {meaning}", tuple(word for word in LAWS if word != "empirical"), "constant", verbs=NETWORK)


def order_terms(what: str, cost: tuple[Verb, ...] = NETWORK, share_verbs: tuple[Verb, ...] = NETWORK) -> tuple[Column, ...]:
    """Columns of everything that stock points order from; ``cost`` are the verbs that read the cost of an order, ``share_verbs`` those of the share."""
    return (
        optional("order_delay_d", "days", f"from placing an order until {what} sees it", 0.0, verbs=NETWORK),
        optional("order_eur", "EUR/order", "cost of placing an order", 0.0, verbs=cost),
        optional("shipment_eur", "EUR/shipment", "cost of each shipment", 0.0, verbs=NETWORK),
        optional("transit_eur", "EUR/unit/period", "cost of holding goods under way", 0.0, verbs=NETWORK),
        share("share", "share of what the stock point orders; where one source states it, all must, and they sum to 1", 0.0, verbs=share_verbs),
    )


def _unit(of: str) -> Column:
    return text("unit", f"unit of {of}; if given it must be the unit that items states for the item", verbs=DEMAND)


TABLES: tuple[Table, ...] = (
    Table(
        name="settings",
        meaning="One row a setting of plans and of the door.",
        key=("key",),
        verbs=(*DEMAND, *NETWORK),
        required=False,
        columns=(
            id_column("key", f"which setting: {', '.join(SETTINGS)}; decimal and date_format also for one table, as decimal.orders"),
            text("value", "its value"),
        ),
    ),
    Table(
        name="items",
        meaning="Everything that is bought, made or sold.",
        key=("item",),
        verbs=VERBS,
        columns=(
            id_column("item", "number of the item, kept as text: 000123 stays 000123"),
            text("name", "name shown in plans and reports"),
            text("category", "product family: finished, mattress, core, raw ...", "", market=True, verbs=MARKET, aliases=("type",)),
            optional_id("brand", "brand of a sold item, empty for components", ("brands", "brand"), verbs=MARKET),
            text("unit", "stock keeping unit: pcs, kg, m, m2; ST, EA, PZ, STK and the like are pieces", "pcs", verbs=NOT_NETWORK),
            flag("sold", "true if customers order it", False, market=True, verbs=MARKET),
            optional("cost_eur", "EUR/unit", "standard full cost of a made item; 0 = roll up from bill and routing", 0.0, verbs=MARKET),
            optional("weight_kg", "kg/unit", "gross weight", 0.0, verbs=MARKET),
            optional("volume_m3", "m3/unit", "packed volume", 0.0, verbs=MARKET),
            optional("life_y", "years", "mean time to the renewal need it leaves with its owner (sold items)", 5.0, above=0.0, verbs=MARKET),
            share("pair_share", "share of consumer purchases with two pieces", 0.0, verbs=MARKET),
            choice("make", "stock: made to the plan; order: personalised, a sold item that is made for an order line and for nobody else, never stocked: the "
                   "plan keeps hours and material for the forecast and cover_d days of it, a lot is released for the line; what its customer does not "
                   "take is thrown away. Only direct channels sell it", ("stock", "order"), "stock", verbs=MARKET),
            optional("price", "EUR/unit", "what a customer pays, where orders or demand state no price", 0.0, verbs=(*FACTORY, *NETWORK)),
            optional("lot_min", "unit", "smallest production lot", 1.0, verbs=NOT_NETWORK),
            optional("lot_multiple", "unit", "lots are multiples of this", 1.0, above=0.0, verbs=NOT_NETWORK),
            optional("lot_max", "unit", "largest production lot; empty: none", None, above=0.0, verbs=FACTORY),
            choice("lot_rule", "how large lots and purchases are, beside all limits: lot_for_lot what is needed; fixed lot_qty each; period what "
                   "lot_days need; economic at least the economic order quantity; min_max up to stock_max whenever stock falls below the safety stock",
                   LOT_RULES, "lot_for_lot", verbs=FACTORY),
            optional("lot_qty", "unit", "of lot_rule fixed: quantity of a lot", None, above=0.0, verbs=FACTORY),
            whole("lot_days", "days", "of lot_rule period: days whose needs one lot covers", None, low=1, verbs=FACTORY),
            optional("stock_max", "unit", "of lot_rule min_max: stock up to which is made or bought; the safety stock is its min", None, above=0.0,
                     verbs=FACTORY),
            whole("shelf_life_d", "days", "days in stock after which it may not be used; of what is bought, and of stock and open orders, the plan uses "
                  "nothing older; of lots of our own it says so; empty: it keeps", None, verbs=FACTORY),
            optional("year_qty", "unit/year", "of lot_rule economic: use of a year; empty: that of the last year of history, or the daily use of the orders of "
                     "the next 4 to 13 weeks times 365, if that is more",
                     None, above=0.0, verbs=FACTORY),
            optional("lead_time_d", "days", "planned manufacturing lead time of a made item (empty: 1 in a market run, 0 in a network run, where it runs from "
                     "the issue of its components or from the end of its routing); a plan takes it as the flow time of a routing that states none, and as "
                     "the time to get an item where nothing says how items come", None),
            law("lead_law", "the lead time of a made item"),
            optional("lead_sd_d", "days", "standard deviation of that lead time", 0.0, verbs=NETWORK),
            optional("order_delay_d", "days", "from placing a works order until the shop sees it", 0.0, verbs=NETWORK),
            optional("order_eur", "EUR/order", "cost of a works order, its set-up included", 0.0, verbs=(*FACTORY, *NETWORK)),
            optional("make_eur", "EUR/unit", "cost of making a unit, components apart", 0.0, verbs=(*FACTORY, *NETWORK)),
            text("setup_family", "set-up family for table changeovers, empty = no changeovers", "", verbs=MARKET),
            optional("cover_d", "days", "safety stock as days of demand: of the forecast in a market run; in a plan of the orders and the net forecast of the "
                     "next 4 to 13 weeks, for parts of what their parents take", 0.0,
                     verbs=("plan", "backorders", "sop", "run")),
            optional("scrap_share", "share", "share of a lot scrapped at completion; in a plan lost at the last step, beside that step's own scrap_share", 0.0,
                     high=0.95, verbs=MAKING, why="twenty pieces for a good one are no process"),
            share("rework_share", "share of the pieces found faulty (scrap_share) that are put right: they pass the routing again from rework_step on, without "
                  "set-up, are looked at again and may fail again; the others are scrapped", 0.0, verbs=MARKET),
            whole("rework_step", "", "step of the routing from which they pass again; empty: the last one", None, verbs=MARKET),
            optional("rework_h_per_unit", "h/unit", "machine hours of a piece at rework_step, in place of its run time; empty: that one", None, verbs=MARKET),
            optional("rework_eur", "EUR/unit", "material that putting a piece right takes, each time", 0.0, verbs=MARKET),
            share("defect_share", "share of sold pieces with a defect that shows in use", 0.0, verbs=MARKET),
            share("resale_share", "share of the price recovered when a returned piece is resold as B-grade", 0.0, verbs=MARKET),
            SOURCE,
        ),
    ),
    Table(
        name="bom",
        meaning="Bill of material, any number of levels; components are taken when the first step starts.",
        key=("parent", "component"),
        verbs=MAKING,
        required=False,
        market=True,
        sums="qty_per",
        columns=(
            id_column("parent", "made item", _ITEM),
            id_column("component", "what goes into it", _ITEM),
            number("qty_per", "component unit/parent unit", "component units in one parent unit; lines of one parent and component are added up", above=0.0),
            _unit("the component"),
            SOURCE,
        ),
    ),
    Table(
        name="calendars",
        meaning="Weekly shift calendars; several rows a weekday are several shifts.",
        key=("calendar", "weekday", "start"),
        verbs=("plan", "promise", "backorders", "sop", "run", "network run"),
        required=False,
        market=True,
        columns=(
            id_column("calendar"),
            Column(name="weekday", kind="int", unit="1=Monday..7=Sunday", meaning="ISO weekday on which the shift begins", low=1, high=7, why="days of a week"),
            Column(name="start", kind="time", unit="HH:MM", meaning="start of the shift"),
            Column(name="end", kind="time", unit="HH:MM", meaning="end of the shift; 24:00 allowed; an end before the start is on the next day"),
            optional("crew_share", "share", "share of the machines or of the crew that is at work in the shift; a half crew does in an hour what a full one "
                     "does in half of it. One row an hour is a crew by hour of the day", 1.0, above=0.0, high=1.0, verbs=(*MARKET, *NETWORK),
                     why="nobody is there twice"),
            SOURCE,
        ),
    ),
    Table(
        name="closures",
        meaning="Days on which a calendar does not work (holidays, summer shut-down).",
        key=("calendar", "first"),
        verbs=("plan", "promise", "backorders", "sop", "run", "network run"),
        required=False,
        columns=(
            id_column("calendar", ref=("calendars", "calendar")),
            Column(name="first", kind="date", unit="YYYY-MM-DD or MM-DD", meaning="first closed day; MM-DD recurs each year"),
            Column(name="last", kind="date", unit="YYYY-MM-DD or MM-DD", meaning="last closed day, included"),
            SOURCE,
        ),
    ),
    Table(
        name="work_centres",
        meaning="Finite capacity: groups of identical machines or crews.",
        key=("work_centre",),
        verbs=MAKING,
        required=False,
        market=True,
        columns=(
            id_column("work_centre", "number of the work centre"),
            text("name", "name shown in plans and reports"),
            whole("machines", "machines", "identical machines or crews that work the calendar in parallel; of a supplier's: lots it works at a time, if "
                  "more than 1, else 20", 1, high=10_000, why="each machine has its own clock; a larger hall is several work centres"),
            optional_id("supplier", "supplier that does its work: a subcontractor. Parts are sent there, steps there take flow_days of its calendar (of "
                        "every day where it has none) and no hours", ("suppliers", "supplier"), loose=True, verbs=FACTORY),
            optional_id("calendar", "shift calendar; a plan needs it where table capacity states no hours; empty in a network run: round the clock",
                        ("calendars", "calendar"), market=True),
            optional("efficiency", "share", "standard hours earned in an hour of the calendar", 1.0, above=0.0, high=2.0,
                     why="twice the standard is a wrong standard"),
            optional("overtime_h_week", "h/machine/week", "overtime the planner may use; in a network run the last shift of each day of the calendar is longer "
                     "by its part of it for works orders that a machine takes while another one waits", 0.0, verbs=(*MARKET, *NETWORK)),
            optional("cost_eur_h", "EUR/h", "cost of a machine hour", 0.0, verbs=MARKET),
            optional("overtime_eur_h", "EUR/h", "extra cost of an overtime hour", 0.0, verbs=(*MARKET, *NETWORK)),
            optional("mtbf_h", "h", "working hours of one machine between two breakdowns, mean; empty: it never breaks down", None, above=0.0,
                     verbs=(*MARKET, *NETWORK)),
            optional("mttr_h", "h", "working hours of a repair, mean, where machines break down", 8.0, verbs=(*MARKET, *NETWORK)),
            optional("extra_h_eur", "EUR/h", "what an hour beyond the calendar costs; for the ways out of a plan (assumed where it is not stated)", None,
                     verbs=FACTORY),
            optional("hours_cv", "share", "spread of the hours of a week around the plan, standard deviation over mean (--robust)", None, high=1.0,
                     verbs=FACTORY, why="above the mean itself nothing can be planned"),
            SOURCE,
        ),
    ),
    Table(
        name="capacity",
        meaning="Hours of a work centre by week; where it has rows here, its calendar is not used. In a network run they lie in equal parts on the first five "
        "days of the week (on seven where five are too short), and those of the last row go on.",
        key=("work_centre", "week_start"),
        verbs=(*FACTORY, *NETWORK),
        required=False,
        columns=(
            id_column("work_centre", "work centre", _CENTRE),
            date("week_start", "Monday of the week"),
            number("capacity_h", "h", "hours that may be loaded in the week"),
        ),
    ),
    Table(
        name="routings",
        meaning="Operations of made items in sequence; between steps there may be stock of work in process.",
        key=("item", "step", "site"),
        empty_is_a_key=True,
        verbs=MAKING,
        required=False,
        market=True,
        columns=(
            id_column("item", "made item", _ITEM),
            optional_id("site", "plant where it is done so; empty: in a market run the main plant, in a network run every plant. An item may be made at "
                        "several, each with its own work centres; a plan sees one place and takes the rows without a site, else those of the first by name",
                        ("sites", "site"), loose=True),
            Column(name="step", kind="int", meaning="sequence number, ascending", low=0),
            id_column("work_centre", "where it is done", _CENTRE),
            number("setup_h_per_lot", "h/lot", "set-up time of a lot"),
            number("run_h_per_unit", "h/unit", "run time of one unit on one machine"),
            whole("flow_days", "days", "days from the start of a lot to the end of the step, whatever its quantity; after the day on which the work "
                  "is done where hours come of a calendar; empty: the item's lead_time_d on its "
                  "last step, else 0", None, verbs=FACTORY),
            optional("price", "EUR/unit", "what a subcontractor asks for a good piece of the step", 0.0, verbs=FACTORY),
            optional("scrap_share", "share", "share of the pieces worked at the step that are lost there; lots are counted in good pieces", 0.0, high=0.95,
                     verbs=FACTORY, why="twenty pieces for a good one are no process"),
            optional("flow_cv", "share", "spread of the flow time around flow_days, standard deviation over mean (--robust)", 0.0, high=1.0, verbs=FACTORY,
                     why="above the mean itself nothing can be planned"),
            law("time_law", "the time of the step of a works order, the mean being set-up and run time"),
            optional("time_cv", "1", "standard deviation over mean of that time, for laws that have one", 0.0, verbs=NETWORK),
            SOURCE,
        ),
    ),
    Table(
        name="alternates",
        meaning="Second choices: work centres that may do the work of another one. The plan takes them only for what the first choice would have late; in a "
        "market run a lot queues where it will be done first, and the master plan moves hours there that the first choice has not. In a network run a works "
        "order goes to the first one with a free machine where its first choice has none, and a machine that gets free takes the one that has waited longest.",
        key=("work_centre", "item", "step", "alternate"),
        verbs=(*FACTORY, *NETWORK),
        required=False,
        columns=(
            id_column("work_centre", "first choice, as routings states it", _CENTRE),
            id_column("alternate", "work centre that may do its work", _CENTRE),
            optional_id("item", "for this item alone; empty: every item that runs through the first choice", _ITEM),
            whole("step", "", "for this step of the item alone; empty: every step at the first choice", None),
            whole("preference", "", "2 = second choice, 3 = third ...; alike: in order of name", 2, low=2, high=99, why="one is the first choice; nobody keeps "
                  "a hundred ways to do a step"),
            optional("time_factor", "1", "run time there over that of the first choice", 1.0, low=0.01, high=100.0,
                     why="a hundredfold slower or faster is another process: give it an item of its own"),
            optional("setup_h_per_lot", "h/lot", "set-up time of a lot there; empty: as at the first choice", None),
            whole("flow_days", "days", "days from start to end there, as in routings; empty: as at the first choice", None, verbs=FACTORY),
            optional("price", "EUR/unit", "what it costs a good piece there, where a subcontractor does it; empty: as routings says", None, verbs=FACTORY),
            SOURCE,
        ),
    ),
    Table(
        name="other_routings",
        meaning="Other routings: another chain of steps from the same bill to the same item. The plan takes them only for what the first would have late, "
        "behind other work centres for its steps, and says so. In a network run a works order goes the first one at which nobody waits and its first step has "
        "a free machine; where none is such, the first routing.",
        key=("item", "preference", "step"),
        verbs=(*FACTORY, *NETWORK),
        required=False,
        columns=(
            id_column("item", "made item that has a routing", _ITEM),
            Column(name="preference", kind="int", unit="", meaning="2 = second choice, 3 = third ...; its steps have the same number", low=2, high=99,
                   why="one is the routing itself; nobody keeps a hundred ways to make an item"),
            Column(name="step", kind="int", meaning="sequence number, ascending", low=0),
            id_column("work_centre", "where it is done", _CENTRE),
            number("setup_h_per_lot", "h/lot", "set-up time of a lot"),
            number("run_h_per_unit", "h/unit", "run time of one unit on one machine"),
            whole("flow_days", "days", "as in routings", 0, verbs=FACTORY),
            optional("price", "EUR/unit", "what a subcontractor asks for a good piece of the step", 0.0, verbs=FACTORY),
            optional("scrap_share", "share", "share of the pieces worked at the step that are lost there; at the last step as in the first routing", 0.0,
                     high=0.95, verbs=FACTORY, why="twenty pieces for a good one are no process"),
            optional("flow_cv", "share", "spread of the flow time, as in routings", 0.0, high=1.0, verbs=FACTORY,
                     why="above the mean itself nothing can be planned"),
            SOURCE,
        ),
    ),
    Table(
        name="suppliers",
        meaning="Who the suppliers are.",
        key=("supplier",),
        verbs=MAKING,
        required=False,
        market=True,
        columns=(
            id_column("supplier"),
            text("name", "name shown in reports", verbs=(*MARKET, *NETWORK)),
            optional_id("mode", "inbound transport mode", ("modes", "mode"), market=True, verbs=MARKET),
            optional("distance_km", "km", "distance to the plant, for the emissions of what it brings", 0.0, verbs=("run",)),
            optional("payment_d", "days", "days payable", 60.0, verbs=MARKET),
            optional("way_d", "days", "of its lead times, days on the way; the rest is its own work, which events may stop", 0.0),
            optional_id("calendar", "days on which it works: of its lead times, those of its own work count on them alone, those on the way (way_d) on every "
                        "day; what is ordered on another day is begun on the next; empty: every day. A plan, and the planning of a market run, which do not "
                        "know on which day they will order, count the longest that a lead time lasts in weeks without closures",
                        ("calendars", "calendar")),
            optional("freight_eur_kg", "EUR/kg", "freight of what it delivers by the weight of the items, paid with its invoice where the price of table "
                     "supply does not hold it; events that raise the freight of its mode raise it too", 0.0, verbs=MARKET),
            optional("delivery_eur", "EUR/delivery", "freight of a delivery of an item whatever it holds, as freight_eur_kg", 0.0, verbs=MARKET),
            optional("weekly_eur", "EUR/week", "most that can be called off from it in a calendar week over all its items, at the prices of table supply; "
                     "what runs out first is served first; empty: no limit", None, above=0.0, verbs=("run",)),
            SOURCE,
        ),
    ),
    Table(
        name="supply",
        meaning="Who delivers what, on which terms.",
        key=("supplier", "item", "site"),
        verbs=MAKING,
        required=False,
        market=True,
        columns=(
            id_column("supplier", "number or name of the supplier", ("suppliers", "supplier"), loose=True),
            id_column("item", "bought item", _ITEM),
            optional_id("site", "where it delivers; empty: every site that stocks the item and gets it in no other way, in a market run every plant that needs "
                        "it and that no row of the item names", ("sites", "site"), loose=True),
            whole("priority", "", "1 = preferred; the next is asked when the first is too slow", 1, low=1),
            optional("price", "EUR/unit", "price delivered", 0.0, market=True),
            number("lead_time_days", "days", "days from order to receipt, without lateness; a plan counts whole days, rounded up"),
            law("lead_law", "the lead time in a network run"),
            optional("lead_sd_d", "days", "standard deviation of the lead time in a network run", 0.0, verbs=NETWORK),
            optional("moq", "unit", "smallest purchase; in a network run where replenishment states no lot_min", 0.0),
            optional("multiple", "unit", "purchases are multiples of this; empty: 1, in a network run any quantity", None, above=0.0),
            optional("weekly_capacity", "unit/week", "most that can be called off in a calendar week, in a network run in any seven days; 0 = no limit", 0.0,
                     verbs=("plan", "promise", "backorders", "sop", "run", "network run")),
            share("reject_share", "share rejected at goods receipt", 0.0, verbs=(*MARKET, *NETWORK)),
            share("hold_share", "share of the deliveries that are held at goods receipt until they have been tested", 0.0, verbs=MARKET),
            optional("hold_d", "days", "from the receipt of a delivery that is held until its goods may be used; planning counts with it for all of them", 0.0,
                     verbs=MARKET),
            *order_terms("the supplier", (*FACTORY, *NETWORK)),
            _unit("moq and multiple"),
            optional("late_share", "share", "purchases that come late; used by --robust, the default is published for direct deliveries", None, high=1.0,
                     verbs=FACTORY),
            optional("late_median_days", "days", "median of the days late of those, with a lognormal tail (--robust)", None, above=0.0, verbs=FACTORY),
            SOURCE,
        ),
    ),
    Table(
        name="price_breaks",
        meaning="Lower prices of larger purchases. A plan buys more than it needs now where that is cheaper, holding and what nobody needs included; a "
        "market run lifts call-offs likewise, one by one, at the use of the weeks ahead.",
        key=("supplier", "item", "from_qty"),
        verbs=FACTORY,
        required=False,
        columns=(
            id_column("supplier", "who delivers, as table supply names it", ("suppliers", "supplier"), loose=True),
            id_column("item", "bought item", _ITEM),
            optional("from_qty", "unit", "purchases of at least so much", None, above=0.0),
            number("price", "EUR/unit", "price of every unit of such a purchase"),
            SOURCE,
        ),
    ),
    Table(
        name="sites",
        meaning="Places that hold goods. In a market run the main plant makes what routings give no site, other plants what routings give them, and "
        "warehouses are those from which lanes lead; in a network run only plants make items.",
        key=("site",),
        verbs=(*MARKET, *NETWORK),
        required=False,
        market=True,
        columns=(
            id_column("site"),
            text("name", "name shown in reports"),
            choice("kind", "what stands there", SITES, "plant"),
            flag("main", "true for the plant that empty cells mean in a market run (lanes.from, routings.site, stock.site, receipts.site); needed where there "
                 "are several plants", False, verbs=MARKET),
            optional_id("calendar", "working time of the picking crew; in a network run goods leave by lanes on its days", ("calendars", "calendar"),
                        market=True),
            optional("picking_pcs_h", "pcs/h", "pieces the crew picks (and packs, where packing_pcs_h is empty) in a working hour",
                     None, above=0.0, market=True, verbs=MARKET),
            optional("crew_eur_h", "EUR/h", "cost of an hour of the full crew while the warehouse works, picking or not, beside picking_cost_eur", 0.0,
                     verbs=MARKET),
            optional("wave_h", "h", "hours between two picking waves, counted from midnight: what has been allocated since the last one is picked together, on "
                     "shorter ways (picking_pcs_h is that of a line alone; half of it is walking, which a line in a wave of n shares: 1 / root of n). "
                     "0: lines are picked one by one as they come", 0.0, high=24.0, verbs=MARKET, why="a day"),
            optional("wave_setup_h", "h", "crew hours that a wave takes before its first line: sorting, carts, papers (assumed)", 0.25, high=24.0, verbs=MARKET,
                     why="a day"),
            share("pick_error_share", "share of order lines picked wrong or incomplete", 0.0, verbs=MARKET),
            optional("picking_cost_eur", "EUR/pcs", "cost of picking and packing a piece", 0.0, verbs=MARKET),
            optional("holding_share_y", "share/year", "yearly cost of holding stock, of its value", 0.2, verbs=MARKET),
            share("misbooked_share", "units booked wrong of those that move (received, made, used, shipped), as often too many as too few", 0.0, verbs=MARKET),
            share("shrink_share", "units lost without anybody noticing of those that move", 0.0, verbs=MARKET),
            optional("count_days", "days", "between two counts of an item, spread over the items; a count puts the book right. Where lines or lots "
                     "wait before a shelf on which there is less than the book says, the item is counted in the night", 30.0, low=None, above=0.0,
                     verbs=MARKET),
            optional("count_eur", "EUR/count", "cost of counting an item", 0.0, verbs=MARKET),
            optional("packing_pcs_h", "pcs/h", "pieces that a packing crew of its own packs in a working hour of the site's calendar, as they were picked; "
                     "nothing leaves before it is packed; empty: the pickers pack", None, above=0.0, verbs=MARKET),
            optional("putaway_h", "h", "working hours of the site's calendar in which its one crew puts a delivery of a supplier away, one after the other; "
                     "before that it is there and may not be used; 0: at once", 0.0, high=168.0, verbs=MARKET, why="a week of a crew that never sleeps"),
            optional("repair_pcs_h", "pcs/h", "returned pieces that the plant's repair bench repairs in a working hour, first come first served; before that "
                     "they are there and may not be sold; empty: at once", None, above=0.0, verbs=MARKET),
            optional("inspection_pcs_h", "pcs/h", "returned pieces that are inspected in a working hour of the plant's calendar, first come first served; what "
                     "comes back is credited, and can be sold again, when it has been inspected; empty: at once", None, above=0.0, verbs=MARKET),
            optional("inspection_eur", "EUR/pcs", "cost of taking back and inspecting a returned piece", 0.0, verbs=MARKET),
            SOURCE,
        ),
    ),
    Table(
        name="stock",
        meaning="What lies in stock when the first day begins; items not named have none.",
        key=("item", "site"),
        verbs=MAKING,
        required=False,
        market=True,
        sums="on_hand",
        columns=(
            id_column("item", "item", _ITEM),
            optional_id("site", "where it lies; empty: the only site there is, in a market run the plant; there, a warehouse without rows opens with "
                        "its part of the plant's stock by past demand", ("sites", "site"), loose=True),
            number("on_hand", "unit", "free stock; below zero: goods booked out before they came in", low=None),
            optional("safety_stock", "unit", "stock to keep here beside the orders; an order may take it, what is taken is made or bought anew. In a plan "
                     "rows of several sites are added up; in a market run it is kept where it stands, beside the days of demand of cover_d", 0.0,
                     verbs=("plan", "backorders", "sop", "run")),
            _unit("on_hand"),
            SOURCE,
        ),
    ),
    Table(
        name="batches",
        meaning="Batches of what lies in stock, with the last day on which each may be used. What stock holds beside them is taken to have come in today.",
        key=("item", "use_by"),
        verbs=FACTORY,
        required=False,
        columns=(
            id_column("item", "item", _ITEM),
            date("use_by", "last day on which it may be used"),
            number("qty", "unit", "part of on_hand"),
            SOURCE,
        ),
    ),
    Table(
        name="receipts",
        meaning="Open purchases, works orders and transfers. Their parts are taken and their hours spent already.",
        key=("receipt",),
        numbered="receipt",
        verbs=MAKING,
        required=False,
        columns=(
            id_column("receipt", "number of the open order"),
            id_column("item", "what will arrive", _ITEM),
            optional_id("site", "where it will arrive; empty: the only site there is, in a market run the main plant", ("sites", "site"), loose=True,
                        verbs=(*MARKET, *NETWORK)),
            number("qty", "unit", "open quantity; 0: done, left out"),
            date("due", "day on which it will be in stock; before today, with a warning: a lot is taken to be ready today, a purchase not counted on"),
            whole("step", "", "of work in process: routing step of the item that it is done with when due; empty: it is finished", None, verbs=FACTORY),
            optional_id("work_centre", "of work in process: where it is worked still", _CENTRE, verbs=FACTORY),
            optional("hours_to_go", "h", "standard hours that it still takes there from the start of today", 0.0, verbs=FACTORY),
            choice("kind", "what it is; an item that nobody sells is made, whatever stands here", RECEIPTS, "purchase",
                   verbs=("plan", "promise", "backorders", "sop", "run")),
            optional_id("supplier", "who delivers a purchase", ("suppliers", "supplier"), loose=True, verbs=MARKET),
            flag("firm", "true for a works order of a made item that has not begun: the plan keeps its day and quantity, and plans its parts and hours; a "
                 "planned run does so night after night", False, verbs=FACTORY),
            date("start", "of a firm works order: day on which its first step begins; empty: so that it is there when due", required=False, verbs=FACTORY),
            _unit("qty"),
            SOURCE,
        ),
    ),
    Table(
        name="orders",
        meaning="Open orders of customers, and forecasts to be planned like orders.",
        key=("order", "line"),
        numbered="line",
        verbs=VERBS,
        required=False,
        columns=(
            id_column("order", "number of the order"),
            text("line", "line of the order; leave it out where an order has one line"),
            optional_id("customer", "who ordered", ("customers", "customer"), loose=True, market=True),
            text("channel", "where it was sold, as history writes it; empty: it consumes the forecast of all channels", verbs=DEMAND),
            id_column("item", "what is ordered", _ITEM),
            optional_id("site", "site that is to deliver; empty: the only one there is", ("sites", "site"), loose=True, verbs=NETWORK),
            number("qty", "unit", "open quantity; 0: delivered, left out; below zero: a credit or return, left out", low=None),
            date("due", "day on which it must be delivered, the goods being there when it begins"),
            whole("priority", "", "1 = highest; a step is worth ten times the pieces", 2, low=1, high=99, verbs=(*DEMAND, *NETWORK), why="two digits"),
            _unit("qty"),
            optional("price", "EUR/unit", "what the customer pays; tells what limits are worth in EUR; empty: the price of the item", None,
                     verbs=(*FACTORY, *NETWORK)),
            optional("late_cost", "EUR/unit", "what a unit costs that is not delivered by its due day; takes the place of price, 0 = not known", 0.0,
                     verbs=FACTORY),
            text("ship_set", "lines with the same word here are delivered together, on one day; only promised, not planned", verbs=("promise",)),
            optional("min_shipment", "unit", "smallest part that may be delivered alone; empty: the line is promised in one piece, planned in any parts", None,
                     above=0.0, verbs=FACTORY),
            whole("max_late_days", "days", "the customer takes it at most so many days after due; empty: whenever it comes; only promised, not planned", None,
                  verbs=("promise",)),
            date("promised", "day that was promised before; `e2esim promise` keeps it, or says why it is broken", required=False, verbs=FACTORY),
            SOURCE,
        ),
    ),
    Table(
        name="history",
        meaning="Past demand by week or month; a plan serves what is still to come beside the orders, a market run builds on the last twelve months before "
        "its start. From the first row of an item and channel on (one of zero counts), absent rows are no demand.",
        key=("item", "channel", "market", "period"),
        verbs=NOT_NETWORK,
        required=False,
        market=True,
        sums="qty",
        columns=(
            Column(
                name="period",
                kind="date",
                unit="YYYY-MM-DD",
                meaning="first day of the week (Monday) or month; also written 2025-W07 or 2025-02. Three years for a weekly season",
                aliases=("month",),
            ),
            id_column("item", "what was asked for", _ITEM),
            optional_id("market", "market of the consumers", ("markets", "market"), loose=True, market=True),
            optional_id("channel", "where it was sold; a forecast is made of each item and channel", ("channels", "channel"), loose=True, market=True),
            number("qty", "unit", "quantity asked for in the period, without returns"),
            _unit("qty"),
            SOURCE,
        ),
    ),
    Table(
        name="demand",
        meaning="Streams of customer demand. A network run draws their lines; for a plan and a forecast they are the expected quantity of each week, of items "
        "without history.",
        key=("item", "site", "customer", "first"),
        verbs=(*DEMAND, *NETWORK),
        required=False,
        columns=(
            id_column("item", "what is asked for", _ITEM),
            optional_id("site", "site that is asked; empty: the only one there is", ("sites", "site"), loose=True),
            text("customer", "who asks; a lane from the site to this name gives days and cost of delivery"),
            optional("every_d", "days", "mean time between lines", 1.0, above=0.0),
            choice("every_law", "law of chance of that time; lines of a law other than constant begin after the first such time", LAWS[:5], "constant",
                   verbs=NETWORK),
            optional("every_sd_d", "days", "standard deviation of that time", 0.0, verbs=NETWORK),
            date("first", "day of the first line; empty: the first day there is", required=False),
            date("last", "last day of the stream, included; empty: it does not end", required=False),
            choice("law", "law of chance of the quantity of a line", LAWS, "constant"),
            optional("mean", "unit", "mean quantity of a line", 1.0),
            optional("sd", "unit", "standard deviation of the quantity", 0.0, verbs=NETWORK),
            text("values", "law empirical: quantities, separated by spaces"),
            text("weights", "law empirical: how often each, separated by spaces; empty: all alike"),
            optional("price", "EUR/unit", "what the customer pays; empty: the price of the item", None, verbs=NETWORK),
            whole("priority", "", "1 = served first", 1, low=1, verbs=NETWORK),
            share("return_share", "share of the lines that come back, as good as new, for the price", 0.0, verbs=NETWORK),
            optional("return_d", "days", "from delivery until they are back", 14.0, verbs=NETWORK),
            SOURCE,
        ),
    ),
    Table(
        name="forecast_changes",
        meaning="What people know and history does not. Rows of the past too: they tell whether changing the forecast paid.",
        key=("item", "channel", "week"),
        verbs=DEMAND,
        required=False,
        columns=(
            optional_id("item", "whose forecast changes; empty: of all items", _ITEM),
            text("channel", "whose forecast changes; empty: of all channels"),
            date("week", "first day; also written 2025-W07 or 2025-02"),
            whole("weeks", "weeks", "how long", 1, low=1, high=104, why="no forecast reaches beyond two years"),
            optional("uplift", "share", "a promotion: 0.3 = 30 % more than usual, -0.1 = the dip after it", None, low=-1.0, why="less than no demand is none"),
            optional("qty", "unit", "an override: total quantity in place of the forecast", None),
            text("reason", "who says so and why"),
        ),
    ),
)
