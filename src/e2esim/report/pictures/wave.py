"""The wave of events: one panel a stage of the chain, with the events (from the top, in order of flow) shaded."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from e2esim.report.pictures.ink import BLUE, ORANGE, ORANGEWASH, SOFT, STYLE, blank
from e2esim.report.wave import Wave
from e2esim.report.words import Words


def draw_wave(wave: Wave, path: Path, words: Words) -> list[Path]:
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
            axes.set_title(f"{words(f'wave_{stage.key}')} [{words.unit(stage.unit)}]", loc="left", fontsize=10)
            axes.set_xlim(0, len(stage.calm))
            axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
            axes.yaxis.set_major_formatter(FuncFormatter(partial(_share if stage.unit == "share" else _amount, words)))
            axes.grid(False, axis="x")
            if stage.unit != "share":
                axes.set_ylim(bottom=0)
        panels[-1].set_xlabel(words("wave_axis", events=", ".join(name for name, *_ in wave.events) or words("wave_nothing")))
        figure.patch.set_facecolor("white")
        paths = [path.with_suffix(kind) for kind in (".png", ".svg")]
        for target in paths:
            figure.savefig(target, facecolor="white", dpi=144)
    return paths


def _share(words: Words, value: float, _: int) -> str:
    return f"{words.number(100.0 * value, 0 if round(1000.0 * value) % 10 == 0 else 1)} %"


def _amount(words: Words, value: float, _: int) -> str:
    return f"{words.number(value / 1000.0, 0)}k" if abs(value) >= 10_000 else words.number(value, 0)
