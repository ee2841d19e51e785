"""The planner of a planned run: keeps the plan while all goes as planned, else makes it anew by the functions of `e2esim plan`."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from e2esim.domain.planned_outcome import LineSource, NightLog, Stage
from e2esim.planning.demand.net_demand import NetDemand, Orders, in_pieces, net_forecast
from e2esim.planning.factory.case import PlanCase
from e2esim.planning.factory.execute import Wants, wants_of
from e2esim.planning.factory.firm import lacking_parts, with_firm_orders, without_firm
from e2esim.planning.factory.frozen import Remainder
from e2esim.planning.factory.net_forecast import with_forecast
from e2esim.planning.factory.planner import Laid
from e2esim.planning.factory.problem import Ints
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.factory.safety_stock import with_safety_stock
from e2esim.planning.factory.shelf_life import nothing_too_old
from e2esim.planning.factory.trace import purchases_for
from e2esim.simulate.factory.firm_lots import put_down, still_firm
from e2esim.simulate.factory.floor import ShopFloor
from e2esim.simulate.factory.known import as_result, open_lines, problem_at
from e2esim.simulate.factory.made_plans import MadePlans
from e2esim.simulate.factory.plant import FactoryState


class PlanningNight:
    """Makes and renews the plan in force of a plant."""

    def __init__(self, plant: FactoryState, floor: ShopFloor, made: MadePlans) -> None:
        self.plant, self.floor, self.made = plant, floor, made
        self.new_lines = 0  # promised since the last plan
        self.made_on = -1
        self.log: list[NightLog] = []

    def plan(self, day: int) -> None:
        """Look at the plan on the night before a day."""
        began = time.perf_counter()
        floor, rules = self.floor, self.plant.rules
        happened = (floor.late_supplies, floor.late_lots, floor.late_shipments, self.new_lines)
        anew = self.made_on < 0 or (rules.chance.replanning and (any(happened) or self._ends(day)))
        objective = bound = float("nan")
        if anew:
            result = self._replace(day)
            objective, bound, self.made_on, self.new_lines = result.objective, result.bound, day, 0
            floor.forget()
        late_supplies, late_lots, late_shipments, new_lines = happened
        self.log.append(
            NightLog(
                day=day,
                replanned=anew,
                late_supplies=late_supplies,
                late_lots=late_lots,
                late_shipments=late_shipments,
                new_lines=new_lines,
                objective=objective,
                bound=bound,
                wall_s=time.perf_counter() - began,
            )
        )

    def _ends(self, day: int) -> bool:
        """Whether less than half of what the plan looked ahead is left."""
        demand = self.plant.company.demand
        return demand is not None and self.plant.rules.chance.demand and day - self.made_on >= 7 * self.plant.company.view_weeks // 2

    def _replace(self, day: int) -> Laid:
        """Make the plan anew and put it in the place of what has not begun."""
        plant = self.plant
        rows = open_lines(plant)
        case = replace(
            plant.company.case,
            facts=problem_at(plant, day, rows),
            order_customer=tuple(self._customer(k) for k in rows.tolist()),
            receipt_name=(),
            money=None,
            shelf=plant.ageing.shelf(day),
        )
        case = with_firm_orders(case, list(plant.company.firm) if self.made_on < 0 else still_firm(plant, day))[0]
        demand, kept = net_at(plant, day), self._kept(day)
        case = with_safety_stock(case if demand is None else with_forecast(case, demand))
        if case.shelf is None:
            case, laid = self._sought(case, kept)
        else:
            (case, _, _, laid), _ = nothing_too_old(case, lambda some: self._told(*self._sought(some, kept)))
        self._drop()
        self._take(laid, rows, day)
        put_down(plant, case.released, day)
        return laid

    def _sought(self, case: PlanCase, kept: Wants | None) -> tuple[PlanCase, Laid]:
        """The plan of a case; firm orders that cannot have their parts are let go, as `e2esim plan` does."""
        while True:
            left = case.remainder().problem if case.n_firm or case.released.lot_step.size else case.facts
            laid = self.made.plan(left, kept, self.plant.rules)
            if not (case.n_firm and (lacks := lacking_parts(case, left, laid.schedule))):
                return case, laid
            case = without_firm(case, lacks)

    def _told(self, case: PlanCase, laid: Laid) -> tuple[PlanCase, Remainder, PlanResult, Laid]:
        """A plan with its purchases, as the walk through what expires takes it."""
        left = case.remainder()
        source, qty, received = purchases_for(left.problem, laid.view.net, laid.schedule)
        bought = source, qty, received, received - left.problem.source_lead_days[source]
        return case, left, as_result(left.problem, laid.schedule, bought), laid

    def _kept(self, day: int) -> Wants | None:
        """Its own lots of the plan in force that have not begun; None before the first plan."""
        plant, lots = self.plant, self.plant.lots
        if self.made_on < 0:
            return None
        rows = plant.rows(lots, Stage.PLANNED)
        rows = rows[lots["firm"][rows] < 0]
        return wants_of(plant.facts, lots["step"][rows].astype(np.int64), np.maximum(lots["plan_start"][rows] - day, 0), lots["qty"][rows])

    def _customer(self, row: int) -> str:
        template = int(self.plant.lines["template"][row])
        return self.plant.company.case.order_customer[template] if template >= 0 else "forecast"

    def _drop(self) -> None:
        plant = self.plant
        for table in (plant.lots, plant.purchases, plant.shipments):
            rows = plant.rows(table, Stage.PLANNED)
            table["stage"][rows if table is not plant.lots else rows[table["firm"][rows] < 0]] = Stage.DROPPED

    def _take(self, laid: Laid, rows: Ints, day: int) -> None:
        """Write a plan down: its lots, purchases and deliveries, and what each line may expect."""
        plant, lines, done, facts = self.plant, self.plant.lines, laid.schedule, laid.view.asked
        starts, ends = done.lot_day, done.lot_end
        for lot in np.lexsort((done.lot_qty, done.lot_from, done.lot_step)).tolist():
            hours = 24.0 * day + float(done.lot_from[lot]), 24.0 * day + float(done.lot_to[lot]), int(done.lot_machine[lot])
            plant.plan_lot(int(done.lot_step[lot]), float(done.lot_qty[lot]), day + int(starts[lot]), day + int(ends[lot]), hours)
        source, qty, received = purchases_for(facts, laid.view.net, done)
        ordered = received - facts.source_lead_days[source]
        for row in np.lexsort((qty, ordered, source)).tolist():
            plant.plan_purchase(int(source[row]), float(qty[row]), day + int(ordered[row]), day + int(received[row]))
        mine = np.flatnonzero(done.delivery_order < rows.size)
        line = rows[done.delivery_order[mine]]
        plant.plan_shipments(line, day + done.delivery_day[mine], done.delivery_qty[mine])
        last = np.full(lines.n, -1, dtype=np.int64)
        np.maximum.at(last, line, day + done.delivery_day[mine])
        for column in ("planned", "promised"):
            unknown = rows[lines[column][rows] < 0]
            lines[column][unknown] = last[unknown]


def net_at(plant: FactoryState, day: int) -> NetDemand | None:
    """What known orders leave of the forecast on a day, over the weeks that a plan looks ahead; None where nothing is left."""
    company, lines = plant.company, plant.lines
    demand = company.demand
    if demand is None or not plant.rules.chance.demand:
        return None
    plan, data = demand.plan, demand.data
    edges = plan.edges - day
    weeks = np.flatnonzero((edges[1:] > 0) & (edges[:-1] < 7 * company.view_weeks))
    if not weeks.size:
        return None
    cut = np.maximum(edges[weeks[0] : weeks[-1] + 2], 0.0)
    share = np.diff(cut) / np.diff(edges[weeks[0] : weeks[-1] + 2])
    shown = replace(plan, edges=cut, adjusted=replace(plan.adjusted, final=plan.adjusted.final[:, weeks] * share))
    rows = np.flatnonzero(lines["source"][: lines.n] != LineSource.FORECAST)
    template = lines["template"][rows]
    orders = Orders(
        item=tuple(plant.facts.items[k] for k in lines["item"][rows].tolist()),
        channel=tuple(company.order_channel[k] if k >= 0 else "" for k in template.tolist()),
        due=(lines["due"][rows] - day).astype(np.float64),
        quantity=lines["qty"][rows],
        priority=lines["priority"][rows],
    )
    net = net_forecast(shown, orders, back=data.back, ahead=data.ahead, fence=data.fence)
    return replace(demand, plan=shown, net=net, planned=in_pieces(net, data.whole))
