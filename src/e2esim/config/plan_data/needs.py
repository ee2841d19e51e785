"""What all orders need of every item after stock and open orders, straight from the tables: ground of the checks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from e2esim.config.checks import View
from e2esim.planning.mrp import parents_first


@dataclass(frozen=True)
class Needs:
    """Net need of every item [unit] and an item or order that causes it."""

    net: dict[str, float]
    why: dict[str, str]


def net_needs(view: View) -> Needs | None:
    """Explode all orders level by level; None where the bill has a cycle (that is reported apart)."""
    bom: dict[str, dict[str, float]] = defaultdict(dict)
    made = set(view.table("routings")["item"])
    for parent, part, per in view.table("bom").select("parent", "component", "qty_per").iter_rows():
        if per is not None and parent in made:
            bom[parent][part] = per
    need: dict[str, float] = defaultdict(float)
    why: dict[str, str] = {}
    ordered = view.table("orders").group_by("item", maintain_order=True).agg(pl.col("qty").sum(), pl.col("order").first())
    for item, qty, order in ordered.iter_rows():
        need[item] += qty or 0.0
        why[item] = f"order {order} wants it"
    have: dict[str, float] = defaultdict(float)
    for table, column in (("stock", "on_hand"), ("receipts", "qty")):
        for item, qty in view.table(table).select("item", column).iter_rows():
            have[item] += qty or 0.0
    names = dict.fromkeys([*need, *bom, *(part for parts in bom.values() for part in parts)])
    try:
        order = parents_first(names, bom)
    except ValueError:
        return None
    for item in order:
        need[item] = max(0.0, need[item] - have[item])
        for part, per in bom[item].items() if need[item] > 0 else ():
            need[part] += per * need[item]
            why.setdefault(part, f"it goes into {item}")
    return Needs(dict(need), why)
