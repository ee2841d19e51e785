"""A kernel that takes bundles is called the short way only with types that it has seen."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

from e2esim.domain.bundled import Bundled, kept
from e2esim.domain.lean import lean_njit


class _Inner(NamedTuple):
    weight: Any
    share: float


class _Outer(NamedTuple):
    value: Any
    inner: _Inner


@lean_njit
def _weighed(bundle: _Outer, rows: Any, factor: float) -> float:
    total = 0.0
    for k in rows:
        total += bundle.value[k] * bundle.inner.weight[k] * bundle.inner.share * factor
    return total


def _bundle(values: Any = (1.0, 2.0, 3.0), weights: Any = (1.0, 10.0, 100.0), share: float = 0.5) -> _Outer:
    return _Outer(np.asarray(values), _Inner(np.asarray(weights), share))


def test_calls_give_what_numba_gives_whatever_is_handed_over() -> None:
    rows, every_other = np.array([0, 2]), np.arange(6.0)[::2]
    cases: list[tuple[Any, Any, Any]] = [
        (_bundle(), rows, 2.0),
        (_bundle(values=(4.0, 5.0, 6.0)), rows, 2.0),  # other arrays of the same types
        (_bundle(share=0.25), rows[:1], 1.0),
        (_bundle(weights=np.array([1, 10, 100])), rows, 2.0),  # whole numbers as wide as the decimal ones before, two levels down
        (_bundle(values=np.array([1.0, 2.0, 3.0], dtype=np.float32)), rows, 2.0),
        (_bundle(values=every_other), rows, 2.0),  # not side by side in memory
        (_bundle(), rows, 2),
        (_bundle(), rows.astype(np.int32), np.float64(2.0)),
        (_Outer(np.ones(3), _Inner(np.ones(3), True)), rows, 1.0),
    ]
    assert isinstance(_weighed, Bundled)
    for bundle, which, factor in cases + cases[::-1]:
        for _ in range(2):  # seen before or not
            expected = float((bundle.value * bundle.inner.weight)[which].sum() * bundle.inner.share * factor)
            assert _weighed(bundle, which, factor) == pytest.approx(expected)
    assert _weighed(bundle=_bundle(), rows=rows, factor=1.0) == pytest.approx(150.5)


def test_a_bundle_is_kept_while_its_parts_are_the_same() -> None:
    values, share = np.ones(3), 0.25
    first = kept(None, _Inner, values, share)
    assert kept(first, _Inner, values, share) is first
    assert kept(first, _Inner, np.ones(3), share) is not first  # equal is not enough: the kernel writes into the other one
    assert kept(first, _Inner, values, 0.5).share == 0.5


def test_what_numba_refuses_is_refused() -> None:
    bundle, rows = _bundle(), np.array([1])
    assert _weighed(bundle, rows, 1.0) == 10.0
    with pytest.raises(TypeError):
        _weighed(bundle, rows)  # type: ignore[call-arg]
    with pytest.raises(Exception, match="value"):
        _weighed(bundle.inner, rows, 1.0)  # type: ignore[arg-type]
