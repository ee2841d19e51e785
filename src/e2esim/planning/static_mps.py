"""The silo's schedule and the lots: a plan on the forecast alone, and whole lots from fractional weeks.

Owns the static plan in which each function follows its own target, and the rounding that every schedule goes through.
"""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt

from e2esim.planning.kept_lp import Floats
from e2esim.planning.mps import Mps, MpsSystem


def static_mps(
    system: MpsSystem,
    *,
    forecast: Floats,
    opening: Floats,
    receipts: Floats,
    safety: Floats,
    normal_h: Floats,
    block_weeks: int = 4,
) -> Mps:
    """Static plan of the silos: forecast only, level within blocks of weeks, scaled down where a rough cut finds no
    hours.

    Sales gives a forecast and no orders, production spreads each block evenly, and the only feedback of capacity is
    that all items of an overloaded work centre are cut by the same share; what is cut is built in the blocks before, as far as
    they have hours left (before a shut-down or a season), else after it. Materials and overtime are not looked at.
    Freeze the result for ``block_weeks`` and turn it into large lots by :func:`lots`.

    Parameters
    ----------
    forecast, receipts : ndarray, (n_weeks, n_items)
        Forecast demand and work in process by week [pcs].
    opening, safety : ndarray, (n_items,)
        On hand [pcs] and safety target [pcs].
    normal_h : ndarray, (n_centres, n_weeks)
        Normal hours [h].

    Examples
    --------
    >>> system = MpsSystem(weeks=4, centre_hours=np.array([[1.0]]), material_use=np.zeros((0, 1)),
    ...     holding_eur=np.array([0.1]), backlog_eur=np.array([5.0]), shortfall_eur=np.array([1.0]),
    ...     overtime_eur=np.array([30.0]))
    >>> plan = static_mps(system, forecast=np.array([[10.0], [20.0], [30.0], [40.0]]), opening=np.array([20.0]),
    ...                   receipts=np.zeros((4, 1)), safety=np.zeros(1), normal_h=np.full((1, 4), 40.0))
    >>> plan.make.ravel().tolist()
    [20.0, 20.0, 20.0, 20.0]
    """
    started = time.perf_counter()
    make = np.zeros_like(forecast)
    blocks = [slice(first, min(first + block_weeks, system.weeks)) for first in range(0, system.weeks, block_weeks)]
    coming = np.array([forecast[b].sum(axis=0) - receipts[b].sum(axis=0) for b in blocks])
    hours = np.array([normal_h[:, b].sum(axis=1) for b in blocks])
    for block, need in zip(blocks, _cut_back(system.centre_hours, _needs(opening, coming, safety), hours), strict=True):
        make[block] = need / (block.stop - block.start)
    net = opening + np.cumsum(make + receipts - forecast, axis=0)
    backlog, stock = np.maximum(-net, 0.0), np.maximum(net, 0.0)
    none = np.zeros((system.n_centres, system.weeks))
    return Mps(
        status="late" if backlog.max(initial=0.0) > 1e-6 else "on_time",
        make=make,
        stock=stock,
        backlog=backlog,
        shortfall=np.maximum(safety - stock, 0.0),
        overtime=none,
        load=system.centre_hours @ make.T,
        hour_price=none,
        material_price=np.zeros((system.n_materials, system.weeks)),
        objective=float((stock @ system.holding_eur + backlog @ system.backlog_eur).sum()),
        wall_s=time.perf_counter() - started,
    )


def _needs(opening: Floats, coming: Floats, safety: Floats) -> Floats:
    """What each block must make so that it ends with the safety target, (blocks, items); ``coming`` = its forecast less what is in process."""
    position, needs = opening.astype(np.float64), np.zeros_like(coming)
    for k, goes in enumerate(coming):
        needs[k] = np.maximum(goes + safety - position, 0.0)
        position += needs[k] - goes
    return needs


def _cut_back(centre_hours: Floats, needs: Floats, hours: Floats) -> Floats:
    """Needs (blocks, items) within the ``hours`` (blocks, centres): what a block cannot make is built in those before it, else after it.

    Examples
    --------
    Two blocks of 40 h, one hour a piece: of the 60 pieces of the second twenty are built ahead; of 60 in the first twenty come late.

    >>> one, hours = np.ones((1, 1)), np.full((2, 1), 40.0)
    >>> _cut_back(one, np.array([[10.0], [60.0]]), hours).ravel().tolist(), _cut_back(one, np.array([[60.0], [10.0]]), hours).ravel().tolist()
    ([30.0, 40.0], [40.0, 30.0])
    """
    made, over = np.zeros_like(needs), np.zeros(needs.shape[1])
    for k in range(len(needs) - 1, -1, -1):  # each block's own need first, then what those after it cannot make
        made[k] = needs[k] * _rough_cut(centre_hours, needs[k], hours[k])
        ahead = over * _rough_cut(centre_hours, over, np.maximum(hours[k] - centre_hours @ made[k], 0.0))
        over = over - ahead + needs[k] - made[k]
        made[k] += ahead
    for k in range(len(needs)):  # what could not be made in time comes late
        late = over * _rough_cut(centre_hours, over, np.maximum(hours[k] - centre_hours @ made[k], 0.0))
        made[k] += late
        over = over - late
    return made


def _rough_cut(centre_hours: Floats, need: Floats, hours: Floats) -> Floats:
    """Share of its need that each item gets, (n_items,): the smallest ratio of hours to load among its work centres."""
    load = centre_hours @ need
    ratio = np.minimum(1.0, np.divide(hours, load, out=np.ones_like(load), where=load > 0))
    share: Floats = np.where(centre_hours > 0, ratio[:, None], 1.0).min(axis=0, initial=1.0)
    return share


def lots(
    make: Floats,
    carry: Floats,
    *,
    lot_min: Floats,
    lot_multiple: Floats,
    lot_factor: float = 1.0,
    urgent: npt.NDArray[np.bool_] | None = None,
) -> tuple[Floats, Floats]:
    """Turn the fractional quantities of a week into whole lots; what is not released is carried to the next week.

    Parameters
    ----------
    make, carry : ndarray, (n_items,)
        Planned quantity of the week and remainder of the weeks before [pcs]; a negative remainder was made ahead.
    lot_min, lot_multiple : ndarray, (n_items,)
        Smallest lot and its multiple [pcs].
    lot_factor
        Multiplies the smallest lots (who seeks utilisation makes large ones).
    urgent : ndarray of bool, (n_items,), optional
        Items that may not wait: they are rounded up to a lot instead of down.

    Returns
    -------
    tuple of ndarray
        Quantity released and new carry, each (n_items,) [pcs]; released + new carry = make + carry.

    Examples
    --------
    >>> released, carry = lots(np.array([23.0, 4.0, 4.0]), np.zeros(3), lot_min=np.full(3, 10.0),
    ...                        lot_multiple=np.full(3, 5.0), urgent=np.array([False, False, True]))
    >>> released.tolist(), carry.tolist()
    ([20.0, 0.0, 10.0], [3.0, 4.0, -6.0])
    """
    due = make + carry
    multiple = np.maximum(lot_multiple, 1e-9)
    least = np.ceil(lot_min * lot_factor / multiple - 1e-9) * multiple
    released = np.where(due >= least - 1e-9, np.floor(due / multiple + 1e-9) * multiple, 0.0)
    if urgent is not None:
        up = np.maximum(np.ceil(due / multiple - 1e-9) * multiple, least)
        released = np.where(urgent & (due > 1e-9), up, released)
    released = np.where(due > 1e-9, released, 0.0)
    return released, due - released
