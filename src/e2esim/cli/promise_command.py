"""``e2esim promise``: one request answered within a second, or a book of orders promised again, on the newest plan."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from e2esim.config.plan_state.find import Found, find_plan
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem
from e2esim.report.promise.told import PlanUsed

if TYPE_CHECKING:
    from e2esim.config.plan_state.snapshot import Snapshot
    from e2esim.config.promise.known import Known
    from e2esim.config.promise.request import Asked, Words
    from e2esim.planning.promise.elsewhere import Elsewhere
    from e2esim.planning.promise.reply import Reply

QUICK_S = 5.0  # time limit of a plan that is made because there is none [s]


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

    def request(self) -> Words:
        """The options of one request.

        Raises
        ------
        InputErrors
            If one that is needed is missing.
        """
        from e2esim.config.promise.request import Words

        needed = {"--item": self.item, "--qty": self.qty, "--date": self.date, "--customer": self.customer}
        missing = [name for name, word in needed.items() if not word.strip()]
        if missing:
            remedy = "a request needs --item, --qty, --date and --customer; a book of orders needs --orders FILE"
            raise InputErrors([_wrong(name, "", "is missing", remedy) for name in missing])
        return Words(
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
            raise InputErrors([_wrong("--" + name.replace("_", "-"), "", "does not go with --orders", remedy) for name in given])
        rebook_orders(data, options)
        return
    if options.out is not None:
        raise InputErrors([_wrong("--out", str(options.out), "goes with --orders only", "one request writes nothing")])
    answer_one(data, options)


def answer_one(data: Path, options: PromiseOptions) -> None:
    """Answer one request and print it."""
    from e2esim.config.promise.request import check_request
    from e2esim.report.promise.told import told_json

    began = time.perf_counter()
    words = options.request()
    snapshot, used = asked_plan(data, options, lambda known: check_request(words, known))
    asked = check_request(words, known_in(snapshot))
    told = _told(snapshot, used, asked)
    wall_s = time.perf_counter() - began
    if options.as_json:
        typer.echo(told_json(told, wall_s))
    else:
        from e2esim.report.promise.terminal import print_told

        print_told(told, wall_s)
