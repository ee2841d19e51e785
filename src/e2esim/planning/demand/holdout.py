"""How good forecasts were that could have been made: the error of every step of forecasting over held-out periods.

Owns the table of scores: all series together, each class, each series; WAPE and bias pooled over pieces, MASE as the
mean over series. Forecast value added is the WAPE of the step before minus its own (Gilliland, 2010).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.planning.demand.adjustments import Key
from e2esim.planning.demand.classes import DemandClass
from e2esim.planning.demand.measures import mase
from e2esim.planning.forecast import bias_share, wape

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class StepScore:
    """One step of forecasting, judged; NaN where the data allow no figure."""

    level: str  # "all", "class" or "series"
    item: str
    channel: str
    kind: str  # class of the series; "" for all
    series: int  # how many were judged
    step: str
    wape: float  # [share]
    bias: float  # [share], above zero: too high
    mase: float  # [1], mean over series
    added: float  # WAPE of the step before minus its own: above zero, the step paid [share]


def score_steps(
    steps: Mapping[str, Floats], actual: Floats, history: Floats, keys: Sequence[Key], kinds: Sequence[DemandClass], season: int
) -> tuple[StepScore, ...]:
    """Judge the steps in their sequence over all series, each class and each series.

    Parameters
    ----------
    steps
        Forecast of each step, (n_series, n_held) [unit].
    actual : ndarray, (n_series, n_held)
        What came [unit].
    history : ndarray, (n_series, n_before)
        What was known before, for the scale of MASE: the change against a season ago, against the period before where
        there is no season of history [unit].

    Examples
    --------
    >>> made = score_steps({"naive": np.array([[8.0, 8.0]]), "final": np.array([[10.0, 9.0]])}, np.array([[10.0, 10.0]]),
    ...                    np.array([[6.0, 8.0]]), [("A", "")], [DemandClass.SMOOTH], 52)
    >>> [(s.level, s.step, s.wape, round(s.bias, 3), s.mase, round(s.added, 3)) for s in made[:2]]
    [('all', 'naive', 0.2, -0.2, 1.0, 0.0), ('all', 'final', 0.05, -0.05, 0.25, 0.15)]
    """
    lag = season if history.shape[1] > season else 1
    scaled = {name: np.array([mase(f, a, h, lag) for f, a, h in zip(made, actual, history, strict=True)]) for name, made in steps.items()}
    groups: list[tuple[tuple[str, str, str, str], npt.NDArray[np.int64]]] = [(("all", "", "", ""), np.arange(len(keys)))]
    for kind in DemandClass:
        mine = np.array([k for k, found in enumerate(kinds) if found is kind], np.int64)
        if mine.size:
            groups.append((("class", "", "", kind.value), mine))
    groups += [(("series", *keys[k], kinds[k].value), np.array([k])) for k in range(len(keys))]
    return tuple(score for name, rows in groups for score in _of_group(name, rows, steps, actual, scaled))


def _of_group(
    name: tuple[str, str, str, str], rows: npt.NDArray[np.int64], steps: Mapping[str, Floats], actual: Floats, scaled: Mapping[str, Floats]
) -> list[StepScore]:
    level, item, channel, kind = name
    found: list[StepScore] = []
    for step, made in steps.items():
        error, known = wape(made[rows], actual[rows]), scaled[step][rows]
        known = known[np.isfinite(known)]
        found.append(StepScore(
            level=level, item=item, channel=channel, kind=kind, series=rows.size, step=step, wape=error,
            bias=bias_share(made[rows], actual[rows]), mase=float(known.mean()) if known.size else float("nan"),
            added=found[-1].wape - error if found else 0.0,
        ))  # fmt: skip
    return found
