"""How long a run takes to settle, and what one long run tells: MSER-5 and batch means of a series by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]

BATCH = 5  # observations in a batch of MSER-5


@dataclass(frozen=True, kw_only=True)
class Settled:
    """Where a series has settled: observations to leave out, and whether there is a settled part at all.

    ``found`` is False if leaving out the whole first half is best: then the series still drifts.
    """

    leave_out: int
    found: bool


def mser5(series: Floats) -> Settled:
    """Observations to leave out by the marginal standard error rule on batches of five.

    K. P. White Jr, An effective truncation heuristic for bias reduction in simulation output, Simulation 69, 1997.

    Parameters
    ----------
    series : (n,)
        Observations in order, without gaps; at least 20.

    Raises
    ------
    ValueError
        If there are too few.

    Examples
    --------
    >>> mser5(np.concatenate([np.full(50, 9.0), np.tile([0.0, 1.0], 100)]))
    Settled(leave_out=50, found=True)
    """
    if series.size < 4 * BATCH:
        raise ValueError(f"MSER-5 needs {4 * BATCH} observations, got {series.size}")
    means = series[: series.size // BATCH * BATCH].reshape(-1, BATCH).mean(axis=1)
    k = means.size
    score = np.array([np.var(means[d:]) / (k - d) for d in range(k // 2 + 1)])  # further out few batches would be least by chance
    least = int(np.argmin(score))
    return Settled(leave_out=least * BATCH, found=least < k // 2)


@dataclass(frozen=True, kw_only=True)
class LongRun:
    """Mean of one long run with its interval by batch means, and how alike neighbouring batches still are."""

    mean: float
    ci_low: float
    ci_high: float
    batches: int
    neighbours: float  # correlation of neighbouring batch means; near zero if the batches are long enough


def batch_means(series: Floats, batches: int = 20, level: float = 0.95) -> LongRun:
    """Mean and Student t interval of one settled series from batches of equal length (what does not fill one is left out at the front).

    Parameters
    ----------
    series : (n,)
        Settled observations; at least two a batch.
    batches
        Between 10 and 30 (B. Schmeiser, Batch size effects in the analysis of simulation output, 1982).
    level
        Of the interval.

    Raises
    ------
    ValueError
        If the series is too short.

    Examples
    --------
    >>> found = batch_means(np.random.default_rng(1).normal(5.0, 1.0, 4000))
    >>> found.ci_low < 5.0 < found.ci_high
    True
    """
    size = series.size // batches
    if size < 2:
        raise ValueError(f"{batches} batches need {2 * batches} observations, got {series.size}")
    means = series[series.size - size * batches :].reshape(batches, size).mean(axis=1)
    half = float(stats.t.ppf(0.5 + level / 2.0, batches - 1)) * means.std(ddof=1) / np.sqrt(batches)
    mean = float(means.mean())
    alike = float(np.corrcoef(means[:-1], means[1:])[0, 1]) if np.ptp(means) > 0 else 0.0
    return LongRun(mean=mean, ci_low=mean - float(half), ci_high=mean + float(half), batches=batches, neighbours=alike)


def filled(series: Floats) -> Floats:
    """A series whose gaps (NaN) hold the value before; those at the front the first value.

    Examples
    --------
    >>> filled(np.array([np.nan, 2.0, np.nan, 3.0])).tolist()
    [2.0, 2.0, 2.0, 3.0]
    """
    known = np.flatnonzero(~np.isnan(series))
    if known.size == 0:
        return np.zeros_like(series)
    at = np.maximum(np.searchsorted(known, np.arange(series.size), side="right") - 1, 0)
    return series[known[at]]
