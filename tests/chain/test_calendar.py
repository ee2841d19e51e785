"""The due calendar pops each row once, in order, like a dict of lists."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.domain.calendar import DueCalendar, Links

TICKS = 30


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(-5.0, 40.0), st.integers(0, TICKS - 1)), max_size=60), st.sampled_from([0.5, 1.0, 4.0])
)
def test_each_row_once_at_its_tick(pushes: list[tuple[float, int]], tick_h: float) -> None:
    """Rows pushed at any time, also late and beyond the end, come out at the tick of a slow twin."""
    due = DueCalendar(TICKS, 1, tick_h=tick_h)
    twin: dict[int, list[int]] = {}
    beyond = 0
    by_moment = sorted(range(len(pushes)), key=lambda k: pushes[k][1])
    done = 0
    for tick in range(TICKS):
        while done < len(by_moment) and pushes[by_moment[done]][1] == tick:  # pushed just before this tick is popped
            row = by_moment[done]
            due.push(np.array([row], dtype=np.int32), np.array([pushes[row][0]]))
            wanted = max(int(pushes[row][0] // tick_h), tick)
            if wanted < TICKS:
                twin.setdefault(wanted, []).append(row)
            else:
                beyond += 1
            done += 1
        assert due.pop(tick).tolist() == sorted(twin.pop(tick, []))
        assert len(due.pop(tick)) == 0
    assert len(due) == sum(len(rows) for rows in twin.values()) == 0
    assert due.beyond == beyond


def test_lists_share_links_as_long_as_a_row_is_in_one() -> None:
    links = Links(2)
    first, second = DueCalendar(5, 0, links=links), DueCalendar(5, 0, links=links)
    first.push(np.array([0, 2], dtype=np.int32), np.array([1.0, 1.0]))
    second.push(np.array([1, 3], dtype=np.int32), np.array([1.0, 1.0]))
    assert first.pop(1).tolist() == [0, 2]
    second.push(np.array([0], dtype=np.int32), np.array([1.5]))
    assert second.pop(1).tolist() == [0, 1, 3]
