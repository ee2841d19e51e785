"""Call-offs: what to call off today, from which source, to be delivered when.

Order-up-to on the time-phased requirement: the position (on hand, on order) must reach what is needed until the goods
of the next review can arrive. Every item asks its sources in the order of their priority; a source gives within its
lots and what is left of its weekly capacity. What a supplier gives in a week for all items together goes to the items
that run out first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Sources:
    """Who delivers what on which terms, each (n_sources,): one row of the scenario's table ``supply``.

    ``item`` index of the item; ``priority`` 1 = preferred; ``lead_d`` call-off to receipt [days]; ``lot_min``,
    ``lot_multiple`` [unit]; ``weekly_capacity`` [unit/week], 0 = no limit; ``reject_share`` share rejected at
    receipt, ordered on top. ``supplier``, ``price`` [EUR/unit] and ``weekly_eur`` (n_suppliers,) [EUR/week, inf = no limit] say what a
    supplier gives in a week over all its rows; without ``weekly_eur`` none has such a limit.

    Raises
    ------
    ValueError
        If a lead time, lot or capacity is negative or a reject share is not below one.
    """

    item: Ints
    priority: Ints
    lead_d: Floats
    lot_min: Floats
    lot_multiple: Floats
    weekly_capacity: Floats
    reject_share: Floats
    supplier: Ints | None = None
    price: Floats | None = None
    weekly_eur: Floats | None = None

    def __post_init__(self) -> None:
        for name in ("lead_d", "lot_min", "lot_multiple", "weekly_capacity", "reject_share"):
            if bool((getattr(self, name) < 0).any()):
                raise ValueError(f"sources: {name} must not be negative")
        if bool((self.reject_share >= 1).any()):
            raise ValueError("sources: reject_share must be below one")

    def ranked(self) -> list[Ints]:
        """Sources by rank: the preferred one of every item, then the second one, and so on."""
        order = np.lexsort((self.priority, self.item))
        first = np.searchsorted(self.item[order], self.item[order])
        rank = np.arange(order.size) - first
        return [order[rank == r] for r in range(int(rank.max(initial=-1)) + 1)]


@dataclass(frozen=True, kw_only=True, eq=False)
class CallOffs:
    """Call-offs of a day, each (n,): ``source`` row, ``item``, ``quantity`` [unit] and ``due_day`` [days from today].

    ``missing`` (n_items,) is what no source could take this week [unit].
    """

    source: Ints
    item: Ints
    quantity: Floats
    due_day: Ints
    missing: Floats


def requirement(daily: Floats, days: Ints) -> Floats:
    """Need of each item over its first ``days`` days, (n_items,) [unit]; beyond the horizon at the mean daily rate.

    ``daily`` (n_items, n_days) [unit/day]; ``days`` (n_items,).

    Examples
    --------
    >>> requirement(np.array([[2.0, 4.0], [1.0, 1.0]]), np.array([1, 4])).tolist()
    [2.0, 4.0]
    """
    horizon = daily.shape[1]
    total = np.concatenate([np.zeros((daily.shape[0], 1)), np.cumsum(daily, axis=1)], axis=1)
    inside = total[np.arange(daily.shape[0]), np.minimum(days, horizon)]
    return np.asarray(inside + np.maximum(days - horizon, 0) * daily.mean(axis=1))


def lot_size(need: Floats, room: Floats, lot_min: Floats, lot_multiple: Floats) -> Floats:
    """Quantity that covers ``need`` in whole lots within ``room``; zero if not even the smallest lot fits.

    Examples
    --------
    >>> need, room = np.array([7.0, 7.0, 3.0, 0.0]), np.array([np.inf, 6.0, np.inf, 9.0])
    >>> lot_size(need, room, np.full(4, 5.0), np.full(4, 4.0)).tolist()
    [8.0, 0.0, 8.0, 0.0]
    """
    multiple = np.where(lot_multiple > 0, lot_multiple, 1e-9)
    wanted = np.ceil(np.maximum(need, lot_min) / multiple - 1e-6) * multiple
    most = np.where(np.isinf(room), np.inf, np.floor(np.where(np.isinf(room), 0.0, room) / multiple + 1e-6) * multiple)
    quantity = np.minimum(wanted, most)
    return np.where((need > 1e-9) & (quantity >= lot_min - 1e-9), quantity, 0.0)


def call_offs(
    sources: Sources,
    *,
    daily: Floats,
    on_hand: Floats,
    on_order: Floats,
    safety: Floats,
    review_d: float,
    called_this_week: Floats,
) -> CallOffs:
    """Call off today what the position lacks for lead time, review period and safety.

    Parameters
    ----------
    daily : ndarray, (n_items, n_days)
        Gross requirement of each bought item by day, today first [unit]; what is overdue stands on day 0.
    on_hand, on_order, safety : ndarray, (n_items,)
        Stock, open call-offs, safety stock [unit].
    review_d
        Days to the next call-off run [days].
    called_this_week : ndarray, (n_sources,)
        Already called off from each source within its current week [unit].

    Returns
    -------
    CallOffs
        ``due_day`` is the lead time of the source, rounded up to whole days.

    Examples
    --------
    The preferred source can still give 20 this week; the second one delivers the rest in lots of ten.

    >>> sources = Sources(item=np.array([0, 0]), priority=np.array([1, 2]), lead_d=np.array([3.0, 5.0]),
    ...     lot_min=np.array([0.0, 10.0]), lot_multiple=np.array([1.0, 10.0]), weekly_capacity=np.array([50.0, 0.0]),
    ...     reject_share=np.zeros(2))
    >>> today = call_offs(sources, daily=np.full((1, 20), 10.0), on_hand=np.array([40.0]), on_order=np.array([0.0]),
    ...     safety=np.array([5.0]), review_d=4.0, called_this_week=np.array([30.0, 0.0]))
    >>> today.source.tolist(), today.quantity.tolist(), today.due_day.tolist(), today.missing.tolist()
    ([0, 1], [20.0, 20.0], [3, 5], [0.0])
    """
    position = on_hand + on_order
    missing = np.zeros(position.size)
    left = _left_eur(sources, called_this_week)
    cover = position / np.maximum(daily.mean(axis=1), 1e-12)
    taken: list[tuple[Ints, Floats]] = []
    for rank, row in enumerate(sources.ranked()):
        item, good = sources.item[row], 1.0 - sources.reject_share[row]
        if rank == 0:
            days = np.ceil(sources.lead_d[row] + review_d - 1e-9).astype(np.int64)
            missing[item] = np.maximum(requirement(daily[item], days) + safety[item] - position[item], 0.0)
        limit = sources.weekly_capacity[row]
        room = np.where(limit > 0, np.maximum(limit - called_this_week[row], 0.0), np.inf)
        quantity = lot_size(missing[item] / good, room, sources.lot_min[row], sources.lot_multiple[row])
        if left is not None:
            quantity = _shared(sources, row, quantity, left, cover[item])
        missing[item] = np.maximum(missing[item] - quantity * good, 0.0)
        taken.append((row[quantity > 0], quantity[quantity > 0]))
    source = np.concatenate([row for row, _ in taken]) if taken else np.zeros(0, dtype=np.int64)
    quantity = np.concatenate([amount for _, amount in taken]) if taken else np.zeros(0)
    due = np.ceil(sources.lead_d[source] - 1e-9).astype(np.int64)
    return CallOffs(source=source, item=sources.item[source], quantity=quantity, due_day=due, missing=missing)


def _left_eur(sources: Sources, called_this_week: Floats) -> Floats | None:
    """What each supplier still gives in its current week, (n_suppliers,) [EUR]; None where none is limited."""
    if sources.weekly_eur is None or sources.supplier is None or sources.price is None:
        return None
    given = np.bincount(sources.supplier, weights=called_this_week * sources.price, minlength=sources.weekly_eur.size)
    return np.maximum(sources.weekly_eur - given, 0.0)


def _shared(sources: Sources, row: Ints, quantity: Floats, left: Floats, cover: Floats) -> Floats:
    """Quantities that limited suppliers give of what is asked on ``row``: the item that lasts the fewest days (``cover``) is served first.

    ``left`` (n_suppliers,) [EUR] is taken down by what they give.
    """
    assert sources.supplier is not None
    assert sources.price is not None
    supplier, price, granted = sources.supplier[row], sources.price[row], quantity.copy()
    for k in np.argsort(cover, kind="stable"):
        s = supplier[k]
        if quantity[k] <= 0.0 or np.isinf(left[s]):
            continue
        if price[k] > 0.0:
            one = row[k : k + 1]
            granted[k] = lot_size(quantity[k : k + 1], left[s : s + 1] / price[k], sources.lot_min[one], sources.lot_multiple[one])[0]
        left[s] -= granted[k] * price[k]
    return granted
