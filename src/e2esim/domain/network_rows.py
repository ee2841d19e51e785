"""A supply network as rows that name things: what a planner writes down, before names become positions.

A *stock point* is an item at a site. *Operations* bring goods to it: ``make`` (from components at the same site), ``buy`` (from a supplier,
who has everything) or ``move`` (from another site). A *refill rule* says when and how much it orders. Times are days since the start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from e2esim.domain.chance import NOTHING, ONE, Chance
from e2esim.domain.worktime import WorkTime

OperationName = Literal["make", "buy", "move"]
RuleName = Literal["base_stock", "s_S", "r_Q", "periodic", "drp", "plan", "none"]
ForecastName = Literal["none", "moving_average", "smoothing"]
OPERATIONS: tuple[str, ...] = get_args(OperationName)
RULES: tuple[str, ...] = get_args(RuleName)
FORECASTS: tuple[str, ...] = get_args(ForecastName)


@dataclass(frozen=True, kw_only=True)
class PointRow:
    """A stock point. Costs are EUR per unit and period; ``lost_eur`` per unit of lost demand.

    ``partial``: a line takes what there is; otherwise it waits (or is lost) whole. ``wip_limit``: works orders of this stock point that may be
    in the shop at once (CONWIP), 0 = no limit.
    """

    site: str
    item: str
    on_hand: float = 0.0
    lost: bool = False
    partial: bool = True
    holding_eur: float = 0.0
    backlog_eur: float = 0.0
    lost_eur: float = 0.0
    wip_limit: int = 0


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """A refill rule of a stock point, in force while from_d <= t < to_d.

    ``review_d`` 0 = whenever the position changes. ``below``: order only below the reorder point, otherwise at it too. ``echelon``: the position
    counts everything downstream as well. ``level`` of base stock and DRP is the constant part; ``cover_d`` adds the forecast of so many days. Of
    rule plan ``level`` is the safety stock, ``cover_d`` the days by which goods are to be there earlier than needed.
    ``sends_back``: an excess over the level goes back to the source.
    """

    site: str
    item: str
    rule: RuleName
    level: float = 0.0
    reorder: float = 0.0
    quantity: float = 0.0
    review_d: float = 0.0
    first_d: float = 0.0
    from_d: float = 0.0
    to_d: float = float("inf")
    below: bool = False
    echelon: bool = False
    forecast: ForecastName = "none"
    window: int = 0
    alpha: float = 0.0
    cover_d: float = 0.0
    sends_back: bool = False
    lot_min: float = 0.0
    lot_multiple: float = 0.0
    lot_max: float = float("inf")


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """A step of a works order: ``time_h`` = set-up hours of the lot + hours a unit, times a draw of ``law`` with mean 1.

    ``others``: the same step at other work centres, first choice first; one of them does it where a machine is free there and none is here.
    """

    centre: str
    setup_h: float = 0.0
    run_h: float = 0.0
    law: Chance = ONE
    others: tuple[StepRow, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OpenDays:
    """Days on which goods may leave: ``weekdays`` repeat from the first day of the run, days in ``closed`` (from the start) are taken out."""

    weekdays: tuple[bool, ...] = (True,) * 7
    closed: frozenset[int] = frozenset()

    def next_open(self, days: int) -> tuple[int, ...]:
        """First open day from each day on, (days,); the first one after them where none is left.

        >>> OpenDays(weekdays=(True, False, False, True, True, True, True), closed=frozenset({3, 6})).next_open(7)
        (0, 4, 4, 4, 4, 5, 7)
        """
        found, ahead = [0] * days, -1
        for day in range(days - 1, -1, -1):
            ahead = day if self.weekdays[day % 7] and day not in self.closed else ahead
            found[day] = ahead if ahead >= 0 else days
        return tuple(found)


EVERY_DAY = OpenDays()


@dataclass(frozen=True, kw_only=True)
class OperationRow:
    """A way to bring an item to a site.

    ``source``: site of a move, supplier of a purchase, empty for make. ``inputs``: components and units of them for one good unit (before yield).
    ``order_delay_d``: until the source sees the order. ``share`` of the quantity (several sources), or ``priority`` (1 first; the next one is asked
    when those before it cannot deliver at once). ``order_eur`` per order placed, ``unit_eur`` per unit received, ``shipment_eur`` per shipment,
    ``transit_eur`` per unit and period under way. Of purchases and moves: goods leave on the days of ``leaves``, no more than ``weekly_most`` in seven
    days; a unit of a purchase is rejected on receipt with probability ``reject_share``. With ``works`` the lead time counts in that working time, but for
    the last ``way_d`` days of it. ``routings``: other chains of steps from the same components, first choice first.
    """

    kind: OperationName
    site: str
    item: str
    source: str = ""
    inputs: tuple[tuple[str, float], ...] = ()
    lead: Chance = NOTHING
    order_delay_d: float = 0.0
    good_share: float = 1.0
    order_eur: float = 0.0
    unit_eur: float = 0.0
    shipment_eur: float = 0.0
    transit_eur: float = 0.0
    priority: int = 1
    share: float = 0.0
    steps: tuple[StepRow, ...] = ()
    leaves: OpenDays = EVERY_DAY
    weekly_most: float = float("inf")
    reject_share: float = 0.0
    works: WorkTime | None = None
    way_d: float = 0.0
    routings: tuple[tuple[StepRow, ...], ...] = ()

    @property
    def choices(self) -> tuple[StepRow, ...]:
        """Every step of every routing, and after them the same steps at other work centres."""
        steps = tuple(step for chain in (self.steps, *self.routings) for step in chain)
        return (*steps, *(other for step in steps for other in step.others))


@dataclass(frozen=True, kw_only=True)
class DemandRow:
    """A stream of customer lines: first at ``first_d``, then after each gap, while t < ``to_d``.

    With ``gap_first`` the first line comes a gap after ``first_d``. ``delivery``: days to the customer, ``delivery_eur`` per shipment,
    which leaves on the days of ``leaves``.
    A share of the lines comes back ``return_d`` days after delivery, as good as new, for the price. ``order``: number of a single order.
    """

    site: str
    item: str
    customer: str = ""
    gap: Chance = ONE
    gap_first: bool = False
    first_d: float = 0.0
    to_d: float = float("inf")
    quantity: Chance = ONE
    price_eur: float = 0.0
    delivery: Chance = NOTHING
    delivery_eur: float = 0.0
    return_share: float = 0.0
    return_d: float = 0.0
    priority: int = 1
    order: str = ""
    leaves: OpenDays = EVERY_DAY


@dataclass(frozen=True, kw_only=True)
class ReceiptRow:
    """Goods already under way when the run opens."""

    site: str
    item: str
    quantity: float
    at_d: float
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class CentreRow:
    """A work centre with identical machines and one first-come-first-served queue.

    ``works``: its hours; a works order that is not done at their end goes on at their next beginning. None: round the clock. In an hour of them
    ``efficiency`` standard hours are done. A machine breaks down while it works, after ``mtbf_h`` working hours on average, and is repaired in
    ``mttr_h`` working hours on average (both exponential); then the works order goes on. Infinite: it never breaks down.
    ``overtime``: its hours with overtime in them. A works order that a machine takes while another one waits is done in these; an hour beyond
    ``works`` costs ``overtime_eur_h``. None: there is no overtime.
    """

    centre: str
    machines: int = 1
    works: WorkTime | None = None
    efficiency: float = 1.0
    mtbf_h: float = float("inf")
    mttr_h: float = 8.0
    overtime: WorkTime | None = None
    overtime_eur_h: float = 0.0


@dataclass(frozen=True, kw_only=True)
class NetworkRows:
    """All rows of a network; their order means nothing."""

    points: tuple[PointRow, ...]
    rules: tuple[RuleRow, ...] = ()
    operations: tuple[OperationRow, ...] = ()
    demands: tuple[DemandRow, ...] = ()
    receipts: tuple[ReceiptRow, ...] = ()
    centres: tuple[CentreRow, ...] = ()
