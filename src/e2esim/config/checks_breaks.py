"""What may be wrong with lower prices of larger purchases: for whoever buys, a market run or a planner."""

from __future__ import annotations

from collections.abc import Iterator

from e2esim.config.checks import View
from e2esim.config.grids import ROW
from e2esim.config.problems import Problem


def breaks_make_sense(view: View) -> Iterator[Problem]:
    """A lower price belongs to a row of supply, begins above nothing, and is lower than that of fewer pieces."""
    supply = view.table("supply")
    prices = {(who, item): price for who, item, price in supply.select("supplier", "item", "price").iter_rows()}
    before: dict[tuple[str, str], float] = {}
    table = view.table("price_breaks").sort("from_qty", nulls_last=False, maintain_order=True)
    for row, supplier, item, least, price in table.select(ROW, "supplier", "item", "from_qty", "price").iter_rows():
        key = (supplier, item)
        if least is None:
            message, remedy = "from how many pieces on?", "write from_qty"
            yield view.problem("price_breaks", message, row=row, column="from_qty", remedy=remedy)
        elif key not in prices:
            message, remedy = f"{supplier} delivers no {item}: the row does nothing", "correct supplier or item, or add the row to supply"
            yield view.problem("price_breaks", message, row=row, column="supplier", value=supplier, remedy=remedy, warning=True)
        elif price is not None and (usual := before.get(key, prices[key])) is not None and price >= usual:
            message = f"{price:g} EUR for {least:g} and more is no lower price than {usual:g} EUR for fewer"
            yield view.problem("price_breaks", message, row=row, column="price", value=price, remedy="correct price or from_qty, or price in supply")
        elif price is not None:
            before[key] = price
