# ruff: noqa: E501  (tables read better in wide rows)
"""Where and how it is sold: markets, seasons, channels, lanes, prices and two years of demand history."""

from __future__ import annotations

import math
import random

import product
from table import CASE, Row, rows, whole

MATTRESSES, PILLOWS, TOPPERS = 700_000, 300_000, 80_000  # [pcs] in the last year of history
GROWTH = 0.025  # [share/year]
BUDGET_GROWTH, BUDGET_MARGIN = 0.03, 0.36  # [share] on the year before; [share] of revenue; assumed
PRICE_LEVEL = 49.7  # [EUR] trade list price of a 90 x 200 mattress of factor one; sets the turnover of EUR 70 M
MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]

# pieces of mattresses of the last year by (channel, market); the split is assumed, Italy 40 %
PAIRS = {
    ("large_retail", "IT"): 105_000, ("large_retail", "DE"): 80_000, ("franchise", "IT"): 42_000, ("franchise", "FR"): 13_000, ("franchise", "ES"): 12_000,
    ("independent", "IT"): 90_000, ("independent", "FR"): 26_500, ("independent", "ES"): 21_000, ("own_shop", "IT"): 12_000, ("own_shop", "FR"): 2_500, ("own_shop", "ES"): 2_000,
    ("marketplace", "IT"): 25_000, ("marketplace", "DE"): 9_000, ("marketplace", "FR"): 7_000, ("web", "IT"): 6_000, ("web", "DE"): 1_000,
    ("branch", "DE"): 29_000, ("branch_overseas", "JP"): 42_000, ("branch_overseas", "US"): 49_000, ("importer", "EAST"): 70_000, ("importer_overseas", "CN"): 56_000,
}

# assortment: share of each brand in the mattresses of a channel (assumed)
ASSORTMENT = {
    "large_retail": {"dormir": 0.60, "materassi": 0.40}, "franchise": {"magniflex": 0.65, "farmarelax": 0.20, "materassi": 0.15},
    "independent": {"materassi": 0.45, "farmarelax": 0.30, "magniflex": 0.25}, "own_shop": {"magniflex": 0.75, "farmarelax": 0.25},
    "marketplace": {"dormir": 0.50, "magniflex": 0.30, "materassi": 0.20}, "web": {"magniflex": 0.60, "materassi": 0.20, "farmarelax": 0.20},
    "branch": {"magniflex": 0.50, "farmarelax": 0.30, "dormir": 0.20}, "branch_overseas": {"magniflex": 0.80, "farmarelax": 0.20},
    "importer": {"dormir": 0.50, "materassi": 0.30, "magniflex": 0.20}, "importer_overseas": {"magniflex": 0.75, "farmarelax": 0.25},
}

# trade price over list, consumer price over list (direct channels invoice the consumer price), accessories per mattress over the mean
TERMS = {
    "large_retail": (0.88, 1.75, 0.8), "franchise": (1.02, 2.05, 1.3), "independent": (1.0, 2.0, 0.9), "own_shop": (2.1, 2.1, 2.0), "marketplace": (1.6, 1.6, 2.0), "web": (1.75, 1.75, 1.8),
    "branch": (1.25, 2.0, 1.1), "branch_overseas": (1.32, 2.5, 1.2), "importer": (0.90, 1.8, 0.7), "importer_overseas": (0.94, 2.4, 0.9),
}

# share of the sizes 80, 90, 140, 160 by market (assumed)
SIZE_MIX = {
    "IT": (0.30, 0.16, 0.14, 0.40), "DE": (0.10, 0.50, 0.22, 0.18), "JP": (0.25, 0.45, 0.25, 0.05), "CN": (0.05, 0.15, 0.30, 0.50),
    "US": (0.15, 0.15, 0.30, 0.40), "EAST": (0.20, 0.25, 0.25, 0.30), "FR": (0.12, 0.28, 0.38, 0.22), "ES": (0.22, 0.33, 0.25, 0.20),
}

_RETAIL = (0.9714, 0.8853, 0.9511, 0.9165, 0.9906, 1.0127, 1.0081, 0.9939, 0.9815, 1.0436, 1.0640, 1.1813)
SEASONS = {
    "retail": _RETAIL,
    "japan": (0.98, 0.97, 1.14, 1.08, 0.99, 0.98, 0.99, 0.94, 0.96, 0.97, 0.98, 1.02),
    "china": (0.96, 0.84, 0.97, 0.97, 1.00, 1.08, 0.98, 0.97, 1.01, 1.04, 1.13, 1.05),
}
_SEASON_SOURCE = {
    "retail": "Australian furniture retail turnover 1982-2018: mean ratio to the centred 12-month mean; months unshifted: the retail calendar, not the weather, makes them",
    "japan": "assumed: spring moves", "china": "assumed: new year low, June and November sales days",
}

MARKETS = rows(
    "market name export season",
    ("IT", "Italy", False, "retail"), ("DE", "Germany", True, "retail"), ("JP", "Japan", True, "japan"), ("CN", "China", True, "china"), ("US", "United States", True, "retail"),
    ("EAST", "Eastern Europe", True, "retail"), ("FR", "France", True, "retail"), ("ES", "Spain", True, "retail"),
    source="case H4, H5; season assumed alike where the profile is 'retail'",
)

# choice_offset, usual_service (and market.usual_word): `e2esim calibrate scenario=mattress_maker/as_is -n 5`, to pieces .6 % below the history, so that turnover too is within 2 %
# quoted lead times hold to the customer's door, transit included; the reference is what a consumer expects (trade buyers add the transit)
CHANNELS = rows(
    "channel name kind buyer online quoted_lead_d reference_lead_d consumer_lead_d payment_d penalty_share_d penalty_cap priority install_share second_thought_share"
    " unsold_share_y integration change_share commission_share early_d late_d usual_service usual_payment_d trade_share choice_offset sellers",
    ("large_retail", "Large retail", "stockist", "b2b", False, 9, 4, 2, 75, 0.015, 0.1, 1, 0.10, 0.02, 0.03, 0.50, 0.06, 0, 1, 0, 0.8528, 75, 0.5023, 0.2953, 0),
    ("franchise", "Franchised shops", "stockist", "b2b", False, 11, 5, 3, 60, 0, 0.1, 3, 0.50, 0.005, 0.02, 0.55, 0.06, 0, 3, 0, 0.8663, 60, 0.4992, -0.0172, 0),
    ("independent", "Independent multibrand shops", "stockist", "b2b", False, 11, 5, 3, 75, 0, 0.1, 5, 0.40, 0.005, 0.015, 0.40, 0.06, 0, 5, 0, 0.8878, 75, 0.4993, 0.111, 0),
    ("own_shop", "Own shops", "direct", "b2c", False, 12, 7, 0, 0, 0, 0.1, 4, 0.90, 0.01, 0, 0.70, 0, 0, 3, 0, 0.9, -1, 0, 0.0029, 32),
    ("marketplace", "Marketplace", "direct", "b2c", True, 7, 5, 0, 14, 0.002, 0.05, 2, 0, 0.05, 0, 0.45, 0, 0.15, 365, 0, 0.9, -1, 0, 0.3546, 0),
    ("web", "Own web shop", "direct", "b2c", True, 7, 5, 0, -3, 0, 0.1, 4, 0.05, 0.06, 0, 0.60, 0, 0.03, 365, 0, 0.9, -1, 0, 0.3825, 0),
    ("branch", "Branch, Germany", "stockist", "own", False, 9, 5, 3, 45, 0, 0.1, 3, 0.30, 0.01, 0.01, 0.60, 0, 0, 7, 0, 0.8612, -1, 0, 0.296, 0),
    ("branch_overseas", "Branches, Japan and United States", "stockist", "own", False, 46, 6, 4, 45, 0, 0.1, 5, 0.30, 0.01, 0.01, 0.55, 0, 0, 14, 0, 0.892, -1, 0, 0.2432, 0),
    ("importer", "Importers, eastern Europe", "stockist", "b2b", False, 14, 5, 3, 30, 0.003, 0.06, 4, 0.20, 0.005, 0.005, 0.40, 0.06, 0, 5, 0, 0.9152, 30, 0.5, 0.3096, 0),
    ("importer_overseas", "Importers, China", "stockist", "b2b", False, 46, 6, 4, 30, 0.003, 0.06, 5, 0.20, 0.005, 0.005, 0.40, 0.06, 0, 7, 0, 0.8112, 30, 0.3926, 0.2665, 0),
    source="channel: case H5; terms assumed",
)

FROM_PLANT = rows(
    "channel market mode transit_d transit_sigma departures cutoff distance_km cost_eur_m3 cost_eur_line damage_share",
    ("large_retail", "IT", "own_truck", 2, 0.10, "12345", "16:00", 350, 22, 1.0, 0.003), ("large_retail", "DE", "groupage", 4, 0.08, "135", "16:00", 1100, 34, 1.5, 0.005),
    ("franchise", "IT", "own_truck", 2, 0.10, "12345", "16:00", 350, 26, 3.0, 0.004), ("franchise", "FR", "groupage", 4, 0.08, "135", "16:00", 1000, 38, 4.0, 0.006), ("franchise", "ES", "groupage", 5, 0.08, "24", "16:00", 1500, 42, 4.0, 0.006),
    ("independent", "IT", "own_truck", 2, 0.10, "12345", "16:00", 350, 26, 3.0, 0.005), ("independent", "FR", "groupage", 4, 0.08, "135", "16:00", 1000, 38, 4.5, 0.006), ("independent", "ES", "groupage", 5, 0.08, "24", "16:00", 1500, 42, 4.5, 0.006),
    ("own_shop", "IT", "own_truck", 3, 0.10, "12345", "16:00", 300, 28, 9.0, 0.004), ("own_shop", "FR", "groupage", 5, 0.08, "135", "16:00", 1000, 42, 12.0, 0.006), ("own_shop", "ES", "groupage", 6, 0.08, "24", "16:00", 1500, 46, 12.0, 0.006),
    ("marketplace", "IT", "parcel", 2, 0.12, "12345", "17:00", 400, 20, 8.0, 0.010), ("marketplace", "DE", "parcel", 3, 0.12, "12345", "17:00", 1100, 24, 11.0, 0.012), ("marketplace", "FR", "parcel", 3, 0.12, "12345", "17:00", 1000, 24, 11.0, 0.012),
    ("web", "IT", "parcel", 2, 0.12, "12345", "17:00", 400, 20, 8.0, 0.010), ("web", "DE", "parcel", 3, 0.12, "12345", "17:00", 1100, 24, 11.0, 0.012),
    ("branch", "DE", "groupage", 4, 0.08, "135", "16:00", 1100, 34, 1.5, 0.005), ("branch_overseas", "JP", "container", 35, 0.02, "4", "16:00", 18000, 58, 1.0, 0.006), ("branch_overseas", "US", "container", 28, 0.02, "4", "16:00", 8500, 62, 1.0, 0.006),
    ("importer", "EAST", "groupage", 5, 0.08, "24", "16:00", 1200, 30, 1.5, 0.006), ("importer_overseas", "CN", "container", 32, 0.02, "4", "16:00", 16500, 45, 1.0, 0.006),
)

# what a warehouse on the upper Rhine would offer: it serves nobody until the lever regional_warehouse gives its lanes the first priority
FROM_RHINE = rows(
    "channel market mode transit_d transit_sigma departures cutoff distance_km cost_eur_m3 cost_eur_line damage_share",
    ("large_retail", "DE", "groupage", 1, 0.08, "12345", "16:00", 350, 20, 1.5, 0.004), ("branch", "DE", "groupage", 1, 0.08, "12345", "16:00", 350, 20, 1.5, 0.004),
    ("franchise", "FR", "groupage", 2, 0.08, "12345", "16:00", 450, 22, 4.0, 0.005), ("independent", "FR", "groupage", 2, 0.08, "12345", "16:00", 450, 22, 4.5, 0.005), ("own_shop", "FR", "groupage", 2, 0.08, "12345", "16:00", 450, 26, 12.0, 0.005),
    ("marketplace", "DE", "parcel", 1, 0.12, "12345", "17:00", 350, 20, 9.0, 0.010), ("marketplace", "FR", "parcel", 1, 0.12, "12345", "17:00", 450, 20, 9.0, 0.010), ("web", "DE", "parcel", 1, 0.12, "12345", "17:00", 350, 20, 9.0, 0.010),
)
_TRUNK = {"mode": "own_truck", "transit_d": 2, "transit_sigma": 0.1, "departures": "135", "cutoff": "16:00", "distance_km": 900, "cost_eur_m3": 15, "cost_eur_line": 0.5, "damage_share": 0.0, "source": "assumed; a full truck of 82 m3 at EUR 1.35 a km"}
LANES: list[Row] = [
    *({"from": "plant", "to": "", "priority": 1} | row for row in FROM_PLANT),
    *({"from": "rhine", "to": "", "priority": 2} | row for row in FROM_RHINE),
    {"from": "plant", "to": "rhine", "priority": 1, "channel": "", "market": ""} | _TRUNK,
]


def seasons() -> list[Row]:
    """Table season."""
    return [row for name, profile in SEASONS.items() for row in rows("season month index", *((name, k + 1, index) for k, index in enumerate(profile)), source=_SEASON_SOURCE[name])]


def list_price(item: str) -> float:
    """Trade list price of a sold item [EUR/pcs]."""
    model, _, last = item.rpartition("-")
    if model in product.MODELS:
        return PRICE_LEVEL * product.MODELS[model][4] * product.SIZES[last][2]
    pair = (product.PILLOWS if "-PIL" in item else product.TOPPERS)[product.brand_of(item)]
    return pair[0] if last in ("S", "090") else pair[1]


def price_rows(rng: random.Random) -> list[Row]:
    """Table prices: every sold item in every channel; the reference lies within 3 % of the consumer price, equal on average."""
    table: list[Row] = []
    for item in [*product.mattresses(), *product.pillows(), *product.toppers()]:
        for channel, (trade, consumer, _) in TERMS.items():
            paid = _half(list_price(item) * consumer)
            invoiced = paid if trade == consumer else _half(list_price(item) * trade)
            table += rows("item channel price_eur consumer_eur reference_eur", (item, channel, invoiced, paid, round(paid * (1.0 + rng.uniform(-0.03, 0.03)), 2)))
    return table


def _half(value: float) -> float:
    """Round a price: half euros from 20 EUR, tenths below."""
    return round(value * 2.0) / 2.0 if value >= 20.0 else round(value, 1)


def demand(rng: random.Random) -> list[Row]:
    """Table history: whole pieces by month, item, market and channel; the last year sums exactly to the case's pieces."""
    weight = {pair: _weights(pair, rng) for pair in PAIRS}
    accessories = {pair: pieces * TERMS[pair[0]][2] for pair, pieces in PAIRS.items()}
    totals = {"mattress": PAIRS, "pillow": whole(accessories, PILLOWS), "topper": whole(accessories, TOPPERS)}
    season = {row["market"]: SEASONS[row["season"]] for row in MARKETS}
    table: dict[tuple[str, str, str, str], int] = {}
    for year, level in ((2024, 1.0 / (1.0 + GROWTH)), (2025, 1.0)):
        for pair in PAIRS:
            for category, of_pair in totals.items():
                cells = {
                    (f"{year}-{month:02d}", item): share * season[pair[1]][month - 1] * (1.0 + GROWTH * (month - 6.5) / 12.0) * math.exp(rng.gauss(0.0, 0.04))
                    for item, share in weight[pair][category].items() for month in range(1, 13)
                }
                table |= {(month, item, pair[1], pair[0]): pieces for (month, item), pieces in whole(cells, round(of_pair[pair] * level)).items() if pieces}
    return rows("period item market channel qty", *((*key, table[key]) for key in sorted(table)), source=CASE)


def history_kpis(history: list[Row]) -> list[Row]:
    """Table history_kpis: the last year's pieces by channel, which calibration fits, and the totals of the case, which it checks."""
    pieces: dict[str, int] = {}
    for row in history:
        if row["period"] >= "2025":
            pieces[row["channel"]] = pieces.get(row["channel"], 0) + row["qty"]
    names = "kpi dimension member value tolerance fitted"
    by_channel = (("pieces_delivered", "channel", row["channel"], pieces[row["channel"]], 0.02, True) for row in CHANNELS)
    totals = (("mattresses_delivered", "all", "all", MATTRESSES, 0.02, False), ("turnover", "all", "all", 70_000_000, 0.02, False))
    return rows(names, *by_channel, source="pieces of 2025 in table history") + rows(names, *totals, source=CASE)


def budget(history: list[Row], prices: list[Row]) -> list[Row]:
    """Table budget: the last year's pieces and revenue by month and family and `BUDGET_GROWTH` more, at the budgeted margin."""
    invoiced = {(row["item"], row["channel"]): float(row["price_eur"]) for row in prices}
    pieces: dict[tuple[str, str], float] = {}
    revenue: dict[tuple[str, str], float] = {}
    for row in history:
        if row["period"] < "2025":
            continue
        family = "pillow" if "-PIL" in row["item"] else "topper" if "-TOP" in row["item"] else "mattress"
        key = (f"2026{row['period'][4:]}", family)
        pieces[key] = pieces.get(key, 0.0) + row["qty"]
        revenue[key] = revenue.get(key, 0.0) + row["qty"] * invoiced[row["item"], row["channel"]]
    grown = 1.0 + BUDGET_GROWTH
    table = ((*key, round(grown * pieces[key], -1), round(grown * revenue[key], -3), round(BUDGET_MARGIN * grown * revenue[key], -3)) for key in sorted(pieces))
    source = "assumed: the year before and 3 % more, at a margin of 36 %"
    return rows("month family quantity revenue_eur margin_eur", *((m, f, int(q), int(r), int(g)) for m, f, q, r, g in table), source=source)


def _weights(pair: tuple[str, str], rng: random.Random) -> dict[str, dict[str, float]]:
    """Shares of the items of each category in a channel and market."""
    channel, market = pair
    shares: dict[str, dict[str, float]] = {"mattress": {}, "pillow": {}, "topper": {}}
    for brand, brand_share in ASSORTMENT[channel].items():
        prefix = product.PREFIX[brand]
        for model, (owner, *_, model_share) in product.MODELS.items():
            if owner == brand:
                for size, size_share in zip(product.SIZES, SIZE_MIX[market], strict=True):
                    shares["mattress"][f"{model}-{size}"] = brand_share * model_share * size_share * math.exp(rng.gauss(0.0, 0.2))
        for kind, share in (("S", 0.6), ("M", 0.4)):
            shares["pillow"][f"{prefix}-PIL-{kind}"] = brand_share * share
        for size, share in (("090", 0.45), ("160", 0.55)):
            shares["topper"][f"{prefix}-TOP-{size}"] = brand_share * share
    return shares
