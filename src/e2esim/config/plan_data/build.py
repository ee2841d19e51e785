"""Typed tables to the planner's arrays and the names people know things by."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.config.plan_data.alternates import steps_of
from e2esim.config.plan_data.firm_rows import firm_orders, firm_receipts
from e2esim.config.plan_data.hours import beside_running, open_shifts, plan_weeks, weekly_hours
from e2esim.config.plan_data.lot_rules import with_lot_rules
from e2esim.config.plan_data.other_routings import LAST, with_other_routings
from e2esim.config.plan_data.settings import PlanSettings
from e2esim.config.plan_data.shelf_lives import expired_before, shelf_life_of
from e2esim.config.row_order import in_order
from e2esim.planning.factory.case import PlanCase
from e2esim.planning.factory.firm import with_firm_orders
from e2esim.planning.factory.money import usual_money
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.risk import LATE_SIGMA, PlanRisk
from e2esim.planning.factory.safety_stock import SafetyStock

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def build_case(frames: dict[str, pl.DataFrame], settings: PlanSettings, *, firm: bool = True) -> PlanCase:
    """Lay checked tables out, in an order that does not hang on the order of their rows; without `firm`, firm orders are left out."""
    assert settings.today is not None  # the door has refused data without a day
    frames = with_other_routings(in_order(frames))
    firm_rows = firm_receipts(frames)
    frames = frames | {"receipts": frames["receipts"].filter(~pl.col("receipt").is_in(firm_rows["receipt"].implode()))}
    items, orders, receipts = frames["items"], frames["orders"], frames["receipts"]
    hours, most = _hours(frames, settings.today), _floats(items, "lot_max")
    least = _floats(orders, "min_shipment")
    facts = PlanProblem(
        today=settings.today,
        items=tuple(items["item"]),
        lot_min=_floats(items, "lot_min"),
        lot_multiple=_floats(items, "lot_multiple"),
        lot_max=np.where(np.isfinite(most), most, np.inf) if np.isfinite(most).any() else np.zeros(0),
        on_hand=_stock(frames, "on_hand"),
        **_making(frames),
        **hours,
        **_buying(frames, hours["capacity_h"].shape[1]),
        orders=_order_names(orders),
        order_item=_code(orders, "item", items, "item"),
        order_qty=_floats(orders, "qty"),
        order_due=_days(orders, settings.today),
        order_priority=_ints(orders, "priority"),
        order_least=np.minimum(np.where(np.isfinite(least), least, 0.0), _floats(orders, "qty")) if np.isfinite(least).any() else np.zeros(0),
        receipt_item=_receipt_nodes(frames),
        receipt_day=_days(receipts, settings.today),
        receipt_qty=_floats(receipts, "qty"),
    )
    safety = _stock(frames, "safety_stock")
    shelf = shelf_life_of(frames, settings.today)
    if shelf is not None:
        facts = replace(facts, lot_keeps=shelf.days, on_hand=facts.on_hand - expired_before(frames, settings.today))
    ruled = with_lot_rules(facts, frames, safety, settings.holding_share_y)
    facts = ruled.facts
    case = PlanCase(
        facts=facts,
        lot_rule=ruled.words,
        shelf=shelf,
        title=settings.title,
        item_name=tuple(items["name"]),
        item_unit=tuple(items["unit"]),
        order_customer=tuple(orders["customer"]),
        receipt_name=tuple(receipts["receipt"]),
        centre_supplier=tuple(frames["work_centres"]["supplier"]),
        frozen_days=settings.frozen_days,
        safety=SafetyStock(pieces=safety, days=_floats(items, "cover_d")),
        risk=_risk(frames),
        money=usual_money(
            facts,
            late_cost=_floats(orders, "late_cost"),
            price=_floats(orders, "price"),
            hour_eur=_floats(frames["work_centres"], "extra_h_eur"),
        ),
    )
    return with_firm_orders(case, firm_orders(firm_rows, facts.items, settings.today))[0] if firm and firm_rows.height else case


def _risk(frames: dict[str, pl.DataFrame]) -> PlanRisk:
    sources = frames["supply"]
    return PlanRisk(
        source_late_share=_floats(sources, "late_share"),
        source_late_median_d=_floats(sources, "late_median_days"),
        source_late_sigma=np.full(sources.height, LATE_SIGMA),
        centre_hours_cv=_floats(frames["work_centres"], "hours_cv"),
        step_flow_cv=_floats(steps_of(frames), "flow_cv"),
    )


def _making(frames: dict[str, pl.DataFrame]) -> dict[str, Any]:
    items, centres = frames["items"], frames["work_centres"]
    steps = steps_of(frames)
    good = _good_share(frames, steps)
    several = frames["alternates"].height + frames[LAST].height > 0
    bom = frames["bom"].filter(pl.col("parent").is_in(steps["item"].implode()))
    return {
        "step_item": steps["_item"].to_numpy(),
        "step_name": tuple(steps["_name"]),
        "step_main": np.array(steps["_main"].to_numpy(), dtype=np.int64) if several else np.zeros(0, dtype=np.int64),
        "step_from": np.array(steps["_from"].to_numpy(), dtype=np.int64) if frames[LAST].height else np.zeros(0, dtype=np.int64),
        "step_centre": _code(steps, "work_centre", centres, "work_centre"),
        "step_price": _floats(steps, "price"),
        "outside": (centres["supplier"] != "").to_numpy().astype(np.bool_),
        "step_setup_h": _floats(steps, "setup_h_per_lot"),
        "step_run_h": _floats(steps, "run_h_per_unit") / good,
        "step_yield": good,
        "step_flow_days": _ints(steps, "flow_days"),
        "bom_parent": _code(bom, "parent", items, "item"),
        "bom_component": _code(bom, "component", items, "item"),
        "bom_qty": _floats(bom, "qty_per"),
    }


def _good_share(frames: dict[str, pl.DataFrame], steps: pl.DataFrame) -> Floats:
    """Good pieces of each piece worked at a step: what the step loses, and at the last one what the finished lot loses."""
    item = steps["_item"].to_numpy()
    last = (steps["step"] == steps.select(pl.col("step").max().over("_item")).to_series()).to_numpy()
    return (1.0 - _floats(steps, "scrap_share")) * np.where(last, 1.0 - _floats(frames["items"], "scrap_share")[item], 1.0)


def _receipt_nodes(frames: dict[str, pl.DataFrame]) -> Ints:
    """Item of each receipt, or ``n_items + step`` of what is only done with a step that is not its last."""
    receipts, items, steps = frames["receipts"], frames["items"], steps_of(frames)
    last = dict(steps.group_by("item").agg(pl.col("step").max()).iter_rows())
    inner = {(item, step): items.height + main for item, step, main in steps.select("item", "step", "_main").iter_rows() if step < last[item]}
    own = _code(receipts, "item", items, "item").tolist()
    return np.array([inner.get(key, item) for key, item in zip(receipts.select("item", "step").iter_rows(), own, strict=True)], dtype=np.int64)


def _hours(frames: dict[str, pl.DataFrame], today: dt.date) -> dict[str, Any]:
    last = frames["orders"]["due"].max()
    weeks = plan_weeks(frames, today, last if isinstance(last, dt.date) else today)
    capacity, shifts = beside_running(frames, weekly_hours(frames, today, weeks), open_shifts(frames, today, weeks))
    return {"centres": tuple(frames["work_centres"]["work_centre"]), "capacity_h": capacity, "shifts": shifts}


def _buying(frames: dict[str, pl.DataFrame], weeks: int) -> dict[str, Any]:
    sources = frames["supply"]
    weekly = _floats(sources, "weekly_capacity")
    return {
        "source_item": _code(sources, "item", frames["items"], "item"),
        "source_supplier": tuple(sources["supplier"]),
        "source_priority": _ints(sources, "priority"),
        "source_lead_days": _ints(sources, "lead_time_days"),
        "source_moq": _floats(sources, "moq"),
        "source_multiple": _floats(sources, "multiple"),
        "source_price": _floats(sources, "price"),
        "source_order_eur": _floats(sources, "order_eur"),
        "source_left": np.repeat(np.where(weekly > 0, weekly, np.inf)[:, None], weeks + 1, axis=1) if weekly.any() else np.zeros((0, 0)),
    }


def _stock(frames: dict[str, pl.DataFrame], column: str) -> Floats:
    """A column of table stock by item, over all sites."""
    total = np.zeros(frames["items"].height)
    np.add.at(total, _code(frames["stock"], "item", frames["items"], "item"), _floats(frames["stock"], column))
    return total


def _order_names(orders: pl.DataFrame) -> tuple[str, ...]:
    return tuple(f"{order}/{line}" if line else order for order, line in orders.select("order", "line").iter_rows())


def _code(frame: pl.DataFrame, column: str, owner: pl.DataFrame, key: str) -> Ints:
    """Row of each cell in the table that owns it."""
    rows = {name: k for k, name in enumerate(owner[key])}
    return np.array([rows[name] for name in frame[column]], dtype=np.int64)


def _floats(frame: pl.DataFrame, column: str) -> Floats:
    return np.array(frame[column].to_numpy(), dtype=np.float64)


def _ints(frame: pl.DataFrame, column: str) -> Ints:
    return np.array(frame[column].to_numpy(), dtype=np.int64)


def _days(frame: pl.DataFrame, today: dt.date) -> Ints:
    return np.array((frame["due"] - today).dt.total_days().to_numpy(), dtype=np.int64)
