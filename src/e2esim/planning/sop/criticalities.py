"""Where the plan pinches: work centres and materials by month, the size of the gap and the EUR at stake, proven by solving again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from e2esim.planning.sop.problem import Floats, SopProblem
from e2esim.planning.sop.programme import SopPlan, SopProgramme

MOST_CELLS = 12  # single months that are solved again


@dataclass(frozen=True, kw_only=True)
class Criticality:
    """One limit that costs value.

    ``kind`` 'work centre' or 'material'; ``month`` -1 = all months together; ``price`` of one more unit (0 for all months)
    [EUR/unit]; ``size`` what a plan without the limit uses beyond today's hours, or of a
    material uses more or no longer buys at a dearer source; ``eur`` value that the limit costs: value of
    the plan without it less value of the plan.
    """

    kind: str
    name: str
    month: int
    unit: str
    price: float
    size: float
    eur: float


def criticalities(problem: SopProblem, *, least_eur: float = 1.0) -> tuple[Criticality, ...]:
    """Limits of the end-to-end plan, the dearest first: whole limits, and their dearest months.

    Examples
    --------
    >>> from e2esim.planning.sop.tiny import tiny_problem
    >>> for c in criticalities(tiny_problem(consensus=np.array([[90.0], [120.0]]))):
    ...     print(c.name, c.month, c.size, round(c.eur, 2))
    line -1 20.0 610.0
    line 1 20.0 610.0
    line 0 10.0 590.0
    """
    p = problem
    programme = SopProgramme(p)
    base = programme.solve()
    if base.status == "failed":
        return ()
    found: list[Criticality] = []
    hours = base.hour_price * np.maximum(p.normal_h, 1e-9)
    units = base.material_price * np.maximum(p.use @ base.make.T, 1e-9)
    for c in np.flatnonzero((base.hour_price > 1e-6).any(axis=1)):
        found.append(_hours(programme, base, int(c), -1))
    for m in np.flatnonzero((base.material_price > 1e-6).any(axis=1)):
        found.append(_material(programme, base, int(m), -1))
    cells = [(float(hours[c, t]), 0, int(c), int(t)) for c, t in zip(*np.nonzero(base.hour_price > 1e-6), strict=True)]
    cells += [(float(units[m, t]), 1, int(m), int(t)) for m, t in zip(*np.nonzero(base.material_price > 1e-6), strict=True)]
    for _, kind, k, t in sorted(cells, key=lambda cell: (-cell[0], cell[1:]))[:MOST_CELLS]:
        found.append((_hours, _material)[kind](programme, base, k, t))
    kept = [c for c in found if c.eur >= least_eur]
    return tuple(sorted(kept, key=lambda c: (-c.eur, c.month, c.name)))


def _hours(programme: SopProgramme, base: SopPlan, centre: int, month: int) -> Criticality:
    """Solve without the hours of a work centre in a month (or in all)."""
    p = programme.problem
    months = range(p.n_months) if month < 0 else (month,)
    lifted = p.normal_h.copy()
    lifted[centre, list(months)] = np.inf
    programme.set_hours(lifted)
    free = programme.solve()
    programme.set_hours(p.normal_h)
    load = p.hours[centre] @ free.make.T
    size = sum(max(0.0, float(load[t] - p.normal_h[centre, t])) for t in months)
    return Criticality(
        kind="work centre",
        name=p.centres[centre],
        month=month,
        unit="h",
        price=0.0 if month < 0 else float(base.hour_price[centre, month]),
        size=round(size, 6),
        eur=free.objective - base.objective,
    )


def _material(programme: SopProgramme, base: SopPlan, material: int, month: int) -> Criticality:
    """Solve with as much of a material as wanted in a month (or in all), at its cheapest price."""
    p = programme.problem
    months = range(p.n_months) if month < 0 else (month,)
    sky: Floats = np.zeros(p.material_coming.shape)
    sky[material, list(months)] = np.inf
    programme.set_sky(sky)
    free = programme.solve()
    programme.set_sky(np.zeros(p.material_coming.shape))
    used, before = (float((p.use[material] @ plan.make.T).sum()) for plan in (free, base))
    dear = (p.source_material == material) & (p.good_eur() > p.cheapest_eur()[material] * (1.0 + 1e-9))
    spared = float(((base.buy - free.buy)[dear] * p.source_good[dear, None]).sum())
    return Criticality(
        kind="material",
        name=p.materials[material],
        month=month,
        unit="unit",
        price=0.0 if month < 0 else float(base.material_price[material, month]),
        size=round(max(0.0, used - before) + max(0.0, spared), 6),
        eur=free.objective - base.objective,
    )
