"""Price breaks in call-offs: a purchase is lifted to a quantity of a lower price where that saves more than holding the surplus costs."""

from __future__ import annotations

from collections.abc import Sequence

Break = tuple[float, float]  # from this quantity on [unit], price of every unit [EUR/unit]


def price_of(quantity: float, price: float, breaks: Sequence[Break]) -> float:
    """Price of a unit of a purchase; ``price`` below the first of ``breaks``.

    >>> [price_of(q, 2.0, [(100.0, 1.8), (500.0, 1.5)]) for q in (99.0, 100.0, 600.0)]
    [2.0, 1.8, 1.5]
    """
    return min([price, *(lower for start, lower in breaks if quantity >= start - 1e-9)])


def lifted(quantity: float, price: float, breaks: Sequence[Break], *, use_week: float, holding_share_week: float, most: float) -> float:
    """Quantity to buy in place of ``quantity`` [unit]: the break, at most ``most``, of the largest net saving; the quantity itself where none saves.

    The surplus is bought now in place of later, so that every unit saves the difference in price; it lies until the quantity needed
    is used, and then runs out evenly at ``use_week`` [unit/week]: Q of price p costs (Q - q) p h (q + (Q - q) / 2) / d to hold
    (all-units discount, e.g. Silver, Pyke and Thomas, Inventory and Production Management in Supply Chains, 2017, section 4.5).

    >>> lifted(300.0, 2.0, [(500.0, 1.8)], use_week=100.0, holding_share_week=0.004, most=1e9)
    500.0
    >>> lifted(300.0, 2.0, [(9000.0, 1.8)], use_week=100.0, holding_share_week=0.004, most=1e9)  # ninety weeks of stock
    300.0
    """
    now = price_of(quantity, price, breaks)
    best, bought = 0.0, quantity
    for start, lower in breaks:
        surplus = start - quantity
        if surplus <= 0.0 or start > most + 1e-9 or use_week <= 0.0:
            continue
        holding = surplus * lower * holding_share_week * (quantity + 0.5 * surplus) / use_week
        saving = (now - lower) * start - holding
        if saving > best:
            best, bought = saving, start
    return bought
