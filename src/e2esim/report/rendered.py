"""HTML parts of the page from templates, and the little lines that stand in their cells."""

from __future__ import annotations

from functools import cache
from typing import Any

import jinja2
import numpy as np
import numpy.typing as npt
from markupsafe import Markup

_WIDE, _HIGH = 96.0, 22.0


@cache
def page_templates() -> jinja2.Environment:
    """The templates of the report; a name that is not given is an error."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("e2esim.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )


def rendered(template: str, **fields: Any) -> Markup:
    """A part of the page."""
    return Markup(page_templates().get_template(f"{template}.html.j2").render(**fields))


def little_line(values: npt.NDArray[np.floating[Any]], title: str) -> Markup:
    """A line of weekly values without axes, from its lowest to its highest; gaps stay gaps; empty where nothing is told."""
    told = np.flatnonzero(np.isfinite(values))
    if len(told) < 2:
        return Markup("")
    low, high = float(values[told].min()), float(values[told].max())
    x = 2.0 + (_WIDE - 4.0) * (told - told[0]) / (told[-1] - told[0])
    y = _HIGH - 3.0 - (_HIGH - 6.0) * ((values[told] - low) / (high - low) if high > low else np.full(len(told), 0.5))
    parts = np.split(np.arange(len(told)), np.flatnonzero(np.diff(told) > 1) + 1)
    lines = "".join(
        f'<polyline points="{" ".join(f"{x[k]:.1f},{y[k]:.1f}" for k in part)}" fill="none" stroke="var(--blue)" stroke-width="1.4"/>' for part in parts
    )
    head = Markup('<svg class="little" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(_WIDE, _HIGH, title)
    return head + Markup(lines + "</svg>")
