"""The small world of the oracle, written as a scenario folder in the public format.

One plant, two items, one direct channel, one market. Everything that the per-order model of ``per_order.py`` does not know is
switched off by data: no stockist, no defect, damage, picking error or installation, no touchpoint that moves anybody, no word of
mouth, choice that never turns a customer with a need away, a service desk that answers at once. Production is a list of open
orders that fills the one machine beyond the horizon, so whatever the planner adds comes too late to be made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from worlds import Change, Row, tiny_world

START = dt.date(2026, 1, 5)
PIECES_A_CUSTOMER = {"pillow": 0.73, "topper": 0.24}  # [pcs/year] gives a base of about ``customers`` at the parameters below
LOTS_A_WEEK = {"pillow": 7, "topper": 3}  # ten lots of four hours fill a week of forty hours
SUPPLY = 1.23  # pieces started over pieces in demand
SENT_BACK = 0.06
FAULT, PUT_RIGHT = 0.1, 0.5  # share of the pieces faulty each time; of these, put right
MISSED, INSPECTED = 0.1, 0.7  # share of first deliveries that find nobody; load of the inspection


def grid(names: str, *rows: tuple[Any, ...]) -> list[Row]:
    """Rows as dicts under the space-separated ``names``, each with the source 'assumed'."""
    keys = names.split()
    return [dict(zip(keys, row, strict=True)) | {"source": "assumed"} for row in rows]


def oracle_settings(days: int) -> dict[str, Any]:
    """scenario.yaml: no warm-up, promises as quoted, first come first served, a desk without a queue."""
    return {
        "name": "oracle",
        "title": "Two items, one direct channel",
        "horizon": {"start": START.isoformat(), "days": days, "warmup_days": 0, "tick_h": 1.0},
        "market": {"history_y": 3.0, "word_of_mouth": False, "cancel_d": 0.0, "complaint_share": 0.0},
        "planning": {"rule": "silo", "overtime": False, "review_days": 28},
        "promise": {"rule": "quoted"},
        "precedence": {"rule": "fifo"},
        "organisation": {
            "mode": "one_team",
            "agents": 3,
            "open_h": 0.0,
            "close_h": 24.0,
            "days_week": 7,
            "handle_min": 0.001,
            "patience_min": 1e6,
            "first_contact_low": 1.0,
            "first_contact_high": 1.0,
            "proactive": 1.0,
            "info_share": 0.0,
            "usage_share": 0.0,
            "platform": 1.0,
        },
        "finance": {"overhead_eur_y": 0.0},
    }


def oracle_tables(customers: int, days: int) -> dict[str, list[Row]]:
    """All tables of the world for about ``customers`` customers at the opening."""
    yearly = {item: each * customers for item, each in PIECES_A_CUSTOMER.items()}
    weekly = {item: pieces / 365.0 * 7.0 for item, pieces in yearly.items()}
    lot = {item: max(1, round(SUPPLY * weekly[item] / LOTS_A_WEEK[item])) for item in yearly}
    rotation = ["pillow", "pillow", "topper", "pillow", "pillow", "topper", "pillow", "pillow", "topper", "pillow"]
    lots = [(f"W{k}", "production", rotation[k % 10], lot[rotation[k % 10]], START.isoformat()) for k in range(10 * (days // 7 + 4))]
    return _goods(yearly, lot) | _plant(weekly, lot) | _selling(yearly) | {"receipts": grid("receipt kind item qty due", *lots)}


def _goods(yearly: Mapping[str, float], lot: Mapping[str, int]) -> dict[str, list[Row]]:
    return {
        "brands": grid("brand name quality", ("alba", "Alba", 1.0)),
        "items": grid(
            "item name category brand unit sold weight_kg volume_m3 life_y pair_share lot_min lot_multiple lead_time_d cover_d scrap_share rework_share",
            ("pillow", "Pillow", "pillow", "alba", "pcs", "true", 1, 0.03, 1.0, 0.3, lot["pillow"], 1, 2, 1, FAULT, PUT_RIGHT),
            ("topper", "Topper", "topper", "alba", "pcs", "true", 8, 0.1, 2.0, 0.0, lot["topper"], 1, 2, 1, FAULT, PUT_RIGHT),
            ("foam", "Foam", "raw", "", "kg", "false", 1, 0.02, 5, 0, 1, 1, 1, 0, 0, 0),
        ),
        "bom": grid("parent component qty_per", ("pillow", "foam", 1), ("topper", "foam", 4)),
        "modes": grid("mode late_share late_median_d late_sigma", ("parcel", 0.1, 2.0, 0.6)),
        "suppliers": grid("supplier name mode", ("chem", "Chemicals", "parcel")),
        "supply": grid("supplier item price lead_time_days", ("chem", "foam", 2.0, 5)),
        "stock": grid("item on_hand", ("pillow", round(yearly["pillow"] / 365)), ("topper", 0), ("foam", 1e9)),
    }


def _plant(weekly: Mapping[str, float], lot: Mapping[str, int]) -> dict[str, list[Row]]:
    pieces_h = sum(weekly.values()) / 40.0
    return {
        "calendars": grid("calendar weekday start end", *(("day", d, "08:00", "16:00") for d in (1, 2, 3, 4, 5))),
        "work_centres": grid("work_centre name machines calendar efficiency", ("sewing", "Sewing", 1, "day", 1.0)),
        "routings": grid(
            "item step work_centre setup_h_per_lot run_h_per_unit", *((item, 10, "sewing", 0.0, 4.0 / quantity) for item, quantity in lot.items())
        ),
        "sites": grid(
            "site name kind calendar picking_pcs_h inspection_pcs_h", ("plant", "Plant", "plant", "day", pieces_h / 0.75, SENT_BACK * pieces_h / INSPECTED)
        ),
    }


def _selling(yearly: Mapping[str, float]) -> dict[str, list[Row]]:
    months = [f"2025-{m:02d}" for m in range(1, 13)]
    return {
        "markets": grid("market name export season", ("home", "Italy", "false", "flat")),
        "season": grid("season month index", *(("flat", m, 1.0) for m in range(1, 13))),
        "channels": grid(
            "channel name kind buyer online quoted_lead_d reference_lead_d second_thought_share integration",
            ("web", "Web shop", "direct", "b2c", "true", 4, 5, SENT_BACK, 1.0),
        ),
        "lanes": grid("channel market mode transit_d transit_sigma departures cutoff miss_share", ("web", "home", "parcel", 2, 0.25, "12345", "15:00", MISSED)),
        "prices": grid("item channel price_eur consumer_eur reference_eur", ("pillow", "web", 35, 35, 35), ("topper", "web", 120, 120, 120)),
        "history": grid("period item market channel qty", *((m, item, "home", "web", pieces / 12) for m in months for item, pieces in yearly.items())),
        "segments": grid(
            "segment name kind r alpha_lives a b theta beta_price beta_lead_d anxiety response_share",
            ("people", "People", "consumer", 2.0, 3.0, 1.0, 4.0, 4.0, 0.0, 0.0, 0.0, 0.2),
        ),
        "mix": grid("channel segment share", ("web", "people", 1.0)),
        "attributes": grid(
            "attribute kano gain loss tolerance shape unit",
            ("punctuality", "must_be", 0, 0.5, 2, 0.8, "days"),
            ("lead_time", "one_dimensional", 0.1, 0.3, 5, 1, "days"),
        ),
        "touchpoints": grid(
            "touchpoint phase reach controlled online human direct relevance enjoyment problem_share cost_eur",
            ("checkout", "buy", 1.0, "true", "true", "false", "true", 0.0, 0.0, 0.0, 0.0),
        ),
        "services": grid("service offered use_share cost_eur price_eur effect", ("installation", "false", 0.0, 0, 0, 0.0)),
    }


def oracle_world(folder: Path, *, customers: int = 20_000, days: int = 56, settings: Mapping[str, Any] | None = None, **changes: Change) -> Path:
    """Write the world for about ``customers`` customers and ``days`` days into ``folder``; ``changes`` as in ``worlds.tiny_world``."""
    tables: dict[str, Change] = dict.fromkeys(("closures", "customers", "orders", "budget"))
    tables |= oracle_tables(customers, days)
    for name, change in changes.items():
        rows = tables[name]
        tables[name] = change(rows) if callable(change) and rows is not None and not callable(rows) else change
    merged = oracle_settings(days)
    for section, values in (settings or {}).items():
        merged[section] = merged.get(section, {}) | values if isinstance(values, Mapping) else values
    (folder / "data").mkdir(parents=True, exist_ok=True)
    return tiny_world(folder, settings=merged, variants={}, **tables)
