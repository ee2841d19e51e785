"""Kernels over order rows: promises, deliveries, orders. Times in hours of the run, NaN = not happened."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import LineProblem, OrderKind, OrderState
from e2esim.domain.lean import lean_njit

Array = npt.NDArray[Any]

_DIRECT, _SELL_OUT, _REPLENISH = int(OrderKind.DIRECT), int(OrderKind.SELL_OUT), int(OrderKind.REPLENISH)
_CANCELLED = int(OrderState.CANCELLED)
_INCOMPLETE = int(LineProblem.INCOMPLETE)
_IMPERFECT = int(LineProblem.INCOMPLETE) | int(LineProblem.DAMAGED) | int(LineProblem.INSTALL_FAILED)

SERVED = 24  # columns of the sums, in this order
DUE, ON_DATE, ON_STAMP, IN_FULL, OTIF, LATE, LATE_DAYS, WISHED, ON_WISH, NEEDED, NEEDED_PCS = range(11)
FILLED_PCS, PLACED, PLACED_PCS, DIRECT, RIPE, READY, PROMISED, PROMISED_DAYS, CANCELLED_PCS = range(11, 20)
DONE, LEAD_DAYS, UPSIDE_PCS, UPSIDE_KEPT_PCS = range(20, 24)


class LinesServed(NamedTuple):
    """Columns of the order book, each (n,)."""

    kind: Array
    state: Array
    problems: Array
    quantity: Array
    item: Array
    placed: Array
    requested: Array
    promised: Array
    allocated: Array
    delivered: Array
    cancelled: Array
    channel: Array


@lean_njit
def served(cell: Array, lines: LinesServed, reference_d: Array, over: Array, window: tuple[float, float], ready_h: float, out: Array) -> None:
    """Add up promises and deliveries by cell; a line cancelled after its promised day broke its promise on that day.

    ``reference_d`` (n_channels,); ``over``: (n_weeks, n_items) 1 where the week's demand exceeded its forecast. The window is
    [start, end) [h]; allocated within ``ready_h`` of the order = from the shelf. ``out``: (2, n_cells, SERVED),
    first what the firm promised its own customers (DIRECT, REPLENISH), then what consumers saw (DIRECT, SELL_OUT).
    """
    start, end = window
    today = math.floor(end / 24.0)  # a promised day is over when the run ends after it
    for i in range(cell.shape[0]):
        gone = lines.state[i] == _CANCELLED
        pieces = float(lines.quantity[i])
        done = lines.delivered[i] < end  # NaN compares false
        day = math.floor(lines.delivered[i] / 24.0) if done else today
        broke = gone and math.floor(lines.cancelled[i] / 24.0) > math.floor(lines.promised[i] / 24.0)
        if broke:
            day = math.floor(lines.cancelled[i] / 24.0)
        is_due = (not gone or broke) and lines.promised[i] >= start and lines.promised[i] < 24.0 * today
        wish = lines.requested[i] > lines.placed[i] + 1.0  # a date was named; else as soon as possible
        wished = wish and not gone and lines.requested[i] >= start and lines.requested[i] < 24.0 * today
        need = float(lines.requested[i]) if wish else lines.placed[i] + 24.0 * reference_d[lines.channel[i]]
        needed = need >= start and need < 24.0 * today
        new = lines.placed[i] >= start and lines.placed[i] < end
        in_window = done and lines.delivered[i] >= start
        for face in range(2):
            if (face == 0 and lines.kind[i] == _SELL_OUT) or (face == 1 and lines.kind[i] == _REPLENISH):
                continue
            o = out[face, cell[i]]
            if is_due:
                promised_day = math.floor(lines.promised[i] / 24.0)
                o[DUE] += 1.0
                on_date = done and day <= promised_day
                whole = done and (lines.problems[i] & _INCOMPLETE) == 0
                if on_date:
                    o[ON_DATE] += 1.0
                else:
                    o[LATE] += 1.0
                    o[LATE_DAYS] += day - promised_day
                if done and lines.delivered[i] <= lines.promised[i]:
                    o[ON_STAMP] += 1.0
                if whole:
                    o[IN_FULL] += 1.0
                if on_date and whole:
                    o[OTIF] += 1.0
            if wished:
                o[WISHED] += 1.0
                if done and day <= math.floor(lines.requested[i] / 24.0):
                    o[ON_WISH] += 1.0
            if needed:
                o[NEEDED] += 1.0
                o[NEEDED_PCS] += pieces
                if done and not gone and day <= math.floor(need / 24.0) and (lines.problems[i] & _INCOMPLETE) == 0:
                    o[FILLED_PCS] += pieces
            if new:
                o[PLACED] += 1.0
                o[DIRECT] += lines.kind[i] == _DIRECT
                o[PLACED_PCS] += pieces
                if gone:
                    o[CANCELLED_PCS] += pieces
                if lines.placed[i] < end - ready_h:
                    o[RIPE] += 1.0
                    if not gone and lines.allocated[i] - lines.placed[i] <= ready_h:
                        o[READY] += 1.0
                if not math.isnan(lines.promised[i]):
                    o[PROMISED] += 1.0
                    o[PROMISED_DAYS] += (lines.promised[i] - lines.placed[i]) / 24.0
                week = int(lines.placed[i] / 168.0)
                if wish and week < over.shape[0] and over[week, lines.item[i]]:
                    o[UPSIDE_PCS] += pieces
                    if (
                        not gone
                        and not math.isnan(lines.promised[i])
                        and math.floor(lines.promised[i] / 24.0) <= math.floor(lines.requested[i] / 24.0)
                    ):
                        o[UPSIDE_KEPT_PCS] += pieces
            if in_window:
                o[DONE] += 1.0
                o[LEAD_DAYS] += (lines.delivered[i] - lines.placed[i]) / 24.0


@lean_njit
def perfect_orders(
    cell: Array, lines: LinesServed, order_no: Array, start: float, end: float, cell_of_order: Array, flawed: Array, out: Array
) -> None:
    """Count whole orders of the firm (DIRECT, REPLENISH) due in the window, and the perfect ones among them.

    An order is perfect if every due line is delivered by the promised day, complete, undamaged and, where booked,
    installed. ``cell_of_order`` (n_orders,) filled with -1 and ``flawed`` (n_orders,) zeros are overwritten. An order
    belongs to the cell of its first line. ``out``: (n_cells, 2) orders due, orders perfect.
    """
    day_end = 24.0 * math.floor(end / 24.0)
    for i in range(cell.shape[0]):
        if lines.kind[i] == _SELL_OUT or not (lines.promised[i] >= start and lines.promised[i] < day_end):
            continue
        if lines.state[i] == _CANCELLED and not lines.cancelled[i] > 24.0 * math.floor(lines.promised[i] / 24.0) + 24.0:
            continue
        number = order_no[i]
        if cell_of_order[number] < 0:
            cell_of_order[number] = cell[i]
        done = lines.delivered[i] < end
        if (
            not done
            or math.floor(lines.delivered[i] / 24.0) > math.floor(lines.promised[i] / 24.0)
            or (lines.problems[i] & _IMPERFECT) != 0
        ):
            flawed[number] = 1
    for number in range(cell_of_order.shape[0]):
        if cell_of_order[number] >= 0:
            out[cell_of_order[number], 0] += 1.0
            out[cell_of_order[number], 1] += 1.0 - flawed[number]


def weeks_over_forecast(forecast: Array, actual: Array) -> npt.NDArray[np.uint8]:
    """1 where demand exceeded the forecast, (n_weeks, n_items)."""
    return (np.asarray(actual) > np.asarray(forecast)).astype(np.uint8)
