"""From turnover to operating result: the steps of the money, in EUR a year."""

from __future__ import annotations

from dataclasses import dataclass

from e2esim.domain.outcome import Outcome
from e2esim.kpi import money_kernels as k
from e2esim.kpi.money import sum_money
from e2esim.kpi.reading import Reading


@dataclass(frozen=True, kw_only=True)
class Step:
    """One bar of the bridge: ``total`` stands on the ground, the others hang from the step before."""

    key: str
    eur: float  # [EUR/year] costs are negative
    total: bool = False


def read_bridge(
    outcome: Outcome, contact_cost: float | None, contribution: float | None, operating_result: float | None
) -> list[Step]:
    """Steps from turnover to contribution to operating result.

    The rows are added up as the KPIs do; the cost of contacts and both totals are the KPIs themselves, so that the
    last step before each total is what is left: fixed cost and stock together.
    """
    s = sum_money(Reading(outcome)).by_group[0] / outcome.window_y
    steps = [Step(key="turnover", eur=float(s[k.REVENUE]), total=True)]
    steps += [
        Step(key=key, eur=-float(s[column]))
        for key, column in (
            ("goods", k.COST),
            ("freight", k.FREIGHT),
            ("service", k.SERVICE),
            ("penalties", k.PENALTY),
            ("credits", k.CREDIT),
        )
    ]
    steps.append(Step(key="contacts", eur=-(contact_cost or 0.0)))
    left = sum(step.eur for step in steps) if contribution is None else contribution
    steps.append(Step(key="contribution", eur=left, total=True))
    if operating_result is not None:
        steps += [
            Step(key="fixed", eur=operating_result - left),
            Step(key="operating_result", eur=operating_result, total=True),
        ]
    return steps
