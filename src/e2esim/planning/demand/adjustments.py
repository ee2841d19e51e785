"""What people know and history does not: promotions and overrides, and whether knowing it paid.

Owns the two kinds of change, their application to a forecast, and forecast value added (FVA): the error of each step
from naive to statistical to final, so that a step which makes it worse is seen. Source: Gilliland (2010).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.planning.demand.consumption import overlap
from e2esim.planning.demand.measures import Errors, judge

Floats = npt.NDArray[np.float64]
Key = tuple[str, str]  # item, channel


@dataclass(frozen=True, kw_only=True)
class Promotion:
    """More demand than usual (or less, after it) in a range of days; an empty item or channel means all of them."""

    start: float  # [days]
    end: float  # [days], not included
    uplift: float  # [share], 0.3 = a third more; -0.1 for the dip after it
    item: str = ""
    channel: str = ""

    def __post_init__(self) -> None:
        if self.end <= self.start or self.uplift < -1:
            raise ValueError(f"promotion {self}: must end after it starts, uplift >= -1")


@dataclass(frozen=True, kw_only=True)
class Override:
    """A planner's quantity for a range of days, in place of the forecast, shared among the series it names."""

    start: float  # [days]
    end: float  # [days], not included
    quantity: float  # total of the range over all series named [pcs]
    item: str = ""
    channel: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if self.end <= self.start or self.quantity < 0:
            raise ValueError(f"override {self}: must end after it starts, quantity >= 0")


@dataclass(frozen=True, kw_only=True)
class Adjusted:
    """The forecast at each step, (n_series, n_buckets) [pcs] each."""

    statistical: Floats
    promoted: Floats
    final: Floats


def adjust(statistical: Floats, keys: Sequence[Key], edges: Floats, changes: Sequence[Promotion | Override]) -> Adjusted:
    """Apply promotions to the statistical forecast, then overrides in their sequence (a later one wins).

    Within a bucket demand is taken as even over its days, so a promotion of two days in a week lifts two sevenths of
    it. An override replaces the forecast of its days and is shared among the series and buckets it covers in
    proportion to what they had, evenly by days where they had nothing.

    Parameters
    ----------
    statistical : ndarray, (n_series, n_buckets)
        [pcs]
    keys
        Item and channel of each series.
    edges : ndarray, (n_buckets + 1,)
        Start of each bucket and end of the last [days].
    changes
        Of both kinds, in any sequence.

    Raises
    ------
    ValueError
        Names every change that touches no series or no bucket.

    Examples
    --------
    >>> made = adjust(np.array([[70.0, 70.0]]), [("A", "shop")], np.array([0.0, 7.0, 14.0]),
    ...               [Promotion(start=0, end=2, uplift=0.5), Override(start=7, end=14, quantity=100, item="A")])
    >>> made.promoted.tolist(), made.final.tolist()
    ([[80.0, 70.0]], [[80.0, 100.0]])
    """
    if statistical.shape != (len(keys), edges.size - 1):
        raise ValueError(f"forecast {statistical.shape} is not one row a key and one column a bucket")
    parts = [shares(change, keys, edges) for change in changes]
    idle = [f"{change} touches no forecast" for change, s in zip(changes, parts, strict=True) if not s.any()]
    if idle:
        raise ValueError("; ".join(idle))
    promoted = np.array(statistical, float)
    for change, share in zip(changes, parts, strict=True):
        if isinstance(change, Promotion):
            promoted *= 1.0 + change.uplift * share
    final = promoted.copy()
    for change, share in zip(changes, parts, strict=True):
        if isinstance(change, Override):
            covered = final * share
            weight = covered if covered.sum() > 0 else share * np.diff(edges)
            final += change.quantity * weight / weight.sum() - covered
    return Adjusted(statistical=np.array(statistical, float), promoted=promoted, final=final)


def shares(change: Promotion | Override, keys: Sequence[Key], edges: Floats) -> Floats:
    """Part of each series and bucket that a change covers, (n_series, n_buckets) [share]."""
    mine = np.array([change.item in ("", item) and change.channel in ("", channel) for item, channel in keys], float)
    part = overlap(np.array([change.start]), np.array([change.end]), edges)[0] / np.diff(edges)
    return np.asarray(mine[:, None] * part)


@dataclass(frozen=True, kw_only=True)
class ForecastStep:
    """One step of the forecasting process and what it was worth."""

    name: str
    errors: Errors
    added: float  # WAPE of the step before minus its own: above zero, the step paid [share]
    added_to_first: float  # WAPE of the first step (naive) minus its own [share]


def value_added(actual: Floats, steps: Mapping[str, Floats], history: Floats, season: int = 1) -> tuple[ForecastStep, ...]:
    """Forecast value added of each step, in the sequence given (naive first).

    Parameters
    ----------
    actual : ndarray, (n_periods,)
        What came [pcs].
    steps
        Forecast of each step, (n_periods,) [pcs].
    history : ndarray, (n_history,)
        Demand before, for the scaled measures [pcs].
    season
        Periods in a season.

    Examples
    --------
    >>> fva = value_added(np.array([100.0, 120.0]), {"naive": np.array([90.0, 90.0]),
    ...     "statistical": np.array([98.0, 113.0]), "final": np.array([110.0, 130.0])}, np.array([80.0, 85.0, 90.0]))
    >>> [(step.name, round(step.added, 3), round(step.added_to_first, 3)) for step in fva]
    [('naive', 0.0, 0.0), ('statistical', 0.141, 0.141), ('final', -0.05, 0.091)]
    """
    made: list[ForecastStep] = []
    for name, planned in steps.items():
        errors = judge(planned, actual, history, season)
        before, first = (made[-1].errors.wape, made[0].errors.wape) if made else (errors.wape, errors.wape)
        made.append(ForecastStep(name=name, errors=errors, added=before - errors.wape, added_to_first=first - errors.wape))
    return tuple(made)
