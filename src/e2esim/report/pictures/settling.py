"""Series by day with the day from which they are settled and the warm-up that the scenario leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
import numpy.typing as npt

from e2esim.report.pictures.ink import BLUE, BOX, INK, ORANGE, STYLE, blank

Floats = npt.NDArray[np.float64]


class Settling(NamedTuple):
    """A series, its unit, the first settled day (None = it still drifts) and the mean of the settled part."""

    name: str
    unit: str
    values: Floats
    settled: int | None
    mean: float


def draw_settling(found: Sequence[Settling], warmup_days: int, path: Path) -> list[Path]:
    """Write the picture as PNG and SVG: one panel a series."""
    with mpl.rc_context(STYLE):
        figure, panels = blank(760.0, 40.0 + 120.0 * len(found), rows=len(found), sharex=True)
        for axes, one in zip(panels, found, strict=True):
            axes.axvspan(0, warmup_days, color=BOX)
            axes.plot(np.arange(one.values.size), one.values, color=BLUE, linewidth=0.9)
            told = "still drifting at the end"
            if one.settled is not None:
                axes.axvline(one.settled, color=ORANGE, linewidth=1.2)
                axes.plot([one.settled, one.values.size], [one.mean, one.mean], color=INK, linewidth=0.9)
                told = f"settled from day {one.settled}"
            axes.set_title(f"{one.name} [{one.unit}]: {told}", loc="left", fontsize=10)
        panels[-1].set_xlabel(f"day of the run; grey: the {warmup_days} days that the scenario leaves out")
        figure.patch.set_facecolor("white")
        paths = [path.with_suffix(kind) for kind in (".png", ".svg")]
        for target in paths:
            figure.savefig(target, facecolor="white", dpi=144)
    return paths
