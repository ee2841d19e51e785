"""What an earlier plan folder has released, for a plan that keeps it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import polars as pl

from e2esim.config.plan_data.lot_times import lot_times
from e2esim.config.problems import InputErrors, Problem
from e2esim.planning.factory.case import PlanCase
from e2esim.planning.factory.frozen import Released, joined, let_go
from e2esim.report.whole_folder import what_is_missing

_LOTS = {"lot", "item", "step", "qty", "start", "end"}
_DAYS = {"start", "end", "ordered", "received", "delivered"}
_PURCHASES = {"purchase", "supplier", "item", "qty", "ordered", "received"}


def keep_released(case: PlanCase, folder: Path) -> tuple[PlanCase, list[Problem]]:
    """Return ``case`` with the lots and purchases that the plan in ``folder`` begins before the frozen horizon, and warnings.

    What was finished before today is taken to lie in stock; what the table receipts names is not taken twice. Lots that
    today's stock, open orders and hours cannot carry are let go, each with a warning that says what it lacks.

    Raises
    ------
    InputErrors
        If the folder holds no plan, or names what the data do not know.
    """
    today = read_day(folder)
    if today > case.facts.today:
        message = f"the earlier plan is of {today}, later than today ({case.facts.today})"
        raise InputErrors([Problem(file=folder.as_posix(), message=message, remedy="correct the setting today")])
    problems: list[Problem] = []
    lots = _open(read_rows(folder, "lots", _LOTS), "lot", "start", "end", case).filter(~pl.col("lot").is_in(list(case.released.lot_name)))
    purchases = _open(read_rows(folder, "purchases", _PURCHASES), "purchase", "ordered", "received", case)
    facts = case.facts
    steps = {(facts.items[i], name): k for k, (i, name) in enumerate(zip(facts.step_item, facts.step_name, strict=True))}
    items = [facts.items[i] for i in facts.source_item]
    sources = {key: k for k, key in enumerate(zip(facts.source_supplier, items, strict=True))}
    step = _rows(lots, ("item", "step"), steps, folder / "lots.parquet", "routings", problems)
    source = _rows(purchases, ("supplier", "item"), sources, folder / "purchases.parquet", "supply", problems)
    if problems:
        raise InputErrors(problems)
    kept = replace(
        case,
        released=joined(Released(
            lot_name=tuple(lots["lot"]),
            lot_step=step,
            lot_qty=lots["qty"].to_numpy().astype(np.float64),
            lot_start=lots["_first"].to_numpy(),
            lot_end=lots["_last"].to_numpy(),
            **asdict(lot_times(lots, facts)),
            purchase_name=tuple(purchases["purchase"]),
            purchase_source=source,
            purchase_qty=purchases["qty"].to_numpy().astype(np.float64),
            purchase_ordered=purchases["_first"].to_numpy(),
            purchase_received=purchases["_last"].to_numpy(),
        ), case.released),
    )  # fmt: skip
    left = kept.remainder()
    if not left.lacks:
        return kept, []
    stays = let_go(facts, kept.released)
    staying = set(zip(stays.lot_name, stays.lot_step.tolist(), stays.lot_start.tolist(), strict=True))
    every = zip(kept.released.lot_name, kept.released.lot_step.tolist(), kept.released.lot_start.tolist(), strict=True)
    gone = tuple(f"{name} step {facts.step_name[s]}" for name, s, start in every if (name, s, start) not in staying)
    remedy = f"lots let go and planned anew: {len(gone)}; sheet Ways out says what keeping them takes"
    path = (folder / "lots.parquet").as_posix()
    warnings = [
        Problem(
            file=path,
            row=int(lots["_row"][lack.lot]) + 2 if 0 <= lack.lot < lots.height else None,
            column="start",
            message=f"infeasible frozen plan: {fault}",
            remedy=remedy,
            warning=True,
        )
        for lack, fault in zip(left.lacks, left.faults, strict=True)
    ]
    return replace(kept, released=stays, let_go=gone, lacks=left.lacks), warnings


def read_day(folder: Path) -> dt.date:
    """Day 0 of the plan in a folder, which must be finished."""
    missing = what_is_missing(folder)
    if missing and (folder / "manifest.json").is_file():
        raise InputErrors([Problem(file=folder.as_posix(), value=", ".join(missing), message="this plan is not whole: files are missing", remedy="plan anew")])
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return dt.date.fromisoformat(manifest["plan"]["today"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        message, remedy = "this is no plan folder", "name a folder that e2esim plan has written"
        raise InputErrors([Problem(file=folder.as_posix(), message=message, remedy=remedy)]) from error


def read_rows(folder: Path, name: str, columns: set[str]) -> pl.DataFrame:
    """A table of a plan folder that has at least some columns."""
    path = folder / f"{name}.parquet"
    try:
        frame = pl.read_parquet(path)
        missing = sorted(columns - set(frame.columns))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputErrors([Problem(file=path.as_posix(), message="cannot be read", remedy="plan anew")]) from error
    if missing:
        raise InputErrors([Problem(file=path.as_posix(), message=f"lacks {', '.join(missing)}", remedy="plan anew")])
    kinds = {name: frame[name].dtype for name in columns}
    odd = sorted(name for name, kind in kinds.items() if (name in _DAYS and not kind.is_temporal()) or (name == "qty" and not kind.is_numeric()))
    if odd:
        raise InputErrors([Problem(file=path.as_posix(), column=", ".join(odd), message="not of the kind that e2esim plan writes", remedy="plan anew")])
    return frame


def _open(frame: pl.DataFrame, name: str, first: str, last: str, case: PlanCase) -> pl.DataFrame:
    """Rows that begin before the frozen horizon and are not finished, with days from today."""
    today = pl.lit(case.facts.today)
    days = frame.with_row_index("_row").with_columns(
        (pl.col(first) - today).dt.total_days().alias("_first"), (pl.col(last) - today).dt.total_days().alias("_last")
    )
    return days.filter((pl.col("_first") < case.frozen_days) & ((pl.col("_first") >= 0) | (pl.col("_last") > 0)) & ~pl.col(name).is_in(list(case.receipt_name)))


def _rows(
    frame: pl.DataFrame,
    key: tuple[str, str],
    known: dict[tuple[str, str], int],
    path: Path,
    table: str,
    problems: list[Problem],
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    rows = []
    for pair in frame.select(key).iter_rows():
        if pair not in known:
            problems.append(
                Problem(
                    file=path.as_posix(),
                    column=" + ".join(key),
                    value=", ".join(pair),
                    message=f"infeasible frozen plan: no such row in table {table} any more",
                    remedy=f"bring it back to {table}, or plan without --freeze",
                )
            )
        rows.append(known.get(pair, 0))
    return np.array(rows, dtype=np.int64)


def row_numbers(frame: pl.DataFrame, key: tuple[str, ...], known: dict[tuple[str, ...], int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Row of each key among the known ones, -1 where it is not known."""
    return np.array([known.get(pair, -1) for pair in frame.select(key).iter_rows()], dtype=np.int64)
