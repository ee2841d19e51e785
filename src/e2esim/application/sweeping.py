"""A sweep: every point of a design many times, in a folder that survives any end and is taken up again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from e2esim.application.efforts import MANIFEST, Effort, executor_of, kept_in, sweep_folder
from e2esim.application.shown import Shown
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean, wrong_word

if TYPE_CHECKING:
    from e2esim.application.study_words import Question
    from e2esim.study.sweep import Point

Progress = Callable[[float, str], None]


@dataclass(frozen=True, repr=False)
class Swept(Shown):
    """A sweep: one row a point, replication and KPI; ``told`` counts what was run, found and failed; ``folder`` keeps it."""

    name: str
    rows: pl.DataFrame
    told: Mapping[str, Any]
    folder: Path | None = None

    @cached_property
    def means(self) -> pl.DataFrame:
        """Mean of every KPI at every point, with its 95 % interval."""
        from e2esim.study.sweep import means

        return means(self.rows)

    @cached_property
    def units(self) -> dict[str, str]:
        """Unit of every KPI."""
        return dict(self.rows.drop_nulls("kpi").select("kpi", "unit").unique().iter_rows())

    def headline(self) -> str:
        """One line."""
        return f"sweep of {self.name}: {self.rows['point'].n_unique()} points, {self.rows['replication'].n_unique()} replications"

    def table(self) -> pl.DataFrame:
        """What a notebook shows."""
        return self.means


def sweep_design(asked: Question, effort: Effort, *, design: str = "", points: int | None = None, tell: Progress | None = None) -> Swept:
    """Lay out the points of a design, and run what is not there yet; what fails is counted, the others stand.

    Raises
    ------
    InputErrors
        If design, KPIs, executor or folder are wrong, or a point cannot run.
    """
    from e2esim.application.kpi_names import check_kpis
    from e2esim.application.points import kind_of, make_points
    from e2esim.study.design import DESIGNS
    from e2esim.study.design import design as laid_out

    kind, count = design or asked.design or "full", asked.points if points is None else points
    if kind not in DESIGNS:
        raise wrong_word("--design", kind, "there is no such design", did_you_mean(kind, list(DESIGNS)))
    try:
        made = make_points(laid_out(asked.factors, kind, count), asked.common)
    except ValueError as error:
        raise wrong_word("--design", kind, str(error), "") from None
    check_kpis(asked.kpis, asked.title, kind=kind_of(made))
    executor_of(effort)  # what is wrong with it is said before a folder is chosen
    return run_points(made, asked, effort, sweep_folder(effort.out), tell)


def run_points(points: Sequence[Point], asked: Question, effort: Effort, folder: Path, tell: Progress | None) -> Swept:
    """Run every replication of the points that the folder does not hold, and write its tables."""
    from e2esim.study.store import Store
    from e2esim.study.sweep import sweep, tidy

    replications, store = effort.replications or asked.replications, Store(folder)
    end = sweep(points, replications=replications, executor=executor_of(effort), store=store, again=effort.again, progress=tell)
    rows = tidy(points, store.rows(), replications)
    failures = rows.filter(rows["error"].is_not_null()).select("point", "replication", "error")
    told = {
        "title": asked.title,
        "points": len(points),
        "replications": replications,
        "run_now": end.run,
        "found_done": end.found,
        "failed": end.failed,
        "failures": [list(row) for row in failures.head(20).iter_rows()],
        "factors": {name: str(factor) for name, factor in asked.factors.items()},
        "common": list(asked.common),
    }
    swept = Swept(asked.title, rows, told, folder)
    _write(swept, folder)
    return swept


def _write(swept: Swept, folder: Path) -> None:
    """Write sweep.parquet, means.parquet and sweep.json from the parts, which stay, so that more can be added."""
    from e2esim.report.manifest import versions
    from e2esim.study.store import write_whole

    write_whole(swept.rows, folder / "sweep.parquet")
    write_whole(swept.means, folder / "means.parquet")
    text = json.dumps({**swept.told, "packages": versions()}, indent=2, ensure_ascii=False, allow_nan=False)
    partial = folder / f"{MANIFEST}.tmp"
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(folder / MANIFEST)


def sweep_company(asked: Question, effort: Effort) -> Swept:
    """Run every combination of the factors; with a folder (``effort.out``) what has run is kept there and found again, else nothing is written.

    Raises
    ------
    InputErrors
        If a point cannot run, or a replication failed.
    """
    with kept_in(effort.out) as folder:
        swept = sweep_design(asked, replace(effort, out=folder))
    failed = swept.rows.filter(pl.col("error").is_not_null())
    if failed.height:
        message = " ".join(str(failed["error"][0]).split())
        raise InputErrors([Problem(file=COMMAND_LINE, message=f"{failed.height} replications failed: {message}", remedy="correct the values")])
    return swept if effort.out is not None else replace(swept, folder=None)
