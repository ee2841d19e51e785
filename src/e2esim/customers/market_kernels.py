"""Discover, evaluate, buy: prospects arrive by cell, compare the firm with the best alternative and buy or not.

Arrivals are a time-changed Poisson process with addressed gaps, so that a change of intensity keeps everybody's luck.
Choice is a logit against competitors and not buying; utility is zero-centred at reference conditions.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from e2esim.customers.loyalty_kernels import pick
from e2esim.streams.draws import Count, child, exponential, normal, uniform

F = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]

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
    ]
)  # one purchase on its way into the order book; consumer -1 = new customer


@njit(cache=True)
def offered_lead(
    cell: int,
    account: int,
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


@njit(cache=True)
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

    ``beta_lead``: relative loss of sales a day; divided by (1 - conversion) it is the logit slope that gives it.
    """
    u = -beta_lead / (1.0 - conversion) * (lead_d - reference_d) - beta_price * math.log(price_ratio)
    u += reputation_weight * reputation + touch - anxiety * (1.0 - (relief if financed else 0.0))
    return u + math.log(max(wallet, 1e-9))


@njit(cache=True)
def consider(
    keys: npt.NDArray[np.uint64],
    who: Count,
    purchase: Count,
    t: float,
    cell: int,
    segment: int,
    account: int,
    conversion: float,
    loyal: bool,
    item_cdf: F,
    pair: F,
    ratio: F,
    stockist: bool,
    direct_d: F,
    ship_wait_d: F,
    consumer_d: float,
    reference_d: float,
    account_wait_d: F,
    on_hand: F,
    reputation: float,
    wallet: float,
    touch: float,
    offset: float,
    financing_use: float,
    relief: float,
    beta_lead: float,
    beta_price: float,
    anxiety: float,
    reputation_weight: float,
    out: npt.NDArray[np.void],
    m: int,
) -> bool:
    """One consumer weighs one purchase; True (and a filled buyer ``out[m]``) if the firm gets it.

    ``loyal``: a customer with a need buys with min(1, exp(u)); a prospect with the logit around ``conversion``.
    ``keys``: item, pair, financing, price, choice.
    """
    item = pick(item_cdf, 0, item_cdf.shape[0], uniform(keys[0], who, purchase))
    quantity = 2 if uniform(keys[1], who, purchase) < pair[item] else 1
    financed = uniform(keys[2], who, purchase) < financing_use
    price_ratio = ratio[item] * math.exp(0.05 * normal(keys[3], who, purchase))
    lead_d = offered_lead(cell, account, item, quantity, stockist, direct_d, ship_wait_d, consumer_d, account_wait_d, on_hand)
    u = offset + utility(
        lead_d, reference_d, price_ratio, reputation, wallet, financed, beta_lead, beta_price, anxiety, relief, conversion, reputation_weight, touch
    )
    if loyal:
        chance = min(1.0, math.exp(u))
    else:
        chance = 1.0 / (1.0 + (1.0 - conversion) / conversion * math.exp(-u))
    if uniform(keys[4], who, np.int64(t) if loyal else purchase) >= chance:  # who bought elsewhere weighs the next need anew
        return False
    one = out[m]
    one["address"], one["t"], one["cell"], one["segment"], one["account"] = who, t, cell, segment, account
    one["item"], one["quantity"], one["lead_d"], one["price_ratio"] = item, quantity, lead_d, price_ratio
    one["purchase"], one["financed"] = purchase, 1 if financed else 0
    return True


@njit(cache=True)
def prospects(
    keys: npt.NDArray[np.uint64],
    key_gap: np.uint64,
    key_facts: np.uint64,
    t0: float,
    tick_h: float,
    mu: F,
    clock: F,
    due: F,
    number: I64,
    cell_code: I64,
    cell_channel: I64,
    cell_market: I64,
    item_cdf: F,
    ratio: F,
    pair: F,
    mix_cdf: F,
    account_start: I64,
    account_order: I64,
    account_cdf: F,
    stockist: npt.NDArray[np.bool_],
    direct_d: F,
    ship_wait_d: F,
    consumer_d: F,
    reference_d: F,
    account_wait_d: F,
    on_hand: F,
    reputation: F,
    wallet: F,
    touch: F,
    offset: float,
    financing_use: F,
    relief: float,
    beta_lead: F,
    beta_price: F,
    anxiety: F,
    conversion: float,
    reputation_weight: F,
    met: F,
    out: npt.NDArray[np.void],
) -> tuple[int, int]:
    """Prospects of one tick, all cells; returns (buyers written to ``out``, prospects seen).

    ``mu`` (cells,): expected prospects in the tick; ``clock, due, number`` (cells,): operational time, that of the next
    arrival, and its number (changed in place); ``item_cdf, ratio`` (cells, items); ``ship_wait_d`` (items,); ``met``
    (cells, segments) counts who weighed a purchase.
    """
    m = 0
    seen = 0
    for cell in range(mu.shape[0]):
        before = clock[cell]
        clock[cell] = before + mu[cell]
        c, market = cell_channel[cell], cell_market[cell]
        while due[cell] <= clock[cell]:
            t = t0 + tick_h * (due[cell] - before) / mu[cell]
            who = child(cell_code[cell], number[cell])
            number[cell] += 1
            due[cell] += exponential(key_gap, who, 0, 1.0)
            seen += 1
            segment = pick(mix_cdf[c], 0, mix_cdf.shape[1], uniform(key_facts, who, 0))
            account = -1
            w = 1.0
            if stockist[c]:
                if account_start[cell] == account_start[cell + 1]:
                    continue
                account = account_order[pick(account_cdf, account_start[cell], account_start[cell + 1], uniform(key_facts, who, 4))]
                w = wallet[account]
                if w <= 0.0:
                    continue
            met[cell, segment] += 1.0
            if m < out.shape[0] and consider(
                keys,
                who,
                1,
                t,
                cell,
                segment,
                account,
                conversion,
                False,
                item_cdf[cell],
                pair,
                ratio[cell],
                stockist[c],
                direct_d,
                ship_wait_d,
                consumer_d[c],
                reference_d[c],
                account_wait_d,
                on_hand,
                reputation[market],
                w,
                touch[c],
                offset,
                financing_use[segment],
                relief,
                beta_lead[segment],
                beta_price[segment],
                anxiety[segment],
                reputation_weight[c],
                out,
                m,
            ):
                out[m]["consumer"] = -1
                m += 1
    return m, seen


@njit(cache=True)
def returning(
    keys: npt.NDArray[np.uint64],
    rows: I32,
    t: F,
    address: I64,
    c_cell: npt.NDArray[np.int16],
    c_segment: U8,
    c_account: npt.NDArray[np.int16],
    purchases: npt.NDArray[np.uint16],
    cell_channel: I64,
    cell_market: I64,
    item_cdf: F,
    ratio: F,
    pair: F,
    stockist: npt.NDArray[np.bool_],
    direct_d: F,
    ship_wait_d: F,
    consumer_d: F,
    reference_d: F,
    account_wait_d: F,
    on_hand: F,
    reputation: F,
    wallet: F,
    touch: F,
    offset: float,
    financing_use: F,
    relief: float,
    beta_lead: F,
    beta_price: F,
    anxiety: F,
    conversion: float,
    reputation_weight: F,
    loop: bool,
    met: F,
    out: npt.NDArray[np.void],
    lost: I32,
) -> tuple[int, int]:
    """Customers with a need who stay: buy again now, or take this need elsewhere (written to ``lost``); returns (buyers, lost).

    With ``loop`` false every need is bought from the firm: exactly BG/NBD.
    """
    m = 0
    away = 0
    for k in range(rows.shape[0]):
        who = rows[k]
        cell = c_cell[who]
        c, market, account = cell_channel[cell], cell_market[cell], c_account[who]
        w = 1.0
        if account >= 0:
            w = wallet[account]
        segment = c_segment[who]
        heard, shift = (reputation[market], offset) if loop else (0.0, 50.0)
        if not loop:
            w = 1.0
        met[cell, segment] += 1.0
        if consider(
            keys,
            address[who],
            np.int64(purchases[who]) + 1,
            t[k],
            cell,
            segment,
            account,
            conversion,
            True,
            item_cdf[cell],
            pair,
            ratio[cell],
            stockist[c],
            direct_d,
            ship_wait_d,
            consumer_d[c],
            reference_d[c],
            account_wait_d,
            on_hand,
            heard,
            w,
            touch[c],
            shift,
            financing_use[segment],
            relief,
            beta_lead[segment],
            beta_price[segment],
            anxiety[segment],
            reputation_weight[c],
            out,
            m,
        ):
            out[m]["consumer"] = who
            m += 1
        else:
            lost[away] = who
            away += 1
    return m, away


@njit(cache=True)
def write_purchases(
    buyers: npt.NDArray[np.void],
    m: int,
    row0: int,
    margin_d: int,
    first_weekday: int,
    consumer_of: I32,
    key_service: np.uint64,
    key_break: np.uint64,
    cell_channel: I64,
    cell_market: I64,
    stockist: npt.NDArray[np.bool_],
    own: npt.NDArray[np.bool_],
    price: F,
    cost: F,
    install: F,
    needs_use: float,
    collect_use: float,
    follow_use: float,
    breaks: F,
    address: I64,
    kind: U8,
    order_no: I32,
    consumer: I32,
    account: npt.NDArray[np.int16],
    item: npt.NDArray[np.int16],
    quantity: I32,
    channel: U8,
    market: U8,
    segment: U8,
    node: npt.NDArray[np.int16],
    problems: U8,
    services: U8,
    repeat: U8,
    placed: F32,
    requested: F32,
    promised: F32,
    revenue: F32,
    cost_eur: F32,
    price_ratio: F32,
) -> None:
    """Write ``m`` buyers as order lines from ``row0``; ``promised`` holds what was shown, the promise rule may move it.

    ``breaks`` (channels,): probability that what the customer said before is lost, which leaves a problem.
    """
    for k in range(m):
        b = buyers[k]
        r = row0 + k
        cell = b["cell"]
        c = cell_channel[cell]
        line = child(b["address"], b["purchase"])
        address[r], order_no[r], consumer[r], account[r] = line, r, consumer_of[k], b["account"]
        item[r], quantity[r], channel[r], market[r], segment[r] = b["item"], b["quantity"], c, cell_market[cell], b["segment"]
        kind[r] = 1 if stockist[c] else 0
        node[r] = 1 + b["account"] if stockist[c] else 0
        repeat[r] = 1 if b["purchase"] > 1 else 0
        placed[r] = b["t"]
        requested[r] = b["t"]
        day = math.floor((b["t"] / 24.0) + b["lead_d"]) + margin_d
        if (day + first_weekday) % 7 == 6:  # nobody delivers on Sundays
            day += 1
        promised[r] = (day + 0.75) * 24.0
        if own[c] or not stockist[c]:  # what a trade account sells earned its money when the firm sold it
            revenue[r] = price[b["item"], c] * b["quantity"]
            cost_eur[r] = cost[b["item"]] * b["quantity"]
        price_ratio[r] = b["price_ratio"]
        bits = 1 if b["financed"] else 0
        if uniform(key_service, line, 0) < needs_use and not stockist[c]:
            bits |= 2
        if uniform(key_service, line, 1) < install[c]:
            bits |= 4
            if uniform(key_service, line, 2) < collect_use:
                bits |= 8
        if uniform(key_service, line, 3) < follow_use:
            bits |= 16
        services[r] = bits
        problems[r] = 16 if uniform(key_break, line, 0) < breaks[c] else 0
