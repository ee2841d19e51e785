"""Columns of the state of a network run. A row of ``point`` is one stock point: a few cache lines hold all an event needs."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt


def _table(floats: str, ints: str) -> np.dtype[np.void]:
    return np.dtype([(name, np.float64) for name in floats.split()] + [(name, np.int64) for name in ints.split()])


# point [units]: wanted by works orders that wait for it; position of its echelon; demand since the last review; forecast [units/review]; day on
# which the first line of this cycle found nothing.
# The ints: flags, the queue of lines, and where its rules, ways (operations), users (works orders that take it), echelons and ring begin and end.
POINT = _table(
    "on_hand backlog wanted on_order echelon holding_eur backlog_eur lost_eur touched forecast since_review opening short_at",
    "lost partial level head tail rules rules_end ways ways_end users users_end ech ech_end flagged shop shop_limit short is_echelon ring ring_size ring_n "
    "takers takers_end planned",
)
RULE = _table(
    "level reorder quantity review_d first_d from_d to_d alpha cover_d lot_min lot_multiple lot_max", "kind below echelon forecast sends_back plan"
)
WAY = _table(
    "delay_d order_eur unit_eur shipment_eur transit_eur share given under_way weekly_most free_at reject way_d lead_d planned_share unseen",
    "planned kind to inputs inputs_end law steps steps_end routings_end choices_end head tail sent address orders opens shifts shifts_end",
)
INPUT = _table("quantity", "point")
# Steps of the first routing of a way, of its other routings (`ends`: one after its last step), then the same steps at other work centres (`of`: the step
# of the routing, `others`: where its rows begin). A works order in a queue or on a machine names the row that is done.
STEP = _table("setup_d run_d", "centre law others others_end of ends")
DEMAND = _table("next to_d price_eur delivery_eur return_share return_d first_d", "point gap_law law delivery_law priority number address gap_first opens")
RECEIPT = _table("quantity at_d", "point")
CENTRE = _table("used_d starts waited wait_d done over_d mtbf_d mttr_d overtime_eur",  # mtbf_d 0: it never breaks down; EUR a day of overtime
                "machines busy head tail shifts shifts_end over over_end helps helps_end")
SHIFT = _table("opens closes worked", "")  # working time of one calendar after the other [d]
LAW = _table("a b", "kind low high")
TABLE = _table("x p", "")
BAND = _table("", "points demands receipts")
BOOK = _table("quantity open got lost placed shipped done since eur", "kind at to what next priority step number")  # one row an order
HEAP = _table("t", "key slot")
SLOT = _table("quantity", "kind what")

MAKE, BUY, MOVE = 0, 1, 2
SALE, TRANSFER, PURCHASE, WORKS, RETURN, SENT_BACK, OPENING_RECEIPT = 0, 1, 2, 3, 4, 5, 6
# tally: what the reporting window adds up, by stock point; then the ledger of the whole run
T_DEMAND, T_AT_ONCE, T_LOST, T_LINES, T_LINES_AT_ONCE, T_CYCLES, T_CYCLES_OK = 0, 1, 2, 3, 4, 5, 6
T_STOCK_D, T_BACKLOG_D, T_STOCK_COUNT, T_BACKLOG_COUNT, T_COUNTS, T_ORDERS, T_ORDERED = 7, 8, 9, 10, 11, 12, 13
T_HOLDING, T_BACKLOG_EUR, T_ORDERING, T_UNITS, T_SHIPMENTS, T_TRANSIT, T_LOST_EUR, T_REVENUE, T_REFUND = 14, 15, 16, 17, 18, 19, 20, 21, 22
T_WORKS, T_FLOW_D, T_ASKED, T_ASKED_AT_ONCE, T_UNITS_GOT, T_OVERTIME = 23, 24, 25, 26, 27, 28
TALLY = 29
TALLY_NAMES = (
    *("demand", "at_once", "lost", "lines", "lines_at_once", "cycles", "cycles_ok"),
    *("stock_d", "backlog_d", "stock_count", "backlog_count", "counts", "orders", "ordered"),
    *("holding_eur", "backlog_eur", "ordering_eur", "units_eur", "shipments_eur", "transit_eur", "lost_eur", "revenue_eur", "refund_eur"),
    *("works", "flow_d", "asked", "asked_at_once", "units_got", "overtime_eur"),
)
L_RECEIVED, L_MADE, L_RETURNED, L_SOLD, L_MOVED, L_CONSUMED, L_SENT_BACK = 29, 30, 31, 32, 33, 34, 35
TALLY_AND_LEDGER = 36
LEDGER_NAMES = ["received", "made", "returned", "sold", "moved", "consumed", "sent_back"]
# record: by stock point and period
P_ON_HAND, P_BACKLOG, P_ON_ORDER, P_DEMAND, P_ORDERED, P_SHIPPED, P_RECEIVED = 0, 1, 2, 3, 4, 5, 6
RECORD = 7
RECORD_NAMES = ["on_hand", "backlog", "on_order", "demand", "ordered", "shipped", "received"]
# counters
N_HEAP, N_FREE_SLOTS, N_BOOK, N_FREE_ROWS, N_SEQUENCE, N_BAND, N_STARTED, N_WAITING, N_EVENTS, N_ROOM = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9
COUNTERS = 10
# moments of the sequence; FIRST comes before all of them
RECEIVE_MOMENT, DEMAND_MOMENT, ORDER_MOMENT, COUNT_MOMENT, FIRST_MOMENT = 0, 1, 2, 3, 4
# events
E_RECEIPT, E_ARRIVES, E_DEMAND, E_REVIEW, E_LOOK, E_STEP, E_COUNT, E_OPEN_WINDOW, E_DELIVERED = 0, 1, 2, 3, 4, 5, 6, 7, 8
# laws
CONSTANT, EXPONENTIAL, NORMAL, UNIFORM, LOGNORMAL, FROM_TABLE, DISCRETE = 0, 1, 2, 3, 4, 5, 6
# clock [d]; switches; keys of the streams
HORIZON, WARMUP, PERIOD, DAYS, AHEAD = 0, 1, 2, 3, 4
COSTS_OVER_TIME, KEEP_BOOK, RECORDING = 0, 1, 2
K_QUANTITY, K_GAP, K_LEAD, K_SHOP, K_RETURN, K_DELIVERY, K_REJECT, K_BREAK, K_REPAIR = 0, 1, 2, 3, 4, 5, 6, 7, 8
EPS = 1e-9
# `opens` (patterns, days): the first day from each day on, on which goods leave; a way or stream with opens < 0 leaves every day


# Of rule plan, by stock point that has it (column `planned` of point, else -1) and day: `gross` what is asked for by date and at a rate, `planned`
# orders to come. `taker`: ways that take from a stock point, and how much each unit of theirs takes.


class NetworkState(NamedTuple):
    """All arrays of a run; kernels write into them. Tables are record arrays of the types above."""

    point: Any
    rule: Any
    way: Any
    input: Any
    user_way: npt.NDArray[np.int64]
    echelon: Any
    ring: npt.NDArray[np.float64]
    expected: npt.NDArray[np.float64]
    gross: npt.NDArray[np.float64]
    planned: npt.NDArray[np.float64]
    taker: Any
    shift: Any
    step: Any
    demand: Any
    receipt: Any
    centre: Any
    helps: npt.NDArray[np.int64]
    law: Any
    table: Any
    band: Any
    member_points: npt.NDArray[np.int64]
    member_demands: npt.NDArray[np.int64]
    member_receipts: npt.NDArray[np.int64]
    book: Any
    heap: Any
    slot: Any
    tally: npt.NDArray[np.float64]
    record: npt.NDArray[np.float32]
    counters: npt.NDArray[np.int64]
    moment: npt.NDArray[np.int64]
    opens: npt.NDArray[np.int64]
    keys: npt.NDArray[np.uint64]
    clock: npt.NDArray[np.float64]
    switches: npt.NDArray[np.int64]
