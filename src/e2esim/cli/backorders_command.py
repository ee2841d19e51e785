"""``e2esim backorders``: who gains and who loses if the order book is confirmed anew by segment; released only if asked."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import typer

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem


@dataclass(frozen=True, kw_only=True)
class BackorderOptions:
    """What the options of ``backorders`` say."""

    segments: Path | None = None
    plan: Path | None = None
    release: bool = False
    out: Path | None = None
    as_json: bool = False
    quiet: bool = False


def run_backorders(data: Path, options: BackorderOptions) -> None:
    """Read, check, run, print and, if asked, release.

    Raises
    ------
    InputErrors
        If data, segments, plan or folders are wrong; nothing is written then.
    """
    from e2esim.application.confirming import backorder_view, supply_plan
    from e2esim.application.folders import new_folder
    from e2esim.cli.ends import listing, told_on_stderr
    from e2esim.config.plan_data import read_plan_data
    from e2esim.config.plan_data.segments import read_segments

    began = time.perf_counter()
    if options.out is not None and not options.release:
        raise InputErrors([_wrong("--out", str(options.out), "goes with --release only", "a dry run writes nothing; add --release")])
    read = read_plan_data(data)
    if read.warnings and not options.quiet and not options.as_json:
        typer.echo(listing(read.warnings), err=True)
    table = read.tables["order_classes"] if options.segments is None else read_segments(options.segments, read.tables)
    if table.is_empty():
        remedy = "add the table order_classes to the data, or name a file with --segments (docs/plan_data.md)"
        raise InputErrors([_wrong("--segments", "", "nothing says which orders may gain or lose", remedy)])
    folder = new_folder(options.out, f"backorders-{read.case.title}", "") if options.release else None
    problem, result, used = supply_plan(data, read, options.plan, told_on_stderr(quiet=options.quiet))
    view = backorder_view(read, problem, result, table, used)
    if folder is not None:
        from e2esim.report.backorders.folder import write_run

        if folder.is_dir():  # empty, as new_folder has seen
            folder.rmdir()
        write_run(view, folder)
    from e2esim.report.backorders.terminal import print_run, run_json

    wall_s = time.perf_counter() - began
    if options.as_json:
        typer.echo(run_json(view, folder, wall_s))
    elif not options.quiet:
        print_run(view, folder, wall_s)


def _wrong(option: str, value: str, message: str, remedy: str) -> Problem:
    return Problem(file=COMMAND_LINE, column=option, value=value, message=message, remedy=remedy)
