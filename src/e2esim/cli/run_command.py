"""``e2esim run``: from overrides to a finished run folder, with progress for eyes and JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from e2esim.application.folders import new_folder
from e2esim.config.places import data_place, has_market, network_place
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem
from e2esim.machine_code import is_compiled

if TYPE_CHECKING:
    from e2esim.config.saved_run import SavedRun
    from e2esim.config.tables_once import TablesOnce
    from e2esim.domain.outcome import Outcome
    from e2esim.domain.scenario import Scenario
    from e2esim.report.differs import Stated


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """What the options of ``run`` say."""

    as_json: bool = False
    replications: int = 1
    replication: int = 1  # whose tables are kept, from 1
    workers: int = 0
    out: Path | None = None
    report: bool = True
    quiet: bool = False
    language: str = "en"
    post_game: bool = False
    stop_at: str = ""
    save: Path | None = None
    resume: Path | None = None


class RunKind(StrEnum):
    """Which run a company has, by its data."""

    MARKET = "market"  # a market layer: customers, channels, prices
    PLANNED = "planned"  # a factory that plans, promises and executes


def kind_of_run(company: Path) -> RunKind:
    """Which run a folder or workbook has, by its tables: that of a market where there is one, else the planned run."""
    return RunKind.MARKET if has_market(company) else RunKind.PLANNED


def run_company(overrides: Sequence[str], options: RunOptions) -> None:
    """Run what the overrides name: NAME, scenario=NAME, a folder, or a planner's folder or workbook.

    Raises
    ------
    InputErrors
        If company, overrides or run folder are wrong; nothing is written then.
    """
    bare = [word for word in overrides if "=" not in word]
    named = [word.partition("=")[2] for word in overrides if word.startswith("scenario=")]
    rest = [word for word in overrides if "=" in word and not word.startswith("scenario=")]
    if options.resume is not None:
        from e2esim.cli.stopped_command import resume_run

        resume_run(overrides, options.resume, options)
        return
    if len(bare) + len(named) > 1:
        message, remedy = "more than one company", "name one: a folder, or scenario=NAME"
        raise InputErrors([Problem(file=COMMAND_LINE, column="scenario", value=", ".join((*bare, *named)), message=message, remedy=remedy)])
    company = next(iter((*bare, *named)), "")
    network = network_place(company) if company else None
    if company:
        from e2esim.application.comparing import refuse_idle_words

        refuse_idle_words([f"scenario={company}", *rest])
    if network is not None and not options.post_game:
        from e2esim.cli.network_command import run_network

        _one_of_them(options)
        _no_use_for(options, "of stock points that refill by rules")
        run_network(network, rest, options)
        return
    place = data_place(company) if company else None
    if place is not None and kind_of_run(place) == RunKind.PLANNED:
        from e2esim.cli.planned_run_command import run_planned

        _no_use_for(options, "of a factory", ("--stop-at", "--save"))
        run_planned(place, rest, options)
        return
    if options.post_game:
        message, remedy = "goes with the planned run of a factory", "leave it out"
        raise InputErrors([Problem(file=COMMAND_LINE, column="--post-game", message=message, remedy=remedy)])
    run_scenario([*(f"scenario={word}" for word in (*bare, *named)), *rest], options)


def _no_use_for(options: RunOptions, run: str, but: Sequence[str] = ()) -> None:
    """Refuse options that would change nothing: a run without markets takes one core."""
    given = {
        "--workers": options.workers > 0, "--stop-at": bool(options.stop_at), "--save": options.save is not None, "--resume": options.resume is not None,
    }  # fmt: skip
    wrong = [name for name, there in given.items() if there and name not in but]
    if wrong:
        message = f"changes nothing in a run {run}: it takes one core, to its end"
        raise InputErrors([Problem(file=COMMAND_LINE, column=name, message=message, remedy="leave it out") for name in wrong])


def run_scenario(overrides: Sequence[str], options: RunOptions, saved: SavedRun | None = None) -> None:
    """Load, check, simulate, write and print one scenario, from where it was ``saved`` if it was.

    Raises
    ------
    InputErrors
        If scenario, overrides or run folder are wrong; nothing is written then.
    """
    from e2esim.cli.ends import FAILED, listing
    from e2esim.config.door import load_with_warnings
    from e2esim.config.tables_once import TablesOnce
    from e2esim.report.manifest import fingerprint

    _one_of_them(options)
    once = TablesOnce()
    loaded = load_with_warnings(overrides, once)
    if loaded.warnings and not options.quiet:
        typer.echo(listing(loaded.warnings), err=True)
    settings, tables = loaded.scenario.settings, loaded.scenario.tables
    data = fingerprint(settings, None, tables)
    if saved is not None or options.stop_at or options.save is not None:
        from e2esim.cli.stopped_command import stopped

        if stopped(overrides, loaded.scenario, options, data, saved):
            return
    since = saved.state if saved is not None else None
    folder = run_folder(options.out, settings.name, data[:12])
    if not options.quiet and not is_compiled("customers"):
        typer.echo("first run after installation: compiling, about a minute more than later runs", err=True)

    from e2esim.report.output import write_run
    from e2esim.report.progress import progress_bar
    from e2esim.report.terminal import print_result, to_json
    from e2esim.study.replicate import run_study

    with progress_bar(quiet=options.quiet) as tell:
        result = run_study(
            loaded.scenario, replications=options.replications, keep=options.replication - 1, workers=options.workers, progress=tell, since=since
        )
        calm = _calm_twin(loaded.scenario, options, tell) if options.report and result.world is not None and result.world.disturbances.n else None

    def write(place: Path) -> None:
        stated = _stated(overrides, loaded.scenario, once)
        write_run(result, place, report=options.report, language=options.language, tables=tables, stated=stated, calm=calm)

    folder = write_new(folder, write, chosen=options.out is not None)
    if options.as_json:
        typer.echo(to_json(result, folder))
    elif not options.quiet:
        print_result(result, folder, language=options.language)
    if result.lost:
        numbers = ", ".join(str(k + 1) for k in result.lost)
        typer.echo(f"lost: replication {numbers}, whose process was killed twice (is there memory enough?); the result is of the others", err=True)
        raise typer.Exit(FAILED)


def _calm_twin(scenario: Scenario, options: RunOptions, tell: Callable[[float, str], None]) -> Outcome | None:
    """The replication that is kept, with the same random numbers and without events: what the wave is measured against."""
    from dataclasses import replace

    from e2esim.study.replicate import run_study

    still = replace(scenario, settings=replace(scenario.settings, events=replace(scenario.settings.events, active="none")))
    return run_study(still, keep=options.replication - 1, progress=lambda share, _: tell(share, "the same without events")).first


def _stated(overrides: Sequence[str], scenario: Scenario, once: TablesOnce) -> Stated:
    """The overrides of a run, and the settings they change in the scenario as it is without them."""
    from e2esim.config.door import load
    from e2esim.report.differs import Stated, settings_apart

    given = tuple(word for word in overrides if not word.startswith("scenario="))
    if not given:
        return Stated()
    try:
        plain = load([word for word in overrides if word.startswith("scenario=")], once)
    except InputErrors:  # a scenario that needs an override to be whole
        return Stated(overrides=given)
    return Stated(overrides=given, changed=tuple(settings_apart(plain.settings, scenario.settings)))


def _one_of_them(options: RunOptions) -> None:
    """Refuse to keep a replication that is not run."""
    if options.replications > 1 and options.replication > options.replications:
        remedy = f"name one of 1 to {options.replications}, or leave out --replications to run that one alone"
        problem = Problem(
            file=COMMAND_LINE, column="--replication", value=str(options.replication), message="is none of the replications", remedy=remedy
        )
        raise InputErrors([problem])


def write_new(folder: Path, write: Callable[[Path], object], *, chosen: bool) -> Path:
    """Let ``write`` make ``folder`` and return it; one that was not chosen by name gives way to another run of the same second."""
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
    place, count = folder, 1
    while True:
        try:
            write(place)
        except FileExistsError:
            if chosen:
                raise
            count += 1
            place = folder.with_name(f"{folder.name}-{count}")
        else:
            return place


run_folder = new_folder

