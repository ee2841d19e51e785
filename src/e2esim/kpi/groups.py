"""Breakdowns: which groups a KPI is told for, the cells rows are added into, and the folding of cells into groups.

A group is "all" or one member of channel, segment, brand or market. Every folded array has one row a group, in the
order of `Groups`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.outcome import Labels
from e2esim.kpi.cell_kernels import add_brand, add_brand_of_row, empty_int, largest, number_cells

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]

DIMENSIONS = ("all", "channel", "segment", "brand", "market")


@dataclass(frozen=True)
class Groups:
    """The groups of a breakdown: all, then each channel, segment, brand and market.

    Examples
    --------
    >>> labels = Labels(channels=("shop", "web"), segments=("young",), brands=("Alba",), markets=("IT", "DE"),
    ...                 categories=(), items=(), work_centres=(), suppliers=())
    >>> groups = Groups(labels)
    >>> groups.size, groups.slice("market")
    (7, slice(5, 7, None))
    """

    labels: Labels

    @property
    def members(self) -> dict[str, tuple[str, ...]]:
        """Names of the members of each dimension, in code order."""
        names = self.labels
        return {
            "all": ("all",),
            "channel": names.channels,
            "segment": names.segments,
            "brand": names.brands,
            "market": names.markets,
        }

    @property
    def size(self) -> int:
        """Number of groups."""
        size: int = sum(len(names) for names in self.members.values())
        return size

    def slice(self, dimension: str) -> slice:
        """Rows of ``dimension`` in a folded array."""
        first = 0
        for name, names in self.members.items():
            if name == dimension:
                return slice(first, first + len(names))
            first += len(names)
        raise KeyError(f"no dimension {dimension!r}")


@dataclass(frozen=True)
class GroupCells:
    """Cells of a table of rows: codes of each cell, and the cell of each row.

    Parameters
    ----------
    of_row : (n,)
        Cell of each row; for tables whose brand changes with time (consumers) the base cell without brand.
    channel, segment, market : (n_base,)
        Codes of each base cell; cell = base * (brands + 1) + brand + 1.
    """

    of_row: npt.NDArray[np.int32]
    channel: Array
    segment: Array
    market: Array
    brands: int

    @property
    def count(self) -> int:
        """Number of cells, brands included."""
        return int(self.channel.shape[0]) * (self.brands + 1)


def base_cells(channel: Array, segment: Array, market: Array, labels: Labels) -> GroupCells:
    """Number the (channel, segment, market) combinations of rows, each code array (n,).

    Raises
    ------
    ValueError
        If a code has no label.
    """
    for name, codes, names in (
        ("channel", channel, labels.channels),
        ("segment", segment, labels.segments),
        ("market", market, labels.markets),
    ):
        check_codes(name, codes, len(names))
    segments, markets = len(labels.segments), len(labels.markets)
    seen = np.full(len(labels.channels) * segments * markets, -1, dtype=np.int32)
    of_row = empty_int(channel.shape[0])
    cells = number_cells(channel, segment, market, segments, markets, seen, of_row)
    key = np.empty(cells, dtype=np.int64)
    used = np.flatnonzero(seen >= 0)
    key[seen[used]] = used
    return GroupCells(of_row, key // (segments * markets), key // markets % segments, key % markets, len(labels.brands))


def order_cells(orders: dict[str, Array], item_brand: Array, labels: Labels) -> GroupCells:
    """Cells of order rows by channel, segment, market and brand of the item; ``orders`` holds the four code columns."""
    base = base_cells(orders["channel"], orders["segment"], orders["market"], labels)
    check_codes("item", orders["item"], len(labels.items))
    out = empty_int(base.of_row.shape[0])
    add_brand(base.of_row, orders["item"], item_brand, base.brands, out)
    return GroupCells(out, base.channel, base.segment, base.market, base.brands)


def contact_cells(contacts: dict[str, Array], order_item: Array, item_brand: Array, labels: Labels) -> GroupCells:
    """Cells of contacts; the brand is that of the order row the contact is about, if any."""
    base = base_cells(contacts["channel"], contacts["segment"], contacts["market"], labels)
    check_codes("row", contacts["row"], order_item.shape[0])
    out = empty_int(base.of_row.shape[0])
    add_brand_of_row(base.of_row, contacts["row"], order_item, item_brand, base.brands, out)
    return GroupCells(out, base.channel, base.segment, base.market, base.brands)


def check_codes(name: str, codes: Array, size: int) -> None:
    """Refuse a code beyond its labels: a kernel would read beyond the end of an array.

    Raises
    ------
    ValueError
        If a code is ``size`` or larger.
    """
    top = largest(codes)
    if top >= size:
        raise ValueError(f"column {name} holds code {top}, but there are only {size} of them")


def fold(sums: Floats, cells: GroupCells, groups: Groups) -> Floats:
    """Fold sums by cell, (n_cells, n_measures), into sums by group, (n_groups, n_measures)."""
    measures = sums.shape[1]
    cube = sums.reshape(cells.channel.shape[0], cells.brands + 1, measures)
    base = cube.sum(axis=1)
    out = np.zeros((groups.size, measures))
    out[0] = base.sum(axis=0)
    for dimension, codes in (("channel", cells.channel), ("segment", cells.segment), ("market", cells.market)):
        np.add.at(out[groups.slice(dimension)], codes, base)
    out[groups.slice("brand")] = cube.sum(axis=0)[1:]
    return out


def ratio(above: Array, below: Array, scale: float = 1.0) -> Floats:
    """``scale * above / below`` element by element, NaN where ``below`` is zero; no warning.

    >>> ratio(np.array([1.0, 0.0]), np.array([4.0, 0.0]), 100.0).tolist()
    [25.0, nan]
    """
    out: Floats = np.full(np.shape(below), np.nan)
    np.divide(above, below, out=out, where=below != 0)
    return out * scale
