"""A made-up year of a made-up mattress maker, seeded: an `Outcome` with the shape of a real one, in any size, without
a simulation.

Autumn is busy: from calendar week 36 to 47 the work centre 'sewing' is full, promises stretch and deliveries come late.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from e2esim.domain.book import CONSUMER_COLUMNS, CONTACT_COLUMNS, ORDER_COLUMNS, Columns, OrderKind, OrderState
from e2esim.domain.events import Event, EventLog
from e2esim.domain.outcome import ACCOUNT_COLUMNS, KpiFacts, Labels, Outcome
from e2esim.domain.settings import Horizon, Settings
from e2esim.domain.world import World
from e2esim.kpi import measure

CHANNELS = ("Large retail", "Independent shops", "Own shops", "Marketplace", "Web shop", "Branch Germany")
BUYER = (1, 1, 0, 0, 0, 2)
STOCKIST = (True, True, False, False, False, True)
MARKETS = ("Italy", "Germany", "Japan", "France")
SEGMENTS = ("Value seekers", "Comfort seekers", "Premium buyers", "Trade")
CENTRES = ("Foaming", "Cutting", "Quilting", "Sewing", "Assembly", "Packing", "Pillow line")
LOAD = (0.71, 0.62, 0.80, 0.86, 0.77, 0.69, 0.55)
WEEK = 168.0


@dataclass(frozen=True, kw_only=True)
class Value:
    """A headline KPI."""

    value: float | None
    unit: str
    ci_low: float | None = None
    ci_high: float | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Study:
    """The fields of a study's result that the report reads."""

    scenario: str
    seed: int
    replications: int
    wall_s: float
    kpis: dict[str, Value]
    table: pl.DataFrame
    per_replication: pl.DataFrame
    settings: Settings
    first: Outcome | None
    world: World | None
    kept: int = 0
    lost: tuple[int, ...] = ()


def synthetic_labels(brands: tuple[str, ...] = ("Alba", "Bruna", "Chiara")) -> Labels:
    """Labels: two items a brand (mattress, pillow), then three components."""
    items = tuple(f"{brand} {kind}" for brand in brands for kind in ("mattress", "pillow"))
    return Labels(
        channels=CHANNELS,
        segments=SEGMENTS,
        brands=brands,
        markets=MARKETS,
        categories=("mattress", "pillow", "component"),
        items=(*items, "core", "cover", "foam"),
        work_centres=CENTRES,
        suppliers=("Polyols Ltd", "Weaver & Sons", "Springs", "Film and boxes"),
    )


def synthetic_terms(labels: Labels) -> KpiFacts:
    """Facts that fit the labels."""
    sold = 2 * len(labels.brands)
    n = len(labels.items)
    brand = np.array([k // 2 if k < sold else -1 for k in range(n)], dtype=np.int32)
    category = np.array([k % 2 if k < sold else 2 for k in range(n)], dtype=np.int32)
    return KpiFacts(
        item_brand=brand,
        item_category=category,
        item_price_eur=np.where(category == 0, 180.0, np.where(category == 1, 25.0, 30.0)),
        item_weight_kg=np.where(category == 0, 22.0, 1.5),
        item_material_share=np.full(len(labels.items), 0.6),
        category_life_y=np.array([9.0, 3.0, 5.0]),
        channel_buyer=np.array(BUYER),
        channel_payment_d=np.array([75.0, 60, 0, 14, -3, 45]),
        channel_early_d=np.full(len(labels.channels), 365.0),
        channel_late_d=np.zeros(len(labels.channels)),
        supplier_payment_d=np.array([60.0, 75, 60, 30]),
        supplier_co2_kg_t=np.zeros(4),
        lane_co2_kg_t=np.full((1, len(CHANNELS), len(MARKETS)), 90.0),
        segment_window_d=np.array([3650.0, 3650, 3650, 75]),
        segment_theta=np.ones(4),
        channel_reference_d=np.full(len(CHANNELS), 9.0),
        competitor_satisfaction=0.85,
        discount_y=0.08,
        clv_horizon_y=10.0,
    )


def _busy(t: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """True in the busy weeks (35..46 counted from 0, calendar weeks 37..48 of 2026 less one)."""
    week = t / WEEK
    return np.asarray((week >= 34) & (week < 46))


def _orders(rng: np.random.Generator, consumers: int, accounts: int, days: int, labels: Labels) -> Columns:
    """Half the consumers buy in the year; every account orders weekly."""
    bought, trade = consumers // 2, accounts * (days // 7)
    n = bought + trade
    book = Columns(ORDER_COLUMNS, capacity=n)
    book.take(n)
    hours = 24.0 * days
    season = rng.choice(
        days, size=bought, p=(p := 1.0 + 0.35 * np.sin(np.arange(days) / 365 * 2 * np.pi + 2.4)) / p.sum()
    )
    placed = np.sort(24.0 * season + rng.uniform(8, 20, bought))
    trade_placed = np.repeat(np.arange(days // 7) * WEEK + 8.0, accounts) + rng.integers(0, 5, trade) * 24.0
    channel = np.concatenate(
        (rng.choice(6, bought, p=[0.3, 0.2, 0.14, 0.16, 0.08, 0.12]), rng.choice([0, 1, 5], trade))
    )
    stockist = np.array(STOCKIST)[channel]
    is_trade = np.arange(n) >= bought
    b = book.data
    b["kind"][:n] = np.where(is_trade, OrderKind.REPLENISH, np.where(stockist, OrderKind.SELL_OUT, OrderKind.DIRECT))
    b["placed"][:n] = t = np.concatenate((placed, trade_placed))
    b["order_no"][:n] = np.arange(n)
    b["consumer"][:n] = np.where(
        is_trade, -1, np.concatenate((rng.integers(0, consumers, bought), np.zeros(trade, dtype=np.int64)))
    )
    b["account"][:n] = np.where(is_trade | stockist, rng.integers(0, accounts, n), -1)
    b["item"][:n] = 2 * rng.choice(len(labels.brands), n, p=_falling(len(labels.brands))) + (rng.random(n) < 0.25)
    b["quantity"][:n] = np.where(is_trade, np.maximum(1, bought // 2 // max(1, trade)), 1 + (rng.random(n) < 0.1))
    b["channel"][:n] = channel
    b["market"][:n] = np.where(channel == 5, 1, rng.choice(4, n, p=[0.5, 0.25, 0.1, 0.15]))
    b["segment"][:n] = np.where(is_trade, 3, rng.choice(3, n, p=[0.4, 0.4, 0.2]))
    _deliver(rng, b, n, t, is_trade, stockist, hours)
    _feel(rng, b, n, t, is_trade)
    _pay(rng, b, n, is_trade, stockist)
    return book


def _falling(n: int) -> np.ndarray[Any, Any]:
    weights = 1.0 / np.arange(1, n + 1)
    return np.asarray(weights / weights.sum())


def _deliver(
    rng: np.random.Generator, b: dict[str, Any], n: int, t: Any, is_trade: Any, stockist: Any, hours: float
) -> None:
    busy = _busy(t)
    lead = np.where(is_trade, 9.0, np.where(stockist, 3.0, 6.0)) + np.where(busy, 5.0, 0.0)
    b["promised"][:n] = np.floor((t + 24 * lead) / 24) * 24 + 18.0
    b["requested"][:n] = t + 24 * np.where(is_trade, 7.0, 5.0)
    late = rng.random(n) < np.where(busy, 0.22, 0.05)
    delivered = (
        b["promised"][:n]
        - 24 * rng.integers(0, 3, n)
        - rng.uniform(2, 8, n)
        + np.where(late, 24 * rng.lognormal(1.2, 0.6, n), 0.0)
    )
    delivered = np.maximum(delivered, t + 12.0)
    gone = rng.random(n) < 0.004
    arrived = (delivered < hours) & ~gone
    b["delivered"][:n] = np.where(arrived, delivered, np.nan)
    b["shipped"][:n] = np.where(delivered - 36 < hours, np.maximum(t + 1, delivered - 36.0), np.nan)
    b["allocated"][:n] = np.where(rng.random(n) < 0.6, t + 1.0, np.maximum(t + 1, delivered - 60.0))
    b["picked"][:n] = b["shipped"][:n] - 0.5
    b["state"][:n] = np.where(gone, OrderState.CANCELLED, np.where(arrived, OrderState.DELIVERED, OrderState.OPEN))
    b["problems"][:n] = np.where(
        arrived, (rng.random(n) < 0.012) * 1 + (rng.random(n) < 0.008) * 2 + (rng.random(n) < 0.02) * 8, 0
    )
    b["services"][:n] = np.where(is_trade, 0, (rng.random(n) < 0.3) * 4 + (rng.random(n) < 0.3) * 8)
    cause = np.where(
        (b["problems"][:n] & 1) > 0,
        4,
        np.where(
            (b["problems"][:n] & 8) > 0,
            1,
            np.where(~is_trade & (rng.random(n) < 0.015), 2, np.where(is_trade & (rng.random(n) < 0.01), 3, 0)),
        ),
    )
    back = delivered + 24 * rng.uniform(3, 30, n)
    back_in = arrived & (cause > 0) & (back < hours)
    b["return_cause"][:n] = np.where(back_in, cause, 0)
    b["returned"][:n] = np.where(back_in, back, np.nan)


def _feel(rng: np.random.Generator, b: dict[str, Any], n: int, t: Any, is_trade: Any) -> None:
    days_late = np.floor(b["delivered"][:n] / 24) - np.floor(b["promised"][:n] / 24)
    felt = ~is_trade & ~np.isnan(b["delivered"][:n])
    s = (
        1.0
        + rng.normal(0, 0.12, n)
        - 0.35 * (1 - np.exp(-np.maximum(0, np.nan_to_num(days_late)) / 3))
        - 0.2 * (b["problems"][:n] > 0)
    )
    b["satisfaction"][:n] = np.where(felt, s, np.nan)
    b["csat_true"][:n] = np.where(felt, np.clip(np.round(4.2 + 3 * (s - 1) + rng.normal(0, 0.9, n)), 1, 5), 0)
    b["nps_true"][:n] = np.where(felt, np.clip(np.round(8.6 + 6 * (s - 1) + rng.normal(0, 1.6, n)), 0, 10), -1)
    b["ces_true"][:n] = np.where(felt, np.clip(np.round(5.4 + 3 * (s - 1) + rng.normal(0, 1.2, n)), 1, 7), 0)
    b["answered"][:n] = felt & (rng.random(n) < 0.2)
    b["spoke"][:n] = np.where(felt & (rng.random(n) < 0.1), np.where(s > 0.9, 1, -1), 0)
    b["price_ratio"][:n] = rng.uniform(0.92, 1.1, n)
    b["repeat"][:n] = ~is_trade & (rng.random(n) < 0.3)


def _pay(rng: np.random.Generator, b: dict[str, Any], n: int, is_trade: Any, stockist: Any) -> None:
    mattress = b["item"][:n] % 2 == 0
    pays = np.where(is_trade, b["channel"][:n] != 5, ~stockist | (b["channel"][:n] == 5))
    price = np.where(mattress, 190.0, 22.0) * b["quantity"][:n]
    b["revenue_eur"][:n] = np.where(pays, price * rng.uniform(0.95, 1.05, n), 0.0)
    b["cost_eur"][:n] = np.where(pays, price * 0.55, 0.0)
    b["freight_eur"][:n] = np.where(pays, price * 0.07, 0.0)
    b["service_eur"][:n] = np.where(pays & ((b["services"][:n] & 4) > 0), 18.0, 0.0)
    b["penalty_eur"][:n] = np.where(is_trade & (b["delivered"][:n] > b["promised"][:n] + 24), price * 0.01, 0.0)
    b["credit_eur"][:n] = np.where((b["return_cause"][:n] > 0) & pays, 0.6 * price, 0.0)


def _people(rng: np.random.Generator, n: int, orders: Columns, hours: float) -> tuple[Columns, np.ndarray[Any, Any]]:
    people = Columns(CONSUMER_COLUMNS, capacity=max(1, n))
    people.take(n)
    c = people.data
    opening = int(0.8 * n)
    last = -rng.uniform(0, 6 * 8760, n)
    first = last - rng.exponential(8760, n)
    opening_last = last[:opening].astype(np.float32)
    who, placed = orders.filled("consumer"), orders.filled("placed")
    mine = who >= 0
    bought = np.full(n, -np.inf)
    np.maximum.at(bought, who[mine], placed[mine])
    c["last"][:n] = np.where(np.isfinite(bought), bought, last)
    c["first"][:n] = np.where((np.arange(n) >= opening) & np.isfinite(bought), bought, first)
    for name, top in (("segment", 3), ("channel", 6), ("market", 4), ("category", 2)):
        c[name][:n] = rng.integers(0, top, n)
    since = (hours - c["last"][:n]) / 8760
    c["memory"][:n] = 1.02 + 0.08 * np.exp(-2 * since) + rng.normal(0, 0.1, n)
    c["memory_t"][:n] = np.minimum(hours, np.maximum(0, c["last"][:n] + 100))
    c["rate"][:n], c["drop"][:n], c["purchases"][:n] = (
        rng.gamma(0.5, 2, n),
        rng.beta(0.8, 2.4, n),
        1 + rng.poisson(0.4, n),
    )
    c["alive"][:n] = rng.random(n) < 0.9
    c["left"][:n] = np.where(c["alive"][:n] == 0, rng.uniform(0, hours, n), np.nan)
    c["next"][:n] = hours + rng.exponential(20000, n)
    return people, opening_last


def _accounts(rng: np.random.Generator, n: int, hours: float) -> Columns:
    accounts = Columns(ACCOUNT_COLUMNS, capacity=n)
    accounts.take(n)
    a = accounts.data
    a["account"][:n] = np.arange(n)
    a["channel"][:n] = rng.choice([0, 1, 5], n)
    a["market"][:n], a["segment"][:n] = rng.integers(0, 4, n), 3
    a["memory"][:n], a["first"][:n], a["last"][:n] = (
        rng.normal(1.0, 0.05, n),
        -rng.uniform(8760, 80000, n),
        hours - rng.uniform(0, 300, n),
    )
    a["orders"][:n], a["active_start"][:n] = 50, 1
    return accounts


def _contacts(rng: np.random.Generator, n: int, orders: Columns) -> Columns:
    desk = Columns(CONTACT_COLUMNS, capacity=n)
    desk.take(n)
    c = desk.data
    row = rng.choice(np.flatnonzero(orders.filled("consumer") >= 0), n)
    for name in ("consumer", "channel", "market", "segment", "account"):
        c[name][:n] = orders.filled(name)[row]
    c["row"][:n], c["t"][:n] = row, orders.filled("placed")[row] + rng.uniform(1, 400, n)
    c["reason"][:n] = rng.choice(5, n, p=[0.35, 0.3, 0.12, 0.08, 0.15])
    c["attempt"][:n] = 1 + (rng.random(n) < 0.2)
    c["handoffs"][:n] = rng.poisson(0.5, n)
    c["abandoned"][:n] = rng.random(n) < 0.06
    there = c["abandoned"][:n] == 0
    c["started"][:n] = np.where(there, c["t"][:n] + rng.exponential(0.4, n), np.nan)
    c["answered"][:n] = np.where(there, c["started"][:n] + rng.exponential(3.0, n), np.nan)
    c["resolved"][:n] = there & (rng.random(n) < 0.68)
    c["handle_h"][:n] = np.where(there, rng.exponential(0.12, n), 0.0)
    return desk


def _events(rng: np.random.Generator, pieces_week: float, weeks: int, labels: Labels) -> EventLog:
    log = EventLog()
    sold = 2 * len(labels.brands)
    for week in range(weeks):
        t = WEEK * week
        busy = bool(_busy(np.array([t]))[0])
        for place, load in enumerate(LOAD):
            log.emit(t, Event.CAPACITY_OPENED, place=place, quantity=160.0, value=8.0 if busy else 0.0)
            used = load * rng.uniform(0.95, 1.05) * 160.0 if not busy else 168.0 * min(1.0, load * 1.18)
            for day in range(5):
                log.emit(
                    t + 24 * day + 15,
                    Event.OPERATION_DONE,
                    place=place,
                    item=day % sold,
                    quantity=pieces_week / 5,
                    value=used / 5,
                )
        for day in range(7):
            stock = pieces_week * (0.8 if busy else 2.0) * rng.uniform(0.9, 1.1)
            log.emit(t + 24 * day + 23.9, Event.STOCK_COUNTED, place=0, quantity=stock, value=60.0 * stock)
            log.emit(t + 24 * day + 23.9, Event.STOCK_COUNTED, place=1, quantity=0.4 * stock, value=24.0 * stock)
        for day in range(5):
            log.emit(
                t + 24 * day + 16,
                Event.LOT_COMPLETED,
                item=day % sold,
                quantity=pieces_week / 5,
                value=pieces_week / 500,
            )
        for supplier in range(len(labels.suppliers)):
            log.emit(
                t + 8,
                Event.CALLED_OFF,
                place=supplier,
                item=sold,
                quantity=pieces_week * 10,
                value=pieces_week * (40 - 9 * supplier),
            )
            log.emit(
                t + 56,
                Event.SUPPLY_RECEIVED,
                place=supplier,
                item=sold,
                quantity=pieces_week * 10,
                value=float(rng.choice([0.0, 0.0, 2.0])),
            )
        if busy:
            log.emit(t + 30, Event.MATERIAL_SHORT, place=3, item=sold + 1, quantity=10.0)
    return log


def synthetic_outcome(
    *,
    consumers: int = 4000,
    accounts: int = 12,
    days: int = 365,
    seed: int = 7,
    brands: tuple[str, ...] = ("Alba", "Bruna", "Chiara"),
) -> Outcome:
    """One made-up replication; ``consumers`` in the base, half as many purchases, every account orders weekly."""
    rng = np.random.default_rng(seed)
    labels = synthetic_labels(brands)
    hours, weeks = 24.0 * days, int(np.ceil(days / 7))
    orders = _orders(rng, consumers, accounts, days, labels)
    people, opening_last = _people(rng, consumers, orders, hours)
    actual = rng.poisson(consumers / weeks / 8 + 1, (weeks, len(labels.items))).astype(np.float64)
    return Outcome(
        orders=orders,
        contacts=_contacts(rng, max(50, consumers // 6), orders),
        consumers=people,
        accounts=_accounts(rng, accounts, hours),
        events=_events(rng, consumers * 0.6 / weeks, weeks, labels).columns(),
        labels=labels,
        terms=synthetic_terms(labels),
        horizon_h=hours,
        warmup_h=24.0 * min(28, days // 4),
        opening_last=opening_last,
        opening_brand=np.full(opening_last.shape[0], -1, dtype=np.int16),
        forecast_weekly=actual * rng.uniform(0.8, 1.2, actual.shape),
        actual_weekly=actual,
    )


def synthetic_study(
    outcome: Outcome, *, replications: int = 1, title: str = "A made-up mattress maker", world: World | None = None
) -> Study:
    """Measure ``outcome`` and wrap it as a study; further replications are the first with a little noise on every
    KPI.
    """
    table = measure(outcome)
    rng = np.random.default_rng(3)
    kpis, rows = {}, []
    for name, (value, unit) in table.headline.items():
        if value is None:
            kpis[name] = Value(value=None, unit=unit)
            continue
        runs = [value] + [value * (1 + 0.01 * float(rng.normal())) for _ in range(replications - 1)]
        mean, half = float(np.mean(runs)), 2.0 * float(np.std(runs)) / np.sqrt(max(1, replications))
        kpis[name] = (
            Value(value=mean, unit=unit, ci_low=mean - half, ci_high=mean + half)
            if replications > 1
            else Value(value=mean, unit=unit)
        )
        rows += [(k, name, unit, run) for k, run in enumerate(runs)]
    frame = (
        table.frame
        if replications == 1
        else table.frame.with_columns(ci_low=pl.col("value") * 0.99, ci_high=pl.col("value") * 1.01)
    )
    settings = Settings(
        name="made_up",
        title=title,
        horizon=Horizon(
            start=dt.date(2026, 1, 5), days=round(outcome.horizon_h / 24), warmup_days=round(outcome.warmup_h / 24)
        ),
    )
    return Study(
        scenario="made_up",
        seed=1,
        replications=replications,
        wall_s=12.3,
        kpis=kpis,
        table=frame,
        settings=settings,
        first=outcome,
        world=world,
        per_replication=pl.DataFrame(
            rows,
            schema={"replication": pl.Int64, "kpi": pl.String, "unit": pl.String, "value": pl.Float64},
            orient="row",
        ),
    )
