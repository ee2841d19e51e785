"""``e2esim warmup``: from which day a run has settled, and what its settled part tells, with a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer


@dataclass(frozen=True, kw_only=True)
class WarmupOptions:
    """What the options of ``warmup`` say."""

    replications: int = 3
    out: Path | None = None
    as_json: bool = False
    quiet: bool = False


def tell_warmup(overrides: Sequence[str], options: WarmupOptions) -> None:
    """Run the replications, find where the mean series settle, and print."""
    from e2esim.application.settling import settle
    from e2esim.config import load
    from e2esim.report.progress import progress_bar

    scenario = load(overrides)
    with progress_bar(quiet=options.quiet or options.as_json) as tell:
        settled = settle(scenario, replications=options.replications, out=options.out, tell=tell)
    if options.as_json:
        typer.echo(json.dumps({"warmup_days": settled.warmup_days, "series": settled.series}, allow_nan=False))
    elif not options.quiet:
        _print(settled.series, settled.warmup_days, options.replications, settled.folder)


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
