"""Weekdays by name in five languages, in full or shortened, as far as one reading is possible."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_LANGUAGES = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "montag dienstag mittwoch donnerstag freitag samstag|sonnabend sonntag",
    "lunedi martedi mercoledi giovedi venerdi sabato domenica",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "lunes martes miercoles jueves viernes sabado domingo",
)
_SHORTEST = 2  # letters


def weekday_numbers(cells: Iterable[str]) -> dict[str, str]:
    """Return the number, 1 for Monday, of each cell that names a weekday: the languages in which all names make sense decide, else all that know it.

    ``Do`` is Thursday beside ``Mi`` and ``Fr``, Sunday beside ``Gi`` and ``Ve``, and nothing alone.

    Examples
    --------
    >>> weekday_numbers(["Mo", "Do", "6"]), weekday_numbers(["do", "gi"]), weekday_numbers(["Do"]), weekday_numbers(["Sonnabend", "mi\u00e9."])
    ({'Mo': '1', 'Do': '4'}, {'do': '7', 'gi': '4'}, {}, {'Sonnabend': '6', 'mi\u00e9.': '3'})
    """
    words = {cell: _plain(cell) for cell in cells if cell and not any(sign.isdigit() for sign in cell)}
    read = [[_number(word, names.split()) for word in words.values()] for names in _LANGUAGES]
    fitting = [numbers for numbers in read if all(numbers)] or read
    found = {cell: {numbers[k] for numbers in fitting} - {0} for k, cell in enumerate(words)}
    return {cell: str(numbers.pop()) for cell, numbers in found.items() if len(numbers) == 1}


def _plain(cell: str) -> str:
    """Small letters without accents and full stop."""
    return "".join(sign for sign in unicodedata.normalize("NFD", cell.strip().rstrip(".").lower()) if not unicodedata.combining(sign))


def _number(word: str, names: list[str]) -> int:
    """Number of the one weekday that begins so in a language; 0 if there is none."""
    hits = [k for k, name in enumerate(names, start=1) if len(word) >= _SHORTEST and any(one.startswith(word) for one in name.split("|"))]
    return hits[0] if len(hits) == 1 else 0
