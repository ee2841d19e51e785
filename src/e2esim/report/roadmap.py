"""The steps of a roadmap as grids and sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from e2esim.report.comparison import label
from e2esim.report.grids import TextGrid
from e2esim.report.words import Words

_W = Words("en")


def perimeter_grid(aims: Sequence[Any], found: Sequence[Any]) -> TextGrid:
    """Step 1: every combination with its objective, what lies in it, and the order in which to start: most problems a year first."""
    order = sorted(range(len(found)), key=lambda k: -found[k].problems)
    rank = {k: str(place + 1) for place, k in enumerate(order)}
    rows = [
        [
            f"{aim.touchpoint} x {aim.phase} x {aim.segment}",
            aim.objective.replace("_", " "),
            f"{label(aim.kpi)} {100 * aim.change:+g} %",
            f"{here.dimension} {here.member}",
            str(len(here.touchpoints)),
            str(here.controlled),
            _W.number(here.contacts),
            _W.number(here.problems),
            _W.number(here.cost_eur_y),
            rank[k],
        ]
        for k, (aim, here) in enumerate(zip(aims, found, strict=True))
    ]
    head = [
        "touchpoint x phase x segment",
        "objective",
        "wanted",
        "measured at",
        "touchpoints",
        "of the firm",
        "contacts/year",
        "problems/year",
        "EUR/year",
        "start",
    ]
    return TextGrid(title="1 Define: perimeter and aims", head=head, rows=rows)


def sales_grid(found: Sequence[Any]) -> TextGrid:
    """Step 2, inside: how each channel sells today."""
    rows = [
        [
            one.channel,
            _told(one.promise_d, 1),
            _told(one.answer_h, 1),
            _told(one.interactions, 2),
            _told(one.cost_eur, 2),
            _told(one.integration, 2),
            ", ".join(one.controlled) if one.to_integrate else "",
        ]
        for one in found
    ]
    head = ["channel", "promised lead time [days]", "answer [h]", "interactions to a sale", "cost to serve [EUR/line]", "integration [share]", "to integrate"]
    return TextGrid(title="2 Analyse, inside: how a sale is made today", head=head, rows=rows)


def customer_grid(rows: Sequence[tuple[str, Sequence[float]]], kpis: Sequence[str]) -> TextGrid:
    """Step 2, outside: how each segment finds it: simplicity, speed, guidance, satisfaction, answers given."""
    told = [[segment, *(_told(value, 3) for value in values)] for segment, values in rows]
    return TextGrid(title="2 Analyse, outside: how each segment finds it", head=["segment", *(label(kpi) for kpi in kpis)], rows=told)


def aim_grid(title: str, aims: Sequence[Any], found: Sequence[Any]) -> TextGrid:
    """Every aim before and after, with the change that was wanted and the verdict."""
    rows = []
    for aim, one in zip(aims, found, strict=True):
        gap = one.found
        if gap is None:
            rows.append(
                [f"{aim.touchpoint} x {aim.phase} x {aim.segment}", aim.objective.replace("_", " "), label(aim.kpi), "", "", "", "", "", "cannot be told"]
            )
            continue
        (base, other, change, low, high, wanted), unit = _W.column(
            [gap.base, gap.other, gap.difference, gap.ci_low, gap.ci_high, aim.change * abs(gap.base)], gap.unit
        )
        name, verdict = f"{aim.touchpoint} x {aim.phase} x {aim.segment}", one.verdict if gap.seen or one.verdict != "reached" else "open"
        rows.append([name, aim.objective.replace("_", " "), f"{label(aim.kpi)} [{unit}]", base, other, change, f"{low} … {high}", wanted, verdict])
    head = ["touchpoint x phase x segment", "objective", "KPI", "before", "after", "difference in the model", "95 % interval", "wanted", ""]
    return TextGrid(title=title, head=head, rows=rows)


def design_grid(levers: Sequence[Any], changes: Sequence[tuple[str, str]]) -> TextGrid:
    """Step 3: the levers, what they change, need and cost."""
    told = {name: [text for whose, text in changes if whose == name] for name, _ in changes}
    rows = [
        [
            one.lever,
            one.kind.replace("_", " "),
            "; ".join(told.get(one.lever, [])),
            ", ".join(one.needs),
            _W.number(one.once_eur),
            _W.number(one.running_eur_y),
        ]
        for one in levers
    ]
    head = ["lever", "kind", "changes", "needs", "once [EUR]", "running [EUR/year]"]
    return TextGrid(title="3 Design: levers", head=head, rows=rows)


def force_grid(levers: Sequence[Any]) -> TextGrid:
    """Step 3 and 4: drivers and barriers, managed or not, and what managing each would make of the ramp."""
    rows = []
    for one in levers:
        for force in one.forces:
            without = one.ramp_days * (force.speed if force.acts else 1.0)
            other = without if force.acts else one.ramp_days / force.speed
            kind = "driver" if force.driver else "barrier"
            state = "managed" if force.managed else "left as it is"
            rows.append([one.lever, force.name, kind, state, _W.number(one.ramp_days), _W.number(other), _W.number(force.cost_eur)])
    head = ["lever", "force", "kind", "now", "ramp [days]", "ramp if it were the other way", "cost of managing it [EUR]"]
    return TextGrid(title="3 Design: drivers and barriers", head=head, rows=rows)


def schedule_grid(levers: Sequence[Any], months: int) -> TextGrid:
    """Step 4: adoption quarter by quarter [%], transitory levers with their end."""
    quarters = range(0, months, 3)
    rows = []
    for one in levers:
        lasting = f"ends in month {one.end_month}" if one.end_month else "lasts"
        rows.append([one.lever, *(_W.number(100 * one.adopted((month + 1.5) * 365.25 / 12)) for month in quarters), lasting])
    return TextGrid(title="4 Implement: adoption by quarter [%]", head=["lever", *(f"m{month + 1}-{month + 3}" for month in quarters), ""], rows=rows)


def early(levers: Sequence[Any]) -> list[str]:
    """Levers that start before what they need is adopted."""
    by_name = {one.lever: one for one in levers}
    said = []
    for one in levers:
        for need in one.needs:
            ready = by_name[need].start_month + by_name[need].ramp_days * 12 / 365.25
            if one.start_month < ready:
                said.append(
                    f"{one.lever} starts in month {one.start_month}, before {need} is adopted (month {ready:.1f}): until then it works where {need} does."
                )
    return said


def spill_grid(found: Sequence[Any]) -> TextGrid:
    """Step 5: interactions of every channel before and after."""
    rows = [
        [
            one.channel,
            _told(one.found.base, 2),
            _told(one.found.other, 2),
            f"{_told(one.found.ci_low, 2)} … {_told(one.found.ci_high, 2)}",
            "rose" if one.rose else "did not rise beyond chance",
        ]
        for one in found
    ]
    return TextGrid(
        title="5 Evaluate: contacts per 100 lines by channel", head=["channel", "before", "after", "95 % interval of the difference", ""], rows=rows
    )


def spill_said(found: Sequence[Any], touchpoints: Iterable[str]) -> str:
    """The rule: interactions in other channels increased? then that touchpoint does not work."""
    rose = [one.channel for one in found if one.rose]
    named = ", ".join(sorted(set(touchpoints))) or "what was changed"
    if rose:
        return f"Interactions rose in {', '.join(rose)}: by the rule of spill-over {named} does not work there as it should."
    return f"Interactions rose in no channel beyond chance: by the rule of spill-over nothing speaks against {named}."


def _told(value: float, digits: int) -> str:
    return "–" if math.isnan(value) else _W.number(value, digits)
