"""From tables to numbers: builds the :class:`~e2esim.domain.world.World` of a scenario.

``scale`` shrinks market, plant, stocks and crews together: volumes, lots, crews and stocks are multiplied, run times
divided, trade accounts thinned evenly over their sizes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.domain import world as w
from e2esim.domain.changeovers import lay_out_changeovers
from e2esim.domain.closures import closed_days
from e2esim.domain.disturbed import Struck, lay_out_events
from e2esim.domain.scenario import Scenario
from e2esim.domain.settings import Settings
from e2esim.domain.units import is_pieces
from e2esim.domain.worktime import WorkTime

_SPARE_DAYS = 120  # calendars reach this far beyond the horizon, so that late work can finish
USUAL_LEAD_D = 1.0  # planned lead time of a made item that states none
_BUYER = {"b2c": 0, "b2b": 1, "own": 2}


def build_world(scenario: Scenario) -> w.World:
    """Build the world of a checked scenario.

    Raises
    ------
    ValueError
        If a calendar has no working time inside the horizon.
    """
    settings = scenario.settings
    scale = settings.scale
    t = scenario.tables
    brands, markets = _ids(t["brands"], "brand"), _ids(t["markets"], "market")
    calendars = _calendars(t["calendars"], t["closures"], settings.horizon.start, settings.horizon.days + _ahead(settings) + _SPARE_DAYS)
    modes = w.Modes(
        ids=_ids(t["modes"], "mode"),
        late_share=_f(t["modes"], "late_share"),
        late_median_d=_f(t["modes"], "late_median_d"),
        late_sigma=_f(t["modes"], "late_sigma"),
        co2_kg_tkm=_f(t["modes"], "co2_kg_tkm"),
    )
    centres = _centres(t["work_centres"], calendars)
    item_ids = _ids(t["items"], "item")
    bom = _bom(t["bom"], item_ids, _f(t["items"], "scrap_share"))
    routing = _routing(t["routings"], item_ids, centres, bom, scale)
    supply = _supply(t["suppliers"], t["supply"], item_ids, modes, scale)
    items = _items(t["items"], brands, bom, routing, centres, supply, scale)
    channels = _channels(t["channels"])
    segments = _segments(t["segments"])
    accounts, kept = _accounts(t["customers"], channels, markets, segments, scale)
    cells, weekly = _cells(_by_month(t["history"]), t["markets"], t["season"], items, channels, markets, accounts, settings.horizon.start, scale)
    price, consumer, reference = (_price(t["prices"], items, channels, c) for c in ("price_eur", "consumer_eur", "reference_eur"))
    price, consumer = price * settings.market.price_factor, consumer * settings.market.price_factor
    lanes = _lanes(t["lanes"], channels, markets, modes)
    struck = Struck(items=items, routing=routing, centres=centres, supply=supply, modes=modes, lanes=lanes, cells=cells, channels=channels, markets=markets)
    return w.World(
        settings=settings,
        start=settings.horizon.start,
        hours=24.0 * settings.horizon.days,
        brands=brands,
        brand_names=_names(t["brands"], brands),
        quality=_f(t["brands"], "quality"),
        markets=markets,
        market_names=_names(t["markets"], markets),
        export=t["markets"]["export"].to_numpy().astype(bool),
        items=items,
        bom=bom,
        routing=routing,
        centres=centres,
        changeovers=lay_out_changeovers(t["items"], t["changeovers"], centres.ids, centres.efficiency, used=settings.planning.changeovers),
        modes=modes,
        supply=supply,
        plant=_plant(t["sites"], calendars, scale),
        channels=channels,
        lanes=lanes,
        segments=segments,
        mix_cdf=_mix(t["mix"], channels, segments),
        accounts=accounts,
        price=price,
        consumer_price=consumer,
        reference_price=reference,
        cells=cells,
        attributes=_attributes(t["attributes"]),
        touch=_touch(t["touchpoints"], channels),
        services=_services(t["services"]),
        opening=_opening(t, items, supply, kept, settings.horizon.start, scale),
        demand_weekly=weekly,
        disturbances=lay_out_events(t["events"], settings, struck, brands, _codes),
    )


def _ids(frame: pl.DataFrame, column: str) -> tuple[str, ...]:
    return tuple(frame[column].to_list())


def _codes(ids: Sequence[str]) -> w.I:
    """A 62-bit hash of each id, (n,)."""
    digests = [hashlib.blake2b(one.encode(), digest_size=8).digest() for one in ids]
    return np.array([int.from_bytes(d, "little") >> 2 for d in digests], dtype=np.int64)


def _f(frame: pl.DataFrame, column: str) -> w.F:
    return frame[column].cast(pl.Float64).to_numpy().copy()


def _i(frame: pl.DataFrame, column: str) -> w.I:
    return frame[column].cast(pl.Int64).to_numpy().copy()


def _names(frame: pl.DataFrame, ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name or one for name, one in zip(frame["name"].to_list(), ids, strict=True))


def _index(frame: pl.DataFrame, column: str, ids: Sequence[str]) -> w.I:
    """Position in ``ids`` of each value of a column, -1 for the empty string."""
    where = {one: k for k, one in enumerate(ids)} | {"": -1}
    return np.array([where[v] for v in frame[column].to_list()], dtype=np.int64)


def _ahead(settings: Settings) -> int:
    """Days beyond the run that plans and promises look at."""
    return max(7 * settings.planning.mps_weeks, settings.promise.horizon_days)


def _starts(owner: w.I, n: int) -> w.I:
    return np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=n)))).astype(np.int64)


def _calendars(shifts: pl.DataFrame, closures: pl.DataFrame, start: dt.date, days: int) -> dict[str, WorkTime]:
    closed: dict[str, list[tuple[str, str]]] = {}
    for row in closures.iter_rows(named=True):
        closed.setdefault(row["calendar"], []).append((str(row["first"]), str(row["last"])))
    weekly: dict[str, dict[int, list[tuple[float, float]]]] = {}
    for row in shifts.iter_rows(named=True):
        weekly.setdefault(row["calendar"], {}).setdefault(row["weekday"], []).append((row["start"], row["end"]))
    return {name: WorkTime.weekly(week, start=start, days=days, closed=closed_days(closed.get(name, ()), start, days)) for name, week in weekly.items()}


def _centres(frame: pl.DataFrame, calendars: dict[str, WorkTime]) -> w.Centres:
    ids = _ids(frame, "work_centre")
    return w.Centres(
        ids=ids,
        names=_names(frame, ids),
        machines=_i(frame, "machines"),
        efficiency=_f(frame, "efficiency"),
        overtime_h_week=_f(frame, "overtime_h_week"),
        cost_eur_h=_f(frame, "cost_eur_h"),
        overtime_eur_h=_f(frame, "overtime_eur_h"),
        mtbf_h=frame["mtbf_h"].cast(pl.Float64).fill_null(np.inf).to_numpy().copy(),
        mttr_h=_f(frame, "mttr_h"),
        calendar=tuple(calendars[c] for c in frame["calendar"].to_list()),
    )


def _bom(frame: pl.DataFrame, items: tuple[str, ...], scrap: w.F) -> w.Bom:
    n = len(items)
    parent, component = _index(frame, "parent", items), _index(frame, "component", items)
    order = np.argsort(parent, kind="stable")
    parent, component, quantity = parent[order], component[order], _f(frame, "qty_per")[order]
    single = np.zeros((n, n))
    np.add.at(single, (parent, component), quantity / (1.0 - scrap[parent]))
    flat, power = single.copy(), single
    while power.any():  # a bill without cycles ends after its number of levels
        power = power @ single
        flat += power
    return w.Bom(start=_starts(parent, n), component=component, quantity=quantity, flat=flat)


def _routing(frame: pl.DataFrame, items: tuple[str, ...], centres: w.Centres, bom: w.Bom, scale: float) -> w.Routing:
    n = len(items)
    frame = frame.sort("item", "step", maintain_order=True)
    owner, centre = _index(frame, "item", items), _index(frame, "work_centre", centres.ids)
    order = np.argsort(owner, kind="stable")
    owner, centre = owner[order], centre[order]
    setup, run = _f(frame, "setup_h_per_lot")[order], _f(frame, "run_h_per_unit")[order] / scale
    own = np.zeros((len(centres.ids), n))
    setups = np.zeros_like(own)
    np.add.at(own, (centre, owner), run)
    np.add.at(setups, (centre, owner), setup)
    return w.Routing(start=_starts(owner, n), centre=centre, setup_h=setup, run_h=run, centre_hours=own + own @ bom.flat.T, setup_hours=setups)


def _supply(suppliers: pl.DataFrame, supply: pl.DataFrame, items: tuple[str, ...], modes: w.Modes, scale: float) -> w.Supply:
    ids = _ids(suppliers, "supplier")
    mode_of = _index(suppliers, "mode", modes.ids)
    item = _index(supply, "item", items)
    order = np.lexsort((_i(supply, "priority"), item))
    supplier = _index(supply, "supplier", ids)[order]
    weekly = _f(supply, "weekly_capacity")[order] * scale
    return w.Supply(
        suppliers=ids,
        payment_d=_f(suppliers, "payment_d"),
        way_d=_f(suppliers, "way_d"),
        supplier=supplier,
        item=item[order],
        price_eur=_f(supply, "price")[order],
        lead_d=_f(supply, "lead_time_days")[order],
        lot_min=_f(supply, "moq")[order] * scale,
        lot_multiple=_f(supply.with_columns(pl.col("multiple").fill_null(1.0)), "multiple")[order] * scale,
        weekly_capacity=np.where(weekly > 0, weekly, np.inf),
        reject=_f(supply, "reject_share")[order],
        mode=mode_of[supplier],
        start=_starts(item[order], len(items)),
    )


def _items(frame: pl.DataFrame, brands: tuple[str, ...], bom: w.Bom, routing: w.Routing, centres: w.Centres, supply: w.Supply, scale: float) -> w.Items:
    ids = _ids(frame, "item")
    categories = tuple(dict.fromkeys(frame["category"].to_list()))
    made, bought = np.diff(routing.start) > 0, np.diff(supply.start) > 0
    whole = np.array([is_pieces(unit) for unit in frame["unit"].to_list()])
    cost, material = _cost(_f(frame, "cost_eur"), made, bought, bom, routing, centres, supply, scale)
    lots = {name: _f(frame, name) * scale for name in ("lot_min", "lot_multiple")}
    lots = {name: np.where(whole, np.maximum(1.0, np.round(lot)), lot) for name, lot in lots.items()}
    return w.Items(
        ids=ids,
        code=_codes(ids),
        names=_names(frame, ids),
        categories=categories,
        category=_index(frame, "category", categories),
        brand=_index(frame, "brand", brands),
        sold=frame["sold"].to_numpy().astype(bool),
        made=made,
        level=_levels(bom, len(ids)),
        life_h=_f(frame, "life_y") * 8760.0,
        pair_share=_f(frame, "pair_share"),
        lot_min=lots["lot_min"],
        lot_multiple=lots["lot_multiple"],
        lead_h=frame["lead_time_d"].fill_null(USUAL_LEAD_D).to_numpy() * 24.0,
        cover_d=_f(frame, "cover_d"),
        scrap=_f(frame, "scrap_share"),
        defect=_f(frame, "defect_share"),
        resale=_f(frame, "resale_share"),
        cost_eur=cost,
        material_share=material,
        weight_kg=_f(frame, "weight_kg"),
        volume_m3=_f(frame, "volume_m3"),
    )


def _levels(bom: w.Bom, n: int) -> w.I:
    level = np.zeros(n, dtype=np.int64)
    parent = np.repeat(np.arange(n), np.diff(bom.start))
    for _ in range(n):
        before = level.copy()
        np.maximum.at(level, bom.component, level[parent] + 1)
        if (level == before).all():
            break
    return level


def _cost(stated: w.F, made: w.B, bought: w.B, bom: w.Bom, routing: w.Routing, centres: w.Centres, supply: w.Supply, scale: float) -> tuple[w.F, w.F]:
    """Standard cost: stated, else purchase price, else materials and machine hours of all levels [EUR/unit]; share of materials."""
    price = np.zeros(len(stated))
    first = supply.start[:-1][bought]
    price[bought] = supply.price_eur[first]
    hours_cost = (routing.centre_hours * scale * (centres.cost_eur_h / centres.efficiency)[:, None]).sum(axis=0)
    bought_in = bom.flat @ np.where(made, 0.0, price)
    rolled = bought_in + hours_cost
    share = np.where(made & (rolled > 0), bought_in / np.maximum(rolled, 1e-12), 1.0)
    return np.where(stated > 0, stated, np.where(made, rolled, price)), share


def _plant(frame: pl.DataFrame, calendars: dict[str, WorkTime], scale: float) -> w.Plant:
    row = frame.row(0, named=True)
    return w.Plant(
        site=row["site"],
        calendar=calendars[row["calendar"]],
        picking_pcs_h=row["picking_pcs_h"] * scale,
        pick_error=row["pick_error_share"],
        picking_cost_eur=row["picking_cost_eur"],
        holding_share_y=row["holding_share_y"],
    )


def _channels(frame: pl.DataFrame) -> w.Channels:
    ids = _ids(frame, "channel")
    return w.Channels(
        ids=ids,
        names=_names(frame, ids),
        stockist=np.array([k == "stockist" for k in frame["kind"].to_list()]),
        buyer=np.array([_BUYER[b] for b in frame["buyer"].to_list()], dtype=np.int64),
        online=frame["online"].to_numpy().astype(bool),
        quoted_d=_f(frame, "quoted_lead_d"),
        reference_d=_f(frame, "reference_lead_d"),
        consumer_d=_f(frame, "consumer_lead_d"),
        payment_d=_f(frame, "payment_d"),
        penalty_share_d=_f(frame, "penalty_share_d"),
        penalty_cap=_f(frame, "penalty_cap"),
        priority=_i(frame, "priority"),
        install=_f(frame, "install_share"),
        second_thoughts=_f(frame, "second_thought_share"),
        unsold_y=_f(frame, "unsold_share_y"),
        integration=_f(frame, "integration"),
        commission=_f(frame, "commission_share"),
        early_d=_f(frame, "early_d"),
        late_d=_f(frame, "late_d"),
        usual_service=_f(frame, "usual_service"),
        trade_share=_f(frame, "trade_share"),
        choice_offset=_f(frame, "choice_offset"),
        sellers=_f(frame, "sellers"),
    )


def _lanes(frame: pl.DataFrame, channels: w.Channels, markets: tuple[str, ...], modes: w.Modes) -> w.Lanes:
    channel, market = _index(frame, "channel", channels.ids), _index(frame, "market", markets)
    of = np.full((len(channels.ids), len(markets)), -1, dtype=np.int64)
    of[channel, market] = np.arange(len(frame))
    departs = np.array([[str(day) in text for day in range(1, 8)] for text in frame["departures"].to_list()], dtype=bool).reshape(-1, 7)
    return w.Lanes(
        ids=tuple(f"{channels.ids[c]}/{markets[m]}" for c, m in zip(channel, market, strict=True)),
        of=of,
        mode=_index(frame, "mode", modes.ids),
        transit_d=_f(frame, "transit_d"),
        sigma=_f(frame, "transit_sigma"),
        departs=departs,
        cutoff_h=_f(frame, "cutoff"),
        distance_km=_f(frame, "distance_km"),
        cost_eur_m3=_f(frame, "cost_eur_m3"),
        cost_eur_line=_f(frame, "cost_eur_line"),
        damage=_f(frame, "damage_share"),
        miss_share=_f(frame, "miss_share"),
        miss_eur=_f(frame, "miss_eur"),
    )


def _segments(frame: pl.DataFrame) -> w.Segments:
    names = ("r", "a", "b", "theta", "beta_price", "beta_lead_d", "w_punctuality", "w_lead", "w_ease", "w_experience", "anxiety")
    return w.Segments(
        ids=_ids(frame, "segment"),
        trade=np.array([k == "trade" for k in frame["kind"].to_list()]),
        alpha=_f(frame, "alpha_lives"),
        response=_f(frame, "response_share"),
        active_window_h=_f(frame, "active_window_d") * 24.0,
        **{name: _f(frame, name) for name in names},
    )


def _mix(frame: pl.DataFrame, channels: w.Channels, segments: w.Segments) -> w.F:
    mix = np.zeros((len(channels.ids), len(segments.ids)))
    mix[_index(frame, "channel", channels.ids), _index(frame, "segment", segments.ids)] = _f(frame, "share")
    return np.cumsum(mix, axis=1)


def _accounts(frame: pl.DataFrame, channels: w.Channels, markets: tuple[str, ...], segments: w.Segments, scale: float) -> tuple[w.Accounts, w.I]:
    """Accounts kept at this scale, and for each account of the table the number of the kept one that stands for it."""
    channel, market, weight = _index(frame, "channel", channels.ids), _index(frame, "market", markets), _f(frame, "weight")
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
    ids = _ids(part, "customer")
    accounts = w.Accounts(
        ids=ids,
        code=_codes(ids),
        names=_names(part, ids),
        channel=channel[rows],
        market=market[rows],
        segment=_index(part, "segment", segments.ids),
        weight=weight[rows],
        weekday=_i(part, "order_weekday"),
        review_d=_f(part, "review_d"),
        cover_d=_f(part, "cover_d"),
        seniority_y=_f(part, "seniority_y"),
        strategic=_f(part, "strategic"),
    )
    return accounts, stand_in


def _by_month(history: pl.DataFrame) -> pl.DataFrame:
    """Past demand by calendar month (YYYY-MM); a week counts in the month in which it begins."""
    month = pl.col("period").dt.strftime("%Y-%m").alias("month")
    return history.select(month, "item", "market", "channel", "qty")


def _cells(
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
    months = sorted(demand["month"].unique().to_list())
    months = [m for m in months if m < start.strftime("%Y-%m")] or months
    last = demand.filter(pl.col("month").is_in(months[-12:]))
    channel, market, item = (_index(last, c, i) for c, i in (("channel", channels.ids), ("market", market_ids), ("item", items.ids)))
    volume = np.zeros((len(channels.ids), len(market_ids), items.n))
    np.add.at(volume, (channel, market, item), _f(last, "qty") * scale)
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
        code=_codes([f"{channels.ids[c]}/{market_ids[m]}" for c, m in zip(cell_channel, cell_market, strict=True)]),
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


def _price(frame: pl.DataFrame, items: w.Items, channels: w.Channels, column: str) -> w.F:
    table = np.full((items.n, len(channels.ids)), np.nan)
    table[_index(frame, "item", items.ids), _index(frame, "channel", channels.ids)] = _f(frame, column)
    return table


def _attributes(frame: pl.DataFrame) -> w.Attributes:
    rows = {row["attribute"]: row for row in frame.iter_rows(named=True)}

    def column(name: str, missing: float, silent: str = "") -> w.F:
        return np.array([rows[a][name] if a in rows and rows[a]["kano"] != silent else missing for a in w.ATTRIBUTES], dtype=np.float64)

    return w.Attributes(
        gain=column("gain", 0.0, "must_be"),
        loss=column("loss", 0.0, "attractive"),
        tolerance=column("tolerance", 1.0),
        shape=column("shape", 1.0),
    )


_MET = ("reach", "enjoyment", "problem_share", "controlled", "online", "human", "direct")  # of a touchpoint where it is met


def _touch(frame: pl.DataFrame, channels: w.Channels) -> w.Touch:
    shape = (len(channels.ids), len(w.PHASES))
    relevance, cost, contacts = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    met: list[list[tuple[float, ...]]] = [[] for _ in range(shape[0] * shape[1])]
    for code, row in enumerate(frame.iter_rows(named=True)):
        phase = w.PHASES.index(row["phase"])
        for channel in [channels.ids.index(row["channel"])] if row["channel"] else range(shape[0]):
            relevance[channel, phase] += row["reach"] * row["relevance"]
            cost[channel, phase] += row["reach"] * row["cost_eur"]
            contacts[channel, phase] += row["reach"]
            met[channel * shape[1] + phase].append((code, *(float(row[name]) for name in _MET)))
    flat = np.array([one for place in met for one in place], dtype=np.float64).reshape(-1, 1 + len(_MET))
    return w.Touch(
        ids=tuple(frame["touchpoint"].to_list()),
        relevance=relevance,
        cost_eur=cost,
        contacts=contacts,
        start=np.concatenate(([0], np.cumsum([len(place) for place in met]))).astype(np.int64),
        code=flat[:, 0].astype(np.int64),
        reach=np.ascontiguousarray(flat[:, 1]),
        joy=np.ascontiguousarray(flat[:, 2]),
        trouble=np.ascontiguousarray(flat[:, 3]),
        controlled=flat[:, 4] > 0,
        online=flat[:, 5] > 0,
        human=flat[:, 6] > 0,
        direct=flat[:, 7] > 0,
    )


def _services(frame: pl.DataFrame) -> w.Services:
    rows = {row["service"]: row for row in frame.iter_rows(named=True) if row["offered"]}

    def column(name: str) -> w.F:
        return np.array([rows[s][name] if s in rows else 0.0 for s in w.SERVICES], dtype=np.float64)

    return w.Services(use=column("use_share") * column("offered_share"), cost_eur=column("cost_eur"), price_eur=column("price_eur"), effect=column("effect"))


def _opening(t: Mapping[str, pl.DataFrame], items: w.Items, supply: w.Supply, stand_in: w.I, start: dt.date, scale: float) -> w.Opening:
    stock, receipts, orders = t["stock"], t["receipts"], t["orders"]
    on_hand = np.zeros(items.n)
    np.add.at(on_hand, _index(stock, "item", items.ids), _f(stock, "on_hand") * scale)
    on_hand[items.sold] = np.round(on_hand[items.sold])
    due = _due_h(receipts, start)
    item, quantity = _index(receipts, "item", items.ids), _f(receipts, "qty") * scale
    kind = np.array(receipts["kind"].to_list(), dtype=object)
    buy, make = (np.nonzero(kind == k)[0] for k in ("purchase", "production"))
    pieces = _whole(_f(orders, "qty") * scale)
    keep = pieces > 0
    suppliers = _index(receipts, "supplier", supply.suppliers)
    return w.Opening(
        on_hand=on_hand,
        purchase_item=item[buy],
        purchase_row=np.array([_term(supply, int(item[k]), int(suppliers[k])) for k in buy], dtype=np.int64),
        purchase_quantity=quantity[buy],
        purchase_due_h=due[buy],
        production_item=item[make],
        production_quantity=np.maximum(1.0, np.round(quantity[make])),
        production_due_h=due[make],
        sales_item=_index(orders, "item", items.ids)[keep],
        sales_account=stand_in[_index(orders, "customer", _ids(t["customers"], "customer"))[keep]],
        sales_quantity=pieces[keep],
        sales_due_h=_due_h(orders, start)[keep],
    )


def _due_h(frame: pl.DataFrame, start: dt.date) -> w.F:
    """Due times from the start [h]."""
    return np.array([24.0 * (day - start).days for day in frame["due"].to_list()], dtype=np.float64)


def _whole(quantity: w.F) -> w.F:
    """Whole pieces with the same running total (carries the rounding)."""
    return np.diff(np.round(np.concatenate(([0.0], np.cumsum(quantity)))))


def _term(supply: w.Supply, item: int, supplier: int) -> int:
    """Row of the supply terms of a (supplier, item); the preferred one where no supplier is named."""
    rows = np.arange(supply.start[item], supply.start[item + 1])
    same = rows[supply.supplier[rows] == supplier]
    return int(same[0] if len(same) else rows[0])


def month_of(start: dt.date, day: int) -> int:
    """Calendar month 0..11 of day ``day`` of the run."""
    return (start + dt.timedelta(days=day)).month - 1


def seasonal_weeks(profile: npt.NDArray[np.float64], start: dt.date, first_day: int, weeks: int) -> npt.NDArray[np.float64]:
    """Mean seasonal index of ``weeks`` weeks from ``first_day``, (weeks,)."""
    days = np.array([profile[month_of(start, first_day + d)] for d in range(7 * weeks)])
    return np.asarray(days.reshape(weeks, 7).mean(axis=1))
