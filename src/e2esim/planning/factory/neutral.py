"""Neutral CSV files of a planner's problem and of its plan: the only module here that touches a disk.

A problem folder holds items, bom, routings, capacity, suppliers, stock and orders; a plan folder holds lots,
purchases and deliveries. Values are read as text and cast here, so that ids such as 000123 stay what they are.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from e2esim.domain.safe_csv import write_safe_csv
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.result import PlanResult


def read_neutral(folder: str | Path) -> PlanProblem:
    """Read a problem folder.

    Parameters
    ----------
    folder
        Folder with items.csv, bom.csv, routings.csv, capacity.csv, suppliers.csv, stock.csv and orders.csv.

    Returns
    -------
    PlanProblem
        Day 0 is the Monday on which week 0 of capacity.csv starts.

    Raises
    ------
    ValueError
        A name that no other file knows, a value that is no number, or a broken rule of `PlanProblem`.
    """
    root = Path(folder)
    t = {n: pl.read_csv(root / f"{n}.csv", infer_schema=False) for n in ("items", "bom", "routings", "capacity", "suppliers", "stock", "orders")}
    items = tuple(t["items"]["item"].to_list())
    routings = (
        t["routings"]
        .with_columns(
            _code(t["routings"]["item"], items, "routings.csv").alias("_item"),
            t["routings"]["step"].cast(pl.Int64).alias("_seq"),
        )
        .sort("_item", "_seq", maintain_order=True)
    )
    centres = tuple(t["capacity"]["work_centre"].unique(maintain_order=True).to_list())
    today, capacity = _capacity(t["capacity"], centres)
    on_hand = np.zeros(len(items))
    np.add.at(on_hand, _code(t["stock"]["item"], items, "stock.csv").to_numpy(), _num(t["stock"], "on_hand"))
    due = t["orders"]["due"].str.to_date()
    return PlanProblem(
        today=today,
        items=items,
        lot_min=_num(t["items"], "lot_min"),
        lot_multiple=_num(t["items"], "lot_multiple", 1.0),
        on_hand=on_hand,
        step_item=routings["_item"].to_numpy(),
        step_name=tuple(routings["step"].to_list()),
        step_centre=_code(routings["work_centre"], centres, "routings.csv").to_numpy(),
        step_setup_h=_num(routings, "setup_h_per_lot"),
        step_run_h=_num(routings, "run_h_per_unit"),
        step_flow_days=_int(routings, "flow_days"),
        bom_parent=_code(t["bom"]["parent"], items, "bom.csv").to_numpy(),
        bom_component=_code(t["bom"]["component"], items, "bom.csv").to_numpy(),
        bom_qty=_num(t["bom"], "qty_per"),
        centres=centres,
        capacity_h=capacity,
        source_item=_code(t["suppliers"]["item"], items, "suppliers.csv").to_numpy(),
        source_supplier=tuple(t["suppliers"]["supplier"].to_list()),
        source_priority=_int(t["suppliers"], "priority"),
        source_lead_days=_int(t["suppliers"], "lead_time_days"),
        source_moq=_num(t["suppliers"], "moq"),
        source_multiple=_num(t["suppliers"], "multiple", 1.0),
        source_price=_num(t["suppliers"], "price"),
        orders=tuple(t["orders"]["order"].to_list()),
        order_item=_code(t["orders"]["item"], items, "orders.csv").to_numpy(),
        order_qty=_num(t["orders"], "qty"),
        order_due=(due - today).dt.total_days().cast(pl.Int64).to_numpy(),
        order_priority=_int(t["orders"], "priority"),
    )


def write_neutral(problem: PlanProblem, plan: PlanResult, folder: str | Path) -> None:
    """Write lots.csv, purchases.csv and deliveries.csv of a plan into `folder` (made if missing)."""
    root = Path(folder)
    root.mkdir(parents=True, exist_ok=True)
    item = np.array(problem.items)
    supplier, order, step = np.array(problem.source_supplier), np.array(problem.orders), np.array(problem.step_name)
    write_safe_csv(
        pl.DataFrame(
            {
                "item": item[problem.step_item[plan.lot_step]],
                "step": step[plan.lot_step],
                "qty": plan.lot_qty,
                "start": _iso(problem.today, plan.lot_start),
                "end": _iso(problem.today, plan.lot_end),
            }
        ),
        root / "lots.csv",
    )
    write_safe_csv(
        pl.DataFrame(
            {
                "supplier": supplier[plan.purchase_source],
                "item": item[problem.source_item[plan.purchase_source]],
                "qty": plan.purchase_qty,
                "ordered": _iso(problem.today, plan.purchase_ordered),
                "received": _iso(problem.today, plan.purchase_received),
            }
        ),
        root / "purchases.csv",
    )
    write_safe_csv(
        pl.DataFrame(
            {
                "order": order[plan.delivery_order],
                "date": _iso(problem.today, plan.delivery_day),
                "qty": plan.delivery_qty,
            }
        ),
        root / "deliveries.csv",
    )


def _iso(today: date, days: Ints) -> pl.Series:
    return pl.Series((np.datetime64(today, "D") + days.astype("timedelta64[D]")).astype("datetime64[us]")).dt.to_string("%Y-%m-%dT%H:%M:%S")


def _code(names: pl.Series, known: tuple[str, ...], file: str) -> pl.Series:
    row = {n: k for k, n in enumerate(known)}
    code = names.replace_strict(row, default=None, return_dtype=pl.Int64) if len(names) else pl.Series([], dtype=pl.Int64)
    if code.null_count():
        at = int(code.is_null().arg_true()[0])
        raise ValueError(f"{file}, row {at + 2}, column {names.name}: {names[at]!r} is not known")
    return code


def _num(frame: pl.DataFrame, column: str, empty: float = 0.0) -> Floats:
    return frame[column].cast(pl.Float64).fill_null(empty).to_numpy().astype(np.float64)


def _int(frame: pl.DataFrame, column: str) -> Ints:
    return frame[column].cast(pl.Int64).to_numpy().astype(np.int64)


def _capacity(frame: pl.DataFrame, centres: tuple[str, ...]) -> tuple[date, Floats]:
    week = _int(frame, "week")
    hours = np.zeros((len(centres), int(week.max()) + 1))
    hours[_code(frame["work_centre"], centres, "capacity.csv").to_numpy(), week] = _num(frame, "capacity_h")
    first = frame["week_start"].str.to_date()[0]
    return first - timedelta(weeks=int(week[0])), hours
