"""``e2esim calibrate``: fit a scenario to the figures of its last year, print fit and residuals."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem

if TYPE_CHECKING:
    from e2esim.study.calibrate import Calibration
    from e2esim.study.history import Figure

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
    from e2esim.config.door import load_with_warnings

    if options.out is not None and options.out.exists():
        raise InputErrors([_problem("--out", str(options.out), "the file is there already", "name another file")])
    scenario = load_with_warnings(overrides).scenario
    from e2esim.study.calibrate import calibrate

    def tell(run: int, found: Sequence[Figure]) -> None:
        if not options.quiet and not options.as_json:
            off = max((abs(one.gap) for one in found if one.fitted), default=0.0)
            typer.echo(f"try {run}: largest gap of a fitted figure {off:.1%}", err=True)

    try:
        result = calibrate(scenario, runs=options.runs, replications=options.replications, workers=options.workers, tell=tell)
    except ValueError as error:
        raise InputErrors([_problem("history_kpis", "", str(error), "see docs/data.md, table history_kpis")]) from error
    rows = list(zip(result.channels, result.choice_offset, result.usual_service, strict=True))
    if options.out is not None:
        with options.out.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([("channel", "choice_offset", "usual_service"), *rows])
    if options.as_json:
        channels = [{"channel": name, "choice_offset": offset, "usual_service": service} for name, offset, service in rows]
        told = {"runs": result.runs, "replications": result.replications, "channels": channels, "market.usual_word": result.usual_word}
        typer.echo(json.dumps(told | {"figures": [_plain(one) for one in result.after]}, allow_nan=False))
    elif not options.quiet:
        _print(result, rows)


def _print(result: Calibration, rows: Sequence[tuple[str, float, float]]) -> None:
    """Print fit and residuals: the gap of the mean with its interval, and how far a year of this firm lies from another by chance."""
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
    for name, offset, service in rows:
        typer.echo(f"  {name:24} {offset:+.4f} {service:.4f}")


def _plain(one: Figure) -> dict[str, object]:
    ends = [None if math.isnan(end) else end for end in one.gaps]
    told = {"kpi": one.kpi, "member": one.member, "history": one.history, "run": one.found, "fitted": one.fitted, "met": one.met}
    return told | {"gap_low": ends[0], "gap_high": ends[1], "verdict": one.verdict}


def _problem(column: str, value: str, message: str, remedy: str) -> Problem:
    return Problem(file=COMMAND_LINE, column=column, value=value, message=message, remedy=remedy)
