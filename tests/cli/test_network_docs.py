"""docs/network_data.md is what the schema says today, and every column of a network company is read by its door."""

from __future__ import annotations

import re
from pathlib import Path

from e2esim.cli.network_docs import network_page
from e2esim.domain.schema.supply_network import TABLES

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "network_data.md").read_text(encoding="utf-8") == network_page(), "run `make docs`"


def test_every_column_is_read() -> None:
    door = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src" / "e2esim" / "config" / "supply_network").glob("*.py"))
    columns = [(table.name, column.name) for table in TABLES for column in table.columns if column.name != "source"]
    unread = [f"{table}.{name}" for table, name in columns if not re.search(rf"[\"']{name}[\"']", door)]
    assert not unread
