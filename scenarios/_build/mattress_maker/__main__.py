"""Writes the tables of ``scenarios/mattress_maker``: ``python scenarios/_build/mattress_maker [FOLDER]``.

Deterministic: one seed, the standard library alone, nothing read. Change a number here, run it, commit both.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import levers
import market
import opening
import people
import plant
import product
import sourcing
from table import Tables, write

SEED = 1960  # the year the firm was founded


def tables() -> Tables:
    """Every table of the scenario; each with its own generator, so that a change in one moves no other."""
    demand = market.demand(random.Random(f"{SEED}/demand"))
    prices = market.price_rows(random.Random(f"{SEED}/prices"))
    customers = people.customers(random.Random(f"{SEED}/accounts"))
    rates = opening.Rates(demand)
    return {
        "brands": product.BRANDS, "items": product.items(), "bom": product.bom(),
        "calendars": plant.calendars(), "closures": plant.closures(), "work_centres": plant.WORK_CENTRES, "routings": plant.routings(), "changeovers": plant.changeovers(), "sites": plant.SITES,
        "modes": sourcing.modes(), "suppliers": sourcing.suppliers(), "supply": sourcing.supply(), "events": sourcing.events(),
        "markets": market.MARKETS, "season": market.seasons(), "channels": market.CHANNELS, "lanes": market.LANES,
        "segments": people.segments(), "mix": people.mix(), "customers": customers, "prices": prices,
        "attributes": people.attributes(), "touchpoints": people.touchpoints(), "services": people.services(), "history": demand, "history_kpis": market.history_kpis(demand), "budget": market.budget(demand, prices),
        "stock": opening.stock(rates, random.Random(f"{SEED}/stock")), "receipts": opening.receipts(rates), "orders": opening.orders(rates, customers, random.Random(f"{SEED}/orders")),
        "levers": levers.levers(), "lever_changes": levers.lever_changes(), "lever_forces": levers.lever_forces(),
    }


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[2] / "mattress_maker" / "data"
    asked = argparse.ArgumentParser(description="Write the tables of scenarios/mattress_maker.")
    asked.add_argument("folder", nargs="?", type=Path, default=here, help="where to write; default: scenarios/mattress_maker/data")
    write(asked.parse_args().folder, tables())
