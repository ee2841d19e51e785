"""``e2esim promise``: one request answered within a second, or a book of orders promised again, on the newest plan."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
    from e2esim.planning.ctp.slips import Slip
    from e2esim.report.promise.told import Told, Waits

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
            raise InputErrors([wrong(name, "", "is missing", remedy) for name in missing])
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
            raise InputErrors([wrong("--" + name.replace("_", "-"), "", "does not go with --orders", remedy) for name in given])
        rebook_orders(data, options)
        return
    if options.out is not None:
        raise InputErrors([wrong("--out", str(options.out), "goes with --orders only", "one request writes nothing")])
    answer_one(data, options)


def answer_one(data: Path, options: PromiseOptions) -> None:
    """Answer one request and print it."""
    from e2esim.config.promise.request import check_request
    from e2esim.report.promise.told import told_json

    began = time.perf_counter()
    words = options.request()
    with _no_collector():
        snapshot, used = asked_plan(data, options, lambda known: check_request(words, known))
        asked = check_request(words, known_in(snapshot))
        told = _told(snapshot, used, asked)
    wall_s = time.perf_counter() - began
    if options.as_json:
        typer.echo(told_json(told, wall_s))
    else:
        from e2esim.report.promise.terminal import print_told

        print_told(told, wall_s)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Answer without the garbage collector: it would walk the thousands of orders of the plan a tenth of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def asked_plan(data: Path, options: PromiseOptions, check: Callable[[Known], object]) -> tuple[Snapshot, PlanUsed]:
    """The plan that is asked: named, or the newest of the data, or a quick one made now.

    Parameters
    ----------
    check
        Refuses what cannot be promised, before a plan is made for it.
    """
    from e2esim.config.places import find_data
    from e2esim.config.plan_state.snapshot import read_snapshot

    place = find_data(data)
    found = find_plan(place, options.plan)
    if found is None:
        check(_known_of_data(data))
        return _quick(data, options)
    if found.changed:
        _stale(data, found, options)
    return read_snapshot(found.head.folder), _used(found, None)


def _known_of_data(data: Path) -> Known:
    """What the data know, where there is no plan of them yet."""
    from e2esim.config.plan_data import read_plan_data
    from e2esim.config.plan_state.snapshot import elsewhere_of
    from e2esim.config.promise.known import known_of

    read = read_plan_data(data)
    return known_of(read.case.facts, read.case.item_name, read.case.item_unit, elsewhere_of(read.tables, read.case.facts))


def _quick(data: Path, options: PromiseOptions) -> tuple[Snapshot, PlanUsed]:
    """Make a plan in a few seconds, leave it where the next request finds it, and say so."""
    from e2esim.cli.plan_command import PlanOptions, plan_data
    from e2esim.config.plan_state.snapshot import read_head, read_snapshot

    began = time.perf_counter()
    if not options.quiet:
        typer.echo(f"no plan of {data} below ./runs: planning first, {QUICK_S:g} s of search", err=True)
    folder = plan_data(data, PlanOptions(time_limit_s=QUICK_S, quiet=True))
    quick_s = round(time.perf_counter() - began, 1)
    if not options.quiet:
        typer.echo(f"planned in {quick_s} s: {folder}; `e2esim plan {data}` searches longer", err=True)
    head = read_head(folder)
    assert head is not None  # just written
    return read_snapshot(folder), _used(Found(head=head, changed=()), quick_s)


def _stale(data: Path, found: Found, options: PromiseOptions) -> None:
    if not options.quiet:
        files = ", ".join(found.changed)
        typer.echo(f"the plan {found.head.folder} is out of date: {files} changed since; plan anew with `e2esim plan {data}`", err=True)


def _used(found: Found, quick_s: float | None) -> PlanUsed:
    head = found.head
    return PlanUsed(folder=str(head.folder), made=head.made, status=head.status, changed=found.changed, quick_s=quick_s)


def known_in(snapshot: Snapshot) -> Known:
    """What a plan knows."""
    from e2esim.config.promise.known import known_of

    return known_of(snapshot.problem, snapshot.item_name, snapshot.item_unit, snapshot.elsewhere)


def _told(snapshot: Snapshot, used: PlanUsed, asked: Asked) -> Told:
    """Answer a request on a plan, and ask who would wait where the date cannot be met."""
    from e2esim.planning.ctp.model import DAY
    from e2esim.planning.ctp.of_factory import promised_orders, state_of
    from e2esim.planning.ctp.request import Request
    from e2esim.planning.ctp.slips import Met, slips
    from e2esim.planning.promise.reply import reply
    from e2esim.planning.promise.sources import Wish
    from e2esim.report.promise.told import Told
    from e2esim.report.promise.words import Speech

    problem = snapshot.problem
    state = state_of(problem, snapshot.result)
    wish = Wish(qty=asked.qty, day=asked.day, min_shipment=asked.min_shipment, max_late=asked.max_late)
    answer = reply(state, problem.items, problem.items, snapshot.elsewhere, wish, asked.item, asked.priority)
    waits, forced = None, False
    if not answer.on_time:
        wanted = Request(name="", buffer=problem.items[asked.item], quantity=wish.qty, due=wish.day * DAY, priority=asked.priority, partial=False)
        found = slips(state, wanted, promised_orders(problem, snapshot.result))
        waits, forced = tuple(_waits(snapshot, slip) for slip in found.slips), found.met != Met.NEVER
    return Told(
        reply=answer,
        item=problem.items[asked.item],
        item_name=snapshot.item_name[asked.item],
        customer=asked.customer,
        speech=Speech(today=problem.today, unit=snapshot.item_unit[asked.item]),
        slips=waits,
        forced=forced,
        plan=used,
    )


def _waits(snapshot: Snapshot, slip: Slip) -> Waits:
    """A slip with the names of order, customer and item."""
    from e2esim.planning.ctp.model import DAY
    from e2esim.report.promise.told import Waits

    problem = snapshot.problem
    row = problem.orders.index(slip.request.name)
    return Waits(
        order=slip.request.name,
        customer=snapshot.order_customer[row],
        item=problem.items[problem.order_item[row]],
        qty=slip.pieces,
        due=int(problem.order_due[row]),
        priority=slip.request.priority,
        before=slip.planned // DAY,
        after=None if slip.becomes is None else slip.becomes // DAY,
    )


def wrong(option: str, value: str, message: str, remedy: str) -> Problem:
    """A problem of an option."""
    return Problem(file=COMMAND_LINE, column=option, value=value, message=message, remedy=remedy)
