"""What exports of an ERP leave behind and a plan can live with: lines of nothing, overdue receipts, stock below zero; each with a warning."""

from __future__ import annotations

import datetime as dt

import polars as pl

from e2esim.config.grids import ROW
from e2esim.config.problems import Problem
from e2esim.config.tables import Typed

HOLE = "below zero"  # begins the name of the order that fills a hole in the stock
FAR_DAYS = 3 * 365  # orders due later are no matter of a plan by the day [d]
FIRST = 1  # its priority: what was booked out before it came in goes before everybody


def treated(typed: Typed, today: dt.date | None) -> None:
    """Take what can be taken, and say how."""
    _settled(typed)
    if today is None:
        return
    if "receipts" in typed.frames:
        _overdue_receipts(typed, today)
    if "stock" in typed.frames:
        _holes(typed, today)
    if "orders" in typed.frames:
        _far_ahead(typed, today)
    if "customers" in typed.frames:
        _strangers(typed)


def _tell(typed: Typed, table: str, rows: pl.DataFrame, column: str, message: str, remedy: str = "") -> None:
    """One warning for all ``rows``, at the first of them."""
    count = f" ({rows.height} rows such)" if rows.height > 1 else ""
    typed.problems.append(
        Problem(
            file=typed.labels[table], row=int(rows[ROW][0]), column=column, value=str(rows[column][0]), message=f"{message}{count}", remedy=remedy, warning=True
        )
    )


def _settled(typed: Typed) -> None:
    """Orders and receipts of which nothing is open any more are left out."""
    for table in ("orders", "receipts"):
        frame = typed.frames.get(table)
        if frame is None or not (done := frame.filter(pl.col("qty") == 0)).height:
            continue
        typed.frames[table] = frame.filter((pl.col("qty") != 0) | pl.col("qty").is_null())
        _tell(typed, table, done, "qty", "nothing is open: left out")


def _far_ahead(typed: Typed, today: dt.date) -> None:
    """Orders due years ahead (a date that stands for "some day") wait until their day is near enough to be planned."""
    frame = typed.frames["orders"]
    far = pl.col("due") >= today + dt.timedelta(days=FAR_DAYS)
    if (rows := frame.filter(far)).height:
        typed.frames["orders"] = frame.filter(~far | pl.col("due").is_null())
        message = f"more than {FAR_DAYS // 365} years ahead: left out of the plan until it is nearer"
        _tell(typed, "orders", rows, "due", message, "correct the date if it is not meant")


def _overdue_receipts(typed: Typed, today: dt.date) -> None:
    """What should have come and has not: lots on the floor are taken to be ready today, purchases are not counted on."""
    frame = typed.frames["receipts"]
    late = frame.filter(pl.col("due") < today)
    if late.is_empty():
        return
    made, remedy = pl.col("kind") == "production", "give the day on which it will come, or book it into stock"
    said = f"date before today ({today}), yet still open"
    for rows, treatment in ((late.filter(made), "taken to be ready today"), (late.filter(~made), "not counted on until it has a day")):
        if rows.height:
            _tell(typed, "receipts", rows, "due", f"{said}: {treatment}", remedy)
    overdue = pl.col("due") < today
    kept = frame.filter(~overdue | made | pl.col("due").is_null())
    typed.frames["receipts"] = kept.with_columns(pl.when(overdue).then(pl.lit(today)).otherwise(pl.col("due")).alias("due"))


def _holes(typed: Typed, today: dt.date) -> None:
    """Stock below zero, over all places of an item, is an order that fills it before others of the item are served."""
    stock = typed.frames["stock"]
    below = stock.filter(pl.col("on_hand") < 0)
    if below.is_empty():
        return
    message = "stock below zero: goods booked out before they came in; what other places lack is made good first, as an order of its own"
    _tell(typed, "stock", below, "on_hand", message, "book what has come in, or correct the stock")
    total = stock.group_by("item", maintain_order=True).agg(pl.col("on_hand").sum(), pl.col(ROW).first())
    orders = typed.frames["orders"]
    first = orders.filter(pl.col("due") >= today).group_by("item").agg(pl.col("due").min())
    holes = total.filter(pl.col("on_hand") < 0).join(first, on="item", how="left", maintain_order="left")
    filled = {
        "order": pl.concat_str([pl.lit(f"{HOLE} "), pl.col("item")]), "item": pl.col("item"), "qty": -pl.col("on_hand"), "due": pl.col("due").fill_null(today),
        "priority": pl.lit(FIRST), "price": pl.lit(0.0), "late_cost": pl.lit(0.0), ROW: pl.col(ROW),
    }  # fmt: skip
    empty = {name: pl.lit("" if kind == pl.String else None) for name, kind in orders.schema.items()}
    added = holes.select((empty | filled)[name].cast(kind).alias(name) for name, kind in orders.schema.items())
    typed.frames["orders"] = pl.concat([orders, added])
    none_left = pl.when(pl.col("on_hand").sum().over("item") < 0).then(0.0).otherwise(pl.col("on_hand"))
    typed.frames["stock"] = stock.with_columns(none_left.alias("on_hand"))


def _strangers(typed: Typed) -> None:
    """Orders of customers that are not in a list that is there."""
    known = typed.frames["customers"]["customer"]
    orders = typed.frames["orders"]
    if known.is_empty():
        return
    unknown = orders.filter((pl.col("customer") != "") & ~pl.col("customer").is_in(known.implode()))
    if unknown.height:
        message = "not in table customers: planned with the order's own priority and channel"
        _tell(typed, "orders", unknown, "customer", message, "add the customer to table customers")
