"""Work centres of subcontractors: steps there take lead time in the supplier's calendar, not hours; and what may be wrong there."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from e2esim.config.checks import View
from e2esim.config.grids import ROW
from e2esim.config.problems import Problem

LOTS_AT_A_TIME = 20  # lots that a subcontractor works at a time where the data do not say (assumed)
DAY_H = 24.0


def lots_at_a_time(machines: int) -> int:
    """Lots that a subcontractor works at a time, by what column machines says."""
    return machines if machines > 1 else LOTS_AT_A_TIME


def outside_steps(steps: pl.DataFrame, centres: pl.DataFrame) -> pl.DataFrame:
    """Steps with the days at a subcontractor as time on its days, whatever the quantity, and no run time.

    >>> steps = pl.DataFrame({"work_centre": ["SAW", "ZINC"], "setup_h_per_lot": [1.0, 0.0], "run_h_per_unit": [0.1, 0.0], "flow_days": [2, 5]})
    >>> outside_steps(steps, pl.DataFrame({"work_centre": ["SAW", "ZINC"], "supplier": ["", "Zinker"]})).rows()
    [('SAW', 1.0, 0.1, 2), ('ZINC', 120.0, 0.0, 0)]
    """
    out = pl.col("work_centre").is_in(centres.filter(pl.col("supplier") != "")["work_centre"].implode())
    return steps.with_columns(
        pl.when(out).then(DAY_H * pl.col("flow_days")).otherwise(pl.col("setup_h_per_lot")).alias("setup_h_per_lot"),
        pl.when(out).then(0.0).otherwise(pl.col("run_h_per_unit")).alias("run_h_per_unit"),
        pl.when(out).then(0).otherwise(pl.col("flow_days")).cast(pl.Int64).alias("flow_days"),
    )


def outside_makes_sense(view: View) -> Iterator[Problem]:
    """A subcontractor has days and no hours; a price of a step belongs to one."""
    out = dict(view.table("work_centres").filter(pl.col("supplier") != "").select("work_centre", "supplier").iter_rows())
    for row, centre in view.table("capacity").select(ROW, "work_centre").unique("work_centre", keep="first", maintain_order=True).iter_rows():
        if centre in out:
            message = f"hours of {centre} are not used: {out[centre]} does its work, in flow_days of its calendar"
            remedy = "take the rows out, or the supplier of the work centre"
            yield view.problem("capacity", message, row=row, column="work_centre", value=centre, remedy=remedy, warning=True)
    columns = (ROW, "item", "step", "work_centre", "setup_h_per_lot", "run_h_per_unit", "flow_days", "price")
    for row, item, step, centre, setup, run, flow, price in view.table("routings").select(columns).iter_rows():
        if centre in out and (setup or run):
            message, remedy = f"step {step} of {item} is done by {out[centre]}: its hours are not used", "leave set-up and run time at 0, state flow_days"
            yield view.problem("routings", message, row=row, column="run_h_per_unit", value=run, remedy=remedy, warning=True)
        if centre in out and not flow:
            message = f"{out[centre]} needs no time for step {step} of {item}"
            yield view.problem("routings", message, row=row, column="flow_days", value=flow, remedy="state its lead time [days]", warning=True)
        if price and centre and centre not in out and not _stands_in(view, centre, out):
            message, remedy = f"a price of step {step} of {item}, which no subcontractor does", "name the supplier of the work centre, or leave the price out"
            yield view.problem("routings", message, row=row, column="price", value=price, remedy=remedy, warning=True)


def _stands_in(view: View, centre: str, out: dict[str, str]) -> bool:
    """Whether a subcontractor is a second choice for a work centre."""
    rows = view.table("alternates").filter(pl.col("work_centre") == centre)
    return any(other in out for other in rows["alternate"])
