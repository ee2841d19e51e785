"""Runs side by side: which are compared, by which KPIs, how often, and what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from e2esim.application.comparing import Rival, rivals_of
from e2esim.application.folders import new_folder
from e2esim.application.kpi_names import check_kpis, kpis_of
from e2esim.application.results import ComparedRuns
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem

if TYPE_CHECKING:
    from e2esim.application.comparison_words import ComparisonAsked
    from e2esim.report.comparison_facts import ComparisonFacts

Progress = Callable[[float, str], None]


@dataclass(frozen=True, kw_only=True)
class CompareWishes:
    """How a comparison is made.

    Parameters
    ----------
    experiment
        Its name, which brings runs, KPIs and replications.
    kpis
        Judged together; empty: those of the experiment or of the kind of company.
    replications, precision, most
        Pairs of runs (None: as usual); go on until paired half-widths are at most ``precision`` of the base, ``most`` at the most.
    material
        Share of the base below which a difference is immaterial (None: as usual).
    workers, out
        Processes (0: one a core); folder for page, workbook and every value.
    """

    experiment: str = ""
    kpis: Sequence[str] = ()
    replications: int | None = None
    precision: float | None = None
    most: int = 200
    material: float | None = None
    workers: int = 0
    out: Path | None = None


@dataclass(frozen=True, kw_only=True)
class JudgedRuns:
    """A comparison, what a reader must know of its runs, the KPIs asked for and those shown, and the folder that it goes to."""

    compared: ComparedRuns
    facts: ComparisonFacts
    asked: Sequence[str]
    shown: Sequence[str]
    folder: Path | None


def judge(question: ComparisonAsked, wishes: CompareWishes, tell: Progress | None = None) -> JudgedRuns:
    """Open all runs (all errors at once), run them on common random numbers, and judge the differences.

    Raises
    ------
    InputErrors
        If a run, a KPI or the folder is wrong; nothing has run then.
    """
    kpis = list(wishes.kpis) or list(question.kpis)
    rivals = rivals_of(question.runs)
    first = next(iter(rivals.values()))
    place = COMMAND_LINE if wishes.kpis else f"experiment {wishes.experiment}"
    check_kpis(kpis, place, "--kpis" if wishes.kpis else "kpis", first.kind)
    folder = None if wishes.out is None else new_folder(wishes.out, "comparison", "")
    shown = kpis or list(kpis_of(first.kind))
    compared = run_rivals(rivals, shown, wishes, question.replications, tell)
    return JudgedRuns(compared=compared, facts=_facts(question, rivals), asked=kpis, shown=shown, folder=folder)


def run_rivals(rivals: Mapping[str, Rival], kpis: Sequence[str], wishes: CompareWishes, usual: int, tell: Progress | None = None) -> ComparedRuns:
    """Run the rivals and judge their differences to the first by ``kpis``; ``usual`` pairs where none are wished for."""
    from e2esim.study.compare import Rule, compare
    from e2esim.study.judged import MATERIAL

    if len(rivals) < 2:
        raise InputErrors([Problem(file=COMMAND_LINE, message="nothing to compare", remedy="give overrides or another company")])
    rule = Rule(replications=wishes.replications or usual, precision=wishes.precision, most=wishes.most)
    material = MATERIAL if wishes.material is None else wishes.material
    subjects = {name: one.subject for name, one in rivals.items()}
    return ComparedRuns(compare(subjects, rule=rule, kpis=kpis, material=material, workers=wishes.workers, progress=tell))


def _facts(question: ComparisonAsked, rivals: Mapping[str, Rival]) -> ComparisonFacts:
    from e2esim.domain.scenario import Scenario
    from e2esim.report.comparison_facts import ComparisonFacts
    from e2esim.report.differs import apart

    base = next(iter(rivals.values()))
    changed = {
        name: apart(base.subject, other.subject)
        for name, other in list(rivals.items())[1:]
        if isinstance(base.subject, Scenario) and isinstance(other.subject, Scenario)
    }
    return ComparisonFacts(title=question.title, runs=question.runs, changed=changed, seed=base.seed, scale=base.scale, period=base.period)
