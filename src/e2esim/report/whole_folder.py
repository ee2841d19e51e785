"""A folder of results that is there complete or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give a hidden folder beside ``folder`` to write into; renamed at the end, removed if anything goes wrong.

    Raises
    ------
    FileExistsError
        If ``folder`` exists, before or after: results never overwrite others.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as home:
    ...     with whole_folder(Path(home) / "out") as partial:
    ...         _ = (partial / "a.txt").write_text("whole")
    ...     (Path(home) / "out" / "a.txt").read_text()
    'whole'
    """
    taken = f"the folder {folder} exists already; choose another or remove it"
    if folder.exists():
        raise FileExistsError(taken)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        partial.chmod(0o755)
        yield partial
        if folder.exists():
            raise FileExistsError(taken)
        partial.rename(folder)
    except BaseException:  # an interrupt too must leave nothing half-written
        shutil.rmtree(partial, ignore_errors=True)
        raise
