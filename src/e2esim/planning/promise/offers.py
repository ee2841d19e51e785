"""Ways to serve a wish: everything from one source, or two deliveries; the best of each kind by delay and cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from e2esim.planning.promise.sources import EPS, SiteGoods, Wish


class OfferKind(StrEnum):
    """What an offer does: the item as wanted, later, in parts, from another site, by a substitute, or partly so."""

    AS_WANTED = "as_wanted"
    LATER = "later"
    SPLIT = "split"
    OTHER_SITE = "other_site"
    PART_OTHER_SITE = "part_other_site"
    SUBSTITUTE = "substitute"
    PART_SUBSTITUTE = "part_substitute"


@dataclass(frozen=True, kw_only=True)
class Part:
    """One delivery: row of the source, day with the customer [d from today], pieces."""

    source: int
    day: int
    qty: float


@dataclass(frozen=True, kw_only=True)
class PromiseOffer:
    """Deliveries that together serve the wish in full.

    Parameters
    ----------
    kind, parts
        What it does; deliveries in the order of their days.
    late_days
        Days late, mean over all pieces [d].
    last
        Day of the last delivery [d from today].
    extra_cost
        What it costs more than our own goods [EUR].
    substituted
        Pieces of another item [pcs].
    rank
        Preference among sources, the sum over deliveries.
    """

    kind: OfferKind
    parts: tuple[Part, ...]
    late_days: float
    last: int
    extra_cost: float
    substituted: float
    rank: int

    @property
    def key(self) -> tuple[float, int, float, float, int, int]:
        """Less is better: delay, then cost, then substitution, then fewer deliveries."""
        return (self.late_days, self.last, self.extra_cost, self.substituted, len(self.parts), self.rank)

    def beaten_by(self, other: PromiseOffer) -> bool:
        """Whether `other` is at least as good in every respect and better in one."""
        mine, theirs = self.key[:5], other.key[:5]
        return theirs != mine and all(b <= a for a, b in zip(mine, theirs, strict=True))


def offer_of(wish: Wish, sources: tuple[SiteGoods, ...], parts: tuple[Part, ...]) -> PromiseOffer:
    """Price a set of deliveries."""
    parts = tuple(sorted(parts, key=lambda part: (part.day, part.source)))
    used = [sources[part.source] for part in parts]
    return PromiseOffer(
        kind=_kind(wish, used, parts),
        parts=parts,
        late_days=round(sum(part.qty * (part.day - wish.day) for part in parts) / wish.qty, 9),
        last=parts[-1].day,
        extra_cost=round(sum(part.qty * source.extra_cost for part, source in zip(parts, used, strict=True)), 6),
        substituted=round(sum(part.qty for part, source in zip(parts, used, strict=True) if source.substitute), 6),
        rank=sum(source.rank for source in used),
    )


def _kind(wish: Wish, used: list[SiteGoods], parts: tuple[Part, ...]) -> OfferKind:
    substitutes, elsewhere = [s.substitute for s in used], [bool(s.site) for s in used]
    if any(substitutes):
        return OfferKind.SUBSTITUTE if all(substitutes) else OfferKind.PART_SUBSTITUTE
    if any(elsewhere):
        return OfferKind.OTHER_SITE if all(elsewhere) else OfferKind.PART_OTHER_SITE
    if len(parts) > 1:
        return OfferKind.SPLIT
    return OfferKind.AS_WANTED if parts[0].day == wish.day else OfferKind.LATER


def whole(wish: Wish, sources: tuple[SiteGoods, ...], row: int) -> PromiseOffer | None:
    """All pieces in one delivery from one source, as soon as it has them; None if it never has.

    Examples
    --------
    >>> import numpy as np
    >>> shelf = SiteGoods(item="A", day=np.array([0, 9]), pieces=np.array([5.0, 20.0]))
    >>> offer = whole(Wish(qty=8, day=2), (shelf,), 0)
    >>> offer.kind.value, offer.last, offer.late_days
    ('later', 9, 7.0)
    """
    day = sources[row].whole(wish.qty, wish.day)
    return None if day is None else offer_of(wish, sources, (Part(source=row, day=day, qty=wish.qty),))


def pair(wish: Wish, sources: tuple[SiteGoods, ...], first: int, second: int) -> PromiseOffer | None:
    """The best two deliveries, one from each source (the same one twice: a split); None if there are none.

    Those that the customer still takes come before all others.

    Both are at least as large as the smallest part. For two given days the key is monotone in the quantity, so only the
    least and the most that the first delivery can carry are tried.

    Examples
    --------
    >>> import numpy as np
    >>> shelf = SiteGoods(item="A", day=np.array([0, 9]), pieces=np.array([5.0, 20.0]))
    >>> [(part.day, part.qty) for part in pair(Wish(qty=8, day=2), (shelf,), 0, 0).parts]
    [(2, 5.0), (9, 3.0)]
    """
    found = [offer_of(wish, sources, parts) for parts in _pairs(wish, sources, first, second)]
    return min(found, key=lambda offer: (offer.last > wish.last, offer.key), default=None)


def _pairs(wish: Wish, sources: tuple[SiteGoods, ...], first: int, second: int) -> Iterator[tuple[Part, Part]]:
    a, b, least = sources[first], sources[second], wish.least
    for (day_a, pieces_a), (day_b, pieces_b) in product(a.steps(wish.day), b.steps(wish.day)):
        if first == second and (day_a >= day_b or pieces_b < wish.qty - EPS):
            continue
        most = min(pieces_a, wish.qty - least)
        fewest = least if first == second else max(least, wish.qty - pieces_b)
        if most < fewest - EPS:
            continue
        for qty in {most, fewest}:
            yield Part(source=first, day=day_a, qty=qty), Part(source=second, day=day_b, qty=wish.qty - qty)
