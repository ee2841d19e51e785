"""Worlds that are too large are refused with the figure: members that narrow columns cannot name, books beyond the memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2esim.config.door import load
from e2esim.config.problems import InputErrors
from e2esim.domain.bounds import TooLargeError
from e2esim.domain.build import build_world
from e2esim.domain.size import check_size, expected_bytes
from e2esim.simulate.replication import Replication
from worlds import tiny_world


def test_three_hundred_segments_are_named_and_not_wrapped(tmp_path: Path) -> None:
    world = tiny_world(tmp_path / "w", segments=lambda rows: [*rows, *(rows[0] | {"segment": f"s{k}"} for k in range(300))])
    with pytest.raises(InputErrors) as caught:
        load([f"scenario={world}"])
    (problem,) = caught.value.problems
    assert "303 rows, and a run tells at most 255 apart" in problem.message


def test_two_hundred_and_fifty_segments_do_not_wrap(tmp_path: Path) -> None:
    """The last of very many segments keeps its number in the order book."""
    world = tiny_world(
        tmp_path / "w",
        segments=lambda rows: [*(rows[0] | {"segment": f"s{k}"} for k in range(250)), *rows],
        mix=lambda rows: [row | {"segment": "thrift", "share": 1} for row in rows if row["segment"] == "thrift"],
        settings={"horizon": {"days": 20, "warmup_days": 0}},
    )
    built = build_world(load([f"scenario={world}"]))
    outcome = Replication(built, 0).run()
    bought = outcome.orders.filled("consumer") >= 0
    number = built.segments.ids.index("thrift")
    assert number >= 250
    assert set(outcome.orders.filled("segment")[bought].tolist()) == {number}


def test_a_run_beyond_the_memory_is_refused_before_it_starts(tmp_path: Path) -> None:
    world = build_world(load([f"scenario={tiny_world(tmp_path / 'w')}"]))
    check_size(world)
    with pytest.raises(TooLargeError, match=r"order rows and .* GiB; the machine has .* lower scale"):
        check_size(world, memory=expected_bytes(world))


def test_the_estimate_is_what_a_run_takes_within_a_factor(tmp_path: Path) -> None:
    world = build_world(load([f"scenario={tiny_world(tmp_path / 'w', settings={'horizon': {'days': 120, 'warmup_days': 0}})}"]))
    run = Replication(world, 0)
    run.run()
    books = sum(column.nbytes for table in (run.orders, run.people.consumers, run.desk.contacts) for column in table.data.values())
    assert books < expected_bytes(world) < 20 * books


def test_a_billion_machines_are_refused_at_the_door(tmp_path: Path) -> None:
    """Each machine has its own clock: a billion of them once took all memory of the computer."""
    many = {"machines": 1_000_000_000}
    world = tiny_world(tmp_path / "w", work_centres=lambda rows: [row | many for row in rows])
    with pytest.raises(InputErrors, match="machines"):
        load([f"scenario={world}"])
