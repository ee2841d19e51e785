"""What knowing an input is worth to a decision, and how much of the doubt is luck."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from e2esim.application.efforts import Effort, executor_of, sweep_folder
from e2esim.application.goals import read_goals
from e2esim.application.shown import Shown
from e2esim.config.problems import did_you_mean, wrong_word

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from e2esim.application.study_words import Question
    from e2esim.application.sweeping import Progress, Swept
    from e2esim.study.design import Factor, Value

    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class WorthKnowing(Shown):
    """For each KPI: the best option, what knowing each input would add, and how doubt splits into inputs and luck."""

    swept: Swept
    decision: str
    places: int
    kpis: Sequence[Mapping[str, Any]]

    def headline(self) -> str:
        """One line."""
        best = ", ".join(f"{one['best']} by {one['kpi']}" for one in self.kpis)
        return f"{self.decision} at {self.places} places of the inputs: {best}"

    def table(self) -> pl.DataFrame:
        """One row a KPI and input."""
        return pl.DataFrame([{"kpi": one["kpi"], "best": one["best"], **row} for one in self.kpis for row in one["knowing"]])


def value_knowledge(asked: Question, effort: Effort, *, decision: str, size: int, kpis: Sequence[str] = (), tell: Progress | None = None) -> WorthKnowing:
    """Run every option of the decision at the same places of the inputs, and say what knowing each input would be worth.

    Raises
    ------
    InputErrors
        If decision or KPIs are wrong, or points failed (what has run is kept).
    """
    from e2esim.application.points import kind_of, make_points
    from e2esim.application.sweeping import run_points
    from e2esim.study.design import at_places
    from e2esim.study.store import Store
    from e2esim.study.surrogate import filled
    from e2esim.study.sweep import responses

    ways, inputs = _decided(asked, decision)
    try:
        where = filled(len(inputs), size)
    except ValueError as error:
        raise wrong_word("--size", str(size), str(error), "more points") from None
    designed = [{**place, decision: way} for way in ways for place in at_places(inputs, where)]
    points = make_points(designed, asked.common)
    unique = list({point.key: point for point in points}.values())
    goals = read_goals(list(kpis) or asked.objectives or asked.kpis[:1] or ["contribution"], kind_of(points))
    executor_of(effort)
    folder = sweep_folder(effort.out)
    swept = run_points(unique, asked, effort, folder, tell)
    replications = swept.told["replications"]
    values = responses(points, Store(folder).rows(), [goal.kpi for goal in goals], range(replications))
    if None in values:
        lost = sum(one is None for one in values)
        raise wrong_word("", str(folder), f"{lost} of {len(points)} points have failed or lack a KPI; the others are kept", "see sweep.parquet; --again")
    found = [_judged(goal.kpi, goal.direction, ways, list(inputs), where, [one or {} for one in values]) for goal in goals]
    text = json.dumps({"decision": decision, "places": size, "replications": replications, "kpis": found}, indent=2, ensure_ascii=False)
    (folder / "knowing.json").write_text(text + "\n", encoding="utf-8")
    return WorthKnowing(swept, decision, size, found)


def _decided(asked: Question, decision: str) -> tuple[Sequence[Value], Mapping[str, Factor]]:
    """The options of the decision, and the inputs that are not known."""
    from e2esim.study.design import Choice

    found = asked.factors.get(decision)
    if found is None:
        raise wrong_word("--decision", decision, "is not among the factors", did_you_mean(decision, list(asked.factors)))
    inputs = {name: factor for name, factor in asked.factors.items() if name != decision}
    if not isinstance(found, Choice):
        raise wrong_word("--decision", decision, "needs a list of options", f"{decision}=ONE,OTHER")
    if not inputs:
        raise wrong_word("--decision", decision, "nothing is left that could be known", "add inputs, e.g. market.demand_factor=interval(0.8,1.2)")
    return found.values, inputs


def _judged(kpi: str, direction: str, ways: Sequence[Value], inputs: list[str], where: Floats, values: Sequence[Mapping[str, list[float]]]) -> dict[str, Any]:
    import numpy as np

    from e2esim.study.knowing import doubts, values_of_knowing

    drawn = np.array([one[kpi] for one in values]).reshape(len(ways), len(where), -1)
    sign = 1.0 if direction == "maximise" else -1.0
    found = values_of_knowing(inputs, where, sign * drawn.mean(axis=2))
    split = [doubts(str(way), drawn[k]) for k, way in enumerate(ways)]
    best = max(split, key=lambda one: sign * one.mean)
    return {
        "kpi": kpi,
        "best": best.decision,
        "knowing": [{"factor": one.factor, "value": one.value, "by_luck": one.by_luck, "seen": one.seen} for one in found],
        "doubts": [{"decision": one.decision, "mean": one.mean, "sd_inputs": _root(one.inputs), "sd_luck": _root(one.luck)} for one in split],
    }


def _root(variance: float) -> float | None:
    return variance**0.5 if variance == variance else None  # nan: one replication cannot tell


