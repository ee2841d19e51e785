"""Sites side by side: sites.csv, lanes.csv and a table on the terminal, where a market is served from several."""

from __future__ import annotations

from dataclasses import asdict, fields

import polars as pl
from rich import box
from rich.table import Table

from e2esim.domain.outcome import Outcome
from e2esim.domain.world import World
from e2esim.kpi.sites import ON_TRUCKS, LaneFigures, SiteFigures, lane_figures, site_figures
from e2esim.report.words import Words


def sites_frame(outcome: Outcome, world: World) -> pl.DataFrame:
    """One row a site, the plant first, then the goods on trucks; units stand in the column names."""
    kinds = {"site": pl.String, "lines": pl.Int64, "stood_in": pl.Int64}
    schema = {field.name: kinds.get(field.name, pl.Float64) for field in fields(SiteFigures)}
    return pl.DataFrame([asdict(row) for row in site_figures(outcome, world)], schema=schema)


def lanes_frame(outcome: Outcome, world: World) -> pl.DataFrame:
    """One row a lane between sites; units stand in the column names."""
    kinds = {"source": pl.String, "to": pl.String, "trucks": pl.Int64}
    schema = {field.name: kinds.get(field.name, pl.Float64) for field in fields(LaneFigures)}
    return pl.DataFrame([asdict(row) for row in lane_figures(outcome, world)], schema=schema).rename({"source": "from"})


def sites_table(outcome: Outcome, world: World, words: Words) -> Table | None:
    """Service, lead time, stock and moves of each site for the terminal; None where there is one site only."""
    rows = site_figures(outcome, world)
    if not rows:
        return None
    table = Table(box=box.SIMPLE, title=words("sites_title"), title_justify="left")
    table.add_column(words("sites_site"))
    for name in ("lines", "lead", "otif", "stock", "moved", "freight"):
        table.add_column(words(f"sites_{name}"), justify="right")
    for row in rows:
        otif = None if row.otif is None else 100.0 * row.otif
        moved = words.number(row.moved_in_pcs, 0) if row.moved_in_pcs else ""
        money = words.number(row.freight_eur + row.moved_in_eur, 0) if row.lines else ""
        name = words("sites_trucks") if row.site == ON_TRUCKS else row.site
        cells = ("" if value is None else words.number(value, 1) for value in (row.lead_d, otif))
        table.add_row(name, words.number(row.lines, 0) if row.lines else "", *cells, words.number(row.stock_pcs, 0), moved, money)
    return table
