"""What lateness and relief cost: EUR of a piece on time, of an extra hour, of a piece sooner, of a later date."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from e2esim.planning.factory.grid import tier_weights
from e2esim.planning.factory.problem import Floats, PlanProblem

EXTRA_HOUR_EUR = 60.0  # assumed: an hour of a work centre beyond the calendar, crew and premium included [EUR/h]
EXPRESS_SHARE = 0.5  # assumed: what a bought piece costs more when it must come sooner than the supplier promises
LEAST_PIECE_EUR = 1.0  # assumed: the same of a piece without a price [EUR/pc]
LATE_EUR = 10.0  # assumed: a piece not on time, times the weight of its priority, where the order states no cost [EUR/pc]


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanMoney:
    """EUR behind a plan.

    Parameters
    ----------
    order_worth : (n_orders,)
        What a piece on time is worth, 0 where nobody says [EUR/pc].
    late_eur : (n_orders,)
        What a piece that is not on time costs, for the choice of ways out [EUR/pc].
    hour_eur : (n_centres,)
        An hour more than the calendar has [EUR/h].
    piece_eur : (n_items,)
        A piece sooner than its supplier can bring it [EUR/pc].

    Raises
    ------
    ValueError
        If a number is negative or not finite.
    """

    order_worth: Floats
    late_eur: Floats
    hour_eur: Floats
    piece_eur: Floats

    def __post_init__(self) -> None:
        for name in ("order_worth", "late_eur", "hour_eur", "piece_eur"):
            value = getattr(self, name)
            if not (np.isfinite(value).all() and (value >= 0).all()):
                raise ValueError(f"plan money: {name} must be finite and not negative")


def behind_orders(money: PlanMoney | None, more: int) -> PlanMoney | None:
    """Money with `more` rows behind the orders (net forecast, safety stock): of no stated worth, and as dear when late as the
    cheapest orders.
    """
    return None if money is None else among_orders(money, money.late_eur.size, more)


def among_orders(money: PlanMoney | None, at: int, more: int) -> PlanMoney | None:
    """The same with rows among the orders, before row `at`."""
    if money is None:
        return None
    return replace(money, order_worth=np.insert(money.order_worth, at, np.zeros(more)), late_eur=np.insert(money.late_eur, at, np.full(more, LATE_EUR)))


def usual_money(problem: PlanProblem, *, late_cost: Floats | None = None, price: Floats | None = None, hour_eur: Floats | None = None) -> PlanMoney:
    """Money of a problem: what the data state, and the assumed values of this module for the rest.

    Parameters
    ----------
    late_cost, price : (n_orders,)
        Cost of a piece not on time and selling price, 0 where the data state none [EUR/pc].
    hour_eur : (n_centres,)
        Cost of an extra hour [EUR/h].

    Examples
    --------
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=2, orders=4, weeks=4)
    >>> usual_money(p, price=np.array([0.0, 80.0, 0.0, 0.0])).order_worth.tolist()
    [0.0, 80.0, 0.0, 0.0]
    """
    none = np.zeros(len(problem.orders))
    stated = none if late_cost is None else late_cost
    cheapest = np.full(problem.n_items, np.inf)
    np.minimum.at(cheapest, problem.source_item, problem.source_price)
    return PlanMoney(
        order_worth=np.where(stated > 0, stated, none if price is None else price),
        late_eur=np.where(stated > 0, stated, LATE_EUR * tier_weights(problem)),
        hour_eur=np.full(len(problem.centres), EXTRA_HOUR_EUR) if hour_eur is None else hour_eur,
        piece_eur=np.maximum(LEAST_PIECE_EUR, EXPRESS_SHARE * np.where(np.isfinite(cheapest), cheapest, 0.0)),
    )


def assumed_money(problem: PlanProblem, money: PlanMoney) -> tuple[str, ...]:
    """What money is assumed since the data state none of it, in words.

    Examples
    --------
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(1), finished=2, parts=2, bought=3, centres=2, orders=4, weeks=4)
    >>> assumed_money(p, usual_money(p))[1:]
    ('60 EUR an hour more',)
    >>> assumed_money(p, usual_money(p, late_cost=np.full(4, 3.0), hour_eur=np.full(2, 45.0)))
    ()
    """
    words = []
    if np.array_equal(money.late_eur, LATE_EUR * tier_weights(problem)):
        words.append(f"{LATE_EUR:g} EUR a late unit times the weight of its priority")
    if not (problem.source_price > 0.0).any():
        words.append(f"{LEAST_PIECE_EUR:g} EUR a bought unit sooner")
    if money.hour_eur.size and (money.hour_eur == EXTRA_HOUR_EUR).all():
        words.append(f"{EXTRA_HOUR_EUR:g} EUR an hour more")
    return tuple(words)
