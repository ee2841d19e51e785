"""Bars: days late, returns by cause, contacts by reason, the money bridge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.collections import LineCollection

from e2esim.report.bridge import Step
from e2esim.report.pictures.ink import BLUE, BLUEWASH, INK, LINE, ORANGE, SOFT, TEAL, boxes, framed, inked, svg
from e2esim.report.pictures.margins import wide
from e2esim.report.promises import EARLIEST, LATEST, Punctuality
from e2esim.report.words import Words

Floats = npt.NDArray[np.floating[Any]]

WIDTH = 470.0
_KINDS = ((BLUEWASH, BLUE, range(EARLIEST, 0)), (BLUE, BLUE, range(1)), (ORANGE, ORANGE, range(1, LATEST + 1)))  # fill, edge, days


@inked
def draw_punctuality(found: Punctuality, names: Sequence[str], shown: Sequence[int], words: Words, title: str) -> str:
    """Share of lines by days late, one panel a class of ``shown``: early light, on the day dark, late orange."""
    figure, panels = framed(WIDTH, 44.0 + 98.0 * max(1, len(shown)), rows=max(1, len(shown)))
    for axes, k in zip(panels, shown, strict=False):
        share = found.counts[k] / found.due[k]
        for colour, edge, days in _KINDS:
            boxes(axes, [(day - 0.43, 0.0, day + 0.43, share[day - EARLIEST]) for day in days if share[day - EARLIEST] > 0], colour, edge)
        top = max(0.05, float(share.max()))
        axes.set_xlim(EARLIEST - 1.0, LATEST + 1.0)
        axes.set_xticks([])
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


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Horizontal bars: names, texts at their ends, and the parts each bar is stacked from as (colour, values)."""

    names: Sequence[str]
    texts: Sequence[str]
    parts: Sequence[tuple[str, Sequence[float]]]


@inked
def draw_flat_bars(bars: Bars, name: str, title: str) -> str:
    """Draw stacked horizontal bars, the first row on top; the scale leaves room for the text at each end."""
    figure, (axes,) = framed(WIDTH, 12.0 + 27.0 * max(1, len(bars.names)))
    places = np.arange(len(bars.names))
    ends = np.zeros(len(bars.names))
    for colour, values in bars.parts:
        after = ends + np.asarray(values)
        boxes(axes, [(ends[k], k - 0.31, after[k], k + 0.31) for k in places if after[k] > ends[k]], colour, SOFT)
        ends = after
    top = max(float(ends.max(initial=0.0)), 1e-9)
    across = WIDTH - 12.0 - max((wide(text) for text in bars.names), default=0.0)
    texts = [_cut(text, 0.85 * across) for text in bars.texts]
    limit = max((_limit(float(end), top, wide(text) + 8.0, across) for end, text in zip(ends, texts, strict=True)), default=top)
    for k, text in enumerate(texts):
        axes.text(ends[k] + 4.0 * limit / across, k, text, va="center", ha="left", color=INK, fontsize=10)
    axes.set_yticks(places, list(bars.names))
    axes.tick_params(axis="y", labelcolor=INK, length=0)
    axes.set_xlim(0, limit)
    axes.set_xticks([])
    axes.set_ylim(max(1, len(bars.names)) - 0.5, -0.5)
    axes.spines["bottom"].set_visible(False)
    axes.grid(False)
    return svg(figure, name, title)


def _cut(text: str, px: float) -> str:
    """The text, its end cut off where it is wider than ``px``."""
    if wide(text) <= px:
        return text
    return _cut(text[:-2].rstrip(" …") + "…", px) if len(text) > 3 else text


def _limit(end: float, top: float, text: float, across: float) -> float:
    """Where the axis must end [units of the bars] so that a bar and its text of so many px fit into ``across`` px.

    >>> _limit(10.0, 10.0, 50.0, 100.0), _limit(1.0, 10.0, 50.0, 100.0)
    (20.0, 10.2)
    """
    return max(1.02 * top, end * across / max(across - text, 0.1 * across))


@inked
def draw_bridge(steps: Sequence[Step], words: Words, title: str) -> str:
    """Turnover to operating result: totals from the ground, costs hanging from what was left before them."""
    figure, (axes,) = framed(WIDTH, 12.0 + 25.0 * len(steps))
    left, hanging = 0.0, []
    turnover = max(abs(steps[0].eur), 1e-9)
    for k, step in enumerate(steps):
        start = 0.0 if step.total else left
        left = step.eur if step.total else left + step.eur
        colour = TEAL if step.total and step.eur >= 0 else ORANGE if step.eur < 0 else BLUE
        boxes(axes, [(start, k - 0.31, left, k + 0.31)], colour)
        hanging.append([(left, k - 0.31), (left, k + 1.31)])
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
    axes.add_collection(LineCollection(hanging[:-1], colors=LINE, linewidths=1.0), autolim=False)
    axes.set_yticks(range(len(steps)), [words(f"step_{step.key}") for step in steps])
    axes.tick_params(axis="y", labelcolor=INK, length=0)
    axes.axvline(0, color=SOFT, linewidth=0.8)
    low = min(0.0, *(step.eur for step in steps if step.total))
    axes.set_xlim(1.05 * low, 1.5 * turnover)
    axes.set_xticks([])
    axes.set_ylim(len(steps) - 0.5, -0.5)
    axes.spines["bottom"].set_visible(False)
    axes.spines["left"].set_visible(False)
    axes.grid(False)
    return svg(figure, "bridge", title)
