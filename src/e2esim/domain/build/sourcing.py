"""Who brings what where: which plant makes an item, which lane or lanes refill it at each site that needs it.

An item stands at a site if customers are served with it from there, if a site below is refilled from there, or if something made
there contains it. It is made where routings say so, bought where supply says so, else brought by the lanes of the lowest priority
whose source can have it, in the shares that they state; lanes of a later priority help out with what their source can spare. So a plant
may work with components that another one makes or buys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl

Tables = Mapping[str, pl.DataFrame]
Point = tuple[str, str]  # site, item


class Arc(NamedTuple):
    """A lane between two sites of the firm."""

    row: dict[str, Any]
    source: str
    to: str


class Feed(NamedTuple):
    """A lane that refills an item at a site: with ``weight`` of what is needed there, 0 = only what the others cannot send."""

    site: str
    item: str
    arc: int
    weight: float


class Sourcing(NamedTuple):
    """Sites in use, the first plant at the head and each warehouse behind what supplies it; stock points beside the first plant's."""

    sites: tuple[str, ...]
    points: tuple[Point, ...]
    arcs: tuple[Arc, ...]  # in use
    feeds: tuple[Feed, ...]
    made: frozenset[Point]


def plants_of(sites: pl.DataFrame) -> tuple[str, ...]:
    """Sites that make, the main one at the head, the others by name: those of kind plant; the first site by name where none is stated.

    >>> plants_of(pl.DataFrame({"site": ["a", "b", "c"], "kind": ["plant", "warehouse", "plant"], "main": [False, False, True]}))
    ('c', 'a')
    """
    ranked = sites.sort(*(["main"] if "main" in sites.columns else []), "site", descending=[True, False] if "main" in sites.columns else False)
    made = ranked.filter(pl.col("kind") == "plant")
    return tuple((made if made.height else ranked.head(1))["site"].to_list())


def made_at(routings: pl.DataFrame, plant: str) -> frozenset[Point]:
    """Which site makes which item."""
    at = routings["site"].to_list() if "site" in routings.columns else [""] * routings.height
    return frozenset((site or plant, item) for site, item in zip(at, routings["item"].to_list(), strict=True))


def bought_at(supply: pl.DataFrame, plants: tuple[str, ...]) -> frozenset[Point]:
    """Which plant may buy which item: rows without a site deliver to every plant for whose item no row names it."""
    at = supply["site"].to_list() if "site" in supply.columns else [""] * supply.height
    stated = {(site, item) for site, item in zip(at, supply["item"].to_list(), strict=True) if site in plants}
    anywhere = {item for site, item in zip(at, supply["item"].to_list(), strict=True) if site not in plants}
    return frozenset(stated | {(plant, item) for plant in plants for item in anywhere})


def find_sources(tables: Tables, demanded: frozenset[Point]) -> Sourcing:
    """Follow what is ``demanded`` at each site (site, item) up to where it is made or bought.

    Raises
    ------
    ValueError
        If nothing brings an item to a site that needs it, or lanes go round in a circle.

    Examples
    --------
    Two plants make A; a warehouse takes three quarters of it from the first:

    >>> sites = pl.DataFrame({"site": ["north", "south", "hub"], "kind": ["plant", "plant", "warehouse"]})
    >>> arcs = {"from": ["north", "south"], "to": ["hub", "hub"], "channel": ["", ""], "priority": [1, 1], "share": [0.75, 0.25]}
    >>> routings = pl.DataFrame({"item": ["A", "A"], "site": ["north", "south"]})
    >>> empty = {"bom": pl.DataFrame({"parent": [], "component": []}), "supply": pl.DataFrame({"item": [], "site": []})}
    >>> tables = {"sites": sites, "lanes": pl.DataFrame(arcs), "routings": routings, "items": pl.DataFrame({"item": ["A"]}), **empty}
    >>> found = find_sources(tables, frozenset({("hub", "A")}))
    >>> found.sites, found.points
    (('north', 'south', 'hub'), (('south', 'A'), ('hub', 'A')))
    >>> [(feed.site, found.arcs[feed.arc].source, feed.weight) for feed in found.feeds]
    [('hub', 'north', 0.75), ('hub', 'south', 0.25)]
    """
    return _Trace(tables).follow(demanded)


class _Trace:
    """One walk from what is demanded to where it comes from."""

    def __init__(self, tables: Tables) -> None:
        self.plants = plants_of(tables["sites"])
        self.plant = self.plants[0]
        self.rank = {item: k for k, item in enumerate(tables["items"]["item"])}
        self.sold = set(tables["items"].filter(pl.col("sold"))["item"]) if "sold" in tables["items"].columns else set(self.rank)
        self.made = made_at(tables["routings"], self.plant)
        self.made_somewhere = {item for _, item in self.made}
        self.bought = bought_at(tables["supply"], self.plants)
        self.bought_somewhere = {item for _, item in self.bought}
        self.parts: dict[str, list[str]] = {}
        for parent, part in tables["bom"].select("parent", "component").iter_rows():
            self.parts.setdefault(str(parent), []).append(str(part))
        self.into = _into(tables["lanes"], self.plant)

    def follow(self, demanded: frozenset[Point]) -> Sourcing:
        """See :func:`find_sources`."""
        waiting, points = sorted(demanded), set[Point]()
        feeds: dict[Point, list[tuple[Arc, float]]] = {}
        while waiting:
            site, item = waiting.pop()
            if (site, item) in points:
                continue
            points.add((site, item))
            if self.has_own(site, item):
                waiting += [(site, part) for part in self.parts.get(item, []) if (site, item) in self.made]
            else:
                feeds[site, item] = self.lanes_that_bring(site, item)
                waiting += [(arc.source, item) for arc, weight in feeds[site, item] if weight > 0.0 or (arc.source, item) in self.made]
        _refuse_circles(feeds)
        depth = self._depths(feeds)
        sites = (self.plant, *sorted({site for site, _ in points} - {self.plant}, key=lambda one: (depth.get(one, 0), one)))
        turn = {site: k for k, site in enumerate(sites)}
        beside = sorted((one for one in points if one[0] != self.plant), key=lambda one: (turn[one[0]], self.rank[one[1]]))
        used = {point: [(arc, w) for arc, w in found if w > 0.0 or self._stands(arc.source, point[1], points)] for point, found in feeds.items()}
        arcs = sorted({id(arc): arc for found in used.values() for arc, _ in found}.values(), key=lambda arc: (turn[arc.to], _priority(arc), turn[arc.source]))
        number = {id(arc): k for k, arc in enumerate(arcs)}
        order = sorted(used, key=lambda one: (turn[one[0]], self.rank[one[1]]))
        return Sourcing(sites, tuple(beside), tuple(arcs), tuple(Feed(*point, number[id(arc)], w) for point in order for arc, w in used[point]), self.made)

    def has_own(self, site: str, item: str) -> bool:
        """Whether an item is made or bought at a site, and brought by no lane."""
        if (site, item) in self.made:
            return True
        if (site, item) in self.bought and item not in self.sold:
            return True
        if site == self.plant:
            bought_here = (site, item) in self.bought or item not in self.bought_somewhere or not self._lanes(site, item)
            return item not in self.made_somewhere and bought_here
        return (site, item) in self.bought and not self._lanes(site, item)

    def lanes_that_bring(self, site: str, item: str) -> list[tuple[Arc, float]]:
        """Lanes that bring an item to a site, with their weights.

        Raises
        ------
        ValueError
            If none does.
        """
        lanes = self._lanes(site, item)
        if not lanes:
            raise ValueError(f"nothing brings {item} to {site}: it is neither made nor bought there, and no lane leads from where it is")
        first = [arc for arc in lanes if _priority(arc) == _priority(lanes[0])]
        stated = [float(arc.row.get("share") or 0.0) for arc in first]
        total = sum(stated)
        weights = [one / total for one in stated] if total > 0.0 else [1.0, *[0.0] * (len(first) - 1)]
        return [*zip(first, weights, strict=True), *((arc, 0.0) for arc in lanes[len(first) :])]

    def _lanes(self, site: str, item: str) -> list[Arc]:
        """Lanes into a site whose source can have an item, in the order in which they are asked."""
        return [arc for arc in self.into.get(site, []) if self._can_have(arc.source, item, frozenset({site}))]

    def _can_have(self, site: str, item: str, seen: frozenset[str]) -> bool:
        if (site, item) in self.made or (site, item) in self.bought:
            return True
        if site == self.plant and item not in self.made_somewhere and item not in self.bought_somewhere:
            return True
        if site in seen:
            return False
        return any(self._can_have(arc.source, item, seen | {site}) for arc in self.into.get(site, []))

    def _stands(self, site: str, item: str, points: set[Point]) -> bool:
        """Whether an item has a stock point at a site: at the first plant every item has one, if it is made, bought or brought there."""
        return (site, item) in points or (site == self.plant and self.has_own(site, item))

    def _depths(self, feeds: Mapping[Point, list[tuple[Arc, float]]]) -> dict[str, int]:
        """Moves from a plant to each site, the longest way."""
        above: dict[str, set[str]] = {}
        for (site, _), found in feeds.items():
            if site not in self.plants:
                above.setdefault(site, set()).update(arc.source for arc, weight in found if weight > 0.0)
        depth: dict[str, int] = {}
        for site in sorted(above):
            _descend(site, above, depth, ())
        return depth


def _refuse_circles(feeds: Mapping[Point, list[tuple[Arc, float]]]) -> None:
    """No item may be brought to a site out of what is brought from there.

    Raises
    ------
    ValueError
        Naming the sites of a circle and the item.
    """
    whole = set[Point]()
    for start in sorted(feeds):
        trail, ahead = [start], [[(arc.source, start[1]) for arc, weight in feeds[start] if weight > 0.0]]
        while trail:
            if not ahead[-1]:
                ahead.pop()
                whole.add(trail.pop())
                continue
            above = ahead[-1].pop()
            if above in trail:
                sites = [site for site, _ in trail[trail.index(above) :]]
                raise ValueError(f"lanes between sites go round in a circle with {above[1]}: " + " <- ".join([*sites, sites[0]]))
            if above not in whole and above in feeds:
                trail.append(above)
                ahead.append([(arc.source, above[1]) for arc, weight in feeds[above] if weight > 0.0])


def _descend(site: str, above: Mapping[str, set[str]], depth: dict[str, int], below: tuple[str, ...]) -> int:
    if site in below:
        raise ValueError("lanes between sites go round in a circle: " + " <- ".join([*below[below.index(site) :], site]))
    if site not in depth:
        depth[site] = 1 + max((_descend(one, above, depth, (*below, site)) for one in above[site]), default=0) if site in above else 0
    return depth[site]


def _priority(arc: Arc) -> int:
    return int(arc.row.get("priority") or 1)


def _into(lanes: pl.DataFrame, plant: str) -> dict[str, list[Arc]]:
    """Lanes between sites by the site that gets the goods, the first asked at the head."""
    found: dict[str, list[Arc]] = {}
    if "to" in lanes.columns:
        ours = lanes.filter((pl.col("to") != "") & (pl.col("channel") == "")).sort("priority", maintain_order=True)
        for row in ours.iter_rows(named=True):
            found.setdefault(row["to"], []).append(Arc(row, row["from"] or plant, row["to"]))
    return found
