"""The folder of released confirmations: workbook, Parquet tables and a manifest, complete or not at all."""

from __future__ import annotations

import datetime as dt
import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from e2esim.report.backorders.tables import RunView, confirmations_table, figures, orders_table, quotas_table, segments_table
from e2esim.report.manifest import versions
from e2esim.report.whole_folder import whole_folder

SHEETS = {"confirmations": "Confirmations", "winners": "Winners", "losers": "Losers", "orders": "Orders", "segments": "Segments", "quotas": "Quotas"}
_FORMATS = {pl.Date: "yyyy-mm-dd", pl.Float64: "#,##0.###", pl.Int64: "0"}
_WIDTHS = {"customer": 26, "name": 28, "flag": 28, "order": 14, "quota_of": 24}


def write_run(view: RunView, folder: Path) -> Path:
    """Write backorders.xlsx, a Parquet file a sheet and manifest.json beside ``folder`` first, then put them there.

    Raises
    ------
    FileExistsError
        If ``folder`` exists.
    """
    with whole_folder(folder) as partial:
        _write(view, partial)
    return folder


def _write(view: RunView, folder: Path) -> None:
    orders = orders_table(view)
    frames = {
        "confirmations": confirmations_table(view),
        "winners": winners(orders),
        "losers": losers(orders),
        "orders": orders,
        "segments": segments_table(view, orders),
        "quotas": quotas_table(view),
    }
    if not view.quotas:
        del frames["quotas"]
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet", compression="zstd")
    found = figures(view, orders)
    _workbook(folder / "backorders.xlsx", found, frames)
    manifest = {
        "backorders": found,
        "written": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "packages": versions(),
        "files": {path.name: path.stat().st_size for path in sorted(folder.iterdir())},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def winners(orders: pl.DataFrame) -> pl.DataFrame:
    """Orders that are better on some day, the most first."""
    return orders.filter(pl.col("verdict").is_in(["wins", "mixed"])).sort("piece_days", descending=True, maintain_order=True)


def losers(orders: pl.DataFrame) -> pl.DataFrame:
    """Orders that are worse on some day, the most first."""
    return orders.filter(pl.col("verdict").is_in(["loses", "mixed"])).sort("piece_days", maintain_order=True)


def _workbook(path: Path, found: Mapping[str, Any], frames: Mapping[str, pl.DataFrame]) -> None:
    """A summary and one native table a sheet; texts that look like formulas stay text."""
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, plain) as out:
        looks = {kind: out.add_format({"num_format": text, "align": "left" if kind == pl.Date else "right"}) for kind, text in _FORMATS.items()}
        out.set_properties({"title": f"Backorders {found['title']}", "created": dt.datetime(2026, 1, 1)})
        sheet = out.add_worksheet("Summary")
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 60)
        sheet.write_string(0, 0, f"Backorders {found['title']}", out.add_format({"bold": True, "font_size": 16}))
        for row, (name, value) in enumerate(found.items(), start=2):
            sheet.write_string(row, 0, name.replace("_", " ").capitalize())
            (sheet.write_number if isinstance(value, (int, float)) else sheet.write_string)(row, 1, value)
        for name, frame in frames.items():
            _table(out, SHEETS[name], frame, looks)


def _table(out: Any, title: str, frame: pl.DataFrame, looks: Mapping[Any, Any]) -> None:
    """One sheet with one native table, its head and first column frozen; empty cells stay empty."""
    sheet = out.add_worksheet(title)
    sheet.freeze_panes(1, 1)
    for k, name in enumerate(frame.columns):
        kind = type(frame.schema[name])
        sheet.set_column(k, k, _WIDTHS.get(name, 13), None)
        write = {pl.String: sheet.write_string, pl.Date: sheet.write_datetime}.get(kind, sheet.write_number)
        for row, value in enumerate(frame[name].to_list(), start=1):
            if value is not None and value != "":
                write(row, k, value, looks.get(kind))
    heads = [{"header": name.replace("_", " ").capitalize()} for name in frame.columns]
    sheet.add_table(0, 0, max(1, frame.height), frame.width - 1, {"columns": heads, "style": "Table Style Light 1", "name": title})
