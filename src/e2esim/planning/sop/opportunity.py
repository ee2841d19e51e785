"""Vet an opportunity: so many pieces in a month at a price; accept, partly or refuse, what it earns and what binds (G5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from e2esim.planning.sop.problem import SopProblem
from e2esim.planning.sop.programme import Extra, SopPlan, SopProgramme


@dataclass(frozen=True, kw_only=True)
class OpportunityAnswer:
    """What to answer.

    Parameters
    ----------
    answer
        'accept', 'partly' or 'refuse'.
    quantity
        Pieces worth taking [pcs].
    gain_eur
        Value of the plan with them less value without [EUR]; the margin of the pieces less what they displace.
    all_gain_eur
        The same if all of it is taken; None where that cannot be made at all [EUR].
    margin_eur
        Margin of the pieces taken by themselves [EUR].
    least_price_eur
        Price from which all of it is worth taking [EUR/pcs]; None where it cannot be made at all.
    binding
        Limits that the pieces run into: (kind, name, month, EUR a piece), the dearest first.
    """

    item: str
    month: str
    asked: float
    price_eur: float
    answer: str
    quantity: float
    gain_eur: float
    all_gain_eur: float | None
    margin_eur: float
    least_price_eur: float | None
    binding: tuple[tuple[str, str, str, float], ...]


def vet(problem: SopProblem, *, product: int, month: int, quantity: float, price_eur: float, serve_eur: float | None = None) -> OpportunityAnswer:
    """Weigh an opportunity against everything else that is planned.

    ``serve_eur`` cost of serving a piece; the product's own if None.

    Examples
    --------
    The machine has 20 hours left in both months together; 20 pieces more at 90 EUR are welcome, 40 are not.

    >>> from e2esim.planning.sop.tiny import tiny_problem
    >>> v = vet(tiny_problem(), product=0, month=1, quantity=40.0, price_eur=90.0)
    >>> v.answer, v.quantity, round(v.gain_eur, 6), v.binding[0][:3]
    ('partly', 20.0, 580.0, ('work centre', 'line', '2026-02'))
    """
    p = problem
    serving = float(p.serve_eur[product]) if serve_eur is None else serve_eur
    offer = {"product": product, "month": month, "quantity": quantity, "price_eur": price_eur, "serve_eur": serving}
    base = SopProgramme(p).solve()
    free = SopProgramme(p, extra=Extra(**offer)).solve()  # type: ignore[arg-type]
    whole = SopProgramme(p, extra=Extra(**offer, forced=True)).solve()  # type: ignore[arg-type]
    taken = min(free.taken, quantity)
    answer = "accept" if taken >= quantity * (1.0 - 1e-6) else "partly" if taken > 1e-6 * quantity else "refuse"
    all_gain = whole.objective - base.objective if whole.status == "optimal" else None
    return OpportunityAnswer(
        item=p.products[product],
        month=p.months[month],
        asked=quantity,
        price_eur=price_eur,
        answer=answer,
        quantity=round(taken, 6),
        gain_eur=free.objective - base.objective,
        all_gain_eur=all_gain,
        margin_eur=taken * (price_eur - float(p.cost_eur[product]) - serving),
        least_price_eur=None if all_gain is None else price_eur - all_gain / quantity,
        binding=_binding(p, free if answer == "partly" else whole if all_gain is not None else free, product, month),
    )


def _binding(p: SopProblem, plan: SopPlan, product: int, month: int) -> tuple[tuple[str, str, str, float], ...]:
    """Priced limits up to the month of delivery that the product runs into."""
    found = []
    for t in range(month + 1):
        for kind, names, use, price in (("work centre", p.centres, p.hours, plan.hour_price), ("material", p.materials, p.use, plan.material_price)):
            each = use[:, product] * price[:, t]
            found += [(kind, names[k], p.months[t], float(each[k])) for k in np.flatnonzero(each > 1e-6).tolist()]
    return tuple(sorted(found, key=lambda b: (b[2] != p.months[month], -b[3], b[1])))
