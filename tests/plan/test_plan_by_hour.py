"""Work centres with a calendar are planned by the hour: what can be carried out on the shop floor, refereed from the files."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from hour_referee import breaches
from plan_folders import Rows
from shift_folders import one_machine, shift_tables
from typer.testing import CliRunner

from e2esim.cli.main import app


def write(folder: Path, tables: dict[str, Rows], separator: str = ",") -> Path:
    folder.mkdir(parents=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return folder


def planned(folder: Path, *words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["plan", str(folder), "--out", f"{folder}-plan", "--json", "--explain", "0", *(words or ("--time-limit", "2"))])
    assert done.exit_code == 0, (done.stdout, done.stderr, done.exception)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def lots(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(f"{folder}-plan/lots.parquet")


@pytest.mark.parametrize(("seed", "scale"), [(1, 1.0), (2, 1.0), (3, 2.0)])
def test_no_plan_breaks_a_rule_at_any_hour(tmp_path: Path, seed: int, scale: float) -> None:
    data = write(tmp_path / "d", shift_tables(seed, scale=scale))
    told = planned(data)
    assert breaches(data, Path(f"{data}-plan")) == Counter()
    assert lots(data)["machine"].max() == 2 or seed == 1
    assert (lots(data).filter(pl.col("work_centre") == "BENCH")["machine"] == 0).all()
    assert told["orders"] == 30


def test_the_referee_sees_what_is_wrong(tmp_path: Path) -> None:
    """A referee that passes everything proves nothing: shift one lot by a day, make one longer, and it says so."""
    data = write(tmp_path / "d", shift_tables())
    planned(data)
    path = Path(f"{data}-plan/lots.parquet")
    whole = pl.read_parquet(path)
    by_hour = whole.with_row_index().filter(pl.col("machine") > 0)["index"][0]
    sooner = pl.when(pl.int_range(pl.len()) == by_hour).then(pl.col("starts_at") - pl.duration(hours=9)).otherwise("starts_at")
    whole.with_columns(sooner.alias("starts_at")).write_parquet(path)
    assert breaches(data, path.parent)
    whole.with_columns(pl.col("qty") + 1).write_parquet(path)
    assert breaches(data, path.parent)["hours of the lot"] == whole.height


def test_files_with_semicolons_and_a_workbook_give_the_same_plan(tmp_path: Path) -> None:
    tables = shift_tables()
    clean, erp = write(tmp_path / "clean", tables), write(tmp_path / "erp", tables, separator=";")
    (tmp_path / "xlsx").mkdir()
    with xlsxwriter.Workbook(tmp_path / "xlsx/data.xlsx") as book:
        for name, rows in tables.items():
            sheet = book.add_worksheet(name)
            for k, row in enumerate(rows):
                sheet.write_row(k, 0, row)
    for folder in (clean, erp, tmp_path / "xlsx"):
        planned(folder, "--rounds", "10")
        assert breaches(clean, Path(f"{folder}-plan")) == Counter()
        assert lots(folder).equals(lots(clean))


def test_a_job_longer_than_a_week_is_made(tmp_path: Path) -> None:
    """60 hours on one machine with 40 a week: from Monday 2 February to noon on Wednesday of the second week."""
    data = write(tmp_path / "d", one_machine("2026-02-02", "2026-03-16", "1", "60", flow="3"))
    assert planned(data)["status"] == "on_time"
    assert breaches(data, Path(f"{data}-plan")) == Counter()
    early = write(tmp_path / "e", one_machine("2026-02-02", "2026-02-12", "1", "60", flow="1"))
    assert planned(early)["status"] == "on_time"
    row = lots(early).row(0, named=True)
    assert (row["starts_at"], row["ends_at"], row["end"]) == (dt.datetime(2026, 2, 2, 8), dt.datetime(2026, 2, 11, 12), dt.date(2026, 2, 12))


def test_nothing_starts_on_a_closed_day(tmp_path: Path) -> None:
    """Today is Saturday: five hours are worked on Monday and the goods are there on Tuesday, a day late."""
    data = write(tmp_path / "d", one_machine("2026-02-07", "2026-02-09", "10", "0.5"))
    told = planned(data)
    row = lots(data).row(0, named=True)
    assert (row["start"], row["ends_at"], row["end"]) == (dt.date(2026, 2, 9), dt.datetime(2026, 2, 9, 13), dt.date(2026, 2, 10))
    assert (told["status"], told["late_pieces"]) == ("late", 10.0)


def test_without_flow_time_steps_follow_on_the_same_day(tmp_path: Path) -> None:
    tables = one_machine("2026-02-02", "2026-02-03", "4", "0.5", flow="0")
    tables["routings"] += [["X", "20", "V", "0", "0.5", "0"]]
    tables["work_centres"] += [["V", "D"]]
    data = write(tmp_path / "d", tables)
    assert planned(data)["status"] == "on_time"
    assert lots(data).sort("step")["starts_at"].to_list() == [dt.datetime(2026, 2, 2, 8), dt.datetime(2026, 2, 2, 10)]
    assert breaches(data, Path(f"{data}-plan")) == Counter()


def test_released_lots_keep_their_machines(tmp_path: Path) -> None:
    data = write(tmp_path / "d", shift_tables(2))
    planned(data)
    later = shift_tables(2)
    later["settings"] = [["key", "value"], ["today", "2026-03-05"], ["title", "Boards"], ["forecast_weeks", "0"], ["frozen_days", "10"]]
    later["orders"] += [["NEW", "CRUISER", "25", "2026-03-16", "1"]]
    again = write(tmp_path / "e", later)
    planned(again, "--time-limit", "2", "--freeze", f"{data}-plan")
    assert breaches(again, Path(f"{again}-plan")) == Counter()
    kept = lots(again).filter(pl.col("status") == "released")
    assert kept.height > 3
    assert kept.drop("status").equals(lots(data).join(kept, on=["lot", "step"], how="semi").drop("status"))


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    tables = shift_tables(3, scale=1.5)
    first = write(tmp_path / "d", tables)
    planned(first, "--rounds", "15")
    random.seed(5)
    mixed = {name: [rows[0], *random.sample(rows[1:], len(rows) - 1)] for name, rows in tables.items()}
    second = write(tmp_path / "e", mixed)
    planned(second, "--rounds", "15")
    for name in ("lots", "deliveries", "late", "purchases"):
        assert pl.read_parquet(f"{first}-plan/{name}.parquet").equals(pl.read_parquet(f"{second}-plan/{name}.parquet")), name


def test_orders_of_one_item_are_not_one_lot(tmp_path: Path) -> None:
    """Five orders of two days of work each, due day after day: two machines are on time, one is late by no more than the hours that lack."""
    late = {}
    for machines in (1, 2):
        tables: dict[str, Rows] = {
            "settings": [["key", "value"], ["today", "2026-02-02"]],
            "items": [["item"], ["F"]],
            "work_centres": [["work_centre", "machines"], ["W", machines]],
            "routings": [["item", "step", "work_centre", "setup_h_per_lot", "run_h_per_unit"], ["F", 1, "W", 0, 24]],
            "orders": [["order", "item", "qty", "due"], *([f"A{k}", "F", 2, f"2026-02-0{k}"] for k in range(4, 9))],
        }
        late[machines] = planned(write(tmp_path / str(machines), tables), "--rounds", "100")["late_orders"]
    assert late[2] == 0
    assert 0 < late[1] <= 4
