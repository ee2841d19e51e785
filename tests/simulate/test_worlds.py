"""Worlds: what must not change does not. Same seed, silent additions, one customer less, more demand, other currency."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from e2esim.domain.book import Columns, OrderKind
from e2esim.domain.events import Event
from worlds import Row

BEFORE_DELIVERY = 16  # problem known when the order is written: broken integration; touchpoints also trouble after it


def same_columns(a: Columns, b: Columns) -> None:
    """Every column equal to the last bit (NaN equals NaN)."""
    assert a.n == b.n > 0
    for name in a.spec:
        assert a.filled(name).tobytes() == b.filled(name).tobytes(), name


def same_outcome(a: Any, b: Any) -> None:
    """Tables, log and KPIs equal to the last bit; the log's wall seconds of the solver are no simulated fact."""
    for name in ("orders", "contacts", "consumers", "accounts"):
        same_columns(getattr(a.outcome, name), getattr(b.outcome, name))
    simulated = a.outcome.events["kind"] != Event.MPS_PLANNED
    for name, column in a.outcome.events.items():
        rows = simulated if name == "value" else np.ones_like(simulated)
        assert column[rows].tobytes() == b.outcome.events[name][rows].tobytes(), name
    for frame in (a.kpis.frame, b.kpis.frame):
        assert "sale_contacts" in frame["kpi"].to_list()
    counting = ["sale_contacts", "online_views", "click_through"]  # what counts or names every touchpoint, silent ones too
    met = ~pl.col("kpi").is_in(counting) & ~pl.col("member").str.starts_with("mute_")
    assert a.kpis.frame.filter(met).equals(b.kpis.frame.filter(met))


@pytest.mark.parametrize("variant", ["", "silo"])
def test_the_same_seed_twice(tiny: Any, variant: str) -> None:
    """Two runs of one seed are identical to the last bit, their logs too, which hold no wall clock."""
    a, b = tiny("plain", variant=variant), tiny("plain", variant=variant, again=True)
    same_outcome(a, b)
    for name, column in a.outcome.events.items():
        assert column.tobytes() == b.outcome.events[name].tobytes(), name


def test_another_seed_or_replication_differs(tiny: Any) -> None:
    """Seed and replication both move the luck."""
    base = tiny("plain", "horizon.days=21").outcome.orders
    for other in (tiny("plain", "horizon.days=21", "seed=2"), tiny("plain", "horizon.days=21", replication=1)):
        assert not np.array_equal(base.filled("placed")[:200], other.outcome.orders.filled("placed")[:200])


def test_a_silent_touchpoint_changes_nothing(tiny: Any) -> None:
    """One more touchpoint that everybody meets and that does nothing: identical KPIs to the last bit, in each phase."""
    phases = ("discover", "evaluate", "buy", "receive", "use", "assist")
    mute = [
        {"touchpoint": f"mute_{p}", "phase": p, "channel": "", "reach": 1.0, "controlled": "true", "online": "true", "human": "false", "direct": "true"}
        | {"relevance": 0, "enjoyment": 0, "problem_share": 0, "cost_eur": 0, "source": "assumed"}
        for p in phases
    ]
    same_outcome(tiny("plain"), tiny("mute", touchpoints=lambda rows: rows + mute))


def test_a_loud_touchpoint_changes_something(tiny: Any) -> None:
    """The same touchpoint with relevance is not silent: the test above can fail."""
    loud = {"touchpoint": "loud", "phase": "buy", "channel": "", "reach": 1.0, "controlled": "true", "online": "true", "human": "false", "direct": "true"}
    more = tiny("loud", touchpoints=lambda rows: [*rows, loud | {"relevance": 0.3, "enjoyment": 0, "problem_share": 0, "cost_eur": 0, "source": "assumed"}])
    assert more.outcome.orders.n > tiny("plain").outcome.orders.n


def test_every_line_consumer_and_contact_has_an_address_of_its_own(tiny: Any) -> None:
    """Nobody shares luck: where products live for days and everybody buys often, addresses are unique all the same."""
    often = tiny("often", "horizon.days=60", settings={"market": {"history_y": 0.5}}, items=lambda rows: [row | {"life_y": 0.02} for row in rows])
    o, c = often.outcome.orders, often.outcome.contacts
    assert (o.filled("repeat") == 1).sum() > 1_000
    for table in (o, often.outcome.consumers):
        address = table.filled("address")
        assert len(np.unique(address)) == len(address)
    row, address = c.filled("row").astype(np.int64), c.filled("address")
    assert len(np.unique(address)) == len(np.unique(np.stack([row, c.filled("reason").astype(np.int64)]), axis=1).T)


def _with_third_shop(rows: list[Row]) -> list[Row]:
    return [*rows, rows[1] | {"customer": "shop_de2", "name": "Second shop Germany", "weight": 0.2, "order_weekday": 4}]


def shared(a: Columns, b: Columns) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows of the addresses that both tables have, in one order."""
    _, left, right = np.intersect1d(a.filled("address"), b.filled("address"), return_indices=True)
    return left, right


def test_one_account_less_leaves_everybody_elses_luck(tiny: Any) -> None:
    """Two worlds that differ by one trade account: whoever lives in both has the same draws, whatever happens around them."""
    more, less = tiny("three", customers=_with_third_shop), tiny("plain")
    a, b = more.outcome.consumers, less.outcome.consumers
    i, j = shared(a, b)
    assert len(i) > 0.95 * min(a.n, b.n)
    for name in ("segment", "rate", "drop", "cell", "market"):
        assert np.array_equal(a.filled(name)[i], b.filled(name)[j]), name
    a, b = more.outcome.orders, less.outcome.orders
    i, j = shared(a, b)
    assert len(i) > 0.9 * min(a.n, b.n)
    for name in ("kind", "item", "channel", "market", "segment", "services"):
        assert np.array_equal(a.filled(name)[i], b.filled(name)[j]), name
    consumers = a.filled("consumer")[i] >= 0
    for name in ("quantity", "price_ratio", "placed"):
        assert np.array_equal(a.filled(name)[i][consumers], b.filled(name)[j][consumers]), name
    assert np.array_equal(a.filled("problems")[i] & BEFORE_DELIVERY, b.filled("problems")[j] & BEFORE_DELIVERY)


def test_what_leaves_at_the_same_time_arrives_at_the_same_time(tiny: Any) -> None:
    """The same worlds: lines that left the plant at the same moment have the same transit, damage and installation."""
    a, b = tiny("three", customers=_with_third_shop).outcome.orders, tiny("plain").outcome.orders
    i, j = shared(a, b)
    kind = a.filled("kind")[i]
    together = (a.filled("shipped")[i] == b.filled("shipped")[j]) & (kind != OrderKind.SELL_OUT)
    both = together & ~np.isnan(a.filled("delivered")[i]) & ~np.isnan(b.filled("delivered")[j])
    assert both.sum() > 100
    assert np.array_equal(a.filled("delivered")[i][both], b.filled("delivered")[j][both])
    physical = 1 | 2 | 4
    assert np.array_equal(a.filled("problems")[i][both] & physical, b.filled("problems")[j][both] & physical)


def _with_shop_before_the_others(rows: list[Row]) -> list[Row]:
    shop = next(row for row in rows if row["customer"] == "shop_de")
    return [*rows, shop | {"customer": "a_shop_de", "name": "Second shop Germany", "weight": 0.2, "order_weekday": 4}]


def test_the_number_of_an_account_is_not_its_luck(tiny: Any) -> None:
    """A new account that is numbered before another: the order lines of the other keep their addresses, and so their draws."""
    plain, more = tiny("plain", "horizon.days=60"), tiny("before", "horizon.days=60", customers=_with_shop_before_the_others)

    def lines(run: Any, account: str) -> set[int]:
        o = run.outcome.orders
        mine = (o.filled("account") == run.world.accounts.ids.index(account)) & (o.filled("kind") == OrderKind.REPLENISH)
        return set(o.filled("address")[mine].tolist())

    assert more.world.accounts.ids.index("shop_it") != plain.world.accounts.ids.index("shop_it")
    a, b = lines(plain, "shop_it"), lines(more, "shop_it")
    assert len(a & b) > 0.8 * min(len(a), len(b)) > 0
    assert not lines(more, "a_shop_de") & a


def test_more_demand_keeps_the_order_of_arrivals(tiny: Any) -> None:
    """Demand x 1.2, choice not moved by words or stock: the new customers of the web are the same people, sooner, and more of them."""
    calm = {"settings": {"market": {"word_of_mouth": False, "demand_factor": 1.0}}}
    a, b = (tiny("calm", f"market.demand_factor={f}", variant="silo", **calm).outcome for f in (1.0, 1.2))
    for cell in np.unique(a.consumers.filled("cell")):
        if a.labels.channels[int(a.consumers.filled("channel")[a.consumers.filled("cell") == cell][0])] != "web":
            continue
        few, many = (
            o.consumers.filled("address")[(o.consumers.filled("cell") == cell) & (o.consumers.filled("first") >= 0.0) & (o.consumers.filled("purchases") > 0)]
            for o in (a, b)
        )
        assert len(many) > 1.1 * len(few) > 50
        assert np.array_equal(many[: len(few)], few)  # consumers stand in order of arrival


def _twice(*names: str) -> Any:
    return lambda rows: [row | {n: 2 * row[n] for n in names} for row in rows]


def test_prices_in_another_currency_change_no_feeling(tiny: Any) -> None:
    """All prices doubled, references too: the same answers of the same customers, twice the turnover."""
    plain = tiny("plain", variant="silo")
    dear = tiny("dear", variant="silo", prices=_twice("price_eur", "consumer_eur", "reference_eur"), services=_twice("price_eur"))
    for name in ("satisfaction", "csat_true", "nps_true", "delivered"):
        assert plain.outcome.orders.filled(name).tobytes() == dear.outcome.orders.filled(name).tobytes(), name
    assert dear.kpi("turnover") == pytest.approx(2.0 * plain.kpi("turnover"))


def test_the_report_window_is_a_filter(tiny: Any) -> None:
    """A longer warm-up changes what is reported, not what happens."""
    a, b = tiny("plain"), tiny("plain", "horizon.warmup_days=40")
    same_columns(a.outcome.orders, b.outcome.orders)
    assert a.kpi("orders") != b.kpi("orders")


def test_a_longer_run_has_the_same_beginning(tiny: Any) -> None:
    """The first sixty days do not know how long the run will last."""
    short, long = tiny("plain", "horizon.days=60").outcome.orders, tiny("plain").outcome.orders
    n = int(np.count_nonzero(short.filled("placed") < 24.0 * 55))
    assert n > 500
    for name in ("address", "placed", "promised", "item", "quantity"):
        assert short.filled(name)[:n].tobytes() == long.filled(name)[:n].tobytes(), name
