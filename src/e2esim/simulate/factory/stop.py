"""A planned run stopped on a night: what stands in the books, for a company folder that plan, promise and run open again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from e2esim.domain.planned_outcome import LineSource, Stage
from e2esim.planning.factory.firm import FirmOrder
from e2esim.planning.factory.problem import Floats, Ints, PlanProblem
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.factory.shelf_life import ShelfLife
from e2esim.simulate.factory.firm_lots import still_firm
from e2esim.simulate.factory.known import hours_to_go, plan_at
from e2esim.simulate.factory.run import PlannedRun

FLOOR = "on the floor"  # name of work in process that waits between two steps


@dataclass(frozen=True, kw_only=True, eq=False)
class StoppedRun:
    """The morning of a day, its plan made.

    Parameters
    ----------
    day
        Days from the start of the run.
    problem, result
        What is left, and the plan in force on it.
    template, promised : (n_orders,)
        Row of the opening book that each open line is like; day promised [d from the stop], -1 = none.
    receipt_name : (n_receipts,)
        Names of what is on its way, in the rows of `problem`.
    receipt_centre, receipt_hours : (n_receipts,)
        Work centre whose machine works it still, -1 = none, and the standard hours it still takes [h].
    asked_template, asked_due, asked_qty : (n_lines,)
        Every line known so far, for history: what it is like, its due day [d from the start of the run] and quantity.
    asked_item : (n_lines,)
        Its item.
    firm
        Firm works orders that have not begun, days from the stop; of those on the floor the steps left are lots of the plan.
    shelf
        What expires, days from the stop; None: nothing.
    """

    day: int
    problem: PlanProblem
    result: PlanResult
    template: Ints
    promised: Ints
    receipt_name: tuple[str, ...]
    receipt_centre: tuple[int, ...]
    receipt_hours: tuple[float, ...]
    asked_template: Ints
    asked_item: Ints
    asked_due: Ints
    asked_qty: Floats
    firm: tuple[FirmOrder, ...]
    shelf: ShelfLife | None


def stop(run: PlannedRun) -> StoppedRun:
    """Plan on the morning on which a run stands, and write down what stands in its books.

    >>> from e2esim.simulate.factory.facts import RunRules
    >>> from e2esim.simulate.factory.synthetic import synthetic_company
    >>> run = PlannedRun(synthetic_company(1), RunRules(days=28, rounds=0))
    >>> _ = run.advance(7)
    >>> stop(run).day
    7
    """
    day, plant = run.morning(), run.plant
    problem, result = plan_at(plant, day)
    lines, row = plant.lines, {name: k for k, name in enumerate(plant.line_name)}
    rows = np.array([row[name] for name in problem.orders], dtype=np.int64)
    promised = lines["promised"][rows]
    known = np.flatnonzero(lines["source"][: lines.n] != LineSource.FORECAST)
    placed, begun = plant.rows(plant.purchases, Stage.BEGUN), plant.rows(plant.lots, Stage.BEGUN)
    names = [plant.purchase_name[k] for k in placed.tolist()] + [plant.lot_name[k] for k in begun.tolist()]
    waiting = problem.receipt_item.size - len(names)
    worked = [(-1, 0.0)] * placed.size + hours_to_go(plant, day) + [(-1, 0.0)] * waiting
    return StoppedRun(
        day=day,
        problem=problem,
        result=result,
        template=lines["template"][rows].astype(np.int64),
        promised=np.where(promised >= 0, promised - day, -1).astype(np.int64),
        receipt_name=(*names, *(f"{FLOOR} {k + 1}" for k in range(waiting))),
        receipt_centre=tuple(centre for centre, _ in worked),
        receipt_hours=tuple(hours for _, hours in worked),
        asked_template=lines["template"][known].astype(np.int64),
        asked_item=lines["item"][known].astype(np.int64),
        asked_due=lines["due"][known],
        asked_qty=lines["qty"][known],
        firm=tuple(order for order in still_firm(plant, day) if not order.done),
        shelf=plant.ageing.shelf(day),
    )
