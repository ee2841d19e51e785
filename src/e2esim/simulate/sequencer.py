"""The daily sequence of a work centre with changeovers: its queue in, release numbers in order out (APS).

Lots that are due weigh ten times those that are not due for long; the sum of weighted finishing times is made small, so
that a sequence both saves changeovers and keeps dates.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from e2esim.chain.make import QueuedLot, Shop
from e2esim.domain.world import World
from e2esim.planning.sequencing.problem import ScheduleGoal, SequencingProblem
from e2esim.planning.sequencing.solving import RULES_ONLY_S, solve

_MINUTES = 60.0
_DUE_WEIGHT = 10.0  # of a lot that is due now; halved by each day that it is not due yet
_FIRST_WEIGHT = 1_000_000  # of what a machine is set up for: it goes before all
_EFFORT = 0.03  # of CP-SAT a work centre and day, in its deterministic time (about seconds)
_PATIENCE_S = 5.0  # never reached before the effort on a machine that is not overloaded
_MOST_LOTS = 15  # the exact model takes the weightiest; the rest follow by the rule


def place_sequencers(world: World, shop: Shop) -> None:
    """Give every work centre with changeovers its daily sequence, where the scenario asks for one."""
    rule = world.settings.planning.sequence
    if rule == "release":
        return
    for place, centre in enumerate(shop.centres):
        if world.changeovers.matter(place):
            centre.sequencer = _Daily(world, shop, place, exact=rule == "aps")


class _Daily:
    """The sequence of one work centre."""

    def __init__(self, world: World, shop: Shop, place: int, *, exact: bool) -> None:
        self.world, self.shop, self.place, self.exact = world, shop, place, exact

    def __call__(self) -> Sequence[int]:
        lots, centre = self.shop.queue(self.place), self.shop.centres[self.place]
        now = self.shop.env.now
        if len({lot.family for lot in lots}) < 2:
            return [lot.number for lot in lots]
        weight = np.array([_DUE_WEIGHT * 2.0 ** -max(0.0, (lot.due_h - now) / 24.0) for lot in lots])
        first = np.argsort(-weight, kind="stable")
        chosen = [lots[k] for k in first[:_MOST_LOTS]]
        order = sequence_lots(chosen, weight[first[:_MOST_LOTS]], centre.last, self.world.changeovers.hours[self.place], exact=self.exact)
        return [lot.number for lot in order] + [lots[k].number for k in first[_MOST_LOTS:]]


def sequence_lots(lots: list[QueuedLot], weight: np.ndarray, last: list[int], changeover_h: np.ndarray, *, exact: bool) -> list[QueuedLot]:
    """Order of lots on identical machines that were set up for the families ``last``, by weighted finishing times.

    ``weight`` (n_lots,), ``changeover_h`` (n_families, n_families) [h]; ``exact``: by CP-SAT with a fixed effort, else
    by the best of the dispatching rules.

    Examples
    --------
    One machine set up for family 1: its lots go first although the lot of family 2 came first.

    >>> lots = [QueuedLot(number=k, family=f, hours=1.0, due_h=0.0) for k, f in enumerate((2, 1, 2, 1))]
    >>> change = np.array([[0.0, 0, 0], [0, 0, 2.0], [0, 2.0, 0]])
    >>> [lot.number for lot in sequence_lots(lots, np.ones(4), [1], change, exact=True)]
    [1, 3, 0, 2]
    """
    n, machines = len(lots), len(last)
    modes = [(j, m, max(1, round(_MINUTES * lot.hours))) for j, lot in enumerate(lots, start=machines) for m in range(machines)]
    modes = [(m, m, 0) for m in range(machines)] + modes  # what each machine is set up for
    columns = np.array(modes, dtype=np.int64)
    problem = SequencingProblem(
        job=np.arange(machines + n),
        mode_operation=columns[:, 0],
        mode_machine=columns[:, 1],
        mode_duration=columns[:, 2],
        release=np.zeros(machines + n, dtype=np.int64),
        due=np.zeros(machines + n, dtype=np.int64),
        weight=np.concatenate([np.full(machines, _FIRST_WEIGHT), np.maximum(1, np.round(10.0 * weight)).astype(np.int64)]),
        family=np.array([*last, *(lot.family for lot in lots)], dtype=np.int64),
        changeover=np.repeat(np.round(_MINUTES * changeover_h).astype(np.int64)[None], machines, axis=0),
        goal=ScheduleGoal.TARDINESS,
    )
    limit_s = _PATIENCE_S if exact else RULES_ONLY_S / 2.0
    schedule = solve(problem, time_limit_s=limit_s, seed=1, workers=1, effort=_EFFORT)
    start = schedule.start[machines:]
    return [lots[k] for k in np.lexsort((np.arange(n), start))]
