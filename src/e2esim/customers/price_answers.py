"""How a market answers a price move of the firm over time: rivals follow a part of it, consumers get used to it, and what stays dearer than rivals is left.

The move is ``market.price_factor`` against the prices that the history was sold at. All three answers are functions of the days since the run
began, so nothing is kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from e2esim.domain.settings import Market


def came(days: float, half_life_d: float) -> float:
    """Share of a way that is gone after ``days`` where half of what is left is gone in each half-life.

    >>> came(0.0, 90.0), came(90.0, 90.0), came(180.0, 90.0)
    (0.0, 0.5, 0.75)
    """
    return float(-math.expm1(-math.log(2.0) * days / half_life_d))


@dataclass(frozen=True)
class PriceMove:
    """A price move and the answers to it: ``move`` log of the factor on all prices, ``follows`` the share of it that rivals follow in the end."""

    move: float
    follows: float
    follow_d: float
    habit_d: float
    lasting: float
    lasting_d: float

    @property
    def answered(self) -> bool:
        """True if anything about it changes while the run goes on."""
        return self.move != 0.0 and (self.follows != 0.0 or self.habit_d > 0.0 or self.lasting != 0.0)

    def rivals(self, days: float) -> float:
        """Log of the rivals' prices over those of the history, after ``days``."""
        return self.follows * self.move * came(days, self.follow_d)

    def used_to(self, days: float) -> float:
        """Log of the price that consumers think usual for the firm over that of the history: it adapts to what they see (Winer 1986)."""
        return self.move * came(days, self.habit_d) if self.habit_d > 0.0 else 0.0

    def worn(self, days: float) -> float:
        """Log of sales that the gap to the rivals has cost beside what it costs at once: ``lasting`` percent for a percent that lasts.

        The gap of today, move - rivals, works with an exponential delay: with a, k the rates of rivals and of this, 1 - f (of the move) stays and
        f exp(-a t) of it fades, which the delay turns into (1 - f) (1 - exp(-k t)) + f k (exp(-a t) - exp(-k t)) / (k - a).

        >>> alone = PriceMove(0.1, 0.0, 90.0, 0.0, 0.8, 365.0)
        >>> round(alone.worn(365.0), 6), round(alone.worn(1e6), 6)  # half, all
        (-0.04, -0.08)
        >>> round(PriceMove(0.1, 1.0, 90.0, 0.0, 0.8, 365.0).worn(1e6), 6) + 0.0  # nothing lasts where rivals follow all of it
        0.0
        """
        a, k = math.log(2.0) / self.follow_d, math.log(2.0) / self.lasting_d
        fading = k * days * math.exp(-k * days) if math.isclose(a, k) else k * (math.exp(-a * days) - math.exp(-k * days)) / (k - a)
        return -self.lasting * self.move * ((1.0 - self.follows) * came(days, self.lasting_d) + self.follows * fading)


def price_move(market: Market) -> PriceMove:
    """The firm's price move as the settings of the market say.

    >>> price_move(Market()).answered, price_move(Market(price_factor=1.1)).answered, price_move(Market(price_factor=0.9, rival_follows_cut=1.0)).answered
    (False, False, True)
    """
    move = math.log(market.price_factor)
    follows = market.rival_follows_rise if move > 0.0 else market.rival_follows_cut
    return PriceMove(move, follows, market.rival_follow_d, market.price_habit_d, market.price_lasting, market.price_lasting_half_life_d)
