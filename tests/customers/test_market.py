"""Market kernels against slow twins, and the laws of arrivals and choice."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from e2esim.customers.deciders import Deciders
from e2esim.customers.entry_kernels import LinesBorn, SoldHow, write_purchases
from e2esim.customers.hurdle_kernels import Hurdles, at_the_shelf, stand_in
from e2esim.customers.loyalty_kernels import pick
from e2esim.customers.market_kernels import (
    BUYER,
    DISSENT,
    Arrivals,
    CustomersDue,
    GoodsShown,
    LeadShown,
    MarketCells,
    MetBefore,
    Standing,
    Tastes,
    Weighing,
    agreed,
    consider,
    offered_lead,
    prospects,
    returning,
    utility,
)
from e2esim.domain.book import ORDER_COLUMNS, Columns
from e2esim.streams import Streams
from e2esim.streams.draws import child, exponential, normal, uniform

F = npt.NDArray[np.float64]
CODE = np.array([1_234_567, 89, 4_567_890_123])  # addresses of the cells
CELLS, ITEMS, ACCOUNTS, SEGMENTS, CIRCLES = 3, 4, 5, 2, 3


@dataclass
class Shop:
    """Three cells: direct, stockist with accounts, stockist without any; facts drawn once from a seed."""

    seed: int = 0
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        keys = Streams(self.seed)
        names = ("item", "pair", "fin", "price", "choice", "agreed", "gap", "facts", "card", "simple", "circle")
        self.keys = np.array([keys.key(k) for k in names], dtype=np.uint64)
        self.gap, self.who = self.keys[6], self.keys[7]
        self.deciders, self.simple = np.ones(SEGMENTS), np.array([0.4, 0.0])
        self.card, self.reward, self.price_loss = np.array([0.5, 0.0, 1.0]), 0.1, 1.6
        self.usual = 1.1 if self.seed % 2 else 1.0  # price over the reference that consumers are used to
        self.item_cdf = np.cumsum(rng.dirichlet(np.ones(ITEMS), CELLS), axis=1)
        self.item_cdf[:, -1] = 1.0
        self.ratio, self.pair = rng.uniform(0.8, 1.2, (CELLS, ITEMS)), np.array([0.0, 0.3, 0.6, 1.0])
        self.mix = np.array([[0.3, 1.0], [0.8, 1.0], [0.5, 1.0]])
        self.start, self.order = np.array([0, 0, 5, 5]), np.array([3, 0, 4, 1, 2])
        self.cdf = np.array([0.1, 0.3, 0.6, 0.9, 1.0])
        self.stockist = np.array([False, True, True])
        self.direct_d, self.wait_d = rng.uniform(3.0, 9.0, CELLS), np.array([0.0, 2.0, 9.0, 0.5])
        self.consumer_d, self.reference_d = np.array([0.0, 2.0, 3.0]), np.array([6.0, 4.0, 5.0])
        self.account_wait_d, self.on_hand = rng.uniform(4.0, 12.0, ACCOUNTS), rng.integers(0, 3, (ACCOUNTS, ITEMS)).astype(float)
        self.wallet, self.reputation = np.array([1.0, 0.0, 1.4, 0.7, 1.0]), np.array([0.2, -0.3, 0.5, -0.1, 0.0, 0.3])
        self.touch = np.array([[0.3, 0.2], [0.1, 0.4], [0.0, 0.0]])
        self.belief = rng.uniform(0.0, 0.3, (CELLS, ITEMS))
        self.channel, self.market = np.array([0, 1, 2]), np.array([1, 0, 1])
        self.scalars = {"offset": 0.1, "relief": 0.6, "conversion": 0.35}
        self.weight, self.use = np.array([0.6, 0.3, 0.5]), np.array([0.4, 0.15])
        self.beta_lead, self.beta_price, self.anxiety = np.array([0.015, 0.01]), np.array([1.5, 2.0]), np.array([0.2, 0.1])
        self.shelf_keys = np.array([keys.key(k) for k in ("shelf", "other item", "other shop")], dtype=np.uint64)
        self.shares, self.kin, self.answered = (0.2, 0.3, 0.3), np.array([1, 1, 2, 1]), np.array([0.9, 0.7, 1.0])
        self.circle = 0  # of who weighs
        self.roles = Deciders(np.zeros(SEGMENTS + 1, dtype=np.int64), *(np.zeros(0) for _ in range(3)), np.zeros((CELLS, 0)), DISSENT)
        self.touch_key, self.breaks, self.wrong = keys.key("touch"), np.array([0.5, 0.6, 0.0]), (0.2, 0.4)
        self.shelves, self.swayed = np.zeros((CELLS, 3)), np.zeros((CELLS, SEGMENTS))

    def hurdles(self, *, reacts: bool = True) -> Hurdles:
        """Empty shelves and silent desks."""
        shares, answered = (self.shares, self.answered) if reacts else ((1.0, 0.0, 0.0), np.ones(CELLS))
        wrong = self.wrong if reacts else (0.0, 0.0)
        shops = (self.start, self.order, self.cdf, self.wallet)
        return Hurdles(self.shelf_keys, *shares, self.kin, *shops, answered, self.shelves, self.touch_key, self.breaks, *wrong)

    def ends_up(self, who: int, purchase: int, cell: int, account: int, item: int, quantity: int) -> tuple[int, int]:
        """The twin of ``at_the_shelf``: shop and item, (-1, -1) = lost."""
        if self.on_hand[account, item] >= quantity:
            return account, item
        u, v, w = (uniform(k, who, purchase) for k in self.shelf_keys)
        wait, other, shop = self.shares
        if u < wait:
            return account, item
        if u < wait + other:
            there = [k for k in range(ITEMS) if k != item and self.kin[k] == self.kin[item] and self.on_hand[account, k] >= quantity]
            weight = np.array([self.item_cdf[cell, k] - (self.item_cdf[cell, k - 1] if k else 0.0) for k in there])
            return (account, there[int(np.searchsorted(np.cumsum(weight), v * weight.sum()))]) if there else (-1, -1)
        if u < wait + other + shop:
            a0, a1 = self.start[cell], self.start[cell + 1]
            found = int(self.order[a0 + np.searchsorted(self.cdf[a0:a1], w)])
            if self.wallet[found] > 0 and self.on_hand[found, item] >= quantity:
                return found, item
        return -1, -1

    def offer(self, loop: bool = True) -> tuple[MarketCells, GoodsShown, LeadShown, Standing, Tastes]:
        """The arguments that new and returning consumers share; without the loop everybody with a need buys."""
        s = self.scalars
        standing = Standing(self.reputation, self.wallet, self.touch, s["offset"], self.weight, self.belief, CIRCLES)
        if not loop:
            standing = Standing(0.0 * self.reputation, np.ones(ACCOUNTS), self.touch, 50.0, self.weight, self.belief, CIRCLES)
        return (
            MarketCells(CODE, self.channel, self.market, self.mix, self.start, self.order, self.cdf),
            GoodsShown(self.item_cdf, self.ratio, self.pair, self.usual),
            LeadShown(self.stockist, self.direct_d, self.wait_d, self.consumer_d, self.reference_d, self.account_wait_d, self.on_hand),
            standing,
            self.tastes(),
        )

    def tastes(self) -> Tastes:
        """How the segments choose."""
        s, people = self.scalars, (self.deciders, self.simple)
        card = (self.card, self.reward, self.price_loss)
        return Tastes(self.use, s["relief"], self.beta_lead, self.beta_price, self.anxiety, *people, s["conversion"], *card, self.roles)

    def lead(self, cell: int, account: int, item: int, quantity: int) -> float:
        """Days shown."""
        c = self.channel[cell]
        if not self.stockist[c]:
            return float(self.direct_d[cell] + self.wait_d[item])
        if self.on_hand[account, item] >= quantity:
            return float(self.consumer_d[c])
        return float(self.consumer_d[c] + self.account_wait_d[account] + self.wait_d[item])

    def dear(self, ratio: float) -> float:
        """Log of a price as it weighs: its own, and a part of how far it seems dear or cheap to who is used to another."""
        loss = (self.price_loss - 1.0) / (self.price_loss + 1.0)
        return math.log(ratio) + loss * abs(math.log(ratio / self.usual))

    def of_roles(self, who: int, purchase: int, cell: int, segment: int, ratio: float, lead: float) -> float:
        """What the least convinced of the roles thinks beside the segment: each adds what he weighs more, less what he has not met, and his opinion."""
        c, r = self.channel[cell], self.roles
        slope = 1.0 / (1.0 - self.scalars["conversion"])
        words = self.weight[c] * self.reputation[CIRCLES * self.market[cell] + int(uniform(self.keys[10], who, 0) * CIRCLES)]
        first, last = int(r.start[segment]), int(r.start[segment + 1])
        thinks = []
        for k in range(first, last):
            own = DISSENT * normal(self.keys[5], who, 100 * purchase + 1 + k - first) if last - first > 1 else 0.0
            price = -self.beta_price[segment] * self.dear(ratio) * slope
            late = -self.beta_lead[segment] * (lead - self.reference_d[c]) * slope
            thinks.append(r.price[k] * price + r.service[k] * late + r.words[k] * words - r.missed[c, k] + own)
        return min(thinks)

    def chance(
        self, item: int, quantity: int, financed: bool, ratio: float, cell: int, segment: int, account: int, loyal: bool, dissent: float, simple: bool
    ) -> tuple[float, float]:
        """Probability of buying, and the lead time shown, from the formula of the docstrings."""
        s, c, lead = self.scalars, self.channel[cell], self.lead(cell, account, item, quantity)
        wallet = self.wallet[account] if account >= 0 else 1.0
        words = self.weight[c] * self.reputation[CIRCLES * self.market[cell] + self.circle]
        u = s["offset"] + self.touch[c, segment] + self.belief[cell, item] + words + math.log(wallet)
        u -= (self.beta_lead[segment] * (lead - self.reference_d[c]) + self.beta_price[segment] * self.dear(ratio)) / (1.0 - s["conversion"])
        u -= self.anxiety[segment] * (1.0 - s["relief"] * financed) - dissent
        odds = s["conversion"] / (1.0 - s["conversion"]) * math.exp(u)
        return (1.0 if simple else self.answered[c]) * (min(1.0, math.exp((1.0 - s["conversion"]) * u)) if loyal else odds / (1.0 + odds)), lead

    def slope(self, *asked: Any) -> float:
        """What one unit of utility more does to the chance, by differences."""
        plain, self.scalars = self.scalars, self.scalars | {"offset": self.scalars["offset"] + 1e-6}
        more = self.chance(*asked)[0]
        self.scalars = plain
        return (more - self.chance(*asked)[0]) / 1e-6

    def weigh(self, who: int, purchase: int, cell: int, segment: int, account: int, when: float | None = None) -> tuple[bool, dict[str, Any]]:
        """One consumer decides: the twin of ``consider``; a customer whose need comes at ``when`` [h] has the luck of that hour."""
        loyal = when is not None
        u = [uniform(k, who, purchase) for k in self.keys]
        if when is not None:
            u[4] = uniform(self.keys[4], who, int(when))
        item = next(k for k in range(ITEMS) if u[0] <= self.item_cdf[cell, k])
        quantity = 1 + int(u[1] < self.pair[item])
        if account >= 0:
            account, item = self.ends_up(who, purchase, cell, account, item, quantity)
            if account < 0:
                return False, {}
        reward = self.reward if loyal and uniform(self.keys[8], who, 0) < self.card[self.channel[cell]] else 0.0
        ratio = self.ratio[cell, item] * math.exp(0.05 * normal(self.keys[3], who, purchase)) * (1.0 - reward)
        simple = loyal and u[9] < self.simple[segment]
        people = 1.0 if simple else self.deciders[segment]
        many = int(people) + int(uniform(self.keys[5], who, 100 * purchase) < people - int(people))
        dissent = DISSENT * min(normal(self.keys[5], who, 100 * purchase + k) for k in range(1, many + 1)) if many > 1 else 0.0
        felt, line = ratio, child(who, purchase)
        if not simple and uniform(self.touch_key, line, 0) < self.breaks[self.channel[cell]]:
            told = uniform(self.touch_key, line, 2)
            if told < self.wrong[1] / 2.0 or (told < self.wrong[1] and account >= 0 and self.on_hand[account, item] < quantity):
                return False, {}
            ratio *= 1.0 + self.wrong[0]
            felt = ratio if uniform(self.touch_key, line, 1) >= 0.5 else felt  # dearer than what he had seen elsewhere
        if not simple and self.roles.start[segment + 1] > self.roles.start[segment]:
            dissent = self.of_roles(who, purchase, cell, segment, ratio, self.lead(cell, account, item, quantity))
        asked = (item, quantity, u[2] < self.use[segment], ratio, cell, segment, account, loyal, dissent, simple)
        self.circle = int(uniform(self.keys[10], who, 0) * CIRCLES)
        chance, lead = self.chance(*asked)
        if not simple:
            self.swayed[cell, segment] += self.slope(*asked)
        facts = {"account": account, "item": item, "quantity": quantity, "lead_d": lead, "price_ratio": felt, "financed": int(u[2] < self.use[segment])}
        facts |= {"reward": reward, "simple": int(simple)}
        return u[4] < chance, facts


def met_before() -> MetBefore:
    return MetBefore(np.zeros((CELLS, SEGMENTS)), np.zeros((CELLS, SEGMENTS)))


def run_prospects(shop: Shop, mu: F, ticks: int) -> tuple[npt.NDArray[np.void], int, npt.NDArray[np.int64], MetBefore]:
    """Buyers of ``ticks`` ticks of one hour, prospects seen, and their number by cell."""
    clock, number = np.zeros(CELLS), np.zeros(CELLS, dtype=np.int64)
    due = np.array([exponential(shop.gap, child(CODE[cell], -2), 0, 1.0) for cell in range(CELLS)])
    found, seen, met = [], 0, met_before()
    for tick in range(ticks):
        out = np.zeros(4_000, dtype=BUYER)
        m, some = prospects(shop.keys, (float(tick), 1.0), mu, Arrivals(clock, due, number), *shop.offer(), shop.hurdles(), met, out)
        found.append(out[:m])
        seen += some
    assert met.people.sum() <= seen
    if not shop.stockist.any():
        assert met.people.sum() == seen  # everybody weighed it
    return np.concatenate(found), seen, number, met


def twin_prospects(shop: Shop, mu: F, ticks: int) -> list[dict[str, Any]]:
    """The same by walking along each cell's own Poisson clock."""
    found = []
    for cell in range(CELLS):
        at, k = exponential(shop.gap, child(CODE[cell], -2), 0, 1.0), 0
        while at <= mu[cell] * ticks:
            who, c = child(CODE[cell], k), shop.channel[cell]
            segment = int(np.searchsorted(shop.mix[c], uniform(shop.who, who, 0)))
            account, opened = -1, True
            if shop.stockist[c]:
                a0, a1 = shop.start[cell], shop.start[cell + 1]
                opened = bool(a1 > a0)
                if opened:
                    account = int(shop.order[a0 + np.searchsorted(shop.cdf[a0:a1], uniform(shop.who, who, 4))])
                    opened = bool(shop.wallet[account] > 0)
            if opened:
                buys, facts = shop.weigh(who, 1, cell, segment, account)
                if buys:
                    found.append(facts | {"address": who, "t": at / mu[cell], "cell": cell, "segment": segment, "purchase": 1, "consumer": -1})
            k += 1
            at += exponential(shop.gap, who, 0, 1.0)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_prospects_twin(seed: int) -> None:
    """Every buyer of every cell, field by field."""
    shop, mu = Shop(seed), np.array([3.0, 5.0, 2.0])
    shop.deciders = np.array([[1.0, 1.0], [2.0, 1.5], [1.0, 6.0], [2.3, 3.0]][seed])
    if seed == 3:  # the second segment names three roles
        rng = np.random.default_rng(8)
        shop.roles = Deciders(np.array([0, 0, 3]), *rng.uniform(-1.0, 2.0, (3, 3)), rng.uniform(0.0, 0.3, (CELLS, 3)), DISSENT)
    buyers, seen, number, met = run_prospects(shop, mu, 60)
    twins = {t["address"]: t for t in twin_prospects(shop, mu, 60)}
    assert seen == number.sum()
    np.testing.assert_allclose(met.sway, shop.swayed, rtol=1e-4)
    assert len(buyers) == len(twins) > 20
    for one in buyers:
        twin = twins[int(one["address"])]
        for name, value in twin.items():
            assert one[name] == pytest.approx(value, rel=1e-6, abs=1e-6), name


@pytest.mark.parametrize("seed", range(3))
def test_returning_twin(seed: int) -> None:
    """Customers with a need: buyers in the buffer, the others on the list of needs lost; without the loop everybody buys."""
    shop, rng, n = Shop(seed), np.random.default_rng(seed), 300
    cell = rng.choice([0, 1], n).astype(np.int16)
    account = np.where(cell == 1, rng.choice([0, 2, 3, 4], n), -1).astype(np.int16)
    segment, address = rng.integers(0, 2, n).astype(np.uint8), rng.integers(0, 1 << 40, n)
    purchases, rows, t = rng.integers(1, 6, n).astype(np.uint16), rng.permutation(n).astype(np.int32), rng.uniform(0, 5_000, n)
    for loop in (True, False):
        out, lost, met = np.zeros(n, dtype=BUYER), np.empty(n, dtype=np.int32), met_before()
        people = CustomersDue(address, cell, segment, account, purchases)
        bought, away = returning(shop.keys, rows, t, people, *shop.offer(loop), shop.hurdles(reacts=loop), met, out, lost)
        simple = sum(uniform(shop.keys[9], int(address[c]), int(purchases[c]) + 1) < shop.simple[segment[c]] for c in rows)
        assert met.people.sum() == n - simple < n  # every need is weighed; who buys simply meets nobody
        assert bought + away == n
        if not loop:
            assert away == 0
            continue
        twin = [shop.weigh(int(address[c]), int(purchases[c]) + 1, int(cell[c]), int(segment[c]), int(account[c]), t[k]) for k, c in enumerate(rows)]
        buys = np.array([b for b, _ in twin])
        np.testing.assert_allclose(met.sway, shop.swayed, rtol=1e-3)
        assert out["consumer"][:bought].tolist() == rows[buys].tolist()
        assert lost[:away].tolist() == rows[~buys].tolist()
        assert 0 < away < n
        facts = [f for b, f in twin if b]
        for name in ("account", "item", "quantity", "financed", "simple"):
            assert out[name][:bought].tolist() == [f[name] for f in facts]
        assert out["lead_d"][:bought] == pytest.approx([f["lead_d"] for f in facts], rel=1e-6)
        assert out["purchase"][:bought].tolist() == (purchases[rows[buys]] + 1).tolist()
        assert out["reward"][:bought] == pytest.approx([f["reward"] for f in facts])
        assert 0 < np.count_nonzero(out["reward"][:bought]) < bought  # half of the first cell hold a card


def test_the_more_decide_the_less_is_bought() -> None:
    """81 / 55 / 60 / 31 % bought where 1 / 2 / 3 / 6 people decided (CEB): the order, and each size within 12 points but for the bump at three."""
    key, n = np.uint64(77), 4_000
    told = {1: 0.81, 2: 0.55, 6: 0.31}
    odds = 0.81 / 0.19
    share = {m: float(np.mean([1.0 / (1.0 + math.exp(-agreed(key, who, 1, m)) / odds) for who in range(n)])) for m in (1, 2, 3, 6)}
    assert share[1] > share[2] > share[3] > share[6]
    for m, value in told.items():
        assert share[m] == pytest.approx(value, abs=0.12), (m, share)


def test_more_demand_keeps_the_order_of_arrivals() -> None:
    """Intensity times 1.2: the first prospects of each cell are the same people with the same facts, sooner by 1.2."""
    shop, mu = Shop(7), np.array([3.0, 5.0, 2.0])
    base, _, few, _ = run_prospects(shop, mu, 100)
    more, _, many, _ = run_prospects(shop, 1.2 * mu, 100)
    assert (many > few).all()
    for cell in (0, 1):
        a, b = base[base["cell"] == cell], more[more["cell"] == cell][: np.count_nonzero(base["cell"] == cell)]
        for name in ("address", "segment", "account", "item", "quantity", "price_ratio", "financed"):
            assert np.array_equal(a[name], b[name]), name
        np.testing.assert_allclose(a["t"], 1.2 * b["t"], rtol=1e-9)


def test_a_day_faster_sells_one_and_a_half_percent_more() -> None:
    """Relative change of the chance at reference conditions, online 1.5 % a business day (Fisher, Gallino and Xu)."""

    def chance(lead: float) -> float:
        u = utility(lead, 6.0, 1.0, 0.0, 1.0, False, 0.015, 1.5, 0.0, 0.6, 0.35, 0.6, 0.0)
        return 1.0 / (1.0 + 0.65 / 0.35 * math.exp(-u))

    assert chance(5.0) / chance(6.0) - 1.0 == pytest.approx(0.015, abs=5e-4)
    assert chance(6.0) == pytest.approx(0.35)


def test_prospects_come_as_poisson_at_the_stated_rate() -> None:
    """Counts in 2,000 ticks: mean and variance are the intensity, within 3 standard errors."""
    shop, mu = Shop(3), np.array([4.0, 4.0, 4.0])
    counts = []
    clock, number = np.zeros(CELLS), np.zeros(CELLS, dtype=np.int64)
    due = np.array([exponential(shop.gap, child(CODE[cell], -2), 0, 1.0) for cell in range(CELLS)])
    out = np.zeros(4_000, dtype=BUYER)
    for tick in range(2_000):
        met = met_before()
        counts.append(prospects(shop.keys, (float(tick), 1.0), mu, Arrivals(clock, due, number), *shop.offer(), shop.hurdles(), met, out)[1])
    x, n = np.array(counts, dtype=float), len(counts)
    assert abs(x.mean() - 12.0) < 3.0 * math.sqrt(12.0 / n)
    assert abs(x.var(ddof=1) - 12.0) < 3.0 * 12.0 * math.sqrt(2.0 / n)


def test_lead_time_shown() -> None:
    """From the plant: cell and item; from a shelf: at once if the pieces are there, else the account's wait."""
    shelf = np.array([[1.0, 0.0]])
    facts = (np.array([5.0]), np.array([2.0, 3.0]), 1.5, np.array([7.0]), shelf)
    assert offered_lead(0, -1, 1, 1, False, *facts) == 8.0
    assert offered_lead(0, 0, 0, 1, True, *facts) == 1.5
    assert offered_lead(0, 0, 0, 2, True, *facts) == 10.5
    assert offered_lead(0, 0, 1, 1, True, *facts) == 11.5


def test_who_finds_an_empty_shelf_reacts_by_the_stated_shares() -> None:
    """10,000 consumers: waited, took another item, went to another shop, were lost, within 3 standard errors; counted as such."""
    shop, n = Shop(2), 10_000
    shop.on_hand[:] = 9.0
    shop.on_hand[3, 0] = 0.0
    shop.cdf = np.array([0.0, 1.0, 1.0, 1.0, 1.0])  # everybody else goes to shop 0, which has it
    ends = [at_the_shelf(who, 1, 1, 1, 3, 0, 1, shop.item_cdf[1], shop.on_hand, shop.hurdles()) for who in range(n)]
    waited, other = sum(e == (3, 0) for e in ends), sum(e[0] == 3 and e[1] in (1, 3) for e in ends)
    went, lost = sum(e == (0, 0) for e in ends), sum(e == (-1, -1) for e in ends)
    assert waited + other + went + lost == n
    for found, share in ((waited, 0.2), (other, 0.3), (lost + went, 0.5)):
        assert abs(found - share * n) < 3.0 * math.sqrt(share * (1.0 - share) * n)
    assert shop.shelves[1].tolist() == [n, n, lost]


def test_nobody_takes_another_kind_of_item() -> None:
    """An item of its own kin has no stand-in; one whose kin is out neither."""
    shop = Shop(2)
    full, none = np.full(ITEMS, 5.0), np.array([0.0, 0.0, 5.0, 0.0])
    assert stand_in(2, 1, full, shop.kin, shop.item_cdf[1], 0.5) == -1
    assert stand_in(0, 1, none, shop.kin, shop.item_cdf[1], 0.5) == -1
    assert stand_in(0, 1, full, shop.kin, shop.item_cdf[1], 0.999999) == 3


def test_a_refusal_leaves_no_trace() -> None:
    """A consumer who does not buy writes nothing into the buffer."""
    shop, out = Shop(1), np.zeros(1, dtype=BUYER)
    before = out.copy()
    shop.scalars["offset"] = -60.0
    bought = consider(shop.keys, Weighing(9, 1, 0.5, 0, 0, -1, True, False), *shop.offer(), shop.hurdles(), met_before(), out, 0)
    assert not bought
    assert np.array_equal(out, before)


def test_pick_is_an_inverse_distribution() -> None:
    """Smallest index that reaches u, the last one at most."""
    cdf = np.array([0.2, 0.5, 0.5, 0.9, 1.0])
    for u in (0.0, 0.2, 0.21, 0.5, 0.51, 0.95, 1.0):
        assert pick(cdf, 0, 5, u) == int(np.searchsorted(cdf, u))
    assert pick(cdf, 0, 3, 0.99) == 2


def buyers(n: int, seed: int) -> npt.NDArray[np.void]:
    """Purchases on their way into the book."""
    rng, out = np.random.default_rng(seed), np.zeros(n, dtype=BUYER)
    out["cell"] = rng.integers(0, CELLS, n)
    out["address"] = (out["cell"].astype(np.int64) << 40) | np.arange(n)
    out["t"], out["segment"], out["item"], out["quantity"] = rng.uniform(0, 600, n), rng.integers(0, 2, n), rng.integers(0, ITEMS, n), rng.integers(1, 3, n)
    out["account"] = np.where(out["cell"] > 0, rng.integers(0, ACCOUNTS, n), -1)
    out["lead_d"], out["price_ratio"], out["purchase"], out["financed"] = (
        rng.uniform(1, 15, n),
        rng.uniform(0.8, 1.2, n),
        rng.integers(1, 5, n),
        rng.integers(0, 2, n),
    )
    out["reward"] = np.where(out["purchase"] > 1, 0.05, 0.0)
    return out


def test_write_purchases_twin() -> None:
    """Each order line as told in words: promise, revenue, services used, problems before delivery."""
    n, row0, monday, margin = 500, 3, 2, 1
    b, o, keys = buyers(n, 5), Columns(ORDER_COLUMNS, 600), Streams(9)
    o.take(n + row0)
    rng = np.random.default_rng(2)
    price, cost = rng.uniform(100, 300, (ITEMS, CELLS)), rng.uniform(50, 90, ITEMS)
    stockist, own = np.array([False, True, True]), np.array([False, False, True])
    install, needs, breaks = np.array([0.8, 0.2, 0.5]), np.array([0.6, 0.3, 0.0]), np.array([0.15, 0.3, 0.0])
    channel, market = np.array([0, 1, 2]), np.array([1, 0, 1])
    service, touch = keys.key("service"), keys.key("touch")
    who = np.arange(100, 100 + n, dtype=np.int32)
    of = SoldHow(channel, market, stockist, own, price, cost, install, needs, 0.35, 0.5, 0.1, breaks)
    write_purchases(b, n, row0, (margin, monday), who, np.array([service, touch], dtype=np.uint64), of, LinesBorn(*(o[name] for name in LinesBorn._fields)))
    for k in range(n):
        r, c = row0 + k, int(channel[b["cell"][k]])
        line = int(child(b["address"][k], b["purchase"][k]))
        day = int((b["t"][k] / 24.0) + b["lead_d"][k]) + margin
        day += (day + monday) % 7 == 6
        earns = own[c] or not stockist[c]
        used = int(b["financed"][k]) + 2 * (uniform(service, line, 0) < needs[c])
        if uniform(service, line, 1) < install[c]:
            used += 4 + 8 * (uniform(service, line, 2) < 0.35)
        else:
            used += 8 * (uniform(service, line, 2) < 0.175)
        used += 16 * (uniform(service, line, 3) < 0.1)
        bad = 16 * (uniform(touch, line, 0) < breaks[c])
        twin = {
            "address": line,
            "kind": int(stockist[c]),
            "order_no": r,
            "consumer": who[k],
            "account": b["account"][k],
            "item": b["item"][k],
            "quantity": b["quantity"][k],
            "channel": c,
            "market": market[b["cell"][k]],
            "segment": b["segment"][k],
            "node": 1 + b["account"][k] if stockist[c] else 0,
            "problems": bad,
            "services": used,
            "repeat": int(b["purchase"][k] > 1),
            "placed": b["t"][k],
            "requested": b["t"][k],
            "promised": 24.0 * day + 18.0,
            "revenue_eur": price[b["item"][k], c] * b["quantity"][k] * (0.95 if b["purchase"][k] > 1 else 1.0) if earns else 0.0,
            "cost_eur": cost[b["item"][k]] * b["quantity"][k] if earns else 0.0,
            "price_ratio": b["price_ratio"][k],
        }
        for name in LinesBorn._fields:
            assert o[name][r] == pytest.approx(twin[name], rel=1e-6), (k, name)
    assert len(set(o["address"][row0 : row0 + n].tolist())) == n
