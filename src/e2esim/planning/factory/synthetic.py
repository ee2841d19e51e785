"""Made-up planner's problems of any size, for tests, benchmarks and demonstrations; the caller brings the dice."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from e2esim.planning.factory.grid import net_need
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem


def synthetic_problem(
    rng: np.random.Generator,
    *,
    finished: int = 40,
    parts: int = 60,
    bought: int = 100,
    centres: int = 20,
    orders: int = 10_000,
    weeks: int = 52,
    load: float = 0.9,
    today: date = date(2026, 1, 5),
) -> PlanProblem:
    """A three-level problem: finished goods from made and bought parts, made parts from bought ones.

    Parameters
    ----------
    rng
        Random numbers; the same state gives the same problem.
    finished, parts, bought, centres, orders
        Sizes; the first two thirds of the centres make parts, the rest finished goods.
    weeks
        Weeks over which orders fall due; the capacity calendar is twice as long.
    load
        Share of the hours needed by a lot of one week's demand each week.
    today
        Monday of week 0.

    Examples
    --------
    >>> p = synthetic_problem(np.random.default_rng(1), finished=2, parts=3, bought=4, centres=3, orders=10)
    >>> (p.n_items, len(p.orders), p.n_weeks)
    (9, 10, 104)
    """
    n = finished + parts + bought
    items = tuple([f"FIN{i:03d}" for i in range(finished)] + [f"PRT{i:03d}" for i in range(parts)] + [f"BUY{i:03d}" for i in range(bought)])
    bom = _bill(rng, finished, parts, bought)
    routing = _routing(rng, finished, parts, centres)
    order_item = rng.choice(finished, size=orders, p=_shares(rng, finished))
    order_qty = np.maximum(1.0, np.round(rng.lognormal(3.0, 0.7, orders)))
    order_due = np.sort(rng.integers(2, 7 * weeks, orders))
    sources = _sources(rng, finished + parts, bought)
    demand = np.bincount(order_item, weights=order_qty, minlength=n)
    for parent, part, per in zip(*bom, strict=True):
        demand[part] += demand[parent] * per
    weekly = demand / weeks
    longest = np.zeros(n, dtype=np.int64)
    np.maximum.at(longest, sources[0], sources[2])
    stock = np.ceil(weekly * np.where(longest > 0, longest / 7.0 + 1.0, 2.0) * rng.uniform(0.8, 1.4, n))
    moq = np.ceil(weekly[sources[0]] * rng.uniform(0.5, 2.0, sources[0].size)) + 1.0
    facts: dict[str, Any] = {
        "today": today,
        "items": items,
        "lot_min": np.where(np.arange(n) < finished + parts, np.maximum(1.0, np.round(weekly / 2)), 0.0),
        "lot_multiple": np.ones(n),
        "on_hand": stock,
        "step_item": routing[0],
        "step_name": routing[1],
        "step_centre": routing[2],
        "step_setup_h": routing[3],
        "step_run_h": routing[4],
        "step_flow_days": routing[5],
        "bom_parent": bom[0],
        "bom_component": bom[1],
        "bom_qty": bom[2],
        "centres": tuple(f"WC{c:02d}" for c in range(centres)),
        "source_item": sources[0],
        "source_supplier": tuple(f"SUP{k % 15:02d}" for k in range(sources[0].size)),
        "source_priority": sources[1],
        "source_lead_days": sources[2],
        "source_moq": moq,
        "source_multiple": np.maximum(1.0, np.floor(moq / 15)),
        "source_price": sources[3],
        "orders": tuple(f"ORD{k:06d}" for k in range(orders)),
        "order_item": order_item,
        "order_qty": order_qty,
        "order_due": order_due,
        "order_priority": rng.choice([1, 2, 3], size=orders, p=[0.2, 0.5, 0.3]),
    }
    loose = PlanProblem(**facts, capacity_h=np.ones((centres, 2 * weeks)))
    return PlanProblem(**facts, capacity_h=_capacity(rng, loose, weeks, load))


def _shares(rng: np.random.Generator, n: int) -> Floats:
    raw = rng.uniform(0.3, 2.0, n)
    return np.asarray(raw / raw.sum())


def _bill(rng: np.random.Generator, finished: int, parts: int, bought: int) -> tuple[Ints, Ints, Floats]:
    rows: list[tuple[int, int, int]] = []
    for i in range(finished):
        rows += [(i, finished + int(c), int(rng.integers(1, 4))) for c in rng.choice(parts, size=min(parts, int(rng.integers(2, 5))), replace=False)]
        rows.append((i, finished + parts + int(rng.integers(bought)), 1))
    for i in range(finished, finished + parts):
        rows += [(i, finished + parts + int(c), int(rng.integers(1, 4))) for c in rng.choice(bought, size=min(bought, int(rng.integers(1, 6))), replace=False)]
    table = np.array(rows, dtype=np.int64)
    return table[:, 0], table[:, 1], table[:, 2].astype(np.float64)


def _routing(rng: np.random.Generator, finished: int, parts: int, centres: int) -> tuple[Ints, tuple[str, ...], Ints, Floats, Floats, Ints]:
    split = max(1, (2 * centres) // 3)
    item, name, centre, flow = [], [], [], []
    for i in range(finished + parts):
        low, high = (split, centres) if i < finished and split < centres else (0, split)
        for k in range(2 if i < finished else int(rng.integers(1, 3))):
            item.append(i)
            name.append(str(10 * (k + 1)))
            centre.append(int(rng.integers(low, high)))
            flow.append(int(rng.integers(1, 4)))
    n = len(item)
    return (
        np.array(item),
        tuple(name),
        np.array(centre),
        np.round(rng.uniform(0.2, 2.0, n), 2),
        np.round(rng.uniform(0.02, 0.2, n), 3),
        np.array(flow),
    )


def _sources(rng: np.random.Generator, first: int, bought: int) -> tuple[Ints, Ints, Ints, Floats]:
    """Item, priority, lead time and price; every fifth bought item has a dearer supplier in half the time."""
    item, priority, lead, price = [], [], [], []
    for i in range(bought):
        days, euro = int(rng.choice([7, 14, 21, 28, 42, 56])), float(np.round(rng.uniform(1, 20), 2))
        item.append(first + i)
        priority.append(1)
        lead.append(days)
        price.append(euro)
        if i % 5 == 4:
            item.append(first + i)
            priority.append(2)
            lead.append(days // 2)
            price.append(round(1.25 * euro, 2))
    return np.array(item), np.array(priority), np.array(lead), np.array(price)


def _capacity(rng: np.random.Generator, problem: PlanProblem, weeks: int, load: float) -> Floats:
    need = net_need(problem, network(problem))[problem.step_item]
    hours = need * problem.step_run_h / weeks + np.where(need > 0, problem.step_setup_h, 0.0)
    mean = np.bincount(problem.step_centre, weights=hours, minlength=len(problem.centres)) / load
    return np.round(np.maximum(mean[:, None], 1.0) * rng.uniform(0.8, 1.2, problem.capacity_h.shape), 2)
