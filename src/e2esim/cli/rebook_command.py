"""``e2esim promise DATA --orders FILE``: a book of orders promised again, with its result folder."""

from __future__ import annotations

import time
from pathlib import Path

import typer

from e2esim.application.promising import asked_plan, known_in
from e2esim.application.rebooking import RULES, promise_book
from e2esim.cli.promise_options import PromiseOptions, wrong
from e2esim.config.problems import InputErrors, did_you_mean


def rebook_orders(data: Path, options: PromiseOptions) -> None:
    """Read the orders, promise them on the plan, write and print the result.

    Raises
    ------
    InputErrors
        If data, plan, orders or options are wrong; nothing is promised and nothing written then.
    """
    from e2esim.application.folders import new_folder
    from e2esim.cli.ends import listing, told_on_stderr
    from e2esim.config.promise.orders_file import read_orders
    from e2esim.report.progress import progress_bar
    from e2esim.report.promise.book_terminal import book_json, print_book
    from e2esim.report.promise.folder import write_book

    began = time.perf_counter()
    file = options.orders
    assert file is not None
    if options.precedence not in RULES:
        raise InputErrors([wrong("--precedence", options.precedence, "no such precedence", did_you_mean(options.precedence, RULES))])
    snapshot, used = asked_plan(data, options.plan, lambda known: read_orders(file, known), told_on_stderr(quiet=options.quiet))
    orders, warnings = read_orders(file, known_in(snapshot))
    if warnings and not options.quiet:
        typer.echo(listing(warnings), err=True)
    folder = new_folder(options.out, f"promise-{snapshot.title}", f"{orders.height}")
    with progress_bar(quiet=options.quiet or options.as_json) as tell:
        done = [0]

        def told(count: int) -> None:
            done[0] += count
            tell(done[0] / orders.height, f"{done[0]:,} of {orders.height:,} lines")

        book = promise_book(orders, snapshot, used, options.precedence, told)
    if folder.is_dir():  # empty, as new_folder has seen
        folder.rmdir()
    write_book(book, folder)
    wall_s = time.perf_counter() - began
    if options.as_json:
        typer.echo(book_json(book, folder, wall_s))
    elif not options.quiet:
        print_book(book, folder, wall_s)
