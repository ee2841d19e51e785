"""A run opens with what was sold before it: defects, questions and unsold stock come from day 1 as they come a year later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2esim.config import load
from e2esim.domain.book import OrderKind, Reason, ReturnCause
from e2esim.domain.build import build_world
from e2esim.simulate import simulate
from e2esim.simulate.replication import Replication
from worlds import tiny_world

DAYS = 450


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The tiny world at four times its size with a fifth of its products defective, 15 months."""
    folder = tiny_world(
        tmp_path_factory.mktemp("before") / "world",
        items=lambda rows: [row | {"defect_share": 0.2, "life_y": 10} for row in rows],
        settings={"horizon": {"days": DAYS, "warmup_days": 7}, "market": {"loyalty_loop": False}},
    )
    return simulate(build_world(load([f"scenario={folder}/silo", "scale=4"])))


def per_piece(outcome: Any, times: Any, first: float, last: float) -> tuple[float, float]:
    """Events among ``times`` in the days [first, last) per piece bought by consumers in them, and its standard error."""
    o = outcome.orders
    inside = (times >= 24.0 * first) & (times < 24.0 * last)
    bought = (o.filled("consumer") >= 0) & (o.filled("placed") >= 24.0 * first) & (o.filled("placed") < 24.0 * last)
    n, pieces = float(inside.sum()), float(o.filled("quantity")[bought].sum())
    return n / pieces, np.sqrt(max(n, 1.0)) / pieces


def times_of(outcome: Any, what: str) -> Any:
    """Times [h] of the defect returns or the questions about use."""
    o, c = outcome.orders, outcome.contacts
    if what == "questions":
        return c.filled("t")[(c.filled("reason") == Reason.USE_HELP) & (c.filled("attempt") == 1)]
    return o.filled("returned")[o.filled("return_cause") == ReturnCause.DEFECT]


@pytest.mark.parametrize("what", ["defects", "questions"])
def test_the_first_quarter_is_like_the_last(outcome: Any, what: str) -> None:
    """Events a piece in the first 90 days and in the last, within 3 standard errors; there are enough of them to tell."""
    span = 90.0
    times = times_of(outcome, what)
    (early, e), (late, f) = per_piece(outcome, times, 0.0, span), per_piece(outcome, times, DAYS - span, DAYS)
    assert e < 0.35 * early, (what, early, e, late, f)
    assert abs(early - late) < 3.0 * np.hypot(e, f), (what, early, e, late, f)


def test_lines_of_the_past_are_over_but_for_what_they_lead_to(outcome: Any) -> None:
    """Delivered before the run, each consumer's one with an event after its opening."""
    o, c = outcome.orders, outcome.contacts
    past = np.flatnonzero((o.filled("delivered") < 0.0) & (o.filled("kind") != OrderKind.REPLENISH))
    assert len(past) > 20
    returned = np.flatnonzero(o.filled("returned") >= 0.0)
    reached = np.union1d(c.filled("row"), returned)
    waits = ~np.isin(past, reached)  # a defect that shows after the end, or that nobody complains about
    assert waits.mean() < 0.6
    assert (o.filled("placed")[past] < 0.0).all()


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_every_shelf_has_what_can_go_back(tmp_path: Path, share: float) -> None:
    """Each shelf of an account that may send back unsold goods opens with its last replenishment, of no more pieces than lie there."""
    channels = lambda rows: [row | {"unsold_share_y": share} if row["kind"] == "stockist" else row for row in rows]  # noqa: E731
    run = Replication(build_world(load([f"scenario={tiny_world(tmp_path / 'w', channels=channels)}/silo"])), 0)
    run._open()
    stock, o = run.stock, run.orders
    row = stock.latest.reshape(stock.on_hand.shape)
    filled = stock.on_hand[1:] >= 1.0
    assert np.array_equal(row[1:] >= 0, filled if share else np.zeros_like(filled))
    at = row[row >= 0]
    assert (o["quantity"][at] <= stock.on_hand[row >= 0]).all()
    assert (o["delivered"][at] < 0.0).all()


def test_a_short_run_of_a_world_without_history_has_no_past(tmp_path: Path) -> None:
    """Nobody bought before: no line of the past but the shelves'."""
    folder = tiny_world(tmp_path / "new", settings={"horizon": {"days": 14, "warmup_days": 1}, "market": {"history_y": 0.0001}})
    o = simulate(build_world(load([f"scenario={folder}/silo"]))).orders
    assert not ((o.filled("delivered") < 0.0) & (o.filled("consumer") >= 0)).any()
