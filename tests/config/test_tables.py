"""Tables: how files are read and cells cast, and how each kind of wrong cell is reported: file, row, column, remedy."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from e2esim.config.cells import dtype
from e2esim.config.door import load, load_with_warnings
from e2esim.config.grids import grid_of, plain_grid
from e2esim.config.problems import InputErrors, Problem
from e2esim.config.tables_once import TablesOnce
from e2esim.domain.schema import tables_for
from worlds import Row, changed_tables, tiny_tables, tiny_world, write_excel


def problems(world: Path) -> list[Problem]:
    with pytest.raises(InputErrors) as caught:
        load([f"scenario={world}"])
    return list(caught.value.problems)


def only(world: Path) -> Problem:
    found = problems(world)
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]


def with_cell(column: str, value: Any, row: int = 0) -> Any:
    """A change of a table: one cell of one row (0 = first below the header, so row 2 in the file)."""

    def change(rows: list[Row]) -> list[Row]:
        rows[row][column] = value
        return rows

    return change


WORLD = tables_for("sop", "run", with_market=True)


def test_the_tiny_world_is_valid_and_typed(tmp_path: Path) -> None:
    found = load_with_warnings([f"scenario={tiny_world(tmp_path / 'w')}"])
    assert found.warnings == ()
    tables = found.scenario.tables
    assert set(tables) == {table.name for table in WORLD}
    for table in WORLD:
        assert tables[table.name].schema == {column.name: dtype(column) for column in table.columns}, table.name
        assert tables[table.name].height == len(tiny_tables().get(table.name, []))
        given = [column.name for column in table.columns if column.required]
        assert tables[table.name].select(given).null_count().sum_horizontal().item() == 0, table.name
    assert tables["receipts"]["due"][0] == dt.date(2026, 1, 8)
    assert tables["lanes"]["cutoff"].to_list() == [16.0, 16.0, 17.0, 17.0]  # in order of their names
    assert tables["closures"]["first"].to_list() == ["01-01", "2026-02-16"]
    assert tables["items"].filter(pl.col("item") == "foam")["sold"].item() is False


def test_optional_columns_and_tables_take_their_defaults(tmp_path: Path) -> None:
    def without(*names: str) -> Any:
        return lambda rows: [{key: value for key, value in row.items() if key not in names} for row in rows]

    world = tiny_world(
        tmp_path / "w",
        lanes=without("cutoff", "source"),
        items=without("life_y", "unit"),
        channels=without("priority"),
        orders=None,
        closures=None,
    )
    tables = load([f"scenario={world}"]).tables
    assert tables["lanes"]["cutoff"].unique().to_list() == [17.0]
    assert tables["items"]["life_y"].unique().to_list() == [5.0]
    assert tables["items"]["unit"].unique().to_list() == ["pcs"]
    assert tables["channels"]["priority"].to_list() == [5, 5]
    assert tables["orders"].height == 0
    assert tables["orders"].schema["due"] == pl.Date
    assert tables["closures"].schema["first"] == pl.String


@pytest.mark.parametrize(
    ("table", "column", "value", "message", "remedy"),
    [
        ("items", "cost_eur", "abc", "not a number", "decimal point"),
        ("prices", "price_eur", "1,234", "may be 1.234 or 1234", "decimal.prices"),
        ("prices", "price_eur", "EUR 12", "not a number", "alone"),
        ("prices", "price_eur", "NaN", "not a number", "give the number"),
        ("prices", "price_eur", "inf", "not a number", "give the number"),
        ("prices", "price_eur", "n/a", "not a number", "give the number"),
        ("prices", "price_eur", "1e999", "not a number", "decimal point"),
        ("prices", "price_eur", "-5", "out of bounds: must be above 0", "correct"),
        ("prices", "price_eur", "0", "out of bounds: must be above 0", "correct"),
        ("prices", "price_eur", "", "empty cell", "fill it"),
        ("receipts", "qty", "-1", "at least 0", "correct"),
        ("items", "pair_share", "1.5", "at most 1", "correct"),
        ("items", "pair_share", "12 %", "not a number", "0.12"),
        ("customers", "order_weekday", "8", "at most 7", "correct"),
        ("customers", "order_weekday", "1.5", "not a whole number", "whole"),
        ("customers", "order_weekday", "Monday", "not a whole number", "whole"),
        ("items", "sold", "maybe", "not true or false", "true or false"),
        ("channels", "kind", "stokist", "not a possible value", "'stockist'"),
        ("orders", "due", "08/01/2026", "may be 2026-01-08 or 2026-08-01", "date_format.orders"),
        ("orders", "due", "2026-02-30", "not a date", "YYYY-MM-DD"),
        ("history", "period", "2025-13", "not a date", "YYYY-MM"),
        ("history", "period", "Jan 25", "not a date", "YYYY-MM"),
        ("lanes", "cutoff", "noon", "not a time", "HH:MM"),
        ("lanes", "cutoff", "25:00", "not a time", "HH:MM"),
        ("lanes", "mode", "trukc", "no such mode in table modes", "'truck'"),
        ("bom", "component", "cores", "no such item in table items", "'core'"),
        ("items", "brand", "albaa", "no such brand in table brands", "'alba'"),
        ("lanes", "departures", "9", "not a list of weekdays", "135"),
        ("items", "item", "", "empty cell", "fill it"),
    ],
)
def test_one_wrong_cell(tmp_path: Path, table: str, column: str, value: str, message: str, remedy: str) -> None:
    world = tiny_world(tmp_path / "w", **{table: with_cell(column, value)})
    found = [problem for problem in problems(world) if problem.file.endswith(f"data/{table}.csv")]
    assert len(found) == 1, found
    assert (found[0].row, found[0].column, found[0].value) == (2, column, value)
    assert message in found[0].message
    assert remedy in found[0].remedy


def test_a_row_number_counts_blank_lines_and_quoted_line_breaks(tmp_path: Path) -> None:
    world = tiny_world(tmp_path / "w")
    path = world / "data" / "bom.csv"
    path.write_text(
        'parent,component,qty_per,source\nmattress,core,1,"two\nlines"\n\nmattress,fabric,x,s\n;,,,\ncore,foam,20,s\npillow,foam,1,s\n'
    )
    found = {problem.column: problem.row for problem in problems(world)}
    assert found["qty_per"] == 4  # the third record: a spreadsheet shows the quoted line break inside one row


def test_all_tables_are_reported_at_once(tmp_path: Path) -> None:
    world = tiny_world(
        tmp_path / "w",
        brands=None,
        prices=with_cell("price_eur", "x"),
        mix=with_cell("share", 0.9),
        bom=lambda rows: [*rows, {"parent": "core", "component": "mattress", "qty_per": 1}],
        settings={"seed": -1},
    )
    text = "\n".join(map(str, problems(world)))
    for part in (
        "brands.csv: missing table",
        "prices.csv, row 2",
        "sum to 1.5",
        "circular",
        "mattress > core > mattress",
        "key seed",
    ):
        assert part in text, text


def test_missing_and_unknown_tables(tmp_path: Path) -> None:
    world = tiny_world(tmp_path / "w", history=None)
    (world / "data" / "histori.csv").write_text("period\n")
    (world / "data" / "_notes.csv").write_text("anything\n")
    (world / "data" / "readme.txt").write_text("anything\n")
    found = {Path(problem.file).name: problem for problem in problems(world)}
    assert set(found) == {"history.csv", "histori.csv"}
    assert "'history'" in found["histori.csv"].remedy
    assert "period, item, market, channel, qty" in found["history.csv"].remedy


def test_missing_unknown_and_repeated_columns(tmp_path: Path) -> None:
    world = tiny_world(tmp_path / "w")
    (world / "data" / "brands.csv").write_text("brand,nam,qualty,brand,,_mine\nalba,Alba,1,x,y,z\n")
    found = {(problem.column, problem.message.split(",")[0]): problem for problem in problems(world)}
    assert ("quality", "missing column") in found
    assert "'quality'" in found["qualty", "unknown column"].remedy
    assert ("nam", "unknown column") in found
    assert ("brand", "column named twice") in found
    assert ("", "column 5 has no name") in found
    assert len(found) == 5


def test_a_column_that_is_a_table_of_its_own_is_told_so(tmp_path: Path) -> None:
    problem = only(tiny_world(tmp_path / "w", items=with_cell("stock", 5)))
    assert (problem.column, problem.message) == ("stock", "unknown column")
    assert problem.remedy.startswith("did you mean table stock? It is a file of its own, stock.csv: item")


def test_no_tables_at_all(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "scenario.yaml").write_text("name: w\n")
    assert "no tables" in only(tmp_path / "w").message
    (tmp_path / "w" / "data").mkdir()
    assert "no tables" in only(tmp_path / "w").message
    (tmp_path / "w" / "data" / "brands.csv").write_text("brand,quality\nalba,1\n")
    needed = {table.name for table in WORLD if table.required} - {"brands"}
    assert {Path(problem.file).stem for problem in problems(tmp_path / "w")} == needed


def test_duplicate_keys_name_both_rows(tmp_path: Path) -> None:
    world = tiny_world(
        tmp_path / "w", prices=lambda rows: [*rows, rows[0] | {"price_eur": 9}], brands=lambda rows: [*rows, rows[0] | {"quality": 2}]
    )
    found = {problem.file.rsplit("/", 1)[-1]: problem for problem in problems(world)}
    assert (found["prices.csv"].row, found["prices.csv"].column, found["prices.csv"].value) == (
        6,
        "item + channel",
        "mattress, web",
    )
    assert "row 2" in found["prices.csv"].remedy
    assert (found["brands.csv"].row, found["brands.csv"].value) == (3, "alba")


def test_a_row_with_too_few_or_too_many_cells(tmp_path: Path) -> None:
    world = tiny_world(tmp_path / "w")
    path = world / "data" / "bom.csv"
    path.write_text(path.read_text() + "core,fabric,1\ncore,fabric,1,s,t\n")
    assert [(problem.row, "another number of cells" in problem.message) for problem in problems(world)] == [
        (7, True),
        (8, True),
    ]


def test_a_quote_that_is_not_closed_swallows_nothing(tmp_path: Path) -> None:
    world = tiny_world(tmp_path / "w")
    path = world / "data" / "bom.csv"
    path.write_text(path.read_text().replace("mattress,fabric,4,assumed", 'mattress,fabric,4,"assumed'))
    assert "quote" in only(world).remedy


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_separators_and_line_ends(tmp_path: Path, encoding: str, separator: str, end: str) -> None:
    world = tiny_world(tmp_path / "w", brands=with_cell("name", "Größe à l'été"))
    for path in (world / "data").glob("*.csv"):
        text = path.read_text(encoding="utf-8").replace(",", separator).replace("\n", end)
        path.write_bytes(text.encode(encoding))
    assert load([f"scenario={world}"]).tables["brands"]["name"].to_list() == ["Größe à l'été"]


def test_a_spreadsheets_separator_line(tmp_path: Path) -> None:
    world = tiny_world(tmp_path / "w", bom=with_cell("qty_per", "x"))
    path = world / "data" / "bom.csv"
    path.write_text("sep=;\n" + path.read_text().replace(",", ";"))
    assert only(world).row == 3


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01\x02\x03" * 50,
        b"PK\x03\x04 a workbook",
        b"brand,name,quality\nalba,\x81\x8d,1\n",
        b"\xff\xfe\x00",
        b"",
    ],
)
def test_unreadable_files(tmp_path: Path, data: bytes) -> None:
    world = tiny_world(tmp_path / "w")
    (world / "data" / "brands.csv").write_bytes(data)
    problem = only(world)
    assert problem.file.endswith("brands.csv")
    assert problem.remedy


def test_ids_keep_their_zeros_and_digits(tmp_path: Path) -> None:
    ids = {"alba": "000123", "mattress": "12345678901234567890"}
    tables = {
        name: [{k: ids.get(str(v), v) for k, v in row.items()} for row in rows] for name, rows in tiny_tables().items()
    }
    found = load([f"scenario={tiny_world(tmp_path / 'w', **tables)}"]).tables
    assert found["brands"]["brand"].to_list() == ["000123"]
    assert found["items"]["item"][0] == "12345678901234567890"


def excel_world(tmp_path: Path, **changes: Any) -> Path:
    world = tiny_world(tmp_path / "w")
    for path in (world / "data").glob("*.csv"):
        path.unlink()
    (world / "data").rmdir()
    write_excel(world / "data.xlsx", changed_tables(**changes))
    return world


def test_a_workbook_gives_the_same_tables_as_csv(tmp_path: Path) -> None:
    from_csv = load([f"scenario={tiny_world(tmp_path / 'csv')}"]).tables
    from_excel = load([f"scenario={excel_world(tmp_path)}"]).tables
    for name, frame in from_csv.items():
        assert frame.equals(from_excel[name]), name


def test_dates_times_and_switches_of_a_workbook(tmp_path: Path) -> None:
    import xlsxwriter

    tables = tiny_tables()
    world = excel_world(tmp_path)
    with xlsxwriter.Workbook(world / "data.xlsx") as book:
        day, clock = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "hh:mm"})
        for name, rows in tables.items():
            sheet = book.add_worksheet(name)
            keys = list(rows[0])
            sheet.write_row(0, 0, keys)
            for r, row in enumerate(rows, 1):
                for c, key in enumerate(keys):
                    value = row[key]
                    if key in ("due",):
                        sheet.write_datetime(r, c, dt.datetime.fromisoformat(value), day)
                    elif key == "period":
                        sheet.write_datetime(r, c, dt.datetime.fromisoformat(f"{value}-01"), day)
                    elif key in ("start", "end", "cutoff"):
                        sheet.write_datetime(r, c, dt.time.fromisoformat(value), clock)
                    elif value in ("true", "false"):
                        sheet.write_boolean(r, c, value == "true")
                    else:
                        sheet.write(r, c, value)
    expected = load([f"scenario={tiny_world(tmp_path / 'csv')}"]).tables
    found = load([f"scenario={world}"]).tables
    for name, frame in expected.items():
        assert frame.equals(found[name]), name


def test_problems_of_a_workbook_name_sheet_and_row(tmp_path: Path) -> None:
    world = excel_world(tmp_path, bom=with_cell("qty_per", "4 m2", row=1), season=None)
    found = {problem.file.rsplit("/", 1)[-1]: problem for problem in problems(world)}
    assert (found["data.xlsx:bom"].row, found["data.xlsx:bom"].column) == (3, "qty_per")
    assert "missing table" in found["data.xlsx:season"].message


def test_a_sheet_that_begins_lower_and_formula_errors(tmp_path: Path) -> None:
    import xlsxwriter

    world = excel_world(tmp_path)
    with xlsxwriter.Workbook(world / "data.xlsx") as book:
        for name, rows in tiny_tables().items():
            sheet = book.add_worksheet(name)
            keys = list(rows[0])
            below = 3 if name == "brands" else 0
            sheet.write_row(below, below, keys)
            for r, row in enumerate(rows, 1):
                sheet.write_row(below + r, below, [row[key] for key in keys])
            if name == "brands":
                sheet.write_formula(below + 1, below + keys.index("quality"), "=1/0", None, "#DIV/0!")
        book.add_worksheet("_notes").write(0, 0, "left alone")
        book.add_worksheet("prises").write(0, 0, "item")
    found = problems(world)
    assert any(problem.row == 5 and problem.column == "quality" and "empty" in problem.message for problem in found)
    assert any("cell F5 holds a formula error" in problem.message for problem in found)
    assert any(problem.file.endswith(":prises") and "'prices'" in problem.remedy for problem in found)
    assert len(found) == 3


def test_csv_and_workbook_together_are_ambiguous(tmp_path: Path) -> None:
    world = tiny_world(tmp_path / "w")
    write_excel(world / "data.xlsx", tiny_tables())
    assert "keep one" in only(world).remedy


def test_no_workbook(tmp_path: Path) -> None:
    world = excel_world(tmp_path)
    (world / "data.xlsx").write_bytes(b"PK\x03\x04 not really")
    assert "Excel" in problems(world)[0].message


@pytest.mark.parametrize("text", ["a,b\n1,2\n\n,\n3,\n", "a\n1\n\n2\n", "a,b", "", "\n\na,b\n1,2", "a;b,c\n 1 , 2\n"])
def test_both_ways_to_a_grid_agree(text: str) -> None:
    plain = plain_grid(text, ",", 0)
    slow = grid_of([line.split(",") for line in text.split("\n")], 1)
    assert plain is not None
    assert (plain.names, plain.ragged) == (slow.names, slow.ragged)
    assert plain.body.equals(slow.body)
    assert not plain.names or plain.header_row == slow.header_row


@pytest.mark.long
def test_forty_thousand_rows_are_read_quickly(tmp_path: Path) -> None:
    months = [f"{year}-{month:02d}" for year in range(1910, 2024) for month in range(1, 13)]
    cells = [
        (item, market, channel)
        for item in ("mattress", "pillow")
        for market in ("home", "abroad")
        for channel in ("web", "retail")
    ]
    old = [
        dict(zip(("item", "market", "channel"), cell, strict=True), period=month, qty=1.5)
        for month in months
        for cell in cells
    ]
    extra = [tiny_tables()["items"][0] | {"item": f"extra{k}", "sold": "false", "brand": ""} for k in range(30_000)]
    world = tiny_world(tmp_path / "w", history=lambda rows: [*rows, *old], items=lambda rows: [*rows, *extra])
    load([f"scenario={world}"])
    started = time.perf_counter()
    tables = load([f"scenario={world}"]).tables
    assert tables["history"].height + tables["items"].height > 40_000
    assert time.perf_counter() - started < 3.0  # 0.6 s on an idle machine


def test_tables_read_once_give_what_reading_anew_gives(tmp_path: Path) -> None:
    """Also after a file has changed, and with what the checks say of each setting."""
    folder, once = tiny_world(tmp_path / "w"), TablesOnce()
    for words in (["seed=3"], ["market.demand_factor=2"], ["seed=3", "scale=0.5"]):
        again, anew = load([f"scenario={folder}", *words], once), load([f"scenario={folder}", *words])
        assert again.settings == anew.settings
        assert all(again.tables[name].equals(anew.tables[name]) for name in anew.tables)
    path = next(folder.rglob("items.csv"))
    path.write_text(path.read_text(encoding="utf-8").replace("\n", "\nnonsense", 1), encoding="utf-8")
    for keep in (once, None):
        with pytest.raises(InputErrors):
            load([f"scenario={folder}"], keep)
