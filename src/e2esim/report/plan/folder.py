"""The plan folder: workbook, Parquet tables, pictures and manifest, complete or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from e2esim.planning.demand.net_demand import NetDemand
from e2esim.report.manifest import versions
from e2esim.report.plan.closed import closed_frame
from e2esim.report.plan.expires import expires_frame
from e2esim.report.plan.forecast import accuracy_frame, forecast_frame
from e2esim.report.plan.helps import limits_frame, ways_frame
from e2esim.report.plan.long_waits import long_waits_frame
from e2esim.report.plan.made import lots_frame, purchases_frame, schedule_frame
from e2esim.report.plan.messages import messages_frame
from e2esim.report.plan.robust import robust_frame
from e2esim.report.plan.second_choices import second_choices_frame
from e2esim.report.plan.served import deliveries_frame, late_frame, pegging_frame
from e2esim.report.plan.stock import stock_frame
from e2esim.report.plan.subcontracts import subcontracts_frame
from e2esim.report.plan.summary import Summary
from e2esim.report.plan.view import PlanView
from e2esim.report.plan.weeks import load_frame, mps_frame
from e2esim.report.whole_folder import whole_folder

FRAMES: dict[str, Callable[[PlanView], pl.DataFrame]] = {
    "mps": mps_frame,
    "lots": lots_frame,
    "purchases": purchases_frame,
    "load": load_frame,
    "schedule": schedule_frame,
    "deliveries": deliveries_frame,
    "late": late_frame,
    "pegging": pegging_frame,
    "stock": stock_frame,
    "closed": closed_frame,
}


def write_plan(
    view: PlanView, summary: Summary, folder: Path, tables: Mapping[str, pl.DataFrame], more: Callable[[Path], None] = lambda _: None
) -> Path:
    """Write the plan folder and return its path.

    Files: plan.xlsx, one Parquet file a table (the keys of `FRAMES`, messages), manifest.json, and where there are work centres
    load.svg, load.png, gantt.svg, gantt.png. All is written into a hidden folder beside ``folder`` and renamed at the end.

    Parameters
    ----------
    tables
        The typed input tables, for the fingerprint in the manifest.
    more
        Writes other files of the plan into the folder it is given, before the folder gets its name.

    Raises
    ------
    FileExistsError
        If ``folder`` exists: a plan never overwrites another.
    """

    def write(partial: Path) -> None:
        more(partial)
        _write(view, summary, partial, tables)

    return _whole(folder, write)


def write_forecast(demand: NetDemand, folder: Path) -> Path:
    """Write a folder with the forecast and its accuracy, as forecast.xlsx and Parquet; complete or not at all.

    Raises
    ------
    FileExistsError
        If ``folder`` exists.
    """
    return write_folder(folder, "forecast.xlsx", {"forecast": forecast_frame(demand), "accuracy": accuracy_frame(demand)})


def write_folder(folder: Path, workbook: str, frames: Mapping[str, pl.DataFrame]) -> Path:
    """Write tables as one workbook and as Parquet; complete or not at all.

    Raises
    ------
    FileExistsError
        If ``folder`` exists.
    """
    from e2esim.report.plan.workbook import write_tables

    def write(partial: Path) -> None:
        for name, frame in frames.items():
            frame.write_parquet(partial / f"{name}.parquet", compression="zstd")
        write_tables(partial / workbook, frames)

    return _whole(folder, write)


def _whole(folder: Path, write: Callable[[Path], None]) -> Path:
    """Let ``write`` fill a hidden folder beside ``folder`` and rename it at the end."""
    with whole_folder(folder) as partial:
        write(partial)
    return folder


def fingerprint(tables: Mapping[str, pl.DataFrame]) -> str:
    """Hash of the typed input: the same data give the same, in any folder, encoding and order of rows."""
    digest = hashlib.sha256()
    for name in sorted(tables):
        digest.update(f"\n# {name}\n".encode())
        frame = tables[name].select(sorted(tables[name].columns))
        digest.update(frame.sort(frame.columns).write_csv(float_precision=12).encode())
    return digest.hexdigest()


def plan_frames(view: PlanView, tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Every table of a plan of the typed input ``tables``, by name."""
    frames = {name: make(view) for name, make in FRAMES.items()} | {"messages": messages_frame(view, tables)}
    if (view.facts.mains[view.lots.step] != view.lots.step).any():
        frames["second_choices"] = second_choices_frame(view)
    if view.long_waits:
        frames["long_waits"] = long_waits_frame(view)
    if view.facts.is_outside[view.facts.step_centre[view.lots.step]].any():
        frames["subcontracts"] = subcontracts_frame(view)
    if view.aged is not None and view.aged.gone:
        frames["expires"] = expires_frame(view)
    if view.changes is not None:
        frames["changes"] = view.changes
    if view.demand is not None:
        frames |= {"forecast": forecast_frame(view.demand), "accuracy": accuracy_frame(view.demand)}
    if view.robust is not None:
        frames["robust"] = robust_frame(view, view.robust)
    if view.said is not None:
        frames["limits"] = limits_frame(view, view.said)
    if view.said is not None or view.case.lacks:
        frames["ways_out"] = ways_frame(view)
    return frames


def _write(view: PlanView, summary: Summary, folder: Path, tables: Mapping[str, pl.DataFrame]) -> None:
    from e2esim.report.plan.gantt import draw_gantt  # matplotlib costs half a second
    from e2esim.report.plan.pictures import draw_load
    from e2esim.report.plan.workbook import write_workbook

    frames = plan_frames(view, tables)
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet", compression="zstd")
    pictures = []
    if view.facts.centres:
        pictures = [*draw_load(view, folder / "load"), *draw_gantt(view, folder / "gantt")]
    write_workbook(folder / "plan.xlsx", summary, frames, [p for p in pictures if p.suffix == ".png"])
    files = {path.name: path.stat().st_size for path in folder.iterdir()}
    text = json.dumps(_manifest(view, summary, tables, files), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def _manifest(view: PlanView, summary: Summary, tables: Mapping[str, pl.DataFrame], files: Mapping[str, int]) -> dict[str, Any]:
    return {
        "plan": {"today": view.facts.today.isoformat(), "frozen_days": view.case.frozen_days, **asdict(summary)},
        "hash": fingerprint(tables),
        "hash_of": "typed input tables",
        "written": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "packages": versions(),
        "platform": platform.platform(),
        "files": dict(sorted(files.items())),
    }
