"""Rules of where goods come from: one source for one need, and a site that has something to do."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from e2esim.config.checks import Check, View, needs
from e2esim.config.grids import ROW
from e2esim.config.problems import Problem
from e2esim.domain.build.sourcing import bought_at, made_at, plants_of


@needs("items.item", "sites.site", "sites.kind", "routings.item", "routings.site", "supply.item", "supply.site")
def made_or_bought_at_one_plant(view: View) -> Iterator[Problem]:
    """What a plant makes it does not buy as well: netting would order every need twice."""
    plants = plants_of(view.table("sites")) if view.table("sites").height else ("",)
    twice = made_at(view.table("routings"), plants[0]) & bought_at(view.table("supply"), plants)
    for row, item, site in view.table("supply").select(ROW, "item", "site").iter_rows():
        at = sorted(plant for plant, one in twice if one == item and site in (plant, "", *(set(view.table("sites")["site"]) - set(plants))))
        if at:
            remedy = "take the routing or the row of supply out; with several plants name in column site which one buys"
            yield view.problem("supply", f"both made and bought at {at[0] or 'the plant'}", row=row, column="item", value=item, remedy=remedy)


@needs("items.item", "items.sold", "bom.parent", "bom.component", "routings.item")
def parts_that_are_sold(view: View) -> Iterator[Problem]:
    """A sold item that goes into another one is planned for its buyers alone."""
    sold, made = set(view.table("items").filter(pl.col("sold"))["item"]), set(view.table("routings")["item"])
    parts = view.table("bom").filter(pl.col("component").is_in(sorted(sold)) & pl.col("parent").is_in(sorted(made)))
    for row, parent, component in parts.select(ROW, "parent", "component").iter_rows():
        message = f"sold, and a part of {parent}: planned for its buyers alone, {parent} takes of what is there"
        remedy = "give the part an item of its own that is not sold"
        yield view.problem("bom", message, row=row, column="component", value=component, remedy=remedy, warning=True)


@needs("sites.site", "sites.kind", "lanes.from", "lanes.to", "routings.site", "supply.site", "stock.site", "receipts.site")
def sites_have_items(view: View) -> Iterator[Problem]:
    """Every site but the main plant is named where goods are: by a lane, a routing, a supplier, stock or a receipt."""
    sites = view.table("sites")
    if not sites.height:
        return
    named = {plants_of(sites)[0]}
    for table, column in (("lanes", "from"), ("lanes", "to"), ("routings", "site"), ("supply", "site"), ("stock", "site"), ("receipts", "site")):
        named |= set(view.table(table)[column].to_list())
    for row, site in sites.filter(~pl.col("site").is_in(sorted(named - {None}))).select(ROW, "site").iter_rows():
        remedy = "add lanes from or to it (table lanes), or take it out"
        yield view.problem("sites", "a site without items: no lane, routing, supplier or stock names it", row=row, column="site", value=site, remedy=remedy)


@needs("sites.site", "sites.kind", "sites.main")
def one_plant_is_the_main_one(view: View) -> Iterator[Problem]:
    """Of several plants one is the main one: that empty cells mean."""
    plants = view.table("sites").filter(pl.col("kind") == "plant")
    main = plants.filter(pl.col("main"))
    meaning = "the one that empty cells mean (lanes.from, routings.site, stock.site, receipts.site)"
    if plants.height > 1 and not main.height:
        row = int(plants.sort("site")[ROW][0])
        remedy = f"write true in column main of {meaning}"
        yield view.problem("sites", "several plants, and none is the main one", row=row, column="main", value="", remedy=remedy)
    for row, site in main.sort("site").select(ROW, "site").rows()[1:]:
        yield view.problem("sites", "two main plants", row=row, column="main", value=site, remedy=f"keep {meaning}")
    for row, site in view.table("sites").filter(pl.col("main") & (pl.col("kind") != "plant")).select(ROW, "site").iter_rows():
        yield view.problem("sites", "the main plant is no plant", row=row, column="main", value=site, remedy="write kind plant, or take it from main")


CHECKS: tuple[Check, ...] = (one_plant_is_the_main_one, made_or_bought_at_one_plant, parts_that_are_sold, sites_have_items)
