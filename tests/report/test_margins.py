"""Texts beside a plot find their room on the paper, as matplotlib itself would draw them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg

from e2esim.report.pictures.ink import direct_label, framed
from e2esim.report.pictures.margins import fit


def _filled(axes: Axes) -> None:
    axes.plot([0.0, 10.0], [0.0, 1_234_567.0])
    axes.set_title("a name above", loc="left")
    axes.text(4.0, 600_000.0, "in the middle")


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("end", ["", "open", "a rather long name at the end of a line"])
def test_texts_stay_on_the_paper_and_plots_apart(rows: int, end: str) -> None:
    figure, plots = framed(470.0, 120.0 * rows, rows)
    for axes in plots:
        _filled(axes)
        axes.set_yticks([0, 1_000_000], ["nothing", "very many pieces"])
        if end:
            direct_label(axes, 9.5, 1_000_000.0, end, "black")
    plots[-1].set_xlabel("weeks")
    fit(figure)
    FigureCanvasAgg(figure).draw()
    for axes in plots:
        texts = [axes.xaxis.label, axes._left_title, *axes.texts, *axes.get_yticklabels()]  # type: ignore[attr-defined]
        boxes = [text.get_window_extent() for text in texts if text.get_text()]
        assert min(box.x0 for box in boxes) >= 0.0
        assert max(box.x1 for box in boxes) <= 470.0
        assert min(box.y0 for box in boxes) >= 0.0
        assert axes.get_position().width * 470.0 > 0.3 * 470.0
    whole = [axes.get_tightbbox() for axes in plots]
    assert all(above is not None and below is not None and above.y0 >= below.y1 - 10.0 for above, below in pairwise(whole))  # ticks between plots aside
