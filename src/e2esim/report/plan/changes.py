"""What moved against an earlier plan: lots and purchases from day to day, in pieces times days."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from e2esim.planning.factory.moves import Move, moves
from e2esim.report.plan.made import lots_frame, purchases_frame
from e2esim.report.plan.view import PlanView

SCHEMA = {
    "kind": pl.String, "item": pl.String, "name": pl.String, "unit": pl.String, "step": pl.String, "supplier": pl.String,
    "change": pl.String, "from": pl.Date, "to": pl.Date, "qty": pl.Float64, "days": pl.Int64, "piece_days": pl.Float64,
}  # fmt: skip


Tables = tuple[pl.DataFrame, pl.DataFrame]  # lots, purchases


def changes_frame(view: PlanView, folder: Path) -> pl.DataFrame:
    """What moved against the earlier plan in ``folder``; what that one had done before today is past and no change."""
    return moved_frame(made_in(folder), (lots_frame(view), purchases_frame(view)), view.facts.today)


def made_in(folder: Path) -> Tables:
    """Lots and purchases of a plan folder."""
    return pl.read_parquet(folder / "lots.parquet"), pl.read_parquet(folder / "purchases.parquet")


def moved_frame(before: Tables, after: Tables, today: dt.date) -> pl.DataFrame:
    """Rows of lots (by item and step, day of start) and purchases (by supplier and item, day of receipt) that moved, are new or gone.

    What begins before ``today`` is past.
    """
    rows: list[dict[str, Any]] = []
    kinds = (("lot", ("item", "step"), "start", "start"), ("purchase", ("supplier", "item"), "received", "ordered"))
    for (kind, key, day, first), old, new in zip(kinds, before, after, strict=True):
        parts = [table.filter(pl.col(first) >= today).select(*key, day, "qty").rows() for table in (old, new)]
        found = moves(*([((a, b), d.toordinal(), q) for a, b, d, q in part] for part in parts))
        names = {row["item"]: row for table in (old, new) for row in table.select("item", "name", "unit").unique().iter_rows(named=True)}
        rows += [_row(kind, key, move, names) for move in found]
    rows.sort(key=lambda row: (-row["piece_days"], row["kind"], row["item"]))
    return pl.DataFrame(rows, schema=SCHEMA)


def _row(kind: str, key: tuple[str, str], move: Move, names: dict[str, dict[str, str]]) -> dict[str, Any]:
    told = dict(zip(key, move.key, strict=True))  # type: ignore[call-overload]
    old, new = (None if day is None else dt.date.fromordinal(day) for day in (move.old, move.new))
    change = "new" if old is None else "gone" if new is None else "earlier" if new < old else "later"
    days = None if move.old is None or move.new is None else move.new - move.old
    return {
        "kind": kind, "item": told["item"], **{k: names[told["item"]][k] for k in ("name", "unit")}, "step": told.get("step"),
        "supplier": told.get("supplier"), "change": change, "from": old, "to": new, "qty": move.qty, "days": days,
        "piece_days": move.piece_days,
    }  # fmt: skip


def nervousness_json(changes: pl.DataFrame) -> dict[str, float]:
    """Pieces times days of lots and of purchases, and pieces moved, new and gone."""
    found = {f"{kind}_piece_days": float(changes.filter(pl.col("kind") == kind)["piece_days"].sum()) for kind in ("lot", "purchase")}
    for name, kinds in (("moved", ("earlier", "later")), ("new", ("new",)), ("gone", ("gone",))):
        found[f"pieces_{name}"] = float(changes.filter(pl.col("change").is_in(kinds))["qty"].sum())
    return {key: round(value, 3) for key, value in found.items()}
