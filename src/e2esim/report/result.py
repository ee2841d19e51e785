"""What the report needs of a finished study, as protocols: any object with these fields can be written and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from e2esim.domain.outcome import Labels, Outcome
from e2esim.domain.settings import Settings
from e2esim.domain.world import World


class Measured(Protocol):
    """One headline KPI: mean over the replications with its interval; None = cannot be told."""

    @property
    def value(self) -> float | None: ...
    @property
    def unit(self) -> str: ...
    @property
    def ci_low(self) -> float | None: ...
    @property
    def ci_high(self) -> float | None: ...


class Result(Protocol):
    """A finished study of one scenario.

    ``table``: kpi, unit, dimension, member, value, n and, with replications, ci_low, ci_high (means over replications).
    ``per_replication``: one row a replication and headline KPI. ``first``: outcome of replication ``kept`` (from 0), for
    pictures and row tables, None if it is among the ``lost`` ones, whose processes were killed; ``world``: what it ran on,
    for readable names.
    """

    @property
    def scenario(self) -> str: ...
    @property
    def seed(self) -> int: ...
    @property
    def replications(self) -> int: ...
    @property
    def wall_s(self) -> float: ...
    @property
    def kpis(self) -> Mapping[str, Measured]: ...
    @property
    def table(self) -> pl.DataFrame: ...
    @property
    def per_replication(self) -> pl.DataFrame: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def first(self) -> Outcome | None: ...
    @property
    def world(self) -> World | None: ...
    @property
    def kept(self) -> int: ...
    @property
    def lost(self) -> tuple[int, ...]: ...


@dataclass(frozen=True, kw_only=True)
class Names:
    """Readable names of the members of each dimension, by id; ids stand in where there is no world."""

    channels: Mapping[str, str]
    segments: Mapping[str, str]
    brands: Mapping[str, str]
    markets: Mapping[str, str]
    work_centres: Mapping[str, str]
    suppliers: Mapping[str, str]

    def of(self, dimension: str) -> Mapping[str, str]:
        """Names of a dimension of the KPI table (channel, segment, brand, market ...), id -> name."""
        found: Mapping[str, str] = getattr(self, f"{dimension}s")
        return found

    def place(self, key: str) -> str:
        """Name of a work centre, a supplier or a lane (its id is ``channel/market``)."""
        if key in self.work_centres:
            return self.work_centres[key]
        channel, _, market = key.partition("/")
        if channel in self.channels and market in self.markets:
            return f"{self.markets[market]} ({self.channels[channel]})"
        return self.suppliers.get(key, key)


def read_names(labels: Labels, world: World | None) -> Names:
    """Names of the labels' ids, from the world where it has them."""

    def named(ids: tuple[str, ...], world_ids: tuple[str, ...], world_names: tuple[str, ...]) -> dict[str, str]:
        known = {key: name for key, name in zip(world_ids, world_names, strict=True) if name.strip()}
        return {key: known.get(key, key) for key in ids}

    if world is None:
        return Names(
            **{
                kind: {key: key for key in getattr(labels, kind)}
                for kind in ("channels", "segments", "brands", "markets", "work_centres", "suppliers")
            }
        )
    w = world
    return Names(
        channels=named(labels.channels, w.channels.ids, w.channels.names),
        segments={key: key.replace("_", " ").capitalize() for key in labels.segments},
        brands=named(labels.brands, w.brands, w.brand_names),
        markets=named(labels.markets, w.markets, w.market_names),
        work_centres=named(labels.work_centres, w.centres.ids, w.centres.names),
        suppliers={key: key for key in labels.suppliers},
    )
