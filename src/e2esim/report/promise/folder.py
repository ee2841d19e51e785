"""The folder of a book promised again: workbook, Parquet tables, the next file of orders and a manifest, or nothing."""

from __future__ import annotations

import datetime as dt
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from e2esim.report.manifest import versions
from e2esim.report.promise.book import Book, advice_frame, breaches_frame, deliveries_frame, figures, lines_frame, next_orders, offers_frame
from e2esim.report.whole_folder import whole_folder

SHEETS = {"promises": "Promises", "deliveries": "Deliveries", "breaches": "Broken promises", "offers": "Earlier dates", "alternatives": "Alternatives"}
_FORMATS = {pl.Date: "yyyy-mm-dd", pl.Float64: "#,##0.###", pl.Int64: "0"}
_WIDTHS = {"customer": 24, "name": 28, "deliveries": 34, "where": 28, "why": 70, "alternative": 30, "why_not": 70}


def write_book(book: Book, folder: Path) -> Path:
    """Write promises.xlsx, a Parquet file a sheet, orders.csv for the next time, and manifest.json.

    Raises
    ------
    FileExistsError
        If ``folder`` exists.
    """
    with whole_folder(folder) as partial:
        _write(book, partial)
    return folder


def _write(book: Book, folder: Path) -> None:
    lines = lines_frame(book)
    frames = {
        "promises": lines,
        "deliveries": deliveries_frame(book),
        "breaches": breaches_frame(lines),
        "offers": offers_frame(lines),
        "alternatives": advice_frame(book),
    }
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet", compression="zstd")
    next_orders(book).write_csv(folder / "orders.csv")
    found = figures(book, lines)
    _workbook(folder / "promises.xlsx", book, found, frames)
    manifest = {
        "book": {"title": book.title, "today": book.today.isoformat(), **found},
        "plan": asdict(book.plan),
        "written": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "packages": versions(),
        "files": {path.name: path.stat().st_size for path in sorted(folder.iterdir())},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def _workbook(path: Path, book: Book, found: Mapping[str, Any], frames: Mapping[str, pl.DataFrame]) -> None:
    """Summary and one native table a sheet; texts that look like formulas stay text."""
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, plain) as out:
        looks = {kind: out.add_format({"num_format": text, "align": "left" if kind == pl.Date else "right"}) for kind, text in _FORMATS.items()}
        out.set_properties({"title": f"Promises {book.title}", "created": dt.datetime(2026, 1, 1)})
        sheet = out.add_worksheet("Summary")
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 60)
        sheet.write_string(0, 0, f"Promises {book.title}", out.add_format({"bold": True, "font_size": 16}))
        facts = {**found, "plan": book.plan.folder, "plan made": book.plan.made, "today": book.today.isoformat()}
        for row, (name, value) in enumerate(facts.items(), start=2):
            sheet.write_string(row, 0, name.replace("_", " ").capitalize())
            (sheet.write_number if isinstance(value, (int, float)) else sheet.write_string)(row, 1, "none given" if value is None else value)
        for name, title in SHEETS.items():
            _table(out, title, frames[name], looks)


def _table(out: Any, title: str, frame: pl.DataFrame, looks: Mapping[Any, Any]) -> None:
    sheet = out.add_worksheet(title)
    sheet.freeze_panes(1, 1)
    for k, name in enumerate(frame.columns):
        kind = frame.schema[name]
        look = looks.get(type(kind))
        sheet.set_column(k, k, _WIDTHS.get(name, 13), None)
        write = {pl.String: sheet.write_string, pl.Date: sheet.write_datetime}.get(type(kind), sheet.write_number)
        for row, value in enumerate(frame[name].to_list(), start=1):
            if value is not None and value != "":
                write(row, k, value, look)
    heads = [{"header": name.replace("_", " ").capitalize()} for name in frame.columns]
    sheet.add_table(0, 0, max(1, frame.height), frame.width - 1, {"columns": heads, "style": "Table Style Light 1", "name": title.replace(" ", "_")})
