"""A state from a factory's problem and its plan: what the plan has booked stays, the rest is offered.

The same facts and the same rules as `planning.factory`: a day grid; weekly hours charged to the week in which a step starts, or
machines held in working time (`by_hour`); whole lots of at least the smallest, work in process between steps, purchases with
minimum and multiple, stock never below zero. So a plan together with answers passes the plan's own referee. Buffers are named by
item; the work in process behind a step is ``"item after step"``; times are days times `DAY`, of lots by the hour to the second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from e2esim.planning.ctp.answer import Answer, Delivery, Work
from e2esim.planning.ctp.by_hour import hourly, keeps_calendar, lot_times, machine_resource
from e2esim.planning.ctp.model import DAY, WEEK, Buffer, CtpModel, Flow, Operation, OperationKind, Resource, ResourceLoad
from e2esim.planning.ctp.request import Request
from e2esim.planning.ctp.state import State
from e2esim.planning.ctp.timeline import Timeline
from e2esim.planning.factory.call_offs import call_weeks, limited
from e2esim.planning.factory.network import MaterialNetwork, network
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.result import PegKind, PlanResult
from e2esim.planning.factory.worked import hours_used


def model_of(problem: PlanProblem, plan: PlanResult | None = None) -> CtpModel:
    """The facts of a factory as a network of buffers, operations and weekly hours.

    Parameters
    ----------
    problem
        The factory; its orders are not part of the network.
    plan
        Its plan, whose hours are in use.
    """
    net = network(problem)
    node = node_names(problem)
    inner = np.unique(net.step_output[net.step_output >= problem.n_items])
    buffers = [Buffer(name=node[b], item=problem.items[b]) for b in range(problem.n_items)]
    buffers += [Buffer(name=node[b], item=problem.items[problem.step_item[b - problem.n_items]]) for b in inner]
    return CtpModel(
        buffers=tuple(buffers),
        operations=(*_steps(problem, net, node), *_purchases(problem)),
        resources=(*_centres(problem, plan), *_suppliers(problem, plan)),
        horizon=problem.n_weeks * WEEK,
        grid=DAY,
        title=f"factory of {problem.today}",
    )


def state_of(problem: PlanProblem, plan: PlanResult | None = None) -> State:
    """The state that a plan leaves.

    Parameters
    ----------
    problem
        The problem that was planned (with released lots: the remainder, `factory.PlanCase.remainder`).
    plan
        Its plan; None is the factory without any plan: all stock and hours are free.

    Examples
    --------
    >>> from e2esim.planning.ctp.capable import capable
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=3, orders=12, weeks=8)
    >>> answer = capable(state_of(p), Request(name="new", buffer="FIN000", quantity=10, due=30 * DAY))
    >>> answer.promised
    10
    """
    net = network(problem)
    model = model_of(problem, plan)
    place = {name: k for k, name in enumerate(node_names(problem))}
    rows = np.array([place[b.name] for b in model.buffers])
    lines = _timelines(problem, net, plan)
    return State(model, stock=[lines[r] for r in rows])


def node_names(problem: PlanProblem) -> list[str]:
    """Buffer of every node of the factory's network: items, then work in process behind each step."""
    behind = [f"{problem.items[i]} after {problem.step_name[s]}" for s, i in enumerate(problem.step_item.tolist())]
    return [*problem.items, *behind]


def purchase_names(problem: PlanProblem) -> list[str]:
    """Purchase operation of every source row; a row that another has the words of is numbered."""
    words = [f"buy {problem.items[i]} from {who}" for i, who in zip(problem.source_item.tolist(), problem.source_supplier, strict=True)]
    times = Counter(words)
    return [name if times[name] == 1 else f"{name} ({k})" for k, name in enumerate(words)]


def step_names(problem: PlanProblem) -> list[str]:
    """Operation of every routing step."""
    return [f"{problem.items[i]} step {name}" for i, name in zip(problem.step_item.tolist(), problem.step_name, strict=True)]


def order_request(problem: PlanProblem, order: int, *, partial: bool = True) -> Request:
    """An order of the factory as a request."""
    return Request(
        name=problem.orders[order],
        buffer=problem.items[problem.order_item[order]],
        quantity=float(problem.order_qty[order]),
        due=int(problem.order_due[order]) * DAY,
        priority=int(problem.order_priority[order]),
        partial=partial,
    )


def promised_orders(problem: PlanProblem, plan: PlanResult) -> list[Answer]:
    """What the plan delivers to each order, as answers that are booked in `state_of`, in the order of the orders.

    The work of an answer is what could be given up with it: the lots and purchases whose goods the plan's pegging traces
    to this order, and to others only if they go behind it.
    """
    given: list[list[Delivery]] = [[] for _ in problem.orders]
    for order, day, qty in zip(plan.delivery_order.tolist(), plan.delivery_day.tolist(), plan.delivery_qty.tolist(), strict=True):
        name = problem.items[problem.order_item[order]]
        given[order].append(Delivery(time=day * DAY, quantity=qty, buffer=name, left_at=day * DAY))
    work: list[list[Work]] = [[] for _ in problem.orders]
    for order, lot in _owned(problem, plan):
        work[order].append(lot)
    answers = []
    for k, deliveries in enumerate(given):
        request = order_request(problem, k)
        short = max(0.0, request.quantity - sum(d.quantity for d in deliveries))
        deliveries.sort(key=lambda d: d.time)
        answers.append(Answer(request=request, deliveries=tuple(deliveries), work=tuple(work[k]), short=short, limits=()))
    return answers


def _owned(problem: PlanProblem, plan: PlanResult) -> Iterator[tuple[int, Work]]:
    """Each lot and purchase with the order of highest precedence that gets goods from it; what serves none is left out."""
    n, lots = len(problem.orders), plan.lot_step.size
    by_rank = np.lexsort((np.arange(n), problem.order_due, problem.order_priority))
    rank = np.empty(n + 1, dtype=np.int64)
    rank[by_rank] = np.arange(n)
    supply = np.full(lots + plan.purchase_source.size, n, dtype=np.int64)  # best rank served by each lot, then each purchase
    direct, place = _pegged(plan.peg_kind, plan.peg_row, lots)
    np.minimum.at(supply, place, rank[plan.delivery_order[plan.peg_delivery[direct]]])
    inner, place = _pegged(plan.feed_kind, plan.feed_row, lots)
    fed = plan.feed_lot[inner]
    while True:  # as many rounds as there are levels
        before = supply.copy()
        np.minimum.at(supply, place, supply[fed])
        if np.array_equal(before, supply):
            break
    net, node = network(problem), node_names(problem)
    steps, times = _steps(problem, net, node), lot_times(problem, plan).tolist()
    for lot in np.flatnonzero(supply[:lots] < n).tolist():
        operation = steps[plan.lot_step[lot]]
        yield int(by_rank[supply[lot]]), _booked(operation, float(plan.lot_qty[lot]), *times[lot])
    buys, names = {op.name: op for op in _purchases(problem)}, purchase_names(problem)
    for row in np.flatnonzero(supply[lots:] < n).tolist():
        operation = buys[names[plan.purchase_source[row]]]
        start, end = int(plan.purchase_ordered[row]) * DAY, int(plan.purchase_received[row]) * DAY
        yield int(by_rank[supply[lots + row]]), _booked(operation, float(plan.purchase_qty[row]), start, end, end)


def _pegged(kind: Ints, row: Ints, lots: int) -> tuple[Ints, Ints]:
    """Pegs to lots and purchases, and their place: lots first, then purchases."""
    some = np.flatnonzero((kind == PegKind.LOT) | (kind == PegKind.PURCHASE))
    return some, row[some] + np.where(kind[some] == PegKind.PURCHASE, lots, 0)


def _booked(operation: Operation, quantity: float, start: int, end: int, there: int) -> Work:
    """A lot of the plan as work that `State.book` can take back."""
    return Work(
        operation=operation.name,
        kind=operation.kind,
        quantity=quantity,
        start=start,
        end=end,
        resources=tuple(load.resources[0] for load in operation.loads),
        takes=tuple((f.buffer, "", f.quantity * quantity) for f in operation.takes),
        gives=tuple((f.buffer, "", f.quantity * quantity) for f in operation.gives),
        available=there,
    )


def _steps(problem: PlanProblem, net: MaterialNetwork, node: list[str]) -> list[Operation]:
    whole = np.where(problem.lot_multiple > 0, problem.lot_multiple, 1.0)
    names, found = step_names(problem), []
    for s in range(problem.n_steps):
        item = int(problem.step_item[s])
        rows = range(net.in_start[s], net.in_start[s + 1])
        hours = ResourceLoad(resources=(problem.centres[problem.step_centre[s]],), fixed=float(problem.step_setup_h[s]), per_unit=float(problem.step_run_h[s]))
        least = max(float(problem.lot_min[item]), float(whole[item]))
        made = Operation(
            name=names[s],
            takes=tuple(Flow(buffer=node[net.in_node[r]], quantity=float(net.in_qty[r])) for r in rows if net.in_qty[r] > 0),
            gives=(Flow(buffer=node[net.step_output[s]]),),
            duration=int(problem.step_flow_days[s]) * DAY,
            lot_min=least,
            lot_multiple=float(whole[item]),
            lot_max=max(float(np.floor((problem.largest_lot[item] + 1e-6) / whole[item]) * whole[item]), least),
            priority=int(problem.choice[s]) + 1,
            loads=(hours,),
        )
        found.append(hourly(problem, s, made) if keeps_calendar(problem, int(problem.step_centre[s])) else made)
    return found


def _purchases(problem: PlanProblem) -> list[Operation]:
    found, names, weekly = [], purchase_names(problem), limited(problem)
    for rank, s in enumerate(np.lexsort((problem.source_price, problem.source_priority, problem.source_item)).tolist()):
        multiple = float(problem.source_multiple[s])
        found.append(
            Operation(
                name=names[s],
                kind=OperationKind.BUY,
                gives=(Flow(buffer=problem.items[problem.source_item[s]]),),
                duration=int(problem.source_lead_days[s]) * DAY,
                lot_min=float(problem.source_moq[s]),
                lot_multiple=multiple if multiple > 0 else 1.0,
                priority=rank,
                cost_per_unit=float(problem.source_price[s]),
                loads=(ResourceLoad(resources=(names[s],), per_unit=1.0),) if weekly[s] else (),
            )
        )
    return found


def _centres(problem: PlanProblem, plan: PlanResult | None) -> tuple[Resource, ...]:
    starts = tuple(range(0, (problem.n_weeks + 1) * WEEK, WEEK))
    used: Floats = np.zeros(problem.capacity_h.shape)
    if plan is not None:
        used = hours_used(problem, plan.lot_step, plan.lot_qty, plan.lot_from, plan.lot_to, plan.lot_machine)
    weekly = used.tolist()
    return tuple(
        Resource(
            name=name,
            bucket_start=starts,
            bucket_size=tuple(problem.capacity_h[c].tolist()),
            used=tuple((w * WEEK, 0, h) for w, h in enumerate(weekly[c]) if h > 0),
        )
        if not keeps_calendar(problem, c)
        else machine_resource(problem, plan, c)
        for c, name in enumerate(problem.centres)
    )


def _suppliers(problem: PlanProblem, plan: PlanResult | None) -> Iterator[Resource]:
    """What limited suppliers may be asked for by calendar week, without what the plan calls off."""
    if not problem.source_left.size:
        return
    weeks, names = call_weeks(problem), purchase_names(problem)
    for s in np.flatnonzero(limited(problem)).tolist():
        mine = np.zeros(0, dtype=np.int64) if plan is None else np.flatnonzero(plan.purchase_source == s)
        called = [] if plan is None else zip(plan.purchase_ordered[mine].tolist(), plan.purchase_qty[mine].tolist(), strict=True)
        yield Resource(
            name=names[s],
            bucket_start=(*(DAY * weeks.first).tolist(), DAY * (int(weeks.last[-1]) + 1)),
            bucket_size=tuple(problem.source_left[s].tolist()),
            used=tuple((day * DAY, 0, qty) for day, qty in called),
            is_supplier=True,
        )


def _timelines(problem: PlanProblem, net: MaterialNetwork, plan: PlanResult | None) -> list[Timeline]:
    """Stock of every node over time under a plan: by the day, lots that machines work by the hour to the second."""
    node = [np.arange(problem.n_items), problem.receipt_item]
    time = [np.zeros(problem.n_items, dtype=np.int64), DAY * problem.receipt_day]
    qty = [problem.on_hand, problem.receipt_qty]
    if plan is not None:
        row, taken, per = net.inputs_of(plan.lot_step)
        start, _, there = lot_times(problem, plan).T
        node += [net.step_output[plan.lot_step], taken, problem.source_item[plan.purchase_source], problem.order_item[plan.delivery_order]]
        time += [there, start[row], DAY * plan.purchase_received, DAY * plan.delivery_day]
        qty += [plan.lot_qty, -plan.lot_qty[row] * per, plan.purchase_qty, -plan.delivery_qty]
    return _levels(np.concatenate(node), np.maximum(np.concatenate(time), 0), np.concatenate(qty), net.n_nodes)


def _levels(node: Ints, time: Ints, qty: Floats, n_nodes: int) -> list[Timeline]:
    """A timeline a node from changes in any order [s]."""
    span = int(time.max(initial=0)) + 1
    cell, where = np.unique(node * span + time, return_inverse=True)
    change = np.bincount(where.ravel(), weights=qty, minlength=cell.size)
    starts = np.searchsorted(cell, np.arange(n_nodes + 1) * span)
    times = (cell % span).tolist()
    lines = []
    for k in range(n_nodes):
        a, b = int(starts[k]), int(starts[k + 1])
        line = Timeline()
        line.times = [line.times[0], *times[a:b]]
        line.levels = [0.0, *np.cumsum(change[a:b]).tolist()]
        lines.append(line)
    return lines
