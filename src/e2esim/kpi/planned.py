"""Numbers about a planned run: service to customers, load, stock, and how near the run stayed to its plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.domain.planned_outcome import LineSource, PlannedOutcome, Stage

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class PlannedKpi:
    """A number of a planned run: its unit and what it means."""

    name: str
    unit: str
    meaning: str


KPIS: tuple[PlannedKpi, ...] = (
    PlannedKpi(name="lines_due", unit="lines", meaning="order lines due in the run (forecasts are none)"),
    PlannedKpi(name="otif", unit="%", meaning="lines due that were delivered in full on or before the day asked for"),
    PlannedKpi(name="on_promise", unit="%", meaning="lines promised for a day of the run that were delivered in full by the day first told"),
    PlannedKpi(name="fill", unit="%", meaning="pieces due that were delivered on or before the day asked for"),
    PlannedKpi(name="days_late", unit="days", meaning="mean days a piece due came after the day asked for; open pieces until the end of the run"),
    PlannedKpi(name="late_open", unit="lines", meaning="lines overdue and not delivered in full when the run ends"),
    PlannedKpi(name="lead_time", unit="days", meaning="mean days from order to last piece, of orders that came in the run and were delivered"),
    PlannedKpi(name="new_lines", unit="lines", meaning="orders that came in the run"),
    PlannedKpi(name="load", unit="%", meaning="hours used of the hours there were, over all work centres"),
    PlannedKpi(name="highest_load", unit="%", meaning="the same of the work centre that has the highest"),
    PlannedKpi(name="stock_value", unit="EUR", meaning="mean value of goods on hand, by bought materials at preferred prices"),
    PlannedKpi(name="expired", unit="EUR", meaning="value of goods that were too old and taken out of stock"),
    PlannedKpi(name="purchases", unit="EUR", meaning="value of purchases placed in the run"),
    PlannedKpi(name="late_supplies", unit="%", meaning="purchases due in the run that came after their day"),
    PlannedKpi(name="lines_as_planned", unit="%", meaning="lines planned in the run whose last piece came on the day of the first plan that knew them"),
    PlannedKpi(name="lots_as_planned", unit="%", meaning="lots of the plan in force that began and ended on their days"),
    PlannedKpi(name="plans", unit="plans", meaning="plans made; the other nights kept the plan they had"),
)
PIECE = 1e-6
PriceOf = Callable[[npt.NDArray[np.int64], Floats], Floats]


def measure_planned(outcome: PlannedOutcome, value: Floats, price: PriceOf) -> dict[str, float]:
    """Every number of `KPIS`, nan where it cannot be told.

    Parameters
    ----------
    value : (n_items,)
        Worth of a piece on hand [EUR].
    price
        Price of a piece of purchases, by row of the supply table and pieces, (n,) each [EUR].
    """
    return {**_service(outcome), **_factory(outcome, value, price), **_adherence(outcome)}


def due_lines(outcome: PlannedOutcome) -> Flags:
    """Lines of customers that are due in the run."""
    lines, n = outcome.lines, outcome.lines.n
    return np.asarray((lines["source"][:n] != LineSource.FORECAST) & (lines["due"][:n] < outcome.days))


def piece_days_late(outcome: PlannedOutcome) -> Floats:
    """Pieces times days late of every line, open pieces counted until the end of the run."""
    lines, n = outcome.lines, outcome.lines.n
    waits = np.maximum(outcome.days - 1 - lines["due"][:n], 0) * np.maximum(lines["open"][:n], 0.0)
    return np.asarray(lines["late_piece_d"][:n] + waits)


def in_full(outcome: PlannedOutcome) -> Flags:
    """Lines delivered in full by the day asked for."""
    lines, n = outcome.lines, outcome.lines.n
    return np.asarray(lines["in_time"][:n] >= lines["qty"][:n] - PIECE)


def as_planned(outcome: PlannedOutcome) -> tuple[Flags, Flags]:
    """Lines planned for a day of the run, forecasts included, and those of them whose last piece came on that day."""
    lines, n = outcome.lines, outcome.lines.n
    asked = (lines["planned"][:n] >= 0) & (lines["planned"][:n] < outcome.days)
    return np.asarray(asked), np.asarray(asked & (lines["open"][:n] <= PIECE) & (lines["delivered"][:n] == lines["planned"][:n]))


def share(part: float, whole: float) -> float:
    """Percent, nan of nothing.

    >>> share(1, 4)
    25.0
    """
    return 100.0 * part / whole if whole > 0 else float("nan")


def _service(outcome: PlannedOutcome) -> dict[str, float]:
    lines, n = outcome.lines, outcome.lines.n
    due = due_lines(outcome)
    qty, is_open = lines["qty"][:n], lines["open"][:n] > PIECE
    told = (lines["source"][:n] != LineSource.FORECAST) & (lines["promised"][:n] >= 0) & (lines["promised"][:n] < outcome.days)
    kept = told & (lines["by_promise"][:n] >= qty - PIECE)
    new = lines["source"][:n] == LineSource.NEW
    served = new & ~is_open
    wait = (lines["delivered"][:n] - lines["placed"][:n])[served]
    return {
        "lines_due": float(due.sum()),
        "otif": share(float((in_full(outcome) & due).sum()), float(due.sum())),
        "on_promise": share(float(kept.sum()), float(told.sum())),
        "fill": share(float(lines["in_time"][:n][due].sum()), float(qty[due].sum())),
        "days_late": float(piece_days_late(outcome)[due].sum() / qty[due].sum()) if due.any() else float("nan"),
        "late_open": float((due & is_open).sum()),
        "lead_time": float(wait.mean()) if wait.size else float("nan"),
        "new_lines": float(new.sum()),
    }


def _factory(outcome: PlannedOutcome, value: Floats, price: PriceOf) -> dict[str, float]:
    weeks = min(-(-outcome.days // 7), outcome.room.shape[1])
    used, room = outcome.hours[:, :weeks].sum(axis=1), outcome.room[:, :weeks].sum(axis=1)
    each = [share(float(u), float(r)) for u, r in zip(used, room, strict=True) if r > 0]
    bought, n = outcome.purchases, outcome.purchases.n
    placed = (bought["receipt"][:n] < 0) & (bought["stage"][:n] != Stage.PLANNED) & (bought["stage"][:n] != Stage.DROPPED)
    source = bought["source"][:n][placed]
    expected = (bought["arrives"][:n] >= 0) & (bought["due"][:n] < outcome.days) & (bought["source"][:n] >= 0)
    late = expected & (bought["arrives"][:n] > np.maximum(bought["due"][:n], 0))
    return {
        "load": share(float(used.sum()), float(room.sum())),
        "highest_load": max(each, default=float("nan")),
        "stock_value": float((outcome.stock @ value).mean()) if outcome.days else float("nan"),
        "expired": float(sum(old.qty * value[old.item] for old in outcome.expired)),
        "purchases": float((price(source, bought["qty"][:n][placed]) * bought["qty"][:n][placed]).sum()),
        "late_supplies": share(float(late.sum()), float(expected.sum())),
    }


def _adherence(outcome: PlannedOutcome) -> dict[str, float]:
    asked, kept = as_planned(outcome)
    lots, n = outcome.lots, outcome.lots.n
    stage, planned = lots["stage"][:n], lots["plan_start"][:n] < outcome.days
    live = planned & (stage != Stage.DROPPED)
    same = live & (lots["start"][:n] == lots["plan_start"][:n]) & (lots["end"][:n] == lots["plan_end"][:n])
    return {
        "lines_as_planned": share(float(kept.sum()), float(asked.sum())),
        "lots_as_planned": share(float(same.sum()), float(live.sum())),
        "plans": float(sum(night.replanned for night in outcome.nights)),
    }


def by_priority(outcome: PlannedOutcome) -> list[tuple[int, int, float, float, float]]:
    """Priority, lines due, on time and in full [%], pieces in time [%], mean days late a piece; the highest first."""
    lines, n, due = outcome.lines, outcome.lines.n, due_lines(outcome)
    late, full = piece_days_late(outcome), in_full(outcome)
    found = []
    for priority in np.unique(lines["priority"][:n][due]).tolist():
        mine = due & (lines["priority"][:n] == priority)
        pieces = float(lines["qty"][:n][mine].sum())
        fill = share(float(lines["in_time"][:n][mine].sum()), pieces)
        found.append((int(priority), int(mine.sum()), share(float((full & mine).sum()), float(mine.sum())), fill, float(late[mine].sum()) / pieces))
    return found
