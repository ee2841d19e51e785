"""Order-by-order constrained plans against frePPLe's constrained-planning test models.

Facts restated from github frePPLe/frepple, folder test/, snapshot f7cce2273 (2026-08-07), licence MIT. Rule of every
case: demands by priority then due date, backward from due as late as possible, forward when infeasible, nothing starts
before now. Delivery dates and quantities are demanded exactly where any planner with that rule must find them; where
frePPLe's own heuristic decides (constraints_resource_4, global_purchase), totals only.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from e2esim.planning.ctp.answer import WhyNotEarlier
from e2esim.planning.ctp.in_order import OrderPlan, plan_in_order
from e2esim.planning.ctp.model import DAY, HOUR, Buffer, CtpModel, Flow, Operation, Receipt, Resource, ResourceLoad, SetupRule, buy, move, ship
from e2esim.planning.ctp.request import Request


def make(name: str, takes: dict[str, float], gives: str, per: float = 1, **facts: object) -> Operation:
    inputs = tuple(Flow(buffer=b, quantity=q) for b, q in takes.items())
    return Operation(name=name, takes=inputs, gives=(Flow(buffer=gives, quantity=per),), **facts)  # type: ignore[arg-type]


class Clock:
    """Dates as seconds from a case's own now."""

    def __init__(self, now: str) -> None:
        self.now = datetime.fromisoformat(now)

    def __call__(self, when: str) -> int:
        return round((datetime.fromisoformat(when) - self.now).total_seconds())


def delivered(plan: OrderPlan, name: str) -> dict[int, float]:
    """Pieces of an order by time of delivery."""
    total: Counter[int] = Counter()
    for d in plan[name].deliveries:
        total[d.time] += d.quantity
    return dict(sorted(total.items()))


def test_constraints_leadtime_1_makes_missing_parts_in_parallel_and_is_late_where_time_is_too_short() -> None:
    at = Clock("2009-01-01")
    model = CtpModel(
        buffers=(Buffer(name="end"), Buffer(name="sub", on_hand=15), Buffer(name="raw", on_hand=20)),
        operations=(
            make("make end", {"sub": 1}, "end", duration=7 * DAY),
            make("make sub", {"raw": 1}, "sub", duration=DAY, duration_per=12 * HOUR),
            ship("end", transit=DAY, name="deliver"),
        ),
    )
    book = [
        Request(name="order 1", buffer="end", ship_by="deliver", quantity=7, due=at("2009-01-03"), priority=1),
        Request(name="order 2", buffer="end", ship_by="deliver", quantity=14, due=at("2009-01-11"), priority=2),
    ]
    plan = plan_in_order(model, book)
    assert delivered(plan, "order 1") == {at("2009-01-09"): 7}
    assert delivered(plan, "order 2") == {at("2009-01-11"): 14}
    assert [(str(limit.kind), limit.name) for limit in plan["order 1"].limits] == [("lead_time", "make end")]
    subs = sorted((w.quantity, w.start, w.end) for w in plan["order 2"].work if w.operation == "make sub")
    assert subs == [(2.0, 0, 2 * DAY)] * 3


def test_constraints_leadtime_2_delivers_after_the_critical_path() -> None:
    at = Clock("2014-01-01")
    model = CtpModel(
        buffers=tuple(Buffer(name=b) for b in ("1-2", "2-3A", "2-3B", "3A-4A", "3B-4B")),
        operations=(
            Operation(name="level 1", takes=(Flow(buffer="1-2"),), duration_per=DAY),
            make("level 2", {"2-3A": 1, "2-3B": 1}, "1-2", duration=DAY, duration_per=12 * HOUR),
            make("level 3A", {"3A-4A": 1}, "2-3A", duration=DAY, duration_per=6 * HOUR),
            make("level 3B", {"3B-4B": 1}, "2-3B", duration_per=12 * HOUR),
            make("level 4A", {}, "3A-4A", duration=2 * DAY, duration_per=HOUR),
            make("level 4B", {}, "3B-4B", duration_per=HOUR),
        ),
    )
    plan = plan_in_order(model, [Request(name="order 1", buffer="1-2", ship_by="level 1", quantity=3, min_shipment=1, due=0)])
    assert delivered(plan, "order 1") == {at("2014-01-06T19:00"): 3}
    assert {limit.name for limit in plan["order 1"].limits} >= {"level 1", "level 2", "level 3A", "level 4A"}
    starts = {w.operation: w.start for w in plan["order 1"].work}
    assert starts["level 4A"] == 0
    assert starts["level 4B"] == at("2014-01-03T18:00")  # the shorter branch waits


SAFETY = {
    1: (((0, 4.0),), [(9, 100), (16, 200)]),
    2: (((0, 4.0),), [(9, 100), (16, 50)]),
    3: (((0, 4.0), (11 * DAY, 2.0)), [(14, 1000)]),
    4: (((0, 4.0), (11 * DAY, 6.0)), [(14, 1000)]),
}


def test_constraints_material_3_uses_safety_stock_for_demand_and_rebuilds_it_with_what_is_left() -> None:
    at = Clock("2009-01-01")
    buffers, operations, book = [], [], []
    for k, (target, arriving) in SAFETY.items():
        buffers.append(Buffer(name=f"buffer {k}", on_hand=10, safety_stock=target))
        buffers.append(Buffer(name=f"parts {k}", receipts=tuple(Receipt(time=d * DAY, quantity=q) for d, q in arriving)))
        operations.append(make(f"make {k}", {f"parts {k}": 2}, f"buffer {k}", per=2))
        operations.append(ship(f"buffer {k}", transit=DAY, name=f"deliver {k}", per_unit=2, lot_max=10 if k == 1 else 1e9))
        due = at("2009-01-10")
        book.append(Request(name=f"order {k}", buffer=f"buffer {k}", ship_by=f"deliver {k}", quantity=100, min_shipment=1, due=due))
    plan = plan_in_order(CtpModel(buffers=tuple(buffers), operations=tuple(operations)), book)
    on = [at(f"2009-01-{d}") for d in (10, 11, 16, 18)]
    assert delivered(plan, "order 1") == {on[0]: 5, on[1]: 50, on[3]: 45}
    assert delivered(plan, "order 2") == {on[0]: 5, on[1]: 50, on[3]: 25}
    assert plan["order 2"].short == pytest.approx(20)
    assert delivered(plan, "order 3") == {on[0]: 5, on[2]: 95}
    assert delivered(plan, "order 4") == {on[0]: 5, on[2]: 95}
    assert [plan.state.stock_of(2 * k).levels[-1] for k in range(4)] == pytest.approx([4, 0, 2, 6])
    assert plan["order 2"].limits[-1].kind is WhyNotEarlier.MATERIAL


def one_machine(**machine: object) -> CtpModel:
    return CtpModel(
        buffers=(Buffer(name="end"),),
        operations=(make("make", {}, "end", duration=DAY, loads=(ResourceLoad(resources=("machine",)),)), ship("end", transit=DAY, name="deliver")),
        resources=(Resource(name="machine", **machine),),  # type: ignore[arg-type]
    )


def test_constraints_resource_1_pulls_lots_forward_at_most_four_days() -> None:
    at = Clock("2009-01-01")
    due = {1: "2009-01-20", 2: "2009-01-20", 3: "2009-01-17T12:00", 4: "2009-01-20", 5: "2009-01-20"}
    book = [Request(name=f"order {k}", buffer="end", ship_by="deliver", quantity=10, due=at(d), priority=k) for k, d in due.items()]
    plan = plan_in_order(one_machine(max_early=4 * DAY), book)
    assert [delivered(plan, f"order {k}") for k in due] == [{at(d): 10} for d in (*list(due.values())[:4], "2009-01-21")]
    assert [(limit.kind, limit.name) for limit in plan["order 5"].limits] == [(WhyNotEarlier.WORK_CENTRE, "machine")]
    made = sorted(w.start for a in plan.answers for w in a.work if w.operation == "make")
    assert made == [at(d) for d in ("2009-01-14T12:00", "2009-01-15T12:00", "2009-01-17", "2009-01-18", "2009-01-19")]


def test_constraints_resource_2_leaves_short_what_may_not_be_late() -> None:
    at = Clock("2009-01-01")
    due = {1: "2009-01-04T09:00", 2: "2009-01-04T08:00", 3: "2009-01-04T08:00"}
    book = [Request(name=f"order {k}", buffer="end", ship_by="deliver", quantity=10, due=at(d), priority=k, max_lateness=0) for k, d in due.items()]
    plan = plan_in_order(one_machine(), book)
    assert [delivered(plan, f"order {k}") for k in due] == [{at(due[1]): 10}, {at(due[2]): 10}, {}]
    assert plan["order 3"].short == 10


def test_constraints_resource_4_totals() -> None:
    """Capacity 3, 10 parts in stock, 10 days to get more. Totals: how lots are split is frePPLe's heuristic."""
    at = Clock("2009-01-01")
    model = CtpModel(
        buffers=(Buffer(name="end"), Buffer(name="part", on_hand=10)),
        operations=(make("make", {"part": 1}, "end", duration_per=DAY, loads=(ResourceLoad(resources=("machine",)),)), buy("part", lead_time=10 * DAY)),
        resources=(Resource(name="machine", size=3),),
    )
    stated = [(10, "2009-01-20"), (5, "2009-01-17"), (2, "2009-01-16"), (8, "2009-01-18")]
    book = [Request(name=f"order {k}", buffer="end", quantity=q, due=at(d), priority=k, min_shipment=1) for k, (q, d) in enumerate(stated, 1)]
    plan = plan_in_order(model, book)
    assert [plan[f"order {k}"].promised for k in range(1, 5)] == [10, 5, 2, 8]
    assert all(plan[f"order {k}"].on_time for k in (1, 2, 3))
    assert plan["order 4"].by(at("2009-01-18")) >= 7
    assert plan["order 4"].last <= at("2009-01-19")


def test_distribution_1_takes_the_first_lane_in_time_and_the_fastest_when_late() -> None:
    at = Clock("2015-01-01")
    places = ("central", "region 1", "1a", "1b", "region 2", "2a", "2b")
    model = CtpModel(
        buffers=tuple(Buffer(name=p, on_hand=10 if p == "central" else 0) for p in places),
        operations=(
            buy("central", lead_time=7 * DAY),
            buy("region 2", lead_time=7 * DAY, priority=2),
            move("central", "region 1", transit=10 * DAY),
            move("central", "region 2", transit=12 * DAY),
            *(move(f"region {p[0]}", p, transit=3 * DAY) for p in ("1a", "1b", "2a", "2b")),
        ),
    )
    stated = [("1a", "1a", 50, "2015-01-01"), ("1b", "1a", 50, "2015-01-01"), ("2", "1b", 100, "2015-03-01")]
    stated += [("3", "2a", 100, "2015-01-01"), ("4", "2b", 100, "2015-03-01")]
    book = [Request(name=n, buffer=b, quantity=q, due=at(d)) for n, b, q, d in stated]
    plan = plan_in_order(model, book)
    assert delivered(plan, "1a") == {at("2015-01-14"): 10, at("2015-01-21"): 40}
    assert delivered(plan, "1b") == {at("2015-01-21"): 50}
    assert delivered(plan, "3") == {at("2015-01-11"): 100}
    assert delivered(plan, "2") == delivered(plan, "4") == {at("2015-03-01"): 100}
    assert "move central to region 2" in {w.operation for w in plan["4"].work}  # the preferred lane, because it is in time


def test_supplier_call_offs_keep_lots_priorities_and_safety_lead_times() -> None:
    at = Clock("2015-01-01")
    model = CtpModel(
        buffers=tuple(Buffer(name=c, on_hand=10 if c != "E" else 0) for c in "ABCDE"),
        operations=(
            buy("A", lead_time=14 * DAY, supplier="of A and B", priority=1),
            buy("A", lead_time=7 * DAY, supplier="of A", priority=2),
            buy("B", lead_time=14 * DAY, supplier="of A and B"),
            buy("C", lead_time=21 * DAY, minimum=125, multiple=100),
            buy("E", lead_time=21 * DAY, soft_safety=10 * DAY, hard_safety=4 * DAY),
        ),
    )
    book = [Request(name=f"{c}{k}", buffer=c, quantity=100, due=at(d)) for c in "ABCD" for k, d in ((1, "2015-01-01"), (2, "2015-02-01"))]
    days = ("2015-01-10", "2015-01-14", "2015-01-18", "2015-01-22", "2015-01-26", "2015-01-30", "2015-02-10", "2015-02-20")
    book += [Request(name=f"E{k}", buffer="E", quantity=100, due=at(d)) for k, d in enumerate(days, 1)]
    plan = plan_in_order(model, book)
    for item, second in (("A", "2015-01-08"), ("B", "2015-01-15"), ("C", "2015-01-22")):
        assert delivered(plan, f"{item}1") == {0: 10, at(second): 90}
        assert delivered(plan, f"{item}2") == {at("2015-02-01"): 100}
    assert delivered(plan, "D1") == {0: 10}
    assert (plan["D1"].short, plan["D2"].short) == (90, 100)
    assert [delivered(plan, f"E{k}") for k in range(1, 9)] == [{max(at(d), at("2015-01-26")): 100} for d in days]
    bought = Counter((w.operation, w.start, w.quantity) for a in plan.answers for w in a.work if w.operation.startswith(("buy C", "buy E", "buy A")))
    assert bought["buy C from supplier", 0, 200.0] == 1
    late = Counter({start: q for (name, start, _), q in bought.items() if name.startswith("buy E")})
    assert late == {0: 6, at("2015-01-06"): 1, at("2015-01-16"): 1}  # soft safety time kept where there is time for it
    assert ("buy A from of A and B", at("2015-01-18"), 100.0) in bought


def test_setup_1_delivers_all_on_time_but_the_black_order() -> None:
    at = Clock("2009-01-01")
    rules = [("green", "", 1), ("red", "", 2), ("white", "", 3), ("black", "", 4), ("yellow", "", 5), ("", "yellow", 6), ("", "", 3)]
    line = Resource(name="line", setup_now="green", setups=tuple(SetupRule(before=a, after=b, duration=d * DAY) for a, b, d in rules))
    colours = ("red", "green", "white", "blue", "black", "yellow", "colourless")
    model = CtpModel(
        buffers=tuple(Buffer(name=c) for c in colours),
        operations=tuple(
            make(f"make {c}", {}, c, duration_per=DAY, loads=(ResourceLoad(resources=("line",), setup="" if c == "colourless" else c),)) for c in colours
        ),
        resources=(line,),
    )
    stated = [("red", 3, "2009-01-30"), ("green", 3, "2009-02-10"), ("white", 3, "2009-02-01"), ("black", 7, "2009-01-05")]
    stated += [("colourless", 3, "2009-01-12"), ("colourless", 4, "2009-02-20"), ("red", 3, "2009-01-30")]
    book = [Request(name=f"{k} {c}", buffer=c, quantity=q, partial=False, due=at(d), priority=k) for k, (c, q, d) in enumerate(stated, 1)]
    plan = plan_in_order(model, book)
    for k, (c, q, d) in enumerate(stated, 1):
        assert delivered(plan, f"{k} {c}") == {at("2009-01-09" if c == "black" else d): q}
    assert plan.state.lines[0].fits()
    ends = {a.request.name: a.work[-1].end for a in plan.answers}
    expected = {1: "2009-01-30", 2: "2009-02-10", 3: "2009-01-24", 4: "2009-01-09", 5: "2009-01-12", 6: "2009-02-20", 7: "2009-01-19"}
    assert {int(n[0]): e for n, e in ends.items()} == {k: at(d) for k, d in expected.items()}


def test_safety_stock_by_quantity_and_by_time() -> None:
    at = Clock("2009-01-01")
    phased = ((0, 10.0), (at("2009-02-01"), 20.0), (at("2009-03-01"), 5.0))
    model = CtpModel(
        buffers=(
            Buffer(name="1", safety_stock=phased),
            Buffer(name="2"),
            Buffer(name="3A", safety_stock=((0, 10.0),)),
            Buffer(name="3B", safety_stock=((0, 20.0),)),
            Buffer(name="3C", safety_stock=((0, 20.0),)),
        ),
        operations=(
            make("make 1", {}, "1"),
            make("make 2", {}, "2", soft_safety=7 * DAY),
            make("buy 3", {}, "3A", duration=4 * DAY),
            make("A to B", {"3A": 1}, "3B", duration=4 * DAY),
            buy("3C", lead_time=4 * DAY, minimum=50, multiple=3),
            ship("1", transit=3 * DAY, name="deliver 1"),
            ship("2", transit=3 * DAY, name="deliver 2"),
        ),
    )
    due = ("2009-01-02", "2009-02-15", "2009-03-15")
    book = [Request(name=f"{i}-{k}", buffer=i, ship_by=f"deliver {i}", quantity=10, due=at(d), priority=k) for i in "12" for k, d in enumerate(due, 1)]
    plan = plan_in_order(model, book)
    for item in "12":
        assert [delivered(plan, f"{item}-{k}") for k in (1, 2, 3)] == [{at(d): 10} for d in ("2009-01-04", *due[1:])]
    made = Counter()
    for w in (*(w for a in plan.answers for w in a.work), *plan.safety_work):
        made[w.operation, w.start] += w.quantity
    assert made["buy 3", 0] == 30
    assert made["A to B", 4 * DAY] == 20
    assert made["buy 3C from supplier", 0] == 51
    assert [made["make 2", at(d)] for d in ("2009-01-01", "2009-02-05", "2009-03-05")] == [10, 10, 10]
    levels = plan.state.stock_of(0)
    assert all(levels.level(t) >= target for t, target in phased)


def test_global_purchase_totals() -> None:
    """Stock of every site before buying. Totals: which site gives which pieces is frePPLe's heuristic."""
    at = Clock("2016-01-01")
    stock = {"WH1": 10, "WH2": 100, "WH3": 0, "WH4": 0, "WH5": 20, "WH6": 0, "DC1": 0, "DC2": 0}
    buffers, operations, book = [], [], []
    for item in "AB":
        buffers += [Buffer(name=f"{item} {p}", on_hand=q) for p, q in stock.items()]
        operations += [buy(f"{item} {p}", lead_time=60 * DAY, minimum=100) for p in ("DC1", "DC2", "WH5", "WH6")]
        operations += [move(f"{item} DC{d}", f"{item} WH{w}", transit=10 * DAY) for d, w in ((1, 1), (1, 2), (2, 3), (2, 4))]
    sites = {item: [f"{item} {p}" for p in stock if p.startswith("WH")] for item in "AB"}
    for name, home, due in (*((f"A{k}", "A WH1", "2016-07-31") for k in range(1, 5)), ("B1", "B WH4", "2015-12-01")):
        others = tuple(b for b in sites[name[0]] if b != home)
        book.append(Request(name=name, buffer=home, sites=others, quantity=40, due=at(due)))
    plan = plan_in_order(CtpModel(buffers=tuple(buffers), operations=tuple(operations)), book)
    assert all(delivered(plan, f"A{k}") == {at("2016-07-31"): 40} for k in range(1, 5))
    assert delivered(plan, "B1") == {0: 40}  # overdue: at once
    bought = [w.quantity for a in plan.answers for w in a.work if w.kind == "buy"]
    assert bought == [100]
