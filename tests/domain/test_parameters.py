"""A function takes at most twelve parameters: what belongs together travels as a named tuple."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import e2esim

MOST = 12
STILL = {  # functions that take more: the list gets shorter, never longer
    "chain/pick_kernels.py pick_rows",
    "customers/market_kernels.py returning",
    "customers/market_kernels.py utility",
    "planning/netting_kernels.py net_items",
    "planning/precedence.py choose",
    "planning/sequencing/dispatch_kernels.py dispatch",
}


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    a = function.args
    every = [*a.posonlyargs, *a.args, *a.kwonlyargs, *(one for one in (a.vararg, a.kwarg) if one is not None)]
    return sum(one.arg not in ("self", "cls") for one in every)


def test_no_function_takes_more_than_twelve_parameters() -> None:
    """Commands are left out: each of their parameters is an option of the command line."""
    root, found = Path(e2esim.__file__).parent, set()
    for path in root.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.parent.name == "cli" or not any(head.count(",") >= MOST for head in re.findall(r"def \w+\(.*?\)(?: ->[^\n]*)?:", text, flags=re.DOTALL)):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and parameters(node) > MOST:
                found.add(f"{path.relative_to(root).as_posix()} {node.name}")
    assert found - STILL == set(), "more than twelve parameters: name what belongs together (NamedTuple)"
    assert STILL - found == set(), "take these out of the list"
