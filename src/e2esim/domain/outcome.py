"""What one finished run leaves: its tables, its event log and the facts of the world that turn them into numbers.

Plain numpy, so that every room above (kpi, study, report) reads the same thing. Times are hours since the start of
the run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import LATE_COLUMNS, WAITING_COLUMNS, Columns
from e2esim.domain.experience import EXPERIENCE
from e2esim.domain.ledger import Journal

Floats = npt.NDArray[np.floating[Any]]
Ints = npt.NDArray[np.integer[Any]]

FORECAST_LAG = 4  # [weeks] before its week at which a forecast is also judged: about the lead time of materials


class Buyer(IntEnum):
    """Who is the firm's customer in a channel."""

    B2C = 0  # the consumer
    B2B = 1  # a trade account, which sells on
    OWN = 2  # a branch of the firm: its orders are transfers, its consumers are the firm's customers


class Tier(IntEnum):
    """Class of a customer of the firm, in allocation, precedence and service by tier."""

    STRATEGIC = 0  # a trade account with a strategic share of one half or more
    TRADE = 1
    BRANCH = 2  # own
    CONSUMER = 3  # who orders from the firm directly


class SopFact(IntEnum):
    """What a row of the S&OP facts tells; planned by month, but shifts and frame contracts, which are decided."""

    DEMAND = 1  # by family [pcs]
    PRODUCTION = 2  # by family [pcs]
    DELIVERED = 3  # by family [pcs]
    STOCK = 4  # by family, at the end of the month [pcs]
    WAITING = 5  # by family, at the end of the month [pcs]
    AHEAD = 6  # by family, stock built beyond its safety target [pcs]
    LOAD = 7  # by work centre, hours planned over hours there are [share]
    HOUR_EUR = 8  # by work centre, worth of one more hour [EUR/h]
    REVENUE = 9  # [EUR]
    CONTRIBUTION = 10  # [EUR]
    VALUE = 11  # contribution less value of service lost [EUR]
    SHIFT = 12  # by work centre, extra shift opened [h/machine/week]
    FRAME = 13  # by supplier/material, weekly capacity added by contract [unit/week]


ACCOUNT_COLUMNS: dict[str, tuple[type, float]] = {
    # row k is account k of the order book
    "account": (np.int16, -1),
    "channel": (np.uint8, 0),
    "market": (np.uint8, 0),
    "segment": (np.uint8, 0),
    "memory": (np.float32, 1),
    "wallet": (np.float32, 1),  # satisfaction remembered; share of wallet
    "first": (np.float32, 0),
    "last": (np.float32, np.nan),  # [h] first order ever; last order
    "orders": (np.int32, 0),
    "active_start": (np.uint8, 0),  # orders placed in the run; 1 = a customer when the run opened
    "left": (np.float32, np.nan),  # [h] when it left
    "tier": (np.uint8, 1),  # Tier
    "margin_y": (np.float32, 0),  # [EUR/year] at list prices and what its consumers buy at the end, season apart
    "loss_y": (np.float32, 0),  # [1/year] at which it would leave at its satisfaction of the end
}


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Names behind the codes of the columns, in code order."""

    channels: tuple[str, ...]
    segments: tuple[str, ...]
    brands: tuple[str, ...]
    markets: tuple[str, ...]
    categories: tuple[str, ...]
    items: tuple[str, ...]
    work_centres: tuple[str, ...]
    suppliers: tuple[str, ...]
    touchpoints: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class KpiFacts:
    """Facts of the world that KPIs need beside the log.

    Parameters
    ----------
    item_brand, item_category : (n_items,)
        Codes; -1 = none (components).
    item_price_eur, item_weight_kg, item_material_share : (n_items,)
        Mean list price [EUR/pcs] (values lost sales), gross weight [kg/pcs], material in the standard cost [share].
    category_life_y : (n_categories,)
        Mean time between renewal needs of the category [years].
    channel_buyer : (n_channels,)
        `Buyer` codes.
    channel_payment_d, supplier_payment_d : (n_channels,), (n_suppliers,)
        Days receivable and payable [days].
    channel_early_d, channel_late_d : (n_channels,)
        Delivery window of the buyers: days before and after the promised one [days].
    supplier_co2_kg_t : (n_suppliers,)
        Emission of a tonne brought in by each supplier, distance x factor of its mode [kg CO2e/t].
    lane_co2_kg_t : (ways, n_channels, n_markets)
        Emission of a tonne carried from the plant by the lane of each way, distance x factor of the mode [kg CO2e/t]; NaN = no lane.
    segment_window_d : (n_segments,)
        Activity window for the product of the longest life [days]; see `active_windows`.
    segment_theta : (n_segments,)
        How strongly satisfaction holds the customer [logit/satisfaction]; 0 if the loyalty loop is off.
    channel_reference_d : (n_channels,)
        Lead time the buyer expects [days].
    competitor_satisfaction
        What the best alternative gives [satisfaction].
    memory_base, memory_half_life_d
        Base line to which remembered satisfaction returns [satisfaction], and its half-life [days]; infinite = never.
    delight
        By which a memory holds the more, the further above its base line it is [1/satisfaction].
    discount_y, clv_horizon_y
        Discount rate [1/year], horizon of the lifetime value [years].
    own_stock
        Node classes (``place`` of STOCK_COUNTED) whose stock belongs to the firm: plant and own branches.
    touch_pull, touch_eur : (touchpoints, n_channels)
        Reach x relevance [utility] and reach x cost [EUR] of each touchpoint.
    touch_reach, touch_online : (touchpoints, n_channels), (touchpoints,)
        Share of those who weigh a purchase that meet each touchpoint, and whether it is online.
    """

    item_brand: Ints
    item_category: Ints
    item_price_eur: Floats
    item_weight_kg: Floats
    item_material_share: Floats
    category_life_y: Floats
    channel_buyer: Ints
    channel_payment_d: Floats
    channel_early_d: Floats
    channel_late_d: Floats
    supplier_payment_d: Floats
    supplier_co2_kg_t: Floats
    lane_co2_kg_t: Floats
    segment_window_d: Floats
    segment_theta: Floats
    channel_reference_d: Floats
    competitor_satisfaction: float
    discount_y: float
    clv_horizon_y: float
    memory_base: float = 1.0
    memory_half_life_d: float = math.inf
    delight: float = 0.0
    own_stock: tuple[int, ...] = (0, 1)
    touch_pull: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    touch_eur: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    touch_reach: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    touch_online: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))

    def active_windows(self) -> npt.NDArray[np.float64]:
        """Return the activity window of each segment and category, (n_segments, n_categories) [h].

        A segment's window is stated for the product that lives longest; a shorter-lived product has a window shorter in
        proportion, so that every product counts the same number of lives.
        """
        life = np.asarray(self.category_life_y, dtype=np.float64)
        share = life / life.max() if life.size else life
        return np.asarray(24.0 * np.outer(self.segment_window_d, share), dtype=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """One finished replication.

    Parameters
    ----------
    orders, contacts, consumers, accounts
        Tables of `e2esim.domain.book` and `ACCOUNT_COLUMNS`, rows in order of time.
    events
        `EventLog.columns()`.
    labels, terms
        Names and facts.
    horizon_h, warmup_h
        End of the run, start of the reporting window [h]; the window is [warmup_h, horizon_h).
    scale
        Scale of the simulated world [1].
    opening_last, opening_brand : (n_opening,)
        Last purchase before the run [h] and its brand code (-1 = not known) of the first ``n_opening`` consumers: the
        columns of the consumers are overwritten when they buy again.
    forecast_weekly, actual_weekly : (n_weeks, n_items)
        Forecast planned with when the week began, optimism included, and demand of the week [pcs], weeks of 168 h from
        the start of the run.
    forecast_ahead_weekly : (n_weeks, n_items) or empty
        Forecast of the week made ``FORECAST_LAG`` weeks before it [pcs]; NaN where the run had not begun by then.
    late
        `LATE_COLUMNS`: one row a plant line that missed its promised day, or the day asked for, with its one cause.
    stock_daily : (n_days + 1, n_stock_points)
        What the firm's stock points hold on the morning of each day, goods on the way between its sites too [unit].
    moved : (n_plans, 2)
        Time of each plan that followed another [h], and pieces times days that it moved [pcs*days].
    sop
        Facts of the S&OP cycles, columns cycle, t [h], month (YYYY-MM), fact (`SopFact`), name, value; empty without S&OP.
    waiting
        `WAITING_COLUMNS`: one row an open line of the plant at the end, with its cause of waiting and what will free it.
    experience_sums : (kinds, attributes, channels, segments, 5)
        Experiences lived in the reporting window (`Lived`, `ATTRIBUTES` and SERVICE): number, feelings, losses alone [satisfaction], and
        what was shown and expected [unit of the attribute].
    touch_sums : (touchpoints, channels, segments, 4)
        Touchpoints met in the reporting window by who bought: how often, problems there, feelings, losses alone [satisfaction].
    touch_phase : (touchpoints,)
        Phase of each touchpoint (`PHASES`).
    weighed_t, weighed : (k,), (k, channels, segments)
        Ends of the weeks [h], and people who weighed a purchase in each, customers with a need included.
    swayed : (k, channels, segments)
        Purchases that one unit of utility more before the sale would have added in each week (first order, for those who meet touchpoints before).
    needs_lost : (k, channels, segments)
        Needs of customers that were bought elsewhere in each of these weeks.
    journeys
        `EXPERIENCE` rows of the consumers kept whole (settings ``horizon.journeys``), in order of feeling.
    fleet_trucks
        Trucks of the firm's fleets.
    changes_asked, changes_accepted
        Requests of trade accounts in the reporting window to change an open line, and those granted [requests].
    journal
        `Journal.columns()`: what was posted beside the order lines.

    Raises
    ------
    ValueError
        If the window is empty or an array does not fit its labels.
    """

    orders: Columns
    contacts: Columns
    consumers: Columns
    accounts: Columns
    events: dict[str, npt.NDArray[Any]]
    labels: Labels
    terms: KpiFacts
    horizon_h: float
    warmup_h: float
    scale: float = 1.0
    opening_last: Floats = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    opening_brand: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int16))
    forecast_weekly: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    actual_weekly: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    forecast_ahead_weekly: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    late: Columns = field(default_factory=lambda: Columns(LATE_COLUMNS))
    stock_daily: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    moved: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    sop: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    waiting: Columns = field(default_factory=lambda: Columns(WAITING_COLUMNS))
    fleet_trucks: int = 0
    changes_asked: int = 0
    changes_accepted: int = 0
    journal: dict[str, npt.NDArray[Any]] = field(default_factory=lambda: Journal().columns())
    experience_sums: Floats = field(default_factory=lambda: np.zeros((0, 0, 0, 0, 5)))
    touch_sums: Floats = field(default_factory=lambda: np.zeros((0, 0, 0, 4)))
    touch_phase: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    weighed_t: Floats = field(default_factory=lambda: np.zeros(0))
    weighed: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))
    swayed: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))
    needs_lost: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))
    journeys: npt.NDArray[np.void] = field(default_factory=lambda: np.zeros(0, dtype=EXPERIENCE))

    def __post_init__(self) -> None:
        if not 0.0 <= self.warmup_h < self.horizon_h:
            raise ValueError(f"the reporting window [{self.warmup_h}, {self.horizon_h}) h is empty")
        for name, got, need in self._shapes():
            if got != need:
                raise ValueError(f"{name} has shape {got}, expected {need}")

    @property
    def window_y(self) -> float:
        """Length of the reporting window [years of 365 days]."""
        return (self.horizon_h - self.warmup_h) / 8760.0

    def _shapes(self) -> list[tuple[str, tuple[int, ...], tuple[int, ...]]]:
        names, terms = self.labels, self.terms
        items, channels, segments = len(names.items), len(names.channels), len(names.segments)
        return [
            ("item_brand", terms.item_brand.shape, (items,)),
            ("item_category", terms.item_category.shape, (items,)),
            ("item_price_eur", terms.item_price_eur.shape, (items,)),
            ("item_material_share", terms.item_material_share.shape, (items,)),
            ("item_weight_kg", terms.item_weight_kg.shape, (items,)),
            ("category_life_y", terms.category_life_y.shape, (len(names.categories),)),
            ("channel_buyer", terms.channel_buyer.shape, (channels,)),
            ("channel_early_d", terms.channel_early_d.shape, (channels,)),
            ("channel_late_d", terms.channel_late_d.shape, (channels,)),
            ("channel_payment_d", terms.channel_payment_d.shape, (channels,)),
            ("supplier_payment_d", terms.supplier_payment_d.shape, (len(names.suppliers),)),
            ("supplier_co2_kg_t", terms.supplier_co2_kg_t.shape, (len(names.suppliers),)),
            ("lane_co2_kg_t", terms.lane_co2_kg_t.shape[1:], (channels, len(names.markets))),
            ("segment_window_d", terms.segment_window_d.shape, (segments,)),
            ("channel_reference_d", terms.channel_reference_d.shape, (channels,)),
            ("segment_theta", terms.segment_theta.shape, (segments,)),
            ("actual_weekly", self.actual_weekly.shape, self.forecast_weekly.shape),
            ("forecast_ahead_weekly", self.forecast_ahead_weekly.shape, self.actual_weekly.shape if self.forecast_ahead_weekly.size else (0, 0)),
            ("moved", self.moved.shape[1:], (2,)),
            ("opening_brand", self.opening_brand.shape, self.opening_last.shape),
        ]
