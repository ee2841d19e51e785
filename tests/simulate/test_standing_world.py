"""A world that stands still: the same policies and a flat history give the same firm year after year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from e2esim.domain.book import OrderKind


@pytest.mark.long
def test_the_firm_of_today_stays_the_firm_of_today(shipped: Any) -> None:
    """AS-IS over three years: turnover of the third against the second, orders of trade against what it sells, opening shelves.

    At scale .05 a year's turnover has a standard error of about 1 % (few large accounts), so three of them are 4 % for a difference.
    """
    run = shipped("mattress_maker/as_is", "scale=0.05", "horizon.days=1095")
    o = run.outcome.orders
    kind, pieces = o.filled("kind"), o.filled("quantity").astype(np.float64)

    def in_year(when: str, year: int) -> Any:
        t = o.filled(when)
        return (t >= 8760.0 * year) & (t < 8760.0 * (year + 1))

    turnover = [float(o.filled("revenue_eur")[in_year("delivered", year)].astype(np.float64).sum()) for year in range(3)]
    assert abs(turnover[2] / turnover[1] - 1.0) < 0.04
    assert abs(turnover[1] / turnover[0] - 1.0) < 0.04
    for year in range(3):  # shelves neither fill nor empty; what comes back unsold is ordered again
        placed = in_year("placed", year)
        ordered, sold = pieces[placed & (kind == OrderKind.REPLENISH)].sum(), pieces[placed & (kind == OrderKind.SELL_OUT)].sum()
        assert abs(ordered / sold - 1.0) < 0.03
