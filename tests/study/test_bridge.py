"""The bridge on companies whose right answer is known: shares that add up, prerequisites, the cash account, and when a gain may be called one."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from e2esim.cli.bridge_command import BridgeOptions, bridge_runs
from e2esim.cli.compare_command import CompareOptions
from e2esim.config.problems import InputErrors
from e2esim.domain.levers import MONTH_D, Lever
from e2esim.domain.scenario import Scenario
from e2esim.domain.settings import Finance, Horizon, Settings
from e2esim.report.lever_bridge import BridgeFacts, reading, why_closed
from e2esim.report.lever_bridge_folder import build_lever_page, write_lever_bridge
from e2esim.report.words import Words
from e2esim.study.baseline import BaselineGate, baseline_gate
from e2esim.study.bridge import BridgeRule, LeverBridge, lever_bridge
from e2esim.study.cash import chains, payoff, stages
from e2esim.study.coalitions import Coalition, estimate, plan_coalitions, shares
from e2esim.study.company import Replicated, Tell, Trial
from worlds import tiny_world

LEVERS = {
    "plan": Lever(lever="plan", kind="operations_redesign", running_eur_y=10.0, investment_eur=120.0),
    "team": Lever(lever="team", kind="one_team", start_month=6),
    "crm": Lever(lever="crm", kind="crm", needs=("team",), ramp_d=6 * MONTH_D),
}
WORTH = {"plan": 100.0, "team": -20.0, "crm": 60.0}


def worth(acting: Coalition) -> float:
    """Each its own, and plan and crm 30 more together."""
    return sum(WORTH[name] for name in acting) + (30.0 if {"plan", "crm"} <= acting else 0.0)


@dataclass(frozen=True)
class ToyLevers:
    """Books results as a run does: net of the running cost of what is pulled, of a small world, with shared luck that cancels."""

    name: str
    scale: float = 0.1

    def open(self) -> Trial:
        return self.run

    def run(self, replication: int, tell: Tell | None = None) -> Replicated:
        acting = frozenset(self.name.split("+")) - {"none"}
        luck, own = np.random.default_rng(replication).normal(0.0, 50.0), np.random.default_rng([replication, len(self.name)]).normal(0.0, 1.0)
        result = 1000.0 + luck + own + worth(acting) - sum(LEVERS[name].running_eur_y for name in acting)
        rows = [("operating_result", "EUR/year", result * self.scale), ("customer_value", "EUR", 7.0 * len(acting) * self.scale)]
        return Replicated(table=pl.DataFrame(
            [(kpi, unit, "all", "all", value, 1.0) for kpi, unit, value in rows], schema=["kpi", "unit", "dimension", "member", "value", "n"], orient="row",
        ))  # fmt: skip


def base(scale: float = 0.1, **tables: pl.DataFrame) -> Scenario:
    settings = Settings(name="toy", scale=scale, horizon=Horizon(days=400), finance=Finance(discount_y=0.1))
    return Scenario(settings=settings, tables=tables)


@pytest.fixture(scope="module")
def found() -> LeverBridge:
    plan = plan_coalitions(tuple(LEVERS), LEVERS, chains=chains(LEVERS, tuple(LEVERS), 2))
    return lever_bridge(base(), plan, ToyLevers, BridgeRule(replications=8, workers=1, years=2))


def by_hand(value: Callable[[Coalition], float]) -> dict[str, float]:
    """Shapley's shares by every order, with the rule of prerequisites written out: the slow twin."""
    acting = lambda some: frozenset(name for name in some if set(LEVERS[name].needs) <= set(some))  # noqa: E731
    total = dict.fromkeys(LEVERS, 0.0)
    orders = list(permutations(LEVERS))
    for order in orders:
        for k, name in enumerate(order):
            total[name] += (value(acting(order[: k + 1])) - value(acting(order[:k]))) / len(orders)
    return total


def test_shares_are_right_to_three_standard_errors_and_add_up(found: LeverBridge) -> None:
    for one, (name, right) in zip(found.levers, by_hand(worth).items(), strict=True):
        assert one.lever.lever == name
        error = (one.share.high - one.share.low) / 2 / 2.365  # t of 7 degrees
        assert abs(one.share.mean - right) < 3 * error + 1e-9
        assert 0.0 < error < 1.5  # the shared luck of 50 has gone
    assert abs(found.rest) < 1e-9
    assert found.net.mean == pytest.approx(found.gain.mean - 10.0)
    assert sum(one.equity.mean for one in found.levers) == pytest.approx(found.equity.mean) == pytest.approx(21.0)
    assert (found.sets, found.orders) == (6, 0)  # of eight sets two hold crm without team


def test_precision_runs_both_ends_until_narrow_and_every_set_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("e2esim.study.compare.KNOWN", 0.0)  # a tenth of this difference is known after three
    plan = plan_coalitions(tuple(LEVERS), LEVERS)
    told, noted = list[float](), list[str]()
    rule = BridgeRule(replications=3, precision=0.0015, workers=1, kpis=("operating_result",))
    some = lever_bridge(base(), plan, ToyLevers, rule, lambda share, text: told.append(share), noted.append)
    assert some.wide == ()
    assert some.replications > 3
    (gap,) = (gap for gap in some.differences if gap.kpi == "operating_result")
    assert gap.precision is not None
    assert gap.precision <= 0.0015  # differences of two sets have a spread of 1.4 on 1,000
    runs = dict(some.values.filter(pl.col("kpi") == "operating_result").group_by("scenario").len().iter_rows())
    assert runs["none"] == runs["plan+team+crm"] == some.replications
    assert 2 <= min(runs.values()) < some.replications
    assert some.runs == sum(runs.values())
    assert abs(some.rest) < 1e-9
    for one, right in zip(some.levers, by_hand(worth).values(), strict=True):
        assert abs(one.share.mean - right) < 3.0  # own luck of 1, and 8 replications
    assert noted[0].startswith("a run takes")
    assert f"{some.runs - 2 * some.replications} runs of the sets between" in noted[1]
    assert "one order of the levers" in " ".join(reading(some, BridgeFacts(before="a", after="b"), Words("en")))
    assert told[-1] == pytest.approx(1.0)
    assert max(told[:6]) < 0.5  # two sets of six run first
    capped = lever_bridge(base(), plan, ToyLevers, replace(rule, precision=1e-5, most=5))
    assert (capped.replications, capped.wide) == (5, ("operating_result",))


def test_alone_without_its_prerequisite_is_nothing(found: LeverBridge) -> None:
    crm = found.levers[2]
    assert crm.alone == (0.0, 0.0, 0.0, 0.5)
    assert crm.together == crm.share.mean
    assert crm.last.low < 90.0 < crm.last.high


@pytest.mark.parametrize("orders", [3, 40])
def test_drawn_orders_add_up_and_come_near_the_exact_shares(orders: int) -> None:
    plan = plan_coalitions(tuple(LEVERS), LEVERS, orders=orders)
    values = {some: np.array([worth(some), worth(some) + 1.0]) for some in plan.coalitions}
    drawn = shares(plan, values)
    assert drawn.shape == (2 * orders, 3, 2)
    assert drawn.sum(axis=1) == pytest.approx(worth(frozenset(LEVERS)))
    for k, right in enumerate(by_hand(worth).values()):
        told = estimate(drawn[:, k])
        assert abs(told.mean - right) <= 3 * max(told.high - told.mean, 1e-9)


def test_the_cash_account_follows_dates_and_ramps() -> None:
    names = tuple(LEVERS)
    plan = plan_coalitions(names, LEVERS, chains=chains(LEVERS, names, 3))
    gains = {some: np.array([worth(some)] * 2) for some in plan.coalitions}
    told = payoff(plan, gains, years=3, discount_y=0.0)
    # year 1: plan all year, team from month 6; crm needs no more than its own date (month 0) and ramps in six months, but acts only with team
    first = 100.0 * 12 / 12 + 6 * (-20.0 + 60.0 + 30.0) / 12
    assert told.years[0].gain.mean == pytest.approx(first)
    assert told.years[1].gain.mean == pytest.approx(170.0)
    assert [(y.running, y.investment) for y in told.years] == [(pytest.approx(10.0), 120.0), (pytest.approx(10.0), 0.0), (pytest.approx(10.0), 0.0)]
    assert told.npv.mean == pytest.approx(told.years[-1].cumulative) == pytest.approx(first + 340.0 - 150.0)
    assert payoff(plan, gains, years=3, discount_y=0.2).npv.mean < told.npv.mean
    assert told.payback_month == 12  # 90/12 a month, 160/12 from month 6 on: 125 after twelve months
    nothing = payoff(plan, {some: np.zeros(2) for some in plan.coalitions}, years=3, discount_y=0.0)
    assert nothing.payback_month is None
    assert sum(share for share, _ in stages(LEVERS, names, 7)) == pytest.approx(1.0)


def figures(value: float) -> pl.DataFrame:
    return pl.DataFrame([{"kpi": "turnover", "dimension": "all", "member": "all", "value": value, "tolerance": 0.02, "fitted": False}])


def test_without_a_base_that_meets_its_history_no_gain() -> None:
    table = pl.DataFrame([("turnover", "EUR/year", "all", "all", 98.5, 1.0)], schema=["kpi", "unit", "dimension", "member", "value", "n"], orient="row")
    assert baseline_gate(base(history_kpis=figures(1000.0)), [table]).open
    off = baseline_gate(base(history_kpis=figures(1010.0)), [table, table])
    assert not off.open
    assert (off.shut, round(off.off[0].gap, 4)) == ("off", -0.0248)
    assert baseline_gate(base(), [table]).shut == "none"
    assert [why_closed(off, Words(language)).count("%") for language in ("en", "it")] == [2, 2]
    short = Scenario(settings=Settings(name="toy", horizon=Horizon(days=120)), tables={"history_kpis": figures(98.5)})
    assert baseline_gate(short, [table]).shut == "short"


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        (["", "market.demand_factor=1.1"], "pulls no lever"),
        (["levers=a", "levers=b"], "the base pulls levers itself"),
        (["", "levers=a planning.reserve=0.3"], "differs in planning.reserve 0.05 against 0.3"),
        (["", "levers=a", "levers=b"], "one run to one other"),
    ],
)
def test_a_bridge_wants_the_base_with_levers_and_nothing_else(tmp_path: Path, runs: list[str], words: str) -> None:
    levers = [{"lever": name, "kind": "crm", "source": "assumed"} for name in "ab"]
    change = {"target": "organisation.agents", "rows": "", "change": "add", "value": "1", "source": "assumed"}
    changes = [{"lever": name} | change for name in "ab"]
    world = tiny_world(tmp_path / "w", levers=levers, lever_changes=changes)
    with pytest.raises(InputErrors, match=words):
        bridge_runs([f"scenario={world} {run}" for run in runs], CompareOptions(), BridgeOptions())


def test_page_and_words_say_gain_only_where_the_base_meets_its_history(found: LeverBridge, tmp_path: Path) -> None:
    told = BridgeFacts(before="as_is", after="to_be", kpis=("operating_result",))
    assert not found.gate.open
    english, italian = build_lever_page(found, told), build_lever_page(found, told, "it")
    for page, allowed, forbidden in ((english, "difference in the model", "gain"), (italian, "differenza nel modello", "guadagno")):
        assert allowed in page.lower()
        assert forbidden not in page.lower().replace("no gain can be claimed", "").replace("non si può parlare di guadagno", "").replace("again", "")
    sure = replace(found, gate=BaselineGate(shut=""))
    assert "Gain, operating result" in build_lever_page(sure, told)
    folder = write_lever_bridge(sure, told, tmp_path / "b")
    assert {path.name for path in folder.iterdir()} >= {"report.html", "bridge.xlsx", "replications.parquet", "manifest.json"}
    levers = pl.read_excel(folder / "bridge.xlsx", sheet_name="Levers") if importlib.util.find_spec("fastexcel") else None
    assert levers is None or levers["share EUR/year"].sum() == pytest.approx(sure.gain.mean, abs=0.02)
    told_json = json.loads((folder / "manifest.json").read_text())["bridge"]
    assert sum(one["share"]["mean"] for one in told_json["levers"]) == pytest.approx(told_json["gain_eur_y"]["mean"])
