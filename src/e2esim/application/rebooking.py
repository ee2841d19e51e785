"""Promise the orders of a file again, on the plan of a company."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from e2esim.planning.promise.advice import advise
from e2esim.planning.promise.rebook import PRECEDENCE, BookLine, rebook

if TYPE_CHECKING:
    import polars as pl

    from e2esim.config.plan_state.snapshot import Snapshot
    from e2esim.report.promise.book import Book
    from e2esim.report.promise.told import PlanUsed

MOST_ADVISED = 50  # lines for which alternatives are sought, the neediest first
RULES = PRECEDENCE  # who is served first


def promise_book(orders: pl.DataFrame, snapshot: Snapshot, used: PlanUsed, precedence: str, progress: Callable[[int], None]) -> Book:
    """Promise checked orders on a plan; ``progress`` is told of lines that are done."""
    from e2esim.planning.ctp.of_factory import state_of
    from e2esim.report.promise.book import Book

    state = state_of(snapshot.problem, snapshot.result)
    verdicts = rebook(state, book_lines(orders, snapshot), precedence=precedence, progress=progress)
    problem = snapshot.problem
    return Book(
        title=snapshot.title,
        today=problem.today,
        orders=orders,
        verdicts=verdicts,
        names=dict(zip(problem.items, snapshot.item_name, strict=True)),
        units=dict(zip(problem.items, snapshot.item_unit, strict=True)),
        precedence=precedence,
        plan=used,
        advice=advise(state, verdicts, problem.items, snapshot.elsewhere, MOST_ADVISED),
    )


def book_lines(orders: pl.DataFrame, snapshot: Snapshot) -> list[BookLine]:
    """The orders as lines, each with what the plan delivers to the order of that number."""
    problem, result = snapshot.problem, snapshot.result
    planned: dict[str, list[tuple[str, int, float]]] = {}
    for order, day, qty in zip(result.delivery_order.tolist(), result.delivery_day.tolist(), result.delivery_qty.tolist(), strict=True):
        planned.setdefault(problem.orders[order], []).append((problem.items[problem.order_item[order]], day, qty))

    def day_of(date: dt.date | None) -> int | None:
        return None if date is None else (date - problem.today).days

    found = []
    for row in orders.iter_rows(named=True):
        name = f"{row['order']}/{row['line']}" if row["line"] else row["order"]
        found.append(
            BookLine(
                name=name,
                buffer=row["item"],
                qty=row["qty"],
                due=(row["due"] - problem.today).days,
                priority=row["priority"],
                ship_set=row["ship_set"],
                min_shipment=row["min_shipment"],
                max_late=row["max_late_days"],
                promised=day_of(row["promised"]),
                planned=tuple(planned.get(name, ())),
            )
        )
    return found
