"""Orders to come: drawn from what the book leaves of the forecast, so that a factory can be run beyond its order book.

The number of orders of an item and channel in a week is Poisson; each is a copy of a line of the book, of the same item
and channel where there is one: customer, size, priority, price, smallest part. Its mean is what the orders on book leave
of the forecast of that week. It is due on any day of its week, and known so long before as `RunRules.lead_days` says:
evenly between nothing and twice that (assumed; data of a planner do not say when an order came).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from scipy import stats

from e2esim.planning.factory.problem import Floats, Ints
from e2esim.simulate.factory.facts import PlannedCompany, RunRules
from e2esim.simulate.factory.luck import RunLuck, address_of


@dataclass(frozen=True, kw_only=True, eq=False)
class NewLines:
    """Lines to come by the day on which they are known; (n,) each."""

    day: Ints
    name: tuple[str, ...]
    item: Ints
    qty: Floats
    due: Ints
    template: Ints


def new_lines(company: PlannedCompany, rules: RunRules, luck: RunLuck) -> NewLines:
    """Draw the orders that come in a run, in the order in which they come; none where draws of demand are off."""
    found: list[tuple[int, str, int, float, int, int]] = []
    demand, facts = company.demand, company.case.facts
    if demand is not None and len(facts.orders) and rules.chance.demand:
        row = {item: k for k, item in enumerate(facts.items)}
        for series, (item, channel) in enumerate(demand.plan.keys):
            pool = _pool(company, row[item], channel)
            size = float(facts.order_qty[pool].mean())
            for week in np.flatnonzero(demand.net[series] > 0).tolist():
                edges = int(demand.plan.edges[week]), int(demand.plan.edges[week + 1])
                if edges[0] < rules.days + 2 * rules.lead_days:
                    stem = f"N {item} {channel} {(facts.today + timedelta(days=edges[0])).isoformat()}".replace("  ", " ")
                    found += _of_week(facts.order_qty, row[item], stem, float(demand.net[series, week]) / size, edges, pool, rules, luck)
    found = sorted(line for line in found if line[0] < rules.days)
    day, name, item_row, qty, due, template = zip(*found, strict=True) if found else ((),) * 6
    return NewLines(
        day=np.array(day, dtype=np.int64),
        name=tuple(name),
        item=np.array(item_row, dtype=np.int64),
        qty=np.array(qty, dtype=np.float64),
        due=np.array(due, dtype=np.int64),
        template=np.array(template, dtype=np.int64),
    )


def _of_week(
    sizes: Floats, item: int, stem: str, mean: float, edges: tuple[int, int], pool: Ints, rules: RunRules, luck: RunLuck
) -> list[tuple[int, str, int, float, int, int]]:
    count = int(stats.poisson.ppf(luck.uniform(address_of(stem), 0), mean))
    found = []
    for k in range(count):
        name = f"{stem} {k + 1}"
        u = [luck.uniform(address_of(name), number) for number in range(3)]
        template = int(pool[int(u[0] * pool.size)])
        due = edges[0] + int(u[1] * (edges[1] - edges[0]))
        known = int(due - u[2] * min(2.0 * rules.lead_days, due))
        found.append((known, name, item, float(sizes[template]), due, template))
    return found


def _pool(company: PlannedCompany, item: int, channel: str) -> Ints:
    """Lines of the book that orders of an item and channel are like."""
    of_item = company.case.facts.order_item == item
    of_channel = np.array([c in (channel, "") or not channel for c in company.order_channel], dtype=bool)
    for like in (of_item & of_channel, of_item, of_channel):
        if like.any():
            return np.flatnonzero(like)
    return np.arange(of_item.size)
