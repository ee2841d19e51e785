"""The master production schedule: what to finish in each week, rolling on orders and forecast, by a linear programme.

Owns the formulation. make[w, i], overtime[c, w]; the stock of item i after week w is kept in two parts, `cover` up to
the safety target and `spare` above it, so that a shortfall to the target costs without a row of its own; what cannot be
delivered is backlog. Backlog and shortfall absorb everything: a plan always exists, and the prices of capacity and
material say what it lacked. The backlog too has two parts: what is not promised yet may be put off at the cost of its item; a
promised piece that comes late is broken, which may cost more.

    cover + spare - put off - broken = the same a week before + make + receipts - demand
    put off <= demand so far that is not promised
    hours @ make - overtime <= normal hours                     each work centre and week
    hours that another work centre may do move there, at its pace and a price: never more than the pieces made have of them
    demand that another plant may serve moves from its item to the other plant's, at a price
    stock of material = stock a week before + arrivals - use @ make >= 0       where the arrivals are limited
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from e2esim.planning.kept_lp import Floats, Ints, KeptLp, Terms
from e2esim.planning.price_range import price_ranges


def _need(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


@dataclass(frozen=True, kw_only=True, eq=False)
class Calm:
    """What it costs to leave the plan of before: weeks before `frozen` hardly move, those before `slushy` at a price.

    Parameters
    ----------
    frozen, slushy
        First week after each zone [weeks]; later weeks are liquid and move for nothing.
    frozen_eur, slushy_eur : ndarray, (n_items,)
        Cost of moving a piece by a week inside each zone [EUR/pcs/week]; the frozen zone gives way only to what cannot be made.
    """

    frozen: int
    slushy: int
    frozen_eur: Floats
    slushy_eur: Floats

    def __post_init__(self) -> None:
        _need(0 <= self.frozen <= self.slushy, f"MPS: zones must follow one another, got {self.frozen} and {self.slushy} weeks")
        for name in ("frozen_eur", "slushy_eur"):
            _need(bool((getattr(self, name) >= 0).all()), f"MPS: {name} must not be negative")

    def cost(self) -> Floats:
        """Cost of a piece that has moved, by week of the zones, (slushy, n_items)."""
        return np.vstack([np.tile(self.frozen_eur, (self.frozen, 1)), np.tile(self.slushy_eur, (self.slushy - self.frozen, 1))])


@dataclass(frozen=True, kw_only=True, eq=False)
class OtherPlants:
    """Demand that may be served from another plant: (n_pairs,) item that is asked first, item that may serve instead, and its price.

    ``eur`` is what a piece costs more from there [EUR/pcs].
    """

    first: Ints
    other: Ints
    eur: Floats

    def __post_init__(self) -> None:
        _need(self.first.shape == self.other.shape == self.eur.shape, "MPS: pairs of items of two plants need one price each")
        _need(bool((self.eur >= 0).all() and np.isfinite(self.eur).all()), "MPS: what another plant costs more must be finite and not negative")
        _need(bool((self.first != self.other).all()), "MPS: an item cannot stand in for itself")


@dataclass(frozen=True, kw_only=True, eq=False)
class HoursElsewhere:
    """Hours that a second choice may do: (n_ways,) work centre that has them, work centre that may do them, and at what pace and price.

    Parameters
    ----------
    first, other : ndarray of int, (n_ways,)
        Work centres.
    pace : ndarray, (n_ways,)
        Hours that the other one takes for one of the first.
    hours : ndarray, (n_ways, n_items)
        Hours of a finished piece that may move, of those of the first work centre [h/pcs].
    eur : ndarray, (n_ways,)
        Cost of moving an hour [EUR/h].
    """

    first: Ints
    other: Ints
    pace: Floats
    hours: Floats
    eur: Floats

    def __post_init__(self) -> None:
        _need(bool((self.first != self.other).all()), "MPS: a work centre cannot stand in for itself")
        for name in ("pace", "hours", "eur"):
            value = getattr(self, name)
            _need(bool((value >= 0).all() and np.isfinite(value).all()), f"MPS: {name} of hours done elsewhere must be finite and not negative")
        _need(len(self.hours) == len(self.first) == len(self.other) == len(self.pace) == len(self.eur), "MPS: ways to do hours elsewhere need one row each")


@dataclass(frozen=True, kw_only=True, eq=False)
class MpsSystem:
    """What stays from run to run: how items load work centres and materials, and what everything costs.

    Parameters
    ----------
    weeks
        Horizon [weeks].
    centre_hours : ndarray, (n_centres, n_items)
        Machine hours of each work centre in one finished piece, all levels of the bill and usual set-ups included
        [h/pcs].
    material_use : ndarray, (n_materials, n_items)
        Units of each critical material in one finished piece [unit/pcs].
    holding_eur, backlog_eur, shortfall_eur : ndarray, (n_items,)
        Cost of a piece in stock, of one owed, and of one missing to the safety target, for a week [EUR/pcs/week].
    overtime_eur : ndarray, (n_centres,)
        Extra cost of an overtime hour [EUR/h].
    last_weeks
        Weeks that backlog and shortfall at the end of the horizon are charged for, so that the end is no free parking.
    broken_eur : ndarray, (n_items,), optional
        Cost of a promised piece owed for a week; ``backlog_eur`` without it [EUR/pcs/week].
    other_plants
        Demand that other plants may serve.
    elsewhere
        Hours that second choices of work centres may do.

    Raises
    ------
    ValueError
        If shapes disagree or a number is negative or not finite.
    """

    weeks: int
    centre_hours: Floats
    material_use: Floats
    holding_eur: Floats
    backlog_eur: Floats
    shortfall_eur: Floats
    overtime_eur: Floats
    last_weeks: float = 4.0
    calm: Calm | None = None
    broken_eur: Floats | None = None
    other_plants: OtherPlants | None = None
    elsewhere: HoursElsewhere | None = None

    def __post_init__(self) -> None:
        _need(self.weeks >= 1, f"MPS: weeks must be at least 1, got {self.weeks}")
        _need(self.last_weeks >= 1, f"MPS: last_weeks must be at least 1, got {self.last_weeks}")
        _need(self.material_use.shape[1:] == (self.n_items,), "MPS: material_use needs a column for each item")
        for name in ("holding_eur", "backlog_eur", "shortfall_eur"):
            _need(getattr(self, name).shape == (self.n_items,), f"MPS: {name} needs one value for each item")
        _need(self.overtime_eur.shape == (self.n_centres,), "MPS: overtime_eur needs one value for each work centre")
        for name in ("centre_hours", "material_use", "holding_eur", "backlog_eur", "shortfall_eur", "overtime_eur"):
            value = getattr(self, name)
            _need(bool(np.isfinite(value).all() and (value >= 0).all()), f"MPS: {name} must be finite and not negative")
        _need(self.calm is None or self.calm.slushy <= self.weeks, "MPS: the slushy zone must end inside the horizon")

    @property
    def n_items(self) -> int:
        """Items with a master schedule."""
        return int(self.centre_hours.shape[1])

    @property
    def n_centres(self) -> int:
        """Work centres."""
        return int(self.centre_hours.shape[0])

    @property
    def n_materials(self) -> int:
        """Critical materials."""
        return int(self.material_use.shape[0])


@dataclass(frozen=True, kw_only=True)
class Binding:
    """A limit that binds: work centre or material ``index`` in ``week``; a unit more would save ``price``."""

    kind: str  # "centre" or "material"
    index: int
    week: int
    price: float  # [EUR/h] or [EUR/unit]


@dataclass(frozen=True, kw_only=True)
class Priced:
    """The dearest week of a binding limit: ``price`` [EUR/h] or [EUR/unit], the same for ``less`` units less to ``more`` more.

    An infinite range has no end; 0 says that the price is one of several and holds that way for no amount.
    """

    kind: str  # "centre" or "material"
    index: int
    week: int
    price: float
    less: float
    more: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Mps:
    """A master schedule.

    ``status``: ``on_time`` = every demand met in its week; ``late`` = something stays in backlog, see ``binding``;
    ``failed`` = the solver gave up (nothing is planned).
    ``make``, ``stock``, ``backlog``, ``shortfall`` (n_weeks, n_items) [pcs]; ``overtime`` (n_centres, n_weeks) [h];
    ``load`` hours used, overtime included (n_centres, n_weeks) [h]; ``hour_price`` (n_centres, n_weeks) [EUR/h] and
    ``material_price`` (n_materials, n_weeks) [EUR/unit] are the dual prices, zero where nothing binds.
    """

    status: str
    make: Floats
    stock: Floats
    backlog: Floats
    shortfall: Floats
    overtime: Floats
    load: Floats
    hour_price: Floats
    material_price: Floats
    objective: float
    wall_s: float

    def binding(self, *, least: float = 1e-6) -> tuple[Binding, ...]:
        """Limits with a price above ``least``, dearest first."""
        found = [
            Binding(kind=kind, index=int(k), week=int(w), price=float(price[k, w]))
            for kind, price in (("centre", self.hour_price), ("material", self.material_price))
            for k, w in zip(*np.nonzero(price > least), strict=True)
        ]
        return tuple(sorted(found, key=lambda b: (-b.price, b.kind, b.index, b.week)))


class RollingMps:
    """The rolling schedule: one linear programme kept alive; each run moves only its right sides.

    Examples
    --------
    One centre of 40 h a week, one hour a piece, 60 pieces wanted in week 1: twenty are made a week ahead.

    >>> system = MpsSystem(weeks=2, centre_hours=np.array([[1.0]]), material_use=np.zeros((0, 1)),
    ...     holding_eur=np.array([0.1]), backlog_eur=np.array([5.0]), shortfall_eur=np.array([1.0]),
    ...     overtime_eur=np.array([30.0]))
    >>> plan = RollingMps(system).plan(
    ...     demand=np.array([[0.0], [60.0]]), opening=np.zeros(1), receipts=np.zeros((2, 1)), safety=np.zeros((2, 1)),
    ...     normal_h=np.full((1, 2), 40.0), overtime_h=np.zeros((1, 2)), material=np.zeros((0, 2)))
    >>> plan.status, plan.make.ravel().tolist(), round(plan.objective, 6)
    ('on_time', [20.0, 40.0], 2.0)
    >>> [(b.kind, b.week, round(b.price, 3)) for b in plan.binding()]
    [('centre', 1, 0.1)]
    """

    def __init__(self, system: MpsSystem) -> None:
        self.system = system
        w, i, c, m = system.weeks, system.n_items, system.n_centres, system.n_materials
        self._n = w * i
        # columns: make, cover, spare, put off, broken (each week-major), overtime (week-major), material stock (week-major)
        self._cover, self._spare, self._owed, self._broken, self._over = (k * self._n for k in range(1, 6))
        self._material = self._over + c * w
        self._row_centre, self._row_material = self._n, self._n + c * w
        self._more, self._row_calm = self._material + m * w, self._row_material + m * w
        self._zone = 0 if system.calm is None else system.calm.slushy * i
        self._pairs = 0 if system.other_plants is None else len(system.other_plants.eur)
        self._served = self._more + 2 * self._zone
        self._ways = 0 if system.elsewhere is None else len(system.elsewhere.eur)
        self._moved = self._served + w * self._pairs
        last = np.ones((w, 1))
        last[-1] = system.last_weeks
        self._missing_eur = (last * system.shortfall_eur).ravel()
        holding = np.tile(system.holding_eur, w)
        cost = np.concatenate(
            [
                np.zeros(self._n),
                holding - self._missing_eur,
                holding,
                (last * system.backlog_eur).ravel(),
                (last * (system.backlog_eur if system.broken_eur is None else system.broken_eur)).ravel(),
                np.tile(system.overtime_eur, w),
                np.zeros(m * w),
                *([] if system.calm is None else [system.calm.cost().ravel()] * 2),
                *([] if system.other_plants is None else [np.tile(system.other_plants.eur, w)]),
                *([] if system.elsewhere is None else [np.tile(system.elsewhere.eur, w)]),
            ]
        )
        terms = Terms()
        self._balance(terms)
        self._capacity(terms)
        self._materials(terms)
        self._changes(terms)
        self._other_plants(terms)
        self._row_moved = self._row_calm + self._zone
        places = self._hours_elsewhere(terms)
        self._lp = KeptLp(cost=cost, terms=terms, n_rows=self._row_moved + w * (self._ways + places))
        limits = w * (self._ways + places)
        self._lp.bound_rows(self._row_moved, np.full(limits, -np.inf), np.zeros(limits))

    def remember(self) -> None:
        """Remember what is solved from now on, so that a stopped run can be taken up."""
        self._lp.remember()

    def _balance(self, terms: Terms) -> None:
        """Stock less backlog = the same a week before + make + receipts - demand, every item and week."""
        cell = np.arange(self._n)
        after = cell[self.system.n_items :]
        before = after - self.system.n_items
        terms.add(cell, cell, -1.0)
        for column, sign in ((self._cover, 1.0), (self._spare, 1.0), (self._owed, -1.0), (self._broken, -1.0)):
            terms.add(cell, column + cell, sign)
            terms.add(after, column + before, -sign)

    def _capacity(self, terms: Terms) -> None:
        """Hours of the pieces made less overtime stay within the normal hours, every work centre and week."""
        centre, item = np.nonzero(self.system.centre_hours)
        week = np.arange(self.system.weeks)[:, None]
        terms.add(
            self._row_centre + week * self.system.n_centres + centre,
            week * self.system.n_items + item,
            self.system.centre_hours[centre, item],
        )
        slot = np.arange(self.system.n_centres * self.system.weeks)
        terms.add(self._row_centre + slot, self._over + slot, -1.0)

    def _materials(self, terms: Terms) -> None:
        """Stock of a critical material after a week = stock before + arrivals - use, never negative."""
        count = self.system.n_materials
        material, item = np.nonzero(self.system.material_use)
        week = np.arange(self.system.weeks)[:, None]
        terms.add(
            self._row_material + week * count + material,
            week * self.system.n_items + item,
            self.system.material_use[material, item],
        )
        slot = np.arange(count * self.system.weeks)
        terms.add(self._row_material + slot, self._material + slot, 1.0)
        terms.add(self._row_material + slot[count:], self._material + slot[: slot.size - count], -1.0)

    def _changes(self, terms: Terms) -> None:
        """Pieces ahead of the plan of before less pieces behind it grow by what is made more than then, every week of the zones."""
        cell = np.arange(self._zone)
        after = cell[self.system.n_items :]
        before = after - self.system.n_items
        terms.add(self._row_calm + cell, cell, 1.0)
        for column, sign in ((self._more, -1.0), (self._more + self._zone, 1.0)):
            terms.add(self._row_calm + cell, column + cell, sign)
            terms.add(self._row_calm + after, column + before, -sign)

    def _other_plants(self, terms: Terms) -> None:
        """A piece served from another plant is none of the first one's demand and one of the other's, every pair and week."""
        if self.system.other_plants is None:
            return
        pair, week = np.arange(self._pairs), np.arange(self.system.weeks)[:, None]
        column = self._served + week * self._pairs + pair
        terms.add(week * self.system.n_items + self.system.other_plants.first, column, -1.0)
        terms.add(week * self.system.n_items + self.system.other_plants.other, column, 1.0)

    def _hours_elsewhere(self, terms: Terms) -> int:
        """Hours moved leave their work centre and load another one, every way and week; return how many work centres can give hours away.

        Of a way no more than the pieces made have of it, of a work centre no more than they have there.
        """
        s, away = self.system, self.system.elsewhere
        if away is None:
            return 0
        way, week = np.arange(self._ways), np.arange(s.weeks)[:, None]
        column = self._moved + week * self._ways + way
        terms.add(self._row_centre + week * s.n_centres + away.first, column, -1.0)
        terms.add(self._row_centre + week * s.n_centres + away.other, column, away.pace)
        own, item = np.nonzero(away.hours)
        terms.add(self._row_moved + week * self._ways + way, column, 1.0)
        terms.add(self._row_moved + week * self._ways + own, week * s.n_items + item, -away.hours[own, item])
        places = np.unique(away.first)
        last = self._row_moved + s.weeks * self._ways
        terms.add(last + week * len(places) + np.searchsorted(places, away.first), column, 1.0)
        place, item = np.nonzero(s.centre_hours[places])
        terms.add(last + week * len(places) + place, week * s.n_items + item, -s.centre_hours[places[place], item])
        return len(places)

    def _load(self, make: Floats) -> Floats:
        """Hours of each work centre and week, those done elsewhere where they are done, (centres, weeks)."""
        s, away = self.system, self.system.elsewhere
        load = s.centre_hours @ make.T
        if away is not None:
            moved = np.maximum(self._lp.values(self._moved, s.weeks * self._ways), 0.0).reshape(s.weeks, self._ways).T
            np.subtract.at(load, away.first, moved)
            np.add.at(load, away.other, away.pace[:, None] * moved)
        return np.asarray(load)

    def plan(
        self,
        *,
        demand: Floats,
        opening: Floats,
        receipts: Floats,
        safety: Floats,
        normal_h: Floats,
        overtime_h: Floats,
        material: Floats,
        before: Floats | None = None,
        promised: Floats | None = None,
        movable: Floats | None = None,
    ) -> Mps:
        """Solve the schedule for today's position.

        Parameters
        ----------
        demand : ndarray, (n_weeks, n_items)
            Orders due and forecast not yet consumed by orders [pcs].
        opening : ndarray, (n_items,)
            On hand less backlog [pcs]; may be negative.
        receipts : ndarray, (n_weeks, n_items)
            Work in process and released lots by the week in which they finish [pcs]; their hours are no longer in
            ``normal_h``.
        safety : ndarray, (n_weeks, n_items)
            Safety target after each week [pcs].
        normal_h, overtime_h : ndarray, (n_centres, n_weeks)
            Free normal hours and allowed overtime [h].
        material : ndarray, (n_materials, n_weeks)
            Cumulative availability of each critical material: what can be used by the end of each week [unit];
            ``inf`` from the week on in which a new call-off can arrive.
        before : ndarray, (n_weeks, n_items), optional
            What the plan of before makes in the same weeks [pcs]; leaving it costs what `MpsSystem.calm` says.
        promised : ndarray, (n_weeks, n_items), optional
            Of ``demand``, what is promised [pcs]; it counts with ``broken_eur`` where it comes late. Pieces owed at the
            opening are promised. Without it all backlog costs ``backlog_eur``.
        movable : ndarray, (n_weeks, n_pairs), optional
            Of ``demand``, what the other plant of each pair may serve [pcs]; nothing without it.

        Raises
        ------
        ValueError
            If a shape disagrees with the system.
        """
        started = time.perf_counter()
        s = self.system
        for name, value, shape in (
            ("demand", demand, (s.weeks, s.n_items)),
            ("opening", opening, (s.n_items,)),
            ("receipts", receipts, (s.weeks, s.n_items)),
            ("safety", safety, (s.weeks, s.n_items)),
            ("normal_h", normal_h, (s.n_centres, s.weeks)),
            ("overtime_h", overtime_h, (s.n_centres, s.weeks)),
            ("material", material, (s.n_materials, s.weeks)),
            *(() if before is None else (("before", before, (s.weeks, s.n_items)),)),
            *(() if movable is None else (("movable", movable, (s.weeks, self._pairs)),)),
        ):
            _need(value.shape == shape, f"MPS: {name} must have shape {shape}, got {value.shape}")
        supply = receipts - demand
        supply[0] += opening
        target = np.maximum(safety, 0.0)
        self._lp.bound_columns(self._cover, target.ravel())
        open_yet = np.full(demand.shape, np.inf) if promised is None else np.cumsum(np.maximum(demand - promised, 0.0), axis=0)
        self._lp.bound_columns(self._owed, open_yet.ravel())
        self._lp.bound_columns(self._broken, np.full(open_yet.size, 0.0 if promised is None else np.inf))
        self._lp.bound_columns(self._over, np.maximum(overtime_h, 0.0).T.ravel())
        self._lp.bound_rows(0, supply.ravel(), supply.ravel())
        normal = np.maximum(normal_h, 0.0).T.ravel()
        self._lp.bound_rows(self._row_centre, np.full(normal.size, -np.inf), normal)
        arrivals = _arrivals(material).T.ravel()
        self._lp.bound_rows(self._row_material, np.full(arrivals.size, -np.inf), arrivals)
        if self._pairs:
            self._lp.bound_columns(self._served, np.zeros(s.weeks * self._pairs) if movable is None else np.maximum(movable, 0.0).ravel())
        old = np.zeros(0) if before is None else before.ravel()[: self._zone]
        free = np.full(self._zone, np.inf)
        self._lp.bound_rows(self._row_calm, *((-free, free) if before is None else (old, old)))
        if not self._lp.solve():
            return self._failed(time.perf_counter() - started)
        return self._read(target, started)

    def priced(self, plan: Mps, *, least: float = 1e-6) -> tuple[Priced, ...]:
        """The dearest week of every binding work centre and material of the last plan, with the range of its price.

        Reads the last basis and solves nothing: later plans are what they would have been.
        """
        found = []
        rows = []
        for kind, price, first in (("centre", plan.hour_price, self._row_centre), ("material", plan.material_price, self._row_material)):
            for k in np.flatnonzero(price.max(axis=1, initial=0.0) > least).tolist():
                week = int(price[k].argmax())
                found.append((kind, k, week, float(price[k, week])))
                rows.append(first + week * price.shape[0] + k)
        ranges = price_ranges(self._lp, np.array(rows, dtype=np.int64)) if rows else np.zeros((0, 2))
        return tuple(
            Priced(kind=kind, index=k, week=week, price=price, less=float(less), more=float(more))
            for (kind, k, week, price), (less, more) in zip(found, ranges, strict=True)
        )

    def _read(self, target: Floats, started: float) -> Mps:
        s, shape = self.system, (self.system.weeks, self.system.n_items)
        columns = np.maximum(self._lp.values(0, self._material), 0.0)
        make, cover, spare, put_off, broken = (columns[k * self._n : (k + 1) * self._n].reshape(shape) for k in range(5))
        backlog = put_off + broken
        prices = np.maximum(-self._lp.duals(self._row_centre, (s.n_centres + s.n_materials) * s.weeks), 0.0)
        split = s.n_centres * s.weeks
        return Mps(
            status="late" if backlog.max(initial=0.0) > 1e-6 else "on_time",
            make=make,
            stock=cover + spare,
            backlog=backlog,
            shortfall=np.maximum(target - cover, 0.0),
            overtime=columns[self._over :].reshape(s.weeks, s.n_centres).T,
            load=self._load(make),
            hour_price=prices[:split].reshape(s.weeks, s.n_centres).T,
            material_price=prices[split:].reshape(s.weeks, s.n_materials).T,
            objective=self._lp.objective() + float(self._missing_eur @ target.ravel()),
            wall_s=time.perf_counter() - started,
        )

    def _failed(self, wall_s: float) -> Mps:
        s = self.system
        pieces, hours = np.zeros((s.weeks, s.n_items)), np.zeros((s.n_centres, s.weeks))
        return Mps(
            status="failed",
            make=pieces,
            stock=pieces,
            backlog=pieces,
            shortfall=pieces,
            overtime=hours,
            load=hours,
            hour_price=hours,
            material_price=np.zeros((s.n_materials, s.weeks)),
            objective=float("inf"),
            wall_s=wall_s,
        )


def _arrivals(material: Floats) -> Floats:
    """What arrives in each week, from cumulative availability; infinite where it has no limit."""
    free = np.isinf(material)
    level = np.where(free, 0.0, np.maximum(material, 0.0))
    return np.where(free, np.inf, np.diff(level, axis=1, prepend=0.0))
