"""Demand as a process, for a plan: the expected quantity of each week stands in for a forecast where an item has no history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.config.grids import ROW
from e2esim.config.problems import Problem
from e2esim.config.tables import Typed
from e2esim.domain.chance import Chance

REASON = "expected from table demand"


def expect_streams(typed: Typed, today: dt.date | None, weeks: int) -> None:
    """Write the expected weekly quantities of table demand into table forecast_changes, ``weeks`` weeks from ``today``; items with history keep it."""
    demand = typed.frames.get("demand")
    if demand is None or demand.is_empty() or today is None:
        return
    past = set(typed.frames["history"]["item"]) if "history" in typed.frames else set()
    twice = demand.filter(pl.col("item").is_in(list(past)))
    if twice.height:
        message = f"the item has history, which says more: its stream is not planned ({twice.height} rows such)"
        label, row = typed.labels["demand"], int(twice[ROW][0])
        typed.problems.append(Problem(file=label, row=row, column="item", value=str(twice["item"][0]), message=message, warning=True))
    monday = today - dt.timedelta(days=today.weekday())
    total: dict[str, npt.NDArray[np.float64]] = {}
    rows: dict[str, int] = {}
    for line in demand.filter(~pl.col("item").is_in(list(past)) & (pl.col("item") != "")).iter_rows(named=True):
        if line["every_d"] is None or (mean := _mean(line)) is None:
            continue
        begin = max(line["first"] or today, today)
        end = monday + dt.timedelta(weeks=weeks) if line["last"] is None else line["last"] + dt.timedelta(days=1)
        days = overlap((begin - monday).days, (end - monday).days, weeks)
        total[line["item"]] = total.get(line["item"], np.zeros(weeks)) + days * mean / line["every_d"]
        rows.setdefault(line["item"], line[ROW])
    changes = typed.frames["forecast_changes"]
    made = pl.DataFrame(list(_changes(total, rows, monday)), schema=changes.schema, orient="row") if total else changes.clear()
    typed.frames["forecast_changes"] = pl.concat([changes, made])


def overlap(begin: float, end: float, weeks: int) -> npt.NDArray[np.float64]:
    """Days of [begin, end) in each of ``weeks`` weeks, (weeks,).

    >>> overlap(3, 15, 3).tolist()
    [4.0, 7.0, 1.0]
    """
    monday = 7.0 * np.arange(weeks)
    return np.asarray(np.maximum(0.0, np.minimum(end, monday + 7.0) - np.maximum(begin, monday)), dtype=np.float64)


def _mean(row: dict[str, object]) -> float | None:
    """Mean quantity of a line, None where its law cannot be read; a network run says why."""
    if row["law"] != "empirical":
        mean = row["mean"]
        return mean if isinstance(mean, float) else None
    try:
        values, weights = (tuple(float(word) for word in str(row[name] or "").split()) for name in ("values", "weights"))
        return Chance(law="empirical", values=values, weights=weights).expectation
    except ValueError:
        return None


def _changes(total: dict[str, npt.NDArray[np.float64]], rows: dict[str, int], monday: dt.date) -> Iterator[dict[str, object]]:
    for item, quantities in sorted(total.items()):
        for week, quantity in enumerate(quantities.tolist()):
            yield {
                ROW: rows[item], "item": item, "channel": "", "week": monday + dt.timedelta(weeks=week), "weeks": 1, "uplift": None, "qty": quantity,
                "reason": REASON,
            }  # fmt: skip
