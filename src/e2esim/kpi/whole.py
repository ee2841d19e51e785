"""All KPIs of one run: opens the outcome once and calls every topic."""

from __future__ import annotations

from e2esim.domain.outcome import Outcome
from e2esim.kpi.bullwhip import measure_bullwhip
from e2esim.kpi.buying import measure_buying
from e2esim.kpi.heard import measure_heard
from e2esim.kpi.late import measure_late
from e2esim.kpi.ledger import read_pnl
from e2esim.kpi.loyalty import measure_loyalty
from e2esim.kpi.money import measure_money, measure_returns, sum_money
from e2esim.kpi.needs import measure_needs
from e2esim.kpi.operations import mean_stock, measure_operations
from e2esim.kpi.reading import Reading
from e2esim.kpi.reliability import measure_reliability
from e2esim.kpi.sale import measure_sale
from e2esim.kpi.service import measure_service
from e2esim.kpi.services_used import measure_services_used
from e2esim.kpi.surprises import measure_surprises
from e2esim.kpi.table import Findings, KpiTable
from e2esim.kpi.touchpoint_return import measure_touchpoint_return
from e2esim.kpi.voice import measure_desk, measure_voice


def measure_all(outcome: Outcome) -> KpiTable:
    """Compute every KPI of the catalogue over the reporting window of ``outcome``, with its breakdowns.

    The warm-up is a filter: each KPI keeps the rows placed, promised, delivered or returned inside [warmup_h,
    horizon_h), as its formula in the catalogue says. What cannot be told is null, with a note.

    Raises
    ------
    ValueError
        If a code of the tables has no label.
    """
    reading = Reading(outcome)
    findings = Findings(reading.groups)
    money = sum_money(reading)
    customers = measure_loyalty(reading, money, findings)
    measure_voice(reading, findings)
    measure_heard(reading, findings)
    measure_services_used(reading, findings)
    measure_sale(reading, findings)
    measure_needs(reading, findings)
    measure_buying(reading, customers, findings)
    measure_reliability(reading, findings)
    placed = measure_service(reading, findings)
    measure_desk(reading, placed, findings)
    measure_operations(reading, findings)
    measure_bullwhip(reading, findings)
    measure_surprises(reading, findings)
    measure_late(reading, findings)
    stock_eur, counts = mean_stock(reading)
    pnl = read_pnl(reading)
    measure_money(reading, money, pnl, stock_eur, counts, findings)
    measure_touchpoint_return(reading, pnl, findings)
    measure_returns(reading, money, findings)
    return findings.table()
