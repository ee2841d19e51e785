"""The folder of a stopped market run: what is written, and what is checked before it is taken up again."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem
from e2esim.config.promise.request import read_date
from e2esim.domain.settings import Settings
from e2esim.report.whole_folder import what_is_missing, whole_folder
from e2esim.simulate.saved.state import Pending, SavedState

ABOUT, VALUES, ARRAYS = "saved_run.json", "state.json", "state.npz"


@dataclass(frozen=True, kw_only=True)
class SavedRun:
    """A run that stands on a morning.

    ``overrides``: the words that describe it; ``number`` of its replication, from 0; ``data``, ``program``: fingerprints of settings and
    tables, and of the sources and packages that ran it.
    """

    overrides: tuple[str, ...]
    number: int
    data: str
    program: str
    state: SavedState


def write_saved(run: SavedRun, folder: Path) -> None:
    """Write a stopped run into a new folder, complete or not at all; no pickle: text and plain arrays."""
    state = run.state
    about = {"overrides": run.overrides, "replication": run.number + 1, "day": state.day, "data": run.data, "program": run.program}
    with whole_folder(folder) as place:
        (place / ABOUT).write_text(json.dumps(about, indent=2) + "\n")
        (place / VALUES).write_text(json.dumps({"values": state.values, "moments": state.moments}))
        np.savez_compressed(place / ARRAYS, allow_pickle=False, **state.arrays)


def read_saved(folder: Path) -> SavedRun:
    """Read the folder of a stopped run.

    Raises
    ------
    InputErrors
        If it is none, or not whole.
    """
    missing = [name for name in (ABOUT, VALUES, ARRAYS) if not (folder / name).is_file()] or what_is_missing(folder)
    if missing:
        remedy = "name a folder written by e2esim run --stop-at DATE --save DIR"
        raise InputErrors([_wrong("--resume", str(folder), f"is no saved market run: it lacks {', '.join(missing)}", remedy)])
    try:
        about, told = json.loads((folder / ABOUT).read_text()), json.loads((folder / VALUES).read_text())
        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            kept = {name: arrays[name] for name in arrays.files}
        state = SavedState(
            day=about["day"], values=told["values"], arrays=kept,
            moments=tuple(Pending(t, phase, owner, act, tuple(args)) for t, phase, owner, act, args in told["moments"]),
        )  # fmt: skip
        return SavedRun(overrides=tuple(about["overrides"]), number=about["replication"] - 1, data=about["data"], program=about["program"], state=state)
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise InputErrors([_wrong("--resume", str(folder), f"cannot be read: {error}", "stop and save the run again")]) from error


def check_same(saved: SavedRun, folder: Path, *, data: str, program: str) -> None:
    """Refuse a saved run whose data or program are no longer those of today: what follows would be neither the one nor the other.

    Raises
    ------
    InputErrors
        Naming what has changed.
    """
    changed = [("its settings or tables", saved.data != data), ("the program or its packages", saved.program != program)]
    wrong = [
        _wrong("--resume", str(folder), f"{what} have changed since it was saved", "run it again from its beginning, or restore what it was saved with")
        for what, differs in changed
        if differs
    ]
    if wrong:
        raise InputErrors(wrong)


def market_stop_day(word: str, save: Path | None, settings: Settings, since: int = 0) -> int | None:
    """Day on whose morning a market run stops [d], None if it does not.

    Raises
    ------
    InputErrors
        If the date is none of what is still to run, or only one of date and folder is given, or the folder is there already.

    Examples
    --------
    >>> market_stop_day("2026-02-02", Path("there/is/none"), Settings(name="tiny"))
    28
    """
    if not word and save is None:
        return None
    wrong: list[Problem] = []
    if save is None:
        wrong.append(_wrong("--stop-at", word, "needs a folder", "say with --save DIR where the run is written"))
    elif save.exists():
        wrong.append(_wrong("--save", str(save), "is there already", "name a new folder"))
    if not word:
        wrong.append(_wrong("--save", str(save), "needs a day", "say with --stop-at DATE on which morning the run stops"))
    date, days = read_date(word) if word else None, settings.horizon.days
    day = None if date is None else (date - settings.horizon.start).days
    if word and (day is None or not since < day < days):
        first, last = _date(settings, since + 1), _date(settings, days - 1)
        wrong.append(_wrong("--stop-at", word, "no day of what is to run", f"write a day from {first} to {last}, as YYYY-MM-DD"))
    if wrong:
        raise InputErrors(wrong)
    return day


def own_words(overrides: Sequence[str], folder: Path) -> None:
    """Refuse overrides beside a saved run, which has its own.

    Raises
    ------
    InputErrors
        One for each.
    """
    wrong = [_wrong("--resume", word, f"{folder} has its own company and settings", "leave it out") for word in overrides]
    if wrong:
        raise InputErrors(wrong)


def _date(settings: Settings, day: int) -> dt.date:
    return settings.horizon.start + dt.timedelta(days=day)


def _wrong(column: str, value: str, message: str, remedy: str) -> Problem:
    return Problem(file=COMMAND_LINE, column=column, value=value, message=message, remedy=remedy)
