"""Risk: nodes knocked out one at a time, by stocks and rates and by runs; the least that breaks; measures."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from e2esim.config import load
from e2esim.domain.build import build_world
from e2esim.domain.disturbances import Blow
from e2esim.domain.scenario import Scenario
from e2esim.study.company import ReplicationJob
from e2esim.study.knock_out import CALM, KnockedOut, Outage, RiskRuns, Runs, Suffered, caught_up, knock_out, with_outage, without_events
from e2esim.study.mitigation import measures, mitigate
from e2esim.study.reverse_stress import least_that_breaks
from e2esim.study.survival import ChainNode, _load, nodes, recovers_d, survives_d
from worlds import tiny_world

OUTAGE = Outage(first=dt.date(2026, 2, 2), days=21.0)
CHEM, SEWING = ChainNode(Blow.SUPPLIER, "chem"), ChainNode(Blow.WORK_CENTRE, "sewing")


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return load([f"scenario={tiny_world(tmp_path_factory.mktemp('risk') / 'tiny')}", "horizon.days=63"])


@pytest.fixture(scope="module")
def knocked(scenario: Scenario) -> tuple[tuple[KnockedOut, ...], Runs]:
    kept: Runs = {}
    return knock_out(scenario, [CHEM, SEWING], OUTAGE, replications=1, kept=kept, workers=1), kept


def test_time_to_survive_is_stock_over_use(scenario: Scenario) -> None:
    """By hand: the mattress holds 20 kg of foam in its core (1 % scrapped), the pillow 1 kg; both take fabric."""
    world = build_world(scenario)
    ids, sold = world.items.ids, world.cells.yearly.sum(axis=0) / 365.0
    day = dict(zip(ids, sold, strict=True))
    per_core = 20 / 0.99
    use = day["mattress"] * per_core + day["pillow"]
    held = 5000 + 60 * per_core + 200 * per_core + 120
    weaver = ChainNode(Blow.SUPPLIER, "weaver")
    alone = [held / use]  # foam of chem: weaver can replace it without limit before that day
    assert alone[0] > 10
    assert survives_d(world, CHEM) == np.inf
    fabric = (1500 + 200 * 4 + 120) / (day["mattress"] * 4 + day["pillow"])
    assert survives_d(world, weaver) == pytest.approx(fabric)
    assert survives_d(world, ChainNode(Blow.SITE, "plant")) == 0.0
    cover = min(200 / day["mattress"], 120 / day["pillow"])
    assert survives_d(world, SEWING) == pytest.approx(cover)
    assert recovers_d(world, SEWING, cover) == 0.0
    assert recovers_d(world, SEWING, 21.0) > 21.0
    load = float(_load(world)[world.centres.ids.index("sewing")])
    assert recovers_d(world, SEWING, 21.0) == pytest.approx(21.0 + (21.0 - cover) * load / (1.0 - load))
    assert recovers_d(world, ChainNode(Blow.SITE, "plant"), 21.0) == pytest.approx(21.0 + 21.0 * load / (1.0 - load))  # its slowest work centre
    assert {str(node) for node in nodes(world)} >= {"supplier chem", "work_centre sewing", "site plant", "mode truck"}


def test_an_outage_is_one_event_of_full_size(scenario: Scenario) -> None:
    struck = build_world(with_outage(scenario, SEWING, OUTAGE)).disturbances
    assert (struck.n, struck.kind[0], struck.size[0], struck.first_h[0]) == (1, Blow.WORK_CENTRE, 1.0, 28 * 24.0)
    assert build_world(without_events(scenario)).disturbances.n == 0


def test_the_work_centre_hurts_more_than_a_supplier_that_another_replaces(knocked: tuple[tuple[KnockedOut, ...], Runs]) -> None:
    first, second = knocked[0]
    assert (first.node, second.node) == (SEWING, CHEM)
    assert first.spells[0].felt
    assert first.spells[0].recovered_d > first.spells[0].survived_d >= 0.0
    assert first.result_lost[0] > 0.0
    assert first.cvar() == first.result_lost[0]


def test_cheap_nodes_get_one_pair_and_no_run_is_made_twice(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, int]] = []

    def run(self: RiskRuns, job: ReplicationJob) -> Suffered:
        ran.append((job.company, job.replication))
        cost = {CALM: 0.0, str(SEWING): 100.0, str(CHEM): 19.0}.get(job.company, 50.0)
        late = np.zeros(63)
        late[30:50] = 0.0 if job.company.startswith(CALM) else 40.0
        late[52] = 0.0 if job.company.startswith(CALM) else 21.0  # one late lorry opens nothing again
        kpis = {"operating_result": 500.0 - cost, "customer_value": 8.0 if cost == 50.0 else 1.0}
        return Suffered(overdue=late, due=np.full(63, 40.0), waiting=late, kpis=kpis, years=1.0)

    monkeypatch.setattr(RiskRuns, "__call__", run)
    kept: Runs = {}
    found = knock_out(scenario, [CHEM, SEWING], OUTAGE, replications=3, kept=kept, workers=1)
    assert [(one.node, len(one.spells)) for one in found] == [(SEWING, 3), (CHEM, 1)]
    assert found[0].spells[0].recovered_d == 50 - 28
    helped = mitigate(scenario, SEWING, OUTAGE, replications=3, kept=kept, workers=1)
    # a struck case with a measure is named "SEWING, measure": its result is 50 EUR higher than without, its customer value 7
    assert all((one.gain[0], one.value_gain[0]) == (50.0, 7.0) for one in helped)
    assert len(ran) == len(set(ran))
    assert all(len(one.spells) == 3 for one in knock_out(scenario, [CHEM, SEWING], OUTAGE, replications=3, screen=0.0, workers=1))


def test_a_buffer_is_there_when_the_outage_comes_and_a_spare_work_centre_works(scenario: Scenario, knocked: tuple[tuple[KnockedOut, ...], Runs]) -> None:
    change, _ = measures(scenario, SEWING)["buffer of 14 days"]
    plain, more = build_world(scenario), build_world(change(scenario))
    day = plain.cells.yearly.sum(axis=0) / 365.0
    sold = plain.items.ids.index("mattress")
    assert more.opening.on_hand[sold] - plain.opening.on_hand[sold] == pytest.approx(14.0 * day[sold], abs=0.5)
    spare, _ = measures(scenario, SEWING)["capacity: a spare work centre"]
    helped = RiskRuns({"": with_outage(spare(scenario), SEWING, OUTAGE)})(ReplicationJob(company="", replication=0))
    assert helped.overdue[28:].sum() < 0.5 * knocked[1][str(SEWING)][0].overdue[28:].sum()


def test_the_order_book_tells_when_the_firm_has_caught_up() -> None:
    """By hand: 28 days of 40 pieces that wait, then 10 a day more than come are made up: a day's pieces are left after 108 of them."""

    def run(waiting: list[float]) -> Suffered:
        return Suffered(overdue=np.zeros(200), due=np.full(200, 40.0), waiting=np.array(waiting), kpis={}, years=1.0)

    owed = [min(40.0 * (day - 19), 40.0 * 28 - 10.0 * max(0, day - 47)) if day >= 20 else 0.0 for day in range(200)]
    struck = run([100.0 + max(0.0, one) for one in owed])
    found = caught_up(struck, run([100.0] * 200), 20, 48)
    assert found.over
    assert found.days == 28 + 108 - 1 - 3  # from the beginning, on the mean of a week that begins then
    short = caught_up(run(struck.waiting[:150].tolist() + [900.0] * 50), run([100.0] * 200), 20, 48)
    assert (short.days, short.over) == (180.0, False)
    assert caught_up(run([100.0] * 200), run([100.0] * 200), 20, 48).days == 0.0


@pytest.mark.parametrize("limit", [0.0, 0.3, 7.0, 63.5])
def test_just_below_passes_and_just_above_fails(limit: float) -> None:
    found = least_that_breaks(lambda x: x > limit, least=0.0, most=64.0, step=0.5)
    assert found.breaks is not None
    assert found.passes is not None
    assert found.passes <= limit < found.breaks == found.passes + 0.5


def test_measures_fit_the_node(scenario: Scenario) -> None:
    assert set(measures(scenario, CHEM)) == {"buffer of 14 days", "second source", "another way, faster and dearer"}
    change, _ = measures(scenario, CHEM)["second source"]
    world = build_world(change(scenario))
    assert world.supply.suppliers[-1] == "second_source"
    assert len(world.supply.item) == len(build_world(scenario).supply.item) + 1


@pytest.mark.long
def test_another_source_gains_where_a_sole_one_fails(scenario: Scenario, tmp_path: Path) -> None:
    rows = lambda found: [row for row in found if (row["supplier"], row["item"]) != ("weaver", "foam")]  # noqa: E731
    alone = load([f"scenario={tiny_world(tmp_path / 'tiny', supply=rows)}", "horizon.days=84"])
    found = {one.name: one for one in mitigate(alone, CHEM, Outage(first=dt.date(2026, 2, 2), days=35.0), replications=2, workers=1)}
    assert found["second source"].gain[0] > 0.0
    assert found["buffer of 14 days"].gain[0] > 0.0
