"""What was sold in three years, by week and channel, and what sales and marketing say about weeks past and to come."""

from __future__ import annotations

import datetime as dt
import math
import random
from dataclasses import dataclass

from amounts import CUSTOMERS, TODAY, WEEKS, Order
from product import BOUGHT, FAMILIES, FINISHED, PARTS, SIZES

HISTORY = 157  # weeks before today: three years of 52 and one more
DIRECT, DEALERS, SPARES = "Direkt", "Handel", "Ersatzteile"
YOUNG = {7: 70, 22: 48}  # finished items that have been sold for so many weeks only
JUDGED = 13  # last weeks, of which people's changes of the forecast are still there
LEVEL = 0.85  # of the order book, which holds most of a year already
GUESS = (0.85, 1.15)  # how well marketing guesses the uplift of a promotion


@dataclass
class Change:
    """A row of forecast_changes: uplift of a promotion or quantity of an override."""

    item: int
    channel: str
    week: int  # from today, below zero in the past
    weeks: int
    uplift: float | None
    qty: int | None
    reason: str


Sold = dict[tuple[int, str], list[int]]


def channel(customer: str) -> str:
    """Where a customer buys: the first six directly, the others as dealers."""
    return DIRECT if CUSTOMERS.index(customer) < 6 else DEALERS


def promotions(dice: random.Random) -> list[Change]:
    """Fairs and actions of families among the dealers: ten in the past, three to come."""
    found = []
    for start in (-148, -130, -112, -96, -78, -60, -44, -26, -11, -6, 5, 12, 20):
        family = dice.randrange(len(FAMILIES))
        uplift, weeks = round(dice.uniform(0.25, 0.6), 2), dice.choice((1, 2, 2))
        for size in dice.sample(range(len(SIZES)), 4):
            found.append(Change(family * len(SIZES) + size, DEALERS, start, weeks, uplift, None, "Hausmesse" if start % 2 else "Aktion"))
    return found


def sold(dice: random.Random, lines: list[Order], actions: list[Change]) -> Sold:
    """Pieces by item, channel and week: near the level of the order book, trend, season, noise, projects; spare parts seldom."""
    yearly: dict[tuple[int, str], float] = {}
    for line in lines:
        key = line.item, channel(line.customer)
        yearly[key] = yearly.get(key, 0.0) + line.qty
    found: Sold = {}
    for key in sorted(yearly):
        swing, phase, trend = dice.uniform(0.05, 0.35), dice.uniform(0, WEEKS), dice.gauss(0.0, 0.05)
        noise, projects = (0.6, 0.12) if dice.random() < 0.2 else (dice.uniform(0.1, 0.25), 0.0)
        row = []
        for week in range(-HISTORY, 0):
            mean = LEVEL * yearly[key] / WEEKS * (1 + trend * week / WEEKS) * (1 + swing * math.sin(2 * math.pi * (week - phase) / WEEKS))
            mean *= 3.0 if dice.random() < projects else 1.0
            mean *= _action(actions, key, week) * (0.5 if (TODAY + dt.timedelta(weeks=week)).isocalendar().week in (32, 33, 52, 1) else 1.0)
            pieces = max(0, round(mean * math.exp(dice.gauss(-(noise**2) / 2, noise))))
            row.append(pieces if week >= -YOUNG.get(key[0], HISTORY) else 0)
        found[key] = row
    for item in sorted(dice.sample(range(FINISHED, FINISHED + PARTS + BOUGHT), 24)):
        chance, size = dice.uniform(0.05, 0.45), dice.choice((1, 2, 4, 10))
        found[item, SPARES] = [dice.randint(1, 2 * size) if dice.random() < chance else 0 for _ in range(HISTORY)]
    return found


def _action(actions: list[Change], key: tuple[int, str], week: int) -> float:
    """What the actions of a week do to a series."""
    factor = 1.0
    for action in actions:
        if (action.item, action.channel) == key and action.week <= week < action.week + action.weeks:
            factor *= 1.0 + (action.uplift or 0.0)
    return factor


def changes(dice: random.Random, actions: list[Change], history: Sold) -> list[Change]:
    """Actions as marketing guesses them, and quantities that sales insists on: optimists in the past, a new customer to come."""
    told = [Change(a.item, a.channel, a.week, a.weeks, round((a.uplift or 0.0) * dice.uniform(*GUESS), 2), None, a.reason) for a in actions]
    taken = {(a.item, a.channel, a.week) for a in told}
    for item, where in dice.sample([key for key in history if key[1] != SPARES], 24):
        week = dice.randrange(-JUDGED, 0)
        if (item, where, week) not in taken:
            told.append(Change(item, where, week, 1, None, round(history[item, where][week] * dice.uniform(1.02, 1.4)) + 1, "Vertrieb"))
    for item in dice.sample(range(FINISHED), 4):
        usual = sum(history[item, DIRECT][-8:]) / 8
        told.append(Change(item, DIRECT, dice.choice((8, 14, 18)), 4, None, round(5.2 * usual) + 5, "Neukunde Bergbahnen Ötz"))
    return sorted(told, key=lambda c: (c.week, c.item, c.channel))
