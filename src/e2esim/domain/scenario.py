"""A scenario as the user wrote it: settings and typed tables, nothing compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from e2esim.domain.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Settings plus one typed polars frame a table of :data:`e2esim.domain.schema.TABLES`, already checked at the door."""

    settings: Settings
    tables: Mapping[str, pl.DataFrame]
    origin: str = ""  # where it was read from, for messages
    levers: tuple[str, ...] = ()  # pulled: what they change is in settings and tables already
