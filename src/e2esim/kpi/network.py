"""KPIs of a supply network: service, stock, costs and bullwhip of every stock point, load and waiting of every work centre, totals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.domain.network_outcome import NetworkOutcome

Floats = npt.NDArray[np.float64]
COSTS = ("holding_eur", "backlog_eur", "ordering_eur", "units_eur", "shipments_eur", "transit_eur", "overtime_eur", "lost_eur")


@dataclass(frozen=True, kw_only=True, eq=False)
class NetworkKpis:
    """``points``: one row a stock point; ``centres``: one row a work centre; ``totals``: name -> value of the whole network (NaN: not defined)."""

    points: pl.DataFrame
    centres: pl.DataFrame
    totals: dict[str, float]


UNITS: dict[str, str] = {
    "fill_rate": "share", "lines_at_once": "share", "cycle_service": "share", "lost_share": "share", "stock": "units", "backlog": "units",
    "demand": "units/period", "ordered": "units/period", "orders": "1/period", "bullwhip": "1", "holding_eur": "EUR/period",
    "backlog_eur": "EUR/period", "ordering_eur": "EUR/period", "units_eur": "EUR/period", "shipments_eur": "EUR/period",
    "transit_eur": "EUR/period", "overtime_eur": "EUR/period",
    "lost_eur": "EUR/period", "cost_eur": "EUR/period", "revenue_eur": "EUR/period", "profit_eur": "EUR/period",
    "throughput": "1/h", "flow_h": "h", "utilisation": "share", "wait_h": "h", "wait_share": "share", "queue": "works orders",
    "overtime_h": "h/week",
}  # fmt: skip


def measure_network(outcome: NetworkOutcome) -> NetworkKpis:
    """Measure one replication.

    Fill rate: share of customers' demand served at the moment it is asked; where only stock points ask, of what they ask. Cycle service: share of
    receipts before which nobody had to wait. Bullwhip: variance of the orders over variance of the demand of the periods of the window. Stock and
    backlog are means of the counts, or over time where costs run over time.
    """
    points = _points(outcome)
    centres = _centres(outcome)
    return NetworkKpis(points=points, centres=centres, totals=_totals(outcome, points, centres))


def _ratio(a: Floats, b: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(b > 0.0, a / np.where(b > 0.0, b, 1.0), np.nan))


def _points(o: NetworkOutcome) -> pl.DataFrame:
    y, clock = o.tally, o.clock
    periods = o.window_d / clock.period_d
    over_time = clock.costs_at == "time"
    stock = y["stock_d"] / o.window_d if over_time else _ratio(y["stock_count"], y["counts"])
    backlog = y["backlog_d"] / o.window_d if over_time else _ratio(y["backlog_count"], y["counts"])
    customers = y["demand"] > 0.0
    fill = np.where(customers, _ratio(y["at_once"], y["demand"]), _ratio(y["asked_at_once"], y["asked"]))
    cost = sum((y[name] for name in COSTS), np.zeros(o.network.n))
    columns: dict[str, object] = {
        "site": [p.site for p in o.network.points],
        "item": [p.item for p in o.network.points],
        "level": o.network.point_level,
        "fill_rate": fill,
        "lines_at_once": _ratio(y["lines_at_once"], y["lines"]),
        "cycle_service": _ratio(y["cycles_ok"], y["cycles"]),
        "lost_share": _ratio(y["lost"], y["demand"]),
        "stock": stock,
        "backlog": backlog,
        "demand": (y["demand"] + y["asked"]) / periods,
        "ordered": y["ordered"] / periods,
        "orders": y["orders"] / periods,
        "bullwhip": bullwhip(o),
        **{name: y[name] / periods for name in COSTS},
        "cost_eur": cost / periods,
        "revenue_eur": (y["revenue_eur"] - y["refund_eur"]) / periods,
        "profit_eur": (y["revenue_eur"] - y["refund_eur"] - cost) / periods,
        "throughput": y["works"] / (24.0 * o.window_d),
        "flow_h": 24.0 * _ratio(y["flow_d"], y["works"]),
    }
    return pl.DataFrame(columns)


def bullwhip(o: NetworkOutcome) -> Floats:
    """Variance of the orders of each stock point over that of the demand on it, by period, (points,); NaN where the demand does not vary."""
    first = int(np.ceil(o.clock.warmup_d / o.clock.period_d - 1e-9))
    ordered, demand = o.record["ordered"], o.record["demand"]
    if not ordered.size or ordered.shape[1] - first < 2:
        return np.full(o.network.n, np.nan)
    return _ratio(np.var(ordered[:, first:], axis=1, dtype=np.float64), np.var(demand[:, first:], axis=1, dtype=np.float64))


def _centres(o: NetworkOutcome) -> pl.DataFrame:
    c = o.centres
    machines = np.array([centre.machines for centre in o.network.centres], dtype=np.int64)
    return pl.DataFrame(
        {
            "work_centre": [centre.centre for centre in o.network.centres],
            "machines": machines,
            "utilisation": c["used_d"] / (machines * _open_days(o)),
            "throughput": c["done"] / (24.0 * o.window_d),
            "wait_h": 24.0 * _ratio(c["wait_d"], c["starts"]),
            "wait_share": _ratio(c["waited"], c["starts"]),
            "queue": c["wait_d"] / o.window_d,
            "overtime_h": 24.0 * c["over_d"] / (o.window_d / 7.0),
        },
        schema_overrides={"work_centre": pl.String},
    )


def _open_days(o: NetworkOutcome) -> Floats:
    """Days on which each work centre works in the window, hours of its calendar over 24, (work centres,) [d]."""
    a, b = 24.0 * o.clock.warmup_d, 24.0 * o.clock.horizon_d
    return np.array([o.window_d if centre.works is None else centre.works.hours(a, b) / 24.0 for centre in o.network.centres])


def _totals(o: NetworkOutcome, points: pl.DataFrame, centres: pl.DataFrame) -> dict[str, float]:
    y = {name: float(values.sum()) for name, values in o.tally.items()}

    def part(a: str, b: str) -> float:
        return y[a] / y[b] if y[b] > 0.0 else float("nan")

    totals = {
        "fill_rate": part("at_once", "demand"),
        "lines_at_once": part("lines_at_once", "lines"),
        "cycle_service": part("cycles_ok", "cycles"),
        "lost_share": part("lost", "demand"),
        **{name: float(points[name].sum()) for name in ("stock", "backlog", *COSTS, "cost_eur", "revenue_eur", "profit_eur", "throughput")},
        "flow_h": 24.0 * part("flow_d", "works"),
        "orders": float(points["orders"].sum()),
    }
    if centres.height:
        totals |= {"utilisation": float(centres["utilisation"].max() or 0.0), "queue": float(centres["queue"].sum())}  # type: ignore[arg-type]
    return totals
