"""Order-by-order constrained plans against the worked examples of frePPLe's documentation.

Facts restated from github frePPLe/frepple, folder doc/examples, whose expected output its own build checks (licence
MIT). Rule: demands by priority then due date (equals as stated), backward from due, forward when infeasible. All
delivery dates and quantities are demanded exactly, and where the rule decides them the work too.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from e2esim.planning.ctp.in_order import OrderPlan, plan_in_order
from e2esim.planning.ctp.model import DAY, HOUR, Buffer, CtpModel, Flow, Operation, Receipt, Resource, ResourceLoad, buy, ship
from e2esim.planning.ctp.request import Request
from e2esim.planning.ctp.working_time import WorkingTime


class Clock:
    def __init__(self, now: str) -> None:
        self.now = datetime.fromisoformat(now)

    def __call__(self, when: str) -> int:
        return round((datetime.fromisoformat(when) - self.now).total_seconds())

    def back(self, time: int) -> str:
        return (self.now + timedelta(seconds=time)).isoformat(" ")


def delivered(plan: OrderPlan, name: str) -> dict[int, float]:
    total: Counter[int] = Counter()
    for d in plan[name].deliveries:
        total[d.time] += d.quantity
    return dict(sorted(total.items()))


def done(plan: OrderPlan, operation: str) -> list[tuple[int, int, float]]:
    """Start, end and quantity of every lot of an operation."""
    return sorted((w.start, w.end, w.quantity) for a in plan.answers for w in a.work if w.operation == operation)


@pytest.mark.parametrize(
    ("policy", "expected", "short"),
    [
        ({}, {4: 10, 9: 5}, 0),
        ({"min_shipment": 15}, {9: 15}, 0),
        ({"partial": False}, {9: 15}, 0),
        ({"max_lateness": 0}, {4: 10}, 5),
        ({"min_shipment": 15, "max_lateness": 0}, {}, 15),
    ],
)
def test_demand_policies(policy: dict[str, float], expected: dict[int, float], short: float) -> None:
    """Stock 10, make 7 days, ship 2 days, 15 wanted on 5 January; today is the first."""
    model = CtpModel(
        buffers=(Buffer(name="product", on_hand=10),),
        operations=(Operation(name="make", gives=(Flow(buffer="product"),), duration=7 * DAY), ship("product", transit=2 * DAY, name="ship")),
    )
    plan = plan_in_order(model, [Request(name="demand", buffer="product", ship_by="ship", quantity=15, due=4 * DAY, **policy)])  # type: ignore[arg-type]
    assert delivered(plan, "demand") == {day * DAY: q for day, q in expected.items()}
    assert plan["demand"].short == short


def test_supplier_capacity() -> None:
    """100 a week for three products, of which Y takes 2 a piece; lead time 3 days; the supplier is closed in July."""
    at = Clock("2019-01-01")
    weeks = tuple(at("2018-12-31") + 7 * DAY * w for w in range(34))
    capacity = Resource(name="capacity", bucket_start=weeks, bucket_size=(100.0,) * 33, is_supplier=True)
    open_days = WorkingTime((at("2018-01-01"), at("2019-08-01")), (at("2019-07-01"), at("2030-01-01")))
    model = CtpModel(
        buffers=tuple(Buffer(name=p) for p in "XYZ"),
        operations=tuple(
            buy(p, lead_time=3 * DAY, minimum=1, working=open_days, loads=(ResourceLoad(resources=("capacity",), per_unit=2 if p == "Y" else 1),))
            for p in "XYZ"
        ),
        resources=(capacity,),
    )
    stated = [("X", 370, "2019-01-07"), ("Y", 20, "2019-01-08"), ("Z", 140, "2019-01-09"), ("X", 240, "2019-08-08")]
    book = [Request(name=str(k), buffer=p, quantity=q, due=at(d)) for k, (p, q, d) in enumerate(stated, 1)]
    plan = plan_in_order(model, book)
    assert delivered(plan, "1") == {at(d): q for d, q in (("2019-01-07", 100), ("2019-01-10", 100), ("2019-01-17", 100), ("2019-01-24", 70))}
    assert delivered(plan, "2") == {at("2019-01-24"): 15, at("2019-01-31"): 5}
    assert delivered(plan, "3") == {at("2019-01-31"): 90, at("2019-02-07"): 50}
    assert delivered(plan, "4") == {at("2019-08-08"): 240}
    assert [q for _, _, q in done(plan, "buy X from supplier")[-3:]] == [40, 100, 100]  # before July, after it, the last week
    assert {str(limit.kind) for limit in plan["2"].limits} == {"supplier"}


def stages(kind: str, to_order: set[str], *, least: float, end_least: float = 1.0) -> tuple[list[Buffer], list[Operation], list[Resource]]:
    """An end item from an assembly from a subassembly, a bought component at each; a day and a machine a stage."""
    chain = [("end item", "assembly", "component 1"), ("assembly", "subassembly", "component 2"), ("subassembly", "", "component 3")]
    names = ["end item", "assembly", "subassembly", "component 1", "component 2", "component 3"]
    buffers = [Buffer(name=f"{kind} {n}", make_to_order=n in to_order) for n in names]
    operations = []
    for gives, takes, component in chain:
        inputs = tuple(Flow(buffer=f"{kind} {n}") for n in (takes, component) if n)
        lot = end_least if gives == "end item" else 1.0
        machine = (ResourceLoad(resources=(f"{kind} {gives}",)),)
        operations.append(Operation(name=f"{kind} {gives}", takes=inputs, gives=(Flow(buffer=f"{kind} {gives}"),), duration=DAY, lot_min=lot, loads=machine))
        small = component in to_order and kind != "D"
        operations.append(buy(f"{kind} {component}", lead_time=7 * DAY, minimum=1 if small else least))
    return buffers, operations, [Resource(name=f"{kind} {gives}") for gives, _, _ in chain]


def test_make_to_order() -> None:
    """A to stock, B to order, C configured to order, D in batches of its own, E by attribute; all due on 6 March."""
    at = Clock("2020-01-01")
    every = {"end item", "assembly", "subassembly", "component 1", "component 2", "component 3"}
    kinds = {
        "A": (set(), 30, 1),
        "B": (every, 1, 1),
        "C": ({"end item", "assembly", "component 1"}, 30, 1),
        "D": ({"assembly", "subassembly", "component 3"}, 30, 1),
        "E": (every, 1, 40),
    }
    have = {"A component 1": ("", 5), "B component 1": ("order X", 100), "E end item": ("green", 100)}
    buffers, operations, resources = [], [], []
    for kind, (to_order, least, end_least) in kinds.items():
        b, o, r = stages(kind, to_order, least=least, end_least=end_least)
        buffers += b
        operations += o
        resources += r
    yellow = {"E end item": (Receipt(time=0, quantity=5, batch="yellow"),)}
    for k, b in enumerate(buffers):
        batch, quantity = have.get(b.name, ("", 0))
        receipts = (*((Receipt(time=0, quantity=quantity, batch=batch),) if quantity else ()), *yellow.get(b.name, ()))
        buffers[k] = Buffer(name=b.name, make_to_order=b.make_to_order, receipts=receipts)
    batches = {"A": ["", ""], "B": ["B1", "B2"], "C": ["C1", "C2"], "D": ["", ""], "E": ["green", "green", "yellow", "yellow"]}
    due = at("2020-03-06")
    book = [
        Request(name=f"{kind}{n}", buffer=f"{kind} end item", quantity=10, due=due, batch=batch)
        for kind, row in batches.items()
        for n, batch in enumerate(row, 1)
    ]
    plan = plan_in_order(CtpModel(buffers=tuple(buffers), operations=tuple(operations), resources=tuple(resources)), book)
    assert all(delivered(plan, r.name) == {due: 10} for r in book)
    for kind in "ABCD":
        days = {"end item": ("2020-03-04", "2020-03-05"), "assembly": ("2020-03-03", "2020-03-04"), "subassembly": ("2020-03-02", "2020-03-03")}
        for stage, starts in days.items():
            assert done(plan, f"{kind} {stage}") == [(at(s), at(s) + DAY, 10) for s in starts]
    for component in (1, 2, 3):
        assert [q for _, _, q in done(plan, f"A component {component}")] == []
        assert [q for _, _, q in done(plan, f"buy A component {component} from supplier")] == [30]
        assert [q for _, _, q in done(plan, f"buy B component {component} from supplier")] == [10, 10]
        assert [q for _, _, q in done(plan, f"buy E component {component} from supplier")] == [40]
    assert done(plan, "buy D component 3 from supplier") == [(at(s), at(s) + 7 * DAY, 30) for s in ("2020-02-24", "2020-02-25")]
    assert [done(plan, f"E {s}")[0] for s in ("end item", "assembly")] == [(at(s), at(s) + DAY, 40) for s in ("2020-03-05", "2020-03-04")]


def test_operation_alternate_stays_on_the_preferred_machine_while_that_is_in_time() -> None:
    at = Clock("2019-08-01")
    takes = tuple(Flow(buffer=b, quantity=q) for b, q in (("panel", 1), ("screws", 10), ("leg", 4)))
    tables = [
        Operation(name=m, takes=takes, gives=(Flow(buffer="table"),), duration_per=HOUR, lot_min=1, priority=p, loads=(ResourceLoad(resources=(m,)),))
        for p, m in ((2, "old machine"), (1, "new machine"))
    ]
    model = CtpModel(
        buffers=tuple(Buffer(name=b) for b in ("table", "panel", "screws", "leg")),
        operations=(*tables, *(buy(b, lead_time=0, minimum=1) for b in ("panel", "screws", "leg"))),
        resources=(Resource(name="new machine"), Resource(name="old machine")),
    )
    book = [Request(name=str(k), buffer="table", quantity=250, due=at("2019-10-01"), priority=k) for k in (1, 2, 3)]
    plan = plan_in_order(model, book)
    assert all(delivered(plan, str(k)) == {at("2019-10-01"): 250} for k in (1, 2, 3))
    starts = [at(s) for s in ("2019-08-30T18:00", "2019-09-10T04:00", "2019-09-20T14:00")]
    assert done(plan, "new machine") == [(s, s + 250 * HOUR, 250) for s in starts]
    assert done(plan, "old machine") == []
    assert [(s, q) for s, _, q in done(plan, "buy leg from supplier")] == [(s, 1000) for s in starts]


def test_operation_posttime_is_kept_where_there_is_time() -> None:
    """Shifts 9 to 17 on working days; 1 January 2023 is a Sunday; step 1 wants to be done three days before it is used."""
    at = Clock("2023-01-01")
    shifts = WorkingTime.weekly({d: [(9, 17)] for d in range(5)}, days=60, weekday=6)
    model = CtpModel(
        buffers=(Buffer(name="blank"), Buffer(name="product")),
        operations=(
            Operation(name="step 1", gives=(Flow(buffer="blank"),), duration=8 * HOUR, soft_safety=3 * DAY, working=shifts),
            Operation(name="step 2", takes=(Flow(buffer="blank"),), gives=(Flow(buffer="product"),), duration=8 * HOUR, working=shifts),
            Operation(name="ship", takes=(Flow(buffer="product"),), duration=8 * HOUR, working=shifts),
        ),
    )
    due = ("2023-01-01", "2023-01-07", "2023-01-15", "2023-01-21")
    book = [Request(name=str(k), buffer="product", ship_by="ship", quantity=5, due=at(d)) for k, d in enumerate(due, 1)]
    plan = plan_in_order(model, book)
    days = {"step 1": ("02", "02", "06", "13"), "step 2": ("03", "05", "12", "19"), "ship": ("04", "06", "13", "20")}
    for step, row in days.items():
        assert done(plan, step) == [(at(f"2023-01-{d}T09:00"), at(f"2023-01-{d}T17:00"), 5) for d in row]
    assert [plan[str(k)].on_time for k in range(1, 5)] == [False, True, True, True]


SKILLS = {  # operators by skill, cheapest first among equal preference
    "plasma": ("Davie", "Gustav"),
    "saw": ("Hennie", "Davie", "Johnny", "Andries", "Gustav"),
    "drill": ("Hennie", "Davie", "Johnny", "Andries", "Gustav"),
    "lathe": ("Johnny",),
    "build": ("Gustav", "Davie"),
    "weld": ("Andries", "Gustav"),
    "paint": ("Hennie", "Johnny"),
}


def test_resource_skills() -> None:
    """Machines of several units and operators chosen by skill, working days round the clock, seconds a piece."""
    at = Clock("2023-01-01")
    week = WorkingTime.weekly({d: [(0, 24)] for d in range(5)}, days=60, weekday=6)
    steps = {  # gives, takes, seconds a lot, seconds a piece
        "plasma": ("plate", {}, 15, 0),
        "saw": ("bar", {}, 20, 0),
        "drill": ("drilled", {"bar": 1}, 0, 10),
        "lathe": ("turned", {"drilled": 1}, 0, 60),
        "build": ("built", {"turned": 2, "plate": 1}, 0, 20),
        "weld": ("welded", {"built": 1}, 0, 15),
        "paint": ("part", {"welded": 1}, 10, 0),
    }
    size = {"plasma": 15, "saw": 5, "paint": 50}
    operators = sorted({o for row in SKILLS.values() for o in row})
    model = CtpModel(
        buffers=tuple(Buffer(name=gives) for gives, *_ in steps.values()),
        operations=tuple(
            Operation(
                name=name,
                takes=tuple(Flow(buffer=b, quantity=q) for b, q in takes.items()),
                gives=(Flow(buffer=gives),),
                duration=lot,
                duration_per=piece,
                working=week,
                loads=(ResourceLoad(resources=(name,)), ResourceLoad(resources=SKILLS[name])),
            )
            for name, (gives, takes, lot, piece) in steps.items()
        ),
        resources=(*(Resource(name=m, size=size.get(m, 1)) for m in steps), *(Resource(name=o) for o in operators)),
    )
    due = at("2023-02-13T12:00")
    book = [Request(name=f"A00{k}", buffer="part", quantity=200, partial=False, due=due) for k in range(1, 5)]
    plan = plan_in_order(model, book)
    assert all(delivered(plan, r.name) == {due: 200} for r in book)
    turned = ("2023-02-10T07:23:10", "2023-02-10T14:03:10", "2023-02-10T20:43:10", "2023-02-13T03:23:10")
    assert [at.back(s) for s, _, _ in done(plan, "lathe")] == [str(datetime.fromisoformat(t)) for t in turned]
    assert [at.back(e) for _, e, _ in done(plan, "build")][-1] == "2023-02-13 11:09:50"
