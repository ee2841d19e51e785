"""The control room of the page: experience beside the driver behind it, expectation by category, touchpoints that fail."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from markupsafe import Markup

from e2esim.domain.outcome import Outcome
from e2esim.kpi.catalogue import CATALOGUE
from e2esim.kpi.control_room import Relation, Trend, relations, trends, weekly_series
from e2esim.kpi.journey_map import JourneyMap, TouchpointMet
from e2esim.report.grids import TextGrid
from e2esim.report.rendered import little_line, rendered
from e2esim.report.result import Names, Result
from e2esim.report.words import Words

_BY_CATEGORY = ("csat", "nps", "complaints_per_100_orders", "consumer_on_time", "problem_share", "conversion")


class Gauge(NamedTuple):
    """One KPI on the wall: name, value, its little line, the change between the halves of the period, and how to read that."""

    label: str
    value: str
    line: Markup
    change: str
    tone: str  # good, bad or none


class PairShown(NamedTuple):
    """An indicator, its driver, and what the run says of the two."""

    indicator: Gauge
    driver: Gauge
    said: str
    tone: str


class ControlRoom:
    """Reads one outcome for the control room."""

    def __init__(self, result: Result, outcome: Outcome, journey: JourneyMap, names: Names, words: Words) -> None:
        self.result, self.outcome, self.journey, self.names, self.words = result, outcome, journey, names, words
        series = weekly_series(outcome)
        self.trends, self.relations = trends(series), relations(series)

    def wall(self) -> Markup:
        """Every pair of indicator and driver."""
        pairs = [self._pair(one) for one in self.relations]
        return rendered("control_room", pairs=pairs, w=self.words)

    def wall_said(self) -> list[str]:
        """What moved for the worse, with the driver that moved with it."""
        w, out = self.words, []
        for one in self.relations:
            label = w.label(one.pair.indicator)
            if self._tone(one.pair.indicator, self.trends[one.pair.indicator]) == "bad":
                key = "room_worse_with" if one.verdict == "moves" else "room_worse"
                out.append(w(key, indicator=label, driver=w.label(one.pair.driver)))
        return out or [w("room_steady")]

    def _pair(self, one: Relation) -> PairShown:
        w = self.words
        figure = "" if math.isnan(one.correlation) else w("room_r", r=w.number(one.correlation, 2), n=one.weeks)
        tone = {"moves": "good", "against": "bad"}.get(one.verdict, "")
        return PairShown(self._gauge(one.pair.indicator), self._gauge(one.pair.driver), f"{w(f'room_{one.verdict}')} {figure}".strip(), tone)

    def _gauge(self, kpi: str) -> Gauge:
        w, trend, found = self.words, self.trends[kpi], self.result.kpis.get(kpi)
        unit = CATALOGUE[kpi].unit
        change = "–"
        if math.isfinite(trend.change):
            sign = "+" if trend.change > 0 else ""
            factor, shown = (100.0, f" {w('points_of')}") if unit == "share" else (1.0, "")
            change = f"{sign}{w.number(factor * trend.change, 2 if abs(factor * trend.change) < 10 else 1)}{shown}"
            change = change if trend.seen else w("room_within", change=change)
        value = w.told(found.value, found.unit) if found is not None else "–"
        return Gauge(w.short(kpi), value, little_line(trend.weekly, w.label(kpi)), change, self._tone(kpi, trend))

    def _tone(self, kpi: str, trend: Trend) -> str:
        better = CATALOGUE[kpi].better
        if not trend.seen or better == "either":
            return ""
        return "good" if (trend.change > 0) == (better == "higher") else "bad"

    def categories(self) -> TextGrid:
        """Expected and lived lead time and answer, and what customers say, by channel and by segment of customers."""
        w, labels, told = self.words, self.outcome.labels, self.journey.expected
        units = ("days", "days", "h", "h", *(CATALOGUE[kpi].unit for kpi in _BY_CATEGORY))
        rows: list[list[float | None]] = []
        members: list[str] = []
        for dimension, axis, ids in (("channel", 1, labels.channels), ("segment", 0, labels.segments)):
            sums = told.sum(axis=axis) if told.size else np.zeros((len(ids), 2, 3))
            found = self.result.table.filter((pl.col("dimension") == dimension) & pl.col("kpi").is_in(_BY_CATEGORY))
            values = {(kpi, member): value for kpi, member, value in found.select("kpi", "member", "value").iter_rows()}
            for code, member in enumerate(ids):
                name = self.names.of(dimension).get(member, member)
                members.append(w("of_segment", name=name) if dimension == "segment" else name)
                rows.append([*_expected(sums[code]), *(values.get((kpi, member)) for kpi in _BY_CATEGORY)])
        columns = [w.column(list(values), unit) for values, unit in zip(zip(*rows, strict=True), units, strict=True)]
        head = [w("dim_category"), *(w(f"room_{key}") for key in ("lead_expected", "lead_got", "answer_expected", "answer_got"))]
        return TextGrid(
            title=w("expectation_title"),
            head=[*head, *(w.short(kpi) for kpi in _BY_CATEGORY)],
            units=["", *(unit for _, unit in columns)],
            rows=[[name, *(texts[k] for texts, _ in columns)] for k, name in enumerate(members)],
        )

    def departments(self) -> TextGrid:
        """Whose work customers missed something in: losses felt per 100 purchases and their share, most first."""
        w = self.words
        found = self.result.table.filter((pl.col("kpi") == "department_losses") & (pl.col("dimension") == "department")).sort("value", descending=True)
        lost = found["value"].fill_null(math.nan).to_list()
        total = sum(lost)
        rows = []
        for name, value in zip(found["member"].to_list(), lost, strict=True):
            told = (w.number(value, 2), w.number(100.0 * value / total)) if total > 0 else ("–", "–")
            rows.append([w(f"department_{name.replace(' ', '_')}"), *told])
        return TextGrid(title=w("departments_title"), head=[w(f"room_{key}") for key in ("department", "lost", "lost_share")], rows=rows, units=["", "", "%"])

    def touchpoints(self) -> TextGrid:
        """Every touchpoint with what happened there and what it led to elsewhere."""
        w = self.words
        keys = ("touchpoint", "phase", "met", "problems", "feeling", "failed", "contacts", "usual", "verdict")
        rows = [self._touchpoint(one) for one in self.journey.touchpoints]
        return TextGrid(title=w("touchpoints_title"), head=[w(f"room_{key}") for key in keys], rows=rows)

    def _touchpoint(self, one: TouchpointMet) -> list[str]:
        w = self.words
        verdict = w("room_fails") if one.fails else w("room_few") if one.phase != "assist" and 0 < one.failed < 20 else ""
        numbers = (
            w.number(one.met, 1),
            w.number(one.problems, 2),
            w.number(one.feeling, 2),
            w.number(one.failed),
            *(w.number(x, 1) if math.isfinite(x) else "–" for x in (one.contacts, one.usual)),
        )
        return [one.name.replace("_", " "), w(f"phase_{one.phase}"), *numbers, verdict]

    def touchpoints_said(self) -> list[str]:
        """Which touchpoints make contacts rise elsewhere."""
        w = self.words
        failing: Sequence[TouchpointMet] = [one for one in self.journey.touchpoints if one.fails]
        if not failing:
            return [w("room_none_fails")]
        told = [w("room_fails_item", name=one.name.replace("_", " "), contacts=w.number(one.contacts, 0), usual=w.number(one.usual, 0)) for one in failing]
        return [w("room_fails_said", items="; ".join(told))]


def _expected(sums: npt.NDArray[Any]) -> list[float | None]:
    """Expected and got: days of delivery, hours of an answer, from number, sum shown and sum expected, (2, 3)."""
    return [float(x) / n if n > 0 else None for n, shown, expected in sums for x in (expected, shown)]
