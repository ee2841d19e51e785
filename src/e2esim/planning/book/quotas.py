"""Nested allocations: supply set apart for channel, market and customer, shared pools, stealing downward only.

A node's quota is a share of its parent's, at every day. What a node does not hand to its children is its pool, shared
by all below it. So the supply of an item falls into one pot a node, and a piece comes from exactly one pot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
EPS = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class QuotaTree:
    """Who has a right to which share.

    Parameters
    ----------
    name : (n,)
        Name of each node; node 0 is the root, which owns all supply.
    parent : ndarray of int, (n,)
        Parent of each node, which stands before it; -1 for the root.
    share : ndarray, (n,)
        Part of the parent's quota, 0 to 1; the shares of sisters are at most 1 together.
    priority : ndarray of int, (n,)
        Rank among sisters, 1 = first: a node may steal from sisters of a larger number only.

    Raises
    ------
    ValueError
        If the tree is none, or sisters have more than all.
    """

    name: tuple[str, ...]
    parent: Ints
    share: Floats
    priority: Ints

    def __post_init__(self) -> None:
        n = len(self.name)
        if not n or any(column.shape != (n,) for column in (self.parent, self.share, self.priority)):
            raise ValueError("quotas: every node needs a parent, a share and a priority")
        if self.parent[0] != -1 or bool((self.parent[1:] < 0).any()) or bool((self.parent >= np.arange(n)).any()):
            raise ValueError("quotas: node 0 is the root, and a parent stands before its children")
        if bool((self.share < 0).any()):
            raise ValueError("quotas: a share must not be negative")
        for node in np.flatnonzero(self.handed_out() > 1 + 1e-9):
            raise ValueError(f"quotas: the children of {self.name[node]} have {self.handed_out()[node]:.4g} of it, at most 1 is there")

    def handed_out(self) -> Floats:
        """Share of each node that its children have together, (n,)."""
        return np.bincount(self.parent[1:], weights=self.share[1:], minlength=len(self.name)).astype(np.float64)

    def children(self, node: int) -> list[int]:
        """Children of a node."""
        return np.flatnonzero(self.parent == node).tolist()


def quotas(tree: QuotaTree, supply: Floats) -> Floats:
    """Cumulative quota of each node, (n_nodes, n_days) [pcs]; ``supply`` (n_days,) is the cumulative supply.

    Examples
    --------
    >>> tree = QuotaTree(name=("all", "web", "shops"), parent=np.array([-1, 0, 0]), share=np.array([1.0, 0.5, 0.3]),
    ...                  priority=np.array([1, 1, 2]))
    >>> quotas(tree, np.array([10.0, 20.0])).tolist()
    [[10.0, 20.0], [5.0, 10.0], [3.0, 6.0]]
    """
    found = np.empty((len(tree.name), supply.size))
    found[0] = supply
    for node in range(1, len(tree.name)):
        found[node] = tree.share[node] * found[tree.parent[node]]
    return found


def pots(tree: QuotaTree, supply: Floats) -> Floats:
    """What lies in the pot of each node: its quota less those of its children, (n_nodes, n_days), cumulative [pcs]."""
    return quotas(tree, supply) * (1.0 - np.minimum(tree.handed_out(), 1.0))[:, None]


def sources(tree: QuotaTree, node: int) -> list[int]:
    """Pots that a node may take from, in their order.

    First its own, then the pools of its ancestors from the nearest on; then it steals, from the nearest level on: the
    pots of sisters of lower priority and of all below them, the lowest first. Never from a sister of the same or a
    higher priority, and never from its own children.

    Examples
    --------
    Platinum may take what gold has not used, gold may not take from platinum.

    >>> tree = QuotaTree(name=("all", "platinum", "gold"), parent=np.array([-1, 0, 0]), share=np.array([1.0, 0.4, 0.4]),
    ...                  priority=np.array([1, 1, 2]))
    >>> sources(tree, 1), sources(tree, 2)
    ([1, 0, 2], [2, 0])
    """
    line = [node]
    while tree.parent[line[-1]] >= 0:
        line.append(int(tree.parent[line[-1]]))
    stolen: list[int] = []
    for member in line[:-1]:
        sisters = [k for k in tree.children(int(tree.parent[member])) if tree.priority[k] > tree.priority[member]]
        for sister in sorted(sisters, key=lambda k: (-tree.priority[k], k)):
            stolen += _below(tree, sister)
    return line + stolen


def _below(tree: QuotaTree, node: int) -> list[int]:
    """A node and all below it: the lowest priority first, the node's own pool last."""
    found: list[int] = []
    for child in sorted(tree.children(node), key=lambda k: (-tree.priority[k], k)):
        found += _below(tree, child)
    return [*found, node]


def free_by(left: Floats) -> Floats:
    """Pieces that can be taken by each day without overdrawing a later one, never below 0; ``left`` is cumulative."""
    return np.maximum(np.minimum.accumulate(left[..., ::-1], axis=-1)[..., ::-1], 0.0)


def take(left: Floats, allowed: Sequence[int], quantity: float, day: int) -> list[tuple[int, float]]:
    """Take pieces that ship on a day from the allowed pots, in their order.

    Parameters
    ----------
    left : (n_nodes, n_days)
        What is left in each pot, cumulative [pcs]; lowered by what is taken.
    allowed
        Pots, by :func:`sources`.
    quantity, day
        Pieces [pcs] and ship day.

    Returns
    -------
    list of (pot, pieces)
        What was taken; less than ``quantity`` together if the pots do not hold more.

    Examples
    --------
    >>> left = np.array([[2.0, 2.0], [3.0, 5.0]])
    >>> take(left, [1, 0], 4.0, 0), left.tolist()
    ([(1, 3.0), (0, 1.0)], [[1.0, 1.0], [0.0, 2.0]])
    """
    taken = []
    for pot in allowed:
        pieces = min(quantity, float(left[pot, day:].min()))
        if pieces > EPS:
            left[pot, day:] -= pieces
            quantity -= pieces
            taken.append((int(pot), pieces))
        if quantity <= EPS:
            break
    return taken


@dataclass(frozen=True, kw_only=True)
class QuotaUse:
    """A node in the consumption view, at the end of the horizon [pcs].

    ``quota`` of the node and all below it; ``pot`` what is its own; ``consumed`` by its own orders from any pot, of
    that ``from_pools`` out of pools above and ``stolen`` from others; ``given`` what others took out of this pot,
    of that ``stolen_from`` by nodes that are not below it; ``left`` in the pot.
    """

    name: str
    quota: float
    pot: float
    consumed: float
    from_pools: float
    stolen: float
    given: float
    stolen_from: float
    left: float


def consumption(tree: QuotaTree, supply: Floats, taken: Sequence[tuple[int, int, float]]) -> list[QuotaUse]:
    """The consumption view of one item.

    Parameters
    ----------
    supply : (n_days,)
        Cumulative supply [pcs].
    taken
        (node that ordered, pot, pieces).

    Examples
    --------
    >>> tree = QuotaTree(name=("all", "platinum", "gold"), parent=np.array([-1, 0, 0]), share=np.array([1.0, 0.4, 0.4]),
    ...                  priority=np.array([1, 1, 2]))
    >>> rows = consumption(tree, np.array([10.0]), [(1, 1, 4.0), (1, 0, 2.0), (1, 2, 1.0)])
    >>> [(row.name, row.consumed, row.from_pools, row.stolen, row.stolen_from, row.left) for row in rows]
    [('all', 0.0, 0.0, 0.0, 0.0, 0.0), ('platinum', 7.0, 2.0, 1.0, 0.0, 0.0), ('gold', 0.0, 0.0, 0.0, 1.0, 3.0)]
    """
    n = len(tree.name)
    table = np.zeros((5, n))  # consumed, from pools, stolen, given, stolen from
    for node, pot, pieces in taken:
        table[0, node] += pieces
        if pot == node:
            continue
        table[3, pot] += pieces
        if pot in _above(tree, node):
            table[1, node] += pieces
        else:
            table[2, node] += pieces
            table[4, pot] += pieces
    all_of, own = quotas(tree, supply)[:, -1], pots(tree, supply)[:, -1]
    out = np.zeros(n)
    for _, pot, pieces in taken:
        out[pot] += pieces
    rows = (np.vstack([all_of, own, table, own - out]).round(6) + 0.0).tolist()  # + 0: no negative zero
    names = ("quota", "pot", "consumed", "from_pools", "stolen", "given", "stolen_from", "left")
    return [QuotaUse(name=tree.name[k], **{name: rows[j][k] for j, name in enumerate(names)}) for k in range(n)]


def _above(tree: QuotaTree, node: int) -> set[int]:
    found: set[int] = set()
    while tree.parent[node] >= 0:
        node = int(tree.parent[node])
        found.add(node)
    return found
