"""What customers say is acted on and returned: calls, mending, public answers; and moments that stand in the log without being felt."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from e2esim.customers.listening import once
from e2esim.domain.book import ORDER_COLUMNS, Columns, OrderKind, Reason
from e2esim.domain.events import Event
from e2esim.domain.experience import ONLY_TOLD, Lived
from e2esim.domain.ledger import Posted

DAYS = {"horizon": {"days": 63, "warmup_days": 0}}
CALLS, MENDS = ("feedback.callback_share=1",), ("feedback.mend_after=3", "feedback.mend_d=7", "feedback.mend_share=1")


def _asked(share: float) -> Any:
    """All answer; touchpoints of the firm fail often."""
    return {
        "segments": lambda rows: [row | {"response_share": share} for row in rows],
        "touchpoints": lambda rows: [row | {"problem_share": 0.3 if row["touchpoint"] in ("checkout", "driver") else row["problem_share"]} for row in rows],
    }


@pytest.fixture(scope="module")
def voiced(tiny: Any) -> Any:
    return lambda *words: tiny("voiced", *words, settings=DAYS, **_asked(0.9))


def _sums(run: Any, *kinds: Lived) -> float:
    return float(sum(run.outcome.experience_sums[kind, ..., 0].sum() for kind in kinds))


def _unhappy(run: Any) -> int:
    o = run.outcome.orders
    return int(((o.filled("answered") == 1) & (o.filled("csat_true") > 0) & (o.filled("csat_true") <= 2)).sum())


def test_who_was_unhappy_and_silent_is_called_and_remembers_better(voiced: Any) -> None:
    plain, calls = voiced(), voiced(*CALLS)
    c = calls.outcome.contacts
    back = c.filled("reason") == Reason.CALL_BACK
    assert 10 < back.sum() <= _unhappy(plain)
    assert (c.filled("attempt")[back] == 1).all()
    assert (c.filled("abandoned")[back] == 0).all()
    assert calls.kpi("called_back") > 0.0 == plain.kpi("called_back")
    assert calls.kpi("memory") > plain.kpi("memory")
    assert calls.kpi("agent_hours") > plain.kpi("agent_hours")
    asked = plain.outcome.contacts.n
    assert abs(calls.outcome.contacts.n - back.sum() - asked) < 0.02 * asked  # a call is no request of the customer
    assert not np.isin(calls.outcome.orders.filled("complained")[c.filled("row")[back]], 1).any()


def test_a_trade_account_is_called_once_whatever_number_of_lines_it_judges() -> None:
    """Lines 0 and 2 of account 3, line 4 of account 5, and consumers: one call an account, one a consumer's line, in order."""
    o = Columns(ORDER_COLUMNS, 6)
    o.take(6)
    o["consumer"][:], o["account"][:] = [-1, 7, -1, 7, -1, 8], [3, 3, 3, 3, 5, -1]
    assert once(np.arange(6, dtype=np.int32), o).tolist() == [0, 1, 3, 4, 5]
    assert once(np.array([2, 5], dtype=np.int32), o).tolist() == [2, 5]
    assert once(np.empty(0, dtype=np.int32), o).size == 0


def test_a_late_call_makes_less_good(voiced: Any) -> None:
    soon, late = voiced(*CALLS, "feedback.callback_d=0"), voiced(*CALLS, "feedback.callback_d=30")
    each = [
        run.outcome.experience_sums[Lived.RECOVERY, ..., 1].sum() / max(1, (run.outcome.contacts.filled("reason") == Reason.CALL_BACK).sum())
        for run in (soon, late)
    ]
    assert each[0] > each[1] > 0.0


def test_what_answers_name_is_mended_paid_and_told(voiced: Any) -> None:
    plain, mends = voiced(), voiced(*MENDS, "feedback.returned=true")
    e = mends.outcome.events
    mended = e["kind"] == Event.TOUCHPOINT_MENDED
    names = {mends.world.touch.ids[k] for k in e["place"][mended]}
    assert {"checkout", "driver"} <= names
    assert "reviews" not in names  # the firm does not lead what others say
    assert (e["quantity"][mended] >= 3).all()
    o, end = mends.outcome.orders, mends.outcome.horizon_h
    failed = (o.filled("problems") & 32) != 0
    last = (o.filled("placed") > end - 24.0 * 30) & (o.filled("kind") == OrderKind.DIRECT)
    assert failed[last].mean() < 0.2 * ((plain.outcome.orders.filled("problems") & 32) != 0)[: len(failed)].mean()
    assert mends.kpi("satisfaction") > plain.kpi("satisfaction")
    j = mends.outcome.journal
    paid = -j["cents"][(j["account"] == Posted.TOUCHPOINTS) & (j["place"] == -1)].sum()
    assert paid == 100 * 5_000 * mended.sum() == 100 * 5_000 * mends.kpi("touchpoints_mended")
    assert _sums(mends, Lived.FEEDBACK_RETURNED) > 3 * len(names)
    assert _sums(voiced(*MENDS), Lived.FEEDBACK_RETURNED) == 0.0


def test_who_is_not_asked_is_not_heard(tiny: Any) -> None:
    few = tiny("few voices", *MENDS, *CALLS, settings=DAYS, **_asked(0.0))
    assert few.kpi("touchpoints_mended") == few.kpi("called_back") == 0.0


def test_agents_report_what_they_hear(tiny: Any) -> None:
    """Nobody answers surveys, yet what people call about is mended, where they call and agents report."""
    silent, reports = (tiny("few voices", *MENDS, *words, settings=DAYS, **_asked(0.0)) for words in ((), ("feedback.staff_share=1",)))
    assert reports.kpi("touchpoints_mended") > 0.0 == silent.kpi("touchpoints_mended")


def test_managers_report_what_they_see_in_shops(tiny: Any) -> None:
    """Nobody answers surveys and no agent reports: what goes wrong in shops is mended, where managers look; half of them see half."""
    silent, half, reports = (tiny("few voices", *MENDS, f"feedback.manager_share={k}", settings=DAYS, **_asked(0.0)) for k in (0, 0.5, 1))
    assert reports.kpi("touchpoints_mended") > 0.0 == silent.kpi("touchpoints_mended")
    o = reports.outcome.orders
    shops = int(((o.filled("account") >= 0) & (o.filled("trouble") >= 0)).sum())
    told = [sum(e["quantity"][e["kind"] == Event.TOUCHPOINT_MENDED].sum() for e in (run.outcome.events,)) for run in (half, reports)]
    assert 0 < told[1] <= shops
    assert told[0] <= told[1]


def test_words_answered_in_public_sound_better_and_cost(voiced: Any) -> None:
    plain, answers = voiced(), voiced("feedback.reviews_answered=1")
    assert answers.replication.experiences.word_sum.sum() > plain.replication.experiences.word_sum.sum()
    assert answers.replication.market.reputation.sum() > plain.replication.market.reputation.sum()
    e = answers.outcome.events
    told = e["kind"] == Event.REVIEWS_ANSWERED
    spoke = (answers.outcome.orders.filled("spoke") != 0).sum()
    assert 0.8 * spoke < e["quantity"][told].sum() <= 1.3 * spoke  # of a line more may be said than the last word
    assert answers.kpi("touchpoint_cost") > plain.kpi("touchpoint_cost")


def test_the_log_holds_what_is_said_and_asked_and_nothing_of_it_is_felt(voiced: Any) -> None:
    run = voiced("organisation.proactive=0.5")
    sums = run.outcome.experience_sums
    for kind in (*ONLY_TOLD, Lived.REVIEW_READ, Lived.SENT_BACK):
        if kind not in (Lived.PROMISE_CHANGED, Lived.TRAINED, Lived.RECALLED):  # nobody changes, trains or recalls here
            assert sums[kind, ..., 0].sum() > 0, kind.name
        assert sums[kind, ..., 1].sum() == 0.0, kind.name
    c = run.outcome.contacts
    first = (c.filled("attempt") == 1) & ~np.isnan(c.filled("t"))
    for kind, reason in ((Lived.QUESTION, Reason.INFORMATION), (Lived.FOUND_OUT, Reason.WHERE_IS_MY_ORDER), (Lived.HELP_ASKED, Reason.USE_HELP)):
        made = (first & (c.filled("reason") == reason) & (c.filled("t") >= 0) & (c.filled("t") < run.outcome.horizon_h - 24.0 * 4)).sum()
        assert made <= _sums(run, kind) <= (first & (c.filled("reason") == reason)).sum(), kind.name


def test_praise_that_is_expected_disappoints(voiced: Any) -> None:
    """Who believes what others say expects it: with bad words about, the same deliveries please more; and the other way round."""
    plain, believes = voiced(), voiced("satisfaction.word_expected=1")
    change = believes.kpi("satisfaction") - plain.kpi("satisfaction")
    assert change * plain.replication.market.reputation.mean() < 0.0


def test_sending_back_is_felt_where_it_is_an_effort(voiced: Any) -> None:
    plain, hard = voiced(), voiced("satisfaction.return_effort=2")
    assert hard.outcome.experience_sums[Lived.SENT_BACK, ..., 1].sum() < 0.0
    assert hard.kpi("satisfaction") < plain.kpi("satisfaction")


def test_with_bias_the_extremes_answer_and_the_mean_of_answers_leaves_that_of_all(voiced: Any) -> None:
    level, biased = voiced("satisfaction.response_bias=0"), voiced("satisfaction.response_bias=1")
    assert biased.kpi("response_rate") > level.kpi("response_rate")
    o = biased.outcome.orders
    assert o.n > 100


def test_the_levels_of_the_pyramid_fall_where_their_level_fails(tiny: Any) -> None:
    """Goods that come broken spoil the first level, and with it those above."""
    plain = tiny("levels", settings=DAYS)
    levels = {name: plain.kpi(name) for name in ("level_needs", "level_ease", "level_joy")}
    assert 1.0 > levels["level_needs"] > levels["level_ease"] >= levels["level_joy"] > 0.0
    broken = tiny("broken", settings=DAYS, lanes=lambda rows: [row | {"damage_share": 0.3} for row in rows])
    assert broken.kpi("level_needs") < levels["level_needs"] - 0.03
