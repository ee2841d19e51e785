"""The shape of a supply network: its levels, its independent parts, and who stands upstream of whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class MaterialCircle(ValueError):
    """Material runs in a circle through the stock points ``path``, the first one also the last."""

    def __init__(self, path: list[int], names: list[str]) -> None:
        self.path = path
        super().__init__(f"material runs in a circle through {' -> '.join(names)}")




def levels(n: int, to: Ints, start: Ints, inputs: Ints, name: Callable[[int], str]) -> Ints:
    """Low-level codes, (n,): 0 where nobody takes from, else one more than the highest taker.

    Raises
    ------
    MaterialCircle
        If material runs in a circle.

    Examples
    --------
    >>> levels(2, np.array([0]), np.array([0, 1]), np.array([1]), str).tolist()
    [0, 1]
    """
    takers: list[list[int]] = [[] for _ in range(n)]
    sources: list[list[int]] = [[] for _ in range(n)]
    for k, point in enumerate(to.tolist()):
        for source in inputs[start[k] : start[k + 1]].tolist():
            takers[source].append(point)
            sources[point].append(source)
    open_takers = [len(t) for t in takers]
    ready = [k for k in range(n) if not open_takers[k]]
    out = np.zeros(n, dtype=np.int64)
    done = 0
    while ready:
        point = ready.pop()
        done += 1
        for source in sources[point]:
            out[source] = max(out[source], out[point] + 1)
            open_takers[source] -= 1
            if not open_takers[source]:
                ready.append(source)
    if done < n:
        stuck = next(k for k in range(n) if open_takers[k])
        path = _circle(stuck, takers, open_takers)
        raise MaterialCircle(path, [name(k) for k in path])
    return out


def bands(n: int, to: Ints, start: Ints, inputs: Ints, centres: Sequence[tuple[str, ...]]) -> Ints:
    """Number of the independent part of each stock point, (n,): parts share neither goods nor a work centre. Numbered by first member.

    >>> bands(3, np.array([0]), np.array([0, 1]), np.array([2]), [()]).tolist()
    [0, 1, 0]
    """
    names = sorted({c for several in centres for c in several})
    of = {c: n + k for k, c in enumerate(names)}
    left = np.repeat(to, np.diff(start))
    extra = [(point, of[c]) for point, several in zip(to.tolist(), centres, strict=True) for c in several]
    a = np.concatenate([left, np.asarray([x for x, _ in extra], dtype=np.int64)])
    b = np.concatenate([inputs, np.asarray([y for _, y in extra], dtype=np.int64)])
    size = n + len(names)
    from scipy.sparse import coo_matrix  # here, since every run looks whether it is one of a network and few are
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(a.size), (a, b)), shape=(size, size))
    label = connected_components(graph, directed=False)[1][:n]
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(first.size, dtype=np.int64)
    rank[np.argsort(first)] = np.arange(first.size)
    return np.asarray(rank[inverse], dtype=np.int64)


def echelon_use(level: Ints, to: Ints, start: Ints, inputs: Ints, quantity: Floats, watched: set[int]) -> tuple[Ints, Ints, Floats]:
    """Units of each watched stock point in one unit of each stock point: starts (n + 1,), watched points, units.

    Where a stock point has several ways to be refilled, the first counts (a watched stock point counts itself with 1).
    """
    use: list[dict[int, float]] = [{} for _ in range(level.size)]
    first = {int(p): k for k, p in reversed(list(enumerate(to.tolist())))} if watched else {}
    for point in np.argsort(-level, kind="stable").tolist() if watched else ():
        if point in watched:
            use[point][point] = 1.0
        k = first.get(point)
        if k is None:
            continue
        for j in range(start[k], start[k + 1]):
            for top, units in use[int(inputs[j])].items():
                use[point][top] = use[point].get(top, 0.0) + units * float(quantity[j])
    starts = np.concatenate([[0], np.cumsum([len(u) for u in use])]).astype(np.int64)
    tops = [t for u in use for t in sorted(u)]
    parts = [u[t] for u in use for t in sorted(u)]
    return starts, np.asarray(tops, dtype=np.int64), np.asarray(parts, dtype=np.float64)


def _circle(at: int, takers: list[list[int]], stuck: list[int]) -> list[int]:
    """A circle of stock points that wait for each other, from ``at`` on downstream."""
    path: list[int] = []
    while at not in path:
        path.append(at)
        at = next(t for t in takers[at] if stuck[t] or t in path)
    return [*path[path.index(at) :], at]
