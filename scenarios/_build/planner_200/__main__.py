"""Writes the planner's folder ``scenarios/planner_200``: ``python scenarios/_build/planner_200 [FOLDER]``.

Deterministic: one seed, the standard library alone, nothing read. Change a number here, run it, commit both.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import amounts
import sales
from mess import Rows, padded, save, with_blanks, with_twins, written
from product import MACHINES, Product, product

SEED = 200


def dice(name: str) -> random.Random:
    """A generator of its own for every table, so that a change in one moves no other."""
    return random.Random(f"{SEED}/{name}")


def centre(number: int) -> str:
    """Number of a work centre.

    >>> centre(0)
    '0110'
    """
    return f"0{110 + 10 * number}"


def main(folder: Path) -> None:
    """Write every table."""
    folder.mkdir(parents=True, exist_ok=True)
    made = product(dice("product"))
    lines = amounts.orders(dice("orders"))
    need = amounts.yearly(made, lines)
    sources = amounts.supply(dice("supply"), need)
    have = amounts.stock(dice("stock"), made, need, sources)
    minima = amounts.lot_minima(dice("lots"), need)
    _items(folder, made, minima)
    _structure(folder, made)
    _hours(folder, amounts.hours(dice("hours"), made, need, have))
    _goods(folder, made, sources, have, amounts.receipts(dice("receipts"), need, sources))
    _orders(folder, made, lines)
    _promising(folder, made, need)
    _sales(folder, made, lines)
    save(folder / "settings.csv", ["key", "value"], [["today", amounts.TODAY.isoformat()], ["title", "Getriebewerk, 200 items"], ["frozen_days", "14"]])


def _items(folder: Path, made: Product, minima: list[int]) -> None:
    """Code page 1252, semicolons, spaces behind cells, a column that nobody needs."""
    rows = [
        [item, name, "pcs", kind, str(minima[k]) if k < len(minima) else "", "", "D" + item[2]]
        for k, (item, name, kind) in enumerate(zip(made.item, made.name, made.kind, strict=True))
    ]
    save(folder / "items.csv", ["item", "name", "unit", "type", "lot_min", "lot_multiple", "Disponent"], padded(dice("pad"), rows, 0.1))


def _structure(folder: Path, made: Product) -> None:
    """Bills separated by tabs with one line twice, routings with `sep=;` before the header."""
    bill = [[made.item[parent], made.item[part], str(per), "pcs"] for parent, parts in made.bill.items() for part, per in parts.items()]
    save(folder / "bom.csv", ["parent", "component", "qty_per", "unit"], with_twins(dice("bom twins"), bill, 1), separator="\t")
    steps = [
        [made.item[k], f"{s.number:04d}", centre(s.centre), f"{s.setup_h:g}", f"{s.run_h:g}", str(s.flow_days)] for k, own in made.steps.items() for s in own
    ]
    head = ["item", "step", "work_centre", "setup_h_per_lot", "run_h_per_unit", "flow_days"]
    save(folder / "routings.csv", head, with_blanks(dice("blank steps"), steps, 4), first="sep=;\r\n")


def _hours(folder: Path, table: list[list[float]]) -> None:
    """UTF-8 with its mark, commas; Mondays in ISO form."""
    save(folder / "work_centres.csv", ["work_centre", "name"], [[centre(k), name] for k, name in enumerate(MACHINES)], separator=",", encoding="utf-8-sig")
    rows = [
        [centre(k), str(week), str(amounts.TODAY + amounts.dt.timedelta(weeks=week)), f"{hours:g}"]
        for k, weeks in enumerate(table)
        for week, hours in enumerate(weeks)
    ]
    save(folder / "capacity.csv", ["work_centre", "_week", "week_start", "capacity_h"], rows, separator=",", encoding="utf-8")


def _goods(folder: Path, made: Product, sources: list, have: list[int], coming: list) -> None:  # type: ignore[type-arg]
    """Suppliers, stock (items without stock are not there), open orders with dates in two hands and one line twice."""
    rows = [
        [name, made.item[k], str(priority), str(days), str(moq), str(multiple), f"{price:.2f}"] for name, k, priority, days, moq, multiple, price in sources
    ]
    save(folder / "supply.csv", ["supplier", "item", "priority", "lead_time_days", "moq", "multiple", "price"], padded(dice("pad suppliers"), rows, 0.05))
    save(folder / "stock.csv", ["item", "on_hand", "unit"], [[made.item[k], str(qty), "PCS"] for k, qty in enumerate(have) if qty])
    way = dice("receipt dates")
    open_orders = [[number, made.item[k], str(qty), written(day, way.choice((1, 2))), kind] for number, k, qty, day, kind in coming]
    save(folder / "receipts.csv", ["receipt", "item", "qty", "due", "kind"], with_twins(dice("receipt twins"), open_orders, 1))


def _orders(folder: Path, made: Product, lines: list[amounts.Order]) -> None:
    """Dates in two hands, blank rows, spaces, three lines twice, an empty column that the exporter left."""
    way = dice("order dates")
    rows: Rows = [
        [line.number, line.customer, sales.channel(line.customer), made.item[line.item], str(line.qty), written(line.due, 0 if way.random() < 0.1 else 1), str(line.priority), "pcs"]
        for line in lines
    ]
    rows = with_blanks(dice("blank orders"), with_twins(dice("order twins"), padded(dice("pad orders"), rows, 0.02), 3), 12)
    save(folder / "orders.csv", ["order", "customer", "channel", "item", "qty", "due", "priority", "unit"], rows)


def _promising(folder: Path, made: Product, need: list[float]) -> None:
    """What only a promise reads: who may order, who may gain, what stands in for what, what lies free at other sites."""
    ask = dice("customers")
    known = [
        [name, str(ask.choice((1, 2, 2, 3))), *amounts.CHANNELS[k % len(amounts.CHANNELS)]] for k, name in enumerate((*amounts.CUSTOMERS, amounts.NEW_CUSTOMER))
    ]
    save(folder / "customers.csv", ["customer", "priority", "channel", "market"], known)
    save(folder / "order_classes.csv", ["segment", "strategy", "rank", "by", "value"], [list(row) for row in amounts.SEGMENTS])
    rows = [[made.item[k], made.item[other], str(rank), f"{extra:.2f}"] for k, other, rank, extra in amounts.substitutes(dice("substitutes"))]
    save(folder / "substitutes.csv", ["item", "substitute", "rank", "extra_cost"], rows)
    free = [
        [site, made.item[k], str(qty), written(day, 1), str(days), f"{extra:.2f}"]
        for site, k, qty, day, days, extra in amounts.elsewhere(dice("elsewhere"), need)
    ]
    save(folder / "other_sites.csv", ["site", "item", "available", "available_from", "transit_days", "extra_cost"], free)


def _sales(folder: Path, made: Product, lines: list[amounts.Order]) -> None:
    """Weeks as 2025-W07, weeks without sales left out, two lines twice; changes with dates in two hands."""
    actions = sales.promotions(dice("actions"))
    sold = sales.sold(dice("sold"), lines, actions)
    rows = [
        [made.item[k], where, _week(week - sales.HISTORY), str(qty)] for (k, where), pieces in sorted(sold.items()) for week, qty in enumerate(pieces) if qty
    ]
    save(folder / "history.csv", ["item", "channel", "period", "qty"], with_twins(dice("history twins"), rows, 2))
    way = dice("change dates")
    told = [
        [made.item[c.item], c.channel, written(amounts.TODAY + amounts.dt.timedelta(weeks=c.week), way.choice((0, 1))), str(c.weeks),
         "" if c.uplift is None else f"{c.uplift:g}", "" if c.qty is None else str(c.qty), c.reason]
        for c in sales.changes(dice("changes"), actions, sold)
    ]  # fmt: skip
    save(folder / "forecast_changes.csv", ["item", "channel", "week", "weeks", "uplift", "qty", "reason"], told)


def _week(week: int) -> str:
    """A week from today as exports name it, such as 2025-W07."""
    year, number, _ = (amounts.TODAY + amounts.dt.timedelta(weeks=week)).isocalendar()
    return f"{year}-W{number:02d}"


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description="Write the data of scenarios/planner_200.")
    asked.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parents[2] / "planner_200", help="where to write; default: scenarios/planner_200")
    main(asked.parse_args().folder)
