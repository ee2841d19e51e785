"""Ink and paper of every drawing: the palette, a blank figure, and the way from a matplotlib figure to inline SVG.

Figures are drawn in the light palette; every colour of the palette is then replaced by its CSS variable, so that the
page alone decides how it looks in light, in dark and on paper. Hues: Okabe and Ito (2008), darkened for contrast;
marks differ in shape too.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, wraps
from html import escape
from typing import Any, ParamSpec

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from e2esim.report.pictures.margins import fit

# name of the CSS variable -> (light, dark); each value must be unique among the light ones
PALETTE: dict[str, tuple[str, str]] = {
    "ink": ("#1b1f24", "#e8eaed"),
    "soft": ("#59626d", "#aab2bd"),
    "line": ("#d0d5db", "#3d444d"),
    "card": ("#fefefe", "#181b20"),
    "box": ("#eef1f5", "#262b33"),
    "blue": ("#0a5c9e", "#64b5f6"),
    "orange": ("#ad4900", "#ffa657"),
    "teal": ("#00695a", "#4dd0b1"),
    "purple": ("#7b3f98", "#d3a6ea"),
    "bluewash": ("#cfe0ef", "#24435e"),
    "orangewash": ("#f6ddc9", "#5a3618"),
    "heat0": ("#f3f6fa", "#20252c"),
    "heat1": ("#dbe7f3", "#223547"),
    "heat2": ("#b3cfe8", "#2a5378"),
    "heat3": ("#6fa6d3", "#4283ba"),
    "heat4": ("#c9540a", "#ff9a3d"),
}
INK, SOFT, LINE, CARD, BOX, BLUE, ORANGE, TEAL, PURPLE, BLUEWASH, ORANGEWASH = (
    PALETTE[name][0] for name in list(PALETTE)[:11]
)
HEAT = tuple(PALETTE[f"heat{k}"][0] for k in range(5))

STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "e2esim",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 10.5,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "axes.linewidth": 0.8,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "axes.labelsize": 10,
    "axes.grid": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "ytick.left": False,  # of no length: not drawn at all
    "savefig.facecolor": "none",
    "axes.formatter.useoffset": False,
    "path.simplify": True,
}
_DPI = 72.0  # a point is a pixel of the drawing


P = ParamSpec("P")


def inked(draw: Callable[P, str]) -> Callable[P, str]:
    """Run a drawing in the style of the report; every drawing carries this; the defaults stay untouched."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> str:
        with mpl.rc_context(STYLE):
            return draw(*args, **kwargs)

    return drawn


def blank(width: float, height: float, rows: int = 1, columns: int = 1, **kw: Any) -> tuple[Figure, list[Axes]]:
    """Return a figure of ``width`` x ``height`` [px] and its axes, row by row; never pyplot, which keeps figures
    alive.
    """
    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **kw)
    return figure, list(axes.flat)


def framed(width: float, height: float, rows: int = 1) -> tuple[Figure, list[Axes]]:
    """Return a figure of ``width`` x ``height`` [px] with plots one below the other; `svg` gives them their margins."""
    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI)
    return figure, [figure.add_subplot(rows, 1, row + 1) for row in range(rows)]


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """Return a figure with one empty axes in pixels, origin at the top left."""
    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.axis("off")
    return figure, axes


@cache
def _swaps() -> tuple[re.Pattern[str], dict[str, str]]:
    colours = {light: f"var(--{name})" for name, (light, _) in PALETTE.items()}
    return re.compile("|".join(colours)), colours


def svg(figure: Figure, name: str, title: str) -> str:
    """Return ``figure`` as inline SVG: ids made unique by ``name``, colours as CSS variables, ``title`` for screen
    readers.
    """
    buffer = io.StringIO()
    if figure.get_layout_engine() is None and all(axes.axison for axes in figure.axes):
        fit(figure)
    # the canvas lays out and draws once; savefig would draw the whole figure once more for the layout alone
    FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})  # type: ignore[no-untyped-call]
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", text).replace('xlink:href="#', f'href="#{name}-')
    text = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", text)
    pattern, colours = _swaps()
    text = pattern.sub(lambda found: colours[found.group(0)], text)
    head, body = text.split(">", 1)
    box = re.search(r'viewBox="[^"]+"', head)
    opened = f'<svg {box.group(0) if box else ""} role="img" aria-label="{escape(title, quote=True)}"'
    return f"{opened}>{re.sub(chr(10) + ' *', chr(10), body)}"


def boxes(axes: Axes, spans: Iterable[tuple[float, float, float, float]], colour: str, edge: str = "none", width: float = 0.6) -> None:
    """Draw rectangles from (x0, y0) to (x1, y1) in one colour as one artist; the limits of the axes stay as they are."""
    corners = [((x0, y0), (x0, y1), (x1, y1), (x1, y0)) for x0, y0, x1, y1 in spans]
    if corners:
        axes.add_collection(PolyCollection(corners, facecolor=colour, edgecolor=edge, linewidth=width), autolim=False)


def direct_label(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    colour: str,
    *,
    ha: str = "left",
    va: str = "center",
    dx: float = 4.0,
    dy: float = 0.0,
    **kw: Any,
) -> None:
    """Write ``text`` beside a point, so that no legend is needed."""
    axes.annotate(
        text,
        (x, y),
        xytext=(dx, dy),
        textcoords="offset points",
        color=colour,
        ha=ha,
        va=va,
        fontsize=kw.pop("fontsize", 10),
        annotation_clip=False,
        **kw,
    )


def css() -> str:
    """CSS variables of the palette: light, dark by preference, and always light on paper."""

    def block(index: int) -> str:
        return ";".join(f"--{name}:{pair[index]}" for name, pair in PALETTE.items())

    return (
        f":root{{color-scheme:light dark;{block(0)}}}\n@media (prefers-color-scheme:dark){{:root{{{block(1)}}}}}\n"
        f"@media print{{:root{{color-scheme:light;{block(0)}}}}}"
    )


def spread(values: Sequence[float], least: float) -> list[float]:
    """Move label positions apart until neighbours are ``least`` away, keeping their order.

    >>> spread([1.0, 1.1, 5.0], 1.0)
    [0.55, 1.55, 5.0]
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    groups: list[list[float]] = []  # [centre, count]
    for k in order:
        groups.append([values[k], 1.0])
        while len(groups) > 1 and groups[-1][0] - groups[-2][0] < least * (groups[-1][1] + groups[-2][1]) / 2 - 1e-9:
            (c1, n1), (c2, n2) = groups[-2], groups[-1]
            groups[-2:] = [[(c1 * n1 + c2 * n2) / (n1 + n2), n1 + n2]]
    placed: list[float] = []
    for centre, count in groups:
        placed += [centre + least * (j - (count - 1) / 2) for j in range(int(count))]
    out = [0.0] * len(values)
    for position, k in zip(placed, order, strict=True):
        out[k] = round(position, 9)
    return out
