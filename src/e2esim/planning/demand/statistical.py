"""The statistical forecast of many series: class, backtest and forecast of each item and channel.

The door of the room: a polars table of history in, tables of forecast and methods out; or arrays, series by series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.planning.demand.backtest import Backtest, backtest, forecasts_of
from e2esim.planning.demand.classes import DemandClass, demand_class, demand_interval, since_first, size_variation
from e2esim.planning.demand.cleaning import clean

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class SeriesForecast:
    """The forecast of one series and why it is made so."""

    quantity: Floats  # (horizon,) [pcs]
    error_sd: Floats  # (horizon,) expected error of each period, from the backtest; NaN without one [pcs]
    method: str
    kind: DemandClass
    outliers: tuple[int, ...]  # periods of the history that were pulled back
    backtest: Backtest | None  # None where the history is too short for one


def forecast_series(
    history: Floats,
    *,
    horizon: int,
    season: int,
    origins: int = 24,
    mean_of: int = 3,
    outlier_limit: float | None = None,
    method: str | None = None,
) -> SeriesForecast:
    """Forecast one series by the method, or the mean of methods, that a rolling-origin backtest likes best.

    Parameters
    ----------
    history : ndarray, (n_periods,)
        Demand of past periods, oldest first; zeros before the first demand are dropped [pcs].
    horizon
        Periods to forecast.
    season
        Periods in a season (12 for months, 52 for weeks); 1 for none.
    origins, mean_of
        Of the backtest.
    outlier_limit
        Robust standard deviations beyond which history is pulled back before it is learnt from; None to leave it.
    method
        Use this one (for instance ``season_mul`` or ``ses+croston``); the backtest is still made and reported.

    Returns
    -------
    SeriesForecast

    Examples
    --------
    >>> made = forecast_series(np.tile([80.0, 120.0, 100.0, 100.0], 8), horizon=2, season=4)
    >>> made.kind.value, made.method, made.quantity.tolist()
    ('smooth', 'seasonal_naive', [80.0, 120.0])
    >>> forecast_series(np.zeros(8), horizon=2, season=4).quantity.tolist()
    [0.0, 0.0]
    """
    _check(history, horizon, season)
    known = since_first(history)
    unknown = np.full(horizon, np.nan)
    kind = demand_class(history)
    if known.size < 4:  # nothing to choose by
        level = float(known.mean()) if known.size else 0.0
        return SeriesForecast(quantity=np.full(horizon, level), error_sd=unknown, method="average", kind=kind, outliers=(), backtest=None)
    pulled: tuple[int, ...] = ()
    if outlier_limit is not None:
        known, outlier = clean(known, season, outlier_limit)
        pulled = tuple(int(i) + history.size - known.size for i in np.flatnonzero(outlier))
    tried = backtest(known, kind, horizon=horizon, season=season, origins=origins, mean_of=mean_of)
    chosen = method or tried.best
    quantity = forecasts_of(chosen, known, np.array([known.size]), horizon, season)[0]
    sd = unknown.copy()
    if chosen in tried.candidates:
        seen = tried.error_sd[tried.candidates.index(chosen)]
        sd = np.concatenate([seen, np.full(max(horizon - seen.size, 0), seen[-1])])[:horizon]
    return SeriesForecast(quantity=quantity, error_sd=sd, method=chosen, kind=kind, outliers=pulled, backtest=tried)


def _check(history: Floats, horizon: int, season: int) -> None:
    wrong = []
    if history.ndim != 1 or not history.size:
        wrong.append(f"history must be one row of periods, not of shape {history.shape}")
    if not np.isfinite(history).all():
        wrong.append("history has missing or infinite quantities")
    if (history < 0).any():
        wrong.append("history has negative quantities: net returns out, or book them as returns")
    if horizon < 1 or season < 1:
        wrong.append(f"horizon and season must be >= 1, not {horizon} and {season}")
    if wrong:
        raise ValueError("; ".join(wrong))


@dataclass(frozen=True, kw_only=True)
class DemandForecast:
    """Forecasts of many series, one row a key and period, and one row a key with the reasons."""

    forecast: pl.DataFrame  # keys, step (1...), quantity [pcs], error_sd [pcs]
    methods: pl.DataFrame  # keys, class, adi, cv2, method, measure, mase, rmsse, wape, bias, naive_mase, outliers


def forecast_table(
    history: pl.DataFrame,
    *,
    horizon: int,
    season: int,
    keys: tuple[str, ...] = ("item", "channel"),
    period: str = "period",
    quantity: str = "quantity",
    origins: int = 24,
    outlier_limit: float | None = None,
) -> DemandForecast:
    """Forecast every key of a table of demand history.

    Parameters
    ----------
    history
        One row a key and period; several rows of one are summed, absent ones are zero. Periods are whole numbers
        (weeks or months counted from any start); the last period of the table is the last known one of every key.
    horizon, season, origins, outlier_limit
        As in `forecast_series`.
    keys, period, quantity
        Names of columns.

    Examples
    --------
    >>> table = pl.DataFrame({"item": "A", "channel": "shop", "period": range(8), "quantity": [5.0] * 8})
    >>> made = forecast_table(table, horizon=2, season=4)
    >>> made.forecast.select("item", "step", "quantity").rows()
    [('A', 1, 5.0), ('A', 2, 5.0)]
    >>> made.methods.select("class", "method", "wape").rows()
    [('smooth', 'naive', 0.0)]
    """
    absent = [c for c in (*keys, period, quantity) if c not in history.columns]
    if absent:
        raise ValueError(f"history has no column {', '.join(absent)}; it has {', '.join(history.columns)}")
    if history.is_empty():
        raise ValueError("history has no rows")
    summed = history.group_by(*keys, period).agg(pl.col(quantity).sum()).sort(*keys, period)
    start, end = int(summed[period].min()), int(summed[period].max())  # type: ignore[arg-type]
    plans: list[pl.DataFrame] = []
    reasons: list[dict[str, object]] = []
    for key, rows in summed.group_by(*keys, maintain_order=True):
        row = np.zeros(end - start + 1)
        row[rows[period].to_numpy() - start] = rows[quantity].to_numpy()
        named = dict(zip(keys, key, strict=True))
        try:
            made = forecast_series(row, horizon=horizon, season=season, origins=origins, outlier_limit=outlier_limit)
        except ValueError as wrong:
            raise ValueError(f"{', '.join(f'{k} {v}' for k, v in named.items())}: {wrong}") from None
        plans.append(pl.DataFrame({
            **{k: [v] * horizon for k, v in named.items()}, "step": np.arange(1, horizon + 1),
            "quantity": made.quantity, "error_sd": made.error_sd,
        }))  # fmt: skip
        reasons.append(named | _reason(row, made))
    return DemandForecast(forecast=pl.concat(plans), methods=pl.DataFrame(reasons, infer_schema_length=None))


def _reason(history: Floats, made: SeriesForecast) -> dict[str, object]:
    """One row of the table of methods."""
    row: dict[str, object] = {
        "class": made.kind.value, "adi": demand_interval(history), "cv2": size_variation(history),
        "method": made.method, "measure": None, "mase": None, "rmsse": None, "wape": None, "bias": None,
        "naive_mase": None, "outliers": len(made.outliers),
    }  # fmt: skip
    tried = made.backtest
    if tried is not None:
        at = tried.candidates.index(made.method)
        plain = "seasonal_naive" if "seasonal_naive" in tried.candidates else "naive"
        row |= {
            "measure": tried.measure, "mase": float(tried.mase[at]), "rmsse": float(tried.rmsse[at]),
            "wape": float(tried.wape[at]), "bias": float(tried.bias[at]),
            "naive_mase": float(tried.mase[tried.candidates.index(plain)]) if plain in tried.candidates else None,
        }  # fmt: skip
    return row
