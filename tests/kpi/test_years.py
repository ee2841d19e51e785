"""Years of a long run: whole for the accounts, over one season for what is compared."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from e2esim.kpi.weeks import whole_weeks
from e2esim.kpi.years import alike, years


@dataclass(frozen=True)
class Window:
    """What the years read of an outcome [h]."""

    horizon_h: float
    warmup_h: float


def test_the_warm_up_is_left_out_of_every_year_that_is_compared() -> None:
    """28 days of three years and a half: years end where they end, and begin after the warm-up or, compared, all on the same day of theirs."""
    run: Any = Window(8760.0 * 3.5, 672.0)
    assert [(year, part.warmup_h, part.horizon_h) for year, part in years(run)] == [
        (1, 672.0, 8760.0), (2, 8760.0, 17520.0), (3, 17520.0, 26280.0), (4, 26280.0, 30660.0),
    ]  # fmt: skip
    assert [(year, part.warmup_h - 8760.0 * (year - 1), part.horizon_h) for year, part in alike(run)] == [
        (1, 672.0, 8760.0), (2, 672.0, 17520.0), (3, 672.0, 26280.0), (4, 672.0, 30660.0),
    ]  # fmt: skip
    assert list(alike(Window(8760.0, 672.0))) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "end", "some", "since", "until"),
    [
        (200.0, 700.0, [0, 0, 1, 1, 0], 336.0, 672.0),
        (0.0, 336.0, [1, 1, 0, 0, 0], 0.0, 336.0),
        (400.0, 600.0, [0] * 5, 600.0, 600.0),
    ],
)
def test_weeks_of_a_window_lie_wholly_in_it(start: float, end: float, some: list[int], since: float, until: float) -> None:
    """Weeks that begin before a window or end after it are none of its weeks: of several years each counts its own."""
    outcome = SimpleNamespace(weighed_t=168.0 * np.arange(1, 6))
    weeks = whole_weeks(cast(Any, SimpleNamespace(outcome=outcome, start=start, end=end)))
    assert weeks.some.astype(int).tolist() == some
    assert (weeks.since, weeks.until) == (since, until)
