"""What a plan takes for cells that are empty because another table or another verb says more, or nobody does."""

from __future__ import annotations

import polars as pl

from e2esim.config.grids import ROW
from e2esim.config.problems import Problem
from e2esim.config.tables import Typed
from e2esim.planning.factory.money import EXTRA_HOUR_EUR
from e2esim.planning.factory.risk import HOURS_CV, LATE_MEDIAN_D, LATE_SHARE

_USUAL = {
    "work_centres": {"extra_h_eur": EXTRA_HOUR_EUR, "hours_cv": HOURS_CV},
    "supply": {"late_share": LATE_SHARE, "late_median_days": LATE_MEDIAN_D},
}


def as_planned(typed: Typed) -> None:
    """Fill what a plan needs in every row of its tables; demand of all markets of an item and channel is one history."""
    frames = typed.frames
    for table, values in _USUAL.items():
        if table in frames:
            frames[table] = frames[table].with_columns(pl.col(name).fill_null(value) for name, value in values.items())
    if "routings" in frames:
        frames["routings"] = _flow_days(frames["routings"], frames["items"])
    frames["history"] = _over_markets(frames["history"])
    _settled(typed)


def _settled(typed: Typed) -> None:
    """Leave out orders and receipts of which nothing is open any more."""
    for table, column in (("orders", "order"), ("receipts", "receipt")):
        if table not in typed.frames:
            continue
        frame = typed.frames[table]
        done = frame.filter(pl.col("qty") == 0)
        if done.is_empty():
            continue
        typed.frames[table] = frame.filter((pl.col("qty") != 0) | pl.col("qty").is_null())
        count = f" ({done.height} rows such)" if done.height > 1 else ""
        message = f"nothing is open: left out{count}"
        typed.problems.append(
            Problem(file=typed.labels[table], row=int(done[ROW][0]), column="qty", value=str(done[column][0]), message=message, warning=True)
        )


def _flow_days(routings: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Days of a step that states none: the item's lead time on its last step, none before.

    >>> routings = pl.DataFrame({"item": ["a", "a", "b"], "step": [10, 20, 10], "flow_days": [None, None, 3]})
    >>> _flow_days(routings, pl.DataFrame({"item": ["a", "b"], "lead_time_d": [1.5, 9.0]}))["flow_days"].to_list()
    [0, 2, 3]
    """
    lead = items.unique("item", keep="first", maintain_order=True).select("item", pl.col("lead_time_d").ceil().cast(pl.Int64).alias("_lead"))
    last = pl.col("step") == pl.col("step").max().over("item")
    usual = pl.when(last).then(pl.col("_lead")).otherwise(None)
    joined = routings.join(lead, on="item", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("flow_days", usual, pl.lit(0)).cast(pl.Int64).alias("flow_days")).drop("_lead")


def _over_markets(history: pl.DataFrame) -> pl.DataFrame:
    key = ["item", "channel", "period"]
    if history.is_empty() or (history["market"] == "").all():
        return history
    return history.group_by(key, maintain_order=True).agg(pl.col("qty").sum(), pl.exclude("qty").first()).select(history.columns)
