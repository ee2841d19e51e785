"""Shelf lives and batches of stock: what they mean to a plan, and what may be wrong there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.config.checks import View
from e2esim.config.grids import ROW
from e2esim.config.plan_data.settings import PlanSettings
from e2esim.config.problems import Problem
from e2esim.planning.factory.shelf_life import ShelfLife

Floats = npt.NDArray[np.float64]


def shelf_life_of(frames: dict[str, pl.DataFrame], today: dt.date) -> ShelfLife | None:
    """What expires; None where nothing does."""
    days = frames["items"]["shelf_life_d"].cast(pl.Float64).fill_null(float("inf")).to_numpy()
    rows = frames["batches"].filter(pl.col("use_by") >= today)
    if not np.isfinite(days).any() and not frames["batches"].height:
        return None
    place = {name: k for k, name in enumerate(frames["items"]["item"])}
    return ShelfLife(
        days=np.array(days, dtype=np.float64),
        batch_item=np.array([place[name] for name in rows["item"]], dtype=np.int64),
        batch_qty=np.array(rows["qty"].to_numpy(), dtype=np.float64),
        batch_last=np.array([(day - today).days for day in rows["use_by"]], dtype=np.int64),
    )


def expired_before(frames: dict[str, pl.DataFrame], today: dt.date) -> Floats:
    """Pieces of every item that lie in stock and are too old already, (n_items,)."""
    old = dict(frames["batches"].filter(pl.col("use_by") < today).group_by("item").agg(pl.col("qty").sum()).iter_rows())
    return np.array([float(old.get(name, 0.0)) for name in frames["items"]["item"]], dtype=np.float64)


def shelf_lives_make_sense(view: View, settings: PlanSettings) -> Iterator[Problem]:
    """Batches lie in stock, nothing is planned to lie longer than it keeps, and a short life beside a long lead time is named."""
    slow = dict(view.table("supply").group_by("item").agg(pl.col("lead_time_days").min()).iter_rows())
    made = set(view.table("routings")["item"])
    for row, item, days, rule, cover, lot_days in view.table("items").select(ROW, "item", "shelf_life_d", "lot_rule", "cover_d", "lot_days").iter_rows():
        if days is None:
            continue
        if rule == "period" and lot_days is not None and lot_days > days + 1:
            message, remedy = f"a lot is to last {lot_days} d of an item that keeps {days} d", "write fewer lot_days"
            yield view.problem("items", message, row=row, column="lot_days", value=lot_days, remedy=remedy)
        if cover and cover > days:
            message, remedy = f"safety stock of {cover:g} d of an item that keeps {days} d expires before it is used", "write fewer cover_d"
            yield view.problem("items", message, row=row, column="cover_d", value=cover, remedy=remedy, warning=True)
        if item in slow and item not in made and slow[item] is not None and days < slow[item]:
            message = f"keeps {days} d, a purchase takes {slow[item]:g} d: no stock bridges the time until more can come"
            yield view.problem("items", message, row=row, column="shelf_life_d", value=days, remedy="find a faster supplier for what is urgent", warning=True)
    stock = dict(view.table("stock").group_by("item").agg(pl.col("on_hand").sum()).iter_rows())
    for item, row, qty in view.table("batches").group_by("item", maintain_order=True).agg(pl.col(ROW).first(), pl.col("qty").sum()).iter_rows():
        if qty is not None and qty > stock.get(item, 0.0) + 1e-6:
            message = f"batches hold {qty:g} of {item}, stock holds {stock.get(item, 0.0):g}"
            yield view.problem("batches", message, row=row, column="qty", value=qty, remedy="correct batches or stock")
    if settings.today is not None:
        for row, item, qty in view.table("batches").filter(pl.col("use_by") < settings.today).select(ROW, "item", "qty").iter_rows():
            message = f"{qty:g} of {item} are too old already: not counted on"
            yield view.problem("batches", message, row=row, column="use_by", value=qty, remedy="book them out", warning=True)
