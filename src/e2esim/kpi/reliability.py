"""Reliability as its customers see it: lines with nothing to find fault with, from the promise to what comes after the delivery.

Service is another word for reliability, for consumers as for trade (requirements D6, E9). No weights: a line counts whole or not at all,
so that the index falls with whatever fails - the day, the number, the goods, the installation, what shows later, what had to be said, a change
that was refused, a request that nobody solved.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import LineProblem, OrderKind, OrderState, Reason, ReturnCause
from e2esim.kpi.groups import fold, ratio
from e2esim.kpi.reading import Reading
from e2esim.kpi.table import Findings

_FLAWS = int(LineProblem.DAMAGED | LineProblem.INCOMPLETE | LineProblem.INSTALL_FAILED | LineProblem.DEFECT | LineProblem.CHANGE_REFUSED)
_BACK = (ReturnCause.DEFECT, ReturnCause.DAMAGE)


def measure_reliability(reading: Reading, findings: Findings) -> None:
    """Take the index of consumers and that of trade accounts and branches."""
    o = reading.orders
    due = (o["state"] != OrderState.CANCELLED) & (o["promised"] >= reading.start) & (o["promised"] < reading.end)
    trade = o["kind"] == OrderKind.REPLENISH
    faultless = _faultless(reading)
    for name, who in (("reliability_consumer", ~trade), ("reliability_trade", trade)):
        lines = _fold(reading, np.flatnonzero(due & who))
        findings.put(name, ratio(_fold(reading, np.flatnonzero(due & who & faultless)), lines), lines)


def _faultless(reading: Reading) -> npt.NDArray[np.bool_]:
    """Lines that came by the promised day and left nothing to complain about until the end of the run, (n,)."""
    o = reading.orders
    came = o["delivered"] < reading.end  # NaN compares false
    in_time = np.floor(np.where(came, o["delivered"], np.inf) / 24.0) <= np.floor(np.where(np.isnan(o["promised"]), -np.inf, o["promised"]) / 24.0)
    faultless = came & in_time & ((o["problems"] & _FLAWS) == 0) & (o["complained"] == 0) & ~np.isin(o["return_cause"], _BACK)
    faultless[_asked_in_vain(reading)] = False
    return np.asarray(faultless)


def _asked_in_vain(reading: Reading) -> npt.NDArray[np.integer]:
    """Lines about which a customer asked and was never helped, rows of the order book; what the firm itself asks is no request."""
    c = reading.contacts
    never = (c["final"] == 1) & (c["resolved"] == 0) & (c["reason"] != Reason.CALL_BACK) & (c["row"] >= 0)
    return np.asarray(c["row"][never])


def _fold(reading: Reading, rows: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    cells = reading.order_cells
    return fold(np.bincount(cells.of_row[rows], minlength=cells.count).astype(np.float64)[:, None], cells, reading.groups)[:, 0]
