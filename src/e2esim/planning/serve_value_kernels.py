"""Kernels of the value of a line: what serving it now instead of later is worth for an hour of the bottleneck."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.lean import counting_njit, lean_njit

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


class Served(NamedTuple):
    """Lines that may be served now or later, (n,) each.

    ``margin, line_value`` [EUR]: contribution and invoice value. ``late_d, slow_d``: days after the start of the promised day, and after the lead
    time expected, if served now; negative = early. ``wait_d``: days to the next chance of the item. ``penalty_share_d, penalty_cap``: contract penalty
    a day late and its most, shares of the line value. ``call_eur``: expected cost of the customer asking where the order is, once the promised day is
    over. ``word_eur`` [EUR/satisfaction]: what other customers will not buy for a satisfaction lost on this line. ``late_loss, slow_loss``: most that
    lateness and a long lead time take off the customer's satisfaction. ``hours``: bottleneck hours in the line [h], positive.
    """

    margin: Floats
    line_value: Floats
    late_d: Floats
    slow_d: Floats
    wait_d: Floats
    penalty_share_d: Floats
    penalty_cap: Floats
    call_eur: Floats
    word_eur: Floats
    late_loss: Floats
    slow_loss: Floats
    hours: Floats


class WhoWaits(NamedTuple):
    """The customers of the lines, (n,) each.

    ``value`` [EUR]: V, expected remaining margin. ``drop, theta, memory``: base drop-out, its sensitivity, satisfaction relative to the competitor's.
    ``weight`` of this delivery in memory. ``fade`` [1/satisfaction]: share of wallet lost for a satisfaction lost on this line, 0 for consumers.
    """

    value: Floats
    drop: Floats
    theta: Floats
    memory: Floats
    weight: Floats
    fade: Floats


class Curves(NamedTuple):
    """Loss curves of punctuality and of lead time, see `lateness_loss`: tolerances [d] and shapes."""

    late_tolerance_d: float
    late_shape: float
    slow_tolerance_d: float
    slow_shape: float


@lean_njit
def _lost(late_d: float, slow_d: float, late_loss: float, slow_loss: float, curves: Curves) -> float:
    """Satisfaction lost by a line that comes so late, and so long after its expected lead time."""
    late = lateness_loss(late_d, late_loss, curves.late_tolerance_d, curves.late_shape)
    return late + lateness_loss(slow_d, slow_loss, curves.slow_tolerance_d, curves.slow_shape)


@counting_njit
def serve_value(lines: Served, who: WhoWaits, curves: Curves, margin_weight: float) -> Floats:
    """Value of serving each line now instead of ``wait_d`` days later, for a bottleneck hour, (n,) [EUR/h].

    margin at risk + penalty avoided + call avoided + V (share kept | now - share kept | later) + words avoided, divided
    by the bottleneck hours of the line. The share kept is the probability to stay, times what is left of the share of
    wallet (accounts).

    ``margin_weight``: share of the margin counted; 1 = serving earns it, 0 = a line that waits loses none of it.
    """
    x = lines
    value = np.empty(x.margin.shape[0])
    for k in range(x.margin.shape[0]):
        later, share, cap = x.late_d[k] + x.wait_d[k], x.penalty_share_d[k], x.penalty_cap[k]
        avoided = x.line_value[k] * (min(share * max(later, 0.0), cap) - min(share * max(x.late_d[k], 0.0), cap))
        if x.late_d[k] <= 1.0 < later:  # the day is over one day after its start
            avoided += x.call_eur[k]
        now = _lost(x.late_d[k], x.slow_d[k], x.late_loss[k], x.slow_loss[k], curves)
        then = _lost(later, x.slow_d[k] + x.wait_d[k], x.late_loss[k], x.slow_loss[k], curves)
        kept = x.word_eur[k] * (then - now)
        if who.value[k] > 0.0 and then > now:
            stays = stay_probability(who.drop[k], who.theta[k], who.memory[k] - who.weight[k] * now) * math.exp(-who.fade[k] * now)
            would = stay_probability(who.drop[k], who.theta[k], who.memory[k] - who.weight[k] * then) * math.exp(-who.fade[k] * then)
            kept += who.value[k] * (stays - would)
        value[k] = (margin_weight * x.margin[k] + avoided + kept) / x.hours[k]
    return value
