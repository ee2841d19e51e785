"""Slow, obvious twins: a serial chain day by day in plain lists; and small worlds whose figures can be worked out by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from e2esim.domain.chance import Chance
from e2esim.domain.network import Moment, NetworkClock, build_network
from e2esim.domain.network_outcome import NetworkOutcome
from e2esim.domain.network_rows import CentreRow, DemandRow, NetworkRows, OperationRow, PointRow, RuleRow, StepRow
from e2esim.simulate.network import simulate_network

DAYS = 60
RULES = {
    "base_stock": {"level": 14.0},
    "s_S": {"level": 20.0, "reorder": 9.0},
    "r_Q": {"reorder": 8.0, "quantity": 5.0},
    "periodic": {"quantity": 3.0},
}


class Chain:
    """A serial chain: stage 0 sells, the last stage buys from a source that has everything; every stage reviews each day."""

    def __init__(self, stages: int, rule: str, lost: bool, lead: int) -> None:
        self.n, self.rule, self.lost, self.lead = stages, rule, lost, lead
        self.on_hand = [10.0] * stages
        self.on_order = [0.0] * stages
        self.waiting: list[list[float]] = [[] for _ in range(stages)]
        self.pipe: list[list[tuple[int, float]]] = [[] for _ in range(stages)]

    def receive(self, day: int) -> None:
        for k in range(self.n):
            for due, quantity in [g for g in self.pipe[k] if g[0] == day]:
                self.pipe[k].remove((due, quantity))
                self.on_order[k] -= quantity
                self.on_hand[k] += quantity
            self.serve(k, day)

    def serve(self, k: int, day: int) -> None:
        while self.waiting[k] and self.on_hand[k] > 0.0:
            give = min(self.on_hand[k], self.waiting[k][0])
            self.on_hand[k] -= give
            self.waiting[k][0] -= give
            if self.waiting[k][0] == 0.0:
                self.waiting[k].pop(0)
            if k:
                self.pipe[k - 1].append((day + self.lead, give))

    def ask(self, k: int, quantity: float, day: int) -> None:
        self.waiting[k].append(quantity)
        self.serve(k, day)
        if k == 0 and self.lost:
            self.waiting[0].clear()

    def order(self, day: int) -> None:
        facts = RULES[self.rule]
        for k in range(self.n):
            position = self.on_hand[k] + self.on_order[k] - sum(self.waiting[k])
            quantity = 0.0
            if self.rule == "base_stock":
                quantity = max(0.0, facts["level"] - position)
            elif self.rule == "periodic":
                quantity = facts["quantity"]
            elif position <= facts["reorder"]:
                if self.rule == "s_S":
                    quantity = facts["level"] - position
                else:
                    while position + quantity <= facts["reorder"]:
                        quantity += facts["quantity"]
            if quantity > 0.0:
                self.on_order[k] += quantity
                if k + 1 < self.n:
                    self.ask(k + 1, quantity, day)
                else:
                    self.pipe[k].append((day + self.lead, quantity))


def chain(stages: int, rule: str, lost: bool, lead: int, sequence: tuple[Moment, ...]) -> NetworkOutcome:
    sites = [f"s{k}" for k in range(stages)]
    ways = [OperationRow(kind="move", site=a, item="x", source=b, lead=Chance(mean=lead)) for a, b in itertools.pairwise(sites)]
    ways.append(OperationRow(kind="buy", site=sites[-1], item="x", source="source", lead=Chance(mean=lead)))
    rows = NetworkRows(
        points=tuple(PointRow(site=site, item="x", on_hand=10.0, lost=lost) for site in sites),
        rules=tuple(RuleRow(site=site, item="x", rule=rule, review_d=1.0, **RULES[rule]) for site in sites),  # type: ignore[arg-type]
        operations=tuple(ways),
        demands=(DemandRow(site="s0", item="x", quantity=Chance(law="poisson", mean=3.0)),),
    )
    return simulate_network(build_network(rows), NetworkClock(horizon_d=float(DAYS), sequence=sequence), seed=3)


SEQUENCES = [("receive", "demand", "order", "count"), ("order", "receive", "demand", "count"), ("receive", "demand", "count", "order")]


@pytest.mark.parametrize("sequence", SEQUENCES)
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("stages", "lost", "lead"), [(1, False, 1), (3, False, 2), (3, True, 1)])
def test_a_chain_does_what_its_twin_does(stages: int, lost: bool, lead: int, rule: str, sequence: tuple[Moment, ...]) -> None:
    outcome = chain(stages, rule, lost, lead, sequence)
    twin = Chain(stages, rule, lost, lead)
    for day in range(DAYS):
        for moment in sequence:
            if moment == "receive":
                twin.receive(day)
            elif moment == "demand" and outcome.record["demand"][0, day] > 0:
                twin.ask(0, float(outcome.record["demand"][0, day]), day)
            elif moment == "order":
                twin.order(day)
            elif moment == "count":
                np.testing.assert_allclose(outcome.record["on_hand"][:, day], twin.on_hand, atol=1e-5)
                np.testing.assert_allclose(outcome.record["backlog"][:, day], [sum(w) for w in twin.waiting], atol=1e-5)
                np.testing.assert_allclose(outcome.record["on_order"][:, day], twin.on_order, atol=1e-4)


def two_sources(**second: object) -> NetworkOutcome:
    """A shop that takes 10 a day from a depot that gets 4 a day, and from a supplier."""
    rows = NetworkRows(
        points=(PointRow(site="depot", item="x"), PointRow(site="shop", item="x", on_hand=50.0)),
        rules=(
            RuleRow(site="depot", item="x", rule="periodic", quantity=4.0, review_d=1.0),
            RuleRow(site="shop", item="x", rule="base_stock", level=50.0, review_d=1.0),
        ),
        operations=(
            OperationRow(kind="buy", site="depot", item="x", source="far"),
            OperationRow(kind="move", site="shop", item="x", source="depot", priority=1, share=float(second.get("share", 0.0))),  # type: ignore[arg-type]
            OperationRow(kind="buy", site="shop", item="x", source="near", priority=2, share=1.0 - float(second["share"]) if second else 0.0),  # type: ignore[arg-type]
        ),
        demands=(DemandRow(site="shop", item="x", quantity=Chance(mean=10.0)),),
    )  # fmt: skip
    return simulate_network(build_network(rows), NetworkClock(horizon_d=100.0))


def test_the_second_source_helps_when_the_first_cannot() -> None:
    o = two_sources()
    depot, shop = o.network.point_of["depot", "x"], o.network.point_of["shop", "x"]
    assert o.ledger["moved"][depot] == pytest.approx(390.0, abs=10.0)  # what it gets, in orders of 10
    assert o.ledger["received"][shop] == pytest.approx(1000.0, abs=20.0)
    assert o.tally["lost"][shop] == 0.0


def test_shares_are_kept() -> None:
    o = two_sources(share=0.3)
    transfers = o.book["kind"] == 1
    assert o.book["quantity"][transfers].sum() == pytest.approx(0.3 * 1000.0, abs=10.0)


def test_assembly_with_scrap_uses_what_the_bill_says() -> None:
    way = OperationRow(kind="make", site="p", item="table", inputs=(("leg", 4.0), ("top", 1.0)), good_share=0.8, lead=Chance(mean=1.0))
    rows = NetworkRows(
        points=tuple(PointRow(site="p", item=item) for item in ("leg", "table", "top")),
        rules=tuple(RuleRow(site="p", item=item, rule="base_stock") for item in ("leg", "table", "top")),
        operations=(way, *(OperationRow(kind="buy", site="p", item=item, source="s", lead=Chance(mean=2.0)) for item in ("leg", "top"))),
        demands=(DemandRow(site="p", item="table", quantity=Chance(mean=8.0), to_d=5.0),),
    )
    o = simulate_network(build_network(rows), NetworkClock(horizon_d=30.0))
    leg, table, top = (o.network.point_of["p", item] for item in ("leg", "table", "top"))
    assert (o.ledger["sold"][table], o.ledger["made"][table]) == (40.0, 40.0)
    assert o.ledger["consumed"][leg] == pytest.approx(200.0)
    assert o.ledger["consumed"][top] == pytest.approx(50.0)
    done = o.book["done"][(o.book["kind"] == 0)]
    np.testing.assert_allclose(done - o.book["placed"][o.book["kind"] == 0], 3.0)  # two days for parts, one for making


def test_whole_lines_wait_or_are_lost_whole() -> None:
    def world(lost: bool) -> NetworkOutcome:
        rows = NetworkRows(
            points=(PointRow(site="w", item="x", on_hand=5.0, lost=lost, partial=False),),
            rules=(RuleRow(site="w", item="x", rule="none"),),
            demands=(DemandRow(site="w", item="x", quantity=Chance(mean=3.0), to_d=3.0),),
        )
        return simulate_network(build_network(rows), NetworkClock(horizon_d=5.0))

    assert (world(True).tally["lost"][0], world(True).on_hand[0]) == (6.0, 2.0)
    assert (world(False).record["backlog"][0, 4], world(False).on_hand[0]) == (6.0, 2.0)


def test_conwip_holds_its_limit() -> None:
    rows = NetworkRows(
        points=(PointRow(site="w", item="x", wip_limit=2),),
        rules=(RuleRow(site="w", item="x", rule="base_stock", level=100.0, review_d=999.0, lot_max=1.0),),
        operations=(OperationRow(kind="make", site="w", item="x", steps=(StepRow(centre="m", run_h=6.0), StepRow(centre="n", run_h=3.0))),),
        centres=(CentreRow(centre="m"), CentreRow(centre="n")),
    )
    o = simulate_network(build_network(rows), NetworkClock(horizon_d=10.0))
    flow = (o.book["done"] - o.book["shipped"])[o.book["done"] >= 0.0]
    assert o.centres["starts"].tolist() == [40.0, 39.0]
    np.testing.assert_allclose(flow[2:], 12.0 / 24.0, atol=1e-6)  # the first machine paces: WIP 2 at one in six hours


def test_drp_orders_the_demand_that_comes() -> None:
    """A season of a week: base stock without forecast runs short on the way, DRP has it there in time."""
    def world(rule: str) -> float:
        rows = NetworkRows(
            points=(PointRow(site="shop", item="x"),),
            rules=(RuleRow(site="shop", item="x", rule=rule, review_d=1.0, level=0.0),),  # type: ignore[arg-type]
            operations=(OperationRow(kind="buy", site="shop", item="x", source="s", lead=Chance(mean=5.0)),),
            demands=(DemandRow(site="shop", item="x", first_d=20.0, to_d=27.0, quantity=Chance(mean=10.0)),),
        )
        o = simulate_network(build_network(rows), NetworkClock(horizon_d=60.0))
        return float(o.tally["at_once"][0] / o.tally["demand"][0])

    assert world("base_stock") == 0.0
    assert world("drp") == 1.0


def test_what_comes_in_the_moment_of_the_question_is_served_at_once() -> None:
    rows = NetworkRows(
        points=(PointRow(site="w", item="x"),),
        rules=(RuleRow(site="w", item="x", rule="base_stock"),),
        operations=(OperationRow(kind="buy", site="w", item="x", source="s"),),
        demands=(DemandRow(site="w", item="x", quantity=Chance(mean=3.0)),),
    )
    o = simulate_network(build_network(rows), NetworkClock(horizon_d=10.0))
    assert (o.tally["at_once"][0], o.tally["lines_at_once"][0], o.tally["cycles_ok"][0]) == (30.0, 10.0, 10.0)
