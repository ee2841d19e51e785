"""The order book and what is served of it: facts of the batch allocation, checked at birth, and their value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

EPS = 1e-6  # [pcs]


@dataclass(frozen=True, kw_only=True, eq=False)
class OrderBook:
    """Order lines that compete for the supply of their items.

    Parameters
    ----------
    item : ndarray of int, (n,)
        Item of each line.
    quantity : ndarray, (n,)
        Pieces wanted, positive [pcs].
    due, last : ndarray of int, (n,)
        Wanted ship day and latest acceptable one [days from today]; an overdue line has a negative ``due``. A line
        whose last day lies before today or before its due day can no longer be served.
    weight : ndarray, (n,)
        Value of a piece served on its due day [EUR/pcs].
    late_loss : ndarray, (n,)
        Share of the weight that a day of delay costs, at most all of it [1/day].
    whole : ndarray of bool, (n,)
        True: the line ships complete on one day or not at all; False: in parts as they come.
    group : ndarray of int, (n,)
        Lines with the same number >= 0 ship together on one day or not at all (ship set); -1 = alone. A line of a
        group is whole, whatever ``whole`` says.
    receipts : ndarray, (n_items, n_days)
        What comes in, the stock on day 0 [pcs]. Pieces keep until they are shipped.
    dock : ndarray, (n_days,)
        Most pieces that can leave on a day [pcs]; infinite where nothing limits them.

    Raises
    ------
    ValueError
        If shapes disagree or numbers are out of range.
    """

    item: Ints
    quantity: Floats
    due: Ints
    last: Ints
    weight: Floats
    late_loss: Floats
    whole: Flags
    group: Ints
    receipts: Floats
    dock: Floats

    def __post_init__(self) -> None:
        n, (items, days) = self.item.size, self.receipts.shape
        for name in ("quantity", "due", "last", "weight", "late_loss", "whole", "group"):
            if getattr(self, name).shape != (n,):
                raise ValueError(f"order book: {name} needs one value for each line")
        if self.dock.shape != (days,):
            raise ValueError("order book: dock needs one value for each day")
        if n and (int(self.item.min()) < 0 or int(self.item.max()) >= items):
            raise ValueError("order book: a line names an item without supply row")
        if not (bool((self.quantity > 0).all()) and bool((self.weight >= 0).all()) and bool((self.late_loss >= 0).all())):
            raise ValueError("order book: quantities must be positive, weights and losses not negative")
        if not (bool((self.receipts >= 0).all()) and bool((self.dock >= 0).all())):
            raise ValueError("order book: receipts and dock must not be negative")

    @property
    def days(self) -> int:
        """Days of the horizon."""
        return int(self.receipts.shape[1])

    @property
    def first(self) -> Ints:
        """First day on which each line may ship, (n,)."""
        return np.maximum(self.due, 0)

    @property
    def until(self) -> Ints:
        """Last day on which each line may ship, inside the horizon, (n,); before ``first`` = never."""
        return np.minimum(self.last, self.days - 1)

    def piece_value(self) -> Floats:
        """Value of a piece of line k shipped on day first[k] + j, (n, longest window) [EUR/pcs].

        Examples
        --------
        >>> plain_book([0], [1.0], [-1], [[1.0, 0.0, 0.0]], weight=10.0, late_loss=0.04).piece_value().round(2).tolist()
        [[9.6, 9.2, 8.8]]
        """
        width = max(1, int((self.until - self.first).max(initial=0)) + 1)
        late = (self.first - self.due)[:, None] + np.arange(width)
        return np.ascontiguousarray(self.weight[:, None] * np.maximum(1.0 - self.late_loss[:, None] * late, 0.0))


@dataclass(frozen=True, kw_only=True, eq=False)
class Deliveries:
    """What is served: a row is ``quantity`` [pcs] of ``line`` on ``day``; ordered by line and day, one row for both."""

    line: Ints
    day: Ints
    quantity: Floats

    def served(self, n_lines: int) -> Floats:
        """Pieces that each line gets, (n_lines,) [pcs]."""
        return np.bincount(self.line, weights=self.quantity, minlength=n_lines).astype(np.float64)

    def value(self, book: OrderBook) -> float:
        """Value of all that is served [EUR]."""
        return float((book.piece_value()[self.line, self.day - book.first[self.line]] * self.quantity).sum())


def tidy(line: Ints, day: Ints, quantity: Floats) -> Deliveries:
    """Deliveries from loose parts: empty ones left out, those of one line and day put together.

    Examples
    --------
    >>> parts = tidy(np.array([1, 0, 1]), np.array([4, 2, 4]), np.array([2.0, 1.0, 3.0]))
    >>> parts.line.tolist(), parts.day.tolist(), parts.quantity.tolist()
    ([0, 1], [2, 4], [1.0, 5.0])
    """
    keep = (day >= 0) & (quantity > EPS)
    span = int(day.max(initial=0)) + 1
    key, at = np.unique(line[keep] * span + day[keep], return_inverse=True)
    pieces = np.bincount(at, weights=quantity[keep], minlength=key.size).astype(np.float64)
    return Deliveries(line=key // span, day=key % span, quantity=pieces)


def breaches(book: OrderBook, done: Deliveries) -> list[str]:
    """Every rule of the book that the deliveries break, in words; empty = none.

    Examples
    --------
    >>> book = plain_book([0], [4.0], [1], [[3.0, 0.0, 0.0]])
    >>> breaches(book, Deliveries(line=np.array([0]), day=np.array([1]), quantity=np.array([4.0])))
    ['item 0 gives 4 pieces by day 1, 3 have come']
    """
    found = []
    line, day, pieces = done.line, done.day, done.quantity
    got = done.served(book.item.size)
    for k in np.flatnonzero(got > book.quantity + EPS):
        found.append(f"line {k} gets {got[k]:g} of {book.quantity[k]:g} pieces")
    for k, d in zip(line.tolist(), day.tolist(), strict=True):
        if not book.first[k] <= d <= book.until[k]:
            found.append(f"line {k} ships on day {d}, allowed are {book.first[k]} to {book.until[k]}")
    used = np.zeros(book.receipts.shape)
    np.add.at(used, (book.item[line], day), pieces)
    out, come = np.cumsum(used, axis=1), np.cumsum(book.receipts, axis=1)
    for i in np.flatnonzero((out > come + EPS * (1 + come)).any(axis=1)):
        d = int(np.argmax(out[i] - come[i]))
        found.append(f"item {i} gives {out[i, d]:g} pieces by day {d}, {come[i, d]:g} have come")
    for d in np.flatnonzero(used.sum(axis=0) > book.dock + EPS * (1 + book.dock)):
        found.append(f"{used[:, d].sum():g} pieces leave on day {d}, the dock takes {book.dock[d]:g}")
    return [*found, *_split(book, done, got)]


def _split(book: OrderBook, done: Deliveries, got: Floats) -> list[str]:
    """Lines and groups that ship in parts though they must not."""
    found = []
    together = book.whole | (book.group >= 0)
    for k in np.flatnonzero(together & (got > EPS)):
        if got[k] < book.quantity[k] - EPS or int((done.line == k).sum()) > 1:
            found.append(f"line {k} ships in parts")
    for g in np.unique(book.group[book.group >= 0]).tolist():
        mine = np.flatnonzero(book.group == g)
        when = np.unique(done.day[np.isin(done.line, mine)])
        if when.size > 1 or (when.size == 1 and (got[mine] < book.quantity[mine] - EPS).any()):
            found.append(f"group {g} does not ship together")
    return found


def plain_book(
    item: npt.ArrayLike,
    quantity: npt.ArrayLike,
    due: npt.ArrayLike,
    receipts: npt.ArrayLike,
    *,
    last: npt.ArrayLike | None = None,
    weight: npt.ArrayLike = 1.0,
    late_loss: npt.ArrayLike = 0.0,
    whole: npt.ArrayLike = True,
    group: npt.ArrayLike = -1,
    dock: npt.ArrayLike = np.inf,
) -> OrderBook:
    """An order book from lists and numbers: what is one number holds for all lines, or for all days of the dock.

    Without ``last`` every line may ship until the end of the horizon. The other parameters are those of
    :class:`OrderBook`.

    Examples
    --------
    >>> book = plain_book([0, 0], [2.0, 3.0], [0, 1], [[4.0, 0.0, 5.0]])
    >>> book.until.tolist(), book.weight.tolist(), book.dock.tolist()
    ([2, 2], [1.0, 1.0], [inf, inf, inf])
    """
    supply, n = np.asarray(receipts, dtype=np.float64), np.asarray(item).size
    days = supply.shape[1]

    def column(values: npt.ArrayLike, kind: type, size: int = n) -> npt.NDArray[Any]:
        return np.ascontiguousarray(np.broadcast_to(np.asarray(values, dtype=kind), (size,)))

    return OrderBook(
        item=column(item, np.int64), quantity=column(quantity, np.float64), due=column(due, np.int64),
        last=column(days - 1 if last is None else last, np.int64), weight=column(weight, np.float64),
        late_loss=column(late_loss, np.float64), whole=column(whole, np.bool_), group=column(group, np.int64),
        receipts=supply, dock=column(dock, np.float64, days),
    )  # fmt: skip
