"""A tiny planner's folder: a table of two legs and a bought top, made at a saw and an assembly."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import xlsxwriter

Rows = list[list[str]]

TABLES: dict[str, Rows] = {
    "settings": [["key", "value"], ["today", "2026-01-05"], ["title", "Tables & more"]],
    "items": [
        ["item", "name", "unit", "lot_min", "lot_multiple"],
        ["000123", "Table", "pcs", "2", "1"],
        ["LEG", "Leg", "pcs", "5", "5"],
        ["TOP", "Top", "pcs", "", ""],
        ["OIL", "Oil", "kg", "", ""],
    ],
    "bom": [
        ["parent", "component", "qty_per", "unit"],
        ["000123", "LEG", "4", "pcs"],
        ["000123", "TOP", "1", ""],
        ["LEG", "OIL", "0.25", "kg"],
    ],
    "work_centres": [["work_centre", "name"], ["SAW", "Saw"], ["ASM", "Assembly"]],
    "capacity": [
        ["work_centre", "week_start", "capacity_h"],
        *[[c, f"2026-{m:02d}-{d:02d}", "40"] for c in ("SAW", "ASM") for m, d in
          ((1, 5), (1, 12), (1, 19), (1, 26), (2, 2), (2, 9), (2, 16), (2, 23), (3, 2), (3, 9))],
    ],
    "routings": [
        ["item", "step", "work_centre", "setup_h_per_lot", "run_h_per_unit", "flow_days"],
        ["000123", "10", "ASM", "0.5", "0.5", "1"],
        ["000123", "20", "ASM", "0.5", "0.25", "1"],
        ["LEG", "10", "SAW", "1", "0.1", "2"],
    ],
    "suppliers": [
        ["supplier", "item", "priority", "lead_time_days", "moq", "multiple", "price"],
        ["S1", "TOP", "1", "14", "10", "5", "20.5"],
        ["S2", "TOP", "2", "7", "10", "5", "24"],
        ["S1", "OIL", "1", "7", "1", "0.5", "3"],
    ],
    "stock": [["item", "on_hand"], ["000123", "3"], ["LEG", "20"], ["TOP", "6"], ["OIL", "4"]],
    "receipts": [["receipt", "item", "qty", "due", "kind"], ["PO7", "TOP", "10", "2026-01-09", "purchase"]],
    "orders": [
        ["order", "customer", "item", "qty", "due", "priority"],
        ["A1", "=Concept GmbH", "000123", "3", "2026-01-06", "1"],
        ["A2", "+Plus", "000123", "8", "2026-01-20", "2"],
        ["A3", "Rossi", "000123", "12", "2026-02-03", "2"],
        ["A4", "Rossi", "LEG", "10", "2026-02-10", "3"],
    ],
}  # fmt: skip


def tables(**changes: Rows | None) -> dict[str, Rows]:
    """The tables with some replaced, or left out (None)."""
    return {name: rows for name, rows in (TABLES | changes).items() if rows is not None}


def cell(name: str, row: int, column: str, value: str) -> dict[str, Rows]:
    """One table with one cell changed; rows as a spreadsheet counts them."""
    rows = [list(record) for record in TABLES[name]]
    if column not in rows[0]:
        rows = [[*record, column if k == 0 else ""] for k, record in enumerate(rows)]
    rows[row - 1][rows[0].index(column)] = value
    return {name: rows}


def more(name: str, *rows: list[str]) -> dict[str, Rows]:
    """One table with rows added."""
    return {name: [*TABLES[name], *rows]}


def write_frames(frames: Mapping[str, pl.DataFrame], folder: Path) -> None:
    """The tables of a plan that a referee reads, without pictures and workbook."""
    folder.mkdir()
    for name in ("lots", "purchases", "deliveries"):
        frames[name].write_parquet(folder / f"{name}.parquet")


def write_folder(folder: Path, separator: str = ",", **changes: Rows | None) -> Path:
    """Write the tables as CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables(**changes).items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return folder


def write_book(path: Path, **changes: Rows | None) -> Path:
    """Write the tables as one workbook, every cell text."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        for name, rows in tables(**changes).items():
            sheet = book.add_worksheet(name)
            for k, row in enumerate(rows):
                for j, value in enumerate(row):
                    sheet.write_string(k, j, value)
    return path
