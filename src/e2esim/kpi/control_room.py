"""The control room: experience indicators beside the internal drivers that should move them, week by week.

Requirements K4, I12: an indicator alone says that something is wrong, the driver beside it says where. Each pair carries the sign
that the driver should have; the run itself says whether the two have moved together (Pearson's correlation over the whole weeks
of the window, told as seen where it is more than two standard errors, 2 / sqrt(n), from none).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind, Reason
from e2esim.domain.ledger import Posted
from e2esim.domain.outcome import Outcome
from e2esim.kpi.operations import load_by_week
from e2esim.kpi.reading import Reading

Floats = npt.NDArray[np.float64]
Array = npt.NDArray[Any]
WEEK_H = 168.0
LEAST = 20  # rows behind a weekly value
LEAST_WEEKS = 6  # behind a relation or a trend


class Pair(NamedTuple):
    """An experience indicator, the internal driver beside it (names of the KPI catalogue), and which way the driver should move it."""

    indicator: str
    driver: str
    sign: int


PAIRS = (
    Pair("csat_mean", "consumer_on_time", 1),
    Pair("nps", "problem_share", -1),
    Pair("bad_word", "consumer_on_time", -1),
    Pair("complaints_per_100_orders", "problem_share", 1),
    Pair("contacts_per_100_orders", "consumer_on_time", -1),
    Pair("ces", "answer_time", -1),
    Pair("answer_time", "desk_service_level", -1),
    Pair("contact_abandoned", "desk_occupancy", 1),
    Pair("first_contact_resolution", "handoffs", -1),
    Pair("promise_lead", "capacity_load_mean", 1),
)


class Trend(NamedTuple):
    """Weekly values, NaN where too few rows stand behind them, and second half less first half of the window with its standard error."""

    weekly: Floats
    change: float
    error: float

    @property
    def seen(self) -> bool:
        """True if the change is more than two standard errors."""
        return math.isfinite(self.change) and abs(self.change) > 2.0 * self.error


class Relation(NamedTuple):
    """A pair as this run shows it: correlation over ``weeks`` whole weeks, NaN = cannot be told."""

    pair: Pair
    correlation: float
    weeks: int

    @property
    def verdict(self) -> str:
        """'moves', 'against' or 'unseen'; 'untold' with too few weeks or where one of the two did not move."""
        if not math.isfinite(self.correlation):
            return "untold"
        along = self.pair.sign * self.correlation * math.sqrt(self.weeks)
        return "moves" if along > 2.0 else "against" if along < -2.0 else "unseen"


def weekly_series(outcome: Outcome) -> dict[str, Floats]:
    """Weekly values of the KPIs of `PAIRS`, (n_weeks,) each: weeks of 168 h from the start of the run, those outside the window NaN."""
    weeks = int(outcome.horizon_h // WEEK_H)
    reading = Reading(outcome)
    told = _of_deliveries(reading, weeks) | _of_contacts(reading, weeks) | _of_the_inside(outcome, weeks)
    first = math.ceil(outcome.warmup_h / WEEK_H - 1e-9)
    for values in told.values():
        values[:first] = np.nan
    return told


def trends(series: Mapping[str, Floats]) -> dict[str, Trend]:
    """Each series with the change from the first to the second half of its weeks.

    >>> x = trends({"a": np.array([np.nan, 1.0, 1.1, 0.9, 1.0, 3.0, 3.1, 2.9, 3.0])})["a"]
    >>> round(x.change, 3), x.seen
    (2.0, True)
    """
    return {name: _trend(values) for name, values in series.items()}


def relations(series: Mapping[str, Floats]) -> list[Relation]:
    """Each pair of `PAIRS` with its correlation over the weeks in which both are told.

    >>> weeks = np.arange(12.0)
    >>> found = relations({name: weeks for pair in PAIRS for name in pair[:2]})
    >>> found[0].correlation, found[0].verdict, found[1].verdict
    (1.0, 'moves', 'against')
    """
    out = []
    for pair in PAIRS:
        a, b = series[pair.indicator], series[pair.driver]
        both = np.isfinite(a) & np.isfinite(b)
        n, r = int(both.sum()), math.nan
        if n >= LEAST_WEEKS and a[both].std() > 1e-12 and b[both].std() > 1e-12:
            r = round(float(np.corrcoef(a[both], b[both])[0, 1]), 12)
        out.append(Relation(pair, r, n))
    return out


def _trend(values: Floats) -> Trend:
    told = values[np.isfinite(values)]
    if len(told) < LEAST_WEEKS:
        return Trend(values, math.nan, math.nan)
    early, late = told[: len(told) // 2], told[len(told) - len(told) // 2 :]
    error = math.sqrt(early.var(ddof=1) / len(early) + late.var(ddof=1) / len(late))
    return Trend(values, float(late.mean() - early.mean()), error)


def _of_deliveries(reading: Reading, weeks: int) -> dict[str, Floats]:
    o = reading.orders
    consumer = o["kind"] != OrderKind.REPLENISH
    some = np.flatnonzero(consumer & (o["delivered"] >= 0) & (o["delivered"] < weeks * WEEK_H))
    week = (o["delivered"][some] / WEEK_H).astype(np.int64)
    x = {name: o[name][some] for name in ("delivered", "promised", "problems", "csat_true", "nps_true", "answered", "spoke")}
    asked = (x["answered"] == 1) & (x["csat_true"] > 0)
    promised = ~np.isnan(x["promised"])
    on_time = np.floor(x["delivered"] / 24.0) <= np.floor(np.where(promised, x["promised"], 0.0) / 24.0)
    nps = 100.0 * ((x["nps_true"] >= 9).astype(np.float64) - (x["nps_true"] <= 6))
    placed = np.flatnonzero((o["placed"] >= 0) & (o["placed"] < weeks * WEEK_H) & ~np.isnan(o["promised"]) & (o["kind"] != OrderKind.SELL_OUT))
    lead = (o["promised"][placed] - o["placed"][placed]) / 24.0
    return {
        "csat_mean": _mean(week[asked], x["csat_true"][asked], weeks),
        "nps": _mean(week[asked], nps[asked], weeks),
        "bad_word": _mean(week, x["spoke"] == -1, weeks),
        "consumer_on_time": _mean(week[promised], on_time[promised], weeks),
        "problem_share": _mean(week, x["problems"] > 0, weeks),
        "promise_lead": _mean((o["placed"][placed] / WEEK_H).astype(np.int64), lead, weeks),
    }


def _of_contacts(reading: Reading, weeks: int) -> dict[str, Floats]:
    c, o = reading.contacts, reading.orders
    some = np.flatnonzero((c["t"] >= 0) & (c["t"] < weeks * WEEK_H) & (c["reason"] != Reason.CALL_BACK))
    x = {name: c[name][some] for name in ("t", "reason", "attempt", "answered", "handoffs", "started", "resolved", "abandoned", "ces_true", "said")}
    x["queued"], x["written"], x["final"] = (c[name][some] for name in ("queued", "written", "final"))
    week = (x["t"] / WEEK_H).astype(np.int64)
    lines = np.flatnonzero((o["placed"] >= 0) & (o["placed"] < weeks * WEEK_H))
    placed = np.bincount((o["placed"][lines] / WEEK_H).astype(np.int64), minlength=weeks).astype(np.float64)
    complains = (x["attempt"] <= 1) & np.isin(x["reason"], (Reason.COMPLAINT, Reason.CLAIM))
    answered, called = x["answered"] < reading.end, x["written"] == 0
    surveyed = (x["final"] == 1) & (x["said"] == 1) & (x["ces_true"] > 0)
    first = (x["attempt"] <= 1) & (x["abandoned"] == 0) & (x["started"] < reading.end)
    waited = x["answered"] - x["t"]
    return {
        "contacts_per_100_orders": _per_100(np.bincount(week, minlength=weeks), placed),
        "complaints_per_100_orders": _per_100(np.bincount(week[complains], minlength=weeks), placed),
        "answer_time": _mean(week[answered], waited[answered], weeks),
        "ces": _mean(week[surveyed], x["ces_true"][surveyed], weeks),
        "desk_service_level": _mean(week[called], x["queued"][called] <= 20.0 / 3600.0, weeks),
        "contact_abandoned": _mean(week, x["abandoned"] == 1, weeks),
        "first_contact_resolution": _mean(week[first], x["resolved"][first] == 1, weeks),
        "handoffs": _mean(week, x["handoffs"], weeks),
    }


def _of_the_inside(outcome: Outcome, weeks: int) -> dict[str, Floats]:
    used, opened = (hours[:weeks].sum(axis=1) for hours in load_by_week(outcome))
    j = outcome.journal
    week = np.minimum(np.maximum(j["t"] / WEEK_H, 0.0).astype(np.int64), max(weeks, 1))
    talk, rest = (_posted(j, week, account, weeks) for account in (Posted.TALK, Posted.STANDBY))
    return {"capacity_load_mean": _over(np.asarray(used, dtype=np.float64), np.asarray(opened, dtype=np.float64)), "desk_occupancy": _over(talk, talk + rest)}


def _posted(journal: dict[str, Array], week: Array, account: Posted, weeks: int) -> Floats:
    """Cost posted by week [cents], (weeks,)."""
    some = journal["account"] == account
    return np.bincount(week[some], weights=-journal["cents"][some].astype(np.float64), minlength=weeks + 1)[:weeks].astype(np.float64)


def _mean(week: Array, values: Array, weeks: int) -> Floats:
    n = np.bincount(week, minlength=weeks).astype(np.float64)
    total = np.asarray(np.bincount(week, weights=np.asarray(values, dtype=np.float64), minlength=weeks), dtype=np.float64)
    return _over(total, np.where(n >= LEAST, n, 0.0))


def _per_100(counted: Array, lines: Floats) -> Floats:
    return _over(100.0 * counted.astype(np.float64), np.where(lines >= LEAST, lines, 0.0))


def _over(above: Floats, below: Floats) -> Floats:
    out = np.full(below.shape, np.nan)
    np.divide(above, below, out=out, where=below > 0)
    return out
