"""How far a plan moves against an earlier one: lots and purchases matched piece by piece, in pieces times days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

NEW_DAYS = 14  # a piece that is new or gone counts as if it had moved so far [d]
EPS = 1e-9


@dataclass(frozen=True, kw_only=True)
class Move:
    """`qty` pieces of `key` planned on day `old` before and on `new` now; None = new, or gone."""

    key: Hashable
    old: int | None
    new: int | None
    qty: float

    @property
    def piece_days(self) -> float:
        """Pieces times days."""
        return self.qty * (NEW_DAYS if self.old is None or self.new is None else abs(self.new - self.old))


Planned = Iterable[tuple[Hashable, int, float]]  # key, day, pieces


def moves(old: Planned, new: Planned) -> list[Move]:
    """What moved between two plans: what stands on the same day in both first, then the earliest with the earliest.

    Examples
    --------
    >>> [(m.old, m.new, m.qty) for m in moves([("A", 3, 5.0), ("A", 9, 4.0)], [("A", 3, 2.0), ("A", 5, 3.0), ("A", 9, 6.0)])]
    [(3, 5, 3.0), (None, 9, 2.0)]
    >>> moves([("A", 3, 5.0)], [("A", 3, 5.0)])
    []
    """
    before, after = _by_day(old), _by_day(new)
    found = []
    for key in sorted({*before, *after}, key=str):
        left, right = before.get(key, {}), after.get(key, {})
        for day in left.keys() & right.keys():
            same = min(left[day], right[day])
            left[day] -= same
            right[day] -= same
        found += _matched(key, _queue(left), _queue(right))
    return found


def nervousness(found: Iterable[Move]) -> float:
    """Pieces times days of all moves."""
    return float(sum(move.piece_days for move in found))


def _matched(key: Hashable, old: list[list[float]], new: list[list[float]]) -> list[Move]:
    found, i, j = [], 0, 0
    while i < len(old) or j < len(new):
        if i < len(old) and j < len(new):
            qty = min(old[i][1], new[j][1])
            found.append(Move(key=key, old=int(old[i][0]), new=int(new[j][0]), qty=qty))
            old[i][1] -= qty
            new[j][1] -= qty
            i += old[i][1] <= EPS
            j += new[j][1] <= EPS
        elif i < len(old):
            found.append(Move(key=key, old=int(old[i][0]), new=None, qty=old[i][1]))
            i += 1
        else:
            found.append(Move(key=key, old=None, new=int(new[j][0]), qty=new[j][1]))
            j += 1
    return found


def _by_day(rows: Planned) -> dict[Hashable, dict[int, float]]:
    table: dict[Hashable, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for key, day, qty in rows:
        table[key][int(day)] += qty
    return table


def _queue(days: dict[int, float]) -> list[list[float]]:
    return [[day, days[day]] for day in sorted(days) if days[day] > EPS]
