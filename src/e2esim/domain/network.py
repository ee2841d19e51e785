"""A supply network as frozen flat columns over stock points: what the kernels of the chain read.

Rows come in any order; positions here follow the names, so that the same network gives the same results however its files are sorted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from e2esim.domain.chance import Chance
from e2esim.domain.network_rows import EVERY_DAY, CentreRow, DemandRow, NetworkRows, OpenDays, OperationRow, PointRow, ReceiptRow, RuleRow
from e2esim.domain.network_shape import MaterialCircle, bands, echelon_use, levels
from e2esim.domain.worktime import WorkTime

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Moment = Literal["receive", "demand", "order", "count"]
MOMENTS: tuple[Moment, ...] = ("receive", "demand", "order", "count")


@dataclass(frozen=True, kw_only=True)
class NetworkClock:
    """How long a network runs, and what happens first at one moment.

    ``sequence`` orders the four things of a moment; textbooks differ. ``costs_at`` "count": stock and backlog cost what is there when they are
    counted, once a period; "time": in proportion to the time they lie or wait. The report leaves ``warmup_d`` out.

    Raises
    ------
    ValueError
        If the sequence is no order of the four, or a length is not positive.
    """

    horizon_d: float = 365.0
    warmup_d: float = 0.0
    period_d: float = 1.0
    sequence: tuple[Moment, ...] = MOMENTS
    costs_at: Literal["count", "time"] = "count"

    def __post_init__(self) -> None:
        if sorted(self.sequence) != sorted(MOMENTS):
            raise ValueError(f"the sequence must order {', '.join(MOMENTS)}, got {', '.join(self.sequence)}")
        if not (self.period_d > 0.0 and 0.0 <= self.warmup_d < self.horizon_d):
            raise ValueError(f"period {self.period_d:g} d, warm-up {self.warmup_d:g} d and horizon {self.horizon_d:g} d do not fit")

    @property
    def periods(self) -> int:
        """Periods begun before the horizon."""
        return int(np.ceil(self.horizon_d / self.period_d - 1e-9))


@dataclass(frozen=True, kw_only=True, eq=False)
class SupplyNetwork:
    """Columns of a network, everything sorted by name.

    Parameters
    ----------
    points, rules, operations, demands, receipts
        The rows, sorted; row k is number k everywhere.
    point_level, point_band : (points,)
        Low-level code (0 = nobody downstream) and number of the independent part of the network.
    rule_point, operation_point, demand_point, receipt_point
        Number of the stock point of each row.
    input_start : (operations + 1,); input_point, input_quantity : (inputs,)
        Stock points an operation takes from, and units for one good unit, yield included.
    echelon_start : (points + 1,); echelon_point, echelon_quantity : (n,)
        Stock points with an echelon rule upstream of each stock point, and units of them in one unit of it.
    centres
        The work centres, in order of name.
    """

    points: tuple[PointRow, ...]
    rules: tuple[RuleRow, ...]
    operations: tuple[OperationRow, ...]
    demands: tuple[DemandRow, ...]
    receipts: tuple[ReceiptRow, ...]
    point_level: Ints
    point_band: Ints
    rule_point: Ints
    operation_point: Ints
    demand_point: Ints
    receipt_point: Ints
    input_start: Ints
    input_point: Ints
    input_quantity: Floats
    echelon_start: Ints
    echelon_point: Ints
    echelon_quantity: Floats
    centres: tuple[CentreRow, ...]
    point_of: dict[tuple[str, str], int] = field(repr=False)

    @property
    def n(self) -> int:
        """Number of stock points."""
        return len(self.points)


def build_network(rows: NetworkRows) -> SupplyNetwork:
    """Turn rows into columns.

    Raises
    ------
    ValueError
        If a row names a stock point, site or work centre that is not there, or material runs in a circle.
    """
    points = tuple(sorted(rows.points, key=lambda p: (p.site, p.item)))
    number = {(p.site, p.item): k for k, p in enumerate(points)}
    if len(number) != len(points):
        raise ValueError("a stock point is given twice")
    rules = tuple(sorted(rows.rules, key=lambda r: (number[_known(number, r)], r.from_d)))
    operations = tuple(sorted(rows.operations, key=lambda o: (number[_known(number, o)], o.priority, o.kind, o.source)))
    demands = tuple(sorted(rows.demands, key=lambda d: (number[_known(number, d)], d.customer, d.order, d.first_d, d.to_d, str(d.quantity))))
    receipts = tuple(sorted(rows.receipts, key=lambda r: (number[_known(number, r)], r.at_d, r.source, r.quantity)))
    starts, inputs, quantities = _inputs(operations, number)
    operation_point = _numbers(operations, number)
    level = _levels(len(points), operations, operation_point, starts, inputs, lambda k: f"{points[k].item} at {points[k].site}")
    used = echelon_use(level, operation_point, starts, inputs, quantities, {number[r.site, r.item] for r in rules if r.echelon})
    return SupplyNetwork(
        points=points,
        rules=rules,
        operations=operations,
        demands=demands,
        receipts=receipts,
        point_level=level,
        point_band=bands(len(points), operation_point, starts, inputs, [tuple(s.centre for s in o.choices) for o in operations]),
        rule_point=_numbers(rules, number),
        operation_point=operation_point,
        demand_point=_numbers(demands, number),
        receipt_point=_numbers(receipts, number),
        input_start=starts,
        input_point=inputs,
        input_quantity=quantities,
        echelon_start=used[0],
        echelon_point=used[1],
        echelon_quantity=used[2],
        centres=tuple({c.centre: c for c in sorted(rows.centres, key=lambda c: c.centre)}.values()),
        point_of=number,
    )


def address_of(*names: str) -> int:
    """Address of the draws of what bears these names, the same whoever else exists.

    >>> address_of("a", "b") == address_of("a", "b") != address_of("ab", "")
    True
    """
    digest = hashlib.blake2b("\x1f".join(names).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def open_days_of(network: SupplyNetwork) -> tuple[OpenDays, ...]:
    """Every pattern of days on which goods leave, once, in order of first use; that of every day is left out."""
    seen = dict.fromkeys([*(operation.leaves for operation in network.operations), *(demand.leaves for demand in network.demands)])
    return tuple(days for days in seen if days != EVERY_DAY)


def work_times_of(network: SupplyNetwork) -> tuple[WorkTime, ...]:
    """Working time of every work centre and supplier that has one, once, in order of first use."""
    named = [works for centre in network.centres for works in (centre.works, centre.overtime)]
    named += [operation.works for operation in network.operations]
    return tuple(dict.fromkeys(works for works in named if works is not None))


def laws_of(network: SupplyNetwork) -> tuple[Chance, ...]:
    """Every law the network draws from, once, in order of first use."""
    seen: dict[Chance, None] = {}
    for operation in network.operations:
        seen.setdefault(operation.lead)
        for step in operation.choices:
            seen.setdefault(step.law)
    for demand in network.demands:
        for law in (demand.gap, demand.quantity, demand.delivery):
            seen.setdefault(law)
    return tuple(seen)


def _known(number: dict[tuple[str, str], int], row: Any) -> tuple[str, str]:
    where: tuple[str, str] = (row.site, row.item)
    if where not in number:
        raise ValueError(f"{row.item} at {row.site} is no stock point")
    return where


def _numbers(rows: tuple[Any, ...], number: dict[tuple[str, str], int]) -> Ints:
    return np.asarray([number[r.site, r.item] for r in rows], dtype=np.int64)


def _levels(n: int, operations: tuple[OperationRow, ...], to: Ints, start: Ints, inputs: Ints, name: Callable[[int], str]) -> Ints:
    """Low-level codes, (n,); where stock points help each other out in a circle, moves of a later priority count for none."""
    try:
        return levels(n, to, start, inputs, name)
    except MaterialCircle:
        first: dict[int, int] = {}  # priority of what each point asks first
        for o, point in zip(operations, to.tolist(), strict=True):
            first[point] = min(o.priority, first.get(point, o.priority))
        usual = np.array([o.kind != "move" or o.share > 0.0 or o.priority == first[point] for o, point in zip(operations, to.tolist(), strict=True)])
        if usual.all():
            raise
        sizes = np.diff(start)
        kept = inputs[np.repeat(usual, sizes)]
        return levels(n, to[usual], np.concatenate([[0], np.cumsum(sizes[usual])]), kept, name)


def _inputs(operations: tuple[OperationRow, ...], number: dict[tuple[str, str], int]) -> tuple[Ints, Ints, Floats]:
    starts, points, quantities = [0], [], []
    for o in operations:
        if not 0.0 < o.good_share <= 1.0:
            raise ValueError(f"good share of {o.item} at {o.site} must lie in (0, 1], got {o.good_share:g}")
        taken = [((o.source, o.item), 1.0)] if o.kind == "move" else [((o.site, item), q) for item, q in sorted(o.inputs)]
        for where, quantity in taken:
            if where not in number:
                raise ValueError(f"{o.item} at {o.site} takes {where[1]} from {where[0]}, which is no stock point")
            points.append(number[where])
            quantities.append(quantity / o.good_share)
        starts.append(len(points))
    return np.asarray(starts, dtype=np.int64), np.asarray(points, dtype=np.int64), np.asarray(quantities, dtype=np.float64)
