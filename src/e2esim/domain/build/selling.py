"""From tables to numbers: channels, lanes, segments, accounts, prices, past demand by channel and market."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
import polars as pl

from e2esim.domain import world as w
from e2esim.domain.build.columns import codes, floats, ids_in, index_of, names_of, weekdays, whole_numbers
from e2esim.domain.fleets import round_trips_h

_BUYER = {"b2c": 0, "b2b": 1, "own": 2}


def lay_out_channels(frame: pl.DataFrame) -> w.Channels:
    """Channels in order of the table."""
    ids = ids_in(frame, "channel")
    return w.Channels(
        ids=ids,
        names=names_of(frame, ids),
        stockist=np.array([k == "stockist" for k in frame["kind"].to_list()]),
        buyer=np.array([_BUYER[b] for b in frame["buyer"].to_list()], dtype=np.int64),
        online=frame["online"].to_numpy().astype(bool),
        quoted_d=floats(frame, "quoted_lead_d"),
        reference_d=floats(frame, "reference_lead_d"),
        consumer_d=floats(frame, "consumer_lead_d"),
        payment_d=floats(frame, "payment_d"),
        penalty_share_d=floats(frame, "penalty_share_d"),
        penalty_cap=floats(frame, "penalty_cap"),
        priority=whole_numbers(frame, "priority"),
        install=floats(frame, "install_share"),
        second_thoughts=floats(frame, "second_thought_share"),
        unsold_y=floats(frame, "unsold_share_y"),
        integration=floats(frame, "integration"),
        change_share=floats(frame, "change_share"),
        wrong_bills=floats(frame, "wrong_bills"),
        commission=floats(frame, "commission_share"),
        early_d=floats(frame, "early_d"),
        late_d=floats(frame, "late_d"),
        usual_service=floats(frame, "usual_service"),
        usual_payment_d=floats(frame, "usual_payment_d"),
        trade_share=floats(frame, "trade_share"),
        choice_offset=floats(frame, "choice_offset"),
        sellers=floats(frame, "sellers"),
    )


class LanePoints(NamedTuple):
    """Names of what lanes start from, and of whose trucks drive them."""

    sites: tuple[str, ...]
    fleets: tuple[str, ...]


RECEIVING_H = 11.0  # hours of a day in which consumers receive (8:00 to 19:00): who must wait so long misses miss_share


def lay_out_lanes(frame: pl.DataFrame, channels: w.Channels, markets: tuple[str, ...], modes: w.Modes, points: LanePoints, scale: float) -> w.Lanes:
    """Ways from the sites by channel and market; a small copy has small trucks."""
    channel, market = index_of(frame, "channel", channels.ids), index_of(frame, "market", markets)
    of = np.full((len(channels.ids), len(markets)), -1, dtype=np.int64)
    first = np.arange(len(frame)) < len(frame.select("channel", "market").unique())
    of[channel[first], market[first]] = np.flatnonzero(first)
    names = zip(channel, market, first, frame["from"].to_list(), strict=True)
    return w.Lanes(
        ids=tuple(f"{channels.ids[c]}/{markets[m]}" + ("" if usual else f"/{site}") for c, m, usual, site in names),
        of=of,
        ranked=_ranked(of, channel, market, first),
        site=index_of(frame, "from", points.sites),
        mode=index_of(frame, "mode", modes.ids),
        transit_d=floats(frame, "transit_d"),
        sigma=floats(frame, "transit_sigma"),
        departs=weekdays(frame["departures"].to_list()),
        cutoff_h=floats(frame, "cutoff"),
        distance_km=floats(frame, "distance_km"),
        cost_eur_m3=floats(frame, "cost_eur_m3"),
        cost_eur_line=floats(frame, "cost_eur_line"),
        damage=floats(frame, "damage_share"),
        customs_share=floats(frame, "customs_share"),
        customs_d=floats(frame, "customs_d"),
        slot_h=floats(frame, "slot_h"),
        miss_share=floats(frame, "miss_share") * np.where(floats(frame, "slot_h") > 0, floats(frame, "slot_h") / RECEIVING_H, 1.0),
        receive_from=floats(frame, "receive_from"),
        receive_until=floats(frame, "receive_until"),
        outside_eur=floats(frame, "outside_eur"),
        miss_eur=floats(frame, "miss_eur"),
        truck_m3=scale * frame["truck_m3"].cast(pl.Float64).fill_null(np.inf).to_numpy(),
        truck_kg=scale * frame["truck_kg"].cast(pl.Float64).fill_null(np.inf).to_numpy(),
        truck_eur=scale * floats(frame, "truck_eur"),
        fill=floats(frame, "truck_fill"),
        hold_d=floats(frame, "hold_d"),
        fleet=index_of(frame, "fleet", points.fleets),
        round_h=round_trips_h(floats(frame, "round_trip_d"), floats(frame, "transit_d")),
    )


def _ranked(of: w.I, channel: w.I, market: w.I, first: w.B) -> w.I:
    """Lanes by their turn in each channel and market, the first at the head, (ways, channels, markets); lanes stand in the order of turns."""
    found, turn = [of], np.zeros_like(of)
    for lane in np.flatnonzero(~first).tolist():
        cell = channel[lane], market[lane]
        turn[cell] += 1
        if turn[cell] == len(found):
            found.append(np.full_like(of, -1))
        found[turn[cell]][cell] = lane
    return np.array(found)


_ONLINE = ("online_discover", "online_evaluate", "online_buy", "online_receive", "online_use", "online_assist")  # in the order of the phases


def lay_out_segments(frame: pl.DataFrame) -> w.Segments:
    """Segments in order of the table."""
    names = ("r", "a", "b", "theta", "beta_price", "beta_lead_d", "w_punctuality", "w_lead", "w_ease", "w_experience", "anxiety", "deciders")
    return w.Segments(
        ids=ids_in(frame, "segment"),
        trade=np.array([k == "trade" for k in frame["kind"].to_list()]),
        alpha=floats(frame, "alpha_lives"),
        simple=floats(frame, "simple_share") * (1.0 - floats(frame, "seen_share")),
        online=np.column_stack([floats(frame, name) for name in _ONLINE]),
        response=floats(frame, "response_share"),
        active_window_h=floats(frame, "active_window_d") * 24.0,
        **{name: floats(frame, name) for name in names},
    )


def lay_out_roles(frame: pl.DataFrame, segments: w.Segments) -> w.Roles:
    """Roles in order of their segments."""
    of = index_of(frame, "segment", segments.ids)
    order = np.argsort(of, kind="stable")
    part = frame[order.tolist()] if len(frame) else frame
    return w.Roles(
        start=np.concatenate(([0], np.cumsum(np.bincount(of, minlength=len(segments.ids))))).astype(np.int64),
        price=floats(part, "w_price"),
        service=floats(part, "w_service"),
        words=floats(part, "w_words"),
        joins=np.array([w.PHASES.index(phase) for phase in part["from_phase"].to_list()], dtype=np.int64),
    )


def lay_out_mix(frame: pl.DataFrame, channels: w.Channels, segments: w.Segments) -> w.F:
    """Cumulated shares of the segments of each channel, (channels, segments)."""
    mix = np.zeros((len(channels.ids), len(segments.ids)))
    mix[index_of(frame, "channel", channels.ids), index_of(frame, "segment", segments.ids)] = floats(frame, "share")
    return np.cumsum(mix, axis=1)


def lay_out_accounts(frame: pl.DataFrame, channels: w.Channels, markets: tuple[str, ...], segments: w.Segments, scale: float) -> tuple[w.Accounts, w.I]:
    """Accounts kept at this scale, and for each account of the table the number of the kept one that stands for it."""
    channel, market, weight = index_of(frame, "channel", channels.ids), index_of(frame, "market", markets), floats(frame, "weight")
    stand_in = np.zeros(len(frame), dtype=np.int64)
    chosen: list[int] = []
    for cell in sorted(set(zip(channel.tolist(), market.tolist(), strict=True))):
        members = np.nonzero((channel == cell[0]) & (market == cell[1]))[0]
        members = members[np.argsort(-weight[members], kind="stable")]
        wanted = min(len(members), max(1, round(len(members) * scale)))
        picks = ((np.arange(wanted) + 0.5) * len(members) / wanted).astype(np.int64)
        group = np.minimum(np.arange(len(members)) * wanted // len(members), wanted - 1)
        stand_in[members] = len(chosen) + group
        chosen.extend(members[picks].tolist())
    rows = np.array(chosen, dtype=np.int64)
    part = frame[rows.tolist()] if len(rows) else frame.clear()
    ids = ids_in(part, "customer")
    accounts = w.Accounts(
        ids=ids,
        code=codes(ids),
        names=names_of(part, ids),
        channel=channel[rows],
        market=market[rows],
        segment=index_of(part, "segment", segments.ids),
        weight=weight[rows],
        weekday=whole_numbers(part, "order_weekday"),
        review_d=floats(part, "review_d"),
        cover_d=floats(part, "cover_d"),
        seniority_y=floats(part, "seniority_y"),
        strategic=floats(part, "strategic"),
    )
    return accounts, stand_in


def by_month(history: pl.DataFrame) -> pl.DataFrame:
    """Past demand by calendar month (YYYY-MM); a week counts in the month in which it begins."""
    month = pl.col("period").dt.strftime("%Y-%m").alias("month")
    return history.select(month, "item", "market", "channel", "qty")


def lay_out_cells(
    demand: pl.DataFrame,
    markets: pl.DataFrame,
    season: pl.DataFrame,
    items: w.Items,
    channels: w.Channels,
    market_ids: tuple[str, ...],
    accounts: w.Accounts,
    start: dt.date,
    scale: float,
) -> tuple[w.Cells, w.F]:
    """Demand by channel and market with its season, and past demand by week and item."""
    months = sorted(demand["month"].unique().to_list())
    months = [m for m in months if m < start.strftime("%Y-%m")] or months
    last = demand.filter(pl.col("month").is_in(months[-12:]))
    channel, market, item = (index_of(last, c, i) for c, i in (("channel", channels.ids), ("market", market_ids), ("item", items.ids)))
    volume = np.zeros((len(channels.ids), len(market_ids), items.n))
    np.add.at(volume, (channel, market, item), floats(last, "qty") * scale)
    cell_channel, cell_market = np.nonzero(volume.sum(axis=2) > 0)
    index = {name: np.ones(12) for name in season["season"].unique().to_list()}
    for row in season.iter_rows(named=True):
        index[row["season"]][row["month"] - 1] = row["index"]
    profiles = [index[s] for s in markets["season"].to_list()]
    order: list[int] = []
    cdf: list[float] = []
    starts = [0]
    for c, m in zip(cell_channel, cell_market, strict=True):
        members = np.nonzero((accounts.channel == c) & (accounts.market == m))[0]
        order.extend(members.tolist())
        cdf.extend((np.cumsum(accounts.weight[members]) / accounts.weight[members].sum()).tolist() if len(members) else [])
        starts.append(len(order))
    cells = w.Cells(
        code=codes([f"{channels.ids[c]}/{market_ids[m]}" for c, m in zip(cell_channel, cell_market, strict=True)]),
        channel=cell_channel.astype(np.int64),
        market=cell_market.astype(np.int64),
        yearly=volume[cell_channel, cell_market],
        season=np.array([profiles[m] for m in cell_market]).reshape(-1, 12),
        account_start=np.array(starts, dtype=np.int64),
        account_order=np.array(order, dtype=np.int64),
        account_cdf=np.array(cdf, dtype=np.float64),
    )
    return cells, _weekly(demand, months, items, scale)


def _weekly(demand: pl.DataFrame, months: list[str], items: w.Items, scale: float) -> w.F:
    """Past demand by week and item: months spread evenly over their days, oldest first, (weeks, items)."""
    total = demand.group_by("month", "item", maintain_order=True).agg(pl.col("qty").sum())
    first = dt.date.fromisoformat(f"{months[0]}-01")
    end = dt.date.fromisoformat(f"{months[-1]}-01")
    end = dt.date(end.year + end.month // 12, end.month % 12 + 1, 1)
    daily = np.zeros(((end - first).days, items.n))
    position = {one: k for k, one in enumerate(items.ids)}
    for month, item, quantity in total.iter_rows():
        if month > months[-1]:
            continue
        a = dt.date.fromisoformat(f"{month}-01")
        b = dt.date(a.year + a.month // 12, a.month % 12 + 1, 1)
        daily[(a - first).days : (b - first).days, position[item]] = quantity * scale / (b - a).days
    weeks = len(daily) // 7
    return np.asarray(daily[len(daily) - 7 * weeks :].reshape(weeks, 7, items.n).sum(axis=1))


def price_table(frame: pl.DataFrame, items: w.Items, channels: w.Channels, column: str) -> w.F:
    """Prices by item and channel [EUR], NaN where there is none."""
    table = np.full((items.n, len(channels.ids)), np.nan)
    table[index_of(frame, "item", items.ids), index_of(frame, "channel", channels.ids)] = floats(frame, column)
    return table
