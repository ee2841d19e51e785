"""The title of a plan: what is late beside the orders of customers is said where none of theirs is, so that it does not contradict the figure below."""

from __future__ import annotations

from typing import Any

import pytest

from e2esim.report.plan.summary import PriorityLine, Summary
from e2esim.report.plan.terminal import _first_line, status_words


def summary(**changed: Any) -> Summary:
    figures: dict[str, Any] = {
        "title": "t", "status": "on_time", "objective": 0.0, "bound": None, "gap": None, "orders": 3, "late_orders": 0, "late_pieces": 0.0, "shortages": 0,
        "short_pieces": 0.0, "tiers": (), "causes": (), "lots": 1, "released_lots": 0, "purchases": 1, "purchase_eur": 0.0, "subcontract_eur": 0.0,
        "plan_s": 1.0,
    }  # fmt: skip
    return Summary(**(figures | changed))


def line(late: int) -> PriorityLine:
    return PriorityLine(priority=99, orders=5, pieces=100.0, on_time=0.9, late_orders=late, short_orders=0)


@pytest.mark.parametrize(
    ("changed", "title", "figure"),
    [
        ({}, "every order is on time", "Weighted late pieces 0"),
        ({"forecast": line(0)}, "every order is on time", "Weighted late pieces 0"),
        ({"forecast": line(4), "objective": 7.0}, "every order is on time, forecast in part late", "Weighted late pieces of forecast and safety stock alone 7"),
        ({"forecast": line(4), "safety": line(1), "objective": 7.0}, "every order is on time, forecast and safety stock in part late", "alone 7"),
        ({"status": "late", "forecast": line(4), "objective": 7.0}, "every order is delivered, some late", "Weighted late pieces 7"),
    ],
)
def test_the_title_says_whose_pieces_are_late(changed: dict[str, Any], title: str, figure: str) -> None:
    found = summary(**changed)
    assert status_words(found) == title
    assert figure in _first_line(found, 1.0)
