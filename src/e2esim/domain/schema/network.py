"""Network of a company: how goods move, who keeps stock of his own, what a change of set-up takes."""

from __future__ import annotations

from e2esim.domain.schema.column import SOURCE, WORLD, Column, Table, id_column, number, optional, share, text

TABLES: tuple[Table, ...] = (
    Table(
        name="modes",
        meaning="Transport modes with their lateness: a mass on the date and a lognormal late tail.",
        key=("mode",),
        verbs=WORLD,
        columns=(
            id_column("mode"),
            share("late_share", "share of deliveries late"),
            number("late_median_d", "days", "median of days late, given late"),
            number("late_sigma", "1", "sigma of the log of days late, given late"),
            optional("co2_kg_tkm", "kg CO2e/tkm", "emission factor, well to wheel", 0.0),
            SOURCE,
        ),
    ),
    Table(
        name="lanes",
        meaning="Outbound lanes from the plant, one for each channel and market served.",
        key=("channel", "market"),
        verbs=WORLD,
        columns=(
            id_column("channel", ref=("channels", "channel")),
            id_column("market", ref=("markets", "market")),
            id_column("mode", "transport mode", ref=("modes", "mode")),
            number("transit_d", "days", "planned transit time, part of the promise"),
            optional("transit_sigma", "1", "sigma of the log of ordinary transit time around its plan", 0.15),
            text("departures", "weekdays on which trucks leave, e.g. 12345", "12345"),
            Column(name="cutoff", kind="time", unit="HH:MM", meaning="picked before this hour leaves the same day", required=False, default="17:00"),
            optional("distance_km", "km", "plant to customer", 0.0),
            optional("cost_eur_m3", "EUR/m3", "freight", 0.0),
            optional("cost_eur_line", "EUR/line", "cost of a drop, installation excluded", 0.0),
            share("damage_share", "share of order lines damaged on the way", 0.0),
            SOURCE,
        ),
    ),
    Table(
        name="changeovers",
        meaning="Hours a machine is changed over between lots of two set-up families, beside the set-up of the routing; pairs not named take none.",
        key=("work_centre", "from_family", "to_family"),
        verbs=WORLD,
        required=False,
        columns=(
            id_column("work_centre", ref=("work_centres", "work_centre")),
            id_column("from_family", "setup_family of the lot before"),
            id_column("to_family", "setup_family of the lot after"),
            number("hours", "h", "machine hours of the changeover"),
            SOURCE,
        ),
    ),
    Table(
        name="accounts",
        meaning="Trade customers and own branches that hold stock and sell on to consumers.",
        key=("account",),
        verbs=WORLD,
        required=False,
        columns=(
            id_column("account"),
            text("name", "name shown in reports"),
            id_column("channel", ref=("channels", "channel")),
            id_column("market", ref=("markets", "market")),
            id_column("segment", "trade segment", ref=("segments", "segment")),
            number("weight", "1", "size relative to the other accounts of channel and market", above=0.0),
            Column(name="order_weekday", kind="int", unit="1..7", meaning="ISO weekday on which it orders", low=1, high=7),
            number("review_d", "days", "days between orders", required=False, default=7.0, above=0.0),
            number("cover_d", "days", "stock it wants to hold beyond lead time and review", required=False, default=14.0),
            optional("seniority_y", "years", "years since its first purchase", 5.0),
            share("strategic", "importance: 1 = strategic customer", 0.0),
            SOURCE,
        ),
    ),
)
