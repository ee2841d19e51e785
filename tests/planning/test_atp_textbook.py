"""Available-to-promise tables printed elsewhere, by our public functions.

Sources: the industrial pumps of Stevenson's Operations Management (MPS in weeks 3, 5, 7, 8 and ATP of week 1 as quoted
there; the other figures computed by the textbook rule); a sparse master schedule (published answer, quesba 466846);
Oracle Inventory A60725, chapter Available to Promise, rules "backward only" with and without accumulation.
"""

import numpy as np
import pytest

from e2esim.planning.atp import backward_atp, cumulative_atp, discrete_atp, first_period, master_schedule, projected_on_hand

FORECAST = np.array([30.0, 30, 30, 30, 40, 40, 40, 40])


def at_receipts(atp, mps):
    """ATP of the periods that have one: the first and those with a receipt; None elsewhere."""
    return [float(a) if k == 0 or m > 0 else None for k, (a, m) in enumerate(zip(atp, mps, strict=True))]


@pytest.mark.parametrize(
    ("orders", "atp"),
    [
        ([33, 20, 10, 4, 2, 0, 0, 0], [11, None, 56, None, 68, None, 70, 70]),
        ([33, 25, 16, 11, 8, 3, 0, 0], [6, None, 43, None, 59, None, 70, 70]),
    ],
)
def test_industrial_pumps(orders, atp):
    """A lot of 70 where stock would fall below zero; demand is the larger of forecast and orders."""
    orders = np.array(orders, dtype=float)
    mps = master_schedule(64.0, FORECAST, orders, lot=70.0)
    assert mps.tolist() == [0, 0, 70, 0, 70, 0, 70, 70]
    assert projected_on_hand(64.0, mps, FORECAST, orders).tolist() == [31, 1, 41, 11, 41, 1, 31, 61]
    assert at_receipts(discrete_atp(64.0, mps, orders), mps) == atp
    assert at_receipts(discrete_atp(64.0, mps, orders, look_ahead=False), mps) == atp


def test_sparse_master_schedule_before_and_after_an_order():
    """Weeks 2 to 9; ten pieces are accepted for week 4 and come out of the receipt of week 2."""
    forecast = np.array([47.0, 20, 56, 62, 65, 75, 75, 70])
    booked = np.array([25.0, 150, 49, 26, 75, 22, 68, 10])
    mps = np.array([250.0, 0, 0, 200, 0, 0, 150, 0])
    # week 2 has a receipt, so its ATP is 65 + 250 - (25 + 150 + 49)
    assert at_receipts(discrete_atp(65.0, mps, booked), mps) == [91, None, None, 77, None, None, 72, None]
    assert projected_on_hand(65.0, mps, forecast, booked).tolist() == [268, 118, 62, 200, 125, 50, 125, 55]
    assert first_period(cumulative_atp(65.0, mps, booked), 10.0, wanted=2) == 2
    booked[2] += 10
    assert at_receipts(discrete_atp(65.0, mps, booked), mps) == [81, None, None, 77, None, None, 72, None]
    assert projected_on_hand(65.0, mps, forecast, booked).tolist() == [268, 118, 59, 197, 122, 47, 122, 52]


SUPPLY, DEMAND = np.array([6.0, 4, 2, 4, 8, 4, 4, 4]), np.array([6.0, 2, 3, 6, 6, 1, 2, 2])


def test_oracle_rules_of_a_table():
    """A shortage is covered from the nearest earlier periods; what nobody covers stays negative in its period."""
    assert np.cumsum(SUPPLY - DEMAND).tolist() == [0, 2, 1, -1, 1, 4, 6, 8]
    assert (SUPPLY - DEMAND).tolist() == [0, 2, -1, -2, 2, 3, 2, 2]
    assert backward_atp(0.0, SUPPLY, DEMAND).tolist() == [0, 0, 0, -1, 2, 3, 2, 2]
    assert backward_atp(0.0, SUPPLY, DEMAND, accumulate=True).tolist() == [0, 0, 0, -1, 2, 5, 7, 9]


def test_oracle_rules_after_an_order():
    """Three pieces for period 7 (row 6): backward only finds them in period 6, with accumulation they are there."""
    plain = backward_atp(0.0, SUPPLY, DEMAND)
    assert plain[6] < 3
    assert [k for k in range(7) if plain[k] >= 3] == [5]
    taken = DEMAND.copy()
    taken[5] += 3
    assert backward_atp(0.0, SUPPLY, taken).tolist() == [0, 0, 0, -1, 2, 0, 2, 2]
    assert backward_atp(0.0, SUPPLY, DEMAND, accumulate=True)[6] >= 3
    late = DEMAND.copy()
    late[6] += 3
    after = backward_atp(0.0, SUPPLY, late, accumulate=True)
    # the page prints 2 4 5 for periods 6 to 8; by its own rule period 7 has lost one piece of period 6, not three (5 - 1 = 4,
    # 4 + 0 = 4, 4 + 2 = 6): its 2 and 5 contradict its definition, and only 4 agrees
    assert after.tolist() == [0, 0, 0, -1, 2, 4, 4, 6]
