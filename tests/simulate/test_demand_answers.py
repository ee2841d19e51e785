"""Demand answers: who waits too long gives up, accounts follow service and prices, and it shows in what is sold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2esim.config import load
from e2esim.customers.market_kernels import dearness
from e2esim.domain.book import LineProblem, OrderKind, OrderState, Reason
from e2esim.domain.build import build_world
from e2esim.domain.ledger import PnlLine
from e2esim.kpi import measure
from e2esim.kpi.ledger import read_pnl
from e2esim.kpi.reading import Reading
from e2esim.kpi.years import years
from e2esim.simulate.replication import Replication
from worlds import tiny_world

SLOW = ("horizon.days=90", "market.demand_factor=1.6", "planning.overtime=false")


def _gave_up(run: Any, kind: OrderKind) -> float:
    o = run.outcome.orders
    mine = o.filled("kind") == kind
    return float((o.filled("state")[mine] == OrderState.CANCELLED).mean())


def test_who_waits_too_long_gives_up_at_the_stated_hazard(tiny: Any) -> None:
    """Of consumer lines that waited d whole days beyond their promise, 1 - exp(-.05 d) are cancelled; none before."""
    run = tiny("plain", *SLOW, "market.cancel_d=0.05", "market.patience_d=1000", variant="silo")
    o = run.outcome.orders
    mine = o.filled("kind") == OrderKind.DIRECT
    gone = o.filled("state")[mine] == OrderState.CANCELLED
    promised, cancelled, allocated = (np.floor(o.filled(name)[mine] / 24.0) for name in ("promised", "cancelled", "allocated"))
    end = np.where(gone, cancelled, np.where(np.isnan(allocated), run.world.hours / 24.0, allocated))
    late = np.maximum(end - promised, 0.0)
    assert (late[gone] >= 1.0).all()
    assert gone.sum() > 50
    # hazard times days at risk is how many should give up
    assert abs(gone.sum() - 0.05 * late.sum()) < 3.0 * np.sqrt(0.05 * late.sum()) + 0.05 * gone.sum()
    assert run.kpi("lost_sales") > 0.0
    assert run.kpi("lost_turnover") > 0.0


def test_nobody_gives_up_without_a_hazard(tiny: Any) -> None:
    run = tiny("plain", *SLOW, "market.cancel_d=0", "market.cancel_trade_d=0", variant="silo")
    assert _gave_up(run, OrderKind.DIRECT) == _gave_up(run, OrderKind.REPLENISH) == 0.0


def test_accounts_cover_themselves_elsewhere_and_remember(tiny: Any) -> None:
    """Cancelled trade lines: pieces of rivals stand on the shelf, the memory of service falls, and so does the share of wallet."""
    run = tiny("plain", *SLOW, "market.cancel_trade_d=0.2", variant="silo")
    trade = run.replication.trade
    assert _gave_up(run, OrderKind.REPLENISH) > 0.02
    assert trade.service().min() < 0.85
    assert run.replication.people.wallet.max() < 0.95


def test_requests_of_accounts_that_nobody_solves_cost_share_of_wallet(tiny: Any) -> None:
    """Too few agents, late goods: accounts remember what they asked in vain, and order less; where silence weighs nothing they do not."""
    keys = (*SLOW, "organisation.agents=3", "organisation.handle_min=120")
    deaf, felt = (tiny("plain", *keys, f"market.unsolved_weight={weight}", variant="silo").replication for weight in (0.0, 3.0))
    assert (felt.trade.service() < deaf.trade.service()).mean() > 0.5
    assert felt.trade.service().mean() < deaf.trade.service().mean() - 0.01
    assert felt.trade.equilibrium().mean() < deaf.trade.equilibrium().mean()


def test_a_line_that_came_broken_is_no_line_served(tiny: Any) -> None:
    """The same line in time, whole and then damaged: only the first is remembered as good, both count."""
    run = Replication(tiny("plain", "horizon.days=40").world, 0)
    outcome = run.run()
    o = outcome.orders
    in_time = np.floor(o.filled("delivered") / 24.0) <= np.floor(np.fmin(o.filled("promised"), o.filled("requested")) / 24.0)
    row = np.flatnonzero((o.filled("kind") == OrderKind.REPLENISH) & in_time)[:1].astype(np.int32)
    found = []
    for problems in (0, int(LineProblem.DAMAGED)):
        run.trade.orders["problems"][row] = problems
        before = run.trade.service() * run.trade.remembered()
        run.trade.served(row)
        found.append(float((run.trade.service() * run.trade.remembered() - before).sum()))
    assert found == [pytest.approx(float(o.filled("quantity")[row[0]])), pytest.approx(0.0, abs=1e-9)]


def test_a_point_of_service_moves_trade_orders_by_five_to_fifteen_percent(tiny: Any) -> None:
    """Craig, DeHoratius and Raman (2016): +1 point of fill rate, +11 % orders. Near the usual service, service itself held."""
    world = tiny("plain", "horizon.days=20", "horizon.warmup_days=5").world
    wallets = []
    for rival in (0.0, -0.01):
        settings = replace(world.settings, market=replace(world.settings.market, rival_service=rival))
        run = Replication(replace(world, settings=settings), 0)
        year = []
        for _ in range(52):
            run.trade.week()
            year.append(run.people.wallet.copy())
        wallets.append(np.mean(year, axis=0))
    orders = (1.0 - world.settings.market.conversion) * np.log(wallets[1] / wallets[0])
    assert (orders > 0.05).all()
    assert (orders < 0.15).all()


@pytest.mark.long
def test_trade_orders_answer_trade_prices(shipped: Any) -> None:
    """+5 % on every trade price, consumers' prices unchanged: elasticity of pieces ordered between -1 and -3."""
    base = shipped("mattress_maker/as_is", "scale=0.03")
    price = base.world.price.copy()
    price[:, base.world.channels.buyer == 1] *= 1.05
    dear = Replication(replace(base.world, price=price), 0).run()

    def ordered(outcome: Any) -> float:
        o = outcome.orders
        b2b = (o.filled("kind") == OrderKind.REPLENISH) & (outcome.terms.channel_buyer[o.filled("channel")] == 1)
        b2b &= o.filled("placed") >= 0.0
        return float(o.filled("quantity")[b2b].sum())

    elasticity = np.log(ordered(dear) / ordered(base.outcome)) / np.log(1.05)
    assert -3.0 < elasticity < -1.0


@pytest.mark.parametrize("factor", [0.9, 1.05, 1.2])
def test_an_account_withholds_what_its_consumers_have_not_left_for(tiny: Any, factor: float) -> None:
    """Trade and shelf dearer alike: with what consumers leave for orders move by `trade_elasticity` at any size; shelf unmoved: the account by all of it."""
    world = tiny("plain", "horizon.days=20", "horizon.warmup_days=5").world
    m, b2b = world.settings.market, world.channels.buyer[world.accounts.channel] == 1
    usual = replace(world, channels=replace(world.channels, trade_share=np.full(len(world.channels.ids), 0.5)))
    usual = replace(usual, price=0.5 * world.reference_price, consumer_price=world.reference_price.copy())
    thin = replace(usual, price=factor * usual.price)
    aims = [Replication(one, 0).trade.equilibrium()[b2b] for one in (usual, thin, replace(thin, consumer_price=factor * usual.consumer_price))]
    orders = (1.0 - m.conversion) * np.array(aims)
    assert len(orders[0]) > 0
    assert orders[0] == pytest.approx(np.zeros(len(orders[0])))
    assert orders[1] == pytest.approx(-m.trade_elasticity * np.log(factor))
    beta = (np.diff(world.mix_cdf, axis=1, prepend=0.0) @ world.segments.beta_price)[world.accounts.channel[b2b]]
    left = beta * np.log(dearness(factor, m.price_loss, 1.0))
    assert orders[2] - left == pytest.approx(-m.trade_elasticity * np.log(factor))
    assert (np.abs(orders[2]) < np.abs(orders[1])).all()


def _years_of(first: Any, second: Any) -> list[tuple[Any, Any]]:
    """The calendar years of two runs, side by side."""
    return [(one, two) for (_, one), (_, two) in zip(years(first.outcome), years(second.outcome), strict=True)]


@pytest.mark.long
@pytest.mark.parametrize("factor", [1.05, 1.2])
def test_all_prices_dearer_sell_less_by_an_elasticity_of_one_to_three_at_small_and_large_steps(shipped: Any, factor: float) -> None:
    """Pieces ordered by trade and bought from the firm's own channels in two years; loyal customers buy fewer of their needs and fewer stay.

    A gap that lasts costs more than one of a year, so at a large step trade may lie beyond three, and what it brings has gone by the second year.
    """
    two_years = ("scale=0.1", "horizon.days=730", "horizon.tick_h=3")
    base, dear = (shipped("mattress_maker/as_is", *two_years, *more) for more in ((), (f"market.price_factor={factor}",)))

    def pieces(run: Any) -> Any:
        o = run.outcome.orders
        kind, some = o.filled("kind"), o.filled("placed") >= 0.0
        return np.array([o.filled("quantity")[some & of].sum() for of in (kind == OrderKind.REPLENISH, kind == OrderKind.DIRECT)])

    elasticity = np.log(pieces(dear) / pieces(base)) / np.log(factor)
    assert ((elasticity > (-3.0 if factor < 1.1 else -3.5)) & (elasticity < -1.0)).all(), elasticity
    if factor > 1.1:
        gained = [measure(one).headline["operating_result"][0] / measure(two).headline["operating_result"][0] - 1.0 for one, two in _years_of(dear, base)]
        assert gained[1] < 0.5 * gained[0], gained
    for name in ("needs_bought", "crr_due", "csat", "nps", "customers"):
        assert dear.kpi(name) < base.kpi(name), name


@pytest.mark.long
def test_less_demand_costs_more_than_its_part(shipped: Any) -> None:
    """Demand x .7: staff, open hours and overhead stay, so the result falls by more than 30 %."""
    base, less = (shipped("mattress_maker/as_is", "scale=0.03", *more) for more in ((), ("market.demand_factor=0.7",)))
    assert less.kpi("turnover") < 0.85 * base.kpi("turnover")
    assert less.kpi("operating_result") < 0.5 * base.kpi("operating_result")


SOONER = 3.0  # [days] by which all quoted lead times are cut, plant and stock as they are
YEARS = ("scale=0.03", "horizon.days=730", "horizon.tick_h=3")


@pytest.mark.long
def test_breaking_promises_loses_contribution_within_two_years_and_customer_value_at_once(shipped: Any) -> None:
    """The same prospects (CRN), dates quoted three days sooner than the plant keeps; and a plant with three quarters of its hours."""
    sooner, slower = [], []
    for k in range(3):
        kept = shipped("mattress_maker/as_is", *YEARS, replication=k)
        quoted = np.maximum(kept.world.channels.quoted_d - SOONER, 2.0)
        broken = _measured(replace(kept.world, channels=replace(kept.world.channels, quoted_d=quoted)), k)
        fewer = _measured(replace(kept.world, centres=replace(kept.world.centres, efficiency=0.75 * kept.world.centres.efficiency)), k)
        for found, (kpis, second_year) in ((sooner, broken), (slower, fewer)):
            assert kpis["otif"] < kept.kpi("otif") - 0.04
            found.append((second_year - _second_year(kept.outcome), kpis["customer_value"] - kept.kpi("customer_value")))
    for found in (sooner, slower):
        gap = np.array(found)
        assert (gap.mean(axis=0) + 3.0 * gap.std(axis=0, ddof=1) / np.sqrt(3.0) < 0.0).all(), gap


def _measured(world: Any, replication: int) -> tuple[dict[str, float], float]:
    """KPIs over all of a world, and its contribution in the second year [EUR]."""
    outcome = Replication(world, replication).run()
    return {name: value for name, (value, _) in measure(outcome).headline.items() if value is not None}, _second_year(outcome)


def _second_year(outcome: Any) -> float:
    """Contribution of the second year [EUR]."""
    return float(read_pnl(Reading(replace(outcome, warmup_h=8760.0, horizon_h=17520.0))).line(PnlLine.CONTRIBUTION)[0])


def test_a_cancelled_line_that_was_late_broke_its_promise(tiny: Any) -> None:
    """OTIF counts it as due and missed: giving up does not make a firm punctual."""
    waits, leaves = (tiny("plain", *SLOW, f"market.cancel_d={h}", f"market.cancel_trade_d={h}", variant="silo") for h in (0.0, 0.1))
    assert leaves.kpi("lost_sales") > 0.01
    o = leaves.outcome.orders
    broke = np.floor(o.filled("cancelled") / 24.0) > np.floor(o.filled("promised") / 24.0)
    assert broke[o.filled("state") == OrderState.CANCELLED].mean() > 0.9
    assert leaves.kpi("otif") < waits.kpi("otif") + 0.1
    assert measure(leaves.outcome).value("otif") is not None


def test_shorter_credit_is_a_higher_price(tmp_path: Path) -> None:
    """Terms thirty days shorter than usual cost orders like a price .66 % higher (8 % a year), elasticity 2.8; unknown usual terms cost nothing."""

    def aims(name: str, usual: float, paid: float) -> Any:
        terms = {"usual_payment_d": usual, "payment_d": paid}
        folder = tiny_world(tmp_path / name, channels=lambda rows: [row | (terms if row["buyer"] == "b2b" else {}) for row in rows])
        world = build_world(load([f"scenario={folder}"]))
        run = Replication(world, 0)
        response = 1.0 - world.settings.market.conversion  # of orders to a log odds of choice
        return response * run.trade.equilibrium()[world.channels.buyer[world.accounts.channel] == 1]

    usual, shorter, unknown = aims("usual", 60.0, 60.0), aims("shorter", 60.0, 30.0), aims("unknown", -1.0, 30.0)
    assert len(usual) > 0
    assert shorter - usual == pytest.approx(-2.8 * 0.08 * 30.0 / 365.0)
    assert unknown == pytest.approx(usual)


REACTS = ("market.shelf_wait=0.15", "market.shelf_other_item=0.19", "market.shelf_other_shop=0.31")


def test_consumers_who_find_a_shelf_empty_do_not_all_wait(tiny: Any) -> None:
    """The same consumers, shelves short of goods: by the stated shares fewer purchases in shops than where everybody waits, and as many from the plant."""
    waits, reacts = (tiny("plain", *SLOW, *more, variant="silo") for more in ((), REACTS))

    def purchases(run: Any, kind: OrderKind) -> int:
        return int((run.outcome.orders.filled("kind") == kind).sum())

    assert waits.kpi("shelf_empty") > 0.02
    assert waits.kpi("shelf_lost") == 0.0
    assert 0.3 * reacts.kpi("shelf_empty") < reacts.kpi("shelf_lost") < reacts.kpi("shelf_empty")
    shop = purchases(reacts, OrderKind.SELL_OUT) / purchases(waits, OrderKind.SELL_OUT)
    assert shop < 1.0 - 0.2 * waits.kpi("shelf_empty")


def test_a_question_before_buying_that_nobody_answers_loses_the_sale(tiny: Any) -> None:
    """Half of the buyers ask first, three agents for all: sales fall by what is unanswered, and only where unanswered questions cost sales."""
    keys = ("horizon.days=90", "organisation.agents=3", "organisation.handle_min=120", "organisation.info_share=0.5")
    stay, leave = (tiny("plain", *keys, f"market.unanswered_lost={lost}", variant="silo") for lost in (0.0, 1.0))
    unanswered = leave.replication.desk.unanswered
    assert unanswered > 0.2
    direct = [int((run.outcome.orders.filled("kind") == OrderKind.DIRECT).sum()) for run in (stay, leave)]
    assert direct[1] < (1.0 - 0.25 * unanswered) * direct[0]
    assert leave.kpi("turnover") < stay.kpi("turnover")


def test_who_asks_in_a_tick_is_answered_before_letters_that_came_no_sooner(tiny: Any) -> None:
    """Agents idle two hours of three: 3 % of the callers hang up. A desk that took up letters to the end of a tick before it saw its calls lost 24 %."""
    keys = ("horizon.days=60", "organisation.agents=12", "organisation.handle_min=60", "organisation.info_share=0.5", "horizon.tick_h=2")
    run = tiny("plain", *keys)
    c = run.outcome.contacts
    calls = (c.filled("reason") == Reason.INFORMATION) & (c.filled("attempt") == 1) & (c.filled("written") == 0)
    assert calls.sum() > 150
    assert run.kpi("desk_occupancy") < 0.5
    assert c.filled("abandoned")[calls].mean() < 0.08
