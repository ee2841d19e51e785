"""What the maker of small gear units sells, makes and buys: items, bills of three levels, routings, suppliers."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

FINISHED, PARTS, BOUGHT = 40, 60, 100
SIZES = ("056", "063", "071", "080", "090", "100", "112", "132")
FAMILIES = ("Stirnradgetriebe", "Schneckengetriebe", "Kegelradgetriebe", "Flachgetriebe", "Planetengetriebe")
PART_WORDS = ("Gehäuse", "Welle", "Zahnradsatz", "Flansch", "Deckel", "Lagerträger")
BOUGHT_WORDS = ("Rohguß", "Rillenkugellager", "Wellendichtring", "Rundstahl", "Paßfeder", "Schraubensatz", "Öl ISO VG", "Sicherungsring")
SUPPLIERS = ("Gießerei Nübel", "Wälzlager Süd", "Dichtungen Müller & Söhne", "Acciai Forlì", "Norm+Teil", "Schmierstoffe Köhler")
MACHINES = ("Drehen", "Fräsen", "Bohren", "Verzahnen", "Härten", "Schleifen", "Räumen", "Wuchten", "Entgraten", "Waschen", "Stoßen", "Honen",
            "Vormontage 1", "Vormontage 2", "Montage 1", "Montage 2", "Montage 3", "Prüffeld 1", "Prüffeld 2", "Lackieren")  # fmt: skip
FIRST_ASSEMBLY = 12  # machines before it make parts, the others finished units


@dataclass
class Step:
    """One step of a routing: number, work centre, hours a lot and a unit, days."""

    number: int
    centre: int
    setup_h: float
    run_h: float
    flow_days: int


@dataclass
class Product:
    """Items in the order finished, parts, bought, with all that belongs to each."""

    item: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    bill: dict[int, dict[int, int]] = field(default_factory=dict)
    steps: dict[int, list[Step]] = field(default_factory=dict)


def product(dice: random.Random) -> Product:
    """Items, bills and routings."""
    made = Product()
    for k in range(FINISHED):
        _add(made, f"00{1001 + k}", f"{FAMILIES[k // len(SIZES)]} Gr. {SIZES[k % len(SIZES)]}", "finished")
    for k in range(PARTS):
        _add(made, f"00{2001 + k}", f"{PART_WORDS[k % 6]} {SIZES[k // 6 % 8]}-{k // 6 + 1}", "part")
    for k in range(BOUGHT):
        _add(made, f"00{3001 + k}", f"{BOUGHT_WORDS[k % 8]} {10 + 5 * (k // 8)}", "bought")
    for k in range(FINISHED):
        parts = dice.sample(range(FINISHED, FINISHED + PARTS), dice.randint(3, 5))
        made.bill[k] = {part: dice.choice((1, 1, 1, 2, 2, 3)) for part in sorted(parts)}
        made.bill[k][FINISHED + PARTS + dice.randrange(BOUGHT)] = 1
    for k in range(FINISHED, FINISHED + PARTS):
        bought = dice.sample(range(FINISHED + PARTS, FINISHED + PARTS + BOUGHT), dice.randint(2, 4))
        made.bill[k] = {part: dice.choice((1, 1, 2, 4)) for part in sorted(bought)}
    for k in range(FINISHED + PARTS):
        made.steps[k] = _routing(dice, k)
    return made


def _add(made: Product, item: str, name: str, kind: str) -> None:
    made.item.append(item)
    made.name.append(name)
    made.kind.append(kind)


def _routing(dice: random.Random, k: int) -> list[Step]:
    assembled = k < FINISHED
    machines = range(FIRST_ASSEMBLY, len(MACHINES)) if assembled else range(FIRST_ASSEMBLY)
    count = 2 if assembled else dice.choice((1, 2, 2))
    chosen = sorted(dice.sample(machines, count))
    return [
        Step(10 * (n + 1), centre, round(dice.uniform(0.3, 1.8), 2), round(dice.uniform(0.03, 0.2), 3), dice.choice((1, 1, 2, 2, 3)))
        for n, centre in enumerate(chosen)
    ]
