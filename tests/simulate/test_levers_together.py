"""Culture, organisation and platform alone disappoint and together pay: in what customers feel and remember, and in what they are worth (J10)."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

LEVERS = ("culture", "organisation", "platform")
DAYS = {"horizon": {"days": 120, "warmup_days": 0}, "organisation": {"usage_share": 1.0, "agents": 8, "mode": "one_team", "first_contact_low": 0.1}}


@pytest.mark.long
def test_alone_they_disappoint_together_they_pay(tiny: Any) -> None:
    """Each lever from .1 to 1, eight runs, two replications: the three together bring more than the sum of each alone, with a term of all three above zero."""
    low, high = 0.1, 1.0
    for name in ("memory", "csat_service", "customer_value"):
        gains, joint = [], []
        for k in range(2):
            value: dict[tuple[int, ...], float] = {}
            for on in product((0, 1), repeat=3):
                words = [f"organisation.{lever}={high if up else low}" for lever, up in zip(LEVERS, on, strict=True)]
                value[on] = tiny("levers", *words, settings=DAYS, replication=k).kpi(name)
            alone = [value[on] - value[0, 0, 0] for on in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]
            gains.append(value[1, 1, 1] - value[0, 0, 0] - sum(alone))
            joint.append(sum((-1) ** (3 - sum(on)) * value[on] for on in value))
        assert np.mean(gains) > 0.0, (name, gains)
        if name != "customer_value":
            assert np.mean(joint) > 0.0, (name, joint)
