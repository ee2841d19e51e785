"""Calibration: offsets that make a world sell its history, refused where the figures do not bear it."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from e2esim.config import load
from e2esim.domain.scenario import Scenario
from e2esim.study.calibrate import Calibration, calibrate
from e2esim.study.history import figures
from worlds import tiny_world

Row = dict[str, Any]


def _figure(kpi: str, dimension: str, member: str, value: float, fitted: bool) -> Row:
    return {"kpi": kpi, "dimension": dimension, "member": member, "value": value, "tolerance": 0.05, "fitted": str(fitted).lower(), "source": "assumed"}


def _with(scenario: Scenario, rows: list[Row]) -> Scenario:
    table = pl.DataFrame([row | {"fitted": row["fitted"] == "true"} for row in rows])
    return Scenario(settings=scenario.settings, tables=scenario.tables | {"history_kpis": table}, origin=scenario.origin)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return load([f"scenario={tiny_world(tmp_path_factory.mktemp('calibrate') / 'tiny')}", "horizon.days=60"])


SOLD = [_figure("pieces_delivered", "channel", "web", 1000.0, True), _figure("turnover", "all", "all", 1e6, False)]


@pytest.fixture(scope="module")
def first(plain: Scenario) -> Calibration:
    return calibrate(_with(plain, SOLD), runs=2)


def test_offsets_find_what_the_history_sold(plain: Scenario, first: Calibration) -> None:
    """Asked for 8 % more on the web (the plant has no room for much more in 60 days): the offset rises and the gap closes to the noise of the run."""
    sold = first.before[0].found
    assert sold is not None
    asked = [_figure("pieces_delivered", "channel", "web", 1.08 * sold, True), _figure("turnover", "all", "all", 1e6, False)]
    found = calibrate(_with(plain, asked), runs=5)
    web = found.channels.index("web")
    assert found.before[0].gap == pytest.approx(1.0 / 1.08 - 1.0)
    assert found.choice_offset[web] > 0.03
    assert found.after[0].met
    assert found.usual_word != 0.0  # what people said in a run before
    assert not found.after[1].fitted
    assert sum(1 for offset in found.choice_offset if offset) == 1


def test_replications_give_the_mean_and_its_interval(plain: Scenario, first: Calibration) -> None:
    """Tries of two replications: a figure is the mean of both, with its interval; the first of them is the run of one."""
    both = calibrate(_with(plain, SOLD), runs=2, replications=2, workers=1)
    web, alone = both.before[0], first.before[0]
    assert web.found is not None
    assert alone.found is not None
    assert (both.replications, web.low < web.found < web.high) == (2, True)
    assert web.found != alone.found
    assert web.spread == pytest.approx(2**0.5 * abs(web.found - alone.found))  # of two values: their distance over root two
    assert alone.low != alone.low  # one run has no interval


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "empty"),
        ([_figure("turnover", "all", "all", 1.0, False)], "no figure is marked as fitted"),
        ([_figure("turnover", "channel", "web", 1.0, True)], "would fit anything"),
        ([_figure("turnover", "all", "all", 1.0, True), _figure("otif", "all", "all", 1.0, False)], "only figures by channel"),
        ([_figure("no_such_kpi", "all", "all", 1.0, False)], "no KPI"),
        ([_figure("otif", "all", "all", 0.0, False)], "is zero"),
    ],
)
def test_it_refuses_what_cannot_be_fitted(plain: Scenario, rows: list[Row], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        calibrate(_with(plain, rows) if rows else plain)


def test_the_shipped_history_is_read_as_it_stands() -> None:
    table = load(["scenario=mattress_maker/as_is", "scale=0.02"]).tables["history_kpis"]
    found = figures(table)
    assert {one.kpi for one in found if not one.fitted} == {"mattresses_delivered", "turnover"}
    assert sum(one.history for one in found if one.fitted) == pytest.approx(1_080_000, rel=0.001)
