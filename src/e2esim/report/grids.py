"""Tables of the page: tiles, breakdowns by dimension, the list of all KPIs, numbers behind the pictures. Texts only,
no HTML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from e2esim.report.facts import Facts
from e2esim.report.headline import BREAKDOWNS, TILES
from e2esim.report.promises import EARLIEST
from e2esim.report.result import Measured, Names, Result
from e2esim.report.sentences import spans_text
from e2esim.report.since_purchase import SincePurchase
from e2esim.report.words import Weeks, Words


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One headline KPI: texts, and the exact value for machines."""

    kpi: str
    label: str
    number: str
    unit: str
    note: str
    meaning: str
    exact: float | None


@dataclass(frozen=True, kw_only=True)
class TextGrid:
    """A table: head, rows of texts; the first column names the row. ``total`` = the first row is over all."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    units: Sequence[str] = ()
    total: bool = False


def tiles(result: Result, names: Names, words: Words) -> list[tuple[str, list[Tile]]]:
    """Headline KPIs by group."""
    busiest = result.table.filter(
        (pl.col("kpi") == "capacity_load") & (pl.col("dimension") == "work_centre") & pl.col("value").is_finite()
    ).sort("value")
    remarks = (
        {"capacity_load": names.work_centres.get(busiest["member"][-1], busiest["member"][-1])}
        if busiest.height
        else {}
    )
    return [
        (
            words(f"group_{group}"),
            [_tile(name, result.kpis[name], remarks.get(name, ""), words) for name in kpis if name in result.kpis],
        )
        for group, kpis in TILES.items()
    ]


def _tile(name: str, kpi: Measured, remark: str, words: Words) -> Tile:
    number, unit = words.value(kpi.value, kpi.unit)
    note = ", ".join(text for text in (remark, interval_text(kpi, words)) if text)
    return Tile(
        kpi=name,
        label=words.short(name),
        number=number,
        unit=unit,
        note=note if kpi.value is not None else words("untold"),
        meaning=f"{words.label(name)}: {words.definition(name)}",
        exact=kpi.value,
    )


def interval_text(kpi: Measured, words: Words) -> str:
    """'95 %: low to high', empty without an interval."""
    if kpi.ci_low is None or kpi.ci_high is None:
        return ""
    return words("interval", low=words.value(kpi.ci_low, kpi.unit)[0], high=words.value(kpi.ci_high, kpi.unit)[0])


def breakdowns(result: Result, names: Names, words: Words) -> list[TextGrid]:
    """One table a dimension: rows its members, columns its KPIs, the value over all on top."""
    grids = []
    for dimension, kpis in BREAKDOWNS.items():
        rows = result.table.filter((pl.col("dimension") == dimension) & pl.col("kpi").is_in(kpis))
        values = {(kpi, member): value for kpi, member, value in rows.select("kpi", "member", "value").iter_rows()}
        columns = [kpi for kpi in kpis if any(key[0] == kpi for key in values)]
        if not columns:
            continue
        members = [
            m
            for m in dict.fromkeys(rows["member"].to_list())
            if any(values.get((kpi, m)) is not None for kpi in columns)
        ]
        told = [
            words.column([result.kpis[kpi].value, *(values.get((kpi, m)) for m in members)], result.kpis[kpi].unit)
            for kpi in columns
        ]
        heads = [words("firm"), *(names.of(dimension).get(m, m) for m in members)]
        grids.append(
            TextGrid(
                title=words(f"by_{dimension}"),
                head=[words(f"dim_{dimension}"), *(words.short(kpi) for kpi in columns)],
                units=["", *(unit for _, unit in told)],
                rows=[[head, *(texts[k] for texts, _ in told)] for k, head in enumerate(heads)],
                total=True,
            )
        )
    return grids


def every_kpi(kpis: Mapping[str, Measured], words: Words) -> TextGrid:
    """All KPIs with unit, interval and meaning."""
    rows = []
    for name, kpi in kpis.items():
        number, unit = words.value(kpi.value, kpi.unit)
        rows.append(
            [words.label(name), number, unit, interval_text(kpi, words).removeprefix("95 %: "), words.definition(name)]
        )
    return TextGrid(
        title=words("h_all"), head=[words(f"t_{k}") for k in ("kpi", "value", "unit", "interval", "meaning")], rows=rows
    )


def load_grid(facts: Facts, centres: Sequence[str], weeks: Weeks, words: Words) -> TextGrid:
    """Mean load, fullest week and full weeks of each work centre in the reporting period."""
    load, rows = facts.load, []
    for c, name in enumerate(centres):
        column = load.weekly[load.first :, c]
        if np.isnan(column).all():
            continue
        peak = int(np.nanargmax(column))
        full = load.full_weeks(c)
        rows.append(
            [
                name,
                words.told(float(load.mean[c]), "share"),
                f"{weeks.name(load.first + peak)} ({words.told(float(column[peak]), 'share')})",
                spans_text(weeks, full) if full else words("none"),
            ]
        )
    return TextGrid(
        title=words("load_title"), head=[words(f"t_{k}") for k in ("centre", "mean", "peak", "weeks_full")], rows=rows
    )


def punctuality_grid(facts: Facts, classes: Sequence[str], words: Words) -> TextGrid:
    """Lines by days late and class, as shares of the lines due."""
    found, rows, zero = facts.punctuality, [], -EARLIEST
    for k in facts.classes:
        counts, due = found.counts[k], found.due[k]
        parts = (
            counts[:zero].sum(),
            counts[zero],
            counts[zero + 1 : zero + 4].sum(),
            counts[zero + 4 :].sum(),
            found.open[k],
        )
        rows.append([classes[k], *(words.told(float(part / due), "share") for part in parts), words.number(float(due))])
    return TextGrid(
        title=words("punctuality_title"),
        head=[words(f"t_{k}") for k in ("class", "early", "day", "late13", "late4", "open", "due")],
        rows=rows,
    )


def since_grid(found: SincePurchase, words: Words) -> TextGrid:
    """Satisfaction by months since purchase."""
    head = [
        words("t_months"),
        words("regime_service"),
        *([words("regime_product")] if found.product_only is not None else []),
        words("t_people"),
    ]
    rows = []
    for k in range(found.months.shape[0]):
        columns = [found.remembered, *([found.product_only] if found.product_only is not None else [])]
        told = [words.number(float(column[k]), 3) if not np.isnan(column[k]) else "–" for column in columns]
        rows.append([f"{k}–{k + 1}", *told, words.number(float(found.customers[k]))])
    return TextGrid(title=words("since_title"), head=head, rows=rows)
