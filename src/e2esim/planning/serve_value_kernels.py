"""Kernels of the value of a line: what serving it now instead of later is worth for an hour of the bottleneck."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit


@njit(cache=True)
def stay_probability(drop: float, theta: float, satisfaction: float) -> float:
    """Probability that a customer stays: one minus logistic(logit(drop) - theta * satisfaction).

    ``drop`` in [0, 1]: base drop-out; ``satisfaction`` relative to that of the competitor.
    """
    if drop <= 0.0 or drop >= 1.0:
        return 1.0 - drop
    return 1.0 / (1.0 + drop / (1.0 - drop) * math.exp(-theta * satisfaction))


@njit(cache=True)
def lateness_loss(late_d: float, loss: float, tolerance_d: float, shape: float) -> float:
    """Satisfaction lost by a late delivery: loss * (1 - exp(-(late_d / tolerance_d) ** shape)); early loses nothing."""
    if late_d <= 0.0:
        return 0.0
    scaled = late_d / tolerance_d
    if shape != 1.0:
        scaled = scaled**shape
    return loss * (1.0 - math.exp(-scaled))


@njit(cache=True)
def serve_value(
    margin: npt.NDArray[np.float64],
    line_value: npt.NDArray[np.float64],
    late_d: npt.NDArray[np.float64],
    wait_d: npt.NDArray[np.float64],
    penalty_share_d: npt.NDArray[np.float64],
    penalty_cap: npt.NDArray[np.float64],
    customer_value: npt.NDArray[np.float64],
    drop: npt.NDArray[np.float64],
    theta: npt.NDArray[np.float64],
    memory: npt.NDArray[np.float64],
    hours: npt.NDArray[np.float64],
    margin_weight: float,
    loss: float,
    tolerance_d: float,
    shape: float,
) -> npt.NDArray[np.float64]:
    """Value of serving each line now instead of ``wait_d`` days later, for a bottleneck hour, (n,) [EUR/h].

    margin + penalty avoided + V (P(stay | now) - P(stay | later)), divided by the bottleneck hours of the line.

    Parameters
    ----------
    margin, line_value : (n,)
        Contribution and invoice value of the line [EUR].
    late_d : (n,)
        Days after its promise if served now; negative = early.
    wait_d : (n,)
        Days to the next chance of its item.
    penalty_share_d, penalty_cap : (n,)
        Contract penalty a day late and its most, shares of the line value.
    customer_value : (n,)
        V, expected remaining margin of the customer [EUR].
    drop, theta, memory : (n,)
        Base drop-out, its sensitivity, and satisfaction relative to the competitor's.
    hours : (n,)
        Bottleneck hours in the line [h]; must be positive.
    margin_weight
        Share of the margin counted; 1 = serving earns it, 0 = a line that waits loses none of it.
    loss, tolerance_d, shape
        Loss curve of punctuality, see :func:`lateness_loss`.
    """
    value = np.empty(margin.shape[0])
    for k in range(margin.shape[0]):
        later = late_d[k] + wait_d[k]
        avoided = line_value[k] * (
            min(penalty_share_d[k] * max(later, 0.0), penalty_cap[k])
            - min(penalty_share_d[k] * max(late_d[k], 0.0), penalty_cap[k])
        )
        kept = 0.0
        if customer_value[k] > 0.0 and later > 0.0:
            now = lateness_loss(late_d[k], loss, tolerance_d, shape)
            then = lateness_loss(later, loss, tolerance_d, shape)
            kept = customer_value[k] * (
                stay_probability(drop[k], theta[k], memory[k] - now)
                - stay_probability(drop[k], theta[k], memory[k] - then)
            )
        value[k] = (margin_weight * margin[k] + avoided + kept) / hours[k]
    return value
