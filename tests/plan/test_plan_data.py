"""Reading a planner's data: what is forgiven, what is a warning, what is refused and how it is said."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from pathlib import Path

import numpy as np
import pytest
from plan_folders import TABLES, Rows, cell, more, tables, write_book, write_folder

from e2esim.cli.plan_docs import plan_data_page
from e2esim.config.plan_data import read_plan_data
from e2esim.config.problems import InputErrors, Problem
from e2esim.domain.schema import TABLES as SCHEMA

ROOT = Path(__file__).parents[2]


def faults(folder: Path) -> list[Problem]:
    with pytest.raises(InputErrors) as error:
        read_plan_data(folder)
    return [problem for problem in error.value.problems if not problem.warning]


def test_a_good_folder_is_laid_out(tmp_path: Path) -> None:
    read = read_plan_data(write_folder(tmp_path / "d"))
    facts = read.case.facts
    assert read.warnings == ()
    assert read.case.title == "Tables & more"
    assert facts.today == dt.date(2026, 1, 5)
    assert facts.items == ("000123", "LEG", "OIL", "TOP")
    assert facts.capacity_h.tolist() == [[40.0] * 10, [40.0] * 10]
    assert facts.step_name == ("10", "20", "10")
    assert facts.order_due.tolist() == [1, 15, 29, 36]
    assert facts.receipt_day.tolist() == [4]
    assert facts.source_lead_days.tolist() == [7, 14, 7]
    assert facts.bom_qty.tolist() == [4.0, 1.0, 0.25]
    assert read.case.order_customer[0] == "=Concept GmbH"


def test_a_workbook_says_the_same(tmp_path: Path) -> None:
    folder, book = read_plan_data(write_folder(tmp_path / "d")), read_plan_data(write_book(tmp_path / "d.xlsx"))
    assert {name: frame.to_dicts() for name, frame in folder.tables.items()} == {name: frame.to_dicts() for name, frame in book.tables.items()}


def test_the_mess_of_exports_is_forgiven(tmp_path: Path) -> None:
    """Code page 1252, semicolons, spaces, blank rows, dates in three hands, a line twice, a column too many."""
    orders: Rows = [
        ["order", "customer", "item", "qty", "due", "priority", "clerk"],
        ["A1", "Größe ", " 000123", "3 ", "6.1.2026", "1", "x"],
        ["", "", "", "", "", "", ""],
        ["A2", "Rossi", "000123", "8", "20260120", "2", ""],
        ["A3", "Rossi", "000123", "12", "2026-02-03", "2", ""],
        ["A2", "Rossi", "000123", "8", "20260120", "2", ""],
    ]
    folder = write_folder(tmp_path / "d", ";", orders=None)
    text = "sep=;\r\n" + "".join(";".join(row) + "\r\n" for row in orders)
    (folder / "orders.csv").write_bytes(text.encode("cp1252"))
    read = read_plan_data(folder)
    assert read.case.facts.orders == ("A1", "A2", "A3")
    assert read.case.facts.order_due.tolist() == [1, 15, 29]
    assert read.case.order_customer[0] == "Größe"
    told = [(p.row, p.column, p.message) for p in read.warnings]
    assert told == [
        (2, "clerk", "column not known to the format, left out"),
        (7, "", "the same line stands in row 5"),
    ]


def test_calendars_give_hours_where_capacity_has_none(tmp_path: Path) -> None:
    changes = {
        "work_centres": [["work_centre", "calendar", "machines"], ["SAW", "", ""], ["ASM", "day", "2"]],
        "capacity": [row for row in TABLES["capacity"] if row[0] != "ASM"],
        "calendars": [["calendar", "weekday", "start", "end"], *[["day", str(d), "06:00", "14:00"] for d in range(1, 6)]],
        "closures": [["calendar", "first", "last"], ["day", "2026-01-06", "2026-01-06"]],
    }
    facts = read_plan_data(write_folder(tmp_path / "d", **changes)).case.facts
    assembly, saw = facts.capacity_h
    assert saw[:11].tolist() == [40.0] * 10 + [0.0]
    assert assembly[:3].tolist() == [64.0, 80.0, 80.0]


def test_weeks_begin_today_even_on_wednesday(tmp_path: Path) -> None:
    """40 h lie on Monday to Friday: a week from Wednesday has three fifths of one and two fifths of the next."""
    changes = cell("settings", 2, "value", "2026-01-07") | {"orders": TABLES["orders"][:1] + TABLES["orders"][2:]}
    changes["capacity"] = [*TABLES["capacity"][:2], ["SAW", "2026-01-12", "20"], *TABLES["capacity"][3:]]
    facts = read_plan_data(write_folder(tmp_path / "d", **changes)).case.facts
    assert facts.capacity_h[facts.centres.index("SAW"), :2].tolist() == [24.0 + 8.0, 12.0 + 16.0]


@pytest.mark.parametrize(
    ("change", "file", "row", "column", "said"),
    [
        (cell("suppliers", 2, "lead_time_days", "-3"), "suppliers", 2, "lead_time_days", "out of bounds"),
        (cell("orders", 3, "qty", "1.234,50 pcs"), "orders", 3, "qty", "write the number alone"),
        (cell("stock", 4, "on_hand", "1.234"), "stock", 4, "on_hand", "may be 1.234 or 1234"),
        (cell("bom", 4, "unit", "l"), "bom", 4, "unit", "convert the quantity to kg"),
        (cell("stock", 3, "unit", "kg"), "stock", 3, "unit", "unit mismatch"),
        (cell("orders", 5, "item", "LEGG"), "orders", 5, "item", "did you mean 'LEG'"),
        (cell("orders", 3, "item", "123"), "orders", 3, "item", "did you mean '000123'"),
        (cell("orders", 3, "due", "01/02/2026"), "orders", 3, "due", "may be 2026-02-01 or 2026-01-02"),
        (cell("orders", 3, "due", "2016-01-20"), "orders", 3, "due", "long before today"),
        (cell("capacity", 3, "week_start", "2026-01-13"), "capacity", 3, "week_start", "no Monday but a Tuesday"),
        (more("bom", ["OIL", "000123", "1", ""]), "bom", 5, "component", "000123 > LEG > OIL > 000123"),
        (cell("orders", 3, "min_shipment", "9"), "orders", 3, "min_shipment", "larger than the whole (8)"),
        (cell("orders", 3, "min_shipment", "2.5"), "orders", 3, "min_shipment", "part of a piece"),
        (cell("orders", 3, "max_late_days", "-1"), "orders", 3, "max_late_days", "out of bounds"),
        (cell("orders", 3, "promised", "soon"), "orders", 3, "promised", "not a date"),
        ({"substitutes": [["item", "substitute"], ["LEG", "LEG"]]}, "substitutes", 2, "substitute", "its own substitute"),
        ({"substitutes": [["item", "substitute"], ["LEG", "TOPP"]]}, "substitutes", 2, "substitute", "did you mean 'TOP'"),
        ({"other_sites": [["site", "item", "available", "available_from"], ["X", "LEG", "0", "2026-01-06"]]}, "other_sites", 2, "available", "out of bounds"),
        ({"customers": [["customer", "priority"], ["Rossi", "0"]]}, "customers", 2, "priority", "out of bounds"),
        (more("items", ["PIN", "Pin", "pcs", "", ""]) | more("bom", ["LEG", "PIN", "1", ""]), "items", 6, "item",
         "neither made nor bought, but it goes into LEG"),
        ({"capacity": [row for row in TABLES["capacity"] if row[0] != "ASM"]}, "work_centres", 3, "work_centre",
         "zero capacity with demand behind it"),
        ({"capacity": [[a, b, "0" if a == "SAW" else c] if a != "work_centre" else [a, b, c]
                       for a, b, c in TABLES["capacity"]]}, "work_centres", 2, "work_centre", "zero capacity"),
        (cell("settings", 2, "value", "soon"), "settings", 2, "value", "not a date"),
        (cell("orders", 1, "priority", "priorty"), "orders", 1, "priorty", "did you mean 'priority'"),
    ],
)  # fmt: skip
def test_what_cannot_be_planned_is_named(tmp_path: Path, change: dict[str, Rows], file: str, row: int, column: str, said: str) -> None:
    found = faults(write_folder(tmp_path / "d", **change))
    here = [p for p in found if (p.row, p.column) == (row, column) and p.file.endswith(f"/{file}.csv")]
    assert any(said in str(p) for p in here), [str(p) for p in found]
    assert all(p.remedy for p in here)


def test_another_line_of_one_key_counts_with_a_warning(tmp_path: Path) -> None:
    """Two positions of an order are both delivered, two places of an item are one stock, two positions of a bill one need."""
    change = more("orders", ["A2", "Bianchi", "LEG", "5", "2026-02-10", "1"]) | more("stock", ["LEG", "21"]) | more("bom", ["000123", "LEG", "1", ""])
    read = read_plan_data(write_folder(tmp_path / "d", **change))
    facts, plain = read.case.facts, read_plan_data(write_folder(tmp_path / "e")).case.facts
    assert {"A2/1", "A2/2"} <= set(facts.orders)
    leg = facts.items.index("LEG")
    assert facts.on_hand[leg] == plain.on_hand[leg] + 21
    assert facts.bom_qty.sum() == plain.bom_qty.sum() + 1
    assert len(facts.bom_qty) == len(plain.bom_qty)
    told = {Path(p.file).stem: p.message for p in read.warnings}
    assert "told apart by a number in column line" in told["orders"]
    assert "its on_hand is added up" in told["stock"].replace("their", "its")
    assert "qty_per is added up" in told["bom"]


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    wrong = (
        cell("suppliers", 2, "lead_time_days", "-3") | cell("orders", 3, "qty", "12 pcs") | cell("stock", 3, "unit", "kg")
        | more("bom", ["OIL", "LEG", "1", ""]) | cell("receipts", 2, "due", "2025-01-32")
    )  # fmt: skip
    files = {Path(p.file).stem for p in faults(write_folder(tmp_path / "d", **wrong))}
    assert files == {"suppliers", "orders", "stock", "bom", "receipts"}


def test_stock_that_covers_all_needs_no_source(tmp_path: Path) -> None:
    change = more("items", ["OLD", "Old lamp", "pcs", "", ""]) | more("stock", ["OLD", "9"])
    change |= more("orders", ["A9", "Rossi", "OLD", "9", "2026-01-20", "2"])
    assert read_plan_data(write_folder(tmp_path / "d", **change)).warnings == ()
    short = change | more("stock", ["OLD", "8"])
    assert [p.value for p in faults(write_folder(tmp_path / "e", **short))] == ["OLD"]


def test_overdue_orders_are_a_warning(tmp_path: Path) -> None:
    read = read_plan_data(write_folder(tmp_path / "d", **cell("orders", 2, "due", "2025-12-30")))
    assert [(p.row, p.column, p.value) for p in read.warnings] == [(2, "due", "2025-12-30")]
    assert read.case.facts.order_due[0] == -6


def test_missing_tables_and_folders(tmp_path: Path) -> None:
    assert faults(write_folder(tmp_path / "d", items=None))[0].message == "missing table"
    (tmp_path / "empty").mkdir()
    assert "has no tables" in faults(tmp_path / "empty")[0].message
    assert "no such folder" in faults(tmp_path / "nowhere")[0].message
    (tmp_path / "text.xlsx").write_text("no workbook")
    assert "not readable" in faults(tmp_path / "text.xlsx")[0].message


@pytest.mark.parametrize("name", sorted(TABLES))
def test_cut_files_never_crash(tmp_path: Path, name: str) -> None:
    """Every table with its last column gone, its rows gone, or a word in every cell: problems or a case, no accident."""
    rows = TABLES[name]
    for k, broken in enumerate(([row[:-1] for row in rows], rows[:1], [rows[0], *[["x"] * len(rows[0])] * 2], [])):
        folder = write_folder(tmp_path / str(k), **{name: broken})
        with contextlib.suppress(InputErrors):
            assert read_plan_data(folder).case.facts.items


def test_the_page_is_up_to_date() -> None:
    page = plan_data_page()
    assert (ROOT / "docs" / "plan_data.md").read_text(encoding="utf-8") == page, "run `make docs`"
    for table in SCHEMA:
        named = re.search(rf"\b{table.name}[,.]", page.split("## Tables")[1]) is not None
        assert named == bool({"plan", "promise", "backorders", "forecast"} & set(table.verbs)), table.name


def test_the_shipped_folder_is_what_its_generator_writes(tmp_path: Path) -> None:
    import subprocess
    import sys

    subprocess.run([sys.executable, str(ROOT / "scenarios/_build/planner_200"), str(tmp_path)], check=True)
    shipped = ROOT / "scenarios" / "planner_200"
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in shipped.iterdir() if path.suffix == ".csv"}
    assert sum(map(len, written.values())) < 1_800_000
    read = read_plan_data(shipped)
    facts = read.case.facts
    assert (facts.n_items, len(facts.centres), len(facts.orders)) == (200, 20, 10_000)
    assert facts.items[0] == "001001"
    assert len(read.warnings) == 9
    assert int((facts.order_due < 0).sum()) == 25
    assert np.all(facts.order_due < 364)


def test_tables_helper_leaves_out_none() -> None:
    assert "stock" not in tables(stock=None)
