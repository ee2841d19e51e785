"""The journey map, the control room and the sale in numbers: they add up to what the run did, and a touchpoint that fails is found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from e2esim.domain.book import OrderKind, Reason, ReturnCause
from e2esim.domain.experience import Lived
from e2esim.domain.ledger import Posted
from e2esim.domain.world import ATTRIBUTES, PHASES
from e2esim.kpi.control_room import PAIRS, relations, trends, weekly_series
from e2esim.kpi.journey_map import read_journey_map

FAILING = "shelf_talk"
QUARTER = {"horizon": {"days": 90, "warmup_days": 0}}


def _fails(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One more touchpoint before buying, which everybody meets and which fails one in three."""
    one = dict(rows[0]) | {"touchpoint": FAILING, "phase": "evaluate", "channel": "", "reach": 1, "enjoyment": 0, "problem_share": 0.33, "relevance": 0}
    return [*rows, one]


@pytest.fixture(scope="module")
def failing(tiny: Any) -> Any:
    return tiny("failing", settings={"horizon": {"days": 60}, "organisation": {"info_share": 0.1}}, touchpoints=_fails)


def test_touchpoints_are_counted_and_felt_once(failing: Any) -> None:
    o, x = failing.outcome.orders, failing.outcome
    mine = (o.filled("kind") != OrderKind.REPLENISH) & (o.filled("placed") >= x.warmup_h)
    code = x.labels.touchpoints.index(FAILING)
    assert x.touch_sums[code, :, :, 0].sum() == mine.sum()
    share = x.touch_sums[code, :, :, 1].sum() / mine.sum()
    assert abs(share - 0.33) < 3.0 * np.sqrt(0.33 * 0.67 / mine.sum())
    joy = x.experience_sums[:, ATTRIBUTES.index("experience"), :, :, 1].sum()
    effort = x.experience_sums[: Lived.OFFER + 1, ATTRIBUTES.index("effort"), :, :, 1].sum()
    before = np.isin(x.touch_phase, [PHASES.index(name) for name in ("discover", "evaluate", "buy")])
    assert x.touch_sums[..., 2].sum() - x.touch_sums[..., 3].sum() == pytest.approx(joy, rel=1e-6)
    assert x.touch_sums[before][..., 3].sum() == pytest.approx(effort, rel=1e-6)


def test_who_weighs_a_purchase_buys_or_drops_out(failing: Any) -> None:
    x = failing.outcome
    placed = x.orders.filled("placed")[x.orders.filled("kind") != OrderKind.REPLENISH]
    assert x.weighed.sum() > len(placed) > 0.2 * x.weighed.sum()
    assert 0.0 < failing.kpi("conversion") < 1.0
    assert np.all(np.diff(x.weighed_t) > 0)


def test_the_cost_of_a_sale_is_what_the_journal_says_of_the_phases_before_it(failing: Any) -> None:
    j = failing.outcome.journal
    touched = j["account"] == Posted.TOUCHPOINTS
    assert set(np.unique(j["place"][touched])) <= set(range(len(PHASES)))
    talk = j["account"] == Posted.TALK
    assert set(np.unique(j["place"][talk])) <= {int(reason) for reason in Reason}
    spent = sum(one.eur for one in read_journey_map(failing.outcome).phases[:3])
    assert spent == pytest.approx(failing.kpi("sale_cost"), rel=1e-6)


def test_contacts_rise_elsewhere_where_a_touchpoint_fails(failing: Any, tiny: Any) -> None:
    """Who was failed asks the firm once more (share REPEATS); the table without such a touchpoint shows none."""
    found = {one.name: one for one in read_journey_map(failing.outcome).touchpoints}
    assert found[FAILING].fails
    assert found[FAILING].contacts > found[FAILING].usual
    assert failing.kpi("trouble_contacts") > failing.kpi("contacts_per_100_orders")


def test_the_control_room_tells_every_pair(failing: Any) -> None:
    series = weekly_series(failing.outcome)
    assert {name for pair in PAIRS for name in pair[:2]} == set(series)
    weeks = int(failing.outcome.horizon_h // 168)
    assert all(values.shape == (weeks,) and np.isnan(values[:2]).all() for values in series.values())
    assert {one.verdict for one in relations(series)} <= {"moves", "against", "unseen", "untold"}
    assert set(trends(series)) == set(series)
    on_time = series["consumer_on_time"]
    assert np.nanmean(on_time) == pytest.approx(failing.kpi("consumer_on_time"), abs=0.05)


def test_a_used_product_taken_along_is_not_sent_back(tiny: Any) -> None:
    """Where every buyer's used product is collected, the share that sends its order back is still that of the returns."""

    def collected(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row | {"offered": "true", "use_share": 1} if row["service"] in ("installation", "used_collection") else row for row in rows]

    outcome = tiny("collected", services=collected).outcome
    o = outcome.orders
    consumers = (o.filled("kind") != OrderKind.REPLENISH) & (o.filled("delivered") >= outcome.warmup_h) & (o.filled("delivered") < outcome.horizon_h)
    cause = o.filled("return_cause")[consumers & (o.filled("returned") < outcome.horizon_h)]
    assert (cause == ReturnCause.USED_PRODUCT).sum() > 20
    receive = next(one for one in read_journey_map(outcome).phases if one.name == "receive")
    assert receive.lost == pytest.approx((cause != ReturnCause.USED_PRODUCT).sum() / consumers.sum())


@pytest.mark.long
def test_the_return_of_a_touchpoint_is_what_the_run_without_it_loses(tiny: Any) -> None:
    """First order of the logit against the re-run without the adviser: contribution before touchpoints, three pairs, within 3 standard errors and a quarter."""
    days = {"horizon": {"days": 120, "warmup_days": 0}}

    def worth(run: Any) -> float:
        return run.kpi("contribution") + run.kpi("touchpoint_cost")

    lost, told = [], []
    for k in range(3):
        plain = tiny("touch return", settings=days, replication=k)
        bare = tiny("no checkout", settings=days, replication=k, touchpoints=_without_checkout)
        value, eur = plain.kpis.value("touchpoint_return", "touchpoint", "checkout"), _spent(plain, "checkout")
        told.append(value * eur * 365.0 / 120.0)
        lost.append(worth(plain) - worth(bare))
    error = np.std(np.subtract(lost, told), ddof=1) / np.sqrt(3)
    assert np.mean(told) > 0.0
    assert abs(np.mean(lost) - np.mean(told)) < 3.0 * error + 0.25 * np.mean(told)


def _without_checkout(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"reach": 0.0} if row["touchpoint"] == "checkout" else row for row in rows]


def _spent(run: Any, touchpoint: str) -> float:
    """Cost of a touchpoint while buying [EUR]."""
    x, t = run.outcome, run.world.touch
    code = t.ids.index(touchpoint)
    channel = np.flatnonzero(x.terms.touch_eur[code])
    o = x.orders
    bought = (o.filled("kind") != 2) & np.isin(o.filled("channel"), channel) & (o.filled("placed") >= 0)
    return float(bought.sum() * x.terms.touch_eur[code].max())


@pytest.mark.long
def test_losses_stand_at_the_stage_where_they_are_planted(tiny: Any) -> None:
    plain = tiny("stages", settings=QUARTER)
    spoilt = {
        "information": {"touchpoints": lambda rows: [row | {"problem_share": 0.4} if row["phase"] in ("discover", "evaluate") else row for row in rows]},
        "purchase": {"channels": lambda rows: [row | {"wrong_bills": 0.5} for row in rows]},
        "use": {"lanes": lambda rows: [row | {"damage_share": 0.3} for row in rows]},
    }
    for stage, change in spoilt.items():
        run = tiny(f"spoilt {stage}", settings=QUARTER, **change)
        more = {name: run.kpis.value("stage_losses", "stage", name) - plain.kpis.value("stage_losses", "stage", name) for name in spoilt}
        assert more[stage] > 1.0
        assert more[stage] == max(more.values()), (stage, more)


def test_views_online_and_who_clicks_through(tiny: Any) -> None:
    """Views are the people who weighed times reach; of them buys the share that converts; a screen that is shown twice as often is seen twice as often."""

    def shown(reach: float) -> Any:
        def table(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
            one = dict(rows[0]) | {"touchpoint": "banner", "phase": "discover", "channel": "web", "online": "true", "reach": reach}
            return [row | {"online": "false"} for row in rows] + [one | {"relevance": 0, "cost_eur": 0, "enjoyment": 0, "problem_share": 0}]

        return tiny(f"banner {reach}", settings=QUARTER, touchpoints=table)

    few, many = shown(0.4), shown(0.8)
    assert many.kpi("online_views") == pytest.approx(2.0 * few.kpi("online_views"), rel=0.02)
    web = few.world.channels.ids.index("web")
    people = few.outcome.weighed[:12, web].sum() * 365.0 / 84.0  # in the twelve whole weeks of the quarter
    assert few.kpi("online_views") == pytest.approx(0.4 * people, rel=0.03)
    assert few.kpi("click_through") == pytest.approx(few.kpis.value("conversion", "channel", "web"), rel=0.1)
    assert few.kpis.value("click_through", "touchpoint", "banner") == pytest.approx(few.kpi("click_through"))


def test_segments_lived_the_journey_that_all_lived_together(failing: Any) -> None:
    """Feelings and waits by segment, weighed by who is behind them, are those of the whole map."""
    found = read_journey_map(failing.outcome)
    o = failing.outcome.orders
    placed = (o.filled("kind") != OrderKind.REPLENISH) & (o.filled("placed") >= failing.outcome.warmup_h) & (o.filled("placed") < failing.outcome.horizon_h)
    sales = np.bincount(o.filled("segment")[placed], minlength=len(failing.outcome.labels.segments))
    names = [failing.outcome.labels.segments[k] for k in np.flatnonzero(sales)]
    assert [one.name for one in found.segments] == names
    assert len(names) > 1
    weight = sales[sales > 0] / sales.sum()
    for k, phase in enumerate(found.phases):
        felt = np.array([one.felt[k] for one in found.segments])
        assert weight @ felt == pytest.approx([phase.gain, phase.loss])
    whole = {wait.name: wait for wait in found.waits}
    for name in ("goods", "carry", "shop"):
        parts = [wait for one in found.segments for wait in one.waits if wait.name == name and wait.n]
        assert sum(wait.n for wait in parts) == whole[name].n
        assert sum(wait.n * wait.hours for wait in parts) == pytest.approx(whole[name].n * whole[name].hours)
