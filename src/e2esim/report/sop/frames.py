"""Tables of an S&OP cycle: by month and family, work centre, supplier and item; roles, criticalities, scenarios."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from e2esim.planning.sop.cycle import Cycle
from e2esim.planning.sop.problem import Floats
from e2esim.planning.sop.scenarios import figures

TOTAL = "total"
# measure -> (view, unit, heading)
BY_FAMILY: dict[str, tuple[str, str, str]] = {
    "forecast": ("demand", "pcs", "Forecast"), "orders": ("demand", "pcs", "Orders in hand"), "consensus": ("demand", "pcs", "Consensus"),
    "budget": ("demand", "pcs", "Budget"), "production": ("supply", "pcs", "Production"), "delivered": ("supply", "pcs", "Delivered"),
    "stock": ("supply", "pcs", "Stock at the end"), "backlog": ("supply", "pcs", "Waiting at the end"), "lost": ("supply", "pcs", "Lost"),
    "service": ("supply", "share", "Delivered in its month"), "revenue_eur": ("money", "EUR", "Revenue"), "goods_eur": ("money", "EUR", "Cost of goods"),
    "margin_eur": ("money", "EUR", "Margin"), "serving_eur": ("money", "EUR", "Freight and serving"), "service_eur": ("money", "EUR", "Value of service lost"),
    "stock_eur": ("money", "EUR", "Stock of products"), "budget_revenue_eur": ("money", "EUR", "Budgeted revenue"),
    "budget_margin_eur": ("money", "EUR", "Budgeted margin"), "budget_gap_eur": ("money", "EUR", "Margin less budget"),
}  # fmt: skip
IN_TOTAL: dict[str, tuple[str, str, str]] = {
    "overtime_eur": ("money", "EUR", "Overtime"), "shift_eur": ("money", "EUR", "Extra shifts"), "dearer_eur": ("money", "EUR", "Above cheapest source"),
    "holding_eur": ("money", "EUR", "Holding stock"), "contribution_eur": ("money", "EUR", "Contribution"),
    "value_eur": ("money", "EUR", "with value of service"),
    "material_eur": ("money", "EUR", "Stock of materials"), "receivable_eur": ("money", "EUR", "Receivables"), "payable_eur": ("money", "EUR", "Payables"),
    "working_capital_eur": ("money", "EUR", "Working capital"),
}  # fmt: skip
MEASURES = BY_FAMILY | IN_TOTAL


def table_frame(cycle: Cycle) -> pl.DataFrame:
    """One row a month and family (and ``total``), one column a measure; what has no family stands in the total only."""
    v, p = cycle.base.views, cycle.base.problem
    n, names = p.n_months, (*p.families, TOTAL)
    columns: dict[str, pl.Series] = {
        "month": pl.Series(np.repeat(np.array(p.months, dtype=object), len(names)).tolist(), dtype=pl.String),
        "family": pl.Series(list(names) * n, dtype=pl.String),
    }
    for name in BY_FAMILY:
        cells = np.asarray(getattr(v, name))
        total = _service(cycle) if name == "service" else _total(cells)
        columns[name] = _series(np.column_stack((cells, total)))
    for name in IN_TOTAL:
        cells = np.full((n, len(names)), np.nan)
        cells[:, -1] = getattr(v, name)
        columns[name] = _series(cells)
    return pl.DataFrame(columns)


def _series(cells: Floats) -> pl.Series:
    return pl.Series(np.round(cells.ravel(), 4), nan_to_null=True)


def _total(cells: Floats) -> Floats:
    """Sum over the families; NaN where none is known."""
    known = np.isfinite(cells).any(axis=1)
    return np.where(known, np.nansum(cells, axis=1), np.nan)


def _service(cycle: Cycle) -> Floats:
    v = cycle.base.views
    demand = v.consensus.sum(axis=1)
    return np.asarray(np.divide(v.in_month.sum(axis=1), demand, out=np.full(demand.shape, np.nan), where=demand > 1e-9))


def capacity_frame(cycle: Cycle) -> pl.DataFrame:
    """One row a work centre and month: hours of today's shifts, planned, overtime, extra shift, load, price of an hour."""
    v, p = cycle.base.views, cycle.base.problem
    n = p.n_months
    return pl.DataFrame(
        {
            "work_centre": np.repeat(np.array(p.centres, dtype=object), n).tolist(),
            "month": list(p.months) * p.n_centres,
            "normal_h": v.normal_h.ravel().round(2),
            "load_h": v.load_h.ravel().round(2),
            "overtime_h": v.overtime_h.ravel().round(2),
            "extra_shift_h": v.shift_h.ravel().round(2),
            "load_share": pl.Series(v.load_share.ravel().round(4), nan_to_null=True),
            "hour_eur": cycle.base.plan.hour_price.ravel().round(4),
        }
    )


def purchases_frame(cycle: Cycle) -> pl.DataFrame:
    """One row a supplier, material and month in which something is bought."""
    p, plan = cycle.base.problem, cycle.base.plan
    source, month = np.nonzero(plan.buy > 1e-6)
    quantity = plan.buy[source, month]
    return (
        pl.DataFrame(
            {
                "supplier": [p.suppliers[k] for k in p.source_supplier[source]],
                "material": [p.materials[k] for k in p.source_material[source]],
                "month": [p.months[t] for t in month],
                "quantity": quantity.round(3),
                "value_eur": (quantity * p.source_eur[source]).round(2),
            },
            schema={"supplier": pl.String, "material": pl.String, "month": pl.String, "quantity": pl.Float64, "value_eur": pl.Float64},
        )
        .group_by("supplier", "material", "month", maintain_order=True)
        .agg(pl.col("quantity").sum(), pl.col("value_eur").sum())
        .sort("supplier", "material", "month")
    )


def items_frame(cycle: Cycle) -> pl.DataFrame:
    """One row an item and month: demand, made, delivered, stock and target, waiting."""
    p, plan = cycle.base.problem, cycle.base.plan
    n = p.n_products
    cells = {
        "consensus": p.consensus,
        "made": plan.make,
        "coming": p.receipts,
        "delivered": plan.deliver,
        "lost": plan.lost,
        "stock": plan.stock,
        "target": p.safety,
        "backlog": plan.backlog,
    }
    return pl.DataFrame(
        {"item": list(p.products) * p.n_months, "family": [p.families[k] for k in p.family] * p.n_months, "month": [m for m in p.months for _ in range(n)]}
        | {name: values.ravel().round(3) for name, values in cells.items()}
    )


def roles_frame(cycle: Cycle) -> pl.DataFrame:
    """One row a role and measure, with its target, and what the role would reach alone."""
    rows = cycle.roles
    return pl.DataFrame(
        {
            "role": [r.role for r in rows],
            "measure": [r.measure for r in rows],
            "unit": [r.unit for r in rows],
            "value": _numbers([r.value for r in rows]),
            "target": _numbers([r.target for r in rows]),
            "better": ["more" if r.more_is_better else "less" for r in rows],
            "reached": [r.reached for r in rows],
            "alone": _numbers([r.alone for r in rows]),
            "alone_value_eur": _numbers([r.alone_value_eur for r in rows]),
        }
    )


def criticalities_frame(cycle: Cycle) -> pl.DataFrame:
    """One row a limit that costs value: by month, and for all months together (month 'all')."""
    rows = cycle.criticalities
    months = cycle.months.names
    return pl.DataFrame(
        {
            "kind": [c.kind for c in rows],
            "name": [c.name for c in rows],
            "month": [months[c.month] if c.month >= 0 else "all" for c in rows],
            "weeks": [cycle.weeks(c.month) for c in rows],
            "size": _numbers([c.size for c in rows]),
            "unit": [c.unit for c in rows],
            "price_eur": _numbers([c.price for c in rows]),
            "eur_at_stake": _numbers([c.eur for c in rows]),
        },
        schema_overrides={"kind": pl.String, "name": pl.String, "month": pl.String, "weeks": pl.String, "unit": pl.String},
    )


def scenarios_frame(cycle: Cycle) -> pl.DataFrame:
    """One row a scenario and measure: value and difference from the base."""
    base = figures(cycle.base)
    rows = [(variant.name, measure, unit, value, value - base[measure][0]) for variant in cycle.variants for measure, (value, unit) in figures(variant).items()]
    names, measures, units, values, differences = zip(*rows, strict=True)
    return pl.DataFrame({"scenario": names, "measure": measures, "unit": units, "value": _numbers(values), "difference": _numbers(differences)})


def closers_frame(cycle: Cycle) -> pl.DataFrame:
    """One row a lever on the gap to the budget."""
    rows = cycle.closers
    return pl.DataFrame(
        {"lever": [c.lever for c in rows], "margin_eur": _numbers([c.margin_eur for c in rows]), "closes": _numbers([c.closes for c in rows])},
        schema_overrides={"lever": pl.String},
    )


def _numbers(values: list[float] | tuple[float, ...]) -> pl.Series:
    return pl.Series(np.round(np.array(values, dtype=np.float64), 6), nan_to_null=True)


FRAMES: dict[str, Callable[[Cycle], pl.DataFrame]] = {
    "sop": table_frame,
    "capacity": capacity_frame,
    "purchases": purchases_frame,
    "items": items_frame,
    "roles": roles_frame,
    "criticalities": criticalities_frame,
    "scenarios": scenarios_frame,
    "budget_gap": closers_frame,
}
