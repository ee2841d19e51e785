"""Facts of the sites of a market: their warehouses, what refills their stock points, and the lanes between them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from e2esim.domain.build.columns import codes, weekdays
from e2esim.domain.build.stock_points import StockPoints
from e2esim.domain.worktime import WorkTime
from e2esim.domain.world import F, Items, Modes, TransferLanes, Warehouse


def warehouse(frame: pl.DataFrame, site: str, calendars: dict[str, WorkTime], scale: float) -> Warehouse:
    """The warehouse of a row of table sites."""
    row = frame.row(by_predicate=pl.col("site") == site, named=True)
    return Warehouse(
        site=site,
        calendar=calendars[row["calendar"]],
        picking_pcs_h=row["picking_pcs_h"] * scale,
        pick_error=row["pick_error_share"],
        picking_cost_eur=row["picking_cost_eur"],
        holding_share_y=row["holding_share_y"],
        inspection_pcs_h=np.inf if row["inspection_pcs_h"] is None else row["inspection_pcs_h"] * scale,
        inspection_eur=row["inspection_eur"],
        misbooked=row["misbooked_share"],
        shrink=row["shrink_share"],
        count_d=row["count_days"],
        count_eur=row["count_eur"] * scale,
    )


def at_sites(items: Items, points: StockPoints) -> Items:
    """Stock points know where they lie and what refills them; elsewhere an item costs and is drawn as at the plant."""
    product, site = points.product, points.site
    at = {(int(p), int(s)): k for k, (p, s) in enumerate(zip(product, site, strict=True))}
    supplied_by = [-1, *(points.sites.index(link["from"]) for link in points.links)]
    source = np.array([at.get((int(p), supplied_by[s]), -1) for p, s in zip(product, site, strict=True)], dtype=np.int64)
    return replace(
        items, site=site, product=product, source=source, code=items.code[product], names=tuple(items.names[p] for p in product),
        cost_eur=items.cost_eur[product], material_share=items.material_share[product],
    )  # fmt: skip


def transfer_lanes(points: StockPoints, modes: Modes) -> TransferLanes:
    """The lanes that supply the warehouses beside the plant's."""
    def column(name: str) -> F:
        return np.array([link[name] for link in points.links], dtype=np.float64)

    return TransferLanes(
        source=np.array([points.sites.index(link["from"]) for link in points.links], dtype=np.int64),
        code=codes([link["to"] for link in points.links]),
        mode=np.array([modes.ids.index(link["mode"]) for link in points.links], dtype=np.int64),
        transit_d=column("transit_d"),
        sigma=column("transit_sigma"),
        departs=weekdays([link["departures"] for link in points.links]),
        cutoff_h=column("cutoff"),
        distance_km=column("distance_km"),
        cost_eur_m3=column("cost_eur_m3"),
        cost_eur_line=column("cost_eur_line"),
    )
