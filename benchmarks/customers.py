"""Five million customers with an open journey each: a purchase met and made, delivered, judged, lived with, with contacts and returns to come."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.machine import worker
from benchmarks.speed import Figure
from e2esim.config import load
from e2esim.domain.book import OrderKind, OrderState
from e2esim.domain.build import build_world
from e2esim.simulate.replication import Replication

CUSTOMERS, A_TICK = 5_000_000, 25_000
DAYS = 400


def customers(full: bool) -> Iterator[Figure]:
    """Time and memory of five million journeys from the purchase to the weeks after the delivery (``full``: three runs)."""
    runs = [worker("journeys", str(CUSTOMERS)) for _ in range(3 if full else 1)]
    walls, cpus = sorted(run.said["wall_s"] for run in runs), sorted(run.said["cpu_s"] for run in runs)
    middle = len(runs) // 2
    yield Figure(name=f"{CUSTOMERS:,} customers with open journeys", value=walls[middle], cpu=cpus[middle], unit="s", goal=30.0, runs=len(runs))
    yield Figure(name="its peak memory", value=max(run.peak_gb for run in runs), unit="GB", goal=6.0, runs=len(runs))


def ready(n: int) -> Replication:
    """A run of the mattress maker that has not begun, with ``n`` consumers more, each with one order line from a direct channel, delivered within a month."""
    run = Replication(build_world(load(["scenario=mattress_maker", "scale=0.02", f"horizon.days={DAYS}"])), 0)
    w, rng = run.world, np.random.default_rng(7)
    direct = np.flatnonzero(w.channels.buyer == 1)
    direct = direct[~w.channels.stockist[direct]] if (~w.channels.stockist[direct]).any() else np.flatnonzero(~w.channels.stockist)
    cells = np.flatnonzero(np.isin(w.cells.channel, direct))
    people, book = run.people.consumers, run.orders
    first, row = people.take(n), book.take(n)
    who, line = slice(first, first + n), slice(row, row + n)
    cell, segment = rng.choice(cells, n), rng.choice(np.flatnonzero(~w.segments.trade), n)
    placed = np.sort(rng.uniform(24.0, 24.0 * (DAYS - 60), n))
    for table, rows in ((people, who), (book, line)):
        table["address"][rows] = rng.integers(0, 1 << 40, n)
        table["segment"][rows], table["channel"][rows], table["market"][rows] = segment, w.cells.channel[cell], w.cells.market[cell]
    people["cell"][who], people["memory"][who], people["memory_t"][who], people["purchases"][who] = cell, run.people.base, placed, 1
    book["kind"][line], book["state"][line], book["consumer"][line] = OrderKind.DIRECT, OrderState.DELIVERED, np.arange(first, first + n)
    book["account"][line], book["item"][line], book["quantity"][line], book["price_ratio"][line] = -1, np.flatnonzero(w.items.sold)[0], 1, 1.0
    book["placed"][line], book["requested"][line], book["promised"][line] = placed, placed, placed + 24.0 * 8
    book["delivered"][line] = placed + 24.0 * rng.uniform(2.0, 12.0, n)
    return run


def live(run: Replication, n: int) -> int:
    """Let the last ``n`` order lines be bought, received and lived with, in the batches of a tick; returns the contacts and returns to come."""
    rows, coming = np.arange(run.orders.n - n, run.orders.n, dtype=np.int32), 0
    for k in range(0, n, A_TICK):
        batch = rows[k : k + A_TICK]
        run.journey.bought(batch, run.market.reputation)
        run.journey.watch(batch, 0)
        contacts, returns = run.journey.receive(batch)
        coming += len(contacts[0]) + len(returns[0])
    for tick in range(int(run.world.hours)):
        run.journey.ask(tick, float(tick + 1))
        run.journey.later(tick, float(tick + 1))
    run.people.settle()
    return coming
