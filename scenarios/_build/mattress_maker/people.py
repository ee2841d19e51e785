# ruff: noqa: E501  (tables read better in wide rows)
"""Who buys and what they meet: segments, mix, customers, attributes, touchpoints, services."""

from __future__ import annotations

import math
import random

from table import Row, rows

CDNOW = "r, a, b CDNOW BG/NBD; alpha = r: one purchase a product life on average; the rest assumed"
_TRADE = "assumed; BG/NBD columns not used for trade"


def segments() -> list[Row]:
    """Table segments: consumers carry the CDNOW parameters exactly, the unit of time being the product's life."""
    names = (
        "segment name kind r alpha_lives a b theta beta_price beta_lead_d w_punctuality w_lead w_ease w_experience anxiety response_share active_window_d"
    )
    loyal = (0.243, 0.243, 0.793, 2.426)
    none = ("", "", "", "")
    return rows(
        names,
        ("value", "Value seekers", "consumer", *loyal, 1.0, 2.2, 0.012, 1.0, 0.9, 0.9, 0.6, 0.20, 0.18, 3650),
        ("comfort", "Comfort seekers", "consumer", *loyal, 1.0, 1.5, 0.015, 1.0, 1.0, 1.1, 1.0, 0.25, 0.22, 3650),
        ("premium", "Premium buyers", "consumer", *loyal, 1.1, 0.9, 0.015, 1.1, 0.9, 1.2, 1.5, 0.15, 0.25, 3650),
        ("renewer", "Renewers", "consumer", *loyal, 1.2, 1.4, 0.020, 1.0, 1.1, 1.0, 0.9, 0.10, 0.30, 3650),
        source=CDNOW,
    ) + rows(
        names,
        ("large_retail", "Large retail", "trade", *none, 1.0, 2.0, 0.020, 1.3, 1.0, 0.8, 0.2, 0, 0.60, 60),
        ("specialist", "Specialist shops", "trade", *none, 1.0, 1.4, 0.015, 1.1, 1.0, 1.2, 0.5, 0, 0.40, 75),
        ("importer", "Importers", "trade", *none, 1.0, 1.7, 0.010, 1.2, 0.8, 1.0, 0.3, 0, 0.50, 90),
        ("branch", "Own branches", "trade", *none, 0.5, 0.5, 0.010, 1.1, 0.9, 1.0, 0.3, 0, 0.90, 60),
        source=_TRADE,
    )


def mix() -> list[Row]:
    """Table mix: segments of the consumers of each channel."""
    shares = {
        "large_retail": (0.60, 0.24, 0.04, 0.12), "franchise": (0.15, 0.40, 0.25, 0.20), "independent": (0.25, 0.40, 0.15, 0.20), "own_shop": (0.08, 0.35, 0.32, 0.25),
        "marketplace": (0.55, 0.25, 0.08, 0.12), "web": (0.25, 0.40, 0.20, 0.15), "branch": (0.20, 0.40, 0.25, 0.15), "branch_overseas": (0.08, 0.37, 0.45, 0.10),
        "importer": (0.50, 0.32, 0.08, 0.10), "importer_overseas": (0.10, 0.35, 0.47, 0.08),
    }
    return rows("channel segment share", *((channel, segment, share) for channel, of in shares.items() for segment, share in zip(("value", "comfort", "premium", "renewer"), of, strict=True)))


# (channel, market, segment, accounts, spread of sizes, days between orders, days of cover, importance)
_GROUPS = (
    ("branch", "DE", "branch", 1, 0.0, 7, 21, 1.0), ("branch_overseas", "JP", "branch", 1, 0.0, 7, 35, 1.0), ("branch_overseas", "US", "branch", 1, 0.0, 7, 35, 1.0),
    ("large_retail", "DE", "large_retail", 4, 0.5, 7, 14, 0.9), ("large_retail", "IT", "large_retail", 6, 0.5, 7, 12, 0.9), ("franchise", "IT", "specialist", 60, 0.45, 7, 21, 0.5),
    ("franchise", "FR", "specialist", 20, 0.45, 7, 24, 0.5), ("franchise", "ES", "specialist", 20, 0.45, 7, 24, 0.4), ("independent", "IT", "specialist", 380, 0.8, 7, 28, 0.1),
    ("independent", "FR", "specialist", 110, 0.8, 7, 30, 0.1), ("independent", "ES", "specialist", 70, 0.8, 7, 30, 0.1), ("importer_overseas", "CN", "importer", 5, 0.5, 14, 42, 0.7),
    ("importer", "EAST", "importer", 20, 0.6, 7, 24, 0.5),
)
_SHORT = {"branch": "BRA", "branch_overseas": "BRA", "large_retail": "LRT", "franchise": "FRA", "independent": "IND", "importer": "IMP", "importer_overseas": "IMP"}


def customers(rng: random.Random) -> list[Row]:
    """Table customers: 698, sizes lognormal within channel and market, order days spread over the week."""
    table: list[Row] = []
    for channel, market, segment, number, spread, review, cover, strategic in _GROUPS:
        for k in range(number):
            name = {"BRA": "Branch", "LRT": "Retail chain", "FRA": "Franchise", "IND": "Shop", "IMP": "Importer"}[_SHORT[channel]]
            seniority = round(min(40.0, 0.5 + rng.expovariate(1.0 / (14.0 if segment == "branch" else 8.0))), 1)
            table += rows(
                "customer name channel market segment weight order_weekday review_d cover_d seniority_y strategic",
                (f"{_SHORT[channel]}-{market}-{k + 1:03d}", f"{name} {market} {k + 1}", channel, market, segment, round(math.exp(rng.gauss(0.0, spread)), 3), len(table) % 5 + 1, review, cover, seniority, strategic),
                source="groups: case H5; number, size assumed",
            )
    return table


def attributes() -> list[Row]:
    """Table attributes."""
    return rows(
        "attribute kano gain loss tolerance shape unit",
        ("punctuality", "must_be", 0, 0.555, 3.4, 2.9, "days late", "fitted to the five Olist lateness bins together with lead_time: see tests/customers/test_olist.py"),
        ("lead_time", "one_dimensional", 0.1, 0.47, 35, 1, "days beyond the expected", "Olist: about -.027 score a day; gain assumed"),
        ("completeness", "must_be", 0, 0.45, 0.4, 1, "problem 0 or 1"), ("damage", "must_be", 0, 0.55, 0.4, 1, "problem 0 or 1"), ("installation", "one_dimensional", 0.05, 0.40, 0.4, 1, "problem 0 or 1"),
        ("defect", "must_be", 0, 0.60, 0.4, 1, "problem 0 or 1"),
        ("answer_time", "one_dimensional", 0.03, 0.20, 24, 1, "hours beyond the expected"), ("resolution", "must_be", 0, 0.75, 3.0, 1.3, "failed attempts"),
        ("effort", "one_dimensional", 0.03, 0.9, 4.0, 1.5, "hand-offs and repeats", "fitted to 86 % satisfied after one call and 44 % after four (SQM Group, a vendor)"), ("integration", "must_be", 0, 0.15, 0.4, 1, "break 0 or 1"),
        ("experience", "attractive", 0.15, 0, 0.2, 1, "satisfaction"),
    )


def touchpoints() -> list[Row]:
    """Table touchpoints over the phases of the journey: controlled and not, virtual and physical, with and without people."""
    return rows(
        "touchpoint phase channel reach controlled online human direct relevance enjoyment problem_share cost_eur",
        ("print_tv", "discover", "", 0.25, True, False, False, False, 0.05, 0.01, 0.0, 0.30), ("online_ads", "discover", "", 0.35, True, True, False, False, 0.06, 0.0, 0.0, 0.25),
        ("social_posts", "discover", "", 0.30, False, True, False, False, 0.06, 0.02, 0.0, 0.0), ("friends", "discover", "", 0.35, False, False, True, False, 0.15, 0.02, 0.0, 0.0),
        ("press_events", "discover", "", 0.10, False, False, True, False, 0.04, 0.01, 0.0, 0.10), ("brand_site", "evaluate", "", 0.50, True, True, False, False, 0.08, 0.01, 0.005, 0.10),
        ("reviews", "evaluate", "", 0.55, False, True, False, False, 0.12, 0.0, 0.0, 0.0), ("bed_trial_own", "evaluate", "own_shop", 0.95, True, False, True, True, 0.25, 0.05, 0.003, 1.50),
        ("bed_trial_franchise", "evaluate", "franchise", 0.90, True, False, True, True, 0.20, 0.04, 0.005, 0.30), ("bed_trial_shop", "evaluate", "independent", 0.80, False, False, True, True, 0.15, 0.03, 0.008, 0.0),
        ("shelf", "evaluate", "large_retail", 0.90, False, False, False, True, 0.06, 0.0, 0.010, 0.0), ("seller_own", "buy", "own_shop", 1.0, True, False, True, True, 0.25, 0.06, 0.004, 0.0, "32 sellers: case H6; paid by the hour"),
        ("seller_franchise", "buy", "franchise", 1.0, True, False, True, True, 0.18, 0.04, 0.006, 0.50), ("seller_shop", "buy", "independent", 1.0, False, False, True, True, 0.12, 0.02, 0.010, 0.0),
        ("till", "buy", "large_retail", 1.0, False, False, True, True, 0.02, 0.0, 0.006, 0.0), ("checkout_web", "buy", "web", 1.0, True, True, False, True, 0.08, 0.01, 0.012, 0.40),
        ("reorder_portal", "buy", "", 0.0, True, True, False, True, 0.10, 0.02, 0.008, 0.15, "nobody meets it before lever portal is pulled; numbers assumed"), ("checkout_marketplace", "buy", "marketplace", 1.0, False, True, False, True, 0.10, 0.01, 0.006, 0.0), ("delivery_note", "receive", "", 0.70, True, True, False, True, 0.0, 0.01, 0.004, 0.05),
        ("crew_own", "receive", "own_shop", 0.90, True, False, True, True, 0.0, 0.04, 0.008, 0.0), ("crew_shop", "receive", "independent", 0.60, False, False, True, True, 0.0, 0.02, 0.012, 0.0),
        ("courier_web", "receive", "web", 1.0, False, False, True, True, 0.0, 0.0, 0.012, 0.0), ("courier_marketplace", "receive", "marketplace", 1.0, False, False, True, True, 0.0, 0.0, 0.010, 0.0),
        ("unboxing", "receive", "", 0.80, True, False, False, True, 0.0, 0.02, 0.004, 0.0), ("care_letter", "use", "", 0.40, True, True, False, True, 0.0, 0.01, 0.002, 0.05),
        ("loyalty_card", "use", "own_shop", 0.50, True, True, False, True, 0.0, 0.02, 0.002, 0.50), ("hotline", "assist", "", 0.55, True, False, True, True, 0.0, 0.01, 0.008, 0.0),
        ("mail_chat", "assist", "", 0.35, True, True, True, True, 0.0, 0.0, 0.010, 0.0), ("social_care", "assist", "", 0.10, False, True, True, True, 0.0, 0.0, 0.015, 0.0),
        source="names: case B6-B8; numbers assumed",
    )


def services() -> list[Row]:
    """Table services: shares of shops that offer them (GfK for Kitchen, March 2019); who takes financing: US furniture 24 % of sales; the rest assumed."""
    return rows(
        "service offered offered_share use_share cost_eur price_eur effect",
        ("financing", True, 0.87, 0.28, 1.0, 0, 1.0, "offered: GfK for Kitchen, March 2019; used by 24 % (US furniture 2016, 20-30 %); the rest assumed"),
        ("needs_analysis", True, 1.0, 1.0, 0.3, 0, 0.03), ("installation", True, 1.0, 1.0, 9.0, 6.0, 0.02),
        ("used_collection", True, 0.35, 1.0, 5.0, 4.0, 0.03), ("use_followup", True, 0.10, 1.0, 1.0, 0, 0.3),
        source="offered: GfK for Kitchen, March 2019; the rest assumed",
    )
