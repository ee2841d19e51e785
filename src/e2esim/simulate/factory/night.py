"""The planner of a planned run: keeps the plan while all goes as planned, else makes it anew by the functions of `e2esim plan`."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from e2esim.domain.planned_outcome import LineSource, NightLog, Stage
from e2esim.planning.demand.net_demand import NetDemand, Orders, in_pieces, net_forecast
from e2esim.planning.factory.net_forecast import with_forecast
from e2esim.planning.factory.planner import planned
from e2esim.planning.factory.problem import Ints
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.factory.safety_stock import with_safety_stock
from e2esim.simulate.factory.floor import ShopFloor
from e2esim.simulate.factory.known import open_lines, problem_at
from e2esim.simulate.factory.plant import FactoryState


class PlanningNight:
    """Makes and renews the plan in force of a plant."""

    def __init__(self, plant: FactoryState, floor: ShopFloor) -> None:
        self.plant, self.floor = plant, floor
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

    def _replace(self, day: int) -> PlanResult:
        """Make the plan anew and put it in the place of what has not begun."""
        plant = self.plant
        rows = open_lines(plant)
        case = replace(
            plant.company.case,
            facts=problem_at(plant, day, rows),
            order_customer=tuple(self._customer(k) for k in rows.tolist()),
            receipt_name=(),
            money=None,
        )
        demand = net_at(plant, day)
        case = with_safety_stock(case if demand is None else with_forecast(case, demand))
        result, _ = planned(case.facts, time_limit_s=plant.rules.plan_s, seed=plant.rules.seed, rounds=plant.rules.rounds)
        self._drop()
        self._take(result, rows, day)
        return result

    def _customer(self, row: int) -> str:
        template = int(self.plant.lines["template"][row])
        return self.plant.company.case.order_customer[template] if template >= 0 else "forecast"

    def _drop(self) -> None:
        plant = self.plant
        for table in (plant.lots, plant.purchases, plant.shipments):
            table["stage"][plant.rows(table, Stage.PLANNED)] = Stage.DROPPED

    def _take(self, result: PlanResult, rows: Ints, day: int) -> None:
        """Write a plan down: its lots, purchases and deliveries, and what each line may expect."""
        plant, lines = self.plant, self.plant.lines
        for lot in np.lexsort((result.lot_qty, result.lot_from, result.lot_step)).tolist():
            hours = 24.0 * day + float(result.lot_from[lot]), 24.0 * day + float(result.lot_to[lot]), int(result.lot_machine[lot])
            dates = day + int(result.lot_start[lot]), day + int(result.lot_end[lot])
            plant.plan_lot(int(result.lot_step[lot]), float(result.lot_qty[lot]), *dates, hours)
        for row in np.lexsort((result.purchase_qty, result.purchase_ordered, result.purchase_source)).tolist():
            dates = day + int(result.purchase_ordered[row]), day + int(result.purchase_received[row])
            plant.plan_purchase(int(result.purchase_source[row]), float(result.purchase_qty[row]), *dates)
        mine = np.flatnonzero(result.delivery_order < rows.size)
        line = rows[result.delivery_order[mine]]
        plant.plan_shipments(line, day + result.delivery_day[mine], result.delivery_qty[mine])
        last = np.full(lines.n, -1, dtype=np.int64)
        np.maximum.at(last, line, day + result.delivery_day[mine])
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
