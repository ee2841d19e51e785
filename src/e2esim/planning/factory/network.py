"""The flow network of a problem: stock nodes (items and work in process) and what each step takes and gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from e2esim.planning.factory.call_offs import limited
from e2esim.planning.factory.problem import AS_USUAL, TAKES_PARTS, Floats, Ints, PlanProblem, item_levels

NEVER = 1 << 40


@dataclass(frozen=True, kw_only=True, eq=False)
class MaterialNetwork:
    """Nodes 0..n_items-1 are items, node n_items + s is the work in process behind step s, a first choice.

    `step_output` is the node a step fills; its inputs are rows `in_start[s]` to `in_start[s + 1]` of `in_node`,
    `in_qty`. `free_from` is the first day on which a purchase ordered on day 0 can be in stock (`NEVER` for what is
    not bought, or only of suppliers that deliver so much a week).
    """

    n_nodes: int
    step_output: Ints
    step_is_first: Ints
    in_start: Ints
    in_node: Ints
    in_qty: Floats
    free_from: Ints
    level: Ints

    def inputs_of(self, steps: Ints) -> tuple[Ints, Ints, Floats]:
        """Inputs of many steps at once: row of `steps`, node, pieces a piece."""
        count = self.in_start[steps + 1] - self.in_start[steps]
        row = np.repeat(np.arange(steps.size), count)
        offset = np.arange(row.size) - np.repeat(np.cumsum(count) - count, count)
        at = np.repeat(self.in_start[steps], count) + offset
        return row, self.in_node[at], self.in_qty[at]


def network(problem: PlanProblem) -> MaterialNetwork:
    """Derive the network of a problem."""
    n, s = problem.n_items, problem.n_steps
    first, before = problem.chain.first, problem.chain.before
    output = np.where(problem.chain.last, problem.step_item, n + problem.mains)
    by_parent = np.argsort(problem.bom_parent, kind="stable")
    bom_count = np.bincount(problem.bom_parent, minlength=n)
    bom_start = np.r_[0, np.cumsum(bom_count)]
    parts = np.where(problem.takes == AS_USUAL, first > 0, problem.takes == TAKES_PARTS)
    count = np.where(parts, bom_count[problem.step_item], 1)
    start = np.r_[0, np.cumsum(count)].astype(np.int64)
    node = np.zeros(start[-1], dtype=np.int64)
    qty = np.ones(start[-1])
    yields = problem.yields
    for k in range(s):
        a, b = start[k], start[k + 1]
        if parts[k]:
            rows = by_parent[bom_start[problem.step_item[k]] : bom_start[problem.step_item[k] + 1]]
            node[a:b], qty[a:b] = problem.bom_component[rows], problem.bom_qty[rows] / yields[k]
        else:
            node[a:b], qty[a:b] = (n + before[k] if problem.takes[k] == AS_USUAL else problem.takes[k]), 1.0 / yields[k]
    free = np.full(n + s, NEVER, dtype=np.int64)
    whole = np.flatnonzero(~limited(problem))
    np.minimum.at(free, problem.source_item[whole], problem.source_lead_days[whole])
    level = item_levels(n, *problem.behind)
    assert level is not None  # PlanProblem has refused cycles
    return MaterialNetwork(
        n_nodes=n + s,
        step_output=output.astype(np.int64),
        step_is_first=first.astype(np.int64),
        in_start=start,
        in_node=node,
        in_qty=qty,
        free_from=free,
        level=level,
    )
