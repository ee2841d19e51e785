"""``e2esim calibrate``: fit a scenario to the figures of its last year, print fit and residuals."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem


@dataclass(frozen=True, kw_only=True)
class CalibrateOptions:
    """What the options of ``calibrate`` say."""

    runs: int = 8
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
    from e2esim.study.calibrate import Figure, calibrate

    def tell(run: int, found: Sequence[Figure]) -> None:
        if not options.quiet and not options.as_json:
            off = max((abs(one.gap) for one in found if one.fitted), default=0.0)
            typer.echo(f"run {run}: largest gap of a fitted figure {off:.1%}", err=True)

    try:
        result = calibrate(scenario, runs=options.runs, tell=tell)
    except ValueError as error:
        raise InputErrors([_problem("history_kpis", "", str(error), "see docs/data.md, table history_kpis")]) from error
    rows = list(zip(result.channels, result.choice_offset, result.usual_service, strict=True))
    if options.out is not None:
        with options.out.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([("channel", "choice_offset", "usual_service"), *rows])
    if options.as_json:
        shown = [{"kpi": f.kpi, "member": f.member, "history": f.history, "run": f.found, "fitted": f.fitted, "met": f.met} for f in result.after]
        channels = [{"channel": name, "choice_offset": offset, "usual_service": service} for name, offset, service in rows]
        typer.echo(json.dumps({"runs": result.runs, "channels": channels, "market.usual_word": result.usual_word, "figures": shown}))
    elif not options.quiet:
        typer.echo(f"{len(result.fitted)} parameters fitted to {len(result.after)} figures in {result.runs} runs")
        typer.echo(f"{'figure':38} {'history':>14} {'before':>9} {'after':>9}")
        for was, now in zip(result.before, result.after, strict=True):
            mark = "fitted" if now.fitted else ("met" if now.met else "NOT MET")
            typer.echo(f"{now.kpi + ' ' + now.member:38} {now.history:14,.0f} {was.gap:+9.1%} {now.gap:+9.1%}  {mark}")
        typer.echo(f"market.usual_word: {result.usual_word:+.4f} satisfaction")
        typer.echo("channel, choice_offset, usual_service:")
        for name, offset, service in rows:
            typer.echo(f"  {name:24} {offset:+.4f} {service:.4f}")


def _problem(column: str, value: str, message: str, remedy: str) -> Problem:
    return Problem(file=COMMAND_LINE, column=column, value=value, message=message, remedy=remedy)
