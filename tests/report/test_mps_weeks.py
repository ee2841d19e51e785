"""The master schedule holds all demand: what is due after the last week with hours too."""

from __future__ import annotations

from pathlib import Path

import e2esim


def test_demand_and_deliveries_add_up_beyond_the_last_week_with_hours(tmp_path: Path) -> None:
    tables = {
        "settings": "key,value\ntoday,2026-02-02\n",
        "items": "item\nX\n",
        "work_centres": "work_centre\nW\n",
        "capacity": "work_centre,week_start,capacity_h\nW,2026-02-02,40\nW,2026-02-09,40\n",
        "routings": "item,step,work_centre,setup_h_per_lot,run_h_per_unit\nX,10,W,0,0.1\n",
        "orders": "order,item,qty,due\nA,X,40,2026-02-15\nB,X,40,2026-02-16\nC,X,40,2026-04-30\n",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text)
    made = e2esim.open(tmp_path).plan(time_limit_s=2)
    mps = made.frames["mps"]
    assert mps["demand"].sum() == 120.0
    assert mps["delivered"].sum() == 120.0
