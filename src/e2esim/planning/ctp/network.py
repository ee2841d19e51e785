"""The facts laid out for the search: buffers and resources by number, the ways to get each buffer by priority."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, inf

from e2esim.planning.ctp.model import DAY, CtpModel, Operation, Resource, ResourceLoad
from e2esim.planning.ctp.working_time import WorkingTime

EPS = 1e-6


class Way:
    """One operation, laid out: flows and loads by number, its calendar with those of its resources."""

    __slots__ = ("buckets", "fact", "gives", "grid", "held", "kind", "least", "max_early", "multiple", "takes", "working")

    def __init__(self, fact: Operation, buffer_row: dict[str, int], resource_row: dict[str, int], resources: tuple[Resource, ...], grid: int) -> None:
        self.fact = fact
        self.grid = 1 if fact.by_the_hour else grid
        self.kind = fact.kind
        self.takes = [(buffer_row[f.buffer], f.quantity) for f in fact.takes]
        self.gives = [(buffer_row[f.buffer], f.quantity) for f in fact.gives]
        used = [(load, [resource_row[r] for r in load.resources]) for load in fact.loads]
        self.buckets = [(load, rows) for load, rows in used if resources[rows[0]].bucket_start]
        self.held = [(load, rows) for load, rows in used if not resources[rows[0]].bucket_start]
        self.working = _working(fact, [resources[rows[0]] for _, rows in self.held])
        limits = [early for _, rows in used for r in rows if (early := resources[r].max_early) is not None]
        self.max_early = min(limits) if limits else None
        self.multiple = fact.lot_multiple
        self.least = self.rounded(fact.lot_min) if fact.lot_min > 0 else self.multiple

    def rounded(self, units: float) -> float:
        """Units rounded up to the lot rules."""
        units = max(units, self.fact.lot_min)
        return ceil((units - EPS) / self.multiple) * self.multiple if self.multiple else units

    def cut(self, units: float) -> float:
        """Units rounded down to the lot rules, 0 when that is below the smallest lot."""
        whole = self.multiple or 1.0  # a lot of free size is split in whole units
        kept = floor((units + EPS) / whole) * whole
        return kept if kept > 0 and kept >= self.least - EPS else 0.0

    def work(self, units: float) -> int:
        """Working time of a lot [s]."""
        return self.fact.duration + ceil(self.fact.duration_per * units - EPS) if self.fact.duration_per else self.fact.duration

    def available(self, end: int) -> int:
        """When the goods of a lot are there that is done at ``end`` [s]."""
        nights = self.fact.nights
        return end + self.fact.hard_safety if not nights else -(-end // DAY) * DAY + (nights - 1) * DAY

    def end_for(self, time: int) -> int:
        """When a lot must be done at the latest so that its goods are there at ``time`` [s]."""
        nights = self.fact.nights
        return time - self.fact.hard_safety if not nights else time // DAY * DAY - (nights - 1) * DAY

    @property
    def smallest(self) -> float:
        """Units of the smallest lot; one where any size is allowed."""
        return self.least or min(1.0, self.fact.lot_max)


@dataclass(frozen=True, kw_only=True, eq=False)
class CtpNetwork:
    """A model by numbers: `ways[b]` are the operations that give buffer ``b`` in the order in which they are asked."""

    model: CtpModel
    buffer_row: dict[str, int]
    way_row: dict[str, int]
    resource_row: dict[str, int]
    all_ways: list[Way]
    ways: list[list[tuple[Way, float]]]
    to_order: list[bool]


def network_of(model: CtpModel) -> CtpNetwork:
    """Lay out a model."""
    buffer_row = {b.name: k for k, b in enumerate(model.buffers)}
    resource_row = {r.name: k for k, r in enumerate(model.resources)}
    every = [Way(o, buffer_row, resource_row, model.resources, model.grid) for o in model.operations]
    ways: list[list[tuple[Way, float]]] = [[] for _ in model.buffers]
    for way in sorted(every, key=lambda w: w.fact.priority):
        for b, per in way.gives:
            ways[b].append((way, per))
    return CtpNetwork(
        model=model,
        buffer_row=buffer_row,
        way_row={o.name: k for k, o in enumerate(model.operations)},
        resource_row=resource_row,
        all_ways=every,
        ways=ways,
        to_order=[b.make_to_order for b in model.buffers],
    )


def amount(load: ResourceLoad, units: float) -> float:
    """What a lot charges to a bucket."""
    return load.fixed + load.per_unit * units


def most_units(load: ResourceLoad, room: float) -> float:
    """Units of a lot that a bucket has room for."""
    left = room - load.fixed
    if left < -EPS:
        return 0.0
    return max(0.0, left + EPS) / load.per_unit if load.per_unit else inf


def _working(fact: Operation, resources: list[Resource]) -> WorkingTime | None:
    working = fact.working
    for resource in resources:
        if resource.working is not None:
            working = resource.working if working is None else working.both(resource.working)
    return working
