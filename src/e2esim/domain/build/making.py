"""From tables to numbers: calendars, work centres, bills, routings, terms of supply, items."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import polars as pl

from e2esim.domain import world as w
from e2esim.domain.alternates import most_said_first, second_choices
from e2esim.domain.build.columns import codes, floats, ids_in, index_of, names_of, starts_of, whole_numbers
from e2esim.domain.closures import closed_days
from e2esim.domain.rework import Rework, lost_for_good, passes
from e2esim.domain.units import is_pieces
from e2esim.domain.working_days import longest_lead_d
from e2esim.domain.worktime import WorkTime


def lay_out_calendars(shifts: pl.DataFrame, closures: pl.DataFrame, start: dt.date, days: int) -> dict[str, WorkTime]:
    """Working time by calendar, closures taken out."""
    closed: dict[str, list[tuple[str, str]]] = {}
    for row in closures.iter_rows(named=True):
        closed.setdefault(row["calendar"], []).append((str(row["first"]), str(row["last"])))
    weekly: dict[str, dict[int, list[tuple[float, float]]]] = {}
    for row in shifts.iter_rows(named=True):
        weekly.setdefault(row["calendar"], {}).setdefault(row["weekday"], []).extend(at_work(row["start"], row["end"], row["crew_share"]))
    return {name: WorkTime.weekly(week, start=start, days=days, closed=closed_days(closed.get(name, ()), start, days)) for name, week in weekly.items()}


def at_work(start: float, end: float, crew: float) -> list[tuple[float, float]]:
    """A shift [h] as hours of a full crew: of each hour, the part that the share of the ``crew`` at work would need all of it for.

    >>> at_work(8.0, 16.0, 1.0), at_work(8.0, 10.5, 0.5)
    ([(8.0, 16.0)], [(8.0, 8.5), (9.0, 9.5), (10.0, 10.25)])
    """
    if crew >= 1.0:
        return [(start, end)]
    hours = [start + k for k in range(math.ceil(end - start))]
    return [(hour, hour + crew * min(1.0, end - hour)) for hour in hours]


def lay_out_centres(frame: pl.DataFrame, calendars: dict[str, WorkTime]) -> w.Centres:
    """Work centres in order of the table."""
    ids = ids_in(frame, "work_centre")
    return w.Centres(
        ids=ids,
        names=names_of(frame, ids),
        machines=whole_numbers(frame, "machines"),
        efficiency=floats(frame, "efficiency"),
        overtime_h_week=floats(frame, "overtime_h_week"),
        cost_eur_h=floats(frame, "cost_eur_h"),
        overtime_eur_h=floats(frame, "overtime_eur_h"),
        mtbf_h=frame["mtbf_h"].cast(pl.Float64).fill_null(np.inf).to_numpy().copy(),
        mttr_h=floats(frame, "mttr_h"),
        calendar=tuple(calendars[c] for c in frame["calendar"].to_list()),
        site=np.zeros(len(ids), dtype=np.int64),
    )


def lay_out_bills(frame: pl.DataFrame, items: tuple[str, ...], scrap: w.F) -> w.Bom:
    """Bills of material by parent; ``flat`` holds pieces of every level, scrap included [unit/unit]."""
    n = len(items)
    parent, component = index_of(frame, "parent", items), index_of(frame, "component", items)
    order = np.argsort(parent, kind="stable")
    parent, component, quantity = parent[order], component[order], floats(frame, "qty_per")[order]
    single = np.zeros((n, n))
    np.add.at(single, (parent, component), quantity / (1.0 - scrap[parent]))
    flat, power = single.copy(), single
    while power.any():  # a bill without cycles ends after its number of levels
        power = power @ single
        flat += power
    return w.Bom(start=starts_of(parent, n), component=component, quantity=quantity, flat=flat)


def lay_out_routings(
    frame: pl.DataFrame, alternates: pl.DataFrame, items: pl.DataFrame, centres: w.Centres, bom: w.Bom, scale: float
) -> tuple[w.Routing, Rework | None]:
    """Steps by item and what is put right; hours of a unit by centre with those of its components [h/unit]."""
    ids = ids_in(items, "item")
    n = len(ids)
    frame = frame.sort("item", "step", maintain_order=True)
    owner, centre = index_of(frame, "item", ids), index_of(frame, "work_centre", centres.ids)
    order = np.argsort(owner, kind="stable")
    owner, centre = owner[order], centre[order]
    setup, run = floats(frame, "setup_h_per_lot")[order], floats(frame, "run_h_per_unit")[order] / scale
    own = np.zeros((len(centres.ids), n))
    setups = np.zeros_like(own)
    np.add.at(own, (centre, owner), run)
    np.add.at(setups, (centre, owner), setup)
    start = starts_of(owner, n)
    rework = lay_out_rework(items, frame["step"].to_numpy()[order], start, run, scale)
    again = np.zeros_like(own) if rework is None else _again(rework, start, centre, run, len(centres.ids))
    own += again
    routing = w.Routing(
        start=start, centre=centre, setup_h=setup, run_h=run, centre_hours=own + own @ bom.flat.T, rework_hours=again + again @ bom.flat.T, setup_hours=setups,
        others=_other_ways(frame[order], alternates, centres.ids, scale) if alternates.height else (),
    )  # fmt: skip
    return routing, rework


def _other_ways(steps: pl.DataFrame, alternates: pl.DataFrame, centres: tuple[str, ...], scale: float) -> tuple[tuple[w.OtherWay, ...], ...]:
    """Second choices of each operation."""
    rows, found = most_said_first(alternates.rows(named=True)), []
    for item, step, centre, setup, run in steps.select("item", "step", "work_centre", "setup_h_per_lot", "run_h_per_unit").iter_rows():
        ways = second_choices(rows, item, step, centre)
        setups = (setup if row["setup_h_per_lot"] is None else row["setup_h_per_lot"] for row in ways)
        found.append(tuple(w.OtherWay(centres.index(row["alternate"]), own, run * row["time_factor"] / scale) for row, own in zip(ways, setups, strict=True)))
    return tuple(found)


def lay_out_rework(frame: pl.DataFrame, step: w.I, start: w.I, run_h: w.F, scale: float) -> Rework | None:
    """What is put right of each item; None where nothing is. ``step`` and ``run_h`` (operations,) in compressed rows of ``start``."""
    share, fault = floats(frame, "rework_share"), floats(frame, "scrap_share")
    if not (share * fault).any():
        return None
    place, hours = np.zeros(len(share), dtype=np.int64), np.zeros(len(share))
    for i, (wanted, stated) in enumerate(frame.select("rework_step", "rework_h_per_unit").iter_rows()):
        steps = step[start[i] : start[i + 1]].tolist()
        if not steps:
            continue
        place[i] = len(steps) - 1 if wanted is None else steps.index(wanted)
        hours[i] = run_h[start[i] + place[i]] if stated is None else stated / scale
    return Rework(fault=fault, share=share, step=place, run_h=hours, eur=floats(frame, "rework_eur"))


def _again(rework: Rework, start: w.I, centre: w.I, run_h: w.F, centres: int) -> w.F:
    """Hours that putting right takes of each piece started, expected, (centres, items) [h]."""
    hours = np.zeros((centres, len(start) - 1))
    often = passes(rework.fault, rework.share)
    for i, first in enumerate(rework.step.tolist()):
        for k in range(int(start[i]) + first, int(start[i + 1])):
            hours[centre[k], i] += often[i] * (rework.run_h[i] if k == start[i] + first else run_h[k])
    return hours


def lay_out_supply(
    suppliers: pl.DataFrame, supply: pl.DataFrame, breaks: pl.DataFrame, items: tuple[str, ...], modes: w.Modes, calendars: dict[str, WorkTime], scale: float
) -> w.Supply:
    """Terms of supply by item, the preferred one first; the lead time that is planned with is the longest where its supplier has days off."""
    ids = ids_in(suppliers, "supplier")
    mode_of = index_of(suppliers, "mode", modes.ids)
    item = index_of(supply, "item", items)
    order = np.lexsort((whole_numbers(supply, "priority"), item))
    supplier = index_of(supply, "supplier", ids)[order]
    weekly = floats(supply, "weekly_capacity")[order] * scale
    works = tuple(calendars[name].whole_days() if name else None for name in suppliers["calendar"].to_list())
    lead, way = floats(supply, "lead_time_days")[order], floats(suppliers, "way_d")
    return w.Supply(
        suppliers=ids,
        payment_d=floats(suppliers, "payment_d"),
        way_d=way,
        supplier=supplier,
        item=item[order],
        price_eur=floats(supply, "price")[order],
        lead_d=np.array([_longest(works[s], days, way[s]) for s, days in zip(supplier, lead, strict=True)]) if any(works) else lead,
        works=works if any(works) else (),
        own_d=np.maximum(lead - way[supplier], 0.0),
        lot_min=floats(supply, "moq")[order] * scale,
        lot_multiple=floats(supply.with_columns(pl.col("multiple").fill_null(1.0)), "multiple")[order] * scale,
        weekly_capacity=np.where(weekly > 0, weekly, np.inf),
        reject=floats(supply, "reject_share")[order],
        hold_share=floats(supply, "hold_share")[order],
        hold_d=np.where(floats(supply, "hold_share") > 0, floats(supply, "hold_d"), 0.0)[order],
        mode=mode_of[supplier],
        start=starts_of(item[order], len(items)),
        weekly_eur=np.where(np.isnan(shared := floats(suppliers, "weekly_eur") * scale), np.inf, shared),
        freight_eur_kg=floats(suppliers, "freight_eur_kg"),
        delivery_eur=floats(suppliers, "delivery_eur") * scale,
        co2_kg_t=np.where(mode_of < 0, 0.0, floats(suppliers, "distance_km") * modes.co2_kg_tkm[mode_of]) if len(modes.ids) else np.zeros(len(ids)),
        breaks=_breaks(breaks, [(ids[s], items[i]) for s, i in zip(supplier, item[order], strict=True)], scale) if breaks.height else (),
    )


def _longest(works: WorkTime | None, lead_d: float, way_d: float) -> float:
    """The lead time that is planned with [d]; weekdays count from that of the first day."""
    return lead_d if works is None else longest_lead_d({int(t // 24.0) % 7 + 1 for t in works.opens}, lead_d, way_d)


def _breaks(frame: pl.DataFrame, rows: list[tuple[str, str]], scale: float) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Price breaks of each row of the supply terms, the smallest quantity first; a small copy breaks at small quantities."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for supplier, item, start, price in frame.drop_nulls("from_qty").select("supplier", "item", "from_qty", "price").iter_rows():
        found.setdefault((supplier, item), []).append((scale * start, price))
    return tuple(tuple(sorted(found.get(row, ()))) for row in rows)


USUAL_LEAD_D = 1.0  # planned lead time of a made item that states none


def lost(frame: pl.DataFrame) -> w.F:
    """Share of the pieces of each item that is lost for good, (items,)."""
    return lost_for_good(floats(frame, "scrap_share"), floats(frame, "rework_share"))


def lay_out_items(
    frame: pl.DataFrame, brands: tuple[str, ...], bom: w.Bom, made_by: tuple[w.Routing, Rework | None], centres: w.Centres, supply: w.Supply, scale: float
) -> w.Items:  # fmt: skip
    """Items in order of the table, costs rolled up from purchase prices and machine hours."""
    ids, (routing, rework) = ids_in(frame, "item"), made_by
    categories = tuple(dict.fromkeys(frame["category"].to_list()))
    made, bought = np.diff(routing.start) > 0, np.diff(supply.start) > 0
    whole = np.array([is_pieces(unit) for unit in frame["unit"].to_list()])
    cost, material = _cost(floats(frame, "cost_eur"), made, bought, bom, routing, centres, supply, scale)
    to_order = np.array([word == "order" for word in frame["make"].to_list()], dtype=bool)
    lots = {name: floats(frame, name) * scale for name in ("lot_min", "lot_multiple")}
    lots = {name: np.where(to_order, 1.0, lot) for name, lot in lots.items()}
    lots = {name: np.where(whole, np.maximum(1.0, np.round(lot)), lot) for name, lot in lots.items()}
    return w.Items(
        ids=ids,
        code=codes(ids),
        names=names_of(frame, ids),
        categories=categories,
        category=index_of(frame, "category", categories),
        brand=index_of(frame, "brand", brands),
        sold=frame["sold"].to_numpy().astype(bool),
        made=made,
        counted=whole,
        to_order=to_order,
        level=_levels(bom, len(ids)),
        life_h=floats(frame, "life_y") * 8760.0,
        pair_share=floats(frame, "pair_share"),
        lot_min=lots["lot_min"],
        lot_multiple=lots["lot_multiple"],
        lead_h=frame["lead_time_d"].fill_null(USUAL_LEAD_D).to_numpy() * 24.0,
        cover_d=floats(frame, "cover_d"),
        scrap=lost(frame),
        rework=rework,
        defect=floats(frame, "defect_share"),
        resale=floats(frame, "resale_share"),
        cost_eur=cost,
        material_share=material,
        weight_kg=floats(frame, "weight_kg"),
        volume_m3=floats(frame, "volume_m3"),
        site=np.zeros(len(ids), dtype=np.int64),
        product=np.arange(len(ids)),
        source=np.full(len(ids), -1, dtype=np.int64),
        link=np.full(len(ids), -1, dtype=np.int64),
        roots=w.Roots(point=np.arange(len(ids)), root=np.arange(len(ids)), part=np.ones(len(ids))),
        maker=np.arange(len(ids)),
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
    hours_cost = ((routing.centre_hours - routing.rework_hours) * scale * (centres.cost_eur_h / centres.efficiency)[:, None]).sum(axis=0)
    bought_in = bom.flat @ np.where(made, 0.0, price)
    rolled = bought_in + hours_cost
    share = np.where(made & (rolled > 0), bought_in / np.maximum(rolled, 1e-12), 1.0)
    return np.where(stated > 0, stated, np.where(made, rolled, price)), share
