"""A skateboard maker whose work centres keep calendars: two presses, a long oven, a bench with hours by week."""

from __future__ import annotations

import datetime as dt

import numpy as np
from plan_folders import Rows

DAYS = ("1", "2", "3", "4", "5")


def shift_tables(seed: int = 1, orders: int = 30, scale: float = 1.0) -> dict[str, Rows]:
    """Tables of a factory with seeded orders; ``scale`` multiplies their quantities."""
    rng = np.random.default_rng(seed)
    due = [dt.date(2026, 3, 10) + dt.timedelta(days=int(d)) for d in np.sort(rng.integers(0, 75, orders))]
    return {
        "settings": [["key", "value"], ["today", "2026-03-05"], ["title", "Boards"], ["forecast_weeks", "0"]],
        "items": [
            ["item", "name", "lot_min", "lot_multiple"],
            ["CRUISER", "Cruiser", "4", "1"], ["LONG", "Longboard", "2", "2"],
            ["DECK", "Deck", "6", "1"], ["AXLE", "Axle set", "10", "5"], ["PLY", "Maple ply", "", ""], ["STEEL", "Steel", "", ""],
        ],
        "bom": [["parent", "component", "qty_per"], ["CRUISER", "DECK", "1"], ["CRUISER", "AXLE", "2"], ["LONG", "DECK", "1"],
                ["LONG", "AXLE", "2"], ["LONG", "PLY", "0.5"], ["DECK", "PLY", "1.5"], ["AXLE", "STEEL", "0.4"]],
        "routings": [
            ["item", "step", "work_centre", "setup_h_per_lot", "run_h_per_unit", "flow_days"],
            ["CRUISER", "10", "BENCH", "0.25", "0.3", "1"], ["LONG", "10", "OVEN", "0.5", "0.4", "0"], ["LONG", "20", "BENCH", "0.25", "0.4", "1"],
            ["DECK", "10", "PRESS", "1", "0.9", "0"], ["DECK", "20", "OVEN", "2", "0.2", "2"], ["AXLE", "10", "LATHE", "0.75", "0.15", "1"],
        ],
        "work_centres": [
            ["work_centre", "calendar", "machines", "efficiency"],
            ["PRESS", "DAY", "2", "0.8"], ["OVEN", "TWO", "1", "0.9"], ["LATHE", "DAY", "1", "1"], ["BENCH", "", "", ""],
        ],
        "calendars": [
            ["calendar", "weekday", "start", "end"],
            *[["DAY", day, "07:00", "11:30"] for day in DAYS], *[["DAY", day, "12:00", "15:30"] for day in DAYS],
            *[["TWO", day, "06:00", "14:00"] for day in DAYS], *[["TWO", day, "14:00", "22:00"] for day in DAYS[:4]],
        ],
        "closures": [["calendar", "first", "last"], ["DAY", "2026-04-03", "2026-04-06"], ["TWO", "2026-04-03", "2026-04-06"],
                     ["DAY", "2026-05-01", "2026-05-01"]],
        "capacity": [
            ["work_centre", "week_start", "capacity_h"],
            *[["BENCH", (dt.date(2026, 3, 2) + dt.timedelta(weeks=w)).isoformat(), "60"] for w in range(40)],
        ],
        "suppliers": [
            ["supplier", "item", "priority", "lead_time_days", "moq", "multiple", "price"],
            ["Wood", "PLY", "1", "12", "40", "10", "6"], ["Iron", "STEEL", "1", "8", "20", "5", "2"],
        ],
        "stock": [["item", "on_hand"], ["CRUISER", "8"], ["DECK", "20"], ["AXLE", "50"], ["PLY", "60"], ["STEEL", "30"]],
        "receipts": [["receipt", "item", "qty", "due"], ["R1", "PLY", "50", "2026-03-12"]],
        "orders": [
            ["order", "item", "qty", "due", "priority"],
            *[[f"S{k:03d}", str(rng.choice(["CRUISER", "LONG"])), str(max(1, round(scale * int(rng.integers(3, 22))))), d.isoformat(), str(rng.integers(1, 4))]
              for k, d in enumerate(due)],
        ],
    }  # fmt: skip


def one_machine(today: str, due: str, qty: str, run_h: str, *, flow: str = "1", shifts: Rows | None = None) -> dict[str, Rows]:
    """One item, one machine from 08:00 to 16:00 on weekdays, one order."""
    return {
        "settings": [["key", "value"], ["today", today]],
        "items": [["item", "lot_min", "lot_multiple"], ["X", "1", "1"]],
        "routings": [["item", "step", "work_centre", "setup_h_per_lot", "run_h_per_unit", "flow_days"], ["X", "10", "W", "0", run_h, flow]],
        "work_centres": [["work_centre", "calendar"], ["W", "D"]],
        "calendars": [["calendar", "weekday", "start", "end"], *(shifts or [["D", day, "08:00", "16:00"] for day in DAYS])],
        "orders": [["order", "item", "qty", "due"], ["A", "X", qty, due]],
    }
