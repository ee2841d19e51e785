"""How much the orders of each stage swing against what consumers buy: the bullwhip, stage by stage."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind
from e2esim.domain.events import Event
from e2esim.kpi.reading import Reading
from e2esim.kpi.table import Findings

Floats = npt.NDArray[np.float64]

ECHELONS = ("shops", "plant", "suppliers")  # from the consumers upstream
LEAST_WEEKS = 8  # of which a variance is told


def swing(weekly: Floats) -> float:
    """Squared coefficient of variation of a weekly flow, NaN where it is too short or does not flow.

    >>> swing(np.array([8.0, 12.0] * 4)), swing(np.array([10.0, 12.0]))
    (0.04, nan)
    """
    if len(weekly) < LEAST_WEEKS or weekly.mean() <= 0.0:
        return float("nan")
    return float(weekly.var() / weekly.mean() ** 2)


def measure_bullwhip(reading: Reading, findings: Findings) -> None:
    """Swing of orders of shops, lots released and call-offs (in EUR) by week, each over that of what consumers ordered."""
    first, last = math.ceil(reading.start / 168.0), math.floor(reading.end / 168.0)
    o, e = reading.orders, reading.outcome.events

    def weekly(t: npt.NDArray[np.floating], amount: npt.NDArray[np.floating]) -> Floats:
        inside = (t >= 168.0 * first) & (t < 168.0 * last)
        week = (t[inside] // 168.0).astype(np.int64) - first
        return np.bincount(week, weights=amount[inside], minlength=max(0, last - first)).astype(np.float64)

    shops = o["kind"] == OrderKind.REPLENISH
    demand = weekly(o["placed"][~shops].astype(np.float64), o["quantity"][~shops].astype(np.float64))
    lots = (e["kind"] == Event.LOT_RELEASED) & (reading.item_brand[e["item"]] >= 0)
    called = e["kind"] == Event.CALLED_OFF
    flows = (
        weekly(o["placed"][shops].astype(np.float64), o["quantity"][shops].astype(np.float64)),
        weekly(e["t"][lots], e["quantity"][lots]),
        weekly(e["t"][called], e["value"][called]),
    )
    base, weeks = swing(demand), float(max(0, last - first))
    ratios = np.array([swing(flow) / base if base > 0 else np.nan for flow in flows])
    findings.put_members("bullwhip", "echelon", ECHELONS, ratios, np.full(len(ratios), weeks))
    findings.put_one("bullwhip", float(ratios[-1]), weeks, f"fewer than {LEAST_WEEKS} whole weeks, or nothing was called off")
