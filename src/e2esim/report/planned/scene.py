"""The pictures of a planned run: pieces asked for, planned and delivered, goods on hand, load by week."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from e2esim.kpi.planned import PIECE, due_lines
from e2esim.report.pictures import heat
from e2esim.report.pictures.curves import Curve, draw_curves
from e2esim.report.pictures.lines import TimeAxis
from e2esim.report.scene import Card, Section
from e2esim.report.weekly import WeeklyLoad
from e2esim.report.words import Weeks, Words
from e2esim.study.planned_runs import PlannedStudy

Floats = npt.NDArray[np.float64]


def load_of(study: PlannedStudy) -> WeeklyLoad:
    """Load of the work centres by week, from hours used and hours there were; a part week at the end is left out."""
    outcome = study.first
    weeks = min(max(1, outcome.days // 7), outcome.room.shape[1])
    used, room = outcome.hours[:, :weeks].T, outcome.room[:, :weeks].T

    def ratio(a: Floats, b: Floats) -> Floats:
        return np.where(b > 0, a / np.where(b > 0, b, 1.0), np.nan)

    return WeeklyLoad(weekly=ratio(used, room), mean=ratio(used.sum(axis=0), room.sum(axis=0)), first=0)


def sections(study: PlannedStudy, words: Words) -> list[Section]:
    """All pictures in the order of the page."""
    weeks = max(1, -(-study.first.days // 7))
    frame = TimeAxis(weeks=Weeks(study.first.start, study.first.days), count=weeks, warmup=0.0, words=words)
    cards = [_progress(study, frame), _worth(study, frame)]
    found = [Section(anchor="execution", title=words("h_execution"), cards=cards)]
    if study.company.case.facts.centres:
        found.append(Section(anchor="plant", title=words("h_plant"), cards=[_load(study, frame)]))
    return found


def _by_day(days: npt.NDArray[np.int64], qty: Floats, n: int) -> Floats:
    """Pieces added up to the end of each day, (n,)."""
    seen = (days >= 0) & (days < n)
    return np.cumsum(np.bincount(days[seen], weights=qty[seen], minlength=n))


def _progress(study: PlannedStudy, frame: TimeAxis) -> Card:
    outcome, w = study.first, frame.words
    lines, n = outcome.lines, outcome.lines.n
    due, qty, days = due_lines(outcome), lines["qty"][:n].astype(np.float64), max(1, outcome.days)
    whole = lines["open"][:n] <= PIECE
    curves = [
        Curve(name=w("curve_due"), values=_by_day(np.maximum(lines["due"][:n][due], 0), qty[due], days), stroke=0),
        Curve(name=w("curve_planned"), values=_by_day(lines["planned"][:n][due], qty[due], days), stroke=2),
        Curve(name=w("curve_delivered"), values=_by_day(lines["delivered"][:n][due & whole], qty[due & whole], days), stroke=1),
    ]
    picture = draw_curves(curves, 1.0 / 7.0, frame, "progress", w("progress_title"))
    return Card(title=w("progress_title"), picture=Markup(picture), caption=w("progress_caption"))


def _worth(study: PlannedStudy, frame: TimeAxis) -> Card:
    w, worth = frame.words, study.first.stock @ study.company.material_value()
    picture = draw_curves([Curve(name="", values=worth / 1000.0, stroke=1)], 1.0 / 7.0, frame, "worth", w("worth_title"))
    return Card(title=w("worth_title"), picture=Markup(picture), caption=w("worth_caption"))


def _load(study: PlannedStudy, frame: TimeAxis) -> Card:
    w, load = frame.words, load_of(study)
    edges = [w.number(100 * s) + " %" for s in heat.STEPS]
    legend = [("heat0", w("load_below", x=edges[0]))]
    legend += [(f"heat{k + 1}", w("load_between", x=edges[k], y=edges[k + 1])) for k in range(len(edges) - 1)]
    legend.append((f"heat{len(edges)}", w("load_above", x=edges[-1])))
    picture = heat.draw_load(load, study.company.case.facts.centres, frame, w("centres_title"))
    return Card(title=w("centres_title"), picture=Markup(picture), caption=w("centres_caption"), wide=True, legend=legend)
