"""Where results go: a folder that was named, or a new one below ./runs."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable
from pathlib import Path

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem


def new_folder(out: Path | None, scenario: str, digest: str) -> Path:
    """Return the folder of a result, not yet made: ``out``, or a new one below ./runs.

    Raises
    ------
    InputErrors
        If the folder holds files already or cannot be made.
    """
    if out is None:
        stem = re.sub(r"[^\w.-]+", "-", scenario)[:80].strip("-.") or "run"
        base = Path("runs") / f"{stem}-{dt.datetime.now():%Y%m%d-%H%M%S}-{digest}"
        out, count = base, 1
        while out.exists():
            count += 1
            out = base.with_name(f"{base.name}-{count}")
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        message, remedy = "the run folder is there already and not empty", "name another folder, or empty this one"
        raise InputErrors([Problem(file=COMMAND_LINE, column="--out", value=str(out), message=message, remedy=remedy)])
    parent = next(path for path in (out.absolute(), *out.absolute().parents) if path.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        problem = Problem(
            file=COMMAND_LINE,
            column="--out",
            value=str(out),
            message=f"cannot write in {parent}",
            remedy="name another folder with --out",
        )
        raise InputErrors([problem])
    return out


def write_new(folder: Path, write: Callable[[Path], object], *, chosen: bool) -> Path:
    """Let ``write`` make ``folder`` and return it; one that was not chosen by name gives way to another run of the same second."""
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
    place, count = folder, 1
    while True:
        try:
            write(place)
        except FileExistsError:
            if chosen:
                raise
            count += 1
            place = folder.with_name(f"{folder.name}-{count}")
        else:
            return place
