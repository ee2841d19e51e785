"""The plan meets the world: goods come in, lots are made, lines are delivered, each when it really can.

This is what stays different between a run and its plan. A plan is carried out exactly; here a lot begins on its planned
day, or as soon as its inputs are in stock and its work centre has hours left in the week; what a week cannot hold goes on
in the next one; a delivery leaves on its planned day, or as soon as the goods are there, by the turn of the lines.
"""

from __future__ import annotations

import numpy as np

from e2esim.domain.planned_outcome import Stage
from e2esim.planning.book.backorders import turns
from e2esim.planning.factory.problem import Ints
from e2esim.simulate.factory.luck import address_of
from e2esim.simulate.factory.plant import Plant

EPS = 1e-6


class ShopFloor:
    """Carries the plan in force out, day by day."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.late_supplies = self.late_lots = self.late_shipments = 0  # since the last plan

    def forget(self) -> None:
        """A new plan knows of all that was late."""
        self.late_supplies = self.late_lots = self.late_shipments = 0

    def goods_in(self, day: int) -> None:
        """Book what comes from suppliers and from the floor on a day."""
        plant = self.plant
        bought, lots = plant.purchases, plant.lots
        placed = plant.rows(bought, Stage.BEGUN)
        here = placed[bought["arrives"][placed] <= day]
        np.add.at(plant.stock, bought["node"][here], bought["qty"][here])
        bought["stage"][here] = Stage.DONE
        missed = (bought["due"][placed] == day) & (bought["arrives"][placed] > day)
        self.late_supplies += int(missed.sum())
        begun = plant.rows(lots, Stage.BEGUN)
        done = begun[lots["end"][begun] <= day]
        np.add.at(plant.stock, plant.net.step_output[lots["step"][done]], lots["qty"][done])
        lots["stage"][done] = Stage.DONE

    def buy(self, day: int) -> None:
        """Place the purchases that are planned for today."""
        plant = self.plant
        planned = plant.rows(plant.purchases, Stage.PLANNED)
        for row in planned[plant.purchases["ordered"][planned] <= day].tolist():
            plant.place(row, day)

    def make(self, day: int) -> None:
        """Begin the lots whose day has come, in the order of the plan; again while lots of no days feed others."""
        plant, lots = self.plant, self.plant.lots
        while True:
            ready = plant.rows(lots, Stage.PLANNED)
            ready = ready[lots["plan_start"][ready] <= day]
            step = lots["step"][ready]
            order = np.lexsort((step, -plant.net.level[plant.facts.step_item[step]], lots["plan_start"][ready]))
            begun = [self._begin(row, day) for row in ready[order].tolist()]
            if not any(begun):
                break
            self.goods_in(day)
        late = ready[lots["plan_start"][ready] == day]
        self.late_lots += int(late.size)

    def _begin(self, row: int, day: int) -> bool:
        """Begin a lot if its inputs are there and its week has hours."""
        plant, lots = self.plant, self.plant.lots
        step, qty = int(lots["step"][row]), float(lots["qty"][row])
        inputs = slice(int(plant.net.in_start[step]), int(plant.net.in_start[step + 1]))
        node, need = plant.net.in_node[inputs], plant.net.in_qty[inputs] * qty
        centre, week = int(plant.facts.step_centre[step]), day // 7
        left = plant.room[centre, week] - plant.used[centre, week] if week < plant.room.shape[1] else np.inf
        hours = float(lots["hours"][row])
        if (plant.stock[node] < need - EPS).any() or (hours > EPS and left <= EPS):
            return False
        np.subtract.at(plant.stock, node, need)
        lots["start"][row], lots["stage"][row] = day, Stage.BEGUN
        lots["end"][row] = day + self._days(row, step, day) + self._overrun(centre, week, hours)
        self.late_lots += int(lots["start"][row] == lots["plan_start"][row] and lots["end"][row] > lots["plan_end"][row])
        return True

    def _days(self, row: int, step: int, day: int) -> int:
        """Days from the start of a lot to its end when hours are no limit."""
        plant, lots = self.plant, self.plant.lots
        planned = int(lots["plan_end"][row] - lots["plan_start"][row])
        if not plant.rules.chance.capacity:
            return planned
        address = address_of(f"{plant.lot_name[row]} flow")
        factor = plant.luck.factor("flow", address, float(plant.company.risk.step_flow_cv[step]))
        return max(0, round(planned * factor))

    def _overrun(self, centre: int, week: int, hours: float) -> int:
        """Take the hours of a lot from its week and, where that is full, from those after; days by which it ends later."""
        plant, late, need = self.plant, 0.0, hours
        while need > EPS and week < plant.room.shape[1]:
            taken = min(need, max(plant.room[centre, week] - plant.used[centre, week], 0.0))
            plant.used[centre, week] += taken
            need -= taken
            week += 1
            if need > 1e-3 and week < plant.room.shape[1]:
                late += 7.0 * min(1.0, need / max(plant.room[centre, week], EPS))
        return int(np.ceil(late - 1e-9))

    def deliver(self, day: int) -> None:
        """Deliver what is planned until today and in stock, by the turn of the lines where it is short."""
        plant, sent = self.plant, self.plant.shipments
        due = plant.rows(sent, Stage.PLANNED)
        due = due[sent["plan_day"][due] <= day]
        due = due[self._turn(due)]
        item, qty = plant.lines["item"][sent["line"][due]], sent["qty"][due]
        wanted = np.bincount(item, weights=qty, minlength=plant.stock.size)
        short = wanted[item] > plant.stock[item] + EPS
        self._send(due[~short], day)
        for row, k, pieces in zip(due[short].tolist(), item[short].tolist(), qty[short].tolist(), strict=True):
            if plant.stock[k] >= pieces - EPS:
                self._send(np.array([row]), day)
            elif sent["plan_day"][row] == day:
                self.late_shipments += 1

    def _turn(self, rows: Ints) -> Ints:
        """In which order planned deliveries are served."""
        plant = self.plant
        line = plant.shipments["line"][rows]
        if not plant.rules.chance.precedence:
            return np.lexsort((line, plant.shipments["plan_day"][rows]))
        return turns(plant.lines["turn"][line], plant.lines["priority"][line], plant.lines["due"][line])

    def _send(self, rows: Ints, day: int) -> None:
        plant, sent, lines = self.plant, self.plant.shipments, self.plant.lines
        line, qty = sent["line"][rows], sent["qty"][rows]
        np.subtract.at(plant.stock, lines["item"][line], qty)
        np.subtract.at(lines["open"], line, qty)
        np.add.at(lines["in_time"], line, np.where(lines["due"][line] >= day, qty, 0.0))
        kept = (lines["promised"][line] >= day) | (lines["promised"][line] < 0)
        np.add.at(lines["by_promise"], line, np.where(kept, qty, 0.0))
        np.add.at(lines["late_piece_d"], line, np.maximum(day - lines["due"][line], 0) * qty)
        lines["delivered"][line] = day
        sent["day"][rows], sent["stage"][rows] = day, Stage.DONE
