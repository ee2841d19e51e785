"""The folder of a planned run: kpis.csv, Parquet tables, manifest; complete or not at all."""

from __future__ import annotations

import datetime as dt
import json
import platform
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from e2esim.report.manifest import plain, versions
from e2esim.report.plan.folder import fingerprint
from e2esim.report.planned.tables import FRAMES, kpis_frame, post_game_frame
from e2esim.report.whole_folder import whole_folder
from e2esim.study.planned_runs import PlannedStudy
from e2esim.study.post_game import PostGame


def write_planned_run(study: PlannedStudy, game: PostGame | None, folder: Path, tables: Mapping[str, pl.DataFrame], page: str = "") -> Path:
    """Write the run folder; row tables are of the first replication; ``page`` is the text of report.html, '' for none.

    Raises
    ------
    FileExistsError
        If ``folder`` exists.
    """
    with whole_folder(folder) as partial:
        kpis_frame(study).write_csv(partial / "kpis.csv")
        for name, make in FRAMES.items():
            make(study).write_parquet(partial / f"{name}.parquet", compression="zstd")
        if game is not None:
            post_game_frame(game).write_csv(partial / "post_game.csv")
        if page:
            (partial / "report.html").write_text(page, encoding="utf-8")
        files = {path.name: path.stat().st_size for path in partial.iterdir()}
        manifest = {
            "run": "planned",
            "title": study.company.case.title,
            "seed": study.rules.seed,
            "replications": study.replications,
            "start": study.first.start.isoformat(),
            "rules": plain(study.rules),
            "row_tables": "replication 1",
            "hash": fingerprint(tables),
            "hash_of": "typed input tables",
            "wall_s": round(study.wall_s, 3),
            "written": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "packages": versions(),
            "platform": platform.platform(),
            "files": dict(sorted(files.items())),
        }
        text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
        (partial / "manifest.json").write_text(text + "\n", encoding="utf-8")
    return folder
