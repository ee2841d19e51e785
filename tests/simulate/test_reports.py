"""Reports between functions: late news of orders make the plan follow late, and late only."""

from __future__ import annotations

import numpy as np
import pytest

from e2esim.config import load
from e2esim.domain.book import ORDER_COLUMNS, Columns, OrderState
from e2esim.domain.build import build_world
from e2esim.domain.events import Event
from e2esim.domain.outcome import Outcome
from e2esim.simulate import simulate
from e2esim.simulate.reports import reported, unreported
from simulate.test_events import row
from worlds import tiny_world

DAYS = 112


def test_every_piece_is_reported_once_whatever_the_delay() -> None:
    rng = np.random.default_rng(3)
    book = Columns.of(ORDER_COLUMNS, {"placed": rng.uniform(0.0, 24.0 * 70, 500), "quantity": rng.integers(1, 9, 500), "item": rng.integers(0, 3, 500)})
    true = np.bincount(book.filled("item"), weights=book.filled("quantity"), minlength=3)
    for days in (0, 3, 10):
        assert sum(reported(book, 3, week, days, np.zeros(3)) for week in range(12)) == pytest.approx(true)
    assert reported(book, 3, 0, 9, np.full(3, 7.0)).tolist() == [7.0, 7.0, 7.0]  # two weeks late: only what was before the run


def test_what_is_not_reported_is_what_is_young_open_and_still_to_ship() -> None:
    columns = {
        "placed": np.array([100.0, 10.0, 100.0, 100.0]), "quantity": np.array([1, 2, 4, 8]), "node": np.array([0, 0, 1, 0]),
        "state": np.array([OrderState.OPEN, OrderState.OPEN, OrderState.OPEN, OrderState.SHIPPED]),
    }  # fmt: skip
    table = unreported(Columns.of(ORDER_COLUMNS, columns), np.array([7, 7, 7, 7], dtype=np.int32), (1, 3), 5, 3)
    assert table.tolist() == [[0.0, 0.0, 1.0]]


@pytest.fixture(scope="module")
def surged(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Outcome]:
    """Demand that rises by half for six weeks, reported at once and after three weeks."""
    home = tmp_path_factory.mktemp("reports")
    place = tiny_world(home / "tiny", events=[row("more", "demand", "", size=0.5, days=42, detect_days=100)])
    words = [f"scenario={place}", f"horizon.days={DAYS}", "planning.smoothing=0.5", "market.loyalty_loop=false", "market.word_of_mouth=false"]
    return {days: simulate(build_world(load([*words, f"planning.report_days={days}"]))) for days in (0, 21)}


def test_late_reports_make_the_plan_follow_late(surged: dict[int, Outcome]) -> None:
    """The forecast errs more, and in the first weeks of the surge the master plan wants less."""
    error = {days: float(np.abs(o.forecast_weekly - o.actual_weekly)[4:12].sum()) for days, o in surged.items()}
    assert error[21] > 1.2 * error[0]
    wanted = {}
    for days, outcome in surged.items():
        e = outcome.events
        wanted[days] = float(e["quantity"][e["kind"] == Event.MPS_PLANNED][4:8].sum())
    assert wanted[21] < 0.85 * wanted[0]
