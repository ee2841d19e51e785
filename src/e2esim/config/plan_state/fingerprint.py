"""Whether a planner's data are still those a plan was made from: hashes of the bytes of every table, no table read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

TABLE_ENDINGS = (".csv", ".xlsx")


def file_hashes(place: Path) -> dict[str, str]:
    """SHA-256 of every file of tables in a folder, or of one workbook, by file name.

    Files whose name begins with ``_``, ``.`` or ``~`` are left alone, as the reader leaves them.
    """
    folders = [path for path in (place, place / "data") if path.is_dir()]
    files = [place] if place.is_file() else sorted(path for folder in folders for path in folder.iterdir() if _is_table(path))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _is_table(path: Path) -> bool:
    return path.suffix.lower() in TABLE_ENDINGS and not path.name.startswith(("_", ".", "~"))


def changed_files(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """Names of files that are new, gone or have other bytes.

    Examples
    --------
    >>> changed_files({"a.csv": "1", "b.csv": "2"}, {"b.csv": "3", "c.csv": "4"})
    ('a.csv', 'b.csv', 'c.csv')
    """
    return tuple(sorted(name for name in {*then, *now} if then.get(name) != now.get(name)))
