"""The S&OP folder: workbook, Parquet tables, picture and manifest, complete or not at all."""

from __future__ import annotations

import datetime as dt
import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from e2esim.domain.settings import Settings
from e2esim.planning.sop.cycle import Cycle
from e2esim.planning.sop.opportunity import OpportunityAnswer
from e2esim.planning.sop.scenarios import figures
from e2esim.report.manifest import fingerprint, versions
from e2esim.report.sop.frames import FRAMES
from e2esim.report.sop.terminal import headline, verdict_lines
from e2esim.report.whole_folder import whole_folder


def write_cycle(cycle: Cycle, verdict: OpportunityAnswer | None, settings: Settings, folder: Path, tables: Mapping[str, pl.DataFrame]) -> Path:
    """Write the folder and return its path.

    Files: sop.xlsx, sop.png, sop.svg, manifest.json, and one Parquet file a table (the keys of `FRAMES`). All is written
    into a hidden folder beside ``folder`` and renamed at the end.

    Raises
    ------
    FileExistsError
        If ``folder`` exists: a plan never overwrites another.
    """
    with whole_folder(folder) as partial:
        _write(cycle, verdict, settings, partial, tables)
    return folder


def _write(cycle: Cycle, verdict: OpportunityAnswer | None, settings: Settings, folder: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    from e2esim.report.sop.picture import draw_cycle  # matplotlib costs half a second
    from e2esim.report.sop.workbook import write_workbook

    frames = {name: make(cycle) for name, make in FRAMES.items()}
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet", compression="zstd")
    _, picture = draw_cycle(cycle, folder / "sop")
    said = headline(cycle) + ([] if verdict is None else verdict_lines(verdict))
    write_workbook(folder / "sop.xlsx", f"S&OP {settings.title or settings.name}", said, frames, picture)
    files = {path.name: path.stat().st_size for path in folder.iterdir()}
    text = json.dumps(_manifest(cycle, verdict, settings, tables, files), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def _manifest(
    cycle: Cycle, verdict: OpportunityAnswer | None, settings: Settings, tables: Mapping[str, pl.DataFrame], files: Mapping[str, int]
) -> dict[str, Any]:
    totals = {name: value for name, (value, _) in figures(cycle.base).items() if value == value}  # NaN is not JSON
    return {
        "sop": {
            "scenario": settings.name,
            "months": list(cycle.months.names),
            "rule": cycle.base.plan.rule,
            "totals": totals,
            "scenarios": [variant.name for variant in cycle.variants],
            "opportunity": None if verdict is None else vars(verdict),
        },
        "hash": fingerprint(settings, None, tables),
        "written": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "packages": versions(),
        "platform": platform.platform(),
        "files": dict(sorted(files.items())),
    }
