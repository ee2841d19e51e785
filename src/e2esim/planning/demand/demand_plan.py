"""Demand planning of a whole range: from history and what people know to the forecast of every item and channel.

Owns the sequence: history without its promotions, statistical forecast by week, promotions, overrides, and the accuracy of all of
them over a held-out end. What orders leave of it is made in ``net_demand``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from e2esim.planning.demand.adjustments import Adjusted, Key, Override, Promotion, adjust, shares
from e2esim.planning.demand.classes import DemandClass
from e2esim.planning.demand.consumption import overlap
from e2esim.planning.demand.holdout import StepScore, score_steps
from e2esim.planning.demand.series import first_sold
from e2esim.planning.demand.statistical import LOOKS, Look, forecast_all, look_back, plain_forecasts

Floats = npt.NDArray[np.float64]
Change = Promotion | Override


@dataclass(frozen=True, kw_only=True, eq=False)
class DemandCase:
    """What demand planning starts from; days count from today.

    Parameters
    ----------
    keys : (n_series,)
        Item and channel.
    history : (n_series, n_known)
        Demand of past periods, oldest first [unit].
    edges : (n_known + n_coming + 1,)
        Start of every period, known and coming, and the end of the last [days].
    season
        Periods in a year: 52 or 12.
    judged
        Periods that a forecast is judged over [periods].
    changes
        Promotions and overrides, of the past as well.
    first : (n_series,)
        Known period from which each series is recorded: zeros from there on are demand of zero. None: from its first demand.
    """

    keys: tuple[Key, ...]
    history: Floats
    edges: Floats
    season: int
    judged: int
    changes: tuple[Change, ...] = ()
    first: npt.NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        wrong = []
        if self.history.ndim != 2 or self.history.shape[0] != len(self.keys):
            wrong.append(f"history {self.history.shape} is not one row a key ({len(self.keys)})")
        if self.edges.size <= self.history.shape[-1] + 1 or (np.diff(self.edges) <= 0).any():
            wrong.append("edges must rise and reach beyond the history")
        if (self.history < 0).any() or not np.isfinite(self.history).all():
            wrong.append("history must be known and >= 0")
        if self.first is not None and self.first.shape != (len(self.keys),):
            wrong.append(f"first {self.first.shape} is not one a key ({len(self.keys)})")
        if wrong:
            raise ValueError("demand case: " + "; ".join(wrong))

    @property
    def known(self) -> int:
        """Periods of history."""
        return int(self.history.shape[1])

    @property
    def coming(self) -> int:
        """Periods to forecast."""
        return self.edges.size - 1 - self.known

    @property
    def recorded(self) -> npt.NDArray[np.int64]:
        """Known period from which each series is recorded, (n_series,)."""
        return first_sold(self.history) if self.first is None else self.first


@dataclass(frozen=True, kw_only=True, eq=False)
class DemandPlan:
    """The forecast of every series by bucket, how it came about and how good such forecasts were.

    Parameters
    ----------
    keys, kind, method : (n_series,)
        Item and channel, class, and method chosen.
    stepped : (n_series,)
        Since when the level is that of today, where it stepped lastingly; NaN elsewhere [days from today].
    edges : (n_buckets + 1,)
        Start of each bucket and end of the last [days from today].
    adjusted
        Statistical, promoted and final forecast, (n_series, n_buckets) each [unit].
    scores
        Accuracy of the steps over the held-out periods: of all series, of each class, of each series.
    judged
        Periods held out [periods]; 0 where the history was too short.
    """

    keys: tuple[Key, ...]
    kind: tuple[DemandClass, ...]
    method: tuple[str, ...]
    stepped: Floats
    edges: Floats
    adjusted: Adjusted
    scores: tuple[StepScore, ...]
    judged: int


def plan_demand(case: DemandCase, edges: Floats) -> DemandPlan:
    """Forecast every series of a case and judge the steps of forecasting.

    Accuracy is that of the same procedure, made when the last ``judged`` periods were not known yet. Where the history is shorter
    than three times that, nothing is told of accuracy.

    Parameters
    ----------
    case
        History and changes.
    edges : ndarray, (n_buckets + 1,)
        Buckets of the plan [days from today]; demand within a period is taken as even over its days.

    Examples
    --------
    >>> case = DemandCase(keys=(("A", "shop"),), history=np.full((1, 52), 10.0), season=52, judged=13,
    ...                   edges=7.0 * np.arange(-52, 9), changes=(Promotion(start=7, end=14, uplift=0.5),))
    >>> done = plan_demand(case, 7.0 * np.arange(4))
    >>> done.kind[0].value, done.method, done.adjusted.final.tolist()
    ('smooth', ('year_mean+average+level',), [[10.0, 15.0, 10.0]])
    """
    usual = without_promotions(case)
    held = case.judged if case.known >= 3 * case.judged else 0
    looks = look_back(usual, case.recorded, LOOKS + 1, judged=case.judged, season=case.season)
    made = forecast_all(usual, case.recorded, horizon=case.coming, judged=case.judged, season=case.season, looks=looks)
    part = overlap(case.edges[case.known : -1], case.edges[case.known + 1 :], edges) / np.diff(case.edges[case.known :])[:, None]
    return DemandPlan(
        keys=case.keys, kind=made.kind, method=made.method, edges=edges, judged=held,
        stepped=np.where(made.step >= 0, case.edges[np.maximum(made.step, 0)], np.nan),
        adjusted=adjust(made.quantity @ part, case.keys, edges, touching(case.changes, case.keys, edges)),
        scores=_scores(case, usual, made.kind, held, looks[1:]) if held else (),
    )  # fmt: skip


def without_promotions(case: DemandCase) -> Floats:
    """History as it would have been without the promotions that were planned in it, (n_series, n_known) [unit].

    Examples
    --------
    >>> case = DemandCase(keys=(("A", ""),), history=np.array([[10.0, 15.0]]), season=52, judged=13,
    ...                   edges=7.0 * np.arange(-2, 3), changes=(Promotion(start=-7, end=0, uplift=0.5),))
    >>> without_promotions(case).tolist()
    [[10.0, 10.0]]
    """
    edges, usual = case.edges[: case.known + 1], case.history.copy()
    for change in touching(case.changes, case.keys, edges):
        if isinstance(change, Promotion):
            usual /= np.maximum(1.0 + change.uplift * shares(change, case.keys, edges), 0.05)
    return np.asarray(usual)


def touching(changes: Sequence[Change], keys: Sequence[Key], edges: Floats) -> list[Change]:
    """Changes that some series and bucket feel; of an override that reaches beyond them, the part inside, by days.

    Examples
    --------
    >>> touching([Override(start=-7, end=7, quantity=10)], [("A", "")], np.array([0.0, 7.0]))[0].quantity
    5.0
    """
    found = []
    for change in changes:
        if not shares(change, keys, edges).any():
            continue
        start, end = max(change.start, float(edges[0])), min(change.end, float(edges[-1]))
        if isinstance(change, Override):
            change = replace(change, start=start, end=end, quantity=change.quantity * (end - start) / (change.end - change.start))
        found.append(change)
    return found


def _scores(case: DemandCase, usual: Floats, kinds: tuple[DemandClass, ...], held: int, looks: Sequence[Look]) -> tuple[StepScore, ...]:
    """Accuracy of plain forecasts and of the statistical, promoted and final one of the held-out periods."""
    before = case.known - held
    edges, first = case.edges[before : case.known + 1], np.minimum(case.recorded, before)
    made = forecast_all(usual[:, :before], first, horizon=held, judged=held, season=case.season, looks=looks).quantity
    changes = touching(case.changes, case.keys, edges)
    steps = adjust(made, case.keys, edges, changes)
    told = {**plain_forecasts(case.history[:, :before], first, held, case.season), "statistical": steps.statistical}
    if any(isinstance(change, Promotion) for change in changes):
        told["promotions"] = steps.promoted
    if any(isinstance(change, Override) for change in changes):
        told["overrides"] = steps.final
    return score_steps(told, case.history[:, before:], case.history[:, :before], case.keys, kinds, case.season)
