"""Stock points: what the tables of a market say of sites, laid out before the world is built.

Each (channel, market) is served by the site that its lane of the lowest ``priority`` leaves. An item at another site than the first
plant is an item of its own, a *stock point* ``item@site``: at a warehouse sold like the item, in no bill, refilled by the lanes that lead
to its site (:mod:`~e2esim.domain.build.sourcing`); at another plant made there after the item's bill, of components that are stock points
there. A component that comes from another site has a bill of its own, a piece of the same component where it comes from: so hours,
materials and needs reach through the move.
The first plant's stock points come first and keep their names, so that with one site nothing is changed. Sites that serve nobody
and make nothing are not in use.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.domain.build.sourcing import Arc, Feed, Sourcing, find_sources, plants_of

I = npt.NDArray[np.int64]  # noqa: E741
Tables = Mapping[str, pl.DataFrame]

_AT = "@"


class StockPoints(NamedTuple):
    """Tables with a row for each stock point, and where it lies."""

    tables: Tables
    sites: tuple[str, ...]  # in use: the first plant, other plants, then warehouses, each behind those that supply it
    arcs: tuple[Arc, ...]  # lanes between them
    feeds: tuple[Feed, ...]  # which of them refill what
    site: I  # (stock points,) index into sites
    product: I  # (stock points,) the first plant's stock point of the same item


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
    >>> tables = {"sites": sites, "lanes": lanes, "items": pl.DataFrame({"item": ["A", "B"]}), "routings": pl.DataFrame({"item": ["A"]})}
    >>> found = lay_out_stock_points(tables)
    >>> found.sites, found.site.tolist(), found.product.tolist()
    (('plant',), [0, 0], [0, 1])
    """
    plants = plants_of(tables["sites"])
    plant = plants[0]
    ways = ways_in_use(tables["lanes"], plant)
    n = tables["items"].height
    if len(plants) == 1 and set(ways["from"]) <= {plant}:
        return StockPoints({**tables, "lanes": ways}, (plant,), (), (), np.zeros(n, dtype=np.int64), np.arange(n))
    served = ways.select("channel", "market", pl.col("from").alias("_at"))
    history = tables["history"].join(served, on=["channel", "market"], how="left", maintain_order="left")
    sold = set(tables["items"].filter(pl.col("sold"))["item"])
    there = history.filter(pl.col("_at").is_not_null() & pl.col("item").is_in(sorted(sold))).select("_at", "item").unique()
    found = find_sources(tables, frozenset((str(site), str(item)) for site, item in there.iter_rows()))
    points = pl.DataFrame(
        {"_at": [at for at, _ in found.points], "_item": [item for _, item in found.points], "item": [f"{item}{_AT}{at}" for at, item in found.points]},
        schema={"_at": pl.String, "_item": pl.String, "item": pl.String},
    )
    buyer = tables["customers"].select("customer", "channel", "market").join(served, on=["channel", "market"], how="left", maintain_order="left")
    where = buyer.select("customer", "_at").unique("customer", keep="first", maintain_order=True)
    orders = tables["orders"].join(where, on="customer", how="left", maintain_order="left")
    changed = {
        "lanes": ways,
        "items": _again(tables["items"], points),
        "prices": _again(tables["prices"], points),
        "history": _named(history, points),
        "orders": _named(orders, points),
        "receipts": _named(tables["receipts"].with_columns(_site(tables["receipts"]).alias("_at")), points),
        "stock": _stock(tables["stock"], history, points, plant),
        **_making(tables, found, points, plants),
    }
    rows = {item: k for k, item in enumerate(tables["items"]["item"])}
    product = [*range(n), *(rows[item] for _, item in found.points)]
    at = [*[0] * n, *(found.sites.index(site) for site, _ in found.points)]
    return StockPoints({**tables, **changed}, found.sites, found.arcs, found.feeds, np.array(at, dtype=np.int64), np.array(product, dtype=np.int64))


def _making(tables: Tables, found: Sourcing, points: pl.DataFrame, plants: tuple[str, ...]) -> Tables:
    """Bills, routings and terms of supply of each plant, with the names of its stock points."""
    plant = plants[0]
    makes = pl.DataFrame(sorted(found.made), schema={"_at": pl.String, "item": pl.String}, orient="row")
    here = points.select("_at", pl.col("_item").alias("item")).vstack(tables["items"].select(pl.lit(plant).alias("_at"), "item"))
    brought = pl.DataFrame([(feed.site, feed.item) for feed in found.feeds], schema=here.schema, orient="row")
    own = here.join(brought, on=["_at", "item"], how="anti", maintain_order="left")
    bills = [_part_names(tables["bom"], makes.filter(pl.col("_at") == site)["item"], site, points) for site in plants[1:]]
    elsewhere = set(makes["item"]) - set(makes.filter(pl.col("_at") == plant)["item"])
    routings = tables["routings"].with_columns(pl.when(_site(tables["routings"]) == "").then(pl.lit(plant)).otherwise(_site(tables["routings"])).alias("_at"))
    terms = pl.concat([_terms_of(tables["supply"], site, plants) for site in plants])
    moves = _moves(found, points, frozenset(tables["items"].filter(~pl.col("sold"))["item"]))
    return {
        "routings": _named(routings.join(own, on=["_at", "item"], how="semi", maintain_order="left"), points),
        "bom": pl.concat([tables["bom"].filter(~pl.col("parent").is_in(sorted(elsewhere))), *bills, moves], how="diagonal_relaxed"),
        "supply": _named(terms.join(own, on=["_at", "item"], how="semi", maintain_order="left"), points),
        "alternates": _again(tables["alternates"], points.filter(pl.col("_at").is_in(plants))),
        "price_breaks": _again(tables["price_breaks"], points.filter(pl.col("_at").is_in(plants))),
    }


def _moves(found: Sourcing, points: pl.DataFrame, components: frozenset[str]) -> pl.DataFrame:
    """Bills of the components that lanes bring to a site: their part of a piece from each source."""
    name = {(at, item): stock_point for at, item, stock_point in points.select("_at", "_item", "item").iter_rows()}
    rows = [
        (name.get((feed.site, feed.item), feed.item), name.get((found.arcs[feed.arc].source, feed.item), feed.item), feed.weight)
        for feed in found.feeds
        if feed.item in components and feed.weight > 0.0
    ]
    return pl.DataFrame(rows, schema={"parent": pl.String, "component": pl.String, "qty_per": pl.Float64}, orient="row")


def _terms_of(supply: pl.DataFrame, plant: str, plants: tuple[str, ...]) -> pl.DataFrame:
    """Terms on which a plant (_at) buys: the rows that name it, for other items those that name no plant."""
    named = supply.with_columns(pl.when(_site(supply).is_in(plants)).then(_site(supply)).otherwise(pl.lit("")).alias("_at"))
    mine = named.filter(pl.col("_at") == plant)
    rest = named.filter((pl.col("_at") == "") & ~pl.col("item").is_in(mine["item"].unique().to_list()))
    return pl.concat([mine, rest]).with_columns(pl.lit(plant).alias("_at"))


def _part_names(bom: pl.DataFrame, made: pl.Series, site: str, points: pl.DataFrame) -> pl.DataFrame:
    """Bills of what is ``made`` at a site with the names of its stock points."""
    bom = bom.filter(pl.col("parent").is_in(made.to_list()))
    names = points.filter(pl.col("_at") == site).select("_item", pl.col("item").alias("_new"))
    for column in ("parent", "component"):
        bom = bom.join(names.rename({"_item": column}), on=column, how="inner", maintain_order="left").with_columns(pl.col("_new").alias(column)).drop("_new")
    return bom


def _site(frame: pl.DataFrame) -> pl.Expr:
    return pl.col("site").fill_null("") if "site" in frame.columns else pl.lit("")


def plant_site(sites: pl.DataFrame) -> str:
    """The first site that makes."""
    return plants_of(sites)[0]


def ways_in_use(lanes: pl.DataFrame, plant: str) -> pl.DataFrame:
    """Lanes to customers: of each (channel, market) the one of the lowest priority; ``from`` is filled."""
    if "from" not in lanes.columns:
        return lanes.with_columns(pl.lit(plant).alias("from"))
    ours = lanes.filter((pl.col("channel") != "") | (pl.col("market") != "") | (pl.col("to") == ""))
    first = ours.filter(pl.col("priority") == pl.col("priority").min().over("channel", "market"))
    first = first.unique(["channel", "market"], keep="first", maintain_order=True)
    return first.with_columns(pl.when(pl.col("from") == "").then(pl.lit(plant)).otherwise(pl.col("from")).alias("from"))


def other_ways(lanes: pl.DataFrame, plant: str, sites: tuple[str, ...]) -> pl.DataFrame:
    """Lanes to customers of later priorities that leave one of ``sites``, in the order in which they are asked; ``from`` is filled."""
    first = ways_in_use(lanes, plant).select("from", "channel", "market")
    named = lanes.filter((pl.col("channel") != "") & (pl.col("market") != ""))
    named = named.with_columns(pl.when(pl.col("from") == "").then(pl.lit(plant)).otherwise(pl.col("from")).alias("from"))
    later = named.join(first, on=["from", "channel", "market"], how="anti", maintain_order="left").filter(pl.col("from").is_in(sites))
    return later.sort("priority", "from", maintain_order=True).unique(["from", "channel", "market"], keep="first", maintain_order=True)


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
