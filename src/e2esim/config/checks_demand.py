"""Rules between the demand history and the tables it leans on: sold items, prices, lanes, accounts, months."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from e2esim.config.checks import Check, View, needs
from e2esim.config.grids import ROW
from e2esim.config.problems import Problem

HISTORY = 12  # [months] of demand before the start


@needs("items.item", "items.sold", "history.item", "history.qty", "history.market", "history.channel")
def demand_for_sold_items(view: View) -> Iterator[Problem]:
    """Consumers ask for sold items only; a sold item nobody asks for is suspect."""
    demand = view.demand()
    items = view.table("items")
    unsold = set(items.filter(~pl.col("sold"))["item"])
    for item, row in (
        demand.filter(pl.col("item").is_in(unsold))
        .group_by("item", maintain_order=True)
        .agg(pl.col(ROW).first())
        .iter_rows()
    ):
        yield view.problem(
            "history",
            "demand for an item that is not sold",
            row=row,
            column="item",
            value=item,
            remedy="set items.sold to true, or correct the item",
        )
    if view.table("history").is_empty():
        return
    for row, item in (
        items.filter(pl.col("sold") & ~pl.col("item").is_in(demand["item"].implode())).select(ROW, "item").iter_rows()
    ):
        yield view.problem(
            "items",
            "sold, but without any demand",
            row=row,
            column="item",
            value=item,
            remedy="add its history to table history",
            warning=True,
        )


@needs("history.item", "history.qty", "history.market", "history.channel", "prices.item", "prices.channel")
def prices_where_demanded(view: View) -> Iterator[Problem]:
    """Every item has a price in each channel in which it is asked for."""
    asked = view.demand().group_by("item", "channel", maintain_order=True).agg(pl.col(ROW).first())
    for item, channel, row in (
        asked.join(view.table("prices"), on=["item", "channel"], how="anti", maintain_order="left")
        .select("item", "channel", ROW)
        .iter_rows()
    ):
        remedy = f"add a row {item}, {channel} to prices"
        yield view.problem(
            "history",
            "demand for an item that has no price in this channel",
            row=row,
            column="item",
            value=f"{item} in {channel}",
            remedy=remedy,
        )


@needs("history.item", "history.qty", "history.market", "history.channel", "lanes.channel", "lanes.market")
def lanes_where_demanded(view: View) -> Iterator[Problem]:
    """Goods can reach every (channel, market) with demand."""
    cells = view.demand().group_by("channel", "market", maintain_order=True).agg(pl.col(ROW).first())
    for channel, market, row in (
        cells.join(view.table("lanes"), on=["channel", "market"], how="anti", maintain_order="left")
        .select("channel", "market", ROW)
        .iter_rows()
    ):
        remedy = f"add a row {channel}, {market} to lanes"
        yield view.problem(
            "history",
            "demand where no lane leads",
            row=row,
            column="market",
            value=f"{channel} in {market}",
            remedy=remedy,
        )


@needs(
    "history.item",
    "history.qty",
    "history.market",
    "history.channel",
    "channels.channel",
    "channels.kind",
    "customers.channel",
    "customers.market",
)
def accounts_where_demanded(view: View) -> Iterator[Problem]:
    """A stockist channel sells through an account of that market."""
    stockists = view.table("channels").filter(pl.col("kind") == "stockist")["channel"]
    cells = (
        view.demand()
        .filter(pl.col("channel").is_in(stockists.implode()))
        .group_by("channel", "market", maintain_order=True)
        .agg(pl.col(ROW).first())
    )
    for channel, market, row in (
        cells.join(view.table("customers"), on=["channel", "market"], how="anti", maintain_order="left")
        .select("channel", "market", ROW)
        .iter_rows()
    ):
        remedy = f"add a customer of {channel} in {market} to customers"
        yield view.problem(
            "history",
            "demand of a stockist channel in a market without customer",
            row=row,
            column="market",
            value=f"{channel} in {market}",
            remedy=remedy,
        )


@needs("history.period")
def a_year_of_history(view: View) -> Iterator[Problem]:
    """Demand is known for the twelve months on which the run's demand is built, without a gap."""
    if view.settings is None or view.table("history").is_empty():
        return
    start = view.settings.horizon.start
    now = start.year * 12 + start.month - 1
    known = sorted(
        {day.year * 12 + day.month - 1 for day in view.table("history")["period"].unique() if day}
    )
    before = [month for month in known if month < now]
    last = before[-1] if before else now - 1
    missing = [month for month in range(last - HISTORY + 1, last + 1) if month not in before]
    if missing:
        names = ", ".join(f"{month // 12}-{month % 12 + 1:02d}" for month in missing)
        message = f"the demand history before the start ({start}) has {HISTORY - len(missing)} of {HISTORY} months"
        yield view.problem("history", message, column="period", remedy=f"add {names}, or move horizon.start")
    elif last < now - 1:
        message = f"the demand history ends {now - 1 - last} months before the start ({start})"
        yield view.problem(
            "history", message, column="period", remedy="the run takes its last twelve months as they are", warning=True
        )


@needs("history.period", "history.qty")
def somebody_buys(view: View) -> Iterator[Problem]:
    """The last twelve months before the start have sales: a market run goes by them."""
    history = view.table("history")
    if view.settings is None or history.is_empty():
        return
    before = history.filter(pl.col("period") < view.settings.horizon.start)
    last = before["period"].max()
    year = before.filter(pl.col("period") > pl.lit(last).cast(pl.Date).dt.offset_by(f"-{HISTORY}mo"))
    if not year.is_empty() and not float(year["qty"].sum()) > 0.0:
        message = f"nothing was sold in the last {HISTORY} months before the start ({view.settings.horizon.start})"
        yield view.problem("history", message, column="qty", remedy="fill qty with the pieces sold, by month, item, market and channel")


@needs("items.category", "items.sold")
def budget_of_sold_families(view: View) -> Iterator[Problem]:
    """A budget is for families that are sold."""
    items = view.table("items")
    sold = sorted(set(items.filter(pl.col("sold"))["category"]))
    known = set(items["category"])
    for record in view.table("budget").iter_rows(named=True):
        if record["family"] in known and record["family"] not in sold:
            remedy = f"one of: {', '.join(sold)}"
            yield view.problem("budget", "no item of this family is sold", row=record[ROW], column="family", value=record["family"], remedy=remedy)


@needs("budget.quantity", "budget.revenue_eur", "budget.margin_eur")
def budget_says_something(view: View) -> Iterator[Problem]:
    """Every row of the budget holds a number."""
    for record in view.table("budget").iter_rows(named=True):
        if record["quantity"] is None and record["revenue_eur"] is None and record["margin_eur"] is None:
            yield view.problem("budget", "a row without any number", row=record[ROW], column="quantity", remedy="fill quantity, revenue_eur or margin_eur")


CHECKS: tuple[Check, ...] = (
    budget_of_sold_families,
    budget_says_something,
    demand_for_sold_items,
    prices_where_demanded,
    lanes_where_demanded,
    accounts_where_demanded,
    a_year_of_history,
    somebody_buys,
)
