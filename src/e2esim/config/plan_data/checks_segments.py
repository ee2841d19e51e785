"""Rules of the tables segments and quotas: every segment has one strategy, and nobody has more than all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from e2esim.config.checks import View
from e2esim.config.grids import ROW
from e2esim.config.problems import Problem, did_you_mean
from e2esim.domain.schema.network import STRATEGIES

ALL_PERCENT = 100.0


def segments(view: View) -> Iterator[Problem]:
    """One strategy and one rank a segment, and a value that orders can have."""
    frame = view.table("order_classes")
    if {("order_classes", name) for name in ("segment", "strategy", "rank", "by", "value")} & view.typed.doubtful:
        return
    for (segment,), rows in frame.group_by("segment", maintain_order=True):
        stated = rows.filter(pl.col("strategy") != "")
        if stated.is_empty():
            yield view.problem(
                "order_classes",
                f"segment {segment} has no strategy",
                row=int(rows[ROW][0]),
                column="strategy",
                remedy=f"write one of {', '.join(STRATEGIES)}",
            )
        for column, part in (("strategy", stated), ("rank", rows)):
            for row, value in part.filter(pl.col(column) != pl.col(column).first()).select(ROW, column).iter_rows():
                remedy = f"row {part[ROW][0]} says {part[column][0]}: state the same, or name another segment"
                yield view.problem("order_classes", f"segment {segment} has two values of {column}", row=row, column=column, value=value, remedy=remedy)
    yield from _values(view)


def _values(view: View) -> Iterator[Problem]:
    """What a row of segments selects by must be there."""
    customers = view.table("customers")
    known = {
        "customer": sorted({*view.table("orders")["customer"], *customers["customer"]} - {"", None}),
        "channel": _channels(view),
    }
    for row, by, value in view.table("order_classes").select(ROW, "by", "value").iter_rows():
        message, remedy = "", ""
        if by == "all":
            if value:
                message, remedy = "by is all, so there is nothing to compare", "say in column by what the value is: priority, customer or channel"
        elif not value:
            message, remedy = f"no {by} is named", f"write the {by}, or all in column by"
        elif by == "priority":
            if not (value.isdecimal() and 1 <= int(value) <= 99):
                message, remedy = "not a priority", "write a whole number from 1 to 99"
        elif value not in known[by]:
            message = f"no such {by}"
            remedy = did_you_mean(value, known[by]) if known[by] else "table customers names no channel: add column channel there"
        if message:
            yield view.problem("order_classes", message, row=row, column="value", value=value, remedy=remedy)


def _channels(view: View) -> list[str]:
    """Channels through which anybody buys, as customers and orders name them."""
    orders = view.table("orders")
    return sorted({*view.table("customers")["channel"], *(orders["channel"] if "channel" in orders.columns else ())} - {"", None})


def quotas(view: View) -> Iterator[Problem]:
    """Every row has the row above it, and rows beside one another share out at most all."""
    frame = view.table("quotas")
    if {("quotas", name) for name in ("channel", "market", "customer", "share_percent")} & view.typed.doubtful:
        return
    paths = [tuple(part for part in record if part) for record in frame.select("channel", "market", "customer").iter_rows()]
    stated = set(paths)
    total: dict[tuple[str, ...], float] = {}
    for path, row, share in zip(paths, frame[ROW].to_list(), frame["share_percent"].to_list(), strict=True):
        parent = path[:-1]
        if parent and parent not in stated:
            remedy = f"add a row for {' / '.join(parent)} with its share"
            yield view.problem("quotas", f"there is no row for {' / '.join(parent)} above it", row=row, column="channel", value=" / ".join(path), remedy=remedy)
        before = total.get(parent, 0.0)
        total[parent] = before + (share or 0.0)
        if before <= ALL_PERCENT + 1e-9 < total[parent]:
            whose = f"the rows of {' / '.join(parent)}" if parent else "the channels"
            yield view.problem(
                "quotas",
                f"{whose} have more than {ALL_PERCENT:g} % together ({_sum(paths, frame['share_percent'].to_list(), parent):g} %)",
                row=row,
                column="share_percent",
                value=share,
                remedy="lower the shares; what is left of 100 is a pool for all of them",
            )
    yield from _customers(view)


def _sum(paths: Sequence[tuple[str, ...]], shares: Sequence[float], parent: tuple[str, ...]) -> float:
    return sum(share for path, share in zip(paths, shares, strict=True) if path[:-1] == parent)


def _customers(view: View) -> Iterator[Problem]:
    """A customer with a quota must be one who may order."""
    known = sorted({*view.table("orders")["customer"], *view.table("customers")["customer"]} - {"", None})
    channels = _channels(view)
    for row, channel, customer in view.table("quotas").select(ROW, "channel", "customer").iter_rows():
        if customer and customer not in known:
            yield view.problem("quotas", "no such customer", row=row, column="customer", value=customer, remedy=did_you_mean(customer, known))
        if channel and channel not in channels:
            remedy = did_you_mean(channel, channels) if channels else "table customers names no channel: add column channel there"
            yield view.problem("quotas", "no customer buys through this channel", row=row, column="channel", value=channel, remedy=remedy)
