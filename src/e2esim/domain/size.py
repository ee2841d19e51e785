"""How large a world may be: members that the columns can name, and memory that a run takes before it is started."""

from __future__ import annotations

import os

import numpy as np

from e2esim.domain.book import CONSUMER_COLUMNS, CONTACT_COLUMNS, LATE_COLUMNS, LOT_COLUMNS, ORDER_COLUMNS
from e2esim.domain.bounds import TooLargeError
from e2esim.domain.world import World

_SPECS = (ORDER_COLUMNS, CONTACT_COLUMNS, CONSUMER_COLUMNS, LATE_COLUMNS, LOT_COLUMNS)
_GROWTH = 2.5  # a column that grows stands in memory twice, half as long again; shared by links and calendars
_ROWS_A_PIECE = 2.2  # order rows for each piece of history: one of the consumer, one of the shelf that served him
_SHARE = 0.8  # of the machine's memory that one replication may take


def most(column: str) -> int:
    """Return how many members the narrowest column of this name can tell apart.

    >>> most("segment")
    256
    """
    return min(int(np.iinfo(spec[column][0]).max) + 1 for spec in _SPECS if column in spec)


def expected_rows(world: World) -> int:
    """Return the rows of the order book that a run will fill, by its history and settings."""
    yearly = float(world.cells.yearly.sum()) * world.settings.market.demand_factor
    return int((_ROWS_A_PIECE * yearly + 60.0 * world.accounts.n) * world.hours / 8760.0) + 4096


def expected_bytes(world: World) -> int:
    """Return the memory that the books of one replication will take [bytes]; contacts count as half of the order rows."""
    rows = expected_rows(world)
    people = float(world.cells.yearly.sum()) * world.settings.market.demand_factor * (world.settings.market.history_y + world.hours / 8760.0)
    shelves = 8.0 * 6 * (world.accounts.n + 1) * world.items.n
    return int(_GROWTH * (rows * _width(ORDER_COLUMNS) + 0.5 * rows * _width(CONTACT_COLUMNS) + people * _width(CONSUMER_COLUMNS)) + shelves)


def check_size(world: World, memory: int | None = None) -> None:
    """Refuse a world whose books do not fit into ``memory`` [bytes], that of this machine if none is given.

    Raises
    ------
    TooLargeError
        With the figures.
    """
    there, need = memory or _memory(), expected_bytes(world)
    if need > _SHARE * there:
        raise TooLargeError(
            f"this run would fill about {expected_rows(world):,} order rows and {need / 2**30:.1f} GiB; the machine has {there / 2**30:.1f} GiB: "
            "lower scale, market.demand_factor, market.history_y or horizon.days"
        )


def _width(spec: dict[str, tuple[type, float]]) -> int:
    return sum(np.dtype(kind).itemsize for kind, _ in spec.values())


def _memory() -> int:
    """Memory of the machine [bytes]; where the system does not tell, 8 GiB."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 8 * 2**30
