"""Routing steps in the planner's order, each followed by the other ways to do it that table alternates states; and what may be wrong there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import polars as pl

from e2esim.config.checks import View
from e2esim.config.checks_making import cycles
from e2esim.config.grids import ROW
from e2esim.config.plan_data.other_routings import BEFORE_WAYS, LAST, TAKES
from e2esim.config.plan_data.outside import outside_steps
from e2esim.config.problems import Problem
from e2esim.domain.alternates import most_said_first, second_choices, speaks_of
from e2esim.planning.factory.problem import AS_USUAL, TAKES_PARTS

AT = " at "  # between a step and the work centre of a second choice, in the name of the step
WAY = ", way "  # between that and the number of another routing


def steps_of(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """All steps with their choices.

    Returns
    -------
    DataFrame
        The columns of routings, and ``_item`` (row of items), ``_main`` (row of the first choice), ``_name`` (the step; of another
        choice the step and its work centre, of another routing its number), ``_from`` (`PlanProblem.step_from`).
    """
    row = {name: k for k, name in enumerate(frames["items"]["item"])}
    steps = frames["routings"]
    steps = steps.with_columns(pl.Series("_item", [row[name] for name in steps["item"]], dtype=pl.Int64)).sort("_item", "step")
    turn, rank = pl.int_range(steps.height, dtype=pl.Int64), pl.lit(0, dtype=pl.Int64)
    usual = pl.lit(AS_USUAL, dtype=pl.Int64).alias("_from")
    steps = steps.with_columns(pl.col("step").cast(pl.String).alias("_name"), turn.alias("_turn"), rank.alias("_rank"), usual)
    others = pl.concat([_others(steps, frames["alternates"]), _ways(steps, frames[LAST], row)])
    both = pl.concat([steps, others]).sort("_turn", "_rank") if others.height else steps
    main = np.maximum.accumulate(np.where(both["_rank"].to_numpy() == 0, np.arange(both.height), 0))
    return outside_steps(both.with_columns(pl.Series("_main", main, dtype=pl.Int64)).drop("_turn", "_rank"), frames["work_centres"])


def _others(steps: pl.DataFrame, alternates: pl.DataFrame) -> pl.DataFrame:
    """The further choices of all steps, with their place behind the first; the row that says most about a step holds for it."""
    found = []
    if alternates.height:
        rows = most_said_first(alternates.rows(named=True))
        for step in steps.rows(named=True):
            for rank, row in enumerate(second_choices(rows, step["item"], step["step"], step["work_centre"]), 1):
                setup, flow, price = row["setup_h_per_lot"], row["flow_days"], row["price"]
                found.append(
                    step
                    | {
                        "work_centre": row["alternate"],
                        "run_h_per_unit": step["run_h_per_unit"] * row["time_factor"],
                        "setup_h_per_lot": step["setup_h_per_lot"] if setup is None else setup,
                        "flow_days": step["flow_days"] if flow is None else flow,
                        "price": step["price"] if price is None else price,
                        "_name": f"{step['_name']}{AT}{row['alternate']}",
                        "_rank": rank,
                    }
                )
    return pl.DataFrame(found, schema=steps.schema)


def _ways(steps: pl.DataFrame, last: pl.DataFrame, items: dict[str, int]) -> pl.DataFrame:
    """The last steps of other routings, as further choices of the last step of the first."""
    found = []
    end = {step["item"]: step for step in steps.rows(named=True)}
    for row in last.rows(named=True):
        first = end[row["item"]]
        found.append(
            {name: row.get(name) for name in steps.columns}
            | {
                "step": first["step"],
                "_item": first["_item"],
                "_name": f"{first['_name']}{AT}{row['work_centre']}{WAY}{row['_way']}",
                "_turn": first["_turn"],
                "_rank": BEFORE_WAYS + row["_way"],
                "_from": items[row[TAKES]] if row[TAKES] else TAKES_PARTS,
            }
        )
    return pl.DataFrame(found, schema=steps.schema)


def alternates_make_sense(view: View) -> Iterator[Problem]:
    """A second choice is another work centre, for steps that there are, and none stands in for itself by way of others."""
    table = view.table("alternates")
    steps = view.table("routings").select("item", "step", "work_centre").rows()
    for row in table.rows(named=True):
        if row["work_centre"] == row["alternate"]:
            message, remedy = "a work centre cannot stand in for itself", "name another one, or take the row out"
            yield view.problem("alternates", message, row=row[ROW], column="alternate", value=row["alternate"], remedy=remedy)
        elif not any(speaks_of(row, *step) for step in steps):
            of = f" of item {row['item']}" if row["item"] else ""
            yield view.problem(
                "alternates", f"routings has no such step{of} at {row['work_centre']}: the row does nothing", row=row[ROW], column="work_centre",
                value=row["work_centre"], remedy="correct item, step or work centre, or take the row out", warning=True,
            )  # fmt: skip
    yield from _circles(view, table)


def _circles(view: View, table: pl.DataFrame) -> Iterator[Problem]:
    """Work centres that stand in for one another leave open which is the first choice."""
    scopes: dict[tuple[str, int | None], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for centre, other, item, step in table.select("work_centre", "alternate", "item", "step").iter_rows():
        if centre != other:
            scopes[item, step][centre].append(other)
    for (item, _), stands_in in scopes.items():
        for circle in cycles(stands_in):
            rows = table.filter((pl.col("item") == item) & (pl.col("work_centre") == circle[-2]) & (pl.col("alternate") == circle[-1]))
            remedy = "say which is the first choice: leave one of these rows out, or name in column item for which items each holds"
            yield view.problem(
                "alternates", "alternates in a circle", row=int(rows[ROW][0]), column="alternate", value=" > ".join(circle), remedy=remedy
            )
