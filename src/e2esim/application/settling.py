"""From which day a market run has settled, and what its settled part tells."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from e2esim.application.folders import new_folder, write_new
from e2esim.application.shown import Shown

if TYPE_CHECKING:
    from e2esim.domain.scenario import Scenario
    from e2esim.kpi.daily import Daily
    from e2esim.report.pictures.settling import Settling


@dataclass(frozen=True, repr=False)
class SettledRuns(Shown):
    """One row a daily series: from which day it has settled, and the mean of the rest with its interval."""

    name: str
    warmup_days: int
    series: Sequence[dict[str, Any]]
    folder: Path | None = None

    def headline(self) -> str:
        """One line."""
        days = [one["settled_from_day"] for one in self.series]
        last = "not all settled" if None in days else f"settled from day {max(days)}"
        return f"warm-up of {self.name}: {last}, {self.warmup_days} days are left out"

    def table(self) -> pl.DataFrame:
        """What a notebook shows."""
        return pl.DataFrame(self.series, infer_schema_length=None)


def settle(scenario: Scenario, *, replications: int, out: Path | None = None, tell: Callable[[float, str], object] | None = None) -> SettledRuns:
    """Run the replications, and find where the mean series settle (MSER-5); draw them where a folder is asked for.

    Raises
    ------
    InputErrors
        If the folder is not new.
    """
    folder = None if out is None else new_folder(out, "warmup", "")
    runs = daily_runs(scenario, replications, tell or (lambda share, text: None))
    warmup = scenario.settings.horizon.warmup_days
    told, drawn = [], []
    for series in zip(*runs, strict=True):
        one, settling = _settle(series[0].name, series[0].unit, [s.values for s in series])
        told.append(one)
        drawn.append(settling)
    if folder is not None:
        write_new(folder, lambda place: _write(place, drawn, warmup, told), chosen=True)
    return SettledRuns(scenario.settings.name, warmup, told, folder)


def daily_runs(scenario: Scenario, replications: int, tell: Callable[[float, str], object]) -> list[list[Daily]]:
    """Run and measure day by day; ``tell`` hears the share that is done."""
    from e2esim.domain.build import build_world
    from e2esim.kpi.daily import daily
    from e2esim.simulate import simulate

    world, runs = build_world(scenario), []
    for k in range(replications):
        runs.append(daily(simulate(world, replication=k)))
        tell((k + 1) / replications, f"replication {k + 1}")
    return runs


def _settle(name: str, unit: str, runs: Sequence[Any]) -> tuple[dict[str, Any], Settling]:
    """Truncation by MSER-5 of the mean over replications, and the batch means of what is left."""
    import numpy as np

    from e2esim.report.pictures.settling import Settling
    from e2esim.study.warmup import batch_means, filled, mser5

    mean = np.mean([filled(values) for values in runs], axis=0)
    found = mser5(mean)
    rest = mean[found.leave_out :]
    told: dict[str, Any] = {"series": name, "unit": unit, "settled_from_day": found.leave_out if found.found else None}
    if found.found and rest.size >= 40:
        long = batch_means(rest)
        told |= {"mean": long.mean, "ci_low": long.ci_low, "ci_high": long.ci_high, "batches": long.batches, "neighbours": long.neighbours}
    return told, Settling(name, unit, mean, found.leave_out if found.found else None, float(rest.mean()))


def _write(place: Path, drawn: Sequence[Settling], warmup: int, told: Sequence[dict[str, Any]]) -> None:
    from e2esim.report.pictures.settling import draw_settling
    from e2esim.report.whole_folder import whole_folder

    with whole_folder(place) as partial:
        draw_settling(drawn, warmup, partial / "warmup")
        (partial / "warmup.json").write_text(json.dumps({"warmup_days": warmup, "series": list(told)}, indent=2) + "\n", encoding="utf-8")
