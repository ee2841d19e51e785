"""The S&OP cycle of a company: demand, supply and money by month, scenarios side by side, an opportunity vetted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from e2esim.config.problems import COMMAND_LINE

if TYPE_CHECKING:
    from e2esim.domain.scenario import Scenario
    from e2esim.planning.sop.cycle import Cycle
    from e2esim.planning.sop.opportunity import OpportunityAnswer
    from e2esim.planning.sop.scenarios import SopScenario

SIDE = ("demand_up", "extra_shift", "second_source", "price_up")  # beside the base where nothing is asked for


def balance(
    scenario: Scenario, *, months: int = 12, wanted: Mapping[str, SopScenario] | None = None, where: str = COMMAND_LINE, opportunity: str = ""
) -> tuple[Cycle, OpportunityAnswer | None]:
    """Run one cycle; ``where`` is the place that states the scenarios, for messages.

    Raises
    ------
    InputErrors
        If a scenario or the opportunity names what the company does not have.
    """
    from e2esim.config.sop_file import check_scenarios, read_opportunity
    from e2esim.domain.build import build_world
    from e2esim.planning.sop.budget import budget_of
    from e2esim.planning.sop.cycle import ground_of, run_cycle
    from e2esim.planning.sop.from_world import family_names, sop_months
    from e2esim.planning.sop.opportunity import vet
    from e2esim.planning.sop.scenarios import BUILT_IN

    settings, world = scenario.settings, build_world(scenario)
    ahead = sop_months(world, 0, months)
    problem = ground_of(world, ahead).problem
    named = dict(wanted or {})
    check_scenarios(named, problem, where)
    asked = read_opportunity(opportunity, problem.products, problem.months) if opportunity else None
    if not named:
        other = "end_to_end" if settings.planning.rule == "silo" else "silo"
        named = {name: BUILT_IN[name] for name in (*SIDE, other)}
    budget = budget_of(scenario.tables.get("budget"), ahead, family_names(world), settings.scale)
    cycle = run_cycle(world, count=months, scenarios=named, budget=budget)
    if asked is None:
        return cycle, None
    return cycle, vet(cycle.base.problem, product=asked.product, month=asked.month, quantity=asked.quantity, price_eur=asked.price_eur)
