"""The wave of events: one panel a stage of the chain, with the events (from the top, in order of flow) shaded."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from textwrap import fill

import matplotlib as mpl
import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from e2esim.report.pictures.ink import BLUE, ORANGE, ORANGEWASH, SOFT, STYLE, blank
from e2esim.report.wave import Wave
from e2esim.report.words import Words

EN_DASH = "\N{EN DASH}"
_LINE = 118  # characters of the legend that the picture is wide


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
        ticks = _months(wave, words)
        panels[-1].set_xticks([week for week, _ in ticks], [name for _, name in ticks])
        told = ", ".join(f"{name} ({_day(wave, start, words)} {EN_DASH} {_day(wave, end, words)})" for name, start, end, _ in wave.events)
        panels[-1].set_xlabel(fill(words("wave_axis", events=told or words("wave_nothing")), _LINE))
        figure.patch.set_facecolor("white")
        paths = [path.with_suffix(kind) for kind in (".png", ".svg")]
        for target in paths:
            figure.savefig(target, facecolor="white", dpi=144)
    return paths


def _months(wave: Wave, words: Words) -> list[tuple[float, str]]:
    """Where months begin, in weeks of the run, and their names, the year with the first one of each; quarters in runs of more than 78 weeks."""
    weeks = len(wave.stages[0].calm)
    days = [wave.start + dt.timedelta(days=day) for day in range(7 * weeks)]
    firsts = [day for day in days if day.day == 1 and (weeks <= 78 or day.month % 3 == 1)]
    years = {day.year: day for day in reversed(firsts)}
    return [((day - wave.start).days / 7.0, words.month(day) + (f"\n{day.year}" if years[day.year] == day else "")) for day in firsts]


def _day(wave: Wave, week: float, words: Words) -> str:
    return words.day(wave.start + dt.timedelta(days=int(7.0 * week)))


def _share(words: Words, value: float, _: int) -> str:
    return f"{words.number(100.0 * value, 0 if round(1000.0 * value) % 10 == 0 else 1)} %"


def _amount(words: Words, value: float, _: int) -> str:
    return f"{words.number(value / 1000.0, 0)}k" if abs(value) >= 10_000 else words.number(value, 0)
