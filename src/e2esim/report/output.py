"""The run folder: everything a finished study leaves on disk, complete or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl

from e2esim.domain.outcome import Outcome
from e2esim.domain.safe_csv import write_safe_csv
from e2esim.domain.world import World
from e2esim.kpi import measure
from e2esim.kpi.table import KpiTable
from e2esim.report.accounts import read_accounts
from e2esim.report.accounts_folder import write_accounts
from e2esim.report.differs import NOTHING, Stated
from e2esim.report.frames import contacts_frame, customers_frame, events_frame, late_frame, orders_frame, pnl_frame
from e2esim.report.journeys import felt_frame, journeys_frame
from e2esim.report.manifest import manifest
from e2esim.report.result import Result
from e2esim.report.sites import lanes_frame, sites_frame
from e2esim.report.sop_facts import sop_frame
from e2esim.report.waiting import waiting_frame
from e2esim.report.whole_folder import whole_folder
from e2esim.report.words import Words
from e2esim.study.history import beside, check_told, figures

_ROWS: dict[str, Callable[[Outcome, World | None], pl.DataFrame]] = {
    "orders": orders_frame,
    "customers": customers_frame,
    "contacts": contacts_frame,
    "events": events_frame,
    "late_causes": late_frame,
    "waiting": waiting_frame,
}


def write_run(
    result: Result,
    folder: Path,
    *,
    report: bool = True,
    language: str = "en",
    tables: Mapping[str, pl.DataFrame] | None = None,
    stated: Stated = NOTHING,
    calm: Outcome | None = None,
) -> Path:
    """Write the run folder and return its path.

    Files: manifest.json, finished.json, kpis.csv, replications.csv (more than one; they count from 1), and from the kept replication
    pnl.csv and accounts.xlsx (profit and loss by channel, segment, brand and market, by year for a long run, cash statement),
    experiences.csv (what customers have lived through, added up), with ``horizon.journeys`` journeys.parquet (some of them one by one),
    orders.parquet, customers.parquet (every consumer and account), contacts.parquet, events.parquet, late_causes.parquet,
    waiting.parquet (the open book), with several sites sites.csv and lanes.csv, with S&OP sop.parquet, report.html. All
    is written into a hidden folder beside ``folder`` and renamed at the end, so that a folder of that name is always
    whole.

    Parameters
    ----------
    result
        The finished study.
    folder
        Folder to create; its parents are created too.
    report
        False leaves out report.html.
    language
        Language of the report: 'en' or 'it'.
    tables
        Scenario tables, for the fingerprint in the manifest; without them the world's arrays are hashed.
    stated
        Overrides of this run and what they change, for the header of the report and the manifest.
    calm
        The kept replication without its events: wave.csv, wave.png and wave.svg show what these did, stage by stage.

    Raises
    ------
    FileExistsError
        If ``folder`` exists: a run never overwrites another.
    """
    with whole_folder(folder) as partial:
        if calm is not None and result.first is not None and result.world is not None:
            from e2esim.report.pictures.wave import draw_wave
            from e2esim.report.wave import read_wave, write_wave

            wave = read_wave(calm, result.first, result.world)
            write_wave(wave, partial)
            draw_wave(wave, partial / "wave", Words(language))
        _write(result, partial, report, language, tables, stated)
    return folder


def history_frame(history: pl.DataFrame, table: KpiTable, scale: float) -> pl.DataFrame:
    """The company's last year (table ``history_kpis``) beside a run at ``scale``: kpi, dimension, member, history, run, gap, met."""
    asked = figures(history)
    check_told(asked, table.frame)
    found = beside(asked, [table.frame], scale)
    rows = [(one.kpi, one.dimension, one.member, one.history, one.found, None if one.found is None else one.gap, one.met) for one in found]
    return pl.DataFrame(rows, schema=["kpi", "dimension", "member", "history", "run", "gap", "met"], orient="row")


def kpi_rows(result: Result) -> pl.DataFrame:
    """KPIs of all dimensions as written to kpis.csv: kpi, unit, dimension, member, mean, ci_low, ci_high, n."""
    table = result.table
    missing = [
        pl.lit(None, dtype=pl.Float64).alias(name) for name in ("ci_low", "ci_high") if name not in table.columns
    ]
    return table.with_columns(missing).select(
        "kpi", "unit", "dimension", "member", pl.col("value").alias("mean"), "ci_low", "ci_high", "n"
    )


def _write(
    result: Result, folder: Path, report: bool, language: str, tables: Mapping[str, pl.DataFrame] | None, stated: Stated
) -> None:
    with ThreadPoolExecutor(max_workers=1) as beside:  # polars writes rows outside the interpreter's lock while the page is drawn
        rows = beside.submit(_write_rows, result, folder)
        _write_told(result, folder, report, language, tables, stated)
        rows.result()
    files = {path.name: path.stat().st_size for path in folder.iterdir()}
    told = {**manifest(result, tables, files), "overrides": list(stated.overrides), "changed": [list(change) for change in stated.changed]}
    text = json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def _write_rows(result: Result, folder: Path) -> None:
    """The tables of single rows."""
    if result.first is None:
        return
    for name, frame in _ROWS.items():
        _parquet(frame(result.first, result.world), folder / f"{name}.parquet")


def _write_told(
    result: Result, folder: Path, report: bool, language: str, tables: Mapping[str, pl.DataFrame] | None, stated: Stated
) -> None:
    write_safe_csv(kpi_rows(result), folder / "kpis.csv")
    if result.replications > 1:
        write_safe_csv(result.per_replication.with_columns(pl.col("replication") + 1), folder / "replications.csv")
    if result.first is not None:
        write_safe_csv(pnl_frame(result.first, result.world), folder / "pnl.csv")
        if tables is not None and (history := tables.get("history_kpis")) is not None and history.height:
            write_safe_csv(history_frame(history, _kept_kpis(result, result.first), result.first.scale), folder / "history.csv")
        write_safe_csv(felt_frame(result.first), folder / "experiences.csv")
        if result.world is not None and result.world.warehouses:
            write_safe_csv(sites_frame(result.first, result.world), folder / "sites.csv")
            write_safe_csv(lanes_frame(result.first, result.world), folder / "lanes.csv")
        if len(result.first.journeys):
            _parquet(journeys_frame(result.first, result.world), folder / "journeys.parquet")
        if result.first.sop:
            _parquet(sop_frame(result.first), folder / "sop.parquet")
    accounts = read_accounts(result.first) if result.first is not None else None
    if accounts is not None:
        write_accounts(folder / "accounts.xlsx", accounts)
    if report:
        from e2esim.report.page import (
            build_page,
        )  # matplotlib and jinja2 cost half a second: only who wants the page pays

        (folder / "report.html").write_text(build_page(result, language=language, stated=stated, accounts=accounts), encoding="utf-8")


def _kept_kpis(result: Result, kept: Outcome) -> KpiTable:
    """KPIs of the replication that is kept: of one alone they stand in the result."""
    return KpiTable(frame=result.table, headline={}, notes={}) if result.replications == 1 else measure(kept)


def _parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write ``frame``; lz4 because times of single rows hardly compress and speed matters."""
    frame.write_parquet(path, compression="lz4", statistics=False)
