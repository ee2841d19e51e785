"""``e2esim compare``: two or more runs with common random numbers, and what can be said of their difference."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import typer

from e2esim.application.judging import CompareWishes


@dataclass(frozen=True, kw_only=True)
class CompareOptions(CompareWishes):
    """What the options of ``compare`` say."""

    as_json: bool = False
    quiet: bool = False


def compare_runs(arguments: Sequence[str], options: CompareOptions) -> None:
    """Load all runs (all errors at once), run them, print the differences and write the folder that is asked for."""
    from e2esim.application.comparison_words import asked
    from e2esim.application.folders import write_new
    from e2esim.application.judging import judge
    from e2esim.report.comparison import comparison_json, print_comparison
    from e2esim.report.progress import progress_bar

    question = asked(arguments, options.experiment)
    with progress_bar(quiet=options.quiet or options.as_json) as tell:
        judged = judge(question, options, tell)
    found, folder = judged.compared.found, judged.folder
    if folder is not None:
        from e2esim.report.comparison_folder import write_comparison

        write_new(folder, lambda place: write_comparison(found, judged.facts, place), chosen=True)
    if options.as_json:
        typer.echo(json.dumps(comparison_json(found), ensure_ascii=False, allow_nan=False))
    elif not options.quiet:
        print_comparison(found, judged.asked, scale=judged.facts.scale, shown=judged.shown)
        if folder is not None:
            typer.echo(f"Comparison folder: {folder}")
