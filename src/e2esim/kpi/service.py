"""KPIs of promises and deliveries."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import LateCause, LineProblem, OrderKind, OrderState
from e2esim.domain.events import Event
from e2esim.domain.outcome import Tier
from e2esim.kpi import delivery_kernels as k
from e2esim.kpi.groups import fold, ratio
from e2esim.kpi.reading import Reading, filled
from e2esim.kpi.table import Findings

Floats = npt.NDArray[np.float64]

READY_H = 72.0  # [h] goods assigned within it = off the shelf; a weekend fits in


def _lines(reading: Reading) -> k.LinesServed:
    return k.LinesServed(*(reading.orders[name] for name in k.LinesServed._fields))


def served_by_group(reading: Reading) -> tuple[Floats, Floats]:
    """Sums of `SERVED` by group, (n_groups, n_measures) each: promises of the firm, and what consumers saw."""
    cells, outcome = reading.order_cells, reading.outcome
    over = k.weeks_over_forecast(outcome.forecast_weekly, outcome.actual_weekly)
    sums = np.zeros((len(OrderKind), cells.count, k.SERVED))
    reference_d = np.asarray(outcome.terms.channel_reference_d, dtype=np.float64)
    k.served(cells.of_row, _lines(reading), reference_d, over, (reading.start, reading.end), READY_H, sums)
    own = sums[OrderKind.DIRECT]
    firm, seen = own + sums[OrderKind.REPLENISH], own + sums[OrderKind.SELL_OUT]
    return fold(firm, cells, reading.groups), fold(seen, cells, reading.groups)


def perfect_by_group(reading: Reading) -> Floats:
    """Whole orders due and perfect by group, (n_groups, 2)."""
    o, cells = reading.orders, reading.order_cells
    numbers, size = order_numbers(o["order_no"])
    sums = np.zeros((cells.count, 2))
    none, whole = np.full(size, -1, dtype=np.int32), np.zeros(size, dtype=np.uint8)
    k.perfect_orders(cells.of_row, _lines(reading), numbers, reading.start, reading.end, none, whole, sums)
    return fold(sums, cells, reading.groups)


def order_numbers(order_no: npt.NDArray[np.integer[Any]]) -> tuple[npt.NDArray[np.int64], int]:
    """Number orders from zero, whatever numbers the book gives them (n,); return them and how many to set aside.

    >>> order_numbers(np.array([-3, -3, 5]))
    (array([0, 0, 8]), 9)
    >>> order_numbers(np.array([-3, 2_000_000_000]))
    (array([0, 1]), 2)
    """
    if not order_no.size:
        return order_no.astype(np.int64), 0
    first, last = int(order_no.min()), int(order_no.max())
    if last - first < 4 * order_no.size + 1000:  # dense enough to count in an array; sorting is slower
        return order_no.astype(np.int64) - first, last - first + 1
    names, numbers = np.unique(order_no, return_inverse=True)
    return numbers.astype(np.int64), int(names.size)


def measure_service(reading: Reading, findings: Findings) -> Floats:
    """Take the KPIs of the topic; return the order lines of all kinds placed, by group, (n_groups,)."""
    firm, seen = served_by_group(reading)
    _promises(firm, findings)
    _consumer_side(seen, findings)
    _by_tier(reading, findings)
    _in_window(reading, findings)
    _broken(reading, findings)
    orders = perfect_by_group(reading)
    findings.put("perfect_order", ratio(orders[:, 1], orders[:, 0]), orders[:, 0])
    for name, sums in (("orders", firm), ("purchases", seen)):
        findings.put(name, sums[:, k.PLACED] * reading.a_year, sums[:, k.PLACED])
    asked = reading.outcome.changes_asked
    accepted = reading.outcome.changes_accepted / asked if asked else float("nan")
    findings.put_one("flexibility", accepted, asked, "not exercised: no customer asked to change an order in this run (channels.change_share)")
    return np.asarray(firm[:, k.PLACED] + seen[:, k.PLACED] - firm[:, k.DIRECT])


def _by_tier(reading: Reading, findings: Findings) -> None:
    """OTIF of the lines of strategic accounts, other trade, own branches and direct consumers."""
    o, account = reading.orders, reading.orders["account"]
    today = math.floor(reading.end / 24.0)
    tiers = filled(reading.outcome.accounts)["tier"]
    tier = np.where(account >= 0, tiers[np.maximum(account, 0)], Tier.CONSUMER) if tiers.size else np.full(account.shape, Tier.CONSUMER)
    broke = o["cancelled"] > 24.0 * np.floor(o["promised"] / 24.0) + 24.0
    ours = (o["kind"] != OrderKind.SELL_OUT) & ((o["state"] != OrderState.CANCELLED) | broke)
    due = np.flatnonzero(ours & (o["promised"] >= reading.start) & (o["promised"] < 24.0 * today))
    done = o["delivered"][due] < reading.end
    on_date = np.floor(o["delivered"][due] / 24.0) <= np.floor(o["promised"][due] / 24.0)
    kept = done & on_date & ((o["problems"][due] & LineProblem.INCOMPLETE) == 0)
    lines = np.bincount(tier[due], minlength=len(Tier)).astype(np.float64)
    share = ratio(np.bincount(tier[due], weights=kept, minlength=len(Tier)), lines)
    for kpi, which in (("otif_strategic", Tier.STRATEGIC), ("otif_trade", Tier.TRADE), ("otif_branch", Tier.BRANCH), ("otif_direct", Tier.CONSUMER)):
        findings.put_one(kpi, float(share[which]), float(lines[which]))


def _in_window(reading: Reading, findings: Findings) -> None:
    """OTIF within the delivery window of the channel's buyers."""
    o, cells, terms = reading.orders, reading.order_cells, reading.outcome.terms
    today = math.floor(reading.end / 24.0)
    broke = o["cancelled"] > 24.0 * np.floor(o["promised"] / 24.0) + 24.0
    ours = (o["kind"] != OrderKind.SELL_OUT) & ((o["state"] != OrderState.CANCELLED) | broke)
    due = np.flatnonzero(ours & (o["promised"] >= reading.start) & (o["promised"] < 24.0 * today))
    channel = o["channel"][due]
    early = np.floor(o["promised"][due] / 24.0) - np.floor(o["delivered"][due] / 24.0)  # NaN compares false
    inside = (early <= np.asarray(terms.channel_early_d)[channel]) & (early >= -np.asarray(terms.channel_late_d)[channel])
    kept = inside & (o["delivered"][due] < reading.end) & ((o["problems"][due] & LineProblem.INCOMPLETE) == 0)
    sums = np.zeros((cells.count, 2))
    for column, weight in ((0, np.ones(len(due))), (1, kept.astype(np.float64))):
        sums[:, column] = np.bincount(cells.of_row[due], weights=weight, minlength=cells.count)
    by_group = fold(sums, cells, reading.groups)
    findings.put("otif_window", ratio(by_group[:, 1], by_group[:, 0]), by_group[:, 0])


def _broken(reading: Reading, findings: Findings) -> None:
    """Promises that the precedence rule broke, and those that were moved forward."""
    late = filled(reading.outcome.late)
    missed = (late["promise"] == 1) & (late["due"] > reading.start) & (late["due"] <= reading.end)
    findings.put_one("promises_broken", float((missed & (late["cause"] == LateCause.PRECEDENCE)).sum()) * reading.a_year, float(missed.sum()))
    events = reading.outcome.events
    pulled = (events["kind"] == Event.PROMISES_PULLED_IN) & (events["t"] >= reading.start) & (events["t"] < reading.end)
    offers = float(events["rows"][pulled].sum())
    findings.put_one("pulled_in", offers * reading.a_year, offers)


def _promises(s: Floats, findings: Findings) -> None:
    for name, above, below in (
        ("otif", k.OTIF, k.DUE),
        ("on_time", k.ON_DATE, k.DUE),
        ("on_time_timestamp", k.ON_STAMP, k.DUE),
        ("in_full", k.IN_FULL, k.DUE),
        ("days_late", k.LATE_DAYS, k.LATE),
        ("on_request", k.ON_WISH, k.WISHED),
        ("promise_lead", k.PROMISED_DAYS, k.PROMISED),
        ("lead_time", k.LEAD_DAYS, k.DONE),
        ("upside_flexibility", k.UPSIDE_KEPT_PCS, k.UPSIDE_PCS),
    ):
        findings.put(name, ratio(s[:, above], s[:, below]), s[:, below])
    findings.put("fill_rate", ratio(s[:, k.FILLED_PCS], s[:, k.NEEDED_PCS]), s[:, k.NEEDED])
    findings.put("unpromised", ratio(s[:, k.PLACED] - s[:, k.PROMISED], s[:, k.PLACED]), s[:, k.PLACED])


def _consumer_side(s: Floats, findings: Findings) -> None:
    findings.put("consumer_otif", ratio(s[:, k.OTIF], s[:, k.DUE]), s[:, k.DUE])
    findings.put("consumer_on_time", ratio(s[:, k.ON_DATE], s[:, k.DUE]), s[:, k.DUE])
    findings.put("consumer_lead_time", ratio(s[:, k.LEAD_DAYS], s[:, k.DONE]), s[:, k.DONE])
    findings.put("consumer_fill_rate", ratio(s[:, k.FILLED_PCS], s[:, k.NEEDED_PCS]), s[:, k.NEEDED])
    findings.put("ready_delivery", ratio(s[:, k.READY], s[:, k.RIPE]), s[:, k.RIPE])
    findings.put("lost_sales", ratio(s[:, k.CANCELLED_PCS], s[:, k.PLACED_PCS]), s[:, k.PLACED])
