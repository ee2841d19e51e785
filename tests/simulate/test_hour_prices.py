"""Prices of the limits of the master plans: recorded where something is scarce, told in the report, silent where nothing is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from e2esim.domain.events import Event
from e2esim.report.prices import read_hour_price
from e2esim.report.sentences import price_sentences
from e2esim.report.words import Weeks, Words

SCARCE = "market.demand_factor=3"


def test_a_scarce_world_prices_its_bottleneck(tiny: Any) -> None:
    """At three times the demand some work centre is a limit of most plans; every price is positive and of a real centre."""
    run = tiny("plain", SCARCE)
    events = run.outcome.events
    rows = np.flatnonzero(events["kind"] == Event.HOUR_PRICED)
    assert rows.size > 0
    assert events["value"][rows].min() > 0
    assert events["quantity"][rows].min() >= 0
    assert set(events["place"][rows].tolist()) <= set(range(len(run.outcome.labels.work_centres)))
    assert events["rows"][rows].max() < run.world.settings.planning.mps_weeks
    planned = set(events["t"][events["kind"] == Event.MPS_PLANNED].tolist())
    assert set(events["t"][rows].tolist()) <= planned
    found = read_hour_price(run.outcome)
    own = rows[(events["place"][rows] == found.centre) & (events["t"][rows] >= run.outcome.warmup_h)]
    by_hand = {
        int(c): sum(events["value"][k] for k in rows if events["place"][k] == c and events["t"][k] >= run.outcome.warmup_h)
        for c in set(events["place"][rows].tolist())
    }
    assert found.centre == max(by_hand, key=lambda c: by_hand[c])
    assert (found.plans, found.mean, found.high) == (own.size, pytest.approx(events["value"][own].mean()), events["value"][own].max())


def test_a_plan_without_prices_records_none(tiny: Any) -> None:
    """The silo plan is made from the forecast alone and knows no price."""
    events = tiny("plain", SCARCE, variant="silo").outcome.events
    assert not np.isin(events["kind"], (Event.HOUR_PRICED, Event.MATERIAL_PRICED)).any()


@pytest.mark.parametrize(("language", "piece"), [("en", "one more hour would have lowered"), ("it", "un'ora in più avrebbe ridotto")])
def test_the_report_says_it_in_both_languages(tiny: Any, language: str, piece: str) -> None:
    run = tiny("plain", SCARCE)
    found = read_hour_price(run.outcome)
    weeks = Weeks(dt.date(2026, 1, 5))
    (said,) = price_sentences(found, run.outcome.labels.work_centres, weeks, Words(language))
    assert piece in said
    assert run.outcome.labels.work_centres[found.centre] in said
    assert f"{found.plans} " in said
    silent = read_hour_price(tiny("plain", SCARCE, variant="silo").outcome)
    assert price_sentences(silent, run.outcome.labels.work_centres, weeks, Words(language)) == []
