"""What exports write into cells that has one reading is read; sister cases of public field reports, each written by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from e2esim.config.tables import Typed, read_tables
from e2esim.domain.schema import TABLE

FORMAT = list(TABLE.values())
D = dt.date
ORDERS = "order,item,qty,due\n"
WEEK = "calendar,weekday,start,end\n"


def read(folder: Path, name: str, text: str | bytes) -> Typed:
    (folder / "items.csv").write_text("item\nA\nB\n000123\n", encoding="utf-8")
    (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_tables(folder, "", FORMAT)


def told(typed: Typed) -> str:
    return " | ".join(str(problem) for problem in typed.problems)


@pytest.mark.parametrize(
    ("what", "text", "rows", "words"),
    [
        ("text marks of a spreadsheet", ORDERS + "1,\"=\"\"000123\"\"\",3,2026-04-01\n2,'000123,4,2026-04-02\n",
         [("000123", D(2026, 4, 1)), ("000123", D(2026, 4, 2))], ""),
        ("signs that nobody sees", ORDERS + "1,A\u200b,3,2026-04-01\n2,\u00adB,4,2026-04-02\n", [("A", D(2026, 4, 1)), ("B", D(2026, 4, 2))], ""),
        ("the weekday before the day", ORDERS + "1,A,3,Wed 01.04.2026\n2,B,4,\"gio., 02/04/2026\"\n3,B,4,31/12/2026\n",
         [("A", D(2026, 4, 1)), ("B", D(2026, 4, 2)), ("B", D(2026, 12, 31))], ""),
        ("a minus of typesetters, whole amounts", ORDERS + "1,A,5.-,2026-04-01\n2,B,4,2026-04-02\n", [("A", D(2026, 4, 1)), ("B", D(2026, 4, 2))], ""),
        ("hours of a day in two halves", ORDERS + "1,A,3,4/1/2026 12:00:00 AM\n2,B,4,4/20/2026 12:00:00 AM\n",
         [("A", D(2026, 4, 1)), ("B", D(2026, 4, 20))], ""),
        ("years of two digits", ORDERS + "1,A,3,01.04.26\n2,B,4,20.04.26\n", [("A", D(2026, 4, 1)), ("B", D(2026, 4, 20))], "a year of two digits"),
        ("files joined with their marks", "\ufeff" + ORDERS + "1,A,3,2026-04-01\n\ufeff" + ORDERS + "2,B,4,2026-04-02\n",
         [("A", D(2026, 4, 1)), ("B", D(2026, 4, 2))], "row 3: the header once more"),
        ("a column that counts the rows", ",order,item,qty,,due\n0,1,A,3,,2026-04-01\n1,2,B,4,,2026-04-02\n", [("A", D(2026, 4, 1)), ("B", D(2026, 4, 2))],
         "column 1 has no name and only counts the rows: left out (and 1 more)"),
        ("calendar weeks", ORDERS + "1,A,3,KW14/2026\n2,B,4,CW 53 2026\n",
         [("A", D(2026, 3, 30)), ("B", D(2026, 12, 28))], "a week, read as its Monday (2 cells such)"),
        ("a header on every page", ORDERS + "1,A,3,2026-04-01\nOrder,Item,Qty [pcs],Due\n2,B,4,2026-04-02\n", [("A", D(2026, 4, 1)), ("B", D(2026, 4, 2))],
         "row 3: the header once more"),
        ("a frame of strokes",
         "---------------\n|order|item|qty|due       |\n---------------\n|1    |A   |  3|01.04.2026|\n|2    |B   |  4|15.04.2026|\n---------------\n",
         [("A", D(2026, 4, 1)), ("B", D(2026, 4, 15))], ""),
        ("the end of a file in DOS", (ORDERS + "1,A,3,2026-04-01\n\x1a").encode(), [("A", D(2026, 4, 1))], ""),
    ],
)  # fmt: skip
def test_what_exports_write_is_read(what: str, text: str | bytes, rows: list[tuple[str, dt.date]], words: str, tmp_path: Path) -> None:
    typed = read(tmp_path, "orders", text)
    assert typed.frames["orders"].select("item", "due").rows() == rows, what
    assert words in told(typed)
    assert all(problem.warning for problem in typed.problems), told(typed)


def test_hours_and_weekdays_as_people_write_them(tmp_path: Path) -> None:
    lines = "D,Mon,8:00 AM,4:00 PM\nD,martedì,08.00,16.30\nD,Mit,0800,1600\nD,thursday,8,16\nD,5,8h30,12 pm\nD,sabato,12:15 a.m.,24:00\nD,7,06:00:00,08:00\n"
    typed = read(tmp_path, "calendars", WEEK + lines)
    assert not typed.problems, told(typed)
    assert typed.frames["calendars"].select("weekday", "start", "end").rows() == [
        (1, 8.0, 16.0), (2, 8.0, 16.5), (3, 8.0, 16.0), (4, 8.0, 16.0), (5, 8.5, 12.0), (6, 0.25, 24.0), (7, 6.0, 8.0),
    ]  # fmt: skip


def test_yes_and_no_in_the_languages_of_exports(tmp_path: Path) -> None:
    words = {"ja": True, "nein": False, "X": True, "": False, "sì": True, "oui": True, "non": False, "WAHR": True, "FALSO": False}
    (tmp_path / "items.csv").write_text("item,sold\n" + "".join(f"I{k},{word}\n" for k, word in enumerate(words)), encoding="utf-8")
    typed = read_tables(tmp_path, "", FORMAT)
    assert typed.frames["items"]["sold"].to_list() == list(words.values())


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("calendars", WEEK + "D,Do,08:00,16:00\n", "not a whole number"),  # Donnerstag or domenica
        ("calendars", WEEK + "D,1,13 pm,16:00\n", "not a time of day"),
        ("calendars", WEEK + "D,1,0870,16:00\n", "not a time of day"),
        ("receipts", "receipt,item,qty,due\n1,A,3,00.00.0000\n", "empty cell"),  # the day of a receipt must be known
        ("orders", ORDERS + "1,A,3,KW54/2026\n", "not a date"),
        ("orders", ORDERS + "1,A,3,14.2026\n", "not a date"),  # a week or a month
    ],
)
def test_what_has_no_sure_reading_is_asked(name: str, text: str, words: str, tmp_path: Path) -> None:
    typed = read(tmp_path, name, text)
    assert any(words in problem.message and not problem.warning for problem in typed.problems), told(typed)


def test_no_day_is_no_day_where_none_is_needed(tmp_path: Path) -> None:
    typed = read(tmp_path, "orders", "order,item,qty,due,promised\n1,A,3,2026-04-01,00.00.0000\n")
    assert typed.frames["orders"]["promised"].to_list() == [None]
    assert not typed.problems, told(typed)


def test_numbers_that_a_spreadsheet_shortened_are_told(tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text("item\n1.23E+05\nB\n", encoding="utf-8")
    assert "shortened" in told(read_tables(tmp_path, "", FORMAT))


@pytest.mark.parametrize(("cell", "value"), [("5.-", 5.0), ("12,--", 12.0), ("\u22127", -7.0), ("\u2013 3", -3.0), ("3-", -3.0)])
def test_signs_and_whole_amounts(tmp_path: Path, cell: str, value: float) -> None:
    """Five and a stroke is five, not minus five."""
    typed = read(tmp_path, "stock", f"item;on_hand\nA;{cell}\n")
    assert typed.frames["stock"]["on_hand"].to_list() == [value], told(typed)


def test_a_day_at_the_end_of_time_is_no_day(tmp_path: Path) -> None:
    typed = read(tmp_path, "orders", ORDERS.replace("due", "due,promised") + "1,A,3,2026-04-01,31.12.9999\n2,B,3,2026-04-01,9999-12-31 00:00:00\n")
    assert typed.frames["orders"]["promised"].to_list() == [None, None], told(typed)
    assert "due: empty cell" in told(read(tmp_path, "orders", ORDERS + "1,A,3,9999-12-31\n"))
