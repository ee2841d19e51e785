"""Where numba keeps compiled kernels: a folder named by what they were compiled from.

numba's own cache looks at the one file that a kernel stands in; a kernel that calls a changed kernel of another file
would keep its old machine code. Here the folder's name is a hash of all kernel sources, of the modules they import
from, and of the versions of Python, numba and llvmlite: changed sources never meet old code. Called on import of the
package, before numba is.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_KEPT = 6  # folders of other sources that are kept, newest first: other checkouts, branches
_PACKAGE = Path(__file__).resolve().parent
_IMPORTED = re.compile(rb"^from (e2esim[\w.]*) import", re.MULTILINE)


@cache
def kernel_hash() -> str:
    """Return the hash of all that machine code depends on, 16 hexadecimal digits.

    >>> len(kernel_hash())
    16
    """
    digest = hashlib.sha256(sys.version.encode())
    for package in ("numba", "llvmlite"):
        digest.update(f"\n{_release(package)}".encode())
    for path, text in sorted(_sources(_PACKAGE).items()):
        digest.update(f"\n# {path.relative_to(_PACKAGE).as_posix()}\n".encode())
        digest.update(text)
    return digest.hexdigest()[:16]


def settle() -> None:
    """Point numba at the folder of these sources; say so in the environment, so that worker processes use it too.

    The folder lies below ``NUMBA_CACHE_DIR`` where the user has set it, else in the user's cache, else among temporary
    files. Without any writable place numba's own places are tried; the command
    line says what to do if it finds none.
    """
    if "E2ESIM_MACHINE_CODE" in os.environ and os.environ["E2ESIM_MACHINE_CODE"].endswith(kernel_hash()):
        return  # a worker of a process that has settled
    folder = next(filter(_made, (base / kernel_hash() for base in _bases())), None)
    if folder is None:
        return
    _forget_old(folder)
    os.environ["E2ESIM_MACHINE_CODE"] = os.environ["NUMBA_CACHE_DIR"] = str(folder)
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_DIR = str(folder)


def is_compiled(room: str) -> bool:
    """Return whether kernels of ``room`` (a folder of the package, such as ``customers``) have been compiled before."""
    folder = os.environ.get("E2ESIM_MACHINE_CODE")
    return folder is not None and any(Path(folder).glob(f"{room.rsplit('/', 1)[-1]}_*/*.nbi"))


def _release(package: str) -> str:
    """Name and version of an installed package, from the folder beside it (importlib.metadata takes 40 ms to say so)."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return f"{package} is missing"
    return " ".join(sorted(path.name for path in Path(spec.origin).parents[1].glob(f"{package}-*.dist-info")))


def _sources(package: Path) -> dict[Path, bytes]:
    """Every module with kernels and, step by step, what those modules import from the package."""
    texts = {path: path.read_bytes() for path in package.rglob("*.py")}
    found: dict[Path, bytes] = {}
    ahead = [path for path, text in texts.items() if b"njit" in text and path.name != Path(__file__).name]
    while ahead:
        path = ahead.pop()
        if path in found:
            continue
        found[path] = texts[path]
        for name in _IMPORTED.findall(texts[path]):
            stem = package.joinpath(*name.decode().split(".")[1:])
            ahead += [file for file in (stem.with_suffix(".py"), stem / "__init__.py") if file in texts]
    return found


def _bases() -> Iterator[Path]:
    if "E2ESIM_MACHINE_CODE" in os.environ:  # settled for other sources
        yield Path(os.environ["E2ESIM_MACHINE_CODE"]).parent
    elif "NUMBA_CACHE_DIR" in os.environ:
        yield Path(os.environ["NUMBA_CACHE_DIR"])
    if "XDG_CACHE_HOME" in os.environ:
        yield Path(os.environ["XDG_CACHE_HOME"]) / "e2esim"
    with suppress(RuntimeError):  # no HOME, and no entry in the list of users
        yield Path.home() / ".cache" / "e2esim"
    import tempfile  # here, since it is slow to import and seldom needed

    try:
        yield Path(tempfile.gettempdir()) / f"e2esim-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    except FileNotFoundError:  # no folder for temporary files that can be written
        return


def _made(folder: Path) -> bool:
    """Whether the folder exists or can be made, is ours, and takes files."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
            return False  # compiled code of somebody else is not run
        probe = folder / f".{os.getpid()}.probe"
        probe.touch()
        probe.unlink(missing_ok=True)
        return True
    except OSError:
        return False


def _forget_old(folder: Path) -> None:
    """Remove all but the newest folders of other sources."""
    os.utime(folder)
    others = sorted((path for path in folder.parent.iterdir() if path != folder and re.fullmatch("[0-9a-f]{16}", path.name)), key=_age)
    if len(others) <= _KEPT:
        return
    import shutil  # here, since it is slow to import and seldom needed

    for path in others[_KEPT:]:
        shutil.rmtree(path, ignore_errors=True)


def _age(path: Path) -> float:
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0
