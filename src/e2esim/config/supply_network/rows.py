"""Typed tables of a network company as plain rows, with a way to say what is wrong in one of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from e2esim.config.grids import ROW
from e2esim.config.problems import Problem
from e2esim.config.tables import Typed
from e2esim.domain.worktime import WorkTime

Row = dict[str, Any]


@dataclass
class Reader:
    """Rows of the tables of one company; problems are collected. ``start`` is the day on which the run begins, ``days`` how long it is."""

    typed: Typed
    start: dt.date
    days: int = 0
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    only_site: str = ""
    calendars: dict[str, WorkTime] | None = None  # laid out when the first row names one

    def rows(self, table: str) -> Iterator[Row]:
        """Rows of ``table`` whose ids could be read; an empty site means the only one."""
        for row in self.typed.frames[table].iter_rows(named=True):
            if "site" in row and not row["site"] and table not in ("supply", "sites"):
                row["site"] = self.only_site
            yield row

    def day(self, date: dt.date | None) -> float | None:
        """Days from the start of the run to a date, None where there is none."""
        return None if date is None else float((date - self.start).days)

    def there(self, table: str) -> bool:
        """Whether the table has rows."""
        return not self.typed.frames[table].is_empty()

    def wrong(self, table: str, row: Row | None, column: str, message: str, remedy: str, *, warning: bool = False) -> None:
        """Report a problem of ``row`` of ``table``."""
        value = "" if row is None or row.get(column) is None else str(row[column])
        number = None if row is None else row[ROW]
        self.problems.append(
            Problem(file=self.typed.labels[table], row=number, column=column, value=value, message=message, remedy=remedy, warning=warning)
        )
