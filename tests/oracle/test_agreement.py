"""The engine agrees with a per-order model of the same world as the tick shrinks, and both give the same three orders."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from e2esim.config import load
from e2esim.domain.build import build_world
from e2esim.domain.outcome import Outcome
from e2esim.domain.world import World
from e2esim.simulate import simulate
from oracle.per_order import Purchase, Result, run
from oracle.world import grid, oracle_world

F = npt.NDArray[np.float64]

TICKS = (4.0, 1.0, 0.25)  # [h]
REPLICATIONS = 12
FIGURES = ("lead_time_d", "on_time", "satisfaction", "purchases_a_customer", "repeat_share", "returns")


def figures(opening: int, book: dict[str, F]) -> dict[str, float]:
    """Mean figures of one run from the times of its orders; the same definition for both models."""
    done = ~np.isnan(book["delivered"])
    lead = (book["delivered"] - book["placed"])[done] / 24.0
    on_time = np.floor(book["delivered"][done] / 24.0) <= np.floor(book["promised"][done] / 24.0)
    back = ~np.isnan(book["returned"][done])
    values = (lead.mean(), on_time.mean(), book["satisfaction"][done].mean(), len(done) / opening, book["again"].mean(), back.mean())
    return {name: float(value) for name, value in zip(FIGURES, values, strict=True)}


def of_engine(outcome: Outcome) -> dict[str, float]:
    """Figures of an engine run."""
    names = {name: name for name in ("placed", "promised", "delivered", "satisfaction", "returned")} | {"again": "repeat"}
    book = {name: outcome.orders.filled(column).astype(np.float64) for name, column in names.items()}
    return figures(len(outcome.opening_last), book)


def of_oracle(result: Result) -> dict[str, float]:
    """Figures of a run of the per-order model."""
    names = ("placed", "promised", "delivered", "satisfaction", "returned", "again")
    return figures(result.opening_customers, {name: result.column(name).astype(np.float64) for name in names})


def world(folder: Path, tick_h: float) -> World:
    """The world of a written scenario folder at a tick."""
    return build_world(load([f"scenario={folder}", f"horizon.tick_h={tick_h}"]))


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, F]]:
    """Figures of independent replications, by model ("oracle", "4.0", "1.0", "0.25") and figure, (replications,)."""
    folder = oracle_world(tmp_path_factory.mktemp("oracle") / "small", customers=8_000, days=42)
    runs = {"oracle": [of_oracle(run(world(folder, 1.0), seed)) for seed in range(100, 100 + REPLICATIONS)]}
    for tick in TICKS:
        there = world(folder, tick)
        runs[str(tick)] = [of_engine(simulate(there, replication=k)) for k in range(REPLICATIONS)]
    return {model: {name: np.array([one[name] for one in many]) for name in FIGURES} for model, many in runs.items()}


def gap(samples: dict[str, dict[str, F]], tick: float, name: str) -> tuple[float, float]:
    """Engine minus oracle, and its standard error."""
    engine, oracle = samples[str(tick)][name], samples["oracle"][name]
    return float(engine.mean() - oracle.mean()), float(np.hypot(engine.std(ddof=1), oracle.std(ddof=1)) / np.sqrt(REPLICATIONS))


@pytest.mark.parametrize("name", FIGURES)
def test_finest_tick_agrees_with_the_oracle(samples: dict[str, dict[str, F]], name: str) -> None:
    difference, error = gap(samples, TICKS[-1], name)
    assert abs(difference) <= 3.0 * error


@pytest.mark.parametrize("name", FIGURES)
def test_difference_does_not_grow_as_the_tick_shrinks(samples: dict[str, dict[str, F]], name: str) -> None:
    gaps = [gap(samples, tick, name) for tick in TICKS]
    for (coarse, _), (fine, error) in pairwise(gaps):
        assert abs(fine) <= abs(coarse) + 3.0 * error


def test_the_tick_matters_and_its_effect_fades(samples: dict[str, dict[str, F]]) -> None:
    """The same customers at three ticks: lead time falls towards the oracle's, and most of the way is gone at one hour."""
    lead = [samples[str(tick)]["lead_time_d"] for tick in TICKS]
    assert (lead[0] > lead[1]).all()
    assert (lead[1] > lead[2]).all()
    assert (lead[0] - lead[1]).mean() > 3.0 * (lead[1] - lead[2]).mean()
    coarse, error = gap(samples, TICKS[0], "lead_time_d")
    assert coarse > 3.0 * error  # four hours is too coarse, and this test can see it


# --- the trace -----------------------------------------------------------------------------------------------------------
def three_lots(folder: Path) -> Path:
    """Nothing in stock; a machine that works on Wednesdays makes three single pieces, at 10:00, 12:00 and 14:00."""

    def changed(rows: list[dict[str, Any]], **values: Any) -> list[dict[str, Any]]:
        return [row | {name: value for name, value in values.items() if name in row} for row in rows]

    return oracle_world(
        folder, customers=1500, days=10, settings={"market": {"history_y": 0.0001}},
        calendars=lambda rows: [*rows, *grid("calendar weekday start end", ("wednesday", 3, "08:00", "16:00"))],
        work_centres=lambda rows: changed(rows, calendar="wednesday"),
        routings=grid("item step work_centre setup_h run_h", ("pillow", 10, "sewing", 0.0, 2.0), ("topper", 10, "sewing", 0.0, 2.0)),
        open_orders=grid("order kind item quantity due", *((f"W{k}", "production", "pillow", 1, "2026-01-07") for k in range(3))),
        opening_stock=lambda rows: [row | ({"quantity": 0} if row["item"] == "pillow" else {}) for row in rows],
        items=lambda rows: changed(rows, pair_share=0.0),
        sites=lambda rows: changed(rows, picking_pcs_h=0.4),
        modes=lambda rows: changed(rows, late_share=0.0),
        lanes=lambda rows: changed(rows, transit_d=1.25, transit_sigma=0.0, departures="35", cutoff="15:30"),
    )  # fmt: skip


# Monday is day 0. Lots are done on Wednesday at 10, 12 and 14 o'clock; a piece takes 2.5 hours to pick, so the third is finished
# on Thursday; trucks leave on Wednesday and Friday at 15:30; 30 hours later nobody receives before Friday and Monday at 8.
TRACE = {
    "allocated": [58.0, 60.0, 62.0],
    "picked": [60.5, 63.0, 81.5],
    "shipped": [63.5, 63.5, 111.5],
    "delivered": [104.0, 104.0, 176.0],
}


def promised(placed: float) -> float:
    """Quoted four days and one of margin: Saturday for an order of Monday, Monday for one of Tuesday (Sunday is skipped)."""
    return {0: 5 * 24.0 + 18.0, 1: 7 * 24.0 + 18.0}[int(placed // 24.0)]


@pytest.mark.parametrize("tick_h", [1.0, 0.5, 0.25])
def test_three_orders_have_the_same_times_in_both_models(tmp_path: Path, tick_h: float) -> None:
    there = world(three_lots(tmp_path / "trace"), tick_h)
    outcome = simulate(there)
    rows = np.nonzero(outcome.orders.filled("item") == 0)[0][:3]
    placed = outcome.orders["placed"][rows].astype(np.float64)
    assert (np.diff(placed) > 0).all()
    assert placed[-1] < 48.0
    ours = run(there, 0, [Purchase(placed=float(t), item=0) for t in placed])
    for name, expected in (TRACE | {"promised": [promised(t) for t in placed]}).items():
        assert outcome.orders[name][rows].tolist() == expected, name
        assert ours.column(name).tolist() == expected, name
