"""``e2esim failures``: what each kind of failure costs in customers' value."""

from __future__ import annotations

import json
from collections.abc import Sequence

import typer


def tell_failures(overrides: Sequence[str], *, replications: int, as_json: bool, quiet: bool) -> None:
    """Run the replications, value the failures, and print them."""
    from e2esim.application.failing import failures_of
    from e2esim.config import load
    from e2esim.report.failures import failures_json, print_failures
    from e2esim.report.progress import progress_bar

    scenario = load(overrides)
    with progress_bar(quiet=quiet or as_json) as tell:
        costs = failures_of(scenario, replications=replications, progress=tell).costs
    if as_json:
        typer.echo(json.dumps(failures_json(costs, scenario.settings, replications), ensure_ascii=False, allow_nan=False))
    elif not quiet:
        print_failures(costs, scenario.settings, replications)
