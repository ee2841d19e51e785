"""A folder of results that is there complete or not at all, and says so by a marker that every reader checks.

It is written as a hidden folder beside its place and renamed at the end. What a killed command left of one is removed by the next command
that writes there.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MARKER = "finished.json"
_PARTIAL = re.compile(r"\..*\.(?P<host>[\w-]*)\.(?P<pid>\d+)\.\w+\.partial")
_LONGEST = 60  # letters of the name that the hidden folder keeps: file names have an end


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give a hidden folder beside ``folder`` to write into; marked and renamed at the end, removed if anything goes wrong.

    Raises
    ------
    FileExistsError
        If ``folder`` exists, before or after: results never overwrite others.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as home:
    ...     with whole_folder(Path(home) / "out") as partial:
    ...         _ = (partial / "a.txt").write_text("whole")
    ...     (Path(home) / "out" / "a.txt").read_text(), what_is_missing(Path(home) / "out")
    ('whole', [])
    """
    taken = f"the folder {folder} exists already; choose another or remove it"
    if folder.exists():
        raise FileExistsError(taken)
    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder.parent)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name[:_LONGEST]}.{_host()}.{os.getpid()}.", suffix=".partial", dir=folder.parent))
    try:
        partial.chmod(0o755)
        yield partial
        _mark(partial)
        if folder.exists():
            raise FileExistsError(taken)
        partial.rename(folder)
    except BaseException:  # an interrupt too must leave nothing half-written
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _mark(folder: Path) -> None:
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    told = {"finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "files": files}
    (folder / MARKER).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def what_is_missing(folder: Path) -> list[str]:
    """Return the files that a folder of results lacks: its marker, if it was never finished; what was there when it was, and is no more.

    Examples
    --------
    >>> what_is_missing(Path("nowhere"))
    ['finished.json']
    """
    try:
        told = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        return [str(name) for name in told["files"] if not (folder / str(name)).is_file()]
    except (OSError, ValueError, KeyError, TypeError):
        return [MARKER]


def remove_leftovers(parent: Path) -> list[Path]:
    """Remove the hidden folders in ``parent`` whose writers are gone, killed before they had finished; return them."""
    gone = []
    for path in parent.glob(".*.partial"):
        named = _PARTIAL.fullmatch(path.name)
        if named and named["host"] == _host() and not _alive(int(named["pid"])):
            shutil.rmtree(path, ignore_errors=True)
            gone.append(path)
    return gone


def _host() -> str:
    return re.sub(r"[^\w-]", "-", platform.node())[:_LONGEST]


def _alive(pid: int) -> bool:
    """True if a process of that number runs, or where that cannot be known."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
