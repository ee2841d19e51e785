"""Every setting and column of the market says what it moves, in names that exist."""

from __future__ import annotations

import pytest

from e2esim.config.settings import known_keys
from e2esim.domain.moves import LABELS, MOVES, OTHERWISE, SECTIONS, Turn
from e2esim.domain.schema.market import TABLES
from e2esim.kpi.catalogue import CATALOGUE

COLUMNS = {
    f"{table.name}.{column.name}"
    for table in TABLES
    if table.name not in OTHERWISE
    for column in table.columns
    if column.kind != "id" and column.name not in (*table.key, "source") and f"{table.name}.{column.name}" not in LABELS
}
SETTINGS = {key for key in known_keys() if key.split(".")[0] in SECTIONS}


def test_every_knob_says_what_it_moves() -> None:
    assert sorted((COLUMNS | SETTINGS) - set(MOVES)) == []
    assert sorted(set(MOVES) - COLUMNS - SETTINGS - {"touchpoints.channel"}) == []


@pytest.mark.parametrize("name", sorted(MOVES))
def test_what_it_moves_is_a_kpi(name: str) -> None:
    assert MOVES[name], name
    for turn in MOVES[name]:
        assert turn.signs(), name
        assert set(turn.signs()) <= set(CATALOGUE), name


def test_signs_are_read() -> None:
    assert Turn("*2", "csat- clv+ nps").signs() == {"csat": -1, "clv": 1, "nps": 0}
