"""Several people decide together (requirement C4): each looks at what he looks at, and the least convinced counts.

Table `roles` says who they are: how much each looks at the price, at service and at what others say, against his segment, and in which phase he
joins. Of a consumer's purchase each has an opinion of his own beside (`market_kernels.DISSENT`, from how seldom groups buy: CEB). Of a trade account
each sees its prices and its service, and the one who sees the worst decides on the share of wallet. Which role looks at what is assumed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.pasted import pasted_njit
from e2esim.domain.world import PHASES, Roles
from e2esim.streams.draws import Count, normal

F = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


class Deciders(NamedTuple):
    """Roles of segment s: start[s] .. start[s + 1]; ``price, service, words`` (roles,) how much each looks at them less 1; ``missed`` (channels, roles) what he
    has not met of the touchpoints [utility]; ``dissent`` spread of opinions [utility].
    """

    start: I64
    price: F
    service: F
    words: F
    missed: F
    dissent: float


def deciders(roles: Roles, pull: F, dissent: float) -> Deciders:
    """The roles as the kernel reads them; ``pull`` (channels, phases before buying, segments) of the touchpoints [utility]."""
    segment = np.repeat(np.arange(len(roles.start) - 1), np.diff(roles.start))
    before = np.arange(pull.shape[1])[:, None] < roles.joins[None, :]
    missed = (pull[:, :, segment] * before[None]).sum(axis=1)
    return Deciders(roles.start, roles.price - 1.0, roles.service - 1.0, roles.words - 1.0, missed, dissent)


@pasted_njit
def least_convinced(
    key: np.uint64, who: Count, purchase: Count, segment: Count, channel: Count, of: Deciders, price_u: float, lead_u: float, words_u: float
) -> float:
    """What the least convinced of the roles thinks beside the segment [utility]; ``price_u, lead_u, words_u``: what these give the segment [utility]."""
    first, last = of.start[segment], of.start[segment + 1]
    least = np.inf
    for k in range(first, last):
        own = of.dissent * normal(key, who, 100 * purchase + 1 + k - first) if last - first > 1 else 0.0
        least = min(least, of.price[k] * price_u + of.service[k] * lead_u + of.words[k] * words_u - of.missed[channel, k] + own)
    return least


def least_content(roles: Roles, segment: I64, served: F, priced: F) -> F:
    """What service and prices are worth to the role of each account that sees the worst, (accounts,) [log of the share of wallet].

    >>> two = Roles(start=np.array([0, 2]), price=np.array([1.5, 0.5]), service=np.array([0.0, 2.0]), words=np.ones(2), joins=np.zeros(2, dtype=np.int64))
    >>> least_content(two, np.array([0, 0]), np.array([0.1, -0.1]), np.array([-0.2, 0.0])).round(3).tolist()  # the buyer minds the price, logistics the service
    [-0.3, -0.2]
    """
    found = np.asarray(served + priced)
    several = np.flatnonzero(np.diff(roles.start) > 0)
    for s in several:
        mine, of = segment == s, slice(int(roles.start[s]), int(roles.start[s + 1]))
        found[mine] = (roles.service[of, None] * served[mine] + roles.price[of, None] * priced[mine]).min(axis=0)
    return found


BEFORE_BUYING = PHASES.index("buy") + 1
