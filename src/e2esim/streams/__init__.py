"""Random numbers with an address: the same (seed, replication, name, entity, number) gives the same draw, whoever else draws.

``Streams.key(name)`` feeds the kernels of :mod:`e2esim.streams.draws`; ``Streams.rng(name)`` gives a numpy generator for
work outside kernels. Adding a stream: choose a name "room.thing"; nothing else moves.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

__all__ = ["Streams"]


@dataclass(frozen=True)
class Streams:
    """All random streams of one replication.

    Examples
    --------
    >>> bool(Streams(1, 0).key("market.arrival") == Streams(1, 0).key("market.arrival"))
    True
    >>> bool(Streams(1, 0).key("market.arrival") == Streams(1, 1).key("market.arrival"))
    False
    """

    seed: int
    replication: int = 0

    def key(self, name: str) -> np.uint64:
        """Return the 64-bit key of stream ``name``, for addressed draws in kernels."""
        digest = hashlib.blake2b(f"{self.seed}/{self.replication}/{name}".encode(), digest_size=8).digest()
        return np.uint64(int.from_bytes(digest, "little"))

    def rng(self, name: str) -> np.random.Generator:
        """Return a numpy generator of stream ``name``, always starting afresh."""
        return np.random.default_rng(np.random.SeedSequence(int(self.key(name))))
