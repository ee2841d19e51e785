"""What lies there and is on its way on the first morning (Monday 2026-01-05): what `as_is` comes back to every January, at the January level.

After the busy last quarter little is left: a day and a half of sales of what is sold, some days of it in process, and five days of orders wait; what
lies before the work centres after their holidays is four days of semi-finished items. An opening with ten days of
sales and a day of orders gave the first year twelve days of sales for nothing, and every year after it a worse service than the first.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import defaultdict

import market
import product
import sourcing
from table import Row, rows

START = dt.date(2026, 1, 5)
_SOURCE = "assumed: near steady state"
_MOST_D = 6.0  # [days] of sales on hand of a sold item at the most, after the busy season; a quarter of that in the mean
_SEMI_D = 3.6, 4.4  # [days] of use of a semi-finished item; most of it stands in queues at the year's end, here it is on hand
_IN_PROCESS_D = 4.5  # [days] of sales of mattresses in process, whose parts are still among those: as_is has 3 to 5 by day 7 of later years
_OPEN = 0.8  # [share] of the orders of the last review that wait on the first morning


class Rates:
    """Daily use of every item at the January level, through all levels of the bill [unit/day].

    ``cells`` holds the sales of each (channel, market, item) [pcs/day].
    """

    def __init__(self, demand: list[Row]) -> None:
        season = {row["market"]: market.SEASONS[row["season"]][0] for row in market.MARKETS}
        self.cells: dict[tuple[str, str, str], float] = defaultdict(float)
        for row in demand:
            if row["period"] >= "2025-01":
                self.cells[row["channel"], row["market"], row["item"]] += row["qty"] * season[row["market"]] / 365.0
        self.daily: dict[str, float] = defaultdict(float)
        for (_, _, item), rate in self.cells.items():
            self.daily[item] += rate
        components: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for row in product.bom():
            components[row["parent"]].append((row["component"], row["qty_per"]))
        for category in ("mattress", "topper", "pillow", "cover", "quilt", "core", "block"):  # parents before components
            for entry in product.items():
                if entry["category"] == category:
                    for component, quantity in components[entry["item"]]:
                        self.daily[component] += self.daily[entry["item"]] * quantity / (1.0 - entry["scrap_share"])


def stock(rates: Rates, rng: random.Random) -> list[Row]:
    """Table stock: sold items a day and a half in the mean, most of them less, semi-finished about four days, raws their safety cover and half a call-off."""
    lines: list[tuple[str, float]] = []
    for entry in product.items():
        rate = rates.daily[entry["item"]]
        if entry["sold"]:
            days = _MOST_D * rng.random() ** 3
        elif entry["category"] == "raw":
            days = entry["cover_d"] + 5.0
        else:
            days = rng.uniform(*_SEMI_D)
        lines.append((entry["item"], round(rate * days)))
    return rows("item on_hand", *lines, source=_SOURCE)


def receipts(rates: Rates) -> list[Row]:
    """Table receipts: purchases and works orders under way."""
    return [*_purchases(rates), *_production(rates)]


def _line(receipt: str, kind: str, item: str, qty: float, due: dt.date, supplier: str = "") -> Row:
    return rows("receipt kind item qty due supplier", (receipt, kind, item, qty, due.isoformat(), supplier), source=_SOURCE)[0]


def _purchases(rates: Rates) -> list[Row]:
    """One call-off a week of a week's use, due over the lead time of the preferred source."""
    table: list[Row] = []
    for k, terms in enumerate(row for row in sourcing.supply() if row["priority"] == 1):
        due, weekly = 1 + k % 5, 7.0 * rates.daily[terms["item"]]
        carried = 0.0
        while due < terms["lead_time_days"]:
            carried += weekly
            quantity = math.floor(carried / terms["multiple"]) * terms["multiple"]
            if quantity >= terms["moq"]:
                table.append(_line(f"P{len(table) + 1:04d}", "purchase", terms["item"], quantity, _workday(START + dt.timedelta(days=due)), supplier=terms["supplier"]))
                carried -= quantity
            due += 7
    return table


def _production(rates: Rates) -> list[Row]:
    """What is in process of every mattress, the fastest first, due in the first working days."""
    fastest = sorted(product.mattresses(), key=lambda item: -rates.daily[item])
    lots = [(item, round(_IN_PROCESS_D * rates.daily[item] / 5.0) * 5) for item in fastest]
    due = (7, 8, 9, 12, 13)
    return [_line(f"W{k + 1:04d}", "production", item, lot, dt.date(2026, 1, due[k * len(due) // len(lots)])) for k, (item, lot) in enumerate(lots) if lot]


def orders(rates: Rates, customers: list[Row], rng: random.Random) -> list[Row]:
    """Table orders: what of the last order of every customer is not yet shipped; due after the transit."""
    table: list[Row] = []
    transit = {(row["channel"], row["market"]): row["transit_d"] for row in market.FROM_PLANT}
    weight: dict[tuple[str, str], float] = defaultdict(float)
    for customer in customers:
        weight[customer["channel"], customer["market"]] += customer["weight"]
    for customer in customers:
        cell = customer["channel"], customer["market"]
        share = customer["weight"] / weight[cell]
        placed = START - dt.timedelta(days=8 - customer["order_weekday"])
        for (channel, where, item), rate in rates.cells.items():
            if (channel, where) == cell:
                quantity = _poisson(_OPEN * rate * share * customer["review_d"], rng)
                if quantity:
                    due = max(placed + dt.timedelta(days=7 + transit[cell] + rng.randrange(3)), dt.date(2026, 1, 7) + dt.timedelta(days=transit[cell]))
                    line = (f"S{len(table) + 1:05d}", customer["customer"], item, quantity, _workday(due).isoformat())
                    table += rows("order customer item qty due", line, source=_SOURCE)
    return table


def _workday(day: dt.date) -> dt.date:
    """Move a week-end to Monday and the sixth of January to the seventh."""
    day += dt.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
    return dt.date(2026, 1, 7) if day == dt.date(2026, 1, 6) else day


def _poisson(mean: float, rng: random.Random) -> int:
    """Poisson draw by inversion from one uniform number (by the normal one beyond 200)."""
    if mean > 200.0:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    u, k, p = rng.random(), 0, math.exp(-mean)
    total = p
    while u > total and k < 1000:
        k += 1
        p *= mean / k
        total += p
    return k
