# ruff: noqa: E501  (tables read better in wide rows)
"""Where it is made: calendars, closures, work centres, routings and the plant warehouse."""

from __future__ import annotations

from product import BLOCKS, CORES, COVERS, FOAM_FAMILY, MODELS, PREFIX, SIZES
from table import Row, rows

STAFF = "crew within the 150 staff of case H2; hours and rate assumed"

WORK_CENTRES = rows(
    "work_centre name machines calendar efficiency overtime_h_week cost_eur_h overtime_eur_h",
    ("foaming", "Foaming line", 1, "one_shift_upstream", 0.92, 4, 420, 60), ("cutting", "Block and contour cutting", 3, "two_shift_upstream", 0.92, 4, 85, 18),
    ("quilting", "Quilting machines", 4, "two_shift_upstream", 0.90, 4, 70, 14), ("sewing", "Cover sewing stations", 12, "two_shift", 0.92, 4, 39, 12),
    ("assembly", "Gluing and assembly lines", 4, "two_shift", 0.92, 4, 115, 24), ("packing", "Rolling and packing lines", 3, "two_shift", 0.93, 4, 95, 24),
    ("pillow_line", "Pillow line", 2, "one_shift", 0.92, 4, 60, 16),
    source=STAFF,
)

SITES = rows(
    "site name kind calendar picking_pcs_h pick_error_share picking_cost_eur holding_share_y",
    ("plant", "Plant warehouse, Tuscany", "plant", "warehouse", 430, 0.004, 0.9, 0.2, "place: case H1; the rest assumed"),
    ("rhine", "Regional warehouse, upper Rhine", "warehouse", "warehouse", 130, 0.004, 1.1, 0.2, "assumed; in use with the lever regional_warehouse only"),
)

_DAY, _EARLY, _LATE = ("08:00", "16:00"), ("06:00", "14:00"), ("14:00", "22:00")
_SHIFTS = {"one_shift_upstream": (_DAY,), "two_shift_upstream": (_EARLY, _LATE), "one_shift": (_DAY,), "two_shift": (_EARLY, _LATE), "warehouse": (_EARLY, _LATE)}

_HOLIDAYS = ("01-01", "01-06", "04-25", "05-01", "06-02", "08-15", "11-01", "12-08", "12-25", "12-26")
_EASTER_MONDAY = (
    "2026-04-06", "2027-03-29", "2028-04-17", "2029-04-02", "2030-04-22", "2031-04-14", "2032-03-29", "2033-04-18", "2034-04-10", "2035-03-26", "2036-04-14",
)
# the plant's two weeks of August by year: the fortnight that holds the 15th (ferragosto)
_SUMMER = (
    ("2026-08-10", "2026-08-23"), ("2027-08-09", "2027-08-22"), ("2028-08-07", "2028-08-20"), ("2029-08-06", "2029-08-19"), ("2030-08-12", "2030-08-25"),
    ("2031-08-11", "2031-08-24"), ("2032-08-09", "2032-08-22"), ("2033-08-08", "2033-08-21"), ("2034-08-07", "2034-08-20"), ("2035-08-06", "2035-08-19"), ("2036-08-11", "2036-08-24"),
)


def calendars() -> list[Row]:
    """Table calendars: Monday to Friday, one or two shifts of eight hours."""
    return rows("calendar weekday start end", *((name, day, *shift) for name, shifts in _SHIFTS.items() for day in range(1, 6) for shift in shifts))


def closures() -> list[Row]:
    """Table closures: Italian public holidays everywhere, two weeks in August and the turn of the year in the plant.

    Upstream (foaming, cutting, quilting) stands still from 24 December to 4 January; sewing, assembly and packing only on
    the eves, so the stock of cores and covers carries them.
    """
    lines: list[tuple[str, str, str, str]] = []
    for name in _SHIFTS:
        plant, upstream = name != "warehouse", name.endswith("upstream")
        lines += [(name, day, day, "Italian public holiday") for day in _HOLIDAYS if not (upstream and day in ("01-01", "12-25", "12-26"))]
        lines += [(name, day, day, "Easter Monday") for day in _EASTER_MONDAY]
        if plant:
            lines += [(name, first, last, "assumed: summer shut-down") for first, last in _SUMMER]
        if upstream:
            lines.append((name, "12-24", "01-04", "assumed: turn of the year"))
        elif plant:
            lines += [(name, day, day, "assumed: turn of the year") for day in ("12-24", "12-31")]
    return rows("calendar first last", *lines)


def changeovers() -> list[Row]:
    """Table changeovers: cleaning between foam chemistries, new fabric on quilting and sewing machines (hours assumed)."""
    foams = sorted(set(FOAM_FAMILY.values()))
    lines = [("foaming", a, b, 1.0 if "memory" in (a, b) else 0.6) for a in foams for b in foams if a != b]
    fabrics = [f"fabric_{cover}" for cover in COVERS]
    lines += [(centre, a, b, hours) for centre, hours in (("quilting", 0.3), ("sewing", 0.15)) for a in fabrics for b in fabrics if a != b]
    return rows("work_centre from_family to_family hours", *lines)


def routings() -> list[Row]:
    """Table routings: times per unit chosen so that sewing and assembly are the tight centres (assumed)."""
    lines: list[tuple[str, int, str, float, float]] = []
    lines += [(block, 10, "foaming", 0.12, 0.0037) for block in BLOCKS]
    layers = {core: len(parts) for core, (_, parts) in CORES.items()}
    for core in CORES:
        lines += [(f"COR-{core}-{size}", 10, "cutting", 0.05, round(0.0088 * time * (1.0 + 0.15 * (layers[core] - 1)), 5)) for size, (_, _, _, time, _) in SIZES.items()]
    for cover in COVERS:
        lines.append((f"QLT-{cover}", 10, "quilting", 0.25, 0.00262))
        lines += [(f"COV-{cover}-{size}", 10, "sewing", 0.05, round(0.0463 * time * (1.08 if cover in ("WOO", "OUT") else 1.0), 5)) for size, (_, _, _, time, _) in SIZES.items()]
    for model, (_, _, core, _, _, _) in MODELS.items():
        for size, (_, _, _, time, _) in SIZES.items():
            assembly = round(0.0154 * time * (1.12 if layers[core] > 1 else 1.0), 5)
            lines += [(f"{model}-{size}", 10, "assembly", 0.04, assembly), (f"{model}-{size}", 20, "packing", 0.0, round(0.0102 * time, 5))]
    for prefix in PREFIX.values():
        lines += [(f"{prefix}-PIL-{kind}", 10, "pillow_line", 0.2, hours) for kind, hours in (("S", 0.0068), ("M", 0.0076))]
        for size, time in (("090", 0.8), ("160", 1.0)):
            lines += [(f"{prefix}-TOP-{size}", step, centre, setup, round(run * time, 5)) for step, centre, setup, run in (
                (10, "cutting", 0.05, 0.005), (20, "sewing", 0.05, 0.03), (30, "packing", 0.0, 0.007))]
    return rows("item step work_centre setup_h_per_lot run_h_per_unit", *lines)
