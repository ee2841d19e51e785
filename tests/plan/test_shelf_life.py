"""Shelf life: what expires first is used first, nothing that is bought is used too old, what expires is told, a short life is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from plan_folders import Rows, write_folder

from e2esim.application.planning import PlanMade, PlanWishes, ask, make_plan, start_plan
from e2esim.config.plan_data import read_plan_data
from e2esim.config.problems import InputErrors
from e2esim.planning.factory.shelf_life import Batch, walk_batches


def glue(*, life: str = "20", stock: str = "100", batches: Rows | None = None, moq: str = "1", lead: str = "7", **more: Rows | None) -> dict[str, Rows | None]:
    """BOARD takes one GLUE; ten boards are due in weeks 1, 3, 5 and 7."""
    return {
        "settings": [["key", "value"], ["today", "2026-01-05"]],
        "items": [["item", "lot_min", "shelf_life_d"], ["BOARD", "1", ""], ["GLUE", "1", life]],
        "bom": [["parent", "component", "qty_per"], ["BOARD", "GLUE", "1"]],
        "work_centres": [["work_centre"], ["PRESS"]],
        "capacity": [["work_centre", "week_start", "capacity_h"], *[["PRESS", f"2026-{m:02d}-{d:02d}", "40"] for m, d in
                     ((1, 5), (1, 12), (1, 19), (1, 26), (2, 2), (2, 9), (2, 16), (2, 23), (3, 2))]],
        "routings": [["item", "step", "work_centre", "setup_h_per_lot", "run_h_per_unit", "flow_days"], ["BOARD", "10", "PRESS", "0", "0.5", "1"]],
        "suppliers": [["supplier", "item", "lead_time_days", "moq", "price"], ["S", "GLUE", lead, moq, "3"]],
        "stock": [["item", "on_hand"], ["GLUE", stock]],
        "batches": [["item", "use_by", "qty"], *(batches or [])],
        "orders": [["order", "item", "qty", "due"], ["A1", "BOARD", "10", "2026-01-12"], ["A3", "BOARD", "10", "2026-01-26"],
                   ["A5", "BOARD", "10", "2026-02-09"], ["A7", "BOARD", "10", "2026-02-23"]],
        "receipts": None,
        **more,
    }  # fmt: skip


def planned(folder: Path) -> PlanMade:
    wishes = PlanWishes(time_limit_s=60.0, rounds=10, explain_s=0.0)
    return make_plan(ask(start_plan(folder, wishes), None, wishes))


def test_what_is_too_old_is_bought_anew(tmp_path: Path) -> None:
    """A hundred in stock keep until the 25th: twenty are used by then, eighty expire, twenty are bought for weeks 5 and 7."""
    made = planned(write_folder(tmp_path, **glue()))
    assert made.summary.late_orders == 0
    out = made.frames["expires"]
    assert out.select("item", "qty", "value_eur").rows() == [("GLUE", 80.0, 240.0)]
    assert str(out["unusable"][0]) == "2026-01-26"
    assert made.purchases["qty"].sum() == 20.0
    assert "messages" in made.frames
    assert made.frames["messages"].filter(pl.col("message") == "check").is_empty()
    stock = made.frames["stock"].filter(pl.col("item") == "GLUE")
    assert stock["expired"].sum() == 80.0
    assert set(made.deliveries["item"]) == {"BOARD"}
    assert made.summary.orders == 4


def test_without_a_shelf_life_nothing_expires(tmp_path: Path) -> None:
    made = planned(write_folder(tmp_path, **glue(life="")))
    assert "expires" not in made.frames
    assert made.purchases.is_empty()


def test_batches_are_used_by_their_dates(tmp_path: Path) -> None:
    """Fifteen must be used by the 14th (ten are), fifteen by the end of March; five expire, five of the last ten are bought."""
    batches = [["GLUE", "2026-01-14", "15"], ["GLUE", "2026-03-31", "15"]]
    made = planned(write_folder(tmp_path, **glue(life="", stock="30", batches=batches)))
    assert made.frames["expires"].select("unusable", "qty").rows()[0][1] == 5.0
    assert made.purchases["qty"].sum() == 15.0


def test_what_was_bought_expires_too(tmp_path: Path) -> None:
    """At least thirty a purchase, ten days of life: each lot of ten boards buys thirty, of which twenty expire; the last has no use to come."""
    made = planned(write_folder(tmp_path, **glue(life="10", stock="0", moq="30", lead="3")))
    assert made.summary.late_orders == 0
    assert made.purchases["qty"].to_list() == [30.0, 30.0, 30.0, 30.0]
    assert made.frames["expires"]["qty"].to_list() == [20.0, 20.0, 20.0]


def test_orders_are_late_rather_than_made_of_what_is_too_old(tmp_path: Path) -> None:
    """All stock is too old in three days, and new glue takes thirty."""
    batches = [["GLUE", "2026-01-07", "100"]]
    rows = glue(life="", batches=batches, lead="30")
    rows["capacity"] = [row if row[1] != "2026-01-05" else [row[0], row[1], "0"] for row in rows["capacity"]]  # type: ignore[union-attr]
    made = planned(write_folder(tmp_path, **rows))
    assert made.summary.late_orders >= 2
    assert made.lots["start"].min() >= made.purchases["received"].min()


def test_no_purchase_is_lifted_beyond_what_keeps(tmp_path: Path) -> None:
    """Half the price from forty on, but it keeps ten days: ten each time. Without a shelf life forty come at once."""
    breaks = [["supplier", "item", "from_qty", "price"], ["S", "GLUE", "40", "1.5"]]
    short = planned(write_folder(tmp_path / "short", **glue(life="10", stock="0", lead="3", price_breaks=breaks)))
    assert short.purchases["qty"].to_list() == [10.0] * 4
    long = planned(write_folder(tmp_path / "long", **glue(life="", stock="0", lead="3", price_breaks=breaks)))
    assert long.purchases["qty"].to_list() == [40.0]


def test_own_lots_that_get_too_old_are_told(tmp_path: Path) -> None:
    """A lot of forty boards at least, which keep seven days."""
    rows = glue(life="")
    rows["items"] = [["item", "lot_min", "shelf_life_d"], ["BOARD", "40", "7"], ["GLUE", "1", ""]]
    made = planned(write_folder(tmp_path, **rows))
    said = made.frames["messages"].filter(pl.col("message") == "check")
    assert said["item"].to_list() == ["BOARD"]
    assert "made by then" in said["says"][0]
    assert made.frames["expires"]["from_lot"].to_list() == ["yes"]


@pytest.mark.parametrize("seed", range(6))
def test_batches_are_walked_as_by_hand(seed: int) -> None:
    """Against a walk day by day and piece by piece."""
    rng = np.random.default_rng(seed)
    batches = [Batch(int(d), float(d + rng.integers(0, 12)), float(rng.integers(1, 6)), False) for d in rng.integers(0, 20, 8)]
    uses = [(int(d), float(rng.integers(1, 5))) for d in rng.integers(0, 30, 10)]
    pieces = [[b.last, b.day] for b in batches for _ in range(int(b.qty))]
    lacking, end = 0, max(d for d, _ in uses)
    for day in range(end + 1):
        for _ in range(int(sum(q for d, q in uses if d == day))):
            good = [p for p in pieces if p[1] <= day <= p[0]]
            if good:
                pieces.remove(min(good))
            else:
                lacking += 1
    gone, short = walk_batches(batches, uses)
    assert short == lacking
    assert sum(q for _, q, _ in gone) == sum(1 for p in pieces if p[0] < end)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (glue(batches=[["GLUE", "2026-01-14", "150"]]), "batches hold 150 of GLUE, stock holds 100"),
        (glue(items=[["item", "shelf_life_d", "lot_rule", "lot_days"], ["BOARD", "", "", ""], ["GLUE", "20", "period", "28"]]), "a lot is to last 28 d"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, rows: dict[str, Rows | None], says: str) -> None:
    with pytest.raises(InputErrors, match=says):
        read_plan_data(write_folder(tmp_path, **rows))


def test_what_is_worth_a_word_is_named(tmp_path: Path) -> None:
    rows = glue(life="5", batches=[["GLUE", "2026-01-02", "40"]])
    read = read_plan_data(write_folder(tmp_path, **rows))
    says = [(p.row, p.column, p.message) for p in read.warnings]
    assert (3, "shelf_life_d", "keeps 5 d, a purchase takes 7 d: no stock bridges the time until more can come") in says
    assert any("40 of GLUE are too old already" in message for _, _, message in says)
    assert read.case.facts.on_hand[read.case.facts.items.index("GLUE")] == 60.0
