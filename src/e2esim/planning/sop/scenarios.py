"""S&OP scenarios: what is changed in the problem, by name or by file, and how the plans stand side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from e2esim.planning.sop.problem import SopProblem
from e2esim.planning.sop.programme import SopPlan, SopProgramme
from e2esim.planning.sop.silo import silo_plan
from e2esim.planning.sop.views import Views, view

ALL = "all"


@dataclass(frozen=True, kw_only=True)
class SopScenario:
    """Changes to the base. A mapping names families, work centres, materials or suppliers; ``all`` stands for every one.

    Parameters
    ----------
    demand, price
        Factors by family [1]; where the price moves, demand follows by the elasticity of the customers.
    hours
        Factors on today's hours by work centre [1].
    shift
        Extra shift by work centre, share of the longest one that the settings allow [share].
    frame
        Frame contracts by supplier, share of the largest one that the settings allow [share].
    second_source
        New sources by material: capacity of all its present ones together, at this factor on the cheapest price [1].
    supplier
        Factors on what a supplier can deliver [1]; 0 = it fails.
    safety
        Factor on safety targets [1].
    rule
        'end_to_end', 'silo' or '' = as in the base.
    """

    demand: Mapping[str, float] = field(default_factory=dict)
    price: Mapping[str, float] = field(default_factory=dict)
    hours: Mapping[str, float] = field(default_factory=dict)
    shift: Mapping[str, float] = field(default_factory=dict)
    frame: Mapping[str, float] = field(default_factory=dict)
    second_source: Mapping[str, float] = field(default_factory=dict)
    supplier: Mapping[str, float] = field(default_factory=dict)
    safety: float = 1.0
    rule: str = ""

    def unknown(self, problem: SopProblem) -> list[tuple[str, str, tuple[str, ...]]]:
        """Names that the problem does not have: (key, name, known ones)."""
        known = {
            "demand": problem.families, "price": problem.families, "hours": problem.centres, "shift": problem.centres,
            "frame": problem.suppliers, "supplier": problem.suppliers, "second_source": problem.materials,
        }  # fmt: skip
        return [(key, name, names) for key, names in known.items() for name in getattr(self, key) if name not in (*names, ALL)]


BUILT_IN: dict[str, SopScenario] = {
    "base": SopScenario(),
    "demand_up": SopScenario(demand={ALL: 1.2}),
    "demand_down": SopScenario(demand={ALL: 0.8}),
    "extra_shift": SopScenario(shift={ALL: 1.0}),
    "frame_contracts": SopScenario(frame={ALL: 1.0}),
    "second_source": SopScenario(second_source={ALL: 1.1}),
    "price_up": SopScenario(price={ALL: 1.05}),
    "price_down": SopScenario(price={ALL: 0.95}),
    "silo": SopScenario(rule="silo"),
    "end_to_end": SopScenario(rule="end_to_end"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """What scenarios start from: the problem of today, hours of the longest extra shift (C, T) and frame contracts (R, T)
    that could be had, the price elasticity of demand, and the optimism of sales.
    """

    problem: SopProblem
    shift_h: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    frame: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    elasticity: float = 0.0
    bias: float = 0.0
    rule: str = "end_to_end"


@dataclass(frozen=True, kw_only=True, eq=False)
class Variant:
    """One scenario: its problem, plan and views."""

    name: str
    problem: SopProblem
    plan: SopPlan
    views: Views


def solve_scenario(ground: Ground, name: str, scenario: SopScenario) -> Variant:
    """Change the problem, plan it by the rule, and look at it."""
    problem = apply(ground, scenario)
    rule = scenario.rule or ground.rule
    plan = silo_plan(problem, bias=ground.bias) if rule == "silo" else SopProgramme(problem).solve()
    return Variant(name=name, problem=problem, plan=plan, views=view(problem, plan))


def apply(ground: Ground, s: SopScenario) -> SopProblem:
    """The problem with the changes of a scenario."""
    p = ground.problem
    price = _each(s.price, p.families, 1.0)[p.family]
    follow = _each(s.demand, p.families, 1.0)[p.family] * price**-ground.elasticity
    source = _each(s.supplier, p.suppliers, 1.0)[p.source_supplier][:, None]
    most = np.where(source > 0, p.source_most * np.where(source > 0, source, 1.0), 0.0)
    changed = p.changed(
        forecast=p.forecast * follow,
        consensus=np.maximum(p.forecast * follow, p.orders),
        price_eur=p.price_eur * price,
        normal_h=p.normal_h * _each(s.hours, p.centres, 1.0)[:, None],
        shift_h=p.shift_h + ground.shift_h * _each(s.shift, p.centres, 0.0)[:, None],
        source_most=most + ground.frame * (_each(s.frame, p.suppliers, 0.0)[p.source_supplier][:, None]),
        safety=p.safety * s.safety * follow,
    )
    return second_sources(changed, s.second_source) if s.second_source else changed


def second_sources(p: SopProblem, factors: Mapping[str, float]) -> SopProblem:
    """Add a source to the named materials, with the capacity of their present ones, at a factor on the cheapest price."""
    factor = _each(factors, p.materials, 0.0)
    wanted = np.flatnonzero(factor > 0)
    most = np.array([p.source_most[p.source_material == m].sum(axis=0) for m in wanted]).reshape(len(wanted), p.n_months)
    pays = float(p.payable_d.mean()) if p.n_sources else 0.0
    return p.changed(
        suppliers=(*p.suppliers, "second source"),
        source_material=np.concatenate((p.source_material, wanted)),
        source_supplier=np.concatenate((p.source_supplier, np.full(len(wanted), len(p.suppliers), dtype=np.int64))),
        source_eur=np.concatenate((p.source_eur, factor[wanted] * p.cheapest_eur()[wanted])),
        source_good=np.concatenate((p.source_good, np.ones(len(wanted)))),
        source_most=np.vstack((p.source_most, most)),
        payable_d=np.concatenate((p.payable_d, np.full(len(wanted), pays))),
    )


def _each(given: Mapping[str, float], names: tuple[str, ...], usual: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """A value a name; its own, else that of ``all``, else the usual one."""
    return np.array([float(given.get(name, given.get(ALL, usual))) for name in names], dtype=np.float64)


def figures(variant: Variant) -> dict[str, tuple[float, str]]:
    """What is compared side by side: measure -> value over all months and families, unit."""
    p, v = variant.problem, variant.views
    demand = float(v.consensus.sum())
    load = v.load_share
    days = p.days / p.days.sum()
    return {
        "demand": (demand, "pcs"),
        "delivered": (float(v.delivered.sum()), "pcs"),
        "service": (float(v.in_month.sum()) / demand if demand > 0 else float("nan"), "share"),
        "lost": (float(v.lost.sum()), "pcs"),
        "revenue": (float(v.revenue_eur.sum()), "EUR"),
        "cost_of_goods": (float(v.goods_eur.sum()), "EUR"),
        "margin": (float(v.margin_eur.sum()), "EUR"),
        "contribution": (float(v.contribution_eur.sum()), "EUR"),
        "means": (float(v.means_eur.sum()), "EUR"),
        "service_lost": (float(v.service_eur.sum()), "EUR"),
        "value": (float(v.value_eur.sum()), "EUR"),
        "working_capital": (float(v.working_capital_eur @ days), "EUR"),
        "stock": (float(v.stock.sum(axis=1) @ days), "pcs"),
        "fullest_load": (float(np.nanmax(load)) if np.isfinite(load).any() else float("nan"), "share"),
        "overtime": (float(v.overtime_h.sum()), "h"),
        "extra_shift": (float(v.shift_h.sum()), "h"),
        "purchases": (float(v.purchases_eur.sum()), "EUR"),
        "budget_gap": (float(np.nansum(v.budget_gap_eur)) if np.isfinite(v.budget_gap_eur).any() else float("nan"), "EUR"),
    }
