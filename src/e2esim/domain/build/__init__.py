"""From tables to numbers: builds the :class:`~e2esim.domain.world.World` of a scenario.

``scale`` shrinks market, plant, stocks and crews together: volumes, lots, crews and stocks are multiplied, run times
divided, trade accounts thinned evenly over their sizes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from e2esim.domain import world as w
from e2esim.domain.build.columns import codes, floats, ids_in, names_of
from e2esim.domain.build.making import lay_out_bills, lay_out_calendars, lay_out_centres, lay_out_items, lay_out_routings, lay_out_supply, lost
from e2esim.domain.build.meeting import lay_out_attributes, lay_out_services, lay_out_touchpoints
from e2esim.domain.build.opening import lay_out_opening
from e2esim.domain.build.returning import lay_out_treatment
from e2esim.domain.build.selling import (
    LanePoints,
    by_month,
    lay_out_accounts,
    lay_out_cells,
    lay_out_channels,
    lay_out_lanes,
    lay_out_mix,
    lay_out_roles,
    lay_out_segments,
    price_table,
)
from e2esim.domain.build.sites import at_sites, centre_sites, transfer_lanes, warehouse
from e2esim.domain.build.stock_points import lay_out_stock_points, other_ways
from e2esim.domain.changeovers import lay_out_changeovers
from e2esim.domain.disturbed import Struck, lay_out_events
from e2esim.domain.fleets import lay_out_fleets
from e2esim.domain.scenario import Scenario
from e2esim.domain.settings import Settings

_SPARE_DAYS = 120  # calendars reach this far beyond the horizon, so that late work can finish


def build_world(scenario: Scenario) -> w.World:
    """Build the world of a checked scenario.

    Raises
    ------
    ValueError
        If a calendar has no working time inside the horizon.
    """
    settings = scenario.settings
    scale = settings.scale
    points = lay_out_stock_points(scenario.tables)
    t = points.tables
    brands, markets = ids_in(t["brands"], "brand"), ids_in(t["markets"], "market")
    calendars = lay_out_calendars(t["calendars"], t["closures"], settings.horizon.start, settings.horizon.days + _ahead(settings) + _SPARE_DAYS)
    modes = w.Modes(
        ids=ids_in(t["modes"], "mode"),
        late_share=floats(t["modes"], "late_share"),
        late_median_d=floats(t["modes"], "late_median_d"),
        late_sigma=floats(t["modes"], "late_sigma"),
        co2_kg_tkm=floats(t["modes"], "co2_kg_tkm"),
    )
    centres = lay_out_centres(t["work_centres"], calendars)
    item_ids = ids_in(t["items"], "item")
    bom = lay_out_bills(t["bom"], item_ids, lost(t["items"]) * np.isin(item_ids, t["routings"]["item"].to_list()))
    made_by = lay_out_routings(t["routings"], t["alternates"], t["items"], centres, bom, scale)
    supply = lay_out_supply(t["suppliers"], t["supply"], t["price_breaks"], item_ids, modes, calendars, scale)
    items = at_sites(lay_out_items(t["items"], brands, bom, made_by, centres, supply, scale), points)
    centres = replace(centres, site=centre_sites(made_by[0], items, len(centres.ids)))
    channels = lay_out_channels(t["channels"])
    segments = lay_out_segments(t["segments"])
    accounts, kept = lay_out_accounts(t["customers"], channels, markets, segments, scale)
    cells, weekly = lay_out_cells(by_month(t["history"]), t["markets"], t["season"], items, channels, markets, accounts, settings.horizon.start, scale)
    price, consumer, reference = (price_table(t["prices"], items, channels, c) for c in ("price_eur", "consumer_eur", "reference_eur"))
    price, consumer = price * settings.market.price_factor, consumer * settings.market.price_factor
    fleets = lay_out_fleets(t["fleets"], scale)
    ways = t["lanes"]
    if settings.promise.other_site and len(points.sites) > 1:
        ways = pl.concat([ways, other_ways(scenario.tables["lanes"], points.sites[0], points.sites).select(ways.columns)])
    lanes = lay_out_lanes(ways, channels, markets, modes, LanePoints(points.sites, fleets.ids), scale)
    warehouses = tuple(warehouse(t["sites"], site, calendars, scale) for site in points.sites)
    links = transfer_lanes(points, modes, fleets.ids)
    struck = Struck(
        items=items, routing=made_by[0], centres=centres, supply=supply, modes=modes, lanes=lanes, cells=cells, channels=channels, markets=markets,
        sites=points.sites, moves=tuple(f"{arc.source}/{arc.to}" for arc in points.arcs), fleets=fleets.ids,
    )  # fmt: skip
    return w.World(
        settings=settings,
        start=settings.horizon.start,
        hours=24.0 * settings.horizon.days,
        brands=brands,
        brand_names=names_of(t["brands"], brands),
        quality=floats(t["brands"], "quality"),
        claim=floats(t["brands"], "claim"),
        markets=markets,
        market_names=names_of(t["markets"], markets),
        export=t["markets"]["export"].to_numpy().astype(bool),
        items=items,
        bom=bom,
        routing=made_by[0],
        centres=centres,
        changeovers=lay_out_changeovers(t["items"], t["changeovers"], centres.ids, centres.efficiency, used=settings.planning.changeovers),
        modes=modes,
        supply=supply,
        plant=warehouses[0],
        warehouses=warehouses[1:],
        links=links,
        channels=channels,
        lanes=lanes,
        segments=segments,
        roles=lay_out_roles(t["roles"], segments),
        mix_cdf=lay_out_mix(t["mix"], channels, segments),
        accounts=accounts,
        price=price,
        consumer_price=consumer,
        reference_price=reference,
        cells=cells,
        attributes=lay_out_attributes(t["attributes"]),
        touch=lay_out_touchpoints(t["touchpoints"], channels, settings.organisation.advertising),
        services=lay_out_services(t["services"]),
        opening=lay_out_opening(t, items, supply, kept, settings.horizon.start, scale),
        demand_weekly=weekly,
        treatment=lay_out_treatment(t["returns"]),
        fleets=fleets,
        disturbances=lay_out_events(t["events"], settings, struck, brands, codes),
    )


def _ahead(settings: Settings) -> int:
    """Days beyond the run that plans and promises look at."""
    return max(7 * settings.planning.mps_weeks, settings.promise.horizon_days)
