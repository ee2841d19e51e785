"""From a company's folder to a supply network: read, check, fill in neutral defaults, or tell all that is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from e2esim.config.column_words import split_words, with_columns
from e2esim.config.door import load_settings, shown
from e2esim.config.grids import ROW
from e2esim.config.places import Place
from e2esim.config.plan_data.settings import NO_DAY, plan_settings
from e2esim.config.problems import InputErrors, Problem
from e2esim.config.row_order import in_order
from e2esim.config.supply_network.demand import read_demand, read_orders
from e2esim.config.supply_network.rows import Reader, Row
from e2esim.config.supply_network.rules import point_row, read_rules, rule_rows
from e2esim.config.supply_network.sites import Map, known_ends, read_map
from e2esim.config.supply_network.sites import Place as Point
from e2esim.config.supply_network.sources import Way, Ways, outside, read_sources
from e2esim.config.supply_network.working import read_centres
from e2esim.config.tables import Typed, read_tables
from e2esim.config.unread import unread
from e2esim.domain.network import MOMENTS, NetworkClock, SupplyNetwork, build_network
from e2esim.domain.network_company import NetworkCompany
from e2esim.domain.network_rows import NetworkRows, ReceiptRow
from e2esim.domain.network_shape import MaterialCircle
from e2esim.domain.schema import tables_for
from e2esim.domain.settings import Settings


@dataclass(frozen=True)
class OpenedNetwork:
    """A network company that may run, its tables, and what is worth a warning."""

    company: NetworkCompany
    tables: dict[str, pl.DataFrame]
    warnings: tuple[Problem, ...]


def open_network(place: Place, overrides: Sequence[str]) -> OpenedNetwork:
    """Read the company at ``place`` with the settings of its scenario.yaml and of ``overrides``, which may change columns too.

    Raises
    ------
    InputErrors
        All problems of settings and tables at once.
    """
    problems: list[Problem] = []
    words = split_words(overrides)
    settings = load_settings(place, words.others, problems)
    typed = read_tables(place.folder, shown(place.folder), tables_for("network run"))
    typed = with_columns(typed, words.columns, problems)
    today = _today(typed, place.folder)
    problems += typed.problems
    errors = [problem for problem in problems if not problem.warning]
    if errors or settings is None:
        raise InputErrors([*errors, *(problem for problem in problems if problem.warning)])
    problems += unread(typed, "a network run", "plan, promise or a market run may")
    reader = Reader(typed, today or settings.horizon.start, settings.horizon.days)
    rows = _rows(reader)
    network = _built(reader, rows) if not any(not p.warning for p in reader.problems) else None
    errors = [problem for problem in reader.problems if not problem.warning]
    if errors or network is None:
        raise InputErrors([*errors, *(problem for problem in problems if problem.warning)])
    company = NetworkCompany(settings=settings, network=network, clock=clock_of(settings), notices=tuple(reader.notices), names=_named(reader))
    frames = {name: frame.drop(ROW) for name, frame in in_order(typed.frames).items()}
    return OpenedNetwork(company, frames, (*problems, *reader.problems))


def _named(reader: Reader) -> dict[tuple[str, str], str]:
    """Names shown in reports, of items, sites and work centres that have one."""
    keys = {"items": "item", "sites": "site", "work_centres": "work_centre"}
    return {(table, row[key]): row["name"] for table, key in keys.items() for row in reader.rows(table) if row["name"]}


def clock_of(settings: Settings) -> NetworkClock:
    """Clock of a network run."""
    sequence = tuple(moment for word in settings.network.sequence.split() for moment in MOMENTS if moment == word)
    return NetworkClock(
        horizon_d=float(settings.horizon.days),
        warmup_d=float(settings.horizon.warmup_days),
        period_d=settings.network.period_d,
        sequence=sequence,
        costs_at="time" if settings.network.costs_at == "time" else "count",
    )


def _today(typed: Typed, folder: Path) -> dt.date | None:
    """The day on which the run begins where table settings states it; what is wrong with that table is told."""
    stated = "today" in typed.frames["settings"]["key"]
    found = plan_settings(typed, folder).today
    if not stated:  # days are counted from the first one, whatever its date
        typed.problems[:] = [problem for problem in typed.problems if not problem.message.startswith(NO_DAY)]
    return found if stated else None


def _rows(reader: Reader) -> NetworkRows:
    if not (reader.there("demand") or reader.there("orders")):
        reader.wrong("demand", None, "", "nobody asks for anything", "add rows to table demand or to table orders")
    _overdue(reader, "receipts", "taken to come on its first day", "give the day on which it will come, or book it into stock")
    _overdue(reader, "orders", "asked for on its first day", "correct the date, or take the order out")
    plan = read_map(reader)
    lanes = known_ends(reader, plan)
    ways = read_sources(reader, plan, lanes)
    rules = read_rules(reader, plan)
    _sourced(reader, plan, ways, rules)
    on_hand = _on_hand(reader)
    _unsupplied_demand(reader, plan, ways)
    return NetworkRows(
        points=tuple(point_row(place, rules[place], on_hand.get(place, 0.0)) for place in plan.points),
        rules=tuple(rule for place in plan.points for rule in rule_rows(reader, place, rules[place], _terms_of_supply(ways[place]))),
        operations=tuple(way for place in plan.points for _, _, way in ways[place]),
        demands=(*read_demand(reader, lanes), *read_orders(reader, lanes)),
        receipts=tuple(_receipt(reader, row) for row in reader.rows("receipts") if row["site"] and row["qty"]),
        centres=read_centres(reader),
    )


def _on_hand(reader: Reader) -> dict[Point, float]:
    """Stock of the stock points; below zero it is taken as none."""
    found: dict[Point, float] = {}
    for row in reader.rows("stock"):
        if (row["on_hand"] or 0.0) < 0.0:
            reader.wrong("stock", row, "on_hand", "below zero: taken as none", "give the stock that lies there", warning=True)
        found[row["site"], row["item"]] = max(0.0, row["on_hand"] or 0.0)
    return found


def _terms_of_supply(ways: list[Way]) -> tuple[float, float]:
    """Smallest order and multiple of the first supplier of a stock point that has no other source before."""
    first = min(ways, key=lambda way: way[2].priority, default=None)
    if first is None or first[0] != "supply" or first[1] is None:
        return 0.0, 0.0
    return first[1]["moq"] or 0.0, first[1]["multiple"] or 0.0


def _receipt(reader: Reader, row: Row) -> ReceiptRow:
    return ReceiptRow(site=row["site"], item=row["item"], quantity=row["qty"], at_d=max(0.0, reader.day(row["due"]) or 0.0), source=row["receipt"])


def _overdue(reader: Reader, table: str, treatment: str, remedy: str) -> None:
    """One warning for all rows of a table whose day lies before the run."""
    rows = [row for row in reader.rows(table) if row["qty"] and (reader.day(row["due"]) or 0.0) < 0.0]
    if rows:
        more = f" ({len(rows)} rows such)" if len(rows) > 1 else ""
        message = f"date before the run begins ({reader.start}), yet still open: {treatment}{more}"
        reader.wrong(table, rows[0], "due", message, remedy, warning=True)


def _sourced(reader: Reader, plan: Map, ways: Ways, rules: dict[Point, list[Row]]) -> None:
    """Give every stock point that orders a source: a neutral one where the company states no sources at all, else report it."""
    silent = not any(reader.there(table) for table in ("lanes", "supply", "bom", "routings"))
    if silent:
        reader.notices.append("no lanes, supply, bill or routing: all is refilled from outside after the lead_time_d of its item, at once without one")
    leads = {row["item"]: row for row in reader.rows("items")}
    if not reader.there("replenishment"):
        reader.notices.append("no table replenishment: every stock point orders what was taken, at once")
    for place in plan.points:
        if ways[place] or (rules[place] and all(row["rule"] == "none" for row in rules[place])):
            continue
        if silent:
            ways[place].append(("items", leads[place[1]], outside(reader, place, leads[place[1]])))
            continue
        table, row = _namer(reader, place)
        remedy = "add a row to lanes or supply, a bill at a plant, or rule none"
        reader.wrong(table, row, "item", f"{place[1]} at {place[0]} is a stock point without source", remedy)


def _namer(reader: Reader, place: Point) -> tuple[str, Row]:
    """Table and row that name a stock point first."""
    for table in ("replenishment", "demand", "orders", "stock", "receipts"):
        for row in reader.rows(table):
            if (row["site"], row["item"]) == place:
                return table, row
    for row in reader.rows("lanes"):
        if row["item"] == place[1] and place[0] in (row["from"], row["to"]):
            return "lanes", row
    for row in reader.rows("bom"):
        if row["component"] == place[1]:
            return "bom", row
    return "items", next(row for row in reader.rows("items") if row["item"] == place[1])


def _unsupplied_demand(reader: Reader, plan: Map, ways: Ways) -> None:
    """Customers wait forever, or all are lost, where nothing lies and nothing comes."""
    stocked = {(row["site"], row["item"]) for table in ("stock", "receipts") for row in reader.rows(table)}
    for table in ("demand", "orders"):
        for row in reader.rows(table):
            place = (row["site"], row["item"])
            if place in plan.points and not ways[place] and place not in stocked:
                message, remedy = "demand on a stock point that has no stock, no receipt and rule none", "stock it, or give it a rule and a source"
                reader.wrong(table, row, "item", message, remedy)


def _built(reader: Reader, rows: NetworkRows) -> SupplyNetwork | None:
    try:
        return build_network(rows)
    except MaterialCircle as circle:
        places = sorted((p.site, p.item) for p in rows.points)
        path = [places[k] for k in circle.path]
        steps = {(path[k], path[k + 1]) for k in range(len(path) - 1)}
        for row in reader.rows("lanes"):
            if any(a[0] == row["from"] and b[0] == row["to"] and a[1] == b[1] for a, b in steps):
                reader.wrong("lanes", row, "to", str(circle), "take one of its lanes out")
                return None
        row = next(r for r in reader.rows("bom") if any((a[1], b[1]) == (r["component"], r["parent"]) for a, b in steps))
        reader.wrong("bom", row, "component", str(circle), "take one of its rows out")
        return None
