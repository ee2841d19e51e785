"""What suppliers may bring, against plain loops."""

import numpy as np
import pytest

from e2esim.planning.supplier_limits import AMPLE, may_come, shared_weekly


def come_by_hand(item, weekly, reach_d, use, weeks):
    come = np.zeros((len(use), weeks))
    for i in range(len(use)):
        rows = [(int(np.ceil(max(reach_d[r], 0.0) / 7.0)), weekly[r]) for r in range(len(item)) if item[r] == i]
        enough = False
        for week in range(weeks):
            here = [most for first, most in rows if first <= week]
            enough = enough or (bool(here) and sum(here) >= AMPLE * use[i])
            come[i, week] = np.inf if enough else sum(most * (week - first + 1) for first, most in rows if first <= week)
    return come


@pytest.mark.parametrize("seed", range(20))
def test_weeks_of_limited_sources_add_up(seed):
    rng = np.random.default_rng(seed)
    items, n = 4, 9
    item = rng.integers(0, items, n)
    weekly = np.where(rng.uniform(size=n) < 0.2, np.inf, rng.uniform(5, 30, n))
    reach, use = rng.uniform(-5, 40, n), rng.uniform(5, 60, items)
    np.testing.assert_allclose(may_come(item, weekly, reach, use, 8), come_by_hand(item, weekly, reach, use, 8))


@pytest.mark.parametrize("seed", range(10))
def test_what_a_supplier_gives_is_shared_by_the_worth_of_what_is_used(seed):
    rng = np.random.default_rng(seed)
    supplier, price, used = rng.integers(0, 3, 8), rng.uniform(1, 9, 8), rng.uniform(1, 9, 8)
    limit = np.array([np.inf, 40.0, 75.0])
    weekly = shared_weekly(np.full(8, np.inf), supplier, np.column_stack((price, used)), limit)
    for s in (1, 2):
        if (supplier == s).any():
            assert (weekly * price)[supplier == s].sum() == pytest.approx(limit[s])
            assert np.ptp((weekly / used)[supplier == s]) == pytest.approx(0.0, abs=1e-9)
    assert np.isinf(weekly[supplier == 0]).all()
