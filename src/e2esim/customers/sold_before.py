"""What was sold before the run and is not over: purchases whose question, second thought or defect is still to come when it opens.

Every consumer of the installed base bought for the last time on a day before the run. The law that rules what follows a delivery
(`journey_kernels.after_delivery`) is asked of these purchases too, with the addresses that a run gives them, and those from which a
contact, a return or a defect falls after the opening become order lines of the past. So year 1 has the defects of products sold in year 0. Of who bought
twice in those days only the last purchase is known (a seventh where products live a year or two, hardly any where they live ten).
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from e2esim.customers.books import OrderFacts, order_facts
from e2esim.customers.journey_kernels import AFTER, IN_USE, Habits, after_delivery, next_steps
from e2esim.customers.loyalty_kernels import first_needs, pick
from e2esim.customers.need_clock import NeedClock, need_clock
from e2esim.customers.people import People
from e2esim.customers.touching import analysed
from e2esim.domain.book import ORDER_COLUMNS, Columns, OrderKind, OrderState, Service
from e2esim.domain.lean import lean_njit
from e2esim.domain.world import World
from e2esim.streams import Streams
from e2esim.streams.draws import child, uniform

F = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]

REACH_D = 500  # [days] of the past that are looked at: of defects that show after 100 days on average, 1 % come later
_BLOCK = 50_000
_NEEDS, _FOLLOWED = int(Service.NEEDS_ANALYSIS), int(Service.USE_FOLLOWUP)
_FACTS = ("address", "kind", "consumer", "account", "item", "channel", "market", "segment", "node", "repeat", "services", "revenue_eur", "cost_eur")
_TIMES = ("placed", "requested", "allocated", "picked", "shipped", "delivered")
_KNOWN = dict.fromkeys((*OrderFacts._fields, *_FACTS, *_TIMES, "state"))  # of a line of the past


def sold_before(world: World, people: People, orders: Columns, streams: Streams, habits: Habits) -> Rows:
    """Write the purchases before the run from which something is still to come as delivered lines of ``orders``; returns their rows."""
    c = people.consumers
    clock = _past_clock(world)
    recent = np.flatnonzero(c["last"][: people.opening_customers] > -24.0 * REACH_D).astype(np.int32)
    rows = [_open_block(world, people, orders, streams, habits, clock, recent[k : k + _BLOCK]) for k in range(0, len(recent), _BLOCK)]
    return np.concatenate(rows) if rows else np.empty(0, dtype=np.int32)


def still_to_come(book: Columns, key: np.uint64, habits: Habits) -> npt.NDArray[np.bool_]:
    """Which rows of ``book`` lead to a contact, a return or a defect after time 0, (n,)."""
    out, every = next_steps(book.n), np.arange(book.n, dtype=np.int32)
    a, b, d = after_delivery(every, key, order_facts(book), habits, out)
    later = (out.later_t[:d] > 0.0) & (out.later_code[:d] % AFTER != IN_USE)
    live = np.zeros(book.n, dtype=np.bool_)
    live[out.contact_row[:a][out.contact_t[:a] > 0.0]] = True
    live[out.return_row[:b][out.return_t[:b] > 0.0]] = True
    live[out.later_code[:d][later] // AFTER] = True
    return live


def _open_block(world: World, people: People, orders: Columns, streams: Streams, habits: Habits, clock: NeedClock, who: Rows) -> Rows:
    book = _last_purchases(world, people, streams, clock, who)
    live = np.flatnonzero(still_to_come(book, streams.key("journey.after"), habits))
    first = orders.take(len(live))
    rows = np.arange(first, first + len(live), dtype=np.int32)
    for name in (*_FACTS, *_TIMES, "promised", "state"):
        orders[name][rows] = book[name][live]
    orders["order_no"][rows] = rows
    return rows


def _past_clock(world: World) -> NeedClock:
    """The season's time of each cell in the days looked at, 0 at the opening."""
    clock = need_clock(world.cells.season, world.start - dt.timedelta(days=REACH_D), REACH_D)
    return NeedClock(clock.edge - clock.edge[-1], clock.passed - clock.passed[:, -1:])


def _last_purchases(world: World, people: People, streams: Streams, clock: NeedClock, who: Rows) -> Columns:
    """The last purchase of each of ``who`` as a delivered line, on its day of the season."""
    c, channels = people.consumers, world.channels
    book = Columns({name: ORDER_COLUMNS[name] for name in _KNOWN}, capacity=len(who))
    book.take(len(who))
    for name in ("account", "channel", "market", "segment"):
        book[name][:] = c[name][who]
    shop = channels.stockist[book["channel"]]
    use = world.services.use if world.settings.organisation.after_sale else np.zeros_like(world.services.use)
    keys = np.array([streams.key("market.item"), streams.key("market.service")], dtype=np.uint64)
    needs = analysed(world, float(use[1]))[book["channel"]]
    _facts_of_last(keys, who, c["address"], c["purchases"], c["cell"], people.item_cdf, needs, float(use[4]), *_written(book))
    item, channel = book["item"], book["channel"]
    earns = ~shop | (channels.buyer[channel] == 2)
    book["consumer"][:] = who
    book["kind"][shop] = OrderKind.SELL_OUT
    book["node"][shop] = 1 + book["account"][shop]
    book["repeat"][:] = c["purchases"][who] > 1
    book["revenue_eur"][:] = np.where(earns, np.nan_to_num(world.price)[item, channel], 0.0)
    book["cost_eur"][:] = np.where(earns, world.items.cost_eur[item], 0.0)
    last = c["last"][who]
    first_needs(last, clock, c["cell"][who])
    for name in _TIMES:
        book[name][:] = last
    book["promised"][:] = (np.floor(last / 24.0) + 0.75) * 24.0 + 24.0
    book["state"][:] = OrderState.DELIVERED
    if shop.any():
        book["picked"][shop] = np.nan  # served from the shelf
    return book


def _written(book: Columns) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int16], npt.NDArray[np.uint8]]:
    return book["address"], book["item"], book["services"]


@lean_njit
def _facts_of_last(
    keys: npt.NDArray[np.uint64],
    who: Rows,
    address: npt.NDArray[np.int64],
    purchases: npt.NDArray[np.uint16],
    cell: npt.NDArray[np.int16],
    item_cdf: F,
    needs_use: F,
    follow_use: float,
    line: npt.NDArray[np.int64],
    item: npt.NDArray[np.int16],
    services: npt.NDArray[np.uint8],
) -> None:
    """Address, item and services of each consumer's last purchase, as the replay of the past and a run draw them; ``keys``: item, service."""
    for k in range(who.shape[0]):
        c = who[k]
        cdf = item_cdf[cell[c]]
        line[k] = child(address[c], np.int64(purchases[c]))
        item[k] = pick(cdf, 0, cdf.shape[0], uniform(keys[0], address[c], np.int64(purchases[c]) - 1))
        if uniform(keys[1], line[k], 0) < needs_use[k]:
            services[k] |= _NEEDS
        if uniform(keys[1], line[k], 3) < follow_use:
            services[k] |= _FOLLOWED
