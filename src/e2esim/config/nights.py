"""Shifts over midnight as the two parts that calendars are made of."""

from __future__ import annotations

import polars as pl

MIDNIGHT = 24.0
LONGEST_NIGHT_H = 12.0  # a shift that would run longer over midnight has start and end exchanged, or a wrong day


def over_midnight(calendars: pl.DataFrame) -> pl.DataFrame:
    """Return shifts with those that end on the next day cut at midnight; an end at 00:00 is 24:00, a start at 24:00 is 00:00 of the next day.

    >>> shifts = pl.DataFrame({"weekday": [1, 7, 2, 3], "start": [14.0, 22.0, 8.0, 24.0], "end": [0.0, 6.0, 16.0, 8.0]})
    >>> over_midnight(shifts).rows()
    [(1, 14.0, 24.0), (7, 22.0, 24.0), (2, 8.0, 16.0), (1, 0.0, 6.0), (4, 0.0, 8.0)]
    """
    length = pl.col("end") + MIDNIGHT - pl.col("start")
    night = (pl.col("end") < pl.col("start")) & ((length <= LONGEST_NIGHT_H) | (pl.col("end") == 0.0))
    night = night.fill_null(False)
    nothing = (night & (pl.col("start") == MIDNIGHT) & (pl.col("end") > 0.0)).fill_null(False)
    evening = calendars.filter(~nothing).with_columns(pl.when(night).then(MIDNIGHT).otherwise(pl.col("end")).alias("end"))
    morning = calendars.filter(night & (pl.col("end") > 0.0)).with_columns((pl.col("weekday") % 7 + 1).alias("weekday"), pl.lit(0.0).alias("start"))
    return pl.concat([evening, morning])
