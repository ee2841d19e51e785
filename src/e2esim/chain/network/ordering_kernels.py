"""Orders between stock points: reviews of the position, the choice of a source, and what an order does when its source sees it."""

from __future__ import annotations

import math

from e2esim.chain.network import columns as C
from e2esim.chain.network.columns import NetworkState
from e2esim.chain.network.goods_kernels import asked, close_if_done, new_row, note, queue_line, send, ship, touch
from e2esim.chain.network.heap_kernels import push
from e2esim.chain.network.inner import inner, pasted
from e2esim.chain.network.planned_kernels import planned_order
from e2esim.chain.network.works_kernels import queue_works, release, startable
from e2esim.planning.refill_kernels import PLAN, refill


@inner
def active_rule(s: NetworkState, p: int, t: float) -> int:
    """Number of the rule of ``p`` in force at ``t``, -1 if none."""
    for r in range(s.point[p].rules, s.point[p].rules_end):
        if s.rule[r].from_d <= t < s.rule[r].to_d:
            return r
    return -1


@pasted
def next_review(s: NetworkState, p: int, t: float) -> float:
    """First moment after ``t`` at which a rule of ``p`` reviews by the calendar [d], infinite if none."""
    best = math.inf
    for r in range(s.point[p].rules, s.point[p].rules_end):
        every, first = s.rule[r].review_d, s.rule[r].first_d
        if every <= 0.0:
            at = s.rule[r].from_d  # a continuous rule looks once when it begins
            if at <= t:
                continue
        else:
            begin = max(t + C.EPS, s.rule[r].from_d)
            at = first + every * max(0.0, math.ceil((begin - first) / every - C.EPS))
            if at <= t:
                at += every
        if at < s.rule[r].to_d and at < best:
            best = at
    return best


@inner
def plan_review(s: NetworkState, p: int, t: float) -> None:
    """Enter the next review by the calendar."""
    at = next_review(s, p, t)
    if at < s.clock[C.HORIZON]:
        push(s, at, C.ORDER_MOMENT, s.point[p].level, p, C.E_REVIEW, p, 0.0)


@inner
def moved(s: NetworkState, p: int, t: float) -> None:
    """The position of ``p`` has changed: a rule that reviews at every change looks at it when orders are due at this moment."""
    if s.point[p].flagged:
        return
    r = active_rule(s, p, t)
    if r >= 0 and s.rule[r].review_d <= 0.0:
        s.point[p].flagged = 1
        push(s, t, C.ORDER_MOMENT, s.point[p].level, p, C.E_LOOK, p, 0.0)


@pasted
def learn(s: NetworkState, p: int, r: int) -> None:
    """Put the demand since the last review into the forecast of the next [units/review]."""
    f = s.point
    seen = f[p].since_review
    f[p].since_review = 0.0
    if s.rule[r].forecast == 1:
        size = f[p].ring_size
        s.ring[f[p].ring + f[p].ring_n % size] = seen
        f[p].ring_n += 1
        n = min(size, f[p].ring_n)
        total = 0.0
        for k in range(n):
            total += s.ring[f[p].ring + k]
        f[p].forecast = total / n
    elif s.rule[r].forecast == 2:
        alpha = s.rule[r].alpha if f[p].ring_n else 1.0
        f[p].ring_n += 1
        f[p].forecast += alpha * (seen - f[p].forecast)


@pasted
def target(s: NetworkState, p: int, r: int, t: float) -> float:
    """Level up to which rule ``r`` orders at ``t``: constant part, forecast over the cover, or expected demand over the cover (DRP)."""
    level = s.rule[r].level
    cover = s.rule[r].cover_d
    if s.rule[r].forecast > 0:
        level += s.point[p].forecast * cover / max(s.rule[r].review_d, C.EPS)
    row = s.rule[r].plan
    if row >= 0:
        level += expected_until(s, row, t + cover) - expected_until(s, row, t)
    return level


@inner
def expected_until(s: NetworkState, row: int, t: float) -> float:
    """Expected demand from the start until ``t``, by straight line between days [units]."""
    width = int(s.clock[C.DAYS])
    day = min(int(t), width - 2)
    before = s.expected[row * width + day]
    return before + (s.expected[row * width + day + 1] - before) * (t - day)


@pasted
def review(s: NetworkState, p: int, t: float, fresh: bool) -> bool:
    """Look at the position of ``p`` and order. Returns False if the book has no room for the rows: the event must be repeated."""
    r = active_rule(s, p, t)
    if r < 0:
        return True
    if fresh and s.rule[r].forecast > 0:
        learn(s, p, r)
    f = s.point
    position = f[p].echelon if s.rule[r].echelon else f[p].on_hand + f[p].on_order - f[p].backlog - f[p].wanted
    if s.rule[r].kind == PLAN:
        q = planned_order(s, p, r, position, t)
    else:
        q = refill(s.rule[r].kind, position, s.rule[r].reorder, target(s, p, r, t), s.rule[r].quantity, s.rule[r].below > 0)
    if q < -C.EPS and s.rule[r].sends_back:
        send_back(s, p, t, min(-q, f[p].on_hand))
        return True
    if q <= C.EPS:
        return True
    q = max(q, s.rule[r].lot_min)
    multiple = s.rule[r].lot_multiple
    if multiple > 0.0:
        q = multiple * math.ceil(q / multiple - C.EPS)
    lots = 1
    if s.rule[r].lot_max < q:
        lots = math.ceil(q / s.rule[r].lot_max - C.EPS)
    if s.counters[C.N_BOOK] + lots + 8 > s.book.shape[0] or s.counters[C.N_HEAP] + lots + 8 > s.heap.shape[0]:
        s.counters[C.N_ROOM] = lots
        return False
    w = choose(s, p, q, t)
    if w < 0:
        return True
    rest = q
    for _ in range(lots):
        lot = min(rest, s.rule[r].lot_max)
        rest -= lot
        place(s, p, w, t, lot)
    return True


@pasted
def choose(s: NetworkState, p: int, q: float, t: float) -> int:
    """Source of an order of ``q``: by share, the one furthest behind its own; else the first that can deliver now; else the first. -1: none."""
    first, end = s.point[p].ways, s.point[p].ways_end
    if end <= first:
        return -1
    if end == first + 1:
        return first
    total, shares = q, 0.0
    for w in range(first, end):
        total += s.way[w].given
        shares += s.way[w].share
    best, most = first, -math.inf
    for w in range(first, end):
        if shares > 0.0:
            behind = s.way[w].share / shares * total - s.way[w].given
            if s.way[w].share > 0.0 and behind > most + C.EPS:
                best, most = w, behind
        elif can_deliver(s, w, q, t):
            return w
    return best


@pasted
def can_deliver(s: NetworkState, w: int, q: float, t: float) -> bool:
    """Whether operation ``w`` could start ``q`` at once."""
    kind = s.way[w].kind
    if s.way[w].free_at > t + C.EPS:  # the week's worth has left
        return False
    if kind == C.BUY:
        return True
    if kind == C.MOVE:
        source = s.input[s.way[w].inputs].point
        return s.point[source].head < 0 and s.point[source].on_hand >= q - C.EPS
    return s.way[w].head < 0 and startable(s, w, q) >= q - C.EPS


@pasted
def place(s: NetworkState, p: int, w: int, t: float, q: float) -> None:
    """Place an order of ``q`` good units with operation ``w``."""
    kind = s.way[w].kind
    source = s.input[s.way[w].inputs].point if kind == C.MOVE else (p if kind == C.MAKE else -1)
    o = new_row(s, t, C.TRANSFER if kind == C.MOVE else (C.WORKS if kind == C.MAKE else C.PURCHASE), source, p, w, q)
    s.book[o].number = s.way[w].orders
    s.way[w].orders += 1
    s.way[w].given += q
    s.point[p].on_order += q
    if s.point[p].is_echelon:
        s.point[p].echelon += q
    s.tally[p, C.T_ORDERS] += 1.0
    s.tally[p, C.T_ORDERED] += q
    s.tally[p, C.T_ORDERING] += s.way[w].order_eur
    s.book[o].eur += s.way[w].order_eur
    note(s, p, t, C.P_ORDERED, q)
    if s.way[w].delay_d > 0.0:
        s.way[w].unseen += q
        level = s.point[source].level if source >= 0 else 0
        push(s, t + s.way[w].delay_d, C.DEMAND_MOMENT, level, p, C.E_ARRIVES, o, q)
    else:
        arrives(s, o, t)


@inner
def arrives(s: NetworkState, o: int, t: float) -> None:
    """The source sees order ``o``: a supplier sends it; a site sends what it has; a works order waits for its material."""
    w = s.book[o].what
    kind = s.way[w].kind
    q = s.book[o].open
    if kind == C.BUY:
        s.book[o].shipped = t
        s.book[o].open = 0.0
        send(s, o, t, q)
    elif kind == C.MOVE:
        line(s, o, t)
    else:
        for j in range(s.way[w].inputs, s.way[w].inputs_end):
            source, need = s.input[j].point, q * s.input[j].quantity
            asked(s, source, t, need)
            s.tally[source, C.T_ASKED] += need
            s.tally[source, C.T_ASKED_AT_ONCE] += min(need, max(0.0, s.point[source].on_hand))
            s.point[source].since_review += need
        queue_works(s, w, o)
        release(s, w, t)
        for j in range(s.way[w].inputs, s.way[w].inputs_end):
            moved(s, s.input[j].point, t)


@inner
def line(s: NetworkState, o: int, t: float) -> None:
    """Row ``o``, a sale or a transfer, asks its stock point: served at once from what is free, else it waits or is lost."""
    b, p = s.book, s.book[o].at
    q = b[o].quantity
    sale = s.book[o].kind == C.SALE
    b[o].since = t
    touch(s, p, t)
    asked(s, p, t, q)
    s.point[p].since_review += q
    first = s.point[p].head < 0 or (s.book[s.point[p].head].priority > s.book[o].priority)
    give = min(q, s.point[p].on_hand) if first else 0.0
    if give < q - C.EPS and not s.point[p].partial:
        give = 0.0
    lost = sale and s.point[p].lost > 0 and give < q - C.EPS
    if sale:
        s.tally[p, C.T_DEMAND] += q
        s.tally[p, C.T_LINES] += 1.0
        s.tally[p, C.T_AT_ONCE] += give
        echelon_of_sale = give if lost else q
        for k in range(s.point[p].ech, s.point[p].ech_end):
            s.point[s.echelon[k].point].echelon -= echelon_of_sale * s.echelon[k].quantity
    else:
        s.tally[p, C.T_ASKED] += q
        s.tally[p, C.T_ASKED_AT_ONCE] += give
    if give >= q - C.EPS:
        if sale:
            s.tally[p, C.T_LINES_AT_ONCE] += 1.0
        ship(s, o, t, q)
    else:
        if not s.point[p].short:
            s.point[p].short = 1
            s.point[p].short_at = t
        if lost:
            s.point[p].short_at = -1.0
            b[o].lost = q - give
            b[o].open = give
            s.tally[p, C.T_LOST] += q - give
            s.tally[p, C.T_LOST_EUR] += (q - give) * s.point[p].lost_eur
            if give > C.EPS:
                ship(s, o, t, give)
            else:
                close_if_done(s, o, t)
        else:
            queue_line(s, p, o)
            if give > C.EPS:
                s.point[p].backlog -= give
                ship(s, o, t, give)
    moved(s, p, t)


@pasted
def send_back(s: NetworkState, p: int, t: float, q: float) -> None:
    """Send an excess of ``q`` units to the first source, which has it after the lead time of the way."""
    w = s.point[p].ways
    if q <= C.EPS or w >= s.point[p].ways_end or s.way[w].kind == C.MAKE:
        return
    touch(s, p, t)
    source = s.input[s.way[w].inputs].point if s.way[w].kind == C.MOVE else -1
    o = new_row(s, t, C.SENT_BACK, p, source, w, q)
    s.book[o].shipped = t
    s.book[o].open = 0.0
    s.point[p].on_hand -= q
    s.tally[p, C.L_SENT_BACK] += q
    s.tally[p, C.T_ORDERED] -= q
    s.tally[p, C.T_UNITS] -= q * s.way[w].unit_eur
    s.book[o].eur -= q * s.way[w].unit_eur
    note(s, p, t, C.P_ORDERED, -q)
    if s.point[p].is_echelon:
        s.point[p].echelon -= q
    if source < 0:
        s.book[o].got = q
        close_if_done(s, o, t)
    else:
        push(s, t + s.law[s.way[w].law].a, C.RECEIVE_MOMENT, s.point[source].level, source, C.E_RECEIPT, o, q)
