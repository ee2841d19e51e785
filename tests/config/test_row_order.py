"""The same company gives the same results whatever the order of its rows, columns and files."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from e2esim.config import load
from e2esim.config.plan_data import read_plan_data
from e2esim.domain.build import build_world
from e2esim.kpi import measure
from e2esim.simulate.replication import Replication
from worlds import tiny_world


def shuffled(folder: Path, seed: int) -> Path:
    """Rows and columns of every table below ``folder`` in another order."""
    random = np.random.default_rng(seed)
    for path in sorted((folder / "data").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = list(csv.reader(file))
        columns = random.permutation(len(head))
        written = [[line[k] for k in columns] for line in [head, *(rows[k] for k in random.permutation(len(rows)))]]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(written)
    return folder


def kpis(folder: Path) -> dict[str, object]:
    world = build_world(load([f"scenario={folder}", "horizon.days=40", "horizon.warmup_days=7"]))
    return dict(measure(Replication(world, 0).run()).headline)


def test_a_market_run_does_not_see_the_order_of_rows_and_columns(tmp_path: Path) -> None:
    """The three tables that moved 102 of 111 KPIs before: items, segments and open orders; and all others."""
    made = tiny_world(tmp_path / "made")
    other = shuffled(tiny_world(tmp_path / "other"), seed=5)
    assert {path.name: path.read_text() for path in (made / "data").iterdir()} != {path.name: path.read_text() for path in (other / "data").iterdir()}
    assert kpis(made) == kpis(other)


@pytest.mark.parametrize("seed", range(3))
def test_lines_without_a_number_are_told_apart_by_what_they_say(tmp_path: Path, seed: int) -> None:
    rows = ["order,item,qty,due", *np.random.default_rng(seed).permutation(["A,bolt,5,2026-03-02", "A,nut,3,2026-03-02", "A,bolt,2,2026-03-01"])]
    (tmp_path / "orders.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "items.csv").write_text("item,lead_time_d\nbolt,1\nnut,1\n")
    (tmp_path / "settings.csv").write_text("key,value\ntoday,2026-02-02\n")
    read = read_plan_data(tmp_path)
    orders = read.tables["orders"]
    assert orders.select("order", "line", "item", "qty").rows() == [("A", "1", "bolt", 2.0), ("A", "2", "bolt", 5.0), ("A", "3", "nut", 3.0)]
