"""Trade accounts and own branches: they order from their own sell-out, share their wallet, sometimes leave."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from e2esim.customers.deciders import least_content
from e2esim.customers.people import People
from e2esim.customers.price_answers import price_move
from e2esim.customers.trade_kernels import HowServed, Leaving, count_sales, count_served, leave
from e2esim.domain.book import Columns, LineProblem, OrderKind
from e2esim.domain.build.months import month_of
from e2esim.domain.dispatch import usual_wait_d
from e2esim.domain.world import World
from e2esim.planning.replenishment import order_up_to_level, replenish, smoothed_rate
from e2esim.streams import Streams
from e2esim.streams.draws import children

F = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]

_SAFETY = 0.8  # Poisson deviations held beyond the mean, assumed
_LEARN = 0.1  # weekly weight of the newest week in an account's sell-out rate of a fast item, assumed
_FAST_WEEK = 5.0  # [pcs/week] of which half that weight is learnt: who sells one a month does not double his stock for it, assumed
_CREDIT_Y = 0.08  # [1/year] what credit is worth to an account: terms longer by a year are that much off the price, assumed (a shop's bank loan)
_ORDER_HOUR = 8.0
_FLAWED = int(LineProblem.DAMAGED | LineProblem.INCOMPLETE)  # what an account does not take for a line served
_REFUSED = 0.5  # of a line not served at all: how a refused change of it is remembered, assumed


class Trade:
    """The stock-keeping customers: when and what they order, and how their relation moves."""

    def __init__(self, world: World, people: People, orders: Columns, streams: Streams) -> None:
        self.world, self.people, self.orders = world, people, orders
        w = world
        n = w.accounts.n
        a = w.accounts
        self.rate_d = np.zeros((n, w.items.n))  # sell-out of a mean day of the year
        self._season = np.ones((n, 12))
        self._day = 0
        self.sold = np.zeros((n, w.items.n))
        self._lines: HowServed | None = None  # columns of the book, the same until it grows
        for cell in range(len(w.cells.channel)):
            members = w.cells.account_order[w.cells.account_start[cell] : w.cells.account_start[cell + 1]]
            if len(members):
                weight = a.weight[members] / a.weight[members].sum()
                self.rate_d[members] = weight[:, None] * (w.cells.yearly[cell] / 365.0)[None, :]
                self._season[members] = w.cells.season[cell]
        self.wait_for_trucks(np.zeros(len(w.lanes.ids)))
        self.central = np.zeros(n, dtype=np.bool_)  # accounts for which somebody else orders
        self._leave_key = streams.key("trade.leave")
        self._theta, self._own = 2.0 * w.segments.theta[a.segment], w.channels.buyer[a.channel] == 2
        self.number = np.zeros(n, dtype=np.int64)  # orders placed
        self.first = -a.seniority_y * 8760.0
        self.last = np.full(n, np.nan)
        self.elsewhere = np.zeros((n, w.items.n))  # pieces of rivals on the shelf in place of cancelled ones
        past_d = w.settings.market.service_half_life_d / math.log(2.0)
        self._due = self.rate_d.sum(axis=1) * past_d + 1.0  # pieces remembered
        self._good = self._due * w.channels.usual_service[a.channel]  # of them, delivered when wished and when promised, halves each
        self._move = price_move(w.settings.market)
        self._priced_out = self._lost_to_prices()
        if w.settings.market.loyalty_loop:  # prices are known when accounts list for the year; service is learnt
            people.wallet[:] = np.exp(self.equilibrium())
        self._targets = self.targets()

    def _lost_to_prices(self) -> F:
        """Log of the orders that each account itself withholds from a dear firm, (accounts,); negative from a cheap one.

        All in all ``trade_elasticity`` percent of orders are lost for a percent of trade price. Where the price on the shelf has moved as well, the account's
        consumers have left already (`market_kernels.utility`, `dearness`): the account withholds the rest. A shop that keeps its shelf price has a thinner
        margin, and withholds all of it. What rivals have followed is no gap.
        Credit shorter than usual is dearer too, by what credit is worth to the account; nobody sees it on the shelf.
        """
        w, m, channel = self.world, self.world.settings.market, self.world.accounts.channel
        followed, used_to = self._move.rivals(float(self._day)), self._move.used_to(float(self._day))
        dear, passed = self._price_gap(followed)
        passed = np.sign(dear) * np.clip(np.sign(dear) * passed, 0.0, np.abs(dear))
        beta = np.diff(w.mix_cdf, axis=1, prepend=0.0) @ w.segments.beta_price
        weighs = 2.0 * np.where(passed > 0.0, m.price_loss, 1.0) / (1.0 + m.price_loss)
        less_of_a_loss = (m.price_loss - 1.0) / (m.price_loss + 1.0) * (np.abs(passed + followed - used_to) - np.abs(passed))
        withheld = np.abs(m.trade_elasticity * dear) - np.abs(beta[channel] * weighs * passed + beta[channel] * less_of_a_loss)
        c = w.channels
        credit = np.where(c.usual_payment_d >= 0, _CREDIT_Y * (c.usual_payment_d - c.payment_d) / 365.0, 0.0)
        return np.asarray(np.sign(dear) * np.maximum(withheld, 0.0) + m.trade_elasticity * credit[channel])

    def _price_gap(self, followed: float) -> tuple[F, F]:
        """Log of each account's trade prices over the usual ones for what it sells, and of the prices on its shelf over the expected ones, (accounts,).

        Both less what rivals have ``followed`` [log]; 0 where no usual prices are known.
        """
        w, a = self.world, self.world.accounts
        reference = np.nan_to_num(w.reference_price)
        sold = (reference > 0.0) & (w.consumer_price > 0.0)
        shelf = np.where(sold, np.log(np.where(sold, w.consumer_price / np.where(reference > 0.0, reference, 1.0), 1.0)) - followed, 0.0)
        usual = w.channels.trade_share[None, :] * w.reference_price
        known = (usual > 0) & ~np.isnan(w.price)
        gap = np.where(known, np.log(np.where(known, w.price, 1.0) / np.where(known, usual, 1.0)) - followed, 0.0)
        worth = self.rate_d * reference[:, a.channel].T
        total = np.maximum(worth.sum(axis=1), 1e-12)
        of_trade, of_shelf = (np.asarray((worth * of[:, a.channel].T).sum(axis=1) / total) for of in (gap, shelf))
        return of_trade, of_shelf

    def targets(self) -> F:
        """Base stock of each (account, item): the mean need and some Poisson deviations, whole pieces."""
        a = self.world.accounts
        reach = int((self.lead_d + a.review_d + a.cover_d).mean()) if a.n else 0
        season = self.season(self._day + reach // 2)
        mean = order_up_to_level(self.rate_d, self.lead_d, a.review_d, a.cover_d, season[:, None])
        return np.ceil(mean + _SAFETY * np.sqrt(mean) - 1e-9)

    def season(self, day: int) -> F:
        """Seasonal index of each account in the month of ``day``, (accounts,)."""
        return np.asarray(self._season[:, month_of(self.world.start, day)])

    def notice(self, rows: Rows) -> None:
        """Count the consumers' purchases of a batch."""
        o = self.orders
        count_sales(o["account"], o["item"], o["quantity"], o["kind"], rows, self.sold)

    def due_today(self, day: int) -> npt.NDArray[np.int64]:
        """Accounts that review their stock on ``day``, (k,)."""
        a, w = self.world.accounts, self.world
        since = day + w.start.weekday() - (a.weekday - 1)
        return np.nonzero(~self.central & (since % 7 == 0) & ((since // 7) % np.maximum(1, np.round(a.review_d / 7.0)).astype(np.int64) == 0))[0]

    def order(self, day: int, on_hand: F, on_order: F, backlog: F) -> Rows:
        """Order lines of the accounts that review today, written to the book; returns their rows.

        ``on_hand, on_order, backlog`` (accounts, items).
        """
        accounts = self.due_today(day)
        if len(accounts) == 0:
            return np.empty(0, dtype=np.int32)
        self._decide_to_stay(accounts, 24.0 * day + _ORDER_HOUR)
        lines = np.empty((3, len(accounts) * on_hand.shape[1]), dtype=np.int64)
        m = replenish(accounts, self._targets, self.people.wallet, (on_hand, self.elsewhere, on_order, backlog), *lines)
        account, item, quantity = lines[:, :m]
        rows = self.write(account, item, quantity, np.full(m, 24.0 * day + _ORDER_HOUR), self.number[account])
        self.number[accounts] += 1
        self.last[np.unique(account)] = 24.0 * day + _ORDER_HOUR
        return rows

    def send(self, day: int, account: npt.NDArray[np.int64], item: npt.NDArray[np.int64], quantity: npt.NDArray[np.int64]) -> Rows:
        """Order lines that were planned for accounts centrally, written to the book; returns their rows."""
        hour = 24.0 * day + _ORDER_HOUR
        rows = self.write(account, item, quantity, np.full(len(account), hour), self.number[account])
        some = np.unique(account)
        self.number[some] += 1
        self.last[some] = hour
        return rows

    def write(
        self, account: npt.NDArray[np.int64], item: npt.NDArray[np.int64], quantity: npt.NDArray[np.int64], placed: F, number: npt.NDArray[np.int64]
    ) -> Rows:
        """Write REPLENISH rows; ``number`` is each account's running order number."""
        w, o = self.world, self.orders
        m = len(account)
        first = o.take(m)
        new = slice(first, first + m)
        channel = w.accounts.channel[account]
        own = w.channels.buyer[channel] == 2
        o["kind"][new], o["account"][new], o["item"][new], o["quantity"][new] = OrderKind.REPLENISH, account, item, quantity
        o["channel"][new], o["market"][new], o["segment"][new] = channel, w.accounts.market[account], w.accounts.segment[account]
        o["address"][new] = children(children(w.accounts.code[account], w.items.code[item]), number)
        o["order_no"][new] = -1 - account - w.accounts.n * number
        o["placed"][new], o["repeat"][new] = placed, 1
        o["requested"][new] = placed + 24.0 * w.channels.quoted_d[channel]
        o["promised"][new] = (np.floor((placed / 24.0) + w.channels.quoted_d[channel]) + 0.75) * 24.0
        o["revenue_eur"][new] = np.where(own, 0.0, w.price[item, channel] * quantity)
        o["cost_eur"][new] = np.where(own, 0.0, w.items.cost_eur[item] * quantity)
        return np.arange(first, first + m, dtype=np.int32)

    def wait_for_trucks(self, days: F) -> None:
        """Accounts count with ``days`` (lanes,) that goods wait for a truck of the firm, beside the usual transit."""
        w, a = self.world, self.world.accounts
        lane = w.lanes.of[a.channel, a.market]
        self.transit_d = np.where(lane >= 0, (w.lanes.transit_d + usual_wait_d(w) + days)[lane], 0.0) if a.n else np.zeros(0)
        self.lead_d = np.maximum(self.transit_d + 1.0, w.channels.quoted_d[a.channel]) if a.n else np.zeros(0)

    def week(self) -> None:
        """Once a week: learn the sell-out rate, forget a little, and move the share of wallet towards its equilibrium."""
        week = 7.0 * self.rate_d + 0.25  # what has never been sold is still learnt
        learn = _LEARN * week / (week + _FAST_WEEK)
        self.rate_d = smoothed_rate(self.rate_d, self.sold, 7.0, learn, self.season(self._day)[:, None])
        self._day += 7
        self.sold[:] = 0.0
        self._targets = self.targets()
        self.elsewhere = np.maximum(self.elsewhere - 7.0 * self.rate_d, 0.0)
        if self._move.answered:
            self._priced_out = self._lost_to_prices()
        m, p = self.world.settings.market, self.people
        fade = 0.5 ** (7.0 / m.service_half_life_d)
        self._due *= fade
        self._good *= fade
        self._due += m.unsolved_weight * p.unsolved
        p.unsolved[:] = 0.0
        p.settle()
        back = p.account_left + 24.0 * m.trade_return_d <= 24.0 * self._day  # NaN compares false
        p.wallet[back], p.account_memory[back], p.account_left[back] = 1.0, p.base, np.nan
        if m.loyalty_loop:
            near = 0.5 ** (7.0 / m.wallet_half_life_d)
            aim = self.equilibrium()
            p.wallet[:] = np.where(p.wallet > 0, np.exp(near * np.log(np.maximum(p.wallet, 1e-9)) + (1.0 - near) * aim), 0.0)

    def service(self) -> F:
        """How each account remembers to have been served: mean of fill rate and kept promises, less what it asked in vain, (accounts,) [share]."""
        return np.asarray(self._good / self._due)

    def remembered(self) -> F:
        """Pieces behind that memory, (accounts,)."""
        return np.asarray(self._due)

    def equilibrium(self) -> F:
        """Log of the share of wallet that each account's service and prices, against those it is used to, lead to, (accounts,).

        Orders follow service by ``service_elasticity`` near the usual one, up by ``wallet_gain_most`` and down by ``wallet_most`` at the most; prices by
        ``trade_elasticity``. A share of wallet moves the log odds of a choice, which moves what consumers buy by (1 - conversion).
        """
        w, m = self.world, self.world.settings.market
        of_orders = 1.0 / (1.0 - m.conversion)
        better = self.service() - w.channels.usual_service[w.accounts.channel] - m.rival_service
        most = np.where(better > 0.0, m.wallet_gain_most, m.wallet_most)
        served = most * np.tanh(of_orders * m.service_elasticity * better / np.maximum(most, 1e-12))
        moved = least_content(w.roles, w.accounts.segment, served, -of_orders * self._priced_out)
        return np.where(w.channels.buyer[w.accounts.channel] == 2, 0.0, moved)  # an own branch has no other supplier

    def served(self, rows: Rows) -> None:
        """Count delivered REPLENISH ``rows``: whole and undamaged when they were wished for, and when they were promised (perfect order by the line)."""
        o = self.orders
        if self._lines is None or self._lines.account is not o["account"]:
            self._lines = HowServed(*(o[name] for name in HowServed._fields))
        count_served(rows, _FLAWED, self._lines, self._due, self._good)

    def cover(self, rows: Rows) -> None:
        """Accounts of cancelled REPLENISH ``rows`` buy the pieces of a rival, and remember why."""
        o = self.orders
        pieces = o["quantity"][rows].astype(np.float64)
        np.add.at(self.elsewhere, (o["account"][rows], o["item"][rows]), pieces)
        np.add.at(self._due, o["account"][rows], pieces)

    def refused(self, rows: Rows) -> None:
        """Accounts whose wish to change REPLENISH ``rows`` was refused remember it as a part of the line not served."""
        o = self.orders
        np.add.at(self._due, o["account"][rows], _REFUSED * o["quantity"][rows].astype(np.float64))

    def _decide_to_stay(self, accounts: npt.NDArray[np.int64], now: float) -> None:
        """Before each order an account may leave; satisfied ones seldom do."""
        m, p, a = self.world.settings.market, self.people, self.world.accounts
        p.settle()
        better = p.account_memory - p.base if m.loyalty_loop else np.zeros(a.n)
        may = Leaving(self._leave_key, a.code, self.number, self._theta, self._own, better, m.trade_churn)
        leave(may, accounts, now, p.wallet, p.account_left)

    def pipeline(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], F]:
        """Opening goods in transit: account, item, pieces and days until arrival, about transit time of sell-out a lane."""
        account, item, quantity, arrival = [], [], [], []
        for a in range(self.world.accounts.n):
            shipments = max(1, math.ceil(self.transit_d[a] / max(7.0, float(self.world.accounts.review_d[a]))))
            gap = self.transit_d[a] / shipments
            for k in range(shipments):
                pieces = np.diff(np.round(np.concatenate(([0.0], np.cumsum(self.rate_d[a] * self.season(0)[a] * gap)))))
                some = np.nonzero(pieces > 0)[0]
                account.append(np.full(len(some), a))
                item.append(some)
                quantity.append(pieces[some].astype(np.int64))
                arrival.append(np.full(len(some), gap * (k + 0.5)))
        if not account:
            none = np.empty(0, dtype=np.int64)
            return none, none, none, np.empty(0)
        return np.concatenate(account), np.concatenate(item), np.concatenate(quantity), np.concatenate(arrival)
