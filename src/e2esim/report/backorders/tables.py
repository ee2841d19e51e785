"""Tables of a backorder run: what it does to each order, the new confirmations, the segments, the use of quotas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from e2esim.planning.book.backorders import BackorderBook, BackorderRun, RunVerdict, Strategy, changes
from e2esim.planning.book.quotas import QuotaUse

FLAG = "not in full on the wanted day"


@dataclass(frozen=True, kw_only=True, eq=False)
class RunView:
    """A run with the names of things.

    ``segment`` (n,) number of the segment of each order; ``quotas`` (item row, view of its nodes) where quotas were
    given; ``plan`` says which plan the supply comes from.
    """

    title: str
    today: dt.date
    plan: str
    book: BackorderBook
    run: BackorderRun
    items: tuple[str, ...]
    item_name: tuple[str, ...]
    item_unit: tuple[str, ...]
    orders: tuple[str, ...]
    customers: tuple[str, ...]
    priority: Sequence[int]
    segments: tuple[str, ...]
    strategies: tuple[Strategy, ...]
    segment: tuple[int, ...]
    quotas: tuple[tuple[int, list[QuotaUse]], ...] = ()

    def date(self, day: int | None) -> dt.date | None:
        """Date of a day, None for none."""
        return None if day is None else self.today + dt.timedelta(days=int(day))


def orders_table(view: RunView) -> pl.DataFrame:
    """One row an order: verdict, pieces and last day before and after, the rule by which it lost, its flag."""
    breached = {breach.line: breach for breach in view.run.breaches}
    rows: list[dict[str, Any]] = []
    for change in changes(view.book, view.run.confirmed):
        k = change.line
        item, segment = int(view.book.item[k]), view.segment[k]
        worse = change.verdict in (RunVerdict.LOSES, RunVerdict.MIXED)
        rows.append(
            {
                "order": view.orders[k], "customer": view.customers[k], "item": view.items[item], "name": view.item_name[item],
                "unit": view.item_unit[item], "priority": int(view.priority[k]), "segment": view.segments[segment],
                "strategy": view.strategies[segment].value, "qty": float(view.book.quantity[k]), "due": view.date(int(view.book.due[k])),
                "verdict": change.verdict.value, "confirmed_before": change.before, "confirmed_after": change.after,
                "last_before": view.date(change.last_before), "last_after": view.date(change.last_after),
                "better": change.pieces_earlier, "worse": change.pieces_later, "piece_days": change.piece_days,
                "rule": "" if not worse else "supply" if k in breached else view.strategies[segment].value,
                "flag": FLAG if view.run.flagged[k] else "",
            }
        )  # fmt: skip
    schema = {
        **dict.fromkeys(("order", "customer", "item", "name", "unit"), pl.String()), "priority": pl.Int64(), "segment": pl.String(), "strategy": pl.String(),
        "qty": pl.Float64(), "due": pl.Date(), "verdict": pl.String(), "confirmed_before": pl.Float64(), "confirmed_after": pl.Float64(),
        "last_before": pl.Date(), "last_after": pl.Date(), "better": pl.Float64(), "worse": pl.Float64(), "piece_days": pl.Float64(),
        "rule": pl.String(), "flag": pl.String(),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema).with_columns(pl.col(pl.Float64).round(3))


def confirmations_table(view: RunView) -> pl.DataFrame:
    """The new confirmations: order, item, day and pieces."""
    done, book = view.run.confirmed, view.book
    item = book.item[done.line]

    def names(of: Sequence[str], at: np.typing.NDArray[np.int64]) -> list[str]:
        return [of[k] for k in at.tolist()]

    return pl.DataFrame(
        {
            "order": names(view.orders, done.line), "customer": names(view.customers, done.line), "item": names(view.items, item),
            "name": names(view.item_name, item), "segment": names(view.segments, np.array(view.segment, dtype=np.int64)[done.line]),
            "confirmed": [view.date(day) for day in done.day.tolist()], "qty": done.quantity.round(3), "unit": names(view.item_unit, item),
        },
        schema_overrides={"confirmed": pl.Date()} | dict.fromkeys(("order", "customer", "item", "name", "segment", "unit"), pl.String()),
    )  # fmt: skip


def segments_table(view: RunView, orders: pl.DataFrame) -> pl.DataFrame:
    """One row a segment in its turn: orders, winners, losers, pieces better and worse, flags, broken promises."""
    turn = pl.DataFrame({"segment": list(view.segments), "strategy": [s.value for s in view.strategies]})
    found = orders.group_by("segment").agg(
        pl.len().cast(pl.Int64).alias("orders"),
        pl.col("verdict").is_in(["wins", "mixed"]).sum().cast(pl.Int64).alias("winners"),
        pl.col("verdict").is_in(["loses", "mixed"]).sum().cast(pl.Int64).alias("losers"),
        pl.col("confirmed_before").sum(),
        pl.col("confirmed_after").sum(),
        pl.col("better").sum(),
        pl.col("worse").sum(),
        (pl.col("flag") != "").sum().cast(pl.Int64).alias("flagged"),
        (pl.col("rule") == "supply").sum().cast(pl.Int64).alias("broken"),
    )
    return turn.join(found, on="segment", how="left", maintain_order="left").fill_null(0)


def quotas_table(view: RunView) -> pl.DataFrame:
    """The consumption view: one row an item and node where anything is or was; empty without quotas."""
    rows = [
        {"item": view.items[item], "quota_of": row.name, **{name: value for name, value in asdict(row).items() if name != "name"}}
        for item, nodes in view.quotas
        for row in nodes
        if row.quota or row.consumed or row.given
    ]
    numbers = ("quota", "pot", "consumed", "from_pools", "stolen", "given", "stolen_from", "left")
    return pl.DataFrame(rows, schema={"item": pl.String(), "quota_of": pl.String(), **dict.fromkeys(numbers, pl.Float64())})


def figures(view: RunView, orders: pl.DataFrame) -> dict[str, Any]:
    """The run in a few numbers."""
    full = orders.filter(pl.col("confirmed_after") >= pl.col("qty") - 1e-6)
    return {
        "title": view.title,
        "today": view.today.isoformat(),
        "plan": view.plan,
        "orders": orders.height,
        "winners": orders.filter(pl.col("verdict") == "wins").height,
        "losers": orders.filter(pl.col("verdict") == "loses").height,
        "mixed": orders.filter(pl.col("verdict") == "mixed").height,
        "flagged": orders.filter(pl.col("flag") != "").height,
        "broken_promises": len(view.run.breaches),
        "pieces_before": round(float(orders["confirmed_before"].sum()), 3),
        "pieces_after": round(float(orders["confirmed_after"].sum()), 3),
        "confirmed_in_full": full.height,
    }
