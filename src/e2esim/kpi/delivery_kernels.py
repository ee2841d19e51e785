"""Kernels over order rows: promises, deliveries, orders. Times in hours of the run, NaN = not happened."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import LineProblem, OrderKind, OrderState
from e2esim.domain.lean import lean_njit

Array = npt.NDArray[Any]

_DIRECT, _SELL_OUT = int(OrderKind.DIRECT), int(OrderKind.SELL_OUT)
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
    """Add up promises and deliveries by kind of line and cell; a line cancelled after its promised day broke its promise on that day.

    ``reference_d`` (n_channels,); ``over``: (n_weeks, n_items) 1 where the week's demand exceeded its forecast. The window is
    [start, end) [h]; allocated within ``ready_h`` of the order = from the shelf. ``out``: (3, n_cells, SERVED) by `OrderKind`.
    Each line is added once and what does not count is added as nothing: a processor cannot guess which line counts, and a wrong guess costs more than a sum.
    """
    start, end = window
    today = math.floor(end / 24.0)  # a promised day is over when the run ends after it
    for i in range(cell.shape[0]):
        o = out[lines.kind[i], cell[i]]
        placed, requested, promised = float(lines.placed[i]), float(lines.requested[i]), float(lines.promised[i])
        delivered, pieces = float(lines.delivered[i]), float(lines.quantity[i])
        kept = lines.state[i] != _CANCELLED
        done = delivered < end  # NaN compares false
        day, promised_day, wished_day = math.floor(delivered / 24.0) if done else today, math.floor(promised / 24.0), math.floor(requested / 24.0)
        broke = False
        if not kept and math.floor(lines.cancelled[i] / 24.0) > promised_day:
            broke, day = True, math.floor(lines.cancelled[i] / 24.0)
        whole = done & ((lines.problems[i] & _INCOMPLETE) == 0)
        due = (kept | broke) & (promised >= start) & (promised < 24.0 * today)
        on_date = due & done & (day <= promised_day)
        o[DUE] += due
        o[ON_DATE] += on_date
        o[LATE] += due & (not on_date)
        o[LATE_DAYS] += float(day - promised_day) if due & (not on_date) else 0.0
        o[ON_STAMP] += due & done & (delivered <= promised)
        o[IN_FULL] += due & whole
        o[OTIF] += on_date & whole
        wish = requested > placed + 1.0  # a date was named; else as soon as possible
        wished = wish & kept & (requested >= start) & (requested < 24.0 * today)
        o[WISHED] += wished
        o[ON_WISH] += wished & done & (day <= wished_day)
        need = requested if wish else placed + 24.0 * reference_d[lines.channel[i]]
        needed = (need >= start) & (need < 24.0 * today)
        o[NEEDED] += needed
        o[NEEDED_PCS] += pieces if needed else 0.0
        o[FILLED_PCS] += pieces if needed & whole & kept & (day <= math.floor(need / 24.0)) else 0.0
        new = (placed >= start) & (placed < end)
        o[PLACED] += new
        o[DIRECT] += new & (lines.kind[i] == _DIRECT)
        o[PLACED_PCS] += pieces if new else 0.0
        o[CANCELLED_PCS] += pieces if new & (not kept) else 0.0
        ripe = new & (placed < end - ready_h)
        o[RIPE] += ripe
        o[READY] += ripe & kept & (lines.allocated[i] - lines.placed[i] <= ready_h)
        told = new & (not math.isnan(promised))
        o[PROMISED] += told
        o[PROMISED_DAYS] += (lines.promised[i] - lines.placed[i]) / 24.0 if told else 0.0
        if new & wish:
            week = int(placed / 168.0)
            if week < over.shape[0] and over[week, lines.item[i]]:
                o[UPSIDE_PCS] += pieces
                o[UPSIDE_KEPT_PCS] += pieces if kept & told & (promised_day <= wished_day) else 0.0
        came = done & (delivered >= start)
        o[DONE] += came
        o[LEAD_DAYS] += (lines.delivered[i] - lines.placed[i]) / 24.0 if came else 0.0


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
