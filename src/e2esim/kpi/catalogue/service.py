"""Catalogue entries: promises and deliveries."""

from __future__ import annotations

from e2esim.kpi.catalogue.entry import ONLY_ALL, Kpi

_DUE = "lines of the firm (DIRECT, REPLENISH) promised for the window, delivered or not, cancelled ones left out"
_SEEN = "consumer lines (DIRECT, SELL_OUT) promised for the window, delivered or not"
_SCOR = "SCOR (ASCM)"
_DAY = "calendar day of delivery <= calendar day of the promise"

SERVICE: tuple[Kpi, ...] = (
    Kpi(
        name="otif",
        label="On time in full (OTIF)",
        unit="share",
        better="higher",
        counted="lines due",
        ceiling=1.0,
        definition="Share of the lines due that came complete, by the promised day.",
        formula=f"lines on time by date and complete / {_DUE}",
        source=f"{_SCOR} RL.1.1 at line level",
    ),
    Kpi(
        name="on_time",
        label="On time, by date",
        unit="share",
        better="higher",
        counted="lines due",
        ceiling=1.0,
        definition="Punctuality on the promise recorded with the order.",
        formula=f"{_DAY}; / {_DUE}",
        source=f"{_SCOR} RL.2.2",
    ),
    Kpi(
        name="on_time_timestamp",
        label="On time, by timestamp",
        unit="share",
        better="higher",
        counted="lines due",
        ceiling=1.0,
        definition="Punctuality to the minute: stricter than by date, never mix them.",
        formula=f"delivered <= promised; / {_DUE}",
        source="calibration 1 (Olist: 6.6 % late by date, 8.0 % by timestamp)",
    ),
    Kpi(
        name="in_full",
        label="In full",
        unit="share",
        better="higher",
        counted="lines due",
        ceiling=1.0,
        definition="Share of the lines due that were delivered complete, late ones included.",
        formula=f"delivered without missing parts / {_DUE}",
        source=f"{_SCOR} RL.2.1 at line level",
    ),
    Kpi(
        name="perfect_order",
        label="Perfect orders",
        unit="share",
        better="higher",
        counted="orders due",
        ceiling=1.0,
        definition=(
            "Share of whole orders of which every line came by the promised day, complete, undamaged and "
            "installed. Documents are not simulated. By brand: brand of the first line."
        ),
        formula="orders without a flaw / orders due",
        source=f"{_SCOR} RL.1.1",
    ),
    Kpi(
        name="days_late",
        label="Days late of late lines",
        unit="days",
        better="lower",
        counted="late lines",
        definition=(
            "Mean calendar days beyond the promise of the lines that are late; lines still open count to the "
            "end of the run, a lower bound."
        ),
        formula="mean of (day delivered - day promised), late lines",
        source="requirements E2",
    ),
    Kpi(
        name="on_request",
        label="On the day the customer wished",
        unit="share",
        better="higher",
        counted="lines wished for the window",
        ceiling=1.0,
        definition="Share of lines delivered by the day the customer named, whatever was promised.",
        formula="day delivered <= day requested / lines of the firm with a date later than the order, for the window",
        source="request-date performance (SCOR practice)",
    ),
    Kpi(
        name="promise_lead",
        label="Promised lead time",
        unit="days",
        better="lower",
        counted="lines promised",
        definition="Mean days from order to promised date.",
        formula="mean of (promised - placed), lines placed in the window",
        source="requirements G11",
    ),
    Kpi(
        name="lead_time",
        label="Lead time",
        unit="days",
        better="lower",
        counted="lines delivered",
        definition="Mean days from order to delivery, of the firm's own customers.",
        formula="mean of (delivered - placed), DIRECT and REPLENISH lines delivered in the window",
        source=f"{_SCOR} RS.1.1",
    ),
    Kpi(
        name="fill_rate",
        label="Fill rate",
        unit="share",
        better="higher",
        counted="lines needed in the window",
        ceiling=1.0,
        definition=(
            "Share of the pieces ordered that came, complete, within the lead time the buyer expects: the day "
            "it wished "
            "or, if it named none, the channel's reference lead time. Unlike otif it falls when promises stretch."
        ),
        formula=(
            "pieces delivered by the day needed / pieces needed in the window (cancelled ones count), lines of the firm"
        ),
        source=(
            "time-window fill rate (Larsen and Thorstenson, 2008); Silver, Pyke and Thomas (2017) for the volume form"
        ),
    ),
    Kpi(
        name="ready_delivery",
        label="Ready delivery",
        unit="share",
        better="higher",
        counted="lines placed",
        ceiling=1.0,
        definition="Share of consumer lines served off the shelf.",
        formula="DIRECT and SELL_OUT lines to which goods were assigned within 72 h / lines placed, last 72 h left out",
        source="requirements E1",
    ),
    Kpi(
        name="unpromised",
        label="Lines without a promise",
        unit="share",
        better="lower",
        counted="lines placed",
        ceiling=1.0,
        definition="Share of lines placed that were never given a date: they cannot be late, so watch them.",
        formula="lines without promise / lines placed",
        source="own",
    ),
    Kpi(
        name="lost_sales",
        label="Lost sales",
        unit="share",
        better="lower",
        counted="lines placed",
        ceiling=1.0,
        definition="Share of the pieces ordered whose line was cancelled.",
        formula="pieces of cancelled lines / pieces ordered, DIRECT and SELL_OUT lines placed in the window",
        source="Silver, Pyke and Thomas (2017)",
    ),
    Kpi(
        name="consumer_otif",
        label="OTIF seen by consumers",
        unit="share",
        better="higher",
        counted="lines due",
        ceiling=1.0,
        definition="otif of what consumers were promised, shops included.",
        formula=f"as otif; {_SEEN}",
        source=f"{_SCOR} RL.1.1 at line level",
    ),
    Kpi(
        name="consumer_on_time",
        label="On time seen by consumers, by date",
        unit="share",
        better="higher",
        counted="lines due",
        ceiling=1.0,
        definition="on_time of what consumers were promised, shops included.",
        formula=f"{_DAY}; / {_SEEN}",
        source=f"{_SCOR} RL.2.2",
    ),
    Kpi(
        name="consumer_lead_time",
        label="Lead time seen by consumers",
        unit="days",
        better="lower",
        counted="lines delivered",
        definition="lead_time of consumers, shops included.",
        formula="mean of (delivered - placed), DIRECT and SELL_OUT lines delivered in the window",
        source=f"{_SCOR} RS.1.1",
    ),
    Kpi(
        name="consumer_fill_rate",
        label="Fill rate seen by consumers",
        unit="share",
        better="higher",
        counted="lines placed",
        ceiling=1.0,
        definition="fill_rate of consumers, shops included.",
        formula="as fill_rate, DIRECT and SELL_OUT lines",
        source=f"{_SCOR} fill rate (ship-from-stock)",
    ),
    Kpi(
        name="upside_flexibility",
        label="Upside flexibility",
        unit="share",
        better="higher",
        counted="pieces above forecast",
        ceiling=1.0,
        definition=(
            "Share of the pieces ordered in weeks in which an item's demand exceeded its forecast that were "
            "promised by the day the customer wished."
        ),
        formula=(
            "pieces promised by the requested day / pieces ordered, lines of the firm, weeks and items with "
            "demand > forecast"
        ),
        source="after SCOR AG.1.1 (upside adaptability)",
    ),
    Kpi(
        name="flexibility",
        label="Changes accepted",
        unit="share",
        better="higher",
        counted="requests for change",
        ceiling=1.0,
        definition="Share of customers' requests to change an open order that were granted.",
        formula="requests granted / requests",
        source="requirements E3",
        dimensions=ONLY_ALL,
    ),
    Kpi(
        name="orders",
        label="Lines ordered by the firm's customers",
        unit="lines/year",
        better="higher",
        counted="lines placed",
        definition="DIRECT and REPLENISH lines placed.",
        formula="count, annualised",
        source="own",
    ),
    Kpi(
        name="purchases",
        label="Purchases of consumers",
        unit="lines/year",
        better="higher",
        counted="lines placed",
        definition="DIRECT and SELL_OUT lines placed.",
        formula="count, annualised",
        source="own",
    ),
)
