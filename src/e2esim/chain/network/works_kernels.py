"""Works orders: they wait for all their material, are released into the shop, and queue at work centres."""

from __future__ import annotations

from e2esim.chain.network import columns as C
from e2esim.chain.network.chance_kernels import draw
from e2esim.chain.network.columns import NetworkState
from e2esim.chain.network.goods_kernels import note, touch
from e2esim.chain.network.heap_kernels import push
from e2esim.chain.network.inner import inner, pasted
from e2esim.chain.network.working_kernels import with_repairs, worked, worked_until


@inner
def want(s: NetworkState, w: int, quantity: float) -> None:
    """Let the components of operation ``w`` know that a works order waits for them (a negative quantity: does no longer)."""
    for j in range(s.way[w].inputs, s.way[w].inputs_end):
        s.point[s.input[j].point].wanted += quantity * s.input[j].quantity


@pasted
def queue_works(s: NetworkState, w: int, o: int) -> None:
    """Let works order ``o`` wait for material and for a place in the shop."""
    want(s, w, s.book[o].open)
    s.counters[C.N_WAITING] += 1
    if s.way[w].head < 0:
        s.way[w].head = o
    else:
        s.book[s.way[w].tail].next = o
    s.way[w].tail = o


@inner
def startable(s: NetworkState, w: int, quantity: float) -> float:
    """Units of ``quantity`` for which all components are on hand."""
    for j in range(s.way[w].inputs, s.way[w].inputs_end):
        if s.input[j].quantity > 0.0:
            quantity = min(quantity, s.point[s.input[j].point].on_hand / s.input[j].quantity)
    return quantity


@inner
def release(s: NetworkState, w: int, t: float) -> None:
    """Release the works orders of operation ``w`` in order of time, as far as material and the limit of the shop allow."""
    to = s.way[w].to
    routed = s.way[w].steps < s.way[w].steps_end
    while s.way[w].head >= 0:
        if s.point[to].shop_limit > 0 and s.point[to].shop >= s.point[to].shop_limit:
            return
        o = s.way[w].head
        wish = s.book[o].open
        give = startable(s, w, wish)
        if give <= C.EPS or (give < wish - C.EPS and (routed or not s.point[to].partial)):
            return
        if give >= wish - C.EPS:
            give = wish
            s.way[w].head = s.book[o].next
            s.book[o].next = -1
            s.counters[C.N_WAITING] -= 1
        start(s, w, o, t, give)


@pasted
def start(s: NetworkState, w: int, o: int, t: float, give: float) -> None:
    """Issue the components of ``give`` units of works order ``o`` and send it to its first work centre, or let its lead time run."""
    to = s.way[w].to
    for j in range(s.way[w].inputs, s.way[w].inputs_end):
        p = s.input[j].point
        taken = give * s.input[j].quantity
        touch(s, p, t)
        s.point[p].on_hand = max(0.0, s.point[p].on_hand - taken)
        s.tally[p, C.L_CONSUMED] += taken
        note(s, p, t, C.P_SHIPPED, taken)
    want(s, w, -give)
    b = s.book
    b[o].open -= give
    if b[o].shipped < 0.0:
        b[o].shipped = t
    s.way[w].under_way += give
    s.point[to].shop += 1
    if s.way[w].steps < s.way[w].steps_end:
        s.book[o].step = open_routing(s, w) if s.way[w].steps_end < s.way[w].routings_end else s.way[w].steps
        join(s, o, t)
        return
    lead = draw(s, s.way[w].law, C.K_LEAD, s.way[w].address, s.way[w].sent)
    s.way[w].sent += 1
    if s.switches[C.COSTS_OVER_TIME]:
        s.tally[to, C.T_TRANSIT] += give * lead * s.way[w].transit_eur / s.clock[C.PERIOD]
    push(s, t + lead, C.RECEIVE_MOMENT, s.point[to].level, to, C.E_RECEIPT, o, give)


@pasted
def open_routing(s: NetworkState, w: int) -> int:
    """First step of the routing that a works order of operation ``w`` goes: the first, or of those without a wait the one named first."""
    k = s.way[w].steps
    while k < s.way[w].routings_end:
        waits = free_row(s, k) < 0
        for step in range(k, s.step[k].ends):
            waits = waits or s.centre[s.step[step].centre].head >= 0
        if not waits:
            return k
        k = s.step[k].ends
    return s.way[w].steps


@inner
def free_row(s: NetworkState, step: int) -> int:
    """Row of ``step``, or else of one of its other work centres, at which a machine is free; -1 if none is."""
    c = s.step[step].centre
    if s.centre[c].busy < s.centre[c].machines:
        return step
    for row in range(s.step[step].others, s.step[step].others_end):
        c = s.step[row].centre
        if s.centre[c].busy < s.centre[c].machines:
            return row
    return -1


@inner
def join(s: NetworkState, o: int, t: float) -> None:
    """Works order ``o`` comes to the work centre of its present step, or to another one that is free for it."""
    s.book[o].since = t
    row = free_row(s, s.book[o].step)
    if row >= 0:
        s.book[o].step = row
        work(s, o, s.step[row].centre, t)
        return
    c = s.step[s.book[o].step].centre
    s.counters[C.N_WAITING] += 1
    s.book[o].next = -1
    if s.centre[c].head < 0:
        s.centre[c].head = o
    else:
        s.book[s.centre[c].tail].next = o
    s.centre[c].tail = o


@inner
def work(s: NetworkState, o: int, c: int, t: float) -> None:
    """A machine of work centre ``c`` takes works order ``o``; it works in the hours of its calendar, with overtime if another one waits."""
    first, end = s.centre[c].shifts, s.centre[c].shifts_end
    over = s.centre[c].over < s.centre[c].over_end and s.centre[c].head >= 0
    if over:
        first, end = s.centre[c].over, s.centre[c].over_end
    begin = worked_until(s.shift, first, end, t, 0.0)
    waited = begin - s.book[o].since
    s.centre[c].busy += 1
    s.centre[c].starts += 1.0
    s.centre[c].wait_d += waited
    if waited > C.EPS:
        s.centre[c].waited += 1.0
    w, row = s.book[o].what, s.book[o].step
    address = s.way[w].address + s.step[row].of - s.way[w].steps
    days = s.step[row].setup_d + s.step[row].run_d * s.book[o].quantity
    days *= draw(s, s.step[row].law, C.K_SHOP, address, s.book[o].number)
    if s.centre[c].mtbf_d > 0.0:
        days = with_repairs(s.keys, days, s.centre[c].mtbf_d, s.centre[c].mttr_d, address, s.book[o].number)
    s.centre[c].used_d += days
    to = s.way[w].to
    done = worked_until(s.shift, first, end, begin, days)
    if over:
        extra = max(0.0, days - worked(s.shift, s.centre[c].shifts, s.centre[c].shifts_end, begin, done))
        s.centre[c].over_d += extra
        s.tally[to, C.T_OVERTIME] += extra * s.centre[c].overtime_eur
        s.book[o].eur += extra * s.centre[c].overtime_eur
    push(s, done, C.RECEIVE_MOMENT, s.point[to].level, to, C.E_STEP, o, 0.0)


@pasted
def next_for(s: NetworkState, c: int) -> int:
    """Take the works order that work centre ``c`` does next out of its queue: its own first, else the oldest of those it may help with; -1 if none."""
    own = s.centre[c].head
    if own >= 0:
        s.centre[c].head = s.book[own].next
        s.book[own].next = -1
        s.counters[C.N_WAITING] -= 1
        return own
    best, before, at, best_row = -1, -1, -1, -1
    for k in range(s.centre[c].helps, s.centre[c].helps_end):
        other, last = s.helps[k], -1
        o = s.centre[other].head
        while o >= 0:
            row = row_at(s, s.book[o].step, c)
            if row >= 0:
                if best < 0 or s.book[o].since < s.book[best].since:
                    best, before, at, best_row = o, last, other, row
                break
            last = o
            o = s.book[o].next
    if best >= 0:
        if before < 0:
            s.centre[at].head = s.book[best].next
        else:
            s.book[before].next = s.book[best].next
        if s.centre[at].tail == best:
            s.centre[at].tail = before
        s.book[best].next = -1
        s.book[best].step = best_row
        s.counters[C.N_WAITING] -= 1
    return best


@inner
def row_at(s: NetworkState, step: int, c: int) -> int:
    """Row of ``step`` at its other work centre ``c``, -1 if that may not do it."""
    for row in range(s.step[step].others, s.step[step].others_end):
        if s.step[row].centre == c:
            return row
    return -1


@pasted
def step_done(s: NetworkState, o: int, t: float) -> None:
    """Works order ``o`` leaves its work centre for the next one or, finished, for the stock; the machine takes the next in its queue."""
    w, row = s.book[o].what, s.book[o].step
    c = s.step[row].centre
    s.centre[c].busy -= 1
    s.centre[c].done += 1.0
    head = next_for(s, c)
    if head >= 0:
        work(s, head, c, t)
    step = s.step[row].of + 1
    if step < s.step[s.step[row].of].ends:
        s.book[o].step = step
        join(s, o, t)
        return
    to = s.way[w].to
    lead = draw(s, s.way[w].law, C.K_LEAD, s.way[w].address, s.way[w].sent)
    s.way[w].sent += 1
    push(s, t + lead, C.RECEIVE_MOMENT, s.point[to].level, to, C.E_RECEIPT, o, s.book[o].quantity)


@pasted
def finished(s: NetworkState, o: int, t: float, quantity: float) -> None:
    """Book the arrival of ``quantity`` good units of a works order in stock; the shop has room for the next."""
    to = s.book[o].to
    s.tally[to, C.L_MADE] += quantity
    s.point[to].shop -= 1
    s.tally[to, C.T_WORKS] += 1.0
    s.tally[to, C.T_FLOW_D] += t - s.book[o].shipped
