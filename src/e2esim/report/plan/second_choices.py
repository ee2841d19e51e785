"""What is done at a second choice, and why: no plan takes one in silence."""

from __future__ import annotations

import numpy as np
import polars as pl

from e2esim.planning.factory.first_choice import SOONER_DAYS, later_at_first
from e2esim.planning.factory.problem import Floats
from e2esim.report.plan.view import PlanView, frame

MOST_TESTED = 40  # lots for which the plan is carried out with them at their first choice
BACK_WEEKS = SOONER_DAYS[-1] // 7  # weeks before the start in which the first choice is looked at


def second_choices_frame(view: PlanView) -> pl.DataFrame:
    """One row a lot at a second choice: where, instead of which work centre, how many hours, and why: the order that would
    be later, else what the first choice has left.
    """
    f, lots = view.facts, view.lots
    row = np.flatnonzero(f.mains[lots.step] != lots.step)
    step, main = lots.step[row], f.mains[lots.step[row]]
    names = np.array(f.centres, dtype=object)
    left = f.capacity_h - view.load
    later = later_at_first(view.left.problem, view.result, MOST_TESTED) if row.size else {}
    says = []
    for k, centre, day in zip((row - lots.released).tolist(), f.step_centre[main].tolist(), lots.start[row].tolist(), strict=True):
        order, more = later.get(k, (-1, 0.0))
        says.append(_later(view, centre, order, more) if order >= 0 else _room(view, left, centre, day))
    return frame(
        {
            "lot": lots.name[row],
            **view.of_items(f.step_item[step]),
            "step": np.array(f.step_name, dtype=object)[main],
            "work_centre": names[f.step_centre[step]],
            "instead_of": names[f.step_centre[main]],
            "qty": lots.qty[row],
            "start": view.dates(lots.start[row]),
            "hours": lots.hours[row].round(3),
            "says": np.array(says, dtype=object),
        }
    )


def _later(view: PlanView, centre: int, order: int, more: float) -> str:
    """Whom the first choice would make later."""
    f = view.facts
    return f"begun at {f.centres[centre]} on that day, order {f.orders[order]} would be later ({more:,.0f} pieces x days)"


def _room(view: PlanView, left: Floats, centre: int, day: int) -> str:
    """Hours that the first choice has left from some weeks before a start to its week."""
    f = view.facts
    last = min(max(day // 7, 0), f.n_weeks - 1)
    first = max(last - BACK_WEEKS, 0)
    free, there = float(left[centre, first : last + 1].clip(min=0.0).sum()), float(f.capacity_h[centre, first : last + 1].sum())
    since = view.dates(np.array([7 * first]))[0]
    return f"{f.centres[centre]} has {free:,.1f} of {there:,.1f} h left from {since} to the end of the week of the start"


def second_choice_lines(table: pl.DataFrame) -> list[str]:
    """What the terminal says, a line a pair of work centres.

    Examples
    --------
    >>> table = pl.DataFrame({"instead_of": ["PRESS"] * 2, "work_centre": ["OLD"] * 2, "hours": [4.0, 2.5], "says": ["PRESS has 0.0 h left", ""]})
    >>> second_choice_lines(table)
    ['2 lots (6.5 h) at OLD instead of PRESS: PRESS has 0.0 h left']
    """
    told = (pl.len(), pl.col("hours").sum(), pl.col("says").first())
    pairs = table.group_by("instead_of", "work_centre", maintain_order=True).agg(told).sort("hours", descending=True, maintain_order=True)
    rows = [(f"{lots} lot{'s' if lots > 1 else ''} ({hours:,.1f} h)", first, other, why) for first, other, lots, hours, why in pairs.iter_rows()]
    return [f"{much} at {other} instead of {first}: {why}" for much, first, other, why in rows]
