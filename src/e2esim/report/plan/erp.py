"""The plan for an ERP: planned purchases, works orders, confirmations and messages as CSV files whose numbers stay from plan to plan."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import polars as pl

from e2esim.report.plan.made import lots_frame, purchases_frame
from e2esim.report.plan.served import deliveries_frame
from e2esim.report.plan.view import PlanView

PURCHASES, WORKS, CONFIRMED, MESSAGES, NUMBERS = "planned_purchases.csv", "works_orders.csv", "confirmations.csv", "messages.csv", "numbers.json"
FILES: Final = (PURCHASES, WORKS, CONFIRMED, MESSAGES, NUMBERS)


class Row(NamedTuple):
    """What tells one planned order from another: its key, its day (as text) and its quantity."""

    key: Hashable
    day: str
    qty: float


def write_erp(view: PlanView, messages: pl.DataFrame, folder: Path, before: Path) -> None:
    """Write the files of `FILES` into ``folder``; orders that ``before``, an earlier export, knows keep their numbers."""
    highest: dict[str, int] = json.loads((before / NUMBERS).read_text(encoding="utf-8")) if (before / NUMBERS).is_file() else {}
    bought = purchases_frame(view).rename({"ordered": "order_on", "received": "receive_on"})
    made = lots_frame(view)
    for letter, name, key, day, table in (
        ("PP", PURCHASES, ["supplier", "item"], "receive_on", bought.drop("purchase")),
        ("WO", WORKS, ["item", "step"], "start", made.drop("lot")),
    ):
        sequence = table.sort(*key, day, "qty")
        numbers, highest[letter] = numbered_on(_known(before / name, key, day), _rows(sequence, key, day), letter, highest.get(letter, 0))
        sequence.insert_column(0, pl.Series("id", numbers, dtype=pl.String)).write_csv(folder / name)
    confirmations(view).write_csv(folder / CONFIRMED)
    messages.write_csv(folder / MESSAGES)
    (folder / NUMBERS).write_text(json.dumps(highest) + "\n", encoding="utf-8")


def confirmations(view: PlanView) -> pl.DataFrame:
    """One row a delivery of a customer's order, then what cannot be confirmed at all; the number is the order's with a running one."""
    names = set(view.facts.orders[: view.case.n_orders])
    given = deliveries_frame(view).filter(pl.col("order").is_in(names))
    turn = pl.int_range(1, pl.len() + 1).over("order")
    rows = given.select(
        pl.concat_str([pl.col("order"), turn.cast(pl.String)], separator="#").alias("id"), "order", "customer", "item", "name", "unit", "due",
        pl.col("delivered").alias("confirmed_on"), "qty", "days_late", pl.lit("confirmed").alias("status"),
    )  # fmt: skip
    open_rows: list[dict[str, Any]] = []
    for j in (view.short > 0).nonzero()[0].tolist():
        if j < view.case.n_orders:
            item = int(view.facts.order_item[j])
            open_rows.append({
                "id": f"{view.facts.orders[j]}#0", "order": view.facts.orders[j], "customer": view.case.order_customer[j], "item": view.facts.items[item],
                "name": view.case.item_name[item], "unit": view.case.item_unit[item], "due": view.dates(view.facts.order_due[j : j + 1])[0],
                "confirmed_on": None, "qty": float(view.short[j]), "days_late": None, "status": "not confirmed",
            })  # fmt: skip
    return pl.concat([rows, pl.DataFrame(open_rows, schema=rows.schema)])


def _rows(table: pl.DataFrame, key: Sequence[str], day: str) -> list[Row]:
    return [Row(tuple(parts), str(when), float(qty)) for *parts, when, qty in table.select(*key, day, "qty").iter_rows()]


def _known(file: Path, key: Sequence[str], day: str) -> list[tuple[str, Row]]:
    """Numbers and rows of an earlier export; none where there is no such file."""
    if not file.is_file():
        return []
    table = pl.read_csv(file, infer_schema=False)
    return list(zip(table["id"].to_list(), _rows(table, key, day), strict=True))


def numbered_on(known: Sequence[tuple[str, Row]], rows: Sequence[Row], letter: str, highest: int) -> tuple[list[str], int]:
    """A number for every row, and the highest number ever given: a number of a row that is gone is given to no other.

    Of one key, rows of the same day and quantity keep their numbers first, then those of the same day, then those of the same
    quantity, then the earliest that are left.

    Examples
    --------
    >>> old = [("PP000001", Row("A", "2026-01-05", 10.0)), ("PP000002", Row("A", "2026-02-05", 20.0))]
    >>> numbered_on(old, [Row("A", "2026-01-12", 5.0), Row("A", "2026-02-06", 20.0), Row("B", "2026-01-05", 10.0)], "PP", 2)
    (['PP000001', 'PP000002', 'PP000003'], 3)
    """
    left: dict[Hashable, list[tuple[str, Row]]] = defaultdict(list)
    for number, row in known:
        left[row.key].append((number, row))
    found: dict[int, str] = {}
    for alike in (lambda a, b: (a.day, a.qty) == (b.day, b.qty), lambda a, b: a.day == b.day, lambda a, b: a.qty == b.qty, lambda a, b: True):
        for k, row in enumerate(rows):
            if k in found:
                continue
            match = next((pair for pair in left[row.key] if alike(pair[1], row)), None)
            if match is not None:
                left[row.key].remove(match)
                found[k] = match[0]
    top = max([highest, *(int(number[len(letter) :]) for number, _ in known)])
    for k in range(len(rows)):
        if k not in found:
            top += 1
            found[k] = f"{letter}{top:06d}"
    return [found[k] for k in range(len(rows))], top
