"""The clock of a planned run: who acts on a day, in which order."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import replace

import numpy as np
import simpy

from e2esim.domain.planned_outcome import LineSource, PlannedOutcome
from e2esim.planning.factory.net_forecast import with_forecast
from e2esim.planning.factory.problem import Floats
from e2esim.simulate.factory.arrivals import new_lines
from e2esim.simulate.factory.desk import OrderDesk
from e2esim.simulate.factory.facts import PlannedCompany, RunRules
from e2esim.simulate.factory.floor import ShopFloor
from e2esim.simulate.factory.luck import RunLuck
from e2esim.simulate.factory.made_plans import MadePlans
from e2esim.simulate.factory.night import PlanningNight
from e2esim.simulate.factory.plant import FactoryState


class PlannedRun:
    """One replication. Processes are registered in the order in which they act on a day.

    Goods in, then the plan, then new orders, then purchases, lots and deliveries.

    Examples
    --------
    >>> from e2esim.simulate.factory.synthetic import synthetic_company
    >>> run = PlannedRun(synthetic_company(1), RunRules(days=28, rounds=0), 0)
    >>> run.advance().days
    28
    """

    def __init__(self, company: PlannedCompany, rules: RunRules, replication: int = 0, made: MadePlans | None = None) -> None:
        self.company, self.rules = company, rules
        self.env = simpy.Environment()
        luck = RunLuck(rules.seed, replication)
        self.plant = FactoryState(company, rules, luck)
        self.floor = ShopFloor(self.plant)
        self.night = PlanningNight(self.plant, self.floor, made or MadePlans())
        self.desk = OrderDesk(self.plant, self.night, new_lines(company, rules, luck))
        self._stock: list[Floats] = []
        self._began = time.perf_counter()
        if not rules.chance.demand:
            self._ask_for_forecast()
        for act in (self.floor.goods_in, self._plan, self.desk.take_orders, self.floor.buy, self.floor.make, self.floor.deliver, self._close):
            self.env.process(self._daily(act))

    def advance(self, until: int | None = None, progress: Callable[[float], None] | None = None) -> PlannedOutcome:
        """Run on to the night before a day, the end if None, and gather the outcome.

        A run that is stopped goes on where it stands: days are run once.
        """
        days = self.rules.days if until is None else min(until, self.rules.days)
        while self.env.now < days:
            self.env.run(until=self.env.now + 1)
            if progress is not None:
                progress(self.env.now / self.rules.days)
        return self._outcome(int(self.env.now))

    def morning(self) -> int:
        """Book the goods of the day on which the run has been stopped and plan, as that day begins; returns the day."""
        day = int(self.env.now)
        self.floor.goods_in(day)
        self.night.plan(day)
        self.desk.forget()
        return day

    def _daily(self, act: Callable[[int], None]) -> Generator[simpy.Event, None, None]:
        while True:
            act(int(self.env.now))
            yield self.env.timeout(1)

    def _plan(self, day: int) -> None:
        if day % self.rules.replan_days == 0:
            self.night.plan(day)
            self.desk.forget()

    def _close(self, day: int) -> None:
        """Count the goods at the end of a day."""
        self._stock.append(self.plant.stock[: self.plant.facts.n_items].copy())

    def _ask_for_forecast(self) -> None:
        """Open the forecast as lines: it comes as it was forecast, as far as the first plan looks."""
        company, n = self.company, len(self.company.case.facts.orders)
        if company.demand is None:
            return
        weeks = max(company.view_weeks, -(-self.rules.days // 7))
        far = company.demand.plan.edges[1:] > 7 * weeks
        facts = with_forecast(company.case, replace(company.demand, planned=np.where(far, 0.0, company.demand.planned))).facts
        rows = slice(n, len(facts.orders))
        none = np.full(len(facts.orders) - n, -1, dtype=np.int64)
        item, qty, due, priority = facts.order_item[rows], facts.order_qty[rows], facts.order_due[rows], facts.order_priority[rows]
        self.plant.add_lines(facts.orders[n:], item, qty, due, priority, LineSource.FORECAST, none)

    def _outcome(self, days: int) -> PlannedOutcome:
        plant = self.plant
        stock = np.array(self._stock).reshape(days, plant.facts.n_items)
        return PlannedOutcome(
            start=plant.facts.today,
            days=days,
            lines=plant.lines,
            lots=plant.lots,
            purchases=plant.purchases,
            shipments=plant.shipments,
            line_name=tuple(plant.line_name),
            lot_name=tuple(plant.lot_name),
            purchase_name=tuple(plant.purchase_name),
            stock=stock,
            hours=plant.used,
            room=plant.room,
            calendar=plant.calendar,
            nights=tuple(self.night.log),
            expired=tuple(plant.ageing.gone),
            wall_s=time.perf_counter() - self._began,
        )
