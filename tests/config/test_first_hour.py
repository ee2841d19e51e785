"""What a new planner types in the first hour, with two tables: a company by its bare name, a promise beyond an overdue book."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from e2esim.application.planning import PlanWishes, start_plan
from e2esim.cli.main import app
from e2esim.cli.promise_options import PromiseOptions
from e2esim.config.layers import command_layer
from e2esim.config.places import names_company
from e2esim.config.plan_data import read_plan_data
from e2esim.config.problems import InputErrors, Problem


def test_a_company_may_be_named_without_scenario(tmp_path: Path) -> None:
    """A shipped name, a variant, a folder; a key without a value is still no company."""
    for word in ("mattress_maker", "mattress_maker/as_is", str(tmp_path)):
        problems: list[Problem] = []
        assert command_layer([word, "market.demand_factor=1.1"], problems)[1] == word
        assert problems == []
    wrong: list[Problem] = []
    assert command_layer(["market.demand_factor"], wrong)[1] is None
    assert "not of the form key=value" in wrong[0].message
    assert not names_company("x" * 5000)


def test_an_overdue_book_leaves_half_a_year_to_promise(tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text("item\nLAMP\n", encoding="utf-8")
    (tmp_path / "orders.csv").write_text("order,item,qty,due\n1,LAMP,2,2026-03-02\n", encoding="utf-8")
    (tmp_path / "settings.csv").write_text("key,value\ntoday,2026-06-01\n", encoding="utf-8")
    assert start_plan(tmp_path, PlanWishes(time_limit_s=1.0)).case.facts.n_weeks >= 26


def test_a_request_needs_no_customer_of_itself() -> None:
    assert PromiseOptions(item="LAMP", qty="2", date="2026-06-05").request().customer == ""
    with pytest.raises(InputErrors, match="--qty"):
        PromiseOptions(item="LAMP", date="2026-06-05").request()


def test_a_company_without_a_day_is_told_which_one_it_is(tmp_path: Path) -> None:
    """Two tables without a date: a plan begins where their run begins, and a promise for today would lie beyond it."""
    (tmp_path / "items.csv").write_text("item,lead_time_d\nBREAD,1\n", encoding="utf-8")
    (tmp_path / "demand.csv").write_text("item,mean,every_law\nBREAD,180,exponential\n", encoding="utf-8")
    told = [problem.message for problem in read_plan_data(tmp_path).warnings if "which day it is" in problem.message]
    assert told == ["nothing says which day it is: taken as 2026-01-05, the first day of its runs"]
    (tmp_path / "settings.csv").write_text("key,value\ntoday,2026-01-05\n", encoding="utf-8")
    assert not any("which day it is" in problem.message for problem in read_plan_data(tmp_path).warnings)


def test_packs_are_bought_in_figures_that_can_be_read(tmp_path: Path) -> None:
    """Three packs of 0.7 kg are 2.1 kg, not 2.0999999999999996."""
    (tmp_path / "items.csv").write_text("item,unit\nOIL,kg\n", encoding="utf-8")
    (tmp_path / "orders.csv").write_text("order,item,qty,due\n1,OIL,2,2026-07-02\n", encoding="utf-8")
    (tmp_path / "supply.csv").write_text("supplier,item,lead_time_days,multiple\nAGIP,OIL,3,0.7\n", encoding="utf-8")
    (tmp_path / "settings.csv").write_text("key,value\ntoday,2026-06-01\n", encoding="utf-8")
    made = CliRunner().invoke(app, ["plan", str(tmp_path), "--out", str(tmp_path / "p"), "--time-limit", "1"])
    assert made.exit_code == 0, made.output
    assert pl.read_parquet(tmp_path / "p" / "purchases.parquet")["qty"].to_list() == [2.1]


def test_money_that_no_table_states_is_told_beside_the_ways_out(tmp_path: Path) -> None:
    """A lamp comes after the day on which it is wanted; what a piece sooner and a late piece cost is assumed."""
    (tmp_path / "items.csv").write_text("item,lead_time_d\nLAMP,14\n", encoding="utf-8")
    (tmp_path / "orders.csv").write_text("order,item,qty,due\n1,LAMP,10,2026-06-05\n", encoding="utf-8")
    (tmp_path / "settings.csv").write_text("key,value\ntoday,2026-06-01\n", encoding="utf-8")
    words = ["plan", str(tmp_path), "--time-limit", "1", "--out"]
    told = " ".join(CliRunner().invoke(app, [*words, str(tmp_path / "p")]).output.split())
    assert "Cheapest mix, 10 EUR" in told
    assert "Assumed, since the tables state none: 10 EUR a late unit times the weight of its priority, 1 EUR a bought unit sooner" in told
    (tmp_path / "supply.csv").write_text("supplier,item,lead_time_days,price\nMAKER,LAMP,14,8\n", encoding="utf-8")
    (tmp_path / "orders.csv").write_text("order,item,qty,due,late_cost\n1,LAMP,10,2026-06-05,7\n", encoding="utf-8")
    stated = CliRunner().invoke(app, [*words, str(tmp_path / "q")]).output
    assert "Cheapest mix" in stated
    assert "Assumed, since" not in stated
