"""What each kind of failure costs in customers' value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from e2esim.application.shown import Shown

if TYPE_CHECKING:
    from e2esim.domain.scenario import Scenario
    from e2esim.study.failures import FailureCost


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


def failures_of(scenario: Scenario, *, replications: int, progress: Callable[[float, str], None] | None = None) -> Failed:
    """Value every kind of failure in a market run."""
    from e2esim.study.failures import cost_of_failures

    return Failed(scenario.settings.name, cost_of_failures(scenario, replications=replications, progress=progress))
