"""What a request may name: items and their units, customers, and the days that can be promised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from e2esim.domain.units import is_pieces
from e2esim.planning.factory.problem import PlanProblem
from e2esim.planning.promise.elsewhere import Elsewhere

if TYPE_CHECKING:
    from collections.abc import Sequence

USUAL_PRIORITY = 2  # of a request that states none, from a customer without one


@dataclass(frozen=True, kw_only=True)
class Known:
    """Names and dates of a plan.

    Parameters
    ----------
    today, last
        First and last day that can be promised.
    items, names, units : (n_items,)
        Number, name and unit of every item.
    customers
        Everybody who may order, with the priority of what they ask for.
    """

    today: dt.date
    last: dt.date
    items: tuple[str, ...]
    names: tuple[str, ...]
    units: tuple[str, ...]
    customers: Mapping[str, int]

    def counted(self, row: int) -> bool:
        """Whether an item comes in whole pieces."""
        return is_pieces(self.units[row])


def known_of(problem: PlanProblem, names: Sequence[str], units: Sequence[str], elsewhere: Elsewhere) -> Known:
    """What a planned problem knows."""
    return Known(
        today=problem.today,
        last=problem.today + dt.timedelta(days=7 * problem.n_weeks - 1),
        items=problem.items,
        names=tuple(names),
        units=tuple(units),
        customers={name: int(p) or USUAL_PRIORITY for name, p in zip(elsewhere.customers, elsewhere.customer_priority, strict=True)},
    )
