"""Numbers and dates as ERP exports write them: one reading where one is possible, a question for each file where two are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from e2esim.config.plan_data import read_plan_data
from e2esim.config.plan_data.door import PlanData
from e2esim.config.problems import InputErrors, Problem
from e2esim.config.tables import read_tables
from e2esim.domain.schema import TABLE
from worlds import write_excel

FILES = {
    "items": "item;unit\nX;ST\nOIL;kg\n",
    "supply": "supplier;item;lead_time_days;price\nS;X;3;0,5\nS;OIL;3;1,25\n",
    "orders": "order;customer;item;qty;due\n1;K;X;250;17.02.2026\n",
    "settings": "key;value\ntoday;02.02.2026\n",
}


def company(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in (FILES | files).items():
        (folder / f"{name}.csv").write_text(text, encoding="cp1252")
    return folder


def read(folder: Path, **files: str) -> PlanData:
    return read_plan_data(company(folder, **files))


def errors(folder: Path, **files: str) -> list[Problem]:
    with pytest.raises(InputErrors) as error:
        read(folder, **files)
    return [problem for problem in error.value.problems if not problem.warning]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("1.000", "0,5"), [1000.0, 0.5]),  # the comma of the other cell tells
        (("1.000", "1.000.000"), [1000.0, 1e6]),
        (("1,000", "0.5"), [1000.0, 0.5]),
        (("12.500", "0.125"), [12.5, 0.125]),  # no thousand begins with a nought
        (("1 234,5", "2"), [1234.5, 2.0]),
        (("1'000", "2.5"), [1000.0, 2.5]),
        (("7", "1.5e3"), [7.0, 1500.0]),
        (("1.234,50", "1"), [1234.5, 1.0]),
    ],
)
def test_one_reading_is_taken(tmp_path: Path, cells: tuple[str, str], expected: list[float]) -> None:
    rows = "".join(f"{k};K;OIL;{cell};17.02.2026\n" for k, cell in enumerate(cells))
    found = read(tmp_path / "d", orders=f"order;customer;item;qty;due\n{rows}")
    assert found.case.facts.order_qty.tolist() == expected
    assert found.warnings == ()


@pytest.mark.parametrize(("table", "text", "column"), [
    ("orders", "order;customer;item;qty;due\n1;K;X;10.000;17.02.2026\n2;K;X;1.000;17.02.2026\n", "qty"),
    ("supply", "supplier;item;lead_time_days;moq\nS;X;3;1.000\nS;OIL;3;12.000\n", "moq"),
    ("items", "item;unit;lot_min\nX;ST;1,000\nOIL;kg;\n", "lot_min"),
    ("stock", "item;on_hand\nX;1.234\n", "on_hand"),
    ("history", "item;period;qty\nX;2025-W05;1.234\n", "qty"),
])  # fmt: skip
def test_two_readings_are_asked_once_a_file(tmp_path: Path, table: str, text: str, column: str) -> None:
    (problem,) = errors(tmp_path / "d", **{table: text})
    assert (problem.row, problem.column) == (2, column)
    assert "may be" in problem.message
    assert f"decimal.{table}" in problem.remedy


def test_settings_answer(tmp_path: Path) -> None:
    orders = "order;customer;item;qty;due\n1;K;OIL;10.000;03/04/2026\n"
    for k, (decimal, order, qty, day) in enumerate(
        [("comma", "dmy", 10_000.0, dt.date(2026, 4, 3)), ("point", "mdy", 10.0, dt.date(2026, 3, 4)), (",", "DD/MM/YYYY", 10_000.0, dt.date(2026, 4, 3))]
    ):
        settings = f"key;value\ntoday;2026-02-02\ndecimal.orders;{decimal}\ndate_format;{order}\n"
        facts = read(tmp_path / str(k), orders=orders, settings=settings).case.facts
        assert (facts.order_qty[0], facts.order_due[0]) == (qty, (day - dt.date(2026, 2, 2)).days)
    (problem,) = errors(tmp_path / "w", settings="key;value\ntoday;2026-02-02\ndecimal;both\n")
    assert problem.message == "not a possible value"


def test_days_of_a_file_tell_its_order(tmp_path: Path) -> None:
    told = "order;customer;item;qty;due\n1;K;X;1;03/04/2026\n2;K;X;1;25/04/2026\n"
    american = told.replace("25/04", "04/25")
    assert read(tmp_path / "a", orders=told).case.facts.order_due.tolist() == [60, 82]
    assert read(tmp_path / "b", orders=american).case.facts.order_due.tolist() == [30, 82]


def test_other_files_tell_with_a_warning_and_nothing_tells_with_a_question(tmp_path: Path) -> None:
    orders = "order;customer;item;qty;due\n1;K;X;1;03/04/2026\n"
    receipts = "receipt;item;qty;due\nP;X;5;16/03/2026\n"
    found = read(tmp_path / "a", orders=orders, receipts=receipts)
    assert found.case.facts.order_due.tolist() == [60]
    assert "as the other files" in found.warnings[0].message
    (problem,) = errors(tmp_path / "b", orders=orders)
    assert "2026-04-03 or 2026-03-04" in problem.message
    assert "date_format.orders" in problem.remedy


def test_two_styles_in_one_file_are_told_cell_by_cell(tmp_path: Path) -> None:
    found = errors(tmp_path / "d", supply="supplier;item;lead_time_days;price\nS;X;3;0,5\nS;OIL;3;0.5\n")
    assert [problem.value for problem in found] == ["0,5"]


def test_a_workbook_knows_its_numbers(tmp_path: Path) -> None:
    import xlsxwriter

    for k, (cell, expected) in enumerate([(1.234, 1.234), ("1.234", None)]):
        path = tmp_path / f"{k}.xlsx"
        with xlsxwriter.Workbook(path) as book:
            for name, rows in {
                "items": [["item", "unit"], ["OIL", "kg"]], "orders": [["order", "item", "qty", "due"], ["1", "OIL", cell, "2026-02-17"]],
                "settings": [["key", "value"], ["today", "2026-02-02"]],
            }.items():  # fmt: skip
                sheet = book.add_worksheet(name)
                for r, row in enumerate(rows):
                    sheet.write_row(r, 0, row)
        if expected is None:
            with pytest.raises(InputErrors, match=r"may be 1.234 or 1234"):
                read_plan_data(path)
        else:
            assert read_plan_data(path).case.facts.order_qty.tolist() == [expected]


def test_a_formula_that_was_never_worked_out_is_refused(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "d.xlsx"
    with xlsxwriter.Workbook(path) as book:
        items, orders = book.add_worksheet("items"), book.add_worksheet("orders")
        items.write_row(0, 0, ["item", "lot_min"])
        items.write_row(1, 0, ["X"])
        items.write_formula(1, 1, "=1000+334", None, "")
        orders.write_row(0, 0, ["order", "item", "qty", "due"])
        orders.write_row(1, 0, ["1", "X", 5, "2026-02-17"])
    _strip_values(path)
    with pytest.raises(InputErrors, match="cell B2 holds a formula without a value"):
        read_plan_data(path)


def _strip_values(path: Path) -> None:
    """A workbook as libraries write it that do not calculate: formulas without <v>."""
    import re
    import zipfile

    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, re.sub(rb' t="str"(><f>.*?</f>)<v></v>', rb"\1<v/>", content))


def test_too_large_a_workbook_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "d.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 210_000_000)
    with pytest.raises(InputErrors, match="too large"):
        read_plan_data(path)


def test_what_exports_leave_behind_is_planned_with_a_warning(tmp_path: Path) -> None:
    """Stock 5 below zero, an order of 10, a line of 0, a purchase that should have come: 15 are bought."""
    found = read(
        tmp_path / "d",
        orders="order;customer;item;qty;due\nA;C;X;10;17.02.2026\nB;C;X;0;18.02.2026\n",
        stock="item;on_hand\nX;-5\n",
        receipts="receipt;item;qty;due\nP;X;5;30.01.2026\n",
    )
    facts = found.case.facts
    assert facts.order_qty.sum() == 15
    assert facts.on_hand.tolist() == [0, 0]
    assert facts.receipt_qty.size == 0
    assert [Path(p.file).stem for p in found.warnings] == ["orders", "receipts", "stock"]


def test_a_night_shift_and_a_leap_day(tmp_path: Path) -> None:
    files = {
        "items": "item\nX\n", "supply": "supplier;item;lead_time_days\n", "work_centres": "work_centre;calendar\nW;N\n",
        "routings": "item;step;work_centre;setup_h_per_lot;run_h_per_unit\nX;10;W;0;1\n",
        "calendars": "calendar;weekday;start;end\nN;1;22:00;06:00\nN;2;14:00;00:00\n",
        "closures": "calendar;first;last\nN;02-29;02-29\n", "settings": "key;value\ntoday;2028-02-21\n",
        "orders": "order;item;qty;due\n1;X;1;2028-03-20\n",
    }  # fmt: skip
    hours = read(tmp_path / "a", **files).case.facts.capacity_h[0]
    assert hours[:3].tolist() == [18.0, 2.0, 18.0]  # 29 February 2028 is a Tuesday: Monday 22:00 to midnight is left
    wrong = {
        "16:00;08:00": "ends before it starts", "08:00;08:00": "ends before it starts",
    }  # fmt: skip
    for k, (times, said) in enumerate(wrong.items()):
        found = errors(tmp_path / str(k), **files | {"calendars": f"calendar;weekday;start;end\nN;1;{times}\n"})
        assert any(said in problem.message for problem in found)
    overlap = "calendar;weekday;start;end\nN;1;06:00;14:00\nN;1;08:00;16:00\n"
    assert "overlaps" in errors(tmp_path / "o", **files | {"calendars": overlap})[0].message
    reversed_ = "calendar;first;last\nN;2028-03-05;2028-03-01\n"
    assert "ends before it begins" in errors(tmp_path / "r", **files | {"closures": reversed_})[0].message


def test_two_tables_give_a_plan(tmp_path: Path) -> None:
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "items.csv").write_text("item\nX\n")
    (tmp_path / "two" / "orders.csv").write_text(f"order,item,qty,due\n1,X,5,{dt.date.today() + dt.timedelta(days=9)}\n")
    found = read_plan_data(tmp_path / "two")
    assert found.case.facts.source_supplier == ("outside",)
    assert ["today" in str(p) or "outside" in str(p) for p in found.warnings] == [True, True]


@pytest.mark.parametrize("text", ["a|b\n1|2\n", "Artikelliste;Menge\nX;3\n", "item|unit\nX|pcs\n"])
def test_unknown_headers_get_an_answer(tmp_path: Path, text: str) -> None:
    if text.startswith("item"):
        assert read(tmp_path / "d", items=text + "OIL|kg\n").case.facts.items == ("OIL", "X")
    else:
        assert any("no column of this table is known" in p.message for p in errors(tmp_path / "d", items=text))


def test_numbers_of_a_workbook_do_not_tell_how_its_texts_are_written(tmp_path: Path) -> None:
    """A text 1.000 beside the number 0.05 was read as one, in silence; beside a text 0,5 it is a thousand."""
    rows = [{"item": "A", "lot_min": "1.000", "scrap_share": 0.05}, {"item": "B", "lot_min": 1.234, "scrap_share": 0.02}]
    write_excel(tmp_path / "data.xlsx", {"items": rows})
    typed = read_tables(tmp_path, "", list(TABLE.values()))
    assert ["may be 1 or 1000" in str(problem) for problem in typed.problems] == [True]
    write_excel(tmp_path / "data.xlsx", {"items": [*rows, {"item": "C", "lot_min": "0,5", "scrap_share": 0.0}]})
    typed = read_tables(tmp_path, "", list(TABLE.values()))
    assert typed.frames["items"]["lot_min"].to_list() == [1000.0, 1.234, 0.5], typed.problems
