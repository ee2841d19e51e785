"""``e2esim warmup`` on the tiny world."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from e2esim.cli.main import app
from e2esim.config import load
from e2esim.domain.book import OrderKind
from e2esim.domain.build import build_world
from e2esim.kpi.daily import daily
from e2esim.simulate import simulate
from worlds import tiny_world

SHORT = ["horizon.days=60", "horizon.warmup_days=7"]


def test_days_hold_what_the_order_book_holds(tmp_path: Path) -> None:
    outcome = simulate(build_world(load([f"scenario={tiny_world(tmp_path / 'w')}", *SHORT])))
    series = {one.name: one.values for one in daily(outcome)}
    o = outcome.orders
    mine = (o.filled("kind") != OrderKind.SELL_OUT) & (o.filled("placed") >= 0) & np.isnan(o.filled("cancelled"))
    assert {len(values) for values in series.values()} == {60}
    assert series["orders"].sum() == mine.sum()
    on_day_9 = (o.filled("kind") != OrderKind.SELL_OUT) & (o.filled("delivered") // 24 == 9) & np.isnan(o.filled("cancelled"))
    if on_day_9.any():
        assert series["lead_time"][9] == pytest.approx(((o.filled("delivered") - o.filled("placed"))[on_day_9] / 24.0).mean(), rel=1e-4)


@pytest.mark.long
def test_the_command_tells_and_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tiny_world(tmp_path / "w")
    result = CliRunner().invoke(app, ["warmup", "scenario=./w", *SHORT, "-n", "2", "--out", "out"])
    assert result.exit_code == 0, result.output
    assert "leaves out 7 days" in result.output
    told = json.loads(Path("out/warmup.json").read_text(encoding="utf-8"))
    assert [one["series"] for one in told["series"]] == ["orders", "waiting", "lead_time", "on_time", "satisfaction"]
    assert {path.name for path in Path("out").iterdir()} == {"warmup.png", "warmup.svg", "warmup.json", "finished.json"}
