"""Compiled kernels follow their sources: a change in another file is seen, in a read-only installation and without HOME too."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import e2esim

_ADD = "import numba\n\n\n@numba.njit(cache=True)\ndef value(x):\n    return x + {0}\n"
_ASK = (
    "from numba import njit\nfrom e2esim.facts import SCALE\nfrom e2esim.first_kernels import value\n\n\n"
    "@njit(cache=True)\ndef asked(x):\n    return SCALE * value(x)\n"
)


def _toy(folder: Path) -> Path:
    """A package called e2esim with two kernels in two files, a constant in a third, and the real keeper of machine code."""
    package = folder / "src" / "e2esim"
    package.mkdir(parents=True)
    for name in ("__init__.py", "machine_code.py", "kernel_place.py"):
        shutil.copy(Path(e2esim.__file__).parent / name, package / name)
    (package / "facts.py").write_text("SCALE = 1\n")
    (package / "first_kernels.py").write_text(_ADD.format(1))
    (package / "second_kernels.py").write_text(_ASK)
    return package


def _answer(folder: Path, **more: str) -> str:
    """What the kernels of the toy give for 0, and where they were kept."""
    settled = ("E2ESIM_MACHINE_CODE", "NUMBA_CACHE_DIR", "NUMBA_CACHE_LOCATOR_CLASSES", "XDG_CACHE_HOME", "PYTHONPATH")
    environment = {k: v for k, v in os.environ.items() if k not in settled}
    environment |= {"PYTHONPATH": str(folder / "src"), "HOME": str(folder / "home"), "PYTHONDONTWRITEBYTECODE": "1"} | more
    code = "import os\nfrom e2esim.second_kernels import asked\nprint(asked(0), os.environ['E2ESIM_MACHINE_CODE'])"
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True).stdout


def test_a_changed_kernel_or_constant_of_another_file_is_compiled_anew(tmp_path: Path) -> None:
    package = _toy(tmp_path)
    first, again = _answer(tmp_path), _answer(tmp_path)
    assert first == again
    assert first.startswith("1 ")
    (package / "first_kernels.py").write_text(_ADD.format(2))
    assert _answer(tmp_path).startswith("2 ")
    (package / "facts.py").write_text("SCALE = 10\n")
    assert _answer(tmp_path).startswith("20 ")
    (package / "first_kernels.py").write_text(_ADD.format(1))
    (package / "facts.py").write_text("SCALE = 1\n")
    assert _answer(tmp_path) == first  # the old sources find their old code


def test_what_did_not_change_is_not_compiled_again_in_another_checkout_neither(tmp_path: Path) -> None:
    package, other = _toy(tmp_path), _toy(tmp_path / "other")
    (other / "second_kernels.py").write_text(_ASK.replace("SCALE *", "2 * SCALE *"))
    assert _answer(tmp_path).startswith("1 ")
    kept = Path(_answer(tmp_path).split()[1])
    first = {path: path.stat().st_mtime_ns for path in kept.glob("first_kernels-*/*.nb*")}
    assert first
    assert _answer(tmp_path / "other", HOME=str(tmp_path / "home")).startswith("2 ")
    assert {path: path.stat().st_mtime_ns for path in kept.glob("first_kernels-*/*.nb*")} == first
    assert len(list(kept.glob("second_kernels-*"))) == 2
    (package / "first_kernels.py").write_text(_ADD.format(3))
    assert _answer(tmp_path).startswith("3 ")


def test_code_is_kept_below_the_folder_that_the_user_names(tmp_path: Path) -> None:
    _toy(tmp_path)
    assert _answer(tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "mine")).split()[1].startswith(str(tmp_path / "mine"))


def test_without_home_code_is_kept_among_temporary_files(tmp_path: Path) -> None:
    _toy(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "temporary").mkdir()
    said = _answer(tmp_path, HOME=str(tmp_path / "file"), TMPDIR=str(tmp_path / "temporary"))
    assert said.split()[1].startswith(str(tmp_path / "temporary"))


def test_the_manifest_names_the_kernels_and_the_commit() -> None:
    from e2esim.machine_code import kernel_hash
    from e2esim.report.manifest import versions

    assert versions()["e2esim kernels"] == kernel_hash()
    assert versions()["e2esim commit"]
