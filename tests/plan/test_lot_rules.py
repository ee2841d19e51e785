"""Lot-sizing rules and price breaks: the figures of the textbooks, the same limits in a promise, and what is refused at the door.

The demand of nine weeks and the answers of each rule are worked by hand as courses on material requirements planning do (Vollmann, Berry,
Whybark and Jacobs 2005, chapter 14; Harris 1913 for the square root).
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from plan_folders import Rows, write_folder, write_frames
from plan_referee import broken_rules

from e2esim.application.planning import PlanMade, PlanWishes, ask, make_plan, start_plan
from e2esim.config.plan_data import read_plan_data
from e2esim.config.problems import InputErrors
from e2esim.planning.ctp.capable import promise
from e2esim.planning.ctp.model import DAY
from e2esim.planning.ctp.of_factory import state_of
from e2esim.planning.ctp.request import Request
from e2esim.planning.factory.buying_kernels import LotTerms, SourceTerms, StockChanges, purchase_plan

TODAY = date(2026, 1, 5)
NEEDS = (10, 10, 15, 20, 70, 180, 250, 270, 230)  # pieces, Mondays of weeks 2 to 10
HEAD = ["item", "lot_rule", "lot_qty", "lot_days", "stock_max", "year_qty", "order_eur", "make_eur"]


def monday(week: int) -> str:
    return str(TODAY + timedelta(days=7 * week))


def bought(*rule: str, breaks: Rows | None = None, supply: dict[str, str] | None = None, **more: Rows) -> dict[str, Rows | None]:
    """One bought item X, sold as it is: 7 days of lead time, 10 EUR, 92 EUR an order."""
    terms = {"supplier": "S", "item": "X", "lead_time_days": "7", "price": "10", "order_eur": "92", "moq": "0", "multiple": "1"} | (supply or {})
    return {
        "settings": [["key", "value"], ["today", str(TODAY)], ["holding_share_y", "0.26"]],
        "items": [HEAD, ["X", *rule, *[""] * (len(HEAD) - 1 - len(rule))]],
        "supply": [list(terms), list(terms.values())],
        "orders": [["order", "item", "qty", "due"], *[[f"A{k}", "X", str(q), monday(k + 2)] for k, q in enumerate(NEEDS)]],
        "price_breaks": breaks or [["supplier", "item", "from_qty", "price"]],
        **dict.fromkeys(("bom", "suppliers", "stock", "receipts", "work_centres", "capacity", "routings")),
        **more,
    }


def made(*rule: str, hours: str = "4000", **more: Rows) -> dict[str, Rows | None]:
    """The same item, made at a press with hours in plenty: 3 days from start to stock."""
    return bought(*rule) | {
        "supply": None,
        "work_centres": [["work_centre"], ["PRESS"]],
        "capacity": [["work_centre", "week_start", "capacity_h"], *[["PRESS", monday(w), hours] for w in range(12)]],
        "routings": [["item", "step", "work_centre", "setup_h_per_lot", "run_h_per_unit", "flow_days"], ["X", "10", "PRESS", "1", "0.1", "3"]],
        **more,
    }


def planned(folder: Path, rounds: int = 40) -> PlanMade:
    wishes = PlanWishes(time_limit_s=60.0, rounds=rounds, explain_s=0.0)
    return make_plan(ask(start_plan(folder, wishes), None, wishes))


def purchases(folder: Path, **rows: Rows | None) -> list[tuple[int, float]]:
    """Week and pieces of every purchase."""
    made = planned(write_folder(folder, **rows))
    assert made.summary.late_orders == 0
    return [((day - TODAY).days // 7, qty) for day, qty in made.purchases.sort("received").select("received", "qty").iter_rows()]


def test_lot_for_lot_buys_each_week_what_it_needs(tmp_path: Path) -> None:
    assert purchases(tmp_path, **bought()) == [(k + 2, float(q)) for k, q in enumerate(NEEDS)]


def test_a_fixed_quantity_comes_whole(tmp_path: Path) -> None:
    """150 each: 10+10+15+20+70 = 125 of the first, then 180 - 25 = 155 asks for two, and so on."""
    assert purchases(tmp_path, **bought("fixed", "150")) == [(2, 150.0), (7, 300.0), (8, 150.0), (9, 300.0), (10, 300.0)]


def test_a_period_covers_its_weeks(tmp_path: Path) -> None:
    assert purchases(tmp_path, **bought("period", "", "21")) == [(2, 35.0), (5, 270.0), (8, 750.0)]


def test_the_economic_quantity_is_harris(tmp_path: Path) -> None:
    """1,055 pieces in nine weeks are 6,096 a year; sqrt(2 x 6,096 x 92 / (10 x .26)) = 656.8: the second lot is due when 657 are used up."""
    year = 1055 * 365 / 63
    size = round((2 * year * 92 / 2.6) ** 0.5)
    assert size == 658
    assert purchases(tmp_path, **bought("economic", "", "", "", f"{year:.1f}")) == [(2, float(size)), (9, float(size))]


def test_the_use_of_a_year_is_that_of_history(tmp_path: Path) -> None:
    """Fifty two weeks of 200 are 10,400 a year; of the component two for each. A piece is worth its parts and the cost of making it."""
    weeks = [["X", str(TODAY - timedelta(days=7 * w)), "200"] for w in range(1, 53)]
    rows = made("economic", "", "", "", "", "92", "10", history=[["item", "period", "qty"], *weeks], bom=[["parent", "component", "qty_per"], ["X", "Y", "2"]])
    rows["items"] = [*rows["items"], ["Y", "economic", "", "", "", "", "50", ""]]  # type: ignore[misc]
    rows["supply"] = [["supplier", "item", "lead_time_days", "price", "multiple"], ["S", "Y", "7", "4", "1"]]
    facts = read_plan_data(write_folder(tmp_path, **rows)).case.facts
    assert facts.lot_min[facts.items.index("X")] == round((2 * 10400 * 92 / (18 * 0.26)) ** 0.5)
    assert facts.source_moq.tolist() == [round((2 * 20800 * 50 / (4 * 0.26)) ** 0.5)]


def test_min_max_fills_up(tmp_path: Path) -> None:
    """Up to 300 beside what is needed: 10 + 300; they last until week 7 (5 are left); 250 - 5 + 300 in week 8; 230 - 30 + 300 in week 10."""
    assert purchases(tmp_path, **bought("min_max", "", "", "300")) == [(2, 310.0), (8, 545.0), (10, 500.0)]


def test_made_lots_follow_the_rule_and_say_so(tmp_path: Path) -> None:
    one = planned(write_folder(tmp_path / "period", **made("period", "", "21")))
    assert one.summary.late_orders == 0
    assert one.lots.sort("start")["qty"].to_list() == [35.0, 270.0, 750.0]
    assert one.lots["lot_rule"].unique().to_list() == ["period 21 d"]
    fixed = planned(write_folder(tmp_path / "fixed", **made("fixed", "150")))
    assert fixed.summary.late_orders == 0
    assert fixed.lots["qty"].unique().to_list() == [150.0]
    assert fixed.lots.height == 8  # 1,055 pieces
    top = planned(write_folder(tmp_path / "top", **made("min_max", "", "", "300")))
    assert top.lots.sort("start")["qty"].to_list() == [310.0, 545.0, 500.0]
    write_frames(one.frames, tmp_path / "out")
    assert broken_rules(read_plan_data(tmp_path / "period").case.facts, tmp_path / "out") == set()


def test_nobody_is_late_for_a_rule(tmp_path: Path) -> None:
    """28 h a week do not hold 750 pieces in one lot: the rule gives way, and the lots say that it does."""
    tight = planned(write_folder(tmp_path / "tight", **made("period", "", "21", hours="28")))
    free = planned(write_folder(tmp_path / "free", **made(hours="28")))
    assert tight.summary.late_pieces <= free.summary.late_pieces
    assert any("not kept" in rule for rule in tight.lots["lot_rule"].to_list())


def test_what_the_search_tears_apart_is_put_together_again(tmp_path: Path) -> None:
    """Two weeks a lot, 48 h a week: the best plan lays six lots, of which two come too soon after the one before; five do as well."""
    one = planned(write_folder(tmp_path, **made("period", "", "14", hours="48")))
    assert one.summary.late_orders == 0
    assert one.lots["lot_rule"].unique().to_list() == ["period 14 d"]
    assert one.lots.height == 5


def test_a_promise_keeps_the_fixed_lot(tmp_path: Path) -> None:
    facts = read_plan_data(write_folder(tmp_path, **made("fixed", "150"))).case.facts
    answer = promise(state_of(facts), Request(name="new", buffer="X", quantity=200.0, due=40 * DAY))
    assert [work.quantity for work in answer.work] == [150.0, 150.0]


def test_a_lower_price_lifts_a_purchase_where_it_pays(tmp_path: Path) -> None:
    """3 % less from 100 on: 35 of weeks 2 to 4 are lifted to 100 (saves 3 orders of 92 EUR); without holding to pay all of it comes at once."""
    head = ["supplier", "item", "from_qty", "price"]
    got = purchases(tmp_path / "some", **bought(breaks=[head, ["S", "X", "100", "9.7"]]))
    assert got[0][1] >= 100.0
    assert all(qty >= 100.0 for _, qty in got)
    free = bought(breaks=[head, ["S", "X", "1055", "9.7"]], settings=[["key", "value"], ["today", str(TODAY)], ["holding_share_y", "0"]])
    assert purchases(tmp_path / "all", **free) == [(2, 1055.0)]
    held = bought(breaks=[head, ["S", "X", "1055", "9.7"]], settings=[["key", "value"], ["today", str(TODAY)], ["holding_share_y", "2"]])
    assert len(purchases(tmp_path / "held", **held)) == len(NEEDS)  # what they would cost to hold is more than what they save
    dear = bought(breaks=[head, ["S", "X", "5000", "9.7"]])
    assert len(purchases(tmp_path / "none", **dear)) == len(NEEDS)  # four thousand pieces for nobody


def test_the_price_that_is_paid_is_told(tmp_path: Path) -> None:
    rows = bought(breaks=[["supplier", "item", "from_qty", "price"], ["S", "X", "100", "9.5"]])
    made = planned(write_folder(tmp_path, **rows))
    assert made.purchases["price_eur"].unique().to_list() == [9.5]
    assert made.summary.purchase_eur == pytest.approx(9.5 * float(made.purchases["qty"].sum()))
    assert "price of larger purchases" in made.purchases["lot_rule"][0]


def slow_cost(lots: dict[int, float], day: list[int], qty: list[float], sources: SourceTerms, hold: float) -> float:
    """Cost of purchases by day: prices, orders, and every piece held from day to day; inf if stock falls below zero."""
    level, total, before = 0.0, 0.0, day[0]
    for d, change in zip(day, qty, strict=True):
        total += max(level, 0.0) * (d - before) * hold * float(sources.price[0])
        level, before = level + change + lots.get(d, 0.0), d
        if level < -1e-6:
            return np.inf
    for q in lots.values():
        lower = [p for least, p in zip(sources.break_qty, sources.break_price, strict=True) if q >= least]
        total += float(sources.order_eur[0]) + q * (lower[-1] if lower else float(sources.price[0]))
    return total


@pytest.mark.parametrize("seed", range(6))
def test_lifting_is_never_dearer_than_the_rule(seed: int) -> None:
    """Against the plan without lower prices of larger purchases, priced with them by plain loops."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 30))
    day = np.sort(rng.choice(np.arange(5, 200), n, replace=False))
    events = StockChanges(start=np.array([0, n]), day=day, qty=-rng.integers(1, 60, n).astype(float))
    one, none = np.array([0]), np.zeros(0)

    def terms(breaks: bool) -> SourceTerms:
        return SourceTerms(
            lead=np.array([3]), moq=np.array([5.0]), multiple=np.array([5.0]), price=np.array([10.0]), order_eur=np.array([float(rng_order)]),
            break_start=np.array([0, 2 if breaks else 0]), break_qty=np.array([80.0, 200.0]) if breaks else none,
            break_price=np.array([9.6, 9.0]) if breaks else none,
        )  # fmt: skip

    rng_order, hold = rng.integers(0, 60), float(rng.uniform(0, 0.003))
    rule = LotTerms(cover=np.array([int(rng.integers(0, 20))]), fill=np.zeros(1), keeps=np.full(1, np.inf), hold=hold)
    costs = []
    for breaks in (False, True):
        _, pieces, when = purchase_plan(events, np.array([0, 1]), one, terms(breaks), rule)
        lots = {int(d): float(q) for d, q in zip(when, pieces, strict=True)}
        costs.append(slow_cost(lots, day.tolist(), events.qty.tolist(), terms(True), hold))
    assert costs[1] <= costs[0] + 1e-6
    assert np.isfinite(costs[1])


@pytest.mark.parametrize(
    ("rule", "more", "says"),
    [
        (("fixed",), {}, "lot_rule fixed needs lot_qty"),
        (("period",), {}, "lot_rule period needs lot_days"),
        (("min_max",), {}, "lot_rule min_max needs stock_max"),
        (("min_max", "", "", "5"), {"stock": [["item", "on_hand", "safety_stock"], ["X", "0", "9"]]}, "the max is below the min"),
        (("fixed", "7"), {"supply": {"multiple": "2"}}, "delivers multiples of 2"),
        (("economic",), {"supply": {"order_eur": "0"}}, "needs the cost of an order"),
        (("economic",), {"supply": {"price": "0"}}, "needs a price"),
        ((), {"breaks": [["supplier", "item", "from_qty", "price"], ["S", "X", "10", "11"]]}, "is no lower price"),
        (("fixed", "60"), {"limits": True}, "break lot_min"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, rule: tuple[str, ...], more: dict[str, object], says: str) -> None:
    if "limits" in more:
        rows = made(*rule)
        rows["items"] = [[*HEAD, "lot_max"], ["X", *rule, *[""] * (len(HEAD) - 1 - len(rule)), "50"]]
    else:
        rows = bought(*rule, **more)  # type: ignore[arg-type]
    with pytest.raises(InputErrors, match=says):
        read_plan_data(write_folder(tmp_path, **rows))


def test_what_does_nothing_is_named(tmp_path: Path) -> None:
    rows = bought("period", "50", "14", breaks=[["supplier", "item", "from_qty", "price"], ["T", "X", "10", "9"]], supply={"weekly_capacity": "200"})
    says = [problem.message for problem in read_plan_data(write_folder(tmp_path, **rows)).warnings]
    assert any("is not used: lot_rule is period" in text for text in says)
    assert any("T delivers no X" in text for text in says)
    assert any("called off by need" in text for text in says)


def test_without_rules_nothing_is_said(tmp_path: Path) -> None:
    one = planned(write_folder(tmp_path, **made()))
    assert one.lots["lot_rule"].unique().to_list() == ["lot for lot"]
    assert isinstance(one.lots, pl.DataFrame)
