"""What expires in the stock of a planned run: batches of every item with a shelf life, used by their dates, gone after the last one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from e2esim.domain.planned_outcome import TooOld
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.shelf_life import ShelfLife

EPS = 1e-6


@dataclass(kw_only=True)
class KeptUntil:
    """Pieces that may be used until a day of the run, that day included."""

    last: float
    qty: float


class AgeingStock:
    """Batches beside the stock of a plant; nothing at all where nothing expires.

    Examples
    --------
    Ten pieces keep until day 3, five come on day 2 and keep until day 5; eight are used on day 2, the oldest first.

    >>> stock = np.array([10.0])
    >>> old = AgeingStock(ShelfLife(days=np.array([3.0])), stock)
    >>> old.settle(stock, 2)
    >>> stock += 5.0
    >>> old.came(np.array([0]), np.array([5.0]), 2)
    >>> stock -= 8.0
    >>> old.settle(stock, 4)
    >>> stock, old.gone
    (array([5.]), [TooOld(day=4, item=0, qty=2.0)])
    """

    def __init__(self, shelf: ShelfLife | None, on_hand: Floats) -> None:
        self._shelf = shelf
        self._kept: dict[int, list[KeptUntil]] = {}
        self.gone: list[TooOld] = []
        if shelf is None:
            return
        for item in shelf.items().tolist():
            rest, mine = float(on_hand[item]), []
            for k in np.flatnonzero(shelf.batch_item == item).tolist():
                mine.append(KeptUntil(last=float(shelf.batch_last[k]), qty=min(float(shelf.batch_qty[k]), rest)))
                rest -= mine[-1].qty
            self._kept[item] = [*mine, KeptUntil(last=float(shelf.days[item]), qty=rest)]

    def came(self, node: Ints, qty: Floats, day: int) -> None:
        """Goods are put into stock on a day, as fresh as that day."""
        if self._shelf is None:
            return
        for item, pieces in zip(node.tolist(), qty.tolist(), strict=True):
            if item in self._kept:
                self._kept[item].append(KeptUntil(last=day + float(self._shelf.days[item]), qty=pieces))

    def settle(self, stock: Floats, day: int) -> None:
        """On a morning: what was used since the last one was of the batches that expire first; what is too old now is taken out of ``stock``."""
        for item, batches in self._kept.items():
            batches.sort(key=lambda batch: batch.last)
            used = sum(batch.qty for batch in batches) - float(stock[item])
            for batch in batches:
                taken = min(max(used, 0.0), batch.qty)
                batch.qty, used = batch.qty - taken, used - taken
            lost = sum(batch.qty for batch in batches if batch.last < day)
            if lost > EPS:
                stock[item] -= lost
                self.gone.append(TooOld(day=day, item=item, qty=lost))
            self._kept[item] = [batch for batch in batches if batch.last >= day and batch.qty > EPS]

    def shelf(self, day: int) -> ShelfLife | None:
        """What expires as a plan made on a day takes it: the batches in stock, days from then."""
        if self._shelf is None:
            return None
        rows = [(item, batch.qty, batch.last - day) for item, batches in self._kept.items() for batch in batches if np.isfinite(batch.last)]
        item, qty, last = (np.array([row[k] for row in rows]) for k in range(3))
        return ShelfLife(days=self._shelf.days, batch_item=item.astype(np.int64), batch_qty=qty.astype(np.float64), batch_last=last.astype(np.int64))
