"""Streams of customer demand, and the lanes that deliver them."""

from __future__ import annotations

import math

from e2esim.config.supply_network.leaving import departure_days
from e2esim.config.supply_network.rows import Reader, Row
from e2esim.config.supply_network.sources import chance
from e2esim.domain.chance import NOTHING, ONE, Chance
from e2esim.domain.network_rows import EVERY_DAY, DemandRow


def read_demand(reader: Reader, lanes: list[Row]) -> list[DemandRow]:
    """Streams of every row of table demand that can be read."""
    price, ways = _prices(reader), _deliveries(lanes)
    streams: list[DemandRow] = []
    known: dict[tuple[str, str, str, float], int] = {}
    for row in reader.rows("demand"):
        if not (row["site"] and row["item"]):
            continue
        lane, first, last = _lane(ways, row), reader.day(row["first"]) or 0.0, reader.day(row["last"])
        if last is not None and last < first:
            reader.wrong("demand", row, "last", "the stream ends before it begins", "write a later day")
        name = row["site"], row["item"], row["customer"], first
        if name in known:
            reader.wrong("demand", row, "item", f"the same stream stands in row {known[name]}", "keep one, or name the customer")
        known.setdefault(name, row["row"])
        streams.append(
            DemandRow(
                site=row["site"],
                item=row["item"],
                customer=row["customer"],
                gap=_gap(reader, row),
                gap_first=row["every_law"] != "constant",
                first_d=_next_line(first, row),
                to_d=math.inf if last is None else last + 1.0,
                quantity=_quantity(reader, row),
                price_eur=price.get(row["item"], 0.0) if row["price"] is None else row["price"],
                delivery=NOTHING if lane is None else chance(reader, "lanes", lane, ("transit_law", "transit_d", "transit_sd_d")),
                delivery_eur=0.0 if lane is None else lane["shipment_eur"],
                leaves=EVERY_DAY if lane is None else departure_days(reader, lane),
                return_share=row["return_share"] or 0.0,
                return_d=row["return_d"] or 0.0,
                priority=row["priority"] or 1,
            )
        )
    return streams


def read_orders(reader: Reader, lanes: list[Row]) -> list[DemandRow]:
    """Every order of customers as a stream of one line."""
    price, ways = _prices(reader), _deliveries(lanes)
    streams = []
    for row in reader.rows("orders"):
        if not (row["site"] and row["item"] and row["qty"] and row["due"]):
            continue
        lane, day = _lane(ways, row), max(0.0, reader.day(row["due"]) or 0.0)
        streams.append(
            DemandRow(
                site=row["site"],
                item=row["item"],
                customer=row["customer"],
                gap=Chance(mean=1e6),
                first_d=day,
                quantity=Chance(mean=row["qty"]),
                price_eur=price.get(row["item"], 0.0) if row["price"] is None else row["price"],
                delivery=NOTHING if lane is None else chance(reader, "lanes", lane, ("transit_law", "transit_d", "transit_sd_d")),
                delivery_eur=0.0 if lane is None else lane["shipment_eur"],
                leaves=EVERY_DAY if lane is None else departure_days(reader, lane),
                priority=row["priority"] or 2,
                order=f"{row['order']}/{row['line']}".rstrip("/"),
            )
        )
    return streams


def _next_line(first: float, row: Row) -> float:
    """Day of the first line of a stream within the run [d]: one that began before it goes on in its step.

    >>> _next_line(-10.0, {"every_law": "constant", "every_d": 7.0}), _next_line(-10.0, {"every_law": "exponential", "every_d": 7.0})
    (4.0, 0.0)
    """
    if first >= 0.0:
        return first
    every = row["every_d"] or 1.0
    return first + every * math.ceil(-first / every - 1e-9) if row["every_law"] == "constant" else 0.0


def _prices(reader: Reader) -> dict[str, float]:
    return {row["item"]: row["price"] or 0.0 for row in reader.rows("items")}


def _deliveries(lanes: list[Row]) -> dict[tuple[str, str, str], Row]:
    return {(row["from"], row["to"], row["item"]): row for row in lanes}


def _lane(ways: dict[tuple[str, str, str], Row], row: Row) -> Row | None:
    """Lane that delivers to the customer of a row: of the item, or of every item."""
    return ways.get((row["site"], row["customer"], row["item"])) or ways.get((row["site"], row["customer"], ""))


def _gap(reader: Reader, row: Row) -> Chance:
    gap = chance(reader, "demand", row, ("every_law", "every_d", "every_sd_d"))
    return gap if gap.mean > 0.0 else ONE


def _quantity(reader: Reader, row: Row) -> Chance:
    if row["law"] != "empirical":
        for name in ("values", "weights"):
            if row[name]:
                reader.wrong("demand", row, name, f"law {row['law']} does not read it", "choose law empirical, or leave it out")
        return chance(reader, "demand", row, ("law", "mean", "sd"))
    try:
        values, weights = (tuple(float(word) for word in row[name].split()) for name in ("values", "weights"))
        return Chance(law="empirical", values=values, weights=weights)
    except ValueError as error:
        reader.wrong("demand", row, "values", str(error), "write numbers separated by spaces, e.g. values 1 2 3, weights 1 2 1")
        return ONE
