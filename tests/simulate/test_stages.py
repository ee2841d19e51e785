"""Stages of the chain that data switch on, in a whole run: what each moves, goods and money conserved."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from e2esim.config import load
from e2esim.domain.book import OrderKind
from e2esim.domain.build import build_world
from e2esim.domain.events import Event
from e2esim.domain.ledger import Posted
from e2esim.kpi.cash import read_cash
from e2esim.kpi.ledger import read_pnl
from e2esim.kpi.reading import Reading
from e2esim.streams import Streams
from e2esim.streams.draws import child, uniform
from two_plants import two_plants
from two_sites import from_north, with_north
from worlds import Row

SHORT = "horizon.days=49"


def cash_agrees(run: Any) -> None:
    """Cash told by payer and from the result is the same to the cent."""
    reading = Reading(run.outcome)
    cash = read_cash(reading, read_pnl(reading))
    assert cash.total == sum(cash.changes.values())


def mattress(**cells: Any) -> Any:
    return lambda rows: [row | cells if row["item"] == "mattress" else row for row in rows]


def test_rework_saves_pieces_and_takes_hours(tiny: Any) -> None:
    scrapped = tiny("scrap", SHORT, items=mattress(scrap_share=0.2))
    mended = tiny("mended", SHORT, items=mattress(scrap_share=0.2, rework_share=0.8, rework_eur=3.0))
    assert mended.kpi("scrap") < 0.5 * scrapped.kpi("scrap")
    assert mended.kpi("rework") > scrapped.kpi("rework") == 0.0
    assert mended.kpi("rework_hours") > scrapped.kpi("rework_hours") == 0.0
    e = mended.outcome.events
    put = e["kind"] == Event.PUT_RIGHT
    assert e["value"][put].sum() == pytest.approx(3.0 * e["quantity"][put].sum())
    assert np.all(e["quantity"][put] == np.floor(e["quantity"][put]))
    for run in (scrapped, mended):
        cash_agrees(run)


FIRST, LAST = 21 * 24.0, 42 * 24.0


LONG = pytest.mark.long


@pytest.mark.parametrize(
    ("kind", "target"), [("lane", "plant/north"), pytest.param("mode", "truck", marks=LONG), pytest.param("site", "plant", marks=LONG), ("site", "north")]
)
def test_events_stop_trucks_between_sites(tiny: Any, kind: str, target: str) -> None:
    """No truck leaves (a closed warehouse: arrives) while the event lasts; goods are conserved, loads come once it is over, and nothing is lost."""
    struck = {"event": "stop", "kind": kind, "target": target, "first": "2026-01-26", "days": 21, "size": 1}
    run = tiny(f"north {kind} {target}", SHORT, sites=with_north, lanes=from_north, events=[struck])
    e = run.outcome.events
    left, came = (e["t"][e["kind"] == one] for one in (Event.TRANSFER_LEFT, Event.TRANSFER_CAME))
    seen = came if target == "north" else left
    cash_agrees(run)
    assert not ((seen >= FIRST) & (seen < LAST)).any()
    assert (seen < FIRST).any()
    assert (seen > LAST).any()
    if target == "north":  # the plant's trucks and crew go on
        assert ((left >= FIRST) & (left < LAST)).any()
        picked = e["t"][e["kind"] == Event.WAVE_PICKED]
        assert ((picked >= FIRST) & (picked < LAST)).any()


def test_a_slow_inspection_delays_credits_and_repair_saves_goods(tiny: Any) -> None:
    """What waits for inspection is in no stock and not credited."""
    many = lambda rows: [row | {"second_thought_share": 0.2} for row in rows]  # noqa: E731
    plant = lambda rows: [row | {"inspection_pcs_h": 0.5, "inspection_eur": 4.0} for row in rows]  # noqa: E731
    how = [{"cause": cause, "repair_share": 0.5, "repair_eur": 15.0, "recycle_share": 1.0} for cause in ("second_thoughts", "defect", "damage")]
    at_once = tiny("many returns", SHORT, channels=many)
    slow = tiny("slow returns", SHORT, channels=many, sites=plant, returns=how)
    assert slow.kpi("inspection_wait") > at_once.kpi("inspection_wait") == 0.0
    assert slow.kpi("returns_sellable") > at_once.kpi("returns_sellable")
    assert slow.kpi("returns_recycled") > at_once.kpi("returns_recycled") == 0.0
    for run in (at_once, slow):
        cash_agrees(run)


@LONG
def test_who_waits_for_a_refund_feels_it(tiny: Any) -> None:
    """Many defects, and a crew that cannot keep up: what was broken is made good late."""
    broken = lambda rows: [row | {"defect_share": 0.4} if row["sold"] == "true" else row for row in rows]  # noqa: E731
    plant = lambda rows: [row | {"inspection_pcs_h": 0.05} for row in rows]  # noqa: E731
    at_once, slow = tiny("many defects", items=broken), tiny("defects wait", items=broken, sites=plant)
    assert slow.kpi("inspection_wait") > 5.0
    assert slow.kpi("satisfaction") < at_once.kpi("satisfaction")


def test_goods_lost_unnoticed_cost_money_and_counts_find_them(tiny: Any) -> None:
    """What vanishes leaves the stock and the result; wrong bookings move no goods (tests/chain/test_records.py)."""
    cells = {"shrink_share": 0.03, "misbooked_share": 0.05, "count_days": 10, "count_eur": 5.0}
    right, lost = tiny("plain", SHORT), tiny("lost", SHORT, sites=lambda rows: [row | cells for row in rows])
    assert right.replication.records is None
    assert lost.kpi("record_accuracy") < 1.0
    assert lost.kpi("stock_lost") > right.kpi("stock_lost") == 0.0
    scrap = [float(read_pnl(Reading(run.outcome)).eur(Posted.SCRAP)[0]) for run in (right, lost)]
    assert scrap[1] < scrap[0] - 0.5 * lost.kpi("stock_lost") * lost.outcome.window_y
    cash_agrees(lost)


def test_slow_crews_keep_goods_from_customers(tiny: Any) -> None:
    """A packer slower than the pickers delays lines, and the warehouse is blamed; goods not put away, or not repaired, lie there and serve nobody."""
    base = tiny("plain", SHORT)
    lead = lambda run: float(np.nanmean(run.outcome.orders.filled("picked") - run.outcome.orders.filled("allocated")))  # noqa: E731
    fast, slow = (tiny(f"packing {rate}", SHORT, sites=lambda rows, r=rate: [row | {"packing_pcs_h": r} for row in rows]) for rate in (1e6, 2.0))
    assert lead(slow) > lead(fast) + 1.0
    assert lead(fast) == pytest.approx(lead(base), abs=0.01)
    assert slow.kpi("otif") < base.kpi("otif")
    away = tiny("put away", SHORT, sites=lambda rows: [row | {"putaway_h": 24.0} for row in rows])
    assert away.kpi("stock_value") > base.kpi("stock_value")
    for run in (fast, slow, away):
        cash_agrees(run)


def test_a_hold_at_goods_receipt_binds_stock(tiny: Any) -> None:
    """Goods wait before they may be used; planning counts with it, so more is on order and in stock."""
    base = tiny("plain", SHORT)
    held = tiny("held", SHORT, supply=lambda rows: [row | {"hold_share": 1.0, "hold_d": 5.0} for row in rows])
    assert held.kpi("supplier_held") == 1.0
    assert held.kpi("stock_value") > base.kpi("stock_value")
    cash_agrees(held)


def test_customs_hold_whole_trucks_abroad(tiny: Any) -> None:
    """Six in ten trucks stand for six days, with all that is on them; at home none does."""

    def abroad(rows: list[Row]) -> list[Row]:
        return [row | ({"customs_share": 0.6, "customs_d": 6.0} if row["market"] == "abroad" else {}) for row in rows]

    run = tiny("customs", SHORT, lanes=abroad)
    o, w = run.outcome.orders, run.world
    there = (o.filled("kind") != OrderKind.SELL_OUT) & (o.filled("delivered") > 0.0) & (o.filled("shipped") > 0.0)
    lane, shipped = w.lanes.of[o.filled("channel"), o.filled("market")], o.filled("shipped").astype(np.float64)
    on_the_way = (o.filled("delivered") - shipped) / 24.0
    key = Streams(w.settings.seed, 0).key("deliver.customs")
    share = w.lanes.customs_share
    held = np.array([at and uniform(key, int(child(int(k), int(t // 24.0))), 0) < share[k] for at, k, t in zip(there, lane, shipped, strict=True)])
    assert 0.05 < held[there].mean() < 0.6
    for k in np.unique(lane[held]):
        mine = there & (lane == k)
        assert "abroad" in w.lanes.ids[k]
        assert 4.5 < on_the_way[mine & held].mean() - on_the_way[mine & ~held].mean() < 7.5


@LONG
def test_slots_find_more_people_at_home_later_in_the_day(tiny: Any) -> None:
    def web(**cells: Any) -> Any:
        return lambda rows: [row | (cells if row["channel"] == "web" else {}) for row in rows]

    any_time, slots = tiny("any time", SHORT, lanes=web(miss_share=0.3)), tiny("slots", SHORT, lanes=web(miss_share=0.3, slot_h=2.2))
    freight = []
    for run in (any_time, slots):
        o = run.outcome.orders
        web_rows = (o.filled("channel") == run.world.channels.ids.index("web")) & (o.filled("delivered") > 0.0)
        freight.append(float(o.filled("freight_eur")[web_rows].mean()))
        assert ((o.filled("delivered")[web_rows] / 24.0) % 1.0 * 24.0 <= 19.01).all()
    assert freight[1] < freight[0] - 2.0  # a failed attempt costs 14.5 EUR, .24 of them less


def test_accounts_receive_in_their_hours_and_who_comes_outside_waits_and_pays(tiny: Any) -> None:
    """The whole day is as without; a gate of four hours lets lines in later, never outside, at a cost of those that waited."""
    def gate(**cells: Any) -> Any:
        return lambda rows: [row | cells for row in rows]

    base, day = tiny("plain", SHORT), tiny("open all day", SHORT, lanes=gate(receive_from=8, receive_until=19, outside_eur=50))
    short, dear = (tiny(f"gate {eur}", SHORT, lanes=gate(receive_from=9, receive_until=13, outside_eur=eur)) for eur in (0, 50))
    books = [run.outcome.orders for run in (base, day, short, dear)]
    assert np.array_equal(books[0].filled("delivered"), books[1].filled("delivered"), equal_nan=True)
    assert np.array_equal(books[0].filled("freight_eur"), books[1].filled("freight_eur"))
    for o, closes in ((books[0], 19.0), (books[2], 13.0)):
        stock = (o.filled("kind") == OrderKind.REPLENISH) & (o.filled("delivered") > 48.0)
        hour = o.filled("delivered")[stock] % 24.0
        assert stock.sum() > 20
        assert (hour <= closes + 0.01).all()
        assert (hour > 13.5).any() == (closes > 13.0)
        assert ((o.filled("delivered")[stock] // 24.0 + short.world.start.weekday()) % 7 != 6).all()
    there = books[2].filled("kind") == OrderKind.REPLENISH
    trip = [np.nanmean((o.filled("delivered") - o.filled("shipped"))[o.filled("kind") == OrderKind.REPLENISH]) for o in (books[0], books[2])]
    assert trip[1] > trip[0] + 2.0
    paid = books[3].filled("freight_eur") - books[2].filled("freight_eur")
    assert set(np.round(np.unique(paid[there]), 2).tolist()) == {0.0, 50.0}
    assert not paid[~there].any()
    for run in (short, dear):
        cash_agrees(run)


def test_second_choices_help_a_work_centre_that_breaks_down(tiny: Any) -> None:
    """Sewing stands still for three weeks; foaming may do its work at half the pace. Money agrees to the cent."""
    down = [{"event": "down", "kind": "work_centre", "target": "sewing", "first": "2026-01-26", "days": 21, "size": 1}]
    others = [{"work_centre": "sewing", "alternate": "foaming", "preference": 2, "time_factor": 2.0}]
    alone = tiny("sewing down", SHORT, events=down)
    helped = tiny("sewing helped", SHORT, events=down, alternates=others)
    assert helped.kpi("second_choice") > alone.kpi("second_choice") == 0.0
    made = []
    for run in (alone, helped):
        e = run.outcome.events
        lots = (e["kind"] == Event.LOT_COMPLETED) & (e["t"] >= FIRST + 24.0) & (e["t"] < LAST) & run.world.items.sold[e["item"]]
        made.append(float(e["quantity"][lots].sum()))
    assert made[1] > made[0] == 0.0
    cash_agrees(helped)


def test_price_breaks_lift_call_offs_and_are_paid(tiny: Any) -> None:
    """Foam a fifth cheaper in large call-offs: fewer and larger ones, the saving in the result and the cash."""
    lower = [{"supplier": "chem", "item": "foam", "from_qty": 6000, "price": 1.6}]
    base, lifted = tiny("plain", SHORT), tiny("breaks", SHORT, price_breaks=lower)
    called = []
    for run in (base, lifted):
        e = run.outcome.events
        mine = (e["kind"] == Event.CALLED_OFF) & (e["place"] == run.world.supply.suppliers.index("chem"))
        called.append(e["quantity"][mine])
    assert called[1].max() >= 6000.0 > called[0].max()
    assert len(called[1]) < len(called[0])
    assert lifted.kpi("price_breaks") > base.kpi("price_breaks") == 0.0
    cash_agrees(lifted)


def fleet(trucks: int, **cells: Any) -> dict[str, Any]:
    """Every lane to customers drives with the trucks of one fleet."""
    return {"lanes": lambda rows: [row | {"fleet": "own", "round_trip_d": 4} for row in rows], "fleets": [{"fleet": "own", "trucks": trucks} | cells]}


def test_too_few_trucks_make_goods_wait_hired_ones_cost(tiny: Any) -> None:
    """Goods and money are conserved; the firm's trucks cost by the day whether they drive or not."""
    plenty, few = tiny("plenty of trucks", SHORT, **fleet(100, truck_eur_d=50.0)), tiny("few trucks", SHORT, **fleet(3, truck_eur_d=50.0))
    hired = tiny("hired trucks", SHORT, **fleet(3, truck_eur_d=50.0, hire_eur=400.0))
    assert few.kpi("truck_wait") > 1.0 > plenty.kpi("truck_wait") == hired.kpi("truck_wait") == 0.0
    assert few.kpi("otif") < plenty.kpi("otif") == hired.kpi("otif")
    assert 0.0 < hired.kpi("trucks_hired") < 1.0
    assert plenty.kpi("fleet_use") < few.kpi("fleet_use") <= 1.0
    freight = [float(read_pnl(Reading(run.outcome)).eur(Posted.FREIGHT)[0]) for run in (plenty, hired)]
    taken = [run.outcome.events["kind"] == Event.TRUCKS_TAKEN for run in (plenty, hired)]
    assert np.array_equal(*(run.outcome.events["rows"][k] + run.outcome.events["quantity"][k] for run, k in zip((plenty, hired), taken, strict=True)))
    assert freight[1] != freight[0]
    for run in (plenty, few, hired):
        cash_agrees(run)


def test_promises_and_accounts_count_with_trucks_that_are_missing(tiny: Any) -> None:
    two, plenty = (tiny(name, SHORT, **fleet(trucks)).replication for name, trucks in (("two trucks", 2), ("ten trucks", 10)))
    more = two.promise.transit_d - plenty.promise.transit_d
    assert 2.0 < more.max() < 20.0
    assert more.min() >= 0.0
    assert (two.trade.transit_d > plenty.trade.transit_d).any()
    assert (two.trade.lead_d >= plenty.trade.lead_d).all()


def test_a_fleet_that_stands_still_stops_its_lanes(tiny: Any) -> None:
    stop = {"event": "strike", "kind": "fleet", "target": "own", "first": "2026-01-26", "days": 21, "size": 1}
    run = tiny("fleet strike", SHORT, events=[stop], **fleet(100))
    left = run.outcome.events["t"][run.outcome.events["kind"] == Event.TRUCK_LEFT]
    assert not ((left >= FIRST) & (left < LAST)).any()
    assert (left < FIRST).any()
    assert (left >= LAST).any()


def warehouse(**cells: Any) -> Any:
    return lambda rows: [row | cells for row in rows]


def test_waves_save_ways_and_cost_set_ups_and_a_crew_is_paid_by_the_hour(tiny: Any) -> None:
    base, waves = tiny("plain", SHORT), tiny("waves", SHORT, sites=warehouse(wave_h=8.0, wave_setup_h=0.0))
    slow = tiny("slow waves", SHORT, sites=warehouse(wave_h=8.0, wave_setup_h=1.0, crew_eur_h=10.0))
    assert waves.kpi("picking_load") < base.kpi("picking_load") < slow.kpi("picking_load")
    o = [run.outcome.orders for run in (base, waves)]
    wait = [float(np.nanmean(one.filled("picked") - one.filled("allocated"))) for one in o]
    assert wait[1] > wait[0] + 1.0
    crew = slow.outcome.events["kind"] == Event.CREW_OPENED
    hours = slow.world.plant.calendar.hours(0.0, slow.world.hours)
    assert slow.outcome.events["value"][crew].sum() == pytest.approx(10.0 * hours)
    for run in (waves, slow):
        cash_agrees(run)


@LONG
def test_half_a_crew_has_twice_the_load(tiny: Any) -> None:
    """The calendar is the plant's and the warehouse's: the same goods come out of fewer hours, the same lines take twice the share of the pickers' hours."""
    half = lambda rows: [row | {"crew_share": 0.5} for row in rows]  # noqa: E731
    base, few = tiny("plain", SHORT), tiny("half crews", SHORT, calendars=half)
    assert few.kpi("capacity_load") > base.kpi("capacity_load")
    assert few.kpi("picking_load") > 1.5 * base.kpi("picking_load")
    assert few.kpi("pieces_per_hour") > 1.3 * base.kpi("pieces_per_hour")


def test_the_master_plan_counts_on_second_choices(tiny: Any) -> None:
    """Sewing has a third of its hours: what it has not, foaming is planned to do, and promises are sooner."""
    slow = lambda rows: [row | ({"efficiency": 0.35} if row["work_centre"] == "sewing" else {}) for row in rows]  # noqa: E731
    others = [{"work_centre": "sewing", "alternate": "foaming", "preference": 2, "time_factor": 1.0}]
    alone, helped = tiny("slow sewing", SHORT, work_centres=slow), tiny("slow sewing helped", SHORT, work_centres=slow, alternates=others)
    planned = [run.outcome.events["quantity"][run.outcome.events["kind"] == Event.MPS_PLANNED][1:].mean() for run in (alone, helped)]
    assert planned[1] > 1.1 * planned[0]
    assert helped.kpi("promise_lead") < alone.kpi("promise_lead")
    cash_agrees(helped)


def test_price_breaks_hold_for_what_other_plants_buy(tmp_path: Any) -> None:
    lower = [{"supplier": "chem", "item": "foam", "from_qty": 1500, "price": 1.2}]
    world = build_world(load([f"scenario={two_plants(tmp_path / 'two', price_breaks=lower)}"]))
    s, foam = world.supply, [k for k, name in enumerate(world.items.ids) if name.split("@")[0] == "foam"]
    assert len(foam) == 2
    chem = [k for k in range(len(s.item)) if s.item[k] in foam and s.supplier[k] == s.suppliers.index("chem")]
    assert [s.breaks[k] for k in chem] == [((1500.0, 1.2),)] * 2
