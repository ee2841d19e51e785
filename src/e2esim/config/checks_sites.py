"""Rules of the sites of a market: who serves whom, and what supplies a warehouse that serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from e2esim.config.checks import Check, View, needs
from e2esim.config.grids import ROW
from e2esim.config.problems import Problem, did_you_mean
from e2esim.domain.build.sourcing import find_sources, plants_of
from e2esim.domain.build.stock_points import plant_site, ways_in_use
from e2esim.domain.size import most

_LANES = ("sites.site", "sites.kind", "lanes.from", "lanes.to", "lanes.channel", "lanes.market", "lanes.priority")
Row = Mapping[str, Any]
_WHOLE = 1e-6  # of shares that sum to one
_SHARES = "state a share above 0 for each, 1 together, or give the second a larger priority"
_ONE_FIRST = {
    "channel": "keep one, or give the second a larger priority",
    "to": "keep one, give the second a larger priority, or state which share each brings",
}


@needs(*_LANES)
def lanes_lead_somewhere(view: View) -> Iterator[Problem]:
    """A lane leads to the buyers of a channel in a market, or to a site."""
    kinds, plant, several = _kinds(view), _plant(view), len(_plants(view)) > 1
    for row in view.table("lanes").iter_rows(named=True):
        to, buyers = row["to"], (row["channel"], row["market"])
        if not to and not any(buyers):
            yield _wrong(view, row, "to", "a lane to nowhere", "name the channel and the market that it serves, or the site that it supplies (to)")
        elif not to and not all(buyers):
            yield _wrong(view, row, "channel" if buyers[1] else "market", "half a way to customers", "name both the channel and the market")
        elif to and any(buyers):
            yield _wrong(view, row, "to", "a lane to a site and to customers at once", "write two rows")
        elif to and to not in kinds:
            yield _wrong(view, row, "to", "a lane to nowhere: no such site", did_you_mean(to, [site for site in kinds if several or site != plant]))
        elif to and to == (row["from"] or plant):
            yield _wrong(view, row, "to", "a lane from a site to itself", "name another site")
        elif to and to == plant and not several:
            yield _wrong(view, row, "to", "a lane to the plant, which makes or buys what it stocks", "take the row out")
        elif kinds.get(to or row["from"] or plant) not in ("plant", "warehouse"):
            yield _wrong(view, row, "to" if to else "from", "a site that is no warehouse", "goods are kept at sites of kind warehouse (table sites)")


@needs(*_LANES, "lanes.share")
def one_lane_comes_first(view: View) -> Iterator[Problem]:
    """Of several lanes to the same one is asked first; of several to a site also those that share what it needs."""
    lanes = view.table("lanes")
    for key, meant in ((["channel", "market"], pl.col("to") == ""), (["to"], pl.col("to") != "")):
        ranked = lanes.filter(meant & pl.all_horizontal(pl.col(name) != "" for name in key))
        alike = ranked.filter(pl.col("priority") == pl.col("priority").min().over(key)).with_columns(pl.col(ROW).first().over(key).alias("_first"))
        for row in alike.filter(pl.col(ROW) != pl.col("_first")).iter_rows(named=True):
            shares = alike.filter(pl.col("_first") == row["_first"])["share"].to_list() if key == ["to"] else [0.0]
            if max(shares) <= 0.0:
                value = " in ".join(row[name] for name in key)
                yield _wrong(view, row, "priority", f"two lanes to {value} are asked first (row {row['_first']})", _ONE_FIRST[key[0]])
            elif min(shares) <= 0.0:
                yield _wrong(view, row, "share", f"of the lanes to {row['to']} one states its share and another none", _SHARES)
            elif abs(sum(shares) - 1.0) > _WHOLE:
                yield _wrong(view, row, "share", f"shares of the lanes to {row['to']} sum to {sum(shares):g}", _SHARES)


@needs(*_LANES)
def serving_sites_are_supplied(view: View) -> Iterator[Problem]:
    """Every site that serves customers gets its goods from the plant, by way of others or not."""
    lanes, plant, plants = view.table("lanes"), _plant(view), _plants(view)
    into = {row["to"]: row for row in lanes.filter(pl.col("to") != "").sort("priority", descending=True, maintain_order=True).iter_rows(named=True)}
    kinds, told = _kinds(view), set[str]()
    for way in ways_in_use(lanes, plant).iter_rows(named=True):
        chain = [way["from"]]
        while chain[-1] in into and chain[-1] not in plants and chain.count(chain[-1]) == 1:
            chain.append(into[chain[-1]]["from"] or plant)
        last = chain[-1]
        if last in plants or last in told or way["from"] not in kinds:
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
    serving = {*_plants(view), ""} | set(ways_in_use(view.table("lanes"), plant)["from"])
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


@needs(
    *_LANES, "lanes.share", "items.item", "items.sold", "history.item", "history.channel", "history.market", "routings.item", "routings.site", "supply.item",
    "supply.site", "supply.weekly_capacity", "bom.parent", "bom.component",
)  # fmt: skip
def plants_bring_everything(view: View) -> Iterator[Problem]:
    """With several plants, each item reaches each site that needs it, and no two plants draw on one limited source unawares."""
    plants = _plants(view)
    if len(plants) < 2:
        return
    tables = {name: view.table(name) for name in ("sites", "lanes", "items", "routings", "supply", "bom")}
    ways = ways_in_use(tables["lanes"], plants[0]).select("channel", "market", pl.col("from").alias("_at"))
    asked = view.table("history").join(ways, on=["channel", "market"]).join(tables["items"].filter(pl.col("sold")), on="item", how="semi")
    try:
        found = find_sources(tables, frozenset(asked.select("_at", "item").iter_rows()))
    except ValueError as error:
        yield view.problem("lanes", str(error), column="to", remedy="add a lane between the sites, or a routing or supply row with this site")
        return
    elsewhere = {item for site, item in found.points if site in plants}
    limited = tables["supply"].filter((pl.col("weekly_capacity") > 0) & ~pl.col("site").is_in(plants) & pl.col("item").is_in(sorted(elsewhere)))
    for row in limited.iter_rows(named=True):
        remedy = "write a row for each plant (column site) with its part of weekly_capacity"
        yield view.problem("supply", "several plants call off from a limited source", row=row[ROW], column="weekly_capacity", value=row["item"], remedy=remedy)


def _plants(view: View) -> tuple[str, ...]:
    return plants_of(view.table("sites")) if view.table("sites").height else ("",)


def _plant(view: View) -> str:
    return plant_site(view.table("sites")) if view.table("sites").height else ""


def _kinds(view: View) -> dict[str, str]:
    return dict(view.table("sites").select("site", "kind").iter_rows())


def _wrong(view: View, row: Row, column: str, message: str, remedy: str) -> Problem:
    return view.problem("lanes", message, row=row[ROW], column=column, value=row[column], remedy=remedy)


CHECKS: tuple[Check, ...] = (
    plants_bring_everything, lanes_lead_somewhere, one_lane_comes_first, serving_sites_are_supplied, stock_where_it_serves, stock_points_can_be_told_apart,
)  # fmt: skip
