"""``e2esim sweep``: many points by many replications into one table that grows on disk and can be taken up again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from e2esim.application.efforts import Effort


@dataclass(frozen=True, kw_only=True)
class SweepOptions(Effort):
    """What the options of ``sweep`` and its sisters say."""

    design: str = ""
    points: int | None = None
    as_json: bool = False
    quiet: bool = False


def run_sweep(words: Sequence[str], options: SweepOptions) -> None:
    """Lay out the points, run what is not there yet, and print what was done.

    Raises
    ------
    InputErrors
        If words, design or folder are wrong, or a point cannot run.
    """
    from e2esim.application.study_words import question
    from e2esim.application.sweeping import sweep_design
    from e2esim.report.progress import progress_bar

    asked = question(words)
    with progress_bar(quiet=options.quiet or options.as_json) as tell:
        swept = sweep_design(asked, options, design=options.design, points=options.points, tell=tell)
    if options.as_json:
        typer.echo(json.dumps({**swept.told, "folder": str(swept.folder)}, ensure_ascii=False, allow_nan=False))
    elif not options.quiet:
        _print(swept.told, swept.folder)


def _print(told: Mapping[str, Any], folder: Path | None) -> None:
    jobs = told["points"] * told["replications"]
    done = f"{told['run_now']} run now, {told['found_done']} found done, {told['failed']} failed"
    typer.echo(f"{told['points']} points x {told['replications']} replications: {done}.")
    for point, replication, error in told["failures"]:
        typer.echo(f"  failed: point {point}, replication {replication}: {' '.join(str(error).split())}")
    if told["failed"] and told["failed"] < jobs:
        typer.echo("All others are in the table; --again tries the failed ones once more.")
    typer.echo(f"Sweep folder: {folder} (sweep.parquet: every value; means.parquet: means and intervals; the same command with --out takes it up again)")
