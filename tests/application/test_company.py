"""A company as an object: each verb gives frames and shows itself in a line, and the command gives the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import e2esim
from e2esim.config.problems import InputErrors

FILES = {
    "items": "item,unit\nTOP,pcs\nLEG,pcs\n",
    "bom": "parent,component,qty_per\nTOP,LEG,4\n",
    "routings": "item,step,work_centre,setup_h_per_lot,run_h_per_unit,flow_days\nTOP,10,SAW,0,1,1\n",
    "work_centres": "work_centre,calendar\nSAW,day\n",
    "calendars": "calendar,weekday,start,end\n" + "".join(f"day,{d},06:00,14:00\n" for d in range(1, 6)),
    "supply": "supplier,item,lead_time_days\nS,LEG,3\n",
    "stock": "item,on_hand\nTOP,5\n",
    "customers": "customer,priority\nRossi,1\nBianchi,2\n",
    "orders": "order,customer,item,qty,due\nA,Rossi,TOP,5,2026-01-07\nB,Bianchi,TOP,10,2026-01-20\n",
    "order_classes": "segment,strategy,rank,by,value\nkey,win,1,customer,Rossi\nrest,fill,2,all,\n",
    "settings": "key,value\ntoday,2026-01-05\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tables").mkdir()
    for name, text in FILES.items():
        (tmp_path / "tables" / f"{name}.csv").write_text(text)
    return tmp_path / "tables"


def test_plan_promise_and_backorders_of_a_folder(folder: Path) -> None:
    company = e2esim.open(folder)
    assert "plan, promise, backorders, forecast, run" in repr(company)
    made = company.plan(time_limit_s=20, explain_s=0)
    assert made.deliveries.select("order", "qty").sort("order").rows() == [("A", 5.0), ("B", 10.0)]
    assert made.purchases["qty"].sum() == 40.0
    assert "2 orders, 0 late" in repr(made)
    assert "<table" in made._repr_html_()
    place = made.write(Path("runs") / "plan-1")
    assert (place / "plan.xlsx").is_file()
    promised = company.promise(item="TOP", quantity=2, date="2026-02-02", customer="Bianchi", plan=place)
    assert promised.answer["answer"]["promised"] == "2026-02-02"
    assert "2026-02-02" in repr(promised)
    book = company.backorders(plan=place)
    assert book.orders.height == 2
    assert "2 orders" in repr(book)


def test_what_is_wrong_is_raised_all_at_once(folder: Path) -> None:
    (folder / "orders.csv").write_text("order,item,qty,due\nA,TOPP,x,2026-01-07\n")
    with pytest.raises(InputErrors) as error:
        e2esim.open(folder).plan()
    assert {problem.column for problem in error.value.problems} == {"item", "qty"}
    with pytest.raises(InputErrors, match="no such folder"):
        e2esim.open("no such company")


def test_the_module_is_the_command(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "e2esim", "validate", "tables", "--json"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["valid"]


@pytest.mark.long
def test_a_shipped_world_runs_balances_and_compares() -> None:
    company = e2esim.open("mattress_maker/to_be", "scale=0.02", "horizon.days=28", "horizon.warmup_days=7")
    assert company.run().kpis.height > 50
    assert company.sop(months=3).frames
    gaps = company.compare({"silo": ["planning=silo"]}, replications=2).differences
    assert set(gaps["run"]) == {"silo"}


def test_a_sweep_of_a_folder_runs_every_combination(tmp_path: Path) -> None:
    for name, text in {"items": "item\nCHAIR\n", "demand": "item,mean\nCHAIR,2\n", "stock": "item,on_hand\nCHAIR,9\n"}.items():
        (tmp_path / f"{name}.csv").write_text(text)
    company = e2esim.open(tmp_path, "horizon.days=30", "horizon.warmup_days=0")
    found = company.sweep({"demand.mean": [2, 4], "seed": [1, 2]}, replications=2, workers=1)
    assert found.rows.select("point", "replication").unique().height == 8
    assert "4 points, 2 replications" in repr(found)
    assert "<table" in found._repr_html_()
    stock = found.means.filter(found.means["kpi"] == "stock").sort("demand.mean")["mean"].to_list()
    assert stock == pytest.approx([16 / 30, 16 / 30, 6 / 30, 6 / 30])  # 7 + 5 + 3 + 1 and 5 + 1 at the ends of 30 days; then each day brings what it takes
    with pytest.raises(InputErrors, match="nothing is swept"):
        company.sweep({})


def test_studies_are_verbs_with_frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pieces a day are sold and what is taken comes the next day: stock falls with demand, and nothing else moves it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chairs").mkdir()
    for name, text in {"items": "item\nCHAIR\n", "demand": "item,mean\nCHAIR,2\n", "stock": "item,on_hand\nCHAIR,9\n"}.items():
        (tmp_path / "chairs" / f"{name}.csv").write_text(text)
    company = e2esim.open("chairs", "horizon.days=30", "horizon.warmup_days=0")
    weighed = company.sensitivity({"demand.mean": (1.0, 4.0), "seed": [1, 2]}, size=2, kpis=["stock"], replications=1, workers=1, folder=Path("s"))
    effect = dict(weighed.table().select("factor", "mu_star").iter_rows())
    assert effect["demand.mean"] > 0.0 == effect["seed"]
    assert "morris" in repr(weighed)
    assert (tmp_path / "s" / "sensitivity.parquet").is_file()
    best = company.optimise({"demand.mean": [1, 2, 4]}, objectives=["stock:max"], replications=1, workers=1, folder=Path("o"), trials=4, finalists=1, most=10)
    assert best.told["winner"] == {"demand.mean": 1}
    assert "winner" in repr(best)
    known = company.knowing(
        {"demand.mean": (1.0, 4.0), "seed": [1, 2]}, decision="seed", size=4, kpis=["stock:max"], replications=1, workers=1, folder=Path("k")
    )
    assert [row["value"] for row in known.kpis[0]["knowing"]] == [0.0]  # the seed changes nothing: knowing the demand would not change it
    with pytest.raises(InputErrors, match="no such KPI"):
        company.sensitivity({"demand.mean": (1.0, 4.0)}, kpis=["stok"], workers=1)
    with pytest.raises(InputErrors, match="needs a higher end"):
        company.sweep({"demand.mean": (4.0, 1.0)})
