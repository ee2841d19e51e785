"""Who hears whom: the households of a market stand in circles on a ring, and words are passed on to the next circles and, by social channels, far away.

A word is heard in the circle of who speaks. A share ``passed on`` of what is heard is told on, once more and once more, so that a word is heard
1 / (1 - passed on) times in all: half of what is told on by turns to the circle before and to that behind, and ``far`` of it anywhere in the
market (a small world: Watts and Strogatz 1998). One circle in which nothing is passed on is the mean of the market. Sizes are assumed: what
was measured is that words move sales (You et al. 2015), not how far they go.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.pasted import pasted_njit
from e2esim.domain.settings import Market
from e2esim.streams.draws import Count, uniform

F = npt.NDArray[np.float64]

STREAM = "market.circle"  # whose circle is whose


@pasted_njit
def circle_of(key: np.uint64, who: Count, circles: int) -> int:
    """Circle in which the consumer at address ``who`` lives, the same for as long as he lives; nothing is drawn where there is one.

    >>> circle_of(np.uint64(1), 5, 1)
    0
    """
    if circles == 1:
        return 0
    return min(int(uniform(key, who, 0) * circles), circles - 1)


def next_door(circles: int, far: float) -> F:
    """Share of what a circle tells on that arrives in the circle so many places further on the ring, (circles,).

    >>> next_door(4, 0.2).round(3).tolist()
    [0.05, 0.45, 0.05, 0.45]
    """
    to = np.full(circles, far / circles)
    to[1 % circles] += 0.5 * (1.0 - far)
    to[-1] += 0.5 * (1.0 - far)
    return to


def heard_where(words: F, market: Market) -> F:
    """Words as they are heard in each circle, of ``words`` spoken there, both (markets x circles,) with the circles of a market together.

    All that is told on adds up to the geometric series of the ring's matrix, which is a multiplication of Fourier transforms.

    >>> heard_where(np.array([1.0, 0.0, 0.0, 0.0]), Market(word_circles=4, word_passed_on=0.5, word_far=0.0)).round(3).tolist()
    [1.167, 0.333, 0.167, 0.333]
    """
    passed = market.word_passed_on
    if passed == 0.0:
        return words
    by_market = words.reshape(-1, market.word_circles)
    told_on = np.fft.fft(next_door(market.word_circles, market.word_far))
    heard = np.fft.ifft(np.fft.fft(by_market, axis=1) / (1.0 - passed * told_on), axis=1)
    return np.asarray(heard.real.reshape(-1))
