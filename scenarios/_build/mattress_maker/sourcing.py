# ruff: noqa: E501  (tables read better in wide rows)
"""Where it comes from: transport modes with their lateness, suppliers, supply terms.

Lateness of the inbound modes is that of the USAID SCMS delivery history (10,324 order lines, 2006-2015): the late share and
the mean of the days late given late of each mode; the log of the days late has the pooled sigma 1.197, so that
median = mean / exp(1.197^2 / 2) = mean / 2.047. Outbound modes are milder and assumed: a parcel firm is not late by weeks.
"""

from __future__ import annotations

import math

from table import Row, rows

SIGMA = 1.197
_SPREAD = math.exp(SIGMA**2 / 2.0)


def _inbound(mode: str, late_share: float, mean_late_d: float, co2: float, source: str) -> tuple[str, float, float, float, float, str]:
    return mode, late_share, round(mean_late_d / _SPREAD, 2), SIGMA, co2, f"{source}; mean given late {mean_late_d} d, sigma pooled; CO2 assumed"


def modes() -> list[Row]:
    """Table modes."""
    return rows(
        "mode late_share late_median_d late_sigma co2_kg_tkm",
        _inbound("truck", 0.161, 17.6, 0.08, "SCMS truck, n 2830"),
        _inbound("truck_contract", 0.053, 12.5, 0.08, "SCMS direct from supplier: share of all modes (n 4920), mean of its trucks (n 920)"),
        _inbound("ocean", 0.175, 39.9, 0.012, "SCMS ocean, n 371"),
        _inbound("air", 0.096, 23.3, 0.8, "SCMS air, n 6113"),
        ("own_truck", 0.05, 1.2, 0.8, 0.10, "assumed: a third of the late share of SCMS truck (.161), days not weeks"),
        ("groupage", 0.08, 2.0, 0.8, 0.09, "assumed: half the late share of SCMS truck (.161), days not weeks"),
        ("parcel", 0.04, 1.0, 0.7, 0.25, "assumed: a quarter of the late share of SCMS truck (.161), days not weeks"),
        ("container", 0.17, 6.0, 0.9, 0.012, "late share SCMS ocean (.175); days late assumed milder: one product, regular lines"),
    )


def suppliers() -> list[Row]:
    """Table suppliers; days on the way assumed: a lorry 600 km a day, 38 days by sea from door to door, 4 by air."""
    return rows(
        "supplier name mode distance_km payment_d way_d",
        ("CHEM-IT", "Polyols, Italy", "truck_contract", 280, 60, 1), ("CHEM-DE", "Isocyanates, Germany", "truck_contract", 1150, 60, 2), ("CHEM-HU", "Isocyanates, Hungary", "truck", 1050, 45, 2),
        ("ADD-BE", "Additives, Belgium", "truck", 1300, 60, 2), ("LAT-BE", "Latex, Belgium", "truck_contract", 1320, 60, 2), ("SPR-IT", "Springs, Italy", "truck_contract", 190, 75, 1),
        ("TEX-IT", "Weaver, Tuscany", "truck_contract", 60, 75, 1), ("TEX-TR", "Weaver, Turkey", "truck", 2450, 45, 4), ("TEX-CN", "Weaver, China", "ocean", 16500, 30, 38),
        ("WAD-IT", "Waddings, Italy", "truck_contract", 120, 75, 1), ("WOL-NZ", "Wool wadding by air, New Zealand", "air", 18500, 30, 4), ("ACC-IT", "Haberdashery wholesaler, Italy", "truck", 90, 60, 1),
        ("ZIP-CN", "Zips, China", "ocean", 16500, 30, 38), ("GLU-IT", "Glues, Italy", "truck", 210, 60, 1), ("PAK-IT", "Film and boxes, Italy", "truck", 70, 75, 1),
    )


def supply() -> list[Row]:
    """Table supply: the first source of every bought item and a dearer second one where a late first one would stop the plant."""
    return rows(
        "supplier item priority price lead_time_days moq multiple weekly_capacity reject_share",
        ("CHEM-IT", "POLYOL", 1, 1.6, 6, 5000, 1000, 180000, 0.001), ("CHEM-DE", "POLYOL", 2, 1.76, 10, 20000, 1000, 60000, 0.001), ("CHEM-IT", "VISPOL", 1, 2.35, 6, 2000, 500, 40000, 0.001),
        ("CHEM-DE", "TDI", 1, 2.05, 9, 5000, 1000, 85000, 0.001), ("CHEM-HU", "TDI", 2, 2.25, 12, 20000, 1000, 30000, 0.002), ("ADD-BE", "ADDIT", 1, 3.4, 12, 1000, 250, 0, 0.001),
        ("LAT-BE", "LATEX", 1, 275.0, 12, 20, 5, 220, 0.01),
        ("SPR-IT", "SPRING-080", 1, 13.0, 7, 100, 20, 0, 0.004), ("SPR-IT", "SPRING-090", 1, 14.5, 7, 100, 20, 0, 0.004), ("SPR-IT", "SPRING-140", 1, 21.5, 7, 100, 20, 0, 0.004), ("SPR-IT", "SPRING-160", 1, 24.5, 7, 100, 20, 0, 0.004),
        ("TEX-CN", "FAB-COT", 1, 1.05, 55, 10000, 1000, 0, 0.015), ("TEX-IT", "FAB-COT", 2, 1.45, 14, 3000, 500, 20000, 0.005), ("TEX-TR", "FAB-POL", 1, 1.4, 16, 5000, 500, 0, 0.01), ("TEX-IT", "FAB-POL", 2, 1.75, 14, 3000, 500, 20000, 0.005),
        ("TEX-IT", "FAB-ALO", 1, 2.15, 12, 2000, 500, 40000, 0.005), ("TEX-IT", "FAB-SIL", 1, 3.2, 12, 1000, 250, 25000, 0.005), ("TEX-IT", "FAB-OUT", 1, 4.1, 14, 1000, 250, 30000, 0.005), ("TEX-IT", "FAB-WOO", 1, 5.2, 16, 500, 100, 15000, 0.005),
        ("WAD-IT", "WAD-PES", 1, 0.46, 6, 5000, 1000, 0, 0.003), ("WAD-IT", "WAD-WOO", 1, 1.7, 9, 500, 100, 0, 0.003), ("WOL-NZ", "WAD-WOO", 2, 2.4, 14, 500, 100, 0, 0.003),
        ("WAD-IT", "BACKING", 1, 0.17, 6, 5000, 1000, 0, 0.003),
        ("ACC-IT", "THREAD", 1, 6.0, 8, 100, 10, 0, 0.002), ("ACC-IT", "BORDER", 1, 0.22, 8, 5000, 1000, 0, 0.003), ("ACC-IT", "LABEL", 1, 0.12, 8, 5000, 1000, 0, 0.002), ("ZIP-CN", "ZIP", 1, 0.22, 50, 20000, 5000, 0, 0.01),
        ("ACC-IT", "ZIP", 2, 0.34, 8, 5000, 1000, 0, 0.004), ("GLU-IT", "GLUE", 1, 2.8, 7, 1000, 200, 0, 0.001),
        ("PAK-IT", "FILM", 1, 2.0, 7, 1000, 200, 0, 0.002), ("PAK-IT", "BOX", 1, 1.1, 7, 2000, 250, 0, 0.003), ("PAK-IT", "BOX-PIL", 1, 0.6, 7, 2000, 250, 0, 0.003), ("TEX-IT", "FAB-PIL", 1, 2.6, 12, 2000, 250, 0, 0.005),
    )


def events() -> list[Row]:
    """Table events: what the variants of the scenario let happen; days, sizes and reactions assumed."""
    return rows(
        "event kind target first last days size chance trigger after_days known_days detect_days told_share tell_days rush_share rush_days rush_premium cost_eur reach_days",
        ("port_closed", "mode", "ocean", "2026-03-16", "", 28, 1, 1, "", 0, "", 3, 0.5, 1, 0.3, 12, 0.6, 0, 60), ("port_outbound", "mode", "container", "", "", 28, 1, 1, "port_closed", 0, "", 3, 0.5, 1, 0, 7, 0, 0, 60),
        ("tdi_stop", "supplier", "CHEM-DE", "2026-03-30", "", 56, 1, 1, "", 0, "", 5, 0.5, 1, 0.25, 10, 0.35, 0, 60),
        ("surge", "demand", "", "2026-05-04", "", 42, 0.5, 1, "", 0, "", 10, 0.5, 1, 0, 7, 0, 0, 60),
        ("foaming_down", "work_centre", "foaming", "2026-05-11", "", 14, 1, 1, "", 0, "", 0.5, 0.5, 1, 0, 7, 0, 60000, 60),
        ("faulty_foam", "recall", "dormir", "2026-06-01", "", 28, 0.3, 1, "", 0, "", 1, 0.5, 1, 0, 7, 0, 40000, 60),
    )
