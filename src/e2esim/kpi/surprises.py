"""KPIs of events: when the firm knew, planned anew and had recovered, which promises it kept meanwhile, what reacting cost."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind
from e2esim.domain.events import Event
from e2esim.kpi.reading import Reading
from e2esim.kpi.table import Findings

Floats = npt.NDArray[np.float64]

BEFORE_D = 28  # [days] before an event that say what is usual
AFTER_D = 60  # [days] after its end in which its harm may begin to show (stocks hide it), assumed
CALM_D = 7  # [days] in a row without more overdue than usual, until it counts as over, assumed
LEEWAY = 0.25  # of the pieces promised a day that may be overdue beyond the mean before, assumed
NONE = "not exercised: no event struck in the reporting window"


class Course(NamedTuple):
    """One event in hours of the run; NaN = not before the end."""

    event: int
    start: float
    end: float
    known: float
    planned: float


def courses(events: dict[str, npt.NDArray[np.generic]], start: float, end: float) -> list[Course]:
    """Events that struck in [start, end) [h]."""
    kind, t, place, value = (np.asarray(events[name]) for name in ("kind", "t", "place", "value"))

    def first(what: Event, event: int) -> float:
        found = np.flatnonzero((kind == what) & (place == event))
        return float(t[found[0]]) if len(found) else float("nan")

    struck = np.flatnonzero((kind == Event.STRUCK) & (t >= start) & (t < end))
    return [
        Course(int(place[k]), float(t[k]), float(value[k]), first(Event.DETECTED, int(place[k])), first(Event.REPLANNED, int(place[k]))) for k in struck
    ]


def overdue_by_day(reading: Reading) -> tuple[Floats, Floats]:
    """Pieces of the firm's lines past their promised day and not delivered at the end of each day, and pieces due on it, (days,) each."""
    o, days = reading.orders, int(reading.end // 24)
    mine = (o["kind"] != OrderKind.SELL_OUT) & ~np.isnan(o["promised"])
    quantity, promised = o["quantity"][mine].astype(np.float64), np.floor(o["promised"][mine] / 24.0)
    gone = np.fmin(np.nan_to_num(o["delivered"][mine], nan=np.inf), np.nan_to_num(o["cancelled"][mine], nan=np.inf)) / 24.0
    gone = np.where(np.isinf(gone), days, np.floor(gone))
    late = gone > promised
    change = np.zeros(days + 1)
    for at, sign in ((promised, 1.0), (gone, -1.0)):
        np.add.at(change, np.clip(at[late], 0, days).astype(np.int64), sign * quantity[late])
    inside = (promised >= 0) & (promised < days)
    due = np.bincount(promised[inside].astype(np.int64), weights=quantity[inside], minlength=days)
    return np.cumsum(change)[:days], due[:days].astype(np.float64)


def waiting_by_day(reading: Reading) -> Floats:
    """The order book of the firm: pieces ordered from it, and neither gone nor cancelled, at the end of each day, (days,)."""
    o, days = reading.orders, int(reading.end // 24)
    mine = o["kind"] != OrderKind.SELL_OUT
    quantity = o["quantity"][mine].astype(np.float64)
    gone = np.fmin(np.nan_to_num(o["shipped"][mine], nan=np.inf), np.nan_to_num(o["cancelled"][mine], nan=np.inf))
    change = np.zeros(days + 1)
    for at, sign in ((o["placed"][mine], 1.0), (gone, -1.0)):
        np.add.at(change, np.clip(np.floor(at / 24.0), 0, days).astype(np.int64), sign * quantity)
    return np.cumsum(change)[:days]


def recovered(overdue: Floats, due: Floats, start_d: int, end_d: int) -> int:
    """Day, not before the end of an event that was felt, on which what is overdue is as before it again, for a week; the last day of the
    data where it is not.

    ``start_d`` where it never was more than usual: two standard deviations, and a quarter of a day's pieces, above the mean before.

    >>> overdue = np.array([5.0] * 28 + [5.0] * 4 + [90.0] * 10 + [5.0] * 30)
    >>> recovered(overdue, np.full(72, 20.0), 28, 35), recovered(overdue[:40], np.full(40, 20.0), 28, 35), recovered(overdue[:32], np.full(32, 20.0), 28, 35)
    (42, 40, 28)
    """
    usual, pieces = overdue[max(0, start_d - BEFORE_D) : start_d], due[max(0, start_d - BEFORE_D) : start_d]
    if not len(usual):
        return start_d
    limit = float(usual.mean() + max(2.0 * usual.std(), LEEWAY * pieces.mean()))
    above = overdue > limit
    hurt = np.flatnonzero(above[start_d : end_d + AFTER_D])
    if not len(hurt):
        return start_d
    calm = 0
    for day in range(max(start_d + int(hurt[0]), end_d), len(overdue)):
        calm = 0 if above[day] else calm + 1
        if calm == CALM_D:
            return day - CALM_D + 1
    return len(overdue)


def measure_surprises(reading: Reading, findings: Findings) -> None:
    """Take the KPIs of the topic."""
    found = courses(reading.outcome.events, reading.start, reading.end)
    e = reading.outcome.events
    paid = (e["kind"] == Event.REACTION_PAID) & (e["t"] >= reading.start) & (e["t"] < reading.end)
    findings.put_one("reaction_cost", float(e["value"][paid].sum()) * reading.a_year, len(found))
    if not found:
        findings.put_one("disrupted_days", 0.0, 0)
        for name in ("time_to_detect", "time_to_replan", "reactivity", "promises_kept_event"):
            findings.put_one(name, float("nan"), 0, NONE)
        return
    detect = np.array([one.known - one.start for one in found]) / 24.0
    replan = np.array([one.planned - one.known for one in found]) / 24.0
    for name, days in (("time_to_detect", detect), ("time_to_replan", replan)):
        seen = days[~np.isnan(days)]
        findings.put_one(name, float(seen.mean()) if len(seen) else float("nan"), len(seen), "not known, or not planned for, before the end of the run")
    overdue, due = overdue_by_day(reading)
    over = [recovered(overdue, due, int(one.start // 24), int(one.end // 24)) for one in found]
    findings.put_one("reactivity", float(np.mean([day - one.start // 24 for day, one in zip(over, found, strict=True)])), len(found))
    disturbed = {day for one, last in zip(found, over, strict=True) for day in range(int(one.start // 24), int(_until(one, last, reading)))}
    findings.put_one("disrupted_days", len(disturbed) * reading.a_year, len(found))
    _kept(reading, found, over, findings)


def _until(one: Course, over: int, reading: Reading) -> float:
    """First day after an event and its harm, within the data."""
    return min(max(over, one.end // 24), reading.end // 24)


def _kept(reading: Reading, found: list[Course], over: list[int], findings: Findings) -> None:
    """Promises due while an event lasts or its harm does, that were kept."""
    o = reading.orders
    promised = np.floor(o["promised"] / 24.0)
    during = np.zeros(len(promised), dtype=np.bool_)
    for one, day in zip(found, over, strict=True):
        during |= (promised >= one.start // 24) & (promised < _until(one, day, reading))
    lines = during & (o["kind"] != OrderKind.SELL_OUT)
    kept = lines & (np.floor(o["delivered"] / 24.0) <= promised) & np.isnan(o["cancelled"])
    n = int(lines.sum())
    findings.put_one("promises_kept_event", float(kept.sum()) / n if n else float("nan"), n, "no promise was due while an event lasted")
