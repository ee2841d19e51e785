"""Facts that only promises read: who may order, what stands in for what, what lies free at other sites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.promise.sources import SiteGoods, stepwise


@dataclass(frozen=True, kw_only=True, eq=False)
class Elsewhere:
    """Customers, substitutes and other sites; items are rows of the problem.

    Parameters
    ----------
    customers, customer_priority : (n_customers,)
        Names of all who may order, and the priority of what they ask for (0 = none is stated).
    item, substitute, rank, substitute_cost : (n_substitutes,)
        What is ordered, what may stand in, order of choice (1 first), and what it costs more [EUR/pc].
    site, site_item, site_qty, site_day, transit, site_cost : (n_stocks,)
        Name of the site, item, free pieces [pcs], day from which they can leave [d from today], days to the customer
        [d], and what they cost more [EUR/pc].
    """

    customers: tuple[str, ...]
    customer_priority: Ints
    item: Ints
    substitute: Ints
    rank: Ints
    substitute_cost: Floats
    site: tuple[str, ...]
    site_item: Ints
    site_qty: Floats
    site_day: Ints
    transit: Ints
    site_cost: Floats

    def on_day(self, day: int) -> Elsewhere:
        """The same facts on a later day [d from today]: what could leave by then is free at once.

        >>> nothing_elsewhere().on_day(3).site_day.size
        0
        """
        return replace(self, site_day=np.maximum(self.site_day - day, 0))

    def substitutes_of(self, item: int) -> list[tuple[int, float]]:
        """Items that may stand in for one, first choice first, with what a piece costs more."""
        rows = np.flatnonzero(self.item == item)
        rows = rows[np.argsort(self.rank[rows], kind="stable")]
        return [(int(self.substitute[k]), float(self.substitute_cost[k])) for k in rows]

    def at_sites(self, item: int, name: str, *, substitute: bool = False, extra_cost: float = 0.0, rank: int = 1) -> Iterator[SiteGoods]:
        """What of an item lies at each other site, by the day on which it can be with the customer."""
        for place, site in enumerate(dict.fromkeys(self.site)):
            rows = np.array([k for k, of in enumerate(self.site) if of == site and self.site_item[k] == item], dtype=np.int64)
            if rows.size:
                day, pieces = stepwise(self.site_day[rows] + self.transit[rows], self.site_qty[rows])
                cost = extra_cost + float(self.site_cost[rows].max())
                yield SiteGoods(item=name, site=site, substitute=substitute, rank=rank + place, extra_cost=cost, day=day, pieces=pieces)


def nothing_elsewhere() -> Elsewhere:
    """No customer, no substitute, no other site.

    >>> nothing_elsewhere().substitutes_of(0)
    []
    """
    rows, money = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Elsewhere(
        customers=(),
        customer_priority=rows,
        item=rows,
        substitute=rows,
        rank=rows,
        substitute_cost=money,
        site=(),
        site_item=rows,
        site_qty=money,
        site_day=rows,
        transit=rows,
        site_cost=money,
    )
