"""No dead knob: each setting and column of the market moves the KPIs it names, with the sign, on common random numbers.

All of them in the long tests; two by turns, changing with the day, in every run of the tests: these look for any movement only.
"""

from __future__ import annotations

import datetime as dt

import pytest

from e2esim.domain.moves import MOVES, Turn
from turning import before, kpis, turned, wrong

TURNS = [(name, turn) for name, turns in sorted(MOVES.items()) for turn in turns]
PLAIN = [(name, turn) for name, turn in TURNS if not turn.given]
TODAY = dt.datetime.now(dt.UTC).date().toordinal()
DAYS, FEW = 60, 30


@pytest.mark.long
@pytest.mark.parametrize(("name", "turn"), TURNS, ids=[f"{name}{turn.to} {turn.where}" for name, turn in TURNS])
def test_it_moves_what_it_names(name: str, turn: Turn) -> None:
    assert wrong(turn, before(DAYS, turn.given), kpis(turned(name, turn, DAYS)), signs=True) == []


@pytest.mark.parametrize("place", [2 * TODAY, 2 * TODAY + 1])
def test_two_of_them_move_something_today(place: int) -> None:
    """A knob that moves nothing in a month of simulated time is dead."""
    name, turn = PLAIN[place % len(PLAIN)]
    old, new = before(FEW, ()), kpis(turned(name, turn, FEW))
    assert old != new, (name, turn)
