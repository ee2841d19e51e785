"""Answer one request on the plan of a company: date, alternatives, limit, who would wait."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from e2esim.config.plan_state.find import FoundPlan, find_plan
from e2esim.report.promise.told import PlanUsed

if TYPE_CHECKING:
    from e2esim.config.plan_state.snapshot import Snapshot
    from e2esim.config.promise.known import Known
    from e2esim.config.promise.request import Asked, WrittenOptions
    from e2esim.planning.ctp.slips import Slip
    from e2esim.report.promise.told import Told, Waits

QUICK_S = 5.0  # time limit of a plan that is made because there is none [s]
Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Promised:
    """The answer to a request."""

    told: Told

    @property
    def answer(self) -> dict[str, object]:
        """What ``e2esim promise --json`` prints."""
        import json

        from e2esim.report.promise.told import told_json

        return dict(json.loads(told_json(self.told, 0.0)))

    def __repr__(self) -> str:
        given = self.answer["answer"]
        promised = given.get("promised") if isinstance(given, dict) else None
        return f"<promise of {self.told.item} for {self.told.customer}: {promised}>"

    def _repr_html_(self) -> str:
        import html
        import json

        return f"<pre>{html.escape(json.dumps(self.answer, indent=1, ensure_ascii=False))}</pre>"


def promise_one(data: Path, plan: Path | None, words: WrittenOptions, tell: Tell) -> Promised:
    """Answer a request.

    Raises
    ------
    InputErrors
        If data, plan or request are wrong; nothing is promised then.
    """
    from e2esim.config.promise.request import check_request

    with _no_collector():
        snapshot, used = asked_plan(data, plan, lambda known: check_request(words, known), tell)
        return Promised(told=_told(snapshot, used, check_request(words, known_in(snapshot))))


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


def asked_plan(data: Path, plan: Path | None, check: Callable[[Known], object], tell: Tell) -> tuple[Snapshot, PlanUsed]:
    """The plan that is asked: named, or the newest of the data, or a quick one made now.

    Parameters
    ----------
    check
        Refuses what cannot be promised, before a plan is made for it.
    """
    from e2esim.config.places import find_data
    from e2esim.config.plan_state.snapshot import read_snapshot

    found = find_plan(find_data(data), plan)
    if found is None:
        check(_known_of_data(data))
        return _quick(data, tell)
    if found.changed:
        tell(f"the plan {found.head.folder} is out of date: {', '.join(found.changed)} changed since; plan anew with `e2esim plan {data}`")
    return read_snapshot(found.head.folder), _used(found, None)


def _known_of_data(data: Path) -> Known:
    """What the data know, where there is no plan of them yet."""
    from e2esim.config.plan_data import read_plan_data
    from e2esim.config.plan_state.snapshot import elsewhere_of
    from e2esim.config.promise.known import known_of

    read = read_plan_data(data)
    return known_of(read.case.facts, read.case.item_name, read.case.item_unit, elsewhere_of(read.tables, read.case.facts))


def _quick(data: Path, tell: Tell) -> tuple[Snapshot, PlanUsed]:
    """Make a plan in a few seconds, leave it where the next request finds it, and say so."""
    from e2esim.application.folders import new_folder
    from e2esim.application.planning import PlanWishes, ask, forecast_company, make_plan, start_plan
    from e2esim.config.plan_state.snapshot import read_head, read_snapshot

    began = time.perf_counter()
    tell(f"no plan of {data} below ./runs: planning first, {QUICK_S:g} s of search")
    wishes = PlanWishes(time_limit_s=QUICK_S)
    started = start_plan(data, wishes)
    folder = new_folder(None, f"plan-{started.case.title}", started.print[:12])
    make_plan(ask(started, forecast_company(started), wishes)).write(folder)
    quick_s = round(time.perf_counter() - began, 1)
    tell(f"planned in {quick_s} s: {folder}; `e2esim plan {data}` searches longer")
    head = read_head(folder)
    assert head is not None  # just written
    return read_snapshot(folder), _used(FoundPlan(head=head, changed=()), quick_s)


def _used(found: FoundPlan, quick_s: float | None) -> PlanUsed:
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
