"""``e2esim promise DATA --orders FILE``: a book of orders promised again, with its result folder."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from e2esim.cli.promise_command import PromiseOptions, asked_plan, known_in, wrong
from e2esim.config.problems import InputErrors, did_you_mean
from e2esim.planning.promise.advice import advise
from e2esim.planning.promise.rebook import PRECEDENCE, Line, rebook

if TYPE_CHECKING:
    import polars as pl

    from e2esim.config.plan_state.snapshot import Snapshot

MOST_ADVISED = 50  # lines for which alternatives are sought, the neediest first


def rebook_orders(data: Path, options: PromiseOptions) -> None:
    """Read the orders, promise them on the plan, write and print the result.

    Raises
    ------
    InputErrors
        If data, plan, orders or options are wrong; nothing is promised and nothing written then.
    """
    from e2esim.cli.ends import listing
    from e2esim.cli.run_command import run_folder
    from e2esim.config.promise.orders_file import read_orders
    from e2esim.planning.ctp.of_factory import state_of
    from e2esim.report.progress import progress_bar
    from e2esim.report.promise.book import Book
    from e2esim.report.promise.book_terminal import book_json, print_book
    from e2esim.report.promise.folder import write_book

    began = time.perf_counter()
    file = options.orders
    assert file is not None
    if options.precedence not in PRECEDENCE:
        raise InputErrors([wrong("--precedence", options.precedence, "no such precedence", did_you_mean(options.precedence, PRECEDENCE))])
    snapshot, used = asked_plan(data, options, lambda known: read_orders(file, known))
    orders, warnings = read_orders(file, known_in(snapshot))
    if warnings and not options.quiet:
        typer.echo(listing(warnings), err=True)
    folder = run_folder(options.out, f"promise-{snapshot.title}", f"{orders.height}")
    with progress_bar(quiet=options.quiet or options.as_json) as tell:
        done = [0]

        def told(count: int) -> None:
            done[0] += count
            tell(done[0] / orders.height, f"{done[0]:,} of {orders.height:,} lines")

        state = state_of(snapshot.problem, snapshot.result)
        verdicts = rebook(state, book_lines(orders, snapshot), precedence=options.precedence, progress=told)
    problem = snapshot.problem
    advice = advise(state, verdicts, problem.items, snapshot.elsewhere, MOST_ADVISED)
    book = Book(
        title=snapshot.title,
        today=problem.today,
        orders=orders,
        verdicts=verdicts,
        names=dict(zip(problem.items, snapshot.item_name, strict=True)),
        units=dict(zip(problem.items, snapshot.item_unit, strict=True)),
        precedence=options.precedence,
        plan=used,
        advice=advice,
    )
    if folder.is_dir():  # empty, as run_folder has seen
        folder.rmdir()
    write_book(book, folder)
    wall_s = time.perf_counter() - began
    if options.as_json:
        typer.echo(book_json(book, folder, wall_s))
    elif not options.quiet:
        print_book(book, folder, wall_s)


def book_lines(orders: pl.DataFrame, snapshot: Snapshot) -> list[Line]:
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
            Line(
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
