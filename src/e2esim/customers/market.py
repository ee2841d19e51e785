"""Demand: every tick prospects discover and weigh the firm, customers with a need stay or leave, and those who buy enter the order book."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.customers.believing import believed, claimed, told
from e2esim.customers.deciders import BEFORE_BUYING, deciders
from e2esim.customers.entry_kernels import GoodsBought, LinesBorn, SoldHow
from e2esim.customers.hurdle_kernels import LOOKED, Hurdles
from e2esim.customers.loyalty_kernels import Pull
from e2esim.customers.market_kernels import BUYER, DISSENT, Arrivals, GoodsShown, LeadShown, MarketCells, MetBefore, Standing, Tastes, prospects
from e2esim.customers.own_targets import pressing
from e2esim.customers.people import People
from e2esim.customers.price_answers import price_move
from e2esim.customers.purchase_kernels import Asking, Customers, LinesWritten, NeedsToCome, Newcomers, Room, WeighedBy, enter, needs_met, questions
from e2esim.customers.requests import NO_REQUESTS
from e2esim.customers.shopping_hours import HOUR_SHARE, WEEKDAY
from e2esim.customers.touching import GIVES_UP, REPEATS, analysed, breaks, heard
from e2esim.domain.book import Columns, Reason
from e2esim.domain.build.months import month_of
from e2esim.domain.bundled import kept
from e2esim.domain.events import Event, EventLog
from e2esim.domain.liking import by_segment
from e2esim.domain.world import World
from e2esim.streams import Streams
from e2esim.streams.draws import child, exponential

F = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]

_INFORMATION = int(Reason.INFORMATION)
_DECIDES = ("item", "pair", "financing", "price", "choice", "agreed", "gap", "facts", "card", "simple", "circle")  # drawn for a purchase, see `consider`
_SHELF_KEYS = ("market.shelf", "market.shelf_item", "market.shelf_shop")
_SURELY = 50.0  # [utility] at which everybody buys
_YEAR_H = 8760.0
_ASKS_SHOP = 0.3  # of the questions of a shop's consumers reach the firm, assumed
ADVERTISING = 0.1  # [1] percent of prospects for a percent of advertising (Henningsen, Heuke and Clement 2011: .09 to .12 of sales)
_MARGIN_D = 1  # [days] that a shop adds to the lead time it shows when it promises a date, assumed


@dataclass(frozen=True)
class ShownOffer:
    """What the firm shows to consumers in this tick."""

    direct_d: F  # (cells,) days from order to door for an item in stock at the plant
    ship_wait_d: F  # (items,) days until the plant can ship one more piece
    account_wait_d: F  # (accounts,) days until an account could have a missing item in stock, besides ship_wait_d
    on_hand: F  # (accounts, items) free stock of the accounts


class DemandCells:
    """Prospects and returning customers of all demand cells."""

    def __init__(self, world: World, people: People, orders: Columns, streams: Streams) -> None:
        self.world, self.people, self.orders = world, people, orders
        w = world
        cells = len(w.cells.channel)
        self._keys = np.array([streams.key(f"market.{k}") for k in _DECIDES], dtype=np.uint64)
        gap = streams.key("market.gap")
        self._need_key, self._drop_key = streams.key("loyalty.need"), streams.key("loyalty.drop")
        self._line_keys = np.array([streams.key(k) for k in ("market.service", "market.touch")], dtype=np.uint64)
        asked, again, shop = (streams.key(k) for k in ("market.question", "market.question_again", "market.question_shop"))
        self._asking = Asking(asked, again, shop, REPEATS, _ASKS_SHOP)
        due = np.array([exponential(gap, child(int(code), -2), 0, 1.0) for code in w.cells.code])
        self._came = Arrivals(np.zeros(cells), due, np.zeros(cells, dtype=np.int64))
        self.prospects_y = self._prospects_y()  # (years, cells)
        self._day, self._year_mu = -1, np.zeros(cells)  # prospects a year at the season of that day, (cells,)
        self._year_sum, self._expected = 0.0, 0.0  # of all cells, and in the last tick
        self.searching: F | None = None  # prospects of each cell who look around, where they do not decide at once
        self._decided = 0.0  # prospects since the last close
        self._tick_h = w.settings.horizon.tick_h
        self._open = [bool(HOUR_SHARE[hour : max(hour + 1, int(hour + self._tick_h))].any()) for hour in range(24)]
        self.surge: Callable[[float], F] | None = None  # factor on the prospects of each cell at a time [h], where events move demand
        self._buffer = np.zeros(4096, dtype=BUYER)
        self.reputation = np.zeros(len(w.markets) * w.settings.market.word_circles)
        self.prospects_seen = 0
        self.lost_by_week: list[F] = []  # needs of customers bought elsewhere, (cells, segments) each
        size = (cells, len(w.segments.ids))
        self.met, self.sway = np.zeros(size), np.zeros(size)  # since the last close: who weighed a purchase, and what one unit of utility more would have added
        self._met_by_week: list[tuple[float, F]] = []
        self.sway_by_week: list[F] = []  # purchases that one unit of utility more would have added, (cells, segments) each
        self._elsewhere = np.zeros(size)
        self.shelves = np.zeros((len(w.channels.ids), 3))  # consumers who looked at a shop's shelf, found it empty, were lost there, since the last close
        self._shelf_keys = np.array([streams.key(k) for k in _SHELF_KEYS], dtype=np.uint64)
        self._kin = np.where(w.items.brand >= 0, w.items.brand * len(w.items.categories) + w.items.category, -1 - np.arange(w.items.n))
        c = w.channels
        price_ratio = w.consumer_price / w.reference_price
        ratio = np.nan_to_num(price_ratio[:, w.cells.channel].T.copy(), nan=1.0)
        self._goods = GoodsShown(people.item_cdf, ratio, w.items.pair_share, 1.0)
        self._move = price_move(w.settings.market)
        d = w.cells
        self._cells = MarketCells(d.code, d.channel, d.market, w.mix_cdf, d.account_start, d.account_order, d.account_cdf)
        broken = breaks(w)
        lost = GIVES_UP * broken / (1.0 - w.settings.market.conversion)
        seller = (self._selling() + c.choice_offset + pressing(w) - lost)[:, None]
        pull = by_segment(w, w.touch.pull)[:, :BEFORE_BUYING]
        self._touch = pull.sum(axis=1) + seller  # (channels, segments)
        self._claim, self._told = claimed(w), told(w)
        self._claims = bool(self._claim.any())
        word_weight, no_belief = w.settings.market.reputation_weight * heard(w), np.zeros((cells, w.items.n))
        m = w.settings.market
        self._firm = Standing(self.reputation, np.ones(w.accounts.n), self._touch, m.utility_offset, word_weight, no_belief, m.word_circles)
        self._weighed: tuple[float, float, Hurdles] | None = None  # shares of the questions before buying, and what they kept from buying
        use = w.services.use if w.settings.organisation.after_sale else np.zeros_like(w.services.use)
        services = (c.install * use[2], analysed(w, float(use[1])), float(use[3]), float(w.services.alone[3]), float(use[4]))
        self._sold = SoldHow(w.cells.channel, w.cells.market, c.stockist, c.buyer == 2, w.price, w.items.cost_eur, *services, broken)
        self._bought = GoodsBought(w.items.category, w.items.brand, w.items.life_h)
        s = w.segments
        self._tastes = Tastes(
            self._financing(), float(w.services.effect[0]), s.beta_lead_d, s.beta_price, s.anxiety, s.deciders, s.simple, w.settings.market.conversion,
            np.where(c.buyer == 1, 0.0, w.settings.organisation.card_share), w.settings.organisation.card_reward,
            w.settings.market.price_loss, deciders(w.roles, pull, DISSENT),
        )  # fmt: skip
        self._newcomers = Newcomers(streams.key("market.facts"), people.rates, people.drops, people.base)
        base, half_life_h = np.full(len(s.ids), people.base), 24.0 * w.settings.satisfaction.half_life_d
        self._pull = Pull(s.theta, base, 0.0, half_life_h, w.settings.market.loyalty_loop, w.settings.satisfaction.delight)
        self._ask_first = np.minimum(w.settings.organisation.info_share * np.where(c.stockist, _ASKS_SHOP, 1.0), 1.0)  # (channels,) share of the buyers
        self._weekday = w.start.weekday()
        self._at = (-1, -1)  # capacity of consumers and book when their columns were fetched
        self._room = _room(256)
        self._who, self._lines = self._columns()
        self._lead: LeadShown | None = None  # bundles as they were handed to a kernel last
        self._shown: WeighedBy | None = None
        self._clock: NeedsToCome | None = None
        self._counts = MetBefore(self.met, self.sway)
        self._category_life = np.array([w.items.life_h[w.items.category == k].mean() for k in range(len(w.items.categories))])

    def _prospects_y(self) -> F:
        """Prospects a year by year and cell, so that at reference conditions new and repeat purchases give the history in each year.

        The market does not grow by the firm's customers growing older: who buys again is no prospect. Advertising beyond that of the history brings more.
        """
        m, p = self.world.settings.market, self.people
        wanted = p.purchases_y.sum(axis=1) * m.demand_factor
        new = np.zeros_like(p.expected_repeats)
        for year in range(len(new)):
            again = p.expected_repeats[year] + (new[:year][::-1] * p.repeats_of_new[1 : year + 1]).sum(axis=0)
            new[year] = np.maximum((wanted - again) / (1.0 + p.repeats_of_new[0]), 0.05 * wanted)
        return np.asarray(new / m.conversion * self.world.settings.organisation.advertising**ADVERTISING)

    def _financing(self) -> F:
        """Share of the purchases of each segment that are paid in instalments: as anxious as it is, against the mean consumer, (segments,)."""
        w = self.world
        mix = np.diff(w.mix_cdf, axis=1, prepend=0.0)[w.cells.channel]
        mean = float(np.average(mix @ w.segments.anxiety, weights=self.people.purchases_y.sum(axis=1)))
        against = w.segments.anxiety / mean if mean > 0.0 else np.ones(len(w.segments.ids))
        return np.asarray(np.minimum(1.0, w.services.use[0] * against))

    def _selling(self) -> F:
        """What the sellers of each channel add to the choice, against those whom the history needs, (channels,) [utility].

        Where departments sell beside each other, hours spent on a colleague's buyer sell nothing.
        """
        w, o = self.world, self.world.settings.organisation
        bought = np.zeros(len(w.channels.ids))
        np.add.at(bought, w.cells.channel, self.people.purchases_y.sum(axis=1) / w.settings.scale)
        needed = np.maximum(bought * 7.0 / 365.0 / o.buyers_seller_week, 1e-9)
        staffed = w.channels.sellers > 0
        selling = w.channels.sellers * (1.0 - (o.overlap if o.mode == "silos" else 0.0))
        more = np.log(np.where(staffed, np.maximum(selling, 1e-9) / needed, 1.0))
        return np.where(staffed, o.seller_elasticity / (1.0 - w.settings.market.conversion) * more, 0.0)

    def close_week(self, t: float) -> list[tuple[float, F]]:
        """Close the count of people who weighed a purchase at ``t`` [h]; return all counts so far, each (cells, segments)."""
        self._met_by_week.append((t, self.met.copy()))
        self.sway_by_week.append(self.sway.copy())
        self.lost_by_week.append(self._elsewhere.copy())
        self.met[:] = 0.0
        self.sway[:] = 0.0
        self._elsewhere[:] = 0.0
        return self._met_by_week

    def close_shelves(self, t: float, log: EventLog) -> None:
        """Close the count of consumers at the shelves of shops at ``t`` [h]."""
        for channel in np.flatnonzero(self.shelves[:, LOOKED]):
            looked, empty, lost = self.shelves[channel].tolist()
            log.emit(t, Event.SHELVES_SEEN, place=int(channel), rows=int(looked), quantity=empty, value=lost)
        self.shelves[:] = 0.0

    def _mu(self, tick: int) -> F:
        """Expected prospects of a tick, (cells,)."""
        w = self.world
        t = tick * self._tick_h
        day, hour = int(t // 24), t % 24.0
        weekday = (self._weekday + day) % 7
        if self._tick_h <= 1.0:
            profile = float(HOUR_SHARE[int(hour)])
        else:
            profile = float(HOUR_SHARE[int(hour) : int(hour + self._tick_h)].mean())
        factor = float(WEEKDAY[weekday]) * profile * self._tick_h / 8760.0
        if day != self._day:
            self._day = day
            self._year_mu = self._deciding(self.prospects_y[min(day // 365, len(self.prospects_y) - 1)] * w.cells.season[:, month_of(w.start, day)], t)
            self._year_sum = float(self._year_mu.sum())
        mu = self._year_mu * factor
        surge = self.surge if self.searching is None else None  # who looks around first has come in the surge and decides later
        if surge is not None:
            mu *= surge(t)
        self._expected = self._year_sum * factor if surge is None else float(mu.sum())
        np.maximum(mu, 1e-12, out=mu)
        return mu

    def _deciding(self, came_y: F, t: float) -> F:
        """Prospects a year who decide on a day of which ``came_y`` a year begin to look around, both (cells,).

        Each looks around for a time of his own, exponential with mean ``market.search_d``: who comes as a Poisson process decides as one (an infinite
        queue, Mirasol 1963), so that only the expected number of those who look around is kept.
        """
        mean_d = self.world.settings.market.search_d
        if mean_d <= 0.0:
            return came_y
        if self.surge is not None:
            came_y = came_y * self.surge(t)
        if self.searching is None:
            self.searching = came_y / 365.0 * mean_d  # as many as ever
        stay = math.exp(-1.0 / mean_d)
        left = self.searching * stay + came_y / 365.0 * mean_d * (1.0 - stay)
        decide = self.searching + came_y / 365.0 - left
        self.searching = left
        self._decided += float(decide.sum())
        return np.asarray(365.0 * decide)

    def close_search(self, t: float, log: EventLog) -> None:
        """Tell at ``t`` [h] how many look around, and how many decided since the last time."""
        if self.searching is not None:
            log.emit(t, Event.LOOKED_AROUND, quantity=float(self.searching.sum()), value=self._decided)
            self._decided = 0.0

    def _expected_d(self, t: float) -> F:
        """Lead time that consumers expect at ``t`` [h], (channels,) [days]: that of the best supplier they know, who gets faster."""
        faster = self.world.settings.market.rival_faster_y
        reference = self.world.channels.reference_d
        return np.asarray(reference * (1.0 - faster) ** (t / _YEAR_H)) if faster > 0.0 else reference

    def _hurdles_now(self, unanswered: float, slow: float) -> Hurdles:
        """What may keep buyers from buying now: put together anew only where the desk has answered since."""
        if self._weighed is None or self._weighed[:2] != (unanswered, slow):
            self._weighed = unanswered, slow, self._hurdles(unanswered, slow)
        return self._weighed[2]

    def _hurdles(self, unanswered: float, slow: float, *, reacts: bool = True) -> Hurdles:
        """What may keep buyers from buying now; ``unanswered``, ``slow`` [share] of the questions before buying, ``reacts`` False = nobody is kept."""
        w, m = self.world, self.world.settings.market
        kept_away = unanswered * m.unanswered_lost + slow * m.late_answer_lost
        answered = 1.0 - self._ask_first * kept_away if reacts else np.ones(len(self._ask_first))
        shares = (m.shelf_wait, m.shelf_other_item, m.shelf_other_shop) if reacts else (1.0, 0.0, 0.0)
        c = w.cells
        wrong = (m.wrong_price, m.wrong_stock) if reacts else (0.0, 0.0)
        return Hurdles(
            self._shelf_keys, *shares, self._kin, c.account_start, c.account_order, c.account_cdf, self.people.wallet, answered, self.shelves,
            self._line_keys[1], self._sold.breaks, *wrong,
        )  # fmt: skip

    def is_open(self, tick: int) -> bool:
        """True if anybody buys in this tick."""
        return self._open[int(tick * self._tick_h % 24.0)]

    def step(self, tick: int, offer: ShownOffer, unanswered: float, slow: float = 0.0) -> npt.NDArray[np.int32]:
        """One tick of demand; returns the new order rows (placed inside the tick). ``unanswered``, ``slow``: shares of the questions before buying."""
        mu = self._mu(tick)
        expected = int(2.0 * self._expected) + 2048
        needs = self.people.needs
        due = needs.pop(tick) if needs.open == tick else np.concatenate([needs.pop(k) for k in range(needs.open, tick + 1)])
        if expected + len(due) > len(self._buffer):
            self._buffer = np.zeros(expected + len(due), dtype=BUYER)
        w = self.world
        c, expected_d = w.channels, self._expected_d(tick * self._tick_h)
        lead = self._lead = kept(
            self._lead, LeadShown, c.stockist, offer.direct_d, offer.ship_wait_d, c.consumer_d, expected_d, offer.account_wait_d, offer.on_hand
        )
        goods, firm = self._priced(tick * self._tick_h / 24.0)
        hours = (tick * self._tick_h, self._tick_h)
        hurdles = self._hurdles_now(unanswered, slow)
        met = self._counts = kept(self._counts, MetBefore, self.met, self.sway)
        n_new, seen = prospects(self._keys, hours, mu, self._came, self._cells, goods, lead, firm, self._tastes, hurdles, met, self._buffer)
        self.prospects_seen += seen
        if not w.settings.market.loyalty_loop:
            hurdles = self._hurdles(unanswered, slow, reacts=False)
        if len(self._room.t) < n_new + len(due):
            self._room = _room(2 * (n_new + len(due)))
        n = n_new + (self._needs(due, tick, goods, lead, firm, hurdles, self._buffer[n_new:]) if len(due) else 0)
        return self._enter(self._buffer[:n], n_new) if n else np.empty(0, dtype=np.int32)

    @property
    def public(self) -> F:
        """What is said of the firm where all can read it: the mean of the circles of each market, (markets,) [satisfaction]."""
        circles = self.world.settings.market.word_circles
        return self.reputation if circles == 1 else np.asarray(self.reputation.reshape(-1, circles).mean(axis=1))

    def _standing(self) -> Standing:
        """How the firm stands now; claims add to the choice of each item where they are told and believed, (cells, items) [utility]."""
        d, m, firm = self.world.cells, self.world.settings.market, self._firm
        np.multiply(self.people.wallet, self.people.selling, out=firm.wallet)
        if not self._claims:
            return firm
        return firm._replace(belief=np.asarray(m.reputation_weight * self._told[d.channel, None] * believed(self._claim, self.public)[d.market]))

    def _priced(self, days: float) -> tuple[GoodsShown, Standing]:
        """What is shown and how the firm stands after ``days``: its prices beside the rivals', and what being dearer has worn away."""
        goods, firm, move = self._goods, self._standing(), self._move
        if not move.answered:
            return goods, firm
        rivals = math.exp(move.rivals(days))
        worn = move.worn(days) / (1.0 - self.world.settings.market.conversion)
        return goods._replace(ratio=goods.ratio / rivals, usual=math.exp(move.used_to(days)) / rivals), firm._replace(offset=firm.offset + worn)

    def _needs(self, due: Rows, tick: int, goods: GoodsShown, lead: LeadShown, firm: Standing, hurdles: Hurdles, buffer: npt.NDArray[np.void]) -> int:
        """Customers whose need is due: leave, buy again or buy elsewhere this time; returns the buyers written to ``buffer``."""
        m, p = self.world.settings.market, self.people
        p.settle_for(due)
        start = tick * self._tick_h
        if not m.loyalty_loop:  # every need is bought from the firm: exactly BG/NBD
            firm = firm._replace(reputation=np.zeros_like(firm.reputation), wallet=np.ones_like(firm.wallet), offset=_SURELY)
        competitor = m.competitor_satisfaction + m.rival_gain_y * start / _YEAR_H
        if competitor != self._pull.competitor:
            self._pull = self._pull._replace(competitor=competitor)
        shown = self._shown = kept(self._shown, WeighedBy, self._cells, goods, lead, firm, self._tastes, hurdles)
        who, _ = self._columns()
        counts = (self._counts, self._elsewhere)
        found = needs_met(self._keys, self._drop_key, due, start, who, self._pull, shown, self._to_come(), self._room, counts, buffer)
        bought, beyond = found
        p.needs.beyond += beyond
        return bought

    def _enter(self, buyers: npt.NDArray[np.void], n_new: int) -> Rows:
        """Write buyers as order lines, the first ``n_new`` as new consumers too, and set their next need."""
        p, n = self.people, len(buyers)
        row0, first = self.orders.take(n), p.consumers.take(n_new)
        p.needs.fit(p.consumers.n)
        who, lines = self._columns()
        days = (_MARGIN_D, self._weekday)
        p.needs.beyond += enter(
            buyers, n_new, (row0, first), days, self._line_keys, self._newcomers, self._sold, self._bought, lines, who, self._to_come(), self._room
        )  # fmt: skip
        return np.arange(row0, row0 + n, dtype=np.int32)

    def _to_come(self) -> NeedsToCome:
        """How customers wait for their next need."""
        p = self.people
        self._clock = kept(self._clock, NeedsToCome, self._need_key, p.clock, self._category_life, p.needs.lists())
        return self._clock

    def _columns(self) -> tuple[Customers, LinesBorn]:
        """The columns as they are now: fetched anew only where a table has grown out of them."""
        c, o = self.people.consumers, self.orders
        at = (c.capacity, o.capacity)
        if self._at != at:
            self._at = at
            self._who, self._lines = Customers(*(c[name] for name in Customers._fields)), LinesBorn(*(o[name] for name in LinesBorn._fields))
            self._written = LinesWritten(*(o[name] for name in LinesWritten._fields))
        return self._who, self._lines

    def questions(self, rows: Rows, share: float) -> tuple[Rows, F, npt.NDArray[np.uint8]]:
        """Which of the new purchases asked for information first, or again where a touchpoint or the way between channels had failed: rows, times, reasons."""
        self._columns()
        asked, t = np.empty_like(rows), np.empty(len(rows))
        n = questions(rows, share, self._asking, self._written, asked, t)
        return (asked[:n], t[:n], np.full(n, _INFORMATION, dtype=np.uint8)) if n else NO_REQUESTS


def _room(n: int) -> Room:
    return Room(np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.int32), np.zeros(n, dtype=np.int32))
