"""docs/data.md is what the schema and the settings say today."""

from __future__ import annotations

from pathlib import Path

from e2esim.cli.docs import data_page
from e2esim.config.places import groups
from e2esim.config.settings import known_keys
from e2esim.domain.schema import TABLES

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "data.md").read_text(encoding="utf-8") == data_page(), "run `make docs`"


def test_the_page_tells_every_key_option_and_column() -> None:
    page = data_page()
    for key in known_keys():
        assert f"| `{key}` |" in page
    tables = page.split("\n## Tables\n", 1)[1]
    for table in TABLES:
        section = tables.split(f"\n### {table.name}\n", 1)[1].split("\n### ", 1)[0]
        for column in table.columns:
            assert f"| `{column.name}` |" in section
    for group, options in groups().items():
        assert all(option in page.split(f"| {group} |", 1)[1].split("\n", 1)[0] for option in options)


def test_every_setting_has_a_meaning() -> None:
    lines = data_page().split("## Tables")[0].splitlines()
    silent = {line.split("`")[1] for line in lines if line.startswith("| `") and line.endswith("|  |")}
    plain = {"name", "title", "seed", "horizon.start", "satisfaction.model", "organisation.mode"}
    assert silent <= plain | {f"{group}.rule" for group in ("planning", "promise", "precedence")}
