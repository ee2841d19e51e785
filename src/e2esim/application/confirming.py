"""Confirm the order book of a company anew by class: who wins, who loses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from e2esim.config.plan_data.door import PlanData
    from e2esim.planning.book.backorders import QuotaPots
    from e2esim.planning.book.quotas import QuotaTree
    from e2esim.planning.factory.problem import PlanProblem
    from e2esim.planning.factory.result import PlanResult
    from e2esim.report.backorders.tables import RunView

QUICK_S = 5.0  # time limit of a plan that is made because there is none [s]
OWN_TABLES = {"order_classes.csv", "segments.csv", "quotas.csv"}  # a plan stays good when only these change
Tell = Callable[[str], None]


def supply_plan(data: Path, read: PlanData, named: Path | None, tell: Tell) -> tuple[PlanProblem, PlanResult, str]:
    """The plan that says what supply comes: named, or the newest of these very data, or a quick one made now."""
    from e2esim.config.places import find_data
    from e2esim.config.plan_state.find import find_plan
    from e2esim.config.plan_state.snapshot import read_snapshot

    found = find_plan(find_data(data), named)
    if found is not None and set(found.changed) <= OWN_TABLES:
        snapshot = read_snapshot(found.head.folder)
        return snapshot.problem, snapshot.result, f"plan {found.head.folder} of {found.head.made}"
    if named is not None and found is not None:
        message, remedy = f"is of other data: {', '.join(found.changed)} changed since", "plan anew with e2esim plan"
        raise InputErrors([Problem(file=COMMAND_LINE, column="--plan", value=str(named), message=message, remedy=remedy)])
    from e2esim.planning.factory.planner import plan

    tell(f"no plan of {data} as it is below ./runs: planning first, {QUICK_S:g} s of search")
    left = read.case.remainder()
    return left.problem, plan(left.problem, time_limit_s=QUICK_S), f"a quick plan, {QUICK_S:g} s of search"


def backorder_view(read: PlanData, problem: PlanProblem, result: PlanResult, table: pl.DataFrame, used: str) -> RunView:
    """Run the segments over the orders of a plan."""
    import numpy as np

    from e2esim.config.plan_data.segments import quota_nodes, quota_tree, segments_of
    from e2esim.planning.book.backorders import backorder_run, turns
    from e2esim.planning.book.of_plan import plan_book
    from e2esim.planning.book.quotas import consumption
    from e2esim.report.backorders.tables import RunView

    orders, customers = read.tables["orders"], read.tables["customers"]
    segments = segments_of(table, orders, customers)
    today = problem.today
    promised = np.array([-1 if day is None else max(0, (day - today).days) for day in orders["promised"]], dtype=np.int64)
    book = plan_book(problem, result, orders["min_shipment"].is_null().to_numpy(), promised, len(problem.orders) - orders.height)
    turn = turns(np.array(segments.of_order, dtype=np.int64), problem.order_priority[: book.item.size], book.due)
    tree = quota_tree(read.tables["quotas"])
    nodes = [] if tree is None else quota_nodes(tree, orders, customers)
    limits = None if tree is None else _limits(tree, nodes, book.supply)
    run = backorder_run(book, [segments.strategy[k] for k in segments.of_order], turn, limits)
    found = []
    for item in [] if tree is None else np.unique(book.item).tolist():
        taken = [(nodes[k], pot, pieces) for k, pot, pieces in run.taken if book.item[k] == item]
        assert tree is not None
        found.append((item, consumption(tree, book.supply[item], taken)))
    return RunView(
        title=read.case.title, today=today, plan=used, book=book, run=run, items=problem.items, item_name=read.case.item_name,
        item_unit=read.case.item_unit, orders=problem.orders, customers=read.case.order_customer, priority=problem.order_priority[: book.item.size].tolist(),
        segments=segments.name, strategies=segments.strategy, segment=segments.of_order, quotas=tuple(found),
    )  # fmt: skip


def _limits(tree: QuotaTree, nodes: list[int], supply: np.typing.NDArray[np.float64]) -> QuotaPots:
    """The pots of every item and those open to each order."""
    import numpy as np

    from e2esim.planning.book.backorders import QuotaPots
    from e2esim.planning.book.quotas import pots, sources

    open_to = {node: tuple(sources(tree, node)) for node in set(nodes)}
    return QuotaPots(left=np.stack([pots(tree, row) for row in supply]), allowed=tuple(open_to[node] for node in nodes))
