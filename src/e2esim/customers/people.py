"""Everybody the firm serves: consumers as columns, trade accounts as arrays; opens with the installed base."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from e2esim.customers.loyalty_kernels import OpeningBase, PastCell, PastTables, first_needs, installed_base
from e2esim.customers.need_clock import need_clock
from e2esim.customers.satisfaction_kernels import CES_SHARES, CSAT_SHARES, NPS_SHARES, cut_points
from e2esim.domain.book import CONSUMER_COLUMNS, Columns
from e2esim.domain.calendar import DueCalendar
from e2esim.domain.world import World
from e2esim.streams import Streams
from e2esim.streams.draws import quantile_table

F = npt.NDArray[np.float64]

_YEAR_H = 8760.0
_PIECE = 32768  # customers whose columns stay near the processor while they are worked on
_NEWCOMERS = 1.5  # new customers for whom there is room, against a year of the history
_MEMORY_SD = 0.15  # [satisfaction] by which the memories of the opening base differ, assumed
_BASE_KEYS = ("loyalty.need", "loyalty.drop", "market.item", "market.facts", "base.when", "base.account")


def _nothing_waits(who: npt.NDArray[np.int32] | None = None) -> None:
    """People by themselves have lived nothing yet."""


class People:
    """Consumers, accounts and what they remember.

    Attributes
    ----------
    consumers
        Columns of :data:`CONSUMER_COLUMNS`.
    selling
        (accounts,) how much better the sellers of each account sell than untrained ones, as a factor on the odds of a choice.
    account_memory, wallet
        (accounts,) satisfaction remembered; share of wallet relative to the opening (1 = as in the history, 0 = left).
    unsolved
        (accounts,) pieces of the lines about which each account asked in vain since its memory of service was last moved.
    quality, base
        mean benefit of the products sold, and the base line of memory [satisfaction].
    clock
        the season's time of each cell, in which needs come.
    expected_repeats, repeats_of_new
        (years, cells) purchases that the opening base will make in each year of the run at neutral satisfaction [1/year]; and those that a
        customer acquired in a year makes again in that year, the next one and so on.
    settle
        Lets be felt what was lived and waits for it: called by whoever reads memories, scars or the memory of accounts.
    settle_for
        The same for who reads those of some consumers only (rows): nothing need be felt where they lived nothing.
    """

    def __init__(self, world: World, streams: Streams, ticks: int) -> None:
        self.world = world
        w, s = world, world.settings.satisfaction
        self.settle: Callable[[], None] = _nothing_waits
        self.settle_for: Callable[[npt.NDArray[np.int32]], None] = _nothing_waits
        self.consumers = Columns(CONSUMER_COLUMNS, capacity=1024)
        self.needs = DueCalendar(ticks, 1024, tick_h=w.settings.horizon.tick_h)
        sold = w.items.sold & (w.items.brand >= 0)
        self.quality = float(np.average(w.quality[w.items.brand[sold]], weights=w.cells.yearly.sum(axis=0)[sold])) if sold.any() else 1.0
        self.base = s.base_share * self.quality
        self.rates = np.array([quantile_table("gamma", r, 1.0 / alpha) for r, alpha in zip(w.segments.r, w.segments.alpha, strict=True)])
        self.drops = np.array([quantile_table("beta", a, b) for a, b in zip(w.segments.a, w.segments.b, strict=True)])
        style_logit = s.answer_slope * s.style_sd
        self.csat_cuts, self.nps_cuts, self.ces_cuts = (cut_points(x, style_logit) for x in (CSAT_SHARES, NPS_SHARES, CES_SHARES))
        self.account_memory = np.full(w.accounts.n, self.base)
        self.wallet = np.ones(w.accounts.n)
        self.selling = np.ones(w.accounts.n)
        self.unsolved = np.zeros(w.accounts.n)
        self.account_left = np.full(w.accounts.n, np.nan)
        self.purchases_y = w.cells.yearly / (1.0 + w.items.pair_share)  # (cells, items) purchases a year of the history
        totals = self.purchases_y.sum(axis=1, keepdims=True)
        self.item_cdf = np.cumsum(self.purchases_y / totals, axis=1)
        self.clock = need_clock(w.cells.season, w.start, w.settings.horizon.days + 1)
        self._open(streams)
        years = -(-w.settings.horizon.days // 365)
        self.expected_repeats = self._expected_repeats(years)
        self.repeats_of_new = self._repeats_of_new(years)

    def _open(self, streams: Streams) -> None:
        """Replay years of acquisitions cell by cell, so that seniority, last purchase and next need fit together."""
        w, m = self.world, self.world.settings.market
        keys = np.array([streams.key(k) for k in _BASE_KEYS], dtype=np.uint64)
        new_share = self._new_share()
        counts = np.round(self.purchases_y.sum(axis=1) * m.demand_factor * new_share * m.history_y).astype(np.int64)
        c = self.consumers
        years = w.settings.horizon.days / 365.0
        c.reserve(int(counts.sum() * (1.0 + _NEWCOMERS * years / m.history_y)))  # what nobody fills is never touched, and a table that grows is copied
        names = ("address", "segment", "account", "rate", "drop", "memory", "first", "last", "next", "purchases", "category", "brand")
        base = OpeningBase(**{name: c[name] for name in names})
        tables = PastTables(
            self.rates, self.drops, w.items.category, w.items.brand, w.items.life_h, w.cells.account_cdf, w.cells.account_order, self.base, _MEMORY_SD
        )
        at, room = 0, np.empty(5)
        for cell, count in enumerate(counts):
            a0 = at
            channel, start = int(w.cells.channel[cell]), w.cells.account_start
            past = PastCell(
                int(w.cells.code[cell]), int(count), m.history_y * _YEAR_H, w.mix_cdf[channel], self.item_cdf[cell], int(start[cell]), int(start[cell + 1])
            )
            at = installed_base(keys, past, tables, base, at, room)
            c["cell"][a0:at], c["channel"][a0:at], c["market"][a0:at] = cell, channel, w.cells.market[cell]
        c.take_written(at, (*names, "cell", "channel", "market"))
        self.opening_customers = at
        first_needs(c["next"][:at], self.clock, c["cell"][:at])
        self.needs.push(np.arange(at, dtype=np.int32), c["next"][:at])

    def _new_share(self) -> F:
        """Share of new customers in the purchases of each cell such that history_y years of acquisition explain the rest.

        A cohort replay of a thousand customers gives the repeats of the last year per acquisition.
        """
        w, m = self.world, self.world.settings.market
        life_y = (self.purchases_y * w.items.life_h).sum(axis=1) / self.purchases_y.sum(axis=1) / _YEAR_H
        mix = np.diff(np.concatenate((np.zeros((len(w.mix_cdf), 1)), w.mix_cdf), axis=1), axis=1)[w.cells.channel]
        repeats = np.zeros(len(life_y))
        for s in np.nonzero(~w.segments.trade)[0]:
            per_new = np.array([_repeats_last_year(self.rates[s] / y, self.drops[s], m.history_y) for y in life_y])
            repeats += mix[:, s] * per_new
        return np.asarray(1.0 / (1.0 + repeats))

    def _neutral_drop(self, drop: F, theta: F | float, of: npt.NDArray[np.integer] | None = None) -> F:
        """Drop-out probabilities at the base line of memory; ``of``: which one of ``theta`` is each customer's, else they are aligned."""
        m = self.world.settings.market
        advantage = self.base - m.competitor_satisfaction if m.loyalty_loop else 0.0
        odds = np.clip(drop, 1e-9, 1.0 - 1e-9)
        pulled = np.asarray(np.exp(-theta * advantage))
        return np.asarray(1.0 - 1.0 / (1.0 + odds / (1.0 - odds) * (pulled if of is None else pulled[of])))

    def _expected_repeats(self, years: int) -> F:
        """Purchases that the opening base makes in each of the coming years at its opening memory, (years, cells) [1/year]."""
        w, c = self.world, self.consumers
        n = c.n
        life = np.array([w.items.life_h[w.items.category == k].mean() for k in range(len(w.items.categories))])
        made = np.empty((years, n))
        for k in range(0, n, _PIECE):
            some = slice(k, min(n, k + _PIECE))
            needs = c["rate"][some] * _YEAR_H / life[c["category"][some]]
            p = self._neutral_drop(c["drop"][some], w.segments.theta, c["segment"][some])
            sure = np.where(c["purchases"][some] > 1, 1.0 - p, 1.0)  # no coin hangs over a first purchase
            rest = sure / np.maximum(p, 1e-9)
            once = -np.expm1(-needs * p)
            for year in range(years):  # a customer lost stops buying
                made[year, some] = rest * (np.exp(-needs * p * year) if year else 1.0) * once
        return np.array([np.bincount(c["cell"][:n], weights=of_year, minlength=len(w.cells.channel)) for of_year in made])

    def _repeats_of_new(self, years: int) -> F:
        """Repeat purchases of a customer acquired evenly over a year, in that year and those after it, (years, cells)."""
        w = self.world
        life_y = (self.purchases_y * w.items.life_h).sum(axis=1) / self.purchases_y.sum(axis=1) / _YEAR_H
        mix = np.diff(w.mix_cdf, axis=1, prepend=0.0)[w.cells.channel]
        found = np.zeros((years, len(life_y)))
        for s in np.nonzero(~w.segments.trade)[0]:
            drops = self._neutral_drop(self.drops[s][::64], float(w.segments.theta[s]))
            found += mix[:, s] * np.array([repeats_by_year(self.rates[s][::16] / y, drops, years) for y in life_y]).T
        return found


def repeats_by_year(rates_y: F, drops: F, years: int) -> F:
    """Mean repeats of a customer acquired evenly over year 0, in each of the ``years`` from that one on, (years,).

    A customer of rate lambda and drop-out p has made (1 - exp(-lambda p s)) / p repeats by age s (Fader, Hardie and Lee 2005, eq. 9, given
    lambda and p); the mean over a year of acquisition is the second difference of its integral. ``rates_y, drops``: values of equal weight.

    >>> repeats_by_year(np.array([0.5]), np.array([0.0]), 3).round(6).tolist()  # nobody leaves: half a purchase a year
    [0.25, 0.5, 0.5]
    """
    p = np.maximum(drops, 1e-6)[None, :]
    x = np.maximum(rates_y, 1e-9)[:, None] * p
    total = np.array([np.mean((s + np.expm1(-x * s) / x) / p) if s else 0.0 for s in range(years + 1)])
    return np.diff(np.concatenate(([0.0], total)), n=2) if years > 1 else total[1:] - total[:1]


def _repeats_last_year(rates_y: F, drops: F, history_y: float) -> float:
    """Repeat purchases a year per yearly acquisition, after ``history_y`` years of even acquisition (exact mean over the quantiles).

    A customer acquired s years ago buys at rate lambda while alive, and is alive with exp(-lambda p s).
    """
    lam = rates_y[::16]
    total = 0.0
    for p in drops[::64]:
        total += float(np.mean(-np.expm1(-lam * p * history_y) / max(p, 1e-9)))
    return total / len(drops[::64])
