"""Other routings: another chain of steps for an item, laid out for the planner; and what may be wrong there.

The last step of another routing is one more choice of the last step of the first: it fills the same stock. What it takes is the
work in process of its own chain, which stands as an item of its own, *item way n*, made of the same bill by the steps before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from e2esim.config.checks import View
from e2esim.config.grids import ROW
from e2esim.config.problems import Problem

LAST = "last_steps"  # table of the last steps of other routings, beside the tables of the data
TAKES = "_takes"  # its column: the item that it takes, '' where it takes the bill
BEFORE_WAYS = 1000  # other work centres for a step come before other routings


def halfway_name(item: str, preference: int) -> str:
    """Name of what has passed all steps of another routing but its last."""
    return f"{item} way {preference}"


def with_other_routings(frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables with what has passed part of another routing as items of their own, and the last steps of such routings in `LAST`."""
    rows = frames["other_routings"]
    steps, items, bom = frames["routings"], frames["items"], frames["bom"]
    inner: list[dict[str, Any]] = []
    last: list[dict[str, Any]] = []
    halfway: list[tuple[str, str]] = []
    for (item, preference), own in rows.sort("item", "preference", "step").group_by("item", "preference", maintain_order=True):
        name = halfway_name(str(item), int(str(preference)))
        chain = own.rows(named=True)
        inner += [step | {"item": name} for step in chain[:-1]]
        last.append(chain[-1] | {TAKES: name if len(chain) > 1 else ""})
        halfway += [(str(item), name)] if len(chain) > 1 else []
    more_items = [items.filter(pl.col("item") == item).with_columns(**_plain(items, name)) for item, name in halfway]
    more_bom = [bom.filter(pl.col("parent") == item).with_columns(pl.lit(name).alias("parent")) for item, name in halfway]
    return frames | {
        "items": pl.concat([items, *more_items]),
        "bom": pl.concat([bom, *more_bom]),
        "routings": pl.concat([steps, _as_steps(inner, steps)]) if inner else steps,
        LAST: _as_steps(last, steps).with_columns(
            pl.Series(TAKES, [row[TAKES] for row in last], dtype=pl.String), pl.Series("_way", [row["preference"] for row in last], dtype=pl.Int64)
        ),
    }


def _plain(items: pl.DataFrame, name: str) -> dict[str, pl.Expr]:
    """What differs between an item and what is on another way to it: no safety stock, lots as they come, nothing lost at the end."""
    plain: dict[str, object] = {"item": name, "lot_rule": "lot_for_lot", "cover_d": 0.0, "scrap_share": 0.0, "shelf_life_d": None}
    return {column: pl.lit(value, dtype=items.schema[column]) for column, value in plain.items()}


def _as_steps(rows: list[dict[str, Any]], steps: pl.DataFrame) -> pl.DataFrame:
    """Rows with the columns of routings, empty where other routings state nothing."""
    stated = [{name: row.get(name, 0.0 if name == "time_cv" else None) for name in steps.columns} for row in rows]
    return pl.DataFrame(stated, schema=steps.schema)


def other_routings_make_sense(view: View) -> Iterator[Problem]:
    """Another routing is one of an item that has a first, under a name that is free, and loses at its end what the first loses there."""
    first: dict[str, tuple[int, float]] = {}
    for item, step, scrap in view.table("routings").select("item", "step", "scrap_share").iter_rows():
        if item not in first or step > first[item][0]:
            first[item] = (step, scrap or 0.0)
    taken = set(view.table("items")["item"])
    ways: dict[tuple[str, int], dict[str, Any]] = {}
    for row in view.table("other_routings").rows(named=True):
        key = (row["item"], row["preference"])
        if row["item"] not in first:
            message, remedy = "another routing of an item that has no first one", "write its first choice into routings, or take the rows out"
            yield view.problem("other_routings", message, row=row[ROW], column="item", value=row["item"], remedy=remedy)
        elif key not in ways or row["step"] > ways[key]["step"]:
            ways[key] = row
    for (item, preference), row in ways.items():
        if (row["scrap_share"] or 0.0) != first[item][1]:
            message = f"its last step loses {row['scrap_share']:g} of the pieces, that of the first routing {first[item][1]:g}"
            remedy = "state the loss at a step before the last one, or the same for both"
            yield view.problem("other_routings", message, row=row[ROW], column="scrap_share", value=row["scrap_share"], remedy=remedy)
        if halfway_name(item, preference) in taken:
            message, remedy = "an item has the name that what is halfway on this routing would have", "rename the item"
            yield view.problem("other_routings", message, row=row[ROW], column="item", value=halfway_name(item, preference), remedy=remedy)
