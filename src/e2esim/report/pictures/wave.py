"""The wave of events: one panel a stage of the chain, with the events (from the top, in order of flow) shaded."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from e2esim.report.pictures.ink import BLUE, ORANGE, ORANGEWASH, SOFT, STYLE, blank
from e2esim.report.wave import Wave


def draw_wave(wave: Wave, path: Path) -> list[Path]:
    """Write the picture as PNG and SVG; both lines of a panel are the same run but for the events."""
    with mpl.rc_context(STYLE):
        figure, panels = blank(760.0, 70.0 + 108.0 * len(wave.stages), rows=len(wave.stages), sharex=True)
        for axes, stage in zip(panels, wave.stages, strict=True):
            x = np.arange(len(stage.calm)) + 0.5
            for _, start, end, known in wave.events:
                axes.axvspan(start, end, facecolor=ORANGEWASH, edgecolor="none")
                axes.axvline(known, color=ORANGE, linewidth=0.9, linestyle=(0, (2, 2)))
            axes.plot(x, stage.calm, color=SOFT, linewidth=1.2, linestyle=(0, (4, 2)))
            axes.plot(x, stage.struck, color=BLUE, linewidth=1.7)
            axes.set_title(f"{stage.name} [{stage.unit}]", loc="left", fontsize=10)
            axes.set_xlim(0, len(stage.calm))
            axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
            axes.yaxis.set_major_formatter(FuncFormatter(_share if stage.unit == "share" else _amount))
            axes.grid(False, axis="x")
            if stage.unit != "share":
                axes.set_ylim(bottom=0)
        names = ", ".join(name for name, *_ in wave.events) or "nothing happened"
        panels[-1].set_xlabel(
            f"week of the run; shaded: {names}; dotted: the firm knows; blue: the run; grey dashes: the same run without events"
        )
        figure.patch.set_facecolor("white")
        paths = [path.with_suffix(kind) for kind in (".png", ".svg")]
        for target in paths:
            figure.savefig(target, facecolor="white", dpi=144)
    return paths


def _share(value: float, _: int) -> str:
    return f"{100.0 * value:.3g} %"


def _amount(value: float, _: int) -> str:
    return f"{value / 1000:,.0f}k" if abs(value) >= 10_000 else f"{value:,.0f}"
