"""Safety stock of a plan: kept beside the orders, last in line, taken by whoever orders, made anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from plan_folders import more, tables, write_folder, write_frames
from plan_referee import broken_rules

from e2esim.application.planning import PlanMade, PlanWishes, ask, forecast_company, make_plan, start_plan
from e2esim.config.plan_data import read_plan_data
from e2esim.planning.factory.safety_stock import daily_use
from e2esim.report.plan.erp import confirmations


def planned(folder: Path) -> PlanMade:
    wishes = PlanWishes(rounds=20, explain_s=0.0)
    started = start_plan(folder, wishes)
    return make_plan(ask(started, forecast_company(started), wishes))


def safe(pieces: dict[str, str], days: str = "", **changes: object) -> dict[str, object]:
    """The tables with a safety stock of some items, by two sites, and of the table in days."""
    rows = [["item", "site", "on_hand", "safety_stock"], *[[item, "", qty, "0"] for item, qty in tables()["stock"][1:]]]
    rows += [row for item, qty in pieces.items() for row in ([item, "NORTH", "0", qty], [item, "SOUTH", "0", "1"])]
    items = [[*row, "cover_d" if k == 0 else days if row[0] == "000123" else ""] for k, row in enumerate(tables()["items"])]
    return {"stock": rows, "items": items, **changes}


def least_from(made: PlanMade, item: str, week: int) -> float:
    """The least stock of an item from a week on."""
    rows = made.frames["stock"].filter(pl.col("item") == item)
    return float(rows["stock_least"][week:].min())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[PlanMade, PlanMade, Path]:
    """Plans without and with a safety stock of a made, a bought and a sold item."""
    root = tmp_path_factory.mktemp("safety")
    plain, kept = write_folder(root / "plain"), write_folder(root / "kept", **safe({"LEG": "29", "TOP": "11", "000123": "4"}))
    made = planned(kept)
    write_frames(made.frames, root / "out")
    return planned(plain), made, root


def test_it_is_kept_and_orders_go_first(pair: tuple[PlanMade, PlanMade, Path]) -> None:
    plain, kept, _ = pair
    for item, pieces in (("LEG", 30.0), ("TOP", 12.0), ("000123", 5.0)):
        assert least_from(kept, item, 5) >= pieces > least_from(plain, item, 5)
        assert set(kept.frames["stock"].filter(pl.col("item") == item)["safety_stock"]) == {pieces}
    assert kept.summary.late_pieces <= plain.summary.late_pieces + 1e-6
    assert kept.summary.safety is not None
    assert kept.summary.safety.orders == 3
    assert kept.summary.orders == plain.summary.orders == 4
    assert not kept.frames["mps"].filter(pl.col("item") == "TOP").height  # nobody orders it


def test_the_referee_finds_nothing_and_the_erp_gets_no_confirmation(pair: tuple[PlanMade, PlanMade, Path]) -> None:
    _, kept, root = pair
    assert broken_rules(kept.view.facts, root / "out") == set()
    confirmed = confirmations(kept.view)["order"]
    assert len(confirmed)
    assert not confirmed.str.starts_with("S ").any()


def test_days_are_pieces_of_the_daily_use(tmp_path: Path) -> None:
    case = read_plan_data(write_folder(tmp_path / "days", **safe({}, days="7"))).case
    table = case.facts.items.index("000123")
    weekly = (3 + 8 + 12) * 7 / 37  # A1, A2, A3 over the days until the last order is due
    assert daily_use(case.facts)[table] * 7 == pytest.approx(weekly)
    assert case.safety is not None
    assert case.safety.wanted(case.facts)[table] == np.ceil(weekly)


def test_without_a_source_it_is_named_and_what_there_is_is_kept(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "odd", **safe({"WAX": "9"}), **more("bom"))
    rows = (folder / "items.csv").read_text(encoding="utf-8")
    (folder / "items.csv").write_text(rows + "WAX,Wax,pcs,,,\n", encoding="utf-8")
    with (folder / "stock.csv").open("a", encoding="utf-8") as out:
        out.write("WAX,EAST,2,0\n")
    made = planned(folder)
    assert any("neither made nor bought" in str(p) and p.column == "safety_stock" for p in made.started.warnings)
    assert made.frames["deliveries"].filter(pl.col("order") == "S WAX")["qty"].to_list() == [2.0]
