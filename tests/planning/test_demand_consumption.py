"""Orders eat the forecast: published answers, a slow twin, and what must always hold."""

import datetime as dt
import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning.demand import consume_by_date, days, forecast_all, spread
from e2esim.planning.demand.series import first_sold
from e2esim.planning.forecast import consume

DAY = dt.date(2022, 1, 1)
EDGES = np.r_[np.arange(-10.0, 22.0), 28.0]  # days from 22 December, then one week


def restated() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """frePPLe's test forecast_3 (MIT): 560 over 28 days and 30 in the past; orders of 90, 90, 30 and 90."""
    gross = spread(np.array([0.0, -5.0]), np.array([28.0, -4.0]), np.array([560.0, 30.0]), EDGES)
    return gross[None, :], np.array([-4.0, 2.0, 2 + 10 / 24, 26.0]), np.array([90.0, 90.0, 30.0, 90.0])


@pytest.mark.parametrize(("past", "free_from", "total"), [(False, 6, 350), (True, 7, 330)])
def test_daily_and_weekly_buckets(past: bool, free_from: int, total: int) -> None:
    """Two days back, four ahead; figures of frePPLe test/forecast_3."""
    gross, due, quantity = restated()
    made = consume_by_date(gross, EDGES, due, quantity, back=2, ahead=4, today=0, past_orders=past)
    assert made.net[0, 10:].tolist() == [0] * free_from + [20] * (21 - free_from) + [50]
    assert made.net.sum() == total
    assert made.eaten.tolist() == [50 if past else 0, 90, 30, 90]


@pytest.mark.parametrize(
    ("orders", "net"),
    [
        ([(19, 100), (24, 30), (50, 50), (55, 50), (78, 45), (83, 35)], [220, 250, 270, 350, 350]),
        ([(19, 200), (24, 100), (50, 300), (55, 200), (78, 150), (83, 130)], [0, 0, 0, 320, 350]),
    ],
)
def test_monthly_buckets(orders: list[tuple[int, int]], net: list[int]) -> None:
    """A month back and ahead, 350 a month; figures of frePPLe's documentation example forecast-netting."""
    edges = np.array([0.0, 31, 59, 90, 120, 151])
    due, quantity = np.array(orders, float).T
    assert consume_by_date(np.full((1, 5), 350.0), edges, due, quantity, back=30, ahead=30).net[0].tolist() == net


def slow(gross: np.ndarray, edges: list[float], orders: list, back: float, ahead: float) -> np.ndarray:
    """One piece after another, each to the first bucket in the order of the rule."""
    left = gross.copy()
    for row, due, quantity in orders:
        own = [b for b in range(len(edges) - 1) if edges[b] <= due < edges[b + 1]]
        if not own:
            continue
        earlier = [b for b in range(own[0] - 1, -1, -1) if edges[b + 1] > due - back]
        later = [b for b in range(own[0] + 1, len(edges) - 1) if edges[b] <= due + ahead]
        for _ in range(quantity):
            free = [b for b in own + earlier + later if left[row, b] >= 1]
            if free:
                left[row, free[0]] -= 1
    return left


@given(st.integers(0, 10_000), st.integers(0, 20), st.integers(0, 20))
@settings(max_examples=60, deadline=None)
def test_consumption_against_its_slow_twin(seed: int, back: int, ahead: int) -> None:
    g = np.random.default_rng(seed)
    edges = np.cumsum(g.integers(1, 9, 9)).astype(float)
    gross = g.integers(0, 12, (2, 8)).astype(float)
    row, due, quantity = g.integers(0, 2, 12), g.integers(-2, 50, 12), g.integers(0, 15, 12)
    made = consume_by_date(gross, edges, due.astype(float), quantity.astype(float), back=back, ahead=ahead, series=row)
    twin = slow(gross, edges.tolist(), list(zip(row.tolist(), due.tolist(), quantity.tolist(), strict=True)), back, ahead)
    assert made.net.tolist() == twin.tolist()
    assert made.eaten.sum() == gross.sum() - made.net.sum()
    assert (made.eaten <= quantity).all()


def test_weekly_orders_in_sequence_agree_with_the_matrix_form() -> None:
    """With no reach beyond the own week, both forms of consumption are the same."""
    g = np.random.default_rng(3)
    plan, orders = g.integers(0, 9, (6, 4)).astype(float), g.integers(0, 9, (6, 4)).astype(float)
    week, item = np.divmod(np.arange(24), 4)
    made = consume_by_date(plan.T, 7.0 * np.arange(7), 7.0 * week + 3, orders.ravel(), back=0, ahead=0, series=item.astype(np.int64))
    assert made.net.T.tolist() == consume(plan, orders, back=0, ahead=0).tolist()


def test_an_unforecast_series_eats_nothing() -> None:
    made = consume_by_date(np.ones((1, 2)), np.array([0.0, 7, 14]), np.ones(1), np.ones(1), back=9, ahead=9,
                           series=np.array([-1]))  # fmt: skip
    assert made.net.tolist() == [[1, 1]]
    assert made.eaten.tolist() == [0]


def test_bad_input_is_named_all_at_once() -> None:
    with pytest.raises(ValueError, match=r"one more edge.*must rise.*>= 0.*2 due dates for 1 orders.*0 days"):
        consume_by_date(-np.ones((1, 3)), np.array([0.0, 0.0]), np.ones(2), np.ones(1), back=-1, ahead=0)
    with pytest.raises(ValueError, match="must end after it starts"):
        spread(np.array([3.0]), np.array([3.0]), np.ones(1), np.arange(4.0))


CASES = os.environ.get("E2ESIM_CASES")


@pytest.mark.skipif(not CASES, reason="E2ESIM_CASES names no folder of cases")
def test_published_daily_case() -> None:
    case = json.loads((Path(str(CASES)) / "frepple_constrained_planning" / "forecast_3_consumption.json").read_text())
    told = case["input"]
    at = [days([dt.datetime.fromisoformat(f[end]) for f in told["forecast"]], DAY) for end in ("start", "end")]
    gross = spread(*at, np.array([f["qty"] for f in told["forecast"]], float), EDGES)[None, :]
    due = days([dt.datetime.fromisoformat(o["due"]) for o in told["orders"]], DAY)
    quantity = np.array([o["qty"] for o in told["orders"]], float)
    for name, past in (("past_demand_ignored", False), ("past_demand_included", True)):
        expected = case["expected"][name]
        made = consume_by_date(gross, EDGES, due, quantity, back=2, ahead=4, today=0, past_orders=past)
        assert made.net[0, 10:].tolist() == list(expected["net_forecast"].values())
        assert made.net.sum() == expected["total"]


@pytest.mark.skipif(not CASES, reason="E2ESIM_CASES names no folder of cases")
def test_published_monthly_case_from_history_to_shipments() -> None:
    """History of ten months to a forecast, netted by open orders: what is shipped each month, order by order."""
    case = json.loads((Path(str(CASES)) / "frepple_doc_examples" / "forecast-netting.json").read_text())
    months = [dt.date(2019 + m // 12, m % 12 + 1, 1) for m in range(14)]
    edges = days(months, months[0])
    for item in ("round table", "square table"):
        rows = [r for r in case["tables"]["sales order"] if r["Item"] == item]
        history = np.zeros(12)
        for r in (r for r in rows if r["Status"] == "closed"):
            history[int(r["Due"][5:7]) - 1] += r["Quantity"]
        gross = forecast_all(history[None], first_sold(history[None]), horizon=13, judged=3, season=12).quantity
        opened = [r for r in rows if r["Status"] == "open"]
        due = days([dt.datetime.fromisoformat(r["Due"]) for r in opened], months[0])
        quantity = np.array([r["Quantity"] for r in opened], float)
        net = consume_by_date(gross, edges, due, quantity, back=30, ahead=30, today=14).net[0]
        shipped: list[list[float]] = [[] for _ in range(13)]
        for step, start, _, amount in case["expected"]:
            if step == f"Ship {item} @ factory":
                shipped[(int(start[:4]) - 2019) * 12 + int(start[5:7]) - 1].append(float(amount))
        for month in range(13):
            ordered = quantity[(due >= edges[month]) & (due < edges[month + 1])].tolist()
            assert sorted(shipped[month]) == sorted([*ordered, *([net[month]] if net[month] else [])])
