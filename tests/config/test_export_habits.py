"""What spreadsheets and exports add to a table: titles, totals, units in headers, day numbers, weeks, months by name, credits."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from e2esim.config.tables import Typed, read_tables
from e2esim.domain.schema import TABLE
from worlds import write_excel

APRIL = dt.date(2026, 4, 1)
FORMAT = list(TABLE.values())


def orders(folder: Path, text: str) -> Typed:
    (folder / "items.csv").write_text("item\nA\nB\n", encoding="utf-8")
    (folder / "orders.csv").write_text(text, encoding="utf-8")
    return read_tables(folder, "", FORMAT)


def lines(typed: Typed) -> list[tuple[object, ...]]:
    return typed.frames["orders"].select("item", "qty", "due").rows()


def said(typed: Typed) -> str:
    return " | ".join(str(problem) for problem in typed.problems)


GOOD = [("A", 3.0, APRIL), ("B", 4.0, dt.date(2026, 4, 2))]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Open orders;;;\n;;;\norder;item;qty;due\n1;A;3;2026-04-01\n2;B;4;2026-04-02\n", "2 rows above the header"),
        ('"Orders, all";;;\norder;item;qty;due\n1;A;"3";2026-04-01\n2;B;4;2026-04-02\n', "a row above the header"),
        ("order,item,qty,due\n1,A,3,2026-04-01\n2,B,4,2026-04-02\nTotal,,7,\n", "a row of totals"),
        ("order,item,qty,due\n1,A,3,2026-04-01\n2,B,4,2026-04-02\nGesamt,,,\n,,7,\n", "empty cell"),
        ("order,item,qty,due\n1,A,3,2026-04-01\n2,B,4,2026-04-02\n,,7,\n", "a row of totals"),
        ("order,item,qty,due\n1,A,3,46113\n2,B,4,46114\n", "day number of a spreadsheet, counted from 1900 (2 cells such)"),
        ("order,item,qty,due\n1,A,3,1-Apr-2026\n2,B,4,2. aprile 2026\n", ""),
        ("order,item,qty,due\n1,A,3,2026-04-01T00:00:00Z\n2,B,4,2026-04-02T00:00:00+02:00\n", "a time in a zone of its own"),
        ("Order,Item,Qty [pcs],Due (YYYY-MM-DD)\n1,A,3,2026-04-01\n2,B,4,2026-04-02\n", ""),
        ("order,item,qty,due\n1,A,3,2026-04-01\n2,B,4,2026-04-02\n3,B,-9,2026-04-02\n", "a credit or return"),
    ],
)
def test_what_has_one_reading_is_read_and_said(text: str, told: str, tmp_path: Path) -> None:
    typed = orders(tmp_path, text)
    assert lines(typed)[:2] == GOOD
    assert told in said(typed)
    if told != "empty cell":
        assert len(lines(typed)) == 2
        assert all(problem.warning for problem in typed.problems)


def test_a_week_is_its_monday_unless_it_names_a_day(tmp_path: Path) -> None:
    typed = orders(tmp_path, "order,item,qty,due\n1,A,3,2026-W14\n2,B,4,2026W15-3\n3,B,4,2026-W53-5\n")
    assert [due for _, _, due in lines(typed)] == [dt.date(2026, 3, 30), dt.date(2026, 4, 8), dt.date(2027, 1, 1)]
    assert "its Monday where it names none (3 cells such)" in said(typed)


@pytest.mark.parametrize(
    "text",
    [
        "order,item,qty,due\n1,A,3,46113\n2,B,4,2026-04-02\n",  # a number among dates is no day
        "order,item,qty,due\n1,A,3,01-Apr-26\n",  # a year of two digits
        "order,item,qty [1000 pcs],due\n1,A,3,2026-04-01\n",  # another unit
        "order,item,qty,due\n1,A,3,2026-04-01\nTotal,A,7,\n",  # an order without a day
        "order,item,qty,due\n1,A,3,2026-04-01\n,,8,\n",  # not the sum of what stands above
    ],
)
def test_what_has_no_sure_reading_is_asked(text: str, tmp_path: Path) -> None:
    assert any(not problem.warning for problem in orders(tmp_path, text).problems)


def test_days_in_weeks_are_no_days(tmp_path: Path) -> None:
    """A header that states another unit than the format's is not read as the format's."""
    (tmp_path / "supply.csv").write_text("supplier,item,lead_time_days (weeks)\nS,A,2\n", encoding="utf-8")
    (tmp_path / "items.csv").write_text("item\nA\n", encoding="utf-8")
    wrong = said(read_tables(tmp_path, "", FORMAT))
    assert "missing column" in wrong
    (tmp_path / "supply.csv").write_text("supplier,item,lead_time_days (Tage)\nS,A,2\n", encoding="utf-8")
    assert read_tables(tmp_path, "", FORMAT).frames["supply"]["lead_time_days"].to_list() == [2.0]


def test_a_title_above_the_header_of_a_sheet_is_left_out(tmp_path: Path) -> None:
    head = {"Orders": "item", " ": "qty", "  ": "due", "   ": "order"}
    rows = [head, *({"Orders": item, " ": qty, "  ": str(due), "   ": str(k)} for k, (item, qty, due) in enumerate(GOOD))]
    write_excel(tmp_path / "data.xlsx", {"items": [{"item": "A"}, {"item": "B"}], "orders": rows})
    typed = read_tables(tmp_path, "", FORMAT)
    assert lines(typed) == GOOD
    assert "a row above the header" in said(typed)


def test_a_table_in_a_file_of_another_ending_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "orders.tsv").write_text("order\titem\tqty\tdue\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("nothing", encoding="utf-8")
    (tmp_path / "items.csv").write_text("item\nA\n", encoding="utf-8")
    wrong = said(read_tables(tmp_path, "", FORMAT))
    assert "call it orders.csv" in wrong
    assert "notes" not in wrong
