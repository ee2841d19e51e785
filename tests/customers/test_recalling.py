"""What the owners of recalled goods do, against the shares of the text and a slow twin."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from e2esim.customers import recalling as r
from e2esim.customers.books import OrderFacts, order_facts
from e2esim.customers.journey_kernels import ASKS_SHOP
from e2esim.domain.book import ORDER_COLUMNS, Columns, OrderKind, Reason
from e2esim.streams import Streams
from e2esim.streams.draws import exponential, uniform

N = 4000


def facts_of(n: int, kind: np.ndarray) -> OrderFacts:
    """Order lines of ``kind``, each with an address of its own."""
    book = Columns(ORDER_COLUMNS, capacity=n)
    first = book.take(n)
    book["address"][first : first + n], book["kind"][first : first + n] = 7919 * np.arange(1, n + 1), kind
    return order_facts(book)


RECALL = r.Recall(share=0.3, letters=0.5, now=100.0, end=772.0)


def test_shares_and_times_are_those_of_the_text() -> None:
    rows = np.arange(N, dtype=np.int32)
    kind = np.where(rows % 2 == 0, OrderKind.DIRECT, OrderKind.SELL_OUT).astype(np.uint8)
    key = Streams(5, 0).key("disturbance.recall")
    got = r.called_back(rows, key, facts_of(N, kind=kind), RECALL)

    def near(values: np.ndarray, p: float) -> bool:
        return bool(abs(float(values.mean()) - p) <= 3.0 * np.sqrt(p * (1.0 - p) / len(values)) + 1e-12)

    direct, calls = kind == OrderKind.DIRECT, ~np.isnan(got.calls)
    assert near(got.mine, 0.3)
    assert near(got.letter[got.mine], 0.5)
    assert not got.letter[~got.mine].any()
    for shop, part in ((direct, 1.0), (~direct, ASKS_SHOP)):
        assert near(calls[shop & got.letter], part * r.LETTER_CALLS)
        assert near(calls[shop & got.mine & ~got.letter], part * r.NEWS_CALLS)
        assert near(calls[shop & ~got.mine], part * r.OWNER_ASKS)
    assert ((got.back >= RECALL.now) & (got.back <= RECALL.end)).all()
    assert (got.reason == np.where(got.mine, Reason.CLAIM, Reason.USE_HELP)).all()
    assert got.calls[calls].min() > RECALL.now


def test_the_kernel_does_what_its_twin_does() -> None:
    n = 60
    rows, key = np.arange(n, dtype=np.int32), Streams(6, 1).key("disturbance.recall")
    kind = (rows % 2).astype(np.uint8)  # DIRECT, SELL_OUT
    o = facts_of(n, kind=kind)
    got = r.called_back(rows, key, o, RECALL)
    for k in range(n):
        want = twin(key, int(o.address[k]), bool(kind[k]), RECALL)
        assert (bool(got.mine[k]), bool(got.letter[k])) == (want.mine, want.letter)
        assert got.back[k] == want.back
        assert (np.isnan(got.calls[k]) and want.calls is None) or got.calls[k] == want.calls


def twin(key: np.uint64, who: int, shop: bool, recall: r.Recall) -> SimpleNamespace:
    """One owner."""
    mine = uniform(key, who, 0) < recall.share
    letter = mine and uniform(key, who, 2) < recall.letters
    share = r.OWNER_ASKS
    if mine:
        share = r.LETTER_CALLS if letter else r.NEWS_CALLS
    if shop:
        share *= ASKS_SHOP
    back = recall.now + max(recall.end - recall.now, 24.0) * uniform(key, who, 1)
    calls = recall.now + exponential(key, who, 4, 48.0 if letter else 168.0) if uniform(key, who, 3) < share else None
    return SimpleNamespace(mine=mine, letter=letter, back=back, calls=calls)
