"""The perimeter of a roadmap in the company's own data: what lies in a combination of touchpoint, phase and segment, and where to start."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from e2esim.domain.scenario import Scenario

EVERY = "all"


@dataclass(frozen=True, kw_only=True)
class Combination:
    """What a combination holds. ``touchpoints``: those in it, ``controlled`` of them by the firm; ``contacts`` and ``problems`` a year, by the
    demand of the last twelve months at scale 1; ``cost_eur_y`` of the contacts [EUR/year]; ``member``: where its KPI is measured.
    """

    touchpoints: tuple[str, ...]
    controlled: int
    segments: int
    contacts: float
    problems: float
    cost_eur_y: float
    dimension: str
    member: str


def combination(company: Scenario, touchpoint: str, phase: str, segment: str) -> Combination:
    """Return what lies in a combination; `EVERY` leaves a side open. Prospects and customers alike meet a touchpoint by its reach.

    Measured is the segment where one is named, else the channel of the touchpoint where it has one, else the whole firm.
    """
    every = company.tables["touchpoints"]
    chosen = every.filter((pl.lit(touchpoint == EVERY) | (pl.col("touchpoint") == touchpoint)) & (pl.lit(phase == EVERY) | (pl.col("phase") == phase)))
    buyers = purchases(company)
    buyers = buyers if segment == EVERY else buyers.filter(pl.col("segment") == segment)
    met = chosen.join(buyers.rename({"channel": "where"}), how="cross").filter((pl.col("channel") == "") | (pl.col("channel") == pl.col("where")))
    contacts = met.select((pl.col("pieces") * pl.col("reach")).alias("n"), "problem_share", "cost_eur")
    channels = [name for name in chosen["channel"].unique() if name]
    dimension, member = ("segment", segment) if segment != EVERY else ("all", "all")
    if segment == EVERY and touchpoint != EVERY and len(channels) == 1:
        dimension, member = "channel", channels[0]
    return Combination(
        touchpoints=tuple(chosen["touchpoint"].to_list()),
        controlled=int(chosen["controlled"].sum()),
        segments=buyers["segment"].n_unique(),
        contacts=float(contacts["n"].sum()),
        problems=float((contacts["n"] * contacts["problem_share"]).sum()),
        cost_eur_y=float((contacts["n"] * contacts["cost_eur"]).sum()),
        dimension=dimension,
        member=member,
    )


def purchases(company: Scenario) -> pl.DataFrame:
    """Pieces of the last twelve months by channel and segment of who buys there: consumers by table mix, and the trade accounts of the channel."""
    history = company.tables["history"]
    last = sorted(history["period"].unique())[-12:]
    pieces = history.filter(pl.col("period").is_in(last)).group_by("channel").agg(pl.col("qty").sum().cast(pl.Float64).alias("pieces"))
    consumers = company.tables["mix"].select("channel", "segment", pl.col("share").cast(pl.Float64))
    accounts = company.tables["customers"].group_by("channel", "segment").agg(pl.col("weight").sum().cast(pl.Float64).alias("share"))
    trade = accounts.with_columns(pl.col("share") / pl.col("share").sum().over("channel")).select("channel", "segment", "share")
    shares = pl.concat([consumers, trade])
    return shares.join(pieces, on="channel").select("channel", "segment", (pl.col("share") * pl.col("pieces")).alias("pieces")).sort("channel", "segment")
