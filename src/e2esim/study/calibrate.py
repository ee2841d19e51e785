"""Today's firm first: fit few stated parameters so that the mean of the runs meets the figures of the company's last year.

Fitted are the choice offsets of the channels, one for each figure by channel that may be fitted: log odds of being chosen, so
that what the history sold is sold at today's service. What accounts are used to (``usual_service``) and what people say
(``market.usual_word``) are not fitted to a figure: they are what accounts get and people hear, found in the same runs. Figures that
are not fitted are checked. More parameters than figures is refused.

Every try runs the same replications on the same random numbers, so that the mean is a smooth answer to the offsets; how far that mean may lie
from that of all runs is told by the interval of each figure.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.domain.build import build_world
from e2esim.domain.scenario import Scenario
from e2esim.domain.world import World
from e2esim.kpi import measure
from e2esim.simulate.replication import Replication
from e2esim.study.executor import Local
from e2esim.study.history import Figure, beside, check_told, figures

F = npt.NDArray[np.float64]
_RESPONSE = 0.65  # share of sales won for a log odds of choice, the first guess of the fit: 1 - conversion
_MOST = 3.0  # [utility] furthest that an offset may go


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What a calibration found: parameters by channel, the figures before and after, and how many tries of how many replications it took."""

    channels: tuple[str, ...]
    fitted: tuple[str, ...]
    choice_offset: tuple[float, ...]
    usual_service: tuple[float, ...]
    usual_word: float
    before: tuple[Figure, ...]
    after: tuple[Figure, ...]
    runs: int
    replications: int = 1


def calibrate(
    scenario: Scenario, *, runs: int = 8, replications: int = 1, workers: int = 0, tell: Callable[[int, Sequence[Figure]], None] | None = None
) -> Calibration:
    """Fit the channel offsets of ``scenario`` to its history in at most about ``runs`` tries.

    Parameters
    ----------
    scenario
        What to fit, with its table ``history_kpis``.
    runs, replications
        Tries, and how many replications the mean of each is taken over.
    workers, tell
        Processes (0 = one a core); told the number of the try and its figures.

    Raises
    ------
    ValueError
        If the figures are wrong, none may be fitted, two are fitted by one channel, or the fit has more parameters than figures.
    """
    from scipy import optimize  # here: a run only compares with the history

    asked = figures(scenario.tables.get("history_kpis"))
    world = build_world(scenario)
    fitted = _parameters(asked, world)
    fit = _Fit(scenario, world, asked, fitted, replications, workers, tell)
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
        replications=replications,
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


class _Fitting(NamedTuple):
    """One replication at parameters: offsets and service of every channel, what people say."""

    offset: F
    service: F
    word: float
    replication: int


class _Shown(NamedTuple):
    """What a replication showed: its KPIs; pieces due and well served by channel; sum and count of what people said."""

    table: pl.DataFrame
    due: F
    good: F
    word_sum: float
    word_count: float


@dataclass
class _FittingRuns:
    """Runs trials; the world is built once a process."""

    scenario: Scenario
    world: World | None = None

    def __call__(self, trial: _Fitting) -> _Shown:
        w = self.world = self.world or build_world(self.scenario)
        settings = replace(w.settings, market=replace(w.settings.market, usual_word=trial.word))
        channels = replace(w.channels, choice_offset=trial.offset, usual_service=trial.service)
        run = Replication(replace(w, settings=settings, channels=channels), trial.replication)
        table = measure(run.run()).frame
        got, due, of = run.trade.service(), run.trade.remembered(), w.accounts.channel
        n = len(w.channels.ids)
        said = run.experiences
        owed, good = (np.bincount(of, weights=some, minlength=n).astype(np.float64) for some in (due, got * due))
        return _Shown(table, owed, good, float(said.word_sum.sum()), float(said.word_count.sum()))


class _Try(NamedTuple):
    offset: F
    service: F
    word: float
    figures: tuple[Figure, ...]
    worst: float


class _Fit:
    """Runs the world at offsets; keeps the best try."""

    def __init__(
        self,
        scenario: Scenario,
        world: World,
        asked: Sequence[Figure],
        channels: npt.NDArray[np.int64],
        replications: int,
        workers: int,
        tell: Callable[[int, Sequence[Figure]], None] | None,
    ) -> None:
        self.world, self.asked, self.channels, self.tell = world, asked, channels, tell
        self.replications, self.work = replications, _FittingRuns(scenario)
        self.local = Local(workers=1 if replications == 1 else workers)
        self.service = world.channels.usual_service.copy()
        self.word = world.settings.market.usual_word
        self.runs, self.best = 0, _Try(np.zeros(0), self.service, self.word, (), np.inf)
        self.first: tuple[Figure, ...] = ()

    def residual(self, offset: F) -> F:
        """Log gaps of the fitted figures at ``offset``, means over the replications."""
        at = self.world.channels.choice_offset.copy()
        at[self.channels] = np.clip(offset, -_MOST, _MOST)
        used, said = self.service.copy(), self.word
        seen = self._run(at, used, said)
        check_told(self.asked, seen[0].table)
        found = beside(self.asked, [one.table for one in seen], self.world.settings.scale)
        self.runs += 1
        gaps = np.array([np.log(max(1.0 + one.gap, 1e-3)) for one in found if one.fitted])
        self.first = self.first or found
        worst = float(np.sqrt(np.mean(gaps**2)))
        if worst < self.best.worst:
            self.best = _Try(at[self.channels].copy(), used, said, found, worst)
        self._learn(seen)
        if self.tell is not None:
            self.tell(self.runs, found)
        return gaps

    def _run(self, at: F, used: F, said: float) -> list[_Shown]:
        trials = [_Fitting(at, used, said, k) for k in range(self.replications)]
        done: dict[int, _Shown] = {}
        with closing(self.local.each(self.work, trials)) as ended:
            for one in ended:
                done[one.job.replication] = one.value()
        return [done[k] for k in sorted(done)]

    def _learn(self, seen: Sequence[_Shown]) -> None:
        """Accounts are used to what they got in these runs, and people to what was said."""
        due, good = np.sum([one.due for one in seen], axis=0), np.sum([one.good for one in seen], axis=0)
        of = np.unique(self.world.accounts.channel)
        self.service[of] = (good / np.maximum(due, 1e-9))[of]
        self.word = sum(one.word_sum for one in seen) / max(sum(one.word_count for one in seen), 1e-9)
