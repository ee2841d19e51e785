"""Sensitivity: which factors move which KPIs, by Morris' elementary effects or Sobol' shares of variance, if need be of a surrogate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

import polars as pl

from e2esim.application.efforts import Effort, executor_of, sweep_folder
from e2esim.application.kpi_names import MARKET, check_kpis, kpis_of
from e2esim.application.shown import Shown
from e2esim.config.problems import COMMAND_LINE, wrong_word

if TYPE_CHECKING:
    from e2esim.application.study_words import Question
    from e2esim.application.sweeping import Progress, Swept

KPIS = ("contribution", "otif", "csat")  # of a market, if none are asked for


@dataclass(frozen=True, repr=False)
class Weighed(Shown):
    """Effects of every factor on every KPI, and the sweep that they come from."""

    swept: Swept
    method: str
    effects: pl.DataFrame

    def headline(self) -> str:
        """One line."""
        told = self.swept.told
        return f"{self.method} of {self.swept.name}: {self.effects['factor'].n_unique()} factors, {told['points']} points x {told['replications']} replications"

    def table(self) -> pl.DataFrame:
        """What a notebook shows."""
        return self.effects


def weigh(asked: Question, effort: Effort, *, method: str, size: int, kpis: Sequence[str] = (), tell: Progress | None = None) -> Weighed:
    """Lay out the points of a method, run them in a folder, and say what each factor does.

    Raises
    ------
    InputErrors
        If method or KPIs are wrong, SALib is missing, or points failed (what has run is kept).
    """
    if find_spec("SALib") is None:
        raise wrong_word("", "", "SALib is not installed", "pip install 'e2esim[sensitivity]'")
    from e2esim.application.points import kind_of, make_points
    from e2esim.application.sweeping import run_points
    from e2esim.study.design import at_places
    from e2esim.study.sensitivity import places
    from e2esim.study.store import Store
    from e2esim.study.sweep import responses

    names = list(asked.factors)
    try:
        where = places(method, names, size)
    except ValueError as error:
        raise wrong_word("--method", f"{method} {size}", str(error), "") from None
    designed = at_places(asked.factors, where)
    unique = list({tuple(point.items()): point for point in designed}.values())
    points = make_points(unique, asked.common)
    kind = kind_of(points)
    wanted = list(kpis) or list(asked.kpis) or list(KPIS if kind == MARKET else kpis_of(kind))
    check_kpis(wanted, COMMAND_LINE, "--kpis", kind)
    executor_of(effort)
    folder = sweep_folder(effort.out)
    swept = run_points(points, asked, effort, folder, tell)
    values = responses(points, Store(folder).rows(), wanted, range(swept.told["replications"]))
    if None in values:
        lost = sum(one is None for one in values)
        message = f"{lost} of {len(points)} points have failed or lack a KPI; the others are kept"
        raise wrong_word("", str(folder), message, "see sweep.parquet; --again tries them again")
    row = {tuple(point.items()): k for k, point in enumerate(unique)}
    found = _effects(method, names, where, [row[tuple(point.items())] for point in designed], [one or {} for one in values])
    found.write_parquet(folder / "sensitivity.parquet")
    return Weighed(swept, method, found)


def _effects(method: str, names: Sequence[str], where: object, rows: Sequence[int], values: Sequence[Mapping[str, list[float]]]) -> pl.DataFrame:
    """Effects of every factor on every KPI, and how much of the spread of its response is luck; ``rows``: whose values stand at each place."""
    import numpy as np

    from e2esim.study.sensitivity import effects

    frames = []
    for kpi in values[0]:
        means = np.array([np.mean(one[kpi]) for one in values])
        luck = float(np.mean([np.var(one[kpi], ddof=1) / len(one[kpi]) if len(one[kpi]) > 1 else np.nan for one in values]))
        spread = float(np.var(means, ddof=1))
        frame = effects(method, names, np.asarray(where), means[list(rows)])
        share = None if not np.isfinite(luck) or spread == 0.0 else luck / spread
        frames.append(frame.with_columns(pl.lit(kpi).alias("kpi"), pl.lit(share, dtype=pl.Float64).alias("variance_of_a_mean_by_luck")))
    whole = pl.concat(frames)
    return whole.select("kpi", *[name for name in whole.columns if name != "kpi"])
