"""The wave of events through the chain: each stage by week, beside the same run in which nothing happened."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.domain.book import OrderKind, Reason, ReturnCause
from e2esim.domain.events import Event
from e2esim.domain.outcome import Outcome
from e2esim.domain.safe_csv import write_safe_csv
from e2esim.domain.world import World
from e2esim.kpi.surprises import courses
from e2esim.report.weekly import WEEK_H, read_backlog, read_feelings, read_held_up, read_stock, weeks_of
from e2esim.report.words import Words

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, kw_only=True)
class WaveStage:
    """One stage by week of the run: ``calm`` without the events, ``struck`` with them, (n_weeks,) each; its words are text wave_KEY."""

    key: str
    unit: str
    calm: Floats
    struck: Floats


@dataclass(frozen=True, kw_only=True)
class Wave:
    """The stages in the order in which goods pass them, the first day of the run, and the events: name, start, end, known, all in weeks of the run."""

    start: dt.date

    stages: tuple[WaveStage, ...]
    events: tuple[tuple[str, float, float, float], ...]


def read_wave(calm: Outcome, struck: Outcome, world: World) -> Wave:
    """Set two runs of one seed beside each other, by whole weeks: a part week at the end would look like a fall of all that flows."""
    sides = [_stages(outcome, world) for outcome in (calm, struck)]
    whole = max(1, int(struck.horizon_h // WEEK_H))
    stages = tuple(WaveStage(key=key, unit=unit, calm=a[:whole], struck=b[:whole]) for (key, unit, a), (_, _, b) in zip(*sides, strict=True))
    found = courses(struck.events, 0.0, struck.horizon_h)
    told = tuple((world.disturbances.ids[one.event], one.start / WEEK_H, one.end / WEEK_H, one.known / WEEK_H) for one in found)
    return Wave(start=world.start, stages=stages, events=told)


def _stages(outcome: Outcome, world: World) -> list[tuple[str, str, Floats]]:
    o, e, weeks = outcome.orders, outcome.events, weeks_of(outcome)

    def by_week(t: Floats, what: Floats) -> Floats:
        inside = (t >= 0) & (t < outcome.horizon_h)
        week = np.minimum(t[inside] // WEEK_H, weeks - 1).astype(np.int64)
        return np.asarray(np.bincount(week, weights=what[inside], minlength=weeks), dtype=np.float64)

    mine = o.filled("kind") != OrderKind.SELL_OUT
    ordered = by_week(o.filled("placed")[mine].astype(np.float64), o.filled("quantity")[mine].astype(np.float64))
    received = e["kind"] == Event.SUPPLY_RECEIVED
    material = by_week(e["t"][received], e["quantity"][received] * world.items.cost_eur[e["item"][received]])
    lots = (e["kind"] == Event.LOT_COMPLETED) & world.items.sold[e["item"]]
    made = by_week(e["t"][lots], e["quantity"][lots])
    waiting, late = read_backlog(outcome)
    stock = read_stock(outcome).get(0, np.full(weeks, np.nan))
    back = (e["kind"] == Event.RETURNED) & (e["place"] != ReturnCause.USED_PRODUCT)
    returned = by_week(e["t"][back], e["quantity"][back])
    c = outcome.contacts
    first = (c.filled("attempt") == 1) & (c.filled("reason") != Reason.INFORMATION)
    calls = by_week(c.filled("t")[first].astype(np.float64), np.ones(int(first.sum())))
    return [
        ("ordered", "pcs/week", ordered),
        ("material", "EUR/week", material),
        ("made", "pcs/week", made),
        ("stock", "pcs", stock),
        ("waiting", "pcs", waiting),
        ("late", "pcs", late),
        ("held_up", "pcs", read_held_up(outcome)),
        ("returned", "pcs/week", returned),
        ("calls", "1/week", calls),
        ("satisfied", "share", read_feelings(outcome)),
    ]


def write_wave(wave: Wave, folder: Path) -> None:
    """Write wave.csv (stage, unit, week, first day of it, calm, struck) into ``folder``, in English as all tables."""
    words = Words("en")
    parts = []
    for stage in wave.stages:
        weeks = range(len(stage.calm))
        days = [wave.start + dt.timedelta(days=7 * week) for week in weeks]
        sides = {"week": [week + 1 for week in weeks], "from": days, "calm": stage.calm, "struck": stage.struck}
        parts.append(pl.DataFrame({"stage": words(f"wave_{stage.key}"), "unit": stage.unit} | sides))
    write_safe_csv(pl.concat(parts).with_columns(pl.col("calm", "struck").fill_nan(None)), folder / "wave.csv")
