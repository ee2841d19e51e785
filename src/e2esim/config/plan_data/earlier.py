"""The earlier plan of a plan folder, for a plan that stays near it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import polars as pl

from e2esim.config.plan_data.lot_times import lot_times
from e2esim.config.plan_data.released import read_day, read_rows, row_numbers
from e2esim.config.problems import InputErrors, Problem
from e2esim.planning.factory.calm import Earlier
from e2esim.planning.factory.case import PlanCase

_LOTS = {"lot", "item", "step", "qty", "start", "status"}
_DELIVERIES = {"order", "delivered", "qty"}
MOST_UNKNOWN = 0.5  # a plan of which more than this share names what the data do not know is one of other data


def earlier_plan(case: PlanCase, folder: Path, fingerprint: str) -> Earlier:
    """The lots and deliveries that the plan in ``folder`` has for today or later, in the rows of what is left to plan of ``case``.

    Lots of items and steps that are no more are left out; released ones are not planned again. ``fingerprint`` of today's data
    says whether they are those of the plan.

    Raises
    ------
    InputErrors
        If the folder holds no plan, is one of a later day, or one of other data.
    """
    day = read_day(folder)
    facts = case.facts
    if day > facts.today:
        message = f"the earlier plan is of {day}, later than today ({facts.today})"
        raise InputErrors([Problem(file=folder.as_posix(), message=message, remedy="correct the setting today")])
    today = pl.lit(facts.today)
    whole = read_rows(folder, "lots", _LOTS)
    days = (pl.col("start") - today).dt.total_days().alias("_day")
    lots = whole.with_columns(days).filter((pl.col("_day") >= 0) & ~pl.col("lot").is_in(list(case.released.lot_name))).sort("lot", maintain_order=True)
    given = read_rows(folder, "deliveries", _DELIVERIES).with_columns((pl.col("delivered") - today).dt.total_days().alias("_day"))
    given = given.filter(pl.col("_day") >= 0)
    steps: dict[tuple[str, ...], int] = {(facts.items[i], name): k for k, (i, name) in enumerate(zip(facts.step_item, facts.step_name, strict=True))}
    step = row_numbers(lots, ("item", "step"), steps)
    orders = row_numbers(given, ("order",), {(name,): k for k, name in enumerate(facts.orders)})
    _same_data(folder / "lots.parquet", lots, ("item", "step"), step)
    _same_data(folder / "deliveries.parquet", given, ("order",), orders)
    known, served = step >= 0, orders >= 0
    plan = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    kept = bool(case.released.lot_name) or not (whole["status"] == "released").any()
    bound = plan["plan"].get("bound")
    same = kept and day == facts.today and plan.get("hash") == fingerprint
    return Earlier(
        lot_step=step[known],
        lot_qty=lots["qty"].to_numpy()[known].astype(np.float64),
        **{name: values[known] for name, values in asdict(lot_times(lots, facts)).items()},
        delivery_order=orders[served],
        delivery_day=given["_day"].to_numpy()[served].astype(np.int64),
        delivery_qty=given["qty"].to_numpy()[served].astype(np.float64),
        same=same,
        bound=float(bound) if same and bound is not None else float("nan"),
    )


def _same_data(path: Path, frame: pl.DataFrame, key: tuple[str, ...], rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
    """Refuse a plan that mostly names what the data do not know."""
    unknown = np.flatnonzero(rows < 0)
    if unknown.size > MOST_UNKNOWN * rows.size:
        first = frame.row(int(unknown[0]), named=True)
        raise InputErrors(
            [
                Problem(
                    file=path.as_posix(),
                    row=int(unknown[0]) + 1,
                    column=" + ".join(key),
                    value=", ".join(str(first[k]) for k in key),
                    message=f"this is a plan of other data: {unknown.size} of {rows.size} rows name what these data do not know",
                    remedy="name the plan folder of these data, or plan without --calm",
                )
            ]
        )
