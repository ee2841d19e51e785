"""Kernels of precedence: which waiting lines take the stock of this wave.

Lines are rows of the caller's waiting list in the order of their arrival. They are served in full or not at all.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.lean import counting_njit, lean_njit

EPS = 1e-6


@counting_njit
def split_rows(
    item: npt.NDArray[np.int64], quantity: npt.NDArray[np.float64], on_hand: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Serve at once every line of the items that have enough for all their lines; name the lines that must compete.

    Parameters
    ----------
    item, quantity : (n,)
        Item and pieces of each waiting line.
    on_hand : (n_items,)
        Stock to give away [pcs]; lowered by what is served.

    Returns
    -------
    served : (n,) bool
    rival : (n_rival,)
        Positions of the lines of items that are short but have at least something, in order of arrival.
    """
    waiting = np.zeros(on_hand.shape[0])
    for k in range(item.shape[0]):
        waiting[item[k]] += quantity[k]
    served = np.zeros(item.shape[0], dtype=np.bool_)
    rival = np.empty(item.shape[0], dtype=np.int64)
    n = 0
    for k in range(item.shape[0]):
        i = item[k]
        if waiting[i] <= on_hand[i] + EPS:
            served[k] = True
        elif quantity[k] <= on_hand[i] + EPS or on_hand[i] > EPS:
            rival[n] = k
            n += 1
    for i in range(on_hand.shape[0]):
        if waiting[i] <= on_hand[i] + EPS:
            on_hand[i] = max(on_hand[i] - waiting[i], 0.0)
    return served, rival[:n].copy()


@counting_njit
def sort_rows(key: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Positions by ascending key, equal keys in their order, (n,): radix sort of the keys as 32-bit floats."""
    n = key.shape[0]
    code = np.empty(n, dtype=np.uint32)
    single = key.astype(np.float32)
    bits = single.view(np.uint32)
    for k in range(n):
        b = bits[k]
        code[k] = ~b if b >> np.uint32(31) else b | np.uint32(0x80000000)
    order = np.arange(n)
    other = np.empty(n, dtype=np.int64)
    for shift in (np.uint32(0), np.uint32(11), np.uint32(22)):
        start = np.zeros(2049, dtype=np.int64)
        for k in range(n):
            start[((code[k] >> shift) & np.uint32(2047)) + 1] += 1
        for d in range(2048):
            start[d + 1] += start[d]
        for k in range(n):
            row = order[k]
            digit = (code[row] >> shift) & np.uint32(2047)
            other[start[digit]] = row
            start[digit] += 1
        order, other = other, order
    return order


@counting_njit
def _serve_old(
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    age: npt.NDArray[np.float64],
    age_bound: float,
    on_hand: npt.NDArray[np.float64],
    chosen: npt.NDArray[np.bool_],
    closed: npt.NDArray[np.bool_],
) -> None:
    """First pass: lines of ``age_bound`` and more, oldest first; the first that does not fit closes its item."""
    old = np.flatnonzero(age >= age_bound)
    for j in sort_rows(-age[old]):
        k = old[j]
        i = item[k]
        if closed[i]:
            continue
        if quantity[k] <= on_hand[i] + EPS:
            chosen[k] = True
            on_hand[i] -= quantity[k]
        else:
            closed[i] = True


@lean_njit
def _serve_owed(
    order: npt.NDArray[np.int64],
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    rank: npt.NDArray[np.int64],
    least: npt.NDArray[np.float64],
    owed: npt.NDArray[np.float64],
    on_hand: npt.NDArray[np.float64],
    chosen: npt.NDArray[np.bool_],
    closed: npt.NDArray[np.bool_],
) -> None:
    """Second pass: in the given order, lines that fit into ``owed`` (n_items, n_classes), overwritten."""
    live = 0
    for i in range(owed.shape[0]):
        for c in range(owed.shape[1]):
            live += owed[i, c] >= least[i] - EPS
    for k in order:
        if live == 0:
            break
        i, c, q = item[k], rank[k], quantity[k]
        if q <= owed[i, c] + EPS and q <= on_hand[i] + EPS and not closed[i] and not chosen[k]:
            chosen[k] = True
            on_hand[i] -= q
            owed[i, c] -= q
            live -= owed[i, c] < least[i] - EPS


@counting_njit
def _settle_credit(
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    rank: npt.NDArray[np.int64],
    chosen: npt.NDArray[np.bool_],
    waiting: npt.NDArray[np.float64],
    total: npt.NDArray[np.float64],
    given: npt.NDArray[np.float64],
    credit: npt.NDArray[np.float64],
    fairness: float,
) -> None:
    """Write what each class is owed after the wave: its part of what was given less what it got."""
    got = np.zeros(waiting.shape)
    for k in range(item.shape[0]):
        if chosen[k]:
            got[item[k], rank[k]] += quantity[k]
    for i in range(waiting.shape[0]):
        for c in range(waiting.shape[1]):
            left = waiting[i, c] - got[i, c]
            if total[i] > 0.0 and left > 0.0:
                balance = credit[i, c] + fairness * given[i] * waiting[i, c] / total[i] - got[i, c]
                credit[i, c] = min(max(balance, 0.0), left)
            elif total[i] > 0.0:
                credit[i, c] = 0.0


@counting_njit
def allocate(
    order: npt.NDArray[np.int64],
    item: npt.NDArray[np.int64],
    quantity: npt.NDArray[np.float64],
    rank: npt.NDArray[np.int64],
    age: npt.NDArray[np.float64],
    on_hand: npt.NDArray[np.float64],
    credit: npt.NDArray[np.float64],
    age_bound: float,
    fairness: float,
) -> npt.NDArray[np.bool_]:
    """Choose the lines that take the stock of this wave, (n,) bool.

    Three passes: lines older than ``age_bound``, oldest first, a blocked one keeping what is left of its item for
    itself, so that no large line starves; then, in the given order, lines of classes that are owed a share; then all
    others in the given order, small lines passing a blocked large one.

    Parameters
    ----------
    order : (n,)
        Positions of the lines in the order of the rule, first first.
    item, quantity, rank, age : (n,)
        Item, pieces, class and age of each line (any one unit of age).
    on_hand : (n_items,)
        Stock to give away [pcs]; lowered by what is given.
    credit : (n_items, n_classes)
        Pieces that a class is owed from earlier waves [pcs]; overwritten (deficit round robin of Shreedhar and
        Varghese, 1996, with ``fairness`` times the class's part of the waiting pieces as its quantum).
    age_bound
        Age from which a line goes before all rules.
    fairness
        Share of its proportional part that each class gets at least; 0 = none.
    """
    n_items, n_classes = on_hand.shape[0], credit.shape[1]
    chosen = np.zeros(order.shape[0], dtype=np.bool_)
    opening = on_hand.copy()
    closed = np.zeros(n_items, dtype=np.bool_)
    _serve_old(item, quantity, age, age_bound, on_hand, chosen, closed)
    least = np.full(n_items, np.inf)  # smallest line of each item: with less on hand the item is done
    for k in range(item.shape[0]):
        least[item[k]] = min(least[item[k]], quantity[k])
    if fairness > 0.0:
        waiting, total, owed = np.zeros((n_items, n_classes)), np.zeros(n_items), credit.copy()
        for k in range(item.shape[0]):
            waiting[item[k], rank[k]] += quantity[k]
            if chosen[k]:
                owed[item[k], rank[k]] -= quantity[k]
        for i in range(n_items):
            total[i] = waiting[i].sum()
            for c in range(n_classes):
                if total[i] > 0.0:
                    owed[i, c] += fairness * opening[i] * waiting[i, c] / total[i]
        _serve_owed(order, item, quantity, rank, least, owed, on_hand, chosen, closed)
    live = 0
    for i in range(n_items):
        live += on_hand[i] >= least[i] - EPS
    for k in order:
        if live == 0:
            break
        i = item[k]
        if quantity[k] <= on_hand[i] + EPS and not closed[i] and not chosen[k]:
            chosen[k] = True
            on_hand[i] -= quantity[k]
            live -= on_hand[i] < least[i] - EPS
    for i in range(n_items):
        on_hand[i] = max(on_hand[i], 0.0)
    if fairness > 0.0:
        _settle_credit(item, quantity, rank, chosen, waiting, total, opening - on_hand, credit, fairness)
    return chosen
