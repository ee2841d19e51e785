"""One S&OP cycle from end to end: plan, views, roles, criticalities, scenarios, and what closes the gap to the budget."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from e2esim.domain.world import World
from e2esim.planning.sop.criticalities import Criticality, criticalities
from e2esim.planning.sop.from_world import SopOffer, opening_position, price_elasticity, sop_months, sop_problem
from e2esim.planning.sop.months import Months
from e2esim.planning.sop.problem import Budget
from e2esim.planning.sop.roles import RoleMeasure, Targets, roles
from e2esim.planning.sop.scenarios import ALL, BUILT_IN, Ground, SopScenario, Variant, solve_scenario
from e2esim.planning.sop.views import Views


@dataclass(frozen=True, kw_only=True)
class Closer:
    """A lever on the gap to the budgeted margin: what it adds [EUR], and the share of the gap that it closes."""

    lever: str
    margin_eur: float
    closes: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Cycle:
    """Everything that an S&OP meeting looks at; ``variants`` begin with the base."""

    months: Months
    ground: Ground
    variants: tuple[Variant, ...]
    roles: tuple[RoleMeasure, ...]
    criticalities: tuple[Criticality, ...]
    closers: tuple[Closer, ...]

    @property
    def base(self) -> Variant:
        """The plan of the base."""
        return self.variants[0]

    def weeks(self, month: int) -> str:
        """Calendar weeks of a month (of all months if -1), as people write them."""
        first, last = (0, len(self.months.names) - 1) if month < 0 else (month, month)
        begin, end = self.months.date(first), self.months.date(last + 1) - dt.timedelta(days=1)
        return f"W{begin.isocalendar().week:02d}-W{end.isocalendar().week:02d}"


def ground_of(world: World, months: Months, budget: Budget | None = None) -> Ground:
    """What the cycle at the start of a scenario stands on: its opening position and today's limits."""
    s = world.settings
    now = opening_position(world, months.horizon + 1)
    full = sop_problem(world, months, now, offer=SopOffer.of(s.sop), budget=budget)
    today = sop_problem(world, months, now, budget=budget)
    frame = np.zeros(full.source_most.shape)
    frame[today.n_sources :] = full.source_most[today.n_sources :]
    return Ground(
        problem=full.changed(shift_h=np.zeros_like(full.shift_h), source_most=full.source_most - np.where(frame > 0, frame, 0.0)),
        shift_h=full.shift_h,
        frame=frame,
        elasticity=price_elasticity(world),
        bias=s.planning.forecast_bias,
        rule=s.planning.rule,
    )


def run_cycle(world: World, *, count: int, scenarios: Mapping[str, SopScenario], budget: Budget | None = None) -> Cycle:
    """Run the S&OP cycle of a scenario at its start for ``count`` months, with ``scenarios`` beside the base."""
    s = world.settings.sop
    months = sop_months(world, 0, count)
    ground = ground_of(world, months, budget)
    wanted = {"base": BUILT_IN["base"]} | dict(scenarios)
    variants = tuple(solve_scenario(ground, name, scenario) for name, scenario in wanted.items())
    base = variants[0]
    targets = Targets(
        service=s.service_target, utilisation=s.utilisation_target, stability=s.stability_target, overtime=s.overtime_target, level=s.level_target
    )
    return Cycle(
        months=months,
        ground=ground,
        variants=variants,
        roles=roles(base.problem, base.plan, targets),
        criticalities=criticalities(base.problem),
        closers=close_gap(ground, base.views),
    )


def close_gap(ground: Ground, base: Views) -> tuple[Closer, ...]:
    """Levers on the gap to the budgeted margin, the strongest first; none if there is no budget or no gap."""
    gap = -float(np.nansum(base.budget_gap_eur)) if np.isfinite(base.budget_gap_eur).any() else 0.0
    if gap <= 0:
        return ()
    margin = float(base.margin_eur.sum())
    levers = {
        "extra shift": SopScenario(shift={ALL: 1.0}), "frame contracts": SopScenario(frame={ALL: 1.0}), "one plan for all": SopScenario(rule="end_to_end"),
        "demand +5 %": SopScenario(demand={ALL: 1.05}), "demand +5 % and extra shift": SopScenario(demand={ALL: 1.05}, shift={ALL: 1.0}),
        "price +3 %": SopScenario(price={ALL: 1.03}), "price -3 %": SopScenario(price={ALL: 0.97}),
    }  # fmt: skip
    gains = [(name, float(solve_scenario(ground, name, lever).views.margin_eur.sum()) - margin) for name, lever in levers.items()]
    return tuple(Closer(lever=name, margin_eur=gain, closes=gain / gap) for name, gain in sorted(gains, key=lambda g: -g[1]) if gain > 0.5)
