"""How wide a text is, as the widest of the fonts that a page may use writes it, and labels that must not overlap."""

from __future__ import annotations

from collections.abc import Sequence

# [em/100] width of letters, measured in DejaVu Sans, the widest of the usual fonts of a page
_WIDTHS = {
    29: "'ijlIJìÌ", 32: " ,.·", 34: "/:;\\|f", 41: "-()[]t!r", 50: "\"*_`–°", 55: "szc?", 59: "LFkvxy", 64: "PTYaoàòeèéESbdghnpquùÈÉ$0123456789{}€",
    69: "KAVÀBRXZC", 75: "UÙHN", 79: "DG&OQØÒ", 84: "w#+<=>^~≤≥−→←×±", 97: "M%m", 100: "W@…",
}  # fmt: skip
_WIDTH = {letter: width for width, letters in _WIDTHS.items() for letter in letters}
_OTHER = 75  # of letters that are not listed
_WIDE_SCRIPT = 0x2E80  # from here on letters are as wide as they are high


def wide(text: str, size: float = 10.0) -> float:
    """Return how many px a text of ``size`` px is wide at most.

    >>> wide("iii") < wide("mmm")
    True
    """
    return 1.02 * size * sum(_WIDTH.get(letter, 100 if ord(letter) >= _WIDE_SCRIPT else _OTHER) for letter in text) / 100.0


def spread(values: Sequence[float], least: float) -> list[float]:
    """Move label positions apart until neighbours are ``least`` away, keeping their order.

    >>> spread([1.0, 1.1, 5.0], 1.0)
    [0.55, 1.55, 5.0]
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    groups: list[list[float]] = []  # [centre, count]
    for k in order:
        groups.append([values[k], 1.0])
        while len(groups) > 1 and groups[-1][0] - groups[-2][0] < least * (groups[-1][1] + groups[-2][1]) / 2 - 1e-9:
            (c1, n1), (c2, n2) = groups[-2], groups[-1]
            groups[-2:] = [[(c1 * n1 + c2 * n2) / (n1 + n2), n1 + n2]]
    placed: list[float] = []
    for centre, count in groups:
        placed += [centre + least * (j - (count - 1) / 2) for j in range(int(count))]
    out = [0.0] * len(values)
    for position, k in zip(placed, order, strict=True):
        out[k] = round(position, 9)
    return out
