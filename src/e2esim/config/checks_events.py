"""Checks of table ``events``: every event strikes something that is there, at a time, as hard as is possible, and causes end somewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from e2esim.config.checks import Check, View, needs
from e2esim.config.grids import ROW
from e2esim.config.problems import COMMAND_LINE, Problem, did_you_mean
from e2esim.domain.build.stock_points import plant_site
from e2esim.domain.disturbances import SHARES, SIZE, Blow
from e2esim.domain.disturbed import CREWS, in_force

_ALONE = ("all", "none")


def _names(view: View, kind: Blow) -> list[str]:
    """What an event of ``kind`` may strike by name."""

    def column(table: str, name: str) -> list[str]:
        return [str(one) for one in view.table(table)[name].unique(maintain_order=True)]

    if kind in (Blow.SUPPLIER, Blow.LEAD_TIME, Blow.COST):
        return column("suppliers", "supplier")
    if kind in (Blow.MODE, Blow.FREIGHT):
        return column("modes", "mode")
    if kind == Blow.WORK_CENTRE:
        return column("work_centres", "work_centre")
    if kind == Blow.SITE:
        return column("sites", "site")
    if kind == Blow.FLEET:
        return column("fleets", "fleet")
    if kind == Blow.STAFF:
        return list(CREWS)
    if kind == Blow.YIELD:
        return column("routings", "item") + column("work_centres", "work_centre")
    if kind == Blow.RECALL:
        sold = view.table("items").filter(view.table("items")["sold"])
        return [*sold["item"].to_list(), *column("brands", "brand")]
    pairs = view.table("lanes").filter(pl.col("channel") != "").select("channel", "market").unique(maintain_order=True)
    both = [f"{channel}/{market}" for channel, market in pairs.iter_rows()]
    return [*both, *(_moves(view) if kind == Blow.LANE else []), *sorted({part for pair in both for part in pair.split("/")})]


def _moves(view: View) -> list[str]:
    """Lanes between the firm's own sites."""
    plant = plant_site(view.table("sites"))
    moves = view.table("lanes").filter((pl.col("channel") == "") & (pl.col("to") != "")).select("from", "to")
    return [f"{start or plant}/{end}" for start, end in moves.iter_rows()]


@needs(
    "events.kind", "events.target", "suppliers.supplier", "modes.mode", "work_centres.work_centre", "sites.site", "routings.item", "items.item",
    "items.sold", "brands.brand", "lanes.channel", "lanes.market", "lanes.from", "lanes.to", "sites.kind", "fleets.fleet",
)  # fmt: skip
def events_strike_something(view: View) -> Iterator[Problem]:
    """The target of an event is in the tables."""
    for row, kind, target in view.table("events").select(ROW, "kind", "target").iter_rows():
        known = _names(view, Blow[kind.upper()])
        if target and target not in known:
            remedy = did_you_mean(target, known, "name one of these, or leave it empty for all:")
            yield view.problem("events", f"an event on nothing: no such thing for kind {kind}", row=row, column="target", value=target, remedy=remedy)


@needs("events.first", "events.last", "events.trigger")
def events_begin(view: View) -> Iterator[Problem]:
    """An event has a day, or follows another one; a window ends after it begins."""
    for row, first, last, trigger in view.table("events").select(ROW, "first", "last", "trigger").iter_rows():
        if first is None and not trigger:
            yield view.problem("events", "an event without a day", row=row, column="first", remedy="give the first day on which it may begin, or the trigger")
        elif first is not None and trigger:
            yield view.problem("events", "a day and a trigger", row=row, column="first", value=first, remedy="leave one of them empty")
        elif first is not None and last is not None and last < first:
            yield view.problem("events", "the window ends before it begins", row=row, column="last", value=last, remedy=f"a day from {first} on, or empty")


@needs("events.kind", "events.size")
def events_of_possible_size(view: View) -> Iterator[Problem]:
    """A size that is a share of something lies in (0, 1]; none is zero."""
    for row, word, size in view.table("events").select(ROW, "kind", "size").iter_rows():
        kind = Blow[word.upper()]
        if size == 0.0 or (kind != Blow.DEMAND and size < 0.0) or (kind in SHARES and size > 1.0):
            wanted = "above 0, at most 1" if kind in SHARES else "from -1 on, not 0" if kind == Blow.DEMAND else "above 0"
            yield view.problem("events", f"out of bounds: {SIZE[kind]}, {wanted}", row=row, column="size", value=size, remedy="correct the size")


@needs("events.event", "events.trigger")
def no_circle_of_triggers(view: View) -> Iterator[Problem]:
    """No event triggers itself, however far around."""
    after = dict(view.table("events").select("event", "trigger").iter_rows())
    told: set[str] = set()
    for row, event in view.table("events").select(ROW, "event").iter_rows():
        chain, at = [event], after[event]
        while at in after and at not in chain:
            chain.append(at)
            at = after[at]
        if at == event and not told & set(chain):
            told |= set(chain)
            circle = " <- ".join([*chain, event])
            remedy = "give one of them a day instead"
            yield view.problem("events", "events trigger each other in a circle", row=row, column="trigger", value=circle, remedy=remedy)


@needs("events.event", "events.trigger", "events.first", "events.last")
def events_in_the_run(view: View) -> Iterator[Problem]:
    """``events.active`` names events; one that begins outside the run gets a warning."""
    if view.settings is None:
        return
    table, active, horizon = view.table("events"), view.settings.events.active, view.settings.horizon
    known = table["event"].to_list()
    words = active.replace(",", " ").split()
    for word in words:
        if word not in known and (word not in _ALONE or len(words) > 1):
            remedy = did_you_mean(word, [*_ALONE, *known])
            yield Problem(file=COMMAND_LINE, column="events.active", value=word, message="no such event in table events", remedy=remedy)
    end = horizon.start + dt.timedelta(days=horizon.days)
    chosen = set(in_force(active, known, table["trigger"].to_list())) if len(table) else set()
    for k, (row, first, last) in enumerate(table.select(ROW, "first", "last").iter_rows()):
        if k in chosen and first is not None and not (horizon.start <= first < end and (last is None or last < end)):
            message, remedy = f"may begin outside the run ({horizon.start} to {end}): it is lost then", "move it, or leave it out by events.active"
            yield view.problem("events", message, row=row, column="first", value=first, remedy=remedy, warning=True)


CHECKS: tuple[Check, ...] = (events_strike_something, events_begin, events_of_possible_size, no_circle_of_triggers, events_in_the_run)
