"""Pictures of the page: marks stand where their values are, texts find room, nothing needs matplotlib."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from e2esim.report.bridge import Step
from e2esim.report.pictures.bars import WIDTH, Bars, draw_bridge, draw_flat_bars
from e2esim.report.pictures.lettering import wide
from e2esim.report.pictures.palette import BLUE, ORANGE
from e2esim.report.pictures.paper import Paper, Pen
from e2esim.report.pictures.plot import Area, Plot, steps
from e2esim.report.words import Words


@pytest.mark.parametrize("text", ["Gluing and assembly lines", "−961,531 EUR  (−65.1 %)", "perché è più in là", "WiMmj|@…", "≥ 14", "0.95"])
def test_a_text_is_as_wide_as_the_widest_font_writes_it(text: str) -> None:
    drawn = TextPath((0, 0), text, size=10.0, prop=FontProperties(family="DejaVu Sans")).get_extents().x1
    assert drawn <= wide(text) <= 1.15 * drawn + 2.0


@given(st.floats(-1e4, 1e4), st.floats(0.1, 1e6), st.integers(2, 13))
def test_barsare_round_even_and_few(low: float, span: float, most: int) -> None:
    found = steps(low, low + span, most=most)
    assert len(found) <= most + 1
    assert all(low - 1e-6 * span <= value <= low + span * (1 + 1e-6) for value in found)
    gaps = np.diff(found)
    assert np.allclose(gaps, gaps[:1])
    if len(gaps):
        lead = gaps[0] / 10.0 ** np.floor(np.log10(gaps[0] * (1 + 1e-9)))
        assert np.isclose([1.0, 2.0, 5.0, 10.0], lead, rtol=1e-4).any()


def _rects(svg: str) -> list[tuple[float, float]]:
    """Left and right of each bar [px]."""
    return [(float(left), float(right)) for left, right in re.findall(r"M([\d.]+) [\d.]+V[\d.]+H([\d.]+)V", svg)]


def test_bars_are_as_long_as_their_values_and_stack() -> None:
    svg = draw_flat_bars(Bars(names=("a", "b"), texts=("4", "2"), parts=((BLUE, (3.0, 1.0)), (ORANGE, (1.0, 1.0)))), "bars")
    (a0, a1), (b0, b1), (c0, c1), (d0, d1) = _rects(svg)
    assert a0 == b0
    assert (c0, d0) == (a1, b1)
    unit = (a1 - a0) / 3.0
    assert [b1 - b0, c1 - c0, d1 - d0] == pytest.approx([unit] * 3, abs=0.2)


def test_texts_of_the_bridge_stay_on_the_paper() -> None:
    amounts = [1_480_000.0, -961_531.0, -127_049.0, -51_102.0]
    bars = [Step(key="turnover", eur=amounts[0], total=True)] + [Step(key="turnover", eur=eur) for eur in amounts[1:]]
    svg = draw_bridge(bars, Words("en"), "bridge")
    texts = re.findall(r'<text x="([\d.]+)"[^>]*style="([^"]*)">([^<]*)<', svg)
    ends = [float(x) + wide(text) for x, style, text in texts if "anchor" not in style]
    assert len(ends) == len(amounts)
    assert max(ends) <= WIDTH


def test_a_line_breaks_where_a_value_is_missing() -> None:
    paper = Paper(100.0, 100.0)
    plot = Plot(paper, Area(0.0, 0.0, 100.0, 100.0), (0.0, 10.0), (0.0, 10.0))
    plot.curve(np.arange(5.0), np.array([0.0, 5.0, np.nan, 10.0, 0.0]), Pen(BLUE))
    assert 'd="M0 100L10 50M30 0L40 100"' in paper.svg("line")


def test_the_page_is_made_without_matplotlib() -> None:
    code = "import sys, e2esim.report.page; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
