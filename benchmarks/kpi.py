"""Speed of the KPI room: all KPIs with breakdowns at the size of a full year, and the main kernels against polars at
5,000,000 rows.

Run: ``POLARS_MAX_THREADS=1 python -m benchmarks.kpi`` (prints wall seconds, best of three, after compilation). The tables are made up: right
columns, codes and sizes, no story.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from e2esim.domain.book import CONSUMER_COLUMNS, CONTACT_COLUMNS, ORDER_COLUMNS, Columns
from e2esim.domain.events import Event, EventLog
from e2esim.domain.outcome import ACCOUNT_COLUMNS, KpiFacts, Labels, Outcome
from e2esim.kpi import measure
from e2esim.kpi.loyalty import consumers_by_group
from e2esim.kpi.reading import Reading
from e2esim.kpi.service import served_by_group
from e2esim.kpi.voice import voices_by_group

CHANNELS, SEGMENTS, BRANDS, MARKETS, ITEMS, ACCOUNTS = 9, 8, 4, 8, 40, 300
END_H, START_H = 365 * 24.0, 28 * 24.0


def made_up(rows: int, people: int) -> Outcome:
    """An outcome of ``rows`` order rows and ``people`` consumers."""
    rng = np.random.default_rng(7)
    log = EventLog()
    for t in np.sort(rng.uniform(0, END_H, 20_000)):
        log.emit(
            float(t),
            Event(int(rng.choice([3, 4, 7, 8, 9, 17, 18]))),
            place=int(rng.integers(0, 6)),
            item=int(rng.integers(0, ITEMS)),
            quantity=9.0,
            value=3.0,
        )
    weeks = np.ones((53, ITEMS))
    return Outcome(
        orders=_orders(rng, rows, people),
        contacts=_contacts(rng, rows // 5, rows),
        consumers=_consumers(rng, people),
        accounts=_accounts(rng),
        events=log.columns(),
        labels=_labels(),
        terms=_terms(),
        horizon_h=END_H,
        warmup_h=START_H,
        opening_last=-rng.uniform(0, 80_000, people // 2).astype(np.float32),
        opening_brand=rng.integers(0, BRANDS, people // 2).astype(np.int16),
        forecast_weekly=weeks,
        actual_weekly=weeks * 1.1,
    )


def _table(spec: dict[str, tuple[type, float]], rows: int, **columns: Any) -> Columns:
    made = Columns(spec, capacity=max(rows, 1))
    made.take(rows)
    for name, values in columns.items():
        made[name][:rows] = values
    return made


def _orders(rng: np.random.Generator, n: int, people: int) -> Columns:
    kind = rng.choice(3, n, p=[0.2, 0.5, 0.3])
    placed = np.sort(rng.uniform(0, END_H, n))
    promised = placed + rng.uniform(24, 500, n)
    eur = {name: rng.uniform(0, 100, n).astype(np.float32) for name in ("cost_eur", "freight_eur", "service_eur")}
    return _table(
        ORDER_COLUMNS,
        n,
        kind=kind,
        order_no=np.arange(n) // 2,
        consumer=np.where(kind == 2, -1, rng.integers(0, people, n)),
        account=np.where(kind == 0, -1, rng.integers(0, ACCOUNTS, n)),
        item=rng.integers(0, ITEMS, n),
        channel=rng.integers(0, CHANNELS, n),
        market=rng.integers(0, MARKETS, n),
        segment=rng.integers(0, SEGMENTS, n),
        state=4,
        problems=rng.choice([0, 0, 0, 2], n),
        placed=placed,
        requested=placed + 240,
        promised=promised,
        allocated=placed + rng.exponential(30, n),
        delivered=promised + rng.normal(-12, 30, n),
        revenue_eur=200.0,
        csat_true=rng.integers(1, 6, n),
        nps_true=rng.integers(0, 11, n),
        ces_true=rng.integers(1, 8, n),
        answered=rng.random(n) < 0.2,
        satisfaction=1.0,
        **eur,
    )


def _consumers(rng: np.random.Generator, n: int) -> Columns:
    first = rng.uniform(-80_000, END_H, n)
    return _table(
        CONSUMER_COLUMNS,
        n,
        segment=rng.integers(0, SEGMENTS, n),
        channel=rng.integers(0, CHANNELS, n),
        market=rng.integers(0, MARKETS, n),
        rate=rng.gamma(2.0, 0.5, n),
        drop=rng.beta(1, 3, n),
        first=first,
        last=np.maximum(first, rng.uniform(-80_000, END_H, n)),
        next=rng.uniform(0, 80_000, n),
        category=rng.integers(0, 3, n),
    )


def _contacts(rng: np.random.Generator, n: int, rows: int) -> Columns:
    t = np.sort(rng.uniform(0, END_H, n))
    return _table(
        CONTACT_COLUMNS,
        n,
        t=t,
        row=rng.integers(0, rows, n),
        channel=rng.integers(0, CHANNELS, n),
        started=t + 1,
        answered=t + 3,
        handle_h=0.1,
        resolved=1,
    )


def _accounts(rng: np.random.Generator) -> Columns:
    return _table(
        ACCOUNT_COLUMNS,
        ACCOUNTS,
        account=np.arange(ACCOUNTS),
        channel=rng.integers(0, CHANNELS, ACCOUNTS),
        first=-9000.0,
        last=END_H - 90,
        orders=50,
        active_start=1,
    )


def _labels() -> Labels:
    def names(word: str, n: int) -> tuple[str, ...]:
        return tuple(f"{word} {i}" for i in range(n))

    return Labels(
        channels=names("channel", CHANNELS),
        segments=names("segment", SEGMENTS),
        brands=names("brand", BRANDS),
        markets=names("market", MARKETS),
        categories=("mattress", "pillow", "topper"),
        items=names("item", ITEMS),
        work_centres=names("centre", 6),
        suppliers=names("supplier", 6),
    )


def _terms() -> KpiFacts:
    return KpiFacts(
        item_brand=np.arange(ITEMS) % BRANDS,
        item_category=np.arange(ITEMS) % 3,
        item_price_eur=np.full(ITEMS, 200.0),
        item_weight_kg=np.full(ITEMS, 20.0),
        item_material_share=np.full(ITEMS, 0.6),
        channel_early_d=np.full(CHANNELS, 5.0),
        channel_late_d=np.zeros(CHANNELS),
        category_life_y=np.array([9.0, 3.0, 5.0]),
        channel_buyer=np.arange(CHANNELS) % 3,
        channel_payment_d=np.full(CHANNELS, 40.0),
        supplier_payment_d=np.full(6, 60.0),
        lane_co2_kg_t=np.full((1, CHANNELS, MARKETS), 50.0),
        segment_window_d=np.full(SEGMENTS, 3650.0),
        segment_theta=np.full(SEGMENTS, 1.0),
        channel_reference_d=np.full(CHANNELS, 9.0),
        competitor_satisfaction=0.85,
        memory_half_life_d=240.0,
        discount_y=0.08,
        clv_horizon_y=10.0,
    )


def best(work: Callable[[], Any], times: int = 3) -> float:
    """Best wall time of ``work`` [s]."""
    walls = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        walls.append(time.perf_counter() - begun)
    return min(walls)


def full_year(rows: int = 1_300_000, people: int = 4_000_000) -> float:
    """Wall time of all KPIs with all breakdowns [s], after compilation."""
    measure(made_up(1_000, 1_000))
    run = made_up(rows, people)
    return best(lambda: measure(run))


def against_polars(rows: int = 5_000_000, people: int = 5_000_000) -> list[tuple[str, float, float]]:
    """(what, wall of the kernels, wall of polars on all its threads) [s] for the main KPIs by four dimensions."""
    run = made_up(rows, people)
    reading = Reading(run)
    _ = reading.order_cells, reading.orders
    brand = run.terms.item_brand.astype(np.int32)[run.orders.filled("item")]
    frame = pl.DataFrame({name: run.orders.filled(name) for name in ORDER_COLUMNS} | {"brand": brand})
    people_frame = pl.DataFrame({name: run.consumers.filled(name) for name in CONSUMER_COLUMNS})
    margin = np.full((CHANNELS, 3), 50.0)
    consumers_by_group(reading, margin)
    return [
        (
            "OTIF, on time, lead time, fill rate and 20 more sums, firm and consumer",
            best(lambda: served_by_group(reading)),
            best(lambda: _polars_service(frame)),
        ),
        (
            "CSAT, NPS, CES, true and surveyed",
            best(lambda: voices_by_group(reading)),
            best(lambda: _polars_voice(frame)),
        ),
        (
            "CRR, ACS, CDR, CLV",
            best(lambda: consumers_by_group(reading, margin)),
            best(lambda: _polars_loyalty(frame, people_frame)),
        ),
    ]


def _each_dimension(lazy: pl.LazyFrame, sums: list[pl.Expr], brand: bool = True) -> list[pl.DataFrame]:
    dimensions = ["channel", "segment", "market"] + (["brand"] if brand else [])
    return pl.collect_all([lazy.select(sums), *(lazy.group_by(name).agg(sums) for name in dimensions)])


def _polars_service(frame: pl.DataFrame) -> list[pl.DataFrame]:
    """Only OTIF, on time (date, timestamp), lead time and fill rate, firm side: less than the kernel does."""
    day, due = (
        (pl.col("delivered") / 24).floor() <= (pl.col("promised") / 24).floor(),
        pl.col("promised").is_between(START_H, END_H),
    )
    whole = (pl.col("problems") & 2) == 0
    new, done = pl.col("placed").is_between(START_H, END_H - 24), pl.col("delivered").is_between(START_H, END_H)
    sums = [
        due.sum().alias("due"),
        (due & day).sum().alias("date"),
        (due & (pl.col("delivered") <= pl.col("promised"))).sum().alias("stamp"),
        (due & day & whole).sum().alias("otif"),
        done.sum().alias("done"),
        ((pl.col("delivered") - pl.col("placed")).filter(done)).sum().alias("lead"),
        pl.col("quantity").filter(new).sum().alias("pcs"),
        pl.col("quantity").filter(new & (pl.col("allocated") - pl.col("placed") <= 24)).sum().alias("ready"),
    ]
    return _each_dimension(frame.lazy().filter((pl.col("kind") != 1) & (pl.col("state") != 5)), sums)


def _polars_voice(frame: pl.DataFrame) -> list[pl.DataFrame]:
    sums = []
    for name, keep in (("all", pl.lit(True)), ("answered", pl.col("answered") == 1)):
        sums += [
            keep.sum().alias(f"{name}_n"),
            (keep & (pl.col("csat_true") >= 4)).sum().alias(f"{name}_top"),
            pl.col("csat_true").filter(keep).cast(pl.Int64).sum().alias(f"{name}_csat"),
            (keep & (pl.col("nps_true") >= 9)).sum().alias(f"{name}_pro"),
            (keep & (pl.col("nps_true") <= 6)).sum().alias(f"{name}_con"),
            pl.col("ces_true").filter(keep).cast(pl.Int64).sum().alias(f"{name}_ces"),
        ]
    return _each_dimension(
        frame.lazy().filter((pl.col("kind") != 2) & pl.col("delivered").is_between(START_H, END_H)), sums
    )


def _polars_loyalty(frame: pl.DataFrame, people: pl.DataFrame) -> list[pl.DataFrame]:
    """CRR, ACS and CDR by channel, segment and market; no CLV, no brand: less than the kernel does."""
    bought = (
        frame.lazy()
        .filter((pl.col("consumer") >= 0) & (pl.col("state") != 5) & (pl.col("placed") >= START_H))
        .select("consumer")
        .unique()
        .with_columns(again=pl.lit(1))
    )
    active = (pl.col("first") < START_H) & (pl.col("last") >= START_H - 3650 * 24)
    at_end = pl.col("last") >= END_H - 3650 * 24
    sums = [
        active.sum().alias("start"),
        (active & (pl.col("again") == 1)).sum().alias("again"),
        at_end.sum().alias("end"),
        (END_H - pl.col("first")).filter(at_end).sum().alias("years"),
    ]
    joined = (
        people.lazy()
        .with_columns(consumer=pl.int_range(0, people.height, dtype=pl.Int32))
        .join(bought, on="consumer", how="left")
    )
    return _each_dimension(joined, sums, brand=False)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000, help="order rows of the comparison with polars")
    rows = parser.parse_args().rows
    print(f"all KPIs with breakdowns, 1,300,000 order rows, 4,000,000 consumers: {full_year():.3f} s")
    print(f"{rows:,} rows, kernels on one thread, polars on {pl.thread_pool_size()}")
    for what, kernels, frames in against_polars(rows, rows):
        print(f"  {what}: {1000 * kernels:.0f} ms, polars {1000 * frames:.0f} ms ({frames / kernels:.1f} x)")


if __name__ == "__main__":
    main()
