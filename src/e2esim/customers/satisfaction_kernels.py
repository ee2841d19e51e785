"""Satisfaction: from what happened to a feeling, from a feeling to memory and to survey answers.

S = (benefit - problems) / price ratio of a purchase and of all that followed it; a customer who gets what was promised at the
reference price has S = 1. Problems together hurt more than one by one (kappa). The curve is a saturating Weibull; punctuality is fitted to the Olist reviews
(see ``tests/customers/test_olist.py``), the answer scale to their distribution among punctual orders.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from e2esim.customers.books import Law
from e2esim.domain.pasted import pasted_njit

F = npt.NDArray[np.float64]

# order of domain.world.ATTRIBUTES
PUNCTUALITY, LEAD_TIME, COMPLETENESS, DAMAGE, INSTALLATION, DEFECT, ANSWER_TIME, RESOLUTION, EFFORT, INTEGRATION, EXPERIENCE = range(11)

LEAST = -0.5  # [satisfaction] nothing feels worse, assumed

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


@pasted_njit
def curve(u: float, tolerance: float, shape: float) -> float:
    """F(u): 0 for u <= 0, then rising to 1; 63 % at ``tolerance`` (same unit as ``u``).

    >>> curve(-3.0, 2.0, 1.0)
    0.0
    """
    if u <= 0.0:
        return 0.0
    return 1.0 - math.exp(-((u / tolerance) ** shape))


@pasted_njit
def weight(attribute: int, segment: int, law: Law) -> float:
    """Weight of an attribute for a segment; what is needed whoever the customer is (whole, undamaged, sound) weighs one."""
    if attribute == PUNCTUALITY:
        return float(law.w_punctuality[segment])
    if attribute == LEAD_TIME:
        return float(law.w_lead[segment])
    if attribute >= ANSWER_TIME or attribute == INSTALLATION:
        return float(law.w_experience[segment]) if attribute == EXPERIENCE else float(law.w_ease[segment])
    return 1.0


@pasted_njit
def contribution(attribute: int, segment: int, shown: float, expected: float, law: Law) -> float:
    """Gain (+) or loss (-) of what is shown against what is expected [satisfaction]; more than expected is worse.

    Failed attempts and efforts are counted from the first: the loss of the third is what it adds to the loss of two.
    """
    w, tolerance, shape = weight(attribute, segment, law), law.tolerance[attribute], law.shape[attribute]
    if attribute in (RESOLUTION, EFFORT):
        return float(-w * law.loss[attribute] * (curve(shown, tolerance, shape) - curve(expected, tolerance, shape)))
    excess = shown - expected
    if excess > 0.0:
        return float(-w * law.loss[attribute] * curve(excess, tolerance, shape))
    return float(w * law.gain[attribute] * curve(-excess, tolerance, shape))


@pasted_njit
def purchase(quality: float, gain: float, fun: float, needs_loss: float, ease_loss: float, squares: float, kappa: float, price_ratio: float) -> float:
    """S of a purchase from what it has shown so far; ``squares``: sum of squared losses.

    Losses together hurt more than one by one, by ``kappa`` times every pair; joy and services count in proportion to ease and to needs met.

    >>> purchase(1.0, 0.0, 0.0, 0.3, 0.0, 0.09, 0.5, 1.0)
    0.7
    """
    losses = needs_loss + ease_loss
    pairs = max(0.0, 0.5 * (losses * losses - squares))
    gate = max(0.0, 1.0 - needs_loss) * max(0.0, 1.0 - ease_loss)
    return max(LEAST, (quality + (gain + fun) * gate - losses - kappa * pairs) / price_ratio)


@pasted_njit
def enjoyed(joy: float, segment: int, law: Law) -> float:
    """Experiential gain of the enjoyment added up over the touchpoints [satisfaction]; it saturates."""
    return float(law.w_experience[segment] * law.gain[EXPERIENCE] * (1.0 - math.exp(-max(0.0, joy) / law.tolerance[EXPERIENCE])))


@pasted_njit
def late_days(delivered: float, promised: float) -> float:
    """Continuous days past the start of the promised day; negative = early. Times in hours."""
    return delivered / 24.0 - math.floor(promised / 24.0)


@pasted_njit
def decayed(memory: float, base: float, elapsed_h: float, half_life_h: float) -> float:
    """Memory after ``elapsed_h`` without contact: it returns to the brand's base line."""
    return base + (memory - base) * math.pow(0.5, max(0.0, elapsed_h) / half_life_h)


@pasted_njit
def remembered(memory: float, s: float, eta: float, eta_extreme: float) -> float:
    """Memory after an experience ``s``: extremes weigh more (peak), the latest contact weighs most (end)."""
    weight = min(1.0, eta * (1.0 + eta_extreme * abs(s - memory)))
    return memory + weight * (s - memory)


@pasted_njit
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
