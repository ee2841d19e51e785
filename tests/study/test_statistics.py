"""Intervals that cover, a warm-up that is found, on models whose truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from e2esim.report.pictures.settling import Settling, draw_settling
from e2esim.study.intervals import interval, mean_interval
from e2esim.study.replicate import _means
from e2esim.study.warmup import batch_means, filled, mser5

TIMES = 1000
ERROR = 3 * (0.95 * 0.05 / TIMES) ** 0.5  # three standard errors of a coverage of 95 %


def covered(values: np.ndarray[tuple[int, int], np.dtype[np.float64]], truth: float, cases: int, unit: str) -> float:
    """Share of repetitions (rows of ``values``, replications in columns) whose interval holds the truth."""
    times, replications = values.shape
    frame = pl.DataFrame(
        {
            "kpi": "x",
            "unit": unit,
            "dimension": "channel",
            "member": [str(k) for k in range(times) for _ in range(replications)],
            "value": values.ravel(),
            "n": cases,
            "replication": list(range(replications)) * times,
        }
    )
    found = _means(frame)
    return float(((found["ci_low"] <= truth + 1e-12) & (found["ci_high"] >= truth - 1e-12)).mean())  # type: ignore[arg-type]


@pytest.mark.parametrize("replications", [2, 5, 10])
def test_intervals_of_normal_values_cover(replications: int) -> None:
    values = np.random.default_rng(replications).normal(3.0, 2.0, (TIMES, replications))
    assert abs(covered(values, 3.0, 100, "days") - 0.95) < ERROR
    assert mean_interval(values[0].tolist())[1:] == pytest.approx(tuple(_interval(values[0])))


@pytest.mark.parametrize("side", [1.0, -1.0])
@pytest.mark.parametrize("skewness", [1.0, 1.7])
def test_intervals_of_values_with_a_tail_cover(skewness: float, side: float) -> None:
    """On time in full of the shipped company leans by -1.7: ten replications cover 91 % by Student's t alone, on one side 8 % too few."""
    shape = 4.0 / skewness**2
    values = side * np.random.default_rng(11).gamma(shape, 1.0, (4 * TIMES, 10))
    assert covered(values, side * shape, 100, "days") >= 0.93
    by_t = [interval(row.tolist()) for row in values]
    assert float(np.mean([low <= side * shape <= high for _, low, high in by_t])) < 0.945
    wide = np.mean([np.subtract(*mean_interval(row.tolist())[:0:-1]) for row in values]) / np.mean([high - low for _, low, high in by_t])
    assert 1.0 < wide < 1.25  # what it costs


def _interval(row: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[float]:
    frame = pl.DataFrame({"kpi": "x", "unit": "days", "dimension": "all", "member": "all", "value": row, "n": 1, "replication": list(range(row.size))})
    return list(_means(frame).select("ci_low", "ci_high").row(0))


@pytest.mark.parametrize("share", [0.5, 0.9, 0.02])
def test_intervals_of_shares_cover(share: float) -> None:
    values = np.random.default_rng(7).binomial(2000, share, (TIMES, 10)) / 2000.0
    assert abs(covered(values, share, 2000, "share") - 0.95) < ERROR


@pytest.mark.parametrize("share", [0.0005, 0.002, 0.0001, 0.9995])
def test_intervals_of_tiny_counts_and_of_no_spread_cover(share: float) -> None:
    """Student's t alone covers as little as 20 %: where nothing was seen it claims that nothing can happen."""
    values = np.random.default_rng(8).binomial(200, share, (TIMES, 10)) / 200.0
    assert covered(values, share, 200, "share") >= 0.95 - ERROR
    by_t = [interval(row.tolist()) for row in values]
    assert float(np.mean([low <= share <= high for _, low, high in by_t])) < 0.93  # the same numbers by t alone


def test_mser_finds_where_a_known_transient_ends() -> None:
    rng = np.random.default_rng(2)
    found = [mser5(20.0 * np.exp(-np.arange(600) / 20.0) + rng.normal(size=600)) for _ in range(100)]
    assert sum(one.found for one in found) >= 95
    left = np.array([one.leave_out for one in found])
    assert 40 <= np.median(left) <= 100  # after 60 days 1 of the noise is left, after 100 a tenth
    flat = [mser5(rng.normal(size=600)).leave_out for _ in range(100)]
    assert np.median(flat) <= 60
    assert not mser5(np.arange(200.0)).found
    assert batch_means(np.arange(200.0) ** 2).neighbours > 0.9  # what MSER-5 does not see, alike neighbours tell
    with pytest.raises(ValueError, match="20 observations"):
        mser5(np.ones(10))


def test_batch_means_cover_for_an_autoregressive_series() -> None:
    rng = np.random.default_rng(5)
    noise = rng.normal(size=(TIMES, 6000))
    series = np.zeros_like(noise)
    for k in range(1, noise.shape[1]):
        series[:, k] = 0.7 * series[:, k - 1] + noise[:, k]
    found = [batch_means(row[500:]) for row in series]
    assert abs(float(np.mean([one.ci_low <= 0.0 <= one.ci_high for one in found])) - 0.95) < ERROR + 0.005  # batches of finite length
    alone = [interval(row[500:].tolist()) for row in series[:200]]
    assert float(np.mean([low <= 0.0 <= high for _, low, high in alone])) < 0.8  # days taken as independent do not cover
    with pytest.raises(ValueError, match="batches"):
        batch_means(np.ones(10))


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    values = filled(np.array([np.nan, 1.0, np.nan, 2.0] * 30))
    one = Settling("on_time", "share", values, 10, 1.5)
    paths = draw_settling([one, one._replace(settled=None)], 28, tmp_path / "warmup")
    assert all(path.stat().st_size > 2000 for path in paths)
    assert paths[1].read_text(encoding="utf-8").count("<g") > 10
