"""The facts that a promise is made from: buffers, operations, resources, calendars.

Owns frozen facts checked at birth, and nothing that decides. Everything that takes time and gives goods is one
`Operation`: a routing step, a purchase, a transfer between locations, a shipment to a customer.

**Times are whole seconds from the model's origin**, quantities are in the buffer's own unit. A plan on a day grid
states `CtpModel.grid = DAY`: then everything starts at midnight. `NEVER` is later than anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

from e2esim.planning.ctp.working_time import WorkingTime

HOUR = 3_600
DAY = 86_400
WEEK = 7 * DAY
NEVER = 1 << 50


class OperationKind(StrEnum):
    """What an operation is in people's words."""

    MAKE = "make"
    BUY = "buy"
    MOVE = "move"
    SHIP = "ship"


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Goods that will arrive anyway: an open order, a released lot [s, pcs]."""

    time: int
    quantity: float
    batch: str = ""


@dataclass(frozen=True, kw_only=True)
class Buffer:
    """An item at a location.

    Parameters
    ----------
    name
        Its own name, such as ``"table @ factory"``.
    item, location
        What it holds and where, for people.
    on_hand
        Stock now [pcs].
    receipts
        Goods that will arrive anyway; a batch's stock on hand is a receipt of that batch at time 0.
    safety_stock
        Target by time, ``((from, pcs), ...)`` ascending; demands may use it, `restore_safety_stock` rebuilds it.
    make_to_order
        Goods belong to the batch (order, attribute) they were made for; nobody else may take them.
    """

    name: str
    item: str = ""
    location: str = ""
    on_hand: float = 0.0
    receipts: tuple[Receipt, ...] = ()
    safety_stock: tuple[tuple[int, float], ...] = ()
    make_to_order: bool = False


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Pieces of a buffer that one unit of an operation takes (at its start) or gives (at its end) [pcs]."""

    buffer: str
    quantity: float = 1.0


@dataclass(frozen=True, kw_only=True)
class ResourceLoad:
    """What an operation asks of a resource.

    Parameters
    ----------
    resources
        Any one of these, the first that allows the latest end wins (skills, alternative machines).
    size
        Of a resource in continuous time: units held from start to end.
    fixed, per_unit
        Of a resource in buckets: hours (or pieces) charged to the bucket of the start, per lot and per unit [h].
    setup
        Set-up the resource must have; '' leaves it as it is.
    """

    resources: tuple[str, ...]
    size: float = 1.0
    fixed: float = 0.0
    per_unit: float = 0.0
    setup: str = ""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One way to get goods.

    Parameters
    ----------
    name, kind
        Its name and what people call it.
    takes, gives
        Flows at the start and at the end; a shipment gives nothing.
    duration, duration_per
        Working time of a lot and of each of its units [s].
    lot_min, lot_multiple, lot_max
        Sizes of a lot [units]; multiple 0 is any size. A lot is split in whole units where it has to be.
    priority
        Among the operations that give a buffer, the smallest number is asked first.
    soft_safety, hard_safety
        Time kept between end and use [s]: the soft one gives way when it would make a delivery late, the hard one
        never does (post-operation time; safety lead time of a supplier).
    by_the_hour
        Starts at any second, whatever the grid of the model.
    nights
        Goods are there at midnight, so many days after the day on which the lot is done; 0: at once.
    working
        Its calendar; None works round the clock. Resources add theirs.
    loads
        What it needs of resources, all at once.
    cost_per_lot, cost_per_unit
        For ranking alternatives [EUR].
    """

    name: str
    kind: OperationKind = OperationKind.MAKE
    takes: tuple[Flow, ...] = ()
    gives: tuple[Flow, ...] = ()
    duration: int = 0
    duration_per: float = 0.0
    lot_min: float = 0.0
    lot_multiple: float = 0.0
    lot_max: float = inf
    priority: int = 1
    soft_safety: int = 0
    hard_safety: int = 0
    by_the_hour: bool = False
    nights: int = 0
    working: WorkingTime | None = None
    loads: tuple[ResourceLoad, ...] = ()
    cost_per_lot: float = 0.0
    cost_per_unit: float = 0.0


@dataclass(frozen=True, kw_only=True)
class SetupRule:
    """Change-over from one set-up to another [s]; '' matches any. The first rule that matches holds."""

    before: str = ""
    after: str = ""
    duration: int = 0


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A work centre, machine, operator, supplier's capacity or truck.

    Parameters
    ----------
    name
        Its name.
    size
        In continuous time: what may be held at once.
    working
        Its calendar; None works round the clock.
    setups, setup_now
        Change-over rules and the set-up it has now; a resource with rules does one thing at a time.
    max_early
        An operation may end at most this long before it is wanted [s]; None: no limit.
    bucket_start, bucket_size
        A resource in buckets: ascending starts, the end of the last one, and the size of each [h or pcs]. A bucket
        is charged by what starts in it.
    used
        What is in use already: in continuous time ``(from, to, amount)``, in buckets ``(bucket start, ., amount)``.
    is_supplier
        Whether people read it as a supplier.
    """

    name: str
    size: float = 1.0
    working: WorkingTime | None = None
    setups: tuple[SetupRule, ...] = ()
    setup_now: str = ""
    max_early: int | None = None
    bucket_start: tuple[int, ...] = ()
    bucket_size: tuple[float, ...] = ()
    used: tuple[tuple[int, int, float], ...] = ()
    is_supplier: bool = False


@dataclass(frozen=True, kw_only=True)
class CtpModel:
    """All facts of one network.

    Parameters
    ----------
    buffers, operations, resources
        The network.
    now
        Nothing starts, is ordered or is delivered before it [s].
    horizon
        Nothing is promised after it [s].
    grid
        Starts and deliveries fall on multiples of this [s]; 1 is continuous time, `DAY` a day grid.

    Raises
    ------
    ValueError
        Naming every broken rule at once.

    Examples
    --------
    >>> CtpModel(buffers=(Buffer(name="table"),), operations=(buy("table", lead_time=7 * DAY),), horizon=90 * DAY).now
    0
    """

    buffers: tuple[Buffer, ...]
    operations: tuple[Operation, ...] = ()
    resources: tuple[Resource, ...] = ()
    now: int = 0
    horizon: int = 10 * 365 * DAY
    grid: int = 1
    title: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        faults = [*_names(self), *_buffers(self), *_operations(self), *_resources(self)]
        if faults:
            raise ValueError("capable-to-promise model: " + "; ".join(faults))


def buy(
    buffer: str,
    *,
    lead_time: int,
    supplier: str = "supplier",
    minimum: float = 0.0,
    multiple: float = 0.0,
    priority: int = 1,
    soft_safety: int = 0,
    hard_safety: int = 0,
    loads: tuple[ResourceLoad, ...] = (),
    working: WorkingTime | None = None,
    price: float = 0.0,
) -> Operation:
    """Return the purchase of a buffer from a supplier.

    >>> buy("leg", lead_time=7 * DAY, supplier="Rossi", minimum=125, multiple=100).name
    'buy leg from Rossi'
    """
    return Operation(
        name=f"buy {buffer} from {supplier}",
        kind=OperationKind.BUY,
        gives=(Flow(buffer=buffer),),
        duration=lead_time,
        lot_min=minimum,
        lot_multiple=multiple,
        priority=priority,
        soft_safety=soft_safety,
        hard_safety=hard_safety,
        loads=loads,
        working=working,
        cost_per_unit=price,
    )


def move(origin: str, destination: str, *, transit: int, priority: int = 1, minimum: float = 0.0, multiple: float = 0.0) -> Operation:
    """Return the transfer of goods between two buffers."""
    return Operation(
        name=f"move {origin} to {destination}",
        kind=OperationKind.MOVE,
        takes=(Flow(buffer=origin),),
        gives=(Flow(buffer=destination),),
        duration=transit,
        priority=priority,
        lot_min=minimum,
        lot_multiple=multiple,
    )


def ship(buffer: str, *, transit: int, name: str = "", per_unit: float = 1.0, lot_max: float = inf) -> Operation:
    """Return the shipment to a customer of what is in a buffer; a delivery is its end."""
    return Operation(name=name or f"ship {buffer}", kind=OperationKind.SHIP, takes=(Flow(buffer=buffer, quantity=per_unit),), duration=transit, lot_max=lot_max)


def _names(model: CtpModel) -> Iterator[str]:
    groups: tuple[tuple[str, Sequence[Buffer | Operation | Resource]], ...] = (
        ("buffer", model.buffers),
        ("operation", model.operations),
        ("resource", model.resources),
    )
    for what, rows in groups:
        seen: set[str] = set()
        for row in rows:
            if row.name in seen:
                yield f"{what} {row.name} is stated twice"
            seen.add(row.name)
    if model.grid < 1 or model.horizon < model.now:
        yield f"grid {model.grid} s or horizon {model.horizon} s is too small"


def _buffers(model: CtpModel) -> Iterator[str]:
    for b in model.buffers:
        if not 0 <= b.on_hand < inf:
            yield f"buffer {b.name}: on hand {b.on_hand} is below zero or not a number"
        if any(not 0 <= r.quantity < inf for r in b.receipts):
            yield f"buffer {b.name}: a receipt is below zero or not a number"
        starts = [t for t, _ in b.safety_stock]
        if starts != sorted(starts) or any(q < 0 for _, q in b.safety_stock):
            yield f"buffer {b.name}: safety stock is not ascending in time or below zero"


def _operations(model: CtpModel) -> Iterator[str]:
    buffers, resources = {b.name for b in model.buffers}, {r.name: r for r in model.resources}
    for o in model.operations:
        for flow in (*o.takes, *o.gives):
            if flow.buffer not in buffers:
                yield f"operation {o.name}: no buffer {flow.buffer}"
            if not 0 < flow.quantity < inf:
                yield f"operation {o.name}: {flow.quantity} of {flow.buffer} is not above zero"
        if min(o.duration, o.duration_per, o.lot_min, o.lot_multiple, o.soft_safety, o.hard_safety, o.nights) < 0:
            yield f"operation {o.name}: a time or lot size is below zero"
        if o.lot_max <= 0 or o.lot_max < o.lot_min:
            yield f"operation {o.name}: largest lot {o.lot_max} is below the smallest"
        for load in o.loads:
            unknown = [r for r in load.resources if r not in resources]
            if unknown or not load.resources:
                yield f"operation {o.name}: no resource {', '.join(unknown) or 'named'}"
            elif len({bool(resources[r].bucket_start) for r in load.resources}) > 1:
                yield f"operation {o.name}: alternatives in buckets and in continuous time do not mix"


def _resources(model: CtpModel) -> Iterator[str]:
    for r in model.resources:
        if r.bucket_start and len(r.bucket_start) != len(r.bucket_size) + 1:
            yield f"resource {r.name}: {len(r.bucket_start)} bucket bounds for {len(r.bucket_size)} buckets"
        if list(r.bucket_start) != sorted(set(r.bucket_start)):
            yield f"resource {r.name}: bucket bounds are not ascending"
        if r.size < 0 or any(s < 0 for s in r.bucket_size):
            yield f"resource {r.name}: size below zero"
