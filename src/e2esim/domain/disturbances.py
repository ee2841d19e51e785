"""What may happen to the firm: rows of table ``events`` in numbers, and what of them happens in one replication."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

F = npt.NDArray[np.float64]
I = npt.NDArray[np.int64]  # noqa: E741


class Blow(IntEnum):
    """What an event strikes; ``SIZE`` says what its size means."""

    SUPPLIER = 0  # the work of a supplier
    MODE = 1  # a way of transport, inbound and outbound
    LANE = 2  # departures of an outbound lane; targets behind the last lane are lanes between the firm's sites
    WORK_CENTRE = 3  # its machine hours
    SITE = 4  # a plant with its work centres and warehouse, or a warehouse
    DEMAND = 5  # prospects of a channel, a market or both
    STAFF = 6  # desk or warehouse crew
    LEAD_TIME = 7  # of a supplier
    COST = 8  # price of a supplier
    FREIGHT = 9  # of a mode, outbound
    YIELD = 10  # of lots of an item, or of all that pass a work centre
    RECALL = 11  # of an item or a brand
    FLEET = 12  # trucks of the firm


SIZE: dict[Blow, str] = {
    Blow.SUPPLIER: "share of its work that stands still",
    Blow.MODE: "share of what passes that is held up",
    Blow.LANE: "share of the departures that fall out",
    Blow.WORK_CENTRE: "share of the hours lost",
    Blow.SITE: "share of the hours lost",
    Blow.DEMAND: "share of prospects more, negative: fewer",
    Blow.STAFF: "share of the people absent",
    Blow.LEAD_TIME: "days added to each call-off that falls due",
    Blow.COST: "share added to the price",
    Blow.FREIGHT: "share added to the freight",
    Blow.YIELD: "share scrapped on top",
    Blow.RECALL: "share of stock blocked, and of what was delivered lately that comes back",
    Blow.FLEET: "share of its trucks that stand still",
}
SHARES = frozenset(Blow) - {Blow.DEMAND, Blow.LEAD_TIME, Blow.COST, Blow.FREIGHT}  # those whose size is at most one


@dataclass(frozen=True, kw_only=True)
class Disturbances:
    """Rows of table ``events`` that are in force, (n,) each; ``targets`` are indexes into what the kind strikes."""

    ids: tuple[str, ...]
    code: I  # hash of the id: address of its draws
    kind: tuple[Blow, ...]
    targets: tuple[tuple[int, ...], ...]
    names: tuple[str, ...]  # of what is struck, as the table writes it
    first_h: F  # [h] earliest start; NaN = it follows its trigger
    spread_h: F  # [h] width of the window in which it starts
    length_h: F
    size: F
    chance: F
    trigger: I  # index of the event that it follows, -1 = none
    after_h: F  # [h] from the start of its trigger to its own
    known_h: F  # [h] before its start at which the firm knows of it; NaN = a surprise
    detect_h: F  # [h] from its start until the firm sees it (a surprise)
    told_share: F
    tell_h: F  # [h] from seeing it to telling customers
    rush_share: F
    rush_h: F  # [h] from seeing it until goods brought by another way arrive
    rush_premium: F  # share of the value of the goods
    cost_eur: F  # scaled
    reach_h: F  # [h] a recall reaches back

    @property
    def n(self) -> int:
        """Number of events in force."""
        return len(self.ids)


def _none() -> F:
    return np.zeros(0)


NO_EVENTS = Disturbances(
    ids=(), code=np.zeros(0, dtype=np.int64), kind=(), targets=(), names=(), first_h=_none(), spread_h=_none(), length_h=_none(), size=_none(),
    chance=_none(), trigger=np.zeros(0, dtype=np.int64), after_h=_none(), known_h=_none(), detect_h=_none(), told_share=_none(), tell_h=_none(),
    rush_share=_none(), rush_h=_none(), rush_premium=_none(), cost_eur=_none(), reach_h=_none(),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Happening:
    """An event that happens in a replication, times in hours of the run."""

    event: int  # index into `Disturbances`
    kind: Blow
    targets: tuple[int, ...]
    start: float
    end: float
    size: float
    known: float  # when the firm knows of it

    def strikes(self, kind: Blow, target: int) -> bool:
        """Whether it is of ``kind`` and strikes ``target``."""
        return self.kind == kind and target in self.targets
