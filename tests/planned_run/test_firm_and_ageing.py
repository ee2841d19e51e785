"""A planned run keeps firm works orders and lets stock expire, as the plan of its first day has it; a stopped run hands both on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from run_companies import MONDAYS, company

from e2esim.config.plan_data import read_plan_data
from e2esim.config.plan_state.company_folder import write_company
from e2esim.config.planned_run import company_of, rules_of, run_words
from e2esim.domain.planned_outcome import PlannedOutcome, Stage
from e2esim.simulate.factory.facts import ChanceSwitches, PlannedCompany, RunRules
from e2esim.simulate.factory.luck import RunLuck
from e2esim.simulate.factory.run import PlannedRun
from e2esim.simulate.factory.stop import stop

NOTHING_DRAWN = "chance=false"
BENCH = {
    "settings": "key,value\ntoday,2026-03-02\ntitle,Tables\n",
    "items": "item,lot_min\nTABLE,1\nLEG,1\n",
    "bom": "parent,component,qty_per\nTABLE,LEG,4\n",
    "calendars": "calendar,weekday,start,end\n" + "".join(f"WEEK,{day},08:00,16:00\n" for day in range(1, 6)),
    "work_centres": "work_centre,calendar\nBENCH,WEEK\nOIL,WEEK\n",
    "routings": "item,step,work_centre,setup_h_per_lot,run_h_per_unit,flow_days\nTABLE,10,BENCH,0,1.5,0\nTABLE,20,OIL,0,0.25,1\n",
    "supply": "supplier,item,lead_time_days,moq,price,late_share,late_median_days\nS,LEG,7,1,2,0.5,3\n",
    "stock": "item,on_hand\nLEG,0\n",
    "orders": "order,item,qty,due\nA,TABLE,10,2026-04-24\n",
    "receipts": "receipt,item,qty,due,kind,firm,start\nW1,TABLE,6,2026-03-20,production,true,2026-03-11\n",
}
GLUE = {
    "settings": "key,value\ntoday,2026-03-02\ntitle,Boards\n",
    "items": "item,lot_min,shelf_life_d\nBOARD,1,\nGLUE,1,20\n",
    "bom": "parent,component,qty_per\nBOARD,GLUE,1\n",
    "work_centres": "work_centre\nPRESS\n",
    "capacity": "work_centre,week_start,capacity_h\n" + "".join(f"PRESS,{day},40\n" for day in MONDAYS),
    "routings": "item,step,work_centre,setup_h_per_lot,run_h_per_unit,flow_days\nBOARD,10,PRESS,0,0.5,1\n",
    "supply": "supplier,item,lead_time_days,moq,price\nS,GLUE,7,1,3\n",
    "stock": "item,on_hand\nGLUE,100\n",
    "orders": "order,item,qty,due\nA1,BOARD,10,2026-03-09\nA3,BOARD,10,2026-03-23\nA5,BOARD,10,2026-04-06\nA7,BOARD,10,2026-04-20\n",
}


def opened(folder: Path, tables: dict[str, str], *words: str) -> tuple[PlannedCompany, RunRules]:
    read = read_plan_data(company(folder, tables), firm=False)
    return company_of(read, None), rules_of(read, run_words(["run_days=63", "rounds=5", *words]))


def outcome(folder: Path, tables: dict[str, str], *words: str) -> PlannedOutcome:
    return PlannedRun(*opened(folder, tables, *words)).advance()


def lots_of(done: PlannedOutcome, *, firm: bool) -> list[tuple[int, float, int, int]]:
    """Step, pieces, start and end of the lots that were begun."""
    lots, n = done.lots, done.lots.n
    rows = np.flatnonzero((lots["stage"][:n] != Stage.DROPPED) & (lots["start"][:n] >= 0) & ((lots["firm"][:n] >= 0) == firm))
    return [(int(lots["step"][k]), float(lots["qty"][k]), int(lots["start"][k]), int(lots["end"][k])) for k in rows.tolist()]


def test_a_firm_order_begins_on_its_day_with_the_parts_bought_for_it(tmp_path: Path) -> None:
    done = outcome(tmp_path / "a", BENCH, NOTHING_DRAWN)
    assert [(step, qty, start) for step, qty, start, _ in lots_of(done, firm=True)] == [(0, 6.0, 9), (1, 6.0, 10)]
    assert sum(qty for step, qty, _, _ in lots_of(done, firm=False) if step == 0) == 4.0
    assert sum(done.purchases["qty"][: done.purchases.n]) == 40.0


def test_without_the_flag_the_plan_decides(tmp_path: Path) -> None:
    """The same order as an open works order comes on its day with its parts taken: nothing of it is begun in the run."""
    rows = BENCH["receipts"].replace("true,2026-03-11", "false,")
    done = outcome(tmp_path / "a", BENCH | {"receipts": rows}, NOTHING_DRAWN)
    assert lots_of(done, firm=True) == []
    assert sum(done.purchases["qty"][: done.purchases.n]) == 6.0 + 4 * 4.0


def test_nights_keep_a_firm_order(tmp_path: Path) -> None:
    """Another order comes late in the book of each night: plans are made anew, the firm order stays where it is, on the floor too."""
    who, rules = opened(tmp_path / "a", BENCH, NOTHING_DRAWN, "replan_days=1")
    run = PlannedRun(who, rules)
    for day in range(1, 12):
        run.advance(day)
        run.night.new_lines = 1  # whatever the reason: a new plan
    done = run.advance()
    assert sum(night.replanned for night in done.nights) >= 10
    assert [name for name in done.lot_name if "W1" in name] == ["W1/10 2026-03-11", "W1/20 2026-03-12"]  # and so does their luck
    assert [(step, qty, start) for step, qty, start, _ in lots_of(done, firm=True)] == [(0, 6.0, 9), (1, 6.0, 10)]
    assert sum(qty for step, qty, _, _ in lots_of(done, firm=False) if step == 0) == 4.0


def test_without_its_parts_it_is_let_go_and_the_need_planned(tmp_path: Path) -> None:
    rows = BENCH["receipts"].replace("2026-03-11", "2026-03-04")
    done = outcome(tmp_path / "a", BENCH | {"receipts": rows}, NOTHING_DRAWN)
    assert lots_of(done, firm=True) == []
    assert sum(qty for step, qty, _, _ in lots_of(done, firm=False) if step == 0) == 10.0
    assert done.lines["open"][0] == pytest.approx(0.0)


def test_what_is_too_old_is_gone_and_bought_anew(tmp_path: Path) -> None:
    """A hundred keep until day 20: twenty are used by then, eighty expire on the next day, twenty are bought for the last two orders."""
    done = outcome(tmp_path / "a", GLUE, NOTHING_DRAWN)
    assert [(old.day, old.qty) for old in done.expired] == [(21, 80.0)]
    assert sum(done.purchases["qty"][: done.purchases.n]) == 20.0
    assert (done.lines["delivered"][:4] <= done.lines["due"][:4]).all()
    keeps = outcome(tmp_path / "b", GLUE | {"items": "item,lot_min\nBOARD,1\nGLUE,1\n"}, NOTHING_DRAWN)
    assert keeps.expired == ()
    assert keeps.purchases.n == 0


def test_batches_go_by_their_dates(tmp_path: Path) -> None:
    tables = GLUE | {"stock": "item,on_hand\nGLUE,30\n", "batches": "item,use_by,qty\nGLUE,2026-03-11,15\nGLUE,2026-05-30,15\n"}
    done = outcome(tmp_path / "a", tables, NOTHING_DRAWN)
    assert [(old.day, old.qty) for old in done.expired] == [(10, 5.0)]
    assert sum(done.purchases["qty"][: done.purchases.n]) == 15.0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_goods_are_conserved_where_some_expire(tmp_path: Path, seed: int) -> None:
    """Opening stock + bought - used - expired = stock at the end; nothing is used of what is not there."""
    tables = GLUE | {"supply": "supplier,item,lead_time_days,moq,price,late_share,late_median_days\nS,GLUE,7,15,3,0.6,5\n"}
    who, rules = opened(tmp_path / "a", tables, "chance=true", f"seed={seed}")
    run = PlannedRun(who, rules)
    done, glue = run.advance(), who.case.facts.items.index("GLUE")
    came = done.purchases["qty"][: done.purchases.n][done.purchases["stage"][: done.purchases.n] == Stage.DONE].sum()
    begun = np.isin(done.lots["stage"][: done.lots.n], (Stage.BEGUN, Stage.DONE))
    used, lost = done.lots["qty"][: done.lots.n][begun].sum(), sum(old.qty for old in done.expired)
    assert lost > 0
    assert done.stock[-1, glue] == pytest.approx(100.0 + came - used - lost)
    assert (done.stock >= -1e-6).all()


def test_a_stopped_run_hands_both_on(tmp_path: Path) -> None:
    tables = BENCH | {"items": "item,lot_min,shelf_life_d\nTABLE,1,\nLEG,1,30\n", "stock": "item,on_hand\nLEG,5\n"}
    read = read_plan_data(company(tmp_path / "a", tables), firm=False)
    run = PlannedRun(company_of(read, None), rules_of(read, run_words(["run_days=63", "rounds=5", NOTHING_DRAWN])))
    run.advance(6)
    saved = tmp_path / "saved"
    saved.mkdir()
    write_company(read, stop(run), saved)
    again = read_plan_data(saved)
    assert again.case.released.lot_name == ("W1", "W1")
    assert again.case.released.lot_start.tolist() == [3, 4]
    assert again.case.shelf is not None
    assert again.case.shelf.batch_last.tolist() == [24]
    assert again.case.shelf.batch_qty.tolist() == [5.0]


def test_a_late_supplier_lets_go_of_a_firm_order(tmp_path: Path) -> None:
    """On some seed the legs miss their day: the order is planned anew like any other need, and the customer is still served."""
    who, rules = opened(tmp_path / "a", BENCH, "chance=supply", "replan_days=1")
    for seed in range(20):
        run = PlannedRun(who, rules, seed)
        assert isinstance(run.plant.luck, RunLuck)
        done = run.advance()
        assert done.lines["open"][0] == pytest.approx(0.0)
        if not lots_of(done, firm=True):
            return
    pytest.fail("no seed in which a supplier is late")


def test_draws_are_named(tmp_path: Path) -> None:
    """The companies of these tests are run without chance unless they say so."""
    assert opened(tmp_path / "a", BENCH, NOTHING_DRAWN)[1].chance == ChanceSwitches(demand=False, supply=False, capacity=False)
