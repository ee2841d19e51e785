"""What a run opens with is promised as the firm promises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from e2esim.config import load
from e2esim.domain.book import OrderState
from e2esim.domain.build import build_world
from e2esim.simulate.replication import Replication
from worlds import tiny_world


@pytest.mark.parametrize("rule", ["atp", "quoted"])
def test_goods_under_way_were_promised_by_the_transit_that_promises_count_with(rule: str, tmp_path: Path) -> None:
    run = Replication(build_world(load([f"scenario={tiny_world(tmp_path / 'tiny')}", "horizon.days=28", f"promise={rule}"])), 0)
    run._open()
    o = run.orders
    rows = np.flatnonzero(o.filled("state") == OrderState.SHIPPED).astype(np.int32)
    assert len(rows)
    given_d = (o["promised"][rows] - o["shipped"][rows]) / 24.0
    counted = run.promise.transit_of(rows) + run.world.settings.promise.margin_d
    if rule == "atp":
        assert (given_d >= counted + 0.75 - 1e-3).all()
        assert (given_d < counted + 1.75 + 1e-3).all()
    else:  # a day and a half after they are expected
        mean = run.trade.transit_d[o["account"][rows]]
        assert (given_d > mean).all()
        assert (given_d <= mean + 1.75 + 1.0).all()
