"""Firm works orders of a planned run: their lots stand in the books and keep their days from one plan to the next."""

from __future__ import annotations

import numpy as np

from e2esim.domain.planned_outcome import Stage
from e2esim.planning.factory.firm import FirmOrder
from e2esim.planning.factory.frozen import Released
from e2esim.planning.factory.shifts import DAY_H
from e2esim.simulate.factory.plant import FactoryState


def still_firm(plant: FactoryState, day: int) -> list[FirmOrder]:
    """Firm orders with steps to begin on a morning, days from then: of one on the floor the next step begins on its day, or when its pieces come."""
    lots, found = plant.lots, []
    planned, begun = plant.rows(lots, Stage.PLANNED), plant.rows(lots, Stage.BEGUN)
    for k in np.unique(lots["firm"][planned[lots["firm"][planned] >= 0]]).tolist():
        order, open_rows = plant.company.firm[k], planned[lots["firm"][planned] == k]
        before = begun[lots["firm"][begun] == k]
        steps = np.flatnonzero((plant.facts.step_item == order.item) & plant.facts.is_main)
        there = (lots["start"] + lots["plan_end"] - lots["plan_start"])[before]  # as planned from its start on
        there = np.where(there > day, there, lots["end"][before])
        start = max(int(lots["plan_start"][open_rows].min()), int(there.max(initial=day)), day) - day
        done = steps.size - open_rows.size
        found.append(FirmOrder(name=order.name, item=order.item, qty=order.qty, start=start, due=order.due - day, done=done))
    return found


def put_down(plant: FactoryState, firm: Released, day: int) -> None:
    """Write the lots of firm orders down as a plan made on a day lays them out; those that it has let go are dropped."""
    lots = plant.lots
    rows = plant.rows(lots, Stage.PLANNED)
    open_rows = {(int(lots["firm"][row]), int(lots["step"][row])): int(row) for row in rows[lots["firm"][rows] >= 0]}
    place = {order.name: k for k, order in enumerate(plant.company.firm)}
    for k, name in enumerate(firm.lot_name):
        step, start, end = int(firm.lot_step[k]), day + int(firm.lot_start[k]), day + int(firm.lot_end[k])
        work = DAY_H * day + float(firm.lot_from[k]), DAY_H * day + float(firm.lot_to[k]), int(firm.lot_machine[k])
        row = open_rows.pop((place[name], step), None)
        if row is None:
            row = plant.plan_lot(step, float(firm.lot_qty[k]), start, end, work, name)
            lots["firm"][row] = place[name]
        for column, value in zip(("plan_start", "plan_end", "plan_from", "plan_to", "machine"), (start, end, *work), strict=True):
            lots[column][row] = value
    for row in open_rows.values():
        lots["stage"][row] = Stage.DROPPED
