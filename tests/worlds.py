# ruff: noqa: E501  (tables read better in wide rows)
"""Small complete worlds for tests: written by code as scenario folders, so that a test changes exactly what it means to.

``tiny_world(folder)`` writes the folder (scenario.yaml, two variants, data/*.csv). Keywords change it:

- a table name with a list of rows (dicts) replaces the table; with a callable, the callable gets the rows and returns the new ones;
  with None, the file is left out;
- ``settings`` is merged into scenario.yaml (nested mappings merge); ``variants`` maps a variant's name to its mapping.

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     sorted(path.name for path in tiny_world(Path(folder) / "tiny").iterdir())
['data', 'one.yaml', 'scenario.yaml', 'silo.yaml']
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from e2esim.domain.schema import TABLE

Row = dict[str, Any]
Change = list[Row] | Callable[[list[Row]], list[Row]] | None


def tiny_settings() -> dict[str, Any]:
    """scenario.yaml of the tiny world: 90 days from 2026-01-05, two weeks of warm-up."""
    return {
        "name": "tiny",
        "title": "A small maker of one brand: mattresses and pillows, a web shop and two retailers in two markets",
        "horizon": {"start": "2026-01-05", "days": 90, "warmup_days": 14},
        "organisation": {"agents": 3},
        "finance": {"overhead_eur_y": 100000.0},
    }


def tiny_variants() -> dict[str, dict[str, Any]]:
    """Two variants: ``silo`` chooses other groups, ``one`` changes single keys."""
    return {
        "silo": {"title": "Tiny, in silos", "defaults": {"planning": "silo", "promise": "quoted", "precedence": "fifo", "organisation": "silos"}},
        "one": {"title": "Tiny, one team", "defaults": {"organisation": "one_team"}, "market": {"demand_factor": 1.1}},
    }


def _grid(names: str, *rows: tuple[Any, ...]) -> list[Row]:
    """Rows as dicts under the space-separated ``names``; each row gets the source 'assumed'."""
    keys = names.split()
    return [dict(zip(keys, row, strict=True)) | {"source": "assumed"} for row in rows]


def _things() -> dict[str, list[Row]]:
    return {
        "brands": _grid("brand name quality", ("alba", "Alba", 1.1)),
        "items": _grid(
            "item name category brand unit sold weight_kg volume_m3 life_y pair_share lot_min lot_multiple lead_time_d cover_d scrap_share defect_share resale_share",
            ("mattress", "Mattress", "mattress", "alba", "pcs", "true", 22, 0.4, 8, 0.1, 5, 1, 2, 6, 0.0, 0.02, 0.4),
            ("pillow", "Pillow", "pillow", "alba", "pcs", "true", 1, 0.03, 3, 0.4, 10, 5, 1, 6, 0.0, 0.01, 0.2),
            ("core", "Foam core", "core", "", "pcs", "false", 18, 0.4, 5, 0, 5, 1, 1, 3, 0.01, 0, 0),
            ("foam", "Foam granulate", "raw", "", "kg", "false", 1, 0.02, 5, 0, 1, 1, 1, 7, 0, 0, 0),
            ("fabric", "Cover fabric", "raw", "", "m2", "false", 0.4, 0.001, 5, 0, 1, 1, 1, 7, 0, 0, 0),
        ),
        "bom": _grid("parent component qty_per", ("mattress", "core", 1), ("mattress", "fabric", 4), ("core", "foam", 20), ("pillow", "foam", 1), ("pillow", "fabric", 1)),
    }


def _plant() -> dict[str, list[Row]]:
    week = [("day", d, "08:00", "16:00") for d in (1, 2, 3, 4, 5)]
    return {
        "calendars": _grid("calendar weekday start end", *week),
        "closures": _grid("calendar first last", ("day", "01-01", "01-01"), ("day", "2026-02-16", "2026-02-17")),
        "work_centres": _grid(
            "work_centre name machines calendar efficiency overtime_h_week cost_eur_h overtime_eur_h",
            ("foaming", "Foaming", 1, "day", 0.95, 4, 40, 15), ("sewing", "Sewing and packing", 1, "day", 0.95, 8, 30, 12),
        ),
        "routings": _grid(
            "item step work_centre setup_h_per_lot run_h_per_unit",
            ("core", 10, "foaming", 0.5, 0.2), ("mattress", 10, "sewing", 0.25, 0.2), ("pillow", 10, "sewing", 0.25, 0.05),
        ),
        "sites": _grid("site name kind calendar picking_pcs_h pick_error_share picking_cost_eur holding_share_y", ("plant", "Plant", "plant", "day", 20, 0.01, 2.0, 0.2)),
        "stock": _grid("item on_hand", ("mattress", 200), ("pillow", 120), ("core", 60), ("foam", 5000), ("fabric", 1500)),
        "receipts": _grid(
            "receipt kind item qty due supplier",
            ("P1", "purchase", "foam", 2500, "2026-01-08", "chem"), ("P2", "purchase", "fabric", 500, "2026-01-09", "weaver"),
            ("W1", "production", "mattress", 40, "2026-01-07", ""),
        ),
        "orders": _grid("order customer item qty due", ("S1", "shop_it", "mattress", 20, "2026-01-09"), ("S2", "shop_de", "pillow", 10, "2026-01-12")),
    }


def _buying() -> dict[str, list[Row]]:
    return {
        "modes": _grid("mode late_share late_median_d late_sigma co2_kg_tkm", ("truck", 0.1, 2.0, 0.6, 0.09), ("parcel", 0.05, 1.0, 0.5, 0.3)),
        "suppliers": _grid("supplier name mode distance_km payment_d", ("chem", "Chemicals", "truck", 150, 60), ("weaver", "Weaver", "truck", 80, 60)),
        "supply": _grid(
            "supplier item priority price lead_time_days moq multiple weekly_capacity reject_share",
            ("chem", "foam", 1, 2.0, 5, 500, 100, 0, 0.005), ("weaver", "fabric", 1, 3.0, 7, 200, 50, 2000, 0.01), ("weaver", "foam", 2, 2.4, 10, 500, 100, 0, 0.01),
        ),
    }


def _selling() -> dict[str, list[Row]]:
    season = [("flat", m, 1.0) for m in range(1, 13)] + [("winter", m, 1.2 if m in (1, 2, 3, 10, 11, 12) else 0.8) for m in range(1, 13)]
    return {
        "markets": _grid("market name export season", ("home", "Italy", "false", "winter"), ("abroad", "Germany", "true", "flat")),
        "season": _grid("season month index", *season),
        "channels": _grid(
            "channel name kind buyer online quoted_lead_d reference_lead_d consumer_lead_d payment_d penalty_share_d penalty_cap priority install_share second_thought_share"
            " unsold_share_y integration commission_share",
            ("web", "Web shop", "direct", "b2c", "true", 7, 7, 0, -2, 0, 0, 2, 0.2, 0.05, 0, 0.6, 0.02),
            ("retail", "Retailers", "stockist", "b2b", "false", 8, 8, 3, 60, 0.005, 0.05, 1, 0.1, 0.02, 0.03, 0.5, 0),
        ),
        "lanes": _grid(
            "channel market mode transit_d transit_sigma departures cutoff distance_km cost_eur_m3 cost_eur_line damage_share",
            ("web", "home", "parcel", 2, 0.15, "12345", "17:00", 300, 30, 6, 0.01), ("web", "abroad", "parcel", 4, 0.15, "135", "17:00", 900, 45, 9, 0.015),
            ("retail", "home", "truck", 2, 0.1, "24", "16:00", 300, 20, 4, 0.005), ("retail", "abroad", "truck", 4, 0.1, "3", "16:00", 900, 35, 5, 0.01),
        ),
        "customers": _grid(
            "customer name channel market segment weight order_weekday review_d cover_d seniority_y strategic",
            ("shop_it", "Shop Italy", "retail", "home", "retailers", 1, 1, 7, 14, 8, 0.6), ("shop_de", "Shop Germany", "retail", "abroad", "retailers", 1, 2, 7, 21, 4, 0.3),
        ),
        "prices": _grid(
            "item channel price_eur consumer_eur reference_eur",
            ("mattress", "web", 330, 330, 340), ("pillow", "web", 35, 35, 36), ("mattress", "retail", 190, 360, 350), ("pillow", "retail", 20, 38, 37),
        ),
        "history": _grid("period item market channel qty", *_demand()),
        "budget": _grid("month family quantity revenue_eur margin_eur", *_budget()),
    }


def _demand() -> Iterable[tuple[str, str, str, str, float]]:
    """Fourteen months before 2026: the monthly level by the season of the market, (month, item, market, channel, pieces)."""
    level = {("web", "home"): 120, ("web", "abroad"): 60, ("retail", "home"): 160, ("retail", "abroad"): 100}
    for year, month in [(2024, 11), (2024, 12), *((2025, m) for m in range(1, 13))]:
        for (channel, market), pieces in level.items():
            index = 1.0 if market == "abroad" else 1.2 if month in (1, 2, 3, 10, 11, 12) else 0.8
            for item, part in (("mattress", 1.0), ("pillow", 0.5)):
                yield f"{year}-{month:02d}", item, market, channel, round(pieces * part * index, 1)


def _budget() -> Iterable[tuple[str, str, float, float, float]]:
    """The year of the run: the mean month and a little more, (month, family, pieces, revenue, margin)."""
    for month in range(1, 13):
        yield f"2026-{month:02d}", "mattress", 460, 115_000, 76_000
        yield f"2026-{month:02d}", "pillow", 230, 6_200, 3_700


def _people() -> dict[str, list[Row]]:
    return {
        "segments": _grid(
            "segment name kind theta beta_price beta_lead_d w_punctuality w_lead w_ease w_experience anxiety response_share active_window_d",
            ("comfort", "Comfort seekers", "consumer", 1.0, 1.2, 0.015, 1, 1, 1.2, 1.2, 0.1, 0.2, 3650), ("thrift", "Thrifty", "consumer", 1.0, 2.0, 0.01, 1, 0.8, 0.8, 0.6, 0.2, 0.15, 3650),
            ("retailers", "Retailers", "trade", 1.0, 1.5, 0.02, 1.5, 1, 1, 0.4, 0, 0.5, 60),
        ),
        "mix": _grid("channel segment share", ("web", "comfort", 0.4), ("web", "thrift", 0.6), ("retail", "comfort", 0.7), ("retail", "thrift", 0.3)),
        "attributes": _grid(
            "attribute kano gain loss tolerance shape unit",
            ("punctuality", "must_be", 0, 0.5, 3, 1, "days"), ("lead_time", "one_dimensional", 0.1, 0.2, 7, 1, "days"), ("completeness", "must_be", 0, 0.4, 1, 1, "share"),
            ("damage", "must_be", 0, 0.5, 1, 1, "share"), ("installation", "one_dimensional", 0.1, 0.3, 1, 1, "share"), ("defect", "must_be", 0, 0.5, 1, 1, "share"),
            ("answer_time", "one_dimensional", 0.05, 0.2, 8, 1, "h"), ("resolution", "must_be", 0, 0.3, 1, 1, "share"), ("effort", "one_dimensional", 0.1, 0.2, 1, 1, "contacts"),
            ("integration", "one_dimensional", 0.05, 0.1, 1, 1, "share"), ("experience", "attractive", 0.2, 0, 1, 1, "1"),
        ),
        "touchpoints": _grid(
            "touchpoint phase channel reach controlled online human direct relevance enjoyment problem_share cost_eur",
            ("advert", "discover", "", 0.5, "true", "true", "false", "false", 0.2, 0.05, 0.0, 0.5), ("reviews", "evaluate", "", 0.6, "false", "true", "false", "false", 0.3, 0.0, 0.0, 0.0),
            ("checkout", "buy", "web", 1.0, "true", "true", "false", "true", 0.1, 0.0, 0.02, 0.2), ("adviser", "buy", "retail", 0.8, "true", "false", "true", "true", 0.3, 0.1, 0.01, 6.0),
            ("driver", "receive", "", 1.0, "true", "false", "true", "true", 0.0, 0.05, 0.02, 0.0), ("manual", "use", "", 0.3, "true", "true", "false", "true", 0.0, 0.02, 0.01, 0.1),
            ("hotline", "assist", "", 1.0, "true", "false", "true", "true", 0.0, 0.02, 0.0, 0.0),
        ),
        "services": _grid(
            "service offered use_share cost_eur price_eur effect",
            ("financing", "true", 0.2, 8, 0, 0.7), ("needs_analysis", "true", 0.3, 5, 0, 0.08), ("installation", "true", 0.6, 25, 20, 0.03), ("used_collection", "true", 0.3, 15, 10, 0.05),
            ("use_followup", "false", 0.5, 1, 0, 0.3),
        ),
    }


def tiny_tables() -> dict[str, list[Row]]:
    """Return every table of the tiny world as rows, table name -> list of dicts."""
    return {**_things(), **_plant(), **_buying(), **_selling(), **_people()}


def write_csv(path: Path, rows: list[Row]) -> None:
    """Write ``rows`` under the union of their keys in order of first sight; an empty list writes an empty file."""
    names = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
        if names:
            writer.writeheader()
        writer.writerows(rows)


def write_excel(path: Path, tables: Mapping[str, list[Row]]) -> None:
    """Write ``tables`` as the sheets of one workbook, every cell as a planner's export has it (numbers as numbers)."""
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        for name, rows in tables.items():
            sheet = book.add_worksheet(name)
            names = list(dict.fromkeys(key for row in rows for key in row))
            sheet.write_row(0, 0, names)
            for k, row in enumerate(rows, start=1):
                sheet.write_row(k, 0, [row.get(key, "") for key in names])


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        merged[key] = _merge(merged[key], value) if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping) else value
    return merged


def changed_tables(**changes: Change) -> dict[str, list[Row]]:
    """Return the tables of the tiny world with ``changes`` applied; None drops a table."""
    tables = tiny_tables()
    for name, change in changes.items():
        if name not in tables and name in TABLE and isinstance(change, list):  # an optional table
            tables[name] = change
        elif name not in tables:
            raise KeyError(f"the tiny world has no table {name}")
        elif change is None:
            del tables[name]
        else:
            tables[name] = change(tables[name]) if callable(change) else change
    return tables


def tiny_world(
    folder: Path,
    *,
    settings: Mapping[str, Any] | None = None,
    variants: Mapping[str, Mapping[str, Any]] | None = None,
    **changes: Change,
) -> Path:
    """Write the tiny world with ``changes`` (module docstring) into ``folder`` and return the folder."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.yaml").write_text(yaml.safe_dump(_merge(tiny_settings(), settings or {}), sort_keys=False), encoding="utf-8")
    for name, variant in (tiny_variants() if variants is None else variants).items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(dict(variant), sort_keys=False), encoding="utf-8")
    for name, rows in changed_tables(**changes).items():
        write_csv(data / f"{name}.csv", rows)
    return folder
