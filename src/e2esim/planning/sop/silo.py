"""The plan that functions make one after the other, each for its own target (REQUIREMENTS G8, MODEL section 7).

1. Sales asks for its optimistic forecast: revenue. 2. Production fills today's hours: utilisation; dear overtime and extra
shifts are not its business, what lacks hours is cut alike whatever it earns, and it builds ahead to keep machines busy. 3. Purchasing buys at the lowest
price: the cheapest source of each material and no other; what it cannot deliver cuts production. 4. Logistics sends full
trucks: what does not fill one waits for the next month. Finance and personnel look at the result.
"""

from __future__ import annotations

import math
import time

import numpy as np

from e2esim.planning.sop.problem import Floats, SopProblem
from e2esim.planning.sop.programme import SopPlan

AHEAD_MONTHS = 1.0  # [months] of mean sales that production may hold beyond the safety stock, assumed


def silo_plan(problem: SopProblem, *, bias: float = 0.0) -> SopPlan:
    """Plan in silos; ``bias`` [share] is the optimism of sales.

    Examples
    --------
    Production fills the machine in the first month too, and stock grows.

    >>> from e2esim.planning.sop.tiny import tiny_problem
    >>> plan = silo_plan(tiny_problem(), bias=0.1)
    >>> plan.make.ravel().tolist(), plan.stock.ravel().tolist()
    ([100.0, 100.0], [40.0, 20.0])
    """
    started = time.perf_counter()
    p = problem
    wish = fill_hours(p, p.consensus * (1.0 + bias))
    make, buy, material = buy_cheapest(p, wish)
    deliver, stock, backlog, lost = send_full_trucks(p, make)
    hours, units = np.zeros_like(p.normal_h), np.zeros_like(p.material_coming)
    value = (deliver @ (p.price_eur - p.cost_eur - p.serve_eur)).sum() - (stock @ p.holding_eur).sum() - (backlog @ p.late_eur).sum()
    shortfall = np.maximum(p.safety - stock, 0.0)
    value -= (shortfall @ p.risk_eur).sum() + (p.material_holding_eur @ material).sum()
    return SopPlan(
        rule="silo",
        status="sequence",
        make=make,
        deliver=deliver,
        stock=stock,
        backlog=backlog,
        lost=lost,
        shortfall=shortfall,
        overtime=hours,
        shift=hours,
        buy=buy,
        material=material,
        hour_price=hours,
        material_price=units,
        objective=float(value),
        wall_s=time.perf_counter() - started,
    )


def fill_hours(problem: SopProblem, target: Floats) -> Floats:
    """Production's plan: every month what sales asks for, cut alike where hours lack, then full machines, (T, P) [pcs].

    Hours left are filled in the mean mix of sales, up to `AHEAD_MONTHS` of mean sales beyond the safety stock.
    """
    p = problem
    make = np.zeros_like(target)
    mean = target.mean(axis=0)
    position = p.opening - p.backlog
    for month in range(p.n_months):
        position = position + p.receipts[month] - target[month]
        need = np.maximum(p.safety[month] - position, 0.0)
        need *= _cut(p.hours, need, p.normal_h[:, month])
        room = np.maximum(p.safety[month] + AHEAD_MONTHS * mean - position - need, 0.0)
        left = np.maximum(p.normal_h[:, month] - p.hours @ need, 0.0)
        load = p.hours @ np.minimum(mean, room)
        fill = float(np.divide(left, load, out=np.ones_like(left), where=load > 1e-12).min(initial=1.0))
        make[month] = need + min(fill, 1.0) * np.minimum(mean, room)
        position = position + make[month]
    return make


def _cut(hours: Floats, need: Floats, normal_h: Floats) -> Floats:
    """Share of its need that each product gets, (P,): the smallest ratio of hours to load among its work centres."""
    load = hours @ need
    ratio = np.minimum(1.0, np.divide(normal_h, load, out=np.ones_like(load), where=load > 1e-12))
    return np.asarray(np.where(hours > 0, ratio[:, None], 1.0).min(axis=0, initial=1.0))


def buy_cheapest(problem: SopProblem, wish: Floats) -> tuple[Floats, Floats, Floats]:
    """Purchasing's plan: one source a material, the cheapest; production is cut by the scarcest of its materials.

    Returns what is made (T, P) [pcs], bought (R, T) and left at the end of each month (M, T) [unit].
    """
    p = problem
    cheapest = np.full(p.n_materials, -1)
    for source in np.argsort(p.good_eur(), kind="stable")[::-1]:
        cheapest[p.source_material[source]] = source
    made, buy, left = np.zeros_like(wish), np.zeros((p.n_sources, p.n_months)), np.zeros_like(p.material_coming)
    stock = p.material_stock.copy()
    known = cheapest >= 0
    for month in range(p.n_months):
        stock += p.material_coming[:, month]
        can = np.zeros(p.n_materials)
        can[known] = p.source_most[cheapest[known], month] * p.source_good[cheapest[known]]
        need = p.use @ wish[month]
        share = np.minimum(1.0, np.divide(stock + can, need, out=np.ones_like(need), where=need > 1e-12))
        cut = np.where(p.use > 0, share[:, None], 1.0).min(axis=0, initial=1.0)
        made[month] = wish[month] * cut
        used = p.use @ made[month]
        bought = np.clip(used - stock, 0.0, can)
        buy[cheapest[known], month] = bought[known] / p.source_good[cheapest[known]]
        stock = np.maximum(stock + bought - used, 0.0)
        left[:, month] = stock
    return made, buy, left


def send_full_trucks(problem: SopProblem, make: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Logistics' plan: on each truck lane only whole trucks leave in a month; parcels leave as they come.

    Returns delivered, stock, waiting and lost, each (T, P) [pcs].
    """
    p = problem
    deliver, stock, backlog, lost = (np.zeros_like(make) for _ in range(4))
    held, waiting = p.opening.astype(np.float64).copy(), p.backlog.astype(np.float64).copy()
    for month in range(p.n_months):
        if month:
            lost[month] = p.lose_share * waiting
            waiting = waiting - lost[month]
        held += make[month] + p.receipts[month]
        wanted = waiting + p.consensus[month]
        sent = np.minimum(held, wanted) * full_share(p, np.minimum(held, wanted))
        held, waiting = held - sent, wanted - sent
        deliver[month], stock[month], backlog[month] = sent, held, waiting
    return deliver, stock, backlog, lost


def full_share(problem: SopProblem, pieces: Floats) -> Floats:
    """Share of each product that leaves when only whole trucks do, (P,); a lane that fills none sends what it has.

    Examples
    --------
    Two lanes with 1.5 and 0.5 trucks: half a truck of the first waits, a quarter of all.

    >>> from e2esim.planning.sop.tiny import tiny_problem
    >>> p = tiny_problem(lane_share=np.array([[0.75], [0.25]]), truck_m3=10.0)
    >>> full_share(p, np.array([40.0])).tolist()
    [0.75]
    """
    p = problem
    kept = np.zeros(p.n_products)
    for share in p.lane_share:
        trucks = float(share @ (pieces * p.volume_m3)) / p.truck_m3
        if trucks > 1.0:
            kept += share * (1.0 - math.floor(trucks + 1e-9) / trucks)
    return np.maximum(1.0 - kept, 0.0)
