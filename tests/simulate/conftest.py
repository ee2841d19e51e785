"""Finished replications that several tests read, each simulated once a session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from e2esim.config import load
from e2esim.domain.build import build_world
from e2esim.domain.outcome import Outcome
from e2esim.domain.world import World
from e2esim.kpi import measure
from e2esim.kpi.table import KpiTable
from e2esim.simulate.replication import Replication
from worlds import Change, tiny_world


@dataclass(frozen=True)
class Ran:
    """One finished replication with everything that it holds."""

    world: World
    replication: Replication
    outcome: Outcome
    kpis: KpiTable

    def kpi(self, name: str) -> float:
        """Headline value of a KPI that must be defined."""
        value, _ = self.kpis.headline[name]
        assert value is not None, f"{name} is not defined"
        return value


Run = Callable[..., Ran]


def ran(overrides: list[str], number: int) -> Ran:
    """Simulate replication ``number`` of what ``overrides`` describe."""
    world = build_world(load(overrides))
    replication = Replication(world, number)
    outcome = replication.run()
    return Ran(world, replication, outcome, measure(outcome))


@pytest.fixture(scope="session")
def shipped() -> Run:
    """``shipped("mattress_maker/as_is", "scale=0.02")``: a shipped scenario; the same call gives the same finished run."""
    kept: dict[tuple[str, ...], Ran] = {}

    def run(scenario: str, *overrides: str, replication: int = 0) -> Ran:
        key = (scenario, *overrides, str(replication))
        if key not in kept:
            kept[key] = ran([f"scenario={scenario}", *overrides], replication)
        return kept[key]

    return run


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """``tiny("name", settings={...}, variant="silo", table=change)``: a changed tiny world; ``name`` stands for all changes."""
    kept: dict[tuple[Any, ...], Ran] = {}
    folders: dict[str, Path] = {}
    meant: dict[str, tuple[Any, ...]] = {}

    def run(
        name: str, *overrides: str, variant: str = "", replication: int = 0, again: bool = False, settings: Mapping[str, Any] | None = None, **changes: Change
    ) -> Ran:
        key = (name, variant, overrides, replication)
        what = (settings, sorted(changes))
        assert meant.setdefault(name, what) == what, f"another test calls other changes {name!r}"
        if key not in kept or again:
            if name not in folders:
                folders[name] = tiny_world(tmp_path_factory.mktemp("world") / "tiny", settings=settings, **changes)
            place = f"{folders[name]}/{variant}" if variant else str(folders[name])
            found = ran([f"scenario={place}", *overrides], replication)
            if again:
                return found
            kept[key] = found
        return kept[key]

    return run
