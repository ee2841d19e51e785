"""KPIs of what the firm hears and does about it: who is called back, what is mended, what stands in public; and how far up the pyramid a line came."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind, Reason
from e2esim.domain.events import Event
from e2esim.kpi.groups import fold, ratio
from e2esim.kpi.reading import Reading
from e2esim.kpi.table import Findings

HARDLY = 0.05  # [satisfaction] losses up to this one do not keep a level of the pyramid from being reached, assumed


def measure_heard(reading: Reading, findings: Findings) -> None:
    """Take calls, mending, public words and the three levels."""
    c, e = reading.contacts, reading.outcome.events
    called = (c["reason"] == Reason.CALL_BACK) & (c["t"] >= reading.start) & (c["t"] < reading.end)
    calls = float((called & (c["started"] < reading.end)).sum())
    findings.put_one("called_back", calls * reading.a_year, float(called.sum()))
    mended = float(((e["kind"] == Event.TOUCHPOINT_MENDED) & (e["t"] >= reading.start) & (e["t"] < reading.end)).sum())
    findings.put_one("touchpoints_mended", mended, mended)
    trained = (e["kind"] == Event.TRAINED) & (e["t"] >= reading.start) & (e["t"] < reading.end)
    modules = float(e["quantity"][trained].sum())
    mailed = (e["kind"] == Event.MAILED) & (e["t"] >= reading.start) & (e["t"] < reading.end)
    woken = float(e["quantity"][mailed].sum())
    findings.put_one("needs_woken", woken * reading.a_year, woken)
    findings.put_one("trained", modules * reading.a_year, modules)
    for kpi, kind, column in (("portal_answers", Event.PORTAL_ANSWERED, "rows"), ("staff_trained", Event.STAFF_TRAINED, "quantity")):
        some = (e["kind"] == kind) & (e["t"] >= reading.start) & (e["t"] < reading.end)
        many = float(e[column][some].sum())
        findings.put_one(kpi, many * reading.a_year, many)
    better = float(((e["kind"] == Event.PRODUCT_IMPROVED) & (e["t"] >= reading.start) & (e["t"] < reading.end)).sum())
    findings.put_one("products_improved", better, better)
    looked = (e["kind"] == Event.LOOKED_AROUND) & (e["t"] > reading.start) & (e["t"] <= reading.end)
    decided = float(e["value"][looked].sum())
    findings.put_one("sale_days", 7.0 * float(e["quantity"][looked].sum()) / decided if decided > 0.0 else 0.0, decided)
    before = (e["kind"] == Event.EXPECTATION_ASKED) & (e["t"] >= reading.start) & (e["t"] < reading.end)
    many, expects, promised = (float(e[column][before].sum()) for column in ("rows", "quantity", "value"))
    findings.put_one("expected_days", expects / many if many else float("nan"), many, "not exercised: nobody was asked before (feedback.ask_before)")
    gap = (promised - expects) / many if many else float("nan")
    findings.put_one("expectation_gap", gap, many, "not exercised: nobody was asked before (feedback.ask_before)")
    asked = (c["reason"] != Reason.CALL_BACK) & (c["t"] >= reading.start) & (c["t"] < reading.end) & (c["started"] < reading.end)
    findings.put_one("contacts_written", float((asked & (c["written"] == 1)).sum() / max(asked.sum(), 1)) if asked.any() else float("nan"), float(asked.sum()))
    o = reading.orders
    seen = (o["kind"] != OrderKind.REPLENISH) & (o["delivered"] >= reading.start) & (o["delivered"] < reading.end)
    told = np.flatnonzero(seen & (o["spoke"] != 0) & (o["csat_true"] > 0))
    words = _sum(reading, told)
    findings.put("review_stars", ratio(_sum(reading, told, o["csat_true"][told].astype(np.float64)), words), words)
    loud = (o["csat_true"][told] == 1) | (o["csat_true"][told] == 5)
    findings.put("review_extremes", ratio(_sum(reading, told, loud.astype(np.float64)), words), words)
    felt = np.flatnonzero(seen & ~np.isnan(o["satisfaction"]))
    lines = _sum(reading, felt)
    needs = o["needs_loss"][felt] <= HARDLY
    ease = needs & (o["ease_loss"][felt] <= HARDLY)
    for name, reached in (("level_needs", needs), ("level_ease", ease), ("level_joy", ease & (o["joy"][felt] > 0.0))):
        findings.put(name, ratio(_sum(reading, felt, reached.astype(np.float64)), lines), lines)


def _sum(reading: Reading, rows: npt.NDArray[np.integer[Any]], weights: npt.NDArray[np.float64] | None = None) -> npt.NDArray[np.float64]:
    """Lines of the order book (or their weights) by group, (n_groups,)."""
    cells = reading.order_cells
    counted = np.bincount(cells.of_row[rows], weights=weights, minlength=cells.count).astype(np.float64)
    return fold(counted[:, None], cells, reading.groups)[:, 0]
