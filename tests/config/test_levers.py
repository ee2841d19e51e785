"""Levers at the door: what they change and nothing else, in the right order; what is wrong with them is said with its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from e2esim.config.door import load
from e2esim.config.problems import InputErrors
from e2esim.domain.levers import MONTH_D, Force, Lever, levers_of, runnable
from worlds import Row, tiny_world

LEVERS: list[Row] = [
    {"lever": "plan", "kind": "operations_redesign", "running_eur_y": 1000.0, "source": "assumed"},
    {"lever": "team", "kind": "one_team", "adoption": 0.5, "source": "assumed"},
    {"lever": "card", "kind": "crm", "needs": "plan", "investment_eur": 10.0, "start_month": 2, "ramp_d": 60, "source": "assumed"},
]
CHANGES: list[Row] = [
    {"lever": "plan", "target": "planning", "rows": "", "change": "set", "value": "end_to_end", "source": "assumed"},
    {"lever": "plan", "target": "planning.reserve", "rows": "", "change": "set", "value": "0.2", "source": "assumed"},
    {"lever": "team", "target": "organisation.culture", "rows": "", "change": "set", "value": "1.0", "source": "assumed"},
    {"lever": "team", "target": "organisation.agents", "rows": "", "change": "times", "value": "2", "source": "assumed"},
    {"lever": "card", "target": "channels.integration", "rows": "channel=web", "change": "add", "value": "0.1", "source": "assumed"},
    {"lever": "card", "target": "promise.pull_in", "rows": "", "change": "set", "value": "true", "source": "assumed"},
]
FORCES: list[Row] = [
    {"lever": "card", "force": "skill", "kind": "driver", "speed": 2.0, "managed": "true", "cost_eur": 5.0, "source": "assumed"},
    {"lever": "card", "force": "habit", "kind": "barrier", "speed": 0.5, "managed": "false", "cost_eur": 7.0, "source": "assumed"},
]


def world(folder: Path, levers: list[Row] = LEVERS, changes: list[Row] = CHANGES, **more: Any) -> str:
    forces = [row for row in FORCES if row["lever"] in [lever["lever"] for lever in levers]] or [FORCES[0] | {"lever": levers[0]["lever"]}]
    return f"scenario={tiny_world(folder / 'w', levers=levers, lever_changes=changes, lever_forces=forces, **more)}"


def test_no_lever_pulled_changes_nothing(tmp_path: Path) -> None:
    plain, with_table = load([f"scenario={tiny_world(tmp_path / 'plain' / 'w')}"]), load([world(tmp_path)])
    assert plain.settings == with_table.settings
    assert with_table.levers == ()
    assert all(frame.equals(with_table.tables[name]) for name, frame in plain.tables.items() if not name.startswith("lever"))


def test_a_lever_changes_what_it_says_and_nothing_else(tmp_path: Path) -> None:
    name = world(tmp_path)
    before, after = load([name, "planning=silo", "levers=none"]), load([name, "levers=plan+card"])
    assert after.levers == ("plan", "card")
    assert (after.settings.planning.rule, after.settings.planning.reserve, after.settings.promise.pull_in) == ("end_to_end", 0.2, True)
    assert after.settings.finance.overhead_eur_y == before.settings.finance.overhead_eur_y + 1000.0
    same = replace(after.settings, planning=before.settings.planning, promise=before.settings.promise, finance=before.settings.finance)
    assert same == before.settings
    was, now = (dict(s.tables["channels"].select("channel", "integration").iter_rows()) for s in (before, after))
    assert now.pop("web") == pytest.approx(was.pop("web") + 0.1)
    assert now == was
    assert all(frame.equals(after.tables[table]) for table, frame in before.tables.items() if table != "channels")


def test_adoption_moves_numbers_part_of_the_way_and_whole_numbers_stay_whole(tmp_path: Path) -> None:
    name = world(tmp_path)
    before, after = load([name]).settings.organisation, load([name, "levers=team"]).settings.organisation
    assert after.culture == pytest.approx((before.culture + 1.0) / 2.0)
    assert after.agents == round(1.5 * before.agents)


def test_the_order_of_rows_decides_nothing(tmp_path: Path) -> None:
    levers = [{"lever": "a", "kind": "crm", "needs": "z", "source": "assumed"}, {"lever": "z", "kind": "crm", "source": "assumed"}]
    change = {"target": "organisation.culture", "rows": "", "source": "assumed"}
    changes = [{"lever": "a", "change": "times", "value": "0.5"} | change, {"lever": "z", "change": "set", "value": "0.8"} | change]
    one, two = world(tmp_path / "1", levers, changes), world(tmp_path / "2", levers[::-1], changes[::-1])
    assert [load([name, "levers=a+z"]).settings.organisation.culture for name in (one, two)] == [0.4, 0.4]


def test_the_command_line_lies_above_levers_and_a_variant_may_stand_on_another(tmp_path: Path) -> None:
    variants = {"low": {"organisation": {"culture": 0.2}, "title": "low"}, "high": {"base": "low", "levers": ["team"]}}
    name = world(tmp_path, variants=variants)
    high = load([f"{name}/high"])
    assert (high.settings.organisation.culture, high.settings.name, high.settings.title) == (pytest.approx(0.6), "tiny/high", load([name]).settings.title)
    assert load([f"{name}/high", "organisation.culture=0.9"]).settings.organisation.culture == 0.9
    assert load([f"{name}/high", "levers=none"]).settings.organisation.culture == 0.2


@pytest.mark.parametrize(
    ("asked", "levers", "changes", "place", "words"),
    [
        ("levers=plam", {}, {}, "command line", "did you mean 'plan'"),
        ("levers=card", {}, {}, "command line", "no effect without plan"),
        ("levers=none", {2: {"needs": "plam"}}, {}, "levers.csv", "there is no lever plam"),
        ("levers=none", {0: {"needs": "plan"}}, {}, "levers.csv", "needs itself"),
        ("levers=none", {}, {2: {"target": "organisation.cultur"}}, "lever_changes.csv", "did you mean 'organisation.culture'"),
        ("levers=none", {}, {4: {"target": "channels.channel"}}, "lever_changes.csv", "no column that may change"),
        ("levers=plan+card", {}, {4: {"rows": "channel=net"}}, "lever_changes.csv", "no row of table channels"),
        ("levers=plan+card", {}, {4: {"rows": "chanel=web"}}, "lever_changes.csv", "names no column"),
        ("levers=plan+card", {}, {4: {"value": "0.9"}}, "lever_changes.csv", "channels.integration: would become"),
        ("levers=plan+card", {}, {4: {"value": "more"}}, "lever_changes.csv", "write a number"),
        ("levers=plan", {}, {0: {"value": "end_to_emd"}}, "lever_changes.csv", "no such option"),
        ("levers=plan", {}, {1: {"value": "7"}}, "lever_changes.csv", "planning.reserve is above"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, asked: str, levers: dict[int, Row], changes: dict[int, Row], place: str, words: str
) -> None:
    name = world(tmp_path, [row | levers.get(k, {}) for k, row in enumerate(LEVERS)], [row | changes.get(k, {}) for k, row in enumerate(CHANGES)])
    with pytest.raises(InputErrors) as caught:
        load([name, asked])
    (problem,) = caught.value.problems
    assert place in problem.file
    assert words in str(problem)


def test_forces_move_the_ramp_and_cost_only_where_managed(tmp_path: Path) -> None:
    card = levers_of(load([world(tmp_path)]).tables)["card"]
    assert (card.ramp_days, card.once_eur) == (60.0, 15.0)  # twice as fast by the driver, half by the barrier
    assert Lever(lever="x", kind="crm", ramp_d=60.0, forces=(Force(name="b", driver=False, speed=0.5, managed=True),)).ramp_days == 60.0
    assert [card.adopted(2 * MONTH_D + days) for days in (-1.0, 0.0, 30.0, 60.0, 900.0)] == [0.0, 0.0, 0.5, 1.0, 1.0]


def test_what_lacks_its_prerequisite_does_not_count() -> None:
    levers = {name: Lever(lever=name, kind="crm", needs=needs) for name, needs in {"a": (), "b": ("a",), "c": ("b",), "d": ()}.items()}
    assert runnable(["b", "c", "d"], levers) == {"d"}
    assert runnable(["a", "c"], levers) == {"a"}
    assert runnable("abcd", levers) == set("abcd")


def test_to_be_is_as_is_with_its_levers_whose_running_cost_it_pays() -> None:
    """What TO-BE was before it was made of levers, number by number."""
    as_is, to_be = load(["scenario=mattress_maker/as_is"]), load(["scenario=mattress_maker/to_be"])
    by_hand = load([
        "scenario=mattress_maker", "planning=end_to_end", "promise=atp", "precedence=optimised", "organisation=one_team", "organisation.culture=0.85",
        "organisation.organisation=0.85", "organisation.platform=0.85", "organisation.proactive=0.7", "finance.overhead_eur_y=6755000.0",
    ]).settings  # fmt: skip
    assert replace(to_be.settings, name="x", title="") == replace(by_hand, name="x", title="")
    paid = sum(levers_of(to_be.tables)[name].running_eur_y for name in to_be.levers)
    assert to_be.settings.finance.overhead_eur_y - as_is.settings.finance.overhead_eur_y == paid == 355_000.0
    every = load(["scenario=mattress_maker/as_is", f"levers={'+'.join(levers_of(as_is.tables))}"])
    assert len(every.levers) == 12
    assert every.settings.organisation.proactive == 0.85  # of concierge, which needs crm: its word comes after that of crm
