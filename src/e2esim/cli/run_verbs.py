"""Commands that run a company: run, compare, and what a customer of a run lived through."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from e2esim.cli.ends import clean_end
from e2esim.cli.options import AsJson, Language, Overrides, words_of

run_verbs = typer.Typer()


@run_verbs.command("run")
def run_one(
    overrides: Overrides = None,
    as_json: AsJson = False,
    replications: Annotated[
        int, typer.Option("--replications", "-n", min=1, help="Independent runs; two or more give intervals.")
    ] = 1,
    replication: Annotated[
        int, typer.Option("--replication", min=1, help="Which one's tables are kept; with one replication: which one is run.")
    ] = 1,
    workers: Annotated[
        int, typer.Option("--workers", "-w", min=0, help="Processes for the replications; 0 = one a core.")
    ] = 0,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Run folder; default ./runs/SCENARIO-TIME-HASH.", show_default=False),
    ] = None,
    no_report: Annotated[bool, typer.Option("--no-report", help="Leave out report.html.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no table.")] = False,
    language: Annotated[Language, typer.Option("--language", help="Of table and report.")] = Language.en,
    journeys: Annotated[int, typer.Option("--journeys", min=0, help="Keep the journeys of about so many consumers, for `e2esim customer`.")] = 0,
    post_game: Annotated[
        bool, typer.Option("--post-game", help="Planned run: split the gap between plan and execution by its causes.")
    ] = False,
    stop_at: Annotated[
        str, typer.Option("--stop-at", metavar="DATE", help="Stop on the morning of a day.", show_default=False)
    ] = "",
    save: Annotated[
        Path | None,
        typer.Option("--save", help="With --stop-at: write how all stands then: a folder for plan, promise and run, or for --resume.", show_default=False),
    ] = None,
    resume: Annotated[
        Path | None, typer.Option("--resume", help="Market run: go on from a folder of --save, to the same end as if it had never stopped.", show_default=False)
    ] = None,
) -> None:
    """Simulate a company and write its run folder.

    A folder of a planner's data is run as a factory that plans, promises and executes night by night; keys: run_days,
    replan_days, order_lead_days, seed, rounds, chance=false (or some of demand,supply,capacity).

    Examples: e2esim run scenario=mattress_maker market.demand_factor=1.4 --replications 10;
    e2esim run scenarios/planner_200 run_days=91 --post-game
    """
    with clean_end():
        from e2esim.cli.run_command import run_company
        from e2esim.cli.run_options import RunOptions

        options = RunOptions(
            as_json=as_json,
            replications=replications,
            replication=replication,
            workers=workers,
            out=out,
            report=not no_report,
            quiet=quiet,
            language=language.value,
            post_game=post_game,
            stop_at=stop_at,
            save=save,
            resume=resume,
        )
        kept = [f"horizon.journeys={journeys}"] if journeys else []
        run_company([*(overrides or []), *kept], options)


@run_verbs.command()
def compare(
    runs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN]... [KEY=VALUE]...",
            help="Scenarios, the base first; a run's own overrides in quotes: 'mattress_maker planning=silo'; overrides alone go to every run. "
            "Or two plan folders.",
            show_default=False,
        ),
    ] = None,
    experiment: Annotated[str, typer.Option("--experiment", "-e", help="Name or file of an experiment.", show_default=False)] = "",
    kpis: Annotated[str, typer.Option("--kpis", help="KPIs judged together and shown, comma between.", show_default=False)] = "",
    replications: Annotated[int | None, typer.Option("--replications", "-n", min=2, help="Pairs of runs; default 10.", show_default=False)] = None,
    precision: Annotated[
        float | None,
        typer.Option("--precision", min=1e-6, help="Go on until each paired half-width is at most this share of the base, e.g. 0.02.", show_default=False),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=2, help="Of --precision: no more pairs than these.")] = 200,
    material: Annotated[float | None, typer.Option("--material", min=0.0, help="Share of the base below which a difference is immaterial (0.01).")] = None,
    workers: Annotated[int, typer.Option("--workers", "-w", min=0, help="Processes; 0 = one a core.")] = 0,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for page, workbook and every value.", show_default=False)] = None,
    bridge: Annotated[
        bool, typer.Option("--bridge", help="What each lever of the second run brings in EUR: shares that add up, payback, value over years.")
    ] = False,
    years: Annotated[int, typer.Option("--years", min=1, max=30, help="Of --bridge: years of the cash account.")] = 5,
    orders: Annotated[int, typer.Option("--orders", min=0, help="Of --bridge: draw so many orders of the levers; 0 = every set up to 5 levers.")] = 0,
    every_set: Annotated[
        int | None,
        typer.Option(
            "--every-set", min=2, help="Of --bridge: replications that run every set of levers; those beyond run one order of the levers and its "
            "reverse. Default: all; with --precision 2.", show_default=False,
        ),
    ] = None,
    language: Annotated[Language, typer.Option("--language", help="Of the page of --bridge.")] = Language.en,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no table.")] = False,
) -> None:
    """Run scenarios with common random numbers and print paired differences with their intervals; or compare two plans.

    Examples: e2esim compare mattress_maker/as_is mattress_maker/to_be --precision 0.02 --out my_comparison;
    e2esim compare mattress_maker/as_is mattress_maker/to_be scale=0.05 --bridge --out my_bridge
    """
    with clean_end():
        from e2esim.cli.compare_command import CompareOptions, compare_runs
        from e2esim.cli.compare_plans_command import compare_plans, plans_of

        if plans := plans_of(runs or []):
            compare_plans(*plans, out=out, as_json=as_json, quiet=quiet)
            return
        options = CompareOptions(
            experiment=experiment, kpis=words_of(kpis), replications=replications, precision=precision, most=most, material=material,
            workers=workers, out=out, as_json=as_json, quiet=quiet,
        )
        if bridge:
            from e2esim.cli.bridge_command import BridgeOptions, bridge_runs

            bridge_runs(runs or [], options, BridgeOptions(years=years, orders=orders, every=every_set, language=language.value))
            return
        compare_runs(runs or [], options)


@run_verbs.command()
def calibrate(
    overrides: Overrides = None,
    runs: Annotated[int, typer.Option("--runs", min=2, max=50, help="Most tries of the fit.")] = 8,
    replications: Annotated[
        int, typer.Option("--replications", "-n", min=1, help="Of each try: the fit is of their mean. One has no interval: what it fits may be chance.")
    ] = 3,
    workers: Annotated[int, typer.Option("--workers", "-w", min=0, help="Processes; 0 = one a core.")] = 0,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="CSV file for the fitted columns of table channels.", show_default=False)] = None,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing.")] = False,
) -> None:
    """Fit a scenario to the figures of its last year (table history_kpis): prints fit, residuals with their intervals, and what was not met.

    Example: e2esim calibrate scenario=mattress_maker/as_is scale=0.1 -n 5
    """
    with clean_end():
        from e2esim.cli.calibrate_command import CalibrateOptions, run_calibration

        run_calibration(overrides or [], CalibrateOptions(runs=runs, replications=replications, workers=workers, out=out, as_json=as_json, quiet=quiet))


@run_verbs.command("customer")
def customer_one(
    new_folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run with --journeys.", show_default=False)],
    number: Annotated[int | None, typer.Argument(metavar="[ID]", help="Consumer; who is kept if left out.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Tell the journey of one customer in words: what was shown, what was expected, how it felt.

    Example: e2esim customer runs/mattress_maker-20261126-190000-1a2b3c 4711
    """
    with clean_end():
        from e2esim.cli.customer_command import tell_customer

        tell_customer(new_folder, number, as_json=as_json)
