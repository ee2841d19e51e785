"""Columns of tables as arrays: numbers, places of names in a list, starts of groups."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import polars as pl

from e2esim.domain import world as w

_USUAL_DAYS = "12345"  # of trucks where a lane states none


def ids_in(frame: pl.DataFrame, column: str) -> tuple[str, ...]:
    """Names in a column, in order of rows."""
    return tuple(frame[column].to_list())


def codes(ids: Sequence[str]) -> w.I:
    """A 62-bit hash of each id, (n,)."""
    digests = [hashlib.blake2b(one.encode(), digest_size=8).digest() for one in ids]
    return np.array([int.from_bytes(d, "little") >> 2 for d in digests], dtype=np.int64)


def floats(frame: pl.DataFrame, column: str) -> w.F:
    """A column as float64, (n,)."""
    return frame[column].cast(pl.Float64).to_numpy().copy()


def whole_numbers(frame: pl.DataFrame, column: str) -> w.I:
    """A column as int64, (n,)."""
    return frame[column].cast(pl.Int64).to_numpy().copy()


def names_of(frame: pl.DataFrame, ids: tuple[str, ...]) -> tuple[str, ...]:
    """What each row is called: its name, its id where it has none."""
    return tuple(name or one for name, one in zip(frame["name"].to_list(), ids, strict=True))


def index_of(frame: pl.DataFrame, column: str, ids: Sequence[str]) -> w.I:
    """Position in ``ids`` of each value of a column, -1 for the empty string."""
    where = {one: k for k, one in enumerate(ids)} | {"": -1}
    return np.array([where[v] for v in frame[column].to_list()], dtype=np.int64)


def starts_of(owner: w.I, n: int) -> w.I:
    """Where the group of each owner starts in rows sorted by owner, (n + 1,)."""
    return np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=n)))).astype(np.int64)


def weekdays(texts: Sequence[str]) -> w.B:
    """Days named by digits, 1 = Monday, (n, 7); Monday to Friday where none is named.

    >>> weekdays(["135"]).astype(int).tolist()
    [[1, 0, 1, 0, 1, 0, 0]]
    """
    return np.array([[str(day) in (text or _USUAL_DAYS) for day in range(1, 8)] for text in texts], dtype=bool).reshape(-1, 7)
