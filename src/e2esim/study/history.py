"""The figures of a company's last year (table ``history_kpis``) beside what runs make of them.

The company's year is one draw of chance, and so is a run. What is held against the year is the mean of the runs, which is known to an
interval only; so a figure is met, not met, or the runs cannot tell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from e2esim.kpi.catalogue import CATALOGUE
from e2esim.study.intervals import mean_interval

_EXTENSIVE = ("/year", "pcs", "customers", "lines", "EUR")  # units that grow with the scale
SURELY = 2.0  # tolerances: a gap as large as that must be left out by the interval before a figure is called met (assumed)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of the last year, and what the runs make of it at the full size: ``found`` the mean, ``low`` and ``high`` its 95 % interval
    (none of one run), ``spread`` the standard deviation of a single run's year.
    """

    kpi: str
    dimension: str
    member: str
    history: float
    tolerance: float
    fitted: bool
    found: float | None = None
    low: float = math.nan
    high: float = math.nan
    spread: float = math.nan

    @property
    def gap(self) -> float:
        """Relative gap of the mean to the history; NaN if the runs cannot tell."""
        return float("nan") if self.found is None else self.found / self.history - 1.0

    @property
    def gaps(self) -> tuple[float, float]:
        """95 % interval of the gap, NaN of one run."""
        ends = self.low / self.history - 1.0, self.high / self.history - 1.0
        return min(ends), max(ends)

    @property
    def chance(self) -> float:
        """How far one year of this very firm lies from another by chance: a standard deviation, of the history."""
        return self.spread / abs(self.history)

    @property
    def met(self) -> bool:
        """True if the mean lies within the tolerance; how surely is in `verdict`."""
        return abs(self.gap) <= self.tolerance

    @property
    def verdict(self) -> str:
        """'met', 'off' or 'unknown'.

        Met: the mean lies within the tolerance and the interval leaves out gaps of twice the tolerance, so that a model that is off by so much is
        called met once in forty times at most, however few the runs. Off: the whole interval lies beyond the tolerance. One run has no interval:
        its gap decides.

        Examples
        --------
        >>> made = Figure(kpi="turnover", dimension="all", member="all", history=100.0, tolerance=0.02, fitted=False)
        >>> [replace(made, found=m, low=m - h, high=m + h).verdict for m, h in ((101.0, 2.0), (101.0, 4.0), (103.0, 2.0), (105.0, 2.0))]
        ['met', 'unknown', 'unknown', 'off']
        """
        if self.found is None:
            return "off"
        low, high = self.gaps
        if math.isnan(low):
            return "met" if self.met else "off"
        if low > self.tolerance or high < -self.tolerance:
            return "off"
        return "met" if self.met and max(-low, high) < SURELY * self.tolerance else "unknown"


def figures(table: pl.DataFrame | None) -> tuple[Figure, ...]:
    """The figures of table ``history_kpis``.

    Raises
    ------
    ValueError
        If there is none, a KPI is not known, or a value is zero.
    """
    if table is None or table.height == 0:
        raise ValueError("nothing to calibrate to: table history_kpis is empty; state the last year's figures there")
    found = []
    for row in table.iter_rows(named=True):
        if row["kpi"] not in CATALOGUE:
            raise ValueError(f"history_kpis: there is no KPI {row['kpi']!r}")
        if row["value"] == 0:
            raise ValueError(f"history_kpis: {row['kpi']} of {row['member']} is zero; a gap in per cent needs another value")
        found.append(
            Figure(
                kpi=row["kpi"],
                dimension=row["dimension"],
                member=row["member"],
                history=float(row["value"]),
                tolerance=float(row["tolerance"]),
                fitted=bool(row["fitted"]),
            )
        )
    return tuple(found)


def beside(asked: Sequence[Figure], tables: Sequence[pl.DataFrame], scale: float) -> tuple[Figure, ...]:
    """The figures with what runs at ``scale`` found; ``tables``: KPI tables of all dimensions, one a run. Nothing where a run does not tell it."""
    cells: dict[tuple[str, str, str], list[float]] = {}
    rows = pl.concat([table.select("kpi", "dimension", "member", "value") for table in tables])
    for kpi, dimension, member, value in rows.filter(pl.col("kpi").is_in([one.kpi for one in asked])).drop_nulls("value").iter_rows():
        cells.setdefault((kpi, dimension, member), []).append(value)
    return tuple(_measured(one, cells, len(tables), scale) for one in asked)


def check_told(asked: Sequence[Figure], table: pl.DataFrame) -> None:
    """Refuse figures that no run tells.

    Raises
    ------
    ValueError
        If the KPI table of a run has no such row.
    """
    told = set(table.select("kpi", "dimension", "member").iter_rows())
    for one in asked:
        if (one.kpi, one.dimension, one.member) not in told:
            raise ValueError(f"history_kpis: {one.kpi} is not told for {one.dimension} {one.member}")


def _measured(one: Figure, cells: Mapping[tuple[str, str, str], list[float]], runs: int, scale: float) -> Figure:
    values = cells.get((one.kpi, one.dimension, one.member), [])
    if not values or len(values) < runs:
        return one
    size = scale if grows(CATALOGUE[one.kpi].unit) else 1.0
    values = [value / size for value in values]
    mean, low, high = mean_interval(values)
    spread = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1)) if len(values) > 1 else math.nan
    return replace(one, found=mean, low=low, high=high, spread=spread)


def grows(unit: str) -> bool:
    """Whether a KPI of this unit grows with the scale.

    >>> grows("EUR/year"), grows("share")
    (True, False)
    """
    return any(mark in unit for mark in _EXTENSIVE)
