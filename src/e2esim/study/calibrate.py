"""Today's firm first: fit few stated parameters so that a run meets the figures of the company's last year.

Fitted are the choice offsets of the channels, one for each figure by channel that may be fitted: log odds of being chosen, so
that what the history sold is sold at today's service. What accounts are used to (``usual_service``) and what people say
(``market.usual_word``) are not fitted to a figure: they are what accounts get and people hear, found in the same runs. Figures that
are not fitted are checked. More parameters than figures is refused.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.domain.build import build_world
from e2esim.domain.scenario import Scenario
from e2esim.domain.world import World
from e2esim.kpi import measure
from e2esim.kpi.catalogue import CATALOGUE
from e2esim.kpi.table import KpiTable
from e2esim.simulate.replication import Replication

F = npt.NDArray[np.float64]
_RESPONSE = 0.8  # share of sales won for a log odds of choice, the first guess of the fit: newcomers .65, loyal customers 1
_MOST = 3.0  # [utility] furthest that an offset may go
_EXTENSIVE = ("/year", "pcs", "customers", "lines", "EUR")  # units that grow with the scale


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of the last year, and what a run makes of it."""

    kpi: str
    dimension: str
    member: str
    history: float
    tolerance: float
    fitted: bool
    found: float | None = None

    @property
    def gap(self) -> float:
        """Relative gap of the run to the history; NaN if the run cannot tell."""
        return float("nan") if self.found is None else self.found / self.history - 1.0

    @property
    def met(self) -> bool:
        """True if the gap lies within the tolerance."""
        return abs(self.gap) <= self.tolerance


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What a calibration found: parameters by channel, the figures before and after, and how many runs it took."""

    channels: tuple[str, ...]
    fitted: tuple[str, ...]
    choice_offset: tuple[float, ...]
    usual_service: tuple[float, ...]
    usual_word: float
    before: tuple[Figure, ...]
    after: tuple[Figure, ...]
    runs: int


def figures(table: pl.DataFrame | None) -> tuple[Figure, ...]:
    """The figures of table ``history_kpis``.

    Raises
    ------
    ValueError
        If there is none, a KPI is not known, or a value is zero.
    """
    if table is None or table.height == 0:
        raise ValueError("nothing to calibrate to: table history_kpis is empty; state the last year's figures there")
    found = []
    for row in table.iter_rows(named=True):
        if row["kpi"] not in CATALOGUE:
            raise ValueError(f"history_kpis: there is no KPI {row['kpi']!r}")
        if row["value"] == 0:
            raise ValueError(f"history_kpis: {row['kpi']} of {row['member']} is zero; a gap in per cent needs another value")
        found.append(
            Figure(
                kpi=row["kpi"],
                dimension=row["dimension"],
                member=row["member"],
                history=float(row["value"]),
                tolerance=float(row["tolerance"]),
                fitted=bool(row["fitted"]),
            )
        )
    return tuple(found)


def compare(asked: Sequence[Figure], table: KpiTable, scale: float) -> tuple[Figure, ...]:
    """The figures with what a run at ``scale`` found, at scale 1; ``table``: its KPIs."""
    found = []
    for one in asked:
        try:
            value = table.value(one.kpi, one.dimension, one.member)
        except KeyError as error:
            raise ValueError(f"history_kpis: {one.kpi} is not told for {one.dimension} {one.member}") from error
        found.append(replace(one, found=value if value is None or not grows(CATALOGUE[one.kpi].unit) else value / scale))
    return tuple(found)


def grows(unit: str) -> bool:
    """Whether a KPI of this unit grows with the scale.

    >>> grows("EUR/year"), grows("share")
    (True, False)
    """
    return any(mark in unit for mark in _EXTENSIVE)


def calibrate(scenario: Scenario, *, runs: int = 8, tell: Callable[[int, Sequence[Figure]], None] | None = None) -> Calibration:
    """Fit the channel offsets of ``scenario`` to its history in at most about ``runs`` runs.

    Raises
    ------
    ValueError
        If the figures are wrong, none may be fitted, two are fitted by one channel, or the fit has more parameters than figures.
    """
    from scipy import optimize  # here: a run only compares with the history

    asked = figures(scenario.tables.get("history_kpis"))
    world = build_world(scenario)
    fitted = _parameters(asked, world)
    fit = _Fit(world, asked, fitted, tell)
    start = world.channels.choice_offset[fitted].copy()
    with contextlib.suppress(optimize.NoConvergence):  # the runs are used up: the best of them counts
        optimize.broyden1(fit.residual, start, alpha=-1.0 / _RESPONSE, maxiter=max(1, runs - 2), f_tol=3e-3, line_search=None)  # type: ignore[arg-type]
    best = fit.best
    offset, names = world.channels.choice_offset.copy(), world.channels.ids
    offset[fitted] = best.offset
    return Calibration(
        channels=names,
        fitted=tuple(names[c] for c in fitted),
        choice_offset=tuple(round(float(v), 4) for v in offset),
        usual_service=tuple(round(float(v), 4) for v in best.service),
        usual_word=round(best.word, 4),
        before=fit.first,
        after=best.figures,
        runs=fit.runs,
    )


def _parameters(asked: Sequence[Figure], world: World) -> npt.NDArray[np.int64]:
    """Channels whose offset is fitted, one a fitted figure."""
    members = [one.member for one in asked if one.fitted]
    wrong = [one for one in asked if one.fitted and (one.dimension != "channel" or one.member not in world.channels.ids)]
    if wrong:
        raise ValueError(f"history_kpis: only figures by channel can be fitted, not {wrong[0].kpi} of {wrong[0].dimension} {wrong[0].member}")
    if not members:
        raise ValueError("history_kpis: no figure is marked as fitted")
    if len(set(members)) < len(members):
        raise ValueError("history_kpis: two figures of one channel are fitted by one offset; mark one of them")
    if len(members) >= len(asked):
        raise ValueError(f"{len(members)} parameters for {len(asked)} figures would fit anything; state figures that are checked and not fitted")
    return np.array([world.channels.ids.index(name) for name in members], dtype=np.int64)


@dataclass(frozen=True)
class _Try:
    offset: F
    service: F
    word: float
    figures: tuple[Figure, ...]
    worst: float


class _Fit:
    """Runs the world at offsets; keeps the best try."""

    def __init__(
        self, world: World, asked: Sequence[Figure], channels: npt.NDArray[np.int64], tell: Callable[[int, Sequence[Figure]], None] | None
    ) -> None:
        self.world, self.asked, self.channels, self.tell = world, asked, channels, tell
        self.service = world.channels.usual_service.copy()
        self.word = world.settings.market.usual_word
        self.runs, self.best = 0, _Try(np.zeros(0), self.service, self.word, (), np.inf)
        self.first: tuple[Figure, ...] = ()

    def residual(self, offset: F) -> F:
        """Log gaps of the fitted figures at ``offset``."""
        w = self.world
        at = w.channels.choice_offset.copy()
        at[self.channels] = np.clip(offset, -_MOST, _MOST)
        used, said = self.service.copy(), self.word
        settings = replace(w.settings, market=replace(w.settings.market, usual_word=said))
        run = Replication(replace(w, settings=settings, channels=replace(w.channels, choice_offset=at, usual_service=used)), 0)
        outcome = run.run()
        found = compare(self.asked, measure(outcome), outcome.scale)
        self.runs += 1
        gaps = np.array([np.log(max(1.0 + one.gap, 1e-3)) for one in found if one.fitted])
        self.first = self.first or found
        worst = float(np.sqrt(np.mean(gaps**2)))
        if worst < self.best.worst:
            self.best = _Try(at[self.channels].copy(), used, said, found, worst)
        self._learn_service(run)
        self.word = float(run.experiences.word_sum.sum() / max(run.experiences.word_count.sum(), 1e-9))
        if self.tell is not None:
            self.tell(self.runs, found)
        return gaps

    def _learn_service(self, run: Replication) -> None:
        """Accounts are used to what they got in this run."""
        got, due, of = run.trade.service(), run.trade.remembered(), self.world.accounts.channel
        for channel in np.unique(of):
            members = of == channel
            self.service[channel] = float((got[members] * due[members]).sum() / max(due[members].sum(), 1e-9))
