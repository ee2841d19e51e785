"""Small made-up outcomes for the tests of the KPI room: a random one, and empty tables to fill by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from e2esim.domain.book import CONSUMER_COLUMNS, CONTACT_COLUMNS, ORDER_COLUMNS, Columns
from e2esim.domain.events import Event, EventLog
from e2esim.domain.ledger import Journal, Posted
from e2esim.domain.outcome import ACCOUNT_COLUMNS, KpiFacts, Labels, Outcome

LABELS = Labels(
    channels=("web", "independent", "branch"),
    segments=("young", "family", "trade"),
    brands=("Alba", "Brezza"),
    markets=("IT", "DE"),
    categories=("mattress", "pillow"),
    items=("m1", "m2", "p1", "core"),
    work_centres=("quilting", "closing"),
    suppliers=("foam", "fabric"),
    touchpoints=("advert", "site", "driver", "nobody"),
)


def terms(**changes: Any) -> KpiFacts:
    """Terms of the small world."""
    facts: dict[str, Any] = {
        "item_brand": np.array([0, 1, 0, -1]),
        "item_category": np.array([0, 0, 1, -1]),
        "item_price_eur": np.array([200.0, 300.0, 30.0, 0.0]),
        "item_material_share": np.array([0.6, 0.5, 0.8, 1.0]),
        "item_weight_kg": np.array([20.0, 25.0, 1.0, 10.0]),
        "category_life_y": np.array([10.0, 2.0]),
        "channel_buyer": np.array([0, 1, 2]),
        "channel_payment_d": np.array([-2.0, 60.0, 5.0]),
        "channel_early_d": np.array([2.0, 5.0, 365.0]),
        "channel_late_d": np.array([0.0, 1.0, 0.0]),
        "supplier_payment_d": np.array([40.0, 60.0]),
        "supplier_co2_kg_t": np.array([30.0, 100.0]),
        "lane_co2_kg_t": np.array([[[30.0, 80.0], [30.0, 80.0], [np.nan, 90.0]], [[10.0, 20.0], [40.0, 50.0], [np.nan, 60.0]]]),
        "segment_window_d": np.array([3650.0, 3650.0, 30.0]),
        "segment_theta": np.array([1.0, 0.5, 0.0]),
        "channel_reference_d": np.array([9.0, 3.0, 5.0]),
        "competitor_satisfaction": 0.85,
        "memory_base": 0.9,
        "memory_half_life_d": 240.0,
        "delight": 2.0,
        "discount_y": 0.08,
        "clv_horizon_y": 10.0,
    }
    return KpiFacts(**(facts | changes))


def table(spec: dict[str, tuple[type, float]], **columns: Any) -> Columns:
    """A table with the given columns, the others at their values of birth."""
    n = max((len(values) for values in columns.values()), default=0)
    made = Columns(spec, capacity=max(n, 1))
    made.take(n)
    for name, values in columns.items():
        made[name][:n] = values
    return made


def outcome(**changes: Any) -> Outcome:
    """An outcome of nothing in 91 days, 28 of warm-up, unless ``changes`` say more."""
    facts: dict[str, Any] = {
        "orders": table(ORDER_COLUMNS),
        "contacts": table(CONTACT_COLUMNS),
        "consumers": table(CONSUMER_COLUMNS),
        "accounts": table(ACCOUNT_COLUMNS),
        "events": EventLog().columns(),
        "labels": LABELS,
        "terms": terms(),
        "horizon_h": 91 * 24.0,
        "warmup_h": 28 * 24.0,
    }
    return Outcome(**(facts | changes))


def random_outcome(seed: int, rows: int = 400, people: int = 150, horizon_d: int = 91, warmup_d: int = 28) -> Outcome:
    """An outcome with every code, gap and oddity that kernels must survive; no story behind it."""
    rng = np.random.default_rng(seed)
    end = horizon_d * 24.0
    orders = _orders(rng, rows, people, end)
    consumers, opening_last, opening_brand = _consumers(rng, people, orders, end)
    weeks = int(np.ceil(horizon_d / 7))
    return outcome(
        orders=orders,
        contacts=_contacts(rng, rows // 3, orders, end),
        consumers=consumers,
        accounts=_accounts(rng, end),
        events=_events(rng, end),
        journal=_journal(rng, end),
        touch_sums=rng.integers(0, 50, (4, 3, 3, 4)).astype(float),
        touch_phase=np.array([0, 2, 3, -1]),
        weighed_t=168.0 * np.arange(1, weeks + 1),
        weighed=rng.integers(100, 200, (weeks, 3, 3)).astype(float),
        needs_lost=rng.integers(0, 5, (weeks, 3, 3)).astype(float),
        horizon_h=end,
        warmup_h=warmup_d * 24.0,
        opening_last=opening_last,
        opening_brand=opening_brand,
        forecast_weekly=rng.uniform(0, 50, (weeks, 4)),
        actual_weekly=rng.uniform(0, 50, (weeks, 4)),
        forecast_ahead_weekly=_gaps(rng, rng.uniform(0, 50, weeks * 4), 0.2).reshape(weeks, 4),
    )


def _gaps(rng: np.random.Generator, values: Any, share: float) -> Any:
    return np.where(rng.random(len(values)) < share, np.nan, values)


def _orders(rng: np.random.Generator, n: int, people: int, end: float) -> Columns:
    kind = rng.integers(0, 3, n)
    placed = np.sort(rng.uniform(0, end, n))
    promised = placed + rng.uniform(0, 30 * 24, n)
    delivered = _gaps(rng, np.maximum(placed + 1, promised + rng.normal(-12, 60, n)), 0.1)
    money = {
        name: rng.uniform(0, high, n)
        for name, high in (
            ("revenue_eur", 300),
            ("cost_eur", 150),
            ("freight_eur", 20),
            ("service_eur", 9),
            ("penalty_eur", 4),
            ("credit_eur", 3),
            ("picking_eur", 2),
            ("commission_eur", 8),
            ("fee_eur", 5),
        )
    }
    return table(
        ORDER_COLUMNS,
        kind=kind,
        order_no=np.sort(rng.integers(-n // 4, max(1, n // 4), n)),  # numbers of accounts run below zero
        consumer=np.where(kind == 2, -1, rng.integers(0, people, n)),
        account=np.where(kind == 0, -1, rng.integers(0, 6, n)),
        item=rng.integers(0, 3, n),
        quantity=rng.integers(1, 4, n),
        channel=rng.integers(0, 3, n),
        market=rng.integers(0, 2, n),
        segment=rng.integers(0, 3, n),
        state=rng.choice([0, 4, 4, 4, 4, 5], n),
        problems=rng.choice([0, 0, 0, 1, 2, 4, 6, 16, 64], n),
        services=rng.integers(0, 32, n),
        return_cause=rng.choice([0, 0, 0, 1, 2, 3, 4, 5], n),
        placed=placed,
        requested=_gaps(rng, placed + rng.uniform(0, 400, n), 0.1),
        promised=_gaps(rng, promised, 0.05),
        allocated=_gaps(rng, placed + rng.exponential(30, n), 0.1),
        delivered=delivered,
        way=rng.integers(0, 2, n),
        returned=_gaps(rng, delivered + rng.uniform(0, 300, n), 0.6),
        satisfaction=_gaps(rng, rng.normal(1, 0.4, n), 0.2),
        csat_true=rng.integers(0, 6, n),
        nps_true=rng.integers(-1, 11, n),
        ces_true=rng.integers(0, 8, n),
        answered=rng.integers(0, 2, n),
        spoke=rng.integers(-1, 2, n),
        complained=rng.integers(0, 2, n),
        trouble=rng.choice([-1, -1, 0, 2], n),
        contacts=rng.integers(0, 4, n),
        repeat=rng.integers(0, 2, n),
        **money,
    )


def _consumers(rng: np.random.Generator, n: int, orders: Columns, end: float) -> tuple[Columns, Any, Any]:
    opening = n // 2
    first = np.where(np.arange(n) < opening, -rng.uniform(0, 12 * 8760, n), rng.uniform(0, end, n))
    opening_last = (first[:opening] * rng.random(opening)).astype(np.float32)
    last = np.concatenate([opening_last, first[opening:]])
    live = (orders.filled("consumer") >= 0) & (orders.filled("state") != 5)
    np.maximum.at(last, orders.filled("consumer")[live], orders.filled("placed")[live])
    made = table(
        CONSUMER_COLUMNS,
        segment=rng.integers(0, 2, n),
        channel=rng.integers(0, 3, n),
        market=rng.integers(0, 2, n),
        category=rng.integers(0, 2, n),
        rate=rng.gamma(2.0, 0.5, n),
        drop=rng.beta(1, 3, n),
        purchases=rng.integers(1, 4, n),
        memory=rng.normal(1, 0.3, n),
        memory_t=rng.uniform(0, end, n),
        scar=rng.choice([0.0, 0.0, 1.5, 4.0], n),
        first=first,
        last=last,
        next=_gaps(rng, rng.uniform(0, 20 * end, n), 0.3),
        alive=rng.integers(0, 2, n),
        left=_gaps(rng, rng.uniform(-end, 2 * end, n), 0.8),
        value_eur=rng.normal(40, 60, n),
    )
    return made, opening_last, rng.integers(0, 2, opening)


def _accounts(rng: np.random.Generator, end: float) -> Columns:
    first = np.array([-9000.0, -500.0, -50.0, 100.0, 900.0, 1500.0])
    return table(
        ACCOUNT_COLUMNS,
        account=np.arange(6),
        channel=[1, 1, 2, 1, 1, 1],
        market=rng.integers(0, 2, 6),
        segment=[2] * 6,
        memory=rng.normal(1, 0.2, 6),
        wallet=rng.uniform(0.5, 1, 6),
        first=first,
        last=[end - 24, 300.0, end - 10, np.nan, end - 100, end - 50],
        orders=[9, 2, 9, 0, 5, 4],
        active_start=[1, 1, 1, 0, 0, 0],
        left=[np.nan, 400.0, np.nan, np.nan, np.nan, np.nan],
        tier=[0, 1, 2, 1, 0, 1],
    )


def _contacts(rng: np.random.Generator, n: int, orders: Columns, end: float) -> Columns:
    t = np.sort(rng.uniform(0, end, n))
    started = _gaps(rng, t + rng.exponential(2, n), 0.2)
    return table(
        CONTACT_COLUMNS,
        t=t,
        consumer=rng.integers(0, 100, n),
        row=rng.integers(-1, orders.n, n),
        reason=rng.integers(0, 5, n),
        channel=rng.integers(0, 3, n),
        market=rng.integers(0, 2, n),
        segment=rng.integers(0, 2, n),
        attempt=rng.integers(1, 4, n),
        handoffs=rng.integers(0, 3, n),
        started=started,
        answered=_gaps(rng, started + rng.exponential(4, n), 0.1),
        handle_h=rng.uniform(0, 0.5, n),
        resolved=rng.integers(0, 2, n),
        abandoned=np.isnan(started),
        lost=rng.integers(0, 2, n),
        queued=np.where(rng.random(n) < 0.7, rng.exponential(0.01, n), np.nan),
        written=rng.integers(0, 2, n),
        final=rng.integers(0, 2, n),
        csat_true=rng.integers(0, 6, n),
        nps_true=rng.integers(0, 11, n),
        ces_true=rng.integers(1, 8, n),
        said=rng.integers(0, 2, n),
    )


def _journal(rng: np.random.Generator, end: float) -> Any:
    made = Journal()
    for account in list(Posted)[Posted.TOUCHPOINTS :]:  # what stands beside the order lines
        t, eur = rng.uniform(0, end, 20), -rng.exponential(20, 20)
        place = rng.integers(-1, 6, 20)
        made.post_many(t, account, eur, place=place, channel=rng.integers(-1, 3, 20), segment=rng.integers(-1, 3, 20), market=rng.integers(-1, 2, 20))
    return made.columns()


def _events(rng: np.random.Generator, end: float) -> Any:
    log = EventLog()
    for t in np.sort(rng.uniform(0, end, 600)):
        kind = Event(int(rng.choice([3, 4, 5, 7, 8, 9, 17, 18])))
        place = int(rng.integers(0, 2))
        log.emit(
            float(t),
            kind,
            place=place,
            item=int(rng.integers(0, 4)),
            rows=1,
            quantity=float(rng.uniform(5, 40)),
            value=float(rng.uniform(0, 10)),
        )
    for week in range(1, int(end // 168.0) + 1):
        log.emit(168.0 * week, Event.SHELVES_SEEN, place=1 + week % 2, rows=20 + week, quantity=float(3 + week % 5), value=float(week % 3))
    return log.columns()
