"""A recall as its customers live it: whose piece is called back, who has a letter, who calls, when the goods come back.

The firm writes to a share of those whose piece is called back; the others hear of it in the news. Who has a letter that names the day of the
collection calls less often, who has none calls to arrange it; of those who own a piece that is sound some ask whether theirs is (shares assumed).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.customers.books import OrderFacts
from e2esim.customers.journey_kernels import ASKS_SHOP
from e2esim.domain.book import OrderKind, Reason
from e2esim.domain.lean import counting_njit
from e2esim.streams.draws import exponential, uniform

F = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
B = npt.NDArray[np.bool_]
U8 = npt.NDArray[np.uint8]

LETTER_CALLS = 0.4  # [share] of those with a letter who call to arrange the collection, assumed
NEWS_CALLS = 1.0  # [share] of those without, assumed
OWNER_ASKS = 0.1  # [share] of the owners of sound pieces who ask whether theirs is, assumed
LETTER_H, NEWS_H = 48.0, 168.0  # [h] mean time until somebody calls who has a letter, or hears the news, assumed
LEAST_H = 24.0  # [h] least time in which goods come back
_SELL_OUT, _CLAIM, _HELP = int(OrderKind.SELL_OUT), int(Reason.CLAIM), int(Reason.USE_HELP)


class Recall(NamedTuple):
    """What is called back: share of the pieces, share of their owners who get a letter, from when to when [h]."""

    share: float
    letters: float
    now: float
    end: float


class CalledBack(NamedTuple):
    """What a recall does to the owners of ``rows``: (n,) each; calls never made are NaN."""

    mine: B  # whose piece is called back
    letter: B
    back: F  # [h] when the goods come back
    calls: F  # [h] when the owner calls
    reason: U8


@counting_njit
def call_back(rows: I32, key: np.uint64, o: OrderFacts, recall: Recall, out: CalledBack) -> None:
    """Write what the owners of ``rows`` (delivered order lines) will do."""
    over = max(recall.end - recall.now, LEAST_H)
    for k in range(rows.shape[0]):
        r = rows[k]
        who = o.address[r]
        mine = uniform(key, who, 0) < recall.share
        letter = mine and uniform(key, who, 2) < recall.letters
        share = (LETTER_CALLS if letter else NEWS_CALLS) if mine else OWNER_ASKS
        if o.kind[r] == _SELL_OUT:
            share *= ASKS_SHOP
        out.mine[k], out.letter[k] = mine, letter
        out.back[k] = recall.now + over * uniform(key, who, 1)
        out.reason[k] = _CLAIM if mine else _HELP
        out.calls[k] = recall.now + exponential(key, who, 4, LETTER_H if letter else NEWS_H) if uniform(key, who, 3) < share else np.nan


def called_back(rows: I32, key: np.uint64, o: OrderFacts, recall: Recall) -> CalledBack:
    """What the owners of ``rows`` (n,) will do."""
    n = len(rows)
    out = CalledBack(np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_), np.empty(n), np.empty(n), np.empty(n, dtype=np.uint8))
    call_back(rows, key, o, recall, out)
    return out
