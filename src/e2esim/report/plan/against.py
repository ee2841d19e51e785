"""Plan against plan, from their folders: what moved, and for whom it is better or worse."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any, Final

import polars as pl

from e2esim.report.plan.changes import made_in, moved_frame

NEEDED: Final = ("manifest.json", "lots.parquet", "purchases.parquet", "deliveries.parquet", "late.parquet")
_KEYS = ["order", "customer", "item", "name", "unit", "priority"]
NEVER: Final = 365  # days late that a piece which never comes counts as, in sums of piece days [d]
_FIGURES = {
    "orders": "Orders", "late_orders": "Late orders", "late_pieces": "Late pieces", "shortages": "Never delivered in full",
    "objective": "Weighted late pieces", "lots": "Lots", "purchases": "Purchase orders", "purchase_eur": "Purchases EUR", "subcontract_eur": "Subcontracts EUR",
}  # fmt: skip


def is_plan(folder: Path) -> bool:
    """Whether a path is a plan folder."""
    return all((folder / name).is_file() for name in NEEDED)


def orders_against(old: Path, new: Path) -> pl.DataFrame:
    """One row an order that is served otherwise, the worst first: days late of its last piece and pieces late, before and after.

    ``change`` is better or worse by days late times pieces (what never comes counts as `NEVER` days), new or gone where only one plan
    knows the order, moved where it is on time in both but comes on another day.
    """
    before, after = (_served(folder) for folder in (old, new))
    both = before.join(after, on="order", how="full", suffix="_new", coalesce=True)
    both = both.with_columns(pl.coalesce(f"{name}_new", name).alias(name) for name in [*_KEYS[1:], "due"])
    worse = (pl.col("piece_days_late_new") - pl.col("piece_days_late")).round(3)
    change = (
        pl.when(pl.col("last").is_null() & pl.col("piece_days_late").is_null()).then(pl.lit("new"))
        .when(pl.col("last_new").is_null() & pl.col("piece_days_late_new").is_null()).then(pl.lit("gone"))
        .when(worse > 0).then(pl.lit("worse"))
        .when(worse < 0).then(pl.lit("better"))
        .when(pl.col("last").ne_missing(pl.col("last_new"))).then(pl.lit("moved"))
        .otherwise(pl.lit("same"))
    )  # fmt: skip
    told = both.with_columns(change.alias("change"), worse.fill_null(0.0).alias("worse_by")).filter(pl.col("change") != "same")
    days = (pl.col("last_new") - pl.col("last")).dt.total_days().alias("days")
    return told.select(
        *_KEYS, "due", "change", pl.col("last").alias("from"), pl.col("last_new").alias("to"), days,
        pl.col("late_qty").alias("late_before"), pl.col("late_qty_new").alias("late_after"), pl.col("worse_by").alias("piece_days"),
    ).sort("piece_days", "order", descending=[True, False])  # fmt: skip


def _served(folder: Path) -> pl.DataFrame:
    """One row an order: last delivery, pieces late or never, and pieces times days late."""
    given, late = pl.read_parquet(folder / "deliveries.parquet"), pl.read_parquet(folder / "late.parquet")
    sums = given.group_by("order").agg(
        *(pl.col(name).first() for name in (*_KEYS[1:], "due")), pl.col("delivered").max().alias("last"),
        (pl.col("qty") * pl.col("days_late")).sum().alias("_days"), pl.col("qty").filter(pl.col("days_late") > 0).sum().alias("_late"),
    )  # fmt: skip
    short = late.group_by("order").agg(*(pl.col(name).first() for name in (*_KEYS[1:], "due")), pl.col("short_qty").sum().alias("_short"))
    found = sums.join(short, on="order", how="full", suffix="_short", coalesce=True)
    found = found.with_columns(pl.coalesce(name, f"{name}_short").alias(name) for name in [*_KEYS[1:], "due"])
    filled = found.with_columns(pl.col("_days", "_late", "_short").fill_null(0.0))
    whole = pl.when(pl.col("_short") > 0).then(None).otherwise(pl.col("last")).alias("last")
    return filled.select(
        *_KEYS, "due", whole, (pl.col("_late") + pl.col("_short")).alias("late_qty"), (pl.col("_days") + NEVER * pl.col("_short")).alias("piece_days_late")
    )


def customers_against(orders: pl.DataFrame) -> pl.DataFrame:
    """One row a customer: orders better and worse, and pieces times days late more than before."""
    counts = [(pl.col("change") == kind).sum().cast(pl.Int64).alias(kind) for kind in ("better", "worse", "moved", "new", "gone")]
    return orders.group_by("customer").agg(*counts, pl.col("piece_days").sum().round(3)).sort("piece_days", "customer", descending=[True, False])


def moved_against(old: Path, new: Path) -> pl.DataFrame:
    """Lots and purchases that moved, are new or gone; what begins before the later of the two days of today is past."""
    today = max(dt.date.fromisoformat(_manifest(folder)["today"]) for folder in (old, new))
    return moved_frame(made_in(old), made_in(new), today)


def figures_against(old: Path, new: Path) -> pl.DataFrame:
    """One row a figure of the whole plan: before, after, difference."""
    before, after = _manifest(old), _manifest(new)
    rows = [{"figure": head, "before": before.get(name), "after": after.get(name)} for name, head in _FIGURES.items()]
    frame = pl.DataFrame(rows, schema={"figure": pl.String, "before": pl.Float64, "after": pl.Float64}, strict=False)
    return frame.with_columns((pl.col("after") - pl.col("before")).round(6).alias("difference"))


def _manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["plan"]
    return found


def against(old: Path, new: Path) -> dict[str, pl.DataFrame]:
    """All tables of a comparison: figures, customers, orders, moves."""
    orders = orders_against(old, new)
    return {"figures": figures_against(old, new), "customers": customers_against(orders), "orders": orders, "moves": moved_against(old, new)}
