"""Rules of the sites of a market: who serves whom, and what supplies a warehouse that serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from e2esim.config.checks import Check, View, needs
from e2esim.config.grids import ROW
from e2esim.config.problems import Problem, did_you_mean
from e2esim.domain.build.stock_points import plant_site, ways_in_use
from e2esim.domain.size import most

_LANES = ("sites.site", "sites.kind", "lanes.from", "lanes.to", "lanes.channel", "lanes.market", "lanes.priority")
Row = Mapping[str, Any]


@needs(*_LANES)
def lanes_lead_somewhere(view: View) -> Iterator[Problem]:
    """A lane leads to the buyers of a channel in a market, or to a site."""
    kinds, plant = _kinds(view), _plant(view)
    for row in view.table("lanes").iter_rows(named=True):
        to, buyers = row["to"], (row["channel"], row["market"])
        if not to and not any(buyers):
            yield _wrong(view, row, "to", "a lane to nowhere", "name the channel and the market that it serves, or the site that it supplies (to)")
        elif not to and not all(buyers):
            yield _wrong(view, row, "channel" if buyers[1] else "market", "half a way to customers", "name both the channel and the market")
        elif to and any(buyers):
            yield _wrong(view, row, "to", "a lane to a site and to customers at once", "write two rows")
        elif to and to not in kinds:
            yield _wrong(view, row, "to", "a lane to nowhere: no such site", did_you_mean(to, [site for site in kinds if site != plant]))
        elif to and to == (row["from"] or plant):
            yield _wrong(view, row, "to", "a lane from a site to itself", "name another site")
        elif to and to == plant:
            yield _wrong(view, row, "to", "a lane to the plant, which makes or buys what it stocks", "take the row out")
        elif kinds.get(to or row["from"] or plant) not in ("plant", "warehouse"):
            yield _wrong(view, row, "to" if to else "from", "a site that is no warehouse", "goods are kept at sites of kind warehouse (table sites)")


@needs(*_LANES)
def one_lane_comes_first(view: View) -> Iterator[Problem]:
    """Of several lanes to the same, one is asked first."""
    lanes = view.table("lanes")
    for key, meant in ((["channel", "market"], pl.col("to") == ""), (["to"], pl.col("to") != "")):
        ranked = lanes.filter(meant & pl.all_horizontal(pl.col(name) != "" for name in key))
        alike = ranked.filter(pl.col("priority") == pl.col("priority").min().over(key)).with_columns(pl.col(ROW).first().over(key).alias("_first"))
        for row in alike.filter(pl.col(ROW) != pl.col("_first")).iter_rows(named=True):
            value = " in ".join(row[name] for name in key)
            yield _wrong(view, row, "priority", f"two lanes to {value} are asked first (row {row['_first']})", "keep one, or give the second a larger priority")


@needs(*_LANES)
def serving_sites_are_supplied(view: View) -> Iterator[Problem]:
    """Every site that serves customers gets its goods from the plant, by way of others or not."""
    lanes, plant = view.table("lanes"), _plant(view)
    into = {row["to"]: row for row in lanes.filter(pl.col("to") != "").sort("priority", descending=True, maintain_order=True).iter_rows(named=True)}
    kinds, told = _kinds(view), set[str]()
    for way in ways_in_use(lanes, plant).iter_rows(named=True):
        chain = [way["from"]]
        while chain[-1] in into and chain[-1] != plant and chain.count(chain[-1]) == 1:
            chain.append(into[chain[-1]]["from"] or plant)
        last = chain[-1]
        if last == plant or last in told or way["from"] not in kinds:
            continue
        told |= set(chain)
        if chain.count(last) > 1:
            circle = " <- ".join(chain[chain.index(last) :])
            yield _wrong(view, into[last], "from", f"lanes between sites go round in a circle: {circle}", f"one of them must get its goods from {plant}")
        else:
            remedy = f"add a lane from {plant} (or a site that it supplies) to {last}"
            yield _wrong(view, way, "from", f"{way['channel']} in {way['market']} is served by a site without stock points: no lane leads to {last}", remedy)


@needs(*_LANES, "stock.site", "stock.item")
def stock_where_it_serves(view: View) -> Iterator[Problem]:
    """Opening stock lies at sites that serve; at others it counts at the plant, with a warning."""
    plant = _plant(view)
    serving = {plant, ""} | set(ways_in_use(view.table("lanes"), plant)["from"])
    elsewhere = view.table("stock").filter(~pl.col("site").is_in(sorted(serving)))
    if elsewhere.height and len(_kinds(view)) > 1:
        row, message = elsewhere.row(0, named=True), f"stock at a site that serves nobody ({elsewhere.height} rows): it counts at {plant}"
        yield view.problem("stock", message, row=row[ROW], column="site", value=row["site"], remedy="add a lane from there, or leave it so", warning=True)


@needs(*_LANES, "items.sold")
def stock_points_can_be_told_apart(view: View) -> Iterator[Problem]:
    """Items at all sites together are not more than a run tells apart."""
    sites = len(set(ways_in_use(view.table("lanes"), _plant(view))["from"]))
    points, limit = view.table("items").height + (sites - 1) * int(view.table("items")["sold"].sum()), most("item") - 1
    if sites > 1 and points > limit:
        yield view.problem("items", f"up to {points} items at {sites} sites, and a run tells at most {limit} apart", remedy="merge items that behave alike")


def _plant(view: View) -> str:
    return plant_site(view.table("sites")) if view.table("sites").height else ""


def _kinds(view: View) -> dict[str, str]:
    return dict(view.table("sites").select("site", "kind").iter_rows())


def _wrong(view: View, row: Row, column: str, message: str, remedy: str) -> Problem:
    return view.problem("lanes", message, row=row[ROW], column=column, value=row[column], remedy=remedy)


CHECKS: tuple[Check, ...] = (
    lanes_lead_somewhere, one_lane_comes_first, serving_sites_are_supplied, stock_where_it_serves, stock_points_can_be_told_apart,
)  # fmt: skip
