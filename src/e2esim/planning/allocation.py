"""The nightly promise allocation: which class may be promised how much of what is scarce, and what to make more.

Owns the linear programme and its greedy twin. served[i, k, b] is what class k gets of item i by the end of bucket b
(cumulative), extra[i, b] what is made on top of the plan within free hours and free material (capable-to-promise):

    maximise  sum of value * served at the end + delay cost avoided - cost of extra
    served never falls, floor <= served <= cumulative demand
    sum over classes of served <= supply + extra so far              every short item and bucket
    hours @ extra <= free hours,  use @ extra so far <= free material

Only items that run short are solved; the others are left open. Where hours and material are enough for what is best for each
item alone, the items do not couple and a kernel solves them one by one, exactly; else the programme. Where very many are short at once, only those whose loss
weighs most for a scarce hour may be made on top of the plan: the programme then stays small (the full one took 20
times as long on a plant in which everything was short).
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.planning.allocation_kernels import Shared, serve_each
from e2esim.planning.fair_share import fair_share, greedy_served
from e2esim.planning.kept_lp import Floats, Ints, KeptLp, Terms

Flags = npt.NDArray[np.bool_]


def _need(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


@dataclass(frozen=True, kw_only=True, eq=False)
class AllocationSystem:
    """What stays from night to night.

    Parameters
    ----------
    value : ndarray, (n_items, n_classes)
        What a piece promised to a class is worth: margin and the future of the customer [EUR/pcs].
    delay : ndarray, (n_classes,)
        Cost of a piece waiting for a day [EUR/pcs/day].
    bucket_end : ndarray of int, (n_buckets,)
        First day after each bucket, ascending; the last one is the horizon [days].
    centre_hours : ndarray, (n_centres, n_items)
        Machine hours in one piece [h/pcs].
    material_use : ndarray, (n_materials, n_items)
        Units of each critical material in one piece [unit/pcs].
    extra_eur : ndarray, (n_items,)
        Cost of making a piece on top of the plan; positive, so that nothing is made for nobody [EUR/pcs].
    fairness
        Share of its proportional part of the supply that each class gets at least [0..1].
    max_extra_items
        Most items that may be made on top of the plan in one night.

    Raises
    ------
    ValueError
        If shapes disagree or numbers are out of range.
    """

    value: Floats
    delay: Floats
    bucket_end: Ints
    centre_hours: Floats
    material_use: Floats
    extra_eur: Floats
    fairness: float = 0.5
    max_extra_items: int = 12

    def __post_init__(self) -> None:
        items, classes = self.value.shape
        _need(self.delay.shape == (classes,), "allocation: delay needs one value for each class")
        _need(self.centre_hours.shape[1:] == (items,), "allocation: centre_hours needs a column for each item")
        _need(self.material_use.shape[1:] == (items,), "allocation: material_use needs a column for each item")
        _need(self.extra_eur.shape == (items,), "allocation: extra_eur needs one value for each item")
        _need(bool((np.diff(self.bucket_end, prepend=0) > 0).all()), "allocation: bucket_end must ascend from 1 day on")
        _need(0 <= self.fairness <= 1, f"allocation: fairness must be a share, got {self.fairness}")
        _need(
            self.max_extra_items >= 0, f"allocation: max_extra_items must not be negative, got {self.max_extra_items}"
        )
        _need(
            bool((self.value >= 0).all() and (self.delay >= 0).all()),
            "allocation: value and delay must not be negative",
        )

    @property
    def shape(self) -> tuple[int, int, int]:
        """Items, classes, buckets."""
        items, classes = self.value.shape
        return items, classes, int(self.bucket_end.size)

    @property
    def bucket_days(self) -> Floats:
        """Length of each bucket, (n_buckets,) [days]."""
        return np.diff(self.bucket_end, prepend=0).astype(np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class QuotaPlan:
    """The allocation of a night.

    ``status``: ``open`` = nothing is short; ``optimal``; ``greedy`` = the solver gave up and the greedy rule decided.
    ``short`` (n_items,) the items that are rationed; ``quota`` (n_classes, n_items, n_days) cumulative allocated ATP,
    infinite where open [pcs]; ``served`` (n_items, n_classes, n_buckets) cumulative [pcs]; ``extra`` (n_items,
    n_buckets) made in each bucket on top of the plan [pcs]; dual prices ``supply_price`` (n_items, n_buckets)
    [EUR/pcs], ``hour_price`` (n_centres, n_buckets) [EUR/h], ``material_price`` (n_materials, n_buckets) [EUR/unit].
    """

    status: str
    short: Flags
    quota: Floats
    served: Floats
    extra: Floats
    supply_price: Floats
    hour_price: Floats
    material_price: Floats
    wall_s: float


class PromiseAllocator:
    """The allocation of every night: one linear programme kept alive.

    Examples
    --------
    Five pieces now and five in the second week; the branch (class 0) is worth more, but fairness keeps a part for the
    shop.

    >>> system = AllocationSystem(value=np.array([[90.0, 40.0]]), delay=np.array([2.0, 1.0]),
    ...     bucket_end=np.array([7, 14]), centre_hours=np.array([[1.0]]), material_use=np.zeros((0, 1)),
    ...     extra_eur=np.array([1.0]), fairness=0.5)
    >>> night = PromiseAllocator(system).plan(
    ...     demand=np.array([[[8.0, 2.0], [8.0, 2.0]]]), free=np.repeat([[5.0, 10.0]], 7, axis=1),
    ...     free_hours=np.zeros((1, 2)), material=np.zeros((0, 2)))
    >>> night.status, night.served[0].tolist(), night.quota[1, 0, [0, 13]].tolist()
    ('optimal', [[3.75, 7.5], [1.25, 2.5]], [1.25, 2.5])
    """

    def __init__(self, system: AllocationSystem) -> None:
        self.system = system
        (i, k, b), c, m = system.shape, system.centre_hours.shape[0], system.material_use.shape[0]
        self._served, self._extra = i * k * b, i * b  # columns: served above its floor, extra, material stock
        self._row_supply = i * k * (b - 1)
        self._row_hours = self._row_supply + i * b
        self._row_material = self._row_hours + c * b
        gain = np.broadcast_to((system.delay[:, None] * system.bucket_days)[None], (i, k, b)).copy()
        gain[:, :, -1] += system.value
        cost = np.concatenate([-gain.ravel(), np.repeat(system.extra_eur, b), np.zeros(m * b)])
        terms = Terms()
        self._monotone_and_supply(terms)
        self._extra_limits(terms)
        self._lp = KeptLp(cost=cost, terms=terms, n_rows=self._row_material + m * b)

    def remember(self) -> None:
        """Remember what is solved from now on, so that a stopped run can be taken up."""
        self._lp.remember()

    def _monotone_and_supply(self, terms: Terms) -> None:
        """Served never falls; what all classes have got is within supply and extra so far."""
        i, k, b = self.system.shape
        served = np.arange(self._served).reshape(i, k, b)
        rows = np.arange(self._row_supply).reshape(i, k, b - 1)
        terms.add(rows, served[:, :, 1:], 1.0)
        terms.add(rows, served[:, :, :-1], -1.0)
        supply = self._row_supply + np.arange(i * b).reshape(i, 1, b)
        terms.add(supply, served, 1.0)
        extra = self._served + np.arange(self._extra).reshape(i, b)
        for first in range(b):
            terms.add(supply[:, 0, first:], extra[:, first : first + 1], -1.0)

    def _extra_limits(self, terms: Terms) -> None:
        """Extra production keeps within the free hours of its bucket and the material that has come by then."""
        b, system = self.system.bucket_end.size, self.system
        bucket = np.arange(b)
        centre, item = np.nonzero(system.centre_hours)
        terms.add(
            self._row_hours + centre[:, None] * b + bucket,
            self._served + item[:, None] * b + bucket,
            system.centre_hours[centre, item][:, None],
        )
        material, item = np.nonzero(system.material_use)
        terms.add(
            self._row_material + material[:, None] * b + bucket,
            self._served + item[:, None] * b + bucket,
            system.material_use[material, item][:, None],
        )
        slot = np.arange(system.material_use.shape[0] * b).reshape(-1, b)
        stock = self._served + self._extra + slot
        terms.add(self._row_material + slot, stock, 1.0)
        terms.add(self._row_material + slot[:, 1:], stock[:, :-1], -1.0)

    def plan(
        self, *, demand: Floats, free: Floats, free_hours: Floats, material: Floats, prices: bool = True
    ) -> QuotaPlan:
        """Allocate the free supply of tonight.

        Parameters
        ----------
        demand : ndarray, (n_items, n_classes, n_buckets)
            Expected new order pieces of each class in each bucket [pcs].
        free : ndarray, (n_items, n_days)
            Cumulative ATP with look-ahead, by :func:`e2esim.planning.atp.free_supply` [pcs].
        free_hours : ndarray, (n_centres, n_buckets)
            Machine hours the plan leaves free [h]; zero in the buckets that are too near to make anything.
        material : ndarray, (n_materials, n_buckets)
            Cumulative free material [unit], infinite where a call-off can still arrive.
        prices
            False leaves the dual prices at zero: reading them takes as long as the solution.

        Raises
        ------
        ValueError
            If a shape disagrees with the system.
        """
        started = time.perf_counter()
        s, (i, k, b) = self.system, self.system.shape
        for name, value, shape in (
            ("demand", demand, (i, k, b)),
            ("free", free, (i, int(s.bucket_end[-1]))),
            ("free_hours", free_hours, (s.centre_hours.shape[0], b)),
            ("material", material, (s.material_use.shape[0], b)),
        ):
            _need(value.shape == shape, f"allocation: {name} must have shape {shape}, got {value.shape}")
        supply = np.maximum(free[:, s.bucket_end - 1], 0.0)
        total = np.cumsum(demand, axis=2)
        short = (total.sum(axis=1) > supply + 1e-6).any(axis=1)
        if not short.any():
            return self._result(
                "open", short, supply, np.zeros((i, k, b)), np.zeros((i, k, b)), np.zeros((i, b)), started
            )
        floor = s.fairness * fair_share(demand, supply)
        may = self._may_be_made(short, total.sum(axis=1) - supply, free_hours)
        if not prices:
            alone = self._alone(total, floor, supply, short, may, free_hours, material)
            if alone is not None:
                return self._result("unpriced", short, supply, alone[0], floor, alone[1], started)
        self._bound(total, floor, supply, short, may, free_hours, material)
        if not self._lp.solve():
            served = greedy_served(demand, supply, floor, s.value + s.delay * s.bucket_days.sum())
            return self._result("greedy", short, supply, served, floor, np.zeros((i, b)), started)
        columns = np.zeros(self._served + self._extra)  # items that are not short stand at zero
        moved = np.flatnonzero(np.concatenate((np.repeat(short, k * b), np.repeat(may, b))))
        columns[moved] = np.maximum(self._lp.values_at(moved), 0.0)
        served = columns[: self._served].reshape(i, k, b) + floor
        served = np.where(short[:, None, None], np.maximum.accumulate(served, axis=2), total)
        extra = columns[self._served :].reshape(i, b)
        return self._result("optimal" if prices else "unpriced", short, supply, served, floor, extra, started)

    def _alone(
        self, total: Floats, floor: Floats, supply: Floats, short: Flags, may: Flags, free_hours: Floats, material: Floats
    ) -> tuple[Floats, Floats] | None:
        """Each short item for itself, as if hours and material were its own; none if that takes more than there is.

        Where all of it fits, nothing couples the items and what is best for each is best for all.
        """
        s, b = self.system, self.system.bucket_end.size
        cap = np.where(may[:, None], np.inf, 0.0) * np.ones(b)
        shared = Shared(s.centre_hours, np.maximum(free_hours, 0.0), s.material_use, np.maximum(material, 0.0))
        for use, there in ((shared.hours_use, shared.hours), (shared.material_use, shared.material)):
            for row, most in zip(use, there, strict=True):
                of = np.flatnonzero(row)
                cap[of] = np.minimum(cap[of], most / row[of, None])
        waiting = s.delay[:, None] * s.bucket_days
        served, extra, whole = serve_each(total, floor, np.maximum.accumulate(supply, axis=1), short, s.value, waiting, s.extra_eur, cap, shared)
        if not whole:
            return None
        fits = (s.centre_hours @ extra <= shared.hours + 1e-6).all()
        fits &= (s.material_use @ np.cumsum(extra, axis=1) <= shared.material + 1e-6).all()
        return (served, extra) if fits else None

    def _may_be_made(self, short: Flags, missing: Floats, free_hours: Floats) -> Flags:
        """Short items that may be made on top of the plan: those whose loss weighs most for a free hour."""
        s = self.system
        room = free_hours.sum(axis=1)
        uses = s.centre_hours > 0  # what needs no hours here is bought, not made
        may: Flags = short & uses.any(axis=0) & ~(uses & (room[:, None] <= 0)).any(axis=0)
        if int(may.sum()) <= s.max_extra_items:
            return may
        scarcity = np.divide(1.0, room, out=np.zeros_like(room), where=room > 0)
        weight = (
            s.value.max(axis=1) * np.maximum(missing.max(axis=1), 0.0) / np.maximum(scarcity @ s.centre_hours, 1e-12)
        )
        chosen = np.argsort(-np.where(may, weight, -1.0), kind="stable")[: s.max_extra_items]
        kept = np.zeros_like(may)
        kept[chosen] = True
        return kept

    def _bound(
        self,
        total: Floats,
        floor: Floats,
        supply: Floats,
        short: Flags,
        may: Flags,
        free_hours: Floats,
        material: Floats,
    ) -> None:
        """Move the bounds to tonight's numbers; items that are not short are fixed to nothing."""
        lp, b = self._lp, self.system.bucket_end.size
        above = np.where(short[:, None, None], np.maximum(total - floor, 0.0), 0.0)
        lp.bound_columns(0, above.ravel())
        lp.bound_columns(self._served, np.repeat(np.where(may, np.inf, 0.0), b))
        least = np.where(short[:, None, None], floor[:, :, :-1] - floor[:, :, 1:], 0.0).ravel()
        lp.bound_rows(0, least, np.full(least.size, np.inf))
        left = np.where(short[:, None], np.maximum(supply - floor.sum(axis=1), 0.0), np.inf).ravel()
        lp.bound_rows(self._row_supply, np.full(left.size, -np.inf), left)
        level = np.where(np.isinf(material), 0.0, np.maximum(material, 0.0))
        arrivals = np.where(np.isinf(material), np.inf, np.diff(level, axis=1, prepend=0.0))
        high = np.concatenate([np.maximum(free_hours, 0.0).ravel(), arrivals.ravel()])
        lp.bound_rows(self._row_hours, np.full(high.size, -np.inf), high)

    def _result(
        self, status: str, short: Flags, supply: Floats, served: Floats, floor: Floats, extra: Floats, started: float
    ) -> QuotaPlan:
        s, b = self.system, self.system.bucket_end.size
        sizes = (s.value.shape[0] * b, s.centre_hours.shape[0] * b, s.material_use.shape[0] * b)
        prices = np.zeros(sum(sizes))
        if status == "optimal":
            prices = np.maximum(-self._lp.duals(self._row_supply, sum(sizes)), 0.0)
        item, centre, material = (part.reshape(-1, b) for part in np.split(prices, np.cumsum(sizes)[:-1]))
        quota = self._quota(short, supply + np.cumsum(extra, axis=1), served, floor)
        return QuotaPlan(
            status="optimal" if status == "unpriced" else status,
            short=short,
            quota=quota,
            served=served,
            extra=extra,
            supply_price=item,
            hour_price=centre,
            material_price=material,
            wall_s=time.perf_counter() - started,
        )

    def _quota(self, short: Flags, supply: Floats, served: Floats, floor: Floats) -> Floats:
        """Daily quotas, (n_classes, n_items, n_days): own part, what is left over, and the parts of classes worth less.

        Nested: a class may eat into the part of a class worth less, down to that class's floor, so that no dear
        customer is refused while pieces lie reserved for a cheap one.
        """
        s, (items, classes, _) = self.system, self.system.shape
        spare = np.maximum(supply - served.sum(axis=1), 0.0)
        worth = s.value + s.delay * float(s.bucket_end[-1])
        less = (worth[:, :, None] > worth[:, None, :]).astype(np.float64)  # class k worth more than class j
        nested = less @ np.maximum(served - floor, 0.0)
        limit = np.maximum.accumulate(served + spare[:, None, :] + nested, axis=2)
        limit = np.where(short[:, None, None], limit, np.inf)
        days = np.repeat(np.arange(s.bucket_end.size), np.diff(s.bucket_end, prepend=0))
        quota: Floats = np.ascontiguousarray(limit.transpose(1, 0, 2)[:, :, days])
        assert quota.shape == (classes, items, int(s.bucket_end[-1]))
        return quota
