"""The firm's sites on one picture: what moves between them, and from each to the markets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from e2esim.report.pictures.boxes import band, cut, frame, write
from e2esim.report.pictures.ink import BLUE, BLUEWASH, SOFT, canvas, inked, svg
from e2esim.report.pictures.map_layout import GAP, TOP, WIDTH, Placed

F = npt.NDArray[np.float64]

LEAST = 62.0  # [px] height of a site's box with its three lines
_BOX, _EDGE = 175.0, 10.0  # [px] width of a box, margin of the picture
_BAND = 150.0  # [px] of the widest flow


class SiteNode(NamedTuple):
    """A site or market: its lines of text, the column where it stands, and how much passes through it [pcs/year]."""

    texts: Sequence[str]
    column: int
    flow: float


class SiteFlow(NamedTuple):
    """What goes from one node to another [pcs/year]."""

    source: int
    to: int
    pieces: float


@inked
def draw_site_map(nodes: Sequence[SiteNode], flows: Sequence[SiteFlow], heads: Sequence[str], title: str) -> str:
    """Draw nodes in their columns, named by ``heads`` (columns,), and the flows between them."""
    most = max([one.flow for one in nodes] + [1e-9])
    scale = _BAND / most
    height = max(_column_height([one for one in nodes if one.column == k], scale) for k in range(len(heads)))
    figure, axes = canvas(WIDTH, height + TOP + 2 * GAP)
    placed = _placed(nodes, len(heads), height, scale)
    for k, head in enumerate(heads):
        write(axes, _left(k, len(heads)) + _BOX / 2, 22, head, color=SOFT, fontsize=12, fontweight="bold")
    _bands(axes, flows, placed, nodes, scale)
    for node, where in zip(nodes, placed, strict=True):
        frame(axes, where)
        middle = where.top + where.height / 2 - 8.0 * (len(node.texts) - 1)
        for k, text in enumerate(node.texts):
            ink = {"fontsize": 11} if k == 0 else {"color": SOFT, "fontsize": 10}
            write(axes, where.left + where.width / 2, middle + 16.0 * k, cut(text, where.width), **ink)
    return svg(figure, "sitemap", title)


def _left(column: int, columns: int) -> float:
    """Left edge of a column's boxes [px]."""
    return _EDGE + column * (WIDTH - 2 * _EDGE - _BOX) / max(1, columns - 1)


def _column_height(nodes: Sequence[SiteNode], scale: float) -> float:
    return sum(max(LEAST, scale * one.flow) for one in nodes) + GAP * max(0, len(nodes) - 1)


def _placed(nodes: Sequence[SiteNode], columns: int, height: float, scale: float) -> list[Placed]:
    """Boxes of each column one below the other, centred."""
    tops = [TOP + (height - _column_height([one for one in nodes if one.column == k], scale)) / 2 for k in range(columns)]
    found = []
    for one in nodes:
        tall = max(LEAST, scale * one.flow)
        found.append(Placed(box=None, left=_left(one.column, columns), top=tops[one.column], width=_BOX, height=tall))
        tops[one.column] += tall + GAP
    return found


def _bands(axes: Axes, flows: Sequence[SiteFlow], placed: Sequence[Placed], nodes: Sequence[SiteNode], scale: float) -> None:
    """Flows leave and arrive one below the other, in the order of the boxes; lanes between sites are darker."""
    last = max(one.column for one in nodes)
    leave = [where.centred(scale * sum(f.pieces for f in flows if f.source == k)) for k, where in enumerate(placed)]
    arrive = [where.centred(scale * sum(f.pieces for f in flows if f.to == k)) for k, where in enumerate(placed)]
    drawn = []
    for flow in sorted(flows, key=lambda one: (placed[one.source].top, placed[one.to].top)):
        wide, inside = scale * flow.pieces, nodes[flow.to].column < last
        start, end = placed[flow.source], placed[flow.to]
        x0, x1 = (start.right, end.left) if end.left > start.left else (start.right - 8.0, end.right - 8.0)
        drawn.append((inside, (x0, leave[flow.source], x1, arrive[flow.to], wide)))
        leave[flow.source] += wide
        arrive[flow.to] += wide
    for inside, place in sorted(drawn):  # lanes between sites on top
        band(axes, *place, BLUE if inside else BLUEWASH, 0.55 if inside else 0.9)
