"""Satisfaction: from what happened to a feeling, from a feeling to memory and to survey answers.

S = (benefit - problems) / price ratio; a customer who gets what was promised at the reference price has S = 1. Problems
together hurt more than one by one (kappa). The curve is a saturating Weibull; punctuality is fitted to the Olist reviews
(see ``tests/customers/test_olist.py``), the answer scale to their distribution among punctual orders.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

F = npt.NDArray[np.float64]

# order of domain.world.ATTRIBUTES
PUNCTUALITY, LEAD_TIME, COMPLETENESS, DAMAGE, INSTALLATION, DEFECT, ANSWER_TIME, RESOLUTION, EFFORT, INTEGRATION, EXPERIENCE = range(11)

# Cumulative answer shares of a customer with S = 1. CSAT: Olist, orders delivered before the promised day (n 88,653 and
# own sample of 6,785); recommendation and ease: assumed, shaped after the ECSI mobile phone survey (n 250).
CSAT_SHARES = (0.0660, 0.0935, 0.1751, 0.3777)
NPS_SHARES = (0.010, 0.014, 0.019, 0.026, 0.040, 0.085, 0.150, 0.280, 0.500, 0.750)
CES_SHARES = (0.030, 0.060, 0.110, 0.200, 0.360, 0.640)


def cut_points(shares: tuple[float, ...], style_logit: float) -> F:
    """Cut points of an ordinal answer whose cumulative shares at S = 1 are ``shares``, with a normal style of sd ``style_logit``.

    The style flattens the logit; Zeger, Liang and Albert (1988) give the factor sqrt(1 + 0.346 sd^2).

    >>> cut_points((0.5,), 0.0).tolist()
    [0.0]
    """
    p = np.asarray(shares, dtype=np.float64)
    cuts: F = np.log(p / (1.0 - p)) * math.sqrt(1.0 + 0.346 * style_logit**2)
    return cuts


@njit(cache=True)
def curve(u: float, tolerance: float, shape: float) -> float:
    """F(u): 0 for u <= 0, then rising to 1; 63 % at ``tolerance`` (same unit as ``u``).

    >>> curve(-3.0, 2.0, 1.0)
    0.0
    """
    if u <= 0.0:
        return 0.0
    return 1.0 - math.exp(-((u / tolerance) ** shape))


@njit(cache=True)
def combine(product: float, gains: float, losses: float, squares: float, kappa: float, price_ratio: float, product_only: bool) -> float:
    """S from benefit parts and weighted losses; ``squares`` is the sum of squared losses (for the pairs).

    >>> combine(1.0, 0.0, 0.3, 0.09, 0.5, 1.0, False)
    0.7
    """
    if product_only:
        return product / price_ratio
    pairs = 0.5 * (losses * losses - squares)
    return (product + gains - losses - kappa * pairs) / price_ratio


@njit(cache=True)
def late_days(delivered: float, promised: float) -> float:
    """Continuous days past the start of the promised day; negative = early. Times in hours."""
    return delivered / 24.0 - math.floor(promised / 24.0)


@njit(cache=True)
def judge(
    late_d: float,
    lead_over_d: float,
    damaged: bool,
    incomplete: bool,
    install_failed: bool,
    integration: bool,
    touch_problems: float,
    enjoyment: float,
    extra_gain: float,
    quality: float,
    price_ratio: float,
    gain: F,
    loss: F,
    tolerance: F,
    shape: F,
    w_punctuality: float,
    w_lead: float,
    w_ease: float,
    w_experience: float,
    kappa: float,
    product_only: bool,
) -> tuple[float, float]:
    """Satisfaction S of a purchase up to its delivery, and the ease of it (1 = effortless).

    ``late_d`` from :func:`late_days`; ``lead_over_d`` = lead time minus the expected one [days]; ``touch_problems`` = number of
    phases that left a problem; ``gain .. shape``: attribute columns. The pyramid gates enjoyment by ease and by needs met.
    """
    punctual = w_punctuality * loss[PUNCTUALITY] * curve(late_d, tolerance[PUNCTUALITY], shape[PUNCTUALITY])
    slow = w_lead * loss[LEAD_TIME] * curve(lead_over_d, tolerance[LEAD_TIME], shape[LEAD_TIME])
    lost = punctual + slow
    squares = punctual * punctual + slow * slow
    basic = lost
    for happened, attribute in ((damaged, DAMAGE), (incomplete, COMPLETENESS)):
        if happened:
            one = loss[attribute]
            lost += one
            squares += one * one
            basic += one
    effort = 0.0
    for times, attribute in ((1.0 if install_failed else 0.0, INSTALLATION), (1.0 if integration else 0.0, INTEGRATION), (touch_problems, EFFORT)):
        if times > 0.0:
            one = w_ease * loss[attribute] * times
            effort += one
            squares += one * one
    lost += effort
    ease = max(0.0, 1.0 - effort)
    gate = ease * max(0.0, 1.0 - basic)
    fun = w_experience * gain[EXPERIENCE] * (1.0 - math.exp(-max(0.0, enjoyment) / tolerance[EXPERIENCE])) * gate
    fast = w_lead * gain[LEAD_TIME] * curve(-lead_over_d, tolerance[LEAD_TIME], shape[LEAD_TIME])
    s = combine(quality, fun + fast + extra_gain * gate, lost, squares, kappa, price_ratio, product_only)
    return s, 1.0 - effort


@njit(cache=True)
def judge_contact(
    wait_h: float,
    reference_h: float,
    resolved: bool,
    steps: float,
    quality: float,
    price_ratio: float,
    gain: F,
    loss: F,
    tolerance: F,
    shape: F,
    w_ease: float,
    kappa: float,
    product_only: bool,
) -> tuple[float, float]:
    """Satisfaction and ease of one contact: time to the answer, resolution, effort (``steps`` beyond the first)."""
    slow = w_ease * loss[ANSWER_TIME] * curve(wait_h - reference_h, tolerance[ANSWER_TIME], shape[ANSWER_TIME])
    unsolved = 0.0 if resolved else w_ease * loss[RESOLUTION]
    effort = w_ease * loss[EFFORT] * curve(steps, tolerance[EFFORT], shape[EFFORT])
    gained = 0.0
    if resolved:
        gained = gain[RESOLUTION] + gain[ANSWER_TIME] * curve(reference_h - wait_h, tolerance[ANSWER_TIME], shape[ANSWER_TIME])
    lost = slow + unsolved + effort
    squares = slow * slow + unsolved * unsolved + effort * effort
    s = combine(quality, w_ease * gained, lost, squares, kappa, price_ratio, product_only)
    return s, 1.0 - slow - effort - unsolved


@njit(cache=True)
def decayed(memory: float, base: float, elapsed_h: float, half_life_h: float) -> float:
    """Memory after ``elapsed_h`` without contact: it returns to the brand's base line."""
    return base + (memory - base) * math.pow(0.5, max(0.0, elapsed_h) / half_life_h)


@njit(cache=True)
def remembered(memory: float, s: float, eta: float, eta_extreme: float) -> float:
    """Memory after an experience ``s``: extremes weigh more (peak), the latest contact weighs most (end)."""
    weight = min(1.0, eta * (1.0 + eta_extreme * abs(s - memory)))
    return memory + weight * (s - memory)


@njit(cache=True)
def answer(latent: float, cuts: F) -> int:
    """Category 0..len(cuts) of an ordinal answer: the number of cut points below the latent value (logit scale around S = 1).

    >>> answer(0.1, np.array([-1.0, 0.0, 1.0]))
    2
    """
    k = 0
    for c in cuts:
        if latent > c:
            k += 1
    return k
