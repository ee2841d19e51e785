"""From a world and its position of today to the problem of S&OP.

Families are the categories of what is sold; the plan is made by product, so that the mix inside a family counts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from e2esim.domain.serving import serving_eur
from e2esim.domain.settings import Sop
from e2esim.domain.world import F, I, World
from e2esim.planning.piece_hours import piece_hours
from e2esim.planning.sop.months import Months, months_from
from e2esim.planning.sop.problem import Budget, SopProblem
from e2esim.planning.sop.service_value import late_value

TRUCK_M3 = 82.0  # [m3] a 13.6 m curtain-sider, at scale 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Position:
    """What is known on ``day`` of the run, by item; daily tables begin with that day, (items, days).

    ``busy_h`` (centres,) standard hours that open lots still need; None = all hours of ``receipts``.
    """

    day: int
    on_hand: F  # (items,) semi-finished goods and materials included
    backlog: F  # (items,) owed and past due
    receipts: F  # finished pieces of open lots
    orders: F  # orders in hand by due day
    coming: F  # open call-offs of materials
    forecast: F  # expected demand
    busy_h: F | None = None


@dataclass(frozen=True, kw_only=True)
class SopOffer:
    """What S&OP may decide beyond today's limits."""

    shift_h_week: float = 0.0  # [h/machine/week] extra shift that could be opened
    shift_premium: float = 1.5  # [1] of its extra cost over that of overtime
    frame_extra: float = 0.0  # [share] of weekly capacity that a frame contract adds at each supplier
    frame_premium: float = 0.05  # [share] of the price paid for it
    lead_months: int = 1  # [months] until a decision works

    @staticmethod
    def of(settings: Sop) -> SopOffer:
        """Everything that the settings allow."""
        return SopOffer(
            shift_h_week=settings.shift_h_week,
            shift_premium=settings.shift_premium,
            frame_extra=settings.frame_extra,
            frame_premium=settings.frame_premium,
            lead_months=settings.lead_months,
        )


def daily_forecast(world: World, first_day: int, days: int) -> F:
    """Expected demand by day from the last twelve months of history, their season and the demand factor, (items, days)."""
    w = world
    index = np.einsum("ci,cm->im", w.items.pooled(w.cells.yearly), w.cells.season) / 365.0
    month = np.array([(w.start + dt.timedelta(days=first_day + k)).month - 1 for k in range(days)])
    return np.asarray(w.settings.market.demand_factor * index[:, month])


def opening_position(world: World, days: int) -> Position:
    """The position at the start of the run, from the tables; ``days`` ahead."""
    w, o = world, world.opening
    tables = {name: np.zeros((w.items.n, days)) for name in ("production", "sales", "purchase")}
    for name, item, quantity, due in (
        ("production", o.production_item, o.production_quantity, o.production_due_h),
        ("sales", o.sales_item, o.sales_quantity, o.sales_due_h),
        ("purchase", o.purchase_item, o.purchase_quantity, o.purchase_due_h),
    ):
        day = np.maximum(due // 24.0, 0.0).astype(np.int64)
        near = day < days
        np.add.at(tables[name], (item[near], day[near]), quantity[near])
    tables["production"][~w.items.sold] = 0.0
    return Position(
        day=0,
        on_hand=w.items.pooled(o.on_hand),
        backlog=np.zeros(w.items.n),
        receipts=tables["production"],
        orders=w.items.pooled(tables["sales"].T).T,
        coming=tables["purchase"],
        forecast=daily_forecast(world, 0, days),
    )


def sop_months(world: World, day: int, count: int) -> Months:
    """Buckets of an S&OP cycle on ``day`` of the run."""
    return months_from(world.start + dt.timedelta(days=day), count)


def sop_problem(world: World, months: Months, now: Position, *, offer: SopOffer | None = None, budget: Budget | None = None) -> SopProblem:
    """Build the problem of S&OP for the position ``now``."""
    w, p, offer = world, world.settings.planning, offer or SopOffer()
    sold = np.nonzero(w.items.planned)[0]
    raw = np.nonzero(w.items.bought_in & (w.bom.flat[sold].sum(axis=0) > 0))[0]
    level = now.forecast.mean(axis=1) * 7.0
    forecast, orders = months.sums(now.forecast[sold]).T, months.sums(now.orders[sold]).T
    families, family = _families(world, sold)
    money = _money(world, sold)
    month_share = np.asarray(months.days / 365.0).mean()
    late = late_value(world)[sold]
    holding = w.plant.holding_share_y * month_share
    daily = np.maximum(now.forecast[sold], 0.0)
    ends = np.minimum(np.array(months.edge[1:]), daily.shape[1] - 1)
    sources = _Sources(world, months, raw, offer)
    free = np.maximum(now.on_hand, 0.0)
    hours = piece_hours(world, np.where(w.items.planned, level, 0.0))[:, sold]
    busy = hours @ now.receipts[sold].sum(axis=1) if now.busy_h is None else now.busy_h
    semi = np.where(w.items.made & ~w.items.sold, free, 0.0)
    held = (free + semi @ w.bom.flat)[raw]
    reserve = np.minimum(held, p.safety_factor * w.items.cover_d[raw] * (daily.mean(axis=1) @ w.bom.flat[np.ix_(sold, raw)]) + w.opening.safety[raw])
    return SopProblem(
        months=months.names,
        days=months.days,
        products=tuple(w.items.ids[i] for i in sold),
        families=families,
        family=family,
        forecast=forecast,
        orders=orders,
        consensus=np.maximum(forecast, orders),
        **money,
        late_eur=late,
        risk_eur=0.25 * (late + w.settings.sop.lose_share * np.maximum(money["price_eur"] - money["cost_eur"] - money["serve_eur"], 0.0)),
        holding_eur=holding * w.items.cost_eur[sold],
        lose_share=w.settings.sop.lose_share,
        opening=free[sold],
        backlog=now.backlog[sold],
        receipts=months.sums(now.receipts[sold]).T,
        safety=p.safety_factor * w.items.cover_d[sold] * daily[:, ends].T + w.opening.safety[sold],
        centres=w.centres.ids,
        hours=hours,
        **_hours(world, months, now.day, offer, busy),
        overtime_eur=np.maximum(w.settings.scale * w.centres.overtime_eur_h, 1e-3),  # run times are divided by the scale
        shift_eur=np.maximum(offer.shift_premium * w.settings.scale * w.centres.overtime_eur_h, 1e-3),
        materials=tuple(w.items.ids[i] for i in raw),
        use=w.bom.flat[np.ix_(sold, raw)].T.copy(),
        material_stock=held - reserve,
        material_reserve=reserve,
        material_coming=months.sums(now.coming[raw]),
        material_holding_eur=holding * w.items.cost_eur[raw],
        suppliers=w.supply.suppliers,
        source_material=sources.material,
        source_supplier=w.supply.supplier[sources.row],
        source_eur=sources.price,
        source_good=1.0 - w.supply.reject[sources.row],
        source_most=sources.most,
        payable_d=w.supply.payment_d[w.supply.supplier[sources.row]],
        lane_share=_lanes(world, sold),
        volume_m3=w.items.volume_m3[sold],
        truck_m3=TRUCK_M3 * w.settings.scale,
        budget=budget or Budget.none(len(months.names), len(families)),
    )


def price_elasticity(world: World) -> float:
    """Percent of demand lost for a percent of price, all channels together [1]: that of the choice of the segments."""
    w = world
    weight = w.cells.yearly.sum(axis=1)
    beta = np.array([np.diff(w.mix_cdf[channel], prepend=0.0) @ w.segments.beta_price for channel in w.cells.channel])
    return float((weight @ beta) / max(float(weight.sum()), 1e-12))


def family_names(world: World) -> tuple[str, ...]:
    """Families of S&OP: the categories of what is sold, in order of the items."""
    return _families(world, np.nonzero(world.items.planned)[0])[0]


def _families(world: World, sold: I) -> tuple[tuple[str, ...], I]:
    names = [world.items.categories[k] for k in world.items.category[sold]]
    families = tuple(dict.fromkeys(names))
    return families, np.array([families.index(name) for name in names], dtype=np.int64)


def _money(world: World, sold: I) -> dict[str, F]:
    """Price, cost, cost of serving and days receivable of a piece, means over the cells by volume."""
    w = world
    price, serve, days, volume = (np.zeros(w.items.n) for _ in range(4))
    serving = serving_eur(world)
    for cell, (channel, yearly) in enumerate(zip(w.cells.channel.tolist(), w.items.pooled(w.cells.yearly), strict=True)):
        each = np.nan_to_num(w.price[:, channel], nan=0.0)
        price += yearly * each
        serve += yearly * serving[cell]
        days += yearly * w.channels.payment_d[channel] * each
        volume += yearly
    mean = {name: np.divide(total, volume, out=np.zeros_like(total), where=volume > 0)[sold] for name, total in (("price_eur", price), ("serve_eur", serve))}
    mean["receivable_d"] = np.divide(days, price, out=np.zeros_like(days), where=price > 0)[sold]
    return mean | {"cost_eur": w.items.cost_eur[sold]}


def _hours(world: World, months: Months, day: int, offer: SopOffer, busy: F) -> dict[str, F]:
    """Normal, overtime and extra shift hours by work centre and month [h]; the first normal ones less those that are busy."""
    w = world
    each = w.centres.machines * w.centres.efficiency * w.centres.availability
    daily = np.array([_ahead(calendar.daily(_known_days(world)), day, months.horizon) for calendar in w.centres.calendar])
    normal = months.sums(daily) * each[:, None]
    open_weeks = months.sums(np.array([row.reshape(-1) > 0 for row in daily], dtype=np.float64)) / np.maximum(_open_days_week(daily), 1.0)[:, None]
    overtime = (w.centres.overtime_h_week * each)[:, None] * open_weeks if w.settings.planning.overtime else np.zeros_like(normal)
    shift = offer.shift_h_week * each[:, None] * open_weeks
    shift[:, : offer.lead_months] = 0.0
    free = (1.0 - w.settings.planning.reserve) * normal
    free -= np.diff(np.minimum(np.cumsum(free, axis=1), busy[:, None]), axis=1, prepend=0.0)
    return {"normal_h": free, "overtime_h": overtime, "shift_h": shift}


def _known_days(world: World) -> int:
    return int(world.hours // 24) + 112


def _ahead(daily: F, day: int, days: int) -> F:
    """Days ``day`` to ``day + days`` of a calendar; beyond its end as a year (or four weeks) before."""
    n = daily.size
    back = 364 if n >= 364 else 28
    at = np.arange(day, day + days)
    beyond = at >= n
    at[beyond] = n - back + (at[beyond] - n) % back
    return np.asarray(daily[np.maximum(at, 0)])


def _open_days_week(daily: F) -> F:
    """Open days of a usual week, (C,)."""
    weeks = daily.shape[1] // 7
    return np.asarray((daily[:, : 7 * weeks].reshape(len(daily), weeks, 7) > 0).sum(axis=2).max(axis=1, initial=0), dtype=np.float64)


def source_rows(world: World) -> tuple[I, I]:
    """Rows of the supply terms that bring raw materials, and those of limited capacity, to which a frame contract may add."""
    w = world
    raw = w.items.bought_in & (w.bom.flat[w.items.planned].sum(axis=0) > 0)
    rows = np.nonzero(raw[w.supply.item])[0]
    return rows, rows[np.isfinite(w.supply.weekly_capacity[rows])]


class _Sources:
    """Sources of the raw materials by month; a frame contract is a second row of the same source."""

    def __init__(self, world: World, months: Months, raw: I, offer: SopOffer) -> None:
        s = world.supply
        number = {int(item): k for k, item in enumerate(raw)}
        rows, framed = source_rows(world)
        start, end = np.array(months.edge[:-1]), np.array(months.edge[1:])
        reach = np.maximum(end[None, :] - np.maximum(start[None, :], np.ceil(s.lead_d[rows])[:, None]), 0.0)
        weekly = s.weekly_capacity[rows][:, None]
        most = np.where(np.isinf(weekly), np.where(reach > 0, np.inf, 0.0), np.where(np.isinf(weekly), 0.0, weekly) * reach / 7.0)
        self.row, self.price, self.most = rows, s.price_eur[rows], most
        if offer.frame_extra > 0:
            extra = offer.frame_extra * most[np.isin(rows, framed)]
            extra[:, : offer.lead_months] = 0.0
            self.row = np.concatenate((rows, framed))
            self.price = np.concatenate((self.price, (1.0 + offer.frame_premium) * s.price_eur[framed]))
            self.most = np.concatenate((most, extra))
        self.material = np.array([number[int(item)] for item in s.item[self.row]], dtype=np.int64)


def _lanes(world: World, sold: I) -> F:
    """Share of each product that leaves by each truck lane (stockist channel and market), (L, P)."""
    w = world
    yearly = w.items.pooled(w.cells.yearly)
    total = np.maximum(yearly.sum(axis=0), 1e-12)
    truck = w.channels.stockist[w.cells.channel]
    return np.asarray((yearly[truck] / total)[:, sold])
