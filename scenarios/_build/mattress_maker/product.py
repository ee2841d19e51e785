# ruff: noqa: E501  (tables read better in wide rows)
"""What is sold and made: brands, models, sizes, foam grades, covers; items and bills of material of all levels.

Levels: chemicals -> foam block [m3] -> core [pcs]; fabric and wadding -> quilt [m2] -> cover [pcs]; core + cover -> mattress.
"""

from __future__ import annotations

from table import ASSUMED, Row, rows

BRANDS = rows(
    "brand name quality",
    ("magniflex", "Magniflex", 1.04), ("materassi", "Materassi & Materassi", 1.00), ("dormir", "Dormir", 0.97), ("farmarelax", "Farmarelax", 1.02),
    source="brand: case H3; quality assumed",
)
PREFIX = {"magniflex": "MAG", "materassi": "MEM", "dormir": "DOR", "farmarelax": "FAR"}

# size: (width m, length m, price over the 90 x 200 one, time over the mean one, packed volume m3)
SIZES = {
    "080": (0.80, 1.90, 0.92, 0.90, 0.075), "090": (0.90, 2.00, 1.00, 0.94, 0.085),
    "140": (1.40, 2.00, 1.45, 1.06, 0.120), "160": (1.60, 2.00, 1.60, 1.10, 0.135),
}

# model: (brand, name, core, cover, list price factor, share of the brand's mattresses: uneven, Zipf-like)
MODELS = {
    "DOR-UNO": ("dormir", "Uno", "BAS", "COT", 0.84, 0.52), "DOR-DUO": ("dormir", "Duo", "COM", "POL", 0.96, 0.30),
    "DOR-MOL": ("dormir", "Molla", "SPR", "POL", 1.12, 0.18),
    "MEM-LIE": ("materassi", "Lieve", "COM", "POL", 1.00, 0.50), "MEM-MOL": ("materassi", "Molla", "SPR", "ALO", 1.17, 0.30),
    "MEM-ALT": ("materassi", "Alto", "HRE", "ALO", 1.28, 0.20),
    "FAR-ORT": ("farmarelax", "Orto", "HRE", "SIL", 1.32, 0.48), "FAR-MEM": ("farmarelax", "Memo", "VIS", "SIL", 1.45, 0.32),
    "FAR-LAT": ("farmarelax", "Lattice", "LAT", "OUT", 2.20, 0.20),
    "MAG-FRE": ("magniflex", "Fresco", "COM", "ALO", 1.16, 0.50), "MAG-MEM": ("magniflex", "Memo", "VIS", "OUT", 1.52, 0.31),
    "MAG-ROY": ("magniflex", "Royal", "VIS", "WOO", 1.85, 0.19),
}

# pillow and topper: (standard list price EUR, premium list price EUR), (90 cm, 160 cm)
PILLOWS = {"dormir": (8.0, 14.0), "materassi": (10.0, 17.0), "farmarelax": (13.5, 23.0), "magniflex": (15.0, 26.0)}
TOPPERS = {"dormir": (29.0, 46.0), "materassi": (34.0, 54.0), "farmarelax": (42.0, 66.0), "magniflex": (50.0, 79.0)}

# foam grade: (name, density kg/m3, polyol share, visco polyol share, isocyanate share, additives share of the weight)
BLOCKS = {
    "BLK-P22": ("Standard foam 22", 22.0, 0.64, 0.0, 0.31, 0.05), "BLK-P28": ("Standard foam 28", 28.0, 0.64, 0.0, 0.31, 0.05),
    "BLK-H33": ("High resilience foam 33", 33.0, 0.64, 0.0, 0.30, 0.06), "BLK-V45": ("Memory foam 45", 45.0, 0.06, 0.60, 0.28, 0.06),
    "BLK-S20": ("Soft foam 20", 20.0, 0.65, 0.0, 0.30, 0.05),
}

# core: layers as (what, height m); SPRING and LATEX are bought
CORES: dict[str, tuple[str, tuple[tuple[str, float], ...]]] = {
    "BAS": ("Basic core", (("BLK-P22", 0.13),)), "COM": ("Comfort core", (("BLK-P28", 0.15),)), "HRE": ("High resilience core", (("BLK-H33", 0.17),)),
    "VIS": ("Memory core", (("BLK-P28", 0.12), ("BLK-V45", 0.05))), "SPR": ("Pocket spring core", (("SPRING", 0.13), ("BLK-P28", 0.05))),
    "LAT": ("Latex core", (("LATEX", 0.10), ("BLK-P28", 0.05))),
}

# cover: (name, wadding)
COVERS = {
    "COT": ("Cotton cover", "WAD-PES"), "POL": ("Stretch cover", "WAD-PES"), "ALO": ("Aloe cover", "WAD-PES"),
    "SIL": ("Silver fibre cover", "WAD-PES"), "OUT": ("Thermal cover", "WAD-PES"), "WOO": ("Wool and silk cover", "WAD-WOO"),
}

# bought: (name, unit, safety cover days, weight kg/unit, volume m3/unit)
RAWS = {
    "POLYOL": ("Polyol", "kg", 9, 1.0, 0.001), "VISPOL": ("Visco polyol", "kg", 10, 1.0, 0.001), "TDI": ("Isocyanate", "kg", 9, 1.0, 0.001),
    "ADDIT": ("Foam additives", "kg", 20, 1.0, 0.001), "LATEX": ("Latex slab", "m3", 12, 65.0, 1.0),
    "SPRING-080": ("Pocket springs 80", "pcs", 9, 9.0, 0.06), "SPRING-090": ("Pocket springs 90", "pcs", 9, 10.5, 0.07),
    "SPRING-140": ("Pocket springs 140", "pcs", 9, 16.5, 0.10), "SPRING-160": ("Pocket springs 160", "pcs", 9, 19.0, 0.12),
    "FAB-COT": ("Cotton ticking", "m2", 30, 0.25, 0.001), "FAB-POL": ("Stretch ticking", "m2", 30, 0.28, 0.001),
    "FAB-ALO": ("Aloe ticking", "m2", 12, 0.30, 0.001), "FAB-SIL": ("Silver fibre ticking", "m2", 12, 0.30, 0.001),
    "FAB-OUT": ("Thermal ticking", "m2", 12, 0.32, 0.001), "FAB-WOO": ("Wool and silk ticking", "m2", 14, 0.35, 0.001),
    "WAD-PES": ("Polyester wadding", "m2", 9, 0.20, 0.01), "WAD-WOO": ("Wool wadding", "m2", 14, 0.30, 0.01), "BACKING": ("Non-woven backing", "m2", 20, 0.04, 0.0005),
    "THREAD": ("Thread", "kg", 25, 1.0, 0.002), "ZIP": ("Zip", "m", 30, 0.02, 0.0001), "BORDER": ("Border tape", "m", 25, 0.06, 0.0005),
    "GLUE": ("Water-based glue", "kg", 20, 1.0, 0.001), "FILM": ("Packaging film", "kg", 20, 1.0, 0.002), "BOX": ("Mattress box", "pcs", 20, 1.6, 0.01),
    "LABEL": ("Label set", "pcs", 25, 0.02, 0.0001), "FAB-PIL": ("Pillow fabric", "m2", 14, 0.18, 0.0005), "BOX-PIL": ("Pillow box", "pcs", 20, 0.15, 0.002),
}


def area(size: str) -> float:
    """Lying surface [m2]."""
    return SIZES[size][0] * SIZES[size][1]


def brand_of(item: str) -> str:
    """Brand of a sold item."""
    return next(brand for brand, prefix in PREFIX.items() if item.startswith(prefix))


def mattresses() -> list[str]:
    """Ids of the 48 mattresses."""
    return [f"{model}-{size}" for model in MODELS for size in SIZES]


def pillows() -> list[str]:
    """Ids of the 8 pillows: standard (S) and memory (M) of each brand."""
    return [f"{prefix}-PIL-{kind}" for prefix in PREFIX.values() for kind in "SM"]


def toppers() -> list[str]:
    """Ids of the 8 toppers."""
    return [f"{prefix}-TOP-{size}" for prefix in PREFIX.values() for size in ("090", "160")]


LEAD_D = {"mattress": 4, "topper": 4, "pillow": 3, "core": 2, "cover": 3, "quilt": 2, "block": 2}  # [days] planned, queue included


FOAM_FAMILY = {"BLK-P22": "polyether", "BLK-P28": "polyether", "BLK-S20": "polyether", "BLK-H33": "high_resilience", "BLK-V45": "memory"}


def items() -> list[Row]:
    """Table items."""
    table: list[Row] = []

    def add(item: str, name: str, category: str, **known: object) -> None:
        base = {
            "item": item, "name": name, "category": category, "brand": "", "unit": "pcs", "sold": False, "weight_kg": 0.0, "volume_m3": 0.0, "life_y": 5,
            "pair_share": 0, "lot_min": 1, "lot_multiple": 1, "lead_time_d": 1, "cover_d": 0, "scrap_share": 0, "defect_share": 0, "resale_share": 0,
            "setup_family": "",
        }
        base["lead_time_d"] = LEAD_D.get(category, 1)
        table.append(base | known | {"source": known.get("source", ASSUMED)})

    for model, (brand, name, core, _, _, _) in MODELS.items():
        for size, (width, length, _, _, volume) in SIZES.items():
            add(
                f"{model}-{size}", f"{_name(brand)} {name} {width * 100:.0f}x{length * 100:.0f}", "mattress", brand=brand, sold=True,
                weight_kg=round(core_weight(core, size) + 2.0 + 1.6 * area(size), 1), volume_m3=volume, life_y=9,
                pair_share=0.18 if size in ("080", "090") else 0.01, lot_min=10, lot_multiple=5, cover_d=8, scrap_share=0.003, defect_share=0.012, resale_share=0.25,
            )
    for brand, prefix in PREFIX.items():
        for kind, name in (("S", "pillow"), ("M", "memory pillow")):
            add(f"{prefix}-PIL-{kind}", f"{_name(brand)} {name}", "pillow", brand=brand, sold=True, weight_kg=1.1 if kind == "S" else 1.6, volume_m3=0.02, life_y=2.5,
                pair_share=0.45, lot_min=100, lot_multiple=20, cover_d=8, scrap_share=0.005, defect_share=0.004, resale_share=0.1)
        for size in ("090", "160"):
            add(f"{prefix}-TOP-{size}", f"{_name(brand)} topper {size.lstrip('0')}", "topper", brand=brand, sold=True, weight_kg=5.5 if size == "090" else 9.0,
                volume_m3=0.045 if size == "090" else 0.07, life_y=5, pair_share=0.1 if size == "090" else 0.01, lot_min=20, lot_multiple=5, cover_d=8,
                scrap_share=0.003, defect_share=0.008, resale_share=0.2)
    for core, (name, _) in CORES.items():
        for size in SIZES:
            add(f"COR-{core}-{size}", f"{name} {size.lstrip('0')}", "core", weight_kg=round(core_weight(core, size), 1), volume_m3=round(0.17 * area(size), 3),
                lot_min=20, lot_multiple=5, cover_d=2, scrap_share=0.01)
    for cover, (name, _) in COVERS.items():
        for size in SIZES:
            add(f"COV-{cover}-{size}", f"{name} {size.lstrip('0')}", "cover", weight_kg=round(1.5 * area(size), 1), volume_m3=0.02, lot_min=20, lot_multiple=5, cover_d=2,
                scrap_share=0.005, setup_family=f"fabric_{cover}")
    for cover, (name, _) in COVERS.items():
        add(f"QLT-{cover}", f"Quilt for {name.lower()}", "quilt", unit="m2", weight_kg=0.9, volume_m3=0.02, lot_min=400, lot_multiple=50, cover_d=2, scrap_share=0.01,
            setup_family=f"fabric_{cover}")
    for block, (name, density, *_) in BLOCKS.items():
        add(block, name, "block", unit="m3", weight_kg=density, volume_m3=1.0, lot_min=60, lot_multiple=20, cover_d=2, scrap_share=0.03,
            setup_family=FOAM_FAMILY[block])
    for raw, (name, unit, cover_d, weight, volume) in RAWS.items():
        add(raw, name, "raw", unit=unit, weight_kg=weight, volume_m3=volume, cover_d=cover_d)
    return table


def core_weight(core: str, size: str) -> float:
    """Weight of a core [kg]."""
    weight = 0.0
    for what, height in CORES[core][1]:
        density = BLOCKS[what][1] if what in BLOCKS else 65.0 if what == "LATEX" else 0.0
        weight += density * height * area(size) if density else float(RAWS[f"SPRING-{size}"][3])
    return weight


def bom() -> list[Row]:
    """Table bom, all levels."""
    lines: list[tuple[str, str, float]] = []
    for block, (_, density, *shares) in BLOCKS.items():
        lines += [(block, raw, round(density * share, 3)) for raw, share in zip(("POLYOL", "VISPOL", "TDI", "ADDIT"), shares, strict=True) if share]
    for core, (_, layers) in CORES.items():
        for size in SIZES:
            for what, height in layers:
                if what == "SPRING":
                    lines.append((f"COR-{core}-{size}", f"SPRING-{size}", 1.0))
                else:
                    cut = 1.0 if what == "LATEX" else 1.07  # 7 % of a block is lost in the cut
                    lines.append((f"COR-{core}-{size}", what, round(height * area(size) * cut, 4)))
    for cover, (_, wadding) in COVERS.items():
        lines += [(f"QLT-{cover}", what, q) for what, q in ((f"FAB-{cover}", 1.04), ("BLK-S20", 0.016), (wadding, 1.02), ("BACKING", 1.02), ("THREAD", 0.006))]
        for size, (width, length, *_) in SIZES.items():
            around = round(2 * (width + length), 2)
            lines += [(f"COV-{cover}-{size}", what, q) for what, q in (
                (f"QLT-{cover}", round(2 * area(size) * 1.06, 3)), ("BORDER", around), ("ZIP", round(around / 2, 2)), ("THREAD", round(0.008 * around, 4)))]
    for model, (_, _, core, cover, _, _) in MODELS.items():
        for size in SIZES:
            lines += [(f"{model}-{size}", what, q) for what, q in (
                (f"COR-{core}-{size}", 1.0), (f"COV-{cover}-{size}", 1.0), ("GLUE", round(0.14 * area(size), 3)), ("FILM", round(0.35 + 0.25 * area(size), 3)), ("BOX", 1.0), ("LABEL", 1.0))]
    for prefix in PREFIX.values():
        lines += [(f"{prefix}-PIL-S", what, q) for what, q in (("BLK-S20", 0.042), ("FAB-PIL", 1.1), ("LABEL", 1.0), ("BOX-PIL", 1.0))]
        lines += [(f"{prefix}-PIL-M", what, q) for what, q in (("BLK-V45", 0.036), ("FAB-PIL", 1.1), ("LABEL", 1.0), ("BOX-PIL", 1.0))]
        for size in ("090", "160"):
            lines += [(f"{prefix}-TOP-{size}", what, q) for what, q in (
                ("BLK-V45", round(0.05 * area(size) * 1.07, 4)), ("QLT-POL", round(1.06 * area(size), 3)), ("BACKING", round(1.05 * area(size), 3)),
                ("ZIP", round(1.5 + area(size) / 2, 2)), ("FILM", 0.3), ("LABEL", 1.0))]
    return rows("parent component qty_per", *lines)


def _name(brand: str) -> str:
    return str(next(row["name"] for row in BRANDS if row["brand"] == brand))
