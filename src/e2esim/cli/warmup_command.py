"""``e2esim warmup``: from which day a run has settled, and what its settled part tells, with a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from e2esim.report.pictures.settling import Settling


@dataclass(frozen=True, kw_only=True)
class WarmupOptions:
    """What the options of ``warmup`` say."""

    replications: int = 3
    out: Path | None = None
    as_json: bool = False
    quiet: bool = False


def tell_warmup(overrides: Sequence[str], options: WarmupOptions) -> None:
    """Run the replications, find where the mean series settle (MSER-5), print, and draw them where a folder is asked for."""
    from e2esim.application.folders import new_folder, write_new
    from e2esim.application.settling import daily_runs
    from e2esim.config import load
    from e2esim.report.progress import progress_bar

    scenario = load(overrides)
    folder = None if options.out is None else new_folder(options.out, "warmup", "")
    with progress_bar(quiet=options.quiet or options.as_json) as tell:
        runs = daily_runs(scenario, options.replications, tell)
    warmup = scenario.settings.horizon.warmup_days
    told, drawn = [], []
    for series in zip(*runs, strict=True):
        one, settling = _settle(series[0].name, series[0].unit, [s.values for s in series])
        told.append(one)
        drawn.append(settling)
    if folder is not None:
        write_new(folder, lambda place: _write(place, drawn, warmup, told), chosen=True)
    if options.as_json:
        typer.echo(json.dumps({"warmup_days": warmup, "series": told}, allow_nan=False))
    elif not options.quiet:
        _print(told, warmup, options.replications, folder)


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


def _print(told: Sequence[dict[str, Any]], warmup: int, replications: int, folder: Path | None) -> None:
    typer.echo(f"Mean of {replications} replications by day, MSER-5; the scenario leaves out {warmup} days.")
    for one in told:
        day = one["settled_from_day"]
        said = "still drifts at the end of the run" if day is None else f"settled from day {day}" + (", LATER than the warm-up" if day > warmup else "")
        if "mean" in one:
            said += f"; {one['mean']:.4g} ({one['ci_low']:.4g} to {one['ci_high']:.4g} by {one['batches']} batch means)"
            if abs(one["neighbours"]) > 0.4:
                said += f", neighbouring batches are alike ({one['neighbours']:.2f}): too short a run for this interval"
        typer.echo(f"  {one['series']} [{one['unit']}]: {said}")
    if folder is not None:
        typer.echo(f"Folder: {folder} (warmup.png, warmup.svg, warmup.json)")
