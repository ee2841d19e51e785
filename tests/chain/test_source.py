"""Call-offs: lateness is the mixture of the mode, receipt in working hours, rejects, what planning sees."""

from __future__ import annotations

import numpy as np
import pytest

from e2esim.domain.events import Event

from .conftest import CALM, Chain, make_world, with_cells

FOAM, FABRIC = 3, 4
CHEM_FOAM = 0  # row of the supply terms: 5 days


def test_lateness_has_the_mass_the_median_and_the_spread_of_its_mode() -> None:
    n = 20_000
    c = Chain(make_world())
    days = np.array([c.source.lateness(k, 0) for k in range(n)])
    share, median, sigma = 0.1, 2.0, 0.6
    assert abs((days > 0).mean() - share) < 3 * np.sqrt(share * (1 - share) / n)
    log = np.log(days[days > 0])
    assert abs(log.mean() - np.log(median)) < 3 * sigma / np.sqrt(len(log))
    assert abs(log.std() - sigma) < 3 * sigma / np.sqrt(2 * len(log))


def test_a_call_off_on_time(calm: Chain) -> None:
    """Monday 0:00 plus five days is Saturday: received on Monday at eight, and not late."""
    calm.source.call_off(CHEM_FOAM, 700.0)
    assert calm.source.receipts(0, 8)[FOAM].tolist() == [0, 0, 0, 0, 0, 700, 0, 0]
    assert calm.stock.on_order[0, FOAM] == 700
    calm.run(400.0)
    assert calm.events(Event.CALLED_OFF, Event.SUPPLY_RECEIVED, Event.SUPPLY_REJECTED) == [
        (0.0, Event.CALLED_OFF, 0, FOAM, 0, 700.0, 1400.0),
        (176.0, Event.SUPPLY_RECEIVED, 0, FOAM, 0, 700.0, 0.0),
    ]
    assert calm.stock.on_order[0, FOAM] == 0
    assert calm.stock.received[0, FOAM] == 700
    assert not calm.source.receipts(7, 8).any()
    calm.stock.check()


def test_overdue_goods_are_expected_tomorrow_and_count_their_days() -> None:
    c = Chain(make_world(**(CALM | {"modes": with_cells(late_share=1.0, late_median_d=4.0, late_sigma=0.0)})))
    c.source.call_off(CHEM_FOAM, 100.0, due_h=34.0)  # Tuesday 10:00, comes Saturday, received Monday 8:00
    c.env.run(until=80.0)
    assert c.source.receipts(3, 5)[FOAM].tolist() == [0, 100, 0, 0, 0]
    c.env.run(until=400.0)
    assert [(e[0], e[6]) for e in c.events(Event.SUPPLY_RECEIVED)] == [(176.0, pytest.approx((176.0 - 34.0) / 24.0))]


def test_a_firm_does_not_wait_for_ever() -> None:
    """200 days late is expedited after 30: there on day 5 + 37, for 30 % of its price on top."""
    c = Chain(make_world(**(CALM | {"modes": with_cells(late_share=1.0, late_median_d=200.0, late_sigma=0.0)})))
    c.source.call_off(CHEM_FOAM, 100.0)
    c.env.run(until=60 * 24.0)
    (came,) = c.events(Event.SUPPLY_RECEIVED)
    assert came[0] == pytest.approx(44 * 24.0, abs=48.0)  # Saturday the 42nd day, received on Monday in working hours
    ((_, _, place, item, _, pieces, extra),) = c.events(Event.SUPPLY_EXPEDITED)
    assert (place, item, pieces) == (0, FOAM, 100.0)
    assert extra == pytest.approx(0.3 * 1400.0 / 700.0 * 100.0)


def test_rejects_are_the_expected_units_and_never_reach_the_stock() -> None:
    c = Chain(make_world(**(CALM | {"supply": with_cells(reject_share=0.015)})))
    for _ in range(10):
        c.source.call_off(CHEM_FOAM, 100.0)
    c.run(400.0)
    assert sum(e[5] for e in c.events(Event.SUPPLY_REJECTED)) == 15
    assert c.stock.received[0, FOAM] == 985
    assert c.stock.on_order[0, FOAM] == 0
    c.stock.check()


def test_open_purchase_orders_arrive() -> None:
    c = Chain(make_world(**{k: v for k, v in CALM.items() if k not in ("orders", "receipts")}))
    c.run(200.0)
    assert [(e[0], e[3], e[5]) for e in c.events(Event.SUPPLY_RECEIVED)] == [
        (80.0, FOAM, 2500.0),
        (104.0, FABRIC, 500.0),
    ]
    assert not c.events(Event.CALLED_OFF)


def test_the_luck_of_a_call_off_does_not_depend_on_what_else_is_called_off() -> None:
    """Comparisons of rules stand on it: what is due from a supplier on a day is as late in every run of a seed."""

    def arrivals(*, others: bool) -> list[float]:
        c = Chain(make_world(modes=with_cells(late_share=0.5, late_median_d=6.0, late_sigma=0.8)))
        for day in range(40):
            if others:
                c.source.call_off(1, 50.0, due_h=24.0 * day + 5.0)
            c.source.call_off(CHEM_FOAM, 100.0, due_h=24.0 * day + 10.0)
        c.run(3000.0)
        return [e[0] for e in c.events(Event.SUPPLY_RECEIVED) if e[3] == FOAM and 60.0 < e[5] <= 100.0]

    alone = arrivals(others=False)
    assert len(alone) == 40
    assert len(set(np.diff(alone).tolist())) > 3  # they are not all in time
    assert arrivals(others=True) == alone
