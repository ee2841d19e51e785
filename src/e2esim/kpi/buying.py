"""KPIs of what consumers buy, how far they stand by the firm, how alike its channels are, and which department's work they miss something in."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind
from e2esim.domain.experience import Lived
from e2esim.domain.world import ATTRIBUTES
from e2esim.kpi.groups import fold, ratio
from e2esim.kpi.reading import Reading
from e2esim.kpi.table import Findings

Floats = npt.NDArray[np.float64]

TOP = 0.2  # [share] of the buyers who spend most
DRIVERS = {"value": "satisfaction", "needs": "needs_loss", "ease": "ease_loss", "price": "price_ratio"}  # columns of the order book
DEPARTMENTS: dict[str, tuple[Lived, ...]] = {
    "marketing and sales": (Lived.ADVERTISEMENT, Lived.ADVICE, Lived.OFFER, Lived.REVIEW_READ, Lived.FIRST_USE, Lived.FOLLOW_UP),
    "planning and production": (Lived.GIVEN_UP, Lived.CHANGE_REFUSED, Lived.PROMISE_CHANGED),
    "transport and installation": (Lived.INSTALLED, Lived.USED_TAKEN),
    "quality": (Lived.DEFECT_MET,),
    "customer service": (Lived.ANSWER, Lived.NO_ANSWER, Lived.RECOVERY, Lived.SHOP_RECOVERY, Lived.CALLED_BACK, Lived.FEEDBACK_RETURNED),
    "administration": (Lived.BILLED, Lived.SENT_BACK, Lived.REFUND),
}  # whose work each kind of experience shows; of a hand-over, when it came is planning, how it came is transport
ON_TIME = ("punctuality", "lead_time")  # attributes of a hand-over that planning answers for


def measure_buying(reading: Reading, customers: Floats, findings: Findings) -> None:
    """Take the KPIs; ``customers`` (n_groups,) consumers active at the end of the window."""
    o = reading.orders
    consumer = (o["kind"] != OrderKind.REPLENISH) & (o["placed"] >= reading.start) & (o["placed"] < reading.end)
    bought = np.flatnonzero(consumer)
    findings.put("purchases_per_customer", ratio(_lines(reading, bought) * reading.a_year, customers), customers)
    ours = np.flatnonzero(consumer & (o["revenue_eur"] > 0.0))
    paid, lines = _lines(reading, ours, o["revenue_eur"][ours].astype(np.float64)), _lines(reading, ours)
    findings.put("mean_purchase", ratio(paid, lines), lines)
    top, buyers = top_share(o["consumer"][ours], o["revenue_eur"][ours].astype(np.float64))
    findings.put_one("top_fifth_share", top, buyers, "nobody bought in the firm's own channels in the reporting window")
    _spread(reading, findings)
    _departments(reading, float(len(bought)), findings)


def top_share(who: npt.NDArray[np.integer[Any]], eur: Floats) -> tuple[float, float]:
    """Share of all money that the fifth of the buyers who spend most have spent, and the buyers, of purchases ``eur`` (n,) by ``who`` (n,).

    >>> top_share(np.array([7, 7, 1, 2, 3, 4]), np.array([30.0, 30.0, 10.0, 10.0, 10.0, 10.0]))
    (0.6, 5.0)
    """
    if not len(who):
        return float("nan"), 0.0
    _, number = np.unique(who, return_inverse=True)
    spent = np.sort(np.bincount(number, weights=eur))[::-1]
    return float(spent[: max(1, round(TOP * len(spent)))].sum() / spent.sum()), float(len(spent))


def spread(mean: Floats, weight: Floats) -> float:
    """Standard deviation of the means of groups, each counted by its weight; NaN without any.

    >>> spread(np.array([1.0, 2.0, np.nan]), np.array([1.0, 1.0, 0.0]))
    0.5
    """
    some = weight > 0.0
    if not some.any():
        return float("nan")
    m, w = mean[some], weight[some] / weight[some].sum()
    return float(np.sqrt(w @ (m - w @ m) ** 2))


def _spread(reading: Reading, findings: Findings) -> None:
    """How far the channels lie apart in what their consumers live, driver by driver."""
    o, channels = reading.orders, reading.groups.slice("channel")
    seen = (o["kind"] != OrderKind.REPLENISH) & (o["delivered"] >= reading.start) & (o["delivered"] < reading.end) & ~np.isnan(o["satisfaction"])
    rows = np.flatnonzero(seen)
    lines = _lines(reading, rows)[channels]
    apart = np.array([spread(ratio(_lines(reading, rows, o[column][rows].astype(np.float64))[channels], lines), lines) for column in DRIVERS.values()])
    findings.put_one("channel_spread", float(apart[0]), float(lines.sum()), "nothing was delivered to consumers in the reporting window")
    findings.put_members("channel_spread", "driver", tuple(DRIVERS), apart, np.full(len(DRIVERS), lines.sum()))


def _departments(reading: Reading, sales: float, findings: Findings) -> None:
    """Losses felt by the department whose work shows."""
    sums = reading.outcome.experience_sums
    lost = dict.fromkeys(DEPARTMENTS, 0.0)
    if sums.size:
        for name, kinds in DEPARTMENTS.items():
            lost[name] = -float(sums[list(kinds)][..., 2].sum())
        handed = -sums[Lived.HAND_OVER][..., 2].sum(axis=(1, 2))
        late = float(handed[[ATTRIBUTES.index(name) for name in ON_TIME]].sum())
        lost["planning and production"] += late
        lost["transport and installation"] += float(handed.sum()) - late
    by_department = 100.0 * np.array(list(lost.values())) / sales if sales and sums.size else np.full(len(lost), np.nan)
    findings.put_one("department_losses", float(by_department.sum()), sales, "nothing was bought")
    findings.put_members("department_losses", "department", tuple(DEPARTMENTS), by_department, np.full(len(DEPARTMENTS), sales))


def _lines(reading: Reading, rows: npt.NDArray[np.integer[Any]], weights: Floats | None = None) -> Floats:
    """Lines of the order book (or their weights) by group, (n_groups,)."""
    cells = reading.order_cells
    counted = np.bincount(cells.of_row[rows], weights=weights, minlength=cells.count).astype(np.float64)
    return fold(counted[:, None], cells, reading.groups)[:, 0]
