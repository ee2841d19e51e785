"""A slow referee of a written plan folder: plain loops over its tables, nothing shared with the planner."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import numpy as np
import polars as pl

from e2esim.planning.factory.problem import PlanProblem


def broken_rules(problem: PlanProblem, folder: Path) -> set[str]:
    """Names of the rules that the plan in ``folder`` breaks, against the problem as the data state it."""
    lots, bought, given = (pl.read_parquet(folder / f"{n}.parquet") for n in ("lots", "purchases", "deliveries"))
    broken: set[str] = set()
    moves: dict[object, list[tuple[int, int, float]]] = defaultdict(list)
    hours: dict[tuple[str, int], float] = defaultdict(float)
    for i, item in enumerate(problem.items):
        moves[item].append((-1, 0, float(problem.on_hand[i])))
    for i, day, qty in zip(problem.receipt_item, problem.receipt_day, problem.receipt_qty, strict=True):
        moves[problem.items[i]].append((int(day), 0, float(qty)))
    steps: dict[str, list[int]] = defaultdict(list)
    for s, i in enumerate(problem.step_item.tolist()):
        steps[problem.items[i]].append(s)
    for row in lots.iter_rows(named=True):
        own = steps[row["item"]]
        s = next(s for s in own if problem.step_name[s] == row["step"])
        names = list(dict.fromkeys(problem.step_name[x].split(" at ")[0] for x in own))
        k = names.index(row["step"].split(" at ")[0])
        own = names
        start, end = (row["start"] - problem.today).days, (row["end"] - problem.today).days
        item, good = int(problem.step_item[s]), float(problem.step_yield[s]) if problem.step_yield.size else 1.0
        broken |= {"starts before today"} if start < 0 else set()
        broken |= {"flow time"} if end - start < problem.step_flow_days[s] else set()
        broken |= {"smallest lot"} if row["qty"] < problem.lot_min[item] - 1e-6 else set()
        hours[problem.centres[problem.step_centre[s]], start // 7] += float(problem.step_setup_h[s] + row["qty"] * problem.step_run_h[s])
        if k == 0:
            for b in range(problem.bom_parent.size):
                if problem.bom_parent[b] == item:
                    part = problem.items[problem.bom_component[b]]
                    moves[part].append((start, 1, -row["qty"] * float(problem.bom_qty[b]) / good))
        else:
            moves[row["item"], k - 1].append((start, 1, -row["qty"] / good))
        moves[row["item"] if k == len(own) - 1 else (row["item"], k)].append((end, 0, row["qty"]))
    for row in bought.iter_rows(named=True):
        s = next(k for k, name in enumerate(problem.source_supplier) if name == row["supplier"] and problem.items[problem.source_item[k]] == row["item"])
        ordered, received = ((row[c] - problem.today).days for c in ("ordered", "received"))
        broken |= {"ordered before today"} if ordered < 0 else set()
        broken |= {"lead time"} if received - ordered < problem.source_lead_days[s] else set()
        broken |= {"smallest purchase"} if row["qty"] < problem.source_moq[s] - 1e-6 else set()
        moves[row["item"]].append((received, 0, row["qty"]))
    for row in given.iter_rows(named=True):
        moves[row["item"]].append(((row["delivered"] - problem.today).days, 1, -row["qty"]))
    least = dict(zip(problem.orders, problem.order_least.tolist() if problem.order_least.size else [0.0] * len(problem.orders), strict=True))
    for order, _, part in given.drop_nulls("delivered").group_by("order", "delivered").agg(pl.col("qty").sum()).iter_rows():
        broken |= {"smallest part"} if part < least.get(order, 0.0) - 1e-6 else set()
    ordered_qty = dict(zip(problem.orders, problem.order_qty.tolist(), strict=True))  # what was made for a forecast has no limit
    for name, qty in given.group_by("order").agg(pl.col("qty").sum()).iter_rows():
        broken |= {"too much"} if qty > ordered_qty.get(name, np.inf) + 1e-6 else set()
    for (centre, week), used in hours.items():
        room = float(problem.capacity_h[problem.centres.index(centre), week]) if week < problem.n_weeks else 0.0
        broken |= {"over capacity"} if used > room + 1e-3 else set()
    for ledger in moves.values():
        level = 0.0
        for _, _, qty in sorted(ledger, key=lambda m: m[:2]):
            level += qty
            broken |= {"stock below zero"} if level < -1e-4 else set()
    return broken
