"""Picking waves: which waiting lines take stock now, by the precedence rule of the scenario."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.chain.stock import Stock
from e2esim.customers.people import People
from e2esim.domain.book import Columns
from e2esim.domain.world import World
from e2esim.planning.precedence import WORTH, choose
from e2esim.simulate.line_value import LineValue
from e2esim.simulate.planner import Planner
from e2esim.simulate.promise import PromiseDesk

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]

_AGE_BOUND_D = 45.0  # a line this many days past its promise goes before all rules, assumed
_CLASSES = 4


class Waves:
    """Allocation of plant stock at every tick of the plant's working time."""

    def __init__(self, world: World, orders: Columns, people: People, planner: Planner, promise: PromiseDesk) -> None:
        self.world, self.orders, self.people, self.planner, self.promise = world, orders, people, planner, promise
        self.rule = world.settings.precedence.rule
        self._credit = np.zeros((world.items.n, _CLASSES))
        self._now = 0.0
        self.worth = LineValue(world, orders, people)
        self._learnt = 0.0  # [h] when the worth of lines was last brought up to date

    def allocate(self, stock: Stock, now: float) -> Rows:
        """Allocate in working time of some site only; returns the rows in order of allocation."""
        for site in self.world.sites:
            if site.calendar.is_open(now - 1e-6) or site.calendar.is_open(now):
                break
        else:
            return np.empty(0, dtype=np.int32)
        self._now = now
        return stock.allocate_plant(now, None if self.rule == "fifo" else self._choose)

    def _choose(self, rows: Rows, free: F) -> Rows:
        """Rows of short items, served by the rule as far as ``free`` (items,) goes."""
        o = self.orders
        promised = o["promised"][rows].astype(np.float64)
        taken = choose(
            self.rule,
            item=o["item"][rows].astype(np.int64),
            quantity=o["quantity"][rows].astype(np.float64),
            rank=self.promise.class_of(rows),
            placed=o["placed"][rows].astype(np.float64),
            promised=promised,
            priority=self.world.channels.priority[o["channel"][rows]].astype(np.float64),
            value=self._value(rows) if self.rule in WORTH else np.zeros(len(rows)),
            age=(self._now - promised) / 24.0,
            on_hand=np.maximum(free, 0.0).copy(),
            credit=self._credit,
            age_bound=_AGE_BOUND_D,
            fairness=self.world.settings.precedence.fairness,
        )
        return rows[taken]

    def _value(self, rows: Rows) -> F:
        """What the rule goes by: contribution [EUR], or contribution or value of serving now for a bottleneck hour [EUR/h]."""
        if self.rule == "margin":
            return self.worth.margin(rows)
        hours = self.worth.hours(rows, self.planner.bottleneck_hours)
        if self.rule == "throughput":
            return self.worth.margin(rows) / hours
        if self._now - self._learnt >= 168.0:
            self.worth.week(self._now / 168.0)
            self._learnt = self._now
        wait_d = np.maximum(1.0, self.planner.next_receipt_d[self.orders["item"][rows]])
        return self.worth.of_serving(rows, self._now, wait_d=wait_d, hours=hours)
