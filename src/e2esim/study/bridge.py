"""What a TO-BE is worth, lever by lever: sets of levers run on common random numbers, shares that add up, and the cash account.

The value of a set is its operating result before the running cost of its levers (a run books that as overhead), scaled up to the full size.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.domain.levers import Lever
from e2esim.domain.scenario import Scenario
from e2esim.study.baseline import BaselineGate, told_gate
from e2esim.study.cash import Payoff, payoff
from e2esim.study.coalitions import Coalition, CoalitionPlan, Estimate, estimate, shares
from e2esim.study.company import Company, ReplicationJob
from e2esim.study.compare import Rule, judge, still_to_run, still_wide
from e2esim.study.judged import MATERIAL, Difference
from e2esim.study.pool import Progress, headline_rows, replicated, run_jobs
from e2esim.study.thinning import Thinning, Unsure, filled

F = npt.NDArray[np.float64]
Note = Callable[[str], None]
RESULT, EQUITY = "operating_result", "customer_value"
FULL = 2  # replications that run every set where precision decides how many there are: the fewest that give what each set adds an error


@dataclass(frozen=True, kw_only=True)
class LeverShare:
    """What one lever brings [EUR/year; equity EUR], at scale 1, before its running cost.

    ``share``: its Shapley share of the whole; ``alone``: it and nothing else (nothing where it lacks a prerequisite); ``last``: the whole less
    the whole without it; ``equity``: its share of the change of customer value.
    """

    lever: Lever
    share: Estimate
    alone: Estimate
    last: Estimate
    equity: Estimate

    @property
    def together(self) -> float:
        """What it brings by working with the others: its share less what it brings alone."""
        return self.share.mean - self.alone.mean


@dataclass(frozen=True, kw_only=True, eq=False)
class LeverBridge:
    """From AS-IS to TO-BE in money [EUR/year at scale 1].

    ``before``, ``after``: operating results of both; ``gain`` before and ``net`` after the running cost of the levers; ``equity``: change of
    customer value [EUR]; ``differences``: all KPIs, TO-BE against AS-IS, at the scale that was run; ``values``: one row a set, replication, KPI;
    ``tables``: KPI tables of all dimensions of AS-IS and of TO-BE, one a replication; ``wide``: KPIs whose paired half-width between the two is
    still above ``precision`` of the base; ``every``: replications that ran every set, those beyond ran fewer (`e2esim.study.thinning`); ``runs``: of all
    sets together.
    """

    levers: tuple[LeverShare, ...]
    before: Estimate
    after: Estimate
    gain: Estimate
    net: Estimate
    equity: Estimate
    payoff: Payoff
    gate: BaselineGate
    differences: tuple[Difference, ...]
    values: pl.DataFrame
    tables: tuple[tuple[pl.DataFrame, ...], tuple[pl.DataFrame, ...]]
    replications: int
    orders: int
    sets: int
    scale: float
    every: int
    runs: int
    precision: float | None = None
    wide: tuple[str, ...] = ()

    @property
    def rest(self) -> float:
        """What the shares do not explain [EUR/year]: nothing but rounding."""
        return self.gain.mean - sum(one.share.mean for one in self.levers)


@dataclass(frozen=True, kw_only=True)
class BridgeRule:
    """How much is run: ``replications`` of every set, on ``workers`` processes; ``years`` of the cash account; ``kpis`` judged together.

    ``precision``: AS-IS and TO-BE go on until the paired half-width of each of those KPIs is at most this share of the base, or ``most`` is
    reached. ``every``: replications, from the first, that run every set (`e2esim.study.thinning`); None: all of them, or the first two where
    ``precision`` is asked for. ``material``: share of the base below which a difference does not matter.
    """

    replications: int = 5
    every: int | None = None
    material: float = MATERIAL
    precision: float | None = None
    most: int = 200
    workers: int = 0
    years: int = 5
    kpis: tuple[str, ...] = ()

    @property
    def first(self) -> int:
        """Replications that run every set, at most."""
        return self.every if self.every is not None else self.replications if self.precision is None else FULL


def _silent(text: str) -> None:
    """Say nothing."""


def set_name(some: Coalition, players: tuple[str, ...]) -> str:
    """Name of a set of levers: those in it with + between; none.

    >>> set_name(frozenset({"crm", "plan"}), ("plan", "crm")), set_name(frozenset(), ("plan",))
    ('plan+crm', 'none')
    """
    return "+".join(name for name in players if name in some) or "none"


def lever_bridge(
    base: Scenario, plan: CoalitionPlan, company: Callable[[str], Company], rule: BridgeRule, progress: Progress | None = None, note: Note = _silent
) -> LeverBridge:
    """Run every set of ``plan`` and tell what each lever brings.

    Parameters
    ----------
    base
        AS-IS, for its history, rates and scale.
    plan
        Sets of levers.
    company
        Makes the company that pulls a set, by the name of the set.
    rule, progress, note
        How much is run; told the share done; told in words how long it will take, once the first runs have shown it.

    Raises
    ------
    ValueError
        If fewer than two replications are asked for, or run every set.
    """
    if rule.replications < 2 or rule.first < 2:
        raise ValueError("a bridge needs at least two replications, of every set: one has no interval")
    names = {some: set_name(some, plan.players) for some in plan.coalitions}
    thin = Thinning(plan=plan, every=rule.first, seed=base.settings.seed)
    tables = _run_sets({name: company(name) for name in names.values()}, names, thin, rule, progress, note)
    count = sum(job.company == "none" for job in tables)
    rows = headline_rows(tables)
    scale, whole = base.settings.scale, frozenset(plan.players)
    results, equity = (_values(rows, names, kpi, scale, count) for kpi in (RESULT, EQUITY))
    gains = {some: results[some] - results[frozenset()] + _running(plan, some) for some in plan.coalitions}
    full, unsure = filled(gains, whole)
    (brought, own), (valued, own_equity) = _brought(thin, gains, count), _brought(thin, equity, count)
    gap = results[whole] - results[frozenset()]
    all_levers = names[whole]
    cells = tuple(tuple(table for job, table in tables.items() if job.company == name) for name in ("none", all_levers))
    differences = judge(rows, "none", [all_levers], rule.kpis, rule.material)[all_levers]
    return LeverBridge(
        levers=tuple(
            _share(plan, name, full, unsure, estimate(brought[:, k], *own[k]), estimate(valued[:, k], *own_equity[k])) for k, name in enumerate(plan.players)
        ),
        before=estimate(results[frozenset()][None]),
        after=estimate(results[whole][None]),
        gain=estimate(gains[whole][None]),
        net=estimate(gap[None]),
        equity=estimate((equity[whole] - equity[frozenset()])[None]),
        payoff=payoff(plan, full, years=rule.years, discount_y=base.settings.finance.discount_y, unsure=unsure),
        gate=told_gate(base, cells[0], lambda first, n: _more_of_base(company("none"), first, n, rule, progress)),
        differences=differences,
        values=rows,
        tables=(cells[0], cells[1]),
        replications=count,
        every=min(rule.first, count),
        runs=len(tables),
        precision=rule.precision,
        wide=still_wide((gap for gap in differences if not rule.kpis or gap.kpi in rule.kpis), rule.precision),
        orders=len(plan.orders),
        sets=len(plan.coalitions),
        scale=scale,
    )


def _run_sets(
    companies: Mapping[str, Company], names: Mapping[Coalition, str], thin: Thinning, rule: BridgeRule, progress: Progress | None, note: Note
) -> dict[ReplicationJob, pl.DataFrame]:
    """KPI tables of the sets that are run: AS-IS and TO-BE until they are precise enough, then the others; in the order of sets and replications."""
    whole = names[frozenset(thin.plan.players)]
    ends = {name: companies[name] for name in ("none", whole)}
    wanted = Rule(replications=rule.replications, precision=rule.precision, most=rule.most)
    done: dict[ReplicationJob, pl.DataFrame] = {}
    count, more, started = 0, rule.replications, time.perf_counter()
    while more:
        todo = len(_jobs(names, thin, count + more)) - len(done)
        tell = _part(progress, len(done), more * len(ends), len(done) + todo)
        if not done:
            tell = _first_noted(tell, note, todo, rule.workers or os.cpu_count() or 1)
        done |= replicated(ends, replications=more, first=count, workers=rule.workers, progress=tell)
        count += more
        more = still_to_run(judge(headline_rows(done), "none", [whole], rule.kpis), rule.kpis, wanted, count)
    jobs = _jobs(names, thin, count)
    between = [job for job in jobs if job not in done]
    if between:
        each = (time.perf_counter() - started) / len(done)
        note(f"{count} replications of AS-IS and TO-BE are run; {len(between)} runs of the sets between them are left: about {_minutes(each * len(between))}")
        done |= run_jobs(companies, between, rule.workers, _part(progress, len(done), len(between), len(jobs)))
    return {job: done[job] for job in jobs}


def _jobs(names: Mapping[Coalition, str], thin: Thinning, count: int) -> list[ReplicationJob]:
    """Every run of ``count`` replications, those of a set together."""
    wanted = [set(thin.sets(k)) for k in range(count)]
    return [ReplicationJob(company=name, replication=k) for some, name in names.items() for k in range(count) if some in wanted[k]]


def _first_noted(tell: Progress | None, note: Note, jobs: int, workers: int) -> Progress:
    """Progress that also notes, when the first run has ended, how long ``jobs`` runs take."""
    started, told = time.perf_counter(), list[float]()

    def both(share: float, text: str) -> None:
        if not told:
            told.append(time.perf_counter() - started)
            time_left = _minutes(told[0] * jobs / workers)
            note(f"a run takes {told[0]:.0f} s: {jobs} runs on {workers} processes take about {time_left}, more if they are not precise enough")
        if tell is not None:
            tell(share, text)

    return both


def _minutes(seconds: float) -> str:
    """A time in words.

    >>> _minutes(20.0), _minutes(1234.0)
    ('20 s', '21 min')
    """
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _brought(thin: Thinning, values: Mapping[Coalition, F], count: int) -> tuple[F, tuple[Unsure, ...]]:
    """What each lever brings, (orders, levers, replications): the drawn orders apart where all replications run the same ones."""
    if count <= thin.every:
        return shares(thin.plan, values), tuple(Unsure() for _ in thin.plan.players)
    found, unsure = thin.shares(values)
    return found[None], unsure


def _more_of_base(company: Company, first: int, replications: int, rule: BridgeRule, progress: Progress | None) -> list[pl.DataFrame]:
    """More runs of AS-IS, for the gate alone."""
    tell = None if progress is None else lambda share, text: progress(0.99, f"{text}, for the gate")
    return list(replicated({"none": company}, replications=replications, first=first, workers=rule.workers, progress=tell).values())


def _part(progress: Progress | None, before: int, these: int, jobs: int) -> Progress | None:
    """Progress of ``these`` jobs of ``jobs``, of which ``before`` are done, as progress of the whole."""
    if progress is None:
        return None
    return lambda share, text: progress((before + share * these) / jobs, text)


def _share(
    plan: CoalitionPlan, name: str, gains: Mapping[Coalition, F], unsure: Mapping[Coalition, Unsure], share: Estimate, equity: Estimate
) -> LeverShare:
    whole = frozenset(plan.players)
    alone, without = plan.acting([name]), plan.acting(whole - {name})
    return LeverShare(
        lever=plan.levers[name],
        share=share,
        alone=estimate(gains[alone][None], *unsure[alone]),
        last=estimate((gains[whole] - gains[without])[None], *unsure[without]),
        equity=equity,
    )


def _values(rows: pl.DataFrame, names: Mapping[Coalition, str], kpi: str, scale: float, count: int) -> dict[Coalition, F]:
    """A KPI of every set at the full size, (replications,); NaN where the set was not run."""
    found = {some: np.full(count, np.nan) for some in names}
    sets = {name: some for some, name in names.items()}
    for name, replication, value in rows.filter(pl.col("kpi") == kpi).select("scenario", "replication", "value").iter_rows():
        found[sets[name]][replication] = value / scale
    return found


def _running(plan: CoalitionPlan, some: Coalition) -> float:
    return sum(plan.levers[name].running_eur_y for name in some)
