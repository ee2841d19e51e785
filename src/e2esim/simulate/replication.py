"""The clock of one replication and who acts on it."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import simpy

from e2esim.chain.breakdowns import break_down
from e2esim.chain.deliver import Deliver
from e2esim.chain.deliver_kernels import hand_overs
from e2esim.chain.fleets import Fleets
from e2esim.chain.happenings import roll, struck
from e2esim.chain.make import Shop
from e2esim.chain.phases import At, Phase
from e2esim.chain.pick import Crews
from e2esim.chain.records import Records
from e2esim.chain.returns import Returns
from e2esim.chain.source import Source
from e2esim.chain.stock import ConservationError, Stock
from e2esim.chain.transfers import Transfers
from e2esim.customers.asking_before import AskingBefore
from e2esim.customers.billing import Billing
from e2esim.customers.changing import Changing
from e2esim.customers.desk import Desk
from e2esim.customers.experiences import Experiences
from e2esim.customers.giving_up import GivingUp
from e2esim.customers.journey import Journey
from e2esim.customers.listening import Listening
from e2esim.customers.mailing import Mailing
from e2esim.customers.market import DemandCells
from e2esim.customers.people import People
from e2esim.customers.product_learning import ProductLearning
from e2esim.customers.staff_training import StaffTraining
from e2esim.customers.trade import Trade
from e2esim.customers.training import Training
from e2esim.domain.book import CONTACT_COLUMNS, ORDER_COLUMNS, Columns, OrderKind, OrderState
from e2esim.domain.events import Event, EventLog
from e2esim.domain.outcome import Outcome
from e2esim.domain.size import check_size, expected_rows
from e2esim.domain.world import World
from e2esim.simulate.changes import Changes
from e2esim.simulate.conservation import check_orders, check_under_way
from e2esim.simulate.deployment import Deployment
from e2esim.simulate.distribution import Distribution
from e2esim.simulate.late_causes import LateFacts, explain, late_table
from e2esim.simulate.open_book import open_book
from e2esim.simulate.opening import open_orders, open_shelves, open_transit, open_unsold
from e2esim.simulate.outcome import BooksLeft, WeeksLeft, gather
from e2esim.simulate.planner import Planner
from e2esim.simulate.promise import PromiseDesk
from e2esim.simulate.saved.moments import await_again, pending
from e2esim.simulate.saved.state import SavedState
from e2esim.simulate.saved.taken_up import TakenUp
from e2esim.simulate.saved.written import Written
from e2esim.simulate.second_site import SecondSite
from e2esim.simulate.sequencer import place_sequencers
from e2esim.simulate.strikes import Firm, Strikes
from e2esim.simulate.to_order import ToOrder
from e2esim.simulate.waves import Waves
from e2esim.streams import Streams

Rows = npt.NDArray[np.int32]

_ORDER_HOUR = 8.0  # accounts order at eight
_DIRECT = int(OrderKind.DIRECT)
_COLLECT_TRIP_D = 7.0  # days until a used product reaches the recycler, assumed


class SimulationError(RuntimeError):
    """A law of the simulation was broken."""


class Replication:
    """One run of one world. What comes at equal times acts in the order of phases."""

    def __init__(self, world: World, number: int) -> None:
        check_size(world)
        self.world, self.number = world, number
        self.tick_h = world.settings.horizon.tick_h
        ticks = math.ceil(world.hours / self.tick_h) + 2
        streams = self.streams = Streams(world.settings.seed, number)
        self.env = simpy.Environment()
        self.log = EventLog()
        self.orders = Columns(ORDER_COLUMNS, capacity=expected_rows(world))
        self.stock = Stock(world, self.orders, self.log)
        happened = roll(world.disturbances, streams) if world.disturbances.n else ()
        real = break_down(struck(world, happened), streams)  # what works in truth; the firm plans with what it knows
        self.source = Source(self.env, real, self.stock, self.log, streams)
        self.shop = Shop(self.env, real, self.stock, self.log, paid=world.centres.calendar)
        self.pick = Crews(world, self.orders, self.log, streams)
        self.transfers = Transfers(self.env, real, self.stock, self.log, streams)
        self.deliver = Deliver(self.env, world, self.stock, self.orders, self.log, streams)
        self.deliver.fleets = self.transfers.fleets = self.fleets = Fleets(world, self.log) if world.fleets.n else None
        self.returns = Returns(self.env, real, self.stock, self.orders, self.log, streams)
        self.people = People(world, streams, ticks)
        self.market = DemandCells(world, self.people, self.orders, streams)
        self.experiences = Experiences(world, self.people, self.orders, Columns(CONTACT_COLUMNS, capacity=1024), streams)
        self.journey = Journey(world, self.experiences, self.orders, streams, ticks)
        self.desk = Desk(world, self.experiences, streams, self.log, ticks)
        self.listening = Listening(world, self.experiences, self.orders, streams, self.log)
        self.billing = Billing(world, self.experiences, self.orders, streams)
        self.training = Training(world, self.people, self.experiences, self.orders, streams, self.log)
        self.staff_training = StaffTraining(world, self.experiences, self.desk, self.log)
        self.product_learning = ProductLearning(world, self.experiences, self.journey, self.orders, self.log)
        self.asking_before = AskingBefore(world, self.experiences, self.journey, self.orders, streams, self.log)
        self.journey.set_right = self.asking_before.set_right if world.settings.feedback.ask_before > 0.0 else None
        self.mailing = Mailing(world, self.people, streams, self.log)
        self.trade = Trade(world, self.people, self.orders, streams)
        self.giving_up = GivingUp(world, self.people, self.orders, streams)
        self.promise = PromiseDesk(world, self.orders, self.log)
        self.deployment = Deployment(world, self.stock, self.trade, self.promise)
        self.distribution = Distribution(world, self.stock, self.promise, self.transfers)
        self.planner = Planner(world, self.stock, self.shop, self.source, self.promise, self.deployment, self.distribution, self.log)
        self.second_site = SecondSite(world, self.stock, self.promise)
        self.changes = Changes(world, Changing(world, self.orders, streams), self.stock, self.promise, self.planner, self.journey, self.trade)
        self.waves = Waves(real, self.orders, self.people, self.planner, self.promise)
        self.to_order = ToOrder(world, self.orders, self.stock, self.shop, self.promise, self.log) if world.items.to_order.any() else None
        place_sequencers(world, self.shop)
        self.strikes: Strikes | None = None
        self._tell: Callable[[float], None] | None = None
        self._begun = False
        self._shelves: npt.NDArray[np.float64] | None = None  # on hand at the accounts, as consumers see it
        self._first_open = 0  # no line before it is open
        if happened:
            firm = Firm(
                self.orders, self.stock, self.source, self.shop, self.pick, self.deliver, self.transfers, self.returns, self.market, self.journey, self.desk,
                self.planner,
            )  # fmt: skip
            self.strikes = Strikes(self.env, world, happened, firm, self.log, streams)
        self.records = Records(world, self.stock, self.log, streams) if Records.wanted(world) else None
        self._free = [self.stock.free.copy()]  # at the plant, by night
        self._held = [self.stock.on_hand[0].copy()]  # the same, with what is reserved and on the way between sites
        self._opening_last, self._opening_brand = (self.people.consumers.filled(c).copy() for c in ("last", "brand"))

    def run(self, progress: Callable[[float], None] | None = None) -> Outcome:
        """Run to the horizon and gather the outcome."""
        self._begin(progress)
        self._advance(self.world.hours + 0.5 * self.tick_h)
        self._check(whole=True)
        return self._gather()

    def stop(self, day: int, progress: Callable[[float], None] | None = None) -> SavedState:
        """Run to the morning of ``day`` and write down how everything stands."""
        if not self._begun:
            self.planner.remember()
        self._begin(progress)
        self._advance(24.0 * day - 0.5 * self.tick_h)
        self._check(whole=True)
        written = Written((self.world, self.shop.world))
        values = {name: written.value(stage) for name, stage in self._stages().items()}
        return SavedState(day=day, values=values, arrays=written.arrays, moments=pending(self.env, self._stages()))

    def take_up(self, saved: SavedState) -> None:
        """Let everything of this run, which has not begun, stand as it was written down; `run` then goes on from there."""
        self.planner.remember()
        here = TakenUp(saved.arrays, (self.world, self.shop.world))
        stages = self._stages()
        for name, tree in saved.values.items():
            here.value(tree, stages[name])
        await_again(self.env, stages, saved.moments)
        if self.strikes is not None:
            self.strikes.recall_known()
        self._begun = True

    def _stages(self) -> dict[str, Any]:
        """What holds the state of the run, by name; the run itself first."""
        held = {name: stage for name, stage in vars(self).items() if type(stage).__module__.startswith("e2esim.") and not isinstance(stage, World)}
        return {"run": self, **held, **{f"centre {k}": centre for k, centre in enumerate(self.shop.centres)}}

    def _begin(self, progress: Callable[[float], None] | None) -> None:
        self._tell = progress
        if self._begun:
            return
        self._begun = True
        self._open()
        self._later(168.0, self._weekly)
        self._later(24.0, self._nightly)
        self._later(self.tick_h, self._tick, 0)
        for stage in (self.source, self.shop, self.deliver, self.returns):
            stage.start()
        if self.strikes is not None:
            self.strikes.start()

    def _advance(self, until: float) -> None:
        collecting = gc.isenabled()
        gc.collect()  # the replication before this one hangs together in cycles
        gc.disable()  # SimPy's many small objects have no cycles worth looking for
        try:
            self.env.run(until=until)
        finally:
            if collecting:
                gc.enable()

    def _gather(self) -> Outcome:
        facts = LateFacts(
            world=self.world,
            orders=self.orders,
            lots=self.shop.book(),
            calls=self.source.book(),
            free=np.array(self._free),
            limits=self.planner.limits,
            system=self.planner.system,
            raw=self.planner.raw,
            sold=self.planner.sold,
            ahead_d=self.planner.ahead_d,
            transit_d=self.promise.transit_d,
        )
        self.market.close_shelves(self.world.hours, self.log)
        planner, market = self.planner, self.market
        books = BooksLeft(
            orders=self.orders,
            late=late_table(facts),
            moved=planner.moved,
            waiting=open_book(self.orders, self.promise, planner, now=self.env.now, explain=partial(explain, facts)),
            contacts=self.desk.contacts,
        )
        weeks = WeeksLeft(
            forecast=np.array(planner.forecasts[: len(planner.actuals)]).reshape(-1, self.world.items.n),
            actual=np.array(planner.actuals).reshape(-1, self.world.items.n),
            ahead=planner.forecast_ahead(),
            sop=planner.sop.columns() if planner.sop is not None else {},
            met=market.close_week(self.world.hours),
            needs_lost=market.lost_by_week,
            swayed=market.sway_by_week,
        )
        return gather(
            self.world,
            books,
            weeks,
            self.people,
            self.trade,
            self.log,
            opening_last=self._opening_last.astype(np.float64),
            opening_brand=self._opening_brand.astype(np.int16),
            experiences=self.experiences,
            changes=(self.changes.asked, self.changes.granted),
            held=np.array(self._held),
        )

    # --- opening ---------------------------------------------------------------------------------------------------
    def _open(self) -> None:
        open_transit(self.world, self.stock, self.trade, self.deliver, self.orders, self.promise)
        rows = open_orders(self.world, self.trade, self.orders)
        if len(rows):
            self.promise.commit_given(rows)
            self._wait(rows, 0.0)
        open_shelves(self.world, self.stock, self.trade)
        open_unsold(self.world, self.stock, self.trade, self.orders)
        requests, returns = self.journey.open_past(self.people, self.streams)
        self.desk.request(*requests, 0)
        self.returns.push(*returns)
        self.pick.week(0.0)
        self.planner.week()
        self.planner.night(0)

    # --- rounds ----------------------------------------------------------------------------------------------------
    def _later(self, hours: float, act: Callable[..., None], *args: int) -> None:
        At(self.env, self.env.now + hours, Phase.TICK, act, *args)

    def _weekly(self) -> None:
        if self.env.now >= self.world.hours:
            return
        self._check(whole=False)
        self.pick.week(self.env.now)
        if self.fleets is not None:
            wait_d = self.deliver.truck_wait_d()
            self.promise.wait_for_trucks(wait_d)
            self.trade.wait_for_trucks(wait_d)
        self.trade.week()
        self.market.close_week(self.env.now)
        self.desk.request(*self.listening.week(self.env.now), int(self.env.now / self.tick_h))
        self.market.close_shelves(self.env.now, self.log)
        self.desk.fade(168.0)
        self.journey.reputation(168.0, self.market.reputation)
        self.listening.faded()
        self.training.week(self.env.now)
        self.staff_training.week(self.env.now)
        self.product_learning.week(self.env.now)
        self.market.close_search(self.env.now, self.log)
        self.mailing.week(self.env.now)
        self._plan_week()
        self._later(168.0, self._weekly)

    def _plan_week(self) -> None:
        if self.strikes is None:
            self.planner.week()
            return
        self.strikes.week()
        before = self.planner.plan
        self.planner.week()
        if self.planner.plan is not before:
            self.strikes.planned()

    def _nightly(self) -> None:
        day = round(self.env.now / 24.0)
        if self.env.now >= self.world.hours:
            return
        if self.strikes is not None:
            self.strikes.night()
        if self.records is not None:
            self.records.night(day, self.shop.needs())
        if self.to_order is not None:
            self.to_order.night(day)
        self.planner.night(day, self._earlier)
        self._count_stock()
        if self._tell is not None:
            self._tell(self.env.now / self.world.hours)
        self._later(24.0, self._nightly)

    def _tick(self, tick: int) -> None:
        """Close one interval after the other: (t - tick, t]."""
        self._close(tick, self.env.now)
        self._later(self.tick_h, self._tick, tick + 1)

    def _close(self, tick: int, now: float) -> None:
        picked = self.pick.step(now)
        if len(picked):
            self.deliver.push(picked)
        delivered = self.deliver.arrivals(now)
        self.journey.refunded(self.returns.arrivals(now), now)
        if len(delivered):
            self._receive(delivered, tick, now)
        self.journey.later(tick, now)
        self.desk.request(*self.journey.ask(tick, now), tick)
        self._buy(tick, now)  # before the desk, which answers who asks in this tick in the order of asking
        self.desk.step(tick, now)
        start_of_day = (tick * self.tick_h) % 24.0
        if start_of_day <= _ORDER_HOUR < start_of_day + self.tick_h:
            self._give_up(now)
            self.changes.answer(now)
            self._replenish(int(now // 24), now)
        allocated = self.waves.allocate(self.stock, now)
        if len(allocated):
            self.promise.take(allocated)
            self.pick.push(allocated)

    def _receive(self, rows: Rows, tick: int, now: float) -> None:
        """Goods delivered: consumers and accounts feel it, shelves are served, returns are scheduled."""
        requests, returns = self.journey.receive(rows)
        self.listening.delivered(rows)
        self.product_learning.delivered(rows)
        self.desk.request(*self.billing.bill(rows, now), tick)
        self.desk.request(*requests, tick)
        if len(returns[0]):
            self.returns.push(*returns)
        used, shelves = np.empty_like(rows), np.empty_like(rows)
        taken, filled = hand_overs(rows, self.orders["services"], self.orders["kind"], used, shelves)
        if taken:
            self.returns.collect(used[:taken], self.orders["delivered"][used[:taken]].astype(np.float64) + 24.0 * _COLLECT_TRIP_D)
        if filled:
            self.trade.served(shelves[:filled])
            self.deliver.hand_over(self.stock.serve_accounts(shelves[:filled], now))

    def _buy(self, tick: int, now: float) -> None:
        """Consumers buy: from the plant with a promise of the firm, or at an account from its shelf."""
        if not self.market.is_open(tick):
            return
        if self._shelves is None or self._shelves.base is not self.stock.on_hand:
            self._shelves = self.stock.on_hand[1:]
        offer = self.promise.offer(now, self._shelves, self.trade)
        offer = self.second_site.shown(offer, now) if self.second_site.active else offer
        rows = self.market.step(tick, offer, self.desk.unanswered, self.desk.slow)
        if len(rows) == 0:
            return
        o, new = self.orders, slice(rows[0], rows[-1] + 1)
        self.log.emit(now, Event.ORDERS_PLACED, rows=len(rows), quantity=float(o["quantity"][new].sum()), value=float(o["revenue_eur"][new].sum()))
        self.journey.bought(rows, self.market.public)
        self.desk.request(*self.market.questions(rows, self.journey.information_share(tick)), tick)
        self.trade.notice(rows)
        direct = o["kind"][new] == _DIRECT
        firm, shop = rows[direct], rows[~direct]
        if len(firm):
            self.planner.demand(firm, self.orders)
            if self.second_site.active:
                self.second_site.place(firm, now)
            self.promise.give(firm, now)
            self._wait(firm, now)
        if len(shop):
            self.stock.wait(shop)
            self.journey.watch(shop, tick)
            self.deliver.hand_over(self.stock.serve_accounts(shop, now))
        self.asking_before.bought(rows, now)

    def _replenish(self, day: int, now: float) -> None:
        """Trade accounts and branches place their orders of the day."""
        shelves = slice(1, None)
        rows = self.trade.order(day, self.stock.on_hand[shelves], self.stock.on_order[shelves], self.stock.backlog[shelves])
        if self.deployment.active:
            rows = np.concatenate([rows, self.trade.send(day, *self.deployment.ship(day))])
        if len(rows) == 0:
            return
        self.log.emit(
            now,
            Event.ORDERS_PLACED,
            place=0,
            rows=len(rows),
            quantity=float(self.orders["quantity"][rows].sum()),
            value=float(self.orders["revenue_eur"][rows].sum()),
        )
        self.planner.demand(rows, self.orders)
        self.promise.give(rows, now)
        self.promise.ahead(rows, now)
        self._wait(rows, now)
        self.changes.notice(rows)
        self.training.ordered(rows)

    def _give_up(self, now: float) -> None:
        """Lines that have waited too long are cancelled, the goods planned for them are free again."""
        rows = self.stock.cancel(self.giving_up.today(now))
        if len(rows) == 0:
            return
        self.orders["cancelled"][rows] = now
        self.journey.given_up(rows, now)
        self.promise.release(rows[self.orders["node"][rows] == 0])
        self.trade.cover(rows[self.orders["kind"][rows] == OrderKind.REPLENISH])
        self.log.emit(now, Event.LINES_CANCELLED, rows=len(rows), quantity=float(self.orders["quantity"][rows].sum()))

    def _wait(self, rows: Rows, now: float) -> None:
        """New rows wait at the plant from the moment at which they may be served."""
        plain = rows
        if self.to_order is not None:
            own = self.to_order.mine(rows)
            self.to_order.wait(rows[own])
            plain = rows[~own]
        self.stock.wait(plain, self.promise.eligible(plain))
        self.journey.watch(rows, int(now / self.tick_h))

    def _earlier(self) -> None:
        """Supply has improved by what came in since yesterday: promise earlier, then let go what nobody else needs."""
        self._pull_in()
        if self.second_site.active:
            self.second_site.night(self.env.now, self.planner.forecast(1)[0], self.planner.next_receipt_d)
        self._go_ahead()

    def _open_at_plant(self) -> Rows:
        """Open lines that wait for goods of the plant, those that are made to order apart."""
        o = self.orders
        rows: Rows = np.flatnonzero(o.filled("state")[self._first_open :] == OrderState.OPEN).astype(np.int32) + np.int32(self._first_open)
        self._first_open = int(rows[0]) if len(rows) else o.n
        rows = rows[o["node"][rows] == 0]
        return rows if self.to_order is None else rows[~self.to_order.mine(rows)]

    def _go_ahead(self) -> None:
        """Lines that wait for their day may take what no other promise needs."""
        rows = self._open_at_plant()
        eligible = self.promise.eligible(rows)
        rows, eligible = rows[eligible > self.env.now], eligible[eligible > self.env.now]
        moved = self.promise.ahead(rows, self.env.now)
        self.stock.hasten(rows[moved], eligible[moved], self.promise.eligible(rows[moved]))

    def _pull_in(self) -> None:
        """Offer earlier dates where supply has improved, if the scenario says so; a new day is watched like the old one."""
        if not self.world.settings.promise.pull_in or self.promise.rule != "atp":
            return
        o = self.orders
        rows = self._open_at_plant()
        if len(rows) == 0:
            return
        promised, eligible = o["promised"][rows].astype(np.float64), self.promise.eligible(rows)
        moved = self.promise.improve(rows, self.env.now)
        if len(moved):
            self.stock.hasten(rows[moved], eligible[moved], self.promise.eligible(rows[moved]))
            self.journey.watch_anew(rows[moved], promised[moved], self.env.now)

    # --- books -----------------------------------------------------------------------------------------------------
    def _count_stock(self) -> None:
        w, s = self.world, self.stock
        sold = w.items.sold
        if w.warehouses:
            self._count_sites()
        plant = s.on_hand[0] + self.transfers.on_the_way()
        self._free.append(s.free.copy())
        self._held.append(plant)
        self.log.emit(self.env.now, Event.STOCK_COUNTED, place=0, quantity=float(plant[sold].sum()), value=float((plant * w.items.cost_eur).sum()))
        if w.accounts.n == 0:
            return
        own = w.channels.buyer[w.accounts.channel] == 2
        for place, members in ((1, own), (2, ~own)):
            shelf = s.on_hand[1:][members].sum(axis=0)
            self.log.emit(self.env.now, Event.STOCK_COUNTED, place=place, quantity=float(shelf[sold].sum()), value=float((shelf * w.items.cost_eur).sum()))

    def _count_sites(self) -> None:
        items, here = self.world.items, self.stock.on_hand[0]
        pieces = np.bincount(items.site, weights=here * items.sold)
        value = np.bincount(items.site, weights=here * items.cost_eur)
        for site in range(len(self.world.sites)):
            self.log.emit(self.env.now, Event.SITE_COUNTED, place=site, quantity=float(pieces[site]), value=float(value[site]))

    def _check(self, *, whole: bool) -> None:
        """Goods are conserved; with ``whole`` also every order line, which takes longer the more there are."""
        where = f"scenario '{self.world.settings.name}', replication {self.number}, t = {self.env.now:.1f} h"
        try:
            self.stock.check()
            self.transfers.check()
            if whole:
                check_orders(self.orders, self.stock)
            check_under_way(self.orders, self.deliver.expected())
        except (ConservationError, ValueError) as error:
            raise SimulationError(f"{where}: {error}") from error
