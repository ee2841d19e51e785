"""Commands that run a company many times: sweep, sensitivity, optimise, risk and their sisters."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from e2esim.cli.completion import complete_override
from e2esim.cli.ends import clean_end
from e2esim.cli.options import AsJson, Overrides

study_verbs = typer.Typer()


@study_verbs.command()
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


@study_verbs.command()
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
    size: Annotated[
        int, typer.Option("--size", min=2, help="Trajectories of morris; base of sobol, a power of two; points of surrogate; places of --decision.")
    ] = 8,
    decision: Annotated[
        str,
        typer.Option("--decision", metavar="KEY", help="A factor that is yours to choose: what is knowing each of the others worth to it?", show_default=False),
    ] = "",
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
        if decision:
            from e2esim.cli.knowing_command import run_knowing

            run_knowing(words or [], options, decision=decision, size=size, kpis=kpis)
            return
        run_sensitivity(words or [], options, method=method, size=size, kpis=kpis)


@study_verbs.command()
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
        from e2esim.application.optimising import OptimiseWishes
        from e2esim.cli.optimise_command import run_optimise
        from e2esim.cli.sweep_command import SweepOptions

        options = SweepOptions(
            replications=replications, executor=executor, address=address, workers=workers, time_limit_s=time_limit, out=out, again=again,
            as_json=as_json, quiet=quiet,
        )
        wanted = OptimiseWishes(
            objectives=objective or [], constraints=constraint or [], trials=trials, finalists=finalists, delta=delta, level=level, most=most
        )
        run_optimise(words or [], options, wanted)


@study_verbs.command()
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


@study_verbs.command()
def risk(
    overrides: Overrides = None,
    node: Annotated[str, typer.Option("--node", help="Name or kind of the nodes to knock out; default all.")] = "",
    days: Annotated[float, typer.Option("--days", min=1.0, max=182.0, help="Length of an outage [days].")] = 28.0,
    size: Annotated[float, typer.Option("--size", min=0.01, max=1.0, help="Share of the node that fails.")] = 1.0,
    start: Annotated[int, typer.Option("--start", min=1, help="Day of the run on which it begins.")] = 42,
    target: Annotated[str, typer.Option("--target", help="Find the least outage of the worst node that breaks it, e.g. 'otif>=0.9'.")] = "",
    measures: Annotated[bool, typer.Option("--measures/--no-measures", help="Try what helps against the worst node.")] = True,
    replications: Annotated[int, typer.Option("--replications", "-n", min=1, help="Pairs of runs a node.")] = 3,
    screen: Annotated[
        float, typer.Option("--screen", min=0.0, max=1.0, help="Nodes that cost less than this share of the dearest in the first pair get no further one.")
    ] = 0.2,
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
            node=node, days=days, size=size, start_day=start, target=target, measures=measures, replications=replications, screen=screen,
            workers=workers, out=out, as_json=as_json, quiet=quiet,
        )
        tell_risk(overrides or [], options)


@study_verbs.command()
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


@study_verbs.command()
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
