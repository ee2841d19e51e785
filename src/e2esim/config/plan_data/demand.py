"""Typed tables to what demand planning starts from: series on one grid of periods, changes, orders as they consume."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.config.plan_data.checks_demand import WEEKS, next_period, periods_of
from e2esim.config.plan_data.settings import PlanSettings
from e2esim.domain.units import is_pieces
from e2esim.planning.demand.adjustments import Key, Override, Promotion
from e2esim.planning.demand.demand_plan import DemandCase
from e2esim.planning.demand.net_demand import DemandData, Orders

Floats = npt.NDArray[np.float64]

SEASON = {WEEKS: 52, "months": 12}  # [periods]
JUDGED = {WEEKS: 13, "months": 3}  # [periods] a quarter: the reach of most lead times


def build_demand(frames: dict[str, pl.DataFrame], settings: PlanSettings) -> DemandData | None:
    """Lay checked tables out; None where there is no history and nobody states a forecast."""
    today = settings.today
    assert today is not None  # the door has refused data without a day
    history, changes, items = frames["history"], frames["forecast_changes"], frames["items"]
    periods = periods_of(history)
    past = history.filter(pl.col("period").map_elements(lambda day: next_period(day, periods) <= today, return_dtype=pl.Boolean))
    keys = _keys(past, changes)
    if not keys or not settings.forecast_weeks:
        return None
    edges = np.arange(settings.forecast_weeks + 1, dtype=np.float64) * 7.0 - today.weekday()
    edges[0] = 0.0
    starts = _starts(past, periods, today, float(edges[-1]))
    own = {item: (name, unit) for item, name, unit in items.select("item", "name", "unit").iter_rows()}
    return DemandData(
        today=today,
        title=settings.title,
        case=DemandCase(
            keys=keys,
            history=_history(past, keys, starts),
            edges=np.array([(day - today).days for day in starts], float),
            season=SEASON[periods],
            judged=JUDGED[periods],
            first=_first(past, keys, starts),
            changes=tuple(_change(row, today) for row in changes.iter_rows(named=True)),
        ),
        edges=edges,
        orders=_orders(frames["orders"], today),
        whole=np.array([is_pieces(own[item][1]) for item, _ in keys], bool),
        item_name=tuple(own[item][0] for item, _ in keys),
        unit=tuple(own[item][1] for item, _ in keys),
        back=7.0 * settings.consume_back_weeks,
        ahead=7.0 * settings.consume_ahead_weeks,
        fence=float(settings.demand_fence_days),
    )


def _keys(past: pl.DataFrame, changes: pl.DataFrame) -> tuple[Key, ...]:
    """Series with history, then those that only a planner's quantity knows: items not sold so far."""
    found: dict[Key, None] = dict.fromkeys(past.select("item", "channel").unique().sort("item", "channel").iter_rows())
    for item, channel in changes.filter(pl.col("qty").is_not_null() & (pl.col("item") != "")).select("item", "channel").iter_rows():
        if not any(item == i and channel in ("", c) for i, c in found):
            found[item, channel] = None
    return tuple(found)


def _starts(past: pl.DataFrame, periods: str, today: dt.date, reach: float) -> list[dt.date]:
    """First days of all periods from the first of history to the end of the forecast; four at least lie behind."""
    first = past["period"].min()
    if not isinstance(first, dt.date):  # no history at all: a planner states everything
        first = today - dt.timedelta(days=today.weekday() + 28)
    days = [first]
    while (days[-1] - today).days < reach:
        days.append(next_period(days[-1], periods))
    return days


def _history(past: pl.DataFrame, keys: tuple[Key, ...], starts: list[dt.date]) -> Floats:
    """Quantities by series and known period; what no row states was nothing."""
    last = past["period"].max()
    known = starts.index(last) + 1 if isinstance(last, dt.date) else 4
    row, column = {key: k for k, key in enumerate(keys)}, {day: k for k, day in enumerate(starts)}
    table = np.zeros((len(keys), known))
    for item, channel, day, qty in past.select("item", "channel", "period", "qty").iter_rows():
        table[row[item, channel], column[day]] += qty
    return table


def _first(past: pl.DataFrame, keys: tuple[Key, ...], starts: list[dt.date]) -> npt.NDArray[np.int64]:
    """Period of the first row of each series, one of zero as well: from there on it is recorded."""
    begin = {(item, channel): day for item, channel, day in past.group_by("item", "channel").agg(pl.col("period").min()).iter_rows()}
    return np.array([starts.index(begin[key]) if key in begin else 0 for key in keys], np.int64)


def _change(row: dict[str, object], today: dt.date) -> Promotion | Override:
    week, weeks = row["week"], row["weeks"]
    assert isinstance(week, dt.date)
    assert isinstance(weeks, int)
    start = float((week - today).days)
    item, channel = str(row["item"]), str(row["channel"])
    if isinstance(uplift := row["uplift"], float):
        return Promotion(start=start, end=start + 7.0 * weeks, uplift=uplift, item=item, channel=channel)
    quantity = row["qty"]
    assert isinstance(quantity, float)
    return Override(start=start, end=start + 7.0 * weeks, quantity=quantity, item=item, channel=channel, reason=str(row["reason"]))


def _orders(orders: pl.DataFrame, today: dt.date) -> Orders:
    return Orders(
        item=tuple(orders["item"]),
        channel=tuple(orders["channel"]),
        due=np.array((orders["due"] - today).dt.total_days().to_numpy(), dtype=np.float64),
        quantity=np.array(orders["qty"].to_numpy(), dtype=np.float64),
        priority=np.array(orders["priority"].to_numpy(), dtype=np.int64),
    )
