"""The journey map and the blueprint in numbers: what a run shows of each phase, each touchpoint, and each wait behind the scene.

Everything is measured in the reporting window: nothing is taken from the tables of the company. Feelings are sums of gains and
losses of consumers [satisfaction], told by 100 purchases.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind, OrderState, Reason, ReturnCause
from e2esim.domain.experience import Lived
from e2esim.domain.ledger import Posted
from e2esim.domain.outcome import Outcome
from e2esim.domain.world import ATTRIBUTES, PHASES
from e2esim.kpi.reading import Reading
from e2esim.kpi.sale import people_who_weighed

Floats = npt.NDArray[np.float64]
_WAITED = (  # columns that waits are read from
    *("kind", "placed", "allocated", "picked", "shipped", "delivered", "returned", "return_cause"),
    *("t", "reason", "queued", "started", "answered"),
)
LEAST = 20  # lines of whom a touchpoint failed, behind a verdict on it
_LIVED_IN = {  # phase in which an experience is lived
    "discover": (Lived.ADVERTISEMENT,),
    "evaluate": (Lived.ADVICE, Lived.REVIEW_READ),
    "buy": (Lived.OFFER,),
    "receive": (Lived.HAND_OVER, Lived.INSTALLED, Lived.USED_TAKEN, Lived.GIVEN_UP, Lived.CHANGE_REFUSED),
    "use": (Lived.FIRST_USE, Lived.FOLLOW_UP, Lived.DEFECT_MET, Lived.FEEDBACK_RETURNED),
    "assist": (Lived.ANSWER, Lived.NO_ANSWER, Lived.RECOVERY, Lived.SHOP_RECOVERY, Lived.REFUND, Lived.SENT_BACK, Lived.CALLED_BACK),
}
_ASKED_IN = {Reason.INFORMATION: "buy", Reason.WHERE_IS_MY_ORDER: "assist", Reason.COMPLAINT: "assist", Reason.CLAIM: "assist", Reason.USE_HELP: "assist"}


class JourneyPhase(NamedTuple):
    """A phase as lived by consumers in the window: people [1/year], share lost before the next, hours it lasted, money spent on meeting them."""

    name: str
    people: float
    lost: float  # [share], NaN = nobody is counted out there
    hours: float  # [h], NaN = the run measures no time there
    gain: float  # [satisfaction / 100 purchases]
    loss: float  # [satisfaction / 100 purchases], negative or zero
    eur: float  # [EUR/purchase]


class TouchpointMet(NamedTuple):
    """A touchpoint as met by buyers in the window."""

    name: str
    phase: str
    met: float  # [1 / 100 purchases]
    problems: float  # [1 / 100 meetings]
    feeling: float  # [satisfaction / 100 meetings]
    failed: int  # lines whose customer met a problem here first
    contacts: float  # [1 / 100 lines] of these, NaN = none
    usual: float  # [1 / 100 lines] of lines without such a problem, same channels
    error: float  # standard error of ``contacts`` less ``usual``

    @property
    def fails(self) -> bool:
        """True if those whom it failed ask the firm more often than others, by more than three standard errors (there are many touchpoints)."""
        return self.phase != "assist" and self.failed >= LEAST and self.contacts - self.usual > 3.0 * self.error


class Wait(NamedTuple):
    """A wait behind the scene: mean hours, and the number of lines or contacts behind it."""

    name: str
    hours: float
    n: int


class SegmentLived(NamedTuple):
    """One segment of consumers: gains and losses of each phase [satisfaction / 100 purchases], and the waits behind."""

    name: str
    felt: list[tuple[float, float]]
    waits: list[Wait]


@dataclass(frozen=True, kw_only=True, eq=False)
class JourneyMap:
    """Phases, touchpoints, waits behind them, the same by segment, and what was expected and shown by channel and segment, (channels, segments, 2 x 2)."""

    phases: list[JourneyPhase]
    touchpoints: list[TouchpointMet]
    waits: list[Wait]
    segments: list[SegmentLived]
    expected: Floats  # [..., lead time | answer, number | shown | expected sums]


def read_journey_map(outcome: Outcome) -> JourneyMap:
    """Measure the journey of consumers in the reporting window."""
    reading = Reading(outcome)
    return JourneyMap(
        phases=_phases(reading),
        touchpoints=_touchpoints(reading),
        waits=_waits(reading),
        segments=_segments(reading),
        expected=_expected(outcome),
    )


def _segments(reading: Reading) -> list[SegmentLived]:
    """What each segment of consumers that bought in the window felt and waited for."""
    o, x, found = reading.orders, reading.outcome, []
    bought = (o["kind"] != OrderKind.REPLENISH) & _inside(reading, o["placed"])
    sales = np.bincount(o["segment"][bought], minlength=len(x.labels.segments)).astype(np.float64)
    for k in np.flatnonzero(sales):
        gain, loss = _feelings(x, int(k))
        felt = [(100.0 * gain[name] / sales[k], 100.0 * loss[name] / sales[k]) for name in PHASES]
        found.append(SegmentLived(x.labels.segments[k], felt, _waits(reading, int(k))))
    return found


def _phases(reading: Reading) -> list[JourneyPhase]:
    o, c, x = reading.orders, reading.contacts, reading.outcome
    consumer = o["kind"] != OrderKind.REPLENISH
    placed = consumer & _inside(reading, o["placed"])
    came = consumer & _inside(reading, o["delivered"])
    asked = _inside(reading, c["t"]) & (c["consumer"] >= 0) & (c["reason"] != Reason.CALL_BACK)
    sales, arrived = float(placed.sum()), float(came.sum())
    weeks, weighed = people_who_weighed(reading)
    whole = float((consumer & (o["placed"] >= weeks.since) & (o["placed"] < weeks.until)).sum())
    weigh_y = float(weighed[0]) * 8760.0 / (weeks.until - weeks.since) if weeks.until > weeks.since else math.nan
    informed = asked & (c["reason"] == Reason.INFORMATION)
    later = asked & ~informed
    people = {
        "discover": weigh_y,
        "evaluate": weigh_y,
        "buy": sales * reading.a_year,
        "receive": arrived * reading.a_year,
        "use": arrived * reading.a_year,
        "assist": float((later & (c["attempt"] <= 1)).sum()) * reading.a_year,
    }
    lost = {
        "evaluate": 1.0 - _over(whole, float(weighed[0])),
        "buy": _over(float((placed & (o["state"] == OrderState.CANCELLED)).sum()), sales),
        "receive": _over(float((came & _sent_back(o) & (o["returned"] < reading.end)).sum()), arrived),
        "assist": _over(float((later & (c["final"] == 1) & (c["resolved"] == 0)).sum()), float((later & (c["final"] == 1)).sum())),
    }
    hours = {"buy": _wait(c, informed, reading.end), "receive": _mean(o["delivered"][came] - o["placed"][came]), "assist": _wait(c, later, reading.end)}
    gain, loss = _feelings(x)
    eur = _spent(reading)
    return [
        JourneyPhase(
            name=name,
            people=people[name],
            lost=lost.get(name, math.nan),
            hours=hours.get(name, math.nan),
            gain=100.0 * _over(gain[name], sales),
            loss=100.0 * _over(loss[name], sales),
            eur=_over(eur[name], sales),
        )
        for name in PHASES
    ]


def _feelings(outcome: Outcome, segment: int | None = None) -> tuple[dict[str, float], dict[str, float]]:
    """Gains and losses of consumers by phase [satisfaction], of all or of one ``segment``."""
    sums = outcome.experience_sums
    trade = np.unique(outcome.accounts.filled("segment"))
    mine = [k for k in range(sums.shape[3]) if k not in trade] if segment is None else [segment]
    total = {name: sums[list(kinds)][:, :, :, mine].sum(axis=(0, 1, 2, 3)) if sums.size else np.zeros(5) for name, kinds in _LIVED_IN.items()}
    return {name: float(x[1] - x[2]) for name, x in total.items()}, {name: float(x[2]) for name, x in total.items()}


def _spent(reading: Reading) -> dict[str, float]:
    """Touchpoints, sellers and agents' answers by phase [EUR]."""
    j = reading.outcome.journal
    some = (j["t"] >= reading.start) & (j["t"] < reading.end)
    account, place, eur = j["account"][some], j["place"][some], -j["cents"][some] / 100.0
    out = {name: float(eur[(account == Posted.TOUCHPOINTS) & (place == k)].sum()) for k, name in enumerate(PHASES)}
    for reason, name in _ASKED_IN.items():
        out[name] += float(eur[(account == Posted.TALK) & (place == reason)].sum())
    out["buy"] += float(eur[account == Posted.SELLERS].sum())
    return out


def _touchpoints(reading: Reading) -> list[TouchpointMet]:
    x, o = reading.outcome, reading.orders
    placed = np.flatnonzero((o["kind"] != OrderKind.REPLENISH) & _inside(reading, o["placed"]))
    trouble, contacts, channel = o["trouble"][placed], o["contacts"][placed].astype(np.float64), o["channel"][placed]
    calm = trouble < 0
    n = np.bincount(channel[calm], minlength=len(x.labels.channels)).astype(np.float64)
    usual = np.bincount(channel[calm], weights=contacts[calm], minlength=len(n)) / np.maximum(n, 1.0)
    found = []
    for code, name in enumerate(x.labels.touchpoints):
        met, problems, feeling, _ = x.touch_sums[code].sum(axis=(0, 1))
        if met == 0 or x.touch_phase[code] < 0:
            continue
        here = np.flatnonzero(trouble == code)
        against = usual[channel[here]]
        found.append(
            TouchpointMet(
                name=name,
                phase=PHASES[x.touch_phase[code]],
                met=100.0 * float(met) / max(1, len(placed)),
                problems=100.0 * float(problems / met),
                feeling=100.0 * float(feeling / met),
                failed=len(here),
                contacts=100.0 * _mean(contacts[here]),
                usual=100.0 * _mean(against),
                error=100.0 * float((contacts[here] - against).std(ddof=1)) / math.sqrt(len(here)) if len(here) > 1 else math.nan,
            )
        )
    return sorted(found, key=lambda one: PHASES.index(one.phase))


def _waits(reading: Reading, segment: int | None = None) -> list[Wait]:
    """What a consumer's order and request wait for, stage by stage, for lines delivered and contacts opened in the window, of all or one ``segment``."""
    o, c = reading.orders, reading.contacts
    if segment is not None:
        o, c = (_of_segment(table, segment) for table in (o, c))
    firm = (o["kind"] == OrderKind.DIRECT) & _inside(reading, o["delivered"])
    stages = (("goods", "placed", "allocated"), ("pick", "allocated", "picked"), ("ship", "picked", "shipped"), ("carry", "shipped", "delivered"))
    found = [_stage(name, o[a][firm], o[b][firm]) for name, a, b in stages]
    asked = _inside(reading, c["t"]) & (c["reason"] != Reason.CALL_BACK)
    queue = c["queued"][asked & ~np.isnan(c["queued"])]
    back = (o["kind"] != OrderKind.REPLENISH) & _sent_back(o) & _inside(reading, o["returned"])
    return [
        *found,
        _stage("shop", *(o[name][(o["kind"] == OrderKind.SELL_OUT) & _inside(reading, o["delivered"])] for name in ("placed", "delivered"))),
        Wait("queue", _mean(queue), len(queue)),
        _stage("relay", c["started"][asked], c["answered"][asked]),
        _stage("return", o["delivered"][back], o["returned"][back]),
    ]


def _of_segment(table: Mapping[str, npt.NDArray[Any]], segment: int) -> dict[str, npt.NDArray[Any]]:
    """The columns that waits are read from, of one segment."""
    some = table["segment"] == segment
    return {name: table[name][some] for name in _WAITED if name in table}


def _sent_back(o: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[np.bool_]:
    """Lines whose goods came back; a used product taken along at the delivery is no return."""
    return np.asarray(~np.isin(o["return_cause"], (ReturnCause.NONE, ReturnCause.USED_PRODUCT)))


def _stage(name: str, begun: npt.NDArray[Any], done: npt.NDArray[Any]) -> Wait:
    hours = done.astype(np.float64) - begun
    hours = hours[~np.isnan(hours)]
    return Wait(name, _mean(hours), len(hours))


def _expected(outcome: Outcome) -> Floats:
    """Number, sum shown and sum expected of lead times [days] and answers [h], (channels, segments, 2, 3)."""
    sums = outcome.experience_sums
    if not sums.size:
        return np.zeros((0, 0, 2, 3))
    what = ((Lived.HAND_OVER, ATTRIBUTES.index("lead_time")), (Lived.ANSWER, ATTRIBUTES.index("answer_time")))
    return np.stack([sums[kind, attribute][..., [0, 3, 4]] for kind, attribute in what], axis=2)


def _inside(reading: Reading, t: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray((t >= reading.start) & (t < reading.end))


def _wait(c: dict[str, npt.NDArray[Any]], some: npt.NDArray[np.bool_], end: float) -> float:
    """Mean hours from asking to the answer."""
    told = some & (c["answered"] < end)
    return _mean(c["answered"][told] - c["t"][told])


def _mean(values: npt.NDArray[Any]) -> float:
    return float(np.asarray(values, dtype=np.float64).mean()) if len(values) else math.nan


def _over(above: float, below: float) -> float:
    return above / below if below else math.nan
