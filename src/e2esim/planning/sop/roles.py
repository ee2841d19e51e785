"""Who sits at the S&OP table (G2): executives, Sales, Operations, Administration & Finance, Personnel, and their targets.

Each measure stands beside its target, beside what the role alone could reach if the plan were made for it, and beside
what that plan would leave of the value of the firm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from e2esim.planning.sop.problem import Floats, SopProblem
from e2esim.planning.sop.programme import SopPlan, SopProgramme
from e2esim.planning.sop.views import Views, view


@dataclass(frozen=True, kw_only=True)
class Targets:
    """Targets that no budget states, see the settings of ``sop``."""

    service: float = 0.98
    utilisation: float = 0.85
    stability: float = 0.10
    overtime: float = 0.05
    level: float = 1.15


@dataclass(frozen=True, kw_only=True)
class RoleMeasure:
    """One measure of a role. ``alone``, ``alone_value_eur``: reached by the plan made for this role, and its value; NaN = not made."""

    role: str
    measure: str
    unit: str
    value: float
    target: float
    more_is_better: bool
    alone: float = float("nan")
    alone_value_eur: float = float("nan")

    @property
    def reached(self) -> bool:
        """True if the target is met."""
        return self.value >= self.target - 1e-9 if self.more_is_better else self.value <= self.target + 1e-9


_OWN = {"sales": "revenue", "operations": "utilisation", "finance": "margin", "personnel": "calm", "executives": "value"}


def roles(problem: SopProblem, plan: SopPlan, targets: Targets | None = None, *, alone: bool = True) -> tuple[RoleMeasure, ...]:
    """How the plan does against the target of each role.

    Examples
    --------
    >>> from e2esim.planning.sop.tiny import tiny_problem
    >>> p = tiny_problem()
    >>> [(r.role, r.measure, round(r.value, 3), r.reached) for r in roles(p, SopProgramme(p).solve())][2:4]
    [('sales', 'revenue', 18000.0, True), ('sales', 'service', 1.0, True)]
    """
    t = targets or Targets()
    free = _unlimited(problem)
    found = _measures(problem, plan, t, free)
    if not alone:
        return found
    own = {}
    for role, objective in _OWN.items():
        made = SopProgramme(problem, objective=objective).solve()
        if made.status == "optimal":
            seen = _measures(problem, made, t, free)
            own[role] = ({m.measure: m.value for m in seen if m.role == role}, float(view(problem, made).value_eur.sum()))
    return tuple(RoleMeasure(**(vars(m) | {"alone": own[m.role][0][m.measure], "alone_value_eur": own[m.role][1]})) if m.role in own else m for m in found)


def _unlimited(problem: SopProblem) -> Views:
    """Views of the plan of a plant without limits of hours."""
    programme = SopProgramme(problem)
    programme.set_hours(np.full(problem.normal_h.shape, np.inf))
    return view(problem, programme.solve())


def _measures(p: SopProblem, plan: SopPlan, t: Targets, free: Views) -> tuple[RoleMeasure, ...]:
    v = view(p, plan)
    demand, revenue = float(v.consensus.sum()), float(v.revenue_eur.sum())
    margin = float(v.margin_eur.sum()) / revenue if revenue > 0 else float("nan")
    asked = float((p.consensus @ p.price_eur).sum())
    want_revenue, want_margin = _wanted(p)
    opening = float(p.opening @ p.cost_eur) + float(p.cheapest_eur() @ (p.material_stock + p.material_reserve)) + float(v.receivable_eur[0] - v.payable_eur[0])
    days = p.days / p.days.sum()
    extra = float((v.overtime_h + v.shift_h).sum())
    work = _work_of_a_day(p, v)
    rows = (
        ("executives", "contribution", "EUR", float(v.contribution_eur.sum()), float(free.contribution_eur.sum()), True),
        ("executives", "service_lost", "EUR", float(v.service_eur.sum()), 0.01 * asked, False),
        ("sales", "revenue", "EUR", revenue, want_revenue, True),
        ("sales", "service", "share", float(v.in_month.sum()) / demand if demand > 0 else 1.0, t.service, True),
        ("operations", "utilisation", "share", float(v.load_h.sum() / max(p.normal_h.sum(), 1e-9)), t.utilisation, True),
        ("operations", "stability", "share", _mean_change(work), t.stability, False),
        ("finance", "margin_share", "share", margin, want_margin, True),
        ("finance", "working_capital", "EUR", float(v.working_capital_eur @ days), opening, False),
        ("personnel", "overtime_share", "share", extra / max(float(p.normal_h.sum()), 1e-9), t.overtime, False),
        ("personnel", "level", "1", float(work.max(initial=0.0) / max(work.mean(), 1e-12)) if work.size else 1.0, t.level, False),
    )
    return tuple(
        RoleMeasure(role=role, measure=name, unit=unit, value=value, target=target, more_is_better=more) for role, name, unit, value, target, more in rows
    )


def _wanted(p: SopProblem) -> tuple[float, float]:
    """Revenue [EUR] and share of margin to reach: the budget where there is one, else all demand delivered in its mix."""
    revenue, cost = p.by_family(p.consensus * p.price_eur), p.by_family(p.consensus * p.cost_eur)
    revenue = np.where(np.isfinite(p.budget.revenue_eur), p.budget.revenue_eur, revenue)
    margin = np.where(np.isfinite(p.budget.margin_eur), p.budget.margin_eur, revenue - cost)
    return float(revenue.sum()), float(margin.sum() / revenue.sum()) if revenue.sum() > 0 else 0.0


def _work_of_a_day(p: SopProblem, v: Views) -> Floats:
    """Hours planned over the hours of today's shifts, all work centres together, (T,): the pace of a month."""
    normal = p.normal_h.sum(axis=0)
    return np.asarray(np.divide(v.load_h.sum(axis=0), normal, out=np.zeros(p.n_months), where=normal > 1e-9))


def _mean_change(work: Floats) -> float:
    """Mean change of pace from month to month, as a share of the mean pace."""
    return float(np.abs(np.diff(work)).mean() / max(float(work.mean()), 1e-12)) if work.size > 1 else 0.0
