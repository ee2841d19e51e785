"""What a delivery, an answer and the weeks leave: kernels against slow twins, memory, words, surveys, trade accounts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from delivered import survey
from hypothesis import given
from hypothesis import strategies as st

from e2esim.customers.feelings_kernels import contacts_felt
from e2esim.customers.journey_kernels import accounts_receive, after_delivery, fade, overdue, survey_row
from e2esim.customers.satisfaction_kernels import CES_SHARES, CSAT_SHARES, NPS_SHARES, answer, cut_points, decayed, judge, judge_contact, remembered
from e2esim.customers.trade_kernels import count_sales
from e2esim.domain.book import CONTACT_COLUMNS, ORDER_COLUMNS, Columns, OrderKind, Problem, Reason, ReturnCause, Service
from e2esim.domain.world import World
from e2esim.streams import Streams
from e2esim.streams.draws import exponential, logistic, normal, uniform

F = npt.NDArray[np.float64]


def book(n: int, seed: int, **columns: Any) -> Columns:
    """Order lines with random facts; ``columns`` set some."""
    rng, o = np.random.default_rng(seed), Columns(ORDER_COLUMNS, n)
    o.take(n)
    o["address"][:] = rng.integers(1, 1 << 50, n)
    o["kind"][:] = rng.integers(0, 2, n)
    o["item"][:], o["channel"][:], o["segment"][:] = rng.integers(0, 3, n), rng.integers(0, 2, n), rng.integers(0, 2, n)
    o["problems"][:] = rng.choice([0, 0, 0, 1, 2, 4, 5, 16, 33], n)
    o["services"][:] = rng.integers(0, 32, n)
    o["consumer"][:] = np.where(rng.uniform(size=n) < 0.9, np.arange(n), -1)
    o["delivered"][:] = rng.uniform(0, 900, n)
    o["promised"][:], o["placed"][:] = o["delivered"] - rng.uniform(-100, 100, n), o["delivered"] - rng.uniform(0, 900, n)
    o["price_ratio"][:] = rng.uniform(0.8, 1.2, n)
    for name, values in columns.items():
        o[name][:] = values
    return o


@pytest.mark.parametrize("seed", range(3))
def test_after_delivery_twin(seed: int) -> None:
    """Complaints, questions, claims and returns of each line, in order."""
    n, key = 3_000, Streams(seed).key("after")
    defect, second, usage, prevented = np.array([0.05, 0.0, 0.5]), np.array([0.02, 0.2]), 0.1, 0.3
    o = book(n, seed)
    given_problems = o["problems"].copy()
    ask = (np.empty(2 * n, dtype=np.int32), np.empty(2 * n), np.empty(2 * n, dtype=np.uint8))
    back = (np.empty(n, dtype=np.int32), np.empty(n), np.empty(n, dtype=np.uint8))
    rows = np.arange(n, dtype=np.int32)[::-1].copy()
    n_ask, n_back = after_delivery(
        rows,
        key,
        o["kind"],
        o["delivered"],
        o["item"],
        o["channel"],
        o["problems"],
        o["services"],
        o["address"],
        o["consumer"],
        defect,
        second,
        usage,
        prevented,
        *ask,
        *back,
    )
    asks, returns, defects = [], [], 0
    for r in rows.tolist():
        if o["consumer"][r] < 0:
            continue
        who, t, bits = int(o["address"][r]), float(o["delivered"][r]), Problem(int(given_problems[r]))
        used = Service(int(o["services"][r]))
        u, reach = [uniform(key, who, k) for k in range(10)], 0.3 if o["kind"][r] == OrderKind.SELL_OUT else 1.0  # the rest asks the shop
        if bits & (Problem.DAMAGED | Problem.INCOMPLETE | Problem.INSTALL_FAILED) and u[0] < 0.8 * reach:
            asks.append((r, t + exponential(key, who, 1, 8.0), int(Reason.COMPLAINT)))
        elif u[2] < reach * usage * (1.0 - prevented * bool(used & Service.USE_FOLLOWUP)):
            asks.append((r, t + exponential(key, who, 3, 480.0), int(Reason.USE_HELP)))
        if bits & Problem.DAMAGED and u[4] < 0.5:
            returns.append((r, t + 48.0 + exponential(key, who, 5, 96.0), int(ReturnCause.DAMAGE)))
        elif u[6] < second[o["channel"][r]] * (0.5 if used & Service.NEEDS_ANALYSIS else 1.0):
            returns.append((r, t + 48.0 + 288.0 * u[7], int(ReturnCause.SECOND_THOUGHTS)))
        elif u[8] < defect[o["item"][r]]:
            when = t + exponential(key, who, 9, 2400.0)
            asks.append((r, when, int(Reason.CLAIM)))
            returns.append((r, when + 120.0, int(ReturnCause.DEFECT)))
            defects += 1
            assert o["problems"][r] == bits | Problem.DEFECT
    for found, count, twin in ((ask, n_ask, asks), (back, n_back, returns)):
        assert [x[:count].tolist() for x in (found[0], found[2])] == [[one[k] for one in twin] for k in (0, 2)]
        assert found[1][:count] == pytest.approx([one[1] for one in twin], rel=1e-12)
    assert defects == np.count_nonzero(o["problems"] & Problem.DEFECT) > 0
    assert {cause for *_, cause in returns} == {1, 2, 4}


def test_overdue_twin() -> None:
    """Only undelivered lines ask, trade a quarter as often, a shop's consumers mostly the shop, between 8 and 17 hours later."""
    n, key, now, share = 2_000, Streams(4).key("overdue"), 480.0, 0.6
    o = book(n, 4)
    o["delivered"][::2] = np.nan
    out, times = np.empty(n, dtype=np.int32), np.empty(n)
    rows = np.arange(n, dtype=np.int32)
    m = overdue(rows, now, key, o["kind"], o["address"], o["delivered"], o["consumer"], share, out, times)
    twin = []
    for r in range(n):
        there = not math.isnan(o["delivered"][r]) and o["delivered"][r] <= now
        part = 0.25 if o["consumer"][r] < 0 else 0.3 if o["kind"][r] == OrderKind.SELL_OUT else 1.0
        chance = part * share
        if not there and uniform(key, int(o["address"][r]), 0) < chance:
            twin.append((r, now + 8.0 + 9.0 * uniform(key, int(o["address"][r]), 1)))
    assert list(zip(out[:m].tolist(), times[:m].tolist(), strict=True)) == twin
    assert 100 < m < n


def test_survey_row_twin() -> None:
    """Each answer is the number of cut points below slope x (feeling - 1 + style) + logistic noise."""
    key, slope, style_sd, response = Streams(2).key("survey"), 4.0, 0.15, 0.3
    cuts = [cut_points(x, slope * style_sd) for x in (CSAT_SHARES, NPS_SHARES, CES_SHARES)]
    rng = np.random.default_rng(1)
    for line in range(400):
        who, s, memory, ease = line // 3, rng.uniform(-0.5, 1.5), rng.uniform(0, 1.4), rng.uniform(0, 1)
        found = survey_row(key, line, who, s, memory, ease, slope, style_sd, response, *cuts)
        style = style_sd * normal(key, who, 0)
        latent = [slope * (x - 1.0 + style) + logistic(key, line, k) for k, x in ((1, s), (2, 0.6 * s + 0.4 * memory), (3, ease))]
        twin = [int((cut < y).sum()) for cut, y in zip(cuts, latent, strict=True)]
        said = uniform(key, line, 4) < min(0.95, response * (1.0 + abs(s - 1.0)))
        assert found == (1 + twin[0], twin[1], 1 + twin[2], int(said))
        assert 1 <= found[0] <= 5
        assert 0 <= found[1] <= 10
        assert 1 <= found[2] <= 7


def test_answers_of_a_normal_experience_have_the_stated_shares(shipped: World) -> None:
    """S about one, everybody's own style: cumulative shares of scores are those of the cut points, within 1.5 points."""
    found = survey(shipped.attributes, late_d=np.full(60_000, -1.0), lead_over_d=np.zeros(60_000))
    assert [(found.csat <= k).mean() for k in (1, 2, 3, 4)] == pytest.approx(CSAT_SHARES, abs=0.015)
    assert [(found.nps <= k).mean() for k in range(10)] == pytest.approx(NPS_SHARES, abs=0.015)
    assert [(found.ces <= k).mean() for k in range(1, 7)] == pytest.approx(CES_SHARES, abs=0.015)


def test_recommendation_follows_satisfaction_with_noise(shipped: World) -> None:
    """NPS is an output: it rises with CSAT, from negative to clearly positive, and the correlation is far from one (ECSI .52)."""
    n = 60_000
    late = np.where(np.arange(n) % 5 == 0, np.arange(n) % 11, -1.0)
    found = survey(shipped.attributes, late_d=late, lead_over_d=np.zeros(n))
    nps = [100.0 * ((found.nps[found.csat == k] >= 9).mean() - (found.nps[found.csat == k] <= 6).mean()) for k in (1, 3, 5)]
    assert nps == sorted(nps)
    assert nps[0] < 0.0
    assert nps[2] > 30.0
    assert 0.15 < np.corrcoef(found.csat, found.nps)[0, 1] < 0.7


def test_bad_experiences_are_told_more(shipped: World) -> None:
    """About three in four after bad service, one in four after good."""
    n = 20_000
    good, bad = (survey(shipped.attributes, late_d=np.full(n, d), lead_over_d=np.zeros(n)) for d in (-1.0, 12.0))
    assert (good.spoke == 1).mean() == pytest.approx(0.25, abs=0.015)
    assert (bad.spoke == -1).mean() == pytest.approx(0.75, abs=0.015)


@given(memory=st.floats(-1.0, 2.0), base=st.floats(0.5, 1.5), half=st.floats(10.0, 9_000.0))
def test_memory_halves_its_distance_from_the_base_line(memory: float, base: float, half: float) -> None:
    """After one half-life half the distance is left, after two a quarter; time never runs back."""
    assert decayed(memory, base, half, half) - base == pytest.approx((memory - base) / 2.0)
    assert decayed(memory, base, 2.0 * half, half) - base == pytest.approx((memory - base) / 4.0)
    assert decayed(memory, base, -5.0, half) == pytest.approx(memory)


@given(memory=st.floats(-1.0, 2.0), s=st.floats(-2.0, 2.5), eta=st.floats(0.05, 1.0), extreme=st.floats(0.0, 2.0))
def test_memory_moves_towards_the_experience_and_not_beyond(memory: float, s: float, eta: float, extreme: float) -> None:
    """The new memory lies between the old one and the experience."""
    new = remembered(memory, s, eta, extreme)
    assert min(memory, s) - 1e-12 <= new <= max(memory, s) + 1e-12


def test_peak_and_end() -> None:
    """An extreme weighs more than its size; of the same experiences the last one counts most."""
    eta, extreme = 0.35, 0.8
    mild, strong = (remembered(1.0, s, eta, extreme) - 1.0 for s in (0.8, 0.2))
    assert strong / mild > 4.0 * 1.2  # four times the distance, more than four times the trace
    bad_end = remembered(remembered(1.0, 1.4, eta, extreme), 0.2, eta, extreme)
    good_end = remembered(remembered(1.0, 0.2, eta, extreme), 1.4, eta, extreme)
    assert good_end > bad_end + 0.2


def test_words_fade_and_are_weighed_against_neutral_ones() -> None:
    """Reputation is the mean word with a prior of neutral words; without new words it returns to zero."""
    total, count, out = np.array([12.0, -6.0]), np.array([30.0, 10.0]), np.empty(2)
    fade(total, count, 0.5, 20.0, out)
    assert out == pytest.approx([6.0 / 35.0, -3.0 / 25.0])
    for _ in range(60):
        fade(total, count, 0.5, 20.0, out)
    assert np.abs(out).max() < 1e-12


def test_a_slow_or_empty_answer_costs_a_fast_one_does_not(shipped: World) -> None:
    """Signs of a contact: wait, repeats and an open question cost satisfaction and ease; product only does not see them."""
    a = shipped.attributes

    def contact(wait: float = 1.0, resolved: bool = True, steps: float = 0.0, only: bool = False) -> tuple[float, float]:
        return judge_contact(wait, 4.0, resolved, steps, 1.0, 1.0, a.gain, a.loss, a.tolerance, a.shape, 1.0, 0.6, only)

    fast = contact()
    assert fast[0] >= 1.0
    assert fast[1] == 1.0
    for worse in (contact(wait=30.0), contact(resolved=False), contact(steps=2.0)):
        assert worse[0] < fast[0]
        assert worse[1] < fast[1]
    both = contact(wait=30.0, resolved=False)
    loss = 1.0 - contact(wait=30.0)[1], 1.0 - contact(resolved=False)[1]
    assert 1.0 - both[0] == pytest.approx(sum(loss) + 0.6 * loss[0] * loss[1])
    assert contact(wait=90.0, resolved=False, steps=3.0, only=True)[0] == 1.0


def test_contacts_felt_twin(shipped: World) -> None:
    """Memory of consumers and accounts after each contact, and the ease answer of the order."""
    rng, n, a = np.random.default_rng(8), 400, shipped.attributes
    o, c = book(n, 8), Columns(CONTACT_COLUMNS, n)
    c.take(n)
    c["row"][:], c["t"][:] = rng.integers(0, n, n), np.sort(rng.uniform(1_000, 1_500, n))
    c["consumer"][:] = np.where(rng.uniform(size=n) < 0.8, rng.integers(0, 50, n), -1)
    c["account"][:] = np.where(c["consumer"] < 0, rng.integers(0, 3, n), -1)
    c["answered"][:], c["attempt"][:], c["handoffs"][:] = c["t"] + rng.exponential(9.0, n), rng.integers(1, 4, n), rng.integers(0, 2, n)
    c["resolved"][:], c["abandoned"][:] = rng.integers(0, 2, n), rng.uniform(size=n) < 0.2
    c["answered"][c["abandoned"] == 1] = np.nan
    o["ces_true"][:] = rng.integers(0, 8, n)
    memory, memory_t, trade, address = np.full(50, 1.0, dtype=np.float32), np.full(50, 900.0, dtype=np.float32), np.ones(3), rng.integers(1, 1 << 40, 50)
    key, cuts, w_ease = Streams(1).key("ease"), cut_points(CES_SHARES, 0.6), np.array([0.9, 1.1])
    ces = o["ces_true"].copy()
    contacts_felt(
        np.arange(n, dtype=np.int32),
        key,
        c["row"],
        c["consumer"],
        c["account"],
        c["t"],
        c["answered"],
        c["attempt"],
        c["handoffs"],
        c["resolved"],
        c["abandoned"],
        o["segment"],
        o["price_ratio"],
        o["address"],
        ces,
        memory,
        memory_t,
        trade,
        address,
        4.0,
        1.05,
        0.9,
        a.gain,
        a.loss,
        a.tolerance,
        a.shape,
        w_ease,
        0.6,
        False,
        5760.0,
        0.35,
        0.8,
        4.0,
        0.15,
        cuts,
    )
    m, at, firm = [1.0] * 50, [900.0] * 50, [1.0] * 3
    asked = o["ces_true"].copy()
    for x in range(n):
        r, gave_up = int(c["row"][x]), bool(c["abandoned"][x])
        done = float(c["t"][x] if gave_up else c["answered"][x])
        wait = 12.0 if gave_up else done - float(c["t"][x])
        steps = float(c["attempt"][x]) - 1.0 + float(c["handoffs"][x])
        s, ease = judge_contact(
            wait,
            4.0,
            bool(c["resolved"][x]),
            steps,
            1.05,
            float(o["price_ratio"][r]),
            a.gain,
            a.loss,
            a.tolerance,
            a.shape,
            w_ease[o["segment"][r]],
            0.6,
            False,
        )
        who = int(c["consumer"][x])
        if who < 0:
            firm[c["account"][x]] = remembered(firm[c["account"][x]], s, 0.35 * 0.02, 0.8)
            continue
        m[who] = remembered(decayed(m[who], 0.9, done - at[who], 5760.0), s, 0.35, 0.8)
        at[who] = max(done, at[who])
        if asked[r] > 0:
            latent = 4.0 * (ease - 1.0 + 0.15 * normal(key, int(address[who]), 0)) + logistic(key, int(o["address"][r]), int(c["attempt"][x]))
            asked[r] = 1 + answer(latent, cuts)
    assert memory == pytest.approx(m, abs=1e-4)
    assert trade == pytest.approx(firm)
    assert np.array_equal(ces, asked)
    assert (ces != o["ces_true"]).sum() > 50


def test_accounts_receive_twin(shipped: World) -> None:
    """A trade account judges its lines by its own weights and without enjoyment; each line moves its memory a little."""
    n, a = 300, shipped.attributes
    o = book(n, 12, consumer=-1, account=np.arange(n) % 3)
    o["account"][::10] = -1
    keys = np.array([Streams(1).key(k) for k in ("quality", "survey", "word")], dtype=np.uint64)
    memory, quality, reference = np.array([1.0, 0.8, 1.2]), np.array([1.0, 1.1, 0.95]), np.array([10.0, 14.0])
    w = {"punctuality": np.array([1.3, 1.0]), "lead": np.array([1.0, 0.8]), "ease": np.array([0.8, 1.2]), "experience": np.array([0.2, 0.5])}
    response, cuts = np.array([0.6, 0.4]), [cut_points(x, 0.6) for x in (CSAT_SHARES, NPS_SHARES, CES_SHARES)]
    rows = np.arange(n, dtype=np.int32)
    accounts_receive(
        rows,
        keys,
        o["delivered"],
        o["promised"],
        o["placed"],
        o["item"],
        o["channel"],
        o["segment"],
        o["problems"],
        o["services"],
        o["price_ratio"],
        o["address"],
        o["account"],
        np.array([71, 72, 73]),
        o["satisfaction"],
        o["csat_true"],
        o["nps_true"],
        o["ces_true"],
        o["answered"],
        memory,
        quality,
        reference,
        np.zeros(2),
        a.gain,
        a.loss,
        a.tolerance,
        a.shape,
        *w.values(),
        response,
        0.6,
        False,
        0.014,
        0.8,
        4.0,
        0.15,
        *cuts,
    )
    twin = [1.0, 0.8, 1.2]
    for r in range(n):
        who = int(o["account"][r])
        if who < 0:
            assert math.isnan(o["satisfaction"][r])
            continue
        bits, seg = int(o["problems"][r]), int(o["segment"][r])
        late = float(o["delivered"][r]) / 24.0 - math.floor(float(o["promised"][r]) / 24.0)
        over = float(o["delivered"][r] - o["placed"][r]) / 24.0 - reference[o["channel"][r]]
        s, _ = judge(
            late,
            over,
            bool(bits & 1),
            bool(bits & 2),
            bool(bits & 4),
            bool(bits & 16),
            float(bits & 32 != 0),
            0.0,
            0.0,
            quality[o["item"][r]] + 0.05 * normal(keys[0], int(o["address"][r]), 0),
            float(o["price_ratio"][r]),
            a.gain,
            a.loss,
            a.tolerance,
            a.shape,
            *(x[seg] for x in w.values()),
            0.6,
            False,
        )
        assert o["satisfaction"][r] == pytest.approx(s, abs=1e-4)
        twin[who] = remembered(twin[who], s, 0.014, 0.8)
        assert 1 <= o["csat_true"][r] <= 5
    assert memory == pytest.approx(twin, abs=1e-5)


def test_count_sales_twin() -> None:
    """Only sell-out lines count, by account and item."""
    n, rng = 500, np.random.default_rng(3)
    o = book(n, 3, kind=rng.integers(0, 3, n), account=rng.integers(0, 4, n), quantity=rng.integers(1, 5, n))
    rows, sold = rng.permutation(n)[:400].astype(np.int32), np.zeros((4, 3))
    count_sales(o["account"], o["item"], o["quantity"], o["kind"], rows, sold)
    twin = np.zeros((4, 3))
    for r in rows:
        twin[o["account"][r], o["item"][r]] += o["quantity"][r] if o["kind"][r] == 1 else 0
    assert np.array_equal(sold, twin)
    assert sold.sum() > 0
