"""Columns of tables changed on the command line: in every kind of company, held to schema, references and checks, and seen in the run."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from e2esim.application.comparing import refuse_idle_words, rival
from e2esim.application.points import make_points
from e2esim.cli.main import app
from e2esim.config import load
from e2esim.config.column_words import changes_column, split_words
from e2esim.config.factors import read_factors
from e2esim.config.problems import InputErrors
from e2esim.domain.schema import TABLE
from e2esim.study.company import company_of
from e2esim.study.design import design
from worlds import tiny_world


def test_a_market_takes_columns_after_its_levers(tmp_path: Path) -> None:
    world = tiny_world(tmp_path / "w")
    plain = load([f"scenario={world}"]).tables
    scenario = load([f"scenario={world}", "lanes.transit_d*=2", "suppliers.distance_km[]+=10", "work_centres.machines=3"])
    assert scenario.tables["lanes"]["transit_d"].to_list() == (2 * plain["lanes"]["transit_d"]).to_list()
    assert scenario.tables["suppliers"]["distance_km"].to_list() == (plain["suppliers"]["distance_km"] + 10).to_list()
    assert set(scenario.tables["work_centres"]["machines"]) == {3}
    first = plain["lanes"].row(0, named=True)
    one = load([f"scenario={world}", f"lanes.transit_d[channel={first['channel']}]=9"])
    hit = one.tables["lanes"].filter(pl.col("transit_d") == 9.0)
    assert set(hit["channel"]) == {first["channel"]}


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("lanes.transit_dd=1", "did you mean 'lanes.transit_d'"),
        ("lanes.transit_d=-1", "it may lie from"),
        ("lanes.transit_d=soon", "write a number"),
        ("lanes.transit_d=nan", "write a number"),
        ("lanes.transit_d[mode=rocket]=1", "no row of table lanes has mode rocket"),
        ("lanes.transit_d[moed=sea]=1", "names no column of table lanes"),
        ("lanes.transit_d[mode]=1", "is no condition"),
        ("lanes.mode[]=rocket", "no such mode in table modes"),
        ("items.item[]=x", "says which row it is"),
        ("order_classes.rank=2", "this run does not read table order_classes"),
        ("supply.transit_eur=2", "this run does not read column transit_eur"),
    ],
)
def test_what_is_wrong_with_a_word_is_said_with_its_remedy(tmp_path: Path, word: str, said: str) -> None:
    with pytest.raises(InputErrors) as told:
        load([f"scenario={tiny_world(tmp_path / 'w')}", word])
    assert said in str(told.value)
    assert told.value.problems[0].file == "command line"


def test_no_key_of_a_setting_is_taken_for_a_column() -> None:
    assert not changes_column("replenishment.rule=none")
    assert changes_column("replenishment.rule[]=none")
    assert not changes_column("events.active=true")
    assert not changes_column("market.demand_factor=1.4")
    assert split_words([f"{table}.{column.name}[]=1" for table, it in TABLE.items() for column in it.columns]).others == ()


def test_a_network_and_a_factory_are_swept_by_columns(tmp_path: Path) -> None:
    swept = read_factors(["scenario=textbook/r_q", "replenishment.reorder[item=r3_Q5]*=1,3", "horizon.days=200", "horizon.warmup_days=20"])
    points = make_points(design(swept.factors, "full", 0), swept.common)
    assert len({point.key for point in points}) == 2
    filled = [company_of(point.company).open()(0, None).table.filter(pl.col("kpi") == "fill_rate")["value"][0] for point in points]
    assert filled[0] < filled[1]  # a higher reorder point serves better
    found = rival(["scenario=planner_200", "run_days=3", "orders.qty*=2"]).subject
    assert found != rival(["scenario=planner_200", "run_days=3"]).subject


def test_points_of_a_market_open(tmp_path: Path) -> None:
    swept = read_factors([f"scenario={tiny_world(tmp_path / 'w')}", "lanes.transit_d*=1,3", "horizon.days=30", "horizon.warmup_days=5"])
    waited = []
    for point in make_points(design(swept.factors, "full", 0), swept.common):
        table = company_of(point.company).open()(0, None).table
        waited.append(table.filter((pl.col("kpi") == "lead_time") & (pl.col("dimension") == "all"))["value"][0])
    assert waited[0] < waited[1]


def test_the_commands_take_columns(tmp_path: Path) -> None:
    words = ["compare", "textbook/r_q", "textbook/r_q replenishment.reorder*=2", "horizon.days=150", "horizon.warmup_days=20", "-n", "2", "-w", "1"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "replenishment.reorder*=2 against textbook/r_q" in result.output
    rows = [line.split() for line in result.output.splitlines() if line.strip().startswith("stock ")]
    assert float(rows[0][3]) > float(rows[0][2])
    wrong = CliRunner().invoke(app, ["run", "textbook/r_q", "supply.lead_time_dayz=1", "--out", str(tmp_path / "out")])
    assert wrong.exit_code == 2
    assert "lead_time_days" in wrong.output
    assert not (tmp_path / "out").exists()


def test_a_word_that_would_move_nothing_is_refused(tmp_path: Path) -> None:
    """The hours of planner_200 stand in table capacity: its machines decide nothing, and to answer 'no difference' would mislead."""
    with pytest.raises(InputErrors, match=r"work_centres.machines\*"):
        refuse_idle_words(["scenario=planner_200", "work_centres.machines*=2"])
    with pytest.raises(InputErrors, match="moves nothing"):
        refuse_idle_words(["scenario=textbook/r_q", "replenishment.source[]=me"])
    world = f"scenario={tiny_world(tmp_path / 'w')}"
    with pytest.raises(InputErrors, match="moves nothing"):
        refuse_idle_words([world, "routings.flow_days=3"])  # a market run knows machines and queues instead
    refuse_idle_words([world, "lanes.transit_d*=2", "prices.price_eur*=1.1"])
    refuse_idle_words(["scenario=planner_200", "capacity.capacity_h*=1.2"])
    refuse_idle_words(["scenario=textbook/r_q", "replenishment.reorder*=2"])
