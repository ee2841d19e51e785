"""The journey map and the service blueprint of the page: phases, touchpoints, and the processes behind them, in measured figures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from markupsafe import Markup

from e2esim.domain.world import PHASES, Touch
from e2esim.kpi.journey_map import JourneyMap, JourneyPhase, SegmentLived, Wait
from e2esim.report.rendered import rendered
from e2esim.report.result import Result
from e2esim.report.words import Words

_BAR = 100.0  # [%] of a cell that the largest feeling takes
_BEHIND = {  # phase -> waits behind it and KPIs of the back-stage process
    "discover": ((), ()),
    "evaluate": ((), ("ready_delivery",)),
    "buy": ((), ("promise_lead", "forecast_error")),
    "receive": (("goods", "pick", "ship", "carry", "shop"), ("capacity_load", "supplier_on_time", "otif")),
    "use": ((), ("returns_defect",)),
    "assist": (("queue", "relay", "return"), ("desk_occupancy", "handoffs", "first_contact_resolution")),
}


class Bar(NamedTuple):
    """A feeling as a bar: width [%] and text."""

    width: float
    text: str


class PhaseShown(NamedTuple):
    """One column of the map."""

    name: str
    facts: list[tuple[str, str]]
    gain: Bar
    loss: Bar
    touchpoints: list[tuple[str, str, bool]]  # name, what happened there, fails


class Lane(NamedTuple):
    """One lane of the blueprint: name and the lines of each phase."""

    name: str
    cells: list[list[str]]


def journey_picture(journey: JourneyMap, result: Result, words: Words) -> Markup:
    """Phases side by side with people, drop-out, time, money, feelings, and the touchpoints met in each."""
    most = max((max(one.gain, -one.loss) for one in journey.phases if math.isfinite(one.gain)), default=1.0) or 1.0
    columns = [_column(one, journey, most, words) for one in journey.phases]
    back = _value(result, "crr_due")
    shares = {"return": back, "abandon": None if back is None else 1.0 - back, "promote": _value(result, "good_word"), "warn": _value(result, "bad_word")}
    ways = [(words(f"exit_{key}"), words.told(share, "share")) for key, share in shares.items()]
    return rendered("journey_map", columns=columns, ways=ways, w=words)


def _value(result: Result, kpi: str) -> float | None:
    return result.kpis[kpi].value if kpi in result.kpis else None


def _column(one: JourneyPhase, journey: JourneyMap, most: float, w: Words) -> PhaseShown:
    facts = [(w("map_people"), w("map_a_year", n=w.number(one.people)) if math.isfinite(one.people) else "–")]
    if math.isfinite(one.lost):
        facts.append((w(f"map_lost_{one.name}"), w.told(one.lost, "share")))
    if math.isfinite(one.hours):
        facts.append((w(f"map_hours_{one.name}"), _long(one.hours, w)))
    facts.append((w("map_eur"), w.told(one.eur, "EUR")))
    gain, loss = (Bar(_BAR * abs(x) / most if math.isfinite(x) else 0.0, w.number(x, 1) if math.isfinite(x) else "–") for x in (one.gain, one.loss))
    met = [
        (point.name.replace("_", " "), w("map_met", met=w.number(point.met, 0), problems=w.number(point.problems, 1)), point.fails)
        for point in sorted(journey.touchpoints, key=lambda point: -point.met)
        if point.phase == one.name
    ]
    return PhaseShown(w(f"phase_{one.name}"), facts, gain, loss, met)


def _long(hours: float, w: Words) -> str:
    return w.told(hours / 24.0, "days") if hours >= 48.0 else w.told(hours, "h")


def blueprint_picture(journey: JourneyMap, result: Result, touch: Touch | None, segments: Mapping[str, str], words: Words) -> Markup:
    """Three lanes by phase: the customer, who he meets, and the process behind that he waits for; where several segments buy, one lane more for each."""
    lanes = [
        Lane(words("lane_customer"), [[words(f"does_{name}"), *_felt(one, words)] for name, one in zip(PHASES, journey.phases, strict=True)]),
        Lane(words("lane_front"), [_front(journey, name, touch, words) for name in PHASES]),
        Lane(words("lane_back"), [_back(journey, name, result, words) for name in PHASES]),
    ]
    for one in journey.segments if len(journey.segments) > 1 else ():
        lanes.append(Lane(words("of_segment", name=segments.get(one.name, one.name)), [_of_segment(one, k, words) for k in range(len(PHASES))]))
    return rendered("blueprint", phases=[words(f"phase_{name}") for name in PHASES], lanes=lanes, w=words)


def _of_segment(one: SegmentLived, phase: int, w: Words) -> list[str]:
    """What a segment felt in a phase, and how long it waited for what is behind it."""
    gain, loss = one.felt[phase]
    waits = {wait.name: wait for wait in one.waits}
    said = [w("blue_felt", gain=w.number(gain, 1), loss=w.number(loss, 1))] if gain or loss else []
    return [*said, *(w(f"wait_{name}_said", time=_long(waits[name].hours, w)) for name in _BEHIND[PHASES[phase]][0] if waits[name].n)]


def _felt(one: JourneyPhase, w: Words) -> list[str]:
    if not math.isfinite(one.gain):
        return []
    return [w("blue_felt", gain=w.number(one.gain, 1), loss=w.number(one.loss, 1))]


def _front(journey: JourneyMap, phase: str, touch: Touch | None, w: Words) -> list[str]:
    out = []
    for point in journey.touchpoints:
        if point.phase != phase:
            continue
        kind = ""
        if touch is not None and point.name in touch.ids:
            k = int(np.flatnonzero(touch.code == touch.ids.index(point.name))[0])
            marks = [w("mark_person")] * bool(touch.human[k]) + [w("mark_online")] * bool(touch.online[k]) + [w("mark_others")] * (not touch.controlled[k])
            kind = f" ({', '.join(marks)})" if marks else ""
        out.append(point.name.replace("_", " ") + kind)
    return out


def _back(journey: JourneyMap, phase: str, result: Result, w: Words) -> list[str]:
    waits: dict[str, Wait] = {one.name: one for one in journey.waits}
    names, kpis = _BEHIND[phase]
    out = [w(f"wait_{name}_said", time=_long(waits[name].hours, w)) for name in names if waits[name].n]
    return [*out, *(f"{w.short(kpi)}: {w.told(result.kpis[kpi].value, result.kpis[kpi].unit)}" for kpi in kpis if kpi in result.kpis)]
