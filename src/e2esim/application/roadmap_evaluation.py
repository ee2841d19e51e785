"""The last step of a roadmap: before and after for every aim, spill-over between channels, feedback, and the money lever by lever."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from e2esim.application.roadmap_steps import RoadmapEffort, RoadmapStep, planned, units, wanted

if TYPE_CHECKING:
    import polars as pl

    from e2esim.config.roadmap_file import RoadmapFile
    from e2esim.domain.scenario import Scenario
    from e2esim.report.grids import TextGrid
    from e2esim.report.words import Words
    from e2esim.study.bridge import LeverBridge

SHOWN = ("operating_result", "otif", "csat", "response_rate")  # judged together for the firm as a whole
RETURNS = ("segments.response_share", "feedback.returned")  # what a lever changes that tells people what came of their answers


def evaluate(asked: RoadmapFile, company: Scenario, words: Words, effort: RoadmapEffort) -> RoadmapStep:
    from e2esim.report.lever_bridge import BridgeFacts, answers, kpi_grid, lever_grid, reading, small_copy, year_grid
    from e2esim.report.roadmap import aim_grid, spill_grid, spill_said
    from e2esim.study.roadmap import aim_outcomes, spill_over

    found = _bridge(asked, company, effort)
    before, after = found.tables
    spilt = spill_over(company.tables["channels"]["channel"].to_list(), before, after, units())
    title = f"{words('rm_h_aims')}{small_copy(found.scale, words)}"
    aims = aim_grid(title, asked.aims, aim_outcomes(wanted(asked, company), before, after, units()), words)
    horizon = company.settings.horizon
    told = BridgeFacts(
        before=words("rm_as_is"), after=asked.title, runs={"company": asked.words}, kpis=SHOWN, days=horizon.days - horizon.warmup_days
    )
    said = [
        *answers(found, words),
        spill_said(spilt, (aim.touchpoint for aim in asked.aims if aim.touchpoint != "all"), words),
        *_limits(asked, found, words),
        _feedback(asked, company, words),
    ]
    grids = [aims, spill_grid(spilt, words), lever_grid(found, words), year_grid(found, words), kpi_grid(found, told.kpis, words)]
    return RoadmapStep(grids=grids, said=said, write=lambda place: _pages(place, asked, found, grids, [*said, *reading(found, told, words)], words))


def _pages(place: Path, asked: RoadmapFile, found: LeverBridge, grids: Sequence[TextGrid], said: Sequence[str], words: Words) -> None:
    from e2esim.report.lever_bridge import waterfall
    from e2esim.report.lever_bridge_folder import GridPage, build_grid_page
    from e2esim.report.pictures.waterfall import draw_waterfall

    picture = draw_waterfall(list(waterfall(found, words)), words, asked.title)
    page = GridPage(kind=words("rm_kind"), title=asked.title, facts=[" ".join(asked.words)], said=said, picture=picture, grids=grids, reading=asked.drivers)
    (place / "report.html").write_text(build_grid_page(page, words), encoding="utf-8")


def _bridge(asked: RoadmapFile, company: Scenario, effort: RoadmapEffort) -> LeverBridge:
    from e2esim.application.bridging import pulling
    from e2esim.study.bridge import BridgeRule, lever_bridge
    from e2esim.study.cash import chains
    from e2esim.study.coalitions import plan_coalitions

    levers = planned(asked, company)
    names = tuple(levers)
    plan = plan_coalitions(names, levers, chains=chains(levers, names, asked.years), seed=company.settings.seed)
    rule = BridgeRule(replications=asked.replications, workers=effort.workers, years=asked.years, kpis=SHOWN)
    return lever_bridge(company, plan, lambda some: pulling(asked.words, some), rule, effort.tell)


def _limits(asked: RoadmapFile, found: LeverBridge, words: Words) -> list[str]:
    """Whether the constraints of the strategy hold."""
    from e2esim.application.goals import read_constraints

    means = {gap.kpi: gap.other for gap in found.differences}
    said = []
    for limit in read_constraints(asked.constraints):
        text = f"{limit.kpi} {limit.sense} {limit.limit:g}"
        if limit.kpi not in means:
            said.append(words("rm_limit_untold", limit=text))
        else:
            state = "rm_limit_kept" if limit.violation(means[limit.kpi]) <= 0.0 else "rm_limit_broken"
            said.append(words(state, limit=text, value=f"{means[limit.kpi]:.4g}"))
    return said


def _feedback(asked: RoadmapFile, company: Scenario, words: Words) -> str:
    """Whether those who answer hear what came of it."""
    named = {one.lever for one in asked.levers}
    rows: pl.DataFrame = company.tables["lever_changes"]
    returned = [lever for lever, target in rows.select("lever", "target").iter_rows() if lever in named and target in RETURNS]
    return words("rm_returned", lever=returned[0]) if returned else words("rm_not_returned")
