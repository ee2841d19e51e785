"""The door of network companies: neutral defaults are stated, contradictions are told with file, row, column and remedy, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from e2esim.cli.main import app
from e2esim.config.places import network_place
from e2esim.config.problems import InputErrors, Problem
from e2esim.config.supply_network import open_network
from e2esim.domain.network_company import NetworkCompany
from e2esim.simulate.network import simulate_network

SOUND = {
    "items": "item,price\nchair,50\n",
    "sites": "site,kind\nplant,plant\nshop,shop\n",
    "lanes": "from,to,item,transit_d\nplant,shop,chair,2\n",
    "supply": "supplier,item,site,lead_time_days,price\nmaker,chair,plant,5,20\n",
    "stock": "item,site,on_hand\nchair,plant,30\nchair,shop,10\n",
    "replenishment": "site,item,rule,level,reorder,review_d\nplant,chair,s_S,60,20,1\nshop,chair,base_stock,12,,1\n",
    "demand": "item,site,mean\nchair,shop,2\n",
}


def company(folder: Path, **tables: str | None) -> NetworkCompany:
    for name, text in (SOUND | tables).items():
        if text is not None:
            (folder / f"{name}.csv").write_text(text)
    place = network_place(str(folder))
    assert place is not None
    return open_network(place, ["horizon.days=60", "horizon.warmup_days=10"]).company


def problems(folder: Path, **tables: str | None) -> tuple[Problem, ...]:
    with pytest.raises(InputErrors) as caught:
        company(folder, **tables)
    return caught.value.problems


def test_a_sound_company_opens_and_runs(tmp_path: Path) -> None:
    found = company(tmp_path)
    assert [(p.site, p.item) for p in found.network.points] == [("plant", "chair"), ("shop", "chair")]
    assert not found.notices
    outcome = simulate_network(found.network, found.clock)
    assert outcome.tally["demand"].sum() == 100.0


def test_items_and_demand_alone_run_and_say_what_was_assumed(tmp_path: Path) -> None:
    found = company(tmp_path, sites=None, lanes=None, supply=None, stock=None, replenishment=None, demand="item,mean\nchair,2\n")
    assert len(found.notices) == 3
    assert simulate_network(found.network, found.clock).ledger["sold"].sum() == 2.0 * 60.0


def test_without_sources_goods_come_after_the_lead_time_of_their_item_as_in_a_plan(tmp_path: Path) -> None:
    bare = dict.fromkeys(("sites", "lanes", "supply", "stock", "replenishment"))
    found = company(tmp_path, **bare, items="item,lead_time_d\nchair,4\n", demand="item,mean\nchair,2\n")
    assert [o.lead.mean for o in found.network.operations] == [4.0]
    outcome = simulate_network(found.network, found.clock)
    assert outcome.ledger["sold"].sum() == 2.0 * 56.0  # the first comes on the fifth day


@pytest.mark.parametrize(
    ("tables", "file", "row", "column", "words"),
    [
        ({"lanes": "from,to,item\nplant,nowhere,chair\nplant,shop,chair\n"}, "lanes.csv", 2, "to", "lane to nowhere"),
        ({"lanes": "from,to,item\n,shop,chair\nplant,shop,chair\n"}, "lanes.csv", 2, "from", "lane from nowhere"),
        ({"lanes": "from,to,item\nplant,,chair\nplant,shop,chair\n"}, "lanes.csv", 2, "to", "lane to nowhere"),
        ({"lanes": "from,to,item\nplant,plant,chair\nplant,shop,chair\n"}, "lanes.csv", 2, "to", "to itself"),
        ({"demand": "item,site,mean\nchair,shop,2\nchair,shop,3\n"}, "demand.csv", 3, "item", "the same stream stands in row 2"),
        ({"demand": "item,site,mean,last\nchair,shop,2,2025-01-01\n"}, "demand.csv", 2, "last", "ends before it begins"),
        ({"stock": "item,site,on_hand\nchair,cellar,3\n"}, "stock.csv", 2, "site", "no such site"),
        ({"replenishment": SOUND["replenishment"].replace("base_stock,12,,1", "periodic,,,7")}, "replenishment.csv", 3, "quantity", "needs"),
        ({"lanes": "from,to,item\nplant,shop,chair\nshop,plant,chair\n"}, "lanes.csv", 2, "to", "circle"),
        ({"supply": None}, "replenishment.csv", 2, "item", "without source"),
        ({"supply": "supplier,item,site,lead_time_days,share\na,chair,plant,1,.5\nb,chair,plant,1,.4\n"}, "supply.csv", 2, "share", "sum to 0.9"),
        ({"sites": "site,kind\nplant,plant\nshop,shop\nidle,shop\n"}, "sites.csv", 4, "site", "site without items"),
        ({"replenishment": SOUND["replenishment"].replace("60,20", "20,60")}, "replenishment.csv", 2, "level", "not above"),
        ({"replenishment": SOUND["replenishment"] + "shop,chair,none,,,\n"}, "replenishment.csv", 4, "first", "still holds"),
        (
            {"replenishment": "site,item,rule,level,first,unmet\nplant,chair,none,,,\nshop,chair,base_stock,5,,\nshop,chair,base_stock,5,2026-01-14,lost\n"},
            "replenishment.csv", 4, "first", "still holds",
        ),
        ({"demand": "item,site,mean,law,sd\nchair,shop,2,gamma,0\n"}, "demand.csv", 2, "mean", "gamma needs"),
        ({"demand": "item,site,law,values\nchair,shop,empirical,1;x\n"}, "demand.csv", 2, "values", "could not convert"),
        ({"demand": "item,site,mean\nchair,shop,2\nstool,shop,2\n"}, "demand.csv", 3, "item", "no such item"),
        ({"bom": "parent,component,qty_per\nchair,chair,1\n"}, "bom.csv", 2, "component", "circle"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_told_with_its_place(
    tmp_path: Path, tables: dict[str, str | None], file: str, row: int, column: str, words: str
) -> None:
    found = problems(tmp_path, **tables)
    fitting = [p for p in found if p.file.endswith(file) and p.row == row and p.column == column and words in p.message]
    assert fitting, [str(p) for p in found]
    assert all(p.remedy for p in fitting)


@pytest.mark.parametrize(
    "wrong",
    [
        {"lanes": "from,to,item\nplant,nowhere,chair\n"},
        {"lanes": "from,to,item\nplant,shop,chair\nshop,plant,chair\n"},
        {"supply": None},
        {"supply": "supplier,item,site,lead_time_days,share\na,chair,plant,1,.5\nb,chair,plant,1,.4\n"},
        {"sites": "site,kind\nplant,plant\nshop,shop\nidle,shop\n"},
        {"demand": "item,site,mean\nstool,shop,2\n"},
    ],
)
def test_the_command_ends_with_two_and_writes_nothing(tmp_path: Path, wrong: dict[str, str | None]) -> None:
    """Lane to nowhere, circle of moves, stock point without source, shares of 0.9, site without items, tables that contradict each other."""
    folder, out = tmp_path / "firm", tmp_path / "run"
    folder.mkdir()
    for name, text in (SOUND | wrong).items():
        if text is not None:
            (folder / f"{name}.csv").write_text(text)
    done = CliRunner().invoke(app, ["run", str(folder), "--out", str(out)])
    assert done.exit_code == 2, done.output
    assert ".csv" in done.output
    assert "row " in done.output
    assert not out.exists()


def test_columns_of_other_verbs_are_named(tmp_path: Path) -> None:
    (tmp_path / "routings.csv").write_text("item,step,work_centre,setup_h_per_lot,run_h_per_unit,flow_days\n")
    orders = "order,customer,item,site,qty,due,ship_set\nA1,bar,chair,shop,7,2026-01-15,x\n"
    for name, text in (SOUND | {"orders": orders}).items():
        (tmp_path / f"{name}.csv").write_text(text)
    (tmp_path / "modes.csv").write_text("mode\ntruck\n")
    place = network_place(str(tmp_path))
    assert place is not None
    said = {(Path(p.file).stem, p.column) for p in open_network(place, []).warnings}
    assert {("orders", "ship_set"), ("routings", "flow_days"), ("modes", "")} <= said


def test_what_is_overdue_when_the_run_begins_is_told_once_a_table(tmp_path: Path) -> None:
    """Receipts and orders of years ago came, and were asked for, on the first day without a word."""
    receipts = "receipt,item,site,qty,due\nR1,chair,plant,6,2026-01-08\nR2,chair,plant,4,2020-01-01\nR3,chair,plant,4,2020-01-02\n"
    orders = "order,item,site,qty,due\nA1,chair,shop,7,2025-12-15\n"
    for name, text in (SOUND | {"orders": orders, "receipts": receipts}).items():
        (tmp_path / f"{name}.csv").write_text(text)
    place = network_place(str(tmp_path))
    assert place is not None
    said = [(Path(p.file).stem, p.row, p.message.partition(": ")[2]) for p in open_network(place, []).warnings if p.column == "due"]
    assert said == [("receipts", 3, "taken to come on its first day (2 rows such)"), ("orders", 2, "asked for on its first day")]


def test_negative_stock_is_taken_as_none(tmp_path: Path) -> None:
    found = company(tmp_path, stock="item,site,on_hand\nchair,plant,-3\nchair,shop,10\n")
    assert [p.on_hand for p in found.network.points] == [0.0, 10.0]


def test_the_run_begins_on_the_day_that_settings_state(tmp_path: Path) -> None:
    orders = "order,customer,item,site,qty,due\nA1,bar,chair,shop,7,2026-03-09\n"
    found = company(tmp_path, demand=None, orders=orders, settings="key,value\ntoday,2026-03-02\n")
    assert [d.first_d for d in found.network.demands] == [7.0]


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, supply=None, lanes="from,to,item\nplant,nowhere,chair\n", demand="item,site,mean,law\nchair,shop,2,gamma\n")
    assert {Path(p.file).name for p in found} >= {"replenishment.csv", "lanes.csv", "demand.csv"}


def test_the_order_of_rows_columns_and_files_means_nothing(tmp_path: Path) -> None:
    def turned(text: str) -> str:
        head, *rows = [line.split(",")[::-1] for line in text.strip().split("\n")]
        return "\n".join(",".join(row) for row in [head, *rows[::-1]]) + "\n"

    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    a, b = company(tmp_path / "a"), company(tmp_path / "b", **{name: turned(text) for name, text in reversed(SOUND.items())})
    x, y = (simulate_network(c.network, c.clock, seed=9) for c in (a, b))
    assert a.network.points == b.network.points
    assert all((x.tally[name] == y.tally[name]).all() for name in x.tally)


def test_orders_ask_on_their_day_and_columns_of_other_verbs_are_let_pass(tmp_path: Path) -> None:
    orders = "order,customer,item,site,qty,due,promised\nA1,bar,chair,shop,7,2026-01-15,\nA2,inn,chair,shop,5,2025-12-24,\n"
    found = company(tmp_path, demand=None, orders=orders, items="item,price,lot_min\nchair,50,1\n")
    outcome = simulate_network(found.network, found.clock)
    sales = outcome.book["kind"] == 0
    assert sorted(zip(outcome.book["placed"][sales].tolist(), outcome.book["quantity"][sales].tolist(), strict=True)) == [(0.0, 5.0), (10.0, 7.0)]


def test_a_network_that_nobody_asks_is_told(tmp_path: Path) -> None:
    assert any("nobody asks" in p.message for p in problems(tmp_path, demand=None))


def test_terms_of_the_supplier_and_days_of_receipts_are_read(tmp_path: Path) -> None:
    supply = "supplier,item,site,lead_time_days,price,moq,multiple\nmaker,chair,plant,5,20,25,10\n"
    receipts = "receipt,item,site,qty,due\nR1,chair,plant,6,2026-01-08\nR2,chair,plant,4,2025-12-01\n"
    found = company(tmp_path, supply=supply, receipts=receipts)
    assert [r.at_d for r in found.network.receipts] == [0.0, 3.0]
    rule = next(r for r in found.network.rules if r.site == "plant")
    assert (rule.lot_min, rule.lot_multiple) == (25.0, 10.0)
    assert {p.column for p in problems(tmp_path, receipts="receipt,item,site,qty\nR1,chair,plant,6\n")} == {"due"}
