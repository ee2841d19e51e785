"""What the S&OP cycles of a run planned and decided, month by month, for the page and the row tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from e2esim.domain.outcome import Outcome, SopFact
from e2esim.report.grids import TextGrid
from e2esim.report.words import Words


@dataclass(frozen=True, kw_only=True)
class SopMonth:
    """A month as the cycle at its start saw it [pcs, EUR], and what is in force in it: (name, amount)."""

    month: str
    demand: float
    production: float
    stock: float
    waiting: float
    ahead: float
    contribution_eur: float
    fullest: tuple[str, float]  # work centre, load [share]
    shifts: tuple[tuple[str, float], ...]  # work centre, [h/machine/week]
    frames: tuple[tuple[str, float], ...]  # supplier/material, [unit/week]


def sop_frame(outcome: Outcome) -> pl.DataFrame:
    """One row a cycle, month, fact and name; no rows without S&OP."""
    schema = {"cycle": pl.Int32, "t_h": pl.Float64, "month": pl.String, "fact": pl.String, "name": pl.String, "value": pl.Float64}
    if not outcome.sop:
        return pl.DataFrame(schema=schema)
    o = outcome.sop
    names = [SopFact(int(k)).name.lower() for k in o["fact"]]
    columns = (o["cycle"], o["t"], o["month"].tolist(), names, o["name"].tolist(), o["value"])
    return pl.DataFrame(dict(zip(schema, columns, strict=True)), schema=schema)


def read_sop(outcome: Outcome) -> list[SopMonth]:
    """Months of the run in order, each from the cycle at its start."""
    table = sop_frame(outcome)
    found = []
    for (cycle,), rows in table.group_by(["cycle"], maintain_order=True):
        month = rows["month"][0]
        own = rows.filter(pl.col("month") == month)

        def total(fact: str, own: pl.DataFrame = own) -> float:
            return float(own.filter(pl.col("fact") == fact)["value"].sum())

        load = own.filter(pl.col("fact") == "load").sort("value")
        found.append(
            SopMonth(
                month=month,
                demand=total("demand"),
                production=total("production"),
                stock=total("stock"),
                waiting=total("waiting"),
                ahead=total("ahead"),
                contribution_eur=total("contribution"),
                fullest=(str(load["name"][-1]), float(load["value"][-1])) if load.height else ("", 0.0),
                shifts=_decided(table, "shift", month),
                frames=_decided(table, "frame", month),
            )
        )
        assert isinstance(cycle, int)
    return found


def _decided(table: pl.DataFrame, fact: str, month: str) -> tuple[tuple[str, float], ...]:
    rows = table.filter((pl.col("fact") == fact) & (pl.col("month") == month) & (pl.col("value") > 1e-9))
    return tuple((str(name), float(value)) for name, value in rows.select("name", "value").iter_rows())


def sop_grid(months: list[SopMonth], centre_name: Callable[[str], str], words: Words) -> TextGrid:
    """The table behind the picture: a month a row."""
    head = [words(f"sop_{key}") for key in ("month", "demand", "production", "stock", "waiting", "contribution", "fullest", "shifts", "frames")]
    rows = [
        [
            m.month,
            *(words.number(value) for value in (m.demand, m.production, m.stock, m.waiting)),
            words.told(m.contribution_eur, "EUR"),
            words("sop_load", centre=centre_name(m.fullest[0]), share=words.told(m.fullest[1], "share")) if m.fullest[0] else words("none"),
            "; ".join(words("sop_shift", centre=centre_name(name), hours=words.number(hours, 1)) for name, hours in m.shifts) or words("none"),
            "; ".join(f"{name} +{words.number(amount)}" for name, amount in m.frames) or words("none"),
        ]
        for m in months
    ]
    return TextGrid(title=words("behind"), head=head, rows=rows)


def sop_said(months: list[SopMonth], centre_name: Callable[[str], str], words: Words) -> list[str]:
    """The decisions in words."""
    opened = [m for m in months if m.shifts]
    told = []
    if opened:
        names = dict.fromkeys(centre_name(name) for m in opened for name, _ in m.shifts)
        told.append(words("sop_said_shifts", n=len(opened), first=opened[0].month, centres=", ".join(names)))
    else:
        told.append(words("sop_said_no_shift"))
    signed = [m for m in months if m.frames]
    if signed:
        told.append(words("sop_said_frames", n=len(signed), names=", ".join(dict.fromkeys(name for m in signed for name, _ in m.frames))))
    worst = max(months, key=lambda m: m.waiting, default=None)
    if worst is not None and worst.waiting > 0.5:
        told.append(words("sop_said_waiting", pieces=words.number(worst.waiting), month=worst.month))
    return told


def hours_by_month(months: list[SopMonth]) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Extra shift of every work centre that has one, by month [h/machine/week]."""
    names = dict.fromkeys(name for m in months for name, _ in m.shifts)
    return {name: np.array([dict(m.shifts).get(name, 0.0) for m in months]) for name in names}
