"""What a run leaves out of a company: tables and columns of the format that it does not read, said at its start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from e2esim.config.problems import Problem
from e2esim.config.tables import Typed
from e2esim.domain.schema import TABLE

REMARKS = ("source", "name", "unit")  # for people

# Tables that plan, promise and a planned run of the same company read, and a market run does not: what it does instead
BESIDE_MARKET: Mapping[str, str] = {
    "settings": "beside the style of cells it takes what scenario.yaml and the command line say",
    "capacity": "its hours are machines times calendar: tables work_centres and calendars",
    "batches": "goods keep for ever",
    "demand": "its demand comes from its customers: tables history, channels, segments",
    "forecast_changes": "its forecast is learnt from its own sales",
    "other_routings": "items are made by their first routing, at first and second choices of work centres",
    "order_classes": "turns are settled by precedence: group precedence",
    "quotas": "quotas are made each night: setting quotas.rule",
    "substitutes": "customers whose item is short wait or go elsewhere",
    "other_sites": "its warehouses are those of tables sites and lanes",
    "replenishment": "stock targets are those of table items",
}
_LOTS = "its lots are those of its weekly plan: lot_min and lot_multiple"
_LOTS_OPEN = "an open works order arrives on its day, its parts are taken"
# Columns of the same kind, with what says nothing in them
COLUMNS_BESIDE_MARKET: Mapping[tuple[str, str], tuple[object, str]] = {
    ("items", "lot_rule"): ("lot_for_lot", _LOTS),
    ("items", "shelf_life_d"): (None, "goods keep for ever"),
    ("items", "lot_max"): (None, _LOTS),
    ("items", "lot_qty"): (None, _LOTS),
    ("items", "lot_days"): (None, _LOTS),
    ("items", "stock_max"): (None, "its stock is what its weekly plan wants: cover_d and safety_stock"),
    ("items", "year_qty"): (None, _LOTS),
    ("items", "order_eur"): (0.0, "a lot costs its set-up hours: routings.setup_h_per_lot"),
    ("items", "make_eur"): (0.0, "what is made costs its hours and material"),
    ("work_centres", "supplier"): ("", "the work is done in our own hours"),
    ("work_centres", "extra_h_eur"): (None, "hours beyond the calendar cost overtime_eur_h"),
    ("work_centres", "hours_cv"): (None, "work centres break down by mtbf_h and mttr_h"),
    ("routings", "flow_days"): (None, "a lot lasts as long as its hours take and the queues before it"),
    ("routings", "flow_cv"): (0.0, "a lot lasts as long as its hours take and the queues before it"),
    ("routings", "price"): (0.0, "the work is done in our own hours"),
    ("routings", "scrap_share"): (0.0, "pieces are lost by items.scrap_share"),
    ("supply", "order_eur"): (0.0, "a delivery costs suppliers.delivery_eur"),
    ("supply", "late_share"): (None, "call-offs are late by their mode: table modes"),
    ("supply", "late_median_days"): (None, "call-offs are late by their mode: table modes"),
    ("receipts", "step"): (None, _LOTS_OPEN),
    ("receipts", "hours_to_go"): (0.0, _LOTS_OPEN),
    ("receipts", "start"): (None, _LOTS_OPEN),
    ("orders", "priority"): (2, "turns are settled by precedence: group precedence"),
    ("orders", "price"): (None, "prices are those of table prices"),
    ("orders", "late_cost"): (0.0, "turns are settled by precedence: group precedence"),
    ("orders", "min_shipment"): (None, "lines ship whole"),
    ("orders", "promised"): (None, "open orders are owed on their day due"),
    ("alternates", "flow_days"): (None, "a lot lasts as long as its hours take"),
    ("alternates", "price"): (None, "hours of the second choice cost what its work centre costs"),
    ("receipts", "firm"): (False, _LOTS_OPEN),
}


def beside_market(typed: Typed) -> Iterator[Problem]:
    """Warnings of tables and columns with content that a market run does not read."""
    for name, why in BESIDE_MARKET.items():
        if name in typed.frames and _says(name, typed.frames[name]):
            yield Problem(file=typed.labels[name], message=f"a market run does not read this table: {why}", remedy="plan and promise do", warning=True)
    for (name, column), (nothing, why) in COLUMNS_BESIDE_MARKET.items():
        if name in typed.frames and _differs(typed.frames[name], column, nothing):
            message = f"a market run does not read this column: {why}"
            yield Problem(file=typed.labels[name], column=column, message=message, remedy="plan and promise do", warning=True)
    yield from unread(typed, "a market run", "plan or promise may", BESIDE_MARKET)


def _differs(frame: pl.DataFrame, column: str, nothing: object) -> bool:
    """Whether a column says something in any row."""
    return column in frame.columns and bool((frame[column].is_not_null() & frame[column].ne_missing(nothing)).any())


def _says(name: str, frame: pl.DataFrame) -> bool:
    """Whether a table has rows, of settings one that states more than a style."""
    stated = frame if name != "settings" else frame.filter(~pl.col("key").str.contains("^(decimal|date_format)"))
    return not stated.is_empty()


def unread(typed: Typed, run: str, others: str, why: Mapping[str, str] | None = None) -> Iterator[Problem]:
    """Warnings of tables and columns of the format that were there and that nobody asked for."""
    for name, columns in typed.unread.items():
        left = [column for column in columns if column not in REMARKS]
        if name not in TABLE:
            continue
        if name not in typed.labels:
            reason = f": {why[name]}" if why and name in why else ""
            yield Problem(file=name, message=f"{run} does not read this table{reason}", remedy=others, warning=True)
        elif left:
            message = f"{run} does not read " + ("these columns" if len(left) > 1 else "this column")
            yield Problem(file=typed.labels[name], column=", ".join(left), message=message, remedy="other verbs may: docs/data.md", warning=True)
