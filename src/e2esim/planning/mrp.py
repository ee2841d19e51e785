"""Material requirements planning: gross to net over all levels of a bill of material, with pegging.

Periods count 1..n_periods; period 0 of an array is the past. What is on hand or scheduled for a period is there at
its start. Knows no capacity: see ``rccp`` for the load that a plan of releases puts on the work centres.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_TINY = 1e-9


@dataclass(frozen=True, kw_only=True)
class LotRule:
    """How a net requirement becomes an order.

    Parameters
    ----------
    minimum, multiple
        An order is at least ``minimum`` and a whole number of ``multiple`` [pcs]; 0 for no such rule.
    periods
        Net requirements of that many periods are ordered together (1 = lot for lot).

    Examples
    --------
    >>> LotRule(minimum=50, multiple=20).order(31)
    60.0
    """

    minimum: float = 0.0
    multiple: float = 0.0
    periods: int = 1

    def __post_init__(self) -> None:
        if self.minimum < 0 or self.multiple < 0 or self.periods < 1:
            raise ValueError(f"lot rule: minimum and multiple must be >= 0 and periods >= 1, got {self}")

    def order(self, net: float) -> float:
        """Quantity to order for a positive net requirement [pcs]."""
        quantity = max(net, self.minimum)
        if self.multiple > 0:
            quantity = float(np.ceil(quantity / self.multiple - _TINY)) * self.multiple
        return quantity


@dataclass(frozen=True, kw_only=True)
class MrpItem:
    """One item: ``lead_time`` [periods], stock, and how it is ordered.

    ``scheduled`` maps a period to pieces already ordered; ``good_share`` is the yield of an order: to receive q good
    pieces, q / good_share are started.
    """

    lead_time: int = 0
    on_hand: float = 0.0
    safety_stock: float = 0.0
    good_share: float = 1.0
    lot: LotRule = field(default_factory=LotRule)
    scheduled: Mapping[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.lead_time < 0:
            raise ValueError(f"item: lead_time must be >= 0, got {self.lead_time}")
        if not 0 < self.good_share <= 1:
            raise ValueError(f"item: good_share must lie in (0, 1], got {self.good_share}")
        if self.safety_stock < 0:
            raise ValueError(f"item: safety_stock must be >= 0, got {self.safety_stock}")


@dataclass(frozen=True, kw_only=True)
class MrpTable:
    """The textbook table of one item, every row (n_periods + 1,) [pcs], period 0 being the past.

    ``releases[0]`` holds what should have been released before period 1; its receipts are planned all the same.
    """

    gross: Floats
    scheduled: Floats
    projected: Floats
    net: Floats
    receipts: Floats
    releases: Floats


@dataclass(frozen=True, kw_only=True)
class Peg:
    """``quantity`` pieces of ``item`` from one supply to one requirement.

    ``supply`` is "on hand", "scheduled" or "planned", there in ``supply_period``; ``parent`` is the item whose
    release in ``period`` needs it, or "" for demand of customers.
    """

    item: str
    supply: str
    supply_period: int
    parent: str
    period: int
    quantity: float


@dataclass(frozen=True, kw_only=True)
class MrpPlan:
    """All tables by item, all pegs, and ``late``: (item, period of the receipt, periods too late, pieces started)."""

    tables: Mapping[str, MrpTable]
    pegs: tuple[Peg, ...]
    late: tuple[tuple[str, int, int, float], ...]

    @property
    def in_time(self) -> bool:
        """Whether no release lies in the past."""
        return not self.late


def plan_requirements(
    items: Mapping[str, MrpItem],
    bom: Mapping[str, Mapping[str, float]],
    demand: Mapping[str, Mapping[int, float]],
    n_periods: int,
) -> MrpPlan:
    """Net all items, parents before components.

    Parameters
    ----------
    items
        By name.
    bom
        Parent -> component -> pieces of the component per piece started.
    demand
        Independent demand: item -> period -> pieces.
    n_periods
        Horizon; periods are 1..n_periods.

    Raises
    ------
    ValueError
        With every fault: unknown items, periods outside the horizon, negative quantities, a cycle in the bill.

    Notes
    -----
    Net requirement of t = max(0, gross(t) + safety stock - projected(t - 1) - scheduled(t)); the order covers it by
    the lot rule, is received in t and released in t - lead time; a component's gross requirement falls in the period
    of release.

    Examples
    --------
    >>> plan = plan_requirements(
    ...     {"table": MrpItem(lead_time=1, on_hand=5), "leg": MrpItem(lead_time=2, lot=LotRule(multiple=50))},
    ...     {"table": {"leg": 4}}, {"table": {4: 20}}, 5)
    >>> plan.tables["table"].releases.tolist(), plan.tables["leg"].releases.tolist()
    ([0.0, 0.0, 0.0, 15.0, 0.0, 0.0], [0.0, 100.0, 0.0, 0.0, 0.0, 0.0])
    """
    faults = _faults(items, bom, demand, n_periods)
    if faults:
        raise ValueError("mrp: " + "; ".join(faults))
    needs: dict[str, list[tuple[int, str, float]]] = defaultdict(list)
    for name, by_period in demand.items():
        needs[name] += [(period, "", quantity) for period, quantity in by_period.items() if quantity > 0]
    tables: dict[str, MrpTable] = {}
    pegs: list[Peg] = []
    late: list[tuple[str, int, int, float]] = []
    for name in parents_first(items, bom):
        item = items[name]
        table = net_requirements(item, _gross(needs[name], n_periods))
        tables[name] = table
        pegs += _pegs(name, item, table, needs[name])
        for period in np.flatnonzero(table.receipts > 0):
            if period <= item.lead_time:
                started = float(table.receipts[period]) / item.good_share
                late.append((name, int(period), int(item.lead_time - period + 1), started))
        for component, per in bom.get(name, {}).items():
            for period in np.flatnonzero(table.releases > 0):
                needs[component].append((max(1, int(period)), name, float(table.releases[period]) * per))
    return MrpPlan(tables=tables, pegs=tuple(pegs), late=tuple(late))


def net_requirements(item: MrpItem, gross: Floats) -> MrpTable:
    """The table of one item.

    Parameters
    ----------
    gross
        Requirements by period, (n_periods + 1,) [pcs]; period 0 is ignored.

    Examples
    --------
    >>> net_requirements(MrpItem(on_hand=10, lot=LotRule(periods=2)), np.array([0.0, 6, 6, 6])).receipts.tolist()
    [0.0, 0.0, 8.0, 0.0]
    """
    n = len(gross) - 1
    scheduled = np.zeros(n + 1)
    for period, quantity in item.scheduled.items():
        scheduled[period] += quantity
    projected, net, receipts, releases = (np.zeros(n + 1) for _ in range(4))
    projected[0] = item.on_hand
    for t in range(1, n + 1):
        available = projected[t - 1] + scheduled[t]
        net[t] = max(0.0, gross[t] + item.safety_stock - available)
        if net[t] > _TINY:
            ahead = slice(t + 1, min(t + item.lot.periods, n + 1))
            more = np.cumsum(gross[ahead] - scheduled[ahead]).max(initial=0.0)
            receipts[t] = item.lot.order(float(net[t] + more))
            releases[max(0, t - item.lead_time)] += receipts[t] / item.good_share
        projected[t] = available + receipts[t] - gross[t]
    return MrpTable(
        gross=gross, scheduled=scheduled, projected=projected, net=net, receipts=receipts, releases=releases
    )


def parents_first(items: Mapping[str, object], bom: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Items in an order in which every parent comes before its components.

    Raises
    ------
    ValueError
        Naming the cycle, if the bill has one.

    Examples
    --------
    >>> parents_first({"a": 1, "b": 1, "c": 1}, {"b": {"a": 1}, "c": {"b": 2}})
    ['c', 'b', 'a']
    """
    order: list[str] = []
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise ValueError("bill of material has a cycle: " + " > ".join((*path[path.index(name) :], name)))
        if name in done:
            return
        for component in bom.get(name, {}):
            visit(component, (*path, name))
        done.add(name)
        order.append(name)

    for name in items:
        visit(name, ())
    return order[::-1]


def _gross(needs: list[tuple[int, str, float]], n_periods: int) -> Floats:
    gross = np.zeros(n_periods + 1)
    for period, _, quantity in needs:
        gross[period] += quantity
    return gross


def _pegs(name: str, item: MrpItem, table: MrpTable, needs: list[tuple[int, str, float]]) -> list[Peg]:
    """Match supplies to requirements, both in time order."""
    supplies = [("on hand", 0, item.on_hand)]
    for t in range(1, len(table.gross)):
        supplies += [("scheduled", t, float(table.scheduled[t])), ("planned", t, float(table.receipts[t]))]
    left = iter([s for s in supplies if s[2] > _TINY])
    kind, when, rest = next(left, ("", 0, 0.0))
    pegs = []
    for period, parent, wanted in sorted(needs):
        while wanted > _TINY and rest > _TINY:
            used = min(wanted, rest)
            pegs.append(
                Peg(item=name, supply=kind, supply_period=when, parent=parent, period=period, quantity=used)
            )
            wanted, rest = wanted - used, rest - used
            if rest <= _TINY:
                kind, when, rest = next(left, ("", 0, 0.0))
    return pegs


def _faults(
    items: Mapping[str, MrpItem],
    bom: Mapping[str, Mapping[str, float]],
    demand: Mapping[str, Mapping[int, float]],
    n_periods: int,
) -> list[str]:
    faults = [f"bill of {parent}: unknown item {parent}" for parent in bom if parent not in items]
    for parent, components in bom.items():
        faults += [f"bill of {parent}: unknown component {c}" for c in components if c not in items]
        faults += [f"bill of {parent}: {q} pieces of {c} must be > 0" for c, q in components.items() if not q > 0]
    rows = [("demand", name, by_period) for name, by_period in demand.items()]
    rows += [("scheduled receipt", name, item.scheduled) for name, item in items.items()]
    for kind, name, by_period in rows:
        if name not in items:
            faults.append(f"{kind}: unknown item {name}")
        for period, quantity in by_period.items():
            if not 1 <= period <= n_periods:
                faults.append(f"{kind} of {name}: period {period} must lie in 1..{n_periods}")
            if not quantity >= 0:
                faults.append(f"{kind} of {name} in period {period}: quantity {quantity} must be >= 0")
    if not faults:
        try:
            parents_first(items, bom)
        except ValueError as cycle:
            faults.append(str(cycle))
    return faults
