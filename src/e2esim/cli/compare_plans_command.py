"""``e2esim compare`` of two plan folders: what moved, and for whom it is better or worse."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem


def plans_of(arguments: Sequence[str]) -> tuple[Path, Path] | None:
    """Two folders, if the arguments name two and at least one of them holds a plan; None for runs."""
    from e2esim.report.plan.against import is_plan

    places = [Path(text) for text in arguments]
    return (places[0], places[1]) if len(places) == 2 and all(p.is_dir() for p in places) and any(is_plan(p) for p in places) else None


def compare_plans(old: Path, new: Path, *, out: Path | None = None, as_json: bool = False, quiet: bool = False) -> None:
    """Print what moved from one plan to the other and for whom it is better or worse; write it as tables if asked.

    Raises
    ------
    InputErrors
        If a folder holds no plan, or ``out`` something already.
    """
    from e2esim.report.plan.against import against, is_plan

    bad = [
        Problem(file=COMMAND_LINE, value=str(folder), message="no plan folder", remedy="name a folder that `e2esim plan --out` has written")
        for folder in (old, new) if not is_plan(folder)
    ]  # fmt: skip
    if bad:
        raise InputErrors(bad)
    from e2esim.application.folders import new_folder
    from e2esim.report.plan.folder import write_folder
    from e2esim.report.plan.terminal import against_json, print_against

    folder = None if out is None else new_folder(out, "compare", "")
    tables = against(old, new)
    if folder is not None:
        if folder.is_dir():  # empty, as new_folder has seen
            folder.rmdir()
        write_folder(folder, "compare.xlsx", tables)
    if as_json:
        typer.echo(against_json(tables, folder))
    elif not quiet:
        print_against(tables, folder)
