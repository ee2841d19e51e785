"""Expected lifetime value of one customer in closed form.

A living customer has needs at rate l and, before each, drops out with probability p: the coin of BG/NBD (Fader,
Hardie and Lee, 2005), tossed after a purchase and seen at the next need. Needs that end in leaving come at rate l p,
so a customer is alive at t with exp(-l p t), and buys at rate l (1 - p) exp(-l p t). The margin m of each purchase,
discounted at the continuous rate d over T years:

    V = integral 0..T of m l (1 - p) exp(-l p t) exp(-d t) dt
      = m l (1 - p) (1 - exp(-(l p + d) T)) / (l p + d)

The simulation knows each customer's own l and p, so heterogeneity (Gamma rates, Beta drop-out) is integrated by the
mean over customers. A customer known to have survived its last purchase is worth V / (1 - p).

With the loyalty loop, p moves with satisfaction at the need: logit p = logit(drop) - theta (memory - rival). Memory
returns to its base line with a half-life, so that after an exponential wait at rate l there is left, on average, the
share l / (l + ln 2 / half-life) of what it is above the base line today; p is taken at that expected memory.
"""

from __future__ import annotations

import math

from e2esim.kpi.loyalty_kernels import remaining_value


def expected_value(*, margin_eur: float, rate_y: float, drop: float, discount_y: float, horizon_y: float) -> float:
    """Return the expected discounted margin of a living customer [EUR].

    Parameters
    ----------
    margin_eur
        Contribution of a purchase [EUR] [:math:`m`].
    rate_y
        Rate of needs while alive [1/year] [:math:`l`].
    drop
        Probability of dropping out before the next purchase [:math:`p`].
    discount_y
        Effective discount rate [1/year]; continuous rate :math:`d = \\ln(1 + r)`.
    horizon_y
        Years summed [:math:`T`].

    Raises
    ------
    ValueError
        If a rate, probability or horizon is out of range.

    Examples
    --------
    Without discount or drop-out: ten purchases of 50 EUR.

    >>> round(expected_value(margin_eur=50.0, rate_y=1.0, drop=0.0, discount_y=0.0, horizon_y=10.0), 6)
    500.0
    >>> round(expected_value(margin_eur=50.0, rate_y=0.5, drop=0.2, discount_y=0.08, horizon_y=10.0), 2)
    93.76
    """
    if rate_y < 0 or not 0 <= drop <= 1 or discount_y <= -1 or horizon_y < 0:
        raise ValueError("rate_y and horizon_y must not be negative, drop must lie in [0, 1], discount_y above -1")
    return float(remaining_value(margin_eur, rate_y, drop, math.log1p(discount_y), horizon_y))
