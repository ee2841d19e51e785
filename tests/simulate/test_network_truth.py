"""Truth of network runs on made-up networks: goods, orders and money are conserved, and the order of rows means nothing."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from e2esim.domain.chance import Chance
from e2esim.domain.network import NetworkClock, build_network
from e2esim.domain.network_outcome import ORDER_KINDS, NetworkOutcome
from e2esim.domain.network_rows import CentreRow, DemandRow, NetworkRows, OperationRow, PointRow, ReceiptRow, RuleRow, StepRow
from e2esim.domain.worktime import WorkTime
from e2esim.kpi.network import COSTS
from e2esim.simulate.network import simulate_network

ORDERS = (
    ("receive", "demand", "order", "count"), ("receive", "order", "demand", "count"), ("order", "receive", "demand", "count"),
    ("receive", "demand", "count", "order"),
)  # fmt: skip


@st.composite
def networks(draw: st.DrawFn) -> tuple[NetworkRows, NetworkClock]:
    """A network of 2 to 30 sites: suppliers, moves with alternates, assembly, scrap, returns, every rule, waiting and lost demand; other work centres
    for a step, other routings, shifts and overtime."""
    rng = random.Random(draw(st.integers(0, 10**6)))
    n = draw(st.integers(2, 30))
    sites = [f"s{k:02d}" for k in range(n)]
    items = ["bolt", "board", "table"][: draw(st.integers(1, 3))]
    points, rules, ways, demands, receipts = [], [], [], [], []
    for k, site in enumerate(sites):
        for item in items:
            points.append(
                PointRow(
                    site=site, item=item, on_hand=rng.choice([0.0, 5.0, 40.0]), lost=rng.random() < 0.3, partial=rng.random() < 0.7,
                    holding_eur=rng.random(), backlog_eur=rng.random(), lost_eur=rng.random(), wip_limit=rng.choice([0, 0, 2]),
                )
            )  # fmt: skip
            rules.append(_rule(rng, site, item))
            ways += _ways(rng, sites, k, item, items)
            if rng.random() < 0.3:
                receipts.append(ReceiptRow(site=site, item=item, quantity=rng.randint(1, 9), at_d=rng.randint(0, 20)))
            if k == n - 1 or rng.random() < 0.4:
                demands.append(_demand(rng, site, item))
    warmup, period, costs_at = rng.choice([0.0, 0.0, 7.0]), rng.choice([1.0, 7.0]), "time" if rng.random() < 0.5 else "count"
    clock = NetworkClock(horizon_d=60.0, warmup_d=warmup, period_d=period, sequence=rng.choice(ORDERS), costs_at=costs_at)
    rows = NetworkRows(
        points=tuple(points), rules=tuple(rules), operations=tuple(ways), demands=tuple(demands), receipts=tuple(receipts),
        centres=(_centre(rng, "saw", machines=2), _centre(rng, "press"), CentreRow(centre="band")),
    )  # fmt: skip
    return rows, clock


def _centre(rng: random.Random, name: str, machines: int = 1) -> CentreRow:
    """Round the clock, or 8 of 24 hours with or without two of overtime."""
    kind = rng.randint(0, 2)
    if kind == 0:
        return CentreRow(centre=name, machines=machines)
    days = range(400)
    day, over = (WorkTime(tuple(24.0 * d for d in days), tuple(24.0 * d + h for d in days), tuple(h * d for d in days)) for h in (8.0, 10.0))
    return CentreRow(centre=name, machines=machines, works=day, overtime=over if kind == 2 else None, overtime_eur_h=rng.random())


def _chains(rng: random.Random) -> tuple[tuple[StepRow, ...], ...]:
    """No steps, or saw and press, with another centre for the one, or another routing, or both."""
    law = Chance(law="exponential", mean=1.0)
    others = (StepRow(centre="band", setup_h=2.0, run_h=0.7, law=law),) if rng.random() < 0.5 else ()
    first = (StepRow(centre="saw", setup_h=1.0, run_h=0.5, law=law, others=others), StepRow(centre="press", run_h=0.2))
    return rng.choice([((),), (first,), (first, (StepRow(centre="press", run_h=1.0),)), (first, (StepRow(centre="band", run_h=0.4), first[0]))])


def _rule(rng: random.Random, site: str, item: str) -> RuleRow:
    rule = rng.choice(["base_stock", "s_S", "r_Q", "periodic", "drp", "none"])
    forecast = rng.choice(["none", "moving_average", "smoothing"]) if rule == "base_stock" else "none"
    return RuleRow(
        site=site, item=item, rule=rule, level=rng.choice([10.0, 30.0]), reorder=rng.choice([0.0, 5.0]), quantity=rng.choice([3.0, 12.0]),
        review_d=rng.choice([1.0, 2.0]) if rule == "periodic" or forecast != "none" else rng.choice([0.0, 1.0, 7.0]), below=rng.random() < 0.5,
        forecast=forecast, window=3, alpha=0.3, cover_d=rng.choice([0.0, 3.0]) if forecast != "none" else 0.0,
        sends_back=rule in ("base_stock", "drp") and rng.random() < 0.3, lot_multiple=rng.choice([0.0, 4.0]), lot_max=rng.choice([8.0, float("inf")]),
    )  # fmt: skip


def _ways(rng: random.Random, sites: list[str], k: int, item: str, items: list[str]) -> list[OperationRow]:
    """One or two sources: from an earlier site, made from earlier items, or bought."""
    common = {"site": sites[k], "item": item, "order_delay_d": rng.choice([0.0, 1.0]), "order_eur": rng.random(), "unit_eur": rng.random()}
    lead = rng.choice([Chance(), Chance(mean=2.0), Chance(law="exponential", mean=1.5), Chance(law="gamma", mean=2.0, sd=1.0)])
    found = []
    parts = items[: items.index(item)]
    if parts and rng.random() < 0.5:
        steps, *routings = _chains(rng)
        inputs = tuple((part, float(rng.randint(1, 3))) for part in parts)
        found.append(OperationRow(kind="make", inputs=inputs, lead=lead, good_share=rng.choice([1.0, 0.8]), steps=steps, routings=tuple(routings),
                                  **common))  # fmt: skip
    for source in rng.sample(sites[:k], min(k, rng.choice([0, 1, 2]))):
        found.append(OperationRow(kind="move", source=source, lead=lead, shipment_eur=rng.random(), transit_eur=rng.random(), **common))
    if not found or rng.random() < 0.3:
        found.append(OperationRow(kind="buy", source="far", lead=lead, shipment_eur=rng.random(), **common))
    if len(found) > 1 and rng.random() < 0.5:
        return [dataclasses.replace(way, share=1.0 / len(found)) for way in found]
    return [dataclasses.replace(way, priority=j + 1) for j, way in enumerate(found)]


def _demand(rng: random.Random, site: str, item: str) -> DemandRow:
    laws = [Chance(mean=2.0), Chance(law="poisson", mean=3.0), Chance(law="normal", mean=4.0, sd=3.0), Chance(law="empirical", values=(1.0, 9.0))]
    quantity = rng.choice(laws)
    gap = rng.choice([Chance(mean=1.0), Chance(law="exponential", mean=2.0)])
    return DemandRow(
        site=site, item=item, customer=rng.choice(["a", "b"]), gap=gap, gap_first=gap.law != "constant", quantity=quantity, price_eur=10.0 * rng.random(),
        delivery=Chance(mean=rng.choice([0.0, 1.0])), delivery_eur=rng.random(), return_share=rng.choice([0.0, 0.2]), return_d=3.0, priority=rng.randint(1, 2),
    )  # fmt: skip


def run(rows: NetworkRows, clock: NetworkClock) -> NetworkOutcome:
    return simulate_network(build_network(rows), clock, seed=5)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(networks())
def test_goods_orders_and_money_are_conserved(made: tuple[NetworkRows, NetworkClock]) -> None:
    rows, clock = made
    clock = dataclasses.replace(clock, warmup_d=0.0)
    o = run(rows, clock)  # goods at every stock point are checked by every run
    network, book = o.network, o.book
    kind = {name: book["kind"] == k for k, name in enumerate(ORDER_KINDS)}
    assert np.all(book["got"] + book["lost"] <= book["quantity"] + 1e-6)
    goods = book["quantity"] > 1e-6  # less than that is the dust of shares and yields
    assert np.all(((book["done"] >= 0) == (book["got"] + book["lost"] >= book["quantity"] - 1e-6))[goods])
    # goods of the book are the goods of the ledger, point by point
    for column, kinds in (("received", ("transfer", "purchase", "opening")), ("made", ("works",)), ("returned", ("return",))):
        got = np.zeros(network.n)
        for name in kinds:
            np.add.at(got, book["to"][kind[name]], book["got"][kind[name]])
        if column == "received":
            back = kind["sent_back"] & (book["to"] >= 0)
            np.add.at(got, book["to"][back], book["got"][back])
        np.testing.assert_allclose(got, o.ledger[column], atol=1e-6)
    # what a site sent to another is there or under way
    transfer = kind["transfer"]
    sent = o.ledger["moved"].sum()
    moving = sum(w for w, way in zip(o.under_way_by_operation, network.operations, strict=True) if way.kind == "move")
    np.testing.assert_allclose(sent, book["got"][transfer].sum() + moving, atol=1e-6)
    # money: every euro of the sums is a euro of the book
    costs = sum(o.tally[name].sum() for name in ("ordering_eur", "units_eur", "shipments_eur", "overtime_eur"))
    sales = kind["sale"] | kind["return"]
    kept = o.tally["revenue_eur"].sum() - o.tally["refund_eur"].sum() - costs
    np.testing.assert_allclose(kept, book["eur"][sales].sum() - book["eur"][~sales].sum(), atol=1e-6)
    assert all(np.all(o.tally[name] >= -1e-9) for name in COSTS if name != "units_eur")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(networks(), st.integers(0, 10**6))
def test_the_order_of_rows_means_nothing(made: tuple[NetworkRows, NetworkClock], seed: int) -> None:
    rows, clock = made
    rng = random.Random(seed)
    mixed = {f.name: tuple(rng.sample(getattr(rows, f.name), len(getattr(rows, f.name)))) for f in dataclasses.fields(rows)}
    a, b = run(rows, clock), run(NetworkRows(**mixed), clock)
    for name in a.tally:
        np.testing.assert_array_equal(a.tally[name], b.tally[name])
    for name in a.book:
        np.testing.assert_array_equal(a.book[name], b.book[name])


def test_nobodys_luck_depends_on_who_else_exists() -> None:
    def world(*items: str) -> NetworkRows:
        points = tuple(PointRow(site="w", item=item, on_hand=9.0) for item in items)
        rules = tuple(RuleRow(site="w", item=item, rule="s_S", level=20.0, reorder=5.0) for item in items)
        ways = tuple(OperationRow(kind="buy", site="w", item=item, source="x", lead=Chance(law="exponential", mean=2.0)) for item in items)
        demands = tuple(DemandRow(site="w", item=item, quantity=Chance(law="poisson", mean=3.0)) for item in items)
        return NetworkRows(points=points, rules=rules, operations=ways, demands=demands)

    clock = NetworkClock(horizon_d=200.0)
    alone, among = run(world("m"), clock), run(world("a", "m", "z"), clock)
    for name in alone.tally:
        assert alone.tally[name][0] == among.tally[name][among.network.point_of["w", "m"]]


def test_a_circle_is_refused() -> None:
    rows = NetworkRows(
        points=(PointRow(site="a", item="x"), PointRow(site="b", item="x")),
        operations=(OperationRow(kind="move", site="a", item="x", source="b"), OperationRow(kind="move", site="b", item="x", source="a")),
    )
    with pytest.raises(ValueError, match="circle through x at"):
        build_network(rows)
