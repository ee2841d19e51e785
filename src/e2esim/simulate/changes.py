"""Changes of open lines: the firm looks whether the goods are there, grants or refuses, and everything that knew the line learns of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.chain.stock import Stock
from e2esim.customers.changing import Changing, Wishes
from e2esim.customers.journey import Journey
from e2esim.customers.trade import Trade
from e2esim.domain.book import Columns, LineProblem, OrderState
from e2esim.domain.world import World
from e2esim.planning.changes import Grant, OrderChange, grants
from e2esim.simulate.planner import Planner
from e2esim.simulate.promise import PromiseDesk

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Changes:
    """Requests to change open lines, as they come in.

    Attributes
    ----------
    asked, granted
        Requests of the reporting window, and those granted.
    """

    def __init__(self, world: World, changing: Changing, stock: Stock, promise: PromiseDesk, planner: Planner, journey: Journey, trade: Trade) -> None:
        self.world, self.changing, self.stock, self.promise = world, changing, stock, promise
        self.planner, self.journey, self.trade = planner, journey, trade
        self.orders: Columns = stock.book
        self.asked = self.granted = 0

    def notice(self, rows: Rows) -> None:
        """New promised plant rows: some of their accounts will want them changed."""
        if self.changing.active:
            self.changing.notice(rows, 24.0 * self.promise.ship_day[rows].astype(np.float64))

    def answer(self, now: float) -> None:
        """Answer what is asked for today."""
        if not self.changing.active:
            return
        wishes = self._sensible(self.changing.today(int(now // 24)))
        if not len(wishes.rows):
            return
        o, p = self.orders, self.world.settings.promise
        other = self._other(wishes)
        left = self.promise.ship_day[wishes.rows].astype(np.int64) - int(now // 24)
        waits = (o["state"][wishes.rows] == OrderState.OPEN) & (other >= 0) & (wishes.pieces + o["quantity"][wishes.rows] > 0)
        waits &= ~((wishes.kind == OrderChange.FEWER) & (wishes.pieces == 0))
        may = grants(left, waits, p.change_frozen_d, p.change_inside) != Grant.REFUSED
        ship, possible = self.promise.could_change(wishes.rows, wishes.kind, wishes.pieces, wishes.days, other, may)
        answer = grants(left, waits & possible, p.change_frozen_d, p.change_inside)
        done = answer != Grant.REFUSED
        o["service_eur"][wishes.rows[answer == Grant.PAID]] += p.change_eur
        self._apply(wishes, done, other, ship, now)
        refused = wishes.rows[~done]
        o["problems"][refused] |= int(LineProblem.CHANGE_REFUSED)
        self.journey.change_refused(refused, now)
        self.trade.refused(refused)
        if now >= 24.0 * self.world.settings.horizon.warmup_days:
            self.asked += len(done)
            self.granted += int(done.sum())

    def _sensible(self, wishes: Wishes) -> Wishes:
        """Without the lines that have left, or are cancelled: nobody asks to change these; one that is being picked is refused."""
        state = self.orders["state"][wishes.rows]
        here = (state == OrderState.OPEN) | (state == OrderState.ALLOCATED) | (state == OrderState.PICKED)
        return Wishes(*(column[here] for column in wishes))

    def _other(self, wishes: Wishes) -> Ints:
        """Item of each line as wished: another one of its category with a price in its channel, -1 where there is none, (n,)."""
        w, o = self.world, self.orders
        out = o["item"][wishes.rows].astype(np.int64)
        for k in np.flatnonzero(wishes.kind == OrderChange.OTHER):
            item, channel = out[k], o["channel"][wishes.rows[k]]
            like = (w.items.category == w.items.category[item]) & w.items.sold & ~np.isnan(w.price[:, channel])
            like &= w.items.site == w.items.site[item]  # from the same warehouse
            like[item] = False
            rivals = np.flatnonzero(like)
            out[k] = rivals[int(wishes.draw[k] * len(rivals))] if len(rivals) else -1
        return out

    def _apply(self, wishes: Wishes, done: npt.NDArray[np.bool_], other: Ints, ship: Ints, now: float) -> None:
        """Change what is granted: the line leaves its queue, its promise and its count of demand, and enters them anew."""
        rows = wishes.rows[done]
        if not len(rows):
            return
        o, w = self.orders, self.world
        was, eligible = o["promised"][rows].astype(np.float64), self.promise.eligible(rows)
        self.planner.demand(rows, o, -1)
        self.promise.release(rows)
        self.stock.withdraw(rows, eligible)
        o["quantity"][rows] += wishes.pieces[done]
        o["item"][rows] = other[done]
        o["requested"][rows] += 24.0 * wishes.days[done]
        o["revenue_eur"][rows] = w.price[o["item"][rows], o["channel"][rows]] * o["quantity"][rows]
        o["cost_eur"][rows] = w.items.cost_eur[o["item"][rows]] * o["quantity"][rows]
        self.promise.promise_anew(rows, ship[done], wishes.days[done])
        self.planner.demand(rows, o)
        self.stock.wait(rows, self.promise.eligible(rows))
        self.journey.watch_anew(rows, was, now)
