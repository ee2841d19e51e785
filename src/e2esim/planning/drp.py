"""Distribution requirements planning: what every branch and centre needs when, summed up through the network to the plant.

Owns the time-phased record of each location and item, planned shipments backward from need by the transit, the sum of
them as demand of the source, what can really be shipped when the plant makes less (fair shares), and the shares of one
moment by equal cover. All items at once; periods are of any length. Sources: Martin (1983), Distribution Resource
Planning; Vollmann, Berry, Whybark, Jacobs (2005), chapter on distribution requirements planning.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.planning.fair_share import fair_share

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

HALVINGS = 60  # of the interval in which the common cover lies


@dataclass(frozen=True, kw_only=True, eq=False)
class DrpNetwork:
    """Locations, each supplied by one other, and the rules by which they are.

    Parameters
    ----------
    source : (n_locations,)
        Location that supplies each; -1 for those the plant's own plan supplies. A source stands before whom it supplies.
    transit : (n_locations,)
        Periods from the shipment at the source to stock here; for roots, from the release of the plant's plan.
    safety : (n_locations, n_items)
        Stock that is not planned with [pcs].
    minimum, multiple : (n_locations, n_items)
        Smallest receipt and step of receipts [pcs]; a fixed order quantity is both.
    """

    source: Ints
    transit: Ints
    safety: Floats
    minimum: Floats
    multiple: Floats

    def __post_init__(self) -> None:
        n, wrong = self.source.size, []
        if self.transit.shape != (n,) or (self.transit < 0).any():
            wrong.append("transit must be one number >= 0 a location")
        if (self.source >= np.arange(n)).any() or (self.source < -1).any():
            wrong.append("every location stands behind its source")
        for name, least in (("safety", 0.0), ("minimum", 0.0), ("multiple", 1e-9)):
            table = getattr(self, name)
            if table.ndim != 2 or len(table) != n or not (table >= least).all():
                wrong.append(f"{name} must be one row a location, at least {least:g}")
        if wrong:
            raise ValueError("DRP network: " + "; ".join(wrong))


@dataclass(frozen=True, kw_only=True, eq=False)
class DrpPlan:
    """The DRP record, (n_locations, n_items, n_periods) each [pcs].

    ``gross`` is own demand and what others want shipped from here; ``projected`` stock at the end of the period with
    ``receipts`` planned to arrive in it; ``shipments`` the same when they leave the source. ``overdue``
    (n_locations, n_items) should have left before the first period.
    """

    gross: Floats
    projected: Floats
    receipts: Floats
    shipments: Floats
    overdue: Floats


def drp(network: DrpNetwork, demand: Floats, on_hand: Floats, in_transit: Floats, *, feasible: bool = False) -> DrpPlan:
    """Plan what every location should get, as if its source had it.

    In each period a location falls short of its safety stock, the shortage is rounded to minimum and multiple and shall
    arrive in it; it leaves the source the transit before. What should have left already leaves in the first period as
    far as the source is asked (`overdue` says how much that is).

    Parameters
    ----------
    demand : ndarray, (n_locations, n_items, n_periods)
        Forecast and orders of the location's own customers [pcs].
    on_hand : ndarray, (n_locations, n_items)
        Stock less what is owed [pcs].
    in_transit : ndarray, (n_locations, n_items, n_periods)
        Receipts on their way, by period of arrival [pcs].
    feasible
        Plan no receipt sooner than the transit allows: what falls short before arrives then, and nothing is overdue.

    Examples
    --------
    A warehouse that gets 60 at a time, two periods after they leave (Vollmann et al., 2005):

    >>> one = np.ones((1, 1))
    >>> net = DrpNetwork(source=np.array([-1]), transit=np.array([2]), safety=20 * one, minimum=60 * one, multiple=60 * one)
    >>> plan = drp(net, np.array([[[20.0, 20, 20, 20, 30, 30, 30]]]), 45 * one, np.array([[[0.0, 60, 0, 0, 0, 0, 0]]]))
    >>> plan.projected[0, 0].tolist()
    [25.0, 65.0, 45.0, 25.0, 55.0, 25.0, 55.0]
    >>> plan.shipments[0, 0].tolist()
    [0.0, 0.0, 60.0, 0.0, 60.0, 0.0, 0.0]
    """
    _check(network, demand, on_hand, in_transit)
    gross = np.array(demand, float)
    projected, receipts, shipments = (np.zeros_like(gross) for _ in range(3))
    overdue = np.zeros(on_hand.shape)
    depth = depths(network.source)
    for level in range(int(depth.max(initial=0)), -1, -1):
        rows = np.flatnonzero(depth == level)
        projected[rows], receipts[rows] = _record(network, rows, gross[rows], on_hand[rows], in_transit[rows], feasible)
        for transit in np.unique(network.transit[rows]).tolist():
            same = rows[network.transit[rows] == transit]
            overdue[same] = receipts[same, :, :transit].sum(axis=2)
            shipments[same, :, : max(gross.shape[2] - transit, 0)] = receipts[same, :, transit:]
        fed = rows[network.source[rows] >= 0]
        np.add.at(gross, network.source[fed], shipments[fed])
        np.add.at(gross[:, :, 0], network.source[fed], overdue[fed])
    return DrpPlan(gross=gross, projected=projected, receipts=receipts, shipments=shipments, overdue=overdue)


def _record(network: DrpNetwork, rows: Ints, gross: Floats, on_hand: Floats, in_transit: Floats, feasible: bool) -> tuple[Floats, Floats]:
    """Projected stock and planned receipts of some locations, (n_rows, n_items, n_periods)."""
    safety, least, step = (table[rows] for table in (network.safety, network.minimum, network.multiple))
    stock, projected, receipts = on_hand.astype(float), np.zeros_like(gross), np.zeros_like(gross)
    first = network.transit[rows][:, None] if feasible else np.zeros((rows.size, 1))
    for t in range(gross.shape[2]):
        stock = stock + in_transit[:, :, t] - gross[:, :, t]
        receipts[:, :, t] = np.where(t >= first, in_lots(safety - stock, least, step), 0.0)
        stock = stock + receipts[:, :, t]
        projected[:, :, t] = stock
    return projected, receipts


def in_lots(short: Floats, minimum: Floats, multiple: Floats) -> Floats:
    """What to order for a shortage: nothing if there is none, else at least the minimum, in whole multiples [pcs].

    Examples
    --------
    >>> in_lots(np.array([-3.0, 0.0, 1.0, 45.0]), np.full(4, 20.0), np.full(4, 10.0)).tolist()
    [0.0, 0.0, 20.0, 50.0]
    """
    wanted = np.ceil(np.maximum(short, minimum) / multiple - 1e-9) * multiple
    return np.asarray(np.where(short > 1e-9, wanted, 0.0))


def depths(source: Ints) -> Ints:
    """Steps from each location up to the one the plant supplies, (n_locations,).

    Examples
    --------
    >>> depths(np.array([-1, 0, 0, 2])).tolist()
    [0, 1, 1, 2]
    """
    depth = np.zeros(source.size, dtype=np.int64)
    for k, above in enumerate(source.tolist()):
        depth[k] = depth[above] + 1 if above >= 0 else 0
    return depth


def deployed(network: DrpNetwork, plan: DrpPlan, on_hand: Floats, in_transit: Floats, made: Floats) -> Floats:
    """What really leaves for every location when the plant makes less than DRP asked, (n_locations, n_items, n_periods) [pcs].

    From the top down, each source shares its stock, safety stock too, among those it supplies and its own customers, in
    proportion to what waits; what is not served waits. Nothing is shipped that is not there.

    Parameters
    ----------
    made : ndarray, (n_locations, n_items, n_periods)
        What reaches the roots from the plant's plan, by period of arrival [pcs]; rows of other locations are not read.

    Examples
    --------
    Two branches that want 30 and 10 of 20:

    >>> zero, one = np.zeros((3, 1)), np.ones((3, 1))
    >>> net = DrpNetwork(source=np.array([-1, 0, 0]), transit=np.array([0, 1, 1]), safety=zero, minimum=zero, multiple=one)
    >>> demand = np.zeros((3, 1, 3))
    >>> demand[1, 0, 1], demand[2, 0, 1] = 30.0, 10.0
    >>> plan = drp(net, demand, zero, np.zeros((3, 1, 3)))
    >>> made = np.zeros((3, 1, 3))
    >>> made[0, 0] = [20.0, 20.0, 0.0]
    >>> deployed(net, plan, zero, np.zeros((3, 1, 3)), made)[1:, 0].tolist()
    [[15.0, 15.0, 0.0], [5.0, 5.0, 0.0]]
    """
    periods = plan.gross.shape[2]
    left, arriving = np.zeros_like(plan.gross), np.array(in_transit, float)
    roots = network.source < 0
    arriving[roots] += made[roots]
    left[roots] = made[roots]
    for k in range(network.source.size):
        fed = np.flatnonzero(network.source == k)
        if not fed.size:
            continue
        wants = np.concatenate([_own(network, plan, k)[None], plan.shipments[fed]])
        wants[1:, :, 0] += plan.overdue[fed]
        supply = np.maximum.accumulate(np.maximum(on_hand[k][:, None] + np.cumsum(arriving[k], axis=1), 0.0), axis=1)
        given = np.diff(fair_share(wants.transpose(1, 0, 2), supply), prepend=0.0, axis=2).transpose(1, 0, 2)
        left[fed] = given[1:]
        for child, sent in zip(fed.tolist(), given[1:], strict=True):
            transit = int(network.transit[child])
            arriving[child][:, transit:] += sent[:, : max(periods - transit, 0)]
    return left


def _own(network: DrpNetwork, plan: DrpPlan, k: int) -> Floats:
    """Demand of a location's own customers, (n_items, n_periods)."""
    fed = network.source == k
    own = plan.gross[k] - plan.shipments[fed].sum(axis=0)
    own[:, 0] -= plan.overdue[fed].sum(axis=0)
    return np.asarray(np.maximum(own, 0.0))


def equal_cover(position: Floats, rate: Floats, supply: Floats, want: Floats | None = None) -> Floats:
    """Shares of a short supply that bring all locations to the same days of cover, (n_locations, n_items) [pcs].

    Pull: nobody gets more than it wants. Push (``want`` None): all of the supply is sent. In both, who has more cover
    than the others after it gets nothing. Source: Martin (1983), fair shares.

    Parameters
    ----------
    position, rate : ndarray, (n_locations, n_items)
        Stock and what is on its way, less what is owed [pcs]; demand [pcs/day].
    supply : ndarray, (n_items,)
        What can be shipped [pcs].
    want : ndarray, (n_locations, n_items), optional
        Most that each takes [pcs].

    Examples
    --------
    >>> equal_cover(np.array([[2.0], [0.0], [30.0]]), np.array([[1.0], [2.0], [1.0]]), np.array([10.0])).round(6).tolist()
    [[2.0], [8.0], [0.0]]
    >>> equal_cover(np.array([[2.0], [0.0]]), np.array([[1.0], [2.0]]), np.array([10.0]), np.array([[9.0], [5.0]])).round(6).tolist()
    [[5.0], [5.0]]
    """
    most = np.full(position.shape, np.inf) if want is None else np.asarray(want, float)
    pace = np.maximum(rate, 1e-9)
    asked = most.sum(axis=0)
    short = asked > supply
    low = (position / pace).min(axis=0)
    high = ((position + np.minimum(most, supply)) / pace).max(axis=0)  # nobody can be given more than all of it
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        over = np.clip(middle * pace - position, 0.0, most).sum(axis=0) > supply
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    share = np.clip(low * pace - position, 0.0, most)
    return np.asarray(np.where(short, share, np.where(np.isfinite(most), most, 0.0)))


def _check(network: DrpNetwork, demand: Floats, on_hand: Floats, in_transit: Floats) -> None:
    shape = (*network.safety.shape, demand.shape[-1])
    if demand.shape != shape or in_transit.shape != shape or on_hand.shape != shape[:2]:
        raise ValueError(f"demand {demand.shape}, receipts {in_transit.shape}, stock {on_hand.shape}: want {shape} and {shape[:2]}")
    if (demand < 0).any() or (in_transit < 0).any():
        raise ValueError("demand and receipts must be >= 0")
