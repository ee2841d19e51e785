"""The order book at the end of a run by cause of waiting: what the page says and what stands on disk."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.domain.book import FreedBy, WaitCause
from e2esim.domain.outcome import Outcome
from e2esim.domain.world import World
from e2esim.report.frames import enum_names, named, times
from e2esim.report.grids import TextGrid
from e2esim.report.words import Weeks, Words


@dataclass(frozen=True, kw_only=True)
class WaitRow:
    """Open lines of one cause: pieces, lines and orders, those past their promised day, most blamed place, when half will be free.

    ``overdue`` in pieces; ``freed_h`` is NaN where no supply in sight reaches half of the pieces.
    """

    cause: WaitCause
    pieces: float
    lines: int
    orders: int
    overdue: float
    place: str
    freed_h: float


def read_waiting(outcome: Outcome, world: World | None) -> list[WaitRow]:
    """The open book by cause, most pieces first; the pieces add up to the backlog of the plant.

    An order with lines of several causes is counted with each.
    """
    book = {name: outcome.waiting.filled(name) for name in outcome.waiting.spec}
    places = np.array(waiting_places(outcome, world).cast(pl.String).fill_null("").to_list(), dtype=str)
    number = outcome.orders.filled("order_no")[book["row"]]
    found = []
    for cause in WaitCause:
        own = np.flatnonzero(book["cause"] == cause)
        if not own.size:
            continue
        pieces = book["pieces"][own].astype(np.float64)
        names, where = np.unique(places[own], return_inverse=True)
        found.append(
            WaitRow(
                cause=cause,
                pieces=float(pieces.sum()),
                lines=int(own.size),
                orders=len(np.unique(number[own])),
                overdue=float(pieces[book["due"][own] <= outcome.horizon_h].sum()),
                place=str(names[np.bincount(where, weights=pieces).argmax()]),
                freed_h=_half(book["freed"][own].astype(np.float64), pieces),
            )
        )
    return sorted(found, key=lambda row: -row.pieces)


def _half(freed_h: npt.NDArray[Any], pieces: npt.NDArray[Any]) -> float:
    """Time by which half of the pieces are freed, NaN if never.

    >>> _half(np.array([30.0, 10.0, np.nan]), np.array([1.0, 1.0, 2.0])), _half(np.array([np.nan]), np.array([1.0]))
    (30.0, nan)
    """
    order = np.argsort(freed_h, kind="stable")  # NaN last
    k = int(np.searchsorted(np.cumsum(pieces[order]), 0.5 * pieces.sum()))
    return float(freed_h[order[min(k, len(order) - 1)]])


def waiting_places(outcome: Outcome, world: World | None) -> pl.Series:
    """Name of the work centre, supplier or lane that holds each open line, null where the cause has no place."""
    cause, place = outcome.waiting.filled("cause"), outcome.waiting.filled("place").astype(np.int32)
    lanes = list(world.lanes.ids) if world is not None else [f"lane {k}" for k in range(int(place.max(initial=-1)) + 1)]
    centres, suppliers = list(outcome.labels.work_centres), list(outcome.labels.suppliers)
    first = np.select([cause == WaitCause.WORK_CENTRE, cause == WaitCause.SUPPLIER], [0, len(centres)], len(centres) + len(suppliers))
    placed = (place >= 0) & np.isin(cause, (WaitCause.WORK_CENTRE, WaitCause.SUPPLIER, WaitCause.TRANSPORT))
    return named(np.where(placed, first + place, -1).astype(np.int32), [*centres, *suppliers, *lanes])


def waiting_frame(outcome: Outcome, world: World | None = None) -> pl.DataFrame:
    """One row an open line of the plant at the end: why it waits, what is missing, and the event that will free it."""
    book, orders = outcome.waiting, outcome.orders
    row = book.filled("row")
    return pl.DataFrame(
        {
            "row": pl.Series(row),
            "order_no": pl.Series(orders.filled("order_no")[row]),
            "item": named(orders.filled("item")[row], outcome.labels.items),
            "channel": named(orders.filled("channel")[row], outcome.labels.channels),
            "market": named(orders.filled("market")[row], outcome.labels.markets),
            "quantity": pl.Series(book.filled("pieces")),
            "placed_h": times(orders.filled("placed")[row]),
            "promised_h": times(orders.filled("promised")[row]),
            "cause": named(book.filled("cause"), enum_names(WaitCause)),
            "place": waiting_places(outcome, world),
            "missing": named(book.filled("item").astype(np.int32), outcome.labels.items),
            "freed_by": named(book.filled("freed_by"), enum_names(FreedBy)),
            "freed_h": times(book.filled("freed")),
        }
    )


def waiting_grid(outcome: Outcome, found: list[WaitRow], weeks: Weeks, words: Words) -> TextGrid:
    """The open book by cause, its sum first, and what frees the lines of each cause."""
    head = [words(f"t_{k}") for k in ("cause", "pieces", "lines", "orders", "overdue", "half_free", *(f"by_{by.name.lower()}" for by in FreedBy))]
    book = outcome.waiting
    kinds = np.zeros((len(WaitCause), len(FreedBy)))
    np.add.at(kinds, (book.filled("cause"), book.filled("freed_by")), book.filled("pieces"))
    everything = np.unique(outcome.orders.filled("order_no")[book.filled("row")]).size
    half = _half(book.filled("freed").astype(np.float64), book.filled("pieces").astype(np.float64)) if book.n else float("nan")
    rows = [
        [
            words("t_all"),
            *(words.number(sum(part)) for part in ([r.pieces for r in found], [float(r.lines) for r in found])),
            words.number(everything),
            words.number(sum(r.overdue for r in found)),
            _day(half, weeks, words),
            *(words.number(float(n)) for n in kinds.sum(axis=0)),
        ]
    ]
    for r in found:
        counts = (r.pieces, r.lines, r.orders, r.overdue)
        rows.append([words(f"wait_{r.cause.name.lower()}"), *(words.number(n) for n in counts), _day(r.freed_h, weeks, words)])
        rows[-1] += [words.number(float(n)) for n in kinds[r.cause]]
    return TextGrid(title=words("waiting_title"), head=head, rows=rows, total=True)


def _day(t: float, weeks: Weeks, words: Words) -> str:
    return words.day(weeks.start + dt.timedelta(hours=t)) if np.isfinite(t) else words("never")
