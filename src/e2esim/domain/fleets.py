"""Fleets: trucks of a number that serve lanes and are away for a round trip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

F = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class FleetFacts:
    """Table ``fleets``, (n,) each."""

    ids: tuple[str, ...]
    trucks: npt.NDArray[np.int64]
    hire_eur: F  # a trip of a hired truck, scaled; NaN = none can be hired
    day_eur: F  # a truck of the firm a day, whether it drives or not, scaled

    @property
    def n(self) -> int:
        """Number of fleets."""
        return len(self.ids)


def lay_out_fleets(frame: pl.DataFrame, scale: float) -> FleetFacts:
    """Fleets in order of the table; a small copy has as many trucks, smaller ones."""
    return FleetFacts(
        ids=tuple(frame["fleet"].to_list()),
        trucks=frame["trucks"].cast(pl.Int64).to_numpy().copy(),
        hire_eur=frame["hire_eur"].cast(pl.Float64).fill_null(float("nan")).to_numpy() * scale,
        day_eur=frame["truck_eur_d"].cast(pl.Float64).to_numpy() * scale,
    )


NO_FLEETS = FleetFacts(ids=(), trucks=np.zeros(0, dtype=np.int64), hire_eur=np.zeros(0), day_eur=np.zeros(0))


def round_trips_h(stated_d: F, transit_d: F) -> F:
    """Hours that a truck of each lane is away: as stated, else there and back.

    >>> round_trips_h(np.array([np.nan, 1.0]), np.array([2.0, 2.0])).tolist()
    [96.0, 24.0]
    """
    return np.asarray(24.0 * np.where(np.isnan(stated_d), 2.0 * transit_d, stated_d))
