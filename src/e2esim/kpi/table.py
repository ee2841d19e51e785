"""The table of KPIs of one run: gathers values by group, then hands out a frame and headline numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.kpi.catalogue import CATALOGUE
from e2esim.kpi.groups import DIMENSIONS, Groups

Values = npt.NDArray[np.floating[Any]]

SCHEMA = {
    "kpi": pl.String,
    "unit": pl.String,
    "dimension": pl.String,
    "member": pl.String,
    "value": pl.Float64,
    "n": pl.Int64,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class KpiTable:
    """All KPIs of one run.

    Parameters
    ----------
    frame
        Columns kpi, unit, dimension, member, value (null = cannot be told), n (lines, customers, answers ... behind
        it).
    headline
        Name -> (value over all, unit); None = cannot be told.
    notes
        Name -> why a headline value cannot be told.
    """

    frame: pl.DataFrame
    headline: dict[str, tuple[float | None, str]]
    notes: dict[str, str]

    def value(self, kpi: str, dimension: str = "all", member: str = "all") -> float | None:
        """Return one value, None if it cannot be told.

        Raises
        ------
        KeyError
            If the table has no such row.
        """
        rows = self.frame.filter(
            (pl.col("kpi") == kpi) & (pl.col("dimension") == dimension) & (pl.col("member") == member)
        )
        if rows.height == 0:
            raise KeyError(f"no KPI {kpi} for {dimension} {member}")
        found: float | None = rows["value"][0]
        return found


@dataclass
class Findings:
    """Collects KPI values by group; every name must stand in the catalogue."""

    groups: Groups
    rows: dict[str, list[tuple[str, Sequence[str], Values, Values]]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def put(self, kpi: str, values: Values, n: Values) -> None:
        """Take values and counts by group, each (n_groups,), for the dimensions that the catalogue names."""
        for dimension in CATALOGUE[kpi].dimensions:
            if dimension in DIMENSIONS:
                part = self.groups.slice(dimension)
                self.put_members(kpi, dimension, self.groups.members[dimension], values[part], n[part])

    def put_one(self, kpi: str, value: float, n: float, note: str = "") -> None:
        """Take one value over all; ``note`` says why it is NaN, if it is."""
        self.put_members(kpi, "all", ("all",), np.array([value]), np.array([n]))
        if note and math.isnan(value):
            self.notes[kpi] = note

    def put_members(self, kpi: str, dimension: str, members: Sequence[str], values: Values, n: Values) -> None:
        """Take values of the members of one dimension, each (n_members,)."""
        if dimension not in CATALOGUE[kpi].dimensions:
            raise ValueError(f"the catalogue does not break {kpi} down by {dimension}")
        self.rows.setdefault(kpi, []).append(
            (dimension, members, np.asarray(values, dtype=np.float64), np.asarray(n, dtype=np.float64))
        )

    def table(self) -> KpiTable:
        """Return everything in the order of the catalogue; a KPI never taken is an error.

        Raises
        ------
        ValueError
            If a KPI of the catalogue is missing.
        """
        missing = [name for name in CATALOGUE if name not in self.rows]
        if missing:
            raise ValueError(f"KPIs of the catalogue without a value: {', '.join(missing)}")
        columns: dict[str, list[Any]] = {name: [] for name in SCHEMA}
        headline: dict[str, tuple[float | None, str]] = {}
        for name, kpi in CATALOGUE.items():
            for dimension, members, values, n in self.rows[name]:
                told = [v if math.isfinite(v) else None for v in values.tolist()]
                columns["kpi"] += [name] * len(told)
                columns["unit"] += [kpi.unit] * len(told)
                columns["dimension"] += [dimension] * len(told)
                columns["member"] += list(members)
                columns["value"] += told
                columns["n"] += [round(count) for count in n.tolist()]
                if dimension == "all":
                    headline[name] = (told[0], kpi.unit)
        for name, (value, _) in headline.items():
            if value is None:
                self.notes.setdefault(name, f"no {CATALOGUE[name].counted} in the reporting window")
        notes = {name: note for name, note in self.notes.items() if headline[name][0] is None}
        return KpiTable(frame=pl.DataFrame(columns, schema=SCHEMA), headline=headline, notes=notes)
