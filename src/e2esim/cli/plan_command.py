"""``e2esim plan``: from a planner's data to a plan folder, with a summary for eyes and JSON for programs."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import typer

from e2esim.application.planning import PlanWishes, ask, forecast_company, make_plan, start_plan
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem
from e2esim.machine_code import is_compiled


@dataclass(frozen=True, kw_only=True)
class PlanOptions:
    """What the options of ``plan`` say."""

    out: Path | None = None
    time_limit_s: float | None = None
    rounds: int | None = None
    as_json: bool = False
    freeze: Path | None = None
    export_neutral: Path | None = None
    erp: Path | None = None
    quiet: bool = False
    robust: int = 0
    explain_s: float = 8.0
    calm: Path | None = None
    change_price: float = 0.01
    bring: str = ""

    def wishes(self) -> PlanWishes:
        """What they say of the plan."""
        return PlanWishes(
            time_limit_s=self.time_limit_s, rounds=self.rounds, freeze=self.freeze, calm=self.calm, change_price=self.change_price,
            robust=self.robust, explain_s=self.explain_s, bring=self.bring,
        )  # fmt: skip


def plan_data(data: Path, options: PlanOptions) -> Path:
    """Read, check, plan, write and print one planner's folder or workbook; return the plan folder.

    Raises
    ------
    InputErrors
        If data, earlier plan or folders are wrong; nothing is written then.
    """
    from e2esim.application.folders import new_folder
    from e2esim.cli.ends import listing, told_on_stderr
    from e2esim.report.plan.erp import FILES, write_erp

    began, wishes = time.perf_counter(), options.wishes()
    started = start_plan(data, wishes)
    if started.warnings and not options.quiet:
        typer.echo(listing(started.warnings), err=True)
    demand = forecast_company(started, told_on_stderr(quiet=options.quiet))

    def folders_and_words() -> Path:
        _empty(options.export_neutral, "--export-neutral", ("lots.csv", "purchases.csv", "deliveries.csv"))
        _empty(options.erp, "--erp", FILES)
        found = new_folder(options.out, f"plan-{started.case.title}", started.print[:12])
        if not options.quiet and not is_compiled("planning/factory"):
            typer.echo("first plan after installation: compiling, about a minute more than later ones", err=True)
        return found

    asked = ask(started, demand, wishes)
    folder = folders_and_words()
    made = make_plan(asked)
    made.write(folder)
    view, messages = made.view, made.frames["messages"]
    from e2esim.report.plan.neutral import write_neutral_view
    from e2esim.report.plan.terminal import plan_json, print_plan

    if options.export_neutral is not None:
        _put(options.export_neutral, lambda partial: write_neutral_view(view, partial))
    if (erp := options.erp) is not None:
        _put(erp, lambda partial: write_erp(view, messages, partial, erp))
    wall_s = time.perf_counter() - began
    if options.as_json:
        typer.echo(plan_json(made.summary, folder, wall_s, view, messages))
    elif not options.quiet:
        print_plan(made.summary, folder, wall_s, view, messages)
    return folder


def _empty(folder: Path | None, key: str, ours: Collection[str]) -> None:
    """Refuse a folder for files of a plan that holds anything else."""
    if folder is None or not folder.exists():
        return
    if not folder.is_dir() or {path.name for path in folder.iterdir()} - set(ours):
        message, remedy = "holds other files", "name a new folder"
        raise InputErrors([Problem(file=COMMAND_LINE, column=key, value=str(folder), message=message, remedy=remedy)])


def _put(folder: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a folder beside ``folder`` first, then put the files there: none is ever half-written."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
        write(Path(partial))
        for path in sorted(Path(partial).iterdir()):
            shutil.move(path, folder / path.name)
