"""The page of a comparison: what was compared, what may be said, the picture, the numbers; one offline HTML file."""

from __future__ import annotations

from functools import cache

import jinja2
from markupsafe import Markup

from e2esim.report.comparison import TOO_FEW, Compared, Gap, crn_said, effects_said, is_amount, label, statements, word
from e2esim.report.comparison_facts import ComparisonFacts
from e2esim.report.grids import TextGrid
from e2esim.report.pictures.forest import draw_forest
from e2esim.report.pictures.ink import css
from e2esim.report.words import Words


def build_comparison_page(found: Compared, told: ComparisonFacts) -> str:
    """Return the whole page as HTML text: no script, no outside resource."""
    words = Words("en")
    return _template().render(
        w=words,
        css=Markup(css()),
        title=told.title,
        facts=_facts(found, told),
        said=[*_answers(found, words), *effects_said(found, told.scale), *statements(found, told.scale), crn_said(found)],
        runs=[(name, " ".join(overrides)) for name, overrides in told.runs.items()],
        changed=[(name, changes) for name, changes in told.changed.items()],
        sections=[_section(found, name, told.scale, words) for name in found.differences],
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("e2esim.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template("comparison.html.j2")


def _facts(found: Compared, told: ComparisonFacts) -> list[str]:
    facts = [f"{found.replications} pairs of replications, seed {told.seed}", *([told.period] if told.period else [])]
    return [*facts, f"{100 * told.scale:g} % of the full size"] if told.scale != 1.0 else facts


def _answers(found: Compared, words: Words) -> list[str]:
    """One sentence a scenario: what is better, what is worse; or that no difference is seen."""
    said = []
    for name, gaps in found.differences.items():
        parts = []
        for verdict in ("better", "worse", "changed", TOO_FEW):
            named = [f"{label(gap.kpi)} ({_change(gap, words)})" for gap in gaps if gap.kpi in found.family and word(gap) == verdict]
            if named:
                parts.append(f"{verdict}: {', '.join(named)}")
        said.append(f"{name} against {found.base}: {'; '.join(parts) if parts else 'no difference seen in any KPI judged'}.")
    return said


def _change(gap: Gap, words: Words) -> str:
    if gap.unit == "share":
        return f"{'+' if gap.difference > 0 else ''}{words.number(100 * gap.difference, 1)} points"
    return ("+" if gap.difference > 0 else "") + words.told(gap.difference, gap.unit)


def _section(found: Compared, name: str, scale: float, words: Words) -> tuple[str, Markup, TextGrid]:
    gaps = [gap for gap in found.differences[name] if gap.kpi in found.family]
    rows = []
    for gap in gaps:
        star = "*" if scale != 1.0 and is_amount(gap.unit) else ""
        figures, unit = words.column([gap.base, gap.other, gap.difference, gap.ci_low, gap.ci_high], gap.unit)
        base, other, change, low, high = figures
        factor = "" if gap.narrowing is None else f"{gap.narrowing:.1f}"
        p = f"{gap.p_family:.3f}" if gap.p_family >= 0.001 else "< 0.001"
        rows.append([f"{label(gap.kpi)}{star}", unit, base, other, change, f"{low} to {high}", p, word(gap), factor])
    head = ["KPI", "unit", found.base, name, "difference", "95 % interval", "p (family)", "", "CRN: variance divided by"]
    return name, Markup(draw_forest(gaps, f"{name} against {found.base}")), TextGrid(title=name, head=head, units=[], rows=rows)
