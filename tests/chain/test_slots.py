"""Delivery slots: inside the slot chosen, that day or the next; first attempts fail the less the narrower the slot."""

from __future__ import annotations

import numpy as np
import pytest

from e2esim.chain.deliver_kernels import in_slot
from e2esim.streams import Streams

from .conftest import CALM, make_world, with_cells

KEYS = np.array([Streams(1).key(name) for name in ("a", "b", "c", "d", "e", "deliver.slot")], dtype=np.uint64)


@pytest.mark.parametrize("slot_h", [2.0, 5.5, 11.0])
def test_everybody_gets_it_in_a_slot(slot_h: float) -> None:
    n, t = 4000, 4 * 24.0 + 12.0  # a Friday at noon, day 0 being a Monday
    came = np.array([in_slot(t, k, slot_h, 0, KEYS) for k in range(n)])
    day, hour = np.floor(came / 24.0), came % 24.0
    assert ((hour >= 8.0) & (hour <= 19.0)).all()
    assert (came >= t).all()
    assert set(day.tolist()) == {4.0, 5.0}
    slots = int(11.0 / slot_h)
    which = np.minimum(np.floor((hour - 8.0) / slot_h), slots - 1)
    counts = np.bincount(which.astype(int), minlength=slots)
    assert (np.abs(counts / n - 1.0 / slots) <= 3.0 * np.sqrt(1.0 / slots * (1.0 - 1.0 / slots) / n)).all()
    saturday = np.array([in_slot(5 * 24.0 + 18.9, k, slot_h, 0, KEYS) for k in range(200)])
    assert set(np.floor(saturday / 24.0).tolist()) <= {5.0, 7.0}  # never on a Sunday


def test_the_narrower_the_slot_the_fewer_are_missed() -> None:
    wide, narrow = (make_world(**(CALM | {"lanes": with_cells(miss_share=0.1, slot_h=h)})) for h in (0.0, 2.2))
    assert wide.lanes.miss_share.tolist() == pytest.approx([0.1] * len(wide.lanes.ids))
    assert narrow.lanes.miss_share.tolist() == pytest.approx([0.02] * len(narrow.lanes.ids))
