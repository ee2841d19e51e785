"""The service desk against queueing theory (Erlang, 1917; Palm, 1946), and the laws of silos and one team."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from desk_twin import DeskFacts, by_hand, by_kernel, contacts_at
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.customers import journey
from e2esim.customers.contact_kernels import contacts_closed, waited
from e2esim.customers.desk import on_shift, staffing
from e2esim.customers.desk_kernels import Levers, to_clock, to_work
from e2esim.customers.journey_kernels import stirred
from e2esim.domain.book import CONTACT_COLUMNS, Columns
from e2esim.domain.settings import Organisation
from e2esim.domain.world import World
from e2esim.streams import Streams
from e2esim.streams.draws import exponential

F = npt.NDArray[np.float64]
ERLANG_C = [  # calls an hour, handling [s], agents, P(wait), mean wait [s]
    (100, 180, 6, 0.587516, 105.752961),
    (100, 180, 7, 0.324150, 29.173495),
    (200, 240, 15, 0.565570, 81.442032),
]
RUNS, WARM_H, LONG_H = 160, 20.0, 70.0


def erlang_c(calls_h: float, handle_s: float, agents: int) -> tuple[float, float]:
    """P(wait) and mean wait [s] of M/M/c."""
    load = calls_h * handle_s / 3600.0
    blocked = 1.0
    for k in range(1, agents + 1):
        blocked = load * blocked / (k + load * blocked)
    wait = blocked / (1.0 - load / agents * (1.0 - blocked))
    return wait, wait * handle_s / (agents - load)


def erlang_a(calls_h: float, handle_s: float, agents: int, patience_s: float) -> tuple[float, float, float]:
    """P(wait), P(abandon) and mean wait of everybody [s] of M/M/c+M, from its birth and death chain."""
    arrive, serve, leave = calls_h / 3600.0, 1.0 / handle_s, 1.0 / patience_s
    weight, total, wait, queue = 1.0, 1.0, 0.0, 0.0
    for n in range(1, agents + 400):
        weight *= arrive / (min(n, agents) * serve + max(0, n - agents) * leave)
        total += weight
        if n >= agents:
            wait += weight
            queue += (n - agents) * weight
    return wait / total, leave * queue / total / arrive, queue / total / arrive


def poisson_times(rng: np.random.Generator, calls_h: float, hours: float) -> F:
    """Times of a Poisson stream [h]."""
    return np.sort(rng.uniform(0.0, hours, rng.poisson(calls_h * hours)))


def replications(calls_h: float, handle_s: float, agents: int, patience_s: float) -> F:
    """Share that waits, share that abandons, mean wait [s] of independent runs after a warm-up, (RUNS, 3)."""
    rng, found = np.random.default_rng(2026), []
    for run in range(RUNS):
        facts = DeskFacts(agents=(agents,), handle_h=handle_s / 3600.0, patience_h=patience_s / 3600.0, seed=run)
        times = poisson_times(rng, calls_h, LONG_H)
        done = by_kernel(facts, contacts_at(times))
        gave_up = done["abandoned"] == 1
        wait = done.waits
        wait[gave_up] = [exponential(facts.keys[1], int(a), 1, facts.patience_h) for a in done["address"][gave_up]]
        seen = times > WARM_H
        found.append((np.mean(wait[seen] > 1e-6), np.mean(gave_up[seen]), 3600.0 * wait[seen].mean()))
    return np.array(found)


def within(values: F, truth: float, errors: float = 3.0) -> bool:
    """True if the mean of independent runs lies within 3 standard errors of ``truth``."""
    return bool(abs(values.mean() - truth) < errors * values.std(ddof=1) / math.sqrt(len(values)))


@pytest.mark.parametrize(("calls_h", "handle_s", "agents", "p_wait", "wait_s"), ERLANG_C)
def test_a_patient_department_is_erlang_c(calls_h: float, handle_s: float, agents: int, p_wait: float, wait_s: float) -> None:
    """One department, always open, nobody leaves: P(wait) and mean wait within 3 standard errors."""
    assert erlang_c(calls_h, handle_s, agents) == pytest.approx((p_wait, wait_s), rel=1e-5)
    runs = replications(calls_h, handle_s, agents, 1e12)
    assert within(runs[:, 0], p_wait)
    assert within(runs[:, 2], wait_s)
    assert runs[:, 0].std(ddof=1) / math.sqrt(RUNS) < 0.01
    assert runs[:, 1].max() == 0.0


@pytest.mark.long
def test_an_impatient_department_is_erlang_a() -> None:
    """Mean patience 120 s: P(wait) .3558, abandonment .1123, mean wait 13.48 s."""
    truth = erlang_a(100.0, 180.0, 6, 120.0)
    assert truth == pytest.approx((0.3558, 0.1123, 13.48), rel=1e-3)
    runs = replications(100.0, 180.0, 6, 120.0)
    for k in range(3):
        assert within(runs[:, k], truth[k])


HOURS = st.sampled_from([(8.0, 18.0), (0.0, 24.0), (9.5, 17.25)])


@given(worked=st.floats(0.0, 5_000.0), hours=HOURS, days=st.integers(1, 7), monday=st.integers(0, 6))
@settings(max_examples=300, deadline=None)
def test_working_time_and_clock_are_inverse(worked: float, hours: tuple[float, float], days: int, monday: int) -> None:
    """Working hours -> clock -> working hours; the clock then stands inside opening hours of a working day."""
    opens, closes = hours
    worked += to_work(0.0, monday, opens, closes, days)
    t = to_clock(worked, monday, opens, closes, days)
    assert to_work(t, monday, opens, closes, days) == pytest.approx(worked, abs=1e-7)
    day, hour = divmod(t + 1e-9, 24.0)
    assert opens - 1e-6 <= hour < closes + 1e-6
    assert (day + monday) % 7 < days


@given(t=st.floats(0.0, 20_000.0), more=st.floats(0.0, 500.0), hours=HOURS, days=st.integers(1, 7), monday=st.integers(0, 6))
@settings(max_examples=300, deadline=None)
def test_working_time_never_runs_back_nor_faster_than_the_clock(t: float, more: float, hours: tuple[float, float], days: int, monday: int) -> None:
    """Between two moments at most the clock's hours are worked."""
    worked = to_work(t + more, monday, *hours, days) - to_work(t, monday, *hours, days)
    assert -1e-7 <= worked <= more + 1e-7


def test_nights_and_weekends_are_skipped() -> None:
    """A request of Friday evening is answered on Monday morning; the desk works 8 to 18, Monday to Friday."""
    friday, monday = 4 * 24.0, 7 * 24.0
    desk = (0, 8.0, 18.0, 5)
    assert to_work(friday + 19.0, *desk) == to_work(monday + 8.0, *desk) == 50.0
    assert to_clock(50.0, *desk) == monday + 8.0
    done = by_kernel(DeskFacts(opens=8.0, closes=18.0, days=5), contacts_at(np.array([friday + 19.0, monday + 12.0])))
    assert done["started"].tolist() == [monday + 8.0, monday + 12.0]
    assert monday + 8.0 < done["answered"][0] < monday + 9.0


@pytest.mark.parametrize("case", range(6))
def test_the_queue_recursion_has_a_slow_twin(case: int) -> None:
    """Departments, relay, loss, patience, nights, attempts: every column as by lists and a shift calendar."""
    rng = np.random.default_rng(case)
    silo = case % 2 == 0
    facts = DeskFacts(
        agents=(2, 3, 1) if silo else (4,),
        route=(1, 1, 2, 2, 0) if silo else (0,) * 5,
        first_weekday=case,
        opens=8.0,
        closes=18.0,
        days=5 + case % 3,
        handle_h=0.4,
        cases=3.0 if case > 1 else 1.0,
        slower=4.0 if case > 2 else 1.0,
        patience_h=0.7 if case < 4 else 1e9,
        relay_share=0.5,
        relay_h=3.0,
        relay_loss=0.3,
        levers=Levers(0.4, 0.8, 0.7, 0.6, 0.5),
        conflict=0.3,
        aware=0.2,
        written=0.4 if case > 3 else 0.0,
        seed=case,
    )
    n = 600
    times, reasons = np.sort(rng.uniform(0.0, 300.0, n)), rng.integers(0, 5, n).astype(np.uint8)
    attempts = rng.integers(1, 5, n).astype(np.uint8)
    fast, slow = (contacts_at(times, reasons=reasons, attempts=attempts) for _ in range(2))
    a, b = by_kernel(facts, fast), by_hand(facts, slow, 400)
    for name in ("handoffs", "resolved", "abandoned", "lost", "blind", "written"):
        assert np.array_equal(a[name], b[name]), name
    for name in ("started", "answered", "handle_h"):
        np.testing.assert_allclose(a[name], b[name], rtol=0.0, atol=2e-4, err_msg=name)
    assert [r for r, _ in a.again] == [r for r, _ in b.again]
    np.testing.assert_allclose([t for _, t in a.again], [t for _, t in b.again], atol=2e-4)
    offset = to_work(0.0, facts.first_weekday, facts.opens, facts.closes, facts.days)
    np.testing.assert_allclose(np.sort(np.maximum(a.free - offset, 0.0)), np.sort(b.free), atol=1e-6)
    assert (a["abandoned"].sum() if case < 4 else 1) > 0
    assert (a["handoffs"].sum() > 0) == silo


def test_relay_lengthens_answers_and_loses_some() -> None:
    """The same customers at the same desks: with hand-offs the answer comes later, agents work more, some come again."""
    times = poisson_times(np.random.default_rng(5), 6.0, 400.0)
    kind = {"agents": (3, 3), "route": (0, 1, 0, 1, 0), "handle_h": 0.2, "levers": Levers(1.0, 1.0, 1.0, 0.0, 0.0)}
    alone = by_kernel(DeskFacts(relay_share=0.0, **kind), contacts_at(times, reasons=np.resize(np.arange(5), len(times)).astype(np.uint8)))
    relayed = by_kernel(
        DeskFacts(relay_share=0.5, relay_h=5.0, relay_loss=0.2, **kind), contacts_at(times, reasons=np.resize(np.arange(5), len(times)).astype(np.uint8))
    )
    longer = (relayed["answered"] - relayed["t"]).mean() - (alone["answered"] - alone["t"]).mean()
    assert longer == pytest.approx(2.5, rel=0.25)  # half of the requests, five hours each
    assert relayed["handle_h"].sum() > alone["handle_h"].sum()
    assert relayed["resolved"].mean() == pytest.approx(1.0 - 0.5 * 0.2, abs=0.03)
    assert len(alone.again) == 0 < len(relayed.again)


def desk_with(culture: float, organisation: float, platform: float) -> dict[str, float]:
    """What 40,000 first requests to silos meet where the levers stand so."""
    n = 40_000
    times, reasons = 0.2 * np.arange(n), np.resize(np.arange(5), n).astype(np.uint8)
    levers = Levers(0.45, 0.9, culture, organisation, platform)
    facts = DeskFacts(agents=(3, 3, 3), route=(0, 1, 2, 0, 1), handle_h=0.05, levers=levers, relay_share=0.8, relay_h=5.0)
    found = by_kernel(facts, contacts_at(times, reasons=reasons))
    return {name: float(found[name].mean()) for name in ("resolved", "handoffs", "blind")}


def test_three_levers_act_at_different_places_and_pay_together() -> None:
    """low + (high - low) c o p; culture alone moves neither hand-offs nor sight, organisation hand-offs only, platform sight only."""
    now = {"culture": 0.5, "organisation": 0.5, "platform": 0.5}
    base = desk_with(**now)
    alone = {lever: desk_with(**(now | {lever: 0.95})) for lever in now}
    joint = desk_with(0.95, 0.95, 0.95)
    error = 3.0 * math.sqrt(2.0 * 0.25 / 40_000)
    assert base["resolved"] == pytest.approx(0.45 + 0.45 * 0.125, abs=error)
    assert joint["resolved"] == pytest.approx(0.45 + 0.45 * 0.95**3, abs=error)
    assert joint["resolved"] - base["resolved"] > 1.7 * sum(one["resolved"] - base["resolved"] for one in alone.values())
    for lever, moved in (("culture", set()), ("organisation", {"handoffs"}), ("platform", {"blind"})):
        for name in ("handoffs", "blind"):
            change = alone[lever][name] - base[name]
            assert change < -0.05 if name in moved else change == 0.0, (lever, name)


@pytest.mark.parametrize("mode", ["silos", "one_team"])
@pytest.mark.parametrize("scale", [0.02, 0.2, 1.0, 3.0])
def test_staffing_keeps_the_load_at_any_scale(mode: str, scale: float) -> None:
    """Agents over handling time stay in proportion to the scale; each department has somebody."""
    o = Organisation(mode=mode)
    starts, slower = staffing(o, scale)
    assert (np.diff(starts) >= 1).all()
    assert len(starts) == (4 if mode == "silos" else 2)
    assert starts[-1] / slower == pytest.approx(on_shift(o) * scale)
    if scale < 1.0:  # a small copy keeps the agents of the firm
        assert starts[-1] == staffing(o, 1.0)[0][-1]


def test_a_small_copy_waits_as_the_firm_does() -> None:
    """A twentieth of the callers at as many agents who are twenty times slower: the share that hangs up and the wait in the queue are the firm's."""
    days, scale, found = 300, 0.05, []
    rng = np.random.default_rng(3)
    for share in (1.0, scale):
        slower = 1.0 / share
        n = rng.poisson(40.0 * 10.0 * days * share)
        times = np.sort(8.0 + 24.0 * rng.integers(0, days, n) + rng.uniform(0.0, 10.0, n))
        facts = DeskFacts(agents=(6,), opens=8.0, closes=18.0, handle_h=0.15 * slower, patience_h=0.2 * slower, slower=slower, seed=int(slower))
        done = by_kernel(facts, contacts_at(times))
        kept = done["abandoned"] == 0
        waits = done.waits[kept]
        found.append((done["abandoned"].mean(), waits.mean(), math.sqrt(1.0 / n) * 2.0, waits.std() / math.sqrt(n) * 3.0))
    (left, wait, e, w), (left_s, wait_s, e_s, w_s) = found
    assert left > 0.05
    assert abs(left - left_s) < 3.0 * math.hypot(e, e_s)
    assert abs(wait - wait_s) < 3.0 * math.hypot(w, w_s)


def test_the_hours_rostered_are_the_hours_paid() -> None:
    o = Organisation(agents=24, paid_h_y=1_000.0)
    assert on_shift(o) * (o.close_h - o.open_h) * o.days_week * 365.0 / 7.0 == pytest.approx(24 * 1_000.0)
    assert on_shift(Organisation(agents=24, paid_h_y=5_000.0)) == 24.0  # one chair each


def test_a_queue_lasts_while_the_desk_is_open() -> None:
    """Monday 17:30 to Tuesday 9:00 is half an hour and one hour; who asks on Monday at 19:00 has written."""
    c = Columns.of(CONTACT_COLUMNS, {"t": np.array([17.5, 19.0, 10.0]), "started": np.array([33.0, 33.0, np.nan])})
    waited(np.arange(3, dtype=np.int32), contacts_closed(c), 0, 8.0, 18.0, 5)
    np.testing.assert_allclose(c["queued"][:3], [1.5, np.nan, np.nan])
    assert c["written"][:3].tolist() == [0, 1, 0]


def test_contacts_are_stirred_around_their_mean() -> None:
    """The factor of an hour has mean one and the lognormal variance; hours of one day move together (bank call centre)."""
    sd, key, days = journey._CONTACT_SD, Streams(1).key("stir"), 6_000
    x = np.array([[stirred(sd, key, day, hour) for hour in (9, 10, 16)] for day in range(days)])
    variance = math.exp(sd * sd) - 1.0
    assert abs(x.mean() - 1.0) < 3.0 * x.mean(axis=1).std() / math.sqrt(days)
    assert x.var() == pytest.approx(variance, rel=0.15)
    z = np.log(x)
    assert np.corrcoef(z[:, 0], z[:, 1])[0, 1] == pytest.approx(0.6, abs=0.04)
    assert stirred(sd, key, 7, 9) == x[7, 0]


def test_information_requests_are_over_dispersed_as_in_a_call_centre(shipped: World) -> None:
    """Variance over mean of an hour of the day at full scale: 2-3.5, as the bank's slots show (3.1; 2.0 by weekday)."""
    sd = journey._CONTACT_SD
    purchases_y = float((shipped.cells.yearly / (1.0 + shipped.items.pair_share)).sum()) / shipped.settings.scale
    mean = purchases_y * shipped.settings.organisation.info_share / 8760.0 * 24.0 / 15.0  # requests an hour, 15 hours a day
    rng, key = np.random.default_rng(1), Streams(1).key("stir")
    requests = rng.poisson([mean * stirred(sd, key, day, 11) for day in range(4_000)])
    assert 2.0 < requests.var() / requests.mean() < 3.5


def test_callers_go_before_what_was_written_overnight() -> None:
    """Twenty requests of the night and a caller a minute from 8:00 on: callers wait for a running answer at most, nobody who wrote is forgotten."""
    night = np.sort(np.random.default_rng(3).uniform(24.0, 30.0, 20))
    day = 32.0 + np.arange(30) / 60.0 * 4.0
    done = by_kernel(DeskFacts(agents=(2,), opens=8.0, closes=18.0, days=5, handle_h=0.05), contacts_at(np.concatenate([night, day])))
    calls, letters = done.waits[20:], done["started"][:20]
    assert np.mean(calls) < 0.05
    assert not np.isnan(letters).any()
    assert letters.max() < 42.0


def test_who_wrote_and_is_never_taken_up_gives_up() -> None:
    """One agent in a call of days: the letter of the night before is not left open for ever, its writer has given up."""
    letter_and_call = np.array([2.0, 8.5])
    done = by_kernel(DeskFacts(opens=8.0, closes=18.0, days=7, handle_h=1e4, give_up_h=0.5), contacts_at(letter_and_call), until=1.0)
    assert done["abandoned"].tolist() == [1, 0]
    assert 2.0 < done["gave_up"][0] < 9.0
