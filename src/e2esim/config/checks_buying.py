"""Checks of what a market run buys: price breaks, and the weight of what comes at a price a kilogram."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from e2esim.config.checks import Check, View, needs
from e2esim.config.checks_breaks import breaks_make_sense
from e2esim.config.checks_selling import weightless
from e2esim.config.problems import Problem


@needs("price_breaks.supplier", "price_breaks.item", "price_breaks.from_qty", "price_breaks.price", "supply.supplier", "supply.item", "supply.price")
def lower_prices(view: View) -> Iterator[Problem]:
    """A lower price belongs to terms of supply, begins above nothing and is lower."""
    yield from breaks_make_sense(view)


@needs("suppliers.supplier", "suppliers.freight_eur_kg", "supply.supplier", "supply.item", "items.item", "items.weight_kg")
def freight_by_weight(view: View) -> Iterator[Problem]:
    """What comes at a freight a kilogram weighs something, else its freight is nothing."""
    by_weight = view.table("suppliers").filter(pl.col("freight_eur_kg") > 0.0)["supplier"]
    items = view.table("supply").filter(pl.col("supplier").is_in(by_weight.to_list()))["item"].to_list()
    light = view.table("items").filter(pl.col("item").is_in(items) & (pl.col("weight_kg") <= 0.0))
    yield from weightless(view, light, "its supplier states freight_eur_kg: its freight is nothing")


CHECKS: tuple[Check, ...] = (lower_prices, freight_by_weight)
