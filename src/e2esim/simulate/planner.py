"""The planning cycle inside a run: forecast and MPS by week, netting, release, call-offs and free supply by night.

Decisions are the pure functions of :mod:`e2esim.planning`; here the state of the chain is handed to them and what they decide
is handed back. Rule ``silo`` plans statically from the forecast once a month, ``end_to_end`` every week from orders and forecast.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from e2esim.chain.make import Shop
from e2esim.chain.source import Source
from e2esim.chain.stock import Stock
from e2esim.domain.book import Columns, FreedBy
from e2esim.domain.build.months import month_of
from e2esim.domain.events import Event, EventLog
from e2esim.domain.outcome import FORECAST_LAG
from e2esim.domain.settings import Planning
from e2esim.domain.ways import move_days
from e2esim.domain.world import World
from e2esim.planning import forecast as demand_plan
from e2esim.planning.atp import daily_receipts
from e2esim.planning.atp_kernels import count_ordered
from e2esim.planning.calm import SEEN_WEEKS, piece_days
from e2esim.planning.lot_time import divided, most_in_lead_time
from e2esim.planning.mps import Calm, Mps, MpsSystem, OtherPlants, RollingMps
from e2esim.planning.piece_hours import piece_hours
from e2esim.planning.precedence import backlog_weights
from e2esim.planning.second_hours import hours_elsewhere
from e2esim.planning.sop.from_world import Position
from e2esim.planning.static_mps import lots, static_mps
from e2esim.planning.supplier_limits import may_come, shared_weekly
from e2esim.simulate.deployment import Deployment
from e2esim.simulate.distribution import Distribution
from e2esim.simulate.feeder import FEED_DAYS, Feeder
from e2esim.simulate.known_events import KnownEvents
from e2esim.simulate.promise import PromiseDesk
from e2esim.simulate.put_off import put_off
from e2esim.simulate.quotas import NightlyQuotas
from e2esim.simulate.reports import reported, unreported
from e2esim.simulate.sop import MonthlySop

F = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]
MOST_PRICED = 1e6  # a price without end is told as holding for so many units


_FROZEN = 100.0  # leaving the frozen plan costs so many times what a piece of backlog costs
_ALARM = 0.5  # of a week's hours that is overdue from which a plant whose plan knows no overtime works overtime, assumed
_LEAST_DEARER = 0.01  # of its cost that a piece of another plant counts as dearer at least, so that the first plant is asked first; assumed
_FULL = 0.999  # of its hours from which a work centre counts as full


class Planner:
    """One brain: everything that is made, bought and promised follows from here."""

    def __init__(
        self,
        world: World,
        stock: Stock,
        shop: Shop,
        source: Source,
        promise: PromiseDesk,
        deployment: Deployment,
        distribution: Distribution,
        log: EventLog,
    ) -> None:
        self.world, self.stock, self.shop, self.source, self.promise, self.log = world, stock, shop, source, promise, log
        self.deployment, self.distribution = deployment, distribution
        self.known: KnownEvents | None = None  # what the firm knows of events
        w, p = world, world.settings.planning
        self.sold = np.nonzero(w.items.planned)[0]
        self.weeks = p.mps_weeks
        self.forecasts: list[F] = []
        self.actuals: list[F] = []
        self._far: list[F] = []  # forecasts of the weeks FORECAST_LAG later
        self.week_number = -1
        self._seen = np.zeros(w.items.n)
        self._season = _item_season(world)
        self._usual_index: dict[int, F] = {}  # of the weeks asked for before, by first day: every night asks for the same ones
        self._level = self._opening_level()
        self._central = deployment.mean_week()  # of it, what DRP plans from the branches' shelves
        self._seen_central = np.zeros(w.items.n)
        self._need = np.zeros((p.mps_weeks, w.items.n))
        self.ahead_d = _cumulative_lead(world)
        self._moves = np.zeros((p.mps_weeks + -(-self.ahead_d // 7) + 1, w.items.n))  # what DRP plans to move from each site to others, by week
        self._hours = _daily_hours(world, max(self.ahead_d + 7 * p.mps_weeks, promise.days, FEED_DAYS))
        self._open_days = self._hours_of_plants()
        at = w.items.site[self.sold]
        self._plants = [(int(plant), at == plant) for plant in np.unique(at)]
        self._most = most_in_lead_time(w, _machine_day(w))[self.sold]
        self.system = self._mps_system()
        self._rolling = RollingMps(self.system)
        self.plan: Mps | None = None
        self._plan_week = 0
        self.limits: list[tuple[F, F]] = []  # by week: what an hour of each centre and a unit of each raw material was worth
        self.moved: list[tuple[float, float]] = []  # time of each plan after another [h], pieces times days that it moved
        self._plan_hours: F = np.zeros((self.system.n_centres, self.weeks))
        self.sop = MonthlySop(world) if world.settings.sop.rule == "monthly" else None
        self.feeder = Feeder(world, stock, shop, source, distribution.transfers)
        self.quotas = NightlyQuotas(world, self.system, self.sold)
        self.next_receipt_d = np.zeros(w.items.n)
        self.bottleneck_hours = self.system_hours()
        self._carry = np.zeros(len(self.sold))
        self._schedule: dict[int, list[tuple[int, float]]] = {}  # finished lots laid out and not released, by day of release
        self._laid_to = 0  # first day without laid out lots

    def remember(self) -> None:
        """Let the linear programmes remember what they solve, so that a stopped run can be taken up."""
        self._rolling.remember()
        self.quotas.remember()

    # --- facts --------------------------------------------------------------------------------------------------------
    def _opening_level(self) -> F:
        """Deseasonalised weekly demand of the last half year of history, (items,)."""
        w = self.world
        past = w.demand_weekly[-26:]
        weeks = len(past)
        index = np.array([self._index(-7 * (weeks - k)) for k in range(weeks)])
        return demand_plan.initial_level(past, index)

    def _index(self, day: int) -> F:
        """Seasonal index by item of the week that starts on ``day``, (items,)."""
        usual = self._usual_index.get(day)
        if usual is None:
            months = [month_of(self.world.start, day + k) for k in range(7)]
            usual = self._usual_index[day] = np.asarray(self._season[:, months].mean(axis=1))
        return usual if self.known is None else usual * self.known.demand(24.0 * day)

    def _mps_system(self) -> MpsSystem:
        w, p, sold = self.world, self.world.settings.planning, self.sold
        level = w.items.pooled(self._level)
        level = np.where(w.items.planned & (level <= 0.0), w.items.by_product(level * w.items.planned)[w.items.product], level)  # a plant that only stands in
        hours = piece_hours(w, level)[:, sold]
        raw = np.nonzero(w.items.bought_in & (w.bom.flat[sold].sum(axis=0) > 0))[0]
        self.raw = raw
        cost = w.items.cost_eur[sold]
        owed = np.full(len(sold), p.backlog_eur_week) * np.maximum(1.0, cost / max(1.0, float(cost.mean())))
        volume, margin = item_margin(w)
        load = (hours * volume[sold]).sum(axis=1) / np.maximum(self._hours.sum(axis=1), 1e-9)
        broken = w.settings.protection.weight * owed
        owed = backlog_weights(
            w.settings.precedence.rule, neutral=owed, margin=margin[sold], hours=hours[int(load.argmax())] if len(load) else owed, volume=volume[sold]
        )
        return MpsSystem(
            weeks=p.mps_weeks,
            centre_hours=hours,
            material_use=w.bom.flat[np.ix_(sold, raw)].T.copy(),
            holding_eur=p.holding_share_week * cost,
            backlog_eur=owed,
            broken_eur=np.maximum(broken, owed),
            shortfall_eur=0.25 * owed,
            overtime_eur=np.maximum(w.settings.scale * w.centres.overtime_eur_h, 1e-3),  # run times are divided by the scale
            calm=_calm(p, owed),
            other_plants=self._other_plants(),
            elsewhere=hours_elsewhere(w, sold),
        )

    def _other_plants(self) -> OtherPlants | None:
        """Items that another plant may make for a site, and what a piece costs more from there: its making and its way, at least a little."""
        first, other = self.distribution.stand_ins.T
        if not len(first):
            return None
        row = np.full(self.world.items.n, -1, dtype=np.int64)
        row[self.sold] = np.arange(len(self.sold))
        cost = self.world.items.cost_eur
        return OtherPlants(first=row[first], other=row[other], eur=np.maximum(cost[other] - cost[first], _LEAST_DEARER * cost[other]))

    def system_hours(self) -> F:
        """Hours of the dearest work centre in a piece of each item: the binding one of the plan, else all hours, (items,)."""
        hours = np.zeros(self.world.items.n)
        price = self.plan.hour_price.sum(axis=1) if self.plan is not None else np.zeros(self.system.n_centres)
        where = [int(price.argmax())] if price.max(initial=0.0) > 1e-6 else list(range(self.system.n_centres))
        hours[self.sold] = self.system.centre_hours[where].sum(axis=0)
        return np.asarray(hours[self.world.items.maker])

    def learn(self, known: KnownEvents) -> None:
        """Plan with what the firm knows of events from now on."""
        self.known = known
        self._hours = _daily_hours(known.world, self._hours.shape[1] - int(self.world.hours // 24) - 21)
        self._open_days = self._hours_of_plants()

    def _hours_of_plants(self) -> F:
        """Standard hours of all work centres of each site by day, (sites, days)."""
        hours = np.zeros((len(self.world.sites), self._hours.shape[1]))
        np.add.at(hours, self.world.centres.site, self._hours)
        return hours

    # --- demand -------------------------------------------------------------------------------------------------------
    def demand(self, rows: Rows, orders: Columns, sign: int = 1) -> None:
        """Count the pieces of new plant orders; ``sign`` -1 takes back what a change calls off, no week below none."""
        count_ordered(rows, orders["item"], orders["quantity"], sign, self._seen)
        if sign < 0:
            np.maximum(self._seen, 0.0, out=self._seen)
        if self.deployment.active:
            self._seen_central += self.deployment.pieces(orders["item"][rows], orders["account"][rows], orders["quantity"][rows])

    def _learn(self) -> None:
        """Close a week: compare with its forecast, move the level."""
        p = self.world.settings.planning
        if self.week_number >= 0:
            self.actuals.append(self._seen.copy())
            self.distribution.learn(self.forecasts[self.week_number], self._seen)
            index = self._index(7 * self.week_number)
            self._level = demand_plan.update(self._level, self._heard(index), index, p.smoothing)
            self._seen[:] = 0.0
            if self.deployment.active:
                self._central = demand_plan.update(self._central, self._seen_central, index, p.smoothing)
                self._seen_central[:] = 0.0
        self.week_number += 1
        if self.deployment.active:
            self._need = self.deployment.need(7 * self.week_number, self.weeks)
        ahead = self.forecast(min(FORECAST_LAG + 1, self.weeks))
        self.forecasts.append(ahead[0])
        if self.distribution.active:
            self._moves = self.distribution.need(7 * self.week_number, self.forecast(len(self._moves)))
        self._far.append(ahead[FORECAST_LAG] if len(ahead) > FORECAST_LAG else np.full(self.world.items.n, np.nan))

    def _heard(self, index: F) -> F:
        """Pieces ordered that are reported to planning in the week that closes, (items,)."""
        days = self.world.settings.planning.report_days
        if not days:
            return self._seen
        return reported(self.promise.orders, self.world.items.n, self.week_number, days, self._level * index)

    def forecast(self, weeks: int) -> F:
        """Forecast of the coming weeks, this one first, and what DRP plans to ship to branches, (weeks, items)."""
        p = self.world.settings.planning
        index = np.array([self._index(7 * (self.week_number + k)) for k in range(weeks)])
        others = demand_plan.forecast(np.maximum(self._level - self._central, 0.0), index, p.forecast_bias)
        beyond = demand_plan.forecast(self._central, index[len(self._need) :], 0.0)  # further than DRP plans: the mean week
        return np.asarray(others + np.concatenate([self._need, beyond])[:weeks])

    def forecast_ahead(self) -> F:
        """Forecast of each closed week made ``FORECAST_LAG`` weeks before, NaN where there was none, (weeks, items)."""
        known = np.full((len(self.actuals), self.world.items.n if self.actuals else 0), np.nan)
        made = self._far[: max(len(self.actuals) - FORECAST_LAG, 0)]
        if made:
            known[FORECAST_LAG:] = made
        return known

    # --- the week -----------------------------------------------------------------------------------------------------
    def week(self) -> None:
        """Weekly: learn, plan if it is time, grant overtime, lay out this week's lots."""
        self._learn()
        p = self.world.settings.planning
        if self.sop is not None:
            self.sop.week(7 * self.week_number, self)
            self.feeder.contract(self.sop.frame(7 * self.week_number))
        spent = self.week_number - self._plan_week >= self.weeks  # a plan shorter than its review is renewed at its end
        if self.plan is None or spent or self.week_number % (p.review_days // 7) == 0:
            plan, before = self._make_plan(), self._before()
            if before is not None:
                self.moved.append((168.0 * self.week_number, piece_days(before[:SEEN_WEEKS], plan.make[:SEEN_WEEKS])))
            self.plan, self._plan_week = plan, self.week_number
            self.bottleneck_hours = self.system_hours()
            self.log.emit(24.0 * 7 * self.week_number, Event.MPS_PLANNED, quantity=float(self.plan.make.sum()), value=float(self.plan.backlog[0].sum()))
            self._log_prices(self.plan)
        k = self.week_number - self._plan_week
        if p.overtime or self.sop is not None:
            planned = self.plan.overtime[:, min(k, self.weeks - 1)]
            self._grant_overtime(self._catch_up() if p.rule == "silo" else np.maximum(planned, self._behind(7 * self.week_number + self.ahead_d)[1]))
        self.limits.append(self._worth(min(k, self.weeks - 1)))
        self._lay_out(self.plan.make[k])

    def _before(self) -> F | None:
        """What the last plan makes in the weeks of the one that is due, (weeks, sold), None at first."""
        if self.plan is None:
            return None
        since = min(self.week_number - self._plan_week, self.weeks)
        return np.vstack([self.plan.make[since:], np.zeros((since, len(self.sold)))])

    def _worth(self, week: int) -> tuple[F, F]:
        """Value of an hour of each centre that was full, overtime included, and of a unit of each raw material [EUR], in a week of the plan."""
        assert self.plan is not None
        if self.world.settings.planning.rule == "silo":  # it spreads what its block of weeks holds, without prices
            block = slice(0, self.world.settings.planning.review_days // 7)
            full = self.plan.load[:, block].sum(axis=1) >= _FULL * self._plan_hours[:, block].sum(axis=1)
            return full.astype(np.float64), np.zeros(len(self.raw))
        full = self.plan.load[:, week] >= _FULL * self._plan_hours[:, week]
        return np.where(full, self.plan.hour_price[:, week], 0.0), self.plan.material_price[:, week].copy()

    def _log_prices(self, plan: Mps) -> None:
        """Record what one unit more of the limits that bind in a new plan is worth; a plan from forecasts alone has none."""
        now = 24.0 * 7 * self.week_number
        for limit in self._rolling.priced(plan):
            more = min(limit.more, MOST_PRICED)
            if limit.kind == "centre":
                self.log.emit(now, Event.HOUR_PRICED, place=limit.index, rows=limit.week, quantity=more, value=limit.price)
            else:
                self.log.emit(now, Event.MATERIAL_PRICED, item=int(self.raw[limit.index]), rows=limit.week, quantity=more, value=limit.price)

    def _grant_overtime(self, hours: F) -> None:
        """Hand the planned overtime (centres,) [h] and the extra shift of the month to the shop, as hours a machine."""
        c = self.world.centres
        overtime = np.where(hours > 1e-6, hours, 0.0) / (c.machines * c.efficiency)
        shift = np.zeros(c.machines.shape) if self.sop is None else self.sop.shift(7 * self.week_number)
        for centre in np.nonzero(overtime + shift > 0)[0]:
            total = float(overtime[centre] + shift[centre])
            rate = float(c.overtime_eur_h[centre] * (overtime[centre] + self.world.settings.sop.shift_premium * shift[centre])) / total
            self.shop.overtime(int(centre), total, rate)

    def _overtime_h(self) -> F:
        """Most overtime of a week, (centres,) [h]."""
        c = self.world.centres
        return np.asarray(c.overtime_h_week * c.machines * c.efficiency)

    def _catch_up(self) -> F:
        """Overtime of the silo, which plans none, (centres,) [h]: all there is, where too much of a week's work is overdue."""
        today = 7 * self.week_number
        overdue = self.system.centre_hours @ self.promise.overdue(today)[self.sold]
        return np.where(overdue > _ALARM * self._hours[:, today : today + 7].sum(axis=1), self._overtime_h(), 0.0)

    def position(self, day: int, days: int) -> Position:
        """What S&OP may know on ``day``: everything that stands here, and the forecast."""
        w, s = self.world, self.stock
        laid_out = self._laid_out(day, days)
        receipts = np.where(w.items.sold[:, None], self.shop.receipts(day, days) + laid_out, 0.0)
        pooled = w.items.pooled  # S&OP looks at the firm as a whole
        weekly = pooled(self.forecast(days // 7 + 1))
        return Position(
            day=day,
            on_hand=pooled(np.maximum(s.free, 0.0) + self.distribution.transfers.on_the_way())
            + np.where(w.items.made & ~w.items.sold, self.shop.in_process(), 0.0),
            backlog=pooled(self.promise.overdue(day)),
            receipts=receipts,
            orders=pooled(self.promise.open_promises(day, days).T).T,
            coming=self.source.receipts(day, days),
            forecast=np.repeat(weekly / 7.0, 7, axis=0).T[:, :days],
            busy_h=self.shop.work_ahead(w.items.sold) * w.centres.efficiency + self.system.centre_hours @ laid_out[self.sold].sum(axis=1),
        )

    def _make_plan(self) -> Mps:
        """Plan from the first day on which lots can still be prepared; what comes in before it counts as opening."""
        w, p, sold, ahead = self.world, self.world.settings.planning, self.sold, self.ahead_d
        today = 7 * self.week_number
        horizon = ahead + 7 * self.weeks
        expected = np.repeat(self.forecast(self.weeks + -(-ahead // 7) + 1)[:, sold] / 7.0, 7, axis=0).T
        forecast, before_it = _by_week(expected[:, ahead:horizon]), expected[:, :ahead].sum(axis=1)
        moving = np.repeat(self._moves[:, sold] / 7.0, 7, axis=0).T
        moves = _by_week(moving[:, ahead:horizon])
        leaving = forecast + moves
        safety = p.safety_factor * w.items.cover_d[sold] / 7.0 * np.vstack([leaving[1:], leaving[-1:]]) + w.opening.safety[sold]
        come = self.shop.receipts(today, horizon)[sold] + self._laid_out(today, horizon)[sold]
        opening, receipts = self.stock.booked_free[sold] + come[:, :ahead].sum(axis=1), _by_week(come[:, ahead:])
        if self.sop is not None:
            safety = safety + self.sop.build_ahead(today + ahead, self.weeks)
        hours = self._bucket_hours(today + ahead)
        self._plan_hours = hours
        if p.rule == "silo":
            return static_mps(
                self.system,
                forecast=self.forecast(self.weeks)[:, sold] + self._moves[: self.weeks, sold],
                opening=opening - self.stock.backlog[0, sold],  # today's stock, as if nothing went out until the plan begins
                receipts=receipts,
                safety=safety[0],
                normal_h=hours,
                block_weeks=p.review_days // 7,
            )
        promised = self.promise.open_promises(today, horizon)[sold]
        if p.report_days:
            promised -= unreported(self.promise.orders, self.promise.ship_day, (w.items.n, horizon), today, p.report_days)[sold]
        overdue = self.promise.overdue(today)[sold]
        promised[:, 0] -= overdue
        waiting, sooner = put_off(self.promise, today, horizon, 24.0 * (today - p.report_days) if p.report_days else np.inf)
        wished = promised + sooner[sold]
        soon = np.maximum(wished[:, :ahead].sum(axis=1), before_it)
        given = _by_week(promised[:, ahead:])
        demand = np.maximum(_by_week(wished[:, ahead:]), forecast) + moves
        demand[0] += overdue + waiting[sold] + soon + moving[:, :ahead].sum(axis=1)
        given[0] += overdue + promised[:, :ahead].sum(axis=1)
        works = _weekly_sum(self._hours[:, today + ahead : today + horizon]) > 0
        overtime = np.where(works, self._overtime_h()[:, None], 0.0) if p.overtime else np.zeros_like(hours)
        self._plan_hours = hours + overtime
        return self._rolling.plan(
            demand=demand,
            opening=opening,
            receipts=receipts,
            safety=safety,
            normal_h=hours,
            overtime_h=overtime,
            material=self._material(today),
            before=self._before(),
            promised=given if w.settings.protection.rule == "kept" else None,
            movable=None if self.system.other_plants is None else self._movable(ahead, horizon),
        )

    def _movable(self, ahead: int, horizon: int) -> F:
        """Moves that another plant may serve by week of the plan, those before it in its first week, (weeks, pairs)."""
        daily = np.repeat(self.distribution.movable / 7.0, 7, axis=0).T
        weekly = _by_week(daily[:, ahead:horizon])
        weekly[0] += daily[:, :ahead].sum(axis=1)
        return weekly

    def _bucket_hours(self, first: int) -> F:
        """Standard hours of each work centre in the weeks from day ``first``, less finished work that is behind, (centres, weeks)."""
        daily = self._hours[:, first : first + 7 * self.weeks]
        hours = (1.0 - self.world.settings.planning.reserve) * _weekly_sum(daily)
        if self.sop is not None:
            hours += np.where(hours > 0, self.sop.shift_hours(first, self.weeks), 0.0)
        behind, overtime = self._behind(first)
        behind = behind - overtime
        for k in range(self.weeks):
            used = np.minimum(behind, hours[:, k])
            hours[:, k] -= used
            behind -= used
        return np.asarray(hours)

    def _behind(self, first: int) -> tuple[F, F]:
        """Work on finished lots that the normal hours before day ``first`` leave undone, and overtime of this week that does it, (centres,) each [h]."""
        today = 7 * self.week_number
        # hours of semi-finished lots are already in those of the planned pieces
        behind = np.maximum(self.shop.work_ahead(self.world.items.sold) - self._hours[:, today:first].sum(axis=1), 0.0)
        p = self.world.settings.planning
        if p.rule == "silo" or not p.overtime:  # the silo works overtime by what is overdue
            return behind, np.zeros_like(behind)
        works = self._hours[:, today : today + 7].sum(axis=1) > 0
        return behind, np.where(works, np.minimum(behind, self._overtime_h()), 0.0)

    def _material(self, day: int) -> F:
        """Cumulative availability of each raw material by week, (raws, weeks); from the week that a new call-off can reach, what suppliers may
        bring: without end where they have plenty."""
        w, raw = self.world, self.raw
        arrivals = _by_week(self.source.receipts(day, 7 * self.weeks))[:, raw]
        held = self._held_raw()[raw]
        level = held[:, None] + np.cumsum(arrivals, axis=0).T
        lead = (np.array([w.supply.ready_d[w.supply.start[i]] for i in raw]) if self.known is None else self.known.lead_d(24.0 * day)[raw]) - self.ahead_d
        reach = np.ceil(np.maximum(lead, 0.0) / 7.0)[:, None] <= np.arange(self.weeks)[None, :]
        return np.asarray(level + np.where(reach, self._may_come()[raw], 0.0))

    def _may_come(self) -> F:
        """What suppliers may bring of each item from now on, (items, weeks)."""
        w, s = self.world, self.world.supply
        use = w.items.pooled(self._level) @ w.bom.flat
        weekly = shared_weekly(self.feeder.weekly(), s.supplier, np.column_stack((s.price_eur, use[s.item])), s.weekly_eur)
        lead = s.ready_d if self.known is None else s.ready_d + self.known.delay_d
        return may_come(s.item, (1.0 - s.reject) * weekly, lead - self.ahead_d, use, self.weeks)

    def _held_raw(self) -> F:
        """Raw materials on hand, those inside semi-finished stock and issued to no lot included, (items,)."""
        free = np.maximum(self.stock.booked_free, 0.0)
        items = self.world.items
        semi = np.where(items.made & ~items.sold, free + self.shop.in_process() * ~items.sold, 0.0)
        semi += np.where(items.brought, free + self.distribution.transfers.on_the_way(), 0.0)
        return np.asarray(free + semi @ self.world.bom.flat)

    def _lay_out(self, make: F) -> None:
        """Turn the week's quantities into lots and lay them on its working days, the shortest cover first."""
        w, p, sold = self.world, self.world.settings.planning, self.sold
        level = w.items.pooled(self._level)[sold]
        cover = (self.stock.booked_free[sold] - self.stock.backlog[0, sold]) / np.maximum(level, 1e-9)
        released, self._carry = lots(
            make, self._carry, lot_min=w.items.lot_min[sold], lot_multiple=w.items.lot_multiple[sold], lot_factor=p.lot_factor, urgent=cover < 0.5
        )
        first, last = self._laid_to, 7 * self.week_number + self.ahead_d + 7
        self._laid_to = last
        for plant, of_plant in self._plants:
            open_h = self._open_days[plant, first:last]
            if not open_h.sum() > 0:
                self._carry[of_plant] += released[of_plant]
                continue
            share = np.cumsum(open_h) / open_h.sum()
            personal = w.items.to_order[sold]
            self._keep_for_orders(np.where(of_plant & personal, released, 0.0), first, open_h / open_h.sum())
            of_plant = of_plant & ~personal
            work = self.system.centre_hours.sum(axis=0) * np.where(of_plant, released, 0.0)
            total, done = work.sum(), 0.0
            for k in np.argsort(cover, kind="stable"):
                if released[k] > 0 and of_plant[k]:
                    for lot in divided(float(released[k]), float(self._most[k]), float(w.items.lot_multiple[sold[k]])):
                        mine = work[k] * (lot / released[k])
                        day = first + min(int(np.searchsorted(share, (done + 0.5 * mine) / max(total, 1e-9))), last - first - 1)
                        self._schedule.setdefault(day, []).append((int(sold[k]), lot))
                        done += mine

    def _keep_for_orders(self, pieces: F, first: int, share: F) -> None:
        """Spread what is made to order, (sold,) [pcs], over the days from ``first`` by their ``share`` of the hours: lines come on all of them."""
        for k in np.flatnonzero(pieces > 0):
            for day in np.flatnonzero(share > 0):
                self._schedule.setdefault(first + int(day), []).append((int(self.sold[k]), float(pieces[k] * share[day])))

    # --- the night ----------------------------------------------------------------------------------------------------
    def night(self, day: int, renewed: Callable[[], None] | None = None) -> None:
        """Nightly: release the finished lots of the day, net and release what they need, call off materials, renew the ATP.

        ``renewed`` is called when the free supply is known and before it is rationed.
        """
        for number, (item, quantity) in enumerate(self._schedule.pop(day, [])):
            if not self.world.items.to_order[item]:  # else the hours are kept for the lines that come
                self.shop.release(item, quantity, 24.0 * (day + 1) + 1e-3 * number, 24.0 * day + float(self.world.items.lead_h[item]))
        self.feeder.feed(day, self._planned(day, FEED_DAYS), self.world.items.pooled(self._level))
        receipts = self._receipts(day)
        if self.distribution.active:
            self.distribution.night(day, receipts, self.forecast(self.promise.days // 7 + 2))
        self.next_receipt_d = np.where(receipts.any(axis=1), receipts.argmax(axis=1), receipts.shape[1]).astype(np.float64)
        self.promise.renew(day, np.maximum(self.stock.booked_free, 0.0), receipts)
        if renewed is not None:
            renewed()
        if self.promise.rule == "atp" and self.world.settings.allocation.rule == "nested":
            self.quotas.renew(self.promise, self.forecast(self.weeks), self._free_hours(day))

    def _free_hours(self, day: int) -> F:
        """Standard hours that the plan leaves free in each of its weeks, this one first, (centres, weeks) [h]."""
        assert self.plan is not None
        since = self.week_number - self._plan_week
        load = np.zeros((self.system.n_centres, self.weeks))
        load[:, : self.weeks - since] = self.plan.load[:, since:]
        free = np.maximum(self._bucket_hours(7 * self.week_number + self.ahead_d) - load, 0.0)
        free[:, 0] *= (7 - day % 7) / 7.0
        return np.asarray(free)

    def _laid_out(self, day: int, days: int) -> F:
        """Finished lots laid out and not released, by day of release, (items, days)."""
        table = np.zeros((self.world.items.n, days))
        for when, lots_of_day in self._schedule.items():
            if 0 <= when - day < days:
                for item, quantity in lots_of_day:
                    table[item, when - day] += quantity
        return table

    def supply(self, day: int) -> tuple[npt.NDArray[np.int64], F, F, npt.NDArray[np.int64]]:
        """Finished goods to come, a row a receipt: item, day on which they can ship, pieces, `FreedBy`; stock on hand is today's."""
        w, days = self.world, self.promise.days
        free = np.maximum(self.stock.booked_free, 0.0)
        rows = [(int(i), float(day), float(free[i]), int(FreedBy.STOCK)) for i in np.flatnonzero((free > 0) & w.items.sold)]
        for lot in self.shop.lots.values():
            if w.items.sold[lot.item]:
                good = lot.quantity * (1.0 - float(w.items.scrap[lot.item]))
                rows.append((lot.item, max(lot.due_h // 24.0, day) + 1.0, good, int(FreedBy.LOT)))
        rows += [(i, float(when), pieces, int(FreedBy.LOT)) for i, when, pieces in self.distribution.coming(day, days)]
        laid = self._laid_out(day, days)
        lead = np.ceil(w.items.lead_h / 24.0)
        for table, kind in ((laid, FreedBy.LAID_OUT), (self._planned(day, days) - laid, FreedBy.PLAN)):
            for i, k in zip(*np.nonzero((table > 1e-9) & w.items.sold[:, None]), strict=True):
                rows.append((int(i), float(day + k + lead[i] + 1.0), float(table[i, k]), int(kind)))
        item, when, pieces, kinds = np.array(rows, dtype=np.float64).reshape(-1, 4).T
        return item.astype(np.int64), when, pieces, kinds.astype(np.int64)

    def _planned(self, day: int, days: int) -> F:
        """Finished lots laid out, and the plan beyond them, by day of release, (items, days)."""
        assert self.plan is not None
        table = self._laid_out(day, days)
        rest = self.plan.make[self.week_number - self._plan_week + 1 :]
        dates = np.arange(day, day + days)
        inside = dates >= self._laid_to
        if len(rest) and inside.any():
            week = (dates[inside] - self._laid_to) // 7
            for plant, of_plant in self._plants:
                later = daily_receipts(rest[:, of_plant], week, self._open_days[plant, dates[inside]])
                table[np.ix_(self.sold[of_plant], np.nonzero(inside)[0])] += later
        return table

    def _receipts(self, day: int) -> F:
        """Receipts of finished goods by day: open lots, lots laid out, plan; (items, days)."""
        days = self.promise.days
        planned = self._planned(day, days)
        lead = np.ceil(self.world.items.lead_h / 24.0).astype(np.int64)
        table = self.shop.receipts(day, days)
        shifts = np.minimum(lead[self.sold], days)
        for shift in np.unique(shifts).tolist():
            alike = self.sold[shifts == shift]
            table[alike, shift:] += planned[alike, : days - shift]
        if self.known is not None:
            self.known.put_off(table, 24.0 * day)
        table[:, 1:] = table[:, :-1] * self.world.items.sold[:, None]  # finished today, shipped from tomorrow on
        table[:, 0] = 0.0
        return table


def _calm(p: Planning, owed_eur: F) -> Calm | None:
    """Zones and costs of leaving the last plan; None where it costs nothing."""
    frozen = -(-p.frozen_days // 7)
    slushy = -(-p.slushy_days // 7) if p.change_eur > 0 else 0
    if max(frozen, slushy) == 0:
        return None
    return Calm(frozen=frozen, slushy=max(frozen, slushy), frozen_eur=_FROZEN * owed_eur, slushy_eur=np.full(len(owed_eur), p.change_eur))


def item_margin(world: World) -> tuple[F, F]:
    """Yearly volume of the history [pcs] and mean contribution at list prices [EUR/pcs] of each item, (items,) each."""
    w = world
    unit = np.maximum(np.nan_to_num(w.price, nan=0.0) - w.items.cost_eur[:, None], 0.0)
    volume, gain = np.zeros(w.items.n), np.zeros(w.items.n)
    for yearly, channel in zip(w.cells.yearly, w.cells.channel, strict=True):
        volume += yearly
        gain += yearly * unit[:, channel]
    volume, gain = w.items.pooled(volume), w.items.pooled(gain)
    return volume, np.divide(gain, volume, out=np.zeros_like(gain), where=volume > 0)


def _by_week(daily: F) -> F:
    """Sums of whole weeks of (items, days), as (weeks, items)."""
    weeks = daily.shape[1] // 7
    return np.asarray(daily[:, : 7 * weeks].reshape(daily.shape[0], weeks, 7).sum(axis=2).T)


def _weekly_sum(daily: F) -> F:
    """Sums of whole weeks of (rows, days), as (rows, weeks)."""
    return np.asarray(daily.reshape(len(daily), -1, 7).sum(axis=2))


def _item_season(world: World) -> F:
    """Monthly seasonal index of each item over its cells, (items, 12)."""
    w = world
    volume = w.cells.yearly.sum(axis=0)
    index = np.einsum("ci,cm->im", w.cells.yearly, w.cells.season)
    return np.where(volume[:, None] > 0, index / np.maximum(volume, 1e-12)[:, None], 1.0)


def _daily_hours(world: World, beyond: int) -> F:
    """Standard hours that each work centre offers on each day of the run and ``beyond`` it, (centres, days)."""
    days = int(world.hours // 24) + beyond + 21
    each = world.centres.efficiency * world.centres.availability
    rows = [
        calendar.daily(days) * machines * earned
        for calendar, machines, earned in zip(world.centres.calendar, world.centres.machines, each, strict=True)
    ]
    return np.array(rows)


def _machine_day(world: World) -> F:
    """Hours that a machine of each work centre works on a day on which it works, (centres,) [h]."""
    daily = (calendar.daily(max(int(world.hours // 24), 7)) for calendar in world.centres.calendar)
    return np.array([hours.sum() / max(int((hours > 0).sum()), 1) for hours in daily])


def _cumulative_lead(world: World) -> int:
    """Days from the release of the lowest made component to the release of the finished lot that needs it."""
    w = world
    lead = np.where(w.items.made, np.ceil(w.items.lead_h / 24.0 - 1e-9), 0.0)
    lead[w.items.brought] = move_days(w.links)[w.items.link[w.items.brought]]
    below = np.zeros(w.items.n)
    for i in np.argsort(-w.items.level, kind="stable"):
        parts = w.bom.component[w.bom.start[i] : w.bom.start[i + 1]]
        if len(parts):
            below[i] = float((lead[parts] + below[parts]).max())
    return int(below[w.items.sold].max(initial=0.0))
