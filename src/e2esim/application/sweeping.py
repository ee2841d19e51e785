"""Many runs of one company: a sweep over settings and columns, and what each kind of failure costs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from e2esim.application.shown import Shown
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem

if TYPE_CHECKING:
    from e2esim.domain.scenario import Scenario
    from e2esim.study.design import Value
    from e2esim.study.failures import FailureCost

Progress = Callable[[float, str], None]


@dataclass(frozen=True, repr=False)
class Swept(Shown):
    """A sweep: one row a point, replication and KPI."""

    name: str
    rows: pl.DataFrame

    @cached_property
    def means(self) -> pl.DataFrame:
        """Mean of every KPI at every point, with its 95 % interval."""
        from e2esim.study.sweep import means

        return means(self.rows)

    def headline(self) -> str:
        """One line."""
        return f"sweep of {self.name}: {self.rows['point'].n_unique()} points, {self.rows['replication'].n_unique()} replications"

    def table(self) -> pl.DataFrame:
        """What a notebook shows."""
        return self.means


@dataclass(frozen=True, repr=False)
class Failed(Shown):
    """What each kind of failure costs in customers' value."""

    name: str
    costs: Sequence[FailureCost]

    def headline(self) -> str:
        """One line."""
        return f"failures of {self.name}: {sum(one.total_eur_y for one in self.costs if one.segment == 'all'):,.0f} EUR a year"

    def table(self) -> pl.DataFrame:
        """One row a failure and segment; EUR a failure and a year."""
        rows = [(one.failure, one.unit, one.segment, one.number_y, one.staying_eur[0], one.speaking_eur[0] if one.speaking_eur else None, one.total_eur_y)
                for one in self.costs]  # fmt: skip
        return pl.DataFrame(rows, schema=["failure", "unit", "segment", "number_y", "staying_eur", "speaking_eur", "total_eur_y"], orient="row")


def failures_of(scenario: Scenario, *, replications: int, progress: Progress | None = None) -> Failed:
    """Value every kind of failure in a market run."""
    from e2esim.study.failures import cost_of_failures

    return Failed(scenario.settings.name, cost_of_failures(scenario, replications=replications, progress=progress))


def sweep_company(
    name: str, common: Sequence[str], factors: Mapping[str, Sequence[Value]], *, replications: int, workers: int = 0, folder: Path | None = None
) -> Swept:
    """Run every combination of the ``factors`` on common random numbers; with ``folder`` what has run is kept there and found again.

    Raises
    ------
    InputErrors
        If nothing is swept, a point cannot run, or a replication failed.
    """
    from e2esim.application.points import make_points
    from e2esim.study.design import Choice, design
    from e2esim.study.executor import Local
    from e2esim.study.store import Store
    from e2esim.study.sweep import sweep, tidy

    if not factors or any(not values for values in factors.values()):
        message, remedy = "nothing is swept", "give each key its values, e.g. {'market.demand_factor': [1, 1.2, 1.4]}"
        raise InputErrors([Problem(file=COMMAND_LINE, message=message, remedy=remedy)])
    points = make_points(design({key: Choice(tuple(values)) for key, values in factors.items()}, "full"), common)
    with tempfile.TemporaryDirectory() as home:
        store = Store(Path(home) if folder is None else folder)
        sweep(points, replications=replications, executor=Local(workers=workers, inline=workers == 1), store=store)
        rows = tidy(points, store.rows(), replications)
    failed = rows.filter(pl.col("error").is_not_null())
    if failed.height:
        message = " ".join(str(failed["error"][0]).split())
        raise InputErrors([Problem(file=COMMAND_LINE, message=f"{failed.height} replications failed: {message}", remedy="correct the values")])
    return Swept(name, rows)
