"""A roadmap on the simulated company: how it sells today, what a pilot shows, and what the levers have done for each aim."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from e2esim.domain.scenario import Scenario
from e2esim.study.judged import Difference, judged, paired

Tables = Sequence[pl.DataFrame]
BEFORE = frozenset({"discover", "evaluate", "buy"})  # phases that a sale passes through
LOOSE = 0.8  # [share] below this integration a channel does not know what the last touchpoint knew, often enough to matter (assumed)


@dataclass(frozen=True, kw_only=True)
class WantedChange:
    """An aim as it is measured: a KPI of a member of a dimension, and the change wanted as a share of what it is."""

    kpi: str
    dimension: str
    member: str
    change: float


@dataclass(frozen=True, kw_only=True)
class AimOutcome:
    """An aim before and after, on common random numbers. ``verdict``: 'reached', 'missed', 'open' (the interval holds the wanted change)
    or 'untold' (the KPI has no value there in some replication, and ``found`` is None).
    """

    aim: WantedChange
    found: Difference | None

    @property
    def verdict(self) -> Literal["reached", "missed", "open", "untold"]:
        """What may be said."""
        if self.found is None:
            return "untold"
        wanted = self.aim.change * abs(self.found.base)
        low, high = (self.found.ci_low, self.found.ci_high) if wanted > 0 else (-self.found.ci_high, -self.found.ci_low)
        return "reached" if low >= abs(wanted) else "missed" if high < abs(wanted) else "open"


@dataclass(frozen=True, kw_only=True)
class SaleToday:
    """How a channel sells today (means): days promised, hours to an answer, interactions to close a sale, cost to serve a line [EUR], touchpoints
    of the firm before the sale, and whether they share what they know.
    """

    channel: str
    promise_d: float
    answer_h: float
    interactions: float
    cost_eur: float
    controlled: tuple[str, ...]
    integration: float

    @property
    def to_integrate(self) -> bool:
        """True if touchpoints of the firm there do not share what they know."""
        return bool(self.controlled) and self.integration < LOOSE


@dataclass(frozen=True, kw_only=True)
class SpillOver:
    """Interactions of a channel before and after (contacts per 100 lines). The rule: did those in other channels rise? Then that touchpoint does
    not work.
    """

    channel: str
    found: Difference

    @property
    def rose(self) -> bool:
        """True if it rose beyond chance."""
        return self.found.seen and self.found.difference > 0.0


def values(tables: Tables, kpi: str, dimension: str, member: str) -> list[float] | None:
    """A KPI of every replication; None if it is not told in one."""
    found = []
    for table in tables:
        cell = table.filter((pl.col("kpi") == kpi) & (pl.col("dimension") == dimension) & (pl.col("member") == member))["value"]
        if len(cell) != 1 or cell[0] is None or not math.isfinite(cell[0]):
            return None
        found.append(float(cell[0]))
    return found


def mean(tables: Tables, kpi: str, dimension: str, member: str) -> float:
    """Mean of a KPI; NaN if it is not told."""
    found = values(tables, kpi, dimension, member)
    return math.nan if found is None else math.fsum(found) / len(found)


def aim_outcomes(aims: Sequence[WantedChange], before: Tables, after: Tables, units: Mapping[str, str]) -> tuple[AimOutcome, ...]:
    """Every aim before and after, judged together (Holm)."""
    pairs = [_pair(aim.kpi, aim.dimension, aim.member, before, after, units) for aim in aims]
    family = iter(judged([one for one in pairs if one is not None]))
    return tuple(AimOutcome(aim=aim, found=None if one is None else next(family)) for aim, one in zip(aims, pairs, strict=True))


def spill_over(channels: Sequence[str], before: Tables, after: Tables, units: Mapping[str, str]) -> tuple[SpillOver, ...]:
    """Contacts per 100 lines of every channel, judged together."""
    kpi = "contacts_per_100_orders"
    pairs = [(channel, _pair(kpi, "channel", channel, before, after, units)) for channel in channels]
    told = [(channel, one) for channel, one in pairs if one is not None]
    return tuple(SpillOver(channel=channel, found=one) for (channel, _), one in zip(told, judged([one for _, one in told]), strict=True))


def sales_today(company: Scenario, tables: Tables) -> tuple[SaleToday, ...]:
    """How each channel sells, from table touchpoints and from what the replications measured."""
    touchpoints, found = company.tables["touchpoints"], []
    for channel, integration in company.tables["channels"].select("channel", "integration").iter_rows():
        here = touchpoints.filter(((pl.col("channel") == "") | (pl.col("channel") == channel)) & pl.col("phase").is_in(list(BEFORE)) & (pl.col("reach") > 0))
        asking = company.settings.organisation.info_share * (1.0 + mean(tables, "handoffs", "all", "all"))
        found.append(
            SaleToday(
                channel=channel,
                promise_d=mean(tables, "promise_lead", "channel", channel),
                answer_h=mean(tables, "answer_time", "channel", channel),
                interactions=float(here["reach"].sum()) + asking,
                cost_eur=mean(tables, "cost_to_serve", "channel", channel),
                controlled=tuple(here.filter("controlled")["touchpoint"].to_list()),
                integration=float(integration),
            )
        )
    return tuple(found)


def _pair(kpi: str, dimension: str, member: str, before: Tables, after: Tables, units: Mapping[str, str]) -> Difference | None:
    one, two = values(before, kpi, dimension, member), values(after, kpi, dimension, member)
    return None if one is None or two is None or len(one) < 2 else paired(kpi, units[kpi], one, two)
