"""A paper of pixels, origin at the top left, that becomes inline SVG: every mark is written once, as it stands on the page.

Colours are named by the light palette and written as CSS variables, so that the page alone decides how they look in
light, in dark and on paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from e2esim.report.pictures.palette import INK, VARIABLES

NONE = "none"
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_MIDDLE = 0.35  # [em] from the middle of a small letter to its base line


class Pen(NamedTuple):
    """How a line is drawn: colour, width [px], dashes (mark, gap) in widths of the line."""

    colour: str
    width: float = 1.0
    dash: tuple[float, float] | None = None
    opacity: float = 1.0
    cap: str = "butt"


class Paper:
    """A drawing of ``width`` x ``height`` [px] that grows mark by mark.

    Examples
    --------
    >>> paper = Paper(40.0, 20.0)
    >>> paper.rect(1.0, 2.0, 10.0, 5.0, fill="#0a5c9e")
    >>> paper.text(3.0, 9.0, "a < b")
    >>> print(paper.svg("two marks"))
    <svg viewBox="0 0 40 20" role="img" aria-label="two marks">
    <rect x="1" y="2" width="10" height="5" style="fill:var(--blue)"/>
    <text x="3" y="12.5" style="font-size:10px;fill:var(--ink)">a &lt; b</text>
    </svg>
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._marks: list[str] = []

    def rect(self, x: float, y: float, wide: float, high: float, *, fill: str, edge: Pen | None = None, corner: float = 0.0) -> None:
        """Write a rectangle by its top left corner; negative sizes reach to the left or up."""
        left, top = min(x, x + wide), min(y, y + high)
        round_ = f' rx="{px(corner)}"' if corner else ""
        self._marks.append(
            f'<rect x="{px(left)}" y="{px(top)}" width="{px(abs(wide))}" height="{px(abs(high))}"{round_} style="fill:{_ink(fill)}{_stroke(edge)}"/>'
        )

    def path(self, d: str, *, pen: Pen | None = None, fill: str = NONE, opacity: float = 1.0) -> None:
        """Write a path in the words of SVG."""
        seen = f";fill-opacity:{opacity:g}" if opacity < 1.0 else ""
        self._marks.append(f'<path d="{d}" style="fill:{_ink(fill)}{seen}{_stroke(pen)}"/>')

    def text(self, x: float, y: float, text: str, *, size: float = 10.0, colour: str = INK, ha: str = "left", bold: bool = False) -> None:
        """Write a line of text, the middle of its small letters at ``y``; ``ha`` says which of its ends stands at ``x``."""
        anchor = "" if ha == "left" else f";text-anchor:{_ANCHORS[ha]}"
        weight = ";font-weight:bold" if bold else ""
        style = f"font-size:{size:g}px;fill:{_ink(colour)}{anchor}{weight}"
        self._marks.append(f'<text x="{px(x)}" y="{px(y + _MIDDLE * size)}" style="{style}">{escape(text, quote=False)}</text>')

    def svg(self, title: str) -> str:
        """Return the drawing as inline SVG with ``title`` for screen readers."""
        opened = f'<svg viewBox="0 0 {px(self.width)} {px(self.height)}" role="img" aria-label="{escape(title, quote=True)}">'
        return "\n".join((opened, *self._marks, "</svg>"))


def px(value: float) -> str:
    """A length in tenths of a pixel, as short as it can be.

    >>> px(3.0), px(2.25), px(-0.01)
    ('3', '2.2', '0')
    """
    text = f"{value:.1f}"
    return "0" if text == "-0.0" else text.removesuffix(".0")


def way(points: Sequence[tuple[float, float]]) -> str:
    """The path along points [px].

    >>> way([(0.0, 1.0), (2.5, 3.0)])
    'M0 1L2.5 3'
    """
    return "M" + "L".join(f"{px(x)} {px(y)}" for x, y in points)


def _ink(colour: str) -> str:
    return VARIABLES.get(colour, colour)


def _stroke(pen: Pen | None) -> str:
    if pen is None:
        return ""
    parts = [f";stroke:{_ink(pen.colour)};stroke-width:{pen.width:g}"]
    if pen.dash is not None:
        parts.append(f";stroke-dasharray:{' '.join(px(pen.width * mark) for mark in pen.dash)}")
    if pen.opacity < 1.0:
        parts.append(f";stroke-opacity:{pen.opacity:g}")
    if pen.cap != "butt":
        parts.append(f";stroke-linecap:{pen.cap}")
    return "".join(parts)
