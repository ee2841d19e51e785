"""What a TO-BE is worth, lever by lever: sets of levers run on common random numbers, shares that add up, and the cash account.

The value of a set is its operating result before the running cost of its levers (a run books that as overhead), scaled up to the full size.
"""

from __future__ import annotations

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
from e2esim.study.pool import Progress, headline_rows, replicated

F = npt.NDArray[np.float64]
RESULT, EQUITY = "operating_result", "customer_value"


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
    still above ``precision`` of the base.
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
    reached; every other set then runs as many. ``material``: share of the base below which a difference does not matter.
    """

    replications: int = 5
    material: float = MATERIAL
    precision: float | None = None
    most: int = 200
    workers: int = 0
    years: int = 5
    kpis: tuple[str, ...] = ()


def set_name(some: Coalition, players: tuple[str, ...]) -> str:
    """Name of a set of levers: those in it with + between; none.

    >>> set_name(frozenset({"crm", "plan"}), ("plan", "crm")), set_name(frozenset(), ("plan",))
    ('plan+crm', 'none')
    """
    return "+".join(name for name in players if name in some) or "none"


def lever_bridge(base: Scenario, plan: CoalitionPlan, company: Callable[[str], Company], rule: BridgeRule, progress: Progress | None = None) -> LeverBridge:
    """Run every set of ``plan`` and tell what each lever brings.

    Parameters
    ----------
    base
        AS-IS, for its history, rates and scale.
    plan
        Sets of levers.
    company
        Makes the company that pulls a set, by the name of the set.
    rule, progress
        How much is run; told the share done.

    Raises
    ------
    ValueError
        If fewer than two replications are asked for.
    """
    if rule.replications < 2:
        raise ValueError("a bridge needs at least two replications: one has no interval")
    names = {some: set_name(some, plan.players) for some in plan.coalitions}
    tables = _run_sets({name: company(name) for name in names.values()}, names[frozenset(plan.players)], rule, progress)
    count = len(tables) // len(names)
    rows = headline_rows(tables)
    scale, whole = base.settings.scale, frozenset(plan.players)
    results, equity = (_values(rows, names, kpi, scale) for kpi in (RESULT, EQUITY))
    gains = {some: results[some] - results[frozenset()] + _running(plan, some) for some in plan.coalitions}
    brought, valued = shares(plan, gains), shares(plan, equity)
    gap = results[whole] - results[frozenset()]
    full = names[whole]
    cells = tuple(tuple(table for job, table in tables.items() if job.company == name) for name in ("none", full))
    differences = judge(rows, "none", [full], rule.kpis, rule.material)[full]
    return LeverBridge(
        levers=tuple(_share(plan, name, gains, brought[:, k], valued[:, k]) for k, name in enumerate(plan.players)),
        before=estimate(results[frozenset()][None]),
        after=estimate(results[whole][None]),
        gain=estimate(gains[whole][None]),
        net=estimate(gap[None]),
        equity=estimate((equity[whole] - equity[frozenset()])[None]),
        payoff=payoff(plan, gains, years=rule.years, discount_y=base.settings.finance.discount_y),
        gate=told_gate(base, cells[0], lambda first, n: _more_of_base(company("none"), first, n, rule, progress)),
        differences=differences,
        values=rows,
        tables=(cells[0], cells[1]),
        replications=count,
        precision=rule.precision,
        wide=still_wide((gap for gap in differences if not rule.kpis or gap.kpi in rule.kpis), rule.precision),
        orders=len(plan.orders),
        sets=len(plan.coalitions),
        scale=scale,
    )


def _run_sets(companies: Mapping[str, Company], whole: str, rule: BridgeRule, progress: Progress | None) -> dict[ReplicationJob, pl.DataFrame]:
    """KPI tables of all sets: AS-IS and TO-BE until they are precise enough, the others as often; in the order of sets and replications."""
    ends = {name: companies[name] for name in ("none", whole)}
    between = {name: one for name, one in companies.items() if name not in ends}
    wanted = Rule(replications=rule.replications, precision=rule.precision, most=rule.most)
    done: dict[ReplicationJob, pl.DataFrame] = {}
    count, more = 0, rule.replications
    while more:
        tell = _part(progress, len(done), more * len(ends), (count + more) * len(companies))
        done |= replicated(ends, replications=more, first=count, workers=rule.workers, progress=tell)
        count += more
        more = still_to_run(judge(headline_rows(done), "none", [whole], rule.kpis), rule.kpis, wanted, count)
    if between:
        done |= replicated(between, replications=count, workers=rule.workers, progress=_part(progress, len(done), count * len(between), count * len(companies)))
    return {job: done[job] for job in (ReplicationJob(company=name, replication=k) for name in companies for k in range(count))}


def _more_of_base(company: Company, first: int, replications: int, rule: BridgeRule, progress: Progress | None) -> list[pl.DataFrame]:
    """More runs of AS-IS, for the gate alone."""
    tell = None if progress is None else lambda share, text: progress(0.99, f"{text}, for the gate")
    return list(replicated({"none": company}, replications=replications, first=first, workers=rule.workers, progress=tell).values())


def _part(progress: Progress | None, before: int, these: int, jobs: int) -> Progress | None:
    """Progress of ``these`` jobs of ``jobs``, of which ``before`` are done, as progress of the whole."""
    if progress is None:
        return None
    return lambda share, text: progress((before + share * these) / jobs, text)


def _share(plan: CoalitionPlan, name: str, gains: Mapping[Coalition, F], brought: F, valued: F) -> LeverShare:
    whole = frozenset(plan.players)
    return LeverShare(
        lever=plan.levers[name],
        share=estimate(brought),
        alone=estimate(gains[plan.acting([name])][None]),
        last=estimate((gains[whole] - gains[plan.acting(whole - {name})])[None]),
        equity=estimate(valued),
    )


def _values(rows: pl.DataFrame, names: Mapping[Coalition, str], kpi: str, scale: float) -> dict[Coalition, F]:
    """A KPI of every set at the full size, (replications,)."""
    found = rows.filter(pl.col("kpi") == kpi).sort("replication")
    return {some: found.filter(pl.col("scenario") == name)["value"].to_numpy().astype(np.float64) / scale for some, name in names.items()}


def _running(plan: CoalitionPlan, some: Coalition) -> float:
    return sum(plan.levers[name].running_eur_y for name in some)
