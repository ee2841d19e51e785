"""Feeling is put off until somebody reads what customers remember: whoever does so lets it be felt first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2esim.config.door import load
from e2esim.customers import journey, market, trade
from e2esim.domain.build import build_world
from e2esim.simulate import line_value
from e2esim.simulate.replication import Replication
from worlds import tiny_world

READERS = ((market, "needs_met"), (trade, "leave"), (trade.Trade, "equilibrium"), (journey, "stand"), (line_value, "serve_value"))


def test_nobody_reads_memories_while_something_waits_to_be_felt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["horizon.days=30", "horizon.warmup_days=0", "market.demand_factor=1.8"]
    run = Replication(build_world(load([f"scenario={tiny_world(tmp_path)}", *words])), 0)
    read: Counter[str] = Counter()
    put_off, aside = 0, [0]

    def checked(name: str, usual: Callable[..., Any]) -> Callable[..., Any]:
        def read_after_all_is_felt(*args: Any, **kwargs: Any) -> Any:
            n = run.experiences.waiting
            if name == "needs_met":  # reads the memories of the customers due only
                lived = run.orders["consumer"][run.experiences._batch["row"][:n]]
                assert not np.isin(args[2], lived).any(), f"{name} reads what customers do not remember yet"
                aside.append(n)
            else:
                assert n == 0, f"{name} reads what customers do not remember yet"
            read[name] += 1
            return usual(*args, **kwargs)

        return read_after_all_is_felt

    usual_feel = run.experiences.feel

    def feel(n: int) -> None:
        nonlocal put_off
        usual_feel(n)
        put_off = max(put_off, run.experiences.waiting)

    monkeypatch.setattr(run.experiences, "feel", feel)
    for place, name in READERS:
        monkeypatch.setattr(place, name, checked(name, getattr(place, name)))
    outcome = run.run()
    assert put_off > 0
    assert max(aside) > 0  # what concerns none of them waits on
    assert run.experiences.waiting == 0
    assert outcome.experience_sums.any()
    assert set(read) == {name for _, name in READERS}
