"""A long run year by year: the same outcome read through windows of a year each, so that a trend is seen and not averaged away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from e2esim.domain.outcome import Outcome
from e2esim.kpi.whole import measure_all

_YEAR_H = 8760.0
YEARLY = (
    *("turnover", "gross_margin", "contribution", "margin", "operating_result", "operating_cash_flow", "stock_value"),
    *("orders", "pieces_delivered", "mattresses_delivered", "otif", "on_time", "lead_time", "fill_rate", "lost_turnover"),
    *("csat", "nps", "complaints_per_100_orders", "returns", "capacity_load_mean"),
)  # KPIs of what happened inside a window; those that read the customers' state at the end of the run are left out


def years(outcome: Outcome) -> Iterator[tuple[int, Outcome]]:
    """Years of a run (365 days from its start, 1 = the first) and the outcome read through each; the warm-up is cut from the first.

    A rest shorter than a quarter of a year counts to the year before it. Nothing where the run has only one year.
    """
    whole = max(1, round(outcome.horizon_h / _YEAR_H + 0.25))
    if whole < 2:
        return
    for year in range(whole):
        start = max(outcome.warmup_h, _YEAR_H * year)
        end = outcome.horizon_h if year == whole - 1 else _YEAR_H * (year + 1)
        if start < end:
            yield year + 1, replace(outcome, warmup_h=start, horizon_h=end)


def alike(outcome: Outcome) -> Iterator[tuple[int, Outcome]]:
    """The same years over the same season: the days that the warm-up takes from the first year are left out of each.

    Else the first year would miss a January that the others have, and look better or worse for nothing.
    """
    for year, part in years(outcome):
        start = max(part.warmup_h, _YEAR_H * (year - 1) + outcome.warmup_h)
        if start < part.horizon_h:
            yield year, replace(part, warmup_h=start)


def by_year(outcome: Outcome) -> pl.DataFrame:
    """Columns year, days, kpi, unit, value: sums as yearly rates, as in the table of KPIs; empty for a run of one year."""
    rows = []
    for year, part in alike(outcome):
        found = measure_all(part).headline
        rows += [(year, 365.0 * part.window_y, name, found[name][1], found[name][0]) for name in YEARLY]
    schema = {"year": pl.Int64, "days": pl.Float64, "kpi": pl.String, "unit": pl.String, "value": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")
