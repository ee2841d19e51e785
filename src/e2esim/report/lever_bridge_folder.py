"""The folder of a bridge of levers: one offline page, one workbook, every value, a manifest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import polars as pl
from markupsafe import Markup

from e2esim.report.grids import TextGrid
from e2esim.report.lever_bridge import Bridged, BridgeFacts, answers, bridge_json, gate_grid, kpi_grid, lever_grid, reading, waterfall, year_grid
from e2esim.report.manifest import versions
from e2esim.report.pictures.ink import css
from e2esim.report.pictures.waterfall import draw_waterfall
from e2esim.report.whole_folder import whole_folder
from e2esim.report.words import Words


def write_lever_bridge(found: Bridged, told: BridgeFacts, folder: Path, language: str = "en") -> Path:
    """Write report.html, bridge.xlsx, replications.parquet and manifest.json into a new folder.

    Raises
    ------
    FileExistsError
        If ``folder`` exists.
    """
    with whole_folder(folder) as partial:
        (partial / "report.html").write_text(build_lever_page(found, told, language), encoding="utf-8")
        found.values.with_columns(pl.col("replication") + 1).rename({"scenario": "levers"}).write_parquet(partial / "replications.parquet", compression="zstd")
        _workbook(partial / "bridge.xlsx", found, told)
        runs = {name: list(words) for name, words in told.runs.items()}
        manifest = {"runs": runs, "seed": told.seed, "packages": versions(), "bridge": bridge_json(found, told)}
        (partial / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    return folder


def build_lever_page(found: Bridged, told: BridgeFacts, language: str = "en") -> str:
    """Return the whole page as HTML text: no script, no outside resource."""
    words = Words(language)
    title = words("lb_title", after=told.after, before=told.before)
    grids = [lever_grid(found, words), year_grid(found, words), kpi_grid(found, told.kpis, words), *([gate_grid(found, words)] if found.gate.figures else [])]
    return build_grid_page(
        GridPage(
            kind=words("lb_kind"),
            title=title,
            facts=[f"{name}: {' '.join(overrides)}" for name, overrides in told.runs.items()],
            said=answers(found, words),
            picture=draw_waterfall(list(waterfall(found, words)), words, title),
            grids=grids,
            reading=reading(found, told, words),
        ),
        words,
    )


@dataclass(frozen=True, kw_only=True)
class GridPage:
    """What stands on a page of grids: kind, title, facts below it, what may be said, a waterfall as SVG, grids, how to read them."""

    kind: str
    title: str
    facts: Sequence[str]
    said: Sequence[str]
    picture: str
    grids: Sequence[TextGrid]
    reading: Sequence[str]


def build_grid_page(page: GridPage, words: Words) -> str:
    """Return a page of grids as HTML text."""
    return _template().render(w=words, css=Markup(css()), page=page, picture=Markup(page.picture))


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("e2esim.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template("lever_bridge.html.j2")


def _workbook(path: Path, found: Bridged, told: BridgeFacts) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}) as book:
        for title, frame in _sheets(found, told):
            frame.write_excel(book, worksheet=title, autofit=True, freeze_panes=(1, 0), table_style="Table Style Light 1", float_precision=2)


def _sheets(found: Bridged, told: BridgeFacts) -> Iterator[tuple[str, pl.DataFrame]]:
    """Numbers in EUR at the full size, one table a sheet."""
    yield "Levers", pl.DataFrame([_lever_row(one) for one in found.levers])
    columns = ("year", "difference EUR", "low", "high", "running EUR", "investment EUR", "net EUR", "cumulative EUR", "discounted EUR")
    years = [(y.year, *y.gain[:3], y.running, y.investment, y.net, y.cumulative, y.discounted) for y in found.payoff.years]
    yield "Years", pl.DataFrame(years, schema=list(columns), orient="row")
    yield "Replications", found.values.with_columns(pl.col("replication") + 1).rename({"scenario": "levers"})
    words = Words("en")
    yield "How to read", pl.DataFrame({"statements": [*answers(found, words), *reading(found, told, words)]})


def _lever_row(one: Any) -> dict[str, Any]:
    lever = one.lever
    return {
        "lever": lever.lever,
        "name": lever.name,
        "kind": lever.kind,
        "share EUR/year": one.share.mean,
        "low": one.share.low,
        "high": one.share.high,
        "alone EUR/year": one.alone.mean,
        "together EUR/year": one.together,
        "lost if left out EUR/year": one.last.mean,
        "running EUR/year": lever.running_eur_y,
        "investment EUR": lever.once_eur,
        "start month": lever.start_month,
        "ramp days": lever.ramp_days,
        "customer value EUR": one.equity.mean,
    }
