"""Which of two waits is called the limit: for the part, or afterwards for a work centre without free hours."""

from __future__ import annotations

import pytest

from e2esim.planning.ctp.capable import capable
from e2esim.planning.ctp.model import DAY, WEEK, Buffer, CtpModel, Flow, Operation, Resource, ResourceLoad, buy
from e2esim.planning.ctp.request import Request
from e2esim.planning.ctp.state import State
from e2esim.planning.promise.limits import main_limit


@pytest.mark.parametrize(("lead", "kind", "name", "possible"), [(8, "work_centre", "oven", 70), (60, "supplier", "buy glass from supplier", 60)])
def test_the_longer_wait_is_the_limit(lead: int, kind: str, name: str, possible: int) -> None:
    """The oven is free in the first week and from the tenth on; glass takes eight days, or sixty."""
    oven = Resource(name="oven", bucket_start=tuple(k * WEEK for k in range(21)), bucket_size=(40.0, *[0.0] * 9, *[40.0] * 10))
    bake = Operation(
        name="bake lamp", takes=(Flow(buffer="glass"),), gives=(Flow(buffer="lamp"),), duration=DAY, loads=(ResourceLoad(resources=("oven",), per_unit=1.0),)
    )
    facts = CtpModel(
        buffers=(Buffer(name="lamp"), Buffer(name="glass")),
        operations=(bake, buy("glass", lead_time=lead * DAY)),
        resources=(oven,),
        horizon=20 * WEEK,
        grid=DAY,
    )
    answer = capable(State(facts), Request(name="x", buffer="lamp", quantity=5, due=3 * DAY, partial=False))
    assert [(d.time // DAY, d.quantity) for d in answer.deliveries] == [(71, 5)]
    limit = main_limit(answer)
    assert limit is not None
    assert (limit.kind.value, limit.name, limit.possible // DAY) == (kind, name, possible)
