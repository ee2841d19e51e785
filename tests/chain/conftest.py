"""The tiny world of ``tests/worlds.py`` as a :class:`World`, made in memory, and the stages on it."""

from __future__ import annotations

import datetime as dt
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import simpy

from e2esim.chain.deliver import Deliver
from e2esim.chain.make import Shop
from e2esim.chain.pick import Pick
from e2esim.chain.returns import Returns
from e2esim.chain.source import Source
from e2esim.chain.stock import Stock
from e2esim.domain.book import ORDER_COLUMNS, Columns, OrderKind
from e2esim.domain.build import build_world
from e2esim.domain.events import Event, EventLog
from e2esim.domain.scenario import Scenario
from e2esim.domain.schema import TABLES, Column
from e2esim.domain.settings import Horizon, Planning, Settings
from e2esim.domain.world import World
from e2esim.streams import Streams


def _tiny_tables() -> dict[str, list[dict[str, Any]]]:
    spec = importlib.util.spec_from_file_location("tiny_worlds", Path(__file__).parents[1] / "worlds.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.tiny_tables()


def _kind(column: Column) -> str:
    """Days of closures may recur (MM-DD), so they stay text."""
    return "text" if column.name in ("first", "last") else column.kind


def _value(column: Column, cell: Any) -> Any:
    if cell is None or (cell == "" and column.default is not None):
        cell = column.default
    if cell is None and column.kind in ("float", "share", "int"):
        return None
    if column.kind in ("float", "share"):
        return float(cell)
    if column.kind == "int":
        return int(cell)
    if column.kind == "bool":
        return str(cell).lower() == "true"
    if _kind(column) == "date":
        return cell if cell is None or isinstance(cell, dt.date) else dt.date.fromisoformat(f"{cell}-01"[:10])
    if column.kind == "time":
        hours, minutes = str(cell).split(":")
        return int(hours) + int(minutes) / 60.0
    return "" if cell is None else str(cell)


def make_world(*, days: int = 90, tick_h: float = 1.0, planning: Planning | None = None, **changes: Any) -> World:
    """The tiny world with tables replaced (rows) or changed (a callable on the rows)."""
    rows = _tiny_tables()
    for name, change in changes.items():
        rows[name] = change(rows[name]) if callable(change) else change
    types = {
        "float": pl.Float64,
        "share": pl.Float64,
        "time": pl.Float64,
        "int": pl.Int64,
        "bool": pl.Boolean,
        "date": pl.Date,
    }
    tables = {}
    for table in TABLES:
        cells = {c.name: [_value(c, row.get(c.name)) for row in rows.get(table.name, [])] for c in table.columns}
        schema = {c.name: types.get(_kind(c), pl.String) for c in table.columns}
        tables[table.name] = pl.DataFrame(cells, schema=schema)
    horizon = Horizon(start=dt.date(2026, 1, 5), days=days, warmup_days=0, tick_h=tick_h)
    return build_world(Scenario(settings=Settings(name="tiny", horizon=horizon, planning=planning or Planning()), tables=tables))


def with_cells(**cells: Any) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    """A change that sets ``cells`` in every row of a table."""
    return lambda rows: [row | cells for row in rows]


CALM = {  # nothing random, nothing late, nothing wrong
    "modes": with_cells(late_share=0.0),
    "lanes": with_cells(transit_sigma=0.0, damage_share=0.0),
    "sites": with_cells(pick_error_share=0.0),
    "supply": with_cells(reject_share=0.0),
    "items": with_cells(scrap_share=0.0),
    "orders": [], "receipts": [],
}


@dataclass
class Chain:
    """All stages on one world, driven by a tick process like the one of the simulate room."""

    world: World
    seed: int = 1

    def __post_init__(self) -> None:
        w = self.world
        self.env = simpy.Environment()
        self.book = Columns(ORDER_COLUMNS, capacity=8)
        self.log = EventLog()
        streams = Streams(self.seed)
        self.stock = Stock(w, self.book, self.log)
        self.source = Source(self.env, w, self.stock, self.log, streams)
        self.shop = Shop(self.env, w, self.stock, self.log)
        self.pick = Pick(w, self.book, self.log, streams)
        self.deliver = Deliver(self.env, w, self.stock, self.book, self.log, streams)
        self.returns = Returns(self.env, w, self.stock, self.book, self.log, streams)
        self.on_tick: Callable[[float], None] = lambda t: None
        self.on_delivery: Callable[[float, np.ndarray], None] = lambda t, rows: None
        self.choose: Any = None

    def order(
        self,
        kind: OrderKind,
        item: int,
        quantity: int,
        *,
        channel: int,
        market: int = 0,
        account: int = -1,
        **more: Any,
    ) -> int:
        """A new row of the book, not yet waiting."""
        row = self.book.take(1)
        node = account + 1 if kind == OrderKind.SELL_OUT else 0
        facts = {
            "address": row,
            "kind": kind,
            "item": item,
            "quantity": quantity,
            "channel": channel,
            "market": market,
            "account": account,
            "node": node,
        } | more
        for name, value in facts.items():
            self.book[name][row] = value
        return row

    def run(self, until: float) -> None:
        """Start everything and run."""
        for stage in (self.source, self.shop, self.deliver, self.returns):
            stage.start()
        self.env.process(self._ticks())
        self.env.run(until=until)

    def _ticks(self) -> Any:
        h = self.world.settings.horizon.tick_h
        while True:
            yield self.env.timeout(h)
            t = self.env.now
            self.deliver.push(self.pick.step(t))
            arrived = self.deliver.arrivals(t)
            self.returns.arrivals(t)
            if len(arrived):
                self.on_delivery(t, arrived)
                self.deliver.hand_over(self.stock.serve_accounts(arrived, t))
            self.on_tick(t)
            self.pick.push(self.stock.allocate_plant(t, self.choose))

    def events(self, *kinds: Event) -> list[tuple[Any, ...]]:
        """Events of ``kinds`` (all without any) as (t, kind, place, item, rows, quantity, value)."""
        c = self.log.columns()
        names = ("t", "kind", "place", "item", "rows", "quantity", "value")
        rows = zip(*(c[name].tolist() for name in names), strict=True)
        return [(round(t, 9), Event(k), *rest) for t, k, *rest in rows if not kinds or k in kinds]


@pytest.fixture
def calm() -> Chain:
    """The tiny world without chance."""
    return Chain(make_world(**CALM))
