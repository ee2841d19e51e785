"""A planner's case: the facts as stated, what an earlier plan keeps, and the words by which people know things."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from e2esim.planning.factory.frozen import FrozenLack, Released, Remainder, around, nothing_released
from e2esim.planning.factory.money import PlanMoney
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.factory.risk import PlanRisk

if TYPE_CHECKING:
    from e2esim.planning.factory.safety_stock import SafetyStock
    from e2esim.planning.factory.shelf_life import ShelfLife


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanCase:
    """Facts and names.

    Parameters
    ----------
    facts
        The problem as the data state it.
    title
        Name of the case in reports.
    item_name, item_unit : (n_items,)
        What people call an item, and the unit it is counted in.
    order_customer : (n_orders,)
        Customer, '' if unknown.
    receipt_name : (n_receipts,)
        Number of each open order of `facts`.
    released
        Lots and purchases of an earlier plan that stay.
    frozen_days
        Released is what begins before this many days from today [d].
    risk
        How uncertain the facts are; None for the usual.
    money
        What lateness and relief cost; None for the assumed.
    let_go
        Lots of the earlier plan that could not be kept and are planned anew: lot and step.
    lacks
        What they would have needed.
    safety
        What is to be kept in stock; None: nothing. `with_safety_stock` makes orders of it.
    centre_supplier : (n_centres,)
        Subcontractor behind each work centre, '' for our own; empty: all are.
    lot_rule : (n_items,)
        By which rule lots and purchases of an item are sized, in words; empty: lot for lot.
    n_forecast, n_safety
        So many of the last orders of `facts` are net forecast and, behind it, safety stock, not orders of customers.
    n_firm
        So many before them are parts that firm planned orders take.
    n_scrap
        So many behind those take out what expires (`shelf_life`).
    shelf
        What expires; None: nothing.
    firm_notes
        What is to be said of firm planned orders: name and sentence.
    """

    facts: PlanProblem
    title: str
    item_name: tuple[str, ...]
    item_unit: tuple[str, ...]
    order_customer: tuple[str, ...]
    receipt_name: tuple[str, ...]
    released: Released = field(default_factory=nothing_released)
    frozen_days: int = 14
    risk: PlanRisk | None = None
    money: PlanMoney | None = None
    let_go: tuple[str, ...] = ()
    lacks: tuple[FrozenLack, ...] = ()
    safety: SafetyStock | None = None
    lot_rule: tuple[str, ...] = ()
    centre_supplier: tuple[str, ...] = ()
    n_forecast: int = 0
    n_safety: int = 0
    n_firm: int = 0
    n_scrap: int = 0
    shelf: ShelfLife | None = None
    firm_notes: tuple[tuple[str, str], ...] = ()

    @property
    def n_orders(self) -> int:
        """Orders of customers: the first so many of `facts`."""
        return len(self.facts.orders) - self.n_forecast - self.n_safety - self.n_firm - self.n_scrap

    def remainder(self) -> Remainder:
        """What is left to plan."""
        return around(self.facts, self.released)

    def supply_names(self) -> tuple[str, ...]:
        """Names of the receipts of the remainder: open orders, released lots, released purchases."""
        return (*self.receipt_name, *self.released.lot_name, *self.released.purchase_name)
