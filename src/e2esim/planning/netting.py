"""Dependent demand: from planned lots of finished items to planned orders of all they need, by bucket, level by level.

Owns the bill of material in the form the netting reads, its low-level codes, and the roll-up of hours and materials.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.planning.netting_kernels import net_items

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Bill:
    """Bill of material by parent: rows ``start[i]`` to ``start[i + 1]`` of ``component`` and ``per_unit`` belong to
    parent i.

    ``order`` holds the items by ascending low-level code ``level``: every parent before its components.
    """

    start: Ints
    component: Ints
    per_unit: Floats
    level: Ints
    order: Ints


def bill(n_items: int, parent: Ints, component: Ints, per_unit: Floats, scrap_share: Floats | None = None) -> Bill:
    """Sort the rows of a bill of material and find the low-level codes.

    Parameters
    ----------
    parent, component : ndarray of int, (n_rows,)
        Item indices.
    per_unit : ndarray, (n_rows,)
        Component units in one parent unit.
    scrap_share : ndarray, (n_items,), optional
        Share of a parent's lot that is scrapped; its components are needed for the pieces started, 1 / (1 - scrap).

    Raises
    ------
    ValueError
        If the bill is circular.

    Examples
    --------
    >>> b = bill(3, np.array([1, 0]), np.array([2, 1]), np.array([4.0, 2.0]))
    >>> b.level.tolist(), b.order.tolist(), b.component.tolist()
    ([0, 1, 2], [0, 1, 2], [1, 2])
    """
    rows = np.argsort(parent, kind="stable")
    level = np.zeros(n_items, dtype=np.int64)
    for _ in range(n_items + 1):
        deeper = level.copy()
        np.maximum.at(deeper, component, level[parent] + 1)
        if (deeper == level).all():
            break
        level = deeper
    else:
        raise ValueError("the bill of material is circular")
    start = np.r_[0, np.cumsum(np.bincount(parent, minlength=n_items))].astype(np.int64)
    need = per_unit[rows].astype(np.float64)
    if scrap_share is not None:
        need = need / (1.0 - scrap_share[parent[rows]])
    return Bill(
        start=start,
        component=component[rows].astype(np.int64),
        per_unit=need,
        level=level,
        order=np.argsort(level, kind="stable").astype(np.int64),
    )


def roll_up(bom: Bill, own: Floats) -> Floats:
    """Content of one unit of each item through all levels: own content plus that of its components.

    ``own`` (n_things, n_items), for instance hours of each work centre in the item's own routing; returns the same
    shape. With ``own`` the identity of the raw items it gives the units of each raw in one unit.

    Examples
    --------
    >>> b = bill(3, np.array([0, 1]), np.array([1, 2]), np.array([2.0, 4.0]))
    >>> roll_up(b, np.array([[1.0, 0.5, 0.0]])).tolist(), roll_up(b, np.array([[0.0, 0.0, 1.0]])).tolist()
    ([[2.0, 0.5, 0.0]], [[8.0, 4.0, 1.0]])
    """
    total = own.astype(np.float64)
    for i in bom.order[::-1]:
        rows = slice(int(bom.start[i]), int(bom.start[i + 1]))
        total[:, i] += total[:, bom.component[rows]] @ bom.per_unit[rows]
    return total


@dataclass(frozen=True, kw_only=True, eq=False)
class Netting:
    """Result of a netting; all (n_items, n_buckets) in units of the item unless stated.

    ``gross`` needs, dependent ones included; ``release`` planned orders by the bucket in which they start;
    ``planned`` the same by the bucket in which they arrive; ``projected`` stock after each bucket; ``past_due``
    (n_items,) what should have started before bucket 0 (it starts in bucket 0 and arrives late, so ``projected`` may
    run negative meanwhile).
    """

    gross: Floats
    release: Floats
    planned: Floats
    projected: Floats
    past_due: Floats


def net_requirements(
    bom: Bill,
    *,
    lots: Floats,
    given: Flags,
    independent: Floats,
    receipts: Floats,
    on_hand: Floats,
    safety: Floats,
    lead: Ints,
    lot_min: Floats,
    lot_multiple: Floats,
) -> Netting:
    """Net the needs of all items in time, by low-level code.

    Parameters
    ----------
    lots : ndarray, (n_items, n_buckets)
        Releases of the items with a master schedule, by the bucket in which they start; zero elsewhere.
    given : ndarray of bool, (n_items,)
        Items with a master schedule: their lots are taken as they are.
    independent, receipts : ndarray, (n_items, n_buckets)
        Needs from outside (orders, spare parts; work already released) and scheduled receipts.
    on_hand, safety, lot_min, lot_multiple : ndarray, (n_items,)
        Stock, safety stock, and lot rule; ``lot_multiple`` 0 = any quantity.
    lead : ndarray of int, (n_items,)
        Lead time [buckets].

    Notes
    -----
    Release in bucket max(0, t - lead) for a need in bucket t; what is planned for the past arrives ``lead`` buckets
    from now. Conservation: projected = on_hand + sum of (receipts + planned - gross). Source: Orlicky (1975).

    Examples
    --------
    >>> b = bill(2, np.array([0]), np.array([1]), np.array([2.0]))
    >>> n = net_requirements(b, lots=np.array([[0.0, 0.0, 5.0], [0.0, 0.0, 0.0]]), given=np.array([True, False]),
    ...     independent=np.zeros((2, 3)), receipts=np.zeros((2, 3)), on_hand=np.array([0.0, 4.0]), safety=np.zeros(2),
    ...     lead=np.array([0, 1]), lot_min=np.zeros(2), lot_multiple=np.zeros(2))
    >>> n.release[1].tolist(), n.projected[1].tolist()
    ([0.0, 6.0, 0.0], [4.0, 4.0, 0.0])
    """
    gross, release = independent.astype(np.float64), np.where(given[:, None], lots, 0.0)
    planned, past_due = np.zeros_like(gross), np.zeros(gross.shape[0])
    net_items(
        bom.order,
        bom.start,
        bom.component,
        bom.per_unit,
        given,
        gross,
        receipts.astype(np.float64),
        on_hand.astype(np.float64),
        safety.astype(np.float64),
        lead.astype(np.int64),
        lot_min.astype(np.float64),
        lot_multiple.astype(np.float64),
        release,
        planned,
        past_due,
    )
    projected = on_hand[:, None] + np.cumsum(receipts + planned - gross, axis=1)
    return Netting(gross=gross, release=release, planned=planned, projected=projected, past_due=past_due)
