"""What `e2esim plan` leaves for promises: the problem, its plan, and what only a promise reads, in `state.npz`.

Beside it `state.json` says of which data and when: it is all that is read while the plan is looked up.
"""

from __future__ import annotations

import datetime as dt
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from e2esim.config.plan_state.pack import load_packed, save_packed
from e2esim.config.problems import InputErrors, Problem
from e2esim.planning.factory.problem import Ints, PlanProblem
from e2esim.planning.factory.result import PlanResult
from e2esim.planning.promise.elsewhere import Elsewhere
from e2esim.report.whole_folder import what_is_missing

if TYPE_CHECKING:
    import polars as pl

    from e2esim.planning.factory.case import PlanCase

FORMAT = 3  # of both files; another number is another plan's
HEAD, BODY = "state.json", "state.npz"


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """A problem as it was planned (what was released lies in its receipts), its plan, and the names of things."""

    title: str
    problem: PlanProblem
    result: PlanResult
    item_name: tuple[str, ...]
    item_unit: tuple[str, ...]
    order_customer: tuple[str, ...]
    elsewhere: Elsewhere


@dataclass(frozen=True, kw_only=True)
class Head:
    """Of which data a plan is: place, hashes of its files, when it was made, its title, status and day 0."""

    folder: Path
    data: str
    files: Mapping[str, str]
    made: str
    title: str
    status: str
    today: str


def elsewhere_of(tables: Mapping[str, pl.DataFrame], problem: PlanProblem) -> Elsewhere:
    """Lay out customers, substitutes and other sites of the typed tables."""
    rows = {item: k for k, item in enumerate(problem.items)}
    stated = dict(tables["customers"].select("customer", "priority").iter_rows())
    customers = tuple(sorted({*stated, *(name for name in tables["orders"]["customer"] if name)}))
    swaps, sites = tables["substitutes"], tables["other_sites"]
    return Elsewhere(
        customers=customers,
        customer_priority=np.array([stated.get(name, 0) for name in customers], dtype=np.int64),
        item=_rows(swaps["item"], rows),
        substitute=_rows(swaps["substitute"], rows),
        rank=swaps["rank"].to_numpy().astype(np.int64),
        substitute_cost=swaps["extra_cost"].to_numpy().astype(np.float64),
        site=tuple(sites["site"]),
        site_item=_rows(sites["item"], rows),
        site_qty=sites["available"].to_numpy().astype(np.float64),
        site_day=np.array([max(0, (day - problem.today).days) for day in sites["available_from"]], dtype=np.int64),
        transit=sites["transit_days"].to_numpy().astype(np.int64),
        site_cost=sites["extra_cost"].to_numpy().astype(np.float64),
    )


def _rows(names: Any, rows: Mapping[str, int]) -> Ints:
    return np.array([rows[name] for name in names], dtype=np.int64)


def save_snapshot(folder: Path, data: Path, files: Mapping[str, str], case: PlanCase, problem: PlanProblem, result: PlanResult, elsewhere: Elsewhere) -> None:
    """Write both files into a plan folder.

    Parameters
    ----------
    data, files
        Where the data lie, and the hashes of the files as they were read (`file_hashes`).
    problem
        What was planned: the remainder of `case`.
    """
    snapshot = Snapshot(
        title=case.title,
        problem=problem,
        result=result,
        item_name=case.item_name,
        item_unit=case.item_unit,
        order_customer=case.order_customer,
        elsewhere=elsewhere,
    )
    save_packed(folder / BODY, snapshot)
    head = {
        "format": FORMAT,
        "data": str(data.resolve()),
        "files": dict(files),
        "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "title": case.title,
        "status": result.status.value,
        "today": problem.today.isoformat(),
    }
    (folder / HEAD).write_text(json.dumps(head, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_head(folder: Path) -> Head | None:
    """Read the head of a plan; None if the folder holds none that is finished and that this program can read."""
    if what_is_missing(folder):
        return None
    try:
        head = json.loads((folder / HEAD).read_text(encoding="utf-8"))
        if head.pop("format") != FORMAT:
            return None
        files = head.pop("files")
        if not all(isinstance(text, str) for text in (*files, *files.values(), *head.values())):
            return None
        return Head(folder=folder, files=files, **head)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def read_snapshot(folder: Path) -> Snapshot:
    """Read the plan that lies in a folder.

    Raises
    ------
    InputErrors
        If the file is damaged.
    """
    try:
        return load_packed(folder / BODY, Snapshot)
    except (OSError, ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        problem = Problem(file=(folder / BODY).as_posix(), message=f"cannot be read ({type(error).__name__})", remedy="plan anew with e2esim plan")
        raise InputErrors([problem]) from error


