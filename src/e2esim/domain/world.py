"""The world in numbers: a scenario as frozen numpy columns, indexed by position, scaled, in hours, pieces and EUR.

Facts only; :mod:`e2esim.domain.build` makes it from the tables. Node 0 holds the firm's goods, an item a stock point (item at
site: the plant's first, see :mod:`e2esim.domain.build.stock_points`); node ``1 + a`` is the stock of account ``a``. Compressed
rows (``start``) list what belongs to an entity: ``start[i]:start[i + 1]``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.domain.changeovers import Changeovers
from e2esim.domain.disturbances import NO_EVENTS, Disturbances
from e2esim.domain.fleets import NO_FLEETS, FleetFacts
from e2esim.domain.returning import Treatment
from e2esim.domain.rework import Rework
from e2esim.domain.settings import ATTRIBUTES as ATTRIBUTES
from e2esim.domain.settings import Settings
from e2esim.domain.worktime import WorkTime

F = npt.NDArray[np.float64]
I = npt.NDArray[np.int64]  # noqa: E741
B = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Roots:
    """Where the goods of each stock point are made or bought, a row a (stock point, root): itself where nothing brings them."""

    point: I
    root: I
    part: F  # [share] of what is needed at the point; those of a point sum to one, the widest first


@dataclass(frozen=True, kw_only=True)
class Items:
    """All stock points, (n,): the items at the first plant, then those of other sites."""

    ids: tuple[str, ...]
    code: I  # hash of the id: address of random draws, whatever else the tables hold
    names: tuple[str, ...]
    categories: tuple[str, ...]  # names of the categories
    category: I  # index into categories
    brand: I  # index into brands, -1 for components
    sold: B
    made: B
    counted: B  # in whole pieces, not by weight or length
    to_order: B  # made for one order line each
    level: I  # low-level code: 0 = in no bill, parents before components
    life_h: F  # [h] mean time to the renewal need
    pair_share: F
    lot_min: F
    lot_multiple: F
    lead_h: F  # [h] planned manufacturing lead time
    cover_d: F  # [days] safety stock as cover
    scrap: F  # share lost for good
    rework: Rework | None  # where faulty pieces are put right
    defect: F
    resale: F
    cost_eur: F  # standard cost, rolled up where the table says 0
    material_share: F  # of it, bought materials; the rest are machine hours
    weight_kg: F
    volume_m3: F
    site: I  # 0 = the first plant, else the plant or warehouse where it lies
    product: I  # the first plant's stock point of the same item
    source: I  # the stock point that refills it by transfers (of several the one of the widest share), -1 = made or bought where it is
    link: I  # the lane on which it does
    roots: Roots
    maker: I  # the stock point that makes or buys most of it, itself where it does

    @property
    def n(self) -> int:
        """Number of stock points."""
        return len(self.ids)

    @property
    def products(self) -> int:
        """Number of items, whatever their site: they are the first stock points."""
        return int(np.count_nonzero(self.site == 0))

    @property
    def brought(self) -> B:
        """Components that lanes bring from another site of the firm, (n,)."""
        return np.asarray(~self.sold & (self.source >= 0))

    @property
    def bought_in(self) -> B:
        """What no plant makes and no lane brings from a site of the firm, (n,): raw materials and merchandise of suppliers."""
        return np.asarray(~self.made & ~self.brought)

    @property
    def planned(self) -> B:
        """What is sold and the plan of a plant makes, (n,): other stock points are refilled from it."""
        return np.asarray(self.sold & (self.maker == np.arange(self.n)))

    def pooled(self, values: F) -> F:
        """Quantities (..., n) of all stock points as those of the plants that make or buy for them; elsewhere what all plants have."""
        if not self.site.any():
            return values
        total = np.zeros_like(values)
        np.add.at(total.T, self.roots.root, (values[..., self.roots.point] * self.roots.part).T)
        return np.where(self.maker == np.arange(self.n), total, self.by_product(total)[..., self.product])

    def by_product(self, values: F) -> F:
        """Quantities (..., n) of stock points added up over sites, (..., products)."""
        total = np.zeros((*values.shape[:-1], self.products))
        np.add.at(total.T, self.product, values.T)
        return total


@dataclass(frozen=True, kw_only=True)
class Bom:
    """Bill of material in compressed rows by parent."""

    start: I  # (items + 1,)
    component: I
    quantity: F
    flat: F  # (items, items) total units of component j in one unit of i, own item excluded


class OtherWay(NamedTuple):
    """A second choice for an operation; hours as the routing states them."""

    centre: int
    setup_h: float
    run_h: float


@dataclass(frozen=True, kw_only=True)
class Routing:
    """Operations in compressed rows by item, in sequence; run hours are divided by ``scale``."""

    start: I  # (items + 1,)
    centre: I
    setup_h: F
    run_h: F
    centre_hours: F  # (centres, items) run hours in one unit, through all levels of the bill, with what putting faulty pieces right takes
    rework_hours: F  # (centres, items) of these, expected for putting right
    setup_hours: F  # (centres, items) set-up hours of one lot of the item itself
    others: tuple[tuple[OtherWay, ...], ...] = ()  # second choices of each operation, first first; empty where there are none at all


@dataclass(frozen=True, kw_only=True)
class Centres:
    """Work centres, (n,)."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    machines: I
    efficiency: F
    overtime_h_week: F  # [h/machine/week]
    cost_eur_h: F
    overtime_eur_h: F
    mtbf_h: F  # working hours of a machine between breakdowns, inf = none
    mttr_h: F  # working hours of a repair
    calendar: tuple[WorkTime, ...]
    site: I  # plant where it stands, an index into the world's sites

    @property
    def availability(self) -> F:
        """Share of its working hours in which a machine is up, (n,)."""
        return np.where(np.isinf(self.mtbf_h), 1.0, self.mtbf_h / (np.where(np.isinf(self.mtbf_h), 0.0, self.mtbf_h) + self.mttr_h))


@dataclass(frozen=True, kw_only=True)
class Supply:
    """Supply terms, one row a (supplier, item), preferred first within an item; and suppliers."""

    suppliers: tuple[str, ...]
    payment_d: F  # (suppliers,)
    way_d: F  # (suppliers,) of a lead time, on the way
    supplier: I  # (rows,)
    item: I
    price_eur: F
    lead_d: F  # that is planned with: the longest where the supplier has days off
    own_d: F  # of the lead time, days of the supplier's own work
    lot_min: F
    lot_multiple: F
    weekly_capacity: F  # inf = no limit
    reject: F
    hold_share: F  # of the deliveries
    hold_d: F  # 0 where none is held
    mode: I
    start: I  # (items + 1,) rows of each item
    weekly_eur: F  # (suppliers,) over all their rows, inf = no limit
    freight_eur_kg: F  # (suppliers,)
    delivery_eur: F  # (suppliers,) scaled
    co2_kg_t: F  # (suppliers,) of a tonne brought in, distance x factor of the mode
    breaks: tuple[tuple[tuple[float, float], ...], ...] = ()  # of each row, (from this quantity, price); empty where nobody has any
    works: tuple[WorkTime | None, ...] = ()  # (suppliers,) days on which it works, None = every day; empty where nobody has a calendar

    def due_h(self, row: int, called: float) -> float:
        """When a call-off made at ``called`` is due: after its lead time, own work in days on which the supplier works [h]."""
        supplier = int(self.supplier[row])
        works = self.works[supplier] if self.works else None
        done = np.inf if works is None else works.add(works.next_open(called), 24.0 * float(self.own_d[row])) + 24.0 * float(self.way_d[supplier])
        return float(done) if np.isfinite(done) else called + 24.0 * float(self.lead_d[row])

    @property
    def ready_d(self) -> F:
        """Days from call-off until goods may be used, those held counted in, (rows,)."""
        return np.asarray(self.lead_d + self.hold_d)


@dataclass(frozen=True, kw_only=True)
class Modes:
    """Transport modes, (n,)."""

    ids: tuple[str, ...]
    late_share: F
    late_median_d: F
    late_sigma: F
    co2_kg_tkm: F


@dataclass(frozen=True, kw_only=True)
class Warehouse:
    """A place where goods are picked: the plant's, or another."""

    site: str
    name: str
    calendar: WorkTime
    picking_pcs_h: float
    pick_error: float
    picking_cost_eur: float
    holding_share_y: float
    inspection_pcs_h: float = np.inf  # returned pieces, inf = at once
    inspection_eur: float = 0.0  # [EUR/pcs]
    packing_pcs_h: float = np.inf  # inf = the pickers pack
    putaway_h: float = 0.0  # of a delivery, 0 = at once
    repair_pcs_h: float = np.inf  # returned pieces, inf = at once
    misbooked: float = 0.0  # share of the units that move
    shrink: float = 0.0  # share of the units that move
    count_d: float = 30.0
    count_eur: float = 0.0
    crew_eur_h: float = 0.0
    wave_h: float = 0.0  # 0 = no waves
    wave_setup_h: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Channels:
    """Channels, (n,)."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    stockist: B
    buyer: I  # 0 = b2c, 1 = b2b, 2 = own branch
    online: B
    quoted_d: F
    reference_d: F
    consumer_d: F
    payment_d: F
    penalty_share_d: F
    penalty_cap: F
    priority: I
    install: F
    second_thoughts: F
    unsold_y: F
    integration: F
    change_share: F
    wrong_bills: F
    commission: F
    early_d: F
    late_d: F
    usual_service: F
    usual_payment_d: F
    trade_share: F
    choice_offset: F  # [utility]
    sellers: F  # people at scale 1


@dataclass(frozen=True, kw_only=True)
class Lanes:
    """Outbound lanes, (n,), and the lane of each channel and market."""

    ids: tuple[str, ...]
    of: I  # (channels, markets), -1 = none
    ranked: I  # (ways, channels, markets) `of` first, then lanes of later priorities, along which other sites may serve; -1 = none
    site: I  # that the goods leave, 0 = the plant
    mode: I
    transit_d: F
    sigma: F
    departs: B  # (lanes, 7) Monday first
    cutoff_h: F
    distance_km: F
    cost_eur_m3: F
    cost_eur_line: F
    damage: F
    customs_share: F  # of the trucks
    customs_d: F
    slot_h: F  # 0 = any time of the day
    miss_share: F  # in the slot
    receive_from: F  # hour of the day, of trade accounts and branches
    receive_until: F
    outside_eur: F  # a line that comes outside
    miss_eur: F
    truck_m3: F  # scaled, inf = no limit
    truck_kg: F  # scaled, inf = no limit
    truck_eur: F  # a truck, scaled
    fill: F  # share of a truck from which it leaves
    hold_d: F
    fleet: I  # whose trucks drive it, -1 = there are always trucks
    round_h: F  # [h] that one of them is away

    def along(self, way: npt.NDArray[np.integer], channel: npt.NDArray[np.integer], market: npt.NDArray[np.integer]) -> I:
        """Lane of each order line, (n,), -1 = none."""
        return np.asarray(self.of[channel, market] if len(self.ranked) == 1 else self.ranked[way, channel, market])


@dataclass(frozen=True, kw_only=True)
class Feeds:
    """Which lane refills which stock point, a row each."""

    point: I  # stock point that gets the goods
    source: I  # stock point that they leave
    link: I  # lane between sites
    weight: F  # [share] of what the point needs; 0 = only what the others cannot send


@dataclass(frozen=True, kw_only=True)
class TransferLanes:
    """Lanes between the firm's own sites, (n,), in the order of the sites that get the goods."""

    source: I  # site that the goods leave
    to: I  # site that gets them
    code: I  # hash of the lane's name, which is that of the warehouse where it has one lane: address of random draws
    mode: I
    transit_d: F
    sigma: F
    departs: B  # (n, 7) Monday first
    cutoff_h: F
    distance_km: F
    cost_eur_m3: F
    cost_eur_line: F
    fleet: I  # whose trucks drive it, -1 = there are always trucks
    round_h: F  # [h] that one of them is away
    feeds: Feeds

    @property
    def n(self) -> int:
        """Number of lanes."""
        return len(self.source)


@dataclass(frozen=True, kw_only=True)
class Segments:
    """Segments, (n,)."""

    ids: tuple[str, ...]
    trade: B
    r: F
    alpha: F  # [lives]
    a: F
    b: F
    theta: F
    beta_price: F
    beta_lead_d: F
    w_punctuality: F
    w_lead: F
    w_ease: F
    w_experience: F
    anxiety: F
    simple: F  # share of the repeat purchases that are decided alone and at once
    deciders: F
    online: F  # (n, 6 phases): how often it meets online touchpoints, against the table; the others 2 less this
    response: F
    active_window_h: F


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Who decides together: those of segment s are start[s] .. start[s + 1]; weights against the segment, (roles,)."""

    start: I
    price: F
    service: F
    words: F
    joins: I  # index into PHASES


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """Trade accounts and own branches, (n,)."""

    ids: tuple[str, ...]
    code: I  # hash of the id
    names: tuple[str, ...]
    channel: I
    market: I
    segment: I
    weight: F
    weekday: I  # 1..7
    review_d: F
    cover_d: F
    seniority_y: F
    strategic: F

    @property
    def n(self) -> int:
        """Number of accounts."""
        return len(self.ids)


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Demand cells, one a (channel, market) with demand: yearly pieces by item from the last twelve months of history."""

    code: I  # hash of the names of channel and market
    channel: I
    market: I
    yearly: F  # (cells, items) [pcs/year], scaled
    season: F  # (cells, 12) monthly index, mean one
    account_start: I  # (cells + 1,) accounts of the cell in account_order
    account_order: I  # account numbers
    account_cdf: F  # cumulative weights inside the cell, aligned with account_order


@dataclass(frozen=True, kw_only=True)
class Attributes:
    """What is judged, in the order of ``ATTRIBUTES``, (n,)."""

    gain: F
    loss: F
    tolerance: F
    shape: F


@dataclass(frozen=True, kw_only=True)
class Touch:
    """Touchpoints by channel and phase: gathered, (channels, 6 phases), and one by one for what each customer meets."""

    ids: tuple[str, ...]  # of all touchpoints
    relevance: F  # utility
    cost_eur: F
    contacts: F  # expected number of contacts
    start: I  # (6 channels + 1,) those of (channel, phase) are start[6 channel + phase] .. start[6 channel + phase + 1]
    code: I  # place in ``ids``; reach, joy and trouble are aligned with it
    reach: F  # share of journeys
    pull: F  # reach x relevance [utility]
    eur: F  # reach x cost [EUR]
    joy: F  # enjoyment and what the senses get [satisfaction]
    joy_people: F  # what it adds to feeling and belonging [satisfaction]
    joy_content: F  # what it adds to thinking and acting [satisfaction]
    trouble: F  # probability that a contact leaves a problem
    controlled: B  # by the firm
    online: B
    human: B  # a person stands behind it
    direct: B


@dataclass(frozen=True, kw_only=True)
class Services:
    """Services in the order of ``SERVICES``, (5,)."""

    use: F  # share of the purchases that use it, 0 where not offered
    alone: F  # share of that use without an installation (used collection)
    cost_eur: F
    price_eur: F
    effect: F


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Stock and open orders at the start, and the stock that table stock wants kept throughout."""

    on_hand: F  # (items,)
    safety: F  # (items,) beside the days of demand of the item's cover_d
    purchase_item: I
    purchase_row: I  # row of Supply
    purchase_quantity: F
    purchase_due_h: F
    production_item: I
    production_quantity: F
    production_due_h: F
    sales_item: I
    sales_account: I
    sales_quantity: F
    sales_due_h: F


PHASES = ("discover", "evaluate", "buy", "receive", "use", "assist")
SERVICES = ("financing", "needs_analysis", "installation", "used_collection", "use_followup")


@dataclass(frozen=True, kw_only=True)
class World:
    """One scenario in numbers."""

    settings: Settings
    start: dt.date
    hours: float  # [h] length of the run
    brands: tuple[str, ...]
    brand_names: tuple[str, ...]
    quality: F  # (brands,)
    claim: F  # (brands,) said beyond it [satisfaction]
    markets: tuple[str, ...]
    market_names: tuple[str, ...]
    export: B  # (markets,)
    items: Items
    bom: Bom
    routing: Routing
    centres: Centres
    changeovers: Changeovers
    modes: Modes
    supply: Supply
    plant: Warehouse
    warehouses: tuple[Warehouse, ...]  # beside the plant's: site k is the one at k - 1
    links: TransferLanes  # that supply them
    channels: Channels
    lanes: Lanes
    segments: Segments
    roles: Roles
    mix_cdf: F  # (channels, segments) cumulative consumer mix
    accounts: Accounts
    price: F  # (items, channels) [EUR/pcs], NaN = not sold there
    consumer_price: F
    reference_price: F
    cells: Cells
    attributes: Attributes
    touch: Touch
    services: Services
    opening: Opening
    demand_weekly: F  # (weeks of history, items) past consumer demand by week, scaled, oldest first
    treatment: Treatment  # of returned goods
    disturbances: Disturbances = NO_EVENTS
    fleets: FleetFacts = NO_FLEETS

    @property
    def sites(self) -> tuple[Warehouse, ...]:
        """Where goods are picked, the plant's warehouse first."""
        return (self.plant, *self.warehouses)

    @property
    def nodes(self) -> int:
        """Stock-holding nodes: the plant and every account."""
        return 1 + self.accounts.n
