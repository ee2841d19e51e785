"""The folder of a comparison: page, workbook, differences and every value behind them, complete or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from e2esim.domain.safe_csv import write_safe_csv
from e2esim.kpi.catalogue import CATALOGUE
from e2esim.report.comparison import Compared, comparison_json, effects_said, is_amount, label, statements, word
from e2esim.report.comparison_facts import ComparisonFacts
from e2esim.report.manifest import versions
from e2esim.report.whole_folder import whole_folder


class ComparedRows(Compared, Protocol):
    """A comparison with the values behind it."""

    @property
    def per_replication(self) -> pl.DataFrame:
        """scenario, replication (from 0), kpi, unit, value."""
        ...


def differences_frame(found: Compared, scale: float = 1.0) -> pl.DataFrame:
    """One row a scenario and KPI, names and units as in the catalogue; ``amounts`` says of which world an amount is."""
    rows: list[dict[str, Any]] = []
    small = f"of a world of {100 * scale:g} % size"
    for name, gaps in found.differences.items():
        for gap in gaps:
            rows.append(
                {
                    "scenario": name,
                    "against": found.base,
                    "kpi": gap.kpi,
                    "label": label(gap.kpi, gap.unit),
                    "unit": gap.unit,
                    "base": gap.base,
                    "other": gap.other,
                    "difference": gap.difference,
                    "ci_low": gap.ci_low,
                    "ci_high": gap.ci_high,
                    "p": gap.p,
                    "p_family": gap.p_family,
                    "judged_with": gap.family,
                    "asked_for": gap.kpi in found.family,
                    "word": word(gap),
                    "variance_divided_by": gap.narrowing,
                    "amounts": small if scale != 1.0 and is_amount(gap.unit) else "",
                }
            )
    texts = {"scenario", "against", "kpi", "label", "unit", "word", "amounts"}
    other: dict[str, Any] = {"judged_with": pl.Int64, "asked_for": pl.Boolean}
    names = list(rows[0]) if rows else []
    return pl.DataFrame(rows, schema={name: pl.String if name in texts else other.get(name, pl.Float64) for name in names})


def replications_frame(found: ComparedRows) -> pl.DataFrame:
    """One row a scenario, replication (from 1) and KPI, with the name and unit of the catalogue."""
    names = {kpi: entry.label for kpi, entry in CATALOGUE.items()}
    return found.per_replication.select(
        "scenario", pl.col("replication") + 1, "kpi", pl.col("kpi").replace(names).alias("label"), "unit", "value"
    )


def write_comparison(found: ComparedRows, told: ComparisonFacts, folder: Path) -> Path:
    """Write report.html, comparison.xlsx, differences.parquet, replications.parquet and .csv, manifest.json.

    Raises
    ------
    FileExistsError
        If ``folder`` exists: a comparison never overwrites another.
    """
    from e2esim.report.comparison_page import build_comparison_page

    with whole_folder(folder) as partial:
        frame, values = differences_frame(found, told.scale), replications_frame(found)
        frame.write_parquet(partial / "differences.parquet", compression="zstd")
        values.write_parquet(partial / "replications.parquet", compression="zstd")
        write_safe_csv(values, partial / "replications.csv")
        (partial / "report.html").write_text(build_comparison_page(found, told), encoding="utf-8")
        _workbook(partial / "comparison.xlsx", found, told, frame, values)
        manifest = {
            "title": told.title,
            "runs": {name: list(words) for name, words in told.runs.items()},
            "changed": {name: [list(one) for one in changes] for name, changes in told.changed.items()},
            "seed": told.seed,
            "scale": told.scale,
            "packages": versions(),
            "comparison": comparison_json(found),
        }
        (partial / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    return folder


def _workbook(path: Path, found: ComparedRows, told: ComparisonFacts, frame: pl.DataFrame, values: pl.DataFrame) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}) as book:
        for title, part in _sheets(found, told, frame, values):
            part.write_excel(book, worksheet=title, autofit=True, freeze_panes=(1, 0), table_style="Table Style Light 1", float_precision=4)


def _sheets(found: ComparedRows, told: ComparisonFacts, frame: pl.DataFrame, values: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    yield "Differences", frame.filter(pl.col("asked_for")).drop("asked_for")
    yield "Every KPI", frame
    yield "Replications", values
    changes = [(name, *change) for name, every in told.changed.items() for change in every]
    yield "What differs", pl.DataFrame(changes, schema=dict.fromkeys(("scenario", "setting", "base", "here"), pl.String), orient="row")
    runs = [(name, " ".join(words)) for name, words in told.runs.items()]
    said = [("", text) for text in (*effects_said(found, told.scale), *statements(found, told.scale))]
    yield "How to read", pl.DataFrame([*runs, *said], schema=["run", "overrides and statements"], orient="row")
