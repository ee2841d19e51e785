"""The smallest problems of S&OP, for examples and tests."""

from __future__ import annotations

import numpy as np

from e2esim.planning.sop.problem import Budget, SopProblem


def tiny_problem(**values: object) -> SopProblem:
    """One product of one family, two months, one work centre of 100 h a month, one hour a piece, one material.

    Demand 60 and 120; price 100, cost 60, late 20, holding 1, overtime 30 EUR/h (none allowed); one unit of material at
    10 EUR a piece, without limit. ``values`` replace fields.
    """
    one, two = np.ones(1), np.ones((1, 2))
    facts: dict[str, object] = {
        "months": ("2026-01", "2026-02"), "days": np.array([31.0, 28.0]), "products": ("A",), "families": ("beds",), "family": np.zeros(1, dtype=np.int64),
        "forecast": np.array([[60.0], [120.0]]), "orders": np.zeros((2, 1)), "consensus": np.array([[60.0], [120.0]]),
        "price_eur": 100 * one, "cost_eur": 60 * one, "serve_eur": 0 * one, "late_eur": 20 * one, "risk_eur": 0 * one, "holding_eur": one, "lose_share": 0.0,
        "opening": 0 * one, "backlog": 0 * one, "receipts": np.zeros((2, 1)), "safety": np.zeros((2, 1)),
        "centres": ("line",), "hours": np.ones((1, 1)), "normal_h": 100 * two, "overtime_h": 0 * two, "shift_h": 0 * two,
        "overtime_eur": 30 * one, "shift_eur": 45 * one,
        "materials": ("foam",), "use": np.ones((1, 1)), "material_stock": 0 * one, "material_reserve": 0 * one,
        "material_coming": 0 * two, "material_holding_eur": 0.1 * one,
        "suppliers": ("chem",), "source_material": np.zeros(1, dtype=np.int64), "source_supplier": np.zeros(1, dtype=np.int64),
        "source_eur": 10 * one, "source_good": one, "source_most": np.full((1, 2), np.inf),
        "receivable_d": 30 * one, "payable_d": 60 * one, "lane_share": np.zeros((0, 1)), "volume_m3": 0.5 * one, "truck_m3": 80.0,
        "budget": Budget.none(2, 1),
    }  # fmt: skip
    return SopProblem(**(facts | values))  # type: ignore[arg-type]
