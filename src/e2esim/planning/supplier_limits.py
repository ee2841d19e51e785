"""What suppliers may bring in the weeks of the master plan: as much as is asked, or week after week what they have.

A limit that leaves a quarter of the mean use to spare does not bind for long, so that the plan does without it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

F = npt.NDArray[np.float64]
I = npt.NDArray[np.int64]  # noqa: E741

AMPLE = 1.25  # times the mean use; a limit beyond it is none to the plan, assumed


def shared_weekly(weekly: F, supplier: I, eur: F, weekly_eur: F) -> F:
    """Limits of the rows of the supply terms [unit/week] where what a supplier gives in all, ``weekly_eur`` (suppliers,), is shared by use.

    ``eur`` (rows, 2): price of a unit [EUR], units used in a week.

    >>> shared_weekly(np.array([np.inf, 30.0, 9.0]), np.array([0, 0, 1]), np.array([[2.0, 60.0], [1.0, 40.0], [5.0, 1.0]]), np.array([80.0, np.inf]))
    array([30., 20.,  9.])
    """
    price, used = eur.T
    worth = price * used
    total = np.bincount(supplier, weights=worth, minlength=weekly_eur.size)[supplier]
    limited = np.isfinite(weekly_eur[supplier]) & (worth > 0.0)
    part = np.where(limited, weekly_eur[supplier], 0.0) * used / np.where(limited, total, 1.0)
    return np.asarray(np.where(limited, np.minimum(weekly, part), weekly))


def may_come(item: I, weekly: F, reach_d: F, use: F, weeks: int) -> F:
    """Units of each item that call-offs made from now on may bring by the end of each week, (items, weeks); inf = as much as is asked.

    Parameters
    ----------
    item, weekly, reach_d : ndarray, (rows,)
        Rows of the supply terms: item, most in a week (inf = no limit), days until the first call-off is there.
    use : ndarray, (items,)
        Mean use [unit/week].

    Examples
    --------
    Ten a week from the second week on, and as much again from the third; the second item has sources enough once the larger one can bring.

    >>> item, weekly = np.array([0, 0, 1, 1]), np.array([10.0, 10.0, 50.0, 5.0])
    >>> may_come(item, weekly, np.array([7.0, 12.0, 14.0, 0.0]), np.array([20.0, 20.0]), 4)
    array([[ 0., 10., 30., 50.],
           [ 5., 10., inf, inf]])
    """
    open_ended, a_week = np.isinf(weekly), np.where(np.isinf(weekly), 0.0, weekly)
    first = np.ceil(np.maximum(reach_d, 0.0) / 7.0)[:, None]
    there = np.arange(weeks)[None, :] - first + 1.0  # weeks in which a source has brought goods
    come, rate, ample = np.zeros((use.size, weeks)), np.zeros((use.size, weeks)), np.zeros((use.size, weeks))
    np.add.at(come, item, a_week[:, None] * np.maximum(there, 0.0))
    np.add.at(rate, item, a_week[:, None] * (there > 0.0))
    np.add.at(ample, item, open_ended[:, None] & (there > 0.0))
    plenty = (ample > 0.0) | ((rate > 0.0) & (rate >= AMPLE * use[:, None]))
    return np.asarray(np.where(np.maximum.accumulate(plenty, axis=1), np.inf, come))
