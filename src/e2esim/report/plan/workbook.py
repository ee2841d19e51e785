"""The plan as an Excel workbook: native tables with formats, frozen headers, and text that stays text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from e2esim.report.plan.summary import Summary
from e2esim.report.plan.wide import load_grid, mps_grid, stock_grid

# column -> (heading, kind of format, width)
_COLUMNS: dict[str, tuple[str, str, int]] = {
    "lot": ("Lot", "text", 10), "purchase": ("Purchase order", "text", 15), "item": ("Item", "text", 14),
    "name": ("Name", "text", 28), "unit": ("Unit", "text", 7), "step": ("Step", "text", 14),
    "work_centre": ("Work centre", "text", 14), "qty": ("Quantity", "qty", 12), "start": ("Start", "date", 12),
    "end": ("End", "date", 12), "starts_at": ("Starts at", "moment", 17), "ends_at": ("Ends at", "moment", 17),
    "machine": ("Machine", "whole", 9), "hours": ("Hours", "hours", 10), "status": ("Status", "text", 11),
    "week": ("Week of", "date", 12), "week_capacity_h": ("Hours of week", "hours", 14),
    "week_used_h": ("Used so far", "hours", 13), "supplier": ("Supplier", "text", 14),
    "ordered": ("Order on", "date", 12), "received": ("Receive on", "date", 12), "price_eur": ("Price EUR", "eur", 12),
    "value_eur": ("Value EUR", "eur", 14), "order": ("Order", "text", 15), "customer": ("Customer", "text", 22),
    "priority": ("Priority", "whole", 9), "due": ("Due", "date", 12), "ordered_qty": ("Ordered", "qty", 11),
    "delivered": ("Delivered", "date", 12), "days_late": ("Days late", "whole", 11),
    "late_qty": ("Late quantity", "qty", 14), "short_qty": ("Never comes", "qty", 13), "cause": ("Cause", "text", 13),
    "where": ("Where", "text", 20), "bound_on": ("Bound on", "date", 12), "why": ("Why", "text", 46),
    "use": ("Used by", "text", 15), "use_kind": ("Kind of use", "text", 12),
    "supply_kind": ("Kind of supply", "text", 15), "supply": ("Supply", "text", 14), "there_on": ("There on", "date", 12),
    "figure": ("Figure", "text", 28), "before": ("Before", "qty", 14), "after": ("After", "qty", 14), "difference": ("Difference", "qty", 14),
    "better": ("Better", "whole", 9), "worse": ("Worse", "whole", 9), "moved": ("Moved", "whole", 9), "new": ("New", "whole", 9),
    "gone": ("Gone", "whole", 9), "late_before": ("Late before", "qty", 13), "late_after": ("Late after", "qty", 13),
    "message": ("Message", "text", 15), "comes": ("Comes on", "date", 12), "needed": ("Needed on", "date", 12),
    "change": ("Change", "text", 10), "from": ("From", "date", 12), "to": ("To", "date", 12),
    "days": ("Days", "whole", 8), "piece_days": ("Pieces x days", "qty", 14),
    "on_time_probability": ("On time", "percent", 10), "probability_low": ("at least", "percent", 10),
    "probability_high": ("at most", "percent", 10), "p50": ("50 % sure by", "date", 13),
    "kind": ("Kind", "text", 13), "now": ("There is", "hours", 11), "price": ("Saves a unit", "qty", 13), "valid_from": ("from", "hours", 9),
    "valid_to": ("to", "hours", 9), "beyond": ("Beyond", "text", 14),
    "saves": ("Saves in all", "qty", 13), "pieces": ("Units on time", "qty", 14), "eur": ("EUR", "eur", 13),
    "eur_a_unit": ("EUR a unit", "eur", 12), "tried": ("Tried", "hours", 9), "tried_saves": ("Plan saves", "qty", 12),
    "tried_pieces": ("Plan: units", "qty", 13), "tried_eur": ("Plan: EUR", "eur", 12), "says": ("In words", "text", 60),
    "rank": ("Rank", "whole", 7), "way": ("Way out", "text", 18), "way_eur": ("Way EUR", "eur", 13), "way_left": ("Stays late", "qty", 12),
    "proven": ("Proven least", "text", 13), "days_later": ("Days later", "whole", 11),
    "p80": ("80 % sure by", "date", 13), "p95": ("95 % sure by", "date", 13),
    "channel": ("Channel", "text", 14), "class": ("Class", "text", 10), "method": ("Method", "text", 26), "level_since": ("Level since", "date", 12),
    "statistical": ("Statistical", "qty", 12), "promoted": ("With promotions", "qty", 16),
    "forecast": ("Forecast", "qty", 11), "consumed": ("Consumed", "qty", 11), "net": ("Net", "qty", 10),
    "planned": ("Planned", "qty", 10), "level": ("Level", "text", 8), "series": ("Series", "whole", 8),
    "wape": ("WAPE", "percent", 9), "bias": ("Bias", "percent", 9), "mase": ("MASE", "exact", 9),
    "worked_qty": ("Quantity worked", "qty", 15), "instead_of": ("Instead of", "text", 14),
    "stock_start": ("Stock before", "qty", 12), "stock_least": ("Least stock", "qty", 12), "safety_stock": ("Safety stock", "qty", 12),
    "sent": ("Send on", "date", 12), "back": ("Back on", "date", 12), "sends": ("Goes with it", "text", 46), "lot_rule": ("Lot rule", "text", 24),
    "unusable": ("Unusable from", "date", 14), "from_lot": ("Own lots", "text", 10), "expired": ("Expires", "qty", 10),
    "soonest": ("Soonest", "date", 12), "if_first": ("If it went first", "date", 14), "others_late": ("Others late", "qty", 12),
    "value_added": ("Value added", "percent", 12),
}  # fmt: skip
SHEETS = {
    "lots": "Production lots", "purchases": "Purchase orders", "schedule": "Schedule", "deliveries": "Deliveries",
    "late": "Late orders", "long_waits": "Long waits", "limits": "Limits", "ways_out": "Ways out", "robust": "How safe",
    "pegging": "Pegging", "changes": "changes",
    "messages": "Messages", "closed": "Closed days", "second_choices": "Second choices", "subcontracts": "Subcontracts", "expires": "Expires",
    "figures": "Plan against plan", "customers": "Customers", "orders": "Orders", "moves": "Moves",
    "forecast": "Forecast", "accuracy": "Forecast accuracy",
}  # fmt: skip
_FORMATS = {
    "text": {}, "qty": {"num_format": "#,##0.###"}, "whole": {"num_format": "0"}, "hours": {"num_format": "#,##0.0"},
    "eur": {"num_format": "#,##0.00"}, "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm", "align": "left"},
    "share": {"num_format": "0%"}, "percent": {"num_format": "0.0%"}, "exact": {"num_format": "0.00"},
    "title": {"bold": True, "font_size": 16}, "head": {"bold": True, "bottom": 1},
    "soft": {"font_color": "#59626d"},
    "full": {"bg_color": "#f6ddc9"}, "over": {"bg_color": "#c9540a", "font_color": "#ffffff"},
    "bad": {"font_color": "#ad4900", "bold": True},
}  # fmt: skip
MOST_ROWS = 1_000_000  # a sheet ends soon after
STYLE = "Table Style Light 1"


@dataclass(frozen=True)
class _Book:
    book: Any
    formats: dict[str, Any]

    def sheet(self, name: str, rows: int, columns: int) -> Any:
        """A new sheet, its head frozen, set to print on landscape pages one page wide."""
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(rows, columns)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet


def write_workbook(path: Path, summary: Summary, frames: Mapping[str, pl.DataFrame], pictures: Sequence[Path]) -> None:
    """Write plan.xlsx: summary, MPS, messages, lots, purchases, stock, load, schedule, deliveries, late orders, long waits, limits and ways out, pegging,
    pictures.

    Texts that look like formulas, numbers or addresses stay text.
    """
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, plain) as book:
        tools = _Book(book, {name: book.add_format(look) for name, look in _FORMATS.items()})
        book.set_properties({"title": f"Plan {summary.title}", "created": dt.datetime(2026, 1, 1)})
        _summary(tools, summary)
        _wide(tools, "MPS", mps_grid(frames["mps"]), {"made": "full"})
        for name in ("messages", "second_choices", "lots", "purchases", "subcontracts", "expires"):
            if name in frames:
                _table(tools, SHEETS[name], frames[name])
        _wide(tools, "Stock", stock_grid(frames["stock"]), {})
        _wide(tools, "Load", load_grid(frames["load"]), {})
        for name in ("schedule", "closed", "deliveries", "late", "long_waits", "limits", "ways_out", "robust", "pegging", "forecast", "accuracy"):
            if name in frames and (frames[name].height or name not in ("limits", "ways_out", "closed", "long_waits")):
                _table(tools, SHEETS[name], frames[name])
        if "changes" in frames:
            _table(tools, SHEETS["changes"], frames["changes"])
        if pictures:
            sheet = tools.sheet("Pictures", 0, 0)
            sheet.hide_gridlines(2)
            row = 0
            for picture in pictures:
                sheet.insert_image(row, 0, str(picture), {"x_scale": 0.5, "y_scale": 0.5})
                row += 48


def write_tables(path: Path, frames: Mapping[str, pl.DataFrame]) -> None:
    """Write a workbook of some tables, a sheet each."""
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, plain) as book:
        tools = _Book(book, {name: book.add_format(look) for name, look in _FORMATS.items()})
        for name, table in frames.items():
            _table(tools, SHEETS[name], table)


def _table(tools: _Book, title: str, frame: pl.DataFrame) -> None:
    """One sheet with one native table."""
    frame = frame.head(MOST_ROWS)
    sheet = tools.sheet(title, 1, 1)
    columns = []
    for k, name in enumerate(frame.columns):
        head, kind, width = _COLUMNS[name]
        look = tools.formats[kind]
        sheet.set_column(k, k, width, None)
        columns.append({"header": head, "format": look})
        _cells(sheet, 1, k, frame[name], look)
    last = max(1, frame.height)
    sheet.add_table(0, 0, last, frame.width - 1, {"columns": columns, "style": STYLE, "name": _name(title)})


def _cells(sheet: Any, row: int, column: int, values: pl.Series, look: Any) -> None:
    """Write a column by its type; empty cells stay empty."""
    if values.dtype == pl.String:
        write = sheet.write_string
    elif values.dtype.is_temporal():
        write = sheet.write_datetime
    else:
        write = sheet.write_number
    for k, value in enumerate(values.to_list(), start=row):
        if value is not None and value != "":
            write(k, column, value, look)


def _name(title: str) -> str:
    return title.replace(" ", "_")


def _wide(tools: _Book, title: str, grid: pl.DataFrame, marks: Mapping[str, str]) -> None:
    """One sheet with weeks across: the columns before the weeks are frozen, the loads are coloured."""
    lead = [name for name in grid.columns if not name[:1].isdigit()]
    sheet = tools.sheet(title, 1, len(lead))
    share = grid["row"].str.contains("load").to_list() if title == "Load" else []
    columns = []
    for k, name in enumerate(grid.columns):
        week = name not in lead
        sheet.set_column(k, k, 11 if week else {"Name": 26, "row": 16, "Item": 14, "Work centre": 16}.get(name, 10))
        columns.append({"header": name.capitalize() if name == "row" else name})
        values = grid[name]
        if not week:
            _cells(sheet, 1, k, values, None)
            continue
        for row, value in enumerate(values.to_list(), start=1):
            if value is not None:
                sheet.write_number(row, k, value, tools.formats["share" if share and share[row - 1] else "qty"])
    last = max(1, grid.height)
    sheet.add_table(0, 0, last, grid.width - 1, {"columns": columns, "style": STYLE, "name": title})
    if title == "Load":
        _marks(tools, sheet, grid, len(lead))


def _marks(tools: _Book, sheet: Any, grid: pl.DataFrame, lead: int) -> None:
    """Colour what is beyond the hours there are, and what is nearly so."""
    for row, kind in enumerate(grid["row"].to_list(), start=1):
        if "load" in kind:
            for low, look in ((1.0, "over"), (0.95, "full")):
                sheet.conditional_format(
                    row,
                    lead,
                    row,
                    grid.width - 1,
                    {"type": "cell", "criteria": ">", "value": low + 1e-9, "format": tools.formats[look], "stop_if_true": True},
                )


def _summary(tools: _Book, s: Summary) -> None:
    """The first sheet: what the plan achieves and what limits it."""
    sheet = tools.book.add_worksheet("Summary")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 6, 16)
    look = tools.formats
    sheet.write_string(0, 0, f"Plan {s.title}", look["title"])
    facts: list[tuple[str, Any, str]] = [
        ("Status", s.status.replace("_", " "), "text"), ("Orders", s.orders, "qty"), ("Late orders", s.late_orders, "qty"),
        ("Late pieces", s.late_pieces, "qty"), ("Orders never delivered in full", s.shortages, "qty"),
        ("Objective (weighted late pieces)", s.objective, "qty"), ("Proven least", s.bound, "qty"), ("Gap", s.gap, "share"),
        ("Lots", s.lots, "qty"), ("of them released before", s.released_lots, "qty"), ("Purchase orders", s.purchases, "qty"),
        ("Purchase value EUR", s.purchase_eur, "eur"),
        *([("Subcontracts EUR", s.subcontract_eur, "eur")] if s.subcontract_eur else []),
    ]  # fmt: skip
    for row, (head, value, kind) in enumerate(facts, start=2):
        sheet.write_string(row, 0, head)
        if value is None:
            sheet.write_string(row, 1, "not known", look["soft"])
        elif isinstance(value, str):
            sheet.write_string(row, 1, value)
        else:
            sheet.write_number(row, 1, value, look[kind])
    row = len(facts) + 3
    row = _block(
        tools,
        sheet,
        row,
        ("Priority", "Orders", "Pieces", "On time", "Late orders", "Never in full"),
        [(t.priority, t.orders, t.pieces, t.on_time, t.late_orders, t.short_orders) for t in s.tiers],
        ("whole", "qty", "qty", "share2", "qty", "qty"),
    )
    if s.causes:
        _block(tools, sheet, row, ("Why late", "Where", "Pieces", "Orders"), s.causes[:20], ("text", "text", "qty", "qty"))


def _block(tools: _Book, sheet: Any, row: int, heads: Sequence[str], rows: Sequence[Sequence[Any]], kinds: Sequence[str]) -> int:
    for k, head in enumerate(heads):
        sheet.write_string(row, k, head, tools.formats["head"])
    exact = tools.formats.setdefault("share2", tools.book.add_format({"num_format": "0.00%"}))
    for at, record in enumerate(rows, start=row + 1):
        for k, (value, kind) in enumerate(zip(record, kinds, strict=True)):
            if isinstance(value, str):
                sheet.write_string(at, k, value)
            else:
                sheet.write_number(at, k, value, exact if kind == "share2" else tools.formats[kind])
    return row + len(rows) + 2
