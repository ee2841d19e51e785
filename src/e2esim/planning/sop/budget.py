"""The company budget from the scenario's table, spread over the buckets of a cycle."""

from __future__ import annotations

import numpy as np
import polars as pl

from e2esim.planning.sop.months import Months
from e2esim.planning.sop.problem import Budget


def budget_of(table: pl.DataFrame | None, months: Months, families: tuple[str, ...], scale: float) -> Budget | None:
    """Budget of a cycle, None where the table says nothing about its months.

    The first bucket may be the rest of a month: it takes its share of days. ``scale`` shrinks the money as the world.

    Examples
    --------
    >>> import datetime as dt
    >>> from e2esim.planning.sop.months import months_from
    >>> table = pl.DataFrame({"month": ["2026-01"], "family": ["beds"], "quantity": [310.0], "revenue_eur": [3100.0], "margin_eur": [None]},
    ...                      schema_overrides={"margin_eur": pl.Float64})
    >>> b = budget_of(table, months_from(dt.date(2026, 1, 12), 2), ("beds",), 1.0)
    >>> b.quantity.ravel().tolist(), b.margin_eur.ravel().tolist()
    ([200.0, nan], [nan, nan])
    """
    if table is None or table.is_empty():
        return None
    cells = {name: np.full((len(months.names), len(families)), np.nan) for name in ("quantity", "revenue_eur", "margin_eur")}
    for row in table.iter_rows(named=True):
        if row["month"] not in months.names or row["family"] not in families:
            continue
        at = (months.names.index(row["month"]), families.index(row["family"]))
        share = scale * min(1.0, float(months.days[at[0]]) / _days_of(row["month"]))
        for name, values in cells.items():
            if row[name] is not None:
                values[at] = share * row[name]
    return Budget(**cells) if any(np.isfinite(values).any() for values in cells.values()) else None


def _days_of(month: str) -> float:
    first = np.datetime64(month, "M")
    return float(((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(int))
