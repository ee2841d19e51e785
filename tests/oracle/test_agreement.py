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

TICKS = (4.0, 1.0, 0.5)  # [h]
FINE = (1.0, 0.25)  # [h] of the slow test
FIGURES = (
    "lead_time_d", "late_d", "on_time", "satisfaction", "spread", "purchases_a_customer", "repeat_share", "returns", "stock_wait_h", "memory",
    "left_share", "return_d",
)  # fmt: skip
COLUMNS = ("placed", "promised", "allocated", "delivered", "satisfaction", "returned")
Samples = dict[str, dict[str, F]]


def figures(opening: int, book: dict[str, F], again: F, memory: F, gone: int) -> dict[str, float]:
    """Mean figures of one run from the times of its orders and the memory of those who felt something; one definition for both."""
    done = ~np.isnan(book["delivered"])
    placed, promised, delivered = (book[name][done] for name in ("placed", "promised", "delivered"))
    felt, back = book["satisfaction"][done], ~np.isnan(book["returned"][done])
    values = (
        (delivered - placed).mean() / 24.0, np.maximum(delivered - promised, 0.0).mean() / 24.0,
        (np.floor(delivered / 24.0) <= np.floor(promised / 24.0)).mean(), felt.mean(), felt.std(), len(done) / opening, again.mean(),
        back.mean(), np.nanmean(book["allocated"] - book["placed"]), memory.mean(), gone / opening,
        np.nanmean(book["returned"][done] - delivered) / 24.0,
    )  # fmt: skip
    return {name: float(value) for name, value in zip(FIGURES, values, strict=True)}


def of_engine(outcome: Outcome) -> dict[str, float]:
    """Figures of an engine run."""
    now = outcome.orders.filled("placed") >= 0.0  # what was sold before comes back, but is not of this run
    book = {name: outcome.orders.filled(name)[now].astype(np.float64) for name in COLUMNS}
    c = outcome.consumers
    memory = c.filled("memory")[c.filled("memory_t") > 0.0].astype(np.float64)
    return figures(len(outcome.opening_last), book, outcome.orders.filled("repeat")[now].astype(np.float64), memory, int((c.filled("alive") == 0).sum()))


def of_oracle(result: Result) -> dict[str, float]:
    """Figures of a run of the per-order model."""
    book = {name: result.column(name) for name in COLUMNS}
    memory = np.array([one.memory for one in result.buyers if one.memory_t > 0.0])
    return figures(result.opening_customers, book, result.column("again").astype(np.float64), memory, sum(one.gone for one in result.buyers))


def world(folder: Path, tick_h: float) -> World:
    """The world of a written scenario folder at a tick."""
    return build_world(load([f"scenario={folder}", f"horizon.tick_h={tick_h}"]))


def replicate(folder: Path, ticks: tuple[float, ...], replications: int) -> Samples:
    """Figures of independent replications, by model ("oracle", "4.0", "1.0", ...) and figure, (replications,)."""
    runs = {"oracle": [of_oracle(run(world(folder, 1.0), seed)) for seed in range(replications)]}
    for tick in ticks:
        there = world(folder, tick)
        runs[str(tick)] = [of_engine(simulate(there, replication=k)) for k in range(replications)]
    return {model: {name: np.array([one[name] for one in many]) for name in FIGURES} for model, many in runs.items()}


def gap(engine: F, oracle: F) -> tuple[float, float]:
    """Engine minus oracle, and its standard error."""
    return float(engine.mean() - oracle.mean()), float(np.hypot(engine.std(ddof=1), oracle.std(ddof=1)) / np.sqrt(len(oracle)))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """Twelve small replications at every tick."""
    return replicate(oracle_world(tmp_path_factory.mktemp("oracle") / "small", customers=8_000, days=42), TICKS, 12)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """Six larger replications at the two finer ticks: the errors are a quarter."""
    return replicate(oracle_world(tmp_path_factory.mktemp("oracle") / "large", customers=80_000, days=42), FINE, 6)


@pytest.mark.parametrize("name", FIGURES)
def test_finest_tick_agrees_with_the_oracle(small: Samples, name: str) -> None:
    difference, error = gap(small["0.5"][name], small["oracle"][name])
    assert abs(difference) <= 3.0 * error


@pytest.mark.parametrize("name", FIGURES)
def test_difference_does_not_grow_as_the_tick_shrinks(small: Samples, name: str) -> None:
    gaps = [gap(small[str(tick)][name], small["oracle"][name]) for tick in TICKS]
    for (coarse, _), (fine, error) in pairwise(gaps):
        assert abs(fine) <= abs(coarse) + 3.0 * error


@pytest.mark.long
@pytest.mark.parametrize("name", FIGURES)
def test_the_limit_of_the_tick_is_the_oracle(large: Samples, name: str) -> None:
    """The effect of a tick is proportional to it; the line through one hour and a quarter meets the oracle at zero."""
    limit = large["0.25"][name] - (large["1.0"][name] - large["0.25"][name]) / 3.0
    difference, error = gap(limit, large["oracle"][name])
    assert abs(difference) <= 3.0 * error


def test_the_tick_matters_and_its_effect_fades(small: Samples) -> None:
    """The same customers at three ticks: lead time falls, and most of the way is gone at one hour."""
    lead = [small[str(tick)]["lead_time_d"] for tick in TICKS]
    assert (lead[0] > lead[1]).all()
    assert (lead[1] > lead[2]).all()
    assert (lead[0] - lead[1]).mean() > 3.0 * (lead[1] - lead[2]).mean()
    coarse, error = gap(lead[0], small["oracle"]["lead_time_d"])
    assert coarse > 2.5 * error  # four hours is too coarse, and this test can see it (with few replications, so one-sided at .6 %)


# --- the trace -----------------------------------------------------------------------------------------------------------
def three_lots(folder: Path) -> Path:
    """Nothing in stock; a machine that works on Wednesdays makes three single pieces, at 10:00, 12:00 and 14:00."""

    def changed(rows: list[dict[str, Any]], **values: Any) -> list[dict[str, Any]]:
        return [row | {name: value for name, value in values.items() if name in row} for row in rows]

    return oracle_world(
        folder, customers=10_000, days=10, settings={"market": {"history_y": 0.0001}},
        calendars=lambda rows: [*rows, *grid("calendar weekday start end", ("wednesday", 3, "08:00", "16:00"))],
        work_centres=lambda rows: changed(rows, calendar="wednesday"),
        routings=grid("item step work_centre setup_h_per_lot run_h_per_unit", ("pillow", 10, "sewing", 0.0, 2.0), ("topper", 10, "sewing", 0.0, 2.0)),
        receipts=grid("receipt kind item qty due", *((f"W{k}", "production", "pillow", 1, "2026-01-07") for k in range(3))),
        stock=lambda rows: [row | ({"on_hand": 0} if row["item"] == "pillow" else {}) for row in rows],
        items=lambda rows: changed(rows, pair_share=0.0, scrap_share=0.0, rework_share=0.0),
        sites=lambda rows: changed(rows, picking_pcs_h=0.4),
        modes=lambda rows: changed(rows, late_share=0.0),
        lanes=lambda rows: changed(rows, transit_d=1.25, transit_sigma=0.0, departures="35", cutoff="15:30", miss_share=0.0),
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
    pillow = there.items.ids.index("pillow")
    rows = np.nonzero(outcome.orders.filled("item") == pillow)[0][:3]
    placed = outcome.orders["placed"][rows].astype(np.float64)
    assert (np.diff(placed) > 0).all()
    assert placed[-1] < 48.0
    ours = run(there, 0, [Purchase(placed=float(t), item=pillow) for t in placed])
    for name, expected in (TRACE | {"promised": [promised(t) for t in placed]}).items():
        assert outcome.orders[name][rows].tolist() == expected, name
        assert ours.column(name).tolist() == expected, name
