"""What is still to come, as names of stages, methods and numbers, and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import simpy

from e2esim.chain.phases import At, Phase
from e2esim.simulate.saved.state import Pending


def pending(env: simpy.Environment, owners: Mapping[str, Any]) -> tuple[Pending, ...]:
    """Moments that a timeline still awaits, in the order in which they act; ``owners`` = the stages by name.

    Raises
    ------
    ValueError
        If something is awaited that is no method of a stage with its numbers.
    """
    names = {id(owner): name for name, owner in owners.items()}
    told = []
    for t, phase, _, event in sorted(env._queue, key=lambda entry: entry[:3]):
        if not event.callbacks:
            continue  # the end of the run so far
        owner = names.get(id(getattr(event.act, "__self__", None))) if isinstance(event, At) else None
        if not isinstance(event, At) or owner is None:
            raise ValueError(f"{event} is awaited at {t:g} h and cannot be written down")
        told.append(Pending(t, int(phase), owner, event.act.__name__, event.args))
    return tuple(told)


def await_again(env: simpy.Environment, owners: Mapping[str, Any], moments: Iterable[Pending]) -> None:
    """Let a new timeline, which has not begun, await the same moments in the same order.

    >>> class Bell:
    ...     def ring(self, times: int) -> None:
    ...         print("ding" * times)
    >>> bell, env, later = Bell(), simpy.Environment(), simpy.Environment()
    >>> for t, times in ((5.0, 1), (3.0, 2)):
    ...     _ = At(env, t, Phase.TICK, bell.ring, times)
    >>> await_again(later, {"bell": bell}, pending(env, {"bell": bell}))
    >>> later.run()
    dingding
    ding
    """
    for one in moments:
        At(env, one.t, Phase(one.phase), getattr(owners[one.owner], one.act), *one.args)
