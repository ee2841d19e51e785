"""Which KPIs stand in front: on the terminal, on the tiles of the page and in its tables by dimension."""

from __future__ import annotations

# group -> KPIs of the terminal table, in order
TERMINAL: dict[str, tuple[str, ...]] = {
    "customers": (
        "crr_due",
        "crr",
        "acs",
        "cdr",
        "clv",
        "csat",
        "csat_mean",
        "nps",
        "ces",
        "first_contact_resolution",
        "answer_time",
        "wait_open",
        "desk_service_level",
        "desk_occupancy",
    ),
    "service": (
        "otif",
        "otif_window",
        "on_time",
        "lead_time",
        "promise_lead",
        "fill_rate",
        "days_late",
        "consumer_on_time",
        "flexibility",
    ),
    "chain": (
        "capacity_load",
        "capacity_load_peak",
        "forecast_error",
        "stock_turns",
        "supplier_on_time",
        "shortages",
        "returns",
        "pieces_delivered",
    ),
    "money": ("turnover", "margin", "contribution", "operating_result", "operating_cash_flow", "cost_to_serve", "penalties", "cash_to_cash"),
}

# group -> tiles of the page's first screen
TILES: dict[str, tuple[str, ...]] = {
    "customers": ("csat", "nps", "crr_due", "clv"),
    "service": ("otif", "on_time", "lead_time", "fill_rate"),
    "chain": ("capacity_load", "stock_turns", "forecast_error", "returns"),
    "money": ("turnover", "margin", "operating_result", "cash_to_cash"),
}

# KPIs of the small channel table on the terminal
BY_CHANNEL = ("otif", "lead_time", "csat", "margin")

# dimension -> columns of its table on the page
BREAKDOWNS: dict[str, tuple[str, ...]] = {
    "channel": (
        "turnover",
        "margin",
        "cost_to_serve",
        "otif",
        "promise_lead",
        "lead_time",
        "consumer_on_time",
        "csat",
        "nps",
        "crr",
        "returns",
        "first_contact_resolution",
    ),
    "segment": (
        "turnover",
        "margin",
        "crr",
        "clv",
        "acs",
        "csat",
        "nps",
        "ces",
        "consumer_on_time",
        "returns",
        "complaints_per_100_orders",
    ),
    "brand": (
        "turnover",
        "margin",
        "pieces_delivered",
        "otif",
        "csat",
        "nps",
        "returns",
        "returns_defect",
        "forecast_error",
        "scrap",
    ),
    "market": (
        "turnover",
        "margin",
        "otif",
        "lead_time",
        "consumer_on_time",
        "csat",
        "nps",
        "crr",
        "returns",
        "transport_co2",
    ),
}
