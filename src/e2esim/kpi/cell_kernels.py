"""Kernels that number the breakdown cells of rows: one small number a combination of codes that occurs.

A measuring kernel then adds each row once, into its cell; folding cells into channels, segments, brands and markets
costs nothing, because cells are few.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.lean import lean_njit

Array = npt.NDArray[Any]


@lean_njit
def number_cells(
    channel: Array, segment: Array, market: Array, segments: int, markets: int, seen: Array, out: Array
) -> int:
    """Number the combinations of three codes in order of first occurrence; return how many there are.

    ``channel, segment, market``: codes, each (n,). ``seen``: (channels * segments * markets,) filled with -1,
    overwritten with the number of each combination. ``out``: (n,) receives the number of each row's combination.
    """
    cells = 0
    for i in range(channel.shape[0]):
        key = (int(channel[i]) * segments + int(segment[i])) * markets + int(market[i])
        number = seen[key]
        if number < 0:
            number = cells
            seen[key] = number
            cells += 1
        out[i] = number
    return cells


@lean_njit
def add_brand(base: Array, item: Array, item_brand: Array, brands: int, out: Array) -> None:
    """Refine cells by brand: ``out[i] = base[i] * (brands + 1) + brand + 1``, brand -1 (none) first.

    ``base, item, out``: (n,); ``item_brand``: (n_items,) codes.
    """
    for i in range(base.shape[0]):
        out[i] = base[i] * (brands + 1) + item_brand[item[i]] + 1


@lean_njit
def add_brand_of_row(base: Array, row: Array, item: Array, item_brand: Array, brands: int, out: Array) -> None:
    """Like :func:`add_brand` for contacts about an order row; ``row`` (n,) -1 = about no order."""
    for i in range(base.shape[0]):
        brand = -1
        if row[i] >= 0:
            brand = item_brand[item[row[i]]]
        out[i] = base[i] * (brands + 1) + brand + 1


@lean_njit
def largest(codes: Array) -> int:
    """Largest code, (n,) -> int; -1 if there is none."""
    top = -1
    for i in range(codes.shape[0]):
        if codes[i] > top:
            top = codes[i]
    return top


def empty_int(n: int) -> npt.NDArray[np.int32]:
    """Room for ``n`` cell numbers."""
    return np.empty(n, dtype=np.int32)
