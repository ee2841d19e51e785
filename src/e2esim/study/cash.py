"""The study's cash account of levers: what they bring month by month as they are rolled out, what they cost, and when it has come back.

A run books the running cost of its levers as overhead; the investment is outside its ledger and stands here. A month in which levers are
partly adopted is worth a mixture of sets of levers: whoever adopts one first adopts the next first, so sets are nested (the Lovász extension
of the values of sets). Every year after full adoption counts as the run's year: what moves more slowly is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.domain.levers import MONTH_D, Lever
from e2esim.study.coalitions import Coalition, CoalitionPlan, Estimate, estimate
from e2esim.study.thinning import Unsure, together

F = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class CashYear:
    """One year of the programme; means over the replications [EUR], costs positive."""

    year: int
    gain: Estimate
    running: float
    investment: float
    net: float
    cumulative: float
    discounted: float


@dataclass(frozen=True, kw_only=True)
class Payoff:
    """What the levers are worth over the years. ``payback_month``: month of the programme after which all spent has come back, for the means."""

    years: tuple[CashYear, ...]
    npv: Estimate
    payback_month: int | None
    discount_y: float


def stages(levers: Mapping[str, Lever], names: tuple[str, ...], month: int) -> list[tuple[float, Coalition]]:
    """Nested sets of levers in the middle of ``month`` (from 0), each with the share of the firm that has just that set.

    Examples
    --------
    >>> levers = {"a": Lever(lever="a", kind="crm"), "b": Lever(lever="b", kind="crm", ramp_d=4 * MONTH_D)}
    >>> [(round(share, 3), sorted(some)) for share, some in stages(levers, ("a", "b"), 0)]
    [(0.875, ['a']), (0.125, ['a', 'b'])]
    """
    day = (month + 0.5) * MONTH_D
    adopted = {name: levers[name].adopted(day) for name in names}
    ordered = sorted(names, key=lambda name: -adopted[name])
    levels = [1.0, *(adopted[name] for name in ordered), 0.0]
    found = [(levels[k] - levels[k + 1], frozenset(ordered[:k])) for k in range(len(names) + 1)]
    return [(share, some) for share, some in found if share > 0.0]


def chains(levers: Mapping[str, Lever], names: tuple[str, ...], years: int) -> set[Coalition]:
    """Every set of levers that a roll-out of ``years`` passes through."""
    return {some for month in range(12 * years) for _, some in stages(levers, names, month)}


def payoff(plan: CoalitionPlan, gains: Mapping[Coalition, F], *, years: int, discount_y: float, unsure: Mapping[Coalition, Unsure] | None = None) -> Payoff:
    """Return the account of all levers of ``plan`` over ``years``.

    Parameters
    ----------
    plan, gains
        Sets of levers, and what each gains in a year before its running cost and investment, (replications,) [EUR/year at scale 1].
    years, discount_y
        Length of the account, and its rate [1/year].
    unsure
        Of sets that were not run in all replications.
    """
    months = 12 * years
    mixed = [_mixture(plan, m) for m in range(months)]
    gain = np.stack([sum(share * gains[some] for some, share in month.items()) for month in mixed])
    once, running = np.zeros(months), np.zeros(months)
    for name in plan.players:
        lever = plan.levers[name]
        if lever.start_month < months:
            once[lever.start_month] += lever.once_eur
            running[lever.start_month : lever.end_month or months] += lever.running_eur_y / 12.0
    flows = gain - (running + once)[:, None]
    middle = (1.0 + discount_y) ** (-(np.arange(months) + 0.5) / 12.0)
    start = (1.0 + discount_y) ** (-np.arange(months) / 12.0)
    worth = (gain - running[:, None]) * middle[:, None] - (once * start)[:, None]
    found, cumulative = [], 0.0
    for year in range(years):
        part = slice(12 * year, 12 * year + 12)
        net = float(flows[part].sum(axis=0).mean())
        cumulative += net
        found.append(
            CashYear(
                year=year + 1,
                gain=estimate(gain[part].sum(axis=0)[None], *_unsure(mixed[part], np.ones(12), unsure)),
                running=float(running[part].sum()),
                investment=float(once[part].sum()),
                net=net,
                cumulative=cumulative,
                discounted=float(worth[part].sum(axis=0).mean()),
            )
        )
    npv = estimate(worth.sum(axis=0)[None], *_unsure(mixed, np.asarray(middle, dtype=np.float64), unsure))
    return Payoff(years=tuple(found), npv=npv, payback_month=_back(flows.mean(axis=1), once), discount_y=discount_y)


def _mixture(plan: CoalitionPlan, month: int) -> dict[Coalition, float]:
    """What part of a year each set of levers acts in a month of the programme."""
    total: dict[Coalition, float] = {}
    for share, some in stages(plan.levers, plan.players, month):
        acting = plan.acting(some)
        total[acting] = total.get(acting, 0.0) + share / 12.0
    return total


def _unsure(mixed: Sequence[Mapping[Coalition, float]], weights: F, unsure: Mapping[Coalition, Unsure] | None) -> Unsure:
    """What is added to the error of a sum over months, each with its weight and its mixture of sets."""
    total: dict[Coalition, float] = {}
    for month, weight in zip(mixed, weights, strict=True):
        for some, share in month.items():
            total[some] = total.get(some, 0.0) + share * float(weight)
    return together([(weight, unsure[some]) for some, weight in total.items()]) if unsure else Unsure()


def _back(flows: F, once: F) -> int | None:
    """Month from which on the account is never below zero again; None if it ends below, 0 if nothing was ever out."""
    balance = np.cumsum(flows)
    if balance[-1] < 0.0:
        return None
    below = np.flatnonzero(balance < 0.0)
    return 0 if len(below) == 0 and not once.any() else int(below[-1]) + 2 if len(below) else 1
