"""Knock out one node of the chain at a time: how long customers do not feel it, how long they do, and what it costs; by paired runs."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.domain.build import build_world
from e2esim.domain.scenario import Scenario
from e2esim.domain.schema import TABLE
from e2esim.kpi import measure
from e2esim.kpi.reading import Reading
from e2esim.kpi.surprises import CALM_D, LEEWAY, overdue_by_day, waiting_by_day
from e2esim.simulate import simulate
from e2esim.study.company import ReplicationJob
from e2esim.study.executor import Local
from e2esim.study.pool import Progress
from e2esim.study.survival import ChainNode, Knock

F = npt.NDArray[np.float64]

CALM = "calm"
EVENT = "knock_out"
RESULT, VALUE = "operating_result", "customer_value"
TAIL = 0.2  # share of the worst replications in the CVaR
SCREEN = 0.2  # of what the dearest node costs in the first pair; nodes that cost less get no further pairs, assumed
DEAREST = 6  # nodes that cost most in result, and most in customer value, in the first pair: no others get further pairs, assumed

Runs = dict[str, dict[int, "Suffered"]]  # by name of a case and replication


@dataclass(frozen=True, kw_only=True)
class Outage:
    """When a node fails, for how long and how far."""

    first: dt.date
    days: float = 28.0
    size: float = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Suffered:
    """What one run leaves for a study of risk: overdue pieces, pieces due and the order book by day, headline KPIs, length of the window [years].

    ``held`` (days + 1, stock points): what the firm holds on the morning of each day; of the calm run alone.
    """

    overdue: F
    due: F
    waiting: F
    kpis: Mapping[str, float]
    years: float
    held: F = field(default_factory=lambda: np.zeros((0, 0)))


@dataclass(frozen=True, kw_only=True)
class Spell:
    """Days from the beginning of an outage until customers feel it and until they no longer do; a bound only where censored."""

    survived_d: float
    felt: bool
    recovered_d: float
    over: bool


@dataclass(frozen=True, kw_only=True)
class CaughtUp:
    """Days from the beginning of an outage until the firm has made up for it: its order book is that of the calm run; a bound only where not over."""

    days: float
    over: bool


@dataclass(frozen=True, kw_only=True)
class KnockedOut:
    """One node: its spells by replication, when the firm had caught up, and what was lost against the same run without the outage [EUR]."""

    node: ChainNode
    spells: tuple[Spell, ...]
    caught_up: tuple[CaughtUp, ...]
    result_lost: tuple[float, ...]
    value_lost: tuple[float, ...]

    def cvar(self) -> float:
        """Mean loss of result in the worst fifth of the replications, at least one [EUR]."""
        return _of_the_worst(self.result_lost)

    def value_cvar(self) -> float:
        """The same of the loss of customer value [EUR]."""
        return _of_the_worst(self.value_lost)


def _of_the_worst(losses: Sequence[float]) -> float:
    """Mean of the largest fifth, at least one.

    >>> _of_the_worst([1.0, 9.0, 2.0, 3.0, 4.0, 5.0, 7.0, 0.0, 0.0, 0.0])
    8.0
    """
    worst = sorted(losses, reverse=True)[: max(1, round(TAIL * len(losses)))]
    return math.fsum(worst) / len(worst)


class RiskRuns:
    """The work of a study of risk: runs a scenario by name; the world last used stays."""

    def __init__(self, scenarios: Mapping[str, Scenario]) -> None:
        self._scenarios = dict(scenarios)

    def __call__(self, job: ReplicationJob) -> Suffered:
        """Run one replication and keep little of it."""
        outcome = simulate(build_world(self._scenarios[job.company]), replication=job.replication)
        reading = Reading(outcome)
        overdue, due = overdue_by_day(reading)
        kpis = {name: value for name, (value, _) in measure(outcome).headline.items() if value is not None}
        held = np.asarray(outcome.stock_daily, dtype=np.float64) if job.company == CALM else np.zeros((0, 0))
        return Suffered(overdue=overdue, due=due, waiting=waiting_by_day(reading), kpis=kpis, years=outcome.window_y, held=held)


def with_outage(scenario: Scenario, node: ChainNode, outage: Outage, **more: float) -> Scenario:
    """The scenario with one event: the outage of a node; ``more`` columns of its row."""
    row: dict[str, object] = {column.name: column.default for column in TABLE["events"].columns}
    row |= {"event": EVENT, "kind": node.kind.name.lower(), "target": node.name, "first": outage.first, "days": outage.days, "size": outage.size, **more}
    known = scenario.tables["events"]
    frame = pl.DataFrame([[row[name]] for name in known.columns], schema=known.schema, orient="col")
    settings = replace(scenario.settings, events=replace(scenario.settings.events, active="all"))
    return replace(scenario, settings=settings, tables={**scenario.tables, "events": frame})


def without_events(scenario: Scenario) -> Scenario:
    """The scenario in which nothing happens."""
    return replace(scenario, settings=replace(scenario.settings, events=replace(scenario.settings.events, active="none")))


def run_all(
    scenarios: Mapping[str, Scenario], replications: Iterable[int], *, kept: Runs | None = None, workers: int = 0, progress: Progress | None = None
) -> Runs:
    """Run every scenario with the same seeds; results by name and replication, those of lost processes left out.

    ``kept``: runs of before, which are not run again; the new ones are put with them.
    """
    found: Runs = {} if kept is None else kept
    for name in scenarios:
        found.setdefault(name, {})
    jobs = [ReplicationJob(company=name, replication=k) for k in replications for name in scenarios if k not in found[name]]
    with closing(Local(workers=workers).each(RiskRuns(scenarios), jobs)) as ended:
        for count, one in enumerate(ended, start=1):
            found[one.job.company][one.job.replication] = one.value()
            if progress is not None:
                progress(count / len(jobs), f"{count} of {len(jobs)} runs")
    return found


def spell(struck: F, calm: F, due: F, start_d: int, end_d: int) -> Spell:
    """Read when customers feel an outage that begins on day ``start_d``: a quarter of a day's pieces more overdue than without it.

    Over is the first day with no more than that, in itself and on the mean of the seven that begin with it (a single late lorry opens nothing
    again), once the outage itself is.

    >>> struck = np.array([0.0] * 10 + [9.0] * 5 + [0.0] * 10)
    >>> spell(struck, np.zeros(25), np.full(25, 8.0), 7, 9)
    Spell(survived_d=3.0, felt=True, recovered_d=8.0, over=True)
    >>> spell(np.zeros(25), np.zeros(25), np.full(25, 8.0), 7, 9)
    Spell(survived_d=18.0, felt=False, recovered_d=0.0, over=True)
    """
    more, limit = (struck - calm)[start_d:], LEEWAY * float(due.mean())
    hurt = np.flatnonzero(more > limit)
    if not len(hurt):
        return Spell(survived_d=float(len(more)), felt=False, recovered_d=0.0, over=True)
    for day in range(max(int(hurt[0]), end_d - start_d), len(more) - CALM_D + 1):
        if more[day] <= limit and more[day : day + CALM_D].mean() <= limit:
            return Spell(survived_d=float(hurt[0]), felt=True, recovered_d=float(day), over=True)
    return Spell(survived_d=float(hurt[0]), felt=True, recovered_d=float(len(more)), over=False)


def caught_up(struck: Suffered, calm: Suffered, start_d: int, end_d: int) -> CaughtUp:
    """Read when the order book is back, on the mean of a week no more than a day's pieces above that of the calm run, once the outage is over.

    This is what stocks and rates tell; customers may feel the outage longer, whose goods are on the way, or shorter, who were promised a later day.
    """
    more, limit = (struck.waiting - calm.waiting)[start_d:], float(calm.due.mean())
    last = len(more) - CALM_D
    week = np.array([more[day : day + CALM_D].mean() for day in range(max(last, 0) + 1)])
    if not (week > limit).any():
        return CaughtUp(days=0.0, over=True)
    first = max(int(np.argmax(week > limit)), end_d - start_d)
    found = np.flatnonzero(week[first:] <= limit)
    return CaughtUp(days=float(first + found[0]), over=True) if len(found) else CaughtUp(days=float(len(more)), over=False)


def lost(calm: Suffered, struck: Suffered, kpi: str) -> float:
    """What a run leaves less than the calm one [EUR]: of a yearly amount that of the window."""
    a, b = calm.kpis.get(kpi), struck.kpis.get(kpi)
    if a is None or b is None:
        return float("nan")
    return (a - b) * (calm.years if kpi == RESULT else 1.0)


def knock_out(
    scenario: Scenario,
    nodes: Sequence[ChainNode],
    outage: Outage,
    *,
    replications: int = 3,
    screen: float = SCREEN,
    kept: Runs | None = None,
    workers: int = 0,
    progress: Progress | None = None,
) -> tuple[KnockedOut, ...]:
    """Let every node fail in turn, each with the same seeds; the dearest first.

    Nodes that cost less than ``screen`` of the dearest in the first pair, in result and in customer value, or are not among the `DEAREST` in either,
    get that pair alone; 0: all get all.
    ``kept`` keeps the runs, for what is asked next.
    """
    cases = {CALM: without_events(scenario), **{str(node): with_outage(scenario, node, outage) for node in nodes}}
    runs = run_all(cases, range(1), kept={} if kept is None else kept, workers=workers, progress=progress)
    dear = _dear(runs, nodes, screen)
    if replications > 1:
        run_all({CALM: cases[CALM], **{str(node): cases[str(node)] for node in dear}}, range(1, replications), kept=runs, workers=workers, progress=progress)
    start_d = (outage.first - scenario.settings.horizon.start).days
    end_d = math.ceil(start_d + outage.days)
    calm = runs[CALM]
    found = []
    for node in nodes:
        pairs = [(calm[k], one) for k, one in sorted(runs[str(node)].items()) if k in calm]
        found.append(
            KnockedOut(
                node=node,
                spells=tuple(spell(b.overdue, a.overdue, a.due, start_d, end_d) for a, b in pairs),
                caught_up=tuple(caught_up(b, a, start_d, end_d) for a, b in pairs),
                result_lost=tuple(lost(a, b, RESULT) for a, b in pairs),
                value_lost=tuple(lost(a, b, VALUE) for a, b in pairs),
            )
        )
    return tuple(sorted(found, key=lambda one: -one.cvar()))


def knock(runs: Runs, day: int) -> Knock:
    """The morning of a day of the calm runs: mean of what the firm then holds."""
    return Knock(day, np.mean([one.held[day] for one in runs[CALM].values()], axis=0))


def _dear(runs: Runs, nodes: Sequence[ChainNode], screen: float) -> list[ChainNode]:
    """Nodes that are among the dearest of the first pair, and cost at least a share of what the dearest costs, in result or in customer value."""
    if screen <= 0.0:
        return list(nodes)
    dear: set[ChainNode] = set()
    for kpi in (RESULT, VALUE):
        cost = {node: lost(runs[CALM][0], runs[str(node)][0], kpi) for node in nodes}
        dear |= {node for node, one in cost.items() if math.isnan(one)}
        told = sorted((node for node in nodes if not math.isnan(cost[node])), key=lambda node: -cost[node])[:DEAREST]
        dear |= {node for node in told if cost[node] >= screen * cost[told[0]] > 0.0}
    return [node for node in nodes if node in dear]
