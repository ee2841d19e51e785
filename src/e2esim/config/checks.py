"""What a check between tables sees, and how checks are run: each only where the columns it stands on are readable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from e2esim.config.grids import ROW
from e2esim.config.problems import Problem
from e2esim.config.tables import Typed
from e2esim.domain.settings import Settings

Check = Callable[["View"], Iterator[Problem]]


@dataclass(frozen=True)
class View:
    """Typed tables and settings (None where these are wrong themselves)."""

    typed: Typed
    settings: Settings | None

    def table(self, name: str) -> pl.DataFrame:
        """Return a typed table with the extra column ``row``."""
        return self.typed.frames[name]

    def problem(
        self,
        table: str,
        message: str,
        *,
        row: int | None = None,
        column: str = "",
        value: object = "",
        remedy: str = "",
        warning: bool = False,
    ) -> Problem:
        """Return a problem placed in ``table``."""
        return Problem(
            file=self.typed.labels[table],
            row=row,
            column=column,
            value=str(value),
            message=message,
            remedy=remedy,
            warning=warning,
        )

    def first_row(self, table: str, **wanted: object) -> int | None:
        """Return the file row of the first row of ``table`` with these values, None if there is none."""
        found = self.table(table).filter(pl.all_horizontal(pl.col(name) == value for name, value in wanted.items()))
        return None if found.is_empty() else int(found[ROW][0])

    def demand(self) -> pl.DataFrame:
        """Return the total demand of each (item, market, channel) that has any, with the row where it first appears."""
        return (
            self.table("history").filter(pl.col("qty") > 0)
            .group_by("item", "market", "channel").agg(pl.col("qty").sum(), pl.col(ROW).min()).sort(ROW)
        )  # fmt: skip


def needs(*columns: str) -> Callable[[Check], Check]:
    """Mark a check with the ``table.column`` it stands on; it is left out where one is unreadable."""

    def mark(check: Check) -> Check:
        check.needs = columns  # type: ignore[attr-defined]
        return check

    return mark


def run_checks(checks: Sequence[Check], view: View) -> list[Problem]:
    """Run every check that stands on readable ground; return what they found in order."""
    doubtful = {f"{table}.{column}" for table, column in view.typed.doubtful}
    shaky = doubtful | {name.split(".")[0] for name in doubtful} | view.typed.partial
    found: list[Problem] = []
    for check in checks:
        ground: tuple[str, ...] = getattr(check, "needs", ())
        if not any(name in shaky or name.split(".")[0] in view.typed.partial for name in ground):
            found += check(view)
    return found
