"""What a new planner types in the first hour, with two tables: a company by its bare name, a promise beyond an overdue book."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2esim.application.planning import PlanWishes, start_plan
from e2esim.cli.promise_options import PromiseOptions
from e2esim.config.layers import command_layer
from e2esim.config.places import names_company
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
