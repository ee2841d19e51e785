"""The aggregate plan as a linear programme over months: the end-to-end one, or one that a single role would like best.

For every product: stock after a month = before + made + work in process - delivered; what waits = what waited and was not
lost + demand - delivered. Hours and materials limit what is made. Waiting absorbs everything: a plan always exists, and
the prices of hours and materials say what it lacked.

    maximise  sum of (price - cost - serving) x delivered - overtime - extra shift - purchases above the cheapest source
              - holding - value of service lost by waiting and by stock below its target
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np

from e2esim.planning.kept_lp import KeptLp, Terms
from e2esim.planning.sop.problem import Floats, SopProblem

OBJECTIVES = ("value", "revenue", "utilisation", "margin", "calm")


@dataclass(frozen=True, kw_only=True, eq=False)
class SopPlan:
    """Flows of a plan and the prices of its limits.

    ``make``, ``deliver``, ``stock``, ``backlog``, ``lost``, ``shortfall`` (T, P) [pcs]; ``overtime``, ``shift`` (C, T) [h];
    ``buy`` (R, T), ``material`` (M, T) stock at the end [unit]; ``hour_price`` (C, T) [EUR/h], ``material_price`` (M, T)
    [EUR/unit], zero where nothing binds; ``sky`` (M, T) units that a lifted limit gave; ``taken`` pieces of the
    opportunity. ``status``: optimal, sequence (silos) or failed.
    """

    rule: str
    status: str
    make: Floats
    deliver: Floats
    stock: Floats
    backlog: Floats
    lost: Floats
    shortfall: Floats
    overtime: Floats
    shift: Floats
    buy: Floats
    material: Floats
    hour_price: Floats
    material_price: Floats
    objective: float
    wall_s: float
    sky: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    taken: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Extra:
    """An opportunity: up to ``quantity`` pieces of ``product`` in ``month`` at ``price_eur``; ``forced``: all of it."""

    product: int
    month: int
    quantity: float
    price_eur: float
    serve_eur: float
    forced: bool = False


@dataclass
class _Columns:
    """First column of each block."""

    make: int
    deliver: int
    cover: int
    spare: int
    backlog: int
    overtime: int
    shift: int
    buy: int
    material: int
    sky: int
    taken: int
    end: int = field(init=False)

    def __post_init__(self) -> None:
        self.end = self.taken + 1


class SopProgramme:
    """One programme of one problem: solve it, lift limits and solve again.

    Examples
    --------
    One work centre of 100 h a month; 120 pieces of an hour each are asked for in the second month: 20 are made before.

    >>> from e2esim.planning.sop.tiny import tiny_problem
    >>> plan = SopProgramme(tiny_problem()).solve()
    >>> plan.make.ravel().tolist(), float(plan.backlog.sum())
    ([80.0, 100.0], 0.0)
    """

    def __init__(self, problem: SopProblem, *, objective: str = "value", extra: Extra | None = None) -> None:
        if objective not in OBJECTIVES:
            raise ValueError(f"S&OP objective must be one of {', '.join(OBJECTIVES)}, got {objective!r}")
        self.problem, self.objective, self.extra = problem, objective, extra
        p = problem
        n, ct, rt = p.n_months * p.n_products, p.n_centres * p.n_months, p.n_sources * p.n_months
        mt = p.n_materials * p.n_months
        sizes = (n, n, n, n, n, ct, ct, rt, mt, mt)
        at = _Columns(0, *np.cumsum(sizes).tolist())
        self._at, self._n = at, n
        self._row_wait, self._row_hours = n, 2 * n
        self._row_material = 2 * n + ct
        terms = Terms()
        self._flows(terms)
        self._limits(terms)
        self._lp = KeptLp(cost=self._cost(), terms=terms, n_rows=self._row_material + mt)
        self._bounds()

    # --- formulation --------------------------------------------------------------------------------------------------
    def _flows(self, terms: Terms) -> None:
        """Stock and waiting of every product and month."""
        p, at, n = self.problem, self._at, self._n
        cell = np.arange(n)
        after, before = cell[p.n_products :], cell[: n - p.n_products]
        for column, sign in ((at.make, -1.0), (at.deliver, 1.0), (at.cover, 1.0), (at.spare, 1.0)):
            terms.add(cell, column + cell, sign)
        for column in (at.cover, at.spare):
            terms.add(after, column + before, -1.0)
        terms.add(self._row_wait + cell, at.deliver + cell, 1.0)
        terms.add(self._row_wait + cell, at.backlog + cell, 1.0)
        terms.add(self._row_wait + after, at.backlog + before, -(1.0 - p.lose_share))
        if self.extra is not None:
            terms.add(self.extra.month * p.n_products + self.extra.product, at.taken, 1.0)

    def _limits(self, terms: Terms) -> None:
        """Hours of work centres and stock of materials."""
        p, at = self.problem, self._at
        centre, product = np.nonzero(p.hours)
        month = np.arange(p.n_months)[:, None]
        terms.add(self._row_hours + month * p.n_centres + centre, at.make + month * p.n_products + product, p.hours[centre, product])
        slot = np.arange(p.n_centres * p.n_months)
        terms.add(self._row_hours + slot, at.overtime + slot, -1.0)
        terms.add(self._row_hours + slot, at.shift + slot, -1.0)
        if p.n_materials == 0:
            return
        row = self._row_material
        material, product = np.nonzero(p.use)
        terms.add(row + month * p.n_materials + material, at.make + month * p.n_products + product, p.use[material, product])
        slot = np.arange(p.n_materials * p.n_months)
        terms.add(row + slot, at.material + slot, 1.0)
        terms.add(row + slot, at.sky + slot, -1.0)
        terms.add(row + slot[p.n_materials :], at.material + slot[: -p.n_materials], -1.0)
        source = np.arange(p.n_sources)
        terms.add(row + month * p.n_materials + p.source_material[source], at.buy + month * p.n_sources + source, -p.source_good)

    def _cost(self) -> Floats:
        """Cost of a unit of each column, months outer, by the objective."""
        p, at = self.problem, self._at
        cost = np.zeros(at.end)
        gain = p.price_eur - p.cost_eur - p.serve_eur
        above = p.source_eur - p.source_good * p.cheapest_eur()[p.source_material]
        weigh = {"late": 1.0, "risk": 1.0, "extra": 1.0, "hold": 1.0}
        if self.objective == "revenue":  # sales: whatever it costs; the last three keep the answer sensible
            gain, weigh = p.price_eur, {"late": 0.0, "risk": 0.0, "extra": 1e-3, "hold": 1e-3}
        elif self.objective == "utilisation":  # operations: full machines in today's shifts
            gain, weigh = 1e-3 * gain, {"late": 0.0, "risk": 0.0, "extra": 1e3, "hold": 0.0}
            busy = p.hours / np.maximum(p.normal_h.sum(axis=1, keepdims=True), 1e-9)
            scale = 1e3 * float(np.abs(p.price_eur).sum() + 1.0)
            earlier = 1.0 - 1e-3 * np.arange(p.n_months)
            cost[at.make : at.deliver] = -(earlier[:, None] * scale * busy.sum(axis=0)).ravel()
        elif self.objective == "margin":  # finance: margin and little stock, service has no price
            weigh = {"late": 0.0, "risk": 0.0, "extra": 1.0, "hold": 3.0}
        elif self.objective == "calm":  # personnel: no overtime, no extra shift
            weigh = {"late": 1.0, "risk": 1.0, "extra": 1e3, "hold": 1.0}
        cost[at.deliver : at.cover] = np.tile(-gain, p.n_months)
        hold = np.tile(weigh["hold"] * p.holding_eur, p.n_months)
        cost[at.cover : at.spare] = hold - np.tile(weigh["risk"] * p.risk_eur, p.n_months)
        cost[at.spare : at.backlog] = hold
        cost[at.backlog : at.overtime] = np.tile(weigh["late"] * p.late_eur, p.n_months)
        cost[at.overtime : at.shift] = np.tile(weigh["extra"] * p.overtime_eur, p.n_months)
        cost[at.shift : at.buy] = np.tile(weigh["extra"] * p.shift_eur, p.n_months)
        cost[at.buy : at.material] = np.tile(above, p.n_months)
        cost[at.material : at.sky] = np.tile(weigh["hold"] * p.material_holding_eur, p.n_months)
        if self.extra is not None:
            cost[at.taken] = -(self.extra.price_eur - p.cost_eur[self.extra.product] - self.extra.serve_eur)
        return cost

    def _bounds(self) -> None:
        p, at = self.problem, self._at
        supply = p.receipts.copy()
        supply[0] += p.opening
        if self.extra is not None and self.extra.forced:
            supply[self.extra.month, self.extra.product] -= self.extra.quantity
        wanted = p.consensus.copy()
        wanted[0] += p.backlog
        self._lp.bound_columns(at.cover, p.safety.ravel())
        today = 0.0 if self.objective == "utilisation" else 1.0
        self._lp.bound_columns(at.overtime, today * p.overtime_h.T.ravel())
        self._lp.bound_columns(at.shift, today * p.shift_h.T.ravel())
        self._lp.bound_columns(at.buy, p.source_most.T.ravel())
        self._lp.bound_rows(0, supply.ravel(), supply.ravel())
        self._lp.bound_rows(self._row_wait, wanted.ravel(), wanted.ravel())
        self.set_hours(p.normal_h)
        coming = p.material_coming.copy()
        coming[:, 0] += p.material_stock
        self._lp.bound_rows(self._row_material, coming.T.ravel(), coming.T.ravel())
        self.set_sky(np.zeros(p.material_coming.shape))
        size = 0.0 if self.extra is None or self.extra.forced else self.extra.quantity
        self._lp.bound_columns(at.taken, np.array([size]))

    # --- limits that move ---------------------------------------------------------------------------------------------
    def set_hours(self, normal_h: Floats) -> None:
        """Set the normal hours, (C, T) [h]; infinite = no limit."""
        high = normal_h.T.ravel()
        self._lp.bound_rows(self._row_hours, np.full(high.size, -np.inf), high)

    def set_sky(self, most: Floats) -> None:
        """Let up to ``most`` units of materials fall from the sky at the cheapest price, (M, T) [unit]."""
        self._lp.bound_columns(self._at.sky, most.T.ravel())

    # --- solution -----------------------------------------------------------------------------------------------------
    def solve(self) -> SopPlan:
        """Solve for the limits of now."""
        started = time.perf_counter()
        p, at = self.problem, self._at
        if not self._lp.solve():
            return _failed(p, time.perf_counter() - started)
        x = np.maximum(self._lp.values(0, at.end), 0.0)
        shape = (p.n_months, p.n_products)
        make, deliver, cover, spare, backlog = (x[k * self._n : (k + 1) * self._n].reshape(shape) for k in range(5))
        overtime, shift, buy, material = (
            x[a:b].reshape(p.n_months, -1).T for a, b in ((at.overtime, at.shift), (at.shift, at.buy), (at.buy, at.material), (at.material, at.sky))
        )
        taken, forced = float(x[at.taken]), 0.0
        if self.extra is not None and self.extra.forced:
            taken = self.extra.quantity
            forced = taken * (self.extra.price_eur - p.cost_eur[self.extra.product] - self.extra.serve_eur)
        hours = -self._lp.duals(self._row_hours, p.n_centres * p.n_months)
        units = -self._lp.duals(self._row_material, p.n_materials * p.n_months)
        return SopPlan(
            rule="end_to_end",
            status="optimal",
            make=make,
            deliver=deliver,
            stock=cover + spare,
            backlog=backlog,
            lost=p.lose_share * np.vstack([np.zeros((1, p.n_products)), backlog[:-1]]),
            shortfall=np.maximum(p.safety - cover, 0.0),
            overtime=overtime,
            shift=shift,
            buy=buy,
            material=material.copy(),
            hour_price=np.maximum(hours, 0.0).reshape(p.n_months, -1).T,
            material_price=np.maximum(units, 0.0).reshape(p.n_months, p.n_materials).T,
            objective=-self._lp.objective() - float((p.safety @ p.risk_eur).sum()) + forced,
            wall_s=time.perf_counter() - started,
            sky=x[at.sky : at.taken].reshape(p.n_months, p.n_materials).T,
            taken=taken,
        )


def _failed(p: SopProblem, wall_s: float) -> SopPlan:
    pieces, hours = np.zeros((p.n_months, p.n_products)), np.zeros((p.n_centres, p.n_months))
    units = np.zeros((p.n_materials, p.n_months))
    return SopPlan(
        rule="end_to_end",
        status="failed",
        make=pieces,
        deliver=pieces,
        stock=pieces,
        backlog=pieces,
        lost=pieces,
        shortfall=pieces,
        overtime=hours,
        shift=hours,
        buy=np.zeros((p.n_sources, p.n_months)),
        material=units,
        hour_price=hours,
        material_price=units,
        objective=float("-inf"),
        wall_s=wall_s,
    )
