"""Lot-sizing rules and lower prices of larger purchases: what they mean in numbers, and what may be wrong there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.config.checks import View
from e2esim.config.grids import ROW
from e2esim.config.problems import Problem
from e2esim.planning.factory.problem import PlanProblem, item_levels
from e2esim.planning.factory.safety_stock import daily_use

Floats = npt.NDArray[np.float64]
Row = dict[str, Any]

DAYS_A_YEAR = 365.0
NEEDS = {"fixed": "lot_qty", "period": "lot_days", "min_max": "stock_max"}  # what a rule cannot do without
LOT_FOR_LOT = "lot for lot"


@dataclass(frozen=True, kw_only=True, eq=False)
class LotRules:
    """The problem with its lots by rule, and the rule of every item in words, (n_items,)."""

    facts: PlanProblem
    words: tuple[str, ...]


def economic_quantity(year_qty: float, order_eur: float, value_eur: float, holding_share_y: float) -> float:
    """Economic order quantity: the square root of twice use times cost of an order over cost of holding a piece for a year (Harris 1913).

    >>> round(economic_quantity(1200.0, 20.0, 25.0, 0.2))
    98
    """
    return float(np.sqrt(2.0 * year_qty * order_eur / (value_eur * holding_share_y)))


def with_lot_rules(facts: PlanProblem, frames: dict[str, pl.DataFrame], safety: Floats, holding_share_y: float) -> LotRules:
    """Put the rules of table items into the limits of a problem.

    A fixed quantity is smallest lot, step and largest lot at once; an economic one is the smallest lot; days to cover and the stock to
    fill up to are the planner's own. ``safety``: (n_items,) pieces that lie beside the orders, the min of min and max.
    """
    rows = frames["items"].select("item", "lot_rule", "lot_qty", "lot_days", "stock_max", "year_qty", "order_eur", "make_eur").rows(named=True)
    if all(row["lot_rule"] == "lot_for_lot" for row in rows) and not frames["price_breaks"].height:
        return LotRules(facts=facts, words=(LOT_FOR_LOT,) * len(rows))
    least, step, most = facts.lot_min.copy(), facts.lot_multiple.copy(), facts.largest_lot.copy()
    moq, multiple = facts.source_moq.copy(), facts.source_multiple.copy()
    days, fill, words = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows)), []
    value, use = _values(facts, rows), np.maximum(daily_use(facts) * DAYS_A_YEAR, _sold_last_year(facts, frames["history"]))
    for i, row in enumerate(rows):
        mine = np.flatnonzero(facts.source_item == i)
        words.append(LOT_FOR_LOT)
        if row["lot_rule"] == "fixed":
            least[i] = step[i] = most[i] = row["lot_qty"]
            moq[mine], multiple[mine] = np.maximum(moq[mine], row["lot_qty"]), row["lot_qty"]
            words[i] = f"fixed {row['lot_qty']:g}"
        elif row["lot_rule"] == "period":
            days[i] = row["lot_days"]
            words[i] = f"period {row['lot_days']} d"
        elif row["lot_rule"] == "min_max":
            fill[i] = max(row["stock_max"] - float(safety[i]), 0.0)
            words[i] = f"up to {row['stock_max']:g}"
        elif row["lot_rule"] == "economic":
            year = row["year_qty"] if row["year_qty"] is not None else float(use[i])
            at = (year, row["order_eur"], float(value[i]))
            size = _economic(at, float(step[i]), holding_share_y)
            least[i] = min(max(least[i], size), most[i])
            for s in mine.tolist():
                cost = facts.source_order_eur[s] if facts.source_order_eur.size and facts.source_order_eur[s] else row["order_eur"]
                moq[s] = max(moq[s], _economic((year, cost, float(facts.source_price[s]) or float(value[i])), float(multiple[s]), holding_share_y))
            words[i] = f"economic {(moq[mine[0]] if mine.size and not (facts.step_item == i).any() else least[i]):g}"
    made = replace(
        facts, lot_min=least, lot_multiple=step, lot_max=most if np.isfinite(most).any() else facts.lot_max, source_moq=moq, source_multiple=multiple,
        lot_days=days if days.any() else facts.lot_days, lot_top=fill if fill.any() else facts.lot_top, holding_share_y=holding_share_y,
        **_breaks(facts, frames["price_breaks"]),
    )  # fmt: skip
    return LotRules(facts=made, words=tuple(words))


def _sold_last_year(facts: PlanProblem, history: pl.DataFrame) -> Floats:
    """Pieces of every item that the history of the last year took, for customers and for parents, (n_items,)."""
    since = pl.lit(facts.today) - pl.duration(days=int(DAYS_A_YEAR))
    sold = dict(history.filter(pl.col("period") >= since).group_by("item").agg(pl.col("qty").sum()).iter_rows())
    use = np.array([max(float(sold.get(name, 0.0)), 0.0) for name in facts.items])
    level = item_levels(facts.n_items, facts.bom_parent, facts.bom_component)
    assert level is not None  # PlanProblem has refused cycles
    for at in range(int(level.max(initial=0)) + 1):
        rows = (level == at)[facts.bom_parent]
        np.add.at(use, facts.bom_component[rows], use[facts.bom_parent[rows]] * facts.bom_need[rows])
    return use


def _economic(at: tuple[float, float, float], step: float, share: float) -> float:
    """The economic quantity in whole steps, nearest first and one step at least; 0 where nothing is used, ordered or held at a cost."""
    year, order_eur, value = at
    if min(year, order_eur, value, share) <= 0:
        return 0.0
    whole = step if step > 0 else 1.0
    return max(float(np.round(economic_quantity(year, order_eur, value, share) / whole)), 1.0) * whole


def _values(facts: PlanProblem, rows: list[Row]) -> Floats:
    """Worth of a piece of every item: its preferred price, or its parts and the cost of making it, (n_items,) [EUR]."""
    own = np.array([row["make_eur"] for row in rows])
    bought = np.zeros(facts.n_items)
    best = np.lexsort((facts.source_price, facts.source_priority))[::-1]
    bought[facts.source_item[best]] = facts.source_price[best]
    made = np.zeros(facts.n_items, dtype=bool)
    made[facts.step_item] = True
    value = bought
    for _ in range(facts.n_items):
        parts = np.bincount(facts.bom_parent, weights=facts.bom_need * value[facts.bom_component], minlength=facts.n_items)
        new = np.where(made, parts + own, bought)
        if np.array_equal(new, value):
            break
        value = new
    return np.asarray(value)


def _breaks(facts: PlanProblem, breaks: pl.DataFrame) -> dict[str, Any]:
    """Lower prices by row of the sources, in order of quantity; one of a supplier and item holds for all its sources of it."""
    found = []
    for supplier, item, least, price in breaks.select("supplier", "item", "from_qty", "price").iter_rows():
        for s, (who, i) in enumerate(zip(facts.source_supplier, facts.source_item.tolist(), strict=True)):
            if who == supplier and facts.items[i] == item:
                found.append((s, float(least), float(price)))
    found.sort()
    return {
        "break_source": np.array([s for s, _, _ in found], dtype=np.int64),
        "break_qty": np.array([q for _, q, _ in found], dtype=np.float64),
        "break_price": np.array([p for _, _, p in found], dtype=np.float64),
    }


def lot_rules_make_sense(view: View) -> Iterator[Problem]:
    """A rule has what it needs, and the limits of lots leave room for it."""
    safety = dict(view.table("stock").group_by("item").agg(pl.col("safety_stock").sum()).iter_rows())
    for row in view.table("items").rows(named=True):
        rule, needed = row["lot_rule"], NEEDS.get(row["lot_rule"] or "", "")
        at = {"row": row[ROW]}
        if needed and row[needed] is None:
            yield view.problem("items", f"lot_rule {rule} needs {needed}", **at, column=needed, remedy=f"write {needed}, or another lot_rule")
            continue
        for other, column in NEEDS.items():
            if other != rule and row[column] is not None:
                message, remedy = f"is not used: lot_rule is {rule}", f"write {other} in lot_rule, or leave it out"
                yield view.problem("items", message, **at, column=column, value=row[column], remedy=remedy, warning=True)
        if rule == "fixed":
            yield from _fixed(view, row)
        elif rule == "min_max" and row["stock_max"] < safety.get(row["item"], 0.0):
            message = f"the max is below the min, its safety stock of {safety[row['item']]:g}"
            yield view.problem("items", message, **at, column="stock_max", value=row["stock_max"], remedy="write a larger stock_max or a smaller safety_stock")
        elif rule == "economic":
            yield from _costed(view, row)
    yield from _of_limited(view)


def _fixed(view: View, row: Row) -> Iterator[Problem]:
    """A fixed quantity keeps the limits of lots and of suppliers."""
    size, least, step, most = row["lot_qty"], row["lot_min"] or 0.0, row["lot_multiple"] or 1.0, row["lot_max"]
    made = row["item"] in set(view.table("routings")["item"])
    if made and (size < least or (most is not None and size > most) or abs(size / step - round(size / step)) > 1e-9):
        message = f"lots of {size:g} break lot_min {least:g}, lot_multiple {step:g} or lot_max {'none' if most is None else format(most, 'g')}"
        yield view.problem("items", message, row=row[ROW], column="lot_qty", value=size, remedy="correct one of them")
    for at, supplier, multiple in view.table("supply").filter(pl.col("item") == row["item"]).select(ROW, "supplier", "multiple").iter_rows():
        if multiple and abs(size / multiple - round(size / multiple)) > 1e-9:
            message = f"{supplier} delivers multiples of {multiple:g}, lot_qty of {row['item']} is {size:g}"
            yield view.problem("supply", message, row=at, column="multiple", value=multiple, remedy="correct lot_qty or multiple")


def _costed(view: View, row: Row) -> Iterator[Problem]:
    """An economic quantity needs what an order costs and what a piece is worth."""
    sources = view.table("supply").filter(pl.col("item") == row["item"])
    order = [row["order_eur"] or 0.0, *sources["order_eur"].to_list()]
    if not any(order):
        remedy = "write order_eur in items, or in supply for what is bought; or another lot_rule"
        yield view.problem("items", "lot_rule economic needs the cost of an order", row=row[ROW], column="order_eur", value=row["order_eur"], remedy=remedy)
    made = row["item"] in set(view.table("routings")["item"])
    if not made and sources.height and not any(sources["price"].to_list()):
        remedy = "write a price; or another lot_rule"
        yield view.problem("supply", "lot_rule economic needs a price", row=int(sources[ROW][0]), column="price", value=0, remedy=remedy)


def _of_limited(view: View) -> Iterator[Problem]:
    """Suppliers that deliver so much a week are called off just in time, whatever the rule."""
    rule = dict(view.table("items").select("item", "lot_rule").iter_rows())
    priced = set(view.table("price_breaks").select("supplier", "item").iter_rows())
    for at, supplier, item, weekly in view.table("supply").select(ROW, "supplier", "item", "weekly_capacity").iter_rows():
        if weekly and (rule.get(item) in ("period", "min_max") or (supplier, item) in priced):
            message = f"{supplier} delivers so much a week: {item} is called off by need, not by lot_rule or price_breaks"
            remedy = "leave weekly_capacity out, or the rule"
            yield view.problem("supply", message, row=at, column="weekly_capacity", value=weekly, remedy=remedy, warning=True)
