"""A slow referee of a plan by the hour: plain loops over the planner's own CSV files and the tables of the plan folder.

Nothing is shared with the planner: shifts, closures and machines are read anew from calendars, closures and work_centres.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

MINUTE = 1.0 / 60.0  # rounding that is allowed [h]


def breaches(data: Path, plan: Path) -> Counter[str]:
    """How often the plan in folder ``plan`` breaks each rule of the CSV files in folder ``data``."""
    facts = {name: _rows(data / f"{name}.csv") for name in ("settings", "items", "bom", "routings", "work_centres", "calendars", "closures", "capacity")}
    facts |= {name: _rows(data / f"{name}.csv") for name in ("stock", "receipts", "suppliers", "alternates")}
    today = dt.date.fromisoformat(next(row["value"] for row in facts["settings"] if row["key"] == "today"))
    lots = list(pl.read_parquet(plan / "lots.parquet").iter_rows(named=True))
    found: Counter[str] = Counter()
    for row in lots:
        found.update(_lot(facts, row, today))
    found.update(_machines(lots))
    found.update(_weeks(facts, lots, today))
    found.update(_stock(facts, lots, plan))
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _step(facts: dict[str, list[dict[str, str]]], lot: dict[str, Any]) -> tuple[int, int, dict[str, str]]:
    steps = sorted((row for row in facts["routings"] if row["item"] == lot["item"]), key=lambda row: int(row["step"]))
    name, _, other = lot["step"].partition(" at ")
    k = [row["step"] for row in steps].index(name)
    return k, len(steps), _second(facts, steps[k], other) if other else steps[k]


def _second(facts: dict[str, list[dict[str, str]]], step: dict[str, str], other: str) -> dict[str, str]:
    """A step as it is done at a second choice, by the row of alternates that says most about it."""
    fits = [
        row for row in facts["alternates"]
        if (row["work_centre"], row["alternate"]) == (step["work_centre"], other)
        and row.get("item", "") in ("", step["item"]) and row.get("step", "") in ("", step["step"])
    ]  # fmt: skip
    row = max(fits, key=lambda row: bool(row.get("item")) + bool(row.get("step")))
    hours = float(step["run_h_per_unit"]) * float(row.get("time_factor") or 1)
    return step | {"work_centre": other, "run_h_per_unit": str(hours), "setup_h_per_lot": row.get("setup_h_per_lot") or step["setup_h_per_lot"]}


def _good(facts: dict[str, list[dict[str, str]]], lot: dict[str, Any]) -> float:
    """Good pieces of a piece worked: scrap of the step, and of the finished lot at the last one."""
    k, n, step = _step(facts, lot)
    item = next(row for row in facts["items"] if row["item"] == lot["item"])
    good = 1.0 - float(step.get("scrap_share") or 0.0)
    return good * (1.0 - float(item.get("scrap_share") or 0.0)) if k == n - 1 else good


def _by_hour(facts: dict[str, list[dict[str, str]]], centre: str) -> bool:
    return not any(row["work_centre"] == centre for row in facts["capacity"])


def open_hours(facts: dict[str, list[dict[str, str]]], centre: str, start: dt.datetime, end: dt.datetime) -> float:
    """Minutes of the calendar of a work centre between two moments, counted one by one, in hours."""
    calendar = next(row.get("calendar", "") for row in facts["work_centres"] if row["work_centre"] == centre)
    shifts = [(int(r["weekday"]), _minutes(r["start"]), _minutes(r["end"])) for r in facts["calendars"] if r["calendar"] == calendar]
    closed = [(r["first"], r["last"]) for r in facts["closures"] if r["calendar"] == calendar]
    total, day = 0.0, start.date()
    while day <= end.date():
        midnight = dt.datetime.combine(day, dt.time())
        a, b = (max(0.0, min(1440.0, (x - midnight).total_seconds() / 60)) for x in (start, end))
        if not any(first <= day.isoformat() <= last for first, last in closed):
            worked = sorted((max(a, s), min(b, e)) for weekday, s, e in shifts if weekday == day.isoweekday())
            until = a
            for s, e in worked:
                total += max(0.0, e - max(s, until))
                until = max(until, e)
        day += dt.timedelta(days=1)
    return total / 60


def _minutes(clock: str) -> float:
    return 60.0 * int(clock[:2]) + int(clock[3:])


def _lot(facts: dict[str, list[dict[str, str]]], lot: dict[str, Any], today: dt.date) -> list[str]:
    _, _, step = _step(facts, lot)
    item = next(row for row in facts["items"] if row["item"] == lot["item"])
    least, multiple = float(item.get("lot_min") or 1), float(item.get("lot_multiple") or 1)
    said = []
    worked = lot["qty"] / _good(facts, lot)
    hours = float(step["setup_h_per_lot"]) + float(step["run_h_per_unit"]) * worked
    said += ["pieces worked"] if abs(lot["worked_qty"] - worked) > 0.01 else []
    said += ["hours of the lot"] if abs(hours - lot["hours"]) > 0.01 else []
    said += ["smallest lot"] if lot["qty"] < least - 1e-6 else []
    said += ["lot multiple"] if abs(lot["qty"] / multiple - round(lot["qty"] / multiple)) > 1e-6 else []
    said += ["starts before today"] if lot["start"] < today else []
    flow = int(step["flow_days"])
    if not _by_hour(facts, step["work_centre"]):
        return said + (["flow time"] if (lot["end"] - lot["start"]).days < flow or lot["machine"] else [])
    centre = next(row for row in facts["work_centres"] if row["work_centre"] == step["work_centre"])
    machines, speed = int(centre.get("machines") or 1), float(centre.get("efficiency") or 1)
    begin, end, second = lot["starts_at"], lot["ends_at"], dt.timedelta(seconds=1)
    said += ["no such machine"] if not 1 <= lot["machine"] <= machines else []
    said += ["starts when closed"] if hours > 0 and open_hours(facts, step["work_centre"], begin, begin + 60 * second) < 0.5 * MINUTE else []
    said += ["ends when closed"] if hours > 0 and open_hours(facts, step["work_centre"], end - 60 * second, end) < 0.5 * MINUTE else []
    said += ["not as long as its hours take"] if abs(open_hours(facts, step["work_centre"], begin, end) - hours / speed) > MINUTE else []
    last = (end - second).date() if end > begin else end.date()
    said += ["start day"] if begin.date() != lot["start"] else []
    said += ["flow time"] if (lot["end"] - last).days < flow else []
    return said


def _machines(lots: list[dict[str, Any]]) -> list[str]:
    """Two lots at once on one machine."""
    found, by_machine = [], defaultdict(list)
    for lot in lots:
        if lot["machine"]:
            by_machine[lot["work_centre"], lot["machine"]].append((lot["starts_at"], lot["ends_at"]))
    for some in by_machine.values():
        some.sort()
        found += ["two lots at once" for (_, end), (start, _) in pairwise(some) if start < end - dt.timedelta(seconds=2)]
    return found


def _weeks(facts: dict[str, list[dict[str, str]]], lots: list[dict[str, Any]], today: dt.date) -> list[str]:
    """Weeks of work centres with table capacity that hold more hours than there are."""
    room = {(r["work_centre"], (dt.date.fromisoformat(r["week_start"]) - today).days // 7): float(r["capacity_h"]) for r in facts["capacity"]}
    used: dict[tuple[str, int], float] = defaultdict(float)
    for lot in lots:
        if not lot["machine"]:
            used[lot["work_centre"], (lot["start"] - today).days // 7] += lot["hours"]
    return ["over capacity" for key, hours in used.items() if hours > room.get(key, 0.0) + 0.01]


def _stock(facts: dict[str, list[dict[str, str]]], lots: list[dict[str, Any]], plan: Path) -> list[str]:
    """Stock and work in process below zero at some hour."""
    moves: dict[object, list[tuple[dt.datetime, int, float]]] = defaultdict(list)

    def at(day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time())

    for row in facts["stock"]:
        moves[row["item"]].append((dt.datetime.min, 0, float(row["on_hand"])))
    for row in facts["receipts"]:
        if row.get("firm") == "true":  # it stands among the lots
            continue
        moves[row["item"]].append((at(dt.date.fromisoformat(row["due"])), 0, float(row["qty"])))
    for lot in lots:
        k, n, step = _step(facts, lot)
        begin = lot["starts_at"] if lot["machine"] else at(lot["start"])
        ready = lot["ends_at"] if lot["machine"] and step["flow_days"] == "0" else at(lot["end"])
        for row in facts["bom"] if k == 0 else ():
            if row["parent"] == lot["item"]:
                moves[row["component"]].append((begin, 1, -float(row["qty_per"]) * lot["qty"] / _good(facts, lot)))
        if k:
            moves[lot["item"], k - 1].append((begin, 1, -lot["qty"] / _good(facts, lot)))
        moves[lot["item"] if k == n - 1 else (lot["item"], k)].append((ready, 0, lot["qty"]))
    said = []
    terms = {(row["supplier"], row["item"]): row for row in facts["suppliers"]}
    for row in pl.read_parquet(plan / "purchases.parquet").iter_rows(named=True):
        own = terms[row["supplier"], row["item"]]
        said += ["lead time"] if (row["received"] - row["ordered"]).days < int(own["lead_time_days"]) else []
        said += ["smallest purchase"] if row["qty"] < float(own["moq"] or 0) - 1e-6 else []
        moves[row["item"]].append((at(row["received"]), 0, row["qty"]))
    for row in pl.read_parquet(plan / "deliveries.parquet").drop_nulls("delivered").iter_rows(named=True):
        moves[row["item"]].append((at(row["delivered"]), 1, -row["qty"]))
    for some in moves.values():
        level = 0.0
        for _, _, qty in sorted(some, key=lambda move: move[:2]):
            level += qty
            said += ["stock below zero"] if level < -1e-3 else []
    return said
