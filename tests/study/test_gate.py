"""The baseline gate on firms whose truth is known: a model that is right is believed, one that is off by five per cent is not, too few runs tell nothing."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from e2esim.domain.scenario import Scenario
from e2esim.domain.settings import Horizon, Settings
from e2esim.study.baseline import GATE_RUNS, baseline_gate, told_gate

F = npt.NDArray[np.float64]
YEARS = {"turnover": 0.005, "mattresses_delivered": 0.02, "contribution": 0.03}  # standard deviation of one year, of the mean
ROW = {"dimension": "all", "member": "all", "tolerance": 0.02, "fitted": False}
Chance = Callable[[np.random.Generator, F], F]


def firm(days: int = 365) -> Scenario:
    history = pl.DataFrame([{"kpi": kpi, "value": 1000.0} | ROW for kpi in YEARS])
    return Scenario(settings=Settings(name="toy", horizon=Horizon(days=days)), tables={"history_kpis": history})


def bell(rng: np.random.Generator, spread: F) -> F:
    return np.asarray(rng.normal(0.0, spread))


def account_lost(rng: np.random.Generator, spread: F) -> F:
    """Every fifth year an account is lost, for a part of the year: as large retail does, with the mean at zero."""
    lost = (rng.random(len(spread)) < 0.2) * rng.random(len(spread))
    return np.asarray(bell(rng, 0.2 * spread) - 3.8 * spread * (lost - 0.1))


def run(rng: np.random.Generator, off: F, chance: Chance) -> pl.DataFrame:
    values = 1000.0 * (1.0 + off + chance(rng, np.array(list(YEARS.values()))))
    return pl.DataFrame({"kpi": list(YEARS), "unit": "pcs/year", "dimension": "all", "member": "all", "value": values, "n": 1})


def opened(off: F, chance: Chance, repetitions: int, runs: int = 3, seed: int = 1) -> float:
    """Share of repetitions in which the gate opens; it may ask for more runs."""
    rng, base, count = np.random.default_rng(seed), firm(), 0
    more = lambda first, n: [run(rng, off, chance) for _ in range(n)]  # noqa: E731
    for _ in range(repetitions):
        count += told_gate(base, more(0, runs), more).open
    return count / repetitions


@pytest.mark.parametrize("chance", [bell, account_lost])
def test_a_right_model_is_believed(chance: Chance) -> None:
    share = opened(np.zeros(3), chance, 40)
    assert share + 3 * math.sqrt(0.05 * 0.95 / 40) >= 0.95


@pytest.mark.parametrize(("which", "chance"), [(0, bell), (1, bell), (2, bell), (2, account_lost)])
def test_a_model_off_by_five_per_cent_in_one_figure_is_not(which: int, chance: Chance) -> None:
    assert opened(0.05 * np.eye(3)[which], chance, 25) <= 0.04
    assert opened(-0.05 * np.eye(3)[which], chance, 25, seed=2) <= 0.04


def test_too_few_runs_cannot_tell_and_say_how_many_would() -> None:
    values = [[1001.0, 1004.0, 1030.0], [1003.0, 996.0, 970.0], [998.0, 1001.0, 1004.0]]
    tables = [pl.DataFrame({"kpi": list(YEARS), "unit": "pcs/year", "dimension": "all", "member": "all", "value": row, "n": 1}) for row in values]
    gate = baseline_gate(firm(), tables)
    assert (gate.shut, gate.runs, [one.verdict for one in gate.figures]) == ("few", 3, ["met", "met", "unknown"])
    assert 5 <= gate.needed <= 8
    asked: list[tuple[int, int]] = []

    def more(first: int, n: int) -> list[pl.DataFrame]:
        asked.append((first, n))
        return tables[:n]

    assert told_gate(firm(), tables, more).open
    assert asked == [(3, 3)]
    asked.clear()
    wavering = [table.with_columns(value=1000.0 + 5.0 * (pl.col("value") - 1000.0)) for table in tables]

    def waver(first: int, n: int) -> list[pl.DataFrame]:
        asked.append((first, n))
        return [wavering[k % 3] for k in range(n)]

    assert told_gate(firm(), wavering, waver).shut == "few"
    assert [first for first, _ in asked] == [3, 6, 12]
    assert sum(n for _, n in asked) == GATE_RUNS - 3
    asked.clear()
    assert told_gate(firm(days=120), tables, more).shut == "short"
    assert not asked  # no number of runs makes a year of them


def test_one_run_decides_by_its_gap_and_an_untold_figure_is_off() -> None:
    table = pl.DataFrame({"kpi": ["turnover"], "unit": "EUR/year", "dimension": "all", "member": "all", "value": [985.0], "n": 1})
    gate = baseline_gate(firm(), [table])
    assert [one.verdict for one in gate.figures] == ["met", "off", "off"]
    assert gate.shut == "off"
