"""Trucks held by the customs: a share of them, with all that is on them; promises count with the mean."""

from __future__ import annotations

import numpy as np
import pytest

from e2esim.chain.deliver_kernels import cleared
from e2esim.domain.dispatch import usual_wait_d
from e2esim.streams import Streams
from e2esim.streams.draws import child, uniform

from .conftest import CALM, make_world, with_cells

KEYS = np.array([Streams(1).key(name) for name in ("a", "b", "c", "d", "deliver.customs", "deliver.slot")], dtype=np.uint64)


def test_a_share_of_the_trucks_is_held_whole() -> None:
    days, share = 3000, 0.2
    out = np.array([cleared(24.0 * day + 17.0, 2, share, 36.0, KEYS) for day in range(days)]) - (24.0 * np.arange(days) + 17.0)
    assert set(out.tolist()) == {0.0, 36.0}
    assert abs((out > 0).mean() - share) < 3 * np.sqrt(share * (1 - share) / days)
    slow = [36.0 if uniform(KEYS[4], int(child(2, day)), 0) < share else 0.0 for day in range(days)]
    assert out.tolist() == slow  # by lane and day alone: whoever is on the truck
    assert cleared(17.0, 2, 0.0, 36.0, KEYS) == 17.0


def test_who_promises_counts_with_the_mean() -> None:
    plain, held = make_world(**CALM), make_world(**(CALM | {"lanes": with_cells(customs_share=0.5, customs_d=3.0)}))
    assert (usual_wait_d(held) - usual_wait_d(plain)).tolist() == pytest.approx([1.5] * len(plain.lanes.ids))
