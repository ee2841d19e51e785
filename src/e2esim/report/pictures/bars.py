"""Bars: days late, returns by cause, contacts by reason, the money bridge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.report.bridge import Step
from e2esim.report.pictures.ink import BLUE, BLUEWASH, INK, LINE, ORANGE, SOFT, TEAL, blank, inked, svg
from e2esim.report.promises import EARLIEST, LATEST, Punctuality
from e2esim.report.words import Words

Floats = npt.NDArray[np.floating[Any]]

WIDTH = 470.0


@inked
def draw_punctuality(found: Punctuality, names: Sequence[str], shown: Sequence[int], words: Words, title: str) -> str:
    """Share of lines by days late, one panel a class of ``shown``: early light, on the day dark, late orange."""
    figure, panels = blank(WIDTH, 48.0 + 98.0 * max(1, len(shown)), rows=max(1, len(shown)), sharex=True)
    days = np.arange(EARLIEST, LATEST + 1)
    colours = [BLUEWASH if day < 0 else BLUE if day == 0 else ORANGE for day in days]
    for axes, k in zip(panels, shown, strict=False):
        share = found.counts[k] / found.due[k]
        axes.bar(
            days,
            share,
            width=0.86,
            color=colours,
            edgecolor=[BLUE if day <= 0 else ORANGE for day in days],
            linewidth=0.6,
        )
        top = max(0.05, float(share.max()))
        axes.set_ylim(0, 1.12 * top)
        axes.set_yticks([0, top], ["0", f"{words.number(100 * top)} %"])
        axes.axvline(0.5, color=SOFT, linewidth=0.9, linestyle=(0, (3, 2)))
        told = words(
            "on_time_of", share=words.told(float(found.on_time[k]), "share"), lines=words.number(float(found.due[k]))
        )
        axes.set_title(f"{names[k]}: {told}", loc="left", fontsize=10.5, color=SOFT)
        axes.grid(False, axis="x")
    ticks = [-7, -5, -3, -1, 0, 1, 3, 5, 7, 10, 14]
    panels[-1].set_xticks(
        ticks,
        [
            "≤ −7" if t == EARLIEST else f"≥ {t}" if t == LATEST else words.number(t) if t <= 0 else f"+{t}"
            for t in ticks
        ],
    )
    panels[-1].set_xlabel(words("days_late_axis"))
    return svg(figure, "punctuality", title)


@inked
def draw_flat_bars(
    names: Sequence[str],
    values: Sequence[float],
    texts: Sequence[str],
    name: str,
    title: str,
    *,
    second: Sequence[float] | None = None,
    room: float = 0.42,
) -> str:
    """Horizontal bars with their text at the end; ``second`` fills a part of each bar, ``room`` is for the texts."""
    n = max(1, len(names))
    figure, (axes,) = blank(WIDTH, 24.0 + 27.0 * n)
    places = np.arange(len(names))
    axes.barh(places, values, height=0.62, color=BLUEWASH, edgecolor=BLUE, linewidth=0.8)
    if second is not None:
        axes.barh(places, second, height=0.62, color=BLUE)
    top = max([*values, 1e-9])
    for k, text in enumerate(texts):
        axes.text(values[k] + 0.015 * top, k, text, va="center", ha="left", color=INK, fontsize=10)
    axes.set_yticks(places, names)
    axes.tick_params(axis="y", labelcolor=INK, length=0)
    axes.set_xlim(0, (1.0 + room) * top)
    axes.set_xticks([])
    axes.invert_yaxis()
    axes.spines["bottom"].set_visible(False)
    axes.grid(False)
    return svg(figure, name, title)


@inked
def draw_bridge(steps: Sequence[Step], words: Words, title: str) -> str:
    """Turnover to operating result: totals from the ground, costs hanging from what was left before them."""
    figure, (axes,) = blank(WIDTH, 24.0 + 25.0 * len(steps))
    left = 0.0
    turnover = max(abs(steps[0].eur), 1e-9)
    for k, step in enumerate(steps):
        start = 0.0 if step.total else left
        left = step.eur if step.total else left + step.eur
        colour = TEAL if step.total and step.eur >= 0 else ORANGE if step.eur < 0 else BLUE
        axes.barh(k, step.eur, left=start, height=0.62, color=colour)
        if k + 1 < len(steps):
            axes.plot([left, left], [k - 0.31, k + 1.31], color=LINE, linewidth=1.0)
        text = f"{words.told(step.eur, 'EUR')}  ({words.number(100 * step.eur / turnover, 1)} %)"
        axes.text(
            max(start, left, 0.0) + 0.012 * turnover,
            k,
            text,
            va="center",
            color=INK,
            fontsize=10,
            fontweight="bold" if step.total else "normal",
        )
    axes.set_yticks(range(len(steps)), [words(f"step_{step.key}") for step in steps])
    axes.tick_params(axis="y", labelcolor=INK, length=0)
    axes.axvline(0, color=SOFT, linewidth=0.8)
    low = min(0.0, *(step.eur for step in steps if step.total))
    axes.set_xlim(1.05 * low, 1.5 * turnover)
    axes.set_xticks([])
    axes.invert_yaxis()
    axes.spines["bottom"].set_visible(False)
    axes.spines["left"].set_visible(False)
    axes.grid(False)
    return svg(figure, "bridge", title)
