"""The smallest part of an order that may be delivered alone: a plan sends no crumbs."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from plan_folders import Rows, tables, write_folder, write_frames
from plan_referee import broken_rules

from e2esim.application.planning import PlanMade, PlanWishes, ask, make_plan, start_plan


def planned(folder: Path, least: str) -> PlanMade:
    """Tops trickle in, nobody makes or sells more in time, and one order wants 12."""
    receipts: Rows = [["receipt", "item", "qty", "due"], *[[f"R{k}", "TOP", "2", f"2026-01-{day:02d}"] for k, day in enumerate((7, 9, 13, 16, 20, 23))]]
    suppliers: Rows = [["supplier", "item", "priority", "lead_time_days", "moq", "multiple", "price"], ["S1", "OIL", "1", "7", "1", "0.5", "3"]]
    orders: Rows = [["order", "item", "qty", "due", "priority", "min_shipment"], ["A9", "TOP", "12", "2026-01-06", "1", least]]
    stock: Rows = [row for row in tables()["stock"] if row[0] != "TOP"]
    write_folder(folder, receipts=receipts, suppliers=suppliers, orders=orders, stock=stock)
    wishes = PlanWishes(time_limit_s=0.5, explain_s=0.0)
    return make_plan(ask(start_plan(folder, wishes), None, wishes))


def parts(made: PlanMade) -> list[float]:
    return made.frames["deliveries"].drop_nulls("delivered").sort("delivered")["qty"].to_list()


def test_parts_are_no_smaller_than_the_customer_takes(tmp_path: Path) -> None:
    free, kept = planned(tmp_path / "free", ""), planned(tmp_path / "kept", "5")
    assert parts(free) == [2.0] * 6
    assert parts(kept) == [6.0, 6.0]
    assert kept.frames["deliveries"]["qty"].sum() == 12.0
    for name, made in (("free", free), ("kept", kept)):
        write_frames(made.frames, tmp_path / f"{name}_out")
        assert broken_rules(kept.view.facts, tmp_path / f"{name}_out") == ({"smallest part"} if made is free else set())
    assert made.frames["deliveries"].filter(pl.col("days_late") > 0).height == 2
