"""More cells with one reading, in five languages: weekdays, months, weeks, parts of a day, no value; sister cases of public field reports."""

from __future__ import annotations

import datetime as dt
import unicodedata
from pathlib import Path

import pytest

from e2esim.config.checks import View
from e2esim.config.checks_making import closures_in_order
from e2esim.config.tables import Typed, read_tables
from e2esim.domain.schema import TABLE

FORMAT = list(TABLE.values())
ORDERS = "order,item,qty,due,customer\n"
WEEK = "calendar,weekday,start,end\n"


def read(folder: Path, **tables: str) -> Typed:
    for name, text in ({"items": "item\nA\nB\n"} | tables).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_tables(folder, "", FORMAT)


def told(typed: Typed) -> str:
    return " | ".join(str(problem) for problem in typed.problems)


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("Mo Di Mi Do Fr", [1, 2, 3, 4, 5]), ("lu ma me je ve", [1, 2, 3, 4, 5]), ("lu ma mi ju vi sá do", [1, 2, 3, 4, 5, 6, 7]),
        ("Sonnabend", [6]), ("miércoles viernes", [3, 5]), ("dimanche", [7]), ("Mon Tues Thurs Sun.", [1, 2, 4, 7]), ("gio dom", [4, 7]),
    ],
)  # fmt: skip
def test_weekdays_in_the_language_in_which_all_of_them_make_sense(words: str, numbers: list[int], tmp_path: Path) -> None:
    typed = read(tmp_path, calendars=WEEK + "".join(f"D,{word},08:00,16:00\n" for word in words.split()))
    assert typed.frames["calendars"]["weekday"].to_list() == numbers, told(typed)


@pytest.mark.parametrize("words", ["Do", "Mo lunedì Do", "Mo-Fr", "1-5"])
def test_weekdays_of_two_readings_are_asked(words: str, tmp_path: Path) -> None:
    typed = read(tmp_path, calendars=WEEK + "".join(f"D,{word},08:00,16:00\n" for word in words.split()))
    assert "write 1 for Monday to 7 for Sunday" in told(typed)


def test_hours_as_parts_of_a_day(tmp_path: Path) -> None:
    """0.25 is six o'clock where another cell says so, and nothing alone: it was read as 25 minutes past midnight."""
    typed = read(tmp_path, calendars=WEEK + "D,1,0.25,0.583333\nD,2,0,0.25\n")
    assert typed.frames["calendars"].select("start", "end").rows() == [(6.0, 14.0), (0.0, 6.0)], told(typed)
    assert "not a time of day [0.25]" in told(read(tmp_path, calendars=WEEK + "D,1,0.25,8.00\n"))


@pytest.mark.parametrize("cell", ["1er avril 2026", "1 de abril de 2026", "Apr 1st, 2026", "Wednesday, April 1, 2026", "mercredi 1 avril 2026", "1-abr-2026"])
def test_days_in_words(cell: str, tmp_path: Path) -> None:
    typed = read(tmp_path, orders=ORDERS + f'1,A,3,"{cell}",\n')
    assert typed.frames["orders"]["due"].to_list() == [dt.date(2026, 4, 1)], told(typed)


@pytest.mark.parametrize(("cell", "month"), [("juin 2026", 6), ("juil. 2026", 7), ("Jan 2026", 1), ("août 2026", 8), ("dic-2026", 12)])
def test_months_in_words(cell: str, month: int, tmp_path: Path) -> None:
    typed = read(tmp_path, history=f"item,period,qty\nA,{cell},3\n")
    assert typed.frames["history"]["period"].to_list() == [dt.date(2026, month, 1)], told(typed)
    assert "not a date" in told(read(tmp_path, history="item,period,qty\nA,jui 2026,3\n"))  # June or July


def test_calendar_weeks_of_history_and_the_last_week_of_a_closure(tmp_path: Path) -> None:
    """A closure of weeks 31 to 33 ends on the Sunday of the last one."""
    typed = read(tmp_path, history="item,period,qty\nA,KW53/2020,3\n", calendars=WEEK + "D,1,8:00,16:00\n",
                 closures="calendar,first,last\nD,2026-W31,2026-W33\n")  # fmt: skip
    assert typed.frames["history"]["period"].to_list() == [dt.date(2020, 12, 28)]
    assert typed.frames["closures"].select("first", "last").rows() == [("2026-07-27", "2026-08-16")], told(typed)


@pytest.mark.parametrize("word", ["NULL", "n/a", "-", "(blank)", "\\N", "<NA>"])
def test_no_value_is_no_name(word: str, tmp_path: Path) -> None:
    typed = read(tmp_path, orders=ORDERS + f"1,A,3,2026-04-01,{word}\n")
    assert typed.frames["orders"]["customer"].to_list() == [""]
    assert "row 2, column customer: stands for no value: read as empty" in told(typed)
    assert all(problem.warning for problem in typed.problems)
    assert "empty cell" in told(read(tmp_path, orders=ORDERS + f"1,{word},3,2026-04-01,\n"))


def test_a_formula_that_found_nothing_is_no_name(tmp_path: Path) -> None:
    typed = read(tmp_path, orders=ORDERS + "1,A,3,2026-04-01,#N/A\n")
    assert [str(problem) for problem in typed.problems if not problem.warning and "a formula that found nothing" in problem.message]


def test_an_accent_beside_its_letter_is_the_same_letter(tmp_path: Path) -> None:
    typed = read(tmp_path, items="item\nGröße\n", orders=ORDERS + f"1,{unicodedata.normalize('NFD', 'Größe')},3,2026-04-01,\n")
    assert not typed.problems, told(typed)


def test_a_total_below_a_table_of_one_name(tmp_path: Path) -> None:
    typed = read(tmp_path, stock="item,on_hand\nA,3\nB,4\nTotale generale,7\n")
    assert typed.frames["stock"]["item"].to_list() == ["A", "B"]
    assert "a row of totals: left out" in told(typed)
    assert "no such item" in told(read(tmp_path, stock="item,on_hand\nA,3\nB,4\nTotal,8\n"))  # not their sum


@pytest.mark.parametrize(("first", "last", "right"), [("12-24", "01-06", True), ("10-15", "04-15", True), ("08-20", "08-10", False), ("03-01", "02-29", False)])
def test_a_yearly_closure_with_its_days_swapped(first: str, last: str, right: bool, tmp_path: Path) -> None:
    typed = read(tmp_path, calendars=WEEK + "D,1,8:00,16:00\n", closures=f"calendar,first,last\nD,{first},{last}\n")
    assert (not list(closures_in_order(View(typed, None)))) == right
