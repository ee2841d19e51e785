"""How much of everything: orders, what they need of each item, lots, stock, open orders, suppliers and hours."""

from __future__ import annotations

import datetime as dt
import math
import random
from dataclasses import dataclass

from product import BOUGHT, FINISHED, MACHINES, PARTS, SIZES, SUPPLIERS, Product

TODAY = dt.date(2026, 1, 12)  # a Monday
WEEKS, CALENDAR = 52, 78
ORDERS = 10_000
LOADS = (0.86, 0.94)  # load of the work centres over the year
LEAN_WEEKS = {30: 0.6, 31: 0.6, 49: 0.5, 50: 0.2}  # summer and the turn of the year: share of a week's hours
CUSTOMERS = ("Förderanlagen Brühl GmbH", "Società Trasmissioni S.r.l.", "Moulins Réunis SA", "=Concept Antriebe", "Mühlbau Österreich AG",
             "Pompes Garçon", "Kräne & Söhne KG", "+Plus Fördertechnik", "Aufzüge Weiß", "Talleres Muñoz")  # fmt: skip
NEW_CUSTOMER = "Bergbahnen Ötz AG"  # has not ordered yet
CHANNELS = (("OEM", "DACH"), ("OEM", "Italia"), ("Service", "France"))  # channel and market, in turn
SEGMENTS = (  # segment, strategy, rank, by, value
    ("key account", "win", "1", "customer", "Mühlbau Österreich AG"), ("promised", "gain", "2", "priority", "1"),
    ("service", "improve", "3", "channel", "Service"), ("standard", "redistribute", "4", "priority", "2"), ("rest", "fill", "5", "all", ""),
)  # fmt: skip
SITES = (("Lager Modena", 3, 4.5), ("Werk Graz", 5, 2.0))  # name, days to the customer, EUR a piece


@dataclass
class Order:
    """One order line."""

    number: str
    customer: str
    item: int
    qty: int
    due: dt.date
    priority: int


def orders(dice: random.Random) -> list[Order]:
    """Orders by number; twenty-five are overdue."""
    pull = [dice.uniform(0.3, 2.0) for _ in range(FINISHED)]
    found = []
    for k in range(ORDERS):
        day = dice.randint(2, 7 * WEEKS - 1)
        due = TODAY + dt.timedelta(days=day)
        if k < 25:
            due = TODAY - dt.timedelta(days=dice.randint(1, 12))
        while due.weekday() > 4:
            due -= dt.timedelta(days=1)
        item = dice.choices(range(FINISHED), pull)[0]
        qty = max(1, round(math.exp(dice.gauss(2.9, 0.7))))
        found.append(Order(f"{4700001 + k:010d}", dice.choice(CUSTOMERS), item, qty, due, dice.choices((1, 2, 3), (20, 50, 30))[0]))
    return sorted(found, key=lambda order: (order.due, order.number))


def yearly(made: Product, lines: list[Order]) -> list[float]:
    """Pieces of every item that all orders need, through all levels."""
    need = [0.0] * len(made.item)
    for line in lines:
        need[line.item] += line.qty
    for parent in range(FINISHED + PARTS):  # finished come before parts, parts before what is bought
        for part, per in made.bill[parent].items():
            need[part] += per * need[parent]
    return need


def lot_minima(dice: random.Random, need: list[float]) -> list[int]:
    """Smallest lots of made items: a third to a half of a week's need."""
    return [max(1, round(dice.uniform(0.33, 0.5) * q / WEEKS)) for q in need[: FINISHED + PARTS]]


def supply(dice: random.Random, need: list[float]) -> list[tuple[str, int, int, int, int, int, float]]:
    """Supplier, item, priority, days, smallest purchase, multiple, price; every fifth item has a dearer, faster second."""
    rows = []
    for k in range(FINISHED + PARTS, FINISHED + PARTS + BOUGHT):
        week = need[k] / WEEKS
        multiple = max(1, round(week / 12))
        moq = multiple * math.ceil(max(week * dice.uniform(0.8, 2.0), 1) / multiple)
        days, price = dice.choice((7, 14, 14, 21, 28, 42)), round(dice.uniform(0.8, 45.0), 2)
        first = dice.randrange(len(SUPPLIERS))
        rows.append((SUPPLIERS[first], k, 1, days, moq, multiple, price))
        if k % 5 == 0:
            rows.append((SUPPLIERS[first - 1], k, 2, max(3, days // 2), moq, multiple, round(1.2 * price, 2)))
    return rows


def stock(dice: random.Random, made: Product, need: list[float], rows: list[tuple[str, int, int, int, int, int, float]]) -> list[int]:
    """Stock today: two to three weeks of what is made, the lead time and more of what is bought; six items have none."""
    days = {k: days for _, k, priority, days, *_ in rows if priority == 1}
    none = set(dice.sample(range(FINISHED), 6))
    return [0 if k in none else round(q / WEEKS * (days[k] / 7 + dice.uniform(0.2, 1.6) if k in days else dice.uniform(1.6, 3.0))) for k, q in enumerate(need)]


def receipts(dice: random.Random, need: list[float], rows: list[tuple[str, int, int, int, int, int, float]]) -> list[tuple[str, int, int, dt.date, str]]:
    """Open orders: purchases on their way and lots in the shop."""
    found = []
    for _, k, priority, days, moq, *_ in rows:
        if priority == 1 and dice.random() < 0.6:
            found.append((k, moq, dice.randint(1, days), "purchase"))
    for k in dice.sample(range(FINISHED + PARTS), 30):
        found.append((k, max(1, round(need[k] / WEEKS * dice.uniform(0.5, 1.2))), dice.randint(1, 5), "production"))
    return [
        (f"{5100001 + n:010d}" if kind == "purchase" else f"FA{n:05d}", k, qty, TODAY + dt.timedelta(days=days), kind)
        for n, (k, qty, days, kind) in enumerate(found)
    ]


def hours(dice: random.Random, made: Product, need: list[float], have: list[int]) -> list[list[float]]:
    """Hours of every work centre and week, so that the year's net need loads each between the bounds of LOADS."""
    wanted = [0.0] * len(MACHINES)
    for k, steps in made.steps.items():
        pieces = max(0.0, need[k] - have[k])
        for step in steps:
            wanted[step.centre] += pieces * step.run_h + 0.8 * WEEKS * step.setup_h
    table = []
    shares = [LEAN_WEEKS.get(week % WEEKS, 1.0) for week in range(CALENDAR)]
    for total in wanted:
        week_h = total / dice.uniform(*LOADS) / sum(shares[:WEEKS])
        table.append([round(week_h * share * dice.uniform(0.97, 1.03), 1) for share in shares])
    return table


def substitutes(dice: random.Random) -> list[tuple[int, int, int, float]]:
    """Item, its substitute, rank, extra cost: the next size of the family, and for every third item the one after that."""
    rows = []
    for k in range(FINISHED):
        for rank in (1, 2) if k % 3 == 0 else (1,):
            if k % len(SIZES) + rank < len(SIZES):
                rows.append((k, k + rank, rank, round(rank * dice.uniform(6.0, 18.0), 2)))
    return rows


def elsewhere(dice: random.Random, need: list[float]) -> list[tuple[str, int, int, dt.date, int, float]]:
    """Site, item, free pieces, from when, days of transit, extra cost: half of the finished items lie elsewhere too."""
    rows = []
    for name, days, extra in SITES:
        for k in sorted(dice.sample(range(FINISHED), FINISHED // 2)):
            pieces = max(1, round(need[k] / WEEKS * dice.uniform(0.3, 1.5)))
            rows.append((name, k, pieces, TODAY + dt.timedelta(days=dice.choice((0, 0, 4, 11))), days, extra))
    return rows
