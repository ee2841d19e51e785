"""Stock points: what the tables of a market say of sites, laid out before the world is built.

Each (channel, market) is served by the site that its lane of the lowest ``priority`` leaves. What a warehouse beside the plant's
serves is an item of its own there, a *stock point* ``item@site``: sold like the item, in no bill, neither made nor bought, refilled
by transfers along the lane that leads to its site. The plant's stock points come first and keep their names, so that with one site
nothing is changed. Sites that serve nobody are not in use.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

I = npt.NDArray[np.int64]  # noqa: E741
Tables = Mapping[str, pl.DataFrame]
Link = dict[str, Any]

_AT = "@"


class StockPoints(NamedTuple):
    """Tables with a row for each stock point, and where it lies."""

    tables: Tables
    sites: tuple[str, ...]  # in use: the plant, then warehouses, each behind the one that supplies it
    links: tuple[Link, ...]  # rows of table lanes that supply the warehouses, one each
    site: I  # (stock points,) index into sites
    product: I  # (stock points,) the plant's stock point of the same item


def lay_out_stock_points(tables: Tables) -> StockPoints:
    """Find the sites in use and give each its stock points.

    Raises
    ------
    ValueError
        If nothing supplies a site that serves customers.

    Examples
    --------
    >>> sites = pl.DataFrame({"site": ["plant"], "kind": ["plant"]})
    >>> lanes = pl.DataFrame({"from": [""], "to": [""], "channel": ["web"], "market": ["IT"], "priority": [1]})
    >>> found = lay_out_stock_points({"sites": sites, "lanes": lanes, "items": pl.DataFrame({"item": ["A", "B"]})})
    >>> found.sites, found.site.tolist(), found.product.tolist()
    (('plant',), [0, 0], [0, 1])
    """
    plant = plant_site(tables["sites"])
    ways = ways_in_use(tables["lanes"], plant)
    links = links_in_use(tables["lanes"], ways, plant)
    n = tables["items"].height
    if not links:
        return StockPoints({**tables, "lanes": ways}, (plant,), (), np.zeros(n, dtype=np.int64), np.arange(n))
    served = ways.select("channel", "market", pl.col("from").alias("_at"))
    history = tables["history"].join(served, on=["channel", "market"], how="left", maintain_order="left")
    points = _points(tables, history, links)
    buyer = tables["customers"].select("customer", "channel", "market").join(served, on=["channel", "market"], how="left", maintain_order="left")
    where = buyer.select("customer", "_at").unique("customer", keep="first", maintain_order=True)
    orders = tables["orders"].join(where, on="customer", how="left", maintain_order="left")
    changed = {
        "lanes": ways,
        "items": _again(tables["items"], points),
        "prices": _again(tables["prices"], points),
        "history": _named(history, points),
        "orders": _named(orders, points),
        "stock": _stock(tables["stock"], history, points, plant),
    }
    rows = {item: k for k, item in enumerate(tables["items"]["item"])}
    sites = (plant, *(link["to"] for link in links))
    product = [*range(n), *(rows[item] for item in points["_item"])]
    at = [*[0] * n, *(sites.index(site) for site in points["_at"])]
    return StockPoints({**tables, **changed}, sites, links, np.array(at, dtype=np.int64), np.array(product, dtype=np.int64))


def plant_site(sites: pl.DataFrame) -> str:
    """The site that makes: the one of kind plant, the first where none is stated."""
    made = sites.filter(pl.col("kind") == "plant")
    return str((made if made.height else sites)["site"][0])


def ways_in_use(lanes: pl.DataFrame, plant: str) -> pl.DataFrame:
    """Lanes to customers: of each (channel, market) the one of the lowest priority; ``from`` is filled."""
    if "from" not in lanes.columns:
        return lanes.with_columns(pl.lit(plant).alias("from"))
    ours = lanes.filter((pl.col("channel") != "") | (pl.col("market") != "") | (pl.col("to") == ""))
    first = ours.filter(pl.col("priority") == pl.col("priority").min().over("channel", "market"))
    first = first.unique(["channel", "market"], keep="first", maintain_order=True)
    return first.with_columns(pl.when(pl.col("from") == "").then(pl.lit(plant)).otherwise(pl.col("from")).alias("from"))


def links_in_use(lanes: pl.DataFrame, ways: pl.DataFrame, plant: str) -> tuple[Link, ...]:
    """The lane that supplies each warehouse in use, nearest to the plant first.

    Raises
    ------
    ValueError
        If a warehouse is not reached from the plant.
    """
    into = _into(lanes, plant)
    depth: dict[str, int] = {}
    for site in sorted(set(ways["from"]) - {plant}):
        at, passed = site, list[str]()
        while at != plant:
            if at in passed or at not in into:
                raise ValueError(f"no lane leads from {plant} to {site}: " + " <- ".join([*passed, at]))
            passed.append(at)
            at = into[at]["from"]
        depth |= {one: len(passed) - k for k, one in enumerate(passed)}
    return tuple(into[site] for site in sorted(depth, key=lambda one: (depth[one], one)))


def _into(lanes: pl.DataFrame, plant: str) -> dict[str, Link]:
    """Of the lanes to each site, the one of the lowest priority."""
    if "to" not in lanes.columns:
        return {}
    found: dict[str, Link] = {}
    for row in lanes.filter((pl.col("to") != "") & (pl.col("channel") == "")).sort("priority", maintain_order=True).iter_rows(named=True):
        found.setdefault(row["to"], {**row, "from": row["from"] or plant})
    return found


def _points(tables: Tables, history: pl.DataFrame, links: tuple[Link, ...]) -> pl.DataFrame:
    """Stock points beside the plant's: what is demanded at each warehouse and at those it supplies (_at, _item, item)."""
    wanted = {link["to"]: set(history.filter(pl.col("_at") == link["to"])["item"]) for link in links}
    for link in reversed(links):
        if link["from"] in wanted:
            wanted[link["from"]] |= wanted[link["to"]]
    sold = tables["items"].filter(pl.col("sold"))["item"].to_list()
    pairs = [(link["to"], item) for link in links for item in sold if item in wanted[link["to"]]]
    return pl.DataFrame(
        {"_at": [at for at, _ in pairs], "_item": [item for _, item in pairs], "item": [f"{item}{_AT}{at}" for at, item in pairs]},
        schema={"_at": pl.String, "_item": pl.String, "item": pl.String},
    )


def _again(frame: pl.DataFrame, points: pl.DataFrame) -> pl.DataFrame:
    """Rows of items, once more for each stock point of theirs."""
    new = points.select("_item", pl.col("item").alias("_new")).join(frame, left_on="_item", right_on="item", how="inner", maintain_order="left_right")
    return pl.concat([frame, new.with_columns(pl.col("_new").alias("item")).select(frame.columns)])


def _named(frame: pl.DataFrame, points: pl.DataFrame) -> pl.DataFrame:
    """Rows at a site ``_at`` with the name of the stock point there."""
    there = points.select("_at", pl.col("_item").alias("item"), pl.col("item").alias("_new"))
    joined = frame.join(there, on=["_at", "item"], how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("_new", "item").alias("item")).drop("_new", "_at")


def _stock(stock: pl.DataFrame, history: pl.DataFrame, points: pl.DataFrame, plant: str) -> pl.DataFrame:
    """Opening stock by stock point.

    What lies where nobody is served from counts at the plant; warehouses of which the table says nothing get their part of the
    plant's by past demand.
    """
    site = pl.col("site") if "site" in stock.columns else pl.lit("")
    there = points.select("_at", pl.col("_item").alias("item"), pl.lit(True).alias("_there"))
    stated = stock.with_columns(site.alias("_at")).join(there, on=["_at", "item"], how="left", maintain_order="left")
    placed = stated.with_columns(pl.when(pl.col("_there").fill_null(value=False)).then(pl.col("_at")).otherwise(pl.lit(plant)).alias("_at")).drop("_there")
    told = set(placed["_at"])
    past = history.group_by("item", "_at", maintain_order=True).agg(pl.col("qty").sum())
    past = past.with_columns((pl.col("qty") / pl.col("qty").sum().over("item")).alias("_part"))
    silent = past.filter(~pl.col("_at").is_in(sorted(told | {plant})) & pl.col("_part").is_finite()).select("item", "_at", "_part").sort("_at", "item")
    away = silent.group_by("item", maintain_order=True).agg(pl.col("_part").sum().alias("_away"))
    kept = placed.join(away, on="item", how="left", maintain_order="left")
    left = pl.when(pl.col("_at") == plant).then(1.0 - pl.col("_away").fill_null(0.0)).otherwise(1.0)
    sent = placed.filter(pl.col("_at") == plant).drop("_at").join(silent, on="item", how="inner", maintain_order="left_right")
    sent = sent.with_columns((pl.col("on_hand") * pl.col("_part")).alias("on_hand"))
    rows = pl.concat([kept.with_columns((pl.col("on_hand") * left).alias("on_hand")).select(placed.columns), sent.select(placed.columns)])
    return _named(rows, points)
