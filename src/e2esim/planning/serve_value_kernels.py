"""Kernels of the value of a line: what serving it now instead of later is worth for an hour of the bottleneck."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from e2esim.domain.lean import lean_njit

Floats = npt.NDArray[np.float64]


@lean_njit
def stay_probability(drop: float, theta: float, satisfaction: float) -> float:
    """Probability that a customer stays: one minus logistic(logit(drop) - theta * satisfaction).

    ``drop`` in [0, 1]: base drop-out; ``satisfaction`` relative to that of the competitor.
    """
    if drop <= 0.0 or drop >= 1.0:
        return 1.0 - drop
    return 1.0 / (1.0 + drop / (1.0 - drop) * math.exp(-theta * satisfaction))


@lean_njit
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
    margin: Floats,
    line_value: Floats,
    late_d: Floats,
    wait_d: Floats,
    penalty_share_d: Floats,
    penalty_cap: Floats,
    call_eur: Floats,
    customer_value: Floats,
    drop: Floats,
    theta: Floats,
    memory: Floats,
    memory_weight: Floats,
    fade: Floats,
    word_eur: Floats,
    late_loss: Floats,
    slow_d: Floats,
    slow_loss: Floats,
    hours: Floats,
    margin_weight: float,
    late_tolerance_d: float,
    late_shape: float,
    slow_tolerance_d: float,
    slow_shape: float,
) -> Floats:
    """Value of serving each line now instead of ``wait_d`` days later, for a bottleneck hour, (n,) [EUR/h].

    margin at risk + penalty avoided + call avoided + V (share kept | now - share kept | later) + words avoided, divided
    by the bottleneck hours of the line. The share kept is the probability to stay, times what is left of the share of
    wallet (accounts).

    Parameters
    ----------
    margin, line_value : (n,)
        Contribution and invoice value of the line [EUR].
    late_d, slow_d : (n,)
        Days after the start of its promised day, and after the lead time expected, if served now; negative = early.
    wait_d : (n,)
        Days to the next chance of its item.
    penalty_share_d, penalty_cap : (n,)
        Contract penalty a day late and its most, shares of the line value.
    call_eur : (n,)
        Expected cost of the customer asking where the order is, once the promised day is over [EUR].
    customer_value : (n,)
        V, expected remaining margin of the customer [EUR].
    drop, theta, memory : (n,)
        Base drop-out, its sensitivity, and satisfaction relative to the competitor's.
    memory_weight : (n,)
        Weight of this delivery in the customer's memory.
    fade : (n,)
        Share of wallet lost for a satisfaction lost on this line [1/satisfaction]; 0 for consumers.
    word_eur : (n,)
        What other customers will not buy for a satisfaction lost on this line [EUR/satisfaction].
    late_loss, slow_loss : (n,)
        Most that lateness and a long lead time take off the customer's satisfaction.
    hours : (n,)
        Bottleneck hours in the line [h]; must be positive.
    margin_weight
        Share of the margin counted; 1 = serving earns it, 0 = a line that waits loses none of it.
    late_tolerance_d, late_shape, slow_tolerance_d, slow_shape
        Loss curves of punctuality and of lead time, see :func:`lateness_loss`.
    """
    value = np.empty(margin.shape[0])
    for k in range(margin.shape[0]):
        later = late_d[k] + wait_d[k]
        avoided = line_value[k] * (
            min(penalty_share_d[k] * max(later, 0.0), penalty_cap[k])
            - min(penalty_share_d[k] * max(late_d[k], 0.0), penalty_cap[k])
        )
        if late_d[k] <= 1.0 < later:  # the day is over one day after its start
            avoided += call_eur[k]
        now = lateness_loss(late_d[k], late_loss[k], late_tolerance_d, late_shape)
        now += lateness_loss(slow_d[k], slow_loss[k], slow_tolerance_d, slow_shape)
        then = lateness_loss(later, late_loss[k], late_tolerance_d, late_shape)
        then += lateness_loss(slow_d[k] + wait_d[k], slow_loss[k], slow_tolerance_d, slow_shape)
        kept = word_eur[k] * (then - now)
        if customer_value[k] > 0.0 and then > now:
            stays = stay_probability(drop[k], theta[k], memory[k] - memory_weight[k] * now) * math.exp(-fade[k] * now)
            would = stay_probability(drop[k], theta[k], memory[k] - memory_weight[k] * then) * math.exp(-fade[k] * then)
            kept += customer_value[k] * (stays - would)
        value[k] = (margin_weight * margin[k] + avoided + kept) / hours[k]
    return value
