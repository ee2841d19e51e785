"""Discover, evaluate, buy: prospects arrive by cell, compare the firm with the best alternative and buy or not.

Arrivals are a time-changed Poisson process with addressed gaps, so that a change of intensity keeps everybody's luck.
Choice is a logit against competitors and not buying; utility is zero-centred at reference conditions.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.customers.circles import circle_of
from e2esim.customers.deciders import Deciders, least_convinced
from e2esim.customers.hurdle_kernels import GONE, THERE, Hurdles, at_the_shelf, misled
from e2esim.customers.loyalty_kernels import pick
from e2esim.domain.lean import lean_njit
from e2esim.domain.pasted import pasted_njit
from e2esim.streams.draws import Count, child, exponential, normal, uniform

F = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint8]
Buyers = npt.NDArray[np.void]

BUYER = np.dtype(
    [
        ("address", np.int64),
        ("t", np.float64),
        ("consumer", np.int32),
        ("cell", np.int16),
        ("segment", np.uint8),
        ("account", np.int16),
        ("item", np.int16),
        ("quantity", np.int32),
        ("lead_d", np.float32),
        ("price_ratio", np.float32),
        ("purchase", np.int32),
        ("financed", np.uint8),
        ("reward", np.float32),
        ("simple", np.uint8),
    ]
)  # one purchase on its way into the order book; consumer -1 = new customer


@pasted_njit
def offered_lead(
    cell: Count,
    account: Count,
    item: int,
    quantity: int,
    stockist: bool,
    direct_d: F,
    ship_wait_d: F,
    consumer_d: float,
    account_wait_d: F,
    on_hand: F,
) -> float:
    """Lead time shown to a consumer [days]: from the plant (``direct_d`` of the cell plus the item's wait) or from the shop's stock.

    ``on_hand`` (accounts, items): free stock of the accounts.
    """
    if not stockist:
        return float(direct_d[cell] + ship_wait_d[item])
    if on_hand[account, item] >= quantity:
        return consumer_d
    return float(consumer_d + account_wait_d[account] + ship_wait_d[item])


@pasted_njit
def utility(
    lead_d: float,
    reference_d: float,
    price_ratio: float,
    reputation: float,
    wallet: float,
    financed: bool,
    beta_lead: float,
    beta_price: float,
    anxiety: float,
    relief: float,
    conversion: float,
    reputation_weight: float,
    touch: float,
) -> float:
    """Utility of the firm relative to reference conditions (logit units).

    ``beta_lead``: relative loss of sales a day; ``beta_price``: percent of sales a percent of price, see `dearness` for ``price_ratio``. Divided by
    (1 - conversion) both are the logit slopes that give that.
    """
    u = -(beta_lead * (lead_d - reference_d) + beta_price * math.log(price_ratio)) / (1.0 - conversion)
    u += reputation_weight * reputation + touch - anxiety * (1.0 - (relief if financed else 0.0))
    return u + math.log(max(wallet, 1e-9))


@pasted_njit
def dearness(ratio: float, loss: float, usual: float) -> float:
    """Price over its reference as it weighs in a choice [1], where a loss weighs ``loss`` times a gain and both weigh 1 in the mean.

    Consumers answer prices above their reference more than prices below it (Kalyanaram and Winer 1995; Neumann and Boeckenholt 2014), and
    measured elasticities are means over both. What is a loss is judged by ``usual``, the price over the reference that they have got used to.

    >>> dearness(1.1, 1.0, 1.0) == 1.1, [round(math.log(dearness(x, 1.5, 1.0)) / math.log(x), 6) for x in (1.1, 0.9)]
    (True, [1.2, 0.8])
    >>> round(math.log(dearness(1.1, 1.5, 1.1)) / math.log(1.1), 6)  # dear, and known to be
    1.0
    """
    if loss == 1.0:
        return ratio
    if usual == 1.0:
        return float(ratio ** (2.0 * (loss if ratio > 1.0 else 1.0) / (1.0 + loss)))
    seems = ratio / usual
    return float(ratio * seems ** ((loss - 1.0) / (loss + 1.0) * (1.0 if seems > 1.0 else -1.0)))


class MarketCells(NamedTuple):
    """Cells of demand: address, channel, market; segments of a channel as a cumulative mix; accounts of a stockist's cell by weight."""

    code: I64
    channel: I64
    market: I64
    mix_cdf: F
    account_start: I64
    account_order: I64
    account_cdf: F


class Arrivals(NamedTuple):
    """Of each cell, changed in place: operational time, that of the next arrival, and its number."""

    clock: F
    due: F
    number: I64


class GoodsShown(NamedTuple):
    """What is chosen from: ``item_cdf``, price ``ratio`` (cells, items), share bought in pairs (items,), and the ratio that consumers are used to."""

    item_cdf: F
    ratio: F
    pair: F
    usual: float


class LeadShown(NamedTuple):
    """Lead times shown to consumers and expected by them, see `offered_lead`; ``consumer_d, reference_d`` by channel."""

    stockist: npt.NDArray[np.bool_]
    direct_d: F
    ship_wait_d: F
    consumer_d: F
    reference_d: F
    account_wait_d: F
    on_hand: F


class Standing(NamedTuple):
    """How the firm stands: reputation by market and circle, share of wallet by account, touchpoints by channel and segment, weight of words by channel,
    and an offset [utility]; ``belief`` (cells, items) what claims add [utility]; ``circles`` of households in a market, `circles.circle_of`.
    """

    reputation: F
    wallet: F
    touch: F
    offset: float
    word_weight: F
    belief: F
    circles: int


class Tastes(NamedTuple):
    """How segments choose, (segments,) each: instalments taken and what they relieve, slopes, anxiety, how many people decide, share of repeat purchases
    that are simple; conversion at reference.

    ``card`` (channels,): share of the customers who hold a loyalty card, which gives ``reward`` [share] of the price back from the second purchase on;
    ``price_loss`` [1]: weight of a price above its reference against one below; ``roles``: who decides together, where a segment says so.
    """

    financing_use: F
    relief: float
    beta_lead: F
    beta_price: F
    anxiety: F
    deciders: F
    simple: F
    conversion: float
    card: F
    reward: float
    price_loss: float
    roles: Deciders


class MetBefore(NamedTuple):
    """Counts, (cells, segments) each: ``people`` who weighed a purchase, and ``sway``, purchases that one unit of utility more would have added."""

    people: F
    sway: F


class Weighing(NamedTuple):
    """One purchase weighed: by whom (address), its number, when [h], where, whether by a customer with a need, and whether as simply as the last one."""

    who: Count
    purchase: Count
    t: float
    cell: Count
    segment: Count
    account: Count
    loyal: bool
    simple: bool


class CustomersDue(NamedTuple):
    """Columns of the consumers, each (capacity,)."""

    address: I64
    cell: npt.NDArray[np.int16]
    segment: U8
    account: npt.NDArray[np.int16]
    purchases: npt.NDArray[np.uint16]


DISSENT = 1.8  # [utility] spread of opinions among those who decide: 81 / 55 / 60 / 31 % bought where 1 / 2 / 3 / 6 decided (CEB survey)


@pasted_njit
def agreed(key: np.uint64, who: Count, purchase: Count, people: float) -> float:
    """What the least convinced of those who decide takes from a purchase [utility], 0 where one decides; a part of a person decides now and then.

    >>> agreed(np.uint64(1), 5, 1, 1.0)
    0.0
    """
    if people <= 1.0:
        return 0.0
    many = int(people) + (1 if uniform(key, who, 100 * purchase) < people - int(people) else 0)
    least = 0.0
    if many > 1:
        least = normal(key, who, 100 * purchase + 1)
        for k in range(2, many + 1):
            least = min(least, normal(key, who, 100 * purchase + k))
    return DISSENT * least


@pasted_njit
def consider(
    keys: npt.NDArray[np.uint64],
    one: Weighing,
    cells: MarketCells,
    goods: GoodsShown,
    lead: LeadShown,
    firm: Standing,
    tastes: Tastes,
    hurdles: Hurdles,
    met: MetBefore,
    out: Buyers,
    m: int,
) -> bool:
    """One consumer weighs one purchase; True (and a filled buyer ``out[m]``) if the firm gets it.

    A prospect buys with the logit around the conversion, a customer with a need with min(1, exp((1 - conversion) u)): near reference conditions a change moves
    the purchases of both by the same percentage. In a shop whose shelf lacks the item the
    consumer may weigh another one, or another shop (`Hurdles`).
    Who buys simply decides alone, asks nothing first and meets nothing that sways; of others ``met.sway`` adds up what one unit of utility more
    does to the chance. ``keys``: item, pair, financing, price, choice, agreement, gap, facts, card, simple, circle.
    """
    who, purchase, cell, segment, account = one.who, one.purchase, one.cell, one.segment, one.account
    c = cells.channel[cell]
    item = pick(goods.item_cdf[cell], 0, goods.item_cdf.shape[1], uniform(keys[0], who, purchase))
    quantity = 2 if uniform(keys[1], who, purchase) < goods.pair[item] else 1
    financed = uniform(keys[2], who, purchase) < tastes.financing_use[segment]
    if lead.stockist[c] and account >= 0:
        account, item = at_the_shelf(who, purchase, cell, c, account, item, quantity, goods.item_cdf[cell], lead.on_hand, hurdles)
        if account < 0:
            return False
    seen, told = (0.0, 0) if one.simple else misled(who, purchase, c, hurdles)
    if told == GONE or (told == THERE and account >= 0 and lead.on_hand[account, item] < quantity):
        return False
    reward = tastes.reward if one.loyal and uniform(keys[8], who, 0) < tastes.card[c] else 0.0
    ratio = goods.ratio[cell, item] * math.exp(0.05 * normal(keys[3], who, purchase)) * (1.0 - reward)
    shown_d = offered_lead(
        cell, account, item, quantity, lead.stockist[c], lead.direct_d, lead.ship_wait_d, lead.consumer_d[c], lead.account_wait_d, lead.on_hand
    )
    dear = dearness(ratio * (1.0 + abs(seen)), tastes.price_loss, goods.usual)
    reputation = firm.reputation[cells.market[cell] * firm.circles + circle_of(keys[10], who, firm.circles)]
    u = firm.offset + utility(
        shown_d,
        lead.reference_d[c],
        dear,
        reputation,
        firm.wallet[account] if account >= 0 else 1.0,
        financed,
        tastes.beta_lead[segment],
        tastes.beta_price[segment],
        tastes.anxiety[segment],
        tastes.relief,
        tastes.conversion,
        firm.word_weight[c],
        firm.touch[c, segment] + firm.belief[cell, item],
    )
    if not one.simple:
        if tastes.roles.start[segment + 1] > tastes.roles.start[segment]:
            price_u = -tastes.beta_price[segment] * math.log(dear) / (1.0 - tastes.conversion)
            lead_u = -tastes.beta_lead[segment] * (shown_d - lead.reference_d[c]) / (1.0 - tastes.conversion)
            u += least_convinced(keys[5], who, purchase, segment, c, tastes.roles, price_u, lead_u, firm.word_weight[c] * reputation)
        else:
            u += agreed(keys[5], who, purchase, tastes.deciders[segment])
    if one.loyal:
        chance = min(1.0, math.exp((1.0 - tastes.conversion) * u))
        slope = (1.0 - tastes.conversion) * chance if u < 0.0 else 0.0
    else:
        chance = 1.0 / (1.0 + (1.0 - tastes.conversion) / tastes.conversion * math.exp(-u))
        slope = chance * (1.0 - chance)
    if not one.simple:
        chance *= hurdles.answered[c]
        met.sway[cell, segment] += slope * hurdles.answered[c]
    if uniform(keys[4], who, np.int64(one.t) if one.loyal else purchase) >= chance:  # who bought elsewhere weighs the next need anew
        return False
    x = out[m]
    x["address"], x["t"], x["cell"], x["segment"], x["account"] = who, one.t, cell, segment, account
    x["item"], x["quantity"], x["lead_d"], x["price_ratio"] = item, quantity, shown_d, ratio * (1.0 - min(seen, 0.0))
    x["purchase"], x["financed"], x["reward"], x["simple"] = purchase, 1 if financed else 0, reward, 1 if one.simple else 0
    return True


@lean_njit
def prospects(
    keys: npt.NDArray[np.uint64],
    hours: tuple[float, float],
    mu: F,
    came: Arrivals,
    cells: MarketCells,
    goods: GoodsShown,
    lead: LeadShown,
    firm: Standing,
    tastes: Tastes,
    hurdles: Hurdles,
    met: MetBefore,
    out: Buyers,
) -> tuple[int, int]:
    """Prospects of one tick (begin and length in ``hours``), all cells; returns (buyers written to ``out``, prospects seen).

    ``keys``: those of `consider`; ``mu`` (cells,): expected prospects in the tick; ``met`` counts who
    weighed a purchase.
    """
    m = 0
    seen = 0
    key_gap, key_facts = keys[6], keys[7]
    t0, tick_h = hours
    for cell in range(mu.shape[0]):
        before = came.clock[cell]
        came.clock[cell] = before + mu[cell]
        c = cells.channel[cell]
        a0, a1 = cells.account_start[cell], cells.account_start[cell + 1]
        while came.due[cell] <= came.clock[cell]:
            t = t0 + tick_h * (came.due[cell] - before) / mu[cell]
            who = child(cells.code[cell], came.number[cell])
            came.number[cell] += 1
            came.due[cell] += exponential(key_gap, who, 0, 1.0)
            seen += 1
            segment = pick(cells.mix_cdf[c], 0, cells.mix_cdf.shape[1], uniform(key_facts, who, 0))
            account = -1
            if lead.stockist[c]:
                if a0 == a1:
                    continue
                account = cells.account_order[pick(cells.account_cdf, a0, a1, uniform(key_facts, who, 4))]
                if firm.wallet[account] <= 0.0:
                    continue
            met.people[cell, segment] += 1.0
            one = Weighing(who, 1, t, cell, segment, account, False, False)
            if m < out.shape[0] and consider(keys, one, cells, goods, lead, firm, tastes, hurdles, met, out, m):
                out[m]["consumer"] = -1
                m += 1
    return m, seen


@pasted_njit
def returning(
    keys: npt.NDArray[np.uint64],
    rows: I32,
    t: F,
    people: CustomersDue,
    cells: MarketCells,
    goods: GoodsShown,
    lead: LeadShown,
    firm: Standing,
    tastes: Tastes,
    hurdles: Hurdles,
    met: MetBefore,
    out: Buyers,
    lost: I32,
) -> tuple[int, int]:
    """Customers with a need at ``t`` [h] who stay: buy again now, or take this need elsewhere (written to ``lost``); returns (buyers, lost).

    Who buys simply meets no touchpoint before: ``met`` counts the others.
    """
    m = 0
    away = 0
    for k in range(rows.shape[0]):
        who = rows[k]
        cell, segment, account = np.int64(people.cell[who]), np.int64(people.segment[who]), np.int64(people.account[who])
        again = np.int64(people.purchases[who]) + 1
        simple = uniform(keys[9], people.address[who], again) < tastes.simple[segment]
        met.people[cell, segment] += 0.0 if simple else 1.0
        one = Weighing(people.address[who], again, t[k], cell, segment, account, True, simple)
        if consider(keys, one, cells, goods, lead, firm, tastes, hurdles, met, out, m):
            out[m]["consumer"] = who
            m += 1
        else:
            lost[away] = who
            away += 1
    return m, away
