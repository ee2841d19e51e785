"""Load against capacity: rough-cut from the MPS (RCCP) and detailed from planned releases (CRP).

Hours by work centre and period; no sequence, no shifting: what these functions show as overload, ``lotsizing``
resolves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class RoutingStep:
    """One step: ``work_centre``, set-up of an order and run of a piece [h], start ``offset`` periods after release."""

    work_centre: str
    setup_h: float = 0.0
    run_h: float = 0.0
    offset: int = 0

    def __post_init__(self) -> None:
        if not (self.setup_h >= 0 and self.run_h >= 0 and self.offset >= 0):
            raise ValueError(f"routing step at {self.work_centre}: hours and offset must be >= 0, got {self}")


@dataclass(frozen=True, kw_only=True)
class Overload:
    """Hours beyond capacity in a period (counted from 0)."""

    work_centre: str
    period: int
    load_h: float
    capacity_h: float

    @property
    def short_h(self) -> float:
        """Hours missing [h]."""
        return self.load_h - self.capacity_h


def overall_factors(mps: Floats, hours_per_piece: Floats, shares: Floats) -> Floats:
    """Load by overall planning factors: all hours of the MPS, split by the centres' historical shares.

    Parameters
    ----------
    mps
        Pieces, (n_items, n_periods).
    hours_per_piece
        Hours of an item on all centres together, (n_items,) [h].
    shares
        Of each centre, (n_centres,), summing to 1.

    Returns
    -------
    ndarray of float, (n_centres, n_periods) [h]

    Examples
    --------
    >>> overall_factors(np.array([[10.0, 20.0]]), np.array([0.5]), np.array([0.4, 0.6]))
    array([[2., 4.],
           [3., 6.]])
    """
    return np.outer(shares, hours_per_piece @ mps)


def capacity_bills(mps: Floats, hours: Floats) -> Floats:
    """Load by bills of capacity: hours of each item on each centre, in the period of the MPS.

    Parameters
    ----------
    mps
        Pieces, (n_items, n_periods).
    hours
        Hours per piece, (n_centres, n_items) [h].

    Examples
    --------
    >>> capacity_bills(np.array([[450.0, 300.0]]), np.array([[0.2], [0.3]]))
    array([[ 90.,  60.],
           [135.,  90.]])
    """
    return hours @ mps


def resource_profiles(mps: Floats, hours: Floats) -> Floats:
    """Load by resource profiles: hours fall some periods before the MPS is due.

    Parameters
    ----------
    mps
        Pieces, (n_items, n_periods).
    hours
        Hours per piece k periods before it is due, (n_centres, n_items, n_offsets) [h]; hours before period 0 are
        counted in period 0, where they are overdue.

    Examples
    --------
    >>> resource_profiles(np.array([[0.0, 0.0, 8.0]]), np.array([[[1.0, 0.5]]]))
    array([[0., 4., 8.]])
    """
    n_periods = mps.shape[1]
    load = np.zeros((hours.shape[0], n_periods))
    for offset in range(hours.shape[2]):
        by_due = hours[:, :, offset] @ mps
        for due in range(n_periods):
            load[:, max(0, due - offset)] += by_due[:, due]
    return load


def crp_load(
    releases: Mapping[str, Floats], routings: Mapping[str, Sequence[RoutingStep]], work_centres: Sequence[str]
) -> Floats:
    """Load of planned and released orders: every order one set-up and its pieces on each step of its routing.

    Parameters
    ----------
    releases
        Item -> pieces released by period, (n_periods,); one order a period and item.
    routings
        Item -> its steps; items without routing (bought ones) put no load.
    work_centres
        The rows of the result.

    Returns
    -------
    ndarray of float, (n_centres, n_periods) [h]
        Steps that start beyond the horizon are left out.

    Raises
    ------
    ValueError
        If a routing names an unknown work centre.

    Examples
    --------
    >>> saw = RoutingStep(work_centre="saw", setup_h=1.0, run_h=0.1)
    >>> glue = RoutingStep(work_centre="glue", run_h=0.2, offset=1)
    >>> crp_load({"leg": np.array([30.0, 0.0, 10.0])}, {"leg": (saw, glue)}, ("saw", "glue"))
    array([[4., 0., 2.],
           [0., 6., 0.]])
    """
    row = {name: k for k, name in enumerate(work_centres)}
    unknown = {s.work_centre for item in releases for s in routings.get(item, ()) if s.work_centre not in row}
    if unknown:
        raise ValueError(f"crp: unknown work centres in routings: {', '.join(sorted(unknown))}")
    n_periods = max((len(r) for r in releases.values()), default=0)
    load = np.zeros((len(work_centres), n_periods))
    for item, quantity in releases.items():
        for step in routings.get(item, ()):
            hours = np.where(quantity > 0, step.setup_h + step.run_h * quantity, 0.0)
            kept = hours[: max(0, len(hours) - step.offset)]
            load[row[step.work_centre], step.offset : step.offset + len(kept)] += kept
    return load


def overloads(load: Floats, capacity: Floats, work_centres: Sequence[str]) -> tuple[Overload, ...]:
    """Where load exceeds capacity, the worst first.

    Parameters
    ----------
    load, capacity
        (n_centres, n_periods) [h].

    Examples
    --------
    >>> found = overloads(np.array([[9.0, 12.0]]), np.array([[10.0, 10.0]]), ("saw",))
    >>> [(o.work_centre, o.period, o.short_h) for o in found]
    [('saw', 1, 2.0)]
    """
    found = [
        Overload(work_centre=work_centres[c], period=int(t), load_h=float(load[c, t]), capacity_h=float(capacity[c, t]))
        for c, t in np.argwhere(load > capacity + 1e-9)
    ]
    return tuple(sorted(found, key=lambda o: (-o.short_h, o.work_centre, o.period)))
