"""A book promised again: promises are kept or broken with a cause, sets stay together, earlier dates are offered."""

from __future__ import annotations

import numpy as np
import pytest

from e2esim.planning.ctp.model import DAY, Buffer, CtpModel, Flow, Operation, Receipt, buy
from e2esim.planning.ctp.state import State
from e2esim.planning.promise.rebook import BookLine, LineOutcome, LineVerdict, rebook


def shop(on_hand: float = 10.0, lead: int = 14, receipts: tuple[tuple[int, float], ...] = ()) -> State:
    """Lamps that are bought, and poles that are made from steel in three days."""
    lamp = Buffer(name="lamp", on_hand=on_hand, receipts=tuple(Receipt(time=day * DAY, quantity=qty) for day, qty in receipts))
    make = Operation(name="make pole", takes=(Flow(buffer="steel"),), gives=(Flow(buffer="pole"),), duration=3 * DAY)
    facts = CtpModel(
        buffers=(lamp, Buffer(name="pole"), Buffer(name="steel", on_hand=5.0)),
        operations=(buy("lamp", lead_time=lead * DAY), make, buy("steel", lead_time=20 * DAY)),
        horizon=60 * DAY,
        grid=DAY,
    )
    return State(facts)


def line(name: str, qty: float, due: int, buffer: str = "lamp", **more: object) -> BookLine:
    return BookLine(name=name, buffer=buffer, qty=qty, due=due, **more)  # type: ignore[arg-type]


def told(verdicts: tuple[LineVerdict, ...]) -> list[tuple[str, str, int | None]]:
    return [(v.line.name, v.outcome.value, v.day) for v in verdicts]


def test_a_new_order_never_takes_what_was_promised() -> None:
    book = [line("new", 8, 2, priority=1), line("old", 6, 2, priority=3, promised=5)]
    assert told(rebook(shop(), book)) == [("new", "new", 14), ("old", "kept", 5)]
    assert told(rebook(shop(), [book[0]])) == [("new", "new", 2)]


@pytest.mark.parametrize(("rule", "first"), [("priority", "c"), ("due_date", "b"), ("fifo", "a")])
def test_new_orders_go_by_precedence(rule: str, first: str) -> None:
    book = [line("a", 8, 4, priority=2), line("b", 8, 3, priority=3), line("c", 8, 5, priority=1)]
    on_time = [v.line.name for v in rebook(shop(), book, precedence=rule) if v.day is not None and v.day <= v.line.due]
    assert on_time == [first]


def test_a_broken_promise_says_its_cause_and_gets_the_next_date() -> None:
    (verdict,) = rebook(shop(on_hand=3), [line("old", 6, 2, promised=5)])
    assert told((verdict,)) == [("old", "broken", 14)]
    assert verdict.limit is not None
    assert (verdict.limit.kind.value, verdict.limit.name) == ("supplier", "buy lamp from supplier")


def test_a_promise_of_yesterday_is_broken() -> None:
    assert told(rebook(shop(), [line("old", 6, -3, promised=-1)])) == [("old", "broken", 0)]


def test_a_promise_that_can_be_kept_goes_before_one_that_cannot() -> None:
    """Ten lamps: the first promise wants eleven, the second two."""
    book = [line("large", 11, 1, promised=1, priority=1), line("small", 2, 2, promised=2)]
    assert told(rebook(shop(), book)) == [("large", "broken", 14), ("small", "kept", 2)]


def test_an_earlier_day_is_offered_where_supply_has_improved() -> None:
    book = [line("a", 8, 2, promised=20), line("b", 8, 2, promised=20)]
    verdicts = rebook(shop(), book)
    assert told(verdicts) == [("a", "kept", 20), ("b", "kept", 20)]
    assert [v.offered for v in verdicts] == [2, 14]


def test_an_earlier_day_is_offered_where_the_quantity_fell() -> None:
    less, same = (rebook(shop(on_hand=5), [line("a", qty, 2, promised=14)])[0] for qty in (5, 9))
    assert (less.offered, same.offered) == (2, None)


def test_a_new_order_is_served_before_an_earlier_day_is_offered() -> None:
    verdicts = rebook(shop(), [line("old", 8, 2, promised=30), line("new", 8, 3)])
    assert [(v.line.name, v.day, v.offered) for v in verdicts] == [("old", 30, 14), ("new", 3, None)]


def test_a_set_comes_on_one_day() -> None:
    """Lamps are there, poles take three days, and more than five of them wait for steel."""
    for poles, day in ((5, 3), (6, 23)):
        book = [line("1", 2, 1, ship_set="S"), line("2", poles, 1, "pole", ship_set="S"), line("3", 8, 5)]
        verdicts = rebook(shop(), book)
        assert [v.day for v in verdicts[:2]] == [day, day]
        assert verdicts[2].day == 5
    loose = rebook(shop(), [line("1", 2, 1), line("2", 5, 1, "pole")])
    assert [v.day for v in loose] == [1, 3]


def test_a_set_that_cannot_be_whole_is_refused_whole() -> None:
    book = [line("1", 2, 1, ship_set="S"), line("2", 6, 1, "pole", ship_set="S", max_late=10), line("3", 10, 2)]
    verdicts = rebook(shop(), book)
    assert told(verdicts) == [("1", "refused", None), ("2", "refused", None), ("3", "new", 2)]
    assert verdicts[1].limit is not None


def test_parts_only_where_the_customer_takes_them() -> None:
    whole, parts, large = (rebook(shop(), [line("a", 16, 2, min_shipment=least)])[0].parts for least in (None, 4.0, 11.0))
    assert (whole, parts, large) == (((14, 16.0),), ((2, 10.0), (14, 6.0)), ((14, 16.0),))


def test_what_the_plan_delivers_is_given_back_first() -> None:
    state = shop()
    state.move(0, "", 9 * DAY, -10.0)  # the plan delivers all to order a
    verdicts = rebook(state, [line("a", 4, 9, planned=(("lamp", 9, 10.0),)), line("b", 6, 3)])
    assert told(verdicts) == [("a", "new", 9), ("b", "new", 3)]


def some_book(rng: np.random.Generator) -> list[BookLine]:
    found = []
    for k in range(int(rng.integers(2, 7))):
        promised = None if rng.random() < 0.6 else int(rng.integers(0, 25))
        found.append(
            line(
                str(k),
                float(rng.integers(1, 8)),
                int(rng.integers(0, 10)),
                str(rng.choice(["lamp", "pole"])),
                priority=int(rng.integers(1, 4)),
                promised=promised,
                ship_set=str(rng.choice(["", "", "S"])),
                max_late=None if rng.random() < 0.7 else int(rng.integers(0, 30)),
            )
        )
    return found


@pytest.mark.parametrize("seed", range(6))
def test_rules_hold_for_any_book(seed: int) -> None:
    """Nothing is given twice, promises are kept or broken with a cause, sets come together, nobody is taken too late."""
    rng = np.random.default_rng(seed)
    for _ in range(25):
        state, book = shop(receipts=((4, 3.0), (8, 3.0))), some_book(rng)
        verdicts = rebook(state, book)
        assert all(min(state.stock_of(b).levels) >= -1e-6 for b in range(3))
        for v in verdicts:
            given = v.line.promised if not v.line.ship_set else max((w.promised for w in book if w.ship_set and w.promised is not None), default=None)
            assert (v.outcome in (LineOutcome.KEPT, LineOutcome.BROKEN)) == (given is not None)
            assert sum(qty for _, qty in v.parts) in (0.0, v.line.qty)
            if v.outcome == LineOutcome.KEPT:
                assert v.day == given
            if v.outcome == LineOutcome.BROKEN:
                assert v.limit is not None
            if v.outcome == LineOutcome.NEW and v.line.max_late is not None:
                assert v.day is not None
                assert v.day <= v.line.due + v.line.max_late
            if v.offered is not None:
                assert v.day is not None
                assert v.offered < v.day
        assert len({v.day for v in verdicts if v.line.ship_set}) <= 1


@pytest.mark.parametrize("seed", range(4))
def test_a_later_order_changes_no_earlier_answer(seed: int) -> None:
    rng = np.random.default_rng(50 + seed)
    for _ in range(20):
        book = [v for v in some_book(rng) if not v.ship_set]
        late = line("late", float(rng.integers(1, 9)), int(rng.integers(0, 6)), priority=1)
        before, after = rebook(shop(), book, precedence="fifo"), rebook(shop(), [*book, late], precedence="fifo")
        assert [(v.outcome, v.parts) for v in after[:-1]] == [(v.outcome, v.parts) for v in before]


def test_an_unknown_precedence_is_refused() -> None:
    with pytest.raises(ValueError, match="fifo"):
        rebook(shop(), [], precedence="loudest")


def test_its_own_goods_may_come_earlier() -> None:
    """All eight lamps that will ever come are held for the promise itself."""
    (verdict,) = rebook(shop(on_hand=0, lead=50, receipts=((8, 8.0),)), [line("a", 8, 2, promised=20)])
    assert (verdict.day, verdict.offered) == (20, 8)
