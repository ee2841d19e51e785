"""The same company gives the same results whatever the order of its rows, columns and files."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from e2esim.application.company import OpenCompany
from e2esim.application.results import RanPlan
from e2esim.config import load
from e2esim.config.plan_data import read_plan_data
from e2esim.config.tables import read_tables
from e2esim.domain.build import build_world
from e2esim.domain.schema import TABLE
from e2esim.kpi import measure
from e2esim.simulate.replication import Replication
from two_plants import hub_of_both, south_routings, two_plants, with_hub
from worlds import Row, tiny_world, write_excel

COMPANIES = {
    "network": {
        "sites": ["site,kind", "F,plant", "W,warehouse", "S,shop", "T,shop"],
        "items": ["item", "A", "B"],
        "supply": ["supplier,item,site,lead_time_days", "X,A,F,3", "Y,B,F,2", "X,B,W,5"],
        "lanes": ["from,to,item,transit_d", "F,W,A,2", "W,S,,1", "W,T,,2"],
        "replenishment": ["site,item,rule,level,reorder", *(f"{site},{rule}" for site in "FWST" for rule in ("A,base_stock,12,", "B,s_S,20,8"))],
        "demand": ["site,item,mean", "S,A,2", "S,B,1", "T,A,1"],
    },
    "planned": {
        "items": ["item,lead_time_d", "table,1", "bench,1", "board,0"],
        "bom": ["parent,component,qty_per", "table,board,4", "bench,board,2"],
        "work_centres": ["work_centre,calendar", "saw,day"],
        "calendars": ["calendar,weekday,start,end", *(f"day,{day},08:00,16:00" for day in range(1, 6))],
        "routings": ["item,step,work_centre,setup_h_per_lot,run_h_per_unit", "table,10,saw,0,1", "bench,10,saw,0,0.5"],
        "supply": ["supplier,item,lead_time_days", "mill,board,3"],
        "stock": ["item,on_hand", "board,40"],
        "orders": ["order,item,qty,due", *(f"O{k},{('table', 'bench')[k % 2]},{2 + k},2026-02-{10 + k}" for k in range(8))],
        "settings": ["key,value", "today,2026-02-02"],
    },
}  # fmt: skip


def shuffled(folder: Path, seed: int) -> Path:
    """Rows and columns of every table below ``folder`` in another order."""
    random = np.random.default_rng(seed)
    for path in sorted((folder / "data").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = list(csv.reader(file))
        columns, order = random.permutation(len(head)), random.permutation(len(rows))
        written = [[line[k] for k in columns] for line in [head, *(rows[k] for k in order)]]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(written)
    return folder


def told(folder: Path, *words: str) -> list[pl.DataFrame]:
    """Figures and books of a run without a market."""
    run = OpenCompany(str(folder)).run(*words)
    return [run.kpis, run.orders] if isinstance(run, RanPlan) else [run.kpis]


def kpis(folder: Path, *, days: int = 40) -> dict[str, object]:
    world = build_world(load([f"scenario={folder}", f"horizon.days={days}", "horizon.warmup_days=7"]))
    return dict(measure(Replication(world, 0).run()).headline)


def test_a_market_run_does_not_see_the_order_of_rows_and_columns(tmp_path: Path) -> None:
    """The three tables that moved 102 of 111 KPIs before: items, segments and open orders; and all others."""
    made = tiny_world(tmp_path / "made")
    other = shuffled(tiny_world(tmp_path / "other"), seed=5)
    assert {path.name: path.read_text() for path in (made / "data").iterdir()} != {path.name: path.read_text() for path in (other / "data").iterdir()}
    assert kpis(made) == kpis(other)


def test_nor_with_two_plants_a_hub_with_shares_and_components_between_plants(tmp_path: Path) -> None:
    """Sources by share, a component that the other plant makes: the same in any order of rows and columns."""

    def lanes(rows: list[Row]) -> list[Row]:
        hub = hub_of_both(0.5)(rows)
        return [*hub, hub[-1] | {"from": "plant", "to": "south", "share": None}]

    tables = {"sites": with_hub, "lanes": lanes, "routings": lambda rows: [row for row in south_routings(rows) if row["item"] != "core" or not row.get("site")]}
    made, other = two_plants(tmp_path / "made", **tables), shuffled(two_plants(tmp_path / "other", **tables), seed=9)
    assert kpis(made, days=28) == kpis(other, days=28)


@pytest.mark.parametrize(("kind", "words"), [("network", ("horizon.days=60",)), ("planned", ("run_days=14",))])
def test_other_runs_do_not_see_the_order_of_rows_and_columns(kind: str, words: tuple[str, ...], tmp_path: Path) -> None:
    """Every figure of a network run and of a planned run, and the book of the latter."""
    found = []
    for seed in (0, 3, 4):
        folder = tmp_path / kind / str(seed) / "company"
        (folder / "data").mkdir(parents=True)
        for name, lines in COMPANIES[kind].items():
            (folder / "data" / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        found.append(told(shuffled(folder, seed) if seed else folder, *words))
    assert all(one.equals(first) for again in found[1:] for one, first in zip(again, found[0], strict=True))
    assert found[0][0].height > 5


@pytest.mark.parametrize("seed", range(3))
def test_lines_without_a_number_are_told_apart_by_what_they_say(tmp_path: Path, seed: int) -> None:
    rows = ["order,item,qty,due", *np.random.default_rng(seed).permutation(["A,bolt,5,2026-03-02", "A,nut,3,2026-03-02", "A,bolt,2,2026-03-01"])]
    (tmp_path / "orders.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "items.csv").write_text("item,lead_time_d\nbolt,1\nnut,1\n")
    (tmp_path / "settings.csv").write_text("key,value\ntoday,2026-02-02\n")
    read = read_plan_data(tmp_path)
    orders = read.tables["orders"]
    assert orders.select("order", "line", "item", "qty").rows() == [("A", "1", "bolt", 2.0), ("A", "2", "bolt", 5.0), ("A", "3", "nut", 3.0)]


@pytest.mark.parametrize("kind", COMPANIES)
def test_folder_and_workbook_with_sheets_in_any_order_are_one_company(kind: str, tmp_path: Path) -> None:
    """The tables of a company do not know where they came from, nor which came first."""
    tables = {name: list(csv.DictReader(lines)) for name, lines in COMPANIES[kind].items()}
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, lines in COMPANIES[kind].items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = [read_tables(folder, "", list(TABLE.values())).frames]
    for seed in (1, 2):
        order = np.random.default_rng(seed).permutation(list(tables))
        write_excel(tmp_path / f"{seed}.xlsx", {name: tables[name] for name in order})
        found.append(read_tables(tmp_path / f"{seed}.xlsx", "", list(TABLE.values())).frames)
    for other in found[1:]:
        assert all(other[name].equals(found[0][name]) for name in TABLE), [name for name in TABLE if not other[name].equals(found[0][name])]
