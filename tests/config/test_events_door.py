"""Bad rows of table ``events`` are named at the door, all at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from e2esim.config import load
from e2esim.config.door import load_with_warnings
from e2esim.config.places import find
from e2esim.config.problems import InputErrors
from worlds import tiny_world


def event(name: str, **more: Any) -> dict[str, Any]:
    return {"event": name, "kind": "supplier", "target": "chem", "first": "2026-02-02", "days": 7, "size": 1, **more}


def told(folder: Path, *rows: dict[str, Any]) -> list[tuple[str, int | None]]:
    with pytest.raises(InputErrors) as caught:
        load([f"scenario={tiny_world(folder / 'tiny', events=list(rows))}"])
    return [(f"{problem.column}: {problem.message}", problem.row) for problem in caught.value.problems if not problem.warning]


def test_all_that_is_wrong_with_events_is_told_at_once(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        event("nothing", target="nobody"),
        event("backwards", last="2026-02-01"),
        event("sure", size=1.5),
        event("timeless", first=""),
        event("a", first="", trigger="b"),
        event("b", first="", trigger="a"),
        event("both", trigger="nothing"),
        event("lane", kind="lane", target="web/nowhere"),
    )
    words = [text for text, _ in found]
    assert [row for _, row in found]
    assert {2, 3, 4, 5, 6, 8, 9} <= {row for _, row in found}
    for part in ("an event on nothing", "ends before it begins", "out of bounds", "without a day", "in a circle", "a day and a trigger"):
        assert any(part in word for word in words), (part, words)
    assert sum("an event on nothing" in word for word in words) == 2


def test_a_chance_above_one_and_a_kind_that_is_none(tmp_path: Path) -> None:
    found = told(tmp_path, event("likely", chance=1.2), event("odd", kind="meteor"), event("short", days=0))
    assert {row for _, row in found} == {2, 3, 4}


def test_active_names_events_that_are_there(tmp_path: Path) -> None:
    place = tiny_world(tmp_path / "tiny", events=[event("stop")])
    with pytest.raises(InputErrors, match="no such event"):
        load([f"scenario={place}", "events.active=stopp"])
    assert load([f"scenario={place}", "events.active=stop"]).settings.events.active == "stop"


def test_an_event_outside_the_run_gets_a_warning(tmp_path: Path) -> None:
    loaded = load_with_warnings([f"scenario={tiny_world(tmp_path / 'tiny', events=[event('late', first='2027-02-02')])}"])
    assert any("outside the run" in warning.message for warning in loaded.warnings)


def test_a_variant_is_found_by_its_own_name() -> None:
    assert find("disruption_port").name == "mattress_maker/disruption_port"


@pytest.mark.parametrize("variant", ["disruption_port", "supplier_stop", "demand_surge", "machine_down", "recall"])
def test_shipped_variants_name_events_that_are_there(variant: str) -> None:
    assert load([f"scenario={variant}"]).settings.events.active != "none"
