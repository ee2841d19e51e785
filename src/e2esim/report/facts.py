"""Everything the page draws, aggregated once from the rows of a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import Reason
from e2esim.domain.outcome import Outcome
from e2esim.domain.world import World
from e2esim.report.flows import Flows, read_flows
from e2esim.report.prices import HourPrice, read_hour_price
from e2esim.report.promises import Punctuality, read_punctuality
from e2esim.report.since_purchase import SincePurchase, read_since_purchase
from e2esim.report.weekly import (
    CLASSES,
    Leads,
    WeeklyLoad,
    order_class,
    read_backlog,
    read_demand,
    read_feelings,
    read_leads,
    read_load,
    read_stock,
)

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, kw_only=True, eq=False)
class DeskFacts:
    """Contacts of the reporting window by `Reason`: all of them, given up in the queue, first ones handled, first ones
    solved, (n_reasons,) [1/year].
    """

    contacts: Floats
    abandoned: Floats
    first: Floats
    solved: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts:
    """Aggregates behind the pictures; see the functions that read them."""

    load: WeeklyLoad
    hour_price: HourPrice
    leads: Leads
    punctuality: Punctuality
    waiting: Floats
    past_due: Floats
    stock: dict[int, Floats]
    feelings: Floats
    since: SincePurchase
    forecast: Floats
    demand: Floats
    flows: Flows
    desk: DeskFacts
    classes: list[int]  # classes with lines due, in the order of CLASSES
    direct_pcs: float  # pieces delivered to consumers [pcs/year]


def read_facts(outcome: Outcome, world: World | None) -> Facts:
    """Aggregate an outcome for the page; about a second for a million rows."""
    groups = order_class(outcome)
    punctuality = read_punctuality(outcome, groups)
    waiting, past_due = read_backlog(outcome)
    forecast, demand = read_demand(outcome)
    flows = read_flows(outcome)
    return Facts(
        load=read_load(outcome),
        hour_price=read_hour_price(outcome),
        leads=read_leads(outcome, groups),
        punctuality=punctuality,
        waiting=waiting,
        past_due=past_due,
        stock=read_stock(outcome),
        feelings=read_feelings(outcome),
        since=read_since_purchase(outcome, world),
        forecast=forecast,
        demand=demand,
        flows=flows,
        desk=read_desk(outcome),
        classes=[k for k in range(len(CLASSES)) if punctuality.due[k] > 0],
        direct_pcs=float(flows.sold.sum()),
    )


def read_desk(outcome: Outcome) -> DeskFacts:
    """Count contacts by reason, with the definition of the KPI first_contact_resolution."""
    c, size = outcome.contacts, len(Reason)
    t = c.filled("t")
    inside = np.flatnonzero((t >= outcome.warmup_h) & (t < outcome.horizon_h) & (c.filled("reason") != Reason.CALL_BACK))
    reason, first = c.filled("reason")[inside], c.filled("attempt")[inside] == 1
    handled = first & (c.filled("abandoned")[inside] == 0) & (c.filled("started")[inside] < outcome.horizon_h)
    solved = handled & (c.filled("resolved")[inside] == 1)

    def count(which: npt.NDArray[Any]) -> Floats:
        return np.bincount(reason[which], minlength=size).astype(np.float64) / outcome.window_y

    lost = c.filled("abandoned")[inside] == 1
    return DeskFacts(
        contacts=count(np.ones(len(inside), dtype=bool)),
        abandoned=count(lost),
        first=count(handled),
        solved=count(solved),
    )


def firm_lead(leads: Leads) -> Floats:
    """Mean promised lead time of the firm's own lines by week, (n_weeks,) [days]; shops left out."""
    mine = [k for k, name in enumerate(CLASSES) if name != "shop"]
    lines = leads.lines[:, mine]
    total = (np.nan_to_num(leads.promised[:, mine]) * lines).sum(axis=1)
    out = np.full(lines.shape[0], np.nan)
    np.divide(total, lines.sum(axis=1), out=out, where=lines.sum(axis=1) > 0)
    return out
