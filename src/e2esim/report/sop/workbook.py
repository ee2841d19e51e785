"""The S&OP cycle as an Excel workbook: summary, the table with months across, and one native table a sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from e2esim.report.sop.frames import MEASURES, TOTAL
from e2esim.report.sop.terminal import MEASURE, ROLE, shown

_FORMATS: dict[str, dict[str, Any]] = {
    "number": {"num_format": "#,##0"}, "fine": {"num_format": "#,##0.00"}, "share": {"num_format": "0.0%"}, "head": {"bold": True, "bottom": 1},
    "title": {"bold": True, "font_size": 16}, "soft": {"font_color": "#59626d"}, "bad": {"font_color": "#ad4900", "bold": True},
    "over": {"bg_color": "#c9540a", "font_color": "#ffffff"}, "view": {"bold": True, "bg_color": "#eef1f5"},
}  # fmt: skip
SHEETS = {
    "capacity": "Capacity", "purchases": "Purchases", "items": "Items", "roles": "Roles", "criticalities": "Criticalities",
    "scenarios": "Scenarios", "budget_gap": "Budget gap",
}  # fmt: skip
_SHARES = ("load_share", "service", "closes")


def write_workbook(path: Path, title: str, said: list[str], frames: Mapping[str, pl.DataFrame], picture: Path) -> None:
    """Write sop.xlsx; texts that look like formulas stay text."""
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, plain) as book:
        book.set_properties({"title": title, "created": dt.datetime(2026, 1, 1)})
        formats = {name: book.add_format(look) for name, look in _FORMATS.items()}
        _summary(book, formats, title, said, frames["roles"], picture)
        _across(book, formats, frames["sop"])
        _side_by_side(book, formats, frames["scenarios"])
        for name, sheet in SHEETS.items():
            if name != "scenarios" and not frames[name].is_empty():
                _table(book, formats, sheet, frames[name])


def _sheet(book: Any, name: str, rows: int, columns: int) -> Any:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(rows, columns)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    return sheet


def _summary(book: Any, formats: Mapping[str, Any], title: str, said: list[str], roles: pl.DataFrame, picture: Path) -> None:
    sheet = book.add_worksheet("Summary")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 1, 26)
    sheet.set_column(2, 6, 18)
    sheet.write_string(0, 0, title, formats["title"])
    for row, sentence in enumerate(said, start=2):
        sheet.write_string(row, 0, sentence)
    row = len(said) + 3
    for k, head in enumerate(("Role", "Measure", "Plan", "Target", "Reached", "If planned for it alone", "Value of the firm then EUR")):
        sheet.write_string(row, k, head, formats["head"])
    for record in roles.iter_rows(named=True):
        row += 1
        words = (ROLE[record["role"]], MEASURE[record["measure"]], *(shown(record[k], record["unit"]) for k in ("value", "target")))
        for k, text in enumerate((*words, "yes" if record["reached"] else "no", shown(record["alone"], record["unit"]))):
            sheet.write_string(row, k, text, formats["bad"] if k == 4 and text == "no" else None)
        if record["alone_value_eur"] is not None:
            sheet.write_number(row, 6, record["alone_value_eur"], formats["number"])
    sheet.insert_image(row + 2, 0, str(picture), {"x_scale": 0.5, "y_scale": 0.5})


def _across(book: Any, formats: Mapping[str, Any], table: pl.DataFrame) -> None:
    """Rows measure by family in the order of the three views, months across; measures nobody knows are left out."""
    sheet = _sheet(book, "S&OP", 1, 3)
    months = table["month"].unique(maintain_order=True).to_list()
    families = table["family"].unique(maintain_order=True).to_list()
    sheet.set_column(0, 0, 10)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 2, 14)
    sheet.set_column(3, 3 + len(months), 13)
    for k, head in enumerate(("View", "Measure", "Family", *months, "All months")):
        sheet.write_string(0, k, head, formats["head"])
    row = 0
    for name, (view, unit, head) in MEASURES.items():
        for family in families:
            values = table.filter(pl.col("family") == family)[name].to_list()
            if all(value is None for value in values):
                continue
            row += 1
            for k, text in enumerate((view, f"{head} [{unit}]", family)):
                sheet.write_string(row, k, text, formats["view"] if family == TOTAL else None)
            for k, value in enumerate(values, start=3):
                if value is not None:
                    sheet.write_number(row, k, value, formats["share" if unit == "share" else "number"])
            if unit != "share" and name not in ("stock", "backlog", "stock_eur", "material_eur", "receivable_eur", "payable_eur", "working_capital_eur"):
                sheet.write_number(row, 3 + len(months), sum(v for v in values if v is not None), formats["number"])


def _side_by_side(book: Any, formats: Mapping[str, Any], table: pl.DataFrame) -> None:
    """Measures down, scenarios across, then the differences from the base."""
    sheet = _sheet(book, "Scenarios", 1, 2)
    names = table["scenario"].unique(maintain_order=True).to_list()
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 8)
    sheet.set_column(2, 1 + 2 * len(names), 16)
    for k, head in enumerate(("Measure", "Unit", *names, *(f"{name} - {names[0]}" for name in names[1:]))):
        sheet.write_string(0, k, head, formats["head"])
    for row, (measure, unit) in enumerate(table.select("measure", "unit").unique(maintain_order=True).iter_rows(), start=1):
        sheet.write_string(row, 0, MEASURE[measure])
        sheet.write_string(row, 1, unit)
        part = table.filter(pl.col("measure") == measure)
        look = formats["share" if unit == "share" else "number"]
        for k, value in enumerate([*part["value"].to_list(), *part["difference"].to_list()[1:]], start=2):
            if value is not None:
                sheet.write_number(row, k, value, look)


def _table(book: Any, formats: Mapping[str, Any], title: str, frame: pl.DataFrame) -> None:
    """One sheet with one native table."""
    sheet = _sheet(book, title, 1, 1)
    columns = []
    for k, name in enumerate(frame.columns):
        values = frame[name]
        text = values.dtype in (pl.String, pl.Boolean)
        look = None if text else formats["share" if name in _SHARES else "fine"]
        sheet.set_column(k, k, 18 if text else 14)
        columns.append({"header": name.replace("_", " "), "format": look})
        for row, value in enumerate(values.to_list(), start=1):
            if value is not None:
                sheet.write(row, k, value, look)
    sheet.add_table(0, 0, max(1, frame.height), frame.width - 1, {"columns": columns, "style": "Table Style Light 1", "name": title.replace(" ", "_")})
