"""Back to lots by rule: what the search has torn apart is put together again where nobody gets later by it.

Lateness decides first; after it lots of an item with days to cover begin no sooner than so many days after the one before.
"""

from __future__ import annotations

import numpy as np

from e2esim.planning.factory.change_kernels import State
from e2esim.planning.factory.execute import Wants, copied, search
from e2esim.planning.factory.frame import Frame
from e2esim.planning.factory.problem import Ints

MOST_TRIES = 200  # plans tried: what is left stays as it is
EPS = 1e-9


def lots_again(view: Frame, wants: Wants, state: State) -> Wants:
    """Wants with the lots of items that cover days put together: all of an item at once, else those of one lot after the other.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from e2esim.planning.factory.execute import wants_of
    >>> from e2esim.planning.factory.frame import frame
    >>> from e2esim.planning.factory.network import network
    >>> from e2esim.planning.factory.synthetic import synthetic_problem
    >>> p = synthetic_problem(np.random.default_rng(1), finished=1, parts=0, bought=1, centres=1, orders=3, weeks=8)
    >>> p = replace(p, lot_days=np.full(p.n_items, 14), step_setup_h=np.zeros(p.n_steps), capacity_h=np.full((1, 8), 1e6))
    >>> wants = wants_of(p, np.zeros(3, dtype=np.int64), np.array([20, 25, 34]), np.full(3, 50.0))
    >>> lots_again(frame(p, network(p), 56), wants, np.ones(1, dtype=np.uint64)).day.tolist()
    [20, 20, 34]
    """
    p = view.problem
    items = np.flatnonzero(p.cover > 1)
    if not items.size or not wants.step.size:
        return wants
    best, cost, tries = wants, search(view, wants, 0, state), 0
    for item in items.tolist():
        windows = _windows(p.step_item[best.step] == item, p.mains[best.step], best.day, int(p.cover[item]))
        sets = [windows] if len(windows) < 2 else [windows, *([one] for one in windows)]
        for some in sets:
            if not some or tries >= MOST_TRIES:
                break
            tried = copied(best)
            for rows, day in some:
                tried.day[rows] = day
            new, tries = search(view, tried, 0, state), tries + 1
            if new <= cost + EPS:
                best, cost = tried, new
                if some is windows:
                    break
    return best


def _windows(mine: np.ndarray[tuple[int], np.dtype[np.bool_]], step: Ints, day: Ints, cover: int) -> list[tuple[Ints, int]]:
    """Rows of wants of each step that belong to one lot, and its first day; only where there is more than one day."""
    found = []
    for s in np.unique(step[mine]).tolist():
        rows = np.flatnonzero(mine & (step == s))
        rows = rows[np.argsort(day[rows], kind="stable")]
        while rows.size:
            first = int(day[rows[0]])
            inside = day[rows] < first + cover
            if int(day[rows[inside][-1]]) > first:
                found.append((rows[inside], first))
            rows = rows[~inside]
    return found
