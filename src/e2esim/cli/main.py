"""The command ``e2esim``: which commands there are, their options, and where each goes."""

from __future__ import annotations

import gc
import io
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from e2esim.cli.completion import complete_override, complete_scenario, use_own_bash_script
from e2esim.cli.ends import INTERRUPTED, clean_end
from e2esim.cli.roadmap_command import roadmap_app

use_own_bash_script()
app = typer.Typer(
    name="e2esim",
    help="Simulate and optimise an end-to-end supply chain and the customers it serves.",
    epilog="Exit codes: 0 done, 1 the run failed, 2 bad input (nothing is written), 130 interrupted, 143 terminated.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: a third of a second sooner, and [unit] stays [unit]
)

app.add_typer(roadmap_app)

Overrides = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[KEY=VALUE]...",
        help="scenario=NAME, scenario=NAME/VARIANT or scenario=./FOLDER; planning=silo; scale=0.02; seed=7 ...",
        autocompletion=complete_override,
        show_default=False,
    ),
]


class Language(StrEnum):
    """Languages of what a run shows."""

    en = "en"
    it = "it"


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]


@app.command("run")
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
        from e2esim.cli.run_command import RunOptions, run_company

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


@app.command()
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
            experiment=experiment, kpis=kpis, replications=replications, precision=precision, most=most, material=material,
            workers=workers, out=out, as_json=as_json, quiet=quiet,
        )
        if bridge:
            from e2esim.cli.bridge_command import BridgeOptions, bridge_runs

            bridge_runs(runs or [], options, BridgeOptions(years=years, orders=orders, language=language.value))
            return
        compare_runs(runs or [], options)


@app.command()
def sweep(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY=VALUES]...",
            help="scenario=NAME planning.reserve=0,0.05,0.1 market.demand_factor=range(...) or interval(0.8,1.2); experiment=NAME.",
            autocompletion=complete_override,
            show_default=False,
        ),
    ] = None,
    replications: Annotated[int | None, typer.Option("--replications", "-n", min=1, help="Of each point; default 10.", show_default=False)] = None,
    design: Annotated[str, typer.Option("--design", help="full, fraction (of the ends), lhs (Latin hypercube) or sobol.", show_default=False)] = "",
    points: Annotated[int | None, typer.Option("--points", min=1, help="Of lhs and sobol.", show_default=False)] = None,
    executor: Annotated[str, typer.Option("--executor", help="local (processes here) or ray (a cluster; pip install 'e2esim[ray]').")] = "local",
    address: Annotated[str, typer.Option("--address", help="Of the Ray cluster, e.g. auto; default: one is started here.", show_default=False)] = "",
    workers: Annotated[int, typer.Option("--workers", "-w", min=0, help="Processes; 0 = one a core.")] = 0,
    time_limit: Annotated[float, typer.Option("--time-limit", min=0.0, help="Of a replication [s]; 0 = none. Local only.")] = 0.0,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder; one begun earlier is taken up again.", show_default=False)] = None,
    again: Annotated[bool, typer.Option("--again", help="Try failed replications once more.")] = False,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
) -> None:
    """Run every point of a design many times into one table that survives any end.

    Example: e2esim sweep scenario=mattress_maker scale=0.05 planning.reserve=0,0.05,0.1 planning=silo,end_to_end -n 5 --out my_sweep
    """
    with clean_end():
        from e2esim.cli.sweep_command import SweepOptions, run_sweep

        options = SweepOptions(
            replications=replications, design=design, points=points, executor=executor, address=address, workers=workers,
            time_limit_s=time_limit, out=out, again=again, as_json=as_json, quiet=quiet,
        )
        run_sweep(words or [], options)


@app.command()
def sensitivity(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY=VALUES]...", help="As of sweep: lists, ranges and intervals; experiment=NAME.", autocompletion=complete_override, show_default=False
        ),
    ] = None,
    method: Annotated[
        str, typer.Option("--method", help="morris (elementary effects), sobol (shares of variance), surrogate (those of a spline through few points).")
    ] = "morris",
    size: Annotated[int, typer.Option("--size", min=2, help="Trajectories of morris; base of sobol, a power of two; points of surrogate.")] = 8,
    kpis: Annotated[str, typer.Option("--kpis", help="KPIs, comma between; default those of the experiment.", show_default=False)] = "",
    replications: Annotated[int | None, typer.Option("--replications", "-n", min=1, help="Of each point; default 10.", show_default=False)] = None,
    executor: Annotated[str, typer.Option("--executor", help="local (processes here) or ray (a cluster).")] = "local",
    address: Annotated[str, typer.Option("--address", help="Of the Ray cluster; default: one is started here.", show_default=False)] = "",
    workers: Annotated[int, typer.Option("--workers", "-w", min=0, help="Processes; 0 = one a core.")] = 0,
    time_limit: Annotated[float, typer.Option("--time-limit", min=0.0, help="Of a replication [s]; 0 = none. Local only.")] = 0.0,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder; one begun earlier is taken up again.", show_default=False)] = None,
    again: Annotated[bool, typer.Option("--again", help="Try failed replications once more.")] = False,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
) -> None:
    """Say which factors move which KPIs.

    Example: e2esim sensitivity scenario=mattress_maker scale=0.05 'planning.reserve=interval(0,0.3)' 'market.demand_factor=interval(0.8,1.2)' -n 4
    """
    with clean_end():
        from e2esim.cli.sensitivity_command import run_sensitivity
        from e2esim.cli.sweep_command import SweepOptions

        options = SweepOptions(
            replications=replications, executor=executor, address=address, workers=workers, time_limit_s=time_limit, out=out, again=again,
            as_json=as_json, quiet=quiet,
        )
        run_sensitivity(words or [], options, method=method, size=size, kpis=kpis)


@app.command()
def optimise(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY=VALUES]...", help="As of sweep: lists, ranges and intervals; experiment=NAME.", autocompletion=complete_override, show_default=False
        ),
    ] = None,
    objective: Annotated[
        list[str] | None, typer.Option("--objective", help="KPI, KPI:max or KPI:min; several give a Pareto set.", show_default=False)
    ] = None,
    constraint: Annotated[list[str] | None, typer.Option("--constraint", help="KPI>=NUMBER or KPI<=NUMBER.", show_default=False)] = None,
    trials: Annotated[int, typer.Option("--trials", min=2, help="Points to try.")] = 40,
    finalists: Annotated[int, typer.Option("--finalists", min=1, help="The best few, among which the winner is chosen on fresh replications.")] = 5,
    delta: Annotated[float, typer.Option("--delta", min=1e-9, help="Smallest difference worth detecting, as a share of the best mean.")] = 0.01,
    level: Annotated[float, typer.Option("--level", min=0.5, max=0.9999, help="Probability that the winner is the best of the finalists.")] = 0.95,
    most: Annotated[int, typer.Option("--most", min=10, help="Fresh replications of a finalist at which to give up.")] = 200,
    replications: Annotated[int | None, typer.Option("--replications", "-n", min=1, help="Of each point; default 10.", show_default=False)] = None,
    executor: Annotated[str, typer.Option("--executor", help="local (processes here) or ray (a cluster).")] = "local",
    address: Annotated[str, typer.Option("--address", help="Of the Ray cluster; default: one is started here.", show_default=False)] = "",
    workers: Annotated[int, typer.Option("--workers", "-w", min=0, help="Processes; 0 = one a core.")] = 0,
    time_limit: Annotated[float, typer.Option("--time-limit", min=0.0, help="Of a replication [s]; 0 = none. Local only.")] = 0.0,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder; one begun earlier is taken up again.", show_default=False)] = None,
    again: Annotated[bool, typer.Option("--again", help="Try failed replications once more.")] = False,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")] = False,
) -> None:
    """Search for the best settings, with constraints and several objectives; the winner wins with a stated probability.

    Example: e2esim optimise scenario=mattress_maker scale=0.05 'planning.reserve=interval(0,0.3)' --objective contribution --constraint 'otif>=0.9' -n 4
    """
    with clean_end():
        from e2esim.cli.optimise_command import OptimiseOptions, run_optimise
        from e2esim.cli.sweep_command import SweepOptions

        options = SweepOptions(
            replications=replications, executor=executor, address=address, workers=workers, time_limit_s=time_limit, out=out, again=again,
            as_json=as_json, quiet=quiet,
        )
        wanted = OptimiseOptions(
            objectives=objective or [], constraints=constraint or [], trials=trials, finalists=finalists, delta=delta, level=level, most=most
        )
        run_optimise(words or [], options, wanted)


@app.command()
def failures(
    overrides: Overrides = None,
    replications: Annotated[int, typer.Option("--replications", "-n", min=2, help="Independent runs, for the intervals.")] = 5,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no table.")] = False,
) -> None:
    """Say what failures cost in customers' value: a late day, a defect, a request never answered ..., by segment.

    Example: e2esim failures scenario=mattress_maker scale=0.05 horizon.days=180
    """
    with clean_end():
        from e2esim.cli.failures_command import tell_failures

        tell_failures(overrides or [], replications=replications, as_json=as_json, quiet=quiet)


@app.command()
def risk(
    overrides: Overrides = None,
    node: Annotated[str, typer.Option("--node", help="Name or kind of the nodes to knock out; default all.")] = "",
    days: Annotated[float, typer.Option("--days", min=1.0, max=182.0, help="Length of an outage [days].")] = 28.0,
    size: Annotated[float, typer.Option("--size", min=0.01, max=1.0, help="Share of the node that fails.")] = 1.0,
    start: Annotated[int, typer.Option("--start", min=1, help="Day of the run on which it begins.")] = 42,
    target: Annotated[str, typer.Option("--target", help="Find the least outage of the worst node that breaks it, e.g. 'otif>=0.9'.")] = "",
    measures: Annotated[bool, typer.Option("--measures/--no-measures", help="Try what helps against the worst node.")] = True,
    replications: Annotated[int, typer.Option("--replications", "-n", min=1, help="Pairs of runs a node.")] = 3,
    workers: Annotated[int, typer.Option("--workers", "-w", min=0, help="Processes; 0 = one a core.")] = 0,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the tables.", show_default=False)] = None,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no table.")] = False,
) -> None:
    """Knock out every node of the chain in turn: time to survive and to recover, loss, what breaks a target, what helps.

    Example: e2esim risk scenario=mattress_maker scale=0.02 --target 'otif>=0.9' --out my_risk
    """
    with clean_end():
        from e2esim.cli.risk_command import RiskOptions, tell_risk

        options = RiskOptions(
            node=node, days=days, size=size, start_day=start, target=target, measures=measures, replications=replications, workers=workers, out=out,
            as_json=as_json, quiet=quiet,
        )
        tell_risk(overrides or [], options)


@app.command()
def warmup(
    overrides: Overrides = None,
    replications: Annotated[int, typer.Option("--replications", "-n", min=1, help="Runs whose mean is looked at.")] = 3,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the picture.", show_default=False)] = None,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no table.")] = False,
) -> None:
    """Say from which day a run has settled (MSER-5), against the warm-up that is left out.

    Example: e2esim warmup scenario=mattress_maker scale=0.1 --out my_warmup
    """
    with clean_end():
        from e2esim.cli.warmup_command import WarmupOptions, tell_warmup

        tell_warmup(overrides or [], WarmupOptions(replications=replications, out=out, as_json=as_json, quiet=quiet))


@app.command()
def tournament(
    overrides: Overrides = None,
    rules: Annotated[str, typer.Option("--rules", help="Options of the group that take part, comma between them; default all.", show_default=False)] = "",
    base: Annotated[str, typer.Option("--base", help="The one that the table compares with.")] = "fifo",
    group: Annotated[str, typer.Option("--group", help="Group of options that competes.")] = "precedence",
    replications: Annotated[int, typer.Option("--replications", "-n", min=2, help="Runs of each, on common random numbers.")] = 10,
    workers: Annotated[int, typer.Option("--workers", "-w", min=0, help="Processes; 0 = one a core.")] = 0,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for Excel and Parquet files.", show_default=False)] = None,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no table.")] = False,
) -> None:
    """Let all precedence rules (or all options of another group) compete on the same orders and random numbers.

    Example: e2esim tournament scenario=mattress_maker market.demand_factor=1.3 scale=0.02 --replications 30
    """
    with clean_end():
        from e2esim.cli.tournament_command import TournamentOptions, run_tournament

        options = TournamentOptions(
            rules=rules, base=base, group=group, replications=replications, workers=workers, out=out, as_json=as_json, quiet=quiet
        )
        run_tournament(overrides or [], options)


@app.command()
def calibrate(
    overrides: Overrides = None,
    runs: Annotated[int, typer.Option("--runs", min=2, max=50, help="Most runs of the fit.")] = 8,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="CSV file for the fitted columns of table channels.", show_default=False)] = None,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing.")] = False,
) -> None:
    """Fit a scenario to the figures of its last year (table history_kpis): prints fit, residuals and what was not met.

    Example: e2esim calibrate scenario=mattress_maker/as_is scale=0.1
    """
    with clean_end():
        from e2esim.cli.calibrate_command import CalibrateOptions, run_calibration

        run_calibration(overrides or [], CalibrateOptions(runs=runs, out=out, as_json=as_json, quiet=quiet))


@app.command("plan")
def plan_one(
    data: Annotated[
        Path,
        typer.Argument(metavar="DATA", help="Company: folder, workbook, NAME or scenario=NAME; docs/data.md.", show_default=False),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Plan folder; default ./runs/plan-...", show_default=False)
    ] = None,
    time_limit: Annotated[
        float | None, typer.Option("--time-limit", min=0.1, help="Time for planning [s]; default 30, with --rounds 3600.", show_default=False)
    ] = None,
    rounds: Annotated[
        int | None, typer.Option("--rounds", min=0, help="Tried changes instead of time: the same plan, to the last lot, on every machine.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    freeze: Annotated[
        Path | None,
        typer.Option("--freeze", metavar="PLAN_DIR", help="Keep what that plan has released.", show_default=False),
    ] = None,
    calm: Annotated[
        Path | None,
        typer.Option("--calm", metavar="PLAN_DIR", help="Stay near that plan; the same data give it back as it was.", show_default=False),
    ] = None,
    change_price: Annotated[
        float, typer.Option("--change-price", min=0.0, help="Weighted late pieces that moving a piece by a day is worth, with --calm.")
    ] = 0.01,
    export_neutral: Annotated[
        Path | None,
        typer.Option("--export-neutral", metavar="DIR", help="Also write three plain CSV files.", show_default=False),
    ] = None,
    erp: Annotated[
        Path | None,
        typer.Option("--erp", metavar="DIR", help="Also write CSV files for an ERP; orders that an earlier export there knows keep their numbers.",
                     show_default=False),
    ] = None,
    robust: Annotated[
        int, typer.Option("--robust", metavar="N", min=0, help="Carry the plan out N times: each order's probability of being on time.")
    ] = 0,
    explain: Annotated[float, typer.Option("--explain", min=0.0, help="Time for prices of limits and ways out [s]; 0 = none.")] = 8.0,
    bring: Annotated[str, typer.Option("--bring", metavar="ORDERS", help="Orders that the ways out must bring on time, comma between; default all.")] = "",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No warnings and no summary.")] = False,
) -> None:
    """Plan a factory from its own data: what to make and buy when, what comes late and why.

    Example: e2esim plan scenarios/planner_200 --out my_plan
    """
    with clean_end():
        from e2esim.cli.plan_command import PlanOptions, plan_data

        options = PlanOptions(
            out=out, time_limit_s=time_limit, rounds=rounds, as_json=as_json, freeze=freeze, export_neutral=export_neutral, erp=erp, quiet=quiet,
            robust=robust, explain_s=explain, calm=calm, change_price=change_price, bring=bring,
        )
        plan_data(data, options)


@app.command("sop")
def sop_one(
    overrides: Overrides = None,
    months: Annotated[int, typer.Option("--months", "-m", min=2, max=36, help="Months ahead.")] = 12,
    scenarios: Annotated[
        str,
        typer.Option("--scenarios", metavar="NAMES|FILE", help="Scenarios side by side: names with commas, or a YAML file.", show_default=False),
    ] = "",
    opportunity: Annotated[
        str,
        typer.Option("--opportunity", metavar="item=..,qty=..,month=..,price=..", help="Vet it: accept, partly or refuse.", show_default=False),
    ] = "",
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="S&OP folder; default ./runs/sop-...", show_default=False)] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No warnings and no tables.")] = False,
) -> None:
    """Plan sales and operations: demand, supply and money by month, roles, criticalities, scenarios side by side.

    Example: e2esim sop scenario=mattress_maker market.demand_factor=1.2 --scenarios extra_shift,price_up
    """
    with clean_end():
        from e2esim.cli.sop_command import SopOptions, plan_sop

        plan_sop(
            overrides or [],
            SopOptions(months=months, scenarios=scenarios, opportunity=opportunity, out=out, as_json=as_json, quiet=quiet),
        )


@app.command("promise")
def promise_one(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="Company, as for plan: folder, workbook, NAME or scenario=NAME.", show_default=False)],
    item: Annotated[str, typer.Option("--item", metavar="ITEM", help="What is asked for.", show_default=False)] = "",
    qty: Annotated[str, typer.Option("--qty", metavar="N", help="How many [unit of the item].", show_default=False)] = "",
    date: Annotated[str, typer.Option("--date", metavar="DAY", help="Wanted on this day, YYYY-MM-DD.", show_default=False)] = "",
    customer: Annotated[str, typer.Option("--customer", metavar="NAME", help="Who asks.", show_default=False)] = "",
    priority: Annotated[str, typer.Option("--priority", metavar="P", help="1 = highest; default: the customer's, else 2.", show_default=False)] = "",
    min_shipment: Annotated[
        str, typer.Option("--min-shipment", metavar="N", help="Parts of at least N may be delivered; default: all at once.", show_default=False)
    ] = "",
    max_late: Annotated[str, typer.Option("--max-late", metavar="DAYS", help="Taken at most so many days late; default: any.", show_default=False)] = "",
    orders: Annotated[
        Path | None, typer.Option("--orders", metavar="FILE", help="Promise all orders of a file (again), instead of one item.", show_default=False)
    ] = None,
    precedence: Annotated[str, typer.Option("--precedence", metavar="RULE", help="Of --orders: priority, due_date or fifo.")] = "priority",
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="FOLDER", help="Plan to promise from; default: the newest of DATA below ./runs.", show_default=False)
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Of --orders: result folder; default ./runs/promise-...", show_default=False)] = None,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notes on stderr.")] = False,
) -> None:
    """Say what can be delivered when, on the newest plan: date, alternatives and why-not, limit, who would wait.

    Example: e2esim promise planner_200 --item 001007 --qty 60 --date 2026-02-16 --customer "Pompes Garçon"
    """
    with clean_end():
        from e2esim.cli.promise_command import PromiseOptions, promise

        options = PromiseOptions(
            item=item,
            qty=qty,
            date=date,
            customer=customer,
            priority=priority,
            min_shipment=min_shipment,
            max_late=max_late,
            orders=orders,
            precedence=precedence,
            plan=plan,
            out=out,
            as_json=as_json,
            quiet=quiet,
        )
        promise(data, options)


@app.command()
def backorders(
    data: Annotated[
        Path,
        typer.Argument(metavar="DATA", help="Company: folder, workbook, NAME or scenario=NAME; docs/data.md.", show_default=False),
    ],
    segments: Annotated[
        Path | None,
        typer.Option("--segments", metavar="FILE", help="Segments in place of the table of the data.", show_default=False),
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option("--plan", metavar="PLAN_DIR", help="Plan the supply comes from; default the newest of the data.", show_default=False),
    ] = None,
    release: Annotated[bool, typer.Option("--release", help="Write the new confirmations; without it nothing is written.")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder of --release; default ./runs/backorders-...", show_default=False)] = None,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No warnings and no tables.")] = False,
) -> None:
    """Confirm the order book anew by segment: who wins, who loses, before anything is released.

    Example: e2esim backorders scenarios/planner_200
    """
    with clean_end():
        from e2esim.cli.backorders_command import BackorderOptions, run_backorders

        options = BackorderOptions(segments=segments, plan=plan, release=release, out=out, as_json=as_json, quiet=quiet)
        run_backorders(data, options)


@app.command()
def validate(
    overrides: Overrides = None,
    as_json: AsJson = False,
    every: Annotated[bool, typer.Option("--all", help="List every problem, however many.")] = False,
) -> None:
    """Check settings and tables of a company; list all problems with file, row, column and remedy."""
    with clean_end():
        from e2esim.cli.listings import validate_company

        raise typer.Exit(validate_company(overrides or [], as_json=as_json, every=every))


@app.command()
def scenarios(as_json: AsJson = False) -> None:
    """List the scenarios that can be called by name, with their variants."""
    with clean_end():
        from e2esim.cli.listings import list_scenarios

        list_scenarios(as_json=as_json)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to create.", show_default=False)],
    source: Annotated[
        str,
        typer.Option("--from", help="Scenario to start from: a name or a folder.", autocompletion=complete_scenario),
    ] = "mattress_maker",
    empty: Annotated[bool, typer.Option("--empty", help="Headers only: every table and column, no rows.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, write nothing.")] = False,
) -> None:
    """Copy a company into a folder of your own, to fill with your data; its titles and settings of money stay behind."""
    with clean_end():
        from e2esim.cli.copying import new_scenario

        new_scenario(folder, source, empty=empty, dry_run=dry_run)


@app.command()
def kpis(as_json: AsJson = False) -> None:
    """Print the catalogue of KPIs: unit, definition, formula, source."""
    with clean_end():
        from e2esim.cli.listings import list_kpis

        list_kpis(as_json=as_json)


@app.command()
def tables(
    name: Annotated[
        str | None, typer.Argument(metavar="[TABLE]", help="One table; all if left out.", show_default=False)
    ] = None,
) -> None:
    """Print what the scenario tables hold, column by column, with units."""
    with clean_end():
        from e2esim.cli.docs import print_tables

        print_tables(name)


@app.command("customer")
def customer_one(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run with --journeys.", show_default=False)],
    number: Annotated[int | None, typer.Argument(metavar="[ID]", help="Consumer; who is kept if left out.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Tell the journey of one customer in words: what was shown, what was expected, how it felt.

    Example: e2esim customer runs/mattress_maker-20261126-190000-1a2b3c 4711
    """
    with clean_end():
        from e2esim.cli.customer_command import tell_customer

        tell_customer(run_folder, number, as_json=as_json)


@app.command("forecast")
def forecast_one(
    data: Annotated[
        Path,
        typer.Argument(metavar="DATA", help="Company: folder, workbook, NAME or scenario=NAME; docs/data.md.", show_default=False),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Also write a folder with the forecast.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No warnings and no summary.")] = False,
) -> None:
    """Forecast demand from its history: classes, methods, accuracy, what orders leave; nothing is planned.

    Example: e2esim forecast scenarios/planner_200 --out my_forecast
    """
    with clean_end():
        from e2esim.cli.forecast_command import forecast_data

        forecast_data(data, out=out, as_json=as_json, quiet=quiet)


@app.callback(invoke_without_command=True)
def _main(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        from e2esim import __version__

        typer.echo(f"e2esim {__version__}")
        raise typer.Exit


_YOUNG = 50_000  # new objects after which the garbage collector looks again


def run() -> None:
    """Entry point of the command ``e2esim``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # an output that cannot write every character loses none and never fails
    gc.set_threshold(_YOUNG)  # modules that are loaded are no garbage: looking for it took a twentieth of a small run
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    run()
