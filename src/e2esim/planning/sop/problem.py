"""What S&OP knows: months, products and their families, demand, work centres, materials and their sources, money."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def _need(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


@dataclass(frozen=True, kw_only=True, eq=False)
class Budget:
    """The company budget by month and family, each (months, families); NaN = nothing budgeted."""

    quantity: Floats  # [pcs]
    revenue_eur: Floats
    margin_eur: Floats  # revenue less cost of goods

    @staticmethod
    def none(months: int, families: int) -> Budget:
        """No budget at all."""
        empty = np.full((months, families), np.nan)
        return Budget(quantity=empty, revenue_eur=empty, margin_eur=empty)

    @property
    def known(self) -> bool:
        """True if anything is budgeted."""
        return bool(np.isfinite(self.quantity).any() or np.isfinite(self.revenue_eur).any())


@dataclass(frozen=True, kw_only=True, eq=False)
class SopProblem:
    """One S&OP cycle. Shapes: T months, P products, C work centres, M materials, R sources of materials, L lanes.

    Parameters
    ----------
    months : tuple of str
        Names YYYY-MM, the current month first; ``days`` (T,) days of each that lie ahead [days].
    family : (P,)
        Index into ``families``.
    forecast, orders, consensus : (T, P)
        Statistical forecast, orders in hand by due month, and the demand that all functions plan for [pcs].
    price_eur, cost_eur, serve_eur : (P,)
        Net price, standard full cost, and freight, picking and commission of a piece [EUR/pcs].
    late_eur, risk_eur, holding_eur : (P,)
        Value of service lost by a piece that waits a month, by a piece missing to the safety target for a month, and
        cost of holding a piece for a month [EUR/pcs/month].
    lose_share
        Share of what waits that is lost in the following month [share].
    opening, backlog : (P,)
        On hand and owed at the start [pcs]; ``receipts`` (T, P) work in process by the month in which it ends [pcs].
    safety : (T, P)
        Safety target after each month [pcs].
    hours : (C, P)
        Hours of a piece, all levels of the bill [h/pcs].
    normal_h, overtime_h, shift_h : (C, T)
        Hours of today's shifts, overtime that the planner may use, and of an extra shift that could be opened [h].
    overtime_eur, shift_eur : (C,)
        Extra cost of an hour of each [EUR/h].
    use : (M, P)
        Units of material in a piece; ``material_stock`` (M,) on hand beyond ``material_reserve``
        (M,), the safety stock that is not planned with, ``material_coming`` (M, T) on order [unit].
    material_holding_eur : (M,)
        Cost of holding a unit for a month [EUR/unit/month].
    source_material, source_supplier : (R,)
        Index into ``materials`` and ``suppliers``; ``source_eur`` price [EUR/unit], ``source_good`` accepted share,
        ``source_most`` (R, T) most that can arrive in a month [unit], inf = no limit.
    receivable_d : (P,)
        Days receivable of a piece; ``payable_d`` (R,) days payable of a source [days].
    lane_share : (L, P)
        Share of each product that leaves by each truck lane; the rest goes by parcel. ``volume_m3`` (P,),
        ``truck_m3`` [m3].

    Raises
    ------
    ValueError
        If shapes disagree or a number is negative or not a number.
    """

    months: tuple[str, ...]
    days: Floats
    products: tuple[str, ...]
    families: tuple[str, ...]
    family: Ints
    forecast: Floats
    orders: Floats
    consensus: Floats
    price_eur: Floats
    cost_eur: Floats
    serve_eur: Floats
    late_eur: Floats
    risk_eur: Floats
    holding_eur: Floats
    lose_share: float
    opening: Floats
    backlog: Floats
    receipts: Floats
    safety: Floats
    centres: tuple[str, ...]
    hours: Floats
    normal_h: Floats
    overtime_h: Floats
    shift_h: Floats
    overtime_eur: Floats
    shift_eur: Floats
    materials: tuple[str, ...]
    use: Floats
    material_stock: Floats
    material_reserve: Floats
    material_coming: Floats
    material_holding_eur: Floats
    suppliers: tuple[str, ...]
    source_material: Ints
    source_supplier: Ints
    source_eur: Floats
    source_good: Floats
    source_most: Floats
    receivable_d: Floats
    payable_d: Floats
    lane_share: Floats
    volume_m3: Floats
    truck_m3: float
    budget: Budget

    def __post_init__(self) -> None:
        t, p, c, m, r = self.n_months, self.n_products, self.n_centres, self.n_materials, self.n_sources
        shapes: dict[str, tuple[int, ...]] = {"days": (t,), "family": (p,), "use": (m, p), "hours": (c, p), "lane_share": (self.lane_share.shape[0], p)}
        shapes |= dict.fromkeys(("forecast", "orders", "consensus", "receipts", "safety"), (t, p))
        shapes |= dict.fromkeys(("price_eur", "cost_eur", "serve_eur", "late_eur", "risk_eur", "holding_eur"), (p,))
        shapes |= dict.fromkeys(("opening", "backlog", "receivable_d", "volume_m3"), (p,))
        shapes |= dict.fromkeys(("normal_h", "overtime_h", "shift_h"), (c, t)) | dict.fromkeys(("overtime_eur", "shift_eur"), (c,))
        shapes |= {"material_stock": (m,), "material_reserve": (m,), "material_coming": (m, t), "material_holding_eur": (m,), "source_most": (r, t)}
        shapes |= dict.fromkeys(("source_material", "source_supplier", "source_eur", "source_good", "payable_d"), (r,))
        for name, shape in shapes.items():
            got = getattr(self, name)
            _need(got.shape == shape, f"S&OP: {name} must have shape {shape}, got {got.shape}")
            free = name in ("receivable_d", "serve_eur")  # paid in advance, margin of a service
            _need(not np.isnan(got).any() and (free or bool((got >= 0).all())), f"S&OP: {name} must be numbers, not negative")
        _need(0 <= self.lose_share <= 1, f"S&OP: lose_share must be a share, got {self.lose_share}")
        _need(bool((self.source_good > 0).all()), "S&OP: source_good must be positive")
        _need(self.budget.quantity.shape == (t, self.n_families), "S&OP: the budget needs one cell a month and family")

    @property
    def n_months(self) -> int:
        """Months."""
        return len(self.months)

    @property
    def n_products(self) -> int:
        """Products."""
        return len(self.products)

    @property
    def n_families(self) -> int:
        """Families."""
        return len(self.families)

    @property
    def n_centres(self) -> int:
        """Work centres."""
        return len(self.centres)

    @property
    def n_materials(self) -> int:
        """Materials."""
        return len(self.materials)

    @property
    def n_sources(self) -> int:
        """Sources, one a supplier and material."""
        return int(self.source_eur.shape[0])

    def changed(self, **values: object) -> SopProblem:
        """The same problem with other values."""
        kept = {f.name: getattr(self, f.name) for f in fields(self)}
        return SopProblem(**(kept | values))

    def good_eur(self) -> Floats:
        """Price of an accepted unit by source, (R,) [EUR/unit]."""
        return np.asarray(self.source_eur / self.source_good)

    def cheapest_eur(self) -> Floats:
        """Price of an accepted unit at the cheapest source of each material, (M,) [EUR/unit]; the value of stock."""
        least = np.full(self.n_materials, np.inf)
        np.minimum.at(least, self.source_material, self.good_eur())
        return np.where(np.isfinite(least), least, 0.0)

    def by_family(self, values: Floats) -> Floats:
        """Sums over the products of each family, (T, families) from (T, P)."""
        table = np.zeros((values.shape[0], self.n_families))
        np.add.at(table.T, self.family, values.T)
        return table
