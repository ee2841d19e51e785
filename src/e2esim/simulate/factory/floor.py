"""The plan meets the world: goods come in, lots are made, lines are delivered, each when it really can.

This is what stays different between a run and its plan. A plan is carried out exactly; here a lot begins on its planned
day, or as soon as its inputs are in stock and its work centre has hours left in the week; what a week cannot hold goes on
in the next one; a delivery leaves on its planned day, or as soon as the goods are there, by the turn of the lines.
"""

from __future__ import annotations

import numpy as np

from e2esim.domain.planned_outcome import Stage
from e2esim.planning.book.backorders import turns
from e2esim.planning.factory.clock_kernels import NEVER_H, day_of, done_at, next_open
from e2esim.planning.factory.problem import Ints
from e2esim.planning.factory.shifts import DAY_H
from e2esim.simulate.factory.luck import address_of
from e2esim.simulate.factory.plant import FactoryState

EPS = 1e-6


class ShopFloor:
    """Carries the plan in force out, day by day."""

    def __init__(self, plant: FactoryState) -> None:
        self.plant = plant
        self.late_supplies = self.late_lots = self.late_shipments = 0  # since the last plan

    def forget(self) -> None:
        """A new plan knows of all that was late."""
        self.late_supplies = self.late_lots = self.late_shipments = 0

    def goods_in(self, day: int) -> None:
        """Take out what is too old, book what comes from suppliers and from the floor on a day, and count the supplies that miss it."""
        self.plant.ageing.settle(self.plant.stock, day)
        bought = self.plant.purchases
        placed = self.plant.rows(bought, Stage.BEGUN)
        self.late_supplies += int(((bought["due"][placed] == day) & (bought["arrives"][placed] > day)).sum())
        self._book_in(day)

    def _book_in(self, day: int) -> None:
        """Book what is there by a day."""
        plant = self.plant
        bought, lots = plant.purchases, plant.lots
        placed = plant.rows(bought, Stage.BEGUN)
        here = placed[bought["arrives"][placed] <= day]
        plant.book_in(bought["node"][here], bought["qty"][here], day)
        bought["stage"][here] = Stage.DONE
        begun = plant.rows(lots, Stage.BEGUN)
        done = begun[lots["end"][begun] <= day]
        plant.book_in(plant.net.step_output[lots["step"][done]], lots["qty"][done], day)
        lots["stage"][done] = Stage.DONE

    def buy(self, day: int) -> None:
        """Place the purchases that are planned for today; those without lead time are there at once."""
        plant = self.plant
        planned = plant.rows(plant.purchases, Stage.PLANNED)
        for row in planned[plant.purchases["ordered"][planned] <= day].tolist():
            plant.place(row, day)
        bought, placed = plant.purchases, plant.rows(plant.purchases, Stage.BEGUN)
        self.late_supplies += int(((bought["ordered"][placed] == day) & (bought["due"][placed] == day) & (bought["arrives"][placed] > day)).sum())
        self._book_in(day)  # what is to be had at once

    def make(self, day: int) -> None:
        """Begin the lots whose day has come, in the order of the plan; again while lots of no days feed others."""
        plant, lots = self.plant, self.plant.lots
        while True:
            ready = plant.rows(lots, Stage.PLANNED)
            ready = ready[lots["plan_start"][ready] <= day]
            step = lots["step"][ready]
            order = np.lexsort((step, -plant.net.level[plant.facts.step_item[step]], lots["plan_from"][ready]))
            begun = [self._begin(row, day) for row in ready[order].tolist()]
            if not any(begun):
                break
            self._book_in(day)
        late = ready[lots["plan_start"][ready] == day]
        self.late_lots += int(late.size)

    def _begin(self, row: int, day: int) -> bool:
        """Begin a lot if its inputs are there and its week has hours."""
        plant, lots = self.plant, self.plant.lots
        step, qty = int(lots["step"][row]), float(lots["qty"][row])
        inputs = slice(int(plant.net.in_start[step]), int(plant.net.in_start[step + 1]))
        node, need = plant.net.in_node[inputs], plant.net.in_qty[inputs] * qty
        if (plant.stock[node] < need - EPS).any() or not (self._by_hour(row, step, day) or self._by_week(row, step, day)):
            return False
        np.subtract.at(plant.stock, node, need)
        lots["start"][row], lots["stage"][row] = day, Stage.BEGUN
        self.late_lots += int(lots["start"][row] == lots["plan_start"][row] and lots["end"][row] > lots["plan_end"][row])
        return True

    def _by_week(self, row: int, step: int, day: int) -> bool:
        """Take a lot's hours from those of its week, if there are any left and its work centre keeps no calendar."""
        plant, lots = self.plant, self.plant.lots
        centre, week, shifts = int(plant.facts.step_centre[step]), day // 7, plant.facts.shifts
        if shifts is not None and shifts.by_hour[centre]:
            return False
        left = plant.room[centre, week] - plant.used[centre, week] if week < plant.room.shape[1] else np.inf
        hours = float(lots["hours"][row])
        if hours > EPS and left <= EPS:
            return False
        planned = int(lots["plan_end"][row] - lots["plan_start"][row])
        lots["end"][row] = day + self._days(row, step, planned) + self._overrun(centre, week, hours)
        return True

    def _by_hour(self, row: int, step: int, day: int) -> bool:
        """Put a lot on its machine, if that is open and free on this day; it is done when its hours have been worked.

        A lot that a promise has added knows no machine: it goes on the one that is free first.
        """
        plant, lots, shifts = self.plant, self.plant.lots, self.plant.facts.shifts
        centre = int(plant.facts.step_centre[step])
        if shifts is None or not shifts.by_hour[centre]:
            return False
        machine = int(lots["machine"][row])
        if machine < 0:
            machine = min(shifts.machines(centre), key=lambda m: float(plant.machine_free[m]))
        some, week = shifts.intervals(machine), min(day // 7, plant.room.shape[1] - 1)
        wished = float(lots["plan_from"][row]) if lots["plan_start"][row] == day else DAY_H * day
        begins = next_open(shifts.opens, shifts.closes, some.start, some.stop, max(wished, float(plant.machine_free[machine])))
        if begins >= DAY_H * (day + 1) - EPS:
            return False
        pace = shifts.speed[machine] * (plant.room[centre, week] / plant.calendar[centre, week] if plant.calendar[centre, week] > 0 else 1.0)
        ends = done_at(shifts.opens, shifts.closes, shifts.block, some.start, some.stop, begins, float(lots["hours"][row]) / pace)
        if ends >= NEVER_H:
            return False
        planned, worked = int(lots["plan_end"][row]) - day_of(float(lots["plan_to"][row])), day_of(ends)
        if lots["machine"][row] < 0:
            planned = int(plant.facts.step_flow_days[step])
        lots["end"][row] = worked + (self._days(row, step, planned) if planned > 0 else planned)
        lots["machine"][row], lots["from"][row], lots["to"][row] = machine, begins, ends
        plant.machine_free[machine] = ends
        plant.used[centre, week] += float(lots["hours"][row])
        return True

    def _days(self, row: int, step: int, planned: int) -> int:
        """Planned days of flow as they really are."""
        plant = self.plant
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
