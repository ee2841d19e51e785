"""Requests and files of orders at the door: what is refused, where, and with what remedy."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
import xlsxwriter

from e2esim.config.problems import InputErrors, Problem
from e2esim.config.promise.known import Known
from e2esim.config.promise.orders_file import read_orders
from e2esim.config.promise.request import WrittenOptions, check_request

KNOWN = Known(
    today=dt.date(2026, 1, 5),
    last=dt.date(2026, 3, 15),
    items=("000123", "LEG", "OIL"),
    names=("Table", "Leg", "Oil"),
    units=("pcs", "pcs", "kg"),
    customers={"Rossi": 1, "Società Verdi": 3},
)
GOOD = {"item": "000123", "qty": "8", "date": "2026-01-20", "customer": "Rossi"}
ORDERS = [
    ["order", "line", "customer", "item", "qty", "due", "priority", "ship_set", "min_shipment", "max_late_days", "promised"],
    ["A1", "", "Rossi", "000123", "8", "2026-01-20", "", "", "", "", ""],
    ["A2", "1", "Rossi", "LEG", "10", "20.1.2026", "1", "S", "5", "3", "2026-01-22"],
    ["A2", "2", "Società Verdi", "OIL", "2.5", "20260130", "3", "S", "", "", ""],
]


def told(**words: str) -> list[Problem]:
    with pytest.raises(InputErrors) as error:
        check_request(WrittenOptions(**(GOOD | words)), KNOWN)
    return list(error.value.problems)


def test_a_good_request_is_laid_out() -> None:
    asked = check_request(WrittenOptions(**GOOD, min_shipment="2", max_late="5"), KNOWN)
    assert (asked.item, asked.qty, asked.day, asked.priority, asked.min_shipment, asked.max_late) == (0, 8.0, 15, 1, 2.0, 5)
    assert check_request(WrittenOptions(**(GOOD | {"date": "20.01.2026"}), priority="3"), KNOWN).priority == 3


@pytest.mark.parametrize(
    ("option", "word", "said", "remedy"),
    [
        ("item", "000132", "no such item", "did you mean '000123'?"),
        ("item", "123", "no such item", "did you mean '000123'?"),
        ("item", "table", "no such item", "did you mean '000123'?"),
        ("customer", "Rosi", "no such customer", "did you mean 'Rossi'?"),
        ("customer", "", "the data name customers", "one of: Rossi, Società Verdi"),
        ("qty", "0", "out of bounds: must be above 0", "correct the number"),
        ("qty", "-5", "out of bounds", "correct the number"),
        ("qty", "1.234,50", "not a number", "write it with a decimal point: 1234.50"),
        ("qty", "nan", "not a number", "give the number"),
        ("qty", "2.5", "a part of a piece", "write a whole number"),
        ("qty", "1.000", "may be 1 or 1000", "write it without a point"),
        ("qty", "1e13", "out of bounds: must be above 0 and at most 1e+12", "correct the number"),
        ("date", "2026-01-04", "date before today (2026-01-05)", "today or later"),
        ("date", "2026-03-16", "date beyond the horizon (2026-03-15)", "plan anew"),
        ("date", "01/02/2026", "not a date", "write it as YYYY-MM-DD"),
        ("date", "2026-02-30", "not a date", "write it as YYYY-MM-DD"),
        ("priority", "0", "out of bounds", "correct the number"),
        ("min_shipment", "9", "larger than the whole (8)", "leave it out"),
        ("max_late", "-1", "out of bounds: must be at least 0", "correct the number"),
    ],
)
def test_what_cannot_be_asked_is_named(option: str, word: str, said: str, remedy: str) -> None:
    (problem,) = told(**{option: word})
    assert problem.column == "--" + option.replace("_", "-")
    assert said in problem.message
    assert remedy in problem.remedy
    assert problem.file == "command line"


def test_everything_wrong_is_told_at_once() -> None:
    assert [p.column for p in told(item="x", qty="0", date="2025-01-01", customer="y")] == ["--item", "--qty", "--customer", "--date"]


def written(path: Path, *changes: tuple[int, str, str], more: tuple[list[str], ...] = ()) -> Path:
    rows = [list(row) for row in [*ORDERS, *more]]
    for row, column, value in changes:
        rows[row - 1][rows[0].index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    return path


def test_a_good_file_is_read(tmp_path: Path) -> None:
    orders, warnings = read_orders(written(tmp_path / "o.csv"), KNOWN)
    assert warnings == ()
    assert orders["due"].to_list() == [dt.date(2026, 1, 20), dt.date(2026, 1, 20), dt.date(2026, 1, 30)]
    assert orders["min_shipment"].to_list() == [None, 5.0, None]
    assert orders["promised"].to_list() == [None, dt.date(2026, 1, 22), None]
    assert orders["row"].to_list() == [2, 3, 4]


def test_a_file_of_orders_is_read_as_tables_are(tmp_path: Path) -> None:
    """Zeros kept by a text mark, a day with its weekday, no value in words, a header on every page: as at the other door."""
    path = written(tmp_path / "o.csv", (2, "item", '="000123"'), (3, "due", "Tue 20.01.2026"), (3, "ship_set", "NULL"), more=(ORDERS[0],))
    orders, warnings = read_orders(path, KNOWN)
    assert orders.select("item", "due", "ship_set").rows()[:2] == [("000123", dt.date(2026, 1, 20), ""), ("LEG", dt.date(2026, 1, 20), "")]
    assert sorted(problem.message for problem in warnings) == ["stands for no value: read as empty", "the header once more: left out"]


@pytest.mark.parametrize(
    ("row", "column", "value", "said"),
    [
        (2, "item", "000124", "did you mean '000123'?"),
        (3, "customer", "Rosi", "did you mean 'Rossi'?"),
        (3, "customer", "", "empty cell"),
        (2, "qty", "0", "out of bounds: must be above 0"),
        (2, "qty", "-3", "out of bounds: must be above 0"),
        (2, "qty", "1.5", "a part of a piece"),
        (2, "due", "2026-01-04", "date before today (2026-01-05)"),
        (4, "due", "2026-04-01", "date beyond the horizon (2026-03-15)"),
        (4, "min_shipment", "3", "larger than the whole (2.5)"),
        (4, "line", "1", "duplicate key"),
    ],
)
def test_what_cannot_be_promised_is_named(tmp_path: Path, row: int, column: str, value: str, said: str) -> None:
    with pytest.raises(InputErrors) as error:
        read_orders(written(tmp_path / "o.csv", (row, column, value)), KNOWN)
    (problem,) = [p for p in error.value.problems if not p.warning]
    assert problem.row == row
    assert column in problem.column or problem.column == "order + line"
    assert said in str(problem)
    assert problem.remedy


def test_a_line_that_stands_twice_is_no_mere_warning(tmp_path: Path) -> None:
    with pytest.raises(InputErrors, match="duplicated order line; it stands in row 2"):
        read_orders(written(tmp_path / "o.csv", more=(ORDERS[1],)), KNOWN)


def test_what_was_promised_may_be_overdue(tmp_path: Path) -> None:
    _, warnings = read_orders(written(tmp_path / "o.csv", (3, "due", "2026-01-02")), KNOWN)
    assert [(p.row, p.column, p.warning) for p in warnings] == [(3, "due", True)]


def test_a_workbook_says_the_same(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "o.xlsx") as book:
        for name in ("orders", "_notes"):
            sheet = book.add_worksheet(name)
            for k, row in enumerate(ORDERS):
                sheet.write_row(k, 0, row)
    from_csv, _ = read_orders(written(tmp_path / "o.csv"), KNOWN)
    from_book, _ = read_orders(tmp_path / "o.xlsx", KNOWN)
    assert from_book.equals(from_csv)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputErrors, match="no such file"):
        read_orders(tmp_path / "o.csv", KNOWN)
    (tmp_path / "e.csv").write_text("order,customer,item,qty,due\n")
    with pytest.raises(InputErrors, match="no order to promise"):
        read_orders(tmp_path / "e.csv", KNOWN)
    (tmp_path / "b.xlsx").write_text("no workbook")
    with pytest.raises(InputErrors, match="not readable"):
        read_orders(tmp_path / "b.xlsx", KNOWN)
