"""The steps of a roadmap as grids and sentences, in the language of `words`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from e2esim.report.grids import TextGrid
from e2esim.report.words import Words


def perimeter_grid(aims: Sequence[Any], found: Sequence[Any], words: Words) -> TextGrid:
    """Step 1: every combination with its objective, what lies in it, and the order in which to start: most problems a year first."""
    order = sorted(range(len(found)), key=lambda k: -found[k].problems)
    rank = {k: str(place + 1) for place, k in enumerate(order)}
    rows = [
        [
            _place(aim),
            aim.objective.replace("_", " "),
            f"{words.label(aim.kpi)} {100 * aim.change:+g} %",
            f"{here.dimension} {here.member}",
            str(len(here.touchpoints)),
            str(here.controlled),
            words.number(here.contacts),
            words.number(here.problems),
            words.number(here.cost_eur_y),
            rank[k],
        ]
        for k, (aim, here) in enumerate(zip(aims, found, strict=True))
    ]
    head = [words(f"rm_{key}") for key in ("place", "objective", "wanted", "measured", "touchpoints", "own", "contacts", "problems", "cost", "start")]
    return TextGrid(title=words("rm_h_define"), head=head, rows=rows)


def sales_grid(found: Sequence[Any], words: Words) -> TextGrid:
    """Step 2, inside: how each channel sells today."""
    rows = [
        [
            one.channel,
            _told(one.promise_d, 1, words),
            _told(one.answer_h, 1, words),
            _told(one.interactions, 2, words),
            _told(one.cost_eur, 2, words),
            _told(one.integration, 2, words),
            ", ".join(one.controlled) if one.to_integrate else "",
        ]
        for one in found
    ]
    head = [words(f"rm_{key}") for key in ("channel", "promise", "answer", "interactions", "serve", "integration", "to_integrate")]
    return TextGrid(title=words("rm_h_inside"), head=head, rows=rows)


def customer_grid(rows: Sequence[tuple[str, Sequence[float]]], kpis: Sequence[str], words: Words) -> TextGrid:
    """Step 2, outside: how each segment finds it: simplicity, speed, guidance, satisfaction, answers given."""
    told = [[segment, *(_told(value, 3, words) for value in values)] for segment, values in rows]
    return TextGrid(title=words("rm_h_outside"), head=[words("rm_segment"), *(words.label(kpi) for kpi in kpis)], rows=told)


def aim_grid(title: str, aims: Sequence[Any], found: Sequence[Any], words: Words) -> TextGrid:
    """Every aim before and after, with the change that was wanted and the verdict."""
    rows = []
    for aim, one in zip(aims, found, strict=True):
        gap = one.found
        if gap is None:
            rows.append([_place(aim), aim.objective.replace("_", " "), words.label(aim.kpi), "", "", "", "", "", words("rm_untold")])
            continue
        (base, other, change, low, high, wanted), unit = words.column(
            [gap.base, gap.other, gap.difference, gap.ci_low, gap.ci_high, aim.change * abs(gap.base)], gap.unit
        )
        verdict, kpi = one.verdict if gap.seen or one.verdict != "reached" else "open", f"{words.label(aim.kpi)} [{unit}]"
        rows.append([_place(aim), aim.objective.replace("_", " "), kpi, base, other, change, f"{low} … {high}", wanted, words(f"rm_{verdict}")])
    head = [*(words(f"rm_{key}") for key in ("place", "objective", "kpi", "before", "after", "difference", "interval", "wanted")), ""]
    return TextGrid(title=title, head=head, rows=rows)


def design_grid(levers: Sequence[Any], changes: Sequence[tuple[str, str]], words: Words) -> TextGrid:
    """Step 3: the levers, what they change, need and cost."""
    told = {name: [text for whose, text in changes if whose == name] for name, _ in changes}
    rows = [
        [
            one.lever,
            one.kind.replace("_", " "),
            "; ".join(told.get(one.lever, [])),
            ", ".join(one.needs),
            words.number(one.once_eur),
            words.number(one.running_eur_y),
        ]
        for one in levers
    ]
    head = [words(f"rm_{key}") for key in ("lever", "sort", "changes", "needs", "once", "running")]
    return TextGrid(title=words("rm_h_design"), head=head, rows=rows)


def force_grid(levers: Sequence[Any], words: Words) -> TextGrid:
    """Step 3 and 4: drivers and barriers, managed or not, and what managing each would make of the ramp."""
    rows = []
    for one in levers:
        for force in one.forces:
            without = one.ramp_days * (force.speed if force.acts else 1.0)
            other = without if force.acts else one.ramp_days / force.speed
            kind = words("rm_driver" if force.driver else "rm_barrier")
            state = words("rm_managed" if force.managed else "rm_left")
            rows.append([one.lever, force.name, kind, state, words.number(one.ramp_days), words.number(other), words.number(force.cost_eur)])
    head = [words(f"rm_{key}") for key in ("lever", "force", "sort", "now", "ramp", "other_way", "managing")]
    return TextGrid(title=words("rm_h_forces"), head=head, rows=rows)


def schedule_grid(levers: Sequence[Any], months: int, words: Words) -> TextGrid:
    """Step 4: adoption quarter by quarter [%], transitory levers with their end."""
    quarters = range(0, months, 3)
    rows = []
    for one in levers:
        lasting = words("rm_ends", month=one.end_month) if one.end_month else words("rm_lasts")
        rows.append([one.lever, *(words.number(100 * one.adopted((month + 1.5) * 365.25 / 12)) for month in quarters), lasting])
    return TextGrid(title=words("rm_h_schedule"), head=[words("rm_lever"), *(f"m{month + 1}-{month + 3}" for month in quarters), ""], rows=rows)


def early(levers: Sequence[Any], words: Words) -> list[str]:
    """Levers that start before what they need is adopted."""
    by_name = {one.lever: one for one in levers}
    said = []
    for one in levers:
        for need in one.needs:
            ready = by_name[need].start_month + by_name[need].ramp_days * 12 / 365.25
            if one.start_month < ready:
                said.append(words("rm_early", lever=one.lever, start=one.start_month, need=need, ready=words.number(ready, 1)))
    return said


def spill_grid(found: Sequence[Any], words: Words) -> TextGrid:
    """Step 5: interactions of every channel before and after."""
    rows = [
        [
            one.channel,
            _told(one.found.base, 2, words),
            _told(one.found.other, 2, words),
            f"{_told(one.found.ci_low, 2, words)} … {_told(one.found.ci_high, 2, words)}",
            words("rm_rose" if one.rose else "rm_flat"),
        ]
        for one in found
    ]
    head = [*(words(f"rm_{key}") for key in ("channel", "before", "after", "interval_gap")), ""]
    return TextGrid(title=words("rm_h_spill"), head=head, rows=rows)


def spill_said(found: Sequence[Any], touchpoints: Iterable[str], words: Words) -> str:
    """The rule: interactions in other channels increased? then that touchpoint does not work."""
    rose = [one.channel for one in found if one.rose]
    named = ", ".join(sorted(set(touchpoints))) or words("rm_what")
    return words("rm_spilt", channels=", ".join(rose), what=named) if rose else words("rm_not_spilt", what=named)


def _told(value: float, digits: int, words: Words) -> str:
    return "–" if math.isnan(value) else words.number(value, digits)


def _place(aim: Any) -> str:
    return f"{aim.touchpoint} x {aim.phase} x {aim.segment}"
