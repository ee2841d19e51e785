"""Years of a long run: whole for the accounts, over one season for what is compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
