"""The timeline of a network: part after part, event after event, until the horizon."""

from __future__ import annotations

from numba import njit

from e2esim.chain.network import columns as C
from e2esim.chain.network.borrowed import lent
from e2esim.chain.network.chance_kernels import draw, rejected
from e2esim.chain.network.columns import NetworkState
from e2esim.chain.network.goods_kernels import close_if_done, delivered, new_row, note, serve_lines, take_back, touch
from e2esim.chain.network.heap_kernels import free, pop, push
from e2esim.chain.network.inner import inner, pasted
from e2esim.chain.network.ordering_kernels import arrives, line, moved, plan_review, review
from e2esim.chain.network.works_kernels import finished, release, step_done
from e2esim.streams.draws import uniform

FINISHED, NEEDS_ROOM, PAUSED = 0, 1, 2


@njit(cache=True)
def run(owned: NetworkState, events: int) -> int:
    """Run up to ``events`` events. FINISHED, or NEEDS_ROOM (grow book and heap, then call again), or PAUSED (call again)."""
    s = NetworkState(
        lent(owned.point), lent(owned.rule), lent(owned.way), lent(owned.input), lent(owned.user_way), lent(owned.echelon), lent(owned.ring),
        lent(owned.expected), lent(owned.gross), lent(owned.planned), lent(owned.taker), lent(owned.shift), lent(owned.step), lent(owned.demand),
        lent(owned.receipt), lent(owned.centre), lent(owned.helps), lent(owned.law), lent(owned.table),
        lent(owned.band), lent(owned.member_points), lent(owned.member_demands), lent(owned.member_receipts), lent(owned.book), lent(owned.heap),
        lent(owned.slot), lent(owned.tally), lent(owned.record), lent(owned.counters), lent(owned.moment), lent(owned.opens), lent(owned.keys),
        lent(owned.clock), lent(owned.switches)
    )
    c = s.counters
    bands = s.band.shape[0] - 1
    horizon = s.clock[C.HORIZON]
    left = events
    while c[C.N_BAND] < bands:
        b = c[C.N_BAND]
        if not c[C.N_STARTED]:
            if lacks_room(s, s.band[b + 1].points - s.band[b].points + s.band[b + 1].demands - s.band[b].demands + s.band[b + 1].receipts - s.band[b].receipts):
                return NEEDS_ROOM
            open_band(s, b)
            c[C.N_STARTED] = 1
        while c[C.N_HEAP] > 0:
            t = s.heap[0].t
            if t >= horizon:
                break
            if lacks_room(s, c[C.N_WAITING]):
                return NEEDS_ROOM
            slot = pop(s)
            kind, what, quantity = s.slot[slot].kind, s.slot[slot].what, s.slot[slot].quantity
            free(s, slot)
            if not happen(s, b, t, kind, what, quantity):
                return NEEDS_ROOM
            left -= 1
            if left <= 0:
                return PAUSED
        close_band(s, b)
        c[C.N_BAND] += 1
        c[C.N_STARTED] = 0
    return FINISHED


@inner
def lacks_room(s: NetworkState, more: int) -> bool:
    """Whether the next event might not find room: each waiting row may move at once."""
    return s.counters[C.N_HEAP] + more + 64 > s.heap.shape[0] or s.counters[C.N_BOOK] + 64 > s.book.shape[0]


@pasted
def open_band(s: NetworkState, b: int) -> None:
    """Enter the first events of part ``b`` of the network."""
    for k in range(s.band[b].points, s.band[b + 1].points):
        plan_review(s, s.member_points[k], -C.EPS)
    for k in range(s.band[b].demands, s.band[b + 1].demands):
        d = s.member_demands[k]
        if s.demand[d].gap_first:
            s.demand[d].next += draw(s, s.demand[d].gap_law, C.K_GAP, s.demand[d].address, -1)
            s.demand[d].first_d = s.demand[d].next
        enter_demand(s, d)
    for k in range(s.band[b].receipts, s.band[b + 1].receipts):
        r = s.member_receipts[k]
        p = s.receipt[r].point
        o = new_row(s, 0.0, C.OPENING_RECEIPT, -1, p, r, s.receipt[r].quantity)
        s.book[o].open = 0.0
        s.book[o].shipped = 0.0
        s.point[p].on_order += s.receipt[r].quantity
        push(s, s.receipt[r].at_d, C.RECEIVE_MOMENT, s.point[p].level, p, C.E_RECEIPT, o, s.receipt[r].quantity)
    first = s.member_points[s.band[b].points]
    push(s, 0.0, C.COUNT_MOMENT, 255, first, C.E_COUNT, 0, 0.0)
    if s.clock[C.WARMUP] > 0.0:
        push(s, s.clock[C.WARMUP], C.FIRST_MOMENT, 0, first, C.E_OPEN_WINDOW, 0, 0.0)


@inner
def enter_demand(s: NetworkState, d: int) -> None:
    """Enter the next line of a stream of demand."""
    t = s.demand[d].next
    if t < s.demand[d].to_d and t < s.clock[C.HORIZON]:
        p = s.demand[d].point
        push(s, t, C.DEMAND_MOMENT, s.point[p].level, p, C.E_DEMAND, d, 0.0)


@pasted
def close_band(s: NetworkState, b: int) -> None:
    """Bring the sums of part ``b`` to the horizon and empty the calendar."""
    for k in range(s.band[b].points, s.band[b + 1].points):
        touch(s, s.member_points[k], s.clock[C.HORIZON])
    s.counters[C.N_HEAP] = 0
    s.counters[C.N_FREE_SLOTS] = -1
    s.counters[C.N_WAITING] = 0
    s.counters[C.N_SEQUENCE] = 0
    if not s.switches[C.KEEP_BOOK]:
        s.counters[C.N_BOOK] = 0
        s.counters[C.N_FREE_ROWS] = -1


@pasted
def happen(s: NetworkState, b: int, t: float, kind: int, what: int, quantity: float) -> bool:
    """Let one event happen. False: it has been entered again, for the book is full."""
    s.counters[C.N_EVENTS] += 1
    if kind == C.E_DEMAND:
        demand(s, what, t)
    elif kind == C.E_REVIEW or kind == C.E_LOOK:
        fresh = kind == C.E_REVIEW and quantity == 0.0
        if fresh:
            plan_review(s, what, t)
        if kind == C.E_LOOK:
            s.point[what].flagged = 0
        if not review(s, what, t, fresh):
            if kind == C.E_LOOK:
                s.point[what].flagged = 1
            push(s, t, C.ORDER_MOMENT, s.point[what].level, what, kind, what, 1.0)
            return False
    elif kind == C.E_RECEIPT:
        receive(s, what, t, quantity)
    elif kind == C.E_ARRIVES:
        s.way[s.book[what].what].unseen -= s.book[what].open
        arrives(s, what, t)
    elif kind == C.E_STEP:
        step_done(s, what, t)
    elif kind == C.E_DELIVERED:
        delivered(s, what, t, quantity)
    elif kind == C.E_COUNT:
        count(s, b, t, what)
    else:
        open_window(s, b, t)
    return True


@pasted
def demand(s: NetworkState, d: int, t: float) -> None:
    """A customer asks; the next line of the stream is entered."""
    stream = s.demand
    n = stream[d].number
    stream[d].number = n + 1
    q = draw(s, stream[d].law, C.K_QUANTITY, stream[d].address, n)
    law = stream[d].gap_law
    if s.law[law].kind == C.CONSTANT:
        s.demand[d].next = s.demand[d].first_d + (n + 1) * s.law[law].a
    else:
        s.demand[d].next += draw(s, law, C.K_GAP, stream[d].address, n)
    enter_demand(s, d)
    if q > C.EPS:
        o = new_row(s, t, C.SALE, stream[d].point, -1, d, q)
        s.book[o].priority = stream[d].priority
        s.book[o].number = n
        line(s, o, t)


@pasted
def receive(s: NetworkState, o: int, t: float, quantity: float) -> None:
    """``quantity`` good units of row ``o`` come on hand and go on to whoever waits for them."""
    kind, p = s.book[o].kind, s.book[o].to
    touch(s, p, t)
    w = s.book[o].what
    refused = 0.0
    if kind == C.PURCHASE and s.way[w].reject > 0.0:
        refused = refuse(s, o, quantity)
        quantity -= refused
    if kind == C.RETURN:
        take_back(s, o, t, quantity)
    elif kind == C.SENT_BACK:
        s.tally[p, C.L_RECEIVED] += quantity
    else:
        s.point[p].on_order -= quantity
        s.tally[p, C.T_CYCLES] += 1.0
        if not s.point[p].short or s.point[p].short_at >= t:
            s.tally[p, C.T_CYCLES_OK] += 1.0
        if kind == C.OPENING_RECEIPT:
            s.tally[p, C.L_RECEIVED] += quantity
        else:
            s.way[w].under_way -= quantity
            s.tally[p, C.T_UNITS] += quantity * s.way[w].unit_eur
            s.tally[p, C.T_UNITS_GOT] += quantity
            s.book[o].eur += quantity * s.way[w].unit_eur
            if kind == C.WORKS:
                finished(s, o, t, quantity)
            else:
                s.tally[p, C.L_RECEIVED] += quantity
    s.point[p].on_hand += quantity
    s.book[o].got += quantity
    note(s, p, t, C.P_RECEIVED, quantity)
    close_if_done(s, o, t)
    serve_lines(s, p, t)
    s.point[p].short = 1 if s.point[p].head >= 0 else 0
    for k in range(s.point[p].users, s.point[p].users_end):
        release(s, s.user_way[k], t)
    if kind == C.WORKS:
        for way in range(s.point[p].ways, s.point[p].ways_end):
            if s.way[way].kind == C.MAKE:
                release(s, way, t)
    elif kind == C.RETURN or kind == C.SENT_BACK or refused > 0.0:
        moved(s, p, t)


@pasted
def refuse(s: NetworkState, o: int, quantity: float) -> float:
    """Units of a purchase that goods receipt rejects: they were on order and are not paid for; the rule sees that they lack."""
    w, p = s.book[o].what, s.book[o].to
    bad = rejected(quantity, s.way[w].reject, uniform(s.keys[C.K_REJECT], s.way[w].address, s.book[o].number))
    s.point[p].on_order -= bad
    s.way[w].under_way -= bad
    s.book[o].lost += bad
    if s.point[p].is_echelon:
        s.point[p].echelon -= bad
    return bad


@pasted
def count(s: NetworkState, b: int, t: float, period: int) -> None:
    """Count stock and backlog of every stock point of part ``b``; where costs are counted, they cost now."""
    for k in range(s.band[b].points, s.band[b + 1].points):
        p = s.member_points[k]
        f = s.point
        stock, backlog = f[p].on_hand, f[p].backlog
        y = s.tally
        y[p, C.T_STOCK_COUNT] += stock
        y[p, C.T_BACKLOG_COUNT] += backlog
        y[p, C.T_COUNTS] += 1.0
        if not s.switches[C.COSTS_OVER_TIME]:
            y[p, C.T_HOLDING] += stock * f[p].holding_eur
            y[p, C.T_BACKLOG_EUR] += backlog * f[p].backlog_eur
            for w in range(s.point[p].ways, s.point[p].ways_end):
                y[p, C.T_TRANSIT] += s.way[w].under_way * s.way[w].transit_eur
        if s.switches[C.RECORDING]:
            s.record[p, period, C.P_ON_HAND] = stock
            s.record[p, period, C.P_BACKLOG] = backlog
            s.record[p, period, C.P_ON_ORDER] = f[p].on_order
    at = (period + 1) * s.clock[C.PERIOD]
    if at < s.clock[C.HORIZON] - C.EPS:
        push(s, at, C.COUNT_MOMENT, 255, s.member_points[s.band[b].points], C.E_COUNT, period + 1, 0.0)


@pasted
def open_window(s: NetworkState, b: int, t: float) -> None:
    """The warm-up ends: sums begin again. Sums of a work centre belong to the part that uses it."""
    for k in range(s.band[b].points, s.band[b + 1].points):
        p = s.member_points[k]
        touch(s, p, t)
        s.tally[p, : C.TALLY] = 0.0
        for w in range(s.point[p].ways, s.point[p].ways_end):
            for step in range(s.way[w].steps, s.way[w].choices_end):
                c = s.centre[s.step[step].centre]
                c.used_d = 0.0
                c.starts = 0.0
                c.waited = 0.0
                c.wait_d = 0.0
                c.done = 0.0
                c.over_d = 0.0
