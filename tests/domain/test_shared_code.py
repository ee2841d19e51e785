"""A kernel that others call with constants is compiled once for all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from numba import njit

from e2esim.chain.network.inner import called, inner
from e2esim.domain.lean import counting_njit, lean_njit
from e2esim.domain.pasted import pasted_njit


def _answers(compiled: Callable[[Any], Any]) -> tuple[Any, int, Any]:
    @compiled
    def pick(x: float, k: int, twice: bool) -> float:
        return (x + k) * (2.0 if twice else 1.0)

    @njit
    def ask(x: float, n: int) -> float:
        return pick(x, 1, True) + pick(x, 2, False) + pick(x, n, twice=False) + pick(x, k=3, twice=True)

    return ask(0.5, 7), len(pick.overloads), pick  # type: ignore[attr-defined]


@pytest.mark.parametrize("compiled", [lean_njit, counting_njit, pasted_njit, inner, called])
def test_constants_share_one_code(compiled: Callable[[Any], Any]) -> None:
    answer, codes, _ = _answers(compiled)
    assert (answer, codes) == (3.0 + 2.5 + 7.5 + 7.0, 1)


def test_numba_alone_compiles_one_for_each() -> None:
    answer, codes, _ = _answers(njit)
    assert (answer, codes) == (3.0 + 2.5 + 7.5 + 7.0, 4)


@pytest.mark.parametrize("compiled", [lean_njit, counting_njit, pasted_njit])
def test_python_calls_the_same_code(compiled: Callable[[Any], Any]) -> None:
    _, _, pick = _answers(compiled)
    assert pick(0.5, 1, True) == 3.0
    assert len(pick.overloads) == 1
