"""Kernel that posts order lines to the accounts, in whole cents."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.lean import counting_njit, lean_njit
from e2esim.domain.ledger import Posted

Array = npt.NDArray[Any]

_SALES, _FEES, _CREDITS, _PENALTIES = int(Posted.SALES), int(Posted.FEES), int(Posted.CREDITS), int(Posted.PENALTIES)
_COMMISSIONS, _MATERIAL, _CONVERSION = int(Posted.COMMISSIONS), int(Posted.MATERIAL), int(Posted.CONVERSION)
_FREIGHT, _WAREHOUSE, _SERVICES = int(Posted.FREIGHT), int(Posted.WAREHOUSE), int(Posted.SERVICES)


@lean_njit
def cents(eur: float) -> int:
    """Whole cents of an amount, half a cent up.

    >>> cents(1.006), cents(-0.2)
    (101, -20)
    """
    return int(math.floor(100.0 * eur + 0.5))  # noqa: RUF046  # numba gives a float


class LinesPosted(NamedTuple):
    """Columns of the order book, each (n,); money [EUR]."""

    item: Array
    delivered: Array
    returned: Array
    revenue: Array
    fee: Array
    credit: Array
    penalty: Array
    commission: Array
    cost: Array
    freight: Array
    picking: Array
    service: Array


@lean_njit
def post_rows(cell: Array, lines: LinesPosted, material_share: Array, start: float, end: float, out: Array) -> None:
    """Post rows (n,) delivered, and credits of rows returned, in [start, end) [h]; ``out`` (n_cells, n_accounts) [cents].

    ``material_share`` (n_items,): material in the standard cost; the rest is conversion.
    """
    for i in range(cell.shape[0]):
        o = out[cell[i]]
        if lines.returned[i] >= start and lines.returned[i] < end:
            o[_CREDITS] -= cents(lines.credit[i])
        if not (lines.delivered[i] >= start and lines.delivered[i] < end):
            continue
        goods = cents(lines.cost[i])
        material = cents(float(lines.cost[i]) * material_share[lines.item[i]])
        o[_SALES] += cents(lines.revenue[i])
        o[_FEES] += cents(lines.fee[i])
        o[_PENALTIES] -= cents(lines.penalty[i])
        o[_COMMISSIONS] -= cents(lines.commission[i])
        o[_MATERIAL] -= material
        o[_CONVERSION] -= goods - material
        o[_FREIGHT] -= cents(lines.freight[i])
        o[_WAREHOUSE] -= cents(lines.picking[i])
        o[_SERVICES] -= cents(lines.service[i])


@counting_njit
def round_cents(eur: Array) -> Array:
    """Whole cents of amounts (n,), as they are posted, (n,).

    >>> round_cents(np.array([1.006, -0.2])).tolist()
    [101, -20]
    """
    out = np.empty(eur.shape[0], dtype=np.int64)
    for k in range(eur.shape[0]):
        out[k] = cents(eur[k])
    return out
