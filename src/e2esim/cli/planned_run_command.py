"""``e2esim run`` of a planner's company: plan, promise and execution night by night."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from e2esim.cli.run_options import RunOptions


def run_planned(data: Path, overrides: Sequence[str], options: RunOptions) -> None:
    """Read, check, run, write and print a planner's company.

    Raises
    ------
    InputErrors
        If data, overrides or folders are wrong; nothing is written then.
    """
    from e2esim.application.folders import new_folder
    from e2esim.application.simulating import run_planned as simulate_planned
    from e2esim.cli.ends import listing, told_on_stderr
    from e2esim.config.plan_data import read_plan_data
    from e2esim.config.planned_run import rules_of, run_words, stop_day, taken_for_granted
    from e2esim.report.plan.folder import fingerprint
    from e2esim.report.planned.folder import write_planned_run
    from e2esim.report.planned.terminal import planned_json, print_planned
    from e2esim.report.progress import progress_bar

    words = run_words(overrides)
    read = read_plan_data(data, words.columns, firm=False)
    rules = rules_of(read, words)
    if read.warnings and not options.quiet and not options.as_json:
        typer.echo(listing(read.warnings), err=True)
    until = stop_day(options.stop_at, options.save, rules, read.case.facts.today)
    folder = new_folder(options.out, f"run-{read.case.title}", fingerprint(read.tables)[:12])
    with progress_bar(quiet=options.quiet) as tell:
        ran = simulate_planned(
            read, rules, replications=options.replications, until=until, game=options.post_game, say=told_on_stderr(quiet=options.quiet), tell=tell
        )
    study, game = ran.study, ran.game
    if folder.is_dir():  # empty, as new_folder has seen
        folder.rmdir()
    stated = taken_for_granted(read, rules)
    page = ""
    if options.report:
        from e2esim.report.planned.page import build_planned_page

        page = build_planned_page(study, game, language=options.language, stated=stated)
    write_planned_run(study, game, folder, read.tables, page)
    if options.save is not None:
        from e2esim.application.stopping import save_company

        save_company(read, study, options.save)
    if options.as_json:
        typer.echo(planned_json(study, game, folder, stated))
    elif not options.quiet:
        print_planned(study, game, folder, stated, options.language)
