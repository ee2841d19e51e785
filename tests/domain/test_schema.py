"""The one schema: every column is read by somebody, one word means one thing, and views ask for no more than they read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from e2esim.domain.schema import LAYERS, TABLE, TABLES, VERBS, tables_for

SOURCES = Path(__file__).parents[2] / "src" / "e2esim"
CODE = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py") if "domain/schema" not in path.as_posix())
WORDS = set(re.findall(r"[a-z_][a-z0-9_]*", CODE))
FOR_PEOPLE = {"source", "reason"}  # said why, read by people


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_every_column_is_read_by_a_verb_and_by_the_code(table: str) -> None:
    for column in TABLE[table].columns:
        verbs = TABLE[table].verbs if column.verbs is None else column.verbs
        assert verbs, f"{table}.{column.name} is read by no verb"
        assert set(verbs) <= set(VERBS)
        known = column.name in FOR_PEOPLE
        assert known or column.name in WORDS, f"{table}.{column.name} is in no line of code"
        assert column.meaning or column.kind == "id", f"{table}.{column.name} has no meaning"


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_every_bound_has_a_reason(table: str) -> None:
    bounded = [column for column in TABLE[table].columns if not column.low is column.above is column.high is None]
    assert not [f"{table}.{column.name}" for column in bounded if not column.reason]


def test_names_and_aliases_are_told_apart() -> None:
    for table in TABLES:
        names = [column.name for column in table.columns] + [alias for column in table.columns for alias in column.aliases]
        assert len(names) == len(set(names)), table.name
    assert len(TABLE) == len(TABLES) == sum(map(len, LAYERS.values()))


def test_keys_and_references_are_columns() -> None:
    for table in TABLES:
        columns = {column.name for column in table.columns}
        assert set(table.key) <= columns, table.name
        for column in table.columns:
            if column.ref is not None:
                TABLE[column.ref[0]].column(column.ref[1])


@pytest.mark.parametrize("verb", VERBS)
def test_a_view_holds_what_its_verb_reads(verb: str) -> None:
    view = {table.name: table for table in tables_for(verb)}  # type: ignore[arg-type]
    for table in TABLES:
        assert (table.name in view) == (table.need(verb) != "not read")  # type: ignore[arg-type]
        for column in table.columns if table.name in view else ():
            asked = column.name in {c.name for c in view[table.name].columns}
            assert asked == (table.need(verb, column) != "not read")  # type: ignore[arg-type]
    for table in view.values():
        assert all(column.ref is None or column.ref[0] in view for column in table.columns)


def test_a_plan_and_a_run_need_items_alone() -> None:
    assert [table.name for table in tables_for("plan") if table.required] == ["items"]
    assert [table.name for table in tables_for("run") if table.required] == ["items"]
