"""Tables of what is made and bought: lots, the schedule of every work centre, purchases."""

from __future__ import annotations

import numpy as np
import polars as pl

from e2esim.planning.factory.buying import unit_prices
from e2esim.planning.factory.problem import Flags, Ints
from e2esim.report.plan.view import FIRM, PLANNED, RELEASED, Names, PlanView, frame

_DIGITS = 9  # of quantities: what lies below is the dust of yields and packs


def lots_frame(view: PlanView) -> pl.DataFrame:
    """One row a lot and step, by item, day and step."""
    f, lots = view.facts, view.lots
    item = f.step_item[lots.step]
    order = np.lexsort((lots.step, lots.begins, item))
    rule = lot_rules(view, item)
    rule = np.where(_too_soon(view, item), rule + ", not kept: somebody would be later", rule)
    status = np.where(np.arange(lots.step.size) < lots.released, RELEASED, PLANNED).astype(object)
    status[np.flatnonzero(view.case.released.lot_fed)] = FIRM
    return frame(
        {
            "lot": lots.name,
            **view.of_items(item),
            "step": np.array(f.step_name, dtype=object)[lots.step],
            "work_centre": np.array(f.centres, dtype=object)[f.step_centre[lots.step]],
            "qty": lots.qty.round(_DIGITS),
            "worked_qty": (lots.qty / f.yields[lots.step]).round(3),
            "start": view.dates(lots.start),
            "end": view.dates(lots.end),
            "hours": lots.hours.round(3),
            "status": status.astype(object),
            "lot_rule": rule,
            **_hours_of_day(view),
        }
    )[order]


def _too_soon(view: PlanView, item: Ints) -> Flags:
    """Planned lots that begin before the days are over that the planned lot before them should cover, (n_lots,)."""
    f, lots = view.facts, view.lots
    cover, step = f.cover[item], f.mains[lots.step]
    found = np.zeros(lots.step.size, dtype=bool)
    for s in np.unique(step[(cover > 1) & f.chain.last[lots.step]]).tolist():
        rows = np.flatnonzero((step == s) & (np.arange(step.size) >= lots.released))
        rows = rows[np.argsort(lots.start[rows], kind="stable")]
        found[rows[1:]] = np.diff(lots.start[rows]) < cover[rows[1:]]
    return found


def lot_rules(view: PlanView, item: Ints) -> Names:
    """By which rule each lot or purchase was sized."""
    words = np.array(view.case.lot_rule or ("lot for lot",) * view.facts.n_items, dtype=object)
    return np.asarray(words[item], dtype=object)


def schedule_frame(view: PlanView) -> pl.DataFrame:
    """Lots of every work centre in the order in which they start, with the hours of the week used so far."""
    f, lots = view.facts, view.lots
    centre, week = f.step_centre[lots.step], lots.start // 7
    order = np.lexsort((lots.step, lots.begins, centre))
    room = np.where((week >= 0) & (week < f.n_weeks), f.capacity_h[centre, np.clip(week, 0, f.n_weeks - 1)], np.nan)
    table = frame(
        {
            "work_centre": np.array(f.centres, dtype=object)[centre],
            "week": view.dates(7 * week),
            "start": view.dates(lots.start),
            "end": view.dates(lots.end),
            "lot": lots.name,
            **view.of_items(f.step_item[lots.step]),
            "step": np.array(f.step_name, dtype=object)[lots.step],
            "qty": lots.qty.round(_DIGITS),
            "hours": lots.hours.round(3),
            **_hours_of_day(view),
            "week_capacity_h": room,
        }
    )[order]
    used = pl.col("hours").cum_sum().over("work_centre", "week").round(3).alias("week_used_h")
    return table.with_columns(used, pl.col("week_capacity_h").fill_nan(None))


def _hours_of_day(view: PlanView) -> dict[str, object]:
    """When the work of each lot starts and ends, and on which machine; by the day where hours are by week (machine 0)."""
    return {"starts_at": view.times(view.lots.begins), "ends_at": view.times(view.lots.ends), "machine": view.machine_number}


def purchases_frame(view: PlanView) -> pl.DataFrame:
    """Purchase orders by the day on which they must be placed."""
    f, bought = view.facts, view.purchases
    price = unit_prices(f, bought.source, bought.qty)
    status = np.where(np.arange(bought.source.size) < bought.released, RELEASED, PLANNED)
    rules = lot_rules(view, f.source_item[bought.source])
    rules = np.where(price < f.source_price[bought.source], rules + ", price of larger purchases", rules)
    return frame(
        {
            "purchase": bought.name,
            "supplier": np.array(f.source_supplier, dtype=object)[bought.source],
            **view.of_items(f.source_item[bought.source]),
            "qty": bought.qty.round(_DIGITS),
            "ordered": view.dates(bought.ordered),
            "received": view.dates(bought.received),
            "price_eur": price,
            "value_eur": (price * bought.qty).round(2),
            "lot_rule": rules,
            "status": status.astype(object),
        }
    )[np.lexsort((f.source_item[bought.source], bought.ordered))]
