"""Bars: days late, returns by cause, contacts by reason, the money bridge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.report.bridge import Step
from e2esim.report.pictures.lettering import wide
from e2esim.report.pictures.palette import BLUE, BLUEWASH, LINE, ORANGE, SOFT, TEAL
from e2esim.report.pictures.paper import Paper, Pen
from e2esim.report.pictures.plot import ROOM_BELOW, Area, Plot, left_room
from e2esim.report.promises import EARLIEST, LATEST, Punctuality
from e2esim.report.words import Words

Floats = npt.NDArray[np.floating[Any]]

WIDTH = 470.0
_BOLD = 1.12  # width of bold letters, as a multiple


_DAYS = np.arange(EARLIEST, LATEST + 1)
_KINDS = ((BLUEWASH, BLUE, _DAYS < 0), (BLUE, BLUE, _DAYS == 0), (ORANGE, ORANGE, _DAYS > 0))  # fill, edge, which days
_DAY_TICKS = (-7, -5, -3, -1, 0, 1, 3, 5, 7, 10, 14)


def draw_punctuality(found: Punctuality, names: Sequence[str], shown: Sequence[int], words: Words, title: str) -> str:
    """Share of lines by days late, one panel a class of ``shown``: early light, on the day dark, late orange."""
    shares = [found.counts[k] / found.due[k] for k in shown]
    tops = [max(0.05, float(share.max())) for share in shares]
    left = left_room(f"{words.number(100 * top)} %" for top in tops)
    paper = Paper(WIDTH, 98.0 * max(1, len(shown)) + ROOM_BELOW + 14.0)
    ticks = [(float(day), _day_word(day, words)) for day in _DAY_TICKS]
    for row, (k, share, top) in enumerate(zip(shown, shares, tops, strict=True)):
        area = Area(left, 20.0 + 98.0 * row, WIDTH - left - 6.0, 74.0)
        plot = Plot(paper, area, (EARLIEST - 1.0, LATEST + 1.0), (0.0, 1.12 * top))
        last = row + 1 == len(shown)
        plot.left_axis([(0.0, "0"), (top, f"{words.number(100 * top)} %")])
        for fill, edge, days in _KINDS:
            spans = [(day - 0.43, 0.0, day + 0.43, height) for day, height in zip(_DAYS[days], share[days], strict=True) if height > 0]
            plot.bars(spans, fill=fill, edge=Pen(edge, 0.6))
        plot.bottom_axis(ticks, named=last, title=words("days_late_axis") if last else "")
        plot.post(0.5, Pen(SOFT, 0.9, (3.0, 2.0)))
        told = words("on_time_of", share=words.told(float(found.on_time[k]), "share"), lines=words.number(float(found.due[k])))
        plot.title(f"{names[k]}: {told}")
    return paper.svg(title)


def _day_word(day: int, words: Words) -> str:
    if day == EARLIEST:
        return "≤ −7"
    return f"≥ {day}" if day == LATEST else words.number(day) if day <= 0 else f"+{day}"


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Horizontal bars: names, texts at their ends, and the parts each bar is stacked from as (colour, values)."""

    names: Sequence[str]
    texts: Sequence[str]
    parts: Sequence[tuple[str, Sequence[float]]]


def draw_flat_bars(bars: Bars, title: str) -> str:
    """Draw stacked horizontal bars, the first row on top; the scale leaves room for the text at each end."""
    count = len(bars.names)
    paper = Paper(WIDTH, 12.0 + 27.0 * max(1, count))
    left = left_room(bars.names)
    ends = np.sum([values for _, values in bars.parts], axis=0) if bars.parts else np.zeros(count)
    top, across = max(float(ends.max(initial=0.0)), 1e-9), WIDTH - 6.0 - left
    texts = [_cut(text, 0.85 * across) for text in bars.texts]
    limit = max((_limit(float(end), top, wide(text) + 8.0, across) for end, text in zip(ends, texts, strict=True)), default=top)
    plot = Plot(paper, Area(left, 4.0, across, 4.0 + 27.0 * max(1, count)), (0.0, limit), (max(1, count) - 0.5, -0.5))
    base = np.zeros(count)
    for colour, values in bars.parts:
        reach = base + np.asarray(values, dtype=np.float64)
        spans = [(base[k], k - 0.31, reach[k], k + 0.31) for k in range(count) if reach[k] > base[k]]
        plot.bars(spans, fill=colour, edge=Pen(SOFT, 0.6))
        base = reach
    plot.side()
    for k, (name, text) in enumerate(zip(bars.names, texts, strict=True)):
        paper.text(left - 4.0, plot.up(k), name, ha="right")
        paper.text(plot.across(float(ends[k])) + 4.0, plot.up(k), text)
    return paper.svg(title)


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


def draw_bridge(steps: Sequence[Step], words: Words, title: str) -> str:
    """Turnover to operating result: totals from the ground, costs hanging from what was left before them."""
    names = [words(f"step_{step.key}") for step in steps]
    turnover = max(abs(steps[0].eur), 1e-9)
    texts = [f"{words.told(step.eur, 'EUR')}  ({words.number(100 * step.eur / turnover, 1)} %)" for step in steps]
    spans = _hanging(steps)
    left, low = left_room(names), 1.05 * min(0.0, *(step.eur for step in steps if step.total))
    area = Area(left, 4.0, WIDTH - 6.0 - left, 4.0 + 25.0 * len(steps))
    reach = [max(*span, 0.0) - low for span in spans]
    limit = low + max(_limit(end, max(reach), _BOLD * wide(text) + 8.0, area.width) for end, text in zip(reach, texts, strict=True))
    paper = Paper(WIDTH, 12.0 + 25.0 * len(steps))
    plot = Plot(paper, area, (low, limit), (len(steps) - 0.5, -0.5))
    plot.post(0.0, Pen(SOFT, 0.8))
    for k, (step, (start, end)) in enumerate(zip(steps, spans, strict=True)):
        plot.bars([(start, k - 0.31, end, k + 0.31)], fill=TEAL if step.total and step.eur >= 0 else ORANGE if step.eur < 0 else BLUE)
        if k + 1 < len(steps):
            plot.curve((end, end), (k - 0.31, k + 1.31), Pen(LINE))
        paper.text(plot.across(max(start, end, 0.0)) + 4.0, plot.up(k), texts[k], bold=step.total)
        paper.text(left - 4.0, plot.up(k), names[k], ha="right")
    return paper.svg(title)


def _hanging(steps: Sequence[Step]) -> list[tuple[float, float]]:
    """Where each bar begins and ends: totals on the ground, the others at what was left before them."""
    spans, left = [], 0.0
    for step in steps:
        start = 0.0 if step.total else left
        left = step.eur if step.total else left + step.eur
        spans.append((start, left))
    return spans
