"""Why lines of the plant were late: one binding cause a line, found after the run from the facts that it recorded.

A line is followed back from its missed day. Left in time: transport. Allocated in time: the warehouse. Else goods were missing
on the last night from which it could still have come in time. Had there been enough for it in the order of due days, others
took them: precedence. Else the lot that would have cured it is asked: it waited for a part (whose supply is asked in turn), or
for a work centre, or the plan set it too late, because hours or material were short in that week. What none of these explains
was wanted sooner than the lead time allows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import LATE_COLUMNS, LOT_COLUMNS, Columns, LateCause, OrderKind, OrderState
from e2esim.domain.ways import RECEIVE_D
from e2esim.domain.world import World
from e2esim.planning.mps import MpsSystem

F = npt.NDArray[np.float64]
I = npt.NDArray[np.int64]  # noqa: E741

SHIP_HOUR = 9.0  # goods allocated before this hour can leave on their day (as the promise assumes)
MOST = 0.5  # of the time a lot lost, a wait must explain this share to be its cause
EPS = 1e-6


class TracedCause(NamedTuple):
    """Why, where and what was missing; -1 = nowhere, nothing. A lead time with a place is the one of that lane."""

    cause: int
    place: int = -1
    item: int = -1
    pent: bool = False  # explained by a need that had piled up, if anything had made it do so


@dataclass(frozen=True, kw_only=True, eq=False)
class LateFacts:
    """What a run recorded. ``free`` (nights, items) at the plant; ``limits`` by week, see `Planner.limits`."""

    world: World
    orders: Columns
    lots: Columns
    calls: Columns
    free: F
    limits: Sequence[tuple[F, F]]
    system: MpsSystem
    raw: I
    sold: I
    ahead_d: int
    transit_d: F
    known: dict[tuple[int, ...], TracedCause] = field(default_factory=dict)

    @cached_property
    def departure(self) -> I:
        """Last day up to each day on which a truck of the lane leaves and its site works, -1 if none, (lanes, days)."""
        w = self.world
        days = int(w.hours // 24) + 2
        works = np.array([one.calendar.daily(days) > 0 for one in w.sites])
        leaves = w.lanes.departs[:, (np.arange(days) + w.start.weekday()) % 7] & works[w.lanes.site]
        return np.asarray(np.maximum.accumulate(np.where(leaves, np.arange(days), -1), axis=1))

    @cached_property
    def plant(self) -> I:
        """Lines of the plant that were not cancelled and have a promise."""
        o = self.orders
        mine = (o.filled("kind") != OrderKind.SELL_OUT) & (o.filled("state") != OrderState.CANCELLED)
        return np.flatnonzero(mine & ~np.isnan(o.filled("promised")))

    @cached_property
    def shortage(self) -> F:
        """Pieces due and not yet allocated beyond what was free, (nights, items): above zero = short for all in due order."""
        o, rows, nights = self.orders, self.plant, len(self.free)
        item, pieces = o.filled("item")[rows], o.filled("quantity")[rows].astype(np.float64)
        due = self.last_night(rows, np.floor(o.filled("promised")[rows] / 24.0)).astype(np.float64)
        due = np.maximum(due, np.floor(o.filled("placed")[rows] / 24.0))
        given = o.filled("allocated")[rows] / 24.0
        flow = np.zeros((nights + 1, self.world.items.n))
        np.add.at(flow, (np.clip(due, 0, nights).astype(np.int64), item), pieces)
        out = ~np.isnan(given)
        np.add.at(flow, (np.clip(np.floor(given[out]) + 1.0, 0, nights).astype(np.int64), item[out]), -pieces[out])
        return np.asarray(np.cumsum(flow, axis=0)[:nights] - self.free)

    @cached_property
    def cures(self) -> dict[int, tuple[I, F, F]]:
        """By item: its lots in order of completion (open ones by due date behind), that time, and their good pieces summed up."""
        item, done, due = (self.lots.filled(c) for c in ("item", "completed", "due"))
        order = np.lexsort((due, np.where(np.isnan(done), np.inf, done), item))
        good = self.lots.filled("quantity") * (1.0 - self.world.items.scrap[item])
        found = {}
        for i in np.unique(item).tolist():
            own = order[item[order] == i]
            found[i] = (own, np.where(np.isnan(done[own]), np.inf, done[own]), np.cumsum(good[own]))
        return found

    def last_night(self, rows: I, due_day: F) -> I:
        """Day of the last departure that reaches each row's customer on ``due_day`` by the planned transit, (n,); -1 = none."""
        o, w = self.orders, self.world
        lane = w.lanes.along(*(o.filled(c)[rows] for c in ("way", "channel", "market")))
        latest = np.floor(due_day - self.transit_d[lane] + 1e-9).astype(np.int64)
        day = self.departure[lane, np.clip(latest, 0, self.departure.shape[1] - 1)]
        return np.asarray(np.where(latest >= 0, day, -1))


def late_table(facts: LateFacts) -> Columns:
    """Every line of the plant that missed its promised day, else the day that was asked for, with its cause (`LATE_COLUMNS`).

    A day is missed when the run goes on after it and the line came later or not at all.
    """
    o, rows = facts.orders, facts.plant
    today = math.floor(facts.world.hours / 24.0)
    placed, wish, promised, came = (o.filled(c)[rows].astype(np.float64) for c in ("placed", "requested", "promised", "delivered"))
    there = came < facts.world.hours
    day = np.where(there, np.floor(came / 24.0), today)
    due = np.floor(promised / 24.0)
    asked = np.where(wish > placed + 1.0, np.floor(wish / 24.0), np.inf)
    promise, request = (day > due) & (due < today), (day > asked) & (asked < today)
    late = promise | request
    missed = np.where(promise, due, asked)[late]
    found = explain(facts, rows[late], missed, promise[late])
    return Columns.of(
        LATE_COLUMNS,
        {
            "row": rows[late],
            "cause": np.array([f.cause for f in found], dtype=np.uint8),
            "place": np.array([f.place for f in found], dtype=np.int16),
            "item": np.array([f.item for f in found], dtype=np.int16),
            "pieces": o.filled("quantity")[rows[late]],
            "due": 24.0 * (missed + 1.0),
            "late_d": day[late] - missed,
            "open": ~there[late],
            "promise": promise[late],
        },
    )


def explain(facts: LateFacts, rows: I, due_day: F, promise: npt.NDArray[np.bool_]) -> list[TracedCause]:
    """The cause for which each line was not, or is not yet, delivered on ``due_day``, (n,).

    Parameters
    ----------
    rows
        Order lines of the plant with a promise.
    due_day
        The day that counts [d since start].
    promise : (n,)
        Whether that day was promised; if it was only asked for, a promise would have needed the firm's margin on top, and the
        order of a shop a day more.
    """
    o, w = facts.orders, facts.world
    lane = w.lanes.along(*(o.filled(c)[rows] for c in ("way", "channel", "market")))
    night = facts.last_night(rows, np.where(promise, due_day, due_day - w.settings.promise.margin_d))
    shipped, given, placed = (o.filled(c)[rows].astype(np.float64) for c in ("shipped", "allocated", "placed"))
    item = o.filled("item")[rows].astype(np.int64)
    until = np.where(np.isnan(given), len(facts.free) - 1, given // 24.0)
    latest = 24.0 * night + SHIP_HOUR
    soon = np.where(promise | (o.filled("kind")[rows] == OrderKind.DIRECT), latest, latest - 24.0)
    found = []
    for k in range(len(rows)):
        if shipped[k] <= 24.0 * (night[k] + 1):
            found.append(TracedCause(LateCause.TRANSPORT, int(lane[k])))
        elif given[k] <= latest[k]:
            found.append(TracedCause(LateCause.WAREHOUSE))
        elif placed[k] > soon[k]:
            found.append(TracedCause(LateCause.LEAD_TIME, int(lane[k]), int(item[k])))
        else:
            found.append(_goods(facts, int(item[k]), int(max(night[k], 0)), int(until[k])))
    return found


def _goods(facts: LateFacts, item: int, night: int, given: int) -> TracedCause:
    """Why the goods of a line were not free on its last night; ``given`` is the night on which it got them."""
    key = (2, item, night, given)
    if key not in facts.known:
        facts.known[key] = _goods_afresh(facts, item, night, given)
    return facts.known[key]


def _goods_afresh(facts: LateFacts, item: int, night: int, given: int) -> TracedCause:
    short = facts.shortage[:, item]
    waited = np.flatnonzero(short[night : max(night, given) + 1] > EPS)
    if not waited.size:
        return TracedCause(LateCause.PRECEDENCE, item=item)  # enough for all that were due while it waited
    first = night + int(waited[0])
    found = _cure(facts, item, first)
    if found.pent:
        before = np.flatnonzero(short[:first] <= EPS)
        spell = range(int(before[-1]) + 1 if before.size else 0, first)
        return next((root for root in (_cure(facts, item, n) for n in spell) if not root.pent), found)
    return found


def _cure(facts: LateFacts, item: int, night: int) -> TracedCause:
    """Why what was missing of an item on a night came later: the lot that brought it is asked, or the last open one."""
    key = (1, item, night)
    if key not in facts.known:
        source = int(facts.world.items.source[item])
        if source >= 0:
            facts.known[key] = _elsewhere(facts, item, source, night)
        elif item in facts.cures:
            own, done, good = facts.cures[item]
            first = int(np.searchsorted(done, 24.0 * night, side="right"))
            cure = int(np.searchsorted(good, (good[first - 1] if first else 0.0) + facts.shortage[night, item] - EPS))
            if cure == len(own) and np.isinf(done[-1]):
                cure -= 1
            facts.known[key] = _lot(facts, int(own[cure]), night) if cure < len(own) else _plan(facts, item, night)
        else:
            facts.known[key] = _part(facts, item, 24.0 * night)
    return facts.known[key]


def _elsewhere(facts: LateFacts, item: int, source: int, night: int) -> TracedCause:
    """Why a warehouse had too little: its source was short when the truck had to leave, else wanted sooner than goods can be moved."""
    link = int(facts.world.items.link[item])
    left = max(night - math.ceil(float(facts.world.links.transit_d[link])) - 1, 0)
    if facts.shortage[left, source] > EPS:
        return _cure(facts, source, left)
    return TracedCause(LateCause.LEAD_TIME, item=item)


def _lot(facts: LateFacts, lot: int, night: int) -> TracedCause:
    """Why a lot that was wanted on a night was not done by then."""
    key = (0, lot, night)
    if key not in facts.known:
        facts.known[key] = _lot_afresh(facts, lot, night)
    return facts.known[key]


def _lot_afresh(facts: LateFacts, lot: int, night: int) -> TracedCause:
    item, quantity, due, released, issued, done, missing, queue_h, queue = (facts.lots[c][lot] for c in LOT_COLUMNS)
    planned = _plan(facts, int(item), night)
    if due > 24.0 * (night + 1) and planned.cause != LateCause.LEAD_TIME:
        return planned  # late whatever the shop did
    end = facts.world.hours if np.isnan(done) else float(done)
    begun = facts.world.hours if np.isnan(issued) else float(issued)
    lost = end - due
    if lost > due - 24.0 * night:  # more time in the shop than by being planned too late
        if missing >= 0 and begun - released >= max(queue_h, MOST * lost):
            return _part(facts, int(missing), float(released))
        if queue >= 0 and queue_h >= MOST * lost:
            return TracedCause(LateCause.WORK_CENTRE, int(queue), int(item))
        if end - begun > facts.world.items.lead_h[item]:
            return TracedCause(LateCause.WORK_CENTRE, _slowest(facts.world, int(item), float(quantity)), int(item), pent=True)
    return planned


def _slowest(world: World, item: int, quantity: float) -> int:
    """Work centre with the most hours in a lot."""
    own = slice(world.routing.start[item], world.routing.start[item + 1])
    hours = world.routing.setup_h[own] + world.routing.run_h[own] * quantity
    return int(world.routing.centre[own][hours.argmax()])


def _plan(facts: LateFacts, item: int, night: int) -> TracedCause:
    """Why the plan set an item too late for a night: what was short in the week that should have released it."""
    column = np.flatnonzero(facts.sold == item)
    if column.size and facts.limits:
        release = night - math.ceil(float(facts.world.items.lead_h[item]) / 24.0)
        week = min(max(0, (release - facts.ahead_d) // 7), len(facts.limits) - 1)
        hour, unit = facts.limits[week]
        hours, material = hour * facts.system.centre_hours[:, column[0]], unit * facts.system.material_use[:, column[0]]
        if max(hours.max(initial=0.0), material.max(initial=0.0)) > EPS:
            if hours.max(initial=0.0) >= material.max(initial=0.0):
                return TracedCause(LateCause.WORK_CENTRE, int(hours.argmax()), item)
            return _part(facts, int(facts.raw[material.argmax()]), 24.0 * max(release, 0))
    return TracedCause(LateCause.LEAD_TIME, item=item, pent=True)


def _part(facts: LateFacts, part: int, t: float) -> TracedCause:
    """Why a part was not there at ``t`` [h]: its supplier, a lot of its own, or nobody had ordered it."""
    if facts.world.items.brought[part]:  # its source lacked it when the truck had to leave
        link, source = int(facts.world.items.link[part]), int(facts.world.items.source[part])
        return _part(facts, source, max(t - 24.0 * math.ceil(float(facts.world.links.transit_d[link]) + RECEIVE_D), 0.0))
    if facts.world.items.made[part]:
        own, done, _ = facts.cures.get(part, (np.empty(0, dtype=np.int64), np.empty(0), np.empty(0)))
        later = own[(done > t) & (facts.lots.filled("released")[own] <= t)]
        return _lot(facts, int(later[0]), int(t // 24.0)) if later.size else _plan(facts, part, int(t // 24.0))
    calls = {c: facts.calls.filled(c) for c in ("item", "supplier", "quantity", "called", "due", "arrived")}
    waiting = np.flatnonzero((calls["item"] == part) & (calls["called"] <= t + EPS) & ~(calls["arrived"] <= t))
    if not waiting.size:
        return TracedCause(LateCause.MATERIAL, item=part)
    overdue = waiting[calls["due"][waiting] < t]
    worst = overdue if overdue.size else waiting
    return TracedCause(LateCause.SUPPLIER, int(calls["supplier"][worst[calls["quantity"][worst].argmax()]]), part)
