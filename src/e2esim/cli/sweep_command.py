"""``e2esim sweep``: many points by many replications into one table that grows on disk and can be taken up again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean

if TYPE_CHECKING:
    from e2esim.study.design import Factor
    from e2esim.study.executor import Executor
    from e2esim.study.sweep import Point, SweepEnd

MANIFEST = "sweep.json"
USUAL = 10


@dataclass(frozen=True, kw_only=True)
class SweepOptions:
    """What the options of ``sweep`` say."""

    replications: int | None = None
    design: str = ""
    points: int | None = None
    executor: str = "local"
    address: str = ""
    workers: int = 0
    time_limit_s: float = 0.0
    out: Path | None = None
    again: bool = False
    as_json: bool = False
    quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the words and the experiment they may name ask for."""

    title: str
    factors: Mapping[str, Factor]
    common: tuple[str, ...]
    kpis: tuple[str, ...] = ()
    design: str = "full"
    points: int = 0
    replications: int = USUAL
    objectives: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()


def question(words: Sequence[str]) -> Question:
    """Read the words of a sweep, a sensitivity study or an optimisation; those given beside an experiment go over its own.

    Raises
    ------
    InputErrors
        If nothing is swept, or anything is wrong with a word or an experiment.
    """
    from e2esim.config.column_words import key_of
    from e2esim.config.experiment import Experiment, load_experiment
    from e2esim.config.factors import read_factors

    named = [word.partition("=")[2] for word in words if word.startswith("experiment=")]
    own = [word for word in words if not word.startswith("experiment=")]
    found = load_experiment(named[-1], swept=True) if named else Experiment(title=" ".join(own), design="")
    given = {key_of(word).lstrip("+") for word in own}
    kept = [word for word in [*found.base, *found.factors] if key_of(word) not in given]
    swept = read_factors([*kept, *own], named[-1] if named and not own else COMMAND_LINE)
    if not swept.factors:
        remedy = "give a key several values, e.g. market.demand_factor=1,1.2,1.4, or experiment=service_vs_price"
        raise InputErrors([Problem(file=COMMAND_LINE, message="nothing is swept", remedy=remedy)])
    return Question(
        title=found.title, factors=swept.factors, common=swept.common, kpis=tuple(found.kpis), design=found.design, points=found.points,
        replications=found.replications, objectives=tuple(found.objectives), constraints=tuple(found.constraints),
    )  # fmt: skip


def executor_of(options: SweepOptions) -> Executor:
    """The executor that the options name.

    Raises
    ------
    InputErrors
        If there is no such executor or Ray is not installed.
    """
    from importlib.util import find_spec

    from e2esim.study.executor import Local

    if options.executor == "local":
        return Local(workers=options.workers, inline=False, time_limit_s=options.time_limit_s)
    if options.executor != "ray":
        raise _wrong("--executor", options.executor, "there is no such executor", did_you_mean(options.executor, ["local", "ray"]))
    if find_spec("ray") is None:
        raise _wrong("--executor", "ray", "Ray is not installed", "pip install 'e2esim[ray]'")
    from e2esim.study.ray_executor import OnRay

    return OnRay(address=options.address, workers=options.workers)


def run_sweep(words: Sequence[str], options: SweepOptions) -> None:
    """Lay out the points, run what is not there yet, and write the table."""
    from e2esim.application.points import kind_of, make_points
    from e2esim.cli.compare_command import check_kpis
    from e2esim.report.progress import progress_bar
    from e2esim.study.design import DESIGNS, design
    from e2esim.study.store import Store
    from e2esim.study.sweep import sweep

    asked = question(words)
    kind, count = options.design or asked.design or "full", options.points if options.points is not None else asked.points
    if kind not in DESIGNS:
        raise _wrong("--design", kind, "there is no such design", did_you_mean(kind, list(DESIGNS)))
    try:
        points = make_points(design(asked.factors, kind, count), asked.common)
    except ValueError as error:
        raise _wrong("--design", kind, str(error), "") from None
    check_kpis(asked.kpis, asked.title, kind=kind_of(points))
    executor = executor_of(options)
    replications = options.replications or asked.replications
    folder = sweep_folder(options.out)
    with progress_bar(quiet=options.quiet or options.as_json) as tell:
        swept = sweep(points, replications=replications, executor=executor, store=Store(folder), again=options.again, progress=tell)
    told = finish(folder, points, replications, asked, swept)
    if options.as_json:
        typer.echo(json.dumps({**told, "folder": str(folder)}, ensure_ascii=False, allow_nan=False))
    elif not options.quiet:
        _print(told, folder)


def sweep_folder(out: Path | None) -> Path:
    """The folder of a sweep: the one named, new or begun earlier; else a new one below ./runs.

    Raises
    ------
    InputErrors
        If it holds something else.
    """
    from e2esim.application.folders import new_folder

    if out is None or not out.is_dir() or not any(out.iterdir()):
        return new_folder(out, "sweep", "")
    if not (out / "parts").is_dir() and not (out / MANIFEST).is_file():
        raise _wrong("--out", str(out), "holds something else than a sweep", "name another folder")
    return out


def finish(folder: Path, points: Sequence[Point], replications: int, asked: Question, swept: SweepEnd) -> dict[str, Any]:
    """Write sweep.parquet, means.parquet and sweep.json from the parts, which stay, so that more can be added."""
    from e2esim.report.manifest import versions
    from e2esim.study.store import Store, write_whole
    from e2esim.study.sweep import means, tidy

    table = tidy(points, Store(folder).rows(), replications)
    write_whole(table, folder / "sweep.parquet")
    write_whole(means(table), folder / "means.parquet")
    failures = table.filter(table["error"].is_not_null()).select("point", "replication", "error")
    told = {
        "title": asked.title,
        "points": len(points),
        "replications": replications,
        "run_now": swept.run,
        "found_done": swept.found,
        "failed": swept.failed,
        "failures": [list(row) for row in failures.head(20).iter_rows()],
        "factors": {name: str(factor) for name, factor in asked.factors.items()},
        "common": list(asked.common),
    }
    text = json.dumps({**told, "packages": versions()}, indent=2, ensure_ascii=False, allow_nan=False)
    partial = folder / f"{MANIFEST}.tmp"
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(folder / MANIFEST)
    return told


def _print(told: Mapping[str, Any], folder: Path) -> None:
    jobs = told["points"] * told["replications"]
    done = f"{told['run_now']} run now, {told['found_done']} found done, {told['failed']} failed"
    typer.echo(f"{told['points']} points x {told['replications']} replications: {done}.")
    for point, replication, error in told["failures"]:
        typer.echo(f"  failed: point {point}, replication {replication}: {' '.join(str(error).split())}")
    if told["failed"] and told["failed"] < jobs:
        typer.echo("All others are in the table; --again tries the failed ones once more.")
    typer.echo(f"Sweep folder: {folder} (sweep.parquet: every value; means.parquet: means and intervals; the same command with --out takes it up again)")


def _wrong(column: str, value: str, message: str, remedy: str) -> InputErrors:
    return InputErrors([Problem(file=COMMAND_LINE, column=column, value=value, message=message, remedy=remedy)])
