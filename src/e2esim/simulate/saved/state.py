"""What is written of a stopped run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt


class Pending(NamedTuple):
    """A moment that is still to come."""

    t: float  # [h]
    phase: int
    owner: str  # which stage
    act: str  # its method
    args: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class SavedState:
    """The state of one replication between two moments.

    ``values``: JSON-ready tree of all that the stages hold; where it says ``a``, the array of that number in ``arrays``.
    ``moments``: what is still to come, in the order in which it acts. ``day``: the morning on which the run goes on.
    """

    day: int
    values: dict[str, Any]
    arrays: dict[str, npt.NDArray[np.generic]]
    moments: tuple[Pending, ...]
