"""Lean kernels count no references, so they must neither return arrays nor call kernels that count."""

from __future__ import annotations

import re
import typing
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

import e2esim

_ROOT = Path(e2esim.__file__).parent
_MODULES = sorted(
    ".".join(("e2esim", *path.relative_to(_ROOT).with_suffix("").parts))
    for path in _ROOT.rglob("*.py")
    if re.search(r"^@(?:lean|pasted)_njit", path.read_text(encoding="utf-8"), re.MULTILINE)
)


def _counts(kernel: Dispatcher) -> bool:
    options = kernel.targetoptions
    return bool(options.get("_nrt", True)) and options.get("inline") != "always"


def _lean(module: str) -> list[tuple[str, Dispatcher]]:
    own = vars(import_module(module)).items()
    return [(name, one) for name, one in own if isinstance(one, Dispatcher) and one.py_func.__module__ == module and not _counts(one)]


def _has_array(hint: Any) -> bool:
    return hint is np.ndarray or typing.get_origin(hint) is np.ndarray or any(_has_array(part) for part in typing.get_args(hint))


def _called(kernel: Dispatcher) -> list[Dispatcher]:
    code, names = kernel.py_func.__code__, kernel.py_func.__globals__
    return [names[name] for name in code.co_names if isinstance(names.get(name), Dispatcher)]


@pytest.mark.parametrize("module", _MODULES)
def test_a_lean_kernel_returns_no_array_and_calls_lean_kernels_only(module: str) -> None:
    found = _lean(module)
    assert found
    for name, kernel in found:
        told = typing.get_type_hints(kernel.py_func)
        assert "return" in told, f"{name} does not say what it returns"
        assert not _has_array(told["return"]), f"{name} returns an array: its caller would free it"
        counting = [one.py_func.__name__ for one in _called(kernel) if _counts(one)]
        assert not counting, f"{name} calls {counting}, which count references"
