"""``e2esim optimise``: search for the best settings, then say which is best with what probability."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from e2esim.application.optimising import Optimised, OptimiseWishes
    from e2esim.cli.sweep_command import SweepOptions


def run_optimise(words: Sequence[str], options: SweepOptions, wanted: OptimiseWishes) -> None:
    """Search and print.

    Raises
    ------
    InputErrors
        If words, objectives or constraints are wrong, or Optuna is missing.
    """
    from e2esim.application.optimising import optimise
    from e2esim.application.study_words import question
    from e2esim.report.progress import progress_bar

    asked = question(words)
    with progress_bar(quiet=options.quiet or options.as_json) as tell:
        found = optimise(asked, options, wanted, tell)
    if options.as_json:
        typer.echo(json.dumps({**found.told, "folder": str(found.folder)}, ensure_ascii=False, allow_nan=False))
    elif not options.quiet:
        _print(found)


def _print(found: Optimised) -> None:
    from e2esim.report.comparison import told as said

    told, goals, goal, units = found.told, found.goals, found.goals[0].kpi, found.units

    def of(kpi: str, value: float) -> str:
        return said(kpi, value, units.get(kpi, ""))

    limits = f" subject to {', '.join(told['constraints'])}" if told["constraints"] else ""
    counts = f"{told['trials']} points x {told['replications']} replications, {told['feasible']} feasible, {told['failed']} failed"
    typer.echo(f"{'; '.join(told['goals'])}{limits}: {counts}.")
    if not told["front"]:
        typer.echo("No point keeps every constraint.")
    elif len(goals) > 1:
        typer.echo("Points that no other beats in every goal (means):")
        for one in told["front"]:
            typer.echo(f"  {_said(one['factors'])}: " + ", ".join(f"{kpi} {of(kpi, value)}" for kpi, value in one["means"].items()))
    else:
        for one in told["ranking"]:
            typer.echo(f"  {_said(one['factors'])}: {goal} {of(goal, one['mean'])} ({one['replications']} fresh replications)")
        sure = "not proven: the replications ran out before the others were ruled out; raise --most or --delta"
        if told["proven"]:
            sure = f"with probability of at least {100 * told['probability']:g} % it is the best of these or within {of(goal, told['delta'])} of it"
        typer.echo(f"Winner: {_said(told['winner'])}; {sure}.")
        for one in told["limits"]:
            kept = "" if one["kept"] else ", NOT kept"
            mean, low, high = (of(one["kpi"], one[name]) for name in ("mean", "ci_low", "ci_high"))
            typer.echo(f"  {one['constraint']}: {mean} (95 % interval {low} to {high}){kept}")
    typer.echo(f"Optimisation folder: {found.folder} (trials.parquet, optimise.json; the same command with --out takes it up again)")


def _said(factors: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={value:.5g}" if isinstance(value, float) else f"{name}={value}" for name, value in factors.items())
