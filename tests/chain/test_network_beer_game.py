"""The beer game (Sterman 1989): four stages, delays of orders and goods, exact week by week."""

from __future__ import annotations

import numpy as np

from e2esim.domain.chance import Chance
from e2esim.domain.network import NetworkClock, build_network
from e2esim.domain.network_rows import DemandRow, NetworkRows, OperationRow, PointRow, ReceiptRow, RuleRow
from e2esim.kpi.network import measure_network
from e2esim.simulate.network import simulate_network

STAGES = ("retailer", "wholesaler", "distributor", "factory")
WEEK = 7.0
# week by week, stage by stage; from week 20 on stock and backlog are 0 and every stage orders 8
WEEKS = {
    "on_hand": (
        "12 12 12 12 8 4 0 0 0 0 0 0 0 0 0 0 0 0 0",
        "12 12 12 12 12 12 4 0 0 0 0 0 0 0 0 0 0 0 0",
        "12 12 12 12 12 12 8 8 4 0 0 0 0 0 0 0 0 0 0",
        "12 12 12 12 12 12 8 8 4 8 0 0 0 0 0 0 0 0 0",
    ),
    "backlog": (
        "0 0 0 0 0 0 0 4 0 0 0 4 0 0 0 4 0 0 4",
        "0 0 0 0 0 0 0 0 0 4 0 0 0 4 0 0 4 0 0",
        "0 0 0 0 0 0 0 0 0 0 0 4 0 0 4 0 0 0 0",
        "0 0 0 0 0 0 0 0 0 0 0 0 4 0 0 0 0 0 0",
    ),
    "ordered": (
        "4 4 4 4 12 8 8 8 8 8 8 8 8 8 8 8 8 8 8",
        "4 4 4 4 8 4 12 8 8 8 8 8 8 8 8 8 8 8 8",
        "4 4 4 4 8 4 8 4 12 8 8 8 8 8 8 8 8 8 8",
        "4 4 4 4 4 4 8 4 8 4 12 8 8 8 8 8 8 8 8",
    ),
}


def board() -> NetworkRows:
    """The board; two weeks of warm-up put the order slips into the mail."""
    rules, ways, receipts = [], [], []
    for k, stage in enumerate(STAGES):
        factory = stage == "factory"
        rules.append(RuleRow(site=stage, item="beer", rule="periodic", quantity=4.0, review_d=WEEK, to_d=6 * WEEK))
        rules.append(RuleRow(site=stage, item="beer", rule="base_stock", level=24.0 if factory else 32.0, review_d=WEEK, from_d=6 * WEEK))
        delay, source = (WEEK, "") if factory else (2 * WEEK, STAGES[k + 1])
        ways.append(
            OperationRow(kind="make" if factory else "move", site=stage, item="beer", source=source, lead=Chance(mean=2 * WEEK), order_delay_d=delay)
        )
        receipts += [ReceiptRow(site=stage, item="beer", quantity=4.0, at_d=week * WEEK) for week in ((2,) if factory else (2, 3))]
    return NetworkRows(
        points=tuple(PointRow(site=stage, item="beer", on_hand=12.0, holding_eur=0.5, backlog_eur=1.0) for stage in STAGES),
        rules=tuple(rules),
        operations=tuple(ways),
        demands=(
            DemandRow(site="retailer", item="beer", gap=Chance(mean=WEEK), first_d=2 * WEEK, to_d=6 * WEEK, quantity=Chance(mean=4.0)),
            DemandRow(site="retailer", item="beer", gap=Chance(mean=WEEK), first_d=6 * WEEK, quantity=Chance(mean=8.0)),
        ),
        receipts=tuple(receipts),
    )


def test_the_beer_game_costs_what_sterman_says() -> None:
    clock = NetworkClock(horizon_d=38 * WEEK, warmup_d=2 * WEEK, period_d=WEEK, sequence=("receive", "demand", "count", "order"))
    outcome = simulate_network(build_network(board()), clock)
    number = [outcome.network.point_of[stage, "beer"] for stage in STAGES]
    cost = outcome.tally["holding_eur"] + outcome.tally["backlog_eur"]
    assert [cost[p] for p in number] == [46.0, 50.0, 54.0, 54.0]
    for name, stages in WEEKS.items():
        for p, weeks in zip(number, stages, strict=True):
            expected = [float(word) for word in weeks.split()] + [8.0 if name == "ordered" else 0.0] * 17
            np.testing.assert_array_equal(outcome.record[name][p, 2:], expected)
    kpis = measure_network(outcome)
    assert np.isclose(kpis.totals["cost_eur"], 204.0 / 36.0)
    assert outcome.book["kind"].size > 36 * 5
