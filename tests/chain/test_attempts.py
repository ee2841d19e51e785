"""First attempts that fail: the share, the day after, the cost; nothing where no lane misses anybody."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from e2esim.chain.attempt_kernels import not_found
from e2esim.config import load
from e2esim.domain.book import OrderKind
from e2esim.domain.build import build_world
from e2esim.simulate.replication import Replication
from e2esim.streams import Streams
from e2esim.streams.draws import uniform
from worlds import tiny_world


def test_the_kernel_is_its_slow_twin() -> None:
    rng = np.random.default_rng(2)
    n = 400
    address, kind = rng.integers(0, 2**40, n), rng.integers(0, 3, n).astype(np.uint8)
    rows, lane, share = np.arange(n, dtype=np.int32), rng.integers(0, 3, n), np.array([0.0, 0.3, 1.0])
    key, out = Streams(1, 0).key("deliver.attempt"), np.empty(n, dtype=np.bool_)
    not_found(rows, key, address, kind, lane, share, out)
    slow = [kind[k] == OrderKind.DIRECT and uniform(key, int(address[k]), 0) < share[lane[k]] for k in range(n)]
    assert out.tolist() == slow


def test_a_missed_consumer_gets_it_a_day_later_and_the_firm_pays(tmp_path: Path) -> None:
    lanes = lambda rows: [{**row, "miss_share": 0.5, "miss_eur": 10.0} if row["channel"] == "web" else row for row in rows]  # noqa: E731
    words = ("horizon.days=49", "market.loyalty_loop=false", "market.word_of_mouth=false")
    always, half = (
        build_world(load([f"scenario={tiny_world(tmp_path / name, **change)}", *words])) for name, change in (("a", {}), ("b", {"lanes": lanes}))
    )
    assert Replication(always, 0).deliver.attempts is None
    run = Replication(half, 0)
    o = run.run().orders  # the run checks that no line is lost between the attempts
    there = (o.filled("kind") == OrderKind.DIRECT) & (o.filled("delivered") >= 0.0)
    key = Streams(half.settings.seed, 0).key("deliver.attempt")
    missed = there & np.array([uniform(key, int(a), 0) < 0.5 for a in o.filled("address")])
    n = int(there.sum())
    assert abs(missed.sum() / n - 0.5) < 3 * 0.5 / np.sqrt(n)
    wait = o.filled("delivered").astype(np.float64) - o.filled("shipped")
    assert 20.0 < wait[missed].mean() - wait[there & ~missed].mean() < 36.0
    weekday = (o.filled("delivered")[missed] // 24).astype(int) % 7  # the run begins on a Monday
    first_sunday = (weekday == 6).sum()
    assert first_sunday <= ((o.filled("delivered")[there & ~missed] // 24).astype(int) % 7 == 6).sum() + 1
    freight = o.filled("freight_eur")
    assert freight[missed].mean() - freight[there & ~missed].mean() > 7.0
