"""Companies of every kind can be compared with companies of their kind, on common random numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

import e2esim
from e2esim.application.comparing import rivals_of
from e2esim.config.problems import InputErrors
from e2esim.study.compare import compare


def network(folder: Path, level: int) -> Path:
    folder.mkdir()
    (folder / "items.csv").write_text("item\nchair\n")
    (folder / "supply.csv").write_text("supplier,item,lead_time_days\nmaker,chair,3\n")
    (folder / "replenishment.csv").write_text(f"item,rule,level,review_d,holding_eur,backlog_eur\nchair,base_stock,{level},1,1,9\n")
    (folder / "demand.csv").write_text("item,law,mean\nchair,poisson,5\n")
    return folder


@pytest.mark.long
def test_two_levels_of_stock_differ_as_a_newsvendor_says(tmp_path: Path) -> None:
    """With 9 EUR of backlog for 1 EUR of stock, cover for the lead time alone is too little: more stock costs less."""
    low, high = network(tmp_path / "low", 15), network(tmp_path / "high", 20)
    span = ("horizon.days=300", "horizon.warmup_days=30")
    found = e2esim.open(low, *span).compare(high=e2esim.open(high, *span), replications=3).found
    gaps = {gap.kpi: gap for gap in found.differences["high"]}
    assert gaps["stock"].difference > 0
    assert gaps["cost_eur"].difference < 0
    assert gaps["orders"].difference == pytest.approx(0.0)  # the same customers


def test_kinds_do_not_mix_and_horizons_are_alike(tmp_path: Path) -> None:
    one = network(tmp_path / "one", 20)
    with pytest.raises(InputErrors, match="different kinds"):
        rivals_of({"one": [f"scenario={one}"], "other": ["scenario=mattress_maker"]})
    with pytest.raises(InputErrors, match="differ in horizon"):
        rivals_of({"one": [f"scenario={one}", "horizon.days=100"], "other": [f"scenario={one}"]})


def test_two_factories_are_compared(tmp_path: Path) -> None:
    for name, hours in (("one", 24), ("two", 12)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "settings.csv").write_text("key,value\ntoday,2026-02-02\n")
        (folder / "items.csv").write_text("item\nF\n")
        (folder / "work_centres.csv").write_text("work_centre\nW\n")
        (folder / "routings.csv").write_text(f"item,step,work_centre,setup_h_per_lot,run_h_per_unit\nF,1,W,0,{hours}\n")
        (folder / "orders.csv").write_text("order,item,qty,due\n" + "".join(f"A{k},F,2,2026-02-0{k}\n" for k in range(4, 9)))
    rivals = rivals_of({name: [f"scenario={tmp_path / name}", "run_days=14", "rounds=0"] for name in ("one", "two")})
    found = compare({name: one.subject for name, one in rivals.items()}, replications=2, workers=1)
    gaps = {gap.kpi: gap for gap in found.differences["two"]}
    assert gaps["load"].difference < 0
    assert gaps["lines_due"].difference == 0
