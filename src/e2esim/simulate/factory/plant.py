"""What lies, moves and is open in the factory on a day: the one mutable thing of a planned run."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import numpy as np

from e2esim.domain.book import Columns
from e2esim.domain.planned_outcome import LINE_COLUMNS, LOT_COLUMNS, PURCHASE_COLUMNS, SHIPMENT_COLUMNS, LineSource, Stage
from e2esim.planning.factory.network import network
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.simulate.factory.ageing import AgeingStock
from e2esim.simulate.factory.facts import PlannedCompany, RunRules
from e2esim.simulate.factory.luck import RunLuck, address_of, week_address


class FactoryState:
    """Stock, lines, lots, purchases and shipments, with what each day has brought.

    Days count from the start of the run; `stock` is by node: items, then work in process behind each step.
    """

    def __init__(self, company: PlannedCompany, rules: RunRules, luck: RunLuck) -> None:
        facts = company.case.facts
        self.company, self.rules, self.luck, self.facts = company, rules, luck, facts
        self.net = network(facts)
        self.stock: Floats = np.zeros(self.net.n_nodes)
        self.stock[: facts.n_items] = facts.on_hand
        self.ageing = AgeingStock(company.case.shelf, facts.on_hand)
        self.lines, self.line_name = Columns(LINE_COLUMNS, capacity=2 * len(facts.orders) + 64), list[str]()
        self.lots, self.lot_name = Columns(LOT_COLUMNS), list[str]()
        self.purchases, self.purchase_name = Columns(PURCHASE_COLUMNS), list[str]()
        self.shipments = Columns(SHIPMENT_COLUMNS)
        self.calendar: Floats = facts.capacity_h
        self.room: Floats = facts.capacity_h * self._hours_factor()
        self.used: Floats = np.zeros(facts.capacity_h.shape)
        self.machine_free: Floats = np.zeros(0 if facts.shifts is None else facts.shifts.speed.size)  # [h] done with what it works
        self._names: Counter[str] = Counter()
        self._open()

    # --- opening ---------------------------------------------------------------------------------------------------
    def _hours_factor(self) -> Floats:
        facts, on = self.facts, self.rules.chance.capacity
        factor = np.ones(facts.capacity_h.shape)
        for c, name in enumerate(facts.centres if on else ()):
            for week in range(facts.n_weeks):
                address = week_address(name, facts.today + timedelta(days=7 * week))
                factor[c, week] = self.luck.factor("hours", address, float(self.company.risk.centre_hours_cv[c]))
        return factor

    def _open(self) -> None:
        company, facts, n = self.company, self.facts, len(self.facts.orders)
        self.add_lines(facts.orders, facts.order_item, facts.order_qty, facts.order_due, facts.order_priority, LineSource.BOOK, np.arange(n))
        self.lines["promised"][:n] = company.order_promised
        source = self._receipt_source()
        for k in range(facts.receipt_item.size):
            node, due = int(facts.receipt_item[k]), int(facts.receipt_day[k])
            name = company.case.receipt_name[k]
            row = self._buy(name, int(source[k]), node, float(facts.receipt_qty[k]), -1, due)
            self.purchases["receipt"][row] = k
            self.place(row, -1)

    def _receipt_source(self) -> Ints:
        """Preferred source of each opening receipt, -1 for what is made."""
        facts = self.facts
        first = np.full(self.net.n_nodes, -1, dtype=np.int64)
        order = np.lexsort((-facts.source_price, -facts.source_priority))
        first[facts.source_item[order]] = order
        first[facts.step_item] = -1
        return np.asarray(first[facts.receipt_item], dtype=np.int64)

    # --- rows ------------------------------------------------------------------------------------------------------
    def named(self, stem: str) -> str:
        """A name that nothing else has: the stem, numbered where it comes again."""
        self._names[stem] += 1
        return stem if self._names[stem] == 1 else f"{stem} #{self._names[stem]}"

    def date(self, day: int) -> str:
        """Date of a day of the run."""
        return (self.facts.today + timedelta(days=day)).isoformat()

    def add_lines(
        self, names: tuple[str, ...], item: Ints, qty: Floats, due: Ints, priority: Ints, source: LineSource, template: Ints, placed: int = 0
    ) -> Ints:
        """Open order lines; returns their rows."""
        first = self.lines.take(len(names))
        rows = np.arange(first, first + len(names))
        turn = self.company.order_turn
        values = {"item": item, "qty": qty, "open": qty, "due": due, "priority": priority, "source": int(source), "template": template, "placed": placed}
        for name, column in values.items():
            self.lines[name][rows] = column
        self.lines["turn"][rows] = np.where(template >= 0, turn[template], int(turn.max(initial=0)) + 1) if turn.size else 0
        self.lines["address"][rows] = [address_of(f"order {name}") for name in names]
        self.line_name += names
        return rows

    def book_in(self, node: Ints, qty: Floats, day: int) -> None:
        """Put goods into stock on a day."""
        np.add.at(self.stock, node, qty)
        self.ageing.came(node, qty, day)

    def plan_lot(self, step: int, qty: float, start: int, end: int, work: tuple[float, float, int] | None = None, order: str = "") -> int:
        """A lot of a routing step that is planned, of a firm ``order`` or the plan's own; `work` is start and end of the work [h] and machine, where it
        is by the hour.
        """
        facts = self.facts
        stem = f"{order or facts.items[facts.step_item[step]]}/{facts.step_name[step]} {self.date(start)}"
        row = self.lots.take(1)
        self.lot_name.append(self.named(stem))
        hours = float(facts.step_setup_h[step] + facts.step_run_h[step] * qty)
        values = {"address": address_of(f"lot {self.lot_name[row]}"), "step": step, "qty": qty, "hours": hours, "plan_start": start, "plan_end": end}
        begins, ends, machine = work or (24.0 * start, 24.0 * end, -1)
        for name, value in {**values, "plan_from": begins, "plan_to": ends, "machine": machine}.items():
            self.lots[name][row] = value
        return row

    def plan_purchase(self, source: int, qty: float, ordered: int, due: int) -> int:
        """A purchase that is planned."""
        facts = self.facts
        node = int(facts.source_item[source])
        name = self.named(f"{facts.source_supplier[source]} {facts.items[node]} {self.date(ordered)}")
        return self._buy(name, source, node, qty, ordered, due)

    def _buy(self, name: str, source: int, node: int, qty: float, ordered: int, due: int) -> int:
        row = self.purchases.take(1)
        self.purchase_name.append(name)
        values = {"address": address_of(f"purchase {name}"), "source": source, "node": node, "qty": qty, "ordered": ordered, "due": due}
        for column, value in values.items():
            self.purchases[column][row] = value
        return row

    def place(self, row: int, day: int) -> None:
        """Order a purchase on a day: from then on it comes when its supplier's luck has it come."""
        bought, risk = self.purchases, self.company.risk
        source, late = int(bought["source"][row]), 0.0
        if self.rules.chance.supply and source >= 0:
            terms = risk.source_late_share[source], risk.source_late_median_d[source], risk.source_late_sigma[source]
            late = self.luck.late_days(int(bought["address"][row]), *(float(x) for x in terms))
        bought["ordered"][row] = day
        bought["arrives"][row] = max(int(bought["due"][row]), 0) + int(np.ceil(late - 1e-9))
        bought["stage"][row] = Stage.BEGUN

    def plan_shipments(self, line: Ints, day: Ints, qty: Floats) -> None:
        """Deliveries that are planned."""
        first = self.shipments.take(line.size)
        rows = slice(first, first + line.size)
        for name, column in (("line", line), ("plan_day", day), ("qty", qty)):
            self.shipments[name][rows] = column

    def rows(self, table: Columns, stage: Stage) -> Ints:
        """Rows of a table that stand at a stage."""
        return np.flatnonzero(table["stage"][: table.n] == stage)
