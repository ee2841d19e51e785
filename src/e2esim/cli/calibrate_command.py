"""``e2esim calibrate``: fit a scenario to the figures of its last year, print fit and residuals."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from e2esim.application.calibrating import Calibrated

_VERDICTS = {"met": "met", "off": "NOT MET", "unknown": "cannot tell"}


@dataclass(frozen=True, kw_only=True)
class CalibrateOptions:
    """What the options of ``calibrate`` say."""

    runs: int = 8
    replications: int = 3
    workers: int = 0
    out: Path | None = None
    as_json: bool = False
    quiet: bool = False


def run_calibration(overrides: Sequence[str], options: CalibrateOptions) -> None:
    """Load, fit and print; with ``out`` also write the fitted columns of table channels.

    Raises
    ------
    InputErrors
        If the scenario or its figures are wrong, or ``out`` exists.
    """
    from e2esim.application.calibrating import fit
    from e2esim.config.door import load_with_warnings

    def tell(run: int, off: float) -> None:
        if not options.quiet and not options.as_json:
            typer.echo(f"try {run}: largest gap of a fitted figure {off:.1%}", err=True)

    scenario = load_with_warnings(overrides).scenario
    fitted = fit(scenario, runs=options.runs, replications=options.replications, workers=options.workers, out=options.out, tell=tell)
    if options.as_json:
        typer.echo(json.dumps(fitted.as_dict(), allow_nan=False))
    elif not options.quiet:
        _print(fitted)


def _print(fitted: Calibrated) -> None:
    """Print fit and residuals: the gap of the mean with its interval, and how far a year of this firm lies from another by chance."""
    result = fitted.found
    of = f"of {result.replications} replications each" if result.replications > 1 else "of one replication: without intervals, what is fitted may be chance"
    typer.echo(f"{len(result.fitted)} parameters fitted to {len(result.after)} figures in {result.runs} tries {of}")
    typer.echo(f"{'figure':38} {'last year':>12} {'before':>8} {'after':>8} {'95 % interval':>18} {'by chance':>9}")
    for was, now in zip(result.before, result.after, strict=True):
        low, high = now.gaps
        between = "-" if math.isnan(low) else f"{low:+.1%} .. {high:+.1%}"
        chance = "-" if math.isnan(low) else f"{now.chance:.1%}"
        mark = _VERDICTS[now.verdict] + (", fitted" if now.fitted else "")
        typer.echo(f"{now.kpi + ' ' + now.member:38} {now.history:12,.0f} {was.gap:+8.1%} {now.gap:+8.1%} {between:>18} {chance:>9}  {mark}")
    if result.replications > 1:
        typer.echo("by chance: a standard deviation between two years of this very firm; the last year was one of them")
    if any(one.verdict == "unknown" for one in result.after):
        typer.echo("cannot tell: the interval is too wide to say whether the figure is met; more replications (-n) narrow it")
    typer.echo(f"market.usual_word: {result.usual_word:+.4f} satisfaction")
    typer.echo("channel, choice_offset, usual_service:")
    for name, offset, service in fitted.channels:
        typer.echo(f"  {name:24} {offset:+.4f} {service:.4f}")
