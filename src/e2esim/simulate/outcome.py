"""Gathers what a finished replication leaves into an :class:`~e2esim.domain.outcome.Outcome`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.customers.experiences import Experiences
from e2esim.customers.loyalty_kernels import drop_probability
from e2esim.customers.people import People
from e2esim.customers.trade import Trade
from e2esim.domain.book import Columns
from e2esim.domain.events import EventLog
from e2esim.domain.ledger import ROW_COSTS, ROW_EARNINGS, row_contribution
from e2esim.domain.liking import of_mix
from e2esim.domain.outcome import ACCOUNT_COLUMNS, KpiFacts, Labels, Outcome
from e2esim.domain.world import PHASES, World
from e2esim.simulate.line_value import account_margin
from e2esim.simulate.posting import post_all
from e2esim.simulate.promise import account_classes

F = npt.NDArray[np.float64]


def labels(world: World) -> Labels:
    """Names behind the codes."""
    w = world
    return Labels(
        channels=w.channels.ids,
        segments=w.segments.ids,
        brands=w.brands,
        markets=w.markets,
        categories=w.items.categories,
        items=w.items.ids[: w.items.products],
        work_centres=w.centres.ids,
        suppliers=w.supply.suppliers,
        touchpoints=w.touch.ids,
    )


def terms(world: World, memory_base: float) -> KpiFacts:
    """Facts that KPIs need beside the log; ``memory_base`` the base line of remembered satisfaction."""
    w, s = world, world.settings
    listed = ~np.isnan(w.price)
    price = np.where(listed.any(axis=1), np.where(listed, w.price, 0.0).sum(axis=1) / np.maximum(1, listed.sum(axis=1)), 0.0)
    sold, n = w.items.sold, w.items.products
    life = np.array(
        [w.items.life_h[(w.items.category == k) & sold].mean() if ((w.items.category == k) & sold).any() else 8760.0 for k in range(len(w.items.categories))]
    )
    carried = w.lanes.distance_km * w.modes.co2_kg_tkm[w.lanes.mode] + _carried_to_site(w)[w.lanes.site]
    ranked = w.lanes.ranked
    co2 = np.where(ranked >= 0, carried[ranked], np.nan) if len(carried) else np.full(ranked.shape, np.nan)
    pull, eur, reach = _by_touchpoint(w)
    online = np.zeros(len(w.touch.ids), dtype=np.bool_)
    online[w.touch.code] = w.touch.online
    return KpiFacts(
        touch_pull=pull,
        touch_eur=eur,
        touch_reach=reach,
        touch_online=online,
        item_brand=w.items.brand[:n].astype(np.int32),
        item_category=w.items.category[:n].astype(np.int32),
        item_price_eur=price[:n],
        item_weight_kg=w.items.weight_kg[:n],
        item_material_share=w.items.material_share[:n],
        category_life_y=life / 8760.0,
        channel_buyer=w.channels.buyer,
        channel_reference_d=w.channels.reference_d,
        channel_payment_d=w.channels.payment_d,
        channel_early_d=w.channels.early_d,
        channel_late_d=w.channels.late_d,
        supplier_payment_d=w.supply.payment_d,
        supplier_co2_kg_t=w.supply.co2_kg_t,
        lane_co2_kg_t=co2,
        segment_window_d=w.segments.active_window_h / 24.0,
        segment_theta=w.segments.theta if s.market.loyalty_loop else np.zeros_like(w.segments.theta),
        competitor_satisfaction=s.market.competitor_satisfaction + s.market.rival_gain_y * w.hours / 8760.0,
        memory_base=memory_base,
        memory_half_life_d=s.satisfaction.half_life_d,
        delight=s.satisfaction.delight,
        discount_y=s.finance.discount_y,
        clv_horizon_y=s.finance.clv_horizon_y,
    )


def _by_touchpoint(w: World) -> tuple[F, F, F]:
    """Reach x relevance [utility], reach x cost [EUR] and reach of each touchpoint in each channel, (touchpoints, channels) each."""
    t, shape = w.touch, (len(w.touch.ids), len(w.channels.ids))
    pull, eur, reach = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    channel = np.repeat(np.arange(len(t.start) - 1) // len(PHASES), np.diff(t.start))
    pull[t.code, channel], eur[t.code, channel], reach[t.code, channel] = of_mix(w, t.pull), of_mix(w, t.eur), of_mix(w, t.reach)
    return pull, eur, reach


def _carried_to_site(w: World) -> F:
    """What a tonne has emitted on the lanes between sites when it leaves each, (sites,) [kg CO2e/t]."""
    total, feeds = np.zeros(len(w.sites)), w.links.feeds
    points = np.maximum(np.bincount(w.items.site, weights=w.items.sold, minlength=len(total)), 1.0)
    for k in range(w.links.n):
        own = w.links.distance_km[k] * w.modes.co2_kg_tkm[w.links.mode[k]]
        part = float(feeds.weight[feeds.link == k].sum()) / points[w.links.to[k]]
        total[w.links.to[k]] += part * (total[w.links.source[k]] + own)
    return total


def _by_product(world: World, weekly: F) -> F:
    """Quantities of stock points (weeks, stock points) as those of items, whatever their site."""
    return world.items.by_product(weekly) if weekly.size else weekly


def _told_by_item(world: World, *tables: Columns) -> None:
    """Let tables speak of items where the run spoke of stock points; the site of a line is that of its lane."""
    if world.warehouses:
        for table in tables:
            there = table.filled("item") >= 0
            table.filled("item")[there] = world.items.product[table.filled("item")[there]]


def accounts_table(world: World, people: People, trade: Trade) -> Columns:
    """One row an account."""
    a = world.accounts
    table = Columns(ACCOUNT_COLUMNS, capacity=max(1, a.n))
    table.take(a.n)
    for name, values in (
        ("account", np.arange(a.n)),
        ("channel", a.channel),
        ("market", a.market),
        ("segment", a.segment),
        ("memory", people.account_memory),
        ("wallet", people.wallet),
        ("first", trade.first),
        ("last", trade.last),
        ("orders", trade.number),
        ("active_start", np.ones(a.n)),
        ("left", people.account_left),
        ("tier", account_classes(world)),
        ("margin_y", account_margin(world, 365.0 * trade.rate_d)),
        ("loss_y", _loss_rate(world, people)),
    ):
        table[name][: a.n] = values
    return table


def _loss_rate(world: World, people: People) -> F:
    """Rate at which each account would leave, were its satisfaction to stay as it is, (accounts,) [1/year]."""
    a, m = world.accounts, world.settings.market
    better = people.account_memory - people.base if m.loyalty_loop else np.zeros(a.n)
    chance = [drop_probability(m.trade_churn, 2.0 * theta, more) for theta, more in zip(world.segments.theta[a.segment], better, strict=True)]
    return np.asarray(np.array(chance).reshape(a.n) * 365.0 / np.maximum(a.review_d, 1.0))


def touch_phases(world: World) -> npt.NDArray[np.int64]:
    """Phase of each touchpoint of the table, (touchpoints,); -1 where nobody can meet it."""
    t = world.touch
    out = np.full(len(t.ids), -1, dtype=np.int64)
    out[t.code] = np.repeat(np.arange(len(t.start) - 1) % len(PHASES), np.diff(t.start))
    return out


def _by_channel(world: World, weeks: list[F]) -> F:
    """Counts of weeks, (weeks, channels, segments), from those by cell and segment."""
    out = np.zeros((len(weeks), len(world.channels.ids), len(world.segments.ids)))
    for k, people in enumerate(weeks):
        np.add.at(out[k], world.cells.channel, people)
    return out


class BooksLeft(NamedTuple):
    """Tables that a replication leaves: order lines, why they were late, lines that moved their day (t, row), lines still open, contacts."""

    orders: Columns
    late: Columns
    moved: list[tuple[float, float]]
    waiting: Columns
    contacts: Columns


class WeeksLeft(NamedTuple):
    """What planning and the market leave by week or month.

    ``forecast``, ``actual``, ``ahead`` (weeks, items) in pieces; ``sop``: its columns; ``met`` (t, people),
    ``needs_lost`` (people) and ``swayed`` (purchases): by cell and segment.
    """

    forecast: F
    actual: F
    ahead: F
    sop: dict[str, npt.NDArray[Any]]
    met: list[tuple[float, F]]
    needs_lost: list[F]
    swayed: list[F]


def gather(
    world: World, books: BooksLeft, weeks: WeeksLeft, people: People, trade: Trade, log: EventLog, *, opening_last: F, opening_brand: npt.NDArray[np.int16],
    experiences: Experiences, changes: tuple[int, int], held: F,
) -> Outcome:  # fmt: skip
    """Build the outcome; contribution earned is added to each consumer on the way."""
    orders, late, moved, waiting, contacts = books
    people.settle()
    _add_value(orders, people.consumers)
    s, events, facts = world.settings, log.columns(), terms(world, people.base)
    journal = post_all(world, events=events, orders=orders, contacts=contacts, met=weeks.met, own=facts.own_stock)
    _told_by_item(world, orders, late, waiting)
    if world.warehouses:
        named = np.asarray(events["item"], dtype=np.int64)
        events["item"] = np.where(named >= 0, world.items.product[named], -1).astype(np.int32)
    return Outcome(
        orders=orders,
        late=late,
        moved=np.array(moved).reshape(-1, 2),
        waiting=waiting,
        contacts=contacts,
        consumers=people.consumers,
        accounts=accounts_table(world, people, trade),
        events=events,
        journal=journal.columns(),
        labels=labels(world),
        terms=facts,
        horizon_h=world.hours,
        warmup_h=24.0 * s.horizon.warmup_days,
        scale=s.scale,
        opening_last=opening_last,
        opening_brand=opening_brand,
        forecast_weekly=_by_product(world, weeks.forecast),
        actual_weekly=_by_product(world, weeks.actual),
        sop=weeks.sop,
        forecast_ahead_weekly=_by_product(world, weeks.ahead),
        stock_daily=held,
        fleet_trucks=int(world.fleets.trucks.sum()),
        changes_asked=changes[0],
        changes_accepted=changes[1],
        experience_sums=experiences.sums,
        touch_sums=experiences.points.seen,
        touch_phase=touch_phases(world),
        weighed_t=np.array([t for t, _ in weeks.met]),
        weighed=_by_channel(world, [people for _, people in weeks.met]),
        swayed=_by_channel(world, weeks.swayed),
        needs_lost=_by_channel(world, weeks.needs_lost),
        journeys=experiences.kept(),
    )


def _add_value(orders: Columns, consumers: Columns) -> None:
    who = orders.filled("consumer")
    bought = who >= 0
    margin = row_contribution({name: orders.filled(name) for name in (*ROW_EARNINGS, *ROW_COSTS)})
    consumers["value_eur"][: consumers.n] = np.bincount(who[bought], weights=margin[bought], minlength=consumers.n)
