"""Tables that many scenarios of one folder share: read once, and checked again only where a check looks at a setting that differs.

A sweep opens thousands of scenarios that differ in a setting; reading and checking their tables each time would cost half a second a point.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, cast

from e2esim.config.checks import Check, View, run_checks
from e2esim.config.problems import Problem
from e2esim.config.tables import Typed
from e2esim.domain.settings import Settings

Stamp = tuple[tuple[str, int, int], ...]


class TablesOnce:
    """The typed tables of the folder last asked for, and what the checks of them found."""

    def __init__(self) -> None:
        self._key: tuple[Path, Stamp] | None = None
        self._typed: Typed | None = None
        self._settled: dict[int, _Checked] = {}  # by place of the check

    def typed(self, folder: Path, read: Callable[[], Typed]) -> Typed:
        """Return the tables of ``folder``; ``read`` is called if the folder or any file in it is another than last time."""
        key = folder, _stamp(folder)
        if self._typed is None or self._key != key:
            self._typed, self._key, self._settled = read(), key, {}
        return self._typed

    def checked(self, checks: Sequence[Check], view: View) -> list[Problem]:
        """Return what the checks find, as `run_checks` does; one that looked at nothing that has changed is not run again."""
        found: list[Problem] = []
        for place, check in enumerate(checks):
            known = self._settled.get(place)
            if known is None or view.settings is None or any(getattr(view.settings, name) != value for name, value in known.seen.items()):
                watched = None if view.settings is None else _Watched(view.settings)
                problems = run_checks([check], View(view.typed, cast("Settings", watched)))
                known = _Checked(problems, {} if watched is None else watched.seen())
                if watched is not None:
                    self._settled[place] = known
            found += known.problems
        return found


class _Checked(NamedTuple):
    """What a check found, and the settings (a section or a plain one, by name) that it had looked at."""

    problems: list[Problem]
    seen: Mapping[str, object]


class _Watched:
    """Settings that remember which of them were looked at."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seen: dict[str, object] = {}

    def __getattr__(self, name: str) -> object:
        value = self._seen[name] = getattr(self._settings, name)
        return value

    def seen(self) -> dict[str, object]:
        return dict(self._seen)


def _stamp(folder: Path) -> Stamp:
    """Name, size and time of change of every file of a folder (or of the workbook itself)."""
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else [folder]
    return tuple((path.as_posix(), status.st_size, status.st_mtime_ns) for path in files for status in [path.stat()])

