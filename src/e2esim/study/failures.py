"""What failures cost in customers' value: by kind and segment, with intervals over replications.

Each replication keeps every experience. For each kind of failure they are felt once more without its losses
(`e2esim.customers.reliving`), and the consumers are valued as they would be then (`e2esim.kpi.failures`). The difference is
what the failure has cost through *staying*. What it has cost through *speaking* is the difference in words, at what a
word moves. Both are first-order: those who are lost do not fail others. The value of a customer is the expected margin of
the years to come (`clv_horizon_y`), at the margins of the run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from e2esim.customers.reliving import Relived, Reliving, word_worth
from e2esim.domain.build import build_world
from e2esim.domain.outcome import Outcome
from e2esim.domain.scenario import Scenario
from e2esim.domain.serving import contribution_eur
from e2esim.domain.world import ATTRIBUTES, World
from e2esim.kpi.failures import CustomerLedger
from e2esim.simulate import simulate
from e2esim.study.intervals import interval

F = npt.NDArray[np.float64]
Log = npt.NDArray[np.void]
Each = tuple[float, float | None, float | None]  # mean and interval; None = too few cases to tell
NEVER = 99.0  # failed attempts that a request which is never resolved shows
_FEW = 10.0  # failures in all replications together: below, no interval is told
_EVERYBODY = 10_000_000  # consumers whose journeys are kept


@dataclass(frozen=True)
class Failure:
    """A kind of failure: the attribute that shows it, what one of it is, and the size of each experience in that unit, (n,)."""

    name: str
    attribute: str
    unit: str
    size: Callable[[Log], F]


def _each(log: Log) -> F:
    return np.asarray(log["feeling"] < 0.0, dtype=np.float64)


def _days(log: Log) -> F:
    return np.asarray(np.where(log["feeling"] < 0.0, log["shown"] - log["expected"], 0.0), dtype=np.float64)


def _late_days(log: Log) -> F:
    return np.asarray(np.floor(np.maximum(0.0, log["shown"])), dtype=np.float64)  # whole days beyond the promised one


def _never(log: Log) -> F:
    return np.asarray(log["shown"] >= NEVER, dtype=np.float64)


FAILURES = (
    Failure("late", "punctuality", "late day", _late_days),
    Failure("stock_out", "lead_time", "day beyond the lead time expected", _days),
    Failure("split", "completeness", "delivery with a part missing", _each),
    Failure("damage", "damage", "damaged delivery", _each),
    Failure("installation", "installation", "failed installation", _each),
    Failure("defect", "defect", "defect in use", _each),
    Failure("unanswered", "resolution", "request never resolved", _never),
    Failure("slow_answer", "answer_time", "answer later than expected", _each),
    Failure("effort", "effort", "repeat, hand-off or problem at a touchpoint", _each),
    Failure("lost_information", "integration", "time that all had to be told again", _each),
)
_RECOVERED = 11  # first of the kinds of experience that make good what another one lost


@dataclass(frozen=True, kw_only=True)
class FailureCost:
    """Cost of a kind of failure in a segment (``all`` = every segment): number a year, and EUR for one of it, each interval 95 %, none where there are too few.

    ``speaking_eur`` is known for all segments together only.
    """

    failure: str
    unit: str
    segment: str
    number_y: float
    staying_eur: Each
    speaking_eur: Each | None
    total_eur_y: float


@dataclass(frozen=True)
class FailureSums:
    """Of one replication: number of failures and value lost by staying, (failures, segments); by speaking, (failures,)."""

    number: F
    staying: F
    speaking: F


def failures_of(world: World, outcome: Outcome, replication: int) -> FailureSums:
    """Sums of one finished replication whose journeys were all kept."""
    relive, ledger = Reliving(world, outcome, replication), CustomerLedger(outcome)
    segments = len(world.segments.ids)
    whose, log = outcome.consumers.filled("segment"), outcome.journeys
    row_segment = outcome.orders.filled("segment")[log["row"]]
    word_eur = word_worth(world, (contribution_eur(world) * world.cells.yearly).sum(axis=1))
    felt = relive.without()
    number, staying, speaking = np.zeros((len(FAILURES), segments)), np.zeros((len(FAILURES), segments)), np.zeros(len(FAILURES))
    for k, failure in enumerate(FAILURES):
        code = ATTRIBUTES.index(failure.attribute)
        mine = (log["attribute"] == code) & ((log["kind"] < _RECOVERED) | (log["kind"] > _RECOVERED + 2))
        number[k] = np.bincount(row_segment[mine], weights=failure.size(log[mine]), minlength=segments)
        spared = relive.without(code)
        staying[k] = np.bincount(whose, weights=ledger.lost(_state(felt), _state(spared)), minlength=segments)
        speaking[k] = float((spared.words - felt.words) @ word_eur) if world.settings.market.word_of_mouth else 0.0
    return FailureSums(number, staying, speaking)


def _state(r: Relived) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    return r.memory, r.memory_t, r.scar


def whole_journeys(scenario: Scenario) -> Scenario:
    """The scenario with every journey kept."""
    settings = scenario.settings
    return replace(scenario, settings=replace(settings, horizon=replace(settings.horizon, journeys=_EVERYBODY)))


def cost_of_failures(scenario: Scenario, *, replications: int = 5, progress: Callable[[float, str], None] | None = None) -> list[FailureCost]:
    """Run the replications and value every kind of failure, by segment, the costliest kind first.

    Raises
    ------
    ValueError
        If there are fewer than two replications: nothing could be said of the interval.
    """
    if replications < 2:
        raise ValueError(f"an interval needs at least two replications, got {replications}")
    tell, found = progress or (lambda share, text: None), []
    world = build_world(whole_journeys(scenario))
    for k in range(replications):
        base = k / replications
        outcome = simulate(world, replication=k, progress=lambda share, base=base, k=k: tell(base + share / replications, f"replication {k + 1}"))  # type: ignore[misc]
        found.append(failures_of(world, outcome, k))
    years = world.hours / 8760.0
    names = dict(zip(world.segments.ids, range(len(world.segments.ids)), strict=True))
    costs = [one for k in range(len(FAILURES)) for one in _rows(k, found, years, names, ~world.segments.trade)]
    size = {one.failure: one.total_eur_y for one in costs if one.segment == "all"}
    return sorted(costs, key=lambda one: -size[one.failure])


def _rows(k: int, found: list[FailureSums], years: float, segments: Mapping[str, int], consumer: npt.NDArray[np.bool_]) -> list[FailureCost]:
    """Rows of one failure: all segments, then each that consumers have."""
    failure, rows = FAILURES[k], []
    for name, cells in [("all", slice(None)), *((s, slice(i, i + 1)) for s, i in segments.items() if consumer[i])]:
        number = [float(one.number[k, cells].sum()) for one in found]
        lost = [float(one.staying[k, cells].sum()) for one in found]
        spoken = [float(one.speaking[k]) for one in found] if name == "all" else None
        rows.append(
            FailureCost(
                failure=failure.name,
                unit=failure.unit,
                segment=name,
                number_y=float(np.mean(number)) / years,
                staying_eur=_each_one(lost, number),
                speaking_eur=None if spoken is None else _each_one(spoken, number),
                total_eur_y=(float(np.mean(lost)) + (0.0 if spoken is None else float(np.mean(spoken)))) / years,
            )
        )
    return rows


def _each_one(eur: list[float], number: list[float]) -> Each:
    """EUR for one failure: ratio of the sums, with the interval of the linearised ratio (Cochran 1977, section 6)."""
    total = sum(number)
    if total <= 0.0:
        return 0.0, 0.0, 0.0
    ratio, mean = sum(eur) / total, total / len(number)
    if total < _FEW:
        return ratio, None, None
    _, low, high = interval([ratio + (e - ratio * n) / mean for e, n in zip(eur, number, strict=True)])
    return ratio, low, high
