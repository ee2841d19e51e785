"""The state of a night as a company folder: the tables of the company as they stand then, and the plan in force.

Written are the tables that were read, with stock, batches, receipts, orders, capacity, history and today as a stopped run has
them; below ``plan/`` lies the plan in force, on which `e2esim promise` answers as the run would.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from e2esim.config.plan_data.checks_demand import WEEKS, next_period, periods_of
from e2esim.config.plan_state.find import WITH_DATA
from e2esim.config.plan_state.fingerprint import file_hashes
from e2esim.config.plan_state.snapshot import elsewhere_of, save_snapshot
from e2esim.report.whole_folder import whole_folder

if TYPE_CHECKING:
    from e2esim.config.plan_data.door import PlanData
    from e2esim.simulate.factory.stop import StoppedRun

WORKDAYS = 5


def write_company(read: PlanData, stopped: StoppedRun, folder: Path) -> None:
    """Write a company as it stands on the morning on which a run was stopped, into a folder that is there and empty."""
    tables = read.tables | {name: make(read, stopped) for name, make in CHANGED.items()}
    for name, frame in tables.items():
        if frame.height:
            _written(frame, folder / f"{name}.csv")
    problem = stopped.problem
    customers = tuple(tables["orders"]["customer"])
    case = replace(read.case, order_customer=customers)
    with whole_folder(folder / WITH_DATA) as plan:
        save_snapshot(plan, folder, file_hashes(folder), case, problem, stopped.result, elsewhere_of(tables, problem))


def _written(frame: pl.DataFrame, path: Path) -> None:
    """A typed table as the door reads it again: times of day as 07:00, what is empty left empty."""
    times = [name for name in ("start", "end") if name in frame.columns and frame.schema[name] == pl.Float64]
    clock = [pl.col(name).map_elements(_clock, return_dtype=pl.String) for name in times]
    lists = [name for name, kind in frame.schema.items() if kind.is_nested()]
    frame.drop(lists).with_columns(clock).write_csv(path)


def _clock(hour: float) -> str:
    minutes = round(60 * hour)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _settings(read: PlanData, stopped: StoppedRun) -> pl.DataFrame:
    rows = [row for row in read.tables["settings"].select("key", "value").iter_rows() if row[0] not in ("today", "title")]
    rows += [("today", stopped.problem.today.isoformat()), ("title", read.case.title)]
    return pl.DataFrame(rows, schema=["key", "value"], orient="row")


def _stock(read: PlanData, stopped: StoppedRun) -> pl.DataFrame:
    problem = stopped.problem
    kept = np.zeros(problem.n_items) if read.case.safety is None else read.case.safety.pieces
    return pl.DataFrame({"item": list(problem.items), "on_hand": np.round(problem.on_hand, 9), "safety_stock": kept})


def _batches(read: PlanData, stopped: StoppedRun) -> pl.DataFrame:
    problem, shelf = stopped.problem, stopped.shelf
    none = np.zeros(0, dtype=np.int64)
    item, last, qty = (none, none, none) if shelf is None else (shelf.batch_item, shelf.batch_last, shelf.batch_qty)
    day = [problem.today + dt.timedelta(days=d) for d in last.tolist()]
    return pl.DataFrame({"item": [problem.items[k] for k in item.tolist()], "use_by": pl.Series(day, dtype=pl.Date), "qty": np.round(qty, 9)})


def _receipts(read: PlanData, stopped: StoppedRun) -> pl.DataFrame:
    """What is on its way; work in process names the step behind which it is."""
    problem, n = stopped.problem, stopped.problem.n_items
    made = set(problem.step_item.tolist())
    rows: list[tuple[Any, ...]] = []
    columns = problem.receipt_item.tolist(), problem.receipt_day.tolist(), problem.receipt_qty.tolist()
    for name, node, day, qty, centre, hours in zip(stopped.receipt_name, *columns, stopped.receipt_centre, stopped.receipt_hours, strict=True):
        item = problem.receipt_owner(len(rows))
        step = int(problem.step_name[node - n]) if node >= n else None
        kind = "production" if item in made else "purchase"
        place = problem.centres[centre] if centre >= 0 else ""
        rows.append((name, problem.items[item], step, qty, problem.today + dt.timedelta(days=day), kind, place, hours, False, None))
    for order in stopped.firm:
        due, start = (problem.today + dt.timedelta(days=day) for day in (order.due, order.start or 0))
        rows.append((order.name, problem.items[order.item], None, order.qty, max(due, start), "production", "", 0.0, True, start))
    schema = {"receipt": pl.String, "item": pl.String, "step": pl.Int64, "qty": pl.Float64, "due": pl.Date, "kind": pl.String}
    schema |= {"work_centre": pl.String, "hours_to_go": pl.Float64, "firm": pl.Boolean, "start": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _orders(read: PlanData, stopped: StoppedRun) -> pl.DataFrame:
    """Open lines: as the line of the book that they are, or are like, with what is left of them."""
    problem, book = stopped.problem, read.tables["orders"]
    own = dict(zip(read.case.facts.orders, book.select("order", "line").iter_rows(), strict=True))
    names = [own.get(name, (name, "")) for name in problem.orders]
    day = [problem.today + dt.timedelta(days=int(d)) for d in problem.order_due]
    told = [None if d < 0 else problem.today + dt.timedelta(days=int(d)) for d in stopped.promised]
    least = book["min_shipment"].gather(stopped.template) if stopped.template.size else book["min_shipment"].head(0)
    left = pl.Series(problem.order_qty)
    like: pl.DataFrame = book[stopped.template.tolist()]
    return like.with_columns(
        pl.Series("order", [name for name, _ in names], dtype=pl.String),
        pl.Series("line", [line for _, line in names], dtype=pl.String),
        pl.Series("item", [problem.items[k] for k in problem.order_item.tolist()], dtype=pl.String),
        left.alias("qty"),
        pl.Series("due", day, dtype=pl.Date),
        pl.Series("priority", problem.order_priority),
        pl.Series("promised", told, dtype=pl.Date),
        pl.select(pl.when(least.is_not_null()).then(pl.min_horizontal(least, left))).to_series().alias("min_shipment"),
    )


def _capacity(read: PlanData, stopped: StoppedRun) -> pl.DataFrame:
    """Hours left of work centres that have hours by week; those that keep a calendar keep it."""
    before, problem = read.tables["capacity"], stopped.problem
    stated = set(before["work_centre"])
    today, facts = problem.today, read.case.facts
    monday = today - dt.timedelta(days=today.weekday())
    rows: list[dict[str, Any]] = []
    for row in before.iter_rows(named=True):
        centre = facts.centres.index(row["work_centre"])
        if row["week_start"] < monday or row["work_centre"] not in stated:
            continue
        if row["week_start"] == monday:
            days = max(WORKDAYS - today.weekday(), 0)
            share = 1.0 if days == WORKDAYS else days / WORKDAYS
            kept = float(problem.capacity_h[centre, 0]) - (1.0 - share) * _next_week(before, row["work_centre"], monday)
            row = {**row, "capacity_h": max(kept, 0.0) / share if share else 0.0}
        rows.append(row)
    return pl.DataFrame(rows, schema=before.schema)


def _next_week(capacity: pl.DataFrame, centre: str, monday: dt.date) -> float:
    found = capacity.filter((pl.col("work_centre") == centre) & (pl.col("week_start") == monday + dt.timedelta(days=7)))
    return float(found["capacity_h"].sum())


def _history(read: PlanData, stopped: StoppedRun) -> pl.DataFrame:
    """The past, with the periods that the run has ended: what was asked for in them, by due day."""
    past, facts, today = read.tables["history"], read.case.facts, stopped.problem.today
    if past.is_empty():
        return past
    periods, channel = periods_of(past), read.tables["orders"]["channel"].to_list()
    rows: list[tuple[str, str, dt.date, float]] = []
    for template, item, due, qty in zip(*(column.tolist() for column in _asked(stopped)), strict=True):
        day = facts.today + dt.timedelta(days=due)
        first = day - dt.timedelta(days=day.weekday()) if periods == WEEKS else day.replace(day=1)
        if due >= 0 and next_period(first, periods) <= today:
            rows.append((facts.items[item], channel[template], first, qty))
    if not rows:
        return past
    asked = pl.DataFrame(rows, schema={"item": pl.String, "channel": pl.String, "period": pl.Date, "qty": pl.Float64}, orient="row")
    both = pl.concat([past, asked], how="diagonal")
    return both.group_by("item", "channel", "period", maintain_order=True).agg(pl.col("qty").sum(), pl.exclude("qty").first())


def _asked(stopped: StoppedRun) -> tuple[Any, ...]:
    return stopped.asked_template, stopped.asked_item, stopped.asked_due, stopped.asked_qty


CHANGED: dict[str, Callable[[PlanData, StoppedRun], pl.DataFrame]] = {
    "settings": _settings,
    "stock": _stock,
    "batches": _batches,
    "receipts": _receipts,
    "orders": _orders,
    "capacity": _capacity,
    "history": _history,
}
