"""A roadmap in its folder: begun from an example, then one step after the other, each on the same roadmap.yaml as the steps before."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from e2esim.application.roadmap_steps import RoadmapEffort, RoadmapStep
from e2esim.application.shown import Shown
from e2esim.config.problems import did_you_mean, wrong_word

if TYPE_CHECKING:
    from e2esim.report.grids import TextGrid

STEPS = ("define", "analyse", "design", "implement", "evaluate")


@dataclass(frozen=True, repr=False)
class SteppedRoadmap(Shown):
    """A step that is done: its grids and sentences, and the folder that holds them."""

    step: str
    done: RoadmapStep
    place: Path

    def headline(self) -> str:
        """One line."""
        return f"{self.step} of {self.place.parent}: {len(self.done.grids)} tables"

    def table(self) -> pl.DataFrame:
        """The first table of the step."""
        return grid_frame(self.done.grids[0])


def begin_roadmap(folder: Path, example: str) -> Path:
    """Write ``roadmap.yaml`` of a shipped example into a new folder.

    Raises
    ------
    InputErrors
        If there is no such example, or the folder is not empty.
    """
    from e2esim.config.roadmap_file import FILE, roadmap_examples

    known = roadmap_examples()
    if example not in known:
        raise wrong_word("--example", example, "there is no such roadmap", did_you_mean(example, list(known)))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise wrong_word("DIR", str(folder), "is there already and not empty", "name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(known[example], folder / FILE)
    return folder / FILE


def do_step(folder: Path, step: str, *, language: str = "en", workers: int = 0, tell: Callable[[float, str], None] | None = None) -> SteppedRoadmap:
    """Check the roadmap and that the steps before stand on the same file; do the step and write its folder.

    Raises
    ------
    InputErrors
        If roadmap, company or language are wrong, or a step before is missing.
    """
    from e2esim.application.roadmap_evaluation import evaluate
    from e2esim.application.roadmap_steps import analyse, define, lay_out, schedule
    from e2esim.config import load
    from e2esim.config.roadmap_file import FILE, check_roadmap, digest, read_roadmap
    from e2esim.report.words import LANGUAGES, Words

    if language not in LANGUAGES:
        raise wrong_word("--language", language, "the report does not speak it", f"one of: {', '.join(LANGUAGES)}")
    asked = read_roadmap(folder)
    _stands(folder, step, digest(folder))
    company = load(asked.words)
    check_roadmap(asked, company, str(folder / FILE))
    work = dict(zip(STEPS, (define, analyse, lay_out, schedule, evaluate), strict=True))[step]
    done = work(asked, company, Words(language), RoadmapEffort(workers=workers, tell=tell))
    return SteppedRoadmap(step, done, _write(folder, step, done, digest(folder)))


def _stands(folder: Path, step: str, now: str) -> None:
    """Refuse a step whose predecessor is missing or was done on another roadmap.yaml."""
    for number, before in enumerate(STEPS[: STEPS.index(step)], start=1):
        marker = folder / f"{number}-{before}" / "step.json"
        if not marker.is_file():
            raise wrong_word("DIR", str(folder), f"{before} comes before {step}", f"e2esim roadmap {before} {folder}")
        if json.loads(marker.read_text(encoding="utf-8"))["roadmap"] != now:
            raise wrong_word("DIR", str(folder), f"roadmap.yaml has changed since {before}", f"do it again: e2esim roadmap {before} {folder}")


def _write(folder: Path, step: str, done: RoadmapStep, now: str) -> Path:
    """Put the step's folder in place of an older one, whole."""
    from e2esim.domain.safe_csv import write_safe_csv
    from e2esim.report.whole_folder import whole_folder

    place = folder / f"{STEPS.index(step) + 1}-{step}"
    fresh = folder / f"{place.name}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    with whole_folder(fresh) as partial:
        for number, grid in enumerate(done.grids, start=1):
            write_safe_csv(grid_frame(grid), partial / f"{number}.csv")
        (partial / "step.json").write_text(json.dumps({"roadmap": now, "said": list(done.said)}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        if done.write is not None:
            done.write(partial)
    shutil.rmtree(place, ignore_errors=True)
    fresh.rename(place)
    return place


def grid_frame(grid: TextGrid) -> pl.DataFrame:
    """A grid as a frame of text."""
    heads = [head or f"column {k + 1}" for k, head in enumerate(grid.head)]
    return pl.DataFrame([list(row) for row in grid.rows], schema=dict.fromkeys(heads, pl.String), orient="row")
