"""Words that count pieces, as exports of an ERP write them."""

from __future__ import annotations

PIECES = frozenset(
    ("pcs", "pc", "pce", "piece", "pieces", "ea", "each", "st", "stk", "stck", "stück", "stueck", "pz", "pezzi",
     "un", "u", "unit", "units", "ud", "uds", "szt", "sztuk", "ks", "kus", "nr", "stücke", "stuks", "stuk", "pza", "pzas", "pieza", "piezas",
     "pièce", "pièces", "pezzo", "unidad", "unidades", "unité", "unités")
)


def same_unit(one: str, other: str) -> bool:
    """Whether two words mean one unit.

    >>> same_unit("ST", "pcs"), same_unit("KG", "kg"), same_unit("m", "m2")
    (True, True, False)
    """
    a, b = one.strip().strip(".").lower(), other.strip().strip(".").lower()
    return a == b or (a in PIECES and b in PIECES)


def is_pieces(unit: str) -> bool:
    """Whether a unit counts pieces."""
    return unit.strip().strip(".").lower() in PIECES
