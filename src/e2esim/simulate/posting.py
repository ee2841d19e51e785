"""Postings beside the order lines: plant hours, suppliers, staff, touchpoints, overhead, stock; each at the event that causes it.

A plant hour is paid when it opens (`IDLE`, negative) and relieved when it is used: what a finished operation earns at standard
goes into the stock, its set-up to `SET_UP`, so that `IDLE` is what stood open. Staff is paid by the hour of the contract; of
agents, the hours in which they answered are `TALK` of the channel that called, the others `STANDBY`. At a small scale machines
keep their hours and pieces take longer, so an hour costs the scale. What consumers of a trade account cost is
posted to the account's segment. What went into stock, came back to it and was bought stands
beside in `Balance`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import Columns, OrderKind, OrderState
from e2esim.domain.events import Event
from e2esim.domain.ledger import Balance, Journal, Posted
from e2esim.domain.liking import by_segment
from e2esim.domain.world import PHASES, World
from e2esim.simulate.before import post_before

F = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Log = dict[str, npt.NDArray[Any]]

WEEK_H, YEAR_H = 168.0, 8760.0
_DISCOVER, _EVALUATE, _BUY, _RECEIVE, _USE, _ASSIST = (PHASES.index(name) for name in ("discover", "evaluate", "buy", "receive", "use", "assist"))


def post_all(world: World, *, events: Log, orders: Columns, contacts: Columns, met: list[tuple[float, F]], own: tuple[int, ...]) -> Journal:
    """The journal of a finished run.

    ``met``: (time, (cells, segments) people who weighed a purchase since the time before); ``own``: classes of nodes whose stock
    is the firm's.
    """
    journal = Journal()
    _plant(world, events, journal)
    _suppliers(world, events, journal)
    _desk(world, contacts, journal)
    _touchpoints(world, orders, contacts, met, journal)
    _listening(events, world.settings.feedback.ask_eur, journal)
    _weekly(world, journal)
    post_before(world, journal)
    back = (events["kind"] == Event.RETURNED) & (events["value"] > 0)
    journal.post_many(events["t"][back], Balance.BACK, events["value"][back])
    counted = (events["kind"] == Event.STOCK_COUNTED) & np.isin(events["place"], own)
    journal.post_many(events["t"][counted], Posted.CARRYING, -world.plant.holding_share_y / 365.0 * events["value"][counted])
    _sites(world, events, journal)
    _records(events, journal)
    return journal


def _sites(world: World, e: Log, journal: Journal) -> None:
    """Freight between sites, trucks of the firm by the day, and what holding stock at a warehouse costs more or less than at the plant."""
    left = e["kind"] == Event.TRANSFER_LEFT
    journal.post_many(e["t"][left], Posted.FREIGHT, -e["value"][left], place=world.links.to[e["place"][left].astype(np.int64)])
    own = float(world.fleets.trucks @ world.fleets.day_eur)
    weeks = _weeks(world)
    journal.post_many(WEEK_H * np.arange(len(weeks)), Posted.FREIGHT, -own * weeks / 24.0)
    share = np.array([site.holding_share_y for site in world.sites])
    counted = e["kind"] == Event.SITE_COUNTED
    more = share[e["place"][counted].astype(np.int64)] - world.plant.holding_share_y
    journal.post_many(e["t"][counted], Posted.CARRYING, -more / 365.0 * e["value"][counted], place=e["place"][counted])


def _records(e: Log, journal: Journal) -> None:
    """What leaves the stock at standard cost: goods lost, or made for somebody who does not take them; counting, and crews paid by the hour."""
    lost, counted = np.isin(e["kind"], (Event.STOCK_LOST, Event.UNCLAIMED)), e["kind"] == Event.RECORD_COUNTED
    crew = (e["kind"] == Event.CREW_OPENED) & (e["value"] > 0)
    journal.post_many(e["t"][crew], Posted.WAREHOUSE, -e["value"][crew])
    journal.post_many(e["t"][lost], Posted.SCRAP, -e["value"][lost])
    journal.post_many(e["t"][counted], Posted.WAREHOUSE, -e["value"][counted])


def _plant(world: World, e: Log, journal: Journal) -> None:
    eur_h = world.settings.scale * world.centres.cost_eur_h

    def of(kind: Event) -> tuple[npt.NDArray[np.bool_], Codes]:
        which = e["kind"] == kind
        return which, e["place"][which].astype(np.int64)

    opened, place = of(Event.CAPACITY_OPENED)
    journal.post_many(e["t"][opened], Posted.IDLE, -(e["quantity"] + e["value"])[opened] * eur_h[place], place=place)
    done, place = of(Event.OPERATION_DONE)
    hours, run = e["value"][done], e["quantity"][done] * operation_hours(world)[place, e["item"][done]]
    journal.post_many(e["t"][done], Posted.IDLE, hours * eur_h[place], place=place)
    again = e["rows"][done] == 1  # the work on a piece that is put right goes into no good piece more
    set_up = np.where(again, 0.0, np.maximum(hours - run, 0.0))
    beside, made = set_up * eur_h[place], (hours - set_up) * eur_h[place]
    elsewhere = e["rows"][done] == 2  # a second choice earns what the first one would; what it costs more or less stands with the set-ups
    if elsewhere.any():
        worth = e["quantity"][done] * second_choice_eur(world, eur_h)[place, e["item"][done]]
        made = np.where(elsewhere, worth, made)
        beside = np.where(elsewhere, hours * eur_h[place] - worth, beside)
    journal.post_many(e["t"][done], Posted.SET_UP, -beside, place=place)
    journal.post_many(e["t"][done], Balance.MADE, made, place=place)
    journal.post_many(e["t"][done][again], Posted.SCRAP, -(hours * eur_h[place])[again], place=place[again])
    mended = (e["kind"] == Event.PUT_RIGHT) & (e["value"] > 0)
    for account, sign in ((Balance.MADE, 1.0), (Posted.SCRAP, -1.0)):
        journal.post_many(e["t"][mended], account, sign * e["value"][mended])
    lost, place = of(Event.HOURS_LOST)
    journal.post_many(e["t"][lost], Posted.IDLE, -e["quantity"][lost] * eur_h[place], place=place)
    paid, place = of(Event.EXTRA_PAID)
    journal.post_many(e["t"][paid], Posted.OVERTIME, -e["value"][paid], place=place)
    completed = (e["kind"] == Event.LOT_COMPLETED) & (e["value"] > 0)
    each = (operation_hours(world, visits=True) * eur_h[:, None]).sum(axis=0)
    journal.post_many(e["t"][completed], Posted.SCRAP, -e["value"][completed] * each[e["item"][completed]])


def operation_hours(world: World, *, visits: bool = False) -> F:
    """Machine hours of a unit in one operation of an item at a work centre, or in all its ``visits``, (centres, items) [h]."""
    routing, shape = world.routing, world.routing.setup_hours.shape
    owner = np.repeat(np.arange(shape[1]), np.diff(routing.start))
    total, times = np.zeros(shape), np.zeros(shape)
    np.add.at(total, (routing.centre, owner), routing.run_h / world.centres.efficiency[routing.centre])
    np.add.at(times, (routing.centre, owner), 1.0)
    return total if visits else total / np.maximum(times, 1.0)


def second_choice_eur(world: World, eur_h: F) -> F:
    """What an operation of a piece is worth at standard, done at a second choice in place of its first, (centres, items) [EUR]."""
    routing, shape = world.routing, world.routing.setup_hours.shape
    owner = np.repeat(np.arange(shape[1]), np.diff(routing.start))
    total, times = np.zeros(shape), np.zeros(shape)
    for k, ways in enumerate(routing.others):
        first = routing.centre[k]
        for way in ways:
            total[way.centre, owner[k]] += routing.run_h[k] / world.centres.efficiency[first] * eur_h[first]
            times[way.centre, owner[k]] += 1.0
    return np.asarray(total / np.maximum(times, 1.0))


def _suppliers(world: World, e: Log, journal: Journal) -> None:
    """What was accepted is owed; paid above (below) its standard price is a variance, and so is what bringing it costs on top."""
    supply, received = world.supply, e["kind"] == Event.SUPPLY_RECEIVED
    price = np.full((len(supply.suppliers), world.items.n), np.nan)
    price[supply.supplier, supply.item] = supply.price_eur
    place, item = e["place"][received].astype(np.int64), e["item"][received]
    standard = world.items.cost_eur[item]
    each = np.where(np.isnan(price[place, item]), standard, price[place, item])
    journal.post_many(e["t"][received], Posted.PRICE_VARIANCE, -e["quantity"][received] * (each - standard), place=place)
    journal.post_many(e["t"][received], Balance.BOUGHT, e["quantity"][received] * each, place=place)
    flown = np.isin(e["kind"], (Event.SUPPLY_EXPEDITED, Event.INBOUND_PAID))
    supplier = e["place"][flown].astype(np.int64)
    journal.post_many(e["t"][flown], Posted.PRICE_VARIANCE, -e["value"][flown], place=supplier)
    journal.post_many(e["t"][flown], Balance.BOUGHT, e["value"][flown], place=supplier)
    broken = e["kind"] == Event.PRICE_BROKEN
    seller = e["place"][broken].astype(np.int64)
    journal.post_many(e["t"][broken], Posted.PRICE_VARIANCE, e["value"][broken], place=seller)
    journal.post_many(e["t"][broken], Balance.BOUGHT, -e["value"][broken], place=seller)
    for kind in (Event.SURCHARGED, Event.REACTION_PAID):
        paid = e["kind"] == kind
        journal.post_many(e["t"][paid], Posted.REACTION, -e["value"][paid])


def _desk(world: World, contacts: Columns, journal: Journal) -> None:
    o = world.settings.organisation
    started = contacts.filled("started").astype(np.float64)
    heard = np.flatnonzero(started < world.hours)  # not NaN, and inside the run
    hours = contacts.filled("handle_h")[heard].astype(np.float64)
    codes = {name: contacts.filled(name)[heard].astype(np.int64) for name in ("channel", "market", "reason")} | {"segment": _payer(world, contacts, heard)}
    t, at, summed = _by_week(started[heard], codes, hours)
    reason = at.pop("reason")
    journal.post_many(t, Posted.TALK, -o.cost_eur_h * summed, place=reason, **at)
    weeks = _weeks(world)
    talked = np.bincount(np.minimum(started[heard] // WEEK_H, len(weeks) - 1).astype(np.int64), weights=hours, minlength=len(weeks))
    paid = o.agents * world.settings.scale * o.paid_h_y * weeks / YEAR_H
    journal.post_many(WEEK_H * np.arange(len(weeks)), Posted.STANDBY, -o.cost_eur_h * np.maximum(paid - talked, 0.0))


def _touchpoints(world: World, orders: Columns, contacts: Columns, met: list[tuple[float, F]], journal: Journal) -> None:
    """What touchpoints cost, by phase (``place``): before buying for all who weighed a purchase, then for who bought, received, uses and asks."""
    eur, cells = by_segment(world, world.touch.eur), world.cells  # (channels, phases, segments)
    to_payer = _payers_of_cells(world)
    for t, consumers in met:
        for phase in range(_BUY):
            spent = np.einsum("cs,cst->ct", consumers * eur[cells.channel, phase], to_payer)
            cell, segment = np.nonzero(spent)
            at = {"channel": cells.channel[cell], "segment": segment, "market": cells.market[cell]}
            journal.post_many(np.full(len(cell), t), Posted.TOUCHPOINTS, -spent[cell, segment], place=phase, **at)
    mine = orders.filled("kind") != OrderKind.REPLENISH
    there = mine & (orders.filled("state") == OrderState.DELIVERED)
    for book, which, when, phase in (
        (orders, mine, "placed", _BUY),
        (orders, there, "delivered", _RECEIVE),
        (orders, there, "delivered", _USE),
        (contacts, np.ones(contacts.n, dtype=np.bool_), "t", _ASSIST),
    ):
        each = eur[book.filled("channel"), phase, book.filled("segment")]
        rows = np.flatnonzero(which & (each > 0))
        codes = {name: book.filled(name)[rows].astype(np.int64) for name in ("channel", "market")} | {"segment": _payer(world, book, rows)}
        t_week, at, spent = _by_week(book.filled(when)[rows].astype(np.float64), codes, each[rows])
        journal.post_many(t_week, Posted.TOUCHPOINTS, -spent, place=phase, **at)


def _listening(e: Log, ask_eur: float, journal: Journal) -> None:
    """Touchpoints mended, reviews answered, answers of the portal, agents trained, products made better, questions before a delivery, mails, training."""
    of_phase = ((Event.TOUCHPOINT_MENDED, -1), (Event.REVIEWS_ANSWERED, _EVALUATE), (Event.PORTAL_ANSWERED, _ASSIST), (Event.STAFF_TRAINED, _ASSIST))
    for kind, phase in of_phase:
        done = e["kind"] == kind
        journal.post_many(e["t"][done], Posted.TOUCHPOINTS, -e["value"][done], place=phase)
    asked = e["kind"] == Event.EXPECTATION_ASKED
    journal.post_many(e["t"][asked], Posted.TOUCHPOINTS, -ask_eur * e["rows"][asked], place=_BUY)
    better = e["kind"] == Event.PRODUCT_IMPROVED
    journal.post_many(e["t"][better], Posted.OVERHEAD, -e["value"][better])
    mailed = e["kind"] == Event.MAILED
    journal.post_many(e["t"][mailed], Posted.TOUCHPOINTS, -e["value"][mailed], place=_DISCOVER, channel=e["place"][mailed].astype(np.int64))
    trained = e["kind"] == Event.TRAINED
    journal.post_many(e["t"][trained], Posted.SERVICES, -e["value"][trained], channel=e["place"][trained].astype(np.int64))


def _payer(world: World, book: Columns, rows: npt.NDArray[np.integer[Any]]) -> Codes:
    """Segment of who pays the firm for ``rows`` of a book, (n,): of the trade account through which the consumer bought, else his own."""
    account, channel = book.filled("account")[rows].astype(np.int64), book.filled("channel")[rows]
    through = (account >= 0) & (world.channels.buyer[channel] == 1)
    own = book.filled("segment")[rows].astype(np.int64)
    return np.asarray(np.where(through, world.accounts.segment[account], own)) if world.accounts.n else own


def _payers_of_cells(world: World) -> F:
    """Share of each segment that pays for what consumers of each cell and segment cost, (cells, segments, segments): themselves, or trade accounts."""
    w, segments = world, len(world.segments.ids)
    out = np.repeat(np.eye(segments)[None], len(w.cells.channel), axis=0)
    for cell in np.flatnonzero(w.channels.buyer[w.cells.channel] == 1):
        members = w.cells.account_order[w.cells.account_start[cell] : w.cells.account_start[cell + 1]]
        if len(members):
            share = np.bincount(w.accounts.segment[members], weights=w.accounts.weight[members], minlength=segments)
            out[cell] = share / share.sum()
    return out


def _weekly(world: World, journal: Journal) -> None:
    """Sellers and overhead, week by week."""
    s = world.settings
    weeks = _weeks(world)
    t = WEEK_H * np.arange(len(weeks))
    journal.post_many(t, Posted.OVERHEAD, -s.finance.overhead_eur_y * s.scale * weeks / YEAR_H)
    for channel in np.flatnonzero(world.channels.sellers):
        year = world.channels.sellers[channel] * s.scale * s.organisation.paid_h_y * s.organisation.seller_eur_h
        journal.post_many(t, Posted.SELLERS, -year * weeks / YEAR_H, channel=int(channel))


def _weeks(world: World) -> F:
    """Hours of each week of the run, the last one short, (weeks,)."""
    edges = np.append(np.arange(0.0, world.hours, WEEK_H), world.hours)
    return np.diff(edges)


def _by_week(t: F, codes: dict[str, Codes], amount: F) -> tuple[F, dict[str, Codes], F]:
    """Sum amounts (n,) by week and codes: the middle of each week [h], its codes, the sums."""
    week = np.floor(t / WEEK_H).astype(np.int64)
    sizes = [int(c.max(initial=0)) + 1 for c in codes.values()]
    key = week - week.min(initial=0)
    for c, size in zip(codes.values(), sizes, strict=True):
        key = key * size + c
    some, where = np.unique(key, return_inverse=True)
    summed = np.bincount(where, weights=amount, minlength=len(some)).astype(np.float64)
    at: dict[str, Codes] = {}
    for name, size in reversed(list(zip(codes, sizes, strict=True))):
        at[name] = some % size
        some = some // size
    return np.asarray(WEEK_H * (some + week.min(initial=0) + 0.5)), at, summed
