"""Alternatives to what a customer wished: every way to serve it, the acceptable ones ranked, the others with why-not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from e2esim.planning.promise.offers import OfferKind, PromiseOffer, pair, whole
from e2esim.planning.promise.sources import EPS, SiteGoods, Wish


class RefusalReason(StrEnum):
    """Why an offer is not made."""

    LIMIT = "limit"  # material or capacity: what the limit of the source says
    NONE_STATED = "none_stated"  # the data name no other site, no substitute
    TOO_FEW = "too_few"  # the source never has enough pieces
    TOO_LATE = "too_late"  # later than the customer takes it
    PART_TOO_SMALL = "part_too_small"  # no two parts are both as large as the smallest one
    NOTHING_SOONER = "nothing_sooner"  # no part of it comes before the whole
    NO_BETTER = "no_better"  # another offer is as good in everything and better in something


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """An offer that is not made.

    Parameters
    ----------
    kind, source
        What it would have been; row of the source beside our own goods (0 = our own), -1 if the data name none.
    reason
        Why.
    pieces
        Pieces that the source has (`TOO_FEW`) [pcs].
    day
        Day on which it would have come (`TOO_LATE`, `LIMIT`) [d from today].
    better
        The offer that is better (`NO_BETTER`).
    """

    kind: OfferKind
    source: int
    reason: RefusalReason
    pieces: float = 0.0
    day: int | None = None
    better: PromiseOffer | None = None


@dataclass(frozen=True, kw_only=True)
class Alternatives:
    """Offers, best first, and what is refused."""

    offers: tuple[PromiseOffer, ...]
    refused: tuple[Refusal, ...]


def alternatives(wish: Wish, sources: tuple[SiteGoods, ...]) -> Alternatives:
    """Rank every way to serve a wish: from one source in one delivery, or two deliveries of which our own goods are one.

    Parameters
    ----------
    wish
        What is asked for.
    sources
        The item from our own plant first, then the same item at other sites, then substitutes.

    Returns
    -------
    Alternatives
        Offers by mean days late, last day, cost, substituted pieces and number of deliveries. An offer that is no better
        than another in any of these is refused, as are those that come too late or never.

    Examples
    --------
    >>> import numpy as np
    >>> own = SiteGoods(item="A", day=np.array([0, 20]), pieces=np.array([5.0, 50.0]))
    >>> site = SiteGoods(item="A", site="Modena", rank=1, extra_cost=2.0, day=np.array([3]), pieces=np.array([30.0]))
    >>> found = alternatives(Wish(qty=8, day=2), (own, site))
    >>> [(offer.kind.value, offer.late_days, offer.extra_cost) for offer in found.offers]
    [('part_other_site', 0.375, 6.0), ('other_site', 1.0, 16.0), ('split', 6.75, 0.0), ('later', 18.0, 0.0)]
    >>> [(refusal.kind.value, refusal.reason.value) for refusal in found.refused]
    [('as_wanted', 'limit'), ('substitute', 'none_stated')]
    """
    offers, refused = _candidates(wish, sources)
    kept: list[PromiseOffer] = []
    for offer in sorted(offers, key=lambda offer: offer.key):
        better = next((other for other in kept if offer.beaten_by(other)), None)
        if offer.last > wish.last:
            refused.append(Refusal(kind=offer.kind, source=_other(offer), reason=RefusalReason.TOO_LATE, day=offer.last))
        elif better is not None:
            refused.append(Refusal(kind=offer.kind, source=_other(offer), reason=RefusalReason.NO_BETTER, day=offer.last, better=better))
        else:
            kept.append(offer)
    place = {kind: k for k, kind in enumerate(OfferKind)}
    return Alternatives(offers=tuple(kept), refused=tuple(sorted(refused, key=lambda r: (place[r.kind], r.source))))


def _candidates(wish: Wish, sources: tuple[SiteGoods, ...]) -> tuple[list[PromiseOffer], list[Refusal]]:
    """The best offer of every kind and source, and the kinds that cannot be offered at all."""
    offers, refused = [], []
    for row, source in enumerate(sources):
        single, double = whole(wish, sources, row), pair(wish, sources, 0, row)
        kind = _whole_kind(source)
        if row == 0 and (single is None or single.last > wish.day):
            refused.append(Refusal(kind=OfferKind.AS_WANTED, source=0, reason=RefusalReason.LIMIT, day=single.last if single else None))
        if single is None:
            refused.append(Refusal(kind=kind, source=row, reason=RefusalReason.TOO_FEW, pieces=source.total))
        else:
            offers.append(single)
        if double is not None:
            offers.append(double)
        elif source.total > EPS:
            refused.append(_no_pair(wish, sources, row))
    if not any(source.site for source in sources):
        refused.append(Refusal(kind=OfferKind.OTHER_SITE, source=-1, reason=RefusalReason.NONE_STATED))
    if not any(source.substitute for source in sources):
        refused.append(Refusal(kind=OfferKind.SUBSTITUTE, source=-1, reason=RefusalReason.NONE_STATED))
    return offers, refused


def _whole_kind(source: SiteGoods) -> OfferKind:
    return OfferKind.SUBSTITUTE if source.substitute else OfferKind.OTHER_SITE if source.site else OfferKind.LATER


def _no_pair(wish: Wish, sources: tuple[SiteGoods, ...], row: int) -> Refusal:
    """Why two deliveries are not possible: parts too small, nothing sooner than the rest, or too few together."""
    whole = _whole_kind(sources[row])
    kind = {OfferKind.LATER: OfferKind.SPLIT, OfferKind.OTHER_SITE: OfferKind.PART_OTHER_SITE, OfferKind.SUBSTITUTE: OfferKind.PART_SUBSTITUTE}[whole]
    together = sources[row].total + (sources[0].total if row else 0.0)
    if together < wish.qty - EPS:
        return Refusal(kind=kind, source=row, reason=RefusalReason.TOO_FEW, pieces=together)
    small = 2 * wish.least > wish.qty + EPS or row
    return Refusal(kind=kind, source=row, reason=RefusalReason.PART_TOO_SMALL if small else RefusalReason.NOTHING_SOONER)


def _other(offer: PromiseOffer) -> int:
    return max(part.source for part in offer.parts)
