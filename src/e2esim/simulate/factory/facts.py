"""What a planned run starts from: the company on its first day, its demand to come, its risks and its rules. Facts only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.planning.demand.net_demand import NetDemand
from e2esim.planning.factory.case import PlanCase
from e2esim.planning.factory.firm import FirmOrder
from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.risk import PlanRisk
from e2esim.planning.promise.elsewhere import Elsewhere


@dataclass(frozen=True, kw_only=True)
class ChanceSwitches:
    """Which draws are on, and which answers to them: with all off a run is its first plan.

    Parameters
    ----------
    demand
        Orders to come are drawn; off: the forecast comes as it was forecast.
    supply
        Purchases come late by their supplier's lateness.
    capacity
        Hours of a week and flow times vary.
    precedence
        Goods that are short go to the line whose turn it is; off: to the line that was planned first.
    replanning
        The plan is made anew when something went otherwise than planned; off: the first plan is carried out to the end.
    """

    demand: bool = True
    supply: bool = True
    capacity: bool = True
    precedence: bool = True
    replanning: bool = True


NO_CHANCE = ChanceSwitches(demand=False, supply=False, capacity=False)


@dataclass(frozen=True, kw_only=True)
class RunRules:
    """How a run goes.

    Parameters
    ----------
    days
        Length [d].
    replan_days
        Nights between two looks at the plan [d].
    lead_days
        Mean time from an order to its due day, of orders to come [d].
    rounds
        Tried changes of each plan's search: the same plan on every machine.
    plan_s
        Most wall time of one plan [s].
    """

    days: int
    replan_days: int = 7
    lead_days: float = 14.0
    rounds: int = 20
    plan_s: float = 60.0
    seed: int = 1
    chance: ChanceSwitches = ChanceSwitches()

    def __post_init__(self) -> None:
        wrong = [name for name in ("days", "replan_days", "plan_s") if getattr(self, name) <= 0]
        wrong += [name for name in ("lead_days", "rounds") if getattr(self, name) < 0]
        if wrong:
            raise ValueError(f"planned run: {', '.join(wrong)} too small")


@dataclass(frozen=True, kw_only=True, eq=False)
class PlannedCompany:
    """A planner's company on its first day.

    Parameters
    ----------
    case
        Facts and names as the data state them; without net forecast.
    elsewhere
        Customers, substitutes and other sites.
    risk
        How uncertain supplies, hours and flow times are.
    demand
        The forecast over run and planning horizon and what the book leaves of it; None without history.
    view_weeks
        Weeks of forecast that a plan looks ahead.
    order_channel : (n_orders,)
        Channel of each order, '' where nobody knows.
    order_turn : (n_orders,)
        Turn of its order class (0 first).
    order_promised : (n_orders,)
        Day promised before [d from today], -1 = none.
    order_least, order_max_late : (n_orders,)
        Smallest part [unit], nan = the line goes in one piece; days after due on which it is still taken, -1 = any.
    order_price : (n_orders,)
        Price a unit, 0 = not known [EUR].
    firm
        Firm works orders: none of them is among the receipts of ``case``.
    """

    case: PlanCase
    elsewhere: Elsewhere
    risk: PlanRisk
    demand: NetDemand | None
    view_weeks: int
    order_channel: tuple[str, ...]
    order_turn: Ints
    order_promised: Ints
    order_least: Floats
    order_max_late: Ints
    order_price: Floats
    firm: tuple[FirmOrder, ...] = ()

    def material_value(self) -> Floats:
        """Value of a piece of each item by its bought materials at the preferred price, (n_items,) [EUR]."""
        facts = self.case.facts
        value = np.zeros(facts.n_items)
        best = np.lexsort((facts.source_price, facts.source_priority))[::-1]
        value[facts.source_item[best]] = facts.source_price[best]
        made = np.zeros(facts.n_items, dtype=bool)
        made[facts.bom_parent] = True
        for _ in range(facts.n_items):
            total = np.bincount(facts.bom_parent, weights=facts.bom_need * value[facts.bom_component], minlength=facts.n_items)
            new = np.where(made, total, value)
            if np.array_equal(new, value):
                break
            value = new
        return value


Flags = npt.NDArray[np.bool_]
