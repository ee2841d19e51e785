"""Row tables of a run as polars frames: codes become names, NaN becomes null, units stand in the column names
(``_h``, ``_eur``).

Times are hours since the start of the run (the manifest holds the date). Random addresses and working columns of the
kernels are left out: they mean nothing to a reader and do not compress.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum, IntFlag
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.domain.book import Columns, LateCause, LineProblem, OrderKind, OrderState, Reason, ReturnCause, Service
from e2esim.domain.events import Event
from e2esim.domain.ledger import ROW_COSTS, ROW_EARNINGS, row_contribution
from e2esim.domain.outcome import Buyer, Labels, Outcome
from e2esim.domain.returning import SORTED_AS
from e2esim.domain.world import World
from e2esim.kpi.ledger import pnl_rows, read_pnl
from e2esim.kpi.reading import Reading
from e2esim.kpi.sites import between_sites

Array = npt.NDArray[Any]

_TIMES = ("placed", "requested", "promised", "allocated", "picked", "shipped", "delivered", "returned", "cancelled")
_MONEY = (*ROW_EARNINGS, *ROW_COSTS)
_CLASSES = ("consumer", "trade account", "own branch")
_OF_CENTRES = (Event.LOT_RELEASED, Event.OPERATION_DONE, Event.MATERIAL_SHORT, Event.CAPACITY_OPENED, Event.CHANGED_OVER, Event.EXTRA_PAID)
_OF_SUPPLIERS = (
    Event.CALLED_OFF, Event.SUPPLY_RECEIVED, Event.SUPPLY_REJECTED, Event.SUPPLY_EXPEDITED, Event.SUPPLY_HELD, Event.PUT_AWAY, Event.PRICE_BROKEN,
    Event.INBOUND_PAID,
)  # fmt: skip
_OF_SITES = (Event.SITE_COUNTED, Event.CREW_OPENED, Event.RECORD_COUNTED, Event.STOCK_LOST)
_STOCKS = ("plant", "own branches", "trade accounts")  # node classes of STOCK_COUNTED


def enum_names(kind: type[IntEnum]) -> list[str]:
    """Lower-case names of an enum by code, '' where a code has none."""
    names = {int(member): member.name.lower() for member in kind}
    return [names.get(code, f"code {code}") for code in range(max(names) + 1)]


def flag_names(kind: type[IntFlag]) -> list[str]:
    """Names of every combination of flags by code, joined by '+'.

    >>> flag_names(LineProblem)[9]
    'damaged+defect'
    """
    members = list(kind)
    size = 2 * max(int(member) for member in members)
    return ["+".join(m.name.lower() for m in members if code & int(m) and m.name) or "none" for code in range(size)]


def named(codes: Array, names: Sequence[str]) -> pl.Series:
    """Return codes (n,) as an Enum column of ``names``; negative codes become null.

    Two codes with one name share it. ``gather`` is used because casting numbers to Enum differs between polars
    versions.

    Raises
    ------
    ValueError
        If a code has no name.
    """
    if codes.size and int(codes.max()) >= len(names):
        raise ValueError(f"code {int(codes.max())} has no name: there are only {len(names)}")
    words = pl.Series([*names, None], dtype=pl.Enum(list(dict.fromkeys(names))))
    if codes.dtype.kind == "u":
        return words.gather(pl.Series(codes))
    return words.gather(pl.Series(np.where(codes < 0, len(names), codes).astype(np.uint32)))


def times(column: Array) -> pl.Series:
    """Return a time column with NaN and infinity as null."""
    return pl.Series(column, nan_to_null=True)


def orders_frame(outcome: Outcome, world: World | None = None) -> pl.DataFrame:
    """One row an order line, in order of placing; ``row`` is what contacts refer to."""
    o, labels = outcome.orders, outcome.labels
    data: dict[str, pl.Series] = {
        "row": pl.Series(np.arange(o.n, dtype=np.int32)),
        "kind": named(o.filled("kind"), enum_names(OrderKind)),
        "order_no": pl.Series(o.filled("order_no")),
        "consumer": _number(o.filled("consumer")),
        "account": named(o.filled("account"), _accounts(outcome, world)),
        "item": named(o.filled("item"), labels.items),
        "brand": named(outcome.terms.item_brand[o.filled("item")], labels.brands),
        "quantity": pl.Series(o.filled("quantity")),
        **_where(o, labels),
        "state": named(o.filled("state"), enum_names(OrderState)),
        "repeat": pl.Series(o.filled("repeat") == 1),
        "problems": named(o.filled("problems"), flag_names(LineProblem)),
        "services": named(o.filled("services"), flag_names(Service)),
        "contacts": pl.Series(o.filled("contacts")),
        "return_cause": named(o.filled("return_cause"), enum_names(ReturnCause)),
    }
    data |= {f"{name}_h": times(o.filled(name)) for name in _TIMES}
    data |= {name: pl.Series(o.filled(name)) for name in _MONEY}
    data |= {"price_ratio": pl.Series(o.filled("price_ratio")), "satisfaction": times(o.filled("satisfaction"))}
    for name, none in (("csat_true", 0), ("nps_true", -1), ("ces_true", 0)):
        column = o.filled(name)
        data[name] = pl.Series(column).set(pl.Series(column == none), None)
    data["answered"] = pl.Series(o.filled("answered") == 1)
    data["spoke"] = pl.Series(o.filled("spoke"))
    return pl.DataFrame(data)


def customers_frame(outcome: Outcome, world: World | None = None) -> pl.DataFrame:
    """Consumers, then trade accounts and own branches, one row each; ``customer`` is the number of the class that
    orders use.

    ``account`` of a consumer is the shop it bought at last, of an account its own id. ``purchases``: of a consumer in
    its life, of an account in the run. ``opening_last_h``: last purchase before the run.
    """
    return pl.concat([_consumers(outcome, world), _trade(outcome, world)], how="vertical")


def contacts_frame(outcome: Outcome, world: World | None = None) -> pl.DataFrame:
    """One row a contact with the desk; ``row`` is the order line it is about.

    ``final``: the customer does not ask again; then the survey was sent out, with the answers that everybody would give
    (0, -1, 0 = not asked) and ``said`` = answered it.
    """
    c, labels = outcome.contacts, outcome.labels
    data: dict[str, pl.Series] = {
        "t_h": times(c.filled("t")),
        "reason": named(c.filled("reason"), enum_names(Reason)),
        "consumer": _number(c.filled("consumer")),
        "account": named(c.filled("account"), _accounts(outcome, world)),
        "row": _number(c.filled("row")),
        **_where(c, labels),
        "attempt": pl.Series(c.filled("attempt")),
        "handoffs": pl.Series(c.filled("handoffs")),
        "started_h": times(c.filled("started")),
        "answered_h": times(c.filled("answered")),
        "handle_h": pl.Series(c.filled("handle_h")),
    }
    data |= {name: pl.Series(c.filled(name) == 1) for name in ("resolved", "abandoned", "lost", "final", "said")}
    data |= {name: pl.Series(c.filled(name)) for name in ("csat_true", "nps_true", "ces_true")}
    return pl.DataFrame(data)


def events_frame(outcome: Outcome, world: World | None = None) -> pl.DataFrame:
    """The event log, one row a batch; ``place`` is a number whose kind of place depends on the event, ``place_name``
    its name.
    """
    e, labels = outcome.events, outcome.labels
    return pl.DataFrame(
        {
            "t_h": pl.Series(e["t"]),
            "kind": named(e["kind"].astype(np.int32), enum_names(Event)),
            "place": pl.Series(e["place"]),
            "place_name": _place_names(e, labels, world),
            "item": named(e["item"], labels.items),
            "rows": pl.Series(e["rows"]),
            "quantity": pl.Series(e["quantity"]),
            "value": times(e["value"]),
        }
    )


def late_frame(outcome: Outcome, world: World | None = None) -> pl.DataFrame:
    """One row a line of the plant that missed its promised day, or the day asked for, with its one binding cause."""
    late, orders = outcome.late, outcome.orders
    row = late.filled("row")
    return pl.DataFrame(
        {
            "row": pl.Series(row),
            "item": named(orders.filled("item")[row], outcome.labels.items),
            "channel": named(orders.filled("channel")[row], outcome.labels.channels),
            "market": named(orders.filled("market")[row], outcome.labels.markets),
            "quantity": pl.Series(late.filled("pieces")),
            "missed": named(late.filled("promise"), ("request", "promise")),
            "due_h": times(late.filled("due")),
            "late_days": pl.Series(late.filled("late_d")),
            "open": pl.Series(late.filled("open") == 1),
            "cause": named(late.filled("cause"), enum_names(LateCause)),
            "place": late_places(outcome, world),
            "missing": named(late.filled("item").astype(np.int32), outcome.labels.items),
        }
    )


def pnl_frame(outcome: Outcome, world: World | None = None) -> pl.DataFrame:
    """The profit and loss account as posted in the reporting window: dimension, member, line, cost centre, EUR; ``common``
    beside the members of a dimension makes them add up to the firm."""
    reading = Reading(outcome)
    return pl.DataFrame(pnl_rows(reading, read_pnl(reading)), schema=["dimension", "member", "line", "cost_centre", "eur"], orient="row")


def late_places(outcome: Outcome, world: World | None) -> pl.Series:
    """Name of the work centre, supplier or lane that is to blame for each late line, null where the cause has no place."""
    cause, place = outcome.late.filled("cause"), outcome.late.filled("place").astype(np.int32)
    most = int(place.max(initial=-1)) + 1
    lanes = list(world.lanes.ids) if world is not None else [f"lane {k}" for k in range(most)]
    centres, suppliers = list(outcome.labels.work_centres), list(outcome.labels.suppliers)
    first = np.select([cause == LateCause.WORK_CENTRE, cause == LateCause.SUPPLIER], [0, len(centres)], len(centres) + len(suppliers))
    return named(np.where(place >= 0, first + place, -1).astype(np.int32), [*centres, *suppliers, *lanes])


def _where(table: Columns, labels: Labels) -> dict[str, pl.Series]:
    return {
        "channel": named(table.filled("channel"), labels.channels),
        "market": named(table.filled("market"), labels.markets),
        "segment": named(table.filled("segment"), labels.segments),
    }


def _number(column: Array) -> pl.Series:
    """A row number with -1 as null."""
    return pl.Series(column).set(pl.Series(column < 0), None)


def _accounts(outcome: Outcome, world: World | None) -> list[str]:
    if world is not None:
        return list(world.accounts.ids)
    numbers = outcome.accounts.filled("account")
    return [
        f"account {k}"
        for k in range(1 + max(-1, int(numbers.max(initial=-1)), int(outcome.orders.filled("account").max(initial=-1))))
    ]


def _consumers(outcome: Outcome, world: World | None) -> pl.DataFrame:
    c, labels, opening = outcome.consumers, outcome.labels, outcome.opening_last.shape[0]
    opening_last = np.full(c.n, np.nan, dtype=np.float32)
    opening_last[:opening] = outcome.opening_last
    return pl.DataFrame(
        {
            "customer": pl.Series(np.arange(c.n, dtype=np.int32)),
            "class": named(np.zeros(c.n, dtype=np.uint8), _CLASSES),
            "account": named(c.filled("account"), _accounts(outcome, world)),
            **_where(c, labels),
            "category": named(c.filled("category"), labels.categories),
            "first_h": pl.Series(c.filled("first")),
            "opening_last_h": times(opening_last),
            "last_h": times(c.filled("last")),
            "left_h": times(c.filled("left")),
            "purchases": pl.Series(c.filled("purchases").astype(np.int32)),
            "alive": pl.Series(c.filled("alive") == 1),
            "memory": times(c.filled("memory")),
            "memory_h": times(c.filled("memory_t")),
            "wallet": pl.repeat(None, c.n, dtype=pl.Float32, eager=True),
            "value_eur": times(c.filled("value_eur")),
        }
    )


def _trade(outcome: Outcome, world: World | None) -> pl.DataFrame:
    a, labels = outcome.accounts, outcome.labels
    own = outcome.terms.channel_buyer[a.filled("channel")] == Buyer.OWN
    none = pl.repeat(None, a.n, dtype=pl.Float32, eager=True)
    number = a.filled("account")
    worth = np.zeros(max(1, int(number.max(initial=0)) + 1))
    lines = np.flatnonzero(outcome.orders.filled("account") >= 0)
    np.add.at(worth, outcome.orders.filled("account")[lines], row_contribution({name: outcome.orders.filled(name) for name in _MONEY})[lines])
    return pl.DataFrame(
        {
            "customer": pl.Series(number.astype(np.int32)),
            "class": named(np.where(own, 2, 1).astype(np.uint8), _CLASSES),
            "account": named(number, _accounts(outcome, world)),
            **_where(a, labels),
            "category": named(np.full(a.n, -1), labels.categories),
            "first_h": pl.Series(a.filled("first")),
            "opening_last_h": none,
            "last_h": times(a.filled("last")),
            "left_h": times(a.filled("left")),
            "purchases": pl.Series(a.filled("orders")),
            "alive": pl.Series(np.isnan(a.filled("left"))),
            "memory": times(a.filled("memory")),
            "memory_h": none,
            "wallet": times(a.filled("wallet")),
            "value_eur": pl.Series(worth[number].astype(np.float32)),
        }
    )


def _place_names(events: dict[str, Array], labels: Labels, world: World | None) -> pl.Series:
    """Names of the places of the log: work centre, supplier, lane, cause or stock, by kind of event."""
    kind, place = events["kind"], events["place"]
    lanes = (
        list(world.lanes.ids)
        if world is not None
        else [f"lane {k}" for k in range(1 + int(place[kind == Event.TRUCK_LEFT].max(initial=-1)))]
    )
    lists: tuple[tuple[tuple[Event, ...], Sequence[str]], ...] = (
        (_OF_CENTRES, labels.work_centres),
        (_OF_SUPPLIERS, labels.suppliers),
        ((Event.TRUCK_LEFT,), lanes),
        ((Event.TOUCHPOINT_MENDED,), labels.touchpoints),
        ((Event.TRAINED, Event.MAILED), labels.channels),
        ((Event.RETURNED,), enum_names(ReturnCause)),
        ((Event.STOCK_COUNTED,), _STOCKS),
        ((Event.TRANSFER_LEFT, Event.TRANSFER_CAME), [] if world is None else between_sites(world)),
        (_OF_SITES, [] if world is None else [site.site for site in world.sites]),
        ((Event.RETURN_SORTED,), SORTED_AS),
        ((Event.TRUCKS_TAKEN, Event.TRUCK_WAITED), [] if world is None else world.fleets.ids),
    )
    codes = np.full(place.shape[0], -1, dtype=np.int32)
    names: list[str] = []
    for kinds, members in lists:
        mine = np.isin(kind, [int(k) for k in kinds]) & (place >= 0) & (place < len(members))
        codes[mine] = place[mine] + len(names)
        names.extend(members)
    return named(codes, names)
