"""What each site did in the reporting window, what each lane between sites carried, and where the goods went from there.

A line belongs to the site whose lane brings it: that which serves its channel and market, or another one that stands in. Stock is the
mean of the nightly counts; goods on trucks between sites are the firm's and stand in a row of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import LineProblem, OrderKind, OrderState
from e2esim.domain.events import Event
from e2esim.domain.outcome import Outcome
from e2esim.domain.world import World

B = npt.NDArray[np.bool_]
F = npt.NDArray[np.float64]
I = npt.NDArray[np.int64]  # noqa: E741

ON_TRUCKS = "on trucks between sites"


@dataclass(frozen=True, kw_only=True)
class SiteFigures:
    """One site in the reporting window; None where there is nothing to tell."""

    site: str
    lines: int  # delivered
    stood_in: int  # of them, for another site that lacked the goods
    pieces: float
    lead_d: float | None  # [days] from order to delivery
    otif: float | None  # [share] of the lines due, complete on the promised day at the latest
    stock_pcs: float  # mean, of sold items
    stock_eur: float | None  # mean, of all stock, at standard cost
    holding_eur: float  # of that stock, at the site's rate
    moved_in_pcs: float  # from other sites
    moved_in_eur: float  # freight of that
    freight_eur: float  # to customers
    picking_eur: float

    @property
    def cost_eur(self) -> float:
        """Freight in and out, picking and holding."""
        return self.holding_eur + self.moved_in_eur + self.freight_eur + self.picking_eur


@dataclass(frozen=True, kw_only=True)
class LaneFigures:
    """One lane between sites in the reporting window."""

    source: str
    to: str
    trucks: int
    pieces: float
    freight_eur: float
    late: float | None  # [share] of the trucks that came, after their planned day
    late_d: float | None  # [days] mean of all that came


def site_figures(outcome: Outcome, world: World) -> list[SiteFigures]:
    """One row a site, the plant first, then goods on trucks; empty where there is one site only."""
    if not world.warehouses:
        return []
    o, start, end = outcome.orders, outcome.warmup_h, outcome.horizon_h
    place, lane_to = _site_of(outcome, world), world.links.to
    came, promised = o.filled("delivered").astype(np.float64), o.filled("promised").astype(np.float64)
    there = (came >= start) & (came < end)
    gone = o.filled("state") == OrderState.CANCELLED
    broken = gone & (np.floor(o.filled("cancelled") / 24.0) > np.floor(promised / 24.0))
    due = (~gone | broken) & (promised >= start) & (promised < 24.0 * np.floor(end / 24.0))
    kept = due & ~gone & (came < end) & (np.floor(came / 24.0) <= np.floor(promised / 24.0)) & ((o.filled("problems") & int(LineProblem.INCOMPLETE)) == 0)
    rows = []
    for k, site in enumerate(world.sites):
        done, into = (place == k) & there, np.flatnonzero(lane_to == k)
        value = _events(outcome, Event.SITE_COUNTED, k, "value")
        rows.append(
            SiteFigures(
                site=site.site,
                lines=int(done.sum()),
                stood_in=int((done & (o.filled("way") > 0)).sum()),
                pieces=float(o.filled("quantity")[done].sum()),
                lead_d=_mean((came - o.filled("placed"))[done] / 24.0),
                otif=_mean(kept[(place == k) & due].astype(np.float64)),
                stock_pcs=_mean(_events(outcome, Event.SITE_COUNTED, k, "quantity")) or 0.0,
                stock_eur=_mean(value),
                holding_eur=float(value.sum()) * site.holding_share_y / 365.0,
                moved_in_pcs=float(_events(outcome, Event.TRANSFER_CAME, into, "quantity").sum()),
                moved_in_eur=float(_events(outcome, Event.TRANSFER_LEFT, into, "value").sum()),
                freight_eur=float(o.filled("freight_eur")[done].astype(np.float64).sum()),
                picking_eur=float(o.filled("picking_eur")[done].astype(np.float64).sum()),
            )
        )
    all_pcs = _mean(_events(outcome, Event.STOCK_COUNTED, 0, "quantity")) or 0.0
    moving = all_pcs - sum(row.stock_pcs for row in rows)
    trucks = SiteFigures(
        site=ON_TRUCKS, lines=0, stood_in=0, pieces=0.0, lead_d=None, otif=None, stock_pcs=moving, stock_eur=None, holding_eur=0.0, moved_in_pcs=0.0,
        moved_in_eur=0.0, freight_eur=0.0, picking_eur=0.0,
    )  # fmt: skip
    return [*rows, trucks]


def lane_figures(outcome: Outcome, world: World) -> list[LaneFigures]:
    """One row a lane between sites, in the order of the world."""
    rows = []
    for k in range(world.links.n):
        pieces = _events(outcome, Event.TRANSFER_LEFT, k, "quantity")
        late = _events(outcome, Event.TRANSFER_CAME, k, "value")
        rows.append(
            LaneFigures(
                source=world.sites[int(world.links.source[k])].site,
                to=world.sites[int(world.links.to[k])].site,
                trucks=len(pieces),
                pieces=float(pieces.sum()),
                freight_eur=float(_events(outcome, Event.TRANSFER_LEFT, k, "value").sum()),
                late=_mean((late >= 0.5).astype(np.float64)),
                late_d=_mean(late),
            )
        )
    return rows


def delivered_to(outcome: Outcome, world: World) -> F:
    """Pieces delivered in the reporting window from each site to the firm's buyers in each market, (sites, markets)."""
    o, came = outcome.orders, outcome.orders.filled("delivered").astype(np.float64)
    place = _site_of(outcome, world)
    done = (place >= 0) & (came >= outcome.warmup_h) & (came < outcome.horizon_h)
    table = np.zeros((len(world.sites), len(world.markets)))
    np.add.at(table, (place[done], o.filled("market")[done]), o.filled("quantity")[done])
    return table


def between_sites(world: World) -> list[str]:
    """Names of the lanes between sites: ``from > to``."""
    return [f"{world.sites[a].site} > {world.sites[b].site}" for a, b in zip(world.links.source.tolist(), world.links.to.tolist(), strict=True)]


def _site_of(outcome: Outcome, world: World) -> I:
    """Site of each order line of the firm, -1 for what shops sell, (rows,)."""
    o = outcome.orders
    lane = world.lanes.along(o.filled("way"), o.filled("channel"), o.filled("market"))
    mine = o.filled("kind") != OrderKind.SELL_OUT
    return np.asarray(np.where(mine & (lane >= 0), world.lanes.site[lane], -1))


def _events(outcome: Outcome, kind: Event, place: int | I, column: str) -> F:
    """A column of the events of a kind at a place, or several, in the reporting window."""
    e = outcome.events
    mine = (e["kind"] == kind) & np.isin(e["place"], place) & (e["t"] >= outcome.warmup_h) & (e["t"] < outcome.horizon_h)
    return np.asarray(e[column][mine], dtype=np.float64)


def _mean(values: F) -> float | None:
    return float(values.mean()) if len(values) else None
