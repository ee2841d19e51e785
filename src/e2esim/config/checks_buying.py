"""Checks of what a market run buys: price breaks."""

from __future__ import annotations

from collections.abc import Iterator

from e2esim.config.checks import Check, View, needs
from e2esim.config.checks_breaks import breaks_make_sense
from e2esim.config.problems import Problem


@needs("price_breaks.supplier", "price_breaks.item", "price_breaks.from_qty", "price_breaks.price", "supply.supplier", "supply.item", "supply.price")
def lower_prices(view: View) -> Iterator[Problem]:
    """A lower price belongs to terms of supply, begins above nothing and is lower."""
    yield from breaks_make_sense(view)


CHECKS: tuple[Check, ...] = (lower_prices,)
