"""Catalogue entries: which services consumers use."""

from __future__ import annotations

from e2esim.kpi.catalogue.entry import Kpi

SERVICES_USED: tuple[Kpi, ...] = (
    Kpi(
        name="financed",
        label="Paid in instalments",
        unit="share",
        better="higher",
        counted="consumer lines delivered",
        ceiling=1.0,
        definition="Share of consumer lines that were paid in instalments.",
        formula="lines financed / consumer lines delivered",
        source="requirements D1; furniture: 20 to 30 %",
    ),
    Kpi(
        name="needs_analysed",
        label="Needs analysed",
        unit="share",
        better="higher",
        counted="consumer lines delivered",
        ceiling=1.0,
        definition="Share of consumer lines whose buyer's needs the firm analysed before; shops of others analyse for themselves.",
        formula="lines after an analysis of needs / consumer lines delivered",
        source="requirements D2",
    ),
    Kpi(
        name="installed",
        label="Delivered and installed at once",
        unit="share",
        better="higher",
        counted="consumer lines delivered",
        ceiling=1.0,
        definition="Share of consumer lines delivered and installed in one moment.",
        formula="lines installed / consumer lines delivered",
        source="requirements D3",
    ),
    Kpi(
        name="collected_where_installed",
        label="Used product taken where installed",
        unit="share",
        better="higher",
        counted="consumer lines installed",
        ceiling=1.0,
        definition="Share of installed lines at which the used product was taken away.",
        formula="installed lines with used collection / installed lines",
        source="requirements D4",
    ),
    Kpi(
        name="followed_up",
        label="Followed up in use",
        unit="share",
        better="higher",
        counted="consumer lines delivered",
        ceiling=1.0,
        definition="Share of consumer lines after which the firm asked how the product does.",
        formula="lines followed up / consumer lines delivered",
        source="requirements D5",
    ),
    Kpi(
        name="simple_purchases",
        label="Simple purchases",
        unit="share",
        better="either",
        counted="consumer lines delivered",
        ceiling=1.0,
        definition="Share of consumer lines bought again as before: nobody else decides, nothing is asked or looked at first.",
        formula="simple lines / consumer lines delivered",
        source="requirements B18",
    ),
)
