"""A market fitted to the figures of its last year."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from e2esim.application.shown import Shown
from e2esim.config.problems import InputErrors, Problem, wrong_word

if TYPE_CHECKING:
    from e2esim.domain.scenario import Scenario
    from e2esim.study.calibrate import Calibration
    from e2esim.study.history import Figure

HEAD = ("channel", "choice_offset", "usual_service")


@dataclass(frozen=True, repr=False)
class Calibrated(Shown):
    """A fit: the figures before and after, and the columns of table channels that were fitted."""

    found: Calibration

    @property
    def channels(self) -> list[tuple[str, float, float]]:
        """Channel, choice offset, usual service."""
        return list(zip(self.found.channels, self.found.choice_offset, self.found.usual_service, strict=True))

    def headline(self) -> str:
        """One line."""
        met, tries = sum(one.met for one in self.found.after), f"{self.found.runs} tries of {self.found.replications} replications"
        return f"{len(self.found.fitted)} parameters fitted to {len(self.found.after)} figures in {tries}, {met} figures met"

    def table(self) -> pl.DataFrame:
        """One row a figure."""
        return pl.DataFrame([_plain(one) for one in self.found.after], infer_schema_length=None)

    def as_dict(self) -> dict[str, object]:
        """Everything, for JSON."""
        channels = [dict(zip(HEAD, row, strict=True)) for row in self.channels]
        told = {"runs": self.found.runs, "replications": self.found.replications, "channels": channels, "market.usual_word": self.found.usual_word}
        return told | {"figures": [_plain(one) for one in self.found.after]}

    def write(self, path: Path) -> None:
        """Write the fitted columns of table channels as CSV."""
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([HEAD, *self.channels])


def fit(
    scenario: Scenario, *, runs: int = 8, replications: int = 3, workers: int = 0, out: Path | None = None, tell: Callable[[int, float], None] | None = None
) -> Calibrated:
    """Fit, and write the fitted columns to a new file ``out``; ``tell`` hears the try and the largest gap of a fitted figure.

    Raises
    ------
    InputErrors
        If the figures are wrong, or the file exists.
    """
    from e2esim.study.calibrate import calibrate

    if out is not None and out.exists():
        raise wrong_word("--out", str(out), "the file is there already", "name another file")

    def told(run: int, found: Sequence[Figure]) -> None:
        if tell is not None:
            tell(run, max((abs(one.gap) for one in found if one.fitted), default=0.0))

    try:
        fitted = Calibrated(calibrate(scenario, runs=runs, replications=replications, workers=workers, tell=told))
    except ValueError as error:
        raise InputErrors([Problem(file="history_kpis", message=str(error), remedy="see docs/data.md, table history_kpis")]) from error
    if out is not None:
        fitted.write(out)
    return fitted


def _plain(one: Figure) -> dict[str, object]:
    ends = [None if math.isnan(end) else end for end in one.gaps]
    told = {"kpi": one.kpi, "member": one.member, "history": one.history, "run": one.found, "fitted": one.fitted, "met": one.met}
    return told | {"gap_low": ends[0], "gap_high": ends[1], "verdict": one.verdict}
