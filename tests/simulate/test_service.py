"""What is felt after delivery: spoiling any part of the service hurts customers, on common random numbers, by three standard errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

RUNS = 3
SHORT = "horizon.days=60"  # where what is spoilt is spoilt from the first day on
F = npt.NDArray[np.float64]


def felt(run: Any) -> dict[str, float]:
    """Means over the consumer lines delivered: S, CSAT after deliveries and services; over consumers who bought: memory, scar."""
    o, c = run.outcome.orders, run.outcome.consumers
    done = (o.filled("consumer") >= 0) & (o.filled("delivered") >= 0.0)
    who = np.unique(o.filled("consumer")[done])
    return {
        "satisfaction": float(o.filled("satisfaction")[done].mean()),
        "csat": run.kpi("csat_mean_true"),
        "memory": float(c.filled("memory")[who].mean()),
        "scar": float(c.filled("scar")[who].mean()),
    }


def differ(tiny: Any, base: Callable[[int], Any], worse: Callable[[int], Any]) -> dict[str, tuple[float, float]]:
    """Mean paired difference of each measure, and its standard error."""
    pairs = [(felt(base(k)), felt(worse(k))) for k in range(RUNS)]
    found = {}
    for name in pairs[0][0]:
        d = np.array([b[name] - a[name] for a, b in pairs])
        found[name] = (float(d.mean()), float(d.std(ddof=1) / np.sqrt(RUNS)))
    return found


def falls(found: dict[str, tuple[float, float]], *names: str) -> None:
    """Each of ``names`` is lower by more than three standard errors."""
    for name in names:
        mean, error = found[name]
        assert mean < -3.0 * error, (name, found)


def test_a_desk_that_does_not_answer_hurts_satisfaction_memory_and_trust(tiny: Any) -> None:
    """Handling three hours instead of seven minutes: the queue is never empty, many stop asking."""

    def desk(minutes: float) -> Callable[[int], Any]:
        return lambda k: tiny("plain", SHORT, f"organisation.handle_min={minutes}", variant="silo", replication=k)

    found = differ(tiny, desk(7), desk(180))
    falls(found, "satisfaction", "memory")  # who is never answered is not asked how the answer was
    assert found["scar"][0] > 3.0 * found["scar"][1] > 0.0


def test_defects_cost_dearly(tiny: Any) -> None:
    """Defects of 1 and 30 %: felt when they show, claimed by some, mended late or not at all."""

    def world(share: float) -> Callable[[int], Any]:
        return lambda k: tiny(
            f"defect{share}", variant="silo", replication=k, items=lambda rows: [row | {"defect_share": share if row["sold"] == "true" else 0} for row in rows]
        )

    found = differ(tiny, world(0.01), world(0.3))
    falls(found, "satisfaction", "memory")
    assert found["scar"][0] > max(0.05, 3.0 * found["scar"][1])
    assert all(world(0.3)(k).kpi("reliability_consumer") < world(0.01)(k).kpi("reliability_consumer") - 0.02 for k in range(RUNS))


@pytest.mark.long  # the gain itself: tests/customers/test_journey.py::test_installation_done_well_gains
def test_installation_off_is_missed(tiny: Any) -> None:
    """A service done well is a gain: without it the same customers are less satisfied."""

    def world(offered: bool) -> Callable[[int], Any]:
        return lambda k: tiny(
            f"install{offered}",
            SHORT,
            variant="silo",
            replication=k,
            services=lambda rows: [
                row | {"offered": str(offered).lower(), "use_share": 1.0, "effect": 0.02} if row["service"] == "installation" else row for row in rows
            ],
            channels=lambda rows: [row | {"install_share": 0.8} for row in rows],
        )

    falls(differ(tiny, world(True), world(False)), "satisfaction")


@pytest.mark.long
def test_integration_matters(tiny: Any) -> None:
    """Channels that know nothing of each other against one that knows all."""

    def world(share: float) -> Callable[[int], Any]:
        return lambda k: tiny(
            f"integration{share}",
            "organisation.platform=0",
            variant="silo",
            replication=k,
            channels=lambda rows: [row | {"integration": share} for row in rows]
        )

    falls(differ(tiny, world(1.0), world(0.0)), "satisfaction", "csat", "memory")


@pytest.mark.parametrize("phase", [pytest.param("receive", marks=pytest.mark.long), "use", pytest.param("assist", marks=pytest.mark.long)])
def test_touchpoint_problems_are_felt_in_every_phase(tiny: Any, phase: str) -> None:
    """A touchpoint of the phase that always goes wrong."""

    def world(share: float) -> Callable[[int], Any]:
        def touchpoints(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
            mine = next(row for row in rows if row["phase"] == "buy") | {"touchpoint": "extra", "phase": phase, "reach": 1.0, "relevance": 0.0, "channel": ""}
            return [*rows, mine | {"problem_share": share}]

        return lambda k: tiny(f"{phase}{share}", SHORT, variant="silo", replication=k, touchpoints=touchpoints)

    falls(differ(tiny, world(0.0), world(0.9)), "satisfaction")


def test_a_firm_that_sells_products_only_is_judged_by_the_same_customers(tiny: Any) -> None:
    """No services, no answer after delivery: satisfaction, memory and trust fall; the view of the customers is the same."""

    def firm(after: bool) -> Callable[[int], Any]:
        return lambda k: tiny("plain", SHORT, f"organisation.after_sale={str(after).lower()}", variant="silo", replication=k)

    found = differ(tiny, firm(True), firm(False))
    falls(found, "satisfaction", "memory")
    assert found["scar"][0] > 3.0 * found["scar"][1] > 0.0


def test_complaints_per_problem(tiny: Any) -> None:
    """30-60 % of the lines late, damaged, incomplete or defective are complained about (TARP)."""
    shares = [tiny("plain", variant="silo", replication=k).kpi("complaint_share") for k in range(RUNS)]
    assert 0.30 < float(np.mean(shares)) < 0.60


def test_good_words_outnumber_bad_ones(tiny: Any) -> None:
    """Two to five times on the shipped market (East et al. 2007); here, where more goes wrong, still the more."""
    runs = [tiny("plain", variant="silo", replication=k) for k in range(RUNS)]
    assert sum(r.kpi("good_word") for r in runs) > sum(r.kpi("bad_word") for r in runs)


def test_taking_the_used_product_along_brings_the_next_need_forward(tiny: Any) -> None:
    """The same customers: a tenth sooner, where the service is used; nobody else's need moves."""

    def needs(share: float) -> tuple[F, F]:
        run = tiny(
            f"collect{share}",
            "market.word_of_mouth=false",
            "market.loyalty_loop=false",
            variant="silo",
            services=lambda rows: [row | {"use_share": share} if row["service"] == "used_collection" else row for row in rows],
            channels=lambda rows: [row | {"install_share": 0.8} for row in rows],
        )
        c = run.outcome.consumers
        new = (c.filled("first") >= 0) & (c.filled("purchases") == 1)
        wait = (c.filled("next") - c.filled("last"))[new].astype(np.float64)
        return c.filled("address")[new], wait

    (who, wait), (whom, sooner) = needs(0.0), needs(1.0)
    _, a, b = np.intersect1d(who, whom, return_indices=True)
    both = np.isfinite(wait[a]) & (wait[a] > 1.0)
    ratio = sooner[b][both] / wait[a][both]
    assert len(ratio) > 50
    near = np.abs(ratio - 0.9) < 0.01
    assert near.mean() > 0.2
    assert (near | (np.abs(ratio - 1.0) < 1e-6)).mean() > 0.98


def test_who_learns_what_to_expect_is_no_longer_delighted_by_the_same_speed(tiny: Any) -> None:
    """Channels that expect three weeks and are served in days: where the expectation is learnt, the same deliveries please less."""

    def learns(share: float) -> Callable[[int], Any]:
        words = ("horizon.days=30", f"satisfaction.expectation_learnt={share}")
        return lambda k: tiny("fast", *words, replication=k, channels=lambda rows: [row | {"reference_lead_d": 21} for row in rows])

    falls(differ(tiny, learns(0.0), learns(1.0)), "satisfaction")
