"""The plan in a few figures: status, objective and bound, punctuality by priority, causes, the fullest work centres."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.planning.factory.buying import unit_prices
from e2esim.planning.factory.result import Cause
from e2esim.report.plan.served import CAUSE, late_frame
from e2esim.report.plan.subcontracts import subcontract_eur
from e2esim.report.plan.view import PlanView


@dataclass(frozen=True, kw_only=True)
class PriorityLine:
    """Orders of one priority: how many, pieces on time as a share, late orders, orders never delivered in full."""

    priority: int
    orders: int
    pieces: float
    on_time: float
    late_orders: int
    short_orders: int


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Figures of a plan.

    Parameters
    ----------
    objective, bound
        Weighted pieces not on time, and proven least; None when no bound is known.
    gap
        Share of the objective that is not proven necessary.
    shortages
        Orders that are never delivered in full inside the calendar.
    causes
        Late pieces by cause and place, the largest first: (cause, place, pieces, orders).
    forecast
        Net forecast beside the orders, served with what they leave; None without. Everything but the objective, its bound
        and what is made and bought counts orders of customers alone.
    safety
        Safety stock as orders: items, pieces to keep, share that is there on the first day possible; None without.
    """

    title: str
    status: str
    objective: float
    bound: float | None
    gap: float | None
    orders: int
    late_orders: int
    late_pieces: float
    shortages: int
    short_pieces: float
    tiers: tuple[PriorityLine, ...]
    causes: tuple[tuple[str, str, float, int], ...]
    lots: int
    released_lots: int
    purchases: int
    purchase_eur: float
    subcontract_eur: float
    plan_s: float
    forecast: PriorityLine | None = None
    safety: PriorityLine | None = None


def summarise(view: PlanView) -> Summary:
    """The figures of a plan."""
    r, f = view.result, view.facts
    bound = r.bound if math.isfinite(r.bound) else None
    gap = None
    if bound is not None:
        gap = 0.0 if r.objective <= 1e-9 else max(0.0, (r.objective - bound) / r.objective)
    bought, own = view.purchases, view.ordered
    late, short = view.late[own], view.short[own]
    kept = np.arange(own.size) >= own.size - view.case.n_safety
    return Summary(
        title=view.case.title,
        status=("short" if short.any() else "late" if (late > 1e-6).any() else "on_time") if (~own).any() else r.status.value,
        objective=round(r.objective, 6),
        bound=None if bound is None else round(bound, 6),
        gap=None if gap is None else round(gap, 6),
        orders=late.size,
        late_orders=int((late > 1e-6).sum()),
        late_pieces=round(float(late.sum()), 3),
        shortages=int((short > 0).sum()),
        short_pieces=round(float(short.sum()), 3),
        tiers=tuple(_tier(view, p, own & (f.order_priority == p)) for p in np.unique(f.order_priority[own]).tolist()),
        causes=_causes(view),
        lots=view.lots.step.size,
        released_lots=view.lots.released,
        purchases=bought.source.size,
        purchase_eur=round(float((unit_prices(f, bought.source, bought.qty) * bought.qty).sum()), 2),
        subcontract_eur=subcontract_eur(view),
        plan_s=round(r.wall_s, 3),
        forecast=_tier(view, int(f.order_priority.max()), ~own & ~kept) if view.case.n_forecast else None,
        safety=_tier(view, int(f.order_priority.max()), kept) if view.case.n_safety else None,
    )


def _tier(view: PlanView, priority: int, mine: npt.NDArray[np.bool_]) -> PriorityLine:
    """The figures of some orders."""
    pieces, late = float(view.facts.order_qty[mine].sum()), float(view.late[mine].sum())
    return PriorityLine(
        priority=priority,
        orders=int(mine.sum()),
        pieces=pieces,
        on_time=1.0 - late / pieces if pieces else 1.0,
        late_orders=int((view.late[mine] > 1e-6).sum()),
        short_orders=int((view.short[mine] > 0).sum()),
    )


def _causes(view: PlanView) -> tuple[tuple[str, str, float, int], ...]:
    forecast = list(view.facts.orders[view.case.n_orders :])
    table = late_frame(view).filter(~pl.col("order").is_in(forecast))
    totals: dict[tuple[str, str], tuple[float, set[str]]] = {}
    for cause, place, qty, order in table.select("cause", "where", "late_qty", "order").iter_rows():
        pieces, orders = totals.get((cause, place), (0.0, set()))
        totals[cause, place] = (pieces + qty, orders | {order})
    rows = [(cause, place, round(pieces, 3), len(orders)) for (cause, place), (pieces, orders) in totals.items()]
    return tuple(sorted(rows, key=lambda row: (-row[2], row[:2])))


def causes_by_kind(summary: Summary) -> dict[str, float]:
    """Late pieces by cause, all causes of the ledger."""
    return {CAUSE[cause]: round(sum(pieces for kind, _, pieces, _ in summary.causes if kind == CAUSE[cause]), 3) for cause in Cause}
