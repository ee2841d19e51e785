"""The oracle: one SimPy process for every customer, order, request and return of a small world; slow, obvious, independent.

It reads the facts of a :class:`~e2esim.domain.world.World` and nothing else of the engine: no room above the domain, no
kernel, no batch, no tick, no addressed draw. One direct channel, one market, one segment, one work centre: the world of
``oracle/world.py``. Rules that the engine states in code and not in data (hours of shopping and of delivery, the day's margin
of a promise, when a customer asks for a late order) are stated here once more, in the constants below.

A customer has a need, stays or leaves (BG/NBD, drop-out moved by satisfaction), buys and is promised the quoted lead time.
The order waits for the plant to open, for stock (first in, first out, lines in full), for the crew, for the truck; it travels,
waits for the receiving hours, may find nobody and come again, and is judged. Late orders make some customers ask; some send the goods
back, which wait for inspection. Faulty pieces of a lot are put right at once on the machine, or scrapped.
"""

from __future__ import annotations

import math
import random
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np
import simpy
from scipy import stats

from e2esim.domain.world import World

YEAR_H = 8760.0
WEEKDAYS = (0.88, 0.88, 0.90, 0.94, 1.06, 1.36, 0.98)  # Monday first, mean one
HOURS = (0.0,) * 8 + (0.5, 1.0, 1.4, 1.5, 1.1, 1.0, 1.2, 1.4, 1.6, 1.7, 1.6, 1.2, 0.9, 0.6, 0.3, 0.0)
PROMISE_MARGIN_D, PROMISE_HOUR = 1, 18.0
RECEIVE_FROM, RECEIVE_TO = 8.0, 19.0  # Monday to Saturday
PRICE_SPREAD, QUALITY_SPREAD, OPENING_SPREAD = 0.05, 0.05, 0.15
ASK_SHARE, TOLD_SPARES = 0.6, 0.8  # of overdue customers who ask; spared by telling them first
REGRETS_D = (2.0, 14.0)  # [days] from delivery until what is not wanted is sent back
TOLD_D, ANSWER_WEIGHT = 0.5, 0.6  # [days] forgiven where the delay was told; an answer in memory against a delivery

Process = Generator[simpy.Event, None, None]


@dataclass(slots=True)
class Customer:
    """Somebody with a purchase rate [1/life], a drop-out probability and a memory [satisfaction]."""

    rate: float
    drop: float
    memory: float
    memory_t: float = 0.0
    purchases: int = 0
    last: float = 0.0
    item: int = 0
    need: float = math.inf  # [h] the next one
    gone: bool = False


@dataclass(slots=True)
class Order:
    """One order line and its times [h]; NaN = not happened."""

    item: int
    quantity: int
    placed: float
    price_ratio: float
    again: bool
    promised: float = math.nan
    allocated: float = math.nan
    picked: float = math.nan
    shipped: float = math.nan
    delivered: float = math.nan
    satisfaction: float = math.nan
    returned: float = math.nan


@dataclass
class Result:
    """What one run of the oracle leaves."""

    opening_customers: int
    orders: list[Order] = field(default_factory=list)
    buyers: list[Customer] = field(default_factory=list)  # everybody who had a need in the run

    def column(self, name: str) -> np.ndarray:
        """One attribute of all orders, (orders,)."""
        return np.array([getattr(order, name) for order in self.orders])


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """A purchase given from outside, for traces."""

    placed: float
    item: int
    quantity: int = 1
    price_ratio: float = 1.0


class Oracle:
    """One replication. ``script`` replaces the customers by given purchases."""

    def __init__(self, world: World, seed: int, script: Sequence[Purchase] | None = None) -> None:
        self.world, self.dice = world, random.Random(seed)
        self.env = simpy.Environment()
        self.open = world.plant.calendar
        self.stock = [simpy.Container(self.env, init=float(quantity)) for quantity in world.opening.on_hand]
        self.crew, self.inspectors = simpy.Resource(self.env), simpy.Resource(self.env)
        sold = [i for i in range(world.items.n) if world.items.sold[i]]
        pieces = [float(world.cells.yearly[0, i]) / (1.0 + float(world.items.pair_share[i])) for i in sold]
        self.sold, self.purchases_y = sold, pieces
        self.cumulative = list(accumulate(pieces))
        self.quality = float(world.quality[0])
        self.base = world.settings.satisfaction.base_share * self.quality  # what memory returns to
        base = [] if script is not None else self.opening_customers()
        self.result = Result(len(base))
        self.env.process(self.produce())
        if script is not None:
            self.env.process(self.follow(script))
            return
        for customer in base:
            if customer.need < world.hours:
                self.env.process(self.live(customer))
            if customer.last > -REGRETS_D[1] * 24.0 and self.dice.random() < float(world.channels.second_thoughts[0]):
                self.env.process(self.send_back(Order(customer.item, 1, customer.last, 1.0, False, delivered=customer.last)))
        self.env.process(self.newcomers(self.new_a_year(base)))

    def run(self) -> Result:
        """Run to the horizon."""
        self.env.run(until=self.world.hours)
        return self.result

    def until(self, t: float) -> simpy.Event:
        """Wait until clock time ``t`` [h]."""
        return self.env.timeout(max(0.0, t - self.env.now))

    # --- customers -----------------------------------------------------------------------------------------------------
    def opening_customers(self) -> list[Customer]:
        """Everybody acquired in the years before the run, evenly, who is still a customer."""
        w = self.world
        history_h = w.settings.market.history_y * YEAR_H
        acquired = round(sum(self.purchases_y) * w.settings.market.demand_factor * self.new_share() * w.settings.market.history_y)
        people = (self.past(-history_h * self.dice.random()) for _ in range(acquired))
        return [one for one in people if one is not None]

    def new_share(self) -> float:
        """Share of new customers in the purchases of a year such that the acquisitions of the history explain the others.

        A customer acquired s years ago buys lambda exp(-lambda p s) a year in expectation.
        """
        rate, drop = self.rates_and_drops()
        return 1.0 / (1.0 + float(np.mean(-np.expm1(-rate * drop * self.world.settings.market.history_y) / drop)))

    def rates_and_drops(self) -> tuple[np.ndarray, np.ndarray]:
        """Quantiles of the purchase rate [1/year], (400, 1), and of the drop-out probability, (1, 400)."""
        w, q = self.world, (np.arange(400) + 0.5) / 400
        life_y = sum(n * float(w.items.life_h[i]) for n, i in zip(self.purchases_y, self.sold, strict=True)) / sum(self.purchases_y) / YEAR_H
        rate = stats.gamma(w.segments.r[0], scale=1.0 / w.segments.alpha[0]).ppf(q)[:, None] / life_y
        return rate, stats.beta(w.segments.a[0], w.segments.b[0]).ppf(q)[None, :]

    def somebody(self) -> Customer:
        """A new customer with an own rate and drop-out probability."""
        s = self.world.segments
        rate = self.dice.gammavariate(float(s.r[0]), 1.0 / float(s.alpha[0]))
        return Customer(rate, self.dice.betavariate(float(s.a[0]), float(s.b[0])), self.base)

    def past(self, since: float) -> Customer | None:
        """Live a customer acquired at ``since`` [h, negative] up to today; None if lost on the way."""
        customer = self.somebody()
        customer.memory += OPENING_SPREAD * self.dice.gauss(0.0, 1.0)
        self.bought(customer, since)
        while customer.need <= 0.0:
            if customer.purchases > 1 and self.dice.random() < customer.drop:
                return None
            self.bought(customer, customer.need)
        customer.need = self.shopping(0.0, customer.need)
        return customer

    def bought(self, customer: Customer, t: float) -> None:
        """Choose an item at ``t`` and draw the time of the next need."""
        customer.item = self.dice.choices(self.sold, cum_weights=self.cumulative)[0]
        customer.last = t
        customer.purchases += 1
        wait = self.dice.expovariate(customer.rate / float(self.world.items.life_h[customer.item]))
        customer.need = t + wait if t < 0.0 else self.shopping(t, wait)

    def shopping(self, t: float, wait: float) -> float:
        """Time [h] at which ``wait`` hours have passed since ``t`` on a clock that runs as people shop: whole weeks, then hour by hour."""
        weeks, wait = divmod(wait, 168.0)
        t += 168.0 * weeks
        while True:
            weekday = (int(t // 24.0) + self.world.start.weekday()) % 7
            speed = WEEKDAYS[weekday] * HOURS[int(t % 24.0)] * 24.0 / sum(HOURS)
            rest = math.floor(t) + 1.0 - t
            if wait < speed * rest:
                return t + wait / speed
            wait, t = wait - speed * rest, math.floor(t) + 1.0

    def new_a_year(self, base: Sequence[Customer]) -> float:
        """New customers a year that, with the repeats expected of the opening base and of their own, give the history [1/year]."""
        w, m = self.world, self.world.settings.market
        repeats = 0.0
        for customer in base:
            p = self.drop_out(customer.drop, self.base)
            needs = customer.rate * YEAR_H / float(w.items.life_h[customer.item])
            repeats += (1.0 - p if customer.purchases > 1 else 1.0) / p * -math.expm1(-needs * p)
        wanted = sum(self.purchases_y) * m.demand_factor
        rate, drop = self.rates_and_drops()
        drop = np.array([[self.drop_out(float(p), self.base) for p in drop[0]]])
        own = float(np.mean((1.0 + np.expm1(-rate * drop) / (rate * drop)) / drop))  # in the year in which somebody becomes a customer
        return max((wanted - repeats) / (1.0 + own), 0.05 * wanted)

    def drop_out(self, drop: float, memory: float) -> float:
        """Drop-out probability of somebody who remembers ``memory``: its logit moves by theta times the advantage."""
        advantage = memory - self.world.settings.market.competitor_satisfaction
        drop = min(max(drop, 1e-9), 1.0 - 1e-9)
        return 1.0 / (1.0 + (1.0 - drop) / drop * math.exp(float(self.world.segments.theta[0]) * advantage))

    def newcomers(self, new_a_year: float) -> Process:
        """Poisson arrivals by weekday and hour: candidates at the highest rate, thinned."""
        hours = [h * 24.0 / sum(HOURS) for h in HOURS]
        peak = max(hours) * max(WEEKDAYS)
        while True:
            yield self.env.timeout(self.dice.expovariate(new_a_year / YEAR_H * peak))
            now = self.env.now
            weekday = (int(now // 24.0) + self.world.start.weekday()) % 7
            if self.dice.random() * peak < hours[int(now % 24.0)] * WEEKDAYS[weekday]:
                customer = self.somebody()
                customer.memory_t = now
                self.buy(customer)
                self.env.process(self.live(customer))

    def live(self, customer: Customer) -> Process:
        """Needs come; each time the customer leaves for good or buys again."""
        self.result.buyers.append(customer)
        while customer.need < self.world.hours:
            yield self.until(customer.need)
            memory = self.remembers(customer)
            p = self.drop_out(customer.drop, memory)
            if customer.purchases == 1:  # no coin hangs over a first purchase, only what dissatisfaction adds
                p = max(0.0, (p - customer.drop) / (1.0 - customer.drop))
            if self.dice.random() < p:
                customer.gone = True
                return
            self.buy(customer)

    def buy(self, customer: Customer) -> None:
        """Place an order now."""
        self.bought(customer, self.env.now)
        quantity = 2 if self.dice.random() < float(self.world.items.pair_share[customer.item]) else 1
        ratio = math.exp(PRICE_SPREAD * self.dice.gauss(0.0, 1.0))
        self.place(Order(customer.item, quantity, self.env.now, ratio, customer.purchases > 1), customer)

    def follow(self, script: Sequence[Purchase]) -> Process:
        """Place the given purchases."""
        for one in script:
            yield self.until(one.placed)
            self.place(Order(one.item, one.quantity, self.env.now, one.price_ratio, False), self.somebody())

    # --- the order -----------------------------------------------------------------------------------------------------
    def place(self, order: Order, customer: Customer) -> None:
        """Promise the quoted lead time and a day, never on a Sunday; some who find it broken will ask."""
        day = math.floor(order.placed / 24.0 + float(self.world.channels.quoted_d[0])) + PROMISE_MARGIN_D
        day += (day + self.world.start.weekday()) % 7 == 6
        order.promised = 24.0 * day + PROMISE_HOUR
        self.result.orders.append(order)
        self.env.process(self.serve(order, customer))
        if self.dice.random() < ASK_SHARE * (1.0 - TOLD_SPARES * self.world.settings.organisation.proactive):
            self.env.process(self.ask(order, customer))

    def serve(self, order: Order, customer: Customer) -> Process:
        """From the order to the door."""
        yield self.until(self.open.next_open(self.env.now))
        yield self.stock[order.item].get(order.quantity)
        order.allocated = self.env.now
        with self.crew.request() as turn:
            yield turn
            yield self.until(self.open.add(self.env.now, order.quantity / self.world.plant.picking_pcs_h))
        order.picked = self.env.now
        yield self.until(self.next_truck(self.env.now))
        order.shipped = self.env.now
        yield self.until(self.arrival(order.shipped))
        if self.dice.random() < float(self.world.lanes.miss_share[0]):
            saturday = (int(self.env.now // 24.0) + self.world.start.weekday()) % 7 == 5
            yield self.env.timeout(48.0 if saturday else 24.0)
        order.delivered = self.env.now
        order.satisfaction = self.judge(order)
        self.feel(customer, order.satisfaction)
        if self.dice.random() < float(self.world.channels.second_thoughts[0]):
            self.env.process(self.send_back(order))

    def next_truck(self, t: float) -> float:
        """Cut-off of the next day on which the lane's truck leaves [h]."""
        lanes, day = self.world.lanes, math.floor(t / 24.0)
        while not lanes.departs[0, (day + self.world.start.weekday()) % 7] or 24.0 * day + lanes.cutoff_h[0] < t:
            day += 1
        return 24.0 * day + float(lanes.cutoff_h[0])

    def arrival(self, shipped: float) -> float:
        """Lognormal transit, sometimes late on top, then the next receiving hour [h]."""
        w = self.world
        t = shipped + 24.0 * float(w.lanes.transit_d[0]) * math.exp(float(w.lanes.sigma[0]) * self.dice.gauss(0.0, 1.0))
        if self.dice.random() < float(w.modes.late_share[0]):
            t += 24.0 * float(w.modes.late_median_d[0]) * math.exp(float(w.modes.late_sigma[0]) * self.dice.gauss(0.0, 1.0))
        day, hour = divmod(t, 24.0)
        if hour > RECEIVE_TO:
            day, hour = day + 1, 0.0
        if (day + w.start.weekday()) % 7 == 6:
            day, hour = day + 1, 0.0
        return 24.0 * day + max(hour, RECEIVE_FROM)

    def send_back(self, order: Order) -> Process:
        """Second thoughts, two days to two weeks after delivery; inspected in turn; half of the pieces are as new, put away in working time."""
        back = order.delivered + 24.0 * self.dice.uniform(*REGRETS_D)
        if back <= 0.0:
            return  # before the run
        yield self.until(back)
        if math.isfinite(self.world.plant.inspection_pcs_h):
            with self.inspectors.request() as turn:
                yield turn
                yield self.until(self.open.add(self.env.now, order.quantity / self.world.plant.inspection_pcs_h))
        order.returned = self.env.now
        good = order.quantity // 2
        if order.quantity % 2 == 1 and self.dice.random() < 0.5:
            good += 1
        yield self.until(self.open.next_open(self.env.now))
        if good:
            yield self.stock[order.item].put(good)

    def produce(self) -> Process:
        """One machine makes the open production orders one after the other, in working time."""
        o, r = self.world.opening, self.world.routing
        calendar, efficiency = self.world.centres.calendar[0], float(self.world.centres.efficiency[0])
        for item, quantity in zip(o.production_item, o.production_quantity, strict=True):
            step = int(r.start[item])
            end = calendar.add(self.env.now, float(r.setup_h[step] + r.run_h[step] * quantity) / efficiency)
            if end == math.inf:
                return
            yield self.until(end)
            pieces = round(quantity)
            while pieces:
                faulty, again = self.look_at(int(item), pieces)
                if pieces > faulty:
                    yield self.stock[item].put(float(pieces - faulty))
                pieces = again
                if pieces:
                    yield self.until(calendar.add(self.env.now, float(r.run_h[step]) * pieces / efficiency))

    def look_at(self, item: int, pieces: int) -> tuple[int, int]:
        """Pieces found faulty, and those of them that are put right."""
        rework = self.world.items.rework
        if rework is None:
            return 0, 0
        faulty = sum(self.dice.random() < float(rework.fault[item]) for _ in range(pieces))
        return faulty, sum(self.dice.random() < float(rework.share[item]) for _ in range(faulty))

    # --- what is felt --------------------------------------------------------------------------------------------------
    def judge(self, order: Order) -> float:
        """Satisfaction S = (benefit - problems) / price ratio."""
        w, kappa = self.world, self.world.settings.satisfaction.kappa
        late = order.delivered / 24.0 - math.floor(order.promised / 24.0)
        over = (order.delivered - order.placed) / 24.0 - float(w.channels.reference_d[0])
        over_promise = late - (TOLD_D if late >= 1.0 else 0.0)  # every delay is told when the promised day has passed
        unpunctual = float(w.segments.w_punctuality[0]) * float(w.attributes.loss[0]) * self.curve(over_promise, 0)
        slow = float(w.segments.w_lead[0]) * float(w.attributes.loss[1]) * self.curve(over, 1)
        fast = float(w.segments.w_lead[0]) * float(w.attributes.gain[1]) * self.curve(-over, 1)
        product = self.quality + QUALITY_SPREAD * self.dice.gauss(0.0, 1.0)
        met = max(0.0, 1.0 - unpunctual - slow)  # what pleases counts in proportion to needs met
        return max(-0.5, (product + fast * met - unpunctual - slow - kappa * unpunctual * slow) / order.price_ratio)

    def curve(self, deviation: float, attribute: int) -> float:
        """Part of the gain or loss that a ``deviation`` [days] brings: 63 % at the tolerance."""
        a = self.world.attributes
        if deviation <= 0.0:
            return 0.0
        return 1.0 - math.exp(-((deviation / float(a.tolerance[attribute])) ** float(a.shape[attribute])))

    def remembers(self, customer: Customer) -> float:
        """Memory now: it returns to the base line by half-lives."""
        elapsed = max(0.0, self.env.now - customer.memory_t)
        return self.base + (customer.memory - self.base) * 0.5 ** (elapsed / (24.0 * self.world.settings.satisfaction.half_life_d))

    def feel(self, customer: Customer, experience: float, share: float = 1.0) -> None:
        """Move the memory towards an experience, the more the more extreme it is; ``share``: its weight against a delivery."""
        s = self.world.settings.satisfaction
        memory = self.remembers(customer)
        weight = min(1.0, share * s.eta * (1.0 + s.eta_extreme * abs(experience - memory)))
        customer.memory, customer.memory_t = memory + weight * (experience - memory), self.env.now

    def ask(self, order: Order, customer: Customer) -> Process:
        """Ask on the day after the promised one, if nothing has come; the answer is given at once and resolves."""
        yield self.until((math.floor(order.promised / 24.0) + 1.0) * 24.0)
        if not math.isnan(order.delivered):
            return
        yield self.env.timeout(8.0 + 9.0 * self.dice.random())
        self.feel(customer, self.quality / order.price_ratio, ANSWER_WEIGHT)


def run(world: World, seed: int, script: Sequence[Purchase] | None = None) -> Result:
    """Run one replication of ``world`` order by order."""
    return Oracle(world, seed, script).run()
