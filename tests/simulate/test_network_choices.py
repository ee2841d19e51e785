"""Network runs where work may go elsewhere: other work centres for a step, other routings, overtime; figures by hand, and queues."""

from __future__ import annotations

from math import factorial
from pathlib import Path

import pytest
from tests.simulate.test_network_calendars import DAY_SHIFT, ran

from e2esim.config.places import Place
from e2esim.config.problems import InputErrors
from e2esim.config.supply_network import open_network
from e2esim.study.network import NetworkResult

STEP = "item,step,work_centre,setup_h_per_lot,run_h_per_unit\n"
CENTRE = "work_centre,machines,calendar"
ORDER = "order,item,qty,due\n"
SHOP = {  # three lots of 10 pieces, 12 h each, all ordered on Thursday the 8th
    "items": "item,unit\nA,pcs\nB,pcs\nC,pcs\n",
    "routings": STEP + "A,1,SAW,2,1\nB,1,SAW,2,1\nC,1,SAW,2,1\n",
    "work_centres": "work_centre,machines\nSAW,1\nBAND,1\n",
    "orders": ORDER + "1,A,10,2026-01-08\n2,B,10,2026-01-08\n3,C,10,2026-01-08\n",
    "settings": "key,value\ntoday,2026-01-05\n",
}


def shop(folder: Path, tables: dict[str, str], **kw: int) -> NetworkResult:
    """A run of a shop that makes what is ordered."""
    items = [line.split(",")[0] for line in tables["items"].splitlines()[1:]]
    rules = "item,rule,level\n" + "".join(f"{item},base_stock,0\n" for item in items)
    return ran(folder, tables | {"replenishment": rules}, **kw)


def done(result: NetworkResult) -> list[float]:
    """Hours from the beginning of the 8th until the works orders are done, in order."""
    book = result.kept.book
    return sorted(24.0 * (float(t) - 3.0) for t in book["done"][book["kind"] == 3])


def test_a_free_machine_elsewhere_is_taken_before_an_order_queues(tmp_path: Path) -> None:
    assert done(shop(tmp_path / "none", SHOP)) == pytest.approx([12, 24, 36])
    twin = shop(tmp_path / "twin", SHOP | {"alternates": "work_centre,alternate\nSAW,BAND\n"})
    assert done(twin) == pytest.approx([12, 12, 24])
    slow = SHOP | {"alternates": "work_centre,alternate,time_factor,setup_h_per_lot\nSAW,BAND,3,0\n"}
    assert done(shop(tmp_path / "slow", slow)) == pytest.approx([12, 24, 30])  # 30 h there and no set-up
    other = SHOP | {"alternates": "work_centre,alternate,item\nSAW,BAND,C\n"}
    assert done(shop(tmp_path / "one item", other)) == pytest.approx([12, 12, 24])  # A and B at the saw
    with pytest.raises(InputErrors, match="stand in for itself"):
        shop(tmp_path / "itself", SHOP | {"alternates": "work_centre,alternate\nSAW,SAW\n"})


def test_the_second_choice_is_taken_before_the_third_and_in_its_own_hours(tmp_path: Path) -> None:
    centres = f"{CENTRE}\nSAW,1,\nBAND,1,\nOLD,1,DAY\n"
    table = SHOP | {"work_centres": centres, "calendars": DAY_SHIFT, "alternates": "work_centre,alternate,preference\nSAW,BAND,3\nSAW,OLD,2\n"}
    assert done(shop(tmp_path / "third", table)) == pytest.approx([12, 12, 24 + 12])  # OLD: 8 to 16, and Friday from 8 to 12
    two = table | {"orders": SHOP["orders"].rsplit("3,", 1)[0]}
    assert done(shop(tmp_path / "second", two)) == pytest.approx([12, 24 + 12])


def test_a_machine_that_gets_free_helps_whoever_waited_longest(tmp_path: Path) -> None:
    """BAND does D; when it has none, it takes the oldest from the queue of the saw that it may do. A lot in its own queue goes first."""
    tables = SHOP | {
        "items": SHOP["items"] + "D,pcs\nE,pcs\n",
        "routings": SHOP["routings"] + "D,1,BAND,0,1\nE,1,BAND,0,1\n",
        "alternates": "work_centre,alternate\nSAW,BAND\n",
        "orders": SHOP["orders"] + "4,D,30,2026-01-07\n",  # until 6 h of the 8th
    }
    assert done(shop(tmp_path / "oldest", tables)) == pytest.approx([6, 12, 18, 24])  # A, B there from 6 h on, C at the saw
    only_c = tables | {"alternates": "work_centre,alternate,item\nSAW,BAND,C\n"}
    assert done(shop(tmp_path / "behind", only_c)) == pytest.approx([6, 12, 18, 24])  # C from behind B
    joined = only_c | {  # F comes to the saw from GLUE at 8 h, after C left the end of its queue
        "items": tables["items"] + "F,pcs\n",
        "routings": tables["routings"] + "F,1,GLUE,0,0.8\nF,2,SAW,2,1\n",
        "work_centres": SHOP["work_centres"] + "GLUE,1\n",
        "orders": tables["orders"] + "6,F,10,2026-01-08\n",
    }
    assert done(shop(tmp_path / "joined", joined)) == pytest.approx([6, 12, 18, 24, 36])
    own = tables | {"orders": tables["orders"] + "5,E,5,2026-01-08\n"}
    assert done(shop(tmp_path / "own first", own)) == pytest.approx([6, 11, 12, 23, 24])


def test_another_routing_is_gone_where_the_first_is_full(tmp_path: Path) -> None:
    other = SHOP | {
        "work_centres": SHOP["work_centres"] + "GLUE,1\n",
        "other_routings": STEP.replace("step", "preference,step") + "".join(f"{i},2,2,GLUE,0,0.5\n{i},2,1,BAND,0,2\n" for i in "ABC"),
    }
    two = shop(tmp_path / "two", other)
    assert done(two) == pytest.approx([12, 24, 25])  # 12 and 24 at the saw, 20 + 5 h elsewhere
    assert two.kept.centres["done"].tolist() == [1.0, 1.0, 2.0]  # BAND, GLUE, SAW
    pair = other | {"orders": SHOP["orders"].rsplit("3,", 1)[0]}
    assert done(shop(tmp_path / "pair", pair)) == pytest.approx([12, 25])  # nobody waits at the saw, but it is busy
    busy = other | {"other_routings": other["other_routings"].replace("BAND", "SAW")}
    assert done(shop(tmp_path / "no way out", busy)) == pytest.approx([12, 24, 36])
    queue = other | {  # E is at GLUE and F waits there: the other routing is no way out
        "items": SHOP["items"] + "D,pcs\nE,pcs\nF,pcs\n",
        "routings": SHOP["routings"] + "D,1,GLUE,0,10\nE,1,GLUE,0,10\nF,1,GLUE,0,10\n",
        "orders": SHOP["orders"] + "4,D,1,2026-01-07\n5,E,5,2026-01-07\n6,F,1,2026-01-07\n",
    }
    assert done(shop(tmp_path / "queue", queue)) == pytest.approx([-14, 12, 24, 36, 36, 46])
    with pytest.raises(InputErrors, match="no first one"):
        shop(tmp_path / "lone", other | {"items": SHOP["items"] + "D,pcs\n", "other_routings": other["other_routings"].replace("A,", "D,")})


def test_overtime_is_worked_while_others_wait_and_costs(tmp_path: Path) -> None:
    """Shifts from 8 to 16. A: Thursday 8 to 13. B, while C waits: 13 to 18 with two hours of overtime. C, nobody waits: Friday 8 to 13."""
    day = SHOP | {"routings": SHOP["routings"].replace("2,1\n", "0,0.5\n"), "work_centres": f"{CENTRE}\nSAW,1,DAY\n", "calendars": DAY_SHIFT}
    assert done(shop(tmp_path / "none", day)) == pytest.approx([13, 24 + 10, 24 + 15])
    over = day | {"work_centres": f"{CENTRE},overtime_h_week,overtime_eur_h\nSAW,1,DAY,10,30\n"}
    result = shop(tmp_path / "over", over, days=70)
    assert done(result) == pytest.approx([13, 18, 24 + 13])
    assert result.value("overtime_eur") * 70 == pytest.approx(2 * 30)
    assert result.value("overtime_h", "SAW") == pytest.approx(2 / 10)  # ten weeks
    assert result.kept.book["eur"].sum() == pytest.approx(2 * 30)
    less = over | {"work_centres": over["work_centres"].replace(",10,30", ",5,30")}  # an hour a day: B goes on on Friday from 8 to 9
    assert done(shop(tmp_path / "less", less)) == pytest.approx([13, 24 + 9, 24 + 14])
    alone = over | {"orders": ORDER + "1,A,20,2026-01-08\n"}
    assert done(shop(tmp_path / "nobody waits", alone)) == pytest.approx([24 + 10])


def test_overtime_of_a_work_centre_that_never_stops_is_told(tmp_path: Path) -> None:
    shop(tmp_path, SHOP | {"work_centres": "work_centre,machines,overtime_h_week\nSAW,1,10\n"})
    warnings = open_network(Place(folder=tmp_path, variant="", name="work"), []).warnings
    assert [(p.row, p.column) for p in warnings if "round the clock" in p.message] == [(2, "overtime_h_week")]


def erlang_wait(servers: int, load: float, service_h: float) -> float:
    """Mean wait of M/M/c [h]: Erlang C (Kleinrock, Queueing Systems I); ``load`` = arrivals times service."""
    top = load**servers / factorial(servers) * servers / (servers - load)
    return top / (sum(load**k / factorial(k) for k in range(servers)) + top) * service_h / (servers - load)


@pytest.mark.parametrize("home", ["first choice of both", "a queue each"])
def test_two_centres_that_stand_in_for_each_other_are_one_queue_of_two_machines(tmp_path: Path, home: str) -> None:
    """Erlang C: through an alternate of the same speed, and where two items of half the demand have each other's work centre as second choice."""
    service, gap, weeks = 3.0, 2.0, 200
    items = ["CHAIR"] if home == "first choice of both" else ["CHAIR", "STOOL"]
    first = {"CHAIR": ("SAW", "BAND"), "STOOL": ("BAND", "SAW")}
    tables = {
        "items": "item,unit\n" + "".join(f"{i},pcs\n" for i in items),
        "routings": STEP.replace("\n", ",time_law\n") + "".join(f"{i},1,{first[i][0]},0,{service},exponential\n" for i in items),
        "alternates": "work_centre,alternate,item\n" + "".join(f"{a},{b},{i}\n" for i, (a, b) in first.items() if i in items),
        "work_centres": SHOP["work_centres"],
        "demand": "item,every_d,every_law,mean\n" + "".join(f"{i},{gap * len(items) / 24},exponential,1\n" for i in items),
        "settings": SHOP["settings"],
    }
    result = shop(tmp_path, tables, days=7 * weeks, replications=10)
    waits = []
    for k in range(10):
        row = result.samples.filter(result.samples["replication"] == k)
        at = {name: row.filter(row["member"] == name) for name in ("SAW", "BAND")}
        starts = {name: frame["throughput"][0] for name, frame in at.items()}
        waits.append(sum(frame["wait_h"][0] * starts[name] for name, frame in at.items()) / sum(starts.values()))
    mean = sum(waits) / 10
    error = (sum((w - mean) ** 2 for w in waits) / 90) ** 0.5
    assert abs(mean - erlang_wait(2, service / gap, service)) < 3 * error, (mean, erlang_wait(2, service / gap, service), error)
    assert erlang_wait(2, service / gap, service) < 0.7 * erlang_wait(1, service / gap / 2, service)  # two queues would wait far longer
