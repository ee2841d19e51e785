"""From table ``returns`` to numbers: what becomes of returned pieces."""

from __future__ import annotations

import polars as pl

from e2esim.domain.book import ReturnCause
from e2esim.domain.returning import Treatment, usual_treatment


def lay_out_treatment(frame: pl.DataFrame) -> Treatment:
    """Shares and costs by cause; those not named as usual."""
    found = usual_treatment()
    for row in frame.iter_rows(named=True):
        k = ReturnCause[row["cause"].upper()]
        if row["as_new_share"] is not None:
            found.as_new[k] = row["as_new_share"]
        found.repaired[k], found.repair_eur[k] = row["repair_share"], row["repair_eur"]
        found.recycled[k], found.recycle_eur[k] = row["recycle_share"], row["recycle_eur"]
    return found
