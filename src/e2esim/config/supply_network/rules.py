"""Replenishment rules of the stock points, and what stock and backlog cost there."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from e2esim.config.supply_network.rows import Reader, Row
from e2esim.config.supply_network.sites import Map, Place
from e2esim.domain.network_rows import PointRow, RuleRow

_OF_POINT = ("unmet", "partial", "wip_limit", "holding_eur", "backlog_eur", "lost_eur")


def read_rules(reader: Reader, plan: Map) -> dict[Place, list[Row]]:
    """Rows of table replenishment of every stock point, in order of their first day."""
    own: dict[Place, list[Row]] = {place: [] for place in plan.points}
    general: dict[str, list[Row]] = {}
    for row in reader.rows("replenishment"):
        if row["item"]:
            own.setdefault((row["site"], row["item"]), []).append(row)
        else:
            general.setdefault(row["site"], []).append(row)
    for place, rows in own.items():
        if not rows:
            rows += general.get(place[0], [])
        rows.sort(key=lambda row: row["first"] or reader.start)
        _agree(reader, rows)
    for site, rows in general.items():
        if not any(own[place] == rows for place in own if place[0] == site):
            reader.wrong("replenishment", rows[0], "item", "the row refills nothing", "name an item, or stock one at the site")
    for row in reader.rows("replenishment"):
        _sensible(reader, row)
    return own


def point_row(place: Place, rows: list[Row], on_hand: float) -> PointRow:
    """Facts of a stock point."""
    if not rows:
        return PointRow(site=place[0], item=place[1], on_hand=on_hand)
    row = rows[0]
    facts: dict[str, Any] = {name: row[name] for name in _OF_POINT if name != "unmet"}
    return PointRow(site=place[0], item=place[1], on_hand=on_hand, lost=row["unmet"] == "lost", **facts)


def rule_rows(reader: Reader, place: Place, rows: list[Row], terms: tuple[float, float]) -> list[RuleRow]:
    """Rules of a stock point, with smallest order and multiple of its supplier; a stock point without a row orders what was taken."""
    if not rows:
        return [RuleRow(site=place[0], item=place[1], rule="base_stock", lot_min=terms[0], lot_multiple=terms[1])]
    same = ("level", "reorder", "quantity", "echelon", "forecast", "window", "alpha", "cover_d", "sends_back")
    return [
        RuleRow(
            site=place[0],
            item=place[1],
            rule="s_S" if row["rule"] == "min_max" else row["rule"],
            first_d=reader.day(row["first_review"]) or 0.0,
            from_d=max(0.0, reader.day(row["first"]) or 0.0),
            to_d=_end(reader, row),
            below=row["trigger"] == "below",
            lot_min=row["lot_min"] or terms[0],
            lot_multiple=row["lot_multiple"] or terms[1],
            lot_max=math.inf if row["lot_max"] is None else row["lot_max"],
            review_d=row["review_d"] or (1.0 if row["rule"] == "plan" else 0.0),
            **{name: row[name] for name in same},
        )
        for row in rows
    ]


def _end(reader: Reader, row: Row) -> float:
    """Day before which a row with a last day holds [d]."""
    last = reader.day(row["last"])
    return math.inf if last is None else last + 1.0


def _agree(reader: Reader, rows: list[Row]) -> None:
    """Rows of one stock point hold one after the other and state the same facts."""
    for before, row in pairwise(rows):
        if before["last"] is None or before["last"] >= (row["first"] or reader.start):
            reader.wrong("replenishment", row, "first", f"two rules at a time: row {before['row']} still holds", f"end row {before['row']} with last")
        for name in _OF_POINT:
            if row[name] != before[name]:
                reader.wrong("replenishment", row, name, f"contradicts row {before['row']} of the same stock point", "write the same value in both")


def _sensible(reader: Reader, row: Row) -> None:
    """Report what cannot be meant."""
    rule = row["rule"]
    if rule is None or any(row[name] is None for name in ("level", "reorder", "quantity", "review_d", "cover_d")):
        return

    def complain(column: str, message: str, remedy: str) -> None:
        reader.wrong("replenishment", row, column, message, remedy)

    if rule in ("s_S", "min_max") and row["level"] <= row["reorder"]:
        complain("level", "the level is not above the reorder point", "order up to more than the reorder point")
    if rule in ("r_Q", "periodic") and row["quantity"] <= 0.0:
        complain("quantity", f"{rule} needs a quantity", "write what one order is")
    if rule == "periodic" and row["review_d"] <= 0.0:
        complain("review_d", "periodic needs days between reviews", "write how many days lie between two orders")
    if row["forecast"] != "none" and row["review_d"] <= 0.0:
        complain("review_d", "a forecast needs days between reviews", "write how many days lie between two reviews")
    if row["forecast"] == "moving_average" and row["window"] < 1:
        complain("window", "a moving average needs a window", "write over how many reviews")
    if row["forecast"] == "smoothing" and not row["alpha"]:
        complain("alpha", "smoothing needs a weight", "write a share above 0")
    if row["cover_d"] > 0.0 and row["forecast"] == "none" and rule not in ("drp", "plan"):
        complain("cover_d", "cover_d moves nothing without a forecast", "choose a forecast, or rule drp or plan, or leave it out")
    if rule == "plan" and row["forecast"] != "none":
        complain("forecast", "rule plan nets what tables demand and orders say is to come", "leave the forecast out, or choose another rule")
    if rule == "plan" and row["echelon"]:
        complain("echelon", "rule plan sees what is downstream by its planned orders", "leave echelon out, or choose another rule")
    if row["sends_back"] and rule not in ("base_stock", "drp"):
        complain("sends_back", f"{rule} sends nothing back", "choose base_stock or drp, or leave it out")
    if row["last"] is not None and row["last"] < (row["first"] or reader.start):
        complain("last", "the row ends before it begins", "write a later day")
