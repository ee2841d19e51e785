"""Where numba keeps compiled kernels: one folder for each file of kernels, named by what its code was compiled from.

numba's own cache looks at the one file that a kernel stands in; a kernel that calls a changed kernel of another file
would keep its old machine code. Here the folder's name is a hash of the file, of all that it imports from the package,
step by step, and of the versions of Python, numba and llvmlite: changed sources never meet old code, and what did not
change is not compiled again, in another checkout neither. ``settle`` is called on import of the package, before numba is.
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

_PLACE = "e2esim.kernel_place.KernelPlace"
_PACKAGE = Path(__file__).resolve().parent
_IMPORTED = re.compile(rb"^from (e2esim[\w.]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)


@cache
def kernel_hash() -> str:
    """Return the hash of all that machine code depends on, 16 hexadecimal digits.

    >>> len(kernel_hash())
    16
    """
    return _hash_of(path for path in _PACKAGE.rglob("*.py") if b"njit" in _text(path) and path.name != Path(__file__).name)


@cache
def program_hash() -> str:
    """Return the hash of every source file of the package, of Python and of the packages that calculate, 16 hexadecimal digits.

    >>> len(program_hash())
    16
    """
    digest = hashlib.sha256(_hash_of(_PACKAGE.rglob("*.py")).encode())
    for package in ("numpy", "scipy", "simpy", "ortools"):
        digest.update(_release(package).encode())
    return digest.hexdigest()[:16]


@cache
def source_hash(path: Path) -> str:
    """Return the hash of what the machine code of one file depends on, 16 hexadecimal digits.

    >>> source_hash(_PACKAGE / "customers" / "loyalty_kernels.py") == source_hash(_PACKAGE / "chain" / "pick_kernels.py")
    False
    """
    return _hash_of([path])


def settle() -> None:
    """Choose the folder of compiled kernels; say so in the environment, so that numba and worker processes use it.

    The folder lies below ``NUMBA_CACHE_DIR`` where the user has set it, else in the user's cache, else among temporary
    files. Without any writable place numba's own places are tried; the command
    line says what to do if it finds none.
    """
    folder = next(filter(_made, _bases()), None)
    if folder is None:
        return
    os.environ["E2ESIM_MACHINE_CODE"] = str(folder)
    places = [place for place in os.environ.get("NUMBA_CACHE_LOCATOR_CLASSES", "").split(",") if place and place != _PLACE]
    others = places or ["UserProvidedCacheLocator", "InTreeCacheLocator", "UserWideCacheLocator", "IPythonCacheLocator", "ZipCacheLocator"]
    os.environ["NUMBA_CACHE_LOCATOR_CLASSES"] = ",".join([_PLACE, *others])
    if "numba" in sys.modules:
        sys.modules["numba"].config.CACHE_LOCATOR_CLASSES = os.environ["NUMBA_CACHE_LOCATOR_CLASSES"]


def place_of(path: Path) -> Path | None:
    """Return the folder for the machine code of one source file; None for files of others, and without a writable place."""
    base = os.environ.get("E2ESIM_MACHINE_CODE")
    if base is None or not path.is_relative_to(_PACKAGE):
        return None
    return Path(base) / f"{_name(path)}-{source_hash(path)}"


def is_compiled(room: str) -> bool:
    """Return whether the kernels of ``room`` (a folder of the package, such as ``customers``) have been compiled as they stand now."""
    places = [place_of(path) for path in (_PACKAGE / room).glob("*_kernels.py")]
    return any(place is not None and any(place.glob("*.nbi")) for place in places)


def _hash_of(paths: Iterator[Path] | list[Path]) -> str:
    digest = hashlib.sha256(_versions())
    for path, text in sorted(_sources(paths).items()):
        digest.update(f"\n# {path.relative_to(_PACKAGE).as_posix()}\n".encode())
        digest.update(text)
    return digest.hexdigest()[:16]


@cache
def _versions() -> bytes:
    return "\n".join([sys.version, _release("numba"), _release("llvmlite")]).encode()


def _release(package: str) -> str:
    """Name and version of an installed package, from the folder beside it (importlib.metadata takes 40 ms to say so)."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return f"{package} is missing"
    return " ".join(sorted(path.name for path in Path(spec.origin).parents[1].glob(f"{package}-*.dist-info")))


@cache
def _text(path: Path) -> bytes:
    return path.read_bytes()


def _sources(paths: Iterator[Path] | list[Path]) -> dict[Path, bytes]:
    """The files and, step by step, what they import from the package."""
    found: dict[Path, bytes] = {}
    ahead = list(paths)
    while ahead:
        path = ahead.pop()
        if path not in found:
            found[path] = _text(path)
            ahead += _imports(path)
    return found


@cache
def _imports(path: Path) -> tuple[Path, ...]:
    """The files of the package that a file imports from, modules named behind ``import`` included."""
    found = []
    for module, names in _IMPORTED.findall(_text(path)):
        stem = _PACKAGE.joinpath(*module.decode().split(".")[1:])
        found += [stem.with_suffix(".py"), stem / "__init__.py", *(stem / f"{name.decode()}.py" for name in re.findall(rb"\w+", names))]
    return tuple(file for file in found if file.is_file())


def _name(path: Path) -> str:
    """The file's name among folders: ``chain.network.heap_kernels``."""
    return ".".join(path.relative_to(_PACKAGE).with_suffix("").parts)


def _bases() -> Iterator[Path]:
    if "E2ESIM_MACHINE_CODE" in os.environ:  # settled by the process that began this one
        yield Path(os.environ["E2ESIM_MACHINE_CODE"])
    if "NUMBA_CACHE_DIR" in os.environ:
        yield Path(os.environ["NUMBA_CACHE_DIR"]) / "e2esim-kernels"
    if "XDG_CACHE_HOME" in os.environ:
        yield Path(os.environ["XDG_CACHE_HOME"]) / "e2esim" / "kernels"
    with suppress(RuntimeError):  # no HOME, and no entry in the list of users
        yield Path.home() / ".cache" / "e2esim" / "kernels"
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
