"""Promise against delivery: how many days early or late, by who was promised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderState
from e2esim.domain.outcome import Outcome
from e2esim.report.weekly import CLASSES

Floats = npt.NDArray[np.floating[Any]]

EARLIEST, LATEST = -7, 14  # [days] ends of the histogram; what lies beyond counts at the ends


@dataclass(frozen=True, kw_only=True, eq=False)
class Punctuality:
    """Lines due in the reporting window by calendar days late.

    ``counts``: (n_classes, LATEST - EARLIEST + 1) lines delivered, by days late from EARLIEST to LATEST.
    ``open``: (n_classes,) lines due and not delivered by the end of the run. Both together are the lines of the KPI
    on_time.
    """

    counts: Floats
    open: Floats

    @property
    def due(self) -> Floats:
        """Lines due, (n_classes,)."""
        return np.asarray(self.counts.sum(axis=1) + self.open)

    @property
    def on_time(self) -> Floats:
        """Share delivered by the promised day, (n_classes,), NaN where nothing was due."""
        out = np.full(self.open.shape, np.nan)
        np.divide(self.counts[:, : 1 - EARLIEST].sum(axis=1), self.due, out=out, where=self.due > 0)
        return out


def read_punctuality(outcome: Outcome, classes: npt.NDArray[Any]) -> Punctuality:
    """Count lines due in the reporting window by calendar days late and class, with the definition of the KPI
    on_time.
    """
    o = outcome.orders
    today = np.floor(outcome.horizon_h / 24.0)
    promised, delivered = o.filled("promised"), o.filled("delivered")
    due = np.flatnonzero(
        (o.filled("state") != OrderState.CANCELLED) & (promised >= outcome.warmup_h) & (promised < 24.0 * today)
    )
    group = classes[due].astype(np.int64)
    done = delivered[due] < outcome.horizon_h
    late = np.floor(delivered[due][done] / 24.0) - np.floor(promised[due][done] / 24.0)
    bins = LATEST - EARLIEST + 1
    cell = group[done] * bins + (np.clip(late, EARLIEST, LATEST) - EARLIEST).astype(np.int64)
    counts = np.bincount(cell, minlength=len(CLASSES) * bins).reshape(len(CLASSES), bins)
    waiting = np.bincount(group[~done], minlength=len(CLASSES))
    return Punctuality(counts=counts.astype(np.float64), open=waiting.astype(np.float64))
