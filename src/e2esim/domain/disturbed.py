"""From table ``events`` to numbers: names of what is struck become indexes, dates become hours of the run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from e2esim.domain import world as w
from e2esim.domain.disturbances import NO_EVENTS, Blow, Disturbances
from e2esim.domain.settings import Settings

CREWS = ("desk", "warehouse")


class Struck(NamedTuple):
    """What events may strike."""

    items: w.Items
    routing: w.Routing
    centres: w.Centres
    supply: w.Supply
    modes: w.Modes
    lanes: w.Lanes
    cells: w.Cells
    channels: w.Channels
    markets: tuple[str, ...]
    sites: tuple[str, ...]  # in use, the first plant at the head
    moves: tuple[str, ...]  # from/to of each lane between sites
    fleets: tuple[str, ...]


def in_force(active: str, events: Sequence[str], triggers: Sequence[str]) -> list[int]:
    """Rows of ``events`` that ``active`` names (all, none, or names), and what they trigger.

    >>> in_force("storm", ["storm", "flood", "fire"], ["", "storm", ""])
    [0, 1]
    >>> in_force("all", ["storm"], [""]), in_force("none", ["storm"], [""])
    ([0], [])
    """
    words = active.replace(",", " ").split()
    if words == ["none"]:
        return []
    named = set(events) if words in (["all"], []) else set(words)
    for _ in events:
        named |= {event for event, trigger in zip(events, triggers, strict=True) if trigger in named}
    return [k for k, event in enumerate(events) if event in named]


def lay_out_events(frame: pl.DataFrame, settings: Settings, struck: Struck, brands: Sequence[str], codes: Callable[[Sequence[str]], w.I]) -> Disturbances:
    """Events in force, in numbers; names and dates have been checked at the door."""
    chosen = in_force(settings.events.active, frame["event"].to_list(), frame["trigger"].to_list()) if len(frame) else []
    if not chosen:
        return NO_EVENTS
    rows = [frame.row(k, named=True) for k in chosen]
    ids = tuple(row["event"] for row in rows)
    kinds = tuple(Blow[row["kind"].upper()] for row in rows)

    def hours(name: str) -> w.F:
        return np.array([np.nan if row[name] is None else 24.0 * float(row[name]) for row in rows])

    def plain(name: str) -> w.F:
        return np.array([float(row[name]) for row in rows])

    begin = [_day(row["first"], settings.horizon.start) for row in rows]
    last = [_day(row["last"], settings.horizon.start) for row in rows]
    return Disturbances(
        ids=ids,
        code=codes(ids),
        kind=kinds,
        targets=tuple(targets(kind, row["target"], struck, brands) for kind, row in zip(kinds, rows, strict=True)),
        names=tuple(row["target"] for row in rows),
        first_h=24.0 * np.array(begin),
        spread_h=24.0 * np.maximum(np.nan_to_num(np.array(last) - np.array(begin)), 0.0),
        length_h=hours("days"),
        size=plain("size"),
        chance=plain("chance"),
        trigger=np.array([ids.index(row["trigger"]) if row["trigger"] in ids else -1 for row in rows], dtype=np.int64),
        after_h=hours("after_days"),
        known_h=hours("known_days"),
        detect_h=hours("detect_days"),
        told_share=plain("told_share"),
        tell_h=hours("tell_days"),
        rush_share=plain("rush_share"),
        rush_h=hours("rush_days"),
        rush_premium=plain("rush_premium"),
        cost_eur=settings.scale * plain("cost_eur"),
        reach_h=hours("reach_days"),
    )


def _day(value: Any, start: dt.date) -> float:
    """Day of the run of a date, NaN where there is none."""
    if value in (None, ""):
        return float("nan")
    date = value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
    return float((date - start).days)


def targets(kind: Blow, name: str, s: Struck, brands: Sequence[str]) -> tuple[int, ...]:
    """Indexes of what an event of ``kind`` on ``name`` strikes; empty where there is no such thing."""
    if kind in (Blow.SUPPLIER, Blow.LEAD_TIME, Blow.COST):
        return _named(name, s.supply.suppliers)
    if kind in (Blow.MODE, Blow.FREIGHT):
        return _named(name, s.modes.ids)
    if kind == Blow.WORK_CENTRE:
        return _named(name, s.centres.ids)
    if kind == Blow.SITE:
        return _named(name, s.sites)
    if kind == Blow.FLEET:
        return _named(name, s.fleets)
    if kind == Blow.STAFF:
        return _named(name, CREWS)
    if kind == Blow.LANE:
        served = tuple(k for k, lane in enumerate(s.lanes.ids) if name in ("", lane, *lane.split("/")))
        return served + tuple(len(s.lanes.ids) + k for k, lane in enumerate(s.moves) if name in ("", lane))
    if kind == Blow.DEMAND:
        cells = [f"{s.channels.ids[c]}/{s.markets[m]}" for c, m in zip(s.cells.channel, s.cells.market, strict=True)]
        return tuple(k for k, cell in enumerate(cells) if name in ("", cell, *cell.split("/")))
    if kind == Blow.RECALL:
        brand = list(brands).index(name) if name in brands else -2
        return tuple(k for k in range(s.items.n) if s.items.sold[k] and (name in ("", s.items.ids[s.items.product[k]]) or s.items.brand[k] == brand))
    return _made(name, s)


def _named(name: str, ids: Sequence[str]) -> tuple[int, ...]:
    return tuple(k for k, one in enumerate(ids) if name in ("", one))


def _made(name: str, s: Struck) -> tuple[int, ...]:
    """Made items: the one named, or all that pass the work centre named."""
    owner = np.repeat(np.arange(s.items.n), np.diff(s.routing.start))
    passing = {int(k) for k, centre in zip(owner, s.routing.centre, strict=True) if name in ("", s.centres.ids[centre])}
    return tuple(k for k in range(s.items.n) if s.items.made[k] and (s.items.ids[s.items.product[k]] == name or k in passing))
