"""KPIs of loyalty: who stays, for how long, what customers are worth."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.outcome import Buyer
from e2esim.kpi import loyalty_kernels as k
from e2esim.kpi.groups import GroupCells, base_cells, check_codes, fold, ratio
from e2esim.kpi.money import Money
from e2esim.kpi.money_kernels import DISCOUNTED
from e2esim.kpi.needs import buying
from e2esim.kpi.reading import Reading, filled
from e2esim.kpi.table import Findings

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]


def consumers_by_group(reading: Reading, margin: Floats) -> Floats:
    """Sums of `LOYALTY` over consumers, (n_groups, n_measures); ``margin`` (n_channels, n_categories) [EUR]."""
    c, o = reading.consumers, reading.orders
    traces = _traces(reading)
    k.trace_purchases(
        o["consumer"],
        o["kind"],
        o["state"],
        o["placed"],
        o["item"],
        reading.item_brand,
        reading.start,
        reading.end,
        *traces,
    )
    cells = base_cells(c["channel"], c["segment"], c["market"], reading.outcome.labels)
    return _sum_loyalty(
        reading,
        c,
        cells,
        (c["next"], c["alive"], c["rate"], c["drop"], c["purchases"], c["value_eur"]),
        traces,
        reading.outcome.terms.active_windows(),
        margin,
    )


def accounts_by_group(reading: Reading, worth: Floats) -> tuple[Floats, float]:
    """Sums of `LOYALTY` over trade accounts by group, (n_groups, n_measures), and the mean share of wallet of the
    active ones.

    ``worth``: (n_accounts,) contribution of the window [EUR]. Own branches are no customers.
    """
    outcome, terms = reading.outcome, reading.outcome.terms
    columns = filled(outcome.accounts)
    check_codes("channel", columns["channel"], len(outcome.labels.channels))
    check_codes("segment", columns["segment"], len(outcome.labels.segments))
    customer = np.flatnonzero(terms.channel_buyer[columns["channel"]] != Buyer.OWN)
    a = {name: column[customer] for name, column in columns.items()}
    n = customer.size
    window = 24.0 * terms.segment_window_d[a["segment"]].astype(np.float64)
    known = (a["active_start"] == 1) | ((a["first"] >= 0.0) & (a["first"] < reading.start))
    last = np.where(np.isnan(a["last"]) & (a["active_start"] == 1), 0.0, a["last"])  # no order since the opening
    before = np.where(last < reading.start, last, np.where(known, reading.start, -np.inf))
    again = ((last >= reading.end - window) & ~(a["left"] < reading.end)).astype(np.uint8)
    zero, none = np.zeros(n, dtype=np.float32), np.full(n, -1, dtype=np.int16)
    traces = k.PurchaseTraces(before.astype(np.float32), again, none, none)
    a |= {"last": last.astype(np.float32), "category": np.zeros(n, dtype=np.uint8)}
    a["scar"] = np.zeros(n, dtype=np.float32)
    a["memory_t"] = np.full(n, reading.end, dtype=np.float32)  # an account does not forget
    cells = base_cells(a["channel"], a["segment"], a["market"], outcome.labels)
    due_always = np.full(n, reading.start, dtype=np.float32)
    windows = 24.0 * np.asarray(terms.segment_window_d, dtype=np.float64)[:, None]
    margin = np.zeros((len(outcome.labels.channels), 1))
    sums = _sum_loyalty(
        reading,
        a,
        cells,
        (due_always, np.zeros(n, dtype=np.uint8), zero, zero, np.zeros(n, dtype=np.uint16), worth[customer].astype(np.float32)),
        traces,
        windows,
        margin,
    )
    active = (last >= reading.end - window) & (a["first"] < reading.end) & ~(a["left"] < reading.end)
    return sums, float(a["wallet"][active].mean()) if active.any() else float("nan")


def measure_loyalty(reading: Reading, money: Money, findings: Findings) -> Floats:
    """Take the KPIs of the topic; return the consumers active at the end of the window, (n_groups,)."""
    people = consumers_by_group(reading, money.margin_per_purchase())
    trade, wallet = accounts_by_group(reading, money.by_account)
    if not _brands_known(reading):
        people[reading.groups.slice("brand")] = 0.0
    both = people + trade
    _retention(both, people, trade, findings)
    _seniority(both, findings)
    findings.put("clv", ratio(people[:, k.CLV], people[:, k.END]), people[:, k.END])
    findings.put("clv_new", ratio(people[:, k.CLV_NEW], people[:, k.NEW]), people[:, k.NEW])
    served = people[:, k.START] + people[:, k.NEW]
    findings.put("clv_realised", ratio(money.by_group[:, DISCOUNTED], served), served)
    _trade_value(reading, trade, findings)
    _value_at_end(reading, people, findings)
    findings.put("trade_satisfaction", ratio(trade[:, k.MEMORY], trade[:, k.END]), trade[:, k.END])
    findings.put_one("wallet", wallet, float(trade[0, k.END]))
    findings.put("advantage", ratio(both[:, k.MEMORY], both[:, k.END]) - reading.outcome.terms.competitor_satisfaction, both[:, k.END])
    return np.asarray(people[:, k.END])


def _value_at_end(reading: Reading, people: Floats, findings: Findings) -> None:
    """Expected remaining margin of the firm's customers: consumers of its own channels, and trade accounts."""
    terms, a = reading.outcome.terms, filled(reading.outcome.accounts)
    ours = terms.channel_buyer != Buyer.B2B
    consumers = people[reading.groups.slice("channel")][ours]
    account = (terms.channel_buyer[a["channel"]] == Buyer.B2B) & ~(a["left"] < reading.end)
    years = years_worth(a["loss_y"][account].astype(np.float64), terms.discount_y, terms.clv_horizon_y)
    trade = float((a["margin_y"][account].astype(np.float64) * years).sum())
    findings.put_one("customer_value", float(consumers[:, k.CLV].sum()) + trade, float(consumers[:, k.END].sum() + account.sum()))


def years_worth(loss_y: Floats, discount_y: float, horizon_y: float) -> Floats:
    """Years of margin that a customer lost at ``loss_y`` [1/year] still brings, discounted, within the horizon, (n,) [years].

    >>> years_worth(np.array([0.0, 0.1]), 0.0, 10.0).round(3).tolist()
    [10.0, 6.321]
    """
    decay = np.asarray(loss_y, dtype=np.float64) + math.log1p(discount_y)
    return np.where(decay > 1e-9, -np.expm1(-decay * horizon_y) / np.maximum(decay, 1e-9), horizon_y)


def _traces(reading: Reading) -> k.PurchaseTraces:
    """Last purchase before the window, bought in it, brand before it, brand now: before any row is read."""
    c, outcome = reading.consumers, reading.outcome
    n, opening = outcome.consumers.n, outcome.opening_last.shape[0]
    if opening > n:
        raise ValueError(f"opening_last holds {opening} consumers, but the table has only {n}")
    last_before = np.where(c["last"] < reading.start, c["last"], -np.inf).astype(np.float32)
    np.maximum(last_before[:opening], outcome.opening_last, out=last_before[:opening])
    if not opening:  # the best that is known of somebody who bought again: the first purchase
        np.maximum(last_before, np.where(c["first"] < reading.start, c["first"], -np.inf), out=last_before)
    brand = np.full(n, -1, dtype=np.int16)
    brand[:opening] = outcome.opening_brand
    return k.PurchaseTraces(last_before, np.zeros(n, dtype=np.uint8), brand, brand.copy())


def _sum_loyalty(
    reading: Reading,
    c: dict[str, Array],
    cells: GroupCells,
    own: tuple[Array, Array, Array, Array, Array, Array],
    traces: k.PurchaseTraces,
    window_h: Floats,
    margin: Floats,
) -> Floats:
    terms = reading.outcome.terms
    due_at, alive, rate, drop, purchases, worth = own
    sums = np.zeros((cells.count, k.LOYALTY))
    people = k.Clientele(
        cells.of_row, c["segment"], c["channel"], c["category"], c["first"], c["last"], due_at, c["left"], alive, rate, drop, purchases,
        c["memory"], c["memory_t"], c["scar"], worth,
    )  # fmt: skip
    law = k.CustomerLaw(
        brands=cells.brands,
        window_h=window_h,
        life_y=np.asarray(terms.category_life_y, dtype=np.float64),
        theta=np.asarray(terms.segment_theta, dtype=np.float64),
        rival=terms.competitor_satisfaction,
        memory_base=terms.memory_base,
        forget_h=math.log(2.0) / (24.0 * terms.memory_half_life_d),
        delight=terms.delight,
        margin=margin,
        buying=buying(reading),
        discount_y=math.log1p(terms.discount_y),
        horizon_y=terms.clv_horizon_y,
    )
    k.loyalty(people, traces, law, reading.start, reading.end, sums)
    return fold(sums, cells, reading.groups)


def _brands_known(reading: Reading) -> bool:
    """A brand's customers can be told only if the brands of the installed base are known."""
    outcome = reading.outcome
    known = outcome.opening_brand.size > 0 or not bool((reading.consumers["first"] < 0).any())
    return known and not bool((outcome.opening_brand < 0).any())


def _retention(both: Floats, people: Floats, trade: Floats, findings: Findings) -> None:
    kept = ratio(both[:, k.AGAIN], both[:, k.START])
    findings.put("crr", kept, both[:, k.START])
    findings.put("churn", 1.0 - kept, both[:, k.START])
    findings.put("crr_due", ratio(both[:, k.AGAIN], both[:, k.DUE]), both[:, k.DUE])
    findings.put("crr_consumer", ratio(people[:, k.AGAIN], people[:, k.START]), people[:, k.START])
    findings.put("crr_trade", ratio(trade[:, k.AGAIN], trade[:, k.START]), trade[:, k.START])
    findings.put("cdr", ratio(both[:, k.END] - both[:, k.START], both[:, k.START]), both[:, k.START])
    findings.put("customers", both[:, k.END], both[:, k.END])
    findings.put("new_customers", both[:, k.NEW], both[:, k.NEW])


def _seniority(both: Floats, findings: Findings) -> None:
    for name, above, below, n in (
        ("acs", k.YEARS_END, k.END, k.END),
        ("acs_value", k.WORTH_YEARS, k.WORTH, k.END),
        ("acs_stayers", k.YEARS_STAYED, k.STAYED, k.STAYED),
        ("acs_leavers", k.YEARS_GONE, k.GONE, k.GONE),
        ("memory", k.MEMORY, k.END, k.END),
    ):
        findings.put(name, ratio(both[:, above], both[:, below]), both[:, n])


def _trade_value(reading: Reading, trade: Floats, findings: Findings) -> None:
    """Value of an account at today's yearly contribution and loss rate."""
    terms, years = reading.outcome.terms, reading.outcome.window_y
    yearly = ratio(trade[:, k.GAIN] * reading.a_year, trade[:, k.END])
    lost = np.nan_to_num(ratio(trade[:, k.GONE], trade[:, k.START] * years))
    findings.put("clv_trade", yearly * years_worth(lost, terms.discount_y, terms.clv_horizon_y), trade[:, k.END])
