"""``e2esim promise``: one request answered within a second, or a book of orders promised again, on the newest plan."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from e2esim.application.promising import promise_one
from e2esim.cli.ends import told_on_stderr
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem

if TYPE_CHECKING:
    from e2esim.config.promise.request import WrittenOptions


@dataclass(frozen=True, kw_only=True)
class PromiseOptions:
    """What the options of ``promise`` say; texts as they were written, '' = not given."""

    item: str = ""
    qty: str = ""
    date: str = ""
    customer: str = ""
    priority: str = ""
    min_shipment: str = ""
    max_late: str = ""
    orders: Path | None = None
    precedence: str = "priority"
    plan: Path | None = None
    out: Path | None = None
    as_json: bool = False
    quiet: bool = False

    def request(self) -> WrittenOptions:
        """The options of one request.

        Raises
        ------
        InputErrors
            If one that is needed is missing.
        """
        from e2esim.config.promise.request import WrittenOptions

        needed = {"--item": self.item, "--qty": self.qty, "--date": self.date}
        missing = [name for name, word in needed.items() if not word.strip()]
        if missing:
            remedy = "a request needs --item, --qty and --date, and --customer where there is a table customers; a book of orders needs --orders FILE"
            raise InputErrors([wrong(name, "", "is missing", remedy) for name in missing])
        return WrittenOptions(
            item=self.item.strip(),
            qty=self.qty.strip(),
            date=self.date.strip(),
            customer=self.customer.strip(),
            priority=self.priority.strip(),
            min_shipment=self.min_shipment.strip(),
            max_late=self.max_late.strip(),
        )


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


def wrong(option: str, value: str, message: str, remedy: str) -> Problem:
    """A problem of an option."""
    return Problem(file=COMMAND_LINE, column=option, value=value, message=message, remedy=remedy)
