"""Speed of the planning that runs inside the simulated year: weekly MPS, nightly netting, ATP and allocation, kernels
a tick.

Sizes of the mattress maker: 64 sold items of 170, 7 work centres, 25 materials, 13 weeks, 91 days, 4 classes. Each
night and each week the position moves a little, as it does in a run. ``python -m benchmarks loop`` prints
each figure beside its goal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.speed import Figure
from e2esim.planning.allocation import AllocationSystem, PromiseAllocator
from e2esim.planning.atp import free_supply
from e2esim.planning.atp_kernels import promise_rows
from e2esim.planning.calloff import Sources, call_offs
from e2esim.planning.mps import MpsSystem, RollingMps
from e2esim.planning.netting import Bill, bill, net_requirements, roll_up
from e2esim.planning.precedence import choose
from e2esim.planning.precedence_kernels import split_rows
from e2esim.planning.replenishment import replenish
from e2esim.planning.serve_value_kernels import Curves, Served, WhoWaits, serve_value

Floats = npt.NDArray[np.float64]

SOLD, MADE, RAW, CENTRES, WEEKS, DAYS, CLASSES = 64, 81, 25, 7, 13, 91, 4
ITEMS = SOLD + MADE + RAW
MPS_GOAL_MS, DAY_GOAL_MS = 50.0, 20.0
BUCKETS = np.array([3, 7, 14, 28, 56, 91])


@dataclass(frozen=True, kw_only=True, eq=False)
class Plant:
    """An invented plant of the size of the mattress maker; weekly demand 13,500 pieces."""

    bom: Bill
    centre_hours: Floats
    material_use: Floats
    weekly: Floats
    cost: Floats


def plant(seed: int = 1, sold: int = SOLD) -> Plant:
    """Invent the plant: every sold item of three made parts, every part of three raws."""
    rng, made = np.random.default_rng(seed), MADE * sold // SOLD
    items = sold + made + RAW
    parent = np.r_[np.repeat(np.arange(sold), 3), np.repeat(np.arange(sold, sold + made), 3)]
    parts = np.concatenate([sold + rng.choice(made, 3, replace=False) for _ in range(sold)])
    raws = np.concatenate([sold + made + rng.choice(RAW, 3, replace=False) for _ in range(made)])
    bom = bill(items, parent, np.r_[parts, raws], rng.uniform(0.5, 3.0, parent.size))
    own = np.zeros((CENTRES, items))
    for i in range(sold + made):
        first = 3 if i < sold else 0
        own[rng.integers(first, first + 4 if i < sold else 3), i] = rng.uniform(0.01, 0.05)
    raw = np.zeros((RAW, items))
    raw[np.arange(RAW), sold + made + np.arange(RAW)] = 1.0
    weekly = rng.gamma(1.2, 1.0, sold)
    return Plant(
        bom=bom,
        centre_hours=roll_up(bom, own)[:, :sold],
        material_use=roll_up(bom, raw)[:, :sold],
        weekly=weekly * 13_500 / weekly.sum(),
        cost=rng.uniform(30, 200, sold),
    )


def timed(work: Callable[[int], object], times: int) -> Floats:
    """Processor time of each of ``times`` runs, (times,) [ms]; one thread: the wall time of an idle machine."""
    spent = np.empty(times)
    for k in range(times):
        started = time.process_time()
        work(k)
        spent[k] = 1e3 * (time.process_time() - started)
    return spent


def mps_year(p: Plant, tightness: float, weeks: int = 52) -> Floats:
    """Weekly runs; the position is what the week before left, forecast errors added; the first one builds."""
    rng, sold_items = np.random.default_rng(2), p.weekly.size
    system = MpsSystem(
        weeks=WEEKS,
        centre_hours=p.centre_hours,
        material_use=p.material_use,
        holding_eur=0.004 * p.cost,
        backlog_eur=12 + 0.05 * p.cost,
        shortfall_eur=3 + 0.01 * p.cost,
        overtime_eur=np.full(CENTRES, 12.0),
    )
    need = p.centre_hours @ p.weekly
    normal, over = np.tile(need[:, None] / tightness, (1, WEEKS)), np.tile(0.12 * need[:, None], (1, WEEKS))
    use = p.material_use @ p.weekly
    safety = np.tile(0.5 * p.weekly, (WEEKS, 1))
    state = {"opening": 0.7 * p.weekly}
    planner: list[RollingMps] = []

    def week(k: int) -> None:
        if not planner:
            planner.append(RollingMps(system))
        season = 1 + 0.25 * np.sin(2 * np.pi * (np.arange(WEEKS) + k) / 52)
        demand = p.weekly * season[:, None] * rng.uniform(0.95, 1.05, (WEEKS, sold_items))
        material = np.cumsum(use[:, None] * rng.uniform(0.8, 1.3, (RAW, WEEKS)), axis=1)
        material[:, 3:] = np.inf
        plan = planner[0].plan(
            demand=demand,
            opening=state["opening"],
            receipts=np.zeros((WEEKS, sold_items)),
            safety=safety,
            normal_h=normal,
            overtime_h=over,
            material=material,
        )
        sold = demand[0] * rng.uniform(0.85, 1.15, sold_items)
        state["opening"] = state["opening"] + plan.make[0] - sold

    return timed(week, weeks)


def nights(p: Plant, scarcity: float, times: int = 60) -> tuple[Floats, Floats, Floats]:
    """Nightly netting (170 items, 91 days), ATP supply and promise allocation; ``scarcity`` 1 = every item is short."""
    rng = np.random.default_rng(3)
    lots = np.zeros((ITEMS, DAYS))
    lots[:SOLD] = rng.poisson(p.weekly[:, None] / 5, (SOLD, DAYS))
    zeros, one = np.zeros((ITEMS, DAYS)), np.ones(ITEMS)
    given = np.arange(ITEMS) < SOLD
    lead = rng.integers(1, 15, ITEMS)

    def netting(k: int) -> None:
        net_requirements(
            p.bom,
            lots=lots,
            given=given,
            independent=zeros,
            receipts=zeros,
            on_hand=1000 * one,
            safety=100 * one,
            lead=lead,
            lot_min=10 * one,
            lot_multiple=one,
        )

    worth = p.cost[:, None] * np.array([0.9, 0.6, 0.5, 1.2])
    planner = PromiseAllocator(
        AllocationSystem(
            value=worth,
            delay=np.array([4.0, 2.0, 1.0, 3.0]),
            bucket_end=BUCKETS,
            centre_hours=p.centre_hours,
            material_use=p.material_use,
            extra_eur=0.01 * p.cost,
        )
    )
    days = np.diff(BUCKETS, prepend=0)
    mean = p.weekly[:, None, None] / 7 * np.array([0.2, 0.3, 0.1, 0.4])[:, None] * days
    short = rng.random(SOLD) < scarcity
    receipts = np.repeat(p.weekly[:, None] / 7, DAYS, axis=1)
    mood = rng.standard_normal((SOLD, DAYS))
    hours = p.centre_hours @ p.weekly * 0.1

    def supply(k: int) -> Floats:
        mood[:] = 0.95 * mood + 0.3 * rng.standard_normal((SOLD, DAYS))
        daily = np.maximum(receipts * (1 + 0.3 * mood), 0) * np.where(short, 0.75, 1.2)[:, None]
        return free_supply(np.where(short, 0.5, 3.0) * p.weekly, daily, 0.1 * receipts)

    def allocation(k: int) -> None:
        planner.plan(
            demand=mean * rng.uniform(0.9, 1.1, mean.shape),
            free=supply(k),
            free_hours=hours[:, None] * days / 7,
            material=np.cumsum((p.material_use @ p.weekly)[:, None] * days * 0.02, axis=1),
        )

    netting(0)
    allocation(0)
    return timed(netting, times), timed(lambda k: supply(k), times), timed(allocation, times)


def ticks(p: Plant) -> dict[str, Floats]:
    """Kernels of a tick: promises, waves over 50,000 waiting lines (all scarce, or plenty), trade orders, call-offs."""
    rng = np.random.default_rng(4)
    free = free_supply(p.weekly, np.repeat(p.weekly[:, None] / 7, DAYS, axis=1), np.zeros((SOLD, DAYS)))
    quota = np.tile(free * 0.5, (CLASSES, 1, 1))
    n = 300
    item, one, rank, first = (
        rng.integers(0, SOLD, n),
        np.ones(n),
        rng.integers(0, CLASSES, n),
        np.ones(n, dtype=np.int64),
    )
    day = 1_700  # firm lines a day at full scale: 12,142 a year at scale 0.02
    whole_day = rng.integers(0, SOLD, day), np.ones(day), rng.integers(0, CLASSES, day)
    rows = 50_000
    many = {"item": rng.integers(0, SOLD, rows), "quantity": rng.integers(1, 4, rows).astype(np.float64)}
    rank_many, placed, age = (
        rng.integers(0, CLASSES, rows),
        np.sort(rng.uniform(0, 1000, rows)),
        rng.uniform(0, 20, rows),
    )
    a, b, c, d, e, f = (rng.uniform(0, 1, rows) for _ in range(6))
    served = Served(
        margin=100 * a, line_value=300 * a, late_d=10 * b - 5, slow_d=20 * b - 10, wait_d=1 + 5 * c, penalty_share_d=0.01 * d, penalty_cap=0.1 * e,
        call_eur=5 * a, word_eur=20 * f, late_loss=0.6 + 0.1 * a, slow_loss=0.4 + 0.1 * c, hours=0.1 + d,
    )  # fmt: skip
    who = WhoWaits(value=200 * f, drop=0.1 + 0.5 * a, theta=1 + b, memory=c - 0.5, weight=0.3 * d, fade=0.01 * e)

    def wave(stock: float, rule: str) -> Callable[[int], object]:
        def work(k: int) -> None:
            on_hand = np.full(SOLD, stock)
            _, rival = split_rows(many["item"], many["quantity"], on_hand)
            value = b[rival]
            if rule == "optimised":
                value = serve_value(Served(*(one[rival] for one in served)), WhoWaits(*(one[rival] for one in who)), Curves(3.4, 2.3, 45.0, 1.0), 0.02)
            choose(
                rule,
                item=many["item"][rival],
                quantity=many["quantity"][rival],
                rank=rank_many[rival],
                placed=placed[rival],
                promised=c[rival],
                priority=d[rival],
                value=value,
                age=age[rival],
                on_hand=on_hand,
                credit=np.zeros((SOLD, CLASSES)),
                age_bound=30.0,
                fairness=0.5,
            )

        return work

    accounts = 300
    cells = [rng.uniform(0, 30, (accounts, SOLD)) for _ in range(4)]
    reviews, wallet = np.flatnonzero(rng.random(accounts) < 0.2), np.ones(accounts)
    lines = np.zeros((3, reviews.size * SOLD), dtype=np.int64)
    bought = np.r_[np.arange(RAW), np.arange(RAW)]
    sources = Sources(
        item=bought,
        priority=np.repeat([1, 2], RAW),
        lead_d=rng.uniform(3, 40, 2 * RAW),
        lot_min=np.full(2 * RAW, 100.0),
        lot_multiple=np.full(2 * RAW, 50.0),
        weekly_capacity=np.repeat([5000.0, 0.0], RAW),
        reject_share=np.full(2 * RAW, 0.01),
    )
    daily, stock = rng.uniform(0, 900, (RAW, DAYS)), rng.uniform(0, 9000, RAW)
    works: dict[str, Callable[[int], object]] = {
        f"promise a day of {day:,} lines": lambda k: promise_rows(
            free.copy(), quota.copy(), whole_day[0], whole_day[1], whole_day[2], np.ones(day, dtype=np.int64)
        ),
        "promise 300 lines": lambda k: promise_rows(free.copy(), quota.copy(), item, one, rank, first),
        "wave, 50,000 lines, all scarce, fifo": wave(300.0, "fifo"),
        "wave, 50,000 lines, all scarce, optimised": wave(300.0, "optimised"),
        "wave, 50,000 lines, plenty": wave(1e6, "optimised"),
        "replenish 300 accounts": lambda k: replenish(reviews, cells[0], wallet, (cells[1], cells[2], cells[2], cells[3]), *lines),
        "call-offs of 25 raws": lambda k: call_offs(
            sources,
            daily=daily,
            on_hand=stock,
            on_order=stock,
            safety=0.1 * stock,
            review_d=7.0,
            called_this_week=np.zeros(2 * RAW),
        ),
    }
    for work in works.values():
        work(0)
    return {name: timed(work, 30) for name, work in works.items()}


def grown(times: int, weeks: int) -> tuple[float, float]:
    """Median of a weekly MPS of today's size and of one with ten times the items, of the same hours and materials, [ms]."""
    medians = [float(np.median(mps_year(plant(sold=sold), 0.95, weeks)[1:])) for sold in (SOLD, times * SOLD)]
    return medians[0], medians[1]


def loop(full: bool = False) -> Iterator[Figure]:
    """Every part of the planning inside a run, median and worst in processor time; goals where there are some."""
    p, weeks, rounds = plant(), 52 if full else 20, 60 if full else 20
    spent: dict[str, Floats] = {}
    for name, tightness in (("loose", 0.8), ("normal", 0.95), ("tight", 1.25)):
        year = mps_year(p, tightness, weeks)
        yield Figure(name=f"weekly MPS, {name}: model build and first run", value=float(year[0]), unit="ms", runs=1)
        yield from _spread(f"weekly MPS, {name}", year[1:], MPS_GOAL_MS)
    small, large = grown(10, 5)
    yield Figure(name="weekly MPS of ten times the items, median", value=large, unit="ms", runs=4)
    yield Figure(name="its time in times of today's size", value=large / small, unit="", goal=10.0, runs=4)
    for name, scarcity in (("1 item in 6", 0.17), ("every item", 1.0)):
        netting, supply, allocation = nights(p, scarcity, rounds)
        spent["nightly netting"] = netting
        spent["nightly ATP supply"] = supply
        spent[f"nightly ATP supply and allocation, {name} short"] = allocation
    spent.update(ticks(p))
    for name, times in spent.items():
        yield from _spread(name, times, DAY_GOAL_MS if name.startswith("promise a day") else None)


def _spread(name: str, times: Floats, goal: float | None) -> Iterator[Figure]:
    yield Figure(name=f"{name}, median", value=float(np.median(times)), unit="ms", goal=goal, runs=times.size)
    yield Figure(name=f"{name}, worst", value=float(times.max()), unit="ms", runs=times.size)


def main() -> None:
    """Print the table."""
    for figure in loop():
        print(f"{figure.name:76s} {figure.value:10.3f} {figure.unit}", flush=True)


if __name__ == "__main__":
    main()
