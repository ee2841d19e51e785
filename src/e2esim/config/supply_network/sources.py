"""Where the goods of each stock point come from: lanes, suppliers, and what its site makes."""

from __future__ import annotations

from typing import Any

from e2esim.config.supply_network.leaving import departure_days, weekly_most
from e2esim.config.supply_network.routings import read_other_routings, read_steps
from e2esim.config.supply_network.rows import Reader, Row
from e2esim.config.supply_network.sites import Map, Place
from e2esim.config.supply_network.working import supplier_times
from e2esim.domain.chance import NOTHING, Chance
from e2esim.domain.network_rows import OperationRow

OUTSIDE = "outside"
Way = tuple[str, Row | None, OperationRow]  # table, row and operation
Ways = dict[Place, list[Way]]


def chance(reader: Reader, table: str, row: Row, columns: tuple[str, str, str]) -> Chance:
    """Law of chance of the columns (law, mean, sd) of a row; a law that is none is reported and taken as nothing."""
    try:
        return Chance(law=row[columns[0]], mean=row[columns[1]] or 0.0, sd=row[columns[2]] or 0.0)
    except ValueError as error:
        reader.wrong(table, row, columns[1], str(error), "correct mean and standard deviation, or choose another law")
        return NOTHING


def read_sources(reader: Reader, plan: Map, lanes: list[Row]) -> Ways:
    """Operations of every stock point."""
    ways: Ways = {place: [] for place in plan.points}
    for row in lanes:
        if row["to"] in plan.kinds:
            _lane(reader, plan, row, ways)
    _back_and_forth(reader, ways)
    _made(reader, plan, ways)
    _bought(reader, plan, ways)
    _shares(reader, ways)
    return ways


def _back_and_forth(reader: Reader, ways: Ways) -> None:
    """Two sites that help each other out need time to do so: at once, goods would go to and fro without end."""
    at_once = {(way.source, place[0], place[1]): (row, way) for place, several in ways.items() for _, row, way in several if way.lead.mean <= 0.0}
    for (source, to, item), (row, way) in at_once.items():
        if row is not None and way.priority > 1 and (to, source, item) in at_once:
            reader.wrong("lanes", row, "transit_d", f"{source} and {to} help each other out with {item} in no time", "state the days on the way")


def _terms(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("order_delay_d", "order_eur", "shipment_eur", "transit_eur", "priority", "share")}


def _lane(reader: Reader, plan: Map, row: Row, ways: Ways) -> None:
    items = [row["item"]] if row["item"] else [item for site, item in plan.points if site == row["to"] and (row["from"], item) in plan.points]
    if not items:
        reader.wrong("lanes", row, "item", "no item is stocked at both ends of the lane", "name the item, or stock it at both sites")
    lead, leaves = chance(reader, "lanes", row, ("transit_law", "transit_d", "transit_sd_d")), departure_days(reader, row)
    for item in items:
        way = OperationRow(kind="move", site=row["to"], item=item, source=row["from"], lead=lead, unit_eur=row["cost_eur_unit"], leaves=leaves,
                           weekly_most=weekly_most(row), **_terms(row))  # fmt: skip
        ways[row["to"], item].append(("lanes", row, way))


def _made(reader: Reader, plan: Map, ways: Ways) -> None:
    steps, others = read_steps(reader), read_other_routings(reader)
    for row in reader.rows("items"):
        made = row["item"] in plan.bills or row["item"] in plan.routed
        places = [place for place in plan.points if place[1] == row["item"] and plan.makes(place)] if made else []
        if not places:
            continue
        lead = chance(reader, "items", row, ("lead_law", "lead_time_d", "lead_sd_d"))
        if row["scrap_share"] is not None and row["scrap_share"] >= 1.0:
            reader.wrong("items", row, "scrap_share", "everything is scrapped", "write a share below 1")
            continue
        for place in places:
            way = OperationRow(
                kind="make",
                site=place[0],
                item=place[1],
                inputs=plan.bills.get(place[1], ()),
                lead=lead,
                order_delay_d=row["order_delay_d"],
                good_share=1.0 - row["scrap_share"],
                order_eur=row["order_eur"],
                unit_eur=row["make_eur"],
                steps=steps.get(place, steps.get(("", place[1]), ())),
                routings=others.get(place[1], ()),
            )
            ways[place].append(("items", row, way))


def _bought(reader: Reader, plan: Map, ways: Ways) -> None:
    without, times = [place for place in plan.points if not ways[place]], supplier_times(reader)
    for row in reader.rows("supply"):
        places = [(row["site"], row["item"])] if row["site"] else [place for place in without if place[1] == row["item"]]
        if not places:
            reader.wrong("supply", row, "item", "nobody buys it", "stock it somewhere without another source, or name the site that buys it")
        lead = chance(reader, "supply", row, ("lead_law", "lead_time_days", "lead_sd_d"))
        works, way_d = times.get(row["supplier"], (None, 0.0))
        for place in places:
            if place in ways:
                way = OperationRow(
                    kind="buy", site=place[0], item=place[1], source=row["supplier"], lead=lead, unit_eur=row["price"], weekly_most=weekly_most(row),
                    reject_share=row["reject_share"] or 0.0, works=works, way_d=way_d, **_terms(row),
                )  # fmt: skip
                ways[place].append(("supply", row, way))


def _shares(reader: Reader, ways: Ways) -> None:
    """Shares of the sources of a stock point are stated by all of them and sum to one, or by none."""
    for (site, item), several in ways.items():
        total = sum(way.share for _, _, way in several)
        if total and abs(total - 1.0) > 1e-6:
            table, row, _ = next(entry for entry in several if entry[2].share)
            reader.wrong(table, row, "share", f"shares of the sources of {item} at {site} sum to {total:g}", "let them sum to 1, or leave all of them out")


def outside(reader: Reader, place: Place, row: Row) -> OperationRow:
    """The neutral source: has everything, delivers after the lead time of the item, costs nothing."""
    lead = chance(reader, "items", row, ("lead_law", "lead_time_d", "lead_sd_d"))
    return OperationRow(kind="buy", site=place[0], item=place[1], source=OUTSIDE, lead=lead, order_delay_d=row["order_delay_d"])
