"""Right answers of the textbook worlds below scenarios/textbook, and what the ordinary run gives for them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from e2esim.config.places import network_place
from e2esim.config.supply_network import open_network
from e2esim.study.network import NetworkResult, study_network

REPLICATIONS = {"beer_game": 1, "distribution": 1, "law_kelton": 300, "queueing": 60, "penny_fab": 30}
USUAL = 30
PENNY, SS, LAW = "Hopp and Spearman, Factory Physics", "Snyder and Shen, Fundamentals of Supply Chain Theory", "Law, Simulation Modeling and Analysis, 1.5"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One right figure: the sum of ``kpis`` over ``members`` (ITEM@SITE or a work centre) times ``factor``.

    ``se`` is the standard error of the right figure itself, where it comes from a simulation; ``exact``: no error is allowed.
    """

    world: str
    what: str
    members: tuple[str, ...]
    kpis: tuple[str, ...]
    expected: float
    source: str
    factor: float = 1.0
    se: float = 0.0
    exact: bool = False


@dataclass(frozen=True, kw_only=True)
class Obtained:
    """What the run gave: mean and its standard error (0 where one replication is exact)."""

    value: float
    se: float

    def off(self, answer: Answer) -> float:
        """Distance from the right figure in standard errors; for exact ones 0 or infinite."""
        gap = abs(self.value - answer.expected)
        if answer.exact:
            return 0.0 if gap <= 1e-6 * max(1.0, abs(answer.expected)) else math.inf
        return gap / math.hypot(self.se, answer.se)


def _answer(world: str, what: str, member: str, kpi: str, expected: float, source: str, **more: Any) -> Answer:
    return Answer(world=world, what=what, members=(member,), kpis=(kpi,), expected=expected, source=source, **more)


def answers() -> list[Answer]:
    """All of them."""
    return [*_beer_game(), *_distribution(), *_lost_sales(), *_law_kelton(), *_periodic_review(), *_serial(), *_bullwhip(), *_penny_fab(), *_queueing()]


@cache
def result(world: str) -> tuple[NetworkResult, pl.DataFrame]:
    """Run a world through the public format; the result and the KPIs of every replication (world's KPIs of members)."""
    place = network_place(f"textbook/{world}")
    assert place is not None
    company = open_network(place, []).company
    found = study_network(company, replications=REPLICATIONS.get(world, USUAL))
    return found, found.table


def obtained(answer: Answer) -> Obtained:
    """What the ordinary run gives for an answer. Sums of several members take their errors as independent."""
    found, table = result(answer.world)
    rows = table.filter(pl.col("member").is_in(answer.members) & pl.col("kpi").is_in(answer.kpis))
    assert rows["member"].n_unique() == len(answer.members), f"{answer.world}: no {answer.members}"
    value = float(rows["mean"].sum()) * answer.factor
    if answer.exact:
        return Obtained(value=value, se=0.0)
    return Obtained(value=value, se=found.standard_error(answer.members, answer.kpis) * answer.factor)


def _beer_game() -> Iterator[Answer]:
    for stage, cost in (("retailer", 46), ("wholesaler", 50), ("distributor", 54), ("factory", 54)):
        source = "Sterman (1989), benchmark rule, 36 weeks"
        yield _answer("beer_game", f"cost of the {stage}", f"beer@{stage}", "cost_eur", cost, source, factor=36, exact=True)


def _distribution() -> Iterator[Answer]:
    names = ("holding", "goods bought", "shipments", "profit")
    kpis = ("holding_eur", "units_eur", "shipments_eur", "profit_eur")
    figures = (
        (7600, 600_000, 370, 292_030), (7100, 1_100_000, 720, 392_180), (3500, 1_120_000, 750, 375_750), (4740, 1_180_000, 750, 314_510),
        (10_620, 1_160_000, 1180, 303_200),
    )  # fmt: skip
    for k, row in enumerate(figures, 1):
        for name, kpi, value in zip(names, kpis, row, strict=True):
            source = f"SupplyNetPy against anyLogistix, model {k}"
            yield _answer("distribution", f"model {k}, {name}", f"P1@D{k}", kpi, value, source, factor=59, exact=True)


def _lost_sales() -> Iterator[Answer]:
    figures = {
        "p4_L1": (4.1628, 0.92791), "p4_L2": (4.6386, 0.89604), "p4_L3": (4.9750, 0.87563), "p9_L1": (5.5475, 0.95368), "p9_L2": (6.3163, 0.96140),
        "p9_L3": (6.8640, 0.94055),
    }  # fmt: skip
    for item, (cost, fill) in figures.items():
        source = "Zipkin (2008) test bed, exact Markov chain"
        for what, kpi, value in (("cost a period", "cost_eur", cost), ("fill rate", "fill_rate", fill)):
            yield _answer("lost_sales", f"{item}, {what}", f"{item}@main", kpi, value, source)


def _law_kelton() -> Iterator[Answer]:
    figures = {
        (20, 40): (125.074, 0.239), (20, 60): (118.919, 0.214), (20, 80): (121.441, 0.208), (20, 100): (127.336, 0.169), (40, 60): (125.693, 0.150),
        (40, 80): (125.426, 0.140),
    }  # fmt: skip
    for (s, top), (cost, se) in figures.items():
        what = f"(s, S) = ({s}, {top}), cost a month"
        yield _answer("law_kelton", what, f"s{s}_S{top}@main", "cost_eur", cost, f"{LAW}; independent event loop", se=se)


def _periodic_review() -> Iterator[Answer]:
    figures = {
        "newsvendor_normal_1": (1.9976051931766445, "example 4.1"), "newsvendor_normal_2": (2718.196781782411, "problem 4.1"),
        "newsvendor_poisson": (3.5701069457709376, "example 4.7"), "base_stock_L4": (4.466781004149577, "example 4.4"),
        "s_S_1": (8.034111561471642, "example 4.7"), "s_S_2": (223.5748295669688, "problem 4.31"),
    }  # fmt: skip
    for item, (cost, where) in figures.items():
        yield _answer("periodic_review", f"{item}, cost a period", f"{item}@main", "cost_eur", cost, f"{SS}, {where}")
    zheng = {
        10: 35.022, 15: 42.698, 20: 49.173, 25: 54.262, 30: 57.819, 35: 61.215, 40: 64.512, 45: 67.776, 50: 70.975, 21: 50.406, 22: 51.632,
        23: 52.757, 24: 53.518,
    }  # fmt: skip
    for mu, cost in sorted(zheng.items()):
        what = f"(s, S), Poisson {mu}, cost a period"
        yield _answer("periodic_review", what, f"zheng_{mu}@main", "cost_eur", cost, "Zheng and Federgruen (1991)")
    for item, cost, where in (("r3_Q5", 107.92358063314975, "example 5.8"), ("r6_Q7", 28.241312842169155, "problem 5.2")):
        yield _answer("r_q", f"(r, Q) {item}, cost a period", f"{item}@main", "cost_eur", cost, f"{SS}, {where}")


def _serial() -> Iterator[Answer]:
    for item, n, cost, se, where in (("example_6_1", 3, 47.662, 0.007, "example 6.1"), ("problem_6_1", 2, 166.277, 0.029, "problem 6.1")):
        members = tuple(f"{item}@stage_{k + 1}" for k in range(n))
        source = f"{SS}, {where}; independent Monte Carlo of 4 million periods"
        yield Answer(world="clark_scarf", what=f"{where}, cost a period", members=members, kpis=("cost_eur",), expected=cost, se=se, source=source)


def _bullwhip() -> Iterator[Answer]:
    for lead in (1, 2, 4, 5):
        for p in (3, 5, 10, 20):
            ratio = 1 + 2 * lead / p + 2 * lead**2 / p**2
            what = f"L {lead}, average of {p}, variance ratio"
            yield _answer("bullwhip", what, f"L{lead}_p{p}@main", "bullwhip", ratio, "Chen et al. (2000)")


def _penny_fab() -> Iterator[Answer]:
    for w in range(1, 11):
        member = f"best_w{w:02d}@main"
        rate = min(w / 8, 0.5)
        yield _answer("penny_fab", f"best case, WIP {w}, throughput an hour", member, "throughput", rate, PENNY, exact=True)
        yield _answer("penny_fab", f"best case, WIP {w}, cycle time h", member, "flow_h", w / rate, PENNY, exact=True)
    for w in (1, 2, 3, 4, 5, 6, 8, 10, 15, 20):
        member = f"random_w{w:02d}@main"
        rate = 0.5 * w / (w + 3)
        yield _answer("penny_fab", f"practical worst case, WIP {w}, throughput an hour", member, "throughput", rate, PENNY)
        yield _answer("penny_fab", f"practical worst case, WIP {w}, cycle time h", member, "flow_h", w / rate, PENNY)


def _queueing() -> Iterator[Answer]:
    for rate, c in ((0.5, 1), (0.8, 1), (0.9, 1), (1.6, 2), (2.7, 3), (4.5, 5), (9, 10), (18, 20)):
        wait_share = _erlang_c(rate, c)
        wait = wait_share / (c - rate)
        member = f"centre_mm{c}_{rate:g}"
        for what, kpi, value in (("mean wait h", "wait_h", wait), ("share that waits", "wait_share", wait_share), ("mean queue", "queue", rate * wait)):
            yield _answer("queueing", f"M/M/{c}, {rate:g} an hour, {what}", member, kpi, value, "Erlang C")
    for name, law, wait in (("md1", "constant", 2.0), ("mu1", "uniform", 8 / 3)):
        what = f"M/G/1, .8 an hour, {law} service, mean wait h"
        yield _answer("queueing", what, f"centre_{name}_0.8", "wait_h", wait, "Pollaczek and Khinchine")


def _erlang_c(load: float, c: int) -> float:
    """Chance to wait with Poisson arrivals, exponential service of mean 1 and c servers."""
    terms = np.cumprod([1.0, *(load / k for k in range(1, c + 1))])
    last = terms[c] * c / (c - load)
    return float(last / (terms[:c].sum() + last))
