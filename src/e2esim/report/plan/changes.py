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


def changes_frame(view: PlanView, folder: Path) -> pl.DataFrame:
    """Rows of lots (by item and step, day of start) and purchases (by supplier and item, day of receipt) that moved, are new or gone.

    What the earlier plan in ``folder`` had done before today is past and no change.
    """
    rows: list[dict[str, Any]] = []
    for kind, key, day, now in (("lot", ("item", "step"), "start", lots_frame(view)), ("purchase", ("supplier", "item"), "received", purchases_frame(view))):
        old = pl.read_parquet(folder / f"{'lots' if kind == 'lot' else 'purchases'}.parquet")
        first = "start" if kind == "lot" else "ordered"
        today = view.facts.today
        before, after = (frame.filter(pl.col(first) >= today).select(*key, day, "qty").rows() for frame in (old, now))
        found = moves([((a, b), d.toordinal(), q) for a, b, d, q in before], [((a, b), d.toordinal(), q) for a, b, d, q in after])
        names = {row["item"]: row for frame in (old, now) for row in frame.select("item", "name", "unit").unique().iter_rows(named=True)}
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
