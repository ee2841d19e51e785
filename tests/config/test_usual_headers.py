"""Columns by the words that exports use: read where one reading is possible, told, and asked where two are."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2esim.config.plan_data import read_plan_data
from e2esim.config.problems import InputErrors
from e2esim.config.usual_headers import WORDS, usual_headers
from e2esim.domain.schema import TABLES

ITEMS = "Item No;Description;U.M.\nSHAFT;Shaft 20 mm;EA\nGEAR;;EA\n"
LINES = "4711;10;SHAFT;25;14.12.2026\n4711;20;GEAR;10;14.12.2026\n"
TODAY = "key;value\ntoday;2026-11-30\n"


def read(folder: Path, **tables: str):  # type: ignore[no-untyped-def]
    folder.mkdir()
    for name, text in ({"items": ITEMS, "settings": TODAY} | tables).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_plan_data(folder)


@pytest.mark.parametrize(
    "header",
    ["Order;Pos;Item No.;Quantity [pcs];Delivery date", "Auftrag;Position;Artikel-Nr.;Menge;Liefertermin", "Ordine;Riga;Articolo;Quantità;Data consegna",
     "Order No.;Line;SKU;Open Qty;Due Date"],
)  # fmt: skip
def test_the_words_of_exports_are_read_and_told(tmp_path: Path, header: str) -> None:
    found = read(tmp_path / "a", orders=f"{header}\n{LINES}")
    orders = found.tables["orders"]
    assert sorted(orders.select("order", "line", "item", "qty").rows()) == [("4711", "10", "SHAFT", 25.0), ("4711", "20", "GEAR", 10.0)]
    assert [str(day) for day in orders["due"]] == ["2026-12-14"] * 2
    assert sorted(found.tables["items"]["name"]) == ["", "Shaft 20 mm"]
    told = [problem.message for problem in found.warnings if "words that exports use" in problem.message]
    assert len(told) == 2
    assert any("as due" in message and "as qty" in message for message in told)


def test_the_name_of_the_format_goes_first_and_two_readings_are_asked(tmp_path: Path) -> None:
    own = read(tmp_path / "own", orders=f"order;line;item;qty;due;Delivery date\n{LINES.replace('2026', '2026;1.1.2027')}")
    assert [str(day) for day in own.tables["orders"]["due"]] == ["2026-12-14"] * 2
    with pytest.raises(InputErrors) as caught:
        read(tmp_path / "two", orders=f"order;line;item;qty;Requested date;Delivery date\n{LINES.replace('2026', '2026;1.1.2027')}")
    asked = [problem for problem in caught.value.problems if not problem.warning]
    assert [(problem.column, problem.message) for problem in asked][-1] == ("due", "missing column")


def test_a_header_in_such_words_on_every_page_is_left_out(tmp_path: Path) -> None:
    header = "Order No.;Line;Item No.;Quantity;Due Date\n"
    first, second = LINES.splitlines(keepends=True)
    found = read(tmp_path / "pages", orders=header + first + header + second)
    assert found.tables["orders"].height == 2
    title = read(tmp_path / "title", orders=f"Open orders;;;;\n{header}{LINES}")
    assert title.tables["orders"].height == 2


def test_every_word_stands_for_one_column_of_some_table() -> None:
    columns = {column.name for table in TABLES for column in table.columns}
    assert set(WORDS) <= columns
    used = {word for table in TABLES for word in usual_headers(table)}
    assert not {word for words in WORDS.values() for word in words.split()} - used


def test_a_lead_time_is_read_in_days_and_asked_where_its_unit_is_another_or_none(tmp_path: Path) -> None:
    orders = f"order;line;item;qty;due\n{LINES}"
    for k, header in enumerate(("Lead time (days)", "Lead Time [d]", "Lieferzeit (Tage)")):
        found = read(tmp_path / f"days{k}", orders=orders, items=f"item;{header}\nSHAFT;10\nGEAR;5\n")
        assert found.tables["items"]["lead_time_d"].sort().to_list() == [5.0, 10.0]
    for k, header in enumerate(("Lead time (weeks)", "Lead time", "Lieferzeit [Wochen]")):
        with pytest.raises(InputErrors, match="in days"):
            read(tmp_path / f"other{k}", orders=orders, items=f"item;{header}\nSHAFT;2\nGEAR;1\n")
