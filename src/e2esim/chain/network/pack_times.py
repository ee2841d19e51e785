"""Working time of a network as rows of days, one calendar after the other."""

from __future__ import annotations

from typing import NamedTuple

from e2esim.domain.network import SupplyNetwork, work_times_of
from e2esim.domain.network_rows import OperationRow
from e2esim.domain.worktime import WorkTime


class ShiftRows(NamedTuple):
    """``rows``: (opens, closes, worked before) of every shift [d]; ``places``: where the rows of a calendar begin and end."""

    rows: list[tuple[float, float, float]]
    places: dict[WorkTime, tuple[int, int]]

    def of(self, works: WorkTime | None) -> tuple[int, int]:
        """First row and end of a calendar; the same place twice where work goes on round the clock."""
        return (0, 0) if works is None else self.places[works]


def lay_out_times(network: SupplyNetwork) -> ShiftRows:
    """Rows of every calendar that a work centre (one with overtime as well) or a supplier has."""
    found = ShiftRows([], {})
    for works in work_times_of(network):
        begin = len(found.rows)
        found.rows.extend((a / 24.0, b / 24.0, before / 24.0) for a, b, before in zip(works.opens, works.closes, works.worked, strict=True))
        found.places[works] = (begin, len(found.rows))
    return found


def usual_lead(way: OperationRow) -> float:
    """Expected lead time of an operation in days of the calendar, its own work stretched by the days off of its source [d]."""
    lead = way.lead.expectation
    if way.works is None:
        return lead
    share = (way.works.worked[-1] + way.works.closes[-1] - way.works.opens[-1]) / way.works.closes[-1]
    on_the_way = min(lead, way.way_d)
    return on_the_way + (lead - on_the_way) / share
