"""A run stopped, written down and taken up again ends byte for byte as the run that never stopped."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2esim.config import load
from e2esim.domain.build import build_world
from e2esim.domain.outcome import Outcome
from e2esim.domain.world import World
from e2esim.simulate import simulate, stop_at
from e2esim.simulate.saved.kinds import class_of
from e2esim.simulate.saved.state import SavedState
from e2esim.simulate.saved.taken_up import TakenUp
from e2esim.simulate.saved.written import Written
from simulate.test_events import row
from simulate.test_to_order import personal
from two_plants import each_its_own, hub_of_both, south_centres, south_routings, stocked, with_south
from worlds import tiny_world

DAYS = 49


def bytes_of(outcome: Outcome) -> dict[str, bytes]:
    """Every table of an outcome, column by column."""
    told: dict[str, Any] = {"forecast": outcome.forecast_weekly, "felt": outcome.experience_sums, "moved": outcome.moved, "journeys": outcome.journeys}
    for table in ("orders", "contacts", "consumers", "accounts", "late", "waiting"):
        columns = getattr(outcome, table)
        told |= {f"{table}.{name}": columns.filled(name) for name in columns.spec}
    for table in ("events", "journal", "sop"):
        told |= {f"{table}.{name}": values for name, values in getattr(outcome, table).items()}
    return {name: "\n".join(values).encode() if values.dtype == object else np.ascontiguousarray(values).tobytes() for name, values in told.items()}


def elsewhere(saved: SavedState) -> SavedState:
    """A state as another process reads it: through text, and without any object of this run."""
    return replace(saved, values=json.loads(json.dumps(saved.values)), arrays={name: values.copy() for name, values in saved.arrays.items()})


def world(folder: Path, *overrides: str, **tables: Any) -> World:
    folder.mkdir(exist_ok=True)
    return build_world(load([f"scenario={tiny_world(folder, **tables)}", f"horizon.days={DAYS}", *overrides]))


GATE = {"receive_until": 12}
CREWS = {"inspection_pcs_h": 0.1, "packing_pcs_h": 3.0, "putaway_h": 2.5, "repair_pcs_h": 0.02}

RULES: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "plain": ((), {}),
    "personalised items": (("market.patience_d=0", "market.cancel_d=1"), personal(scrap_share=0.2)),
    "everything at once: S&OP, short supply rationed, promises pulled in, events begun and to come, every stage that data switch on": (
        ("sop=monthly", "allocation.rule=nested", "promise.pull_in=true", "market.demand_factor=1.4", "horizon.journeys=50"),
        {
            "events": [row("stop", "supplier", "chem", first="2026-01-12", days=21, rush_share=0.5, rush_days=2, told_share=0.5, tell_days=2),
                       row("bad", "yield", "core", size=0.4, first="2026-01-26"), row("back", "recall", "mattress", first="2026-01-20", size=0.3),
                       row("fall", "work_centre", "sewing", first="2026-01-28", size=0.5, days=9)],
            "items": lambda rows: [r | ({"scrap_share": 0.1, "rework_share": 0.7, "rework_eur": 2.0} if r["item"] == "mattress" else {}) for r in rows],
            "alternates": [{"work_centre": "sewing", "alternate": "foaming", "preference": 2, "time_factor": 1.2}],
            "work_centres": lambda rows: [r | {"mtbf_h": 40, "mttr_h": 4} for r in rows],
            "suppliers": lambda rows: [r | ({"weekly_eur": 2000} if r["supplier"] == "weaver" else {}) for r in rows],
            "supply": lambda rows: [r | {"hold_share": 0.5, "hold_d": 3.0} for r in rows],
            "sites": lambda rows: [r | CREWS | {"misbooked_share": 0.05, "shrink_share": 0.01, "count_days": 9, "wave_h": 5} for r in rows],
            "lanes": lambda rows: [r | GATE | {"customs_share": 0.2, "slot_h": 3.0, "miss_share": 0.2, "fleet": "own", "round_trip_d": 4} for r in rows],
            "fleets": [{"fleet": "own", "trucks": 5, "truck_eur_d": 100}],
            "channels": lambda rows: [r | {"second_thought_share": 0.3} for r in rows],
            "returns": [{"cause": "second_thoughts", "as_new_share": 0.1, "repair_share": 0.9}],
        },
    ),
    "two plants and a hub, heavy trucks that fill, changes, a calm plan that hears late, an outage of a whole plant": (
        ("planning.report_days=3", "planning.frozen_days=14", "planning.slushy_days=28", "planning.change_eur=2", "market.demand_factor=1.2"),
        {
            "sites": lambda rows: [*with_south(rows), rows[0] | {"site": "hub", "name": "Hub", "kind": "warehouse", "picking_pcs_h": 10}],
            "work_centres": south_centres, "routings": south_routings, "supply": each_its_own,
            "stock": lambda rows: stocked([row for row in rows if "site" not in row]),
            "lanes": lambda rows: [r | ({} if r.get("to") else {"truck_m3": 8, "truck_kg": 300, "truck_eur": 90, "truck_fill": 0.7, "hold_d": 2})
                                   for r in hub_of_both(0.5)(rows)],
            "channels": lambda rows: [r | {"change_share": 0.3} for r in rows],
            "events": [row("flood", "site", "south", first="2026-01-19", days=9, known_days=2)],
        },
    ),
    "silos that quote days, a fleet that stands, a surge and a closed lane chained by trigger": (
        ("planning=silo", "promise=quoted", "precedence=fifo", "organisation=silos"),
        {
            "lanes": lambda rows: [r | {"fleet": "own", "round_trip_d": 3, "miss_share": 0.1} for r in rows],
            "fleets": [{"fleet": "own", "trucks": 3, "truck_eur_d": 100, "hire_eur": 300}],
            "events": [row("parked", "fleet", "own", first="2026-01-14", days=8, size=0.7), row("rush", "demand", "", first="2026-01-16", days=20, size=0.6),
                       row("shut", "lane", "web/home", first="", days=6, trigger="rush", after_days=3, detect_days=2)],
        },
    ),
    "agents trained, products that learn, buyers asked before, who looks around, circles of words, a portal, roles, wrong prices and stocks": (
        (
            "organisation.staff_training_d=10", "organisation.written_share=0.3", "organisation.portal_share=0.5", "organisation.own_targets=0.5",
            "organisation.mode=silos", "organisation.platform=0.5", "organisation.info_share=0.3", "channels=multi",
            "feedback.learn_after=2", "feedback.learn_d=7", "feedback.ask_before=0.5", "market.search_d=10",
            "market.word_circles=8", "market.word_passed_on=0.6", "market.word_far=0.2", "market.wrong_price=0.2", "market.wrong_stock=0.3",
        ),
        {"roles": [{"segment": s, "role": r, "w_price": 1.5, "w_service": 0.5, "w_words": 2, "from_phase": "evaluate", "source": "assumed"}
                   for s in ("comfort", "thrift") for r in ("one", "other")]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("rules", RULES)
def test_a_run_taken_up_again_ends_as_if_it_had_never_stopped(rules: str, tmp_path: Path) -> None:
    overrides, tables = RULES[rules]
    through = bytes_of(simulate(world(tmp_path / "a", *overrides, **tables)))
    here = world(tmp_path / "b", *overrides, **tables)
    once = stop_at(17, here)
    twice = elsewhere(stop_at(30, here, since=elsewhere(once)))
    assert bytes_of(simulate(here, since=elsewhere(once))) == through
    assert bytes_of(simulate(here, since=twice)) == through


def test_arrays_and_moments_are_written_down_the_same_every_time(tmp_path: Path) -> None:
    here = world(tmp_path / "a")
    first, second = stop_at(15, here), stop_at(15, here)
    assert first.moments == second.moments
    assert all(values.tobytes() == second.arrays[name].tobytes() for name, values in first.arrays.items())


@pytest.mark.parametrize("day", [0, DAYS, DAYS + 1])
def test_a_day_outside_the_run_is_refused(day: int, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"does not stop on day {day}"):
        stop_at(day, world(tmp_path / "a"))


def test_what_is_shared_stays_shared_and_what_cannot_be_written_is_named() -> None:
    numbers = np.arange(3.0)
    written = Written(())
    tree = written.value({"a": [numbers], "b": (numbers, np.float64(0.5)), 3: None})
    back = TakenUp(written.arrays, ()).value(json.loads(json.dumps(tree)))
    assert back["b"][0] is back["a"][0]
    assert type(back["b"][1]) is np.float64
    assert list(back) == ["a", "b", 3]
    with pytest.raises(TypeError, match=r"builtins\.complex"):
        Written(()).value([1j])


@pytest.mark.parametrize("name", ["os:system", "e2esim.streams:nothing", "subprocess:Popen"])
def test_a_saved_run_names_classes_of_this_package_only(name: str) -> None:
    with pytest.raises(ValueError, match="no class of e2esim"):
        class_of(name)
