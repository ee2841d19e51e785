"""Order books made from a seed, for tests, studies and benchmarks of the batch allocation."""

from __future__ import annotations

from typing import Final

import numpy as np

from e2esim.planning.book.order_book import OrderBook

DAYS: Final = 90
WINDOW: Final = 14  # days that a line may be late
LOSS: Final = 0.04  # of its value a day


def generated_book(seed: int, supply: float, *, orders: int = 10_000, items: int = 200, whole: bool = True) -> OrderBook:
    """A book of lines that compete for scarce receipts.

    Popular items come first; a line wants 1 to 20 pieces on a day of the first 85 and has one of five weights; receipts
    of an item come weekly in unequal parts, and the dock takes 2 % more than the mean demand of a day.

    Parameters
    ----------
    seed
        Seed of the generator.
    supply
        Receipts as a share of the pieces ordered.
    orders, items
        Size of the book.
    whole
        False: every line may be shipped in parts.

    Examples
    --------
    >>> book = generated_book(2, 0.93)
    >>> book.item.size, book.receipts.shape, round(float(book.weight @ book.quantity))
    (10000, (200, 90), 341547)
    """
    rng = np.random.default_rng(seed)
    popularity = (np.arange(items) + 5.0) ** -0.7
    item = rng.choice(items, orders, p=popularity / popularity.sum())
    quantity = rng.integers(1, 21, orders)
    due = rng.integers(0, DAYS - 5, orders)
    tier = rng.choice(5, orders, p=[0.4, 0.25, 0.2, 0.1, 0.05])
    wanted = np.bincount(item, weights=quantity, minlength=items)
    receipts = np.zeros((items, DAYS))
    for i in range(items):
        days = np.arange(i % 7, DAYS, 7)
        receipts[i, days] = np.floor(rng.dirichlet(np.full(days.size, 8.0)) * wanted[i] * supply)
    return OrderBook(
        item=item, quantity=quantity.astype(np.float64), due=due, last=due + WINDOW, weight=np.exp2(tier).astype(np.float64),
        late_loss=np.full(orders, LOSS), whole=np.full(orders, whole), group=np.full(orders, -1), receipts=receipts,
        dock=np.full(DAYS, np.ceil(1.02 * quantity.sum() / DAYS)),
    )  # fmt: skip
