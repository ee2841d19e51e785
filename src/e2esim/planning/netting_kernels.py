"""Kernel of time-phased netting: items by low-level code, so that all gross needs stand before an item is netted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.lean import lean_njit

EPS = 1e-9


@lean_njit
def net_items(
    order: npt.NDArray[np.int64],
    start: npt.NDArray[np.int64],
    component: npt.NDArray[np.int64],
    per_unit: npt.NDArray[np.float64],
    given: npt.NDArray[np.bool_],
    gross: npt.NDArray[np.float64],
    receipts: npt.NDArray[np.float64],
    on_hand: npt.NDArray[np.float64],
    safety: npt.NDArray[np.float64],
    lead: npt.NDArray[np.int64],
    lot_min: npt.NDArray[np.float64],
    lot_multiple: npt.NDArray[np.float64],
    release: npt.NDArray[np.float64],
    planned: npt.NDArray[np.float64],
    past_due: npt.NDArray[np.float64],
) -> None:
    """Net every item and explode its planned releases into the gross needs of its components.

    Parameters
    ----------
    order : (n_items,)
        Items by ascending low-level code.
    start : (n_items + 1,), component, per_unit : (n_rows,)
        Bill of material by parent (CSR), component units in one parent unit.
    given : (n_items,)
        True where the releases are given (master schedule): ``release`` is read, not netted.
    gross, receipts : (n_items, n_buckets)
        Independent needs, dependent ones are added here; scheduled receipts.
    on_hand, safety, lead, lot_min, lot_multiple : (n_items,)
        Stock, safety target, lead time in buckets, lot rule (multiple 0 = any quantity).
    release, planned : (n_items, n_buckets)
        Planned releases and their receipts; overwritten.
    past_due : (n_items,)
        Quantity that should have been released before bucket 0; overwritten.
    """
    buckets = gross.shape[1]
    for i in order:
        if given[i]:
            for t in range(buckets):
                if release[i, t] > 0.0 and t + lead[i] < buckets:
                    planned[i, t + lead[i]] += release[i, t]
        else:
            level = on_hand[i]
            for t in range(buckets):
                level += receipts[i, t] - gross[i, t]
                lack = safety[i] - level
                if lack > EPS:
                    quantity = max(lack, lot_min[i])
                    if lot_multiple[i] > 0.0:
                        quantity = np.ceil(quantity / lot_multiple[i] - EPS) * lot_multiple[i]
                    release[i, max(t - lead[i], 0)] += quantity
                    arrival = max(t, lead[i])
                    if arrival < buckets:
                        planned[i, arrival] += quantity
                    if t < lead[i]:
                        past_due[i] += quantity
                    level += quantity
        for r in range(start[i], start[i + 1]):
            for t in range(buckets):
                if release[i, t] > 0.0:
                    gross[component[r], t] += per_unit[r] * release[i, t]
