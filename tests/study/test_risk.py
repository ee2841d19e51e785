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
from e2esim.domain.world import World
from e2esim.study.company import ReplicationJob
from e2esim.study.knock_out import CALM, KnockedOut, Outage, RiskRuns, Runs, Suffered, caught_up, knock, knock_out, with_outage, without_events
from e2esim.study.mitigation import measures, mitigate
from e2esim.study.reverse_stress import least_that_breaks
from e2esim.study.survival import ChainNode, at_opening, nodes, recovers_d, survives_d, used_a_day
from worlds import tiny_world

OUTAGE = Outage(first=dt.date(2026, 2, 2), days=21.0)
def _shut(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [*rows, {"calendar": "day", "first": "2026-01-27", "last": "2026-02-02"}]


def _same(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{**row, "index": 1.0} for row in rows]


CHEM, SEWING = ChainNode(Blow.SUPPLIER, "chem"), ChainNode(Blow.WORK_CENTRE, "sewing")


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return load([f"scenario={tiny_world(tmp_path_factory.mktemp('risk') / 'tiny')}", "horizon.days=63"])


@pytest.fixture(scope="module")
def even(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Without seasons."""
    return build_world(load([f"scenario={tiny_world(tmp_path_factory.mktemp('even') / 'tiny', season=_same)}", "horizon.days=63"]))


@pytest.fixture(scope="module")
def knocked(scenario: Scenario) -> tuple[tuple[KnockedOut, ...], Runs]:
    kept: Runs = {}
    return knock_out(scenario, [CHEM, SEWING], OUTAGE, replications=1, kept=kept, workers=1), kept


def test_time_to_survive_is_stock_over_use(even: World) -> None:
    """By hand: the mattress holds 20 kg of foam in its core (1 % scrapped), the pillow 1 kg; both take fabric."""
    world, at = even, at_opening(even)
    ids, sold = world.items.ids, world.cells.yearly.sum(axis=0) / 365.0
    day = dict(zip(ids, sold, strict=True))
    per_core = 20 / 0.99
    use = day["mattress"] * per_core + day["pillow"]
    held = 5000 + 60 * per_core + 200 * per_core + 120
    weaver = ChainNode(Blow.SUPPLIER, "weaver")
    alone = [held / use]  # foam of chem: weaver can replace it without limit before that day
    assert alone[0] > 10
    assert survives_d(world, CHEM, at) == np.inf
    fabric = (1500 + 200 * 4 + 120) / (day["mattress"] * 4 + day["pillow"])
    assert survives_d(world, weaver, at) == pytest.approx(fabric)
    assert survives_d(world, ChainNode(Blow.SITE, "plant"), at) == 0.0
    cover = min(200 / day["mattress"], 120 / day["pillow"])
    assert survives_d(world, SEWING, at) == pytest.approx(cover)
    assert recovers_d(world, SEWING, cover, at) == 0.0
    plant = ChainNode(Blow.SITE, "plant")
    assert recovers_d(world, plant, 21.0, at) >= recovers_d(world, SEWING, 21.0, at) > 21.0  # as slow as its slowest work centre
    assert {str(node) for node in nodes(world)} >= {"supplier chem", "work_centre sewing", "site plant", "mode truck"}


def test_what_an_outage_left_is_made_up_in_the_hours_of_the_calendar(even: World, tmp_path: Path) -> None:
    """Walked by hand for sewing: hours needed while it stood still and stock was gone, then a day's hours less a day's need, day by day."""
    world, at = even, at_opening(even)
    place, days, first = world.centres.ids.index("sewing"), 63, int(survives_d(world, SEWING, at))
    c = world.centres
    need = float(world.routing.centre_hours[place] @ world.cells.yearly.sum(axis=0)) / 365.0
    open_h = c.calendar[place].daily(days) * c.machines[place] * c.efficiency[place] * (1.0 - world.settings.planning.reserve)
    owed, day = need * (21 - first), 21
    while owed > 0.0 and day < days:
        owed += need - open_h[day] - c.overtime_h_week[place] * c.machines[place] * c.efficiency[place] / 7.0
        day += 1
    assert day < days
    assert recovers_d(world, SEWING, 21.0, at) == day
    shut = build_world(load([f"scenario={tiny_world(tmp_path / 'shut', season=_same, closures=_shut)}", "horizon.days=63"]))
    assert recovers_d(shut, SEWING, 21.0, at) >= day + 6  # a closure of a week after the outage


def test_a_second_source_counts_from_its_lead_time_on(tmp_path: Path) -> None:
    """By hand: stock alone until the weaver delivers, then it lasts as long as what the weaver cannot bring takes it."""
    def limited(rows: list[dict[str, object]]) -> list[dict[str, object]]:
        return [{**row, "weekly_capacity": 700} if (row["supplier"], row["item"]) == ("weaver", "foam") else row for row in rows]

    world = build_world(load([f"scenario={tiny_world(tmp_path / 'tiny', season=_same, supply=limited)}", "horizon.days=63"]))
    weaver = world.supply.suppliers.index("weaver")
    row = int(np.flatnonzero((world.supply.item == world.items.ids.index("foam")) & (world.supply.supplier == weaver))[0])
    use, foam = used_a_day(world), world.items.ids.index("foam")
    held = world.opening.on_hand + world.opening.on_hand @ world.bom.flat
    lead = float(world.supply.lead_d[row])
    assert use[foam] > 100.0
    assert held[foam] > lead * use[foam]
    assert survives_d(world, CHEM, at_opening(world)) == pytest.approx(lead + (held[foam] - lead * use[foam]) / (use[foam] - 100.0))


def test_rates_read_the_stock_of_the_day_on_which_the_node_fails(scenario: Scenario, even: World, knocked: tuple[tuple[KnockedOut, ...], Runs]) -> None:
    """The shelf of the calm run on day 28, not the opening one: sewing's cover is what both items then hold over what a day takes."""
    world, calm = even, knocked[1][CALM]
    at = knock(knocked[1], 28)
    assert at.held.tolist() == calm[0].held[28].tolist()
    assert calm[0].held[0].tolist() == world.opening.on_hand.tolist()
    day = dict(zip(world.items.ids, world.cells.yearly.sum(axis=0) / 365.0, strict=True))
    held = dict(zip(world.items.ids, at.held, strict=True))
    cover = min(held["mattress"] / day["mattress"], held["pillow"] / day["pillow"])
    assert survives_d(world, SEWING, at) == pytest.approx(cover)
    assert cover != pytest.approx(survives_d(world, SEWING, at_opening(world)), rel=0.1)
    half = at._replace(held=at.held / 2.0)
    assert survives_d(world, SEWING, half) == pytest.approx(cover / 2.0)
    assert survives_d(world, CHEM, at._replace(held=np.zeros_like(at.held))) == 0.0
    winter = build_world(scenario)  # more is sold than in the mean of the year: the same goods last for less long
    assert cover / 1.2 <= survives_d(winter, SEWING, at) < cover


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
