"""What comes weeks after a delivery, what is promised and what comes back: kernels against the same moments written one after the other."""

from __future__ import annotations

import math

import numpy as np
import pytest
from delivered import no_touchpoints

from e2esim.customers.billing import wrong_bills
from e2esim.customers.books import order_facts
from e2esim.customers.emission_kernels import TOLD_D, come_later, promised, received, refunded
from e2esim.customers.expecting import LeadTimes, lead_expected
from e2esim.customers.journey_kernels import AFTER, DEFECT_SHOWS, IN_USE, SHOP_MENDS, SHOP_REPLACES
from e2esim.domain.book import ORDER_COLUMNS, Columns, LineProblem, OrderKind, ReturnCause, Service
from e2esim.domain.experience import EXPERIENCE, Flag, Lived
from e2esim.domain.world import ATTRIBUTES
from e2esim.streams import Streams
from e2esim.streams.draws import uniform

N, NOW, ENDS = 300, 2_000.0, int(Flag.ENDS)
DAMAGE, DEFECT, EFFORT, LEAD, PUNCTUAL = (ATTRIBUTES.index(name) for name in ("damage", "defect", "effort", "lead_time", "punctuality"))


def lines(seed: int) -> Columns:
    """Delivered lines of two channels, some of trade, late, damaged, followed up."""
    rng, o = np.random.default_rng(seed), Columns(ORDER_COLUMNS, N)
    o.take(N)
    o["address"][:], o["channel"][:], o["market"][:] = rng.integers(1, 1 << 40, N), rng.integers(0, 2, N), rng.integers(0, 2, N)
    o["consumer"][:] = np.where(rng.uniform(size=N) < 0.7, np.arange(N), -1)
    o["account"][:] = np.where(o["consumer"] < 0, rng.integers(0, 3, N), -1)
    o["kind"][:] = rng.integers(0, 3, N)
    o["services"][:] = rng.choice([0, int(Service.USE_FOLLOWUP), int(Service.DELAY_TOLD)], N)
    o["problems"][:] = rng.choice([0, 0, int(LineProblem.DAMAGED)], N)
    o["placed"][:] = rng.uniform(-200.0, 900.0, N)
    o["promised"][:] = np.where(rng.uniform(size=N) < 0.9, o["placed"] + rng.uniform(24.0, 400.0, N), np.nan)
    o["delivered"][:] = np.where(rng.uniform(size=N) < 0.5, o["promised"] - 48.0, o["promised"] + 96.0)
    o["return_cause"][:] = rng.integers(0, 6, N)
    return o


def told(batch: np.ndarray, n: int) -> list[tuple[float, ...]]:
    """Row, kind, attribute, flags, shown and expected of the first ``n`` experiences."""
    names = ("row", "kind", "attribute", "flags", "shown", "expected")
    return [tuple(round(float(x[name]), 4) for name in names) for x in batch[:n]]


def room() -> np.ndarray:
    """An empty buffer."""
    return np.zeros(12 * N, dtype=EXPERIENCE)


def repaid(o: Columns, r: int, kind: int, share: float) -> list[tuple[float, ...]]:
    """What is made good of a line of a consumer."""
    if o["consumer"][r] < 0:
        return []
    late = float(o["delivered"][r]) / 24.0 - math.floor(float(o["promised"][r]) / 24.0) if o["delivered"][r] <= NOW else 0.0
    found = [(r, kind, PUNCTUAL, 0, share, round(float(np.float32(late)), 4))] if late > 0.0 else []
    found += [(r, kind, DAMAGE, 0, share, 1.0)] if o["problems"][r] & LineProblem.DAMAGED else []
    found += [(r, kind, DEFECT, 0, share, 1.0)] if o["problems"][r] & LineProblem.DEFECT else []
    return [*found[:-1], (*found[-1][:3], ENDS, *found[-1][4:])] if found else []


def test_use_comes_before_defects_and_these_before_what_shops_make_good() -> None:
    o, out = lines(1), room()
    codes = np.arange(AFTER * N, dtype=np.int32)[:: AFTER - 1].copy()
    n = come_later(out, codes, NOW, Streams(1).key("touch"), order_facts(o), no_touchpoints(2), 0.25, 0.5)
    rows, kinds = (codes // AFTER).tolist(), (codes % AFTER).tolist()
    pairs = list(zip(rows, kinds, strict=True))
    twin = [(r, int(Lived.FOLLOW_UP), 11, ENDS, 0.25, 0.0) for r, kind in pairs if kind == IN_USE and o["services"][r] & Service.USE_FOLLOWUP]
    twin += [(r, int(Lived.DEFECT_MET), DEFECT, ENDS | int(Flag.SPEAKS), 1.0, 0.0) for r, kind in pairs if kind == DEFECT_SHOWS]
    assert all(o["problems"][r] & LineProblem.DEFECT for r, kind in pairs if kind == DEFECT_SHOWS)
    for r, kind in pairs:
        twin += repaid(o, r, int(Lived.SHOP_RECOVERY), 0.5) if kind in (SHOP_MENDS, SHOP_REPLACES) else []
    assert told(out, n) == twin
    assert {int(x[1]) for x in twin} == {int(Lived.FOLLOW_UP), int(Lived.DEFECT_MET), int(Lived.SHOP_RECOVERY)}


@pytest.mark.parametrize("effort", [0.0, 1.0])
def test_who_sends_back_feels_the_effort_before_the_credit(effort: float) -> None:
    o, out, rows = lines(2), room(), np.arange(N, dtype=np.int32)
    cause = o["return_cause"]
    n = refunded(out, rows, NOW, cause, effort, 0.5, order_facts(o))
    sent = (ReturnCause.DEFECT, ReturnCause.SECOND_THOUGHTS, ReturnCause.DAMAGE)
    flags = ENDS if effort else 0
    twin: list[tuple[float, ...]] = [(r, int(Lived.SENT_BACK), EFFORT, flags, effort, 0.0) for r in range(N) if o["consumer"][r] >= 0 and cause[r] in sent]
    for r in range(N):
        twin += repaid(o, r, int(Lived.REFUND), 0.5) if cause[r] in (ReturnCause.DEFECT, ReturnCause.DAMAGE) else []
    assert told(out, n) == twin
    assert len({x[1] for x in twin}) == 2


def test_a_promise_is_told_against_what_is_expected() -> None:
    """Lines of before the run and lines without a day are not told; the day that is watched ends at midnight."""
    o, out, rows, over = lines(3), room(), np.arange(N, dtype=np.int32), np.empty(N)
    rng = np.random.default_rng(3)
    known = LeadTimes(np.array([5.0, 9.0]), np.array([4.0, 7.0]), 0.5, 0.1, *(rng.uniform(0, 90, s) for s in ((2, 2), (2, 2), 3, 3)))
    n = promised(out, rows, order_facts(o), known, over)
    twin = []
    for r in range(N):
        trade, place = o["consumer"][r] < 0, (o["channel"][r], o["market"][r])
        usual = (known.trade if trade else known.consumer)[place[0]] * 0.9 ** (max(0.0, float(o["placed"][r])) / 8760.0)
        days, count = (known.own_lived[o["account"][r]], known.own_lines[o["account"][r]]) if trade else (known.lived[place], known.lines[place])
        expected = 0.5 * usual + 0.5 * (days + 20.0 * usual) / (count + 20.0)
        assert lead_expected(r, order_facts(o), known) == pytest.approx(expected, rel=1e-12)
        if o["placed"][r] >= 0.0 and not np.isnan(o["promised"][r]):
            shown = float((o["promised"][r] - o["placed"][r]) / 24.0)
            twin.append((r, int(Lived.PROMISED), LEAD, 0, round(shown, 4), round(float(np.float32(expected)), 4)))
    assert told(out, n) == twin
    assert 0 < n < N
    np.testing.assert_array_equal(over, (np.floor(o["promised"].astype(np.float64) / 24.0) + 1.0) * 24.0)


def test_a_delay_that_was_told_is_forgiven_in_part() -> None:
    o, out, rows = lines(4), room(), np.arange(N, dtype=np.int32)
    n = received(out, rows, Streams(1).key("touch"), order_facts(o), no_touchpoints(2), np.full(N, 6.0), 0.0)
    late = [x for x in told(out, n) if x[2] == PUNCTUAL]
    assert {(x[5] == TOLD_D) == bool(o["services"][int(x[0])] & Service.DELAY_TOLD) for x in late} == {True}


def test_bills_are_wrong_by_channel_and_never_those_of_a_shop() -> None:
    o, rows, out, key = lines(5), np.arange(N, dtype=np.int32)[::-1].copy(), np.empty(N, dtype=np.int32), Streams(1).key("bill")
    share = np.array([0.0, 0.4])
    n = wrong_bills(rows, key, o["address"], o["kind"], o["channel"], share, out)
    twin = [r for r in rows.tolist() if o["kind"][r] != OrderKind.SELL_OUT and uniform(key, int(o["address"][r]), 0) < share[o["channel"][r]]]
    assert out[:n].tolist() == twin
    assert len(twin) > 10
