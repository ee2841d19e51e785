"""``e2esim roadmap``: define, analyse, design, implement and evaluate an omnichannel roadmap on the simulated company, one step after the other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from e2esim.cli.ends import clean_end
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean

if TYPE_CHECKING:
    import polars as pl

    from e2esim.config.roadmap_file import RoadmapFile
    from e2esim.domain.levers import Lever
    from e2esim.domain.scenario import Scenario
    from e2esim.report.grids import TextGrid
    from e2esim.report.words import Words
    from e2esim.study.bridge import LeverBridge
    from e2esim.study.roadmap import WantedChange

STEPS = ("define", "analyse", "design", "implement", "evaluate")
SHOWN = ("operating_result", "otif", "csat", "response_rate")  # judged together for the firm as a whole
RETURNS = ("segments.response_share", "feedback.returned")  # what a lever changes that tells people what came of their answers
FELT = ("ces", "answer_time", "first_contact_resolution", "csat", "nps", "response_rate", "trade_satisfaction")

roadmap_app = typer.Typer(
    name="roadmap",
    help="A roadmap of levers in five steps: init DIR, then define, analyse, design, implement, evaluate.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the roadmap, with its roadmap.yaml.", show_default=False)]
Workers = Annotated[int, typer.Option("--workers", "-w", min=0, help="Processes; 0 = one a core.")]
Language = Annotated[str, typer.Option("--language", help="Of tables, sentences and page: en or it.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no tables.")]


@dataclass(frozen=True, kw_only=True)
class RoadmapStep:
    """What a step found: grids and sentences, and what else it writes into its folder."""

    grids: Sequence[TextGrid]
    said: Sequence[str] = ()
    write: Callable[[Path], object] | None = None


@roadmap_app.command("init")
def init(
    folder: Folder,
    example: Annotated[str, typer.Option("--example", help="Shipped roadmap to begin from: portal or strategic.")] = "portal",
) -> None:
    """Write a roadmap to begin from: DIR/roadmap.yaml.

    Example: e2esim roadmap init my_portal --example portal
    """
    with clean_end():
        from e2esim.config.roadmap_file import FILE, roadmap_examples

        known = roadmap_examples()
        if example not in known:
            raise InputErrors([_problem("--example", example, "there is no such roadmap", did_you_mean(example, list(known)))])
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InputErrors([_problem("DIR", str(folder), "is there already and not empty", "name a new folder")])
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(known[example], folder / FILE)
        typer.echo(f"wrote {folder / FILE}; change it, then: e2esim roadmap define {folder}")


@roadmap_app.command("define")
def define(folder: Folder, language: Language = "en", quiet: Quiet = False) -> None:
    """Step 1: hold the perimeter against the company's tables, with aims for each combination, and say where to start."""
    with clean_end():
        _do(folder, "define", lambda asked, company: _define(asked, company, spoken(language)), quiet=quiet)


@roadmap_app.command("analyse")
def analyse(folder: Folder, workers: Workers = 0, language: Language = "en", quiet: Quiet = False) -> None:
    """Step 2: run the company as it is, and a pilot of the levers: how a sale is made, how segments find it, first feedback."""
    with clean_end():
        _do(folder, "analyse", lambda asked, company: _analyse(asked, company, spoken(language), workers, quiet=quiet), quiet=quiet)


@roadmap_app.command("design")
def design(folder: Folder, language: Language = "en", quiet: Quiet = False) -> None:
    """Step 3: the levers, what they change, need and cost; what drives them and what is in their way."""
    with clean_end():
        _do(folder, "design", lambda asked, company: _design(asked, company, spoken(language)), quiet=quiet)


@roadmap_app.command("implement")
def implement(folder: Folder, language: Language = "en", quiet: Quiet = False) -> None:
    """Step 4: adoption over time, and what starts before what it needs."""
    with clean_end():
        _do(folder, "implement", lambda asked, company: _implement(asked, company, spoken(language)), quiet=quiet)


@roadmap_app.command("evaluate")
def evaluate(folder: Folder, workers: Workers = 0, language: Language = "en", quiet: Quiet = False) -> None:
    """Step 5: before and after for every aim, spill-over between channels, feedback, and the money lever by lever."""
    with clean_end():
        _do(folder, "evaluate", lambda asked, company: _evaluate(asked, company, spoken(language), workers, quiet=quiet), quiet=quiet)


# --- the steps -----------------------------------------------------------------------------------------------------------


def _do(folder: Path, step: str, work: Callable[[RoadmapFile, Scenario], RoadmapStep], *, quiet: bool) -> None:
    """Check the roadmap and that the steps before stand on the same file; do the step; print and write it."""
    from e2esim.config import load
    from e2esim.config.roadmap_file import FILE, check_roadmap, digest, read_roadmap
    from e2esim.report.lever_bridge_terminal import print_grid

    asked = read_roadmap(folder)
    _stands(folder, step, digest(folder))
    company = load(asked.words)
    check_roadmap(asked, company, str(folder / FILE))
    done = work(asked, company)
    place = _write(folder, step, done, digest(folder))
    if not quiet:
        for grid in done.grids:
            print_grid(grid)
        for text in done.said:
            typer.echo(f"- {text}")
        typer.echo(f"{step}: {place}")


def _stands(folder: Path, step: str, now: str) -> None:
    """Refuse a step whose predecessor is missing or was done on another roadmap.yaml."""
    for number, before in enumerate(STEPS[: STEPS.index(step)], start=1):
        marker = folder / f"{number}-{before}" / "step.json"
        if not marker.is_file():
            raise InputErrors([_problem("DIR", str(folder), f"{before} comes before {step}", f"e2esim roadmap {before} {folder}")])
        if json.loads(marker.read_text(encoding="utf-8"))["roadmap"] != now:
            raise InputErrors([_problem("DIR", str(folder), f"roadmap.yaml has changed since {before}", f"do it again: e2esim roadmap {before} {folder}")])


def _write(folder: Path, step: str, done: RoadmapStep, now: str) -> Path:
    """Put the step's folder in place of an older one, whole."""
    import polars as pl

    from e2esim.domain.safe_csv import write_safe_csv
    from e2esim.report.whole_folder import whole_folder

    place = folder / f"{STEPS.index(step) + 1}-{step}"
    fresh = folder / f"{place.name}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    with whole_folder(fresh) as partial:
        for number, grid in enumerate(done.grids, start=1):
            heads = [head or f"column {k + 1}" for k, head in enumerate(grid.head)]
            write_safe_csv(pl.DataFrame([list(row) for row in grid.rows], schema=dict.fromkeys(heads, pl.String), orient="row"), partial / f"{number}.csv")
        (partial / "step.json").write_text(json.dumps({"roadmap": now, "said": list(done.said)}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        if done.write is not None:
            done.write(partial)
    shutil.rmtree(place, ignore_errors=True)
    fresh.rename(place)
    return place


def _define(asked: RoadmapFile, company: Scenario, words: Words) -> RoadmapStep:
    from e2esim.report.roadmap import perimeter_grid
    from e2esim.study.perimeter import combination

    found = [combination(company, aim.touchpoint, aim.phase, aim.segment) for aim in asked.aims]
    named = [k for k, aim in enumerate(asked.aims) if {aim.touchpoint, aim.phase, aim.segment} != {"all"}]
    aim = asked.aims[max(named or range(len(found)), key=lambda k: found[k].problems)]
    said = [words("rm_why", text=text) for text in asked.drivers]
    said.append(words("rm_begin", place=f"{aim.touchpoint} x {aim.phase} x {aim.segment}"))
    return RoadmapStep(grids=[perimeter_grid(asked.aims, found, words)], said=said)


def _analyse(asked: RoadmapFile, company: Scenario, words: Words, workers: int, *, quiet: bool) -> RoadmapStep:
    from e2esim.application.points import OverriddenCompany
    from e2esim.report.progress import progress_bar
    from e2esim.report.roadmap import aim_grid, customer_grid, sales_grid
    from e2esim.study.pool import replicated
    from e2esim.study.roadmap import aim_outcomes, mean, sales_today

    pilot = "+".join(f"{one.lever}@{asked.pilot_share:g}" for one in asked.levers)
    companies = {name: OverriddenCompany(overrides=(*asked.words, f"levers={some}")) for name, some in (("today", "none"), ("pilot", pilot))}
    with progress_bar(quiet=quiet) as tell:
        tables = replicated(companies, replications=asked.replications, workers=workers, progress=tell)
    today, tried = (tuple(table for job, table in tables.items() if job.company == name) for name in companies)
    segments = company.tables["segments"]["segment"].to_list()
    felt = [(segment, [mean(today, kpi, "segment", segment) for kpi in FELT]) for segment in segments]
    outcomes = aim_outcomes(_wanted(asked, company), today, tried, _units())
    grids = [sales_grid(sales_today(company, today), words), customer_grid(felt, FELT, words)]
    grids.append(aim_grid(words("rm_h_pilot", share=f"{100 * asked.pilot_share:g}"), asked.aims, outcomes, words))
    return RoadmapStep(grids=grids, said=[words("rm_adopted")])


def _design(asked: RoadmapFile, company: Scenario, words: Words) -> RoadmapStep:
    from e2esim.report.roadmap import design_grid, force_grid

    levers = planned(asked, company)
    rows = company.tables["lever_changes"].iter_rows(named=True)
    changes = [(row["lever"], f"{row['target']}{' of ' + row['rows'] if row['rows'] else ''} {row['change']} {row['value']}") for row in rows]
    return RoadmapStep(grids=[design_grid(list(levers.values()), changes, words), force_grid(list(levers.values()), words)])


def _implement(asked: RoadmapFile, company: Scenario, words: Words) -> RoadmapStep:
    from e2esim.report.roadmap import early, schedule_grid

    levers = list(planned(asked, company).values())
    once, running = sum(one.once_eur for one in levers), sum(one.running_eur_y for one in levers)
    said = [*early(levers, words), words("rm_paid", once=words.number(once), running=words.number(running))]
    transitory = [one.lever for one in levers if one.end_month]
    if transitory:
        said.append(words("rm_transitory", levers=", ".join(transitory)))
    return RoadmapStep(grids=[schedule_grid(levers, 12 * asked.years, words)], said=said)


def _evaluate(asked: RoadmapFile, company: Scenario, words: Words, workers: int, *, quiet: bool) -> RoadmapStep:
    from e2esim.report.lever_bridge import BridgeFacts, answers, kpi_grid, lever_grid, reading, small_copy, year_grid
    from e2esim.report.roadmap import aim_grid, spill_grid, spill_said
    from e2esim.study.roadmap import aim_outcomes, spill_over

    found = _bridge(asked, company, workers, quiet=quiet)
    before, after = found.tables
    spilt = spill_over(company.tables["channels"]["channel"].to_list(), before, after, _units())
    title = f"{words('rm_h_aims')}{small_copy(found.scale, words)}"
    aims = aim_grid(title, asked.aims, aim_outcomes(_wanted(asked, company), before, after, _units()), words)
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


def _bridge(asked: RoadmapFile, company: Scenario, workers: int, *, quiet: bool) -> LeverBridge:
    from e2esim.cli.bridge_command import pulling
    from e2esim.report.progress import progress_bar
    from e2esim.study.bridge import BridgeRule, lever_bridge
    from e2esim.study.cash import chains
    from e2esim.study.coalitions import plan_coalitions

    levers = planned(asked, company)
    names = tuple(levers)
    plan = plan_coalitions(names, levers, chains=chains(levers, names, asked.years), seed=company.settings.seed)
    rule = BridgeRule(replications=asked.replications, workers=workers, years=asked.years, kpis=SHOWN)
    with progress_bar(quiet=quiet) as tell:
        return lever_bridge(company, plan, lambda some: pulling(asked.words, some), rule, tell)


def planned(asked: RoadmapFile, company: Scenario) -> dict[str, Lever]:
    """The levers of a roadmap as it plans them: its dates, and the forces that it manages besides; in the order of the company's table."""
    from e2esim.domain.levers import levers_of

    known, said = levers_of(company.tables), {one.lever: one for one in asked.levers}
    found = {}
    for name, lever in known.items():
        if name not in said:
            continue
        own = said[name]
        forces = tuple(replace(force, managed=True) if force.name in own.manage else force for force in lever.forces)
        start = lever.start_month if own.start_month is None else own.start_month
        end = lever.end_month if own.end_month is None else own.end_month
        found[name] = replace(lever, start_month=start, end_month=end, forces=forces)
    return found


def _wanted(asked: RoadmapFile, company: Scenario) -> list[WantedChange]:
    from e2esim.kpi.catalogue import CATALOGUE
    from e2esim.study.perimeter import combination
    from e2esim.study.roadmap import WantedChange

    found = []
    for aim in asked.aims:
        here = combination(company, aim.touchpoint, aim.phase, aim.segment)
        told = here.dimension in CATALOGUE[aim.kpi].dimensions
        dimension, member = (here.dimension, here.member) if told else ("all", "all")
        found.append(WantedChange(kpi=aim.kpi, dimension=dimension, member=member, change=aim.change))
    return found


def _units() -> Mapping[str, str]:
    from e2esim.kpi.catalogue import CATALOGUE

    return {name: kpi.unit for name, kpi in CATALOGUE.items()}


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


def spoken(language: str) -> Words:
    """Words of a language.

    Raises
    ------
    InputErrors
        If the report does not speak it.
    """
    from e2esim.report.words import LANGUAGES, Words

    if language not in LANGUAGES:
        raise InputErrors([_problem("--language", language, "the report does not speak it", f"one of: {', '.join(LANGUAGES)}")])
    return Words(language)


def _problem(column: str, value: str, message: str, remedy: str) -> Problem:
    return Problem(file=COMMAND_LINE, column=column, value=value, message=message, remedy=remedy)
