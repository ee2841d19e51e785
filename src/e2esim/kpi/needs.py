"""Needs of customers that the firm wins or loses to others for once, and what that makes of how often a customer buys.

A need of a living customer is bought from the firm with probability q; one that is bought elsewhere comes back after the share f of a full waiting
time. With needs at rate l after a purchase, the time between two purchases is 1/l + (1 - q)/q f/l on average, so that customers buy at

    l q / (q + f (1 - q))

which is the rate that `e2esim.kpi.clv` takes. q is what was seen in the window, by channel and segment: a dear price, a slow delivery, an empty
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
    bought, lost = needs_seen(reading)
    return rate_of_buying(bought, lost, reading.outcome.terms.lost_need_lives)


def rate_of_buying(bought: Floats, lost: Floats, comes_back: float) -> npt.NDArray[Any]:
    """The same from needs bought here and elsewhere; ``comes_back``: after which share of a waiting time a need bought elsewhere is felt again.

    >>> rate_of_buying(np.array([75.0]), np.array([25.0]), 1.0).round(3), rate_of_buying(np.array([0.0]), np.array([0.0]), 0.25)
    (array([0.75]), array([1.]))
    """
    total = bought.sum() + lost.sum()
    all_of_them = bought.sum() / total if total > 0.0 else 1.0
    q = (bought + _FEW * all_of_them) / (bought + lost + _FEW)
    return np.asarray(q / np.maximum(q + comes_back * (1.0 - q), 1e-12))
