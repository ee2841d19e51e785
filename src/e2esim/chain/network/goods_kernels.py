"""Goods of a network: what lies, what is sent, what arrives, and the lines that wait for it."""

from __future__ import annotations

import math

from e2esim.chain.network import columns as C
from e2esim.chain.network.chance_kernels import draw
from e2esim.chain.network.columns import NetworkState
from e2esim.chain.network.heap_kernels import push
from e2esim.chain.network.inner import inner, pasted
from e2esim.chain.network.working_kernels import worked_until
from e2esim.streams.draws import uniform


@inner
def touch(s: NetworkState, p: int, t: float) -> None:
    """Add up stock and backlog of stock point ``p`` since it was last touched; call before either moves."""
    f = s.point
    span = t - f[p].touched
    if span > 0.0:
        f[p].touched = t
        stock, backlog = span * f[p].on_hand, span * f[p].backlog
        s.tally[p, C.T_STOCK_D] += stock
        s.tally[p, C.T_BACKLOG_D] += backlog
        if s.switches[C.COSTS_OVER_TIME]:
            s.tally[p, C.T_HOLDING] += stock * f[p].holding_eur / s.clock[C.PERIOD]
            s.tally[p, C.T_BACKLOG_EUR] += backlog * f[p].backlog_eur / s.clock[C.PERIOD]


@inner
def note(s: NetworkState, p: int, t: float, column: int, quantity: float) -> None:
    """Add to the record of the period of ``t``."""
    if s.switches[C.RECORDING]:
        s.record[p, int(t / s.clock[C.PERIOD] + C.EPS), column] += quantity


@inner
def new_row(s: NetworkState, t: float, kind: int, at: int, to: int, what: int, quantity: float) -> int:
    """Open a row of the book: an order of ``quantity`` from stock point ``at`` to ``to`` (-1: outside the network) and return its number."""
    c = s.counters
    o = c[C.N_FREE_ROWS]
    if o >= 0:
        c[C.N_FREE_ROWS] = s.book[o].next
    else:
        o = c[C.N_BOOK]
        c[C.N_BOOK] += 1
    b = s.book
    b[o].quantity = quantity
    b[o].open = quantity
    b[o].got = 0.0
    b[o].lost = 0.0
    b[o].placed = t
    b[o].shipped = -1.0
    b[o].done = -1.0
    b[o].since = t
    b[o].eur = 0.0
    b[o].kind = kind
    b[o].at = at
    b[o].to = to
    b[o].what = what
    b[o].next = -1
    b[o].priority = 1
    b[o].step = 0
    b[o].number = 0
    return o


@inner
def close_if_done(s: NetworkState, o: int, t: float) -> None:
    """Close a row whose goods have all arrived or are lost; without a book its place is used again."""
    b = s.book
    if b[o].got + b[o].lost >= b[o].quantity - C.EPS:
        b[o].done = t
        if not s.switches[C.KEEP_BOOK]:
            s.book[o].next = s.counters[C.N_FREE_ROWS]
            s.counters[C.N_FREE_ROWS] = o


@pasted
def echelon_falls(s: NetworkState, p: int, quantity: float) -> None:
    """Take what customers asked for at ``p`` from the position of every echelon above it."""
    for k in range(s.point[p].ech, s.point[p].ech_end):
        s.point[s.echelon[k].point].echelon -= quantity * s.echelon[k].quantity


@pasted
def queue_line(s: NetworkState, p: int, o: int) -> None:
    """Let row ``o`` wait at stock point ``p``: behind everyone of its priority, before everyone of a lower one."""
    s.point[p].backlog += s.book[o].open
    s.counters[C.N_WAITING] += 1
    b = s.book
    tail = s.point[p].tail
    if tail < 0:
        s.point[p].head = o
        s.point[p].tail = o
    elif b[tail].priority <= b[o].priority:
        b[tail].next = o
        s.point[p].tail = o
    else:
        before, k = -1, s.point[p].head
        while b[k].priority <= b[o].priority:
            before, k = k, b[k].next
        b[o].next = k
        if before < 0:
            s.point[p].head = o
        else:
            b[before].next = o


@pasted
def serve_lines(s: NetworkState, p: int, t: float) -> None:
    """Give what is on hand at ``p`` to the lines that wait, the first first."""
    while s.point[p].head >= 0 and s.point[p].on_hand > C.EPS:
        o = s.point[p].head
        wish = s.book[o].open
        give = min(wish, s.point[p].on_hand)
        if give < wish - C.EPS and not s.point[p].partial:
            break
        if give >= wish - C.EPS:
            s.point[p].head = s.book[o].next
            if s.point[p].head < 0:
                s.point[p].tail = -1
            s.counters[C.N_WAITING] -= 1
        s.point[p].backlog -= give
        if s.point[p].head < 0:
            s.point[p].backlog = 0.0
        if s.book[o].since >= t:  # goods came in the moment of the question
            at_once(s, o, p, give, give >= wish - C.EPS)
        ship(s, o, t, give)


@pasted
def at_once(s: NetworkState, o: int, p: int, give: float, whole: bool) -> None:
    """Note what a line got at the moment it asked."""
    if s.book[o].kind == C.SALE:
        s.tally[p, C.T_AT_ONCE] += give
        if whole:
            s.tally[p, C.T_LINES_AT_ONCE] += 1.0
    else:
        s.tally[p, C.T_ASKED_AT_ONCE] += give


@inner
def ship(s: NetworkState, o: int, t: float, give: float) -> None:
    """Send ``give`` units of row ``o`` on their way; the caller has touched the stock point."""
    b = s.book
    p = b[o].at
    s.point[p].on_hand -= give
    if s.point[p].on_hand < C.EPS:
        s.point[p].on_hand = max(0.0, s.point[p].on_hand)
    b[o].open -= give
    if b[o].shipped < 0.0:
        b[o].shipped = t
    note(s, p, t, C.P_SHIPPED, give)
    if b[o].kind == C.SALE:
        sell(s, o, p, t, give)
    else:
        s.tally[p, C.L_MOVED] += give
        send(s, o, t, give)


@inner
def next_open(s: NetworkState, opens: int, t: float) -> float:
    """First time from ``t`` on at which goods of pattern ``opens`` may leave: ``t`` itself on an open day, else the beginning of the next one."""
    if opens < 0:
        return t
    day = int(t + C.EPS)
    if day >= s.opens.shape[1] or s.opens[opens, day] <= day:
        return t
    return float(s.opens[opens, day])


@pasted
def leaves(s: NetworkState, w: int, t: float, give: float) -> float:
    """When ``give`` units of operation ``w`` leave: behind what left before where so many leave a week, on an open day.

    What is more than a week's worth leaves as a whole when the last of it may.
    """
    at, most = t, s.way[w].weekly_most
    if most < math.inf:
        at = max(t, s.way[w].free_at)
        s.way[w].free_at = at + 7.0 * give / most
        at += 7.0 * max(0.0, give / most - 1.0)
    return next_open(s, s.way[w].opens, at)


@inner
def send(s: NetworkState, o: int, t: float, give: float) -> None:
    """Goods of a transfer or a purchase leave for the stock point that ordered them."""
    w = s.book[o].what
    to = s.way[w].to
    wait = leaves(s, w, t, give) - t
    lead = draw(s, s.way[w].law, C.K_LEAD, s.way[w].address, s.way[w].sent)
    if s.way[w].shifts < s.way[w].shifts_end:  # its own work counts on its working days
        way_d = min(lead, s.way[w].way_d)
        lead = worked_until(s.shift, s.way[w].shifts, s.way[w].shifts_end, t + wait, lead - way_d) - t - wait + way_d
    lead += wait
    s.way[w].sent += 1
    s.way[w].under_way += give
    s.tally[to, C.T_SHIPMENTS] += s.way[w].shipment_eur
    s.book[o].eur += s.way[w].shipment_eur
    if s.switches[C.COSTS_OVER_TIME]:
        s.tally[to, C.T_TRANSIT] += give * lead * s.way[w].transit_eur / s.clock[C.PERIOD]
    push(s, t + lead, C.RECEIVE_MOMENT, s.point[to].level, to, C.E_RECEIPT, o, give)


@pasted
def sell(s: NetworkState, o: int, p: int, t: float, give: float) -> None:
    """Goods leave for a customer: revenue when they are sent, delivery after the days of the way."""
    d = s.book[o].what
    s.tally[p, C.L_SOLD] += give
    s.tally[p, C.T_REVENUE] += give * s.demand[d].price_eur
    s.tally[p, C.T_SHIPMENTS] += s.demand[d].delivery_eur
    s.book[o].eur += give * s.demand[d].price_eur - s.demand[d].delivery_eur
    days = next_open(s, s.demand[d].opens, t) - t
    days += draw(s, s.demand[d].delivery_law, C.K_DELIVERY, s.demand[d].address, s.book[o].number)
    if days > 0.0:
        push(s, t + days, C.RECEIVE_MOMENT, 0, p, C.E_DELIVERED, o, give)
    else:
        delivered(s, o, t, give)


@inner
def delivered(s: NetworkState, o: int, t: float, give: float) -> None:
    """The customer has ``give`` units of row ``o``; some lines come back."""
    d = s.book[o].what
    s.book[o].got += give
    number = s.book[o].number
    close_if_done(s, o, t)
    share = s.demand[d].return_share
    if share > 0.0 and uniform(s.keys[C.K_RETURN], s.demand[d].address, number) < share:
        p = s.demand[d].point
        back = new_row(s, t, C.RETURN, -1, p, d, give)
        push(s, t + s.demand[d].return_d, C.RECEIVE_MOMENT, s.point[p].level, p, C.E_RECEIPT, back, give)


@pasted
def take_back(s: NetworkState, o: int, t: float, quantity: float) -> None:
    """A return reaches the shelf it came from: as good as new, its price is paid back."""
    d, p = s.book[o].what, s.book[o].to
    s.tally[p, C.L_RETURNED] += quantity
    s.tally[p, C.T_REFUND] += quantity * s.demand[d].price_eur
    s.book[o].eur -= quantity * s.demand[d].price_eur
    echelon_falls(s, p, -quantity)


@inner
def asked(s: NetworkState, p: int, t: float, quantity: float) -> None:
    """Note demand on ``p``, of a customer or of a stock point downstream."""
    note(s, p, t, C.P_DEMAND, quantity)
