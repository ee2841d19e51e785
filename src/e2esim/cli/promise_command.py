"""``e2esim promise``: one request answered within a second, or a book of orders promised again, on the newest plan."""

from __future__ import annotations

import time
from pathlib import Path

import typer

from e2esim.application.promising import promise_one
from e2esim.cli.ends import told_on_stderr
from e2esim.cli.promise_options import PromiseOptions, wrong
from e2esim.config.problems import InputErrors


def promise(data: Path, options: PromiseOptions) -> None:
    """Answer one request, or promise the orders of a file again.

    Raises
    ------
    InputErrors
        If data, plan, options or orders are wrong; nothing is promised and nothing written then.
    """
    if options.orders is not None:
        from e2esim.cli.rebook_command import rebook_orders

        given = [name for name in ("item", "qty", "date", "customer", "priority", "min_shipment", "max_late") if getattr(options, name)]
        if given:
            remedy = "ask for one item, or for the orders of a file"
            raise InputErrors([wrong("--" + name.replace("_", "-"), "", "does not go with --orders", remedy) for name in given])
        rebook_orders(data, options)
        return
    if options.out is not None:
        raise InputErrors([wrong("--out", str(options.out), "goes with --orders only", "one request writes nothing")])
    answer_one(data, options)


def answer_one(data: Path, options: PromiseOptions) -> None:
    """Answer one request and print it."""
    from e2esim.report.promise.told import told_json

    began = time.perf_counter()
    told = promise_one(data, options.plan, options.request(), told_on_stderr(quiet=options.quiet)).told
    wall_s = time.perf_counter() - began
    if options.as_json:
        typer.echo(told_json(told, wall_s))
    else:
        from e2esim.report.promise.terminal import print_told

        print_told(told, wall_s)
