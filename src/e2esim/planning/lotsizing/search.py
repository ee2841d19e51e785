"""The lot search: simulated annealing whose every step replans a few items exactly (see ``search_kernels``)."""

import time
from dataclasses import dataclass
from typing import Final

import numpy as np

from e2esim.planning.lotsizing.bound import most_late
from e2esim.planning.lotsizing.problem import Floats, Ints, LotSizingProblem
from e2esim.planning.lotsizing.search_kernels import SearchFacts, anneal

GRAIN: Final = 2  # parts of a week's demand that may be made apart; the exact linear program splits further afterwards
MOST_ITEMS: Final = 8  # taken out at once
ROUNDS: Final = 60  # temperatures of a timed search
WEEKS_AHEAD: Final = 26  # the search makes nothing earlier,
WEEKS_LATE: Final = 1  # nor later


@dataclass(frozen=True, kw_only=True)
class FoundLots:
    """Quantities of the best plan of a search, (n_items, n_weeks) [pcs], its cost with overload [EUR], moves tried."""

    quantities: Floats
    cost: float
    moves: int


def search(
    problem: LotSizingProblem, prices: Floats, *, seed: int, time_limit_s: float, moves: int | None = None,
    severity: float = 1.0,
) -> FoundLots:
    """Search for lots for ``time_limit_s`` [s], or for exactly ``moves`` moves (then the answer depends on the seed
    only).

    Parameters
    ----------
    prices
        Rough prices of hours, (n_centres, n_weeks) [EUR/h]; they tell how early an item may be worth making.
    severity
        Factor on what breaking a hard limit costs inside the search.
    """
    started = time.perf_counter()
    shop = _shop(problem, prices, severity)
    cover = np.repeat(GRAIN * np.arange(1, problem.n_weeks + 1)[None], problem.n_items, axis=0)
    best_cover = cover.copy()
    net = problem.net_demand()
    scale = float(np.mean(problem.setup_cost + problem.holding * net.mean(axis=1))) + 1e-9
    hot, cold = 0.4 * scale, 0.012 * scale
    bits = np.array([np.uint64(seed % 2**63) * np.uint64(2) + np.uint64(1)], dtype=np.uint64)
    weeks = problem.n_weeks
    first = min(25 * problem.n_items, moves if moves is not None else 25 * problem.n_items)
    best = anneal(bits, first, hot, hot, MOST_ITEMS // 2, weeks, weeks, cover, best_cover, np.inf, shop)
    done = first
    if moves is not None:
        best = anneal(bits, moves - done, hot, cold, MOST_ITEMS, 4, 13, cover, best_cover, best, shop)
        done = moves
    else:
        batch = max(200, problem.n_items)
        began = time.perf_counter()
        end = started + time_limit_s
        while (now := time.perf_counter()) < end:
            share = (now - began) / max(end - began, 1e-9)
            temperature = hot * (cold / hot) ** share
            best = anneal(bits, batch, temperature, temperature, MOST_ITEMS, 4, 13, cover, best_cover, best, shop)
            done += batch
            rate = (done - first) / max(time.perf_counter() - began, 1e-9)
            batch = max(50, int(rate * (end - began) / ROUNDS))
            batch = max(50, min(batch, int(rate * (end - time.perf_counter())) + 1))
    made = np.take_along_axis(shop.cumulative, best_cover, axis=1)
    return FoundLots(quantities=np.diff(made, axis=1, prepend=0.0), cost=best, moves=done)


def _shop(problem: LotSizingProblem, prices: Floats, severity: float) -> SearchFacts:
    """Facts for the kernels; where a limit is hard, breaking it is made dear instead."""
    net = problem.net_demand()
    quanta = np.repeat(net / GRAIN, GRAIN, axis=1)
    cumulative = np.concatenate([np.zeros((problem.n_items, 1)), np.cumsum(quanta, axis=1)], axis=1)
    late = int(min(most_late(problem).max(initial=0), WEEKS_LATE, problem.n_weeks - 1))
    members, n_members = _members(problem)
    return SearchFacts(
        cumulative=cumulative,
        ahead=_weeks_ahead(problem, net, prices),
        late=late,
        grain=GRAIN,
        holding=problem.holding,
        backlog=np.where(np.isfinite(problem.backlog), problem.backlog, _steep(problem)),
        setup_cost=problem.setup_cost,
        centre=problem.centre.astype(np.int64),
        run_h=problem.run_h,
        setup_h=problem.setup_h,
        capacity_h=problem.capacity_h,
        overtime_h=problem.overtime_h,
        price=problem.overtime_cost,
        steep=severity * _steep(problem),
        members=members,
        n_members=n_members,
    )


def _steep(problem: LotSizingProblem) -> float:
    """Price of an hour beyond all limits [EUR/h]: more than any lot gains by using it."""
    run = np.maximum(problem.run_h.sum(axis=0), 1e-9)
    dear = np.max(problem.setup_cost / np.maximum(problem.setup_h.sum(axis=0), 1.0), initial=1.0)
    lost = np.where(np.isfinite(problem.unmet), problem.unmet / run, 0.0)
    return float(max(10.0 * problem.overtime_cost, 2.0 * dear, np.quantile(lost, 0.5), 20.0 * problem.holding.mean()))


def _weeks_ahead(problem: LotSizingProblem, net: Floats, prices: Floats) -> Ints:
    """How early an item may be worth making: its holding cost against a set-up saved and a dear hour avoided."""
    mean = np.maximum(net.mean(axis=1), 1e-9)
    spread = prices.max(axis=1) - prices.min(axis=1)
    hours = np.zeros(problem.n_items)
    for centre, run in zip(problem.centre, problem.run_h, strict=True):
        hours += np.where(centre >= 0, run * spread[centre], 0.0)
    weeks = (1.5 * problem.setup_cost / mean + hours) / np.maximum(problem.holding, 1e-9)
    return np.asarray(np.clip(np.ceil(weeks), 2, min(WEEKS_AHEAD, problem.n_weeks)), dtype=np.int64)


def _members(problem: LotSizingProblem) -> tuple[Ints, Ints]:
    """Items of each centre, (n_centres, most), and how many."""
    of = [np.unique(np.nonzero(problem.centre == c)[1]) for c in range(problem.n_centres)]
    members = np.zeros((problem.n_centres, max(1, *(len(m) for m in of))), dtype=np.int64)
    for c, items in enumerate(of):
        members[c, : len(items)] = items
    return members, np.array([len(m) for m in of], dtype=np.int64)
