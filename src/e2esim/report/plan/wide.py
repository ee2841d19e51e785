"""Tables with weeks across, as planners read them: the master schedule and the load."""

from __future__ import annotations

import polars as pl

_MPS = {"demand": "demand", "made": "made", "received": "received", "used": "used", "delivered": "delivered",
        "stock_end": "stock"}  # fmt: skip
_LOAD = {"capacity_h": "hours there are", "load_h": "hours planned", "load_share": "planned load",
         "wished_share": "wished load"}  # fmt: skip
_STOCK = {"on_order": "on order", "bought": "bought", "made": "made", "used": "used", "delivered_qty": "delivered", "stock_least": "least stock",
          "stock_end": "stock"}  # fmt: skip
_ALWAYS = ("demand", "made", "delivered", "stock_end")


def mps_grid(mps: pl.DataFrame) -> pl.DataFrame:
    """Rows demand, made, delivered, stock of every sold item (and received, used where there are any), weeks across."""
    kinds = [name for name in _MPS if name in _ALWAYS or float(mps[name].abs().sum()) > 0]
    return _across(mps, ["item", "name", "unit"], kinds, _MPS).rename({"item": "Item", "name": "Name", "unit": "Unit"})


def stock_grid(stock: pl.DataFrame) -> pl.DataFrame:
    """Rows of what comes and goes and of the stock of every item that moves, weeks across."""
    flows = [name for name in _STOCK if not name.startswith("stock")]
    moving = stock.filter(pl.sum_horizontal(pl.col(flows).abs().sum().over("item")) > 0)
    kinds = [name for name in _STOCK if name.startswith("stock") or float(moving[name].abs().sum()) > 0]
    return _across(moving, ["item", "name", "unit"], kinds, _STOCK).rename({"item": "Item", "name": "Name", "unit": "Unit"})


def load_grid(load: pl.DataFrame) -> pl.DataFrame:
    """Rows hours, planned load and wished load of every work centre, weeks across."""
    return _across(load, ["work_centre"], list(_LOAD), _LOAD).rename({"work_centre": "Work centre"})


def _across(table: pl.DataFrame, index: list[str], kinds: list[str], words: dict[str, str]) -> pl.DataFrame:
    """Unfold the columns `kinds` into rows, and the weeks into columns.

    Examples
    --------
    >>> import datetime as dt
    >>> t = pl.DataFrame({"k": ["a", "a"], "week": [dt.date(2026, 1, 5), dt.date(2026, 1, 12)], "x": [1.0, 2.0]})
    >>> _across(t, ["k"], ["x"], {"x": "ex"}).rows()
    [('a', 'ex', 1.0, 2.0)]
    """
    first = table[index[0]].unique(maintain_order=True)
    rank = pl.DataFrame({index[0]: first, "_at": range(len(first))})
    long = table.select(*index, "week", *(pl.col(k).cast(pl.Float64) for k in kinds)).unpivot(on=kinds, index=[*index, "week"], variable_name="row")
    grid = long.with_columns(pl.col("week").dt.to_string("%Y-%m-%d")).pivot(on="week", index=[*index, "row"], values="value", sort_columns=False)
    order = pl.col("row").replace_strict({k: n for n, k in enumerate(kinds)}, return_dtype=pl.Int64).alias("_kind")
    return (
        grid.join(rank, on=index[0], how="left")
        .with_columns(order)
        .sort("_at", "_kind")
        .drop("_at", "_kind")
        .with_columns(pl.col("row").replace_strict(words, return_dtype=pl.String))
    )
