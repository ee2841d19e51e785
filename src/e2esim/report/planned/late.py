"""Late orders of a planned run and why: late in the plan already, or made late by its execution."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from e2esim.domain.planned_outcome import PlannedOutcome, Stage
from e2esim.kpi.planned import PIECE, as_planned, due_lines, in_full, piece_days_late
from e2esim.report.grids import TextGrid
from e2esim.report.words import Words
from e2esim.study.planned_runs import PlannedStudy

MOST_ROWS = 40  # late orders that are shown


@dataclass(frozen=True, kw_only=True)
class Apart:
    """How a line left the first plan that knew it: the day it was planned anew for (None: not), days its goods waited, still open."""

    anew: dt.date | None
    waited: int
    is_open: bool
    kept: bool


def apart_from_plan(outcome: PlannedOutcome) -> list[Apart]:
    """For every line, what moved its last piece from the day of the first plan that knew it."""
    lines, n, sent = outcome.lines, outcome.lines.n, outcome.shipments
    asked, kept = as_planned(outcome)
    done = np.flatnonzero(sent["stage"][: sent.n] == Stage.DONE)
    waited, aim = np.zeros(n, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    np.maximum.at(waited, sent["line"][done], sent["day"][done] - sent["plan_day"][done])
    np.maximum.at(aim, sent["line"][done], sent["plan_day"][done])
    moved = (aim >= 0) & (lines["planned"][:n] >= 0) & (aim != lines["planned"][:n])
    return [
        Apart(
            anew=outcome.start + dt.timedelta(days=int(aim[row])) if moved[row] else None,
            waited=int(max(0, waited[row])),
            is_open=bool(lines["open"][row] > PIECE and asked[row]),
            kept=bool(kept[row]),
        )
        for row in range(n)
    ]


def _late(study: PlannedStudy) -> list[int]:
    """Rows of lines due that were not delivered in full by the day asked for, the most late pieces times days first."""
    outcome = study.first
    late = np.flatnonzero(due_lines(outcome) & ~in_full(outcome))
    return [int(row) for row in late[np.argsort(-piece_days_late(outcome)[late], kind="stable")]]


def late_said(study: PlannedStudy, words: Words) -> str:
    """How many lines were late, and since when."""
    late, lines = _late(study), study.first.lines
    if not late:
        return words("say_late_none")
    planned = sum(int(lines["planned"][row] > lines["due"][row] or lines["planned"][row] < 0) for row in late)
    return words("say_late", late=words.number(len(late)), planned=words.number(planned), execution=words.number(len(late) - planned))


def late_rows(study: PlannedStudy, words: Words) -> list[TextGrid]:
    """The table of late orders, none where no line was late."""
    outcome, case, late = study.first, study.company.case, _late(study)
    if not late:
        return []
    apart, lines = apart_from_plan(outcome), outcome.lines

    def day(at: int) -> str:
        return words.day(outcome.start + dt.timedelta(days=int(at))) if at >= 0 else "\N{EN DASH}"

    rows = []
    for row in late[:MOST_ROWS]:
        template, whole = int(lines["template"][row]), lines["open"][row] <= PIECE
        rows.append(
            [
                outcome.line_name[row],
                case.order_customer[template] if template >= 0 else "",
                case.facts.items[int(lines["item"][row])],
                words.number(float(lines["qty"][row]), 0 if float(lines["qty"][row]).is_integer() else 2),
                day(max(0, lines["due"][row])) if lines["due"][row] >= 0 else words.day(outcome.start + dt.timedelta(days=int(lines["due"][row]))),
                day(lines["planned"][row]),
                day(lines["delivered"][row] if whole else -1),
                _why(int(lines["planned"][row]), int(lines["due"][row]), apart[row], words),
            ]
        )
    title = words("late_orders")
    if len(late) > MOST_ROWS:
        title += f" ({words('more_rows', shown=MOST_ROWS, all=words.number(len(late)))})"
    head = [words(f"t_{key}") for key in ("order", "customer", "item", "quantity", "asked", "planned", "delivered", "why")]
    return [TextGrid(title=title, head=head, rows=rows)]


def _why(planned: int, due: int, apart: Apart, words: Words) -> str:
    parts = []
    if planned < 0:
        parts.append(words("why_not_planned"))
    elif planned > due:
        parts.append(words("why_planned_late", days=planned - due))
    if apart.anew is not None:
        parts.append(words("why_planned_anew", day=words.day(apart.anew)))
    if apart.waited > 0:
        parts.append(words("why_goods_late", days=apart.waited))
    if apart.is_open:
        parts.append(words("why_open"))
    return "; ".join(parts)
