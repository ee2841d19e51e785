"""What may keep a would-be buyer from buying: an empty shelf, and a question that nobody answers.

Who finds an item missing on a shelf waits for it, takes another one of the same brand and category, goes to another shop, or is lost
to the firm (another brand, or nothing). The shares are settings; Corsten and Gruen (2003, worldwide): wait 15 %, same brand 19,
other shop 31, the rest another brand or none. Each consumer has one addressed draw, so that nobody's reaction depends on others'.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.customers.loyalty_kernels import pick
from e2esim.domain.pasted import pasted_njit
from e2esim.streams.draws import Count, child, uniform

F = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

GONE, THERE = 1, 2  # what was told wrong of the stock: that there is none, that there is some
LOOKED, EMPTY, LOST = range(3)  # columns of `Hurdles.shelves`


class Hurdles(NamedTuple):
    """``keys``: reaction, other item, other shop; ``wait, other_item, other_shop`` [share], the rest is lost.

    ``kin`` (items,): items of one number stand in for each other; ``account_start, account_order, account_cdf``: shops of each cell;
    ``wallet`` (accounts,); ``answered`` (channels,): share of the would-be buyers who are not lost for want of an answer; ``shelves``
    (channels, 3): consumers who looked at a shelf, found it empty, and were lost there, counted up. ``touch``: stream of what breaks between
    channels, ``breaks`` (channels,) how often, ``wrong_price, wrong_stock`` [share]: see `misled`.
    """

    keys: npt.NDArray[np.uint64]
    wait: float
    other_item: float
    other_shop: float
    kin: I64
    account_start: I64
    account_order: I64
    account_cdf: F
    wallet: F
    answered: F
    shelves: F
    touch: np.uint64
    breaks: F
    wrong_price: float
    wrong_stock: float


@pasted_njit
def misled(who: Count, purchase: Count, channel: Count, hurdles: Hurdles) -> tuple[float, int]:
    """What a purchase was told wrong where channels do not talk: by how much the price seen elsewhere is too high (+) or too low (-) [share], and of the stock.

    Those whose journey breaks are the ones who tell it again afterwards (`market_kernels.write_purchases`: the same draw). Nothing is drawn where
    nothing is ever wrong.
    """
    h = hurdles
    if h.wrong_price <= 0.0 and h.wrong_stock <= 0.0:
        return 0.0, 0
    line = child(who, purchase)
    if uniform(h.touch, line, 0) >= h.breaks[channel]:
        return 0.0, 0
    seen = h.wrong_price if uniform(h.touch, line, 1) < 0.5 else -h.wrong_price
    u = uniform(h.touch, line, 2)
    return seen, GONE if u < 0.5 * h.wrong_stock else (THERE if u < h.wrong_stock else 0)


@pasted_njit
def stand_in(item: int, quantity: int, stock: F, kin: I64, item_cdf: F, u: float) -> int:
    """Another item of the same kin with ``quantity`` on the shelf, drawn by what the cell buys; -1 if there is none.

    >>> stand_in(0, 1, np.array([0.0, 2.0, 9.0]), np.array([5, 5, 7]), np.array([0.5, 0.8, 1.0]), 0.9)
    1
    """
    total = 0.0
    for k in range(kin.shape[0]):
        if k != item and kin[k] == kin[item] and stock[k] >= quantity:
            total += item_cdf[k] - (item_cdf[k - 1] if k > 0 else 0.0)
    found, gone = -1, 0.0
    for k in range(kin.shape[0]):
        if k != item and kin[k] == kin[item] and stock[k] >= quantity:
            weight = item_cdf[k] - (item_cdf[k - 1] if k > 0 else 0.0)
            gone += weight
            if weight > 0.0:
                found = k
            if gone >= u * total and found >= 0:
                break
    return found


@pasted_njit
def at_the_shelf(
    who: Count, purchase: Count, cell: Count, channel: Count, account: Count, item: int, quantity: int, item_cdf: F, on_hand: F, hurdles: Hurdles
) -> tuple[Count, int]:
    """Shop and item that a would-be buyer at ``account`` ends up with, waiting for it if it is missing there too; (-1, -1) = lost.

    ``on_hand`` (accounts, items). Who goes to another shop and does not find it there is lost.
    """
    h = hurdles
    h.shelves[channel, LOOKED] += 1.0
    if on_hand[account, item] >= quantity:
        return account, item
    h.shelves[channel, EMPTY] += 1.0
    u = uniform(h.keys[0], who, purchase)
    if u < h.wait:
        return account, item
    if u < h.wait + h.other_item:
        other = stand_in(item, quantity, on_hand[account], h.kin, item_cdf, uniform(h.keys[1], who, purchase))
        if other >= 0:
            return account, other
    elif u < h.wait + h.other_item + h.other_shop:
        shop = h.account_order[pick(h.account_cdf, h.account_start[cell], h.account_start[cell + 1], uniform(h.keys[2], who, purchase))]
        if h.wallet[shop] > 0.0 and on_hand[shop, item] >= quantity:
            return shop, item
    h.shelves[channel, LOST] += 1.0
    return -1, -1
