"""Stages of the market's chain against theory: each a small world, run through the stage itself, with a mean and its standard error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import comb, factorial
from typing import Any

import numpy as np
import numpy.typing as npt

from chain.conftest import CALM, Chain, make_world, with_cells
from e2esim.chain.breakdowns import share_down, spells_down
from e2esim.chain.fleets import Fleets
from e2esim.chain.inspection import Inspection
from e2esim.domain.book import OrderKind, OrderState
from e2esim.domain.events import Event, EventLog
from e2esim.streams import Streams

F = npt.NDArray[np.float64]

PILLOW, CORE = 1, 2
ALWAYS = [{"calendar": "day", "weekday": d, "start": "00:00", "end": "24:00"} for d in range(1, 8)]
PLENTY = [{"item": item, "on_hand": 1e9} for item in ("core", "foam", "fabric")]


@dataclass(frozen=True, kw_only=True)
class StageAnswer:
    """A figure of theory beside what a stage gave; ``slack`` is what the tick of the clock or whole pieces may add."""

    stage: str
    what: str
    expected: float
    value: float
    se: float
    source: str
    slack: float = 0.0

    @property
    def off(self) -> float:
        """Distance from theory in standard errors, the slack taken off."""
        return max(0.0, abs(self.value - self.expected) - self.slack) / max(self.se, 1e-12)


def stage_answers() -> Iterator[StageAnswer]:
    """All of them."""
    yield from (*_work_centre(), *_rework(), *_machine_repair(), *_inspection(), *_fleets())


def batched(values: F) -> tuple[float, float]:
    """Mean and its standard error of a series in time, from twenty batches."""
    means = values[: len(values) // 20 * 20].reshape(20, -1).mean(axis=1)
    return float(means.mean()), float(means.std(ddof=1) / np.sqrt(20))


def _work_centre() -> Iterator[StageAnswer]:
    """Poisson lots of exponential work on parallel machines that never close: Erlang's C."""
    for machines, load in ((1, 0.7), (2, 0.8), (4, 0.9)):
        waits, by_law, inside = _shop(machines, load, lots=6_000)
        rate = load * machines
        theory = erlang_c(machines, rate) / (machines - rate)
        mean, se = batched(waits)
        case = f"wait before {machines} machines at load {load} [h]"
        yield StageAnswer(stage="work centre", what=case, expected=theory, value=mean, se=se, source="Erlang C, M/M/c")
        yield StageAnswer(
            stage="work centre", what=f"lots in the shop, {machines} machines: counted, and rate x time", expected=by_law, value=inside, se=0.0,
            source="Little (1961)", slack=0.02 * inside,
        )  # fmt: skip


def _shop(machines: int, load: float, *, lots: int) -> tuple[F, float, float]:
    """Waits of lots [h], their rate times their mean time in the shop, and their mean number in it, counted on a grid."""
    routings: Any = [{"item": "pillow", "step": 10, "work_centre": "sewing", "setup_h_per_lot": 0.0, "run_h_per_unit": 1.0}]
    centres = [{"work_centre": name, "machines": machines, "calendar": "day", "efficiency": 1.0} for name in ("foaming", "sewing")]
    rng = np.random.default_rng(machines)
    came = np.cumsum(rng.exponential(1.0 / (load * machines), lots))
    work = rng.exponential(1.0, lots)
    days = int(came[-1] / 24.0) + 30
    bill = [{"parent": "pillow", "component": "foam", "qty_per": 1}]
    world = make_world(days=days, **(CALM | {"stock": PLENTY, "calendars": ALWAYS, "closures": [], "routings": routings, "work_centres": centres, "bom": bill}))
    c = Chain(world)
    c.shop.start()

    def releases() -> Any:
        for t, hours in zip(came.tolist(), work.tolist(), strict=True):
            yield c.env.timeout(t - c.env.now)
            c.shop.release(PILLOW, hours, 0.0, 0.0)

    c.env.process(releases())
    c.env.run(until=24.0 * days)
    done = np.array([lot.completed_h for lot in c.shop.history])
    times, hours = done - came, float(done.max())
    grid = np.linspace(0.0, hours, 20_001)
    inside = np.searchsorted(np.sort(came), grid) - np.searchsorted(np.sort(done), grid)
    return times - work, lots / hours * float(times.mean()), float(inside.mean())


def erlang_c(servers: int, load: float) -> float:
    """Share of arrivals that wait, ``load`` = arrival rate / service rate.

    >>> round(erlang_c(1, 0.7), 6), round(erlang_c(2, 1.6), 6)
    (0.7, 0.711111)
    """
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return servers * blocked / (servers - load * (1.0 - blocked))


def _rework() -> Iterator[StageAnswer]:
    """Pieces that fail with probability f, of which w are put right: yield (1 - f) / (1 - f w), passes f w / (1 - f w)."""
    for fault, share in ((0.2, 0.5), (0.1, 0.9)):
        items = lambda rows, f=fault, s=share: [row | ({"scrap_share": f, "rework_share": s} if row["item"] == "core" else {}) for row in rows]  # noqa: E731
        c = Chain(make_world(**(CALM | {"stock": PLENTY, "items": items})))
        for _ in range(30):
            c.shop.release(CORE, 20.0, 0.0, 0.0)
        c.run(90 * 24.0)
        good = sum(e[5] for e in c.events(Event.LOT_COMPLETED)) / 600.0
        again = sum(e[5] for e in c.events(Event.PUT_RIGHT)) / 600.0
        case, source = f"f = {fault}, w = {share}", "Hopp and Spearman (2011), rework"
        for what, theory, value in (("yield", (1 - fault) / (1 - fault * share), good), ("passes", fault * share / (1 - fault * share), again)):
            yield StageAnswer(stage="rework", what=f"{what}, {case}", expected=theory, value=value, se=0.0, source=source, slack=2.0 / 600.0)


def _machine_repair() -> Iterator[StageAnswer]:
    """Machines that run and are repaired on their own: those down at a moment are binomial."""
    up, down, machines, total, runs = 40.0, 10.0, 3, 3000.0, 60
    time = np.zeros((runs, machines + 1))
    for run in range(runs):
        key = Streams(3, run).key("breakdowns")
        for a, b, share in share_down([spells_down(key, machine, up, down, total) for machine in range(machines)]):
            time[run, round(share * machines)] += b - a
    time[:, 0] = total - time.sum(axis=1)
    for k in range(machines + 1):
        seen, broken = time[:, k] / total, down / (up + down)
        theory = comb(machines, k) * broken**k * (1 - broken) ** (machines - k)
        se = float(seen.std(ddof=1) / np.sqrt(runs))
        yield StageAnswer(
            stage="breakdowns", what=f"share of the time with {k} of 3 machines down", expected=theory, value=float(seen.mean()), se=se,
            source="machine repair without queue, binomial", slack=2 * up / total * 0.01,
        )  # fmt: skip


def _inspection() -> Iterator[StageAnswer]:
    """A crew of fixed pace, Poisson returns: Pollaczek and Khinchine."""
    mu = 0.2
    for load in (0.5, 0.8):
        world = make_world(days=1400, calendars=ALWAYS, closures=[], sites=with_cells(inspection_pcs_h=mu))
        c = Chain(world)
        crew = Inspection(world, c.book)
        rng, waits = np.random.default_rng(4), list[float]()
        facts = {"channel": 0, "state": OrderState.DELIVERED, "delivered": 1.0}
        rows = np.array([c.order(OrderKind.DIRECT, 0, 1, **facts) for _ in range(3_000)], dtype=np.int32)
        first = np.searchsorted(np.cumsum(rng.exponential(1.0 / (load * mu), len(rows))), np.arange(0.0, 24.0 * 1390))
        for k in range(len(first) - 1):
            waits.extend((24.0 * crew.step(rows[first[k] : first[k + 1]], k + 1.0)[1]).tolist())
        mean, se = batched(np.array(waits))
        theory = load / (2.0 * mu * (1.0 - load)) + 1.0 / mu
        yield StageAnswer(
            stage="inspection of returns", what=f"time at load {load} [h]", expected=theory, value=mean, se=se, source="Pollaczek-Khinchine, M/D/1", slack=1.0
        )  # fmt: skip


def _fleets() -> Iterator[StageAnswer]:
    """Departures at random, round trips of a fixed length, every truck that is missing hired: Erlang's loss, whatever the law of the trips."""
    for trucks, load in ((1, 0.7), (4, 3.0), (8, 9.0)):
        fleets = Fleets(make_world(fleets=[{"fleet": "own", "trucks": trucks, "hire_eur": 50.0}]), EventLog())
        leaves = np.cumsum(np.random.default_rng(trucks).exponential(10.0 / load, 20_000))
        mean, se = batched(np.array([fleets.take(0, t, 1, 10.0).hired for t in leaves], dtype=np.float64))
        terms = [load**k / factorial(k) for k in range(trucks + 1)]
        what = f"share of hired trucks, {trucks} of the firm, {load} on the road if none were hired"
        yield StageAnswer(stage="fleet", what=what, expected=terms[-1] / sum(terms), value=mean, se=se, source="Erlang B, M/D/c/c")
