"""Needs of customers that the firm wins or loses to others for once, and what that makes of how often a customer buys.

A need of a living customer is bought from the firm with probability q; what is bought elsewhere lives as long, so needs go on at their rate l and
customers buy at l q, the rate that `e2esim.kpi.clv` takes. q is what was seen in the window, by channel and segment: a dear price, a slow delivery, an empty
shelf or a question that nobody answers costs the value of customers who stay, not of those only who leave.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind
from e2esim.kpi.groups import ratio
from e2esim.kpi.reading import Reading
from e2esim.kpi.table import Findings
from e2esim.kpi.weeks import by_group, whole_weeks

Floats = npt.NDArray[np.float64]

_FEW = 10.0  # needs of all customers that are lent to a channel and segment in which few came due


def measure_needs(reading: Reading, findings: Findings) -> None:
    """Take the share of the needs of customers that were bought from the firm."""
    bought, lost = (by_group(reading, count) for count in needs_seen(reading))
    findings.put("needs_bought", ratio(bought, bought + lost), bought + lost)


def needs_seen(reading: Reading) -> tuple[Floats, Floats]:
    """Needs of customers in the whole weeks of the window that were bought from the firm, and those bought elsewhere, (channels, segments) each."""
    weeks = whole_weeks(reading)
    o, labels = reading.orders, reading.outcome.labels
    bought = np.zeros((len(labels.channels), len(labels.segments)))
    again = (o["kind"] != OrderKind.REPLENISH) & (o["repeat"] == 1) & (o["placed"] >= weeks.since) & (o["placed"] < weeks.until)
    np.add.at(bought, (o["channel"][again], o["segment"][again]), 1.0)
    elsewhere = np.asarray(reading.outcome.needs_lost)
    return bought, elsewhere[weeks.some].sum(axis=0) if elsewhere.size else np.zeros_like(bought)


def buying(reading: Reading) -> Floats:
    """How often customers buy, against how often they would if they bought every need from the firm, (channels, segments) [share]."""
    return share_bought(*needs_seen(reading))


def share_bought(bought: Floats, lost: Floats) -> npt.NDArray[Any]:
    """The same from needs bought here and elsewhere.

    >>> share_bought(np.array([75.0]), np.array([25.0])).round(3), share_bought(np.array([0.0]), np.array([0.0]))
    (array([0.75]), array([1.]))
    """
    total = bought.sum() + lost.sum()
    all_of_them = bought.sum() / total if total > 0.0 else 1.0
    return np.asarray((bought + _FEW * all_of_them) / (bought + lost + _FEW))
