"""How good the statistical forecasts are against seasonal naive, and how long a thousand series take.

Seeded series of 72 months in four classes; the last 12 months are held out. When E2ESIM_DATA names a folder with
``furniture_retail_turnover_monthly.csv`` (retail turnover of furniture, 8 regions, Australian Bureau of Statistics),
its last 24 months are held out too, and each of the last ten years is forecast from its start.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.planning.demand import DemandClass, Statistical, forecast_all, forecasts_of, mase, rmsse

Floats = npt.NDArray[np.float64]
SEASON, HELD = 12, 12


def seeded_series(count: int, months: int = 72, seed: int = 1) -> Floats:
    """Demand of ``count`` items, (count, months) [pcs]: a quarter each even, noisy, seldom, seldom and uneven."""
    g = np.random.default_rng(seed)
    t = np.arange(months)
    level = 20 + g.gamma(2.0, 60.0, (count, 1))
    season = 1 + 0.35 * np.sin(2 * np.pi * (t / 12 + g.random((count, 1))))
    drift = np.exp(np.cumsum(0.03 * g.standard_normal((count, months)), axis=1))
    kind = np.arange(count)[:, None] % 4
    noise = g.gamma(np.where(kind == 1, 1.2, 60.0), np.where(kind == 1, 1 / 1.2, 1 / 60.0), (count, months))
    seldom = g.random((count, months)) < 0.3
    size = np.where(kind == 3, g.gamma(0.6, 15.0, (count, months)), g.gamma(30.0, 0.3, (count, months)))
    return np.round(np.where(kind < 2, level * season * drift * noise, np.where(seldom, 1 + size, 0)))


def furniture(folder: Path) -> dict[str, Floats]:
    """Monthly turnover of each region [million AUD]."""
    table = pl.read_csv(folder / "furniture_retail_turnover_monthly.csv")
    return {name: table[name].drop_nulls().cast(pl.Float64).to_numpy() for name in table.columns[1:]}


def made_of(table: Floats, horizon: int, judged: int) -> Statistical:
    """Statistical forecast of a table whose zeros are all recorded."""
    return forecast_all(table, np.zeros(len(table), np.int64), horizon=horizon, judged=judged, season=SEASON)


def at_one_go(series: Floats, held: int = 24) -> tuple[float, float, str]:
    """MASE of the statistical forecast and of seasonal naive on the last months, and the method chosen [1]."""
    known, actual = series[:-held], series[-held:]
    made = made_of(known[None], held, 12)
    plain = forecasts_of("seasonal_naive", known, np.array([known.size]), held, np.ones(SEASON))[0]
    return mase(made.quantity[0], actual, known, SEASON), mase(plain, actual, known, SEASON), made.method[0]


def year_by_year(series: Floats, years: int = 10) -> tuple[float, float]:
    """The same for each of the last years, forecast anew at its start [1]."""
    pairs = []
    for year in range(years, 0, -1):
        known, actual = series[: -12 * year], series[-12 * year :][:12]
        pairs.append((mase(made_of(known[None], 12, 12).quantity[0], actual, known, SEASON), mase(known[-12:], actual, known, SEASON)))
    ours, plain = np.mean(pairs, axis=0)
    return float(ours), float(plain)


def run(count: int = 200) -> None:
    """Print speed and errors on the seeded series, and on the furniture series where they are at hand."""
    table = seeded_series(count)
    start = time.perf_counter()
    made = made_of(table[:, :-HELD], HELD, 3)
    wall = time.perf_counter() - start
    print(f"{count} series of {table.shape[1] - HELD} months: {wall:.1f} s, {1e3 * wall / count:.1f} ms a series")
    print("class     series  measure  statistical  seasonal naive")
    for kind in DemandClass:
        rows = [i for i in range(count) if made.kind[i] is kind]
        if rows:
            seldom = kind in (DemandClass.SLOW, DemandClass.LUMPY)
            score = rmsse if seldom else mase
            pairs = np.array([
                [score(f, table[i, -HELD:], table[i, :-HELD], SEASON)
                 for f in (made.quantity[i], table[i, -2 * HELD : -HELD])] for i in rows
            ])  # fmt: skip
            print(f"{kind:8s}  {len(rows):6d}  {'RMSSE' if seldom else 'MASE':7s}"
                  f"  {pairs[:, 0].mean():11.3f}  {pairs[:, 1].mean():14.3f}")  # fmt: skip
    folder = os.environ.get("E2ESIM_DATA")
    if folder:
        print("\nMASE on furniture, last 24 months   at one go  seasonal naive    year by year  seasonal naive  method")
        scores = []
        for region, series in furniture(Path(folder)).items():
            once, plain, method = at_one_go(series)
            scores.append((once, plain, *year_by_year(series)))
            print(f"{region:34s}  {once:10.3f}  {plain:14.3f}  {scores[-1][2]:14.3f}  {scores[-1][3]:14.3f}  {method}")
        mean = np.mean(scores, axis=0)
        print(f"{'mean':34s}  {mean[0]:10.3f}  {mean[1]:14.3f}  {mean[2]:14.3f}  {mean[3]:14.3f}")


if __name__ == "__main__":
    run(*(int(a) for a in sys.argv[1:]))
