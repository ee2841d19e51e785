"""Rework: faulty pieces that pass a part of their routing again, may fail again, and what is lost for good."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

F = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Rework:
    """What is put right, by item, (n,)."""

    fault: F  # share of the pieces that leave the last step faulty, each time
    share: F  # of these, put right
    step: npt.NDArray[np.int64]  # operation from which they pass again, counted from 0
    run_h: F  # [h] standard machine hours of a piece at that operation
    eur: F  # [EUR/unit] material, each time


def lost_for_good(fault: F, share: F) -> F:
    """Share of the pieces started that is scrapped in the end, where ``share`` of the faulty ones passes again.

    The yield of a piece is Y = (1 - f) + f w Y, so Y = (1 - f) / (1 - f w) (e.g. Hopp and Spearman, Factory Physics, 2011, chapter 12: rework).

    >>> lost_for_good(np.array([0.2, 0.2, 0.2]), np.array([0.0, 0.5, 1.0])).round(6).tolist()
    [0.2, 0.111111, 0.0]
    """
    return np.asarray(fault * (1.0 - share) / (1.0 - fault * share))


def passes(fault: F, share: F) -> F:
    """How often a piece is put right, expected: f w + (f w)^2 + ...

    >>> passes(np.array([0.2]), np.array([0.5])).round(6).tolist()
    [0.111111]
    """
    return np.asarray(fault * share / (1.0 - fault * share))
