"""How results show themselves: one line as text, a table in a notebook."""

from __future__ import annotations

import html
from abc import ABC, abstractmethod

import polars as pl

ROWS = 12  # rows of a notebook's table


class Shown(ABC):
    """A result with a headline and a table."""

    @abstractmethod
    def headline(self) -> str:
        """One line."""

    @abstractmethod
    def table(self) -> pl.DataFrame:
        """What a notebook shows."""

    def __repr__(self) -> str:
        return f"<{self.headline()}>"

    def _repr_html_(self) -> str:
        frame = self.table()
        more = f"<p>... {frame.height - ROWS:,} more rows</p>" if frame.height > ROWS else ""
        return f"<p><b>{html.escape(self.headline())}</b></p>{frame.head(ROWS)._repr_html_()}{more}"
