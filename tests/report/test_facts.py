"""Aggregates of the page against slow twins that read row by row, and against the KPIs."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from report_synthetic import Study

from e2esim.config.door import load
from e2esim.domain.book import CONSUMER_COLUMNS, ORDER_COLUMNS, Columns, OrderKind, OrderState
from e2esim.domain.build import build_world
from e2esim.domain.outcome import Outcome
from e2esim.kpi import measure
from e2esim.report.bridge import read_bridge
from e2esim.report.facts import firm_lead, read_desk
from e2esim.report.flows import read_flows
from e2esim.report.promises import EARLIEST, LATEST, read_punctuality
from e2esim.report.since_purchase import read_since_purchase
from e2esim.report.weekly import CLASSES, order_class, read_backlog, read_feelings, read_leads, read_load, read_stock
from worlds import tiny_world


def _class(run: Outcome, row: int) -> int:
    kind, channel = run.orders["kind"][row], run.orders["channel"][row]
    if kind == OrderKind.REPLENISH:
        return 2 if run.terms.channel_buyer[channel] == 2 else 1
    return 3 if kind == OrderKind.SELL_OUT else 0


def test_punctuality_counts_every_line_due(study: Study) -> None:
    run = study.first
    found = read_punctuality(run, order_class(run))
    counts: Counter[tuple[int, int]] = Counter()
    waiting: Counter[int] = Counter()
    today = math.floor(run.horizon_h / 24)
    for row in range(run.orders.n):
        promised, delivered = float(run.orders["promised"][row]), float(run.orders["delivered"][row])
        if run.orders["state"][row] == OrderState.CANCELLED or not run.warmup_h <= promised < 24 * today:
            continue
        if delivered < run.horizon_h:
            late = math.floor(delivered / 24) - math.floor(promised / 24)
            counts[_class(run, row), min(LATEST, max(EARLIEST, late))] += 1
        else:
            waiting[_class(run, row)] += 1
    for k in range(len(CLASSES)):
        assert found.counts[k].tolist() == [counts[k, day] for day in range(EARLIEST, LATEST + 1)]
        assert found.open[k] == waiting[k]


def test_punctuality_is_the_kpi(study: Study) -> None:
    found = read_punctuality(study.first, order_class(study.first))
    firm = slice(0, 3)
    on_time = float((found.on_time[firm] * found.due[firm]).sum() / found.due[firm].sum())
    assert on_time == pytest.approx(study.kpis["on_time"].value, rel=1e-12)
    seen = [0, 3]
    consumer = float((found.on_time[seen] * found.due[seen]).sum() / found.due[seen].sum())
    assert consumer == pytest.approx(study.kpis["consumer_on_time"].value, rel=1e-12)


def test_load_is_the_kpi_and_names_the_full_weeks(study: Study) -> None:
    load = read_load(study.first)
    table = measure(study.first)
    for c, name in enumerate(study.first.labels.work_centres):
        assert float(load.mean[c]) == pytest.approx(table.value("capacity_load", "work_centre", name), rel=1e-12)
    assert study.first.labels.work_centres[load.binding()] == "Sewing"
    assert load.full_weeks(load.binding()) == list(range(34, 46))


def test_backlog_by_week(study: Study) -> None:
    run = study.first
    waiting, past_due = read_backlog(run)
    for week in range(0, 53, 2):
        end = min(168.0 * (week + 1), run.horizon_h)
        pieces, late = 0, 0
        for row in range(run.orders.n):
            o = run.orders
            if (
                o["kind"][row] == OrderKind.SELL_OUT
                or o["state"][row] == OrderState.CANCELLED
                or o["placed"][row] >= end
            ):
                continue
            if not o["delivered"][row] < end:
                pieces += int(o["quantity"][row])
                late += int(o["quantity"][row]) * bool(o["promised"][row] < end)
        assert (waiting[week], past_due[week]) == (pieces, late)


def test_leads_by_week_and_class(study: Study) -> None:
    run = study.first
    leads = read_leads(run, order_class(run))
    groups: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
    for row in range(run.orders.n):
        placed, promised = float(run.orders["placed"][row]), float(run.orders["promised"][row])
        if placed >= 0 and run.orders["state"][row] != OrderState.CANCELLED:
            wait = (float(run.orders["delivered"][row]) - placed) / 24
            groups[int(placed // 168), _class(run, row)].append(((promised - placed) / 24, wait))
    for (week, k), lines in groups.items():
        assert leads.promised[week, k] == pytest.approx(np.mean([p for p, _ in lines]), rel=1e-5)
        arrived = [w for _, w in lines if not math.isnan(w)]
        if len(arrived) >= 0.97 * len(lines):
            assert leads.real[week, k] == pytest.approx(np.mean(arrived), rel=1e-5)
        else:
            assert math.isnan(leads.real[week, k])
    week = 20
    own = [p for k in range(3) for p, _ in groups[week, k]]
    assert firm_lead(leads)[week] == pytest.approx(np.mean(own), rel=1e-5)


def test_stock_is_the_mean_of_the_counts(study: Study) -> None:
    events = study.first.events
    stock = read_stock(study.first)
    mine = (events["kind"] == 17) & (events["place"] == 0) & (events["t"] >= 5 * 168) & (events["t"] < 6 * 168)
    assert stock[0][5] == pytest.approx(events["quantity"][mine].mean())
    assert set(stock) == {0, 1}


def test_feelings_are_of_deliveries_of_the_week(study: Study) -> None:
    o = study.first.orders
    share = read_feelings(study.first)
    delivered, csat = o.filled("delivered"), o.filled("csat_true")
    week = (delivered >= 10 * 168) & (delivered < 11 * 168) & (csat > 0)
    assert share[10] == pytest.approx((csat[week] >= 4).mean())


def test_flows_add_up(study: Study) -> None:
    flows = read_flows(study.first)
    assert flows.sold.sum() == pytest.approx(study.kpis["pieces_delivered"].value, rel=1e-9)
    run, o = study.first, study.first.orders
    back = sum(
        int(o["quantity"][row])
        for row in range(o.n)
        if o["return_cause"][row] > 0 and run.warmup_h <= o["returned"][row] < run.horizon_h
    )
    assert flows.back == pytest.approx(back / run.window_y)
    assert flows.made > 0
    assert flows.supplied_eur[0] > flows.supplied_eur[3] > 0


def test_bridge_ends_at_the_kpis(study: Study) -> None:
    kpi = {name: found.value for name, found in study.kpis.items()}
    steps = {
        s.key: s for s in read_bridge(study.first)
    }
    assert steps["turnover"].eur == pytest.approx(kpi["turnover"], rel=1e-9)
    parts = ("turnover", "goods", "freight", "service", "penalties", "credits")
    assert sum(steps[key].eur for key in parts) == pytest.approx(kpi["contribution"], rel=1e-9)
    assert steps["contribution"].eur + sum(steps[key].eur for key in ("contacts", "plant", "fixed")) == pytest.approx(kpi["operating_result"], rel=1e-9)


def test_desk_is_the_kpi(study: Study) -> None:
    desk = read_desk(study.first)
    share = float(desk.solved.sum() / desk.first.sum())
    assert share == pytest.approx(study.kpis["first_contact_resolution"].value, rel=1e-12)


def test_satisfaction_since_purchase_without_a_world_is_the_memory(study: Study) -> None:
    run = study.first
    found = read_since_purchase(run, None)
    c = run.consumers
    group = [
        float(c["memory"][k])
        for k in range(c.n)
        if c["last"][k] >= 0 and c["last"][k] < c["memory_t"][k] and 2 <= (run.horizon_h - c["last"][k]) / 730 < 3
    ]
    assert found.remembered[2] == pytest.approx(np.mean(group), rel=1e-6)
    assert found.customers[2] == len(group)
    assert found.product_only is None


def test_product_only_judgement_fades_to_the_base_line(study: Study, tmp_path: Path) -> None:
    """Forty consumers who paid half the reference price: remembered far above the base line, less so as time passes."""
    world = build_world(load([f"scenario={tiny_world(tmp_path / 'tiny')}"]))
    people, orders = Columns(CONSUMER_COLUMNS, capacity=80), Columns(ORDER_COLUMNS, capacity=80)
    people.take(80)
    orders.take(80)
    bought = np.repeat([100.0, 1500.0], 40)
    people["last"][:80], people["memory_t"][:80], people["memory"][:80] = bought, bought + 24, 1.0
    orders["consumer"][:80], orders["placed"][:80], orders["price_ratio"][:80] = np.arange(80), bought, 0.5
    run = replace(
        study.first,
        orders=orders,
        consumers=people,
        horizon_h=2200.0,
        opening_last=np.zeros(0),
        opening_brand=np.zeros(0, dtype=np.int16),
    )
    found = read_since_purchase(run, world)
    base, rule = run.terms.memory_base, world.settings.satisfaction
    s = 1.1 / 0.5
    weight = min(1.0, rule.eta * (1 + rule.eta_extreme * (s - base)))
    for month, age_h in ((0, 700.0), (2, 2100.0)):
        expected = base + weight * (s - base) * 0.5 ** (age_h / 24 / rule.half_life_d)
        assert found.product_only is not None
        assert found.product_only[month] == pytest.approx(expected, rel=1e-6)
        faded = base + (1.0 - base) * 0.5 ** ((age_h - 24) / 24 / rule.half_life_d)
        assert found.remembered[month] == pytest.approx(faded, rel=1e-5)
    assert math.isnan(found.product_only[1])
