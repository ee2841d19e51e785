"""Rules between the tables of markets and customers: brands, lanes, accounts, buyers, mixes, seasons."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from e2esim.config.checks import Check, View, needs
from e2esim.config.grids import ROW
from e2esim.config.problems import COMMAND_LINE, Problem, did_you_mean
from e2esim.domain.schema import TABLE

TOLERANCE = 0.005  # [share] rounding that a sum of shares or a mean of indices may show
KNOWN_PRICES = 0.1  # [share] by which prices of one year move, so that elasticities measured on them hold, assumed
NEVER_EMPTY = (
    "brands",
    "items",
    "calendars",
    "sites",
    "modes",
    "markets",
    "season",
    "channels",
    "lanes",
    "segments",
    "mix",
    "prices",
    "history",
)


@needs()
def rows_there(view: View) -> Iterator[Problem]:
    """Tables without which there is no world hold at least one row."""
    for name in NEVER_EMPTY:
        said = name in view.typed.partial or any(table == name for table, _ in view.typed.doubtful)
        if view.table(name).is_empty() and not said:
            yield view.problem(name, "the table has no rows", remedy=f"fill it: {TABLE[name].meaning}")


@needs("items.item", "items.sold", "items.brand")
def sold_items_have_a_brand(view: View) -> Iterator[Problem]:
    """What is sold carries a brand, whose quality enters satisfaction."""
    for row, item in (
        view.table("items").filter(pl.col("sold") & (pl.col("brand") == "")).select(ROW, "item").iter_rows()
    ):
        yield view.problem(
            "items", "a sold item without brand", row=row, column="brand", value=item, remedy="name its brand"
        )


@needs(
    "customers.channel",
    "customers.market",
    "customers.segment",
    "channels.channel",
    "channels.kind",
    "segments.segment",
    "segments.kind",
    "lanes.channel",
    "lanes.market",
)
def accounts_fit(view: View) -> Iterator[Problem]:
    """An account belongs to a stockist channel, a trade segment and a (channel, market) with a lane."""
    direct = set(view.table("channels").filter(pl.col("kind") == "direct")["channel"])
    consumers = set(view.table("segments").filter(pl.col("kind") == "consumer")["segment"])
    served = set(view.table("lanes").select("channel", "market").iter_rows())
    for row, channel, market, segment in view.table("customers").select(ROW, "channel", "market", "segment").iter_rows():
        if channel in direct:
            yield view.problem(
                "customers",
                "an account in a direct channel",
                row=row,
                column="channel",
                value=channel,
                remedy="accounts belong to channels of kind 'stockist'",
            )
        if segment in consumers:
            yield view.problem(
                "customers",
                "an account in a consumer segment",
                row=row,
                column="segment",
                value=segment,
                remedy="name a segment of kind 'trade'",
            )
        if channel and market and (channel, market) not in served:
            yield view.problem(
                "customers",
                "an account where no lane leads",
                row=row,
                column="market",
                value=f"{channel} in {market}",
                remedy=f"add a row {channel}, {market} to lanes",
            )


@needs("channels.channel", "channels.kind", "channels.buyer")
def buyers_fit(view: View) -> Iterator[Problem]:
    """A direct channel sells to consumers; a stockist is a trade customer or a branch of the firm."""
    wrong = view.table("channels").filter((pl.col("kind") == "direct") != (pl.col("buyer") == "b2c"))
    for row, kind, buyer in wrong.select(ROW, "kind", "buyer").iter_rows():
        remedy = (
            "the buyer of a direct channel is b2c"
            if kind == "direct"
            else "the buyer of a stockist channel is b2b or own"
        )
        yield view.problem(
            "channels", f"buyer does not fit a {kind} channel", row=row, column="buyer", value=buyer, remedy=remedy
        )


@needs("mix.channel", "mix.segment", "mix.share", "channels.channel", "segments.segment", "segments.kind")
def mixes_sum_to_one(view: View) -> Iterator[Problem]:
    """The consumers of each channel are split wholly over consumer segments."""
    mix = view.table("mix")
    for channel, total, row in (
        mix.group_by("channel", maintain_order=True).agg(pl.col("share").sum(), pl.col(ROW).first()).iter_rows()
    ):
        if abs(total - 1.0) > TOLERANCE:
            yield view.problem(
                "mix",
                f"the shares of channel {channel} sum to {total:g}, not to one",
                row=row,
                column="share",
                value=f"{total:g}",
                remedy="change the shares so that they sum to 1",
            )
    if not mix.is_empty():
        for row, channel in (
            view.table("channels")
            .join(mix, on="channel", how="anti", maintain_order="left")
            .select(ROW, "channel")
            .iter_rows()
        ):
            yield view.problem(
                "channels",
                "a channel without consumers",
                row=row,
                column="channel",
                value=channel,
                remedy="add its segments to mix",
            )
    trade = set(view.table("segments").filter(pl.col("kind") == "trade")["segment"])
    for row, segment in mix.filter(pl.col("segment").is_in(trade)).select(ROW, "segment").iter_rows():
        yield view.problem(
            "mix",
            "a trade segment among consumers",
            row=row,
            column="segment",
            value=segment,
            remedy="name a segment of kind 'consumer'",
        )


@needs("season.season", "season.month", "season.index", "markets.season")
def seasons_average_one(view: View) -> Iterator[Problem]:
    """Each profile has twelve months whose indices average one, and every market has a profile that exists."""
    season = view.table("season")
    profiles = season.group_by("season", maintain_order=True).agg(
        pl.col("index").mean(), pl.col("month").unique().alias("months"), pl.col(ROW).first()
    )
    for name, mean, months, row in profiles.iter_rows():
        missing = sorted(set(range(1, 13)) - set(months))
        if missing:
            yield view.problem(
                "season",
                f"profile {name} lacks months {', '.join(map(str, missing))}",
                row=row,
                column="month",
                value=name,
                remedy="give all twelve months",
            )
        elif abs(mean - 1.0) > TOLERANCE:
            yield view.problem(
                "season",
                f"the indices of profile {name} average {mean:.4g}, not one",
                row=row,
                column="index",
                value=f"{mean:.4g}",
                remedy=f"divide each by {mean:.4g}",
            )
    names = profiles["season"].to_list()
    for row, name in view.table("markets").filter(~pl.col("season").is_in(names)).select(ROW, "season").iter_rows():
        if names and name:
            yield view.problem(
                "markets",
                "no such season in table season",
                row=row,
                column="season",
                value=name,
                remedy=did_you_mean(name, names),
            )


@needs("lanes.departures")
def lanes_depart(view: View) -> Iterator[Problem]:
    """Departures name weekdays 1 to 7."""
    for row, text in (
        view.table("lanes")
        .filter(~pl.col("departures").str.contains(r"^[1-7]{0,7}$"))
        .select(ROW, "departures")
        .iter_rows()
    ):
        yield view.problem(
            "lanes",
            "not a list of weekdays",
            row=row,
            column="departures",
            value=text,
            remedy="write the digits of the weekdays, 1 = Monday: 135",
        )


@needs("lanes.receive_from", "lanes.receive_until")
def gates_open(view: View) -> Iterator[Problem]:
    """Who receives goods does so for some time of the day."""
    shut = view.table("lanes").filter(pl.col("receive_from") >= pl.col("receive_until"))
    for (row,) in shut.select(ROW).iter_rows():
        yield view.problem("lanes", "a gate that closes before it opens", row=row, column="receive_until", remedy="a later hour than receive_from")


@needs("lanes.truck_m3", "lanes.truck_kg", "lanes.truck_eur", "lanes.truck_fill")
def trucks_have_a_size(view: View) -> Iterator[Problem]:
    """A truck that costs something, waits to be full or may carry so many kilograms holds so and so much."""
    asks = (pl.col("truck_eur") > 0) | (pl.col("truck_fill") > 0) | pl.col("truck_kg").is_not_null()
    sizeless = view.table("lanes").filter(pl.col("truck_m3").is_null() & asks)
    for (row,) in sizeless.select(ROW).iter_rows():
        remedy = "say what a truck holds, or leave out truck_kg, truck_eur and truck_fill"
        yield view.problem("lanes", "trucks without a size", row=row, column="truck_m3", remedy=remedy)


@needs("lanes.truck_kg", "items.item", "items.sold", "items.weight_kg")
def loads_weigh_something(view: View) -> Iterator[Problem]:
    """Where trucks carry so many kilograms, what they carry weighs something: an item without a weight takes none of them."""
    if view.table("lanes")["truck_kg"].is_not_null().any():
        light = view.table("items").filter(pl.col("sold") & (pl.col("weight_kg") <= 0.0))
        yield from weightless(view, light, "a lane states truck_kg: pieces of it load a truck with nothing")


def weightless(view: View, light: pl.DataFrame, message: str) -> Iterator[Problem]:
    """One warning for the rows of items ``light``, which have no weight."""
    if light.height:
        more = f" ({light.height} items such)" if light.height > 1 else ""
        told = f"no weight, and {message}{more}"
        yield view.problem(
            "items", told, row=light[ROW][0], column="weight_kg", value=light["item"][0], remedy="give its weight in kg", warning=True
        )  # fmt: skip


@needs()
def prices_are_known(view: View) -> Iterator[Problem]:
    """A price move beyond what the history knows is an extrapolation, and says so."""
    factor = 1.0 if view.settings is None else view.settings.market.price_factor
    if abs(factor - 1.0) > KNOWN_PRICES + 1e-9:
        message = f"the history was sold at other prices: elasticities are known within {100 * KNOWN_PRICES:.0f} %, beyond it sales are extrapolated"
        remedy = "read the sign, not the size; take a smaller step, or see how far it rests on market.price_lasting and market.rival_follows_rise or _cut"
        yield Problem(file=COMMAND_LINE, column="market.price_factor", value=f"{factor:g}", message=message, remedy=remedy, warning=True)


CHECKS: tuple[Check, ...] = (
    rows_there,
    sold_items_have_a_brand,
    accounts_fit,
    buyers_fit,
    mixes_sum_to_one,
    seasons_average_one,
    lanes_depart,
    gates_open,
    trucks_have_a_size,
    loads_weigh_something,
    prices_are_known,
)
