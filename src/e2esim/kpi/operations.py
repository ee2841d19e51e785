"""KPIs of the event log: load, shortages, suppliers, scrap, stock, forecast."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.events import Event
from e2esim.domain.outcome import Outcome
from e2esim.domain.returning import SORTED_AS
from e2esim.kpi.event_kernels import shortage_spells, weekly_load
from e2esim.kpi.groups import check_codes, ratio
from e2esim.kpi.reading import Reading
from e2esim.kpi.table import Findings

Floats = npt.NDArray[np.float64]


def load_by_week(outcome: Outcome) -> tuple[Floats, Floats]:
    """Machine hours used and opened, (n_weeks, n_work_centres) each [h], warm-up included; see :func:`worked_when`."""
    weeks, centres = math.ceil(outcome.horizon_h / 168.0), len(outcome.labels.work_centres)
    used, opened = np.zeros((weeks, centres)), np.zeros((weeks, centres))
    e = outcome.events
    weekly_load(e["t"], e["kind"], e["place"], e["quantity"], e["value"], used, opened)
    return worked_when(used, opened), opened


def worked_when(used: Floats, opened: Floats) -> Floats:
    """Hours by the week in which they were worked, (weeks, centres): an operation is told when it ends, its hours lie before that.

    What a week was not open for belongs to the last weeks before it that have hours left; what finds none stays.

    >>> worked_when(np.array([[30.0], [0.0], [50.0]]), np.array([[40.0], [0.0], [44.0]])).ravel().tolist()
    [36.0, 0.0, 44.0]
    """
    worked = np.minimum(used, opened)
    for week in range(len(used) - 1, -1, -1):
        over = used[week] - np.minimum(used[week], opened[week])
        for before in range(week - 1, -1, -1):
            if not over.any():
                break
            moved = np.minimum(over, np.maximum(opened[before] - np.maximum(worked[before], used[before]), 0.0))
            worked[before] += moved
            over = over - moved
        worked[week] += over
    return worked


def mean_stock(reading: Reading) -> tuple[float, int]:
    """Mean value of the firm's stock in the window [EUR], NaN if never counted, and the number of counts."""
    total, most = float("nan"), 0
    for place in reading.outcome.terms.own_stock:
        values = _events(reading, Event.STOCK_COUNTED, "value", place=place)
        if values.size:
            total = float(values.mean()) + (0.0 if math.isnan(total) else total)
            most = max(most, int(values.size))
    return total, most


def measure_operations(reading: Reading, findings: Findings) -> None:
    """Take the KPIs of the topic."""
    _load(reading, findings)
    _forecast(reading, findings)
    _shortages(reading, findings)
    _suppliers(reading, findings)
    _scrap(reading, findings)
    _productivity(reading, findings)
    _back(reading, findings)
    _records(reading, findings)
    _fleets(reading, findings)
    _crews(reading, findings)
    _uptime(reading, findings)
    _to_order(reading, findings)


def _productivity(reading: Reading, findings: Findings) -> None:
    """Good pieces of sold items for an hour open."""
    e = reading.outcome.events
    inside = (e["t"] >= reading.start) & (e["t"] < reading.end)
    made = inside & (e["kind"] == Event.LOT_COMPLETED)
    sold = reading.item_brand[e["item"][made]] >= 0
    pieces = float(e["quantity"][made][sold].sum())
    opened = inside & (e["kind"] == Event.CAPACITY_OPENED)
    hours = float((e["quantity"] + e["value"])[opened].sum())
    findings.put_one("pieces_per_hour", pieces / hours if hours else float("nan"), pieces, "no plant hour was opened in the reporting window")


def _back(reading: Reading, findings: Findings) -> None:
    """What became of pieces that came back, and how long they waited until somebody looked at them."""
    outcome, pieces = _events(reading, Event.RETURN_SORTED, "place"), _events(reading, Event.RETURN_SORTED, "quantity")
    count = np.bincount(outcome, weights=pieces, minlength=len(SORTED_AS))
    total, why = float(count.sum()), "nothing came back in the reporting window"
    sellable = float(count[SORTED_AS.index("as new")] + count[SORTED_AS.index("repaired")])
    for name, part in (("returns_sellable", sellable), ("returns_recycled", float(count[SORTED_AS.index("recycled")]))):
        findings.put_one(name, part / total if total else float("nan"), total, why)
    rows, days = _events(reading, Event.RETURN_INSPECTED, "rows"), _events(reading, Event.RETURN_INSPECTED, "value")
    waited = float(days @ rows / rows.sum()) if len(rows) else 0.0 if total else float("nan")
    findings.put_one("inspection_wait", waited, float(rows.sum()) if len(rows) else total, why)


def _records(reading: Reading, findings: Findings) -> None:
    """How often a count found the book right, and what had been lost unnoticed."""
    right, value = _events(reading, Event.RECORD_COUNTED, "rows"), _events(reading, Event.STOCK_LOST, "value")
    accuracy = float(right.mean()) if len(right) else float("nan")
    findings.put_one("record_accuracy", accuracy, float(len(right)), "not exercised: no stock was counted in the reporting window")
    findings.put_one("stock_lost", float(value.sum()) * reading.a_year, float(len(value)))


def _to_order(reading: Reading, findings: Findings) -> None:
    """How much of what is sold is made to order, how long it takes, what nobody took."""
    item, pieces = _events(reading, Event.LOT_COMPLETED, "item"), _events(reading, Event.LOT_COMPLETED, "quantity")
    finished = float(pieces[reading.item_brand[item] >= 0].sum())
    own, days = _events(reading, Event.MADE_TO_ORDER, "quantity"), _events(reading, Event.MADE_TO_ORDER, "value")
    why = "not exercised: nothing was made to order in the reporting window"
    findings.put_one("made_to_order", float(own.sum()) / finished if finished else float("nan"), finished, "no lot was finished in the reporting window")
    findings.put_one("made_to_order_days", float(days.mean()) if len(days) else float("nan"), float(len(days)), why)
    value = _events(reading, Event.UNCLAIMED, "value")
    findings.put_one("unclaimed", float(value.sum()) * reading.a_year, float(len(value)))


def _uptime(reading: Reading, findings: Findings) -> None:
    """Normal hours open over those of the calendar, all work centres and each."""
    centres = reading.outcome.labels.work_centres
    place = _events(reading, Event.CAPACITY_OPENED, "place")
    opened = np.bincount(place, weights=_events(reading, Event.CAPACITY_OPENED, "quantity"), minlength=len(centres))
    lost = np.bincount(_events(reading, Event.HOURS_LOST, "place"), weights=_events(reading, Event.HOURS_LOST, "quantity"), minlength=len(centres))
    weeks, hours = np.bincount(place, minlength=len(centres)).astype(np.float64), float((opened + lost).sum())
    why = "no plant hour was opened in the reporting window"
    findings.put_one("uptime", float(opened.sum()) / hours if hours else float("nan"), float(weeks.max(initial=0.0)), why)
    findings.put_members("uptime", "work_centre", centres, ratio(opened, opened + lost), weeks)


def _crews(reading: Reading, findings: Findings) -> None:
    """How much of their working hours the picking crews pick."""
    worked, hours = _events(reading, Event.WAVE_PICKED, "value"), float(_events(reading, Event.CREW_OPENED, "quantity").sum())
    findings.put_one("picking_load", float(worked.sum()) / hours if hours else float("nan"), float(len(worked)), "no crew worked in the reporting window")


def _fleets(reading: Reading, findings: Findings) -> None:
    """How much the firm's trucks are on the road, how many are hired, how long departures wait for one."""
    own, hired, away = (_events(reading, Event.TRUCKS_TAKEN, column) for column in ("rows", "quantity", "value"))
    trucks, why = float(own.sum() + hired.sum()), "not exercised: no lane that sent goods in the reporting window has a fleet"
    there = reading.outcome.fleet_trucks * (reading.end - reading.start)
    waited = float(_events(reading, Event.TRUCK_WAITED, "value").sum())
    for name, above, below in (("fleet_use", float(away.sum()), there), ("trucks_hired", float(hired.sum()), trucks), ("truck_wait", waited, float(len(own)))):
        findings.put_one(name, above / below if below else float("nan"), trucks, why)


def _events(reading: Reading, kind: Event, column: str, place: int | None = None) -> npt.NDArray[Any]:
    e = reading.outcome.events
    keep = (e["kind"] == kind) & (e["t"] >= reading.start) & (e["t"] < reading.end)
    if place is not None:
        keep &= e["place"] == place
    return np.asarray(e[column][keep])


def _load(reading: Reading, findings: Findings) -> None:
    used, opened = load_by_week(reading.outcome)
    whole = slice(math.ceil(reading.start / 168.0), math.floor(reading.end / 168.0))
    used, opened = used[whole], opened[whole]
    centres = reading.outcome.labels.work_centres
    weeks = (opened > 0).sum(axis=0)
    load = ratio(used.sum(axis=0), opened.sum(axis=0))
    weekly = ratio(used, opened)
    peak = np.array([np.nanmax(weekly[:, c]) if weeks[c] else np.nan for c in range(len(centres))])
    told = weeks > 0
    for name, values in (("capacity_load", load), ("capacity_load_peak", peak)):
        findings.put_one(name, float(values[told].max()) if told.any() else float("nan"), int(weeks.max(initial=0)))
        findings.put_members(name, "work_centre", centres, values, weeks.astype(np.float64))
    e = reading.outcome.events
    inside = (e["kind"] == Event.CHANGED_OVER) & (e["t"] >= 168.0 * whole.start) & (e["t"] < 168.0 * whole.stop)
    changed = np.bincount(e["place"][inside], weights=e["value"][inside], minlength=len(centres))
    hours_used = used.sum(axis=0)
    findings.put_one("changeover_share", float(changed.sum() / hours_used.sum()) if hours_used.sum() else float("nan"), int(weeks.max(initial=0)))
    findings.put_members("changeover_share", "work_centre", centres, ratio(changed, hours_used), weeks.astype(np.float64))
    hours = float(opened[:, told].sum())
    findings.put_one(
        "capacity_load_mean", float(used[:, told].sum()) / hours if hours else float("nan"), int(weeks.max(initial=0))
    )


def _forecast(reading: Reading, findings: Findings) -> None:
    """WAPE and bias over whole weeks of the window, now and some weeks ahead, and MASE; all items and by brand."""
    outcome = reading.outcome
    window = slice(math.ceil(reading.start / 168.0), math.floor(reading.end / 168.0))

    def inside(table: npt.NDArray[Any]) -> Floats:
        return np.asarray(table[window], dtype=np.float64) if table.size else np.zeros((0, len(outcome.labels.items)))

    made, ahead, actual = inside(outcome.forecast_weekly), inside(outcome.forecast_ahead_weekly), inside(outcome.actual_weekly)
    known = ~np.isnan(ahead) if len(ahead) else ahead > 0
    later = np.where(known, actual[: len(ahead)], 0.0)
    error, moved = np.abs(made - actual).sum(axis=0), ((made > 0) | (actual > 0)).sum(axis=0)
    _shares(reading, findings, "forecast_error", error, actual.sum(axis=0), moved)
    _shares(reading, findings, "forecast_bias", (made - actual).sum(axis=0), actual.sum(axis=0), moved)
    off, counted = np.abs(np.where(known, ahead, 0.0) - later).sum(axis=0), (known & ((np.nan_to_num(ahead) > 0) | (later > 0))).sum(axis=0)
    _shares(reading, findings, "forecast_error_ahead", off, later.sum(axis=0), counted)
    _scaled(reading, findings, made, actual)


def _shares(reading: Reading, findings: Findings, name: str, above: Floats, below: Floats, n: Floats) -> None:
    """One sum over another, all items and by brand; (n_items,) each."""
    brands = reading.outcome.labels.brands
    total = float(below.sum())
    findings.put_one(name, float(above.sum()) / total if total else float("nan"), float(n.sum()))
    groups = [reading.item_brand == b for b in range(len(brands))]
    sums, bases, counts = (np.array([column[g].sum() for g in groups]) for column in (above, below, n))
    findings.put_members(name, "brand", brands, ratio(sums, bases), counts)


def _scaled(reading: Reading, findings: Findings, made: Floats, actual: Floats) -> None:
    """Error over that of "as last week", mean over the items whose demand changes."""
    brands, items = reading.outcome.labels.brands, actual.shape[1]
    change = np.abs(np.diff(actual, axis=0)).mean(axis=0) if len(actual) > 1 else np.zeros(items)
    told = change > 0
    scaled = np.divide(np.abs(made - actual).mean(axis=0) if len(actual) else np.zeros(items), change, out=np.zeros(items), where=told)
    findings.put_one("forecast_mase", float(scaled[told].mean()) if told.any() else float("nan"), float(told.sum()))
    groups = [told & (reading.item_brand == b) for b in range(len(brands))]
    counts = np.array([float(g.sum()) for g in groups])
    findings.put_members("forecast_mase", "brand", brands, ratio(np.array([scaled[g].sum() for g in groups]), counts), counts)


def _shortages(reading: Reading, findings: Findings) -> None:
    e = reading.outcome.events
    since = np.full(len(reading.outcome.labels.items), np.nan)
    spells, _, hours = shortage_spells(e["t"], e["kind"], e["item"], e["quantity"], reading.start, reading.end, since)
    findings.put_one(
        "shortage_days",
        hours / 24.0 / spells if spells else float("nan"),
        spells,
        "not exercised: no material was missing in the reporting window",
    )
    findings.put_one("shortages", spells * reading.a_year, spells)


def _suppliers(reading: Reading, findings: Findings) -> None:
    suppliers = reading.outcome.labels.suppliers
    size = len(suppliers)
    place = _events(reading, Event.SUPPLY_RECEIVED, "place")
    check_codes("supplier", place, size)
    late = _events(reading, Event.SUPPLY_RECEIVED, "value")
    good = _events(reading, Event.SUPPLY_RECEIVED, "quantity")
    receipts = np.bincount(place, minlength=size).astype(np.float64)
    on_time = np.bincount(place, weights=late < 1.0, minlength=size)
    accepted = np.bincount(place, weights=good, minlength=size)
    rejected, held = (
        np.bincount(_events(reading, kind, "place"), weights=_events(reading, kind, "quantity"), minlength=size)
        for kind in (Event.SUPPLY_REJECTED, Event.SUPPLY_HELD)
    )
    for name, above, below in (
        ("supplier_on_time", on_time, receipts),
        ("supplier_rejected", rejected, accepted + rejected),
        ("supplier_held", held, accepted),
    ):
        findings.put_one(name, float(ratio(np.array([above.sum()]), np.array([below.sum()]))[0]), float(receipts.sum()))
        findings.put_members(name, "supplier", suppliers, ratio(above, below), receipts)
    emitted = _brought_in(reading, size) * reading.a_year
    findings.put_one("inbound_co2", float(emitted.sum()), float(receipts.sum()))
    findings.put_members("inbound_co2", "supplier", suppliers, emitted, receipts)
    broken = _events(reading, Event.PRICE_BROKEN, "value")
    findings.put_one("price_breaks", float(broken.sum()) * reading.a_year, float(len(broken)))


def _brought_in(reading: Reading, size: int) -> Floats:
    """Emission of all that came from each supplier, what was rejected included, (suppliers,) [kg CO2e]."""
    terms, tonnes = reading.outcome.terms, np.zeros(size)
    for kind in (Event.SUPPLY_RECEIVED, Event.SUPPLY_REJECTED):
        place, item, quantity = (_events(reading, kind, name) for name in ("place", "item", "quantity"))
        tonnes += np.bincount(place, weights=quantity * terms.item_weight_kg[item] / 1000.0, minlength=size)
    return tonnes * terms.supplier_co2_kg_t


def _scrap(reading: Reading, findings: Findings) -> None:
    brands, size = reading.outcome.labels.brands, len(reading.outcome.labels.items)
    item = _events(reading, Event.LOT_COMPLETED, "item")
    check_codes("item of a lot", item, size)
    lots = np.bincount(item, minlength=size).astype(np.float64)
    good = np.bincount(item, weights=_events(reading, Event.LOT_COMPLETED, "quantity"), minlength=size)
    bad = np.bincount(item, weights=_events(reading, Event.LOT_COMPLETED, "value"), minlength=size)
    findings.put_one(
        "scrap", float(ratio(np.array([bad.sum()]), np.array([bad.sum() + good.sum()]))[0]), float(lots.sum())
    )
    groups = [reading.item_brand == b for b in range(len(brands))]
    above, below, n = (np.array([column[g].sum() for g in groups]) for column in (bad, bad + good, lots))
    findings.put_members("scrap", "brand", brands, ratio(above, below), n)
    _put_right(reading, findings, float(bad.sum() + good.sum()))


def _put_right(reading: Reading, findings: Findings, made: float) -> None:
    """Rework over pieces that left the last step for good, and its hours over all machine hours used."""
    back = float(_events(reading, Event.PUT_RIGHT, "quantity").sum())
    hours, how = _events(reading, Event.OPERATION_DONE, "value"), _events(reading, Event.OPERATION_DONE, "rows")
    findings.put_one("rework", back / made if made else float("nan"), made, "no lot was completed in the reporting window")
    for name, code in (("rework_hours", 1), ("second_choice", 2)):
        portion = float(hours[how == code].sum() / hours.sum()) if hours.sum() else float("nan")
        findings.put_one(name, portion, float(len(hours)), "no operation ended in the reporting window")
