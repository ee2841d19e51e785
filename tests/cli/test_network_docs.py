"""Every column that the schema says a network run reads is read by its door."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from e2esim.domain.build.making import lay_out_calendars
from e2esim.domain.schema import tables_for

ROOT = Path(__file__).resolve().parents[2]


def test_every_column_is_read() -> None:
    door = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src" / "e2esim" / "config" / "supply_network").glob("*.py"))
    door += inspect.getsource(lay_out_calendars)
    columns = [(table.name, column.name) for table in tables_for("network run") for column in table.columns if column.name != "source"]
    unread = [f"{table}.{name}" for table, name in columns if table != "settings" and not re.search(rf"[\"']{name}[\"']", door)]
    assert not unread
