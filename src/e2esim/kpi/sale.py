"""KPIs of the sale: who drops out before it, how many contacts and how much money it takes, and what a touchpoint that failed leads to."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind, Reason
from e2esim.domain.events import Event
from e2esim.domain.ledger import Posted
from e2esim.domain.world import PHASES
from e2esim.kpi.groups import fold, ratio
from e2esim.kpi.reading import Reading
from e2esim.kpi.table import Findings
from e2esim.kpi.weeks import WeeksInside, by_group, whole_weeks

Floats = npt.NDArray[np.float64]
UNTIL = PHASES.index("receive")  # phases before it belong to the sale


def measure_sale(reading: Reading, findings: Findings) -> None:
    """Take what it takes to conclude a sale."""
    o = reading.orders
    consumer = o["kind"] != OrderKind.REPLENISH
    inside = consumer & (o["placed"] >= reading.start) & (o["placed"] < reading.end)
    sales = _lines(reading, np.flatnonzero(inside))
    weeks, weighed = people_who_weighed(reading)
    whole = _lines(reading, np.flatnonzero(consumer & (o["placed"] >= weeks.since) & (o["placed"] < weeks.until)))
    findings.put("conversion", ratio(whole, weighed), weighed)
    looked, empty, lost = _at_shelves(reading)
    findings.put("shelf_empty", ratio(empty, looked), looked)
    findings.put("shelf_lost", ratio(lost, looked), looked)
    findings.put("sale_contacts", ratio(_met_before(reading) + _asked_before(reading), sales), sales)
    findings.put("sale_cost", ratio(sale_eur(reading), sales), sales)
    failed = np.flatnonzero(inside & (o["trouble"] >= 0))
    failures = _lines(reading, failed)
    findings.put("trouble_contacts", ratio(_lines(reading, failed, o["contacts"][failed].astype(np.float64)), failures, 100.0), failures)


def _at_shelves(reading: Reading) -> tuple[Floats, Floats, Floats]:
    """Consumers who looked for an item on a shelf in the weeks closed inside the window, found it empty, were lost there, (n_groups,) each."""
    e, out = reading.outcome.events, np.zeros((3, reading.groups.size))
    some = np.flatnonzero((e["kind"] == Event.SHELVES_SEEN) & (e["t"] > reading.start) & (e["t"] <= reading.end))
    channel, members = e["place"][some].astype(np.int64), reading.groups.slice("channel")
    for k, name in enumerate(("rows", "quantity", "value")):
        count = e[name][some].astype(np.float64)
        out[k, 0] = count.sum()
        np.add.at(out[k, members], channel, count)
    return out[0], out[1], out[2]


def people_who_weighed(reading: Reading) -> tuple[WeeksInside, Floats]:
    """The whole weeks of the window, and people who weighed a purchase in them, (n_groups,); brand and market untold."""
    weeks = whole_weeks(reading)
    return weeks, by_group(reading, np.asarray(reading.outcome.weighed)[weeks.some].sum(axis=0) if weeks.some.any() else None)


def sale_eur(reading: Reading) -> Floats:
    """What the firm spent until purchases of the window [EUR], (n_groups,); told over all and by channel."""
    j, out = reading.outcome.journal, np.zeros(reading.groups.size)
    account, place = j["account"], j["place"]
    met = (account == Posted.TOUCHPOINTS) & (place >= 0) & (place < UNTIL)
    until = met | (account == Posted.TALK) & (place == Reason.INFORMATION) | (account == Posted.SELLERS)
    some = np.flatnonzero(until & (j["t"] >= reading.start) & (j["t"] < reading.end))
    eur = -j["cents"][some] / 100.0
    out[0] = eur.sum()
    channel = j["channel"][some]
    np.add.at(out[reading.groups.slice("channel")], channel[channel >= 0], eur[channel >= 0])
    return out


def _met_before(reading: Reading) -> Floats:
    """Touchpoints met until the purchase by who bought, (n_groups,)."""
    x = reading.outcome
    return by_group(reading, x.touch_sums[(x.touch_phase >= 0) & (x.touch_phase < UNTIL)][..., 0].sum(axis=0) if x.touch_sums.size else None)


def _asked_before(reading: Reading) -> Floats:
    c, cells = reading.contacts, reading.contact_cells
    rows = np.flatnonzero((c["reason"] == Reason.INFORMATION) & (c["t"] >= reading.start) & (c["t"] < reading.end))
    return fold(np.bincount(cells.of_row[rows], minlength=cells.count).astype(np.float64)[:, None], cells, reading.groups)[:, 0]


def _lines(reading: Reading, rows: npt.NDArray[np.integer[Any]], weights: Floats | None = None) -> Floats:
    """Lines of the order book (or their weights) by group, (n_groups,)."""
    cells = reading.order_cells
    counted = np.bincount(cells.of_row[rows], weights=weights, minlength=cells.count).astype(np.float64)
    return fold(counted[:, None], cells, reading.groups)[:, 0]
