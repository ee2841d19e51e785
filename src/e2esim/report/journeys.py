"""Experiences as polars frames: those of the customers kept whole, one by one, and all of them added up by cell."""

from __future__ import annotations

import numpy as np
import polars as pl

from e2esim.domain.experience import SERVICE, Lived
from e2esim.domain.outcome import Outcome
from e2esim.domain.world import ATTRIBUTES, PHASES, World
from e2esim.report.frames import enum_names, named, times

NAMES = (*ATTRIBUTES, "service")  # by attribute code; SERVICE is the last
assert len(NAMES) == SERVICE + 1


def journeys_frame(outcome: Outcome, world: World | None = None) -> pl.DataFrame:
    """One row an experience of the customers kept whole, by customer and time.

    ``satisfaction`` stands on the last row of a moment: what the purchase is felt like from then on. ``expected``, ``shown``: in the
    unit of the attribute; ``feeling`` [satisfaction]: gain or loss.
    """
    x, o, labels = outcome.journeys, outcome.orders, outcome.labels
    row = x["row"]
    points = world.touch.ids if world is not None else tuple(str(code) for code in range(int(x["touchpoint"].max(initial=-1)) + 1))
    return pl.DataFrame(
        {
            "consumer": pl.Series(o.filled("consumer")[row]),
            "t_h": pl.Series(x["t"]),
            "row": pl.Series(row),
            "item": named(o.filled("item")[row], labels.items),
            "channel": named(o.filled("channel")[row], labels.channels),
            "phase": named(x["phase"], PHASES),
            "kind": named(x["kind"], enum_names(Lived)),
            "touchpoint": named(x["touchpoint"], points),
            "attribute": named(x["attribute"], NAMES),
            "shown": pl.Series(x["shown"]),
            "expected": pl.Series(x["expected"]),
            "feeling": pl.Series(x["feeling"]),
            "satisfaction": times(x["felt"]),
        }
    ).sort("consumer", "t_h", "row", maintain_order=True)


def felt_frame(outcome: Outcome) -> pl.DataFrame:
    """All experiences of the reporting window by kind, attribute, channel and segment: number, sum of feelings, sum of losses [satisfaction]."""
    sums, labels = outcome.experience_sums, outcome.labels
    kind, attribute, channel, segment = (np.ascontiguousarray(code) for code in np.nonzero(sums[..., 0]))
    cells = sums[kind, attribute, channel, segment]
    return pl.DataFrame(
        {
            "kind": named(kind.astype(np.uint32), enum_names(Lived)),
            "attribute": named(attribute.astype(np.uint32), NAMES),
            "channel": named(channel.astype(np.uint32), labels.channels),
            "segment": named(segment.astype(np.uint32), labels.segments),
            "experiences": pl.Series(cells[:, 0].astype(np.int64)),
            "feeling": pl.Series(cells[:, 1]),
            "loss": pl.Series(cells[:, 2]),
        }
    )
