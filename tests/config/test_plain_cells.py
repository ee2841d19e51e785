"""Steps that mend cells and look first whether there is one to mend give what they give when they mend all."""

from __future__ import annotations

from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.config import small_tables
from e2esim.config.cells import cast
from e2esim.config.export_cells import _made_plain
from e2esim.config.problems import Problem
from e2esim.config.sheets import RawTable, _unframed
from e2esim.config.styles import _plain_numbers
from e2esim.config.tidy import tidied
from e2esim.domain.schema import TABLE

_IDS = ["A", "007", '="007"', "'12", "a\u200bb", "1E+05", "item", "Item", "or  der", "null", "#N/A", "-", "Artikel", "", "x-y", "\ufefforder", "Order", "Total"]
_DAYS = ["2026-04-01", "", "31.01.2026", "20260131", "2026-W14", "00.00.0000", "9999-12-31", "Mo 1.4.2026", "46113", "12-24", "soon", "due", "0000-00-00",
         "2026-04-01\n2026-04-02", "24.12.", "2026-4-1", "5-Mar-2026"]  # fmt: skip
_NUMBERS = ["1", "2.5", "1,5", "1.000", "1 000", "99,9-", "5.-", "\u22127", "1e3", "1e999", "nan", "-3", "+4", "", "qty", "7\n8",
            "12345678901234567890", ".5", "5.", "1.234e0"]  # fmt: skip
_CLOCKS = ["8:00", "16:30", "8.00", "0800", "4 PM", "", "24:00", "8h30", "07:15:00", "0.25", "0.583", "1"]


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, pl.DataFrame]:
    n = draw(st.integers(1, 4))

    def cells(of: list[str]) -> list[str]:
        plain = draw(st.booleans())
        return draw(st.lists(st.sampled_from(of[:2] if plain else of), min_size=n, max_size=n))

    rows = {"row": list(range(2, n + 2))}
    if draw(st.booleans()):
        return "orders", pl.DataFrame({**rows, "order": cells(_IDS), "item": cells(_IDS), "qty": cells(_NUMBERS), "due": cells(_DAYS)})
    return "calendars", pl.DataFrame(
        {**rows, "calendar": cells(_IDS), "weekday": cells(["1", "2", "Mon", "martedì", "Do", ""]), "start": cells(_CLOCKS), "end": cells(_CLOCKS)}
    )


def _read(name: str, frame: pl.DataFrame) -> tuple[dict[str, list[object]], list[Problem]]:
    table = TABLE[name]
    raw = tidied(_plain_numbers(_made_plain(RawTable(name, f"{name}.csv", frame), table), table, ""), table)
    done = {c.name: cast(c, raw.frame[c.name], raw.frame["row"], raw.label) for c in table.columns if c.name in raw.frame.columns}
    return {name: one.values.to_list() for name, one in done.items()}, [*raw.problems, *(problem for one in done.values() for problem in one.problems)]


@settings(max_examples=150, deadline=None)
@given(tables())
def test_looking_first_changes_nothing(table: tuple[str, pl.DataFrame]) -> None:
    looked = _read(*table)
    with patch.object(small_tables, "MOST_ROWS", -1):
        assert _read(*table) == looked


def test_plain_tables_are_not_mended() -> None:
    frame = pl.DataFrame({"row": [2, 3], "order": ["1", "2"], "item": ["A", "B"], "qty": ["1", "2.5"], "due": ["2026-04-01", ""]})
    raw = RawTable("orders", "orders.csv", frame)
    assert _made_plain(raw, TABLE["orders"]).frame is frame
    assert _plain_numbers(raw, TABLE["orders"], "").frame is frame


@pytest.mark.parametrize("text", ["a|b\n1|2\n", "-5,a\n", "| a |\n| 1 |\n", "+---+\n| a |\n+---+\n", "\n\n|a|\n", "", "=a\n1\n"])
def test_a_text_without_a_frame_stays(text: str) -> None:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    framed = any(line.startswith("|") for line in lines) and all(line.startswith("|") or not line.strip("-+=") for line in lines)
    assert (_unframed(text) != text) == framed
