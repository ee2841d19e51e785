"""Facts of the sites of a market: their warehouses, what refills their stock points, and the lanes between them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from e2esim.domain.build.columns import codes, weekdays
from e2esim.domain.build.stock_points import StockPoints
from e2esim.domain.fleets import round_trips_h
from e2esim.domain.worktime import WorkTime
from e2esim.domain.world import B, F, Feeds, I, Items, Modes, Roots, Routing, TransferLanes, Warehouse


def warehouse(frame: pl.DataFrame, site: str, calendars: dict[str, WorkTime], scale: float) -> Warehouse:
    """The warehouse of a row of table sites."""
    row = frame.row(by_predicate=pl.col("site") == site, named=True)
    return Warehouse(
        site=site,
        name=row.get("name") or site,
        calendar=calendars[row["calendar"]],
        picking_pcs_h=row["picking_pcs_h"] * scale,
        pick_error=row["pick_error_share"],
        picking_cost_eur=row["picking_cost_eur"],
        holding_share_y=row["holding_share_y"],
        inspection_pcs_h=_rate(row["inspection_pcs_h"]) * scale,
        packing_pcs_h=_rate(row["packing_pcs_h"]) * scale,
        putaway_h=row["putaway_h"],
        repair_pcs_h=_rate(row["repair_pcs_h"]) * scale,
        inspection_eur=row["inspection_eur"],
        misbooked=row["misbooked_share"],
        shrink=row["shrink_share"],
        count_d=row["count_days"],
        count_eur=row["count_eur"] * scale,
        crew_eur_h=row["crew_eur_h"] * scale,
        wave_h=row["wave_h"],
        wave_setup_h=row["wave_setup_h"],
    )


def _rate(cell: float | None) -> float:
    return float("inf") if cell is None else cell


def at_sites(items: Items, points: StockPoints) -> Items:
    """Stock points know where they lie, what refills them and who makes them; what is brought costs what it costs where it is made."""
    product, site = points.product, points.site
    feeds = feeds_of(points)
    source, link = np.full(len(site), -1, dtype=np.int64), np.full(len(site), -1, dtype=np.int64)
    first = np.lexsort((-feeds.weight, feeds.point))
    first = first[np.unique(feeds.point[first], return_index=True)[1]]
    source[feeds.point[first]], link[feeds.point[first]] = feeds.source[first], feeds.link[first]
    roots = _roots(feeds, source, site, product, items.made)
    main = np.arange(len(site))
    for point, root in zip(roots.point[::-1].tolist(), roots.root[::-1].tolist(), strict=True):
        main[point] = root  # of the widest share, which stands first
    return replace(
        items, site=site, product=product, source=source, link=link, roots=roots, maker=main, code=items.code[product],
        names=tuple(items.names[p] for p in product), cost_eur=items.cost_eur[main], material_share=items.material_share[main],
    )  # fmt: skip


def _roots(feeds: Feeds, source: I, site: I, product: I, made: B) -> Roots:
    """Where each stock point's goods are made or bought, and which part of them, along the lanes that refill it."""
    parts: dict[int, list[tuple[int, float]]] = {}
    for point, above, weight in zip(feeds.point.tolist(), feeds.source.tolist(), feeds.weight.tolist(), strict=True):
        if weight > 0.0:
            parts.setdefault(point, []).append((above, weight))
    makers = {int(p): k for k, p in reversed(list(enumerate(product.tolist()))) if made[k]}

    def walk(point: int) -> dict[int, float]:
        if point not in parts:
            idle = source[point] < 0 and site[point] == 0 and not made[point] and point in makers
            return {makers[point] if idle else point: 1.0}
        found: dict[int, float] = {}
        for above, weight in parts[point]:
            for root, part in walk(above).items():
                found[root] = found.get(root, 0.0) + weight * part
        return found

    rows = [(point, root, part) for point in range(len(site)) for root, part in sorted(walk(point).items(), key=lambda one: (-one[1], one[0]))]
    point, root, part = (np.array(column) for column in zip(*rows, strict=True)) if rows else (np.zeros(0), np.zeros(0), np.zeros(0))
    return Roots(point=point.astype(np.int64), root=root.astype(np.int64), part=part.astype(np.float64))


def feeds_of(points: StockPoints) -> Feeds:
    """Which lanes refill which stock points."""
    at = {(int(p), int(s)): k for k, (p, s) in enumerate(zip(points.product, points.site, strict=True))}
    rows = {item: k for k, item in enumerate(points.tables["items"]["item"])}
    arcs = [(points.sites.index(arc.source), points.sites.index(arc.to)) for arc in points.arcs]
    found = [(at[rows[f.item], arcs[f.arc][1]], at[rows[f.item], arcs[f.arc][0]], f.arc, f.weight) for f in points.feeds]
    point, source, link, weight = (np.array(column) for column in zip(*found, strict=True)) if found else (np.zeros(0),) * 4
    return Feeds(point=point.astype(np.int64), source=source.astype(np.int64), link=link.astype(np.int64), weight=weight.astype(np.float64))


def centre_sites(routing: Routing, items: Items, centres: int) -> I:
    """Plant at which each work centre stands, (centres,): that of the items made there; the first plant where none is."""
    found = np.zeros(centres, dtype=np.int64)
    found[routing.centre] = items.site[np.repeat(np.arange(items.n), np.diff(routing.start))]
    return found


def transfer_lanes(points: StockPoints, modes: Modes, fleets: tuple[str, ...] = ()) -> TransferLanes:
    """The lanes that refill stock points from other sites."""
    def column(name: str) -> F:
        return np.array([arc.row[name] for arc in points.arcs], dtype=np.float64)

    into = [arc.to for arc in points.arcs]
    named = [arc.to if into.count(arc.to) == 1 else f"{arc.source} > {arc.to}" for arc in points.arcs]
    return TransferLanes(
        source=np.array([points.sites.index(arc.source) for arc in points.arcs], dtype=np.int64),
        to=np.array([points.sites.index(arc.to) for arc in points.arcs], dtype=np.int64),
        code=codes(named),
        mode=np.array([modes.ids.index(arc.row["mode"]) for arc in points.arcs], dtype=np.int64),
        transit_d=column("transit_d"),
        sigma=column("transit_sigma"),
        departs=weekdays([arc.row["departures"] for arc in points.arcs]),
        cutoff_h=column("cutoff"),
        distance_km=column("distance_km"),
        cost_eur_m3=column("cost_eur_m3"),
        cost_eur_line=column("cost_eur_line"),
        fleet=np.array([fleets.index(arc.row["fleet"]) if arc.row.get("fleet") else -1 for arc in points.arcs], dtype=np.int64),
        round_h=round_trips_h(np.array([arc.row.get("round_trip_d") for arc in points.arcs], dtype=np.float64), column("transit_d")),
        feeds=feeds_of(points),
    )
