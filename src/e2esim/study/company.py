"""What a study can run: any company that opens into replications, each with its table of KPIs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from e2esim.domain.build import build_world
from e2esim.domain.outcome import Outcome
from e2esim.domain.scenario import Scenario
from e2esim.domain.world import World
from e2esim.kpi import measure
from e2esim.simulate import simulate, stop_at
from e2esim.simulate.saved.state import SavedState

Tell = Callable[[float], None]  # told the share done


@dataclass(frozen=True, kw_only=True, eq=False)
class Replicated:
    """One replication: ``table`` has the columns kpi, unit, dimension, member, value, n; ``outcome`` what it was made from."""

    table: pl.DataFrame
    outcome: Outcome | None = None


Trial = Callable[[int, Tell | None], Replicated]  # number of the replication, from 0


class Company(Protocol):
    """Anything that can be replicated: it is sent to worker processes (so it must be picklable) and opened there once."""

    def open(self) -> Trial:
        """Return what runs one replication."""
        ...


@dataclass(frozen=True, kw_only=True)
class MarketCompany:
    """The simulated company of a scenario, with its customers; ``since`` = where its runs go on from, if they were stopped."""

    scenario: Scenario
    since: SavedState | None = None

    def open(self) -> Trial:
        """Build the world once; each replication draws from the streams (seed, number)."""
        return _MarketTrial(build_world(self.scenario), self.since)

    def stopped(self, replication: int, day: int, tell: Tell | None = None) -> SavedState:
        """How a replication stands on the morning of ``day``."""
        return stop_at(day, build_world(self.scenario), replication=replication, progress=tell, since=self.since)


@dataclass(frozen=True)
class _MarketTrial:
    world: World
    since: SavedState | None = None

    def __call__(self, replication: int, tell: Tell | None = None) -> Replicated:
        outcome = simulate(self.world, replication=replication, progress=tell, since=self.since)
        return Replicated(table=measure(outcome).frame, outcome=outcome)


def company_of(subject: Company | Scenario) -> Company:
    """Return a scenario as a company; a company as it is."""
    return MarketCompany(scenario=subject) if isinstance(subject, Scenario) else subject


@dataclass(frozen=True, kw_only=True)
class ReplicationJob:
    """One job of a study: a replication of a company, by name; ``keep`` also brings its outcome home."""

    company: str
    replication: int
    keep: bool = False


class Replications:
    """The work of a study: runs what is asked of its companies. The company last used stays open, for jobs come one after the other."""

    def __init__(self, companies: Mapping[str, Company]) -> None:
        self._companies = dict(companies)
        self._open: tuple[str, Trial] | None = None

    def __call__(self, asked: ReplicationJob, tell: Tell | None = None) -> Replicated:
        """Run one replication; without ``keep`` only its table comes back."""
        if self._open is None or self._open[0] != asked.company:
            self._open = None
            self._open = asked.company, self._companies[asked.company].open()
        done = self._open[1](asked.replication, tell)
        return done if asked.keep else Replicated(table=done.table)
