"""Nightly gross-to-net: releases the semi-finished lots that planned lots need today, loads components for other plants, calls off materials."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from e2esim.chain.make import Shop
from e2esim.chain.source import Source
from e2esim.chain.stock import Stock
from e2esim.chain.transfers import Transfers
from e2esim.domain.ways import move_days
from e2esim.domain.world import World
from e2esim.planning.calloff import Sources, call_offs
from e2esim.planning.netting import bill, net_requirements
from e2esim.planning.price_breaks import lifted
from e2esim.simulate.component_moves import ComponentMoves
from e2esim.simulate.known_events import KnownEvents

F = npt.NDArray[np.float64]

FEED_DAYS = 35  # [days] of planned lots that the netting looks at


class Feeder:
    """Keeps the shop supplied with what the schedule of finished lots needs."""

    def __init__(self, world: World, stock: Stock, shop: Shop, source: Source, transfers: Transfers) -> None:
        self.world, self.stock, self.shop, self.source = world, stock, shop, source
        w, b = world, world.bom
        parent = np.repeat(np.arange(w.items.n), np.diff(b.start))
        self._bill = bill(w.items.n, parent, b.component, b.quantity)
        self._lead = np.ceil(w.items.lead_h / 24.0 - 1e-9).astype(np.int64)
        self._lead[w.items.brought] = move_days(w.links)[w.items.link[w.items.brought]]
        self._lot_min, self._lot_multiple = (np.where(w.items.brought, w.items.counted, lot) for lot in (w.items.lot_min, w.items.lot_multiple))
        self._moves = ComponentMoves(world, stock, transfers)
        self._semi = np.nonzero(w.items.made & ~w.items.sold)[0]
        rank = np.arange(len(w.supply.item)) - w.supply.start[w.supply.item]
        self._sources = Sources(
            item=w.supply.item,
            priority=rank + 1,
            lead_d=w.supply.ready_d,
            lot_min=w.supply.lot_min,
            lot_multiple=w.supply.lot_multiple,
            weekly_capacity=np.where(np.isinf(w.supply.weekly_capacity), 0.0, w.supply.weekly_capacity),
            reject_share=w.supply.reject,
            supplier=w.supply.supplier,
            price=w.supply.price_eur,
            weekly_eur=w.supply.weekly_eur if np.isfinite(w.supply.weekly_eur).any() else None,
        )
        self._usual = self._sources
        self.known: KnownEvents | None = None  # what the firm knows of events
        self._called = np.zeros(len(w.supply.item))
        self._review_d = 7 if w.settings.planning.rule == "silo" else 1

    def contract(self, extra: F) -> None:
        """Add ``extra`` (supply rows,) [unit/week] to the weekly capacity of sources, by the frame contracts of the month."""
        limited = self._usual.weekly_capacity > 0
        self._sources = replace(self._usual, weekly_capacity=self._usual.weekly_capacity + np.where(limited, extra, 0.0))

    def weekly(self) -> F:
        """Most that can be called off from each source in a week, frame contracts included, (supply rows,) [unit]; inf = no limit."""
        most = self._sources.weekly_capacity
        return np.where(most > 0, most, np.inf)

    def feed(self, day: int, planned: F, level: F) -> None:
        """One night: ``planned`` finished lots by day of release (items, FEED_DAYS), ``level`` weekly demand (items,)."""
        w, s = self.world, self.stock
        free = np.maximum(s.booked_free, 0.0)
        daily = level @ w.bom.flat / 7.0
        independent = np.zeros_like(planned)
        independent[:, 0] = self.shop.needs()
        receipts = np.zeros_like(planned)
        receipts[:, 0] = self.shop.receipts(day, planned.shape[1]).sum(axis=1)  # open lots are hurried, not ordered twice
        receipts[:, 0] += self._moves.under_way()
        plan = net_requirements(
            self._bill,
            lots=planned,
            given=w.items.sold,
            independent=independent,
            receipts=receipts,
            on_hand=free,
            safety=np.where(w.items.sold, 0.0, w.items.cover_d * daily + w.opening.safety),
            lead=self._lead,
            lot_min=self._lot_min,
            lot_multiple=self._lot_multiple,
        )
        self._moves.load(day, plan.release[:, 0], independent[:, 0])
        for item in self._semi:
            quantity = float(plan.release[item, 0])
            if quantity > 1e-9:
                self.shop.release(int(item), quantity, 24.0 * day, 24.0 * day + float(w.items.lead_h[item]))
        if day % 7 == 0:
            self._called[:] = 0.0
        if day % self._review_d == 0:
            self._call_off(plan.gross, free, w.items.cover_d * daily + w.opening.safety)

    def _call_off(self, gross: F, free: F, safety: F) -> None:
        sources, on_order = self._sources, self.stock.on_order[0]
        if self.known is not None:
            sources, on_order = self.known.sources(sources, on_order, self.source)
        today = call_offs(
            sources,
            daily=gross,
            on_hand=free,
            on_order=on_order,
            safety=safety,
            review_d=float(self._review_d),
            called_this_week=self._called,
        )
        for row, quantity in zip(today.source, today.quantity, strict=True):
            bought = self._lifted(int(row), float(quantity), gross) if self.world.supply.breaks else float(quantity)
            self.source.call_off(int(row), bought)
            self._called[row] += bought

    def _lifted(self, row: int, quantity: float, gross: F) -> float:
        """A call-off lifted to a price break, where that is cheaper at the use of the weeks ahead, in whole multiples."""
        supply = self.world.supply
        item, multiple = int(supply.item[row]), float(supply.lot_multiple[row])
        whole = [(np.ceil(start / multiple - 1e-9) * multiple, price) for start, price in supply.breaks[row]]
        return lifted(
            quantity, float(supply.price_eur[row]), whole, use_week=7.0 * float(gross[item].mean()),
            holding_share_week=self.world.settings.planning.holding_share_week, most=self._still_given(row),
        )  # fmt: skip

    def _still_given(self, row: int) -> float:
        """What a source gives at most in its current week, on its own row and over all items of its supplier [unit]."""
        supply = self.world.supply
        own, price, supplier = float(supply.weekly_capacity[row] - self._called[row]), float(supply.price_eur[row]), supply.supplier[row]
        given = float((self._called * supply.price_eur)[supply.supplier == supplier].sum())
        return min(own, (float(supply.weekly_eur[supplier]) - given) / price) if price > 0.0 else own
