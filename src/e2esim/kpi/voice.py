"""KPIs of what consumers say and feel, and of the desk that answers them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import LineProblem, Reason
from e2esim.kpi import voice_kernels as k
from e2esim.kpi.groups import fold, ratio
from e2esim.kpi.reading import Reading
from e2esim.kpi.table import Findings

Floats = npt.NDArray[np.float64]


CAUSES = ("defect", "damage", "incomplete", "installation", "lateness", "other")
TARGET_H = 20.0 / 3600.0  # [h] within which an agent should answer


def voices_by_group(reading: Reading) -> tuple[Floats, Floats]:
    """Sums of `VOICE` by group, (n_groups, n_measures) each: everybody, and those who answered; the last answer about each order."""
    o, cells = reading.orders, reading.order_cells
    sums = np.zeros((2, cells.count, k.VOICE))
    names = ("kind", "promised", "delivered", "problems", "complained", "csat_true", "nps_true", "ces_true", "answered", "satisfaction", "spoke")
    k.voices(cells.of_row, k.LinesVoiced(*(o[name] for name in names)), reading.start, reading.end, sums)
    everybody, surveyed = (fold(sums[face], cells, reading.groups) for face in range(2))
    return everybody, surveyed


def services_by_group(reading: Reading) -> Floats:
    """Sums of `VOICE` by group, (n_groups, n_measures), of those who answered when a request was over."""
    c, served = reading.contacts, reading.contact_cells
    service = np.zeros((2, served.count, k.VOICE))
    k.service_voices(
        served.of_row, c["consumer"], c["t"], c["final"], c["csat_true"], c["nps_true"], c["ces_true"], c["said"], reading.start, reading.end, service
    )
    return fold(service[1], served, reading.groups)


def desk_by_group(reading: Reading) -> Floats:
    """Sums of `DESK` by group, (n_groups, n_measures)."""
    c, cells = reading.contacts, reading.contact_cells
    sums = np.zeros((cells.count, k.DESK))
    k.desk(cells.of_row, k.ContactsAsked(*(c[name] for name in k.ContactsAsked._fields)), reading.start, reading.end, sums)
    return fold(sums, cells, reading.groups)


def measure_voice(reading: Reading, findings: Findings) -> None:
    """Take the survey KPIs, surveyed and true, and word of mouth."""
    everybody, surveyed = voices_by_group(reading)
    for suffix, s in (("", surveyed), ("_true", everybody)):
        findings.put(f"csat{suffix}", ratio(s[:, k.CSAT_TOP], s[:, k.CSAT_N]), s[:, k.CSAT_N])
        findings.put(f"csat_mean{suffix}", ratio(s[:, k.CSAT_SUM], s[:, k.CSAT_N]), s[:, k.CSAT_N])
        findings.put(f"nps{suffix}", ratio(s[:, k.PROMOTERS] - s[:, k.DETRACTORS], s[:, k.NPS_N], 100.0), s[:, k.NPS_N])
        findings.put(f"ces{suffix}", ratio(s[:, k.CES_SUM], s[:, k.CES_N]), s[:, k.CES_N])
    service = services_by_group(reading)
    findings.put("csat_service", ratio(service[:, k.CSAT_TOP], service[:, k.CSAT_N]), service[:, k.CSAT_N])
    findings.put("ces_service", ratio(service[:, k.CES_SUM], service[:, k.CES_N]), service[:, k.CES_N])
    ease = ratio(surveyed[:, k.CES_SUM], surveyed[:, k.CES_N])
    findings.put("ces_easy_share", ratio(surveyed[:, k.EASY], surveyed[:, k.CES_N]), surveyed[:, k.CES_N])
    findings.put("effort_score", 1.0 + (7.0 - ease) * 4.0 / 6.0, surveyed[:, k.CES_N])
    findings.put("response_rate", ratio(surveyed[:, k.CSAT_N], everybody[:, k.CSAT_N]), everybody[:, k.CSAT_N])
    for name, above, below in (
        ("satisfaction", k.SATISFACTION, k.FELT),
        ("good_word", k.GOOD_WORD, k.LINES),
        ("bad_word", k.BAD_WORD, k.LINES),
        ("problem_share", k.PROBLEM, k.LINES),
        ("complaint_share", k.COMPLAINED, k.TROUBLED),
    ):
        findings.put(name, ratio(everybody[:, above], everybody[:, below]), everybody[:, below])


def measure_desk(reading: Reading, placed: Floats, findings: Findings) -> None:
    """Take the KPIs of contacts, ``placed`` (n_groups,) lines."""
    s = desk_by_group(reading)
    for name, above, below in (
        ("first_contact_resolution", k.SOLVED_FIRST, k.HANDLED_FIRST),
        ("answer_time", k.ANSWER_H, k.ANSWERED),
        ("wait_time", k.WAIT_H, k.STARTED),
        ("contact_abandoned", k.ABANDONED, k.CONTACTS),
        ("handoffs", k.HANDOFFS, k.CONTACTS),
    ):
        findings.put(name, ratio(s[:, above], s[:, below]), s[:, below])
    _in_opening_hours(reading, findings)
    _by_cause(reading, float(placed[0]), findings)
    findings.put("contacts_per_100_orders", ratio(s[:, k.CONTACTS], placed, 100.0), placed)
    findings.put("complaints_per_100_orders", ratio(s[:, k.COMPLAINTS], placed, 100.0), placed)
    findings.put("agent_hours", s[:, k.AGENT_H] * reading.a_year, s[:, k.CONTACTS])


def _in_opening_hours(reading: Reading, findings: Findings) -> None:
    """Waits and service level of those who ask while the desk is open."""
    c, cells = reading.contacts, reading.contact_cells
    asked = np.flatnonzero((c["t"] >= reading.start) & (c["t"] < reading.end) & (c["written"] == 0) & (c["reason"] != Reason.CALL_BACK))
    queued = c["queued"][asked].astype(np.float64)
    taken = ~np.isnan(queued)
    sums = np.zeros((cells.count, 4))
    for column, weight in enumerate((np.ones(len(asked)), queued <= TARGET_H, taken, np.where(taken, queued, 0.0))):
        sums[:, column] = np.bincount(cells.of_row[asked], weights=weight, minlength=cells.count)
    s = fold(sums, cells, reading.groups)
    findings.put("desk_service_level", ratio(s[:, 1], s[:, 0]), s[:, 0])
    findings.put("wait_open", ratio(s[:, 3], s[:, 2]), s[:, 2])


def _by_cause(reading: Reading, placed: float, findings: Findings) -> None:
    """First complaints by what was wrong with the line; asking where an order is, once its promised day is over, complains about lateness."""
    c, o = reading.contacts, reading.orders
    asked = (c["t"] >= reading.start) & (c["t"] < reading.end) & (c["attempt"] <= 1) & (c["row"] >= 0)
    row = np.maximum(c["row"], 0)
    known = o["problems"].shape[0] > 0
    problems = o["problems"][row] if known else np.zeros(len(row), dtype=np.uint8)
    promised = o["promised"][row] if known else np.full(len(row), np.nan)
    of_line = np.isin(c["reason"], (Reason.COMPLAINT, Reason.CLAIM))
    late = (c["reason"] == Reason.WHERE_IS_MY_ORDER) & (c["t"] >= 24.0 * np.floor(promised / 24.0) + 24.0)
    wrong = [
        of_line & (c["reason"] == Reason.CLAIM),
        of_line & ((problems & LineProblem.DAMAGED) > 0),
        of_line & ((problems & LineProblem.INCOMPLETE) > 0),
        of_line & ((problems & LineProblem.INSTALL_FAILED) > 0),
        late,
    ]
    cause = np.select(wrong, [CAUSES.index(name) for name in ("defect", "damage", "incomplete", "installation", "lateness")], CAUSES.index("other"))
    counted = np.bincount(cause[asked & (of_line | late)], minlength=len(CAUSES)).astype(np.float64)
    findings.put_one("complaints_by_cause", 100.0 * float(counted.sum()) / placed if placed else float("nan"), placed)
    findings.put_members("complaints_by_cause", "cause", CAUSES, 100.0 * counted / placed if placed else np.full(len(CAUSES), np.nan), counted)
