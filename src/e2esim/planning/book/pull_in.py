"""Pull-in: supply has improved or an order has shrunk, so earlier dates are offered; nobody gets worse."""

from __future__ import annotations

import numpy as np

from e2esim.planning.book.backorders import BackorderBook, BackorderRun, Change, RunVerdict, Strategy, backorder_run, changes
from e2esim.planning.book.order_book import EPS, Deliveries, Flags, Floats, Ints


def trimmed(confirmed: Deliveries, quantity: Floats) -> Deliveries:
    """Confirmations cut to what is still wanted: the latest pieces of a line go first.

    Examples
    --------
    >>> now = Deliveries(line=np.array([0, 0]), day=np.array([1, 4]), quantity=np.array([3.0, 2.0]))
    >>> cut = trimmed(now, np.array([3.5]))
    >>> cut.day.tolist(), cut.quantity.tolist()
    ([1, 4], [3.0, 0.5])
    """
    order = np.lexsort((confirmed.day, confirmed.line))
    line, pieces = confirmed.line[order], confirmed.quantity[order]
    total = np.cumsum(pieces)
    opening = np.r_[0.0, total][np.searchsorted(line, line)] if line.size else total
    kept = np.clip(quantity[line] - (total - pieces - opening), 0.0, pieces)
    stays = kept > EPS
    return Deliveries(line=line[stays], day=confirmed.day[order][stays], quantity=kept[stays])


def pull_in(item: Ints, quantity: Floats, due: Ints, whole: Flags, confirmed: Deliveries, supply: Floats, order: Ints) -> tuple[BackorderRun, list[Change]]:
    """Offer earlier days, and pieces that were not confirmed, in the order of precedence.

    Parameters
    ----------
    item, quantity, due, whole, confirmed, supply
        As in :class:`BackorderBook`; a line may have more confirmed than it now wants: the latest pieces are set free.
    order : (n,)
        Lines in the order in which they are offered something, e.g. by
        :func:`e2esim.planning.precedence.order_rows`.

    Returns
    -------
    run, offers
        The confirmations if all offers are taken, and the lines that have an offer, in the order of precedence.

    Examples
    --------
    The first order falls from six to two pieces: the second, promised for day 3, may have its four today.

    >>> run, offers = pull_in(np.array([0, 0]), np.array([2.0, 4.0]), np.zeros(2, dtype=int), np.ones(2, dtype=bool),
    ...     Deliveries(line=np.array([0, 1]), day=np.array([0, 3]), quantity=np.array([6.0, 4.0])),
    ...     np.array([[6.0, 6.0, 6.0, 10.0]]), np.array([0, 1]))
    >>> [(offer.line, offer.last_before, offer.last_after) for offer in offers]
    [(1, 3, 0)]
    """
    book = BackorderBook(item=item, quantity=quantity, due=due, whole=whole, confirmed=trimmed(confirmed, quantity), supply=supply)
    run = backorder_run(book, [Strategy.GAIN] * item.size, order)
    found = changes(book, run.confirmed)
    return run, [found[k] for k in order.tolist() if found[k].verdict is RunVerdict.WINS]
