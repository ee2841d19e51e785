"""Ways of goods from where they are made or bought to where they are needed, along the lanes between sites.

A way is a plant and the lanes that follow; its place is where it ends. A stock point with two sources lies at the end of two ways, each
with its part of what is needed there, so that every place has one source.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.domain.world import TransferLanes, World

F = npt.NDArray[np.float64]
I = npt.NDArray[np.int64]  # noqa: E741

Way = tuple[int, tuple[int, ...]]  # site that makes or buys, lanes that follow

RECEIVE_D = 1.0  # [days] from the arrival of a truck until its goods can be used
_LONGEST = 8  # lanes of a way; a longer one goes round in a circle


@dataclass(frozen=True, kw_only=True, eq=False)
class WaysIn:
    """Places, (n,), each behind its source: sites that make or buy first, then the ends of the lanes; products are those that move."""

    source: I  # place before the last lane, -1 = made or bought there
    link: I  # last lane, -1 = none
    point: I  # (n, products) stock point that lies there, -1 = none
    part: F  # (n, products) of what the stock point needs and holds; 0 where there is none


def ways_of(world: World) -> WaysIn:
    """Find every way of the items that lanes between sites bring.

    Raises
    ------
    ValueError
        If lanes go round in a circle.
    """
    items, feeds = world.items, world.links.feeds
    used = (feeds.weight > 0.0) & items.sold[feeds.point]  # components move with the bills
    products = np.unique(items.product[feeds.point[used]])
    column = {int(p): k for k, p in enumerate(products)}
    brought: dict[int, list[tuple[int, int, float]]] = {}  # source -> point, lane, weight
    for point, source, link, weight in zip(*(one[used].tolist() for one in (feeds.point, feeds.source, feeds.link, feeds.weight)), strict=True):
        brought.setdefault(source, []).append((point, link, weight))
    places: dict[Way, dict[int, tuple[int, float]]] = {}  # (plant, lanes) -> column -> point, part
    refilled = set(feeds.point[used].tolist())
    own = [int(k) for k in np.flatnonzero(np.isin(items.product, products)) if int(k) not in refilled]
    ahead: list[tuple[int, Way, float]] = [(k, (int(items.site[k]), ()), 1.0) for k in own]
    while ahead:
        point, way, part = ahead.pop()
        if len(way[1]) > _LONGEST:
            raise ValueError(f"lanes between sites go round in a circle at {items.ids[point]}")
        places.setdefault(way, {})[column[int(items.product[point])]] = (point, part)
        ahead += [(below, (way[0], (*way[1], link)), part * weight) for below, link, weight in brought.get(point, [])]
    return _flat(sorted(places, key=lambda way: (len(way[1]), way[1][-1:], way[0])), places, len(products))


def move_days(links: TransferLanes) -> I:
    """Days from when goods are needed at the source to when they can be used at the end of each lane, (lanes,): the way, unloading, and
    the longest wait for a truck but the day itself.
    """
    return np.asarray(np.ceil(links.transit_d + RECEIVE_D - 1e-9).astype(np.int64) + [_longest_gap(leaves) - 1 for leaves in links.departs], dtype=np.int64)


def _longest_gap(leaves: npt.NDArray[np.bool_]) -> int:
    """Days between the two trucks of a week (7,) that lie farthest apart, 7 where one leaves, 1 where none does (it never moves).

    >>> _longest_gap(np.array([1, 0, 1, 0, 1, 0, 0], dtype=bool)), _longest_gap(np.array([1, 0, 0, 0, 0, 0, 0], dtype=bool))
    (3, 7)
    """
    days = np.flatnonzero(leaves)
    return int(np.diff(np.r_[days, days[0] + 7]).max()) if len(days) else 1


def _flat(order: list[Way], places: dict[Way, dict[int, tuple[int, float]]], products: int) -> WaysIn:
    number = {way: k for k, way in enumerate(order)}
    point, part = np.full((len(order), products), -1, dtype=np.int64), np.zeros((len(order), products))
    for way, k in number.items():
        for column, (where, share) in places[way].items():
            point[k, column], part[k, column] = where, share
    return WaysIn(
        source=np.array([number[plant, lanes[:-1]] if lanes else -1 for plant, lanes in order], dtype=np.int64),
        link=np.array([lanes[-1] if lanes else -1 for _, lanes in order], dtype=np.int64),
        point=point,
        part=part,
    )
