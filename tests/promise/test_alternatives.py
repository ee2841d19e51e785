"""Alternatives against brute-force enumeration: every pair of sources, days and quantities of small cases."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from e2esim.planning.promise.alternatives import RefusalReason, alternatives
from e2esim.planning.promise.offers import OfferKind
from e2esim.planning.promise.sources import SiteGoods, Wish, stepwise

DAYS = 7
Deal = tuple[tuple[int, int, int], ...]  # (source, day, pieces) of every delivery
Key = tuple[float, int, float, float, int, int]


def some_case(rng: np.random.Generator) -> tuple[Wish, tuple[SiteGoods, ...]]:
    """A wish of a few pieces and up to four sources with a few arrivals each."""
    sources = []
    for row, (site, substitute) in enumerate([("", False), ("M", False), ("", True), ("M", True)][: rng.integers(1, 5)]):
        count = int(rng.integers(0, 4))
        day, pieces = stepwise(rng.integers(0, DAYS, count), rng.integers(1, 5, count).astype(float))
        cost = 0.0 if row == 0 else float(rng.integers(0, 3))
        sources.append(SiteGoods(item="AB"[substitute], site=site, substitute=substitute, rank=row, extra_cost=cost, day=day, pieces=pieces))
    qty = int(rng.integers(1, 7))
    least = None if rng.random() < 0.4 else float(rng.integers(1, qty + 1))
    wish = Wish(qty=qty, day=int(rng.integers(0, 4)), min_shipment=least, max_late=None if rng.random() < 0.4 else int(rng.integers(0, 5)))
    return wish, tuple(sources)


def there(source: SiteGoods, day: int) -> float:
    """Pieces that a source has by a day, counted the slow way."""
    return max((p for d, p in zip(source.day.tolist(), source.pieces.tolist(), strict=True) if d <= day), default=0.0)


def possible(wish: Wish, sources: tuple[SiteGoods, ...], deal: Deal) -> bool:
    """Every delivery on or after the wanted day, no part too small, no source gives what it does not have."""
    if len(deal) > 1 and min(qty for _, _, qty in deal) < (wish.min_shipment or 1):
        return False
    for row, day in {(row, day) for row, day, _ in deal}:
        if sum(qty for r, d, qty in deal if r == row and d <= day) > there(sources[row], day):
            return False
    return not (len(deal) > 1 and deal[0][:2] == deal[1][:2])


def key(wish: Wish, sources: tuple[SiteGoods, ...], deal: Deal) -> Key:
    late = sum(qty * (day - wish.day) for _, day, qty in deal) / wish.qty
    cost = sum(qty * sources[row].extra_cost for row, _, qty in deal)
    other = sum(qty for row, _, qty in deal if sources[row].substitute)
    return round(late, 9), max(day for _, day, _ in deal), round(cost, 6), other, len(deal), sum(sources[row].rank for row, _, _ in deal)


def slow_offers(wish: Wish, sources: tuple[SiteGoods, ...]) -> list[Key]:
    """Keys of the offers: the best acceptable deal of every source and of every pair with our own goods, none beaten."""
    qty, days, best = int(wish.qty), range(wish.day, DAYS + 1), []
    for row in range(len(sources)):
        singles = [((row, day, qty),) for day in days]
        doubles = [((0, a, q), (row, b, qty - q)) for a, b in product(days, days) for q in range(1, qty)]
        for deals in (singles, doubles):
            keys = [key(wish, sources, deal) for deal in deals if possible(wish, sources, deal)]
            best += [min(good) for good in [[k for k in keys if wish.max_late is None or k[1] <= wish.day + wish.max_late]] if good]
    return sorted(k for k in best if not any(o[:5] != k[:5] and all(x <= y for x, y in zip(o[:5], k[:5], strict=True)) for o in best))


@pytest.mark.parametrize("seed", range(8))
def test_alternatives_equal_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(60):
        wish, sources = some_case(rng)
        found = alternatives(wish, sources)
        assert [offer.key for offer in found.offers] == slow_offers(wish, sources), (wish, sources)
        for offer in found.offers:
            deal = tuple((part.source, part.day, int(part.qty)) for part in offer.parts)
            assert sum(part.qty for part in offer.parts) == wish.qty
            assert possible(wish, sources, deal)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_not_offered_has_its_reason(seed: int) -> None:
    """Every source and kind is offered or refused; a refusal for a better offer names one that is made."""
    rng = np.random.default_rng(100 + seed)
    for _ in range(60):
        wish, sources = some_case(rng)
        found = alternatives(wish, sources)
        told = {max(part.source for part in offer.parts) for offer in found.offers} | {refusal.source for refusal in found.refused}
        assert set(range(len(sources))) <= told
        for refusal in found.refused:
            if refusal.reason == RefusalReason.NO_BETTER:
                assert refusal.better in found.offers
            if refusal.reason == RefusalReason.TOO_LATE:
                assert wish.max_late is not None
                assert refusal.day is not None
                assert refusal.day > wish.day + wish.max_late
            if refusal.reason == RefusalReason.TOO_FEW:
                assert refusal.pieces < wish.qty
        assert (found.offers != () and found.offers[0].late_days == 0) or any(r.kind == OfferKind.AS_WANTED for r in found.refused)


def test_a_smallest_part_forbids_a_split() -> None:
    own = SiteGoods(item="A", day=np.array([0, 5]), pieces=np.array([3.0, 10.0]))
    free, held = (alternatives(Wish(qty=10, day=0, min_shipment=least), (own,)) for least in (3.0, 4.0))
    assert [offer.kind for offer in free.offers] == [OfferKind.SPLIT, OfferKind.LATER]
    assert [offer.kind for offer in held.offers] == [OfferKind.LATER]
    assert (OfferKind.SPLIT, RefusalReason.NOTHING_SOONER) in [(r.kind, r.reason) for r in held.refused]


def test_nothing_is_wished_twice_or_not_at_all() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Wish(qty=0, day=1)


def test_a_slower_mix_is_taken_where_the_faster_one_ends_too_late() -> None:
    """Two of six pieces on day 5 are less delay in all, but the customer takes nothing after day 4."""
    own = SiteGoods(item="A", day=np.array([3, 5]), pieces=np.array([1.0, 2.0]))
    site = SiteGoods(item="A", site="M", rank=1, day=np.array([0, 4]), pieces=np.array([4.0, 5.0]))
    lasts = [alternatives(Wish(qty=6, day=0, max_late=days), (own, site)).offers[0].last for days in (5, 4)]
    assert lasts == [5, 4]
