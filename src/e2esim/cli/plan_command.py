"""``e2esim plan``: from a planner's data to a plan folder, with a summary for eyes and JSON for programs."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem
from e2esim.machine_code import is_compiled

if TYPE_CHECKING:
    from e2esim.planning.demand.net_demand import DemandData, NetDemand
    from e2esim.planning.factory.case import PlanCase
    from e2esim.planning.factory.execute import Wants
    from e2esim.planning.factory.explain import Explanation
    from e2esim.planning.factory.flow_model import Flags
    from e2esim.planning.factory.problem import PlanProblem
    from e2esim.planning.factory.result import PlanResult
    from e2esim.study.robust import Robustness

USUAL_S, STEADY_S = 30.0, 3600.0


@dataclass(frozen=True, kw_only=True)
class PlanOptions:
    """What the options of ``plan`` say."""

    out: Path | None = None
    time_limit_s: float | None = None
    rounds: int | None = None
    as_json: bool = False
    freeze: Path | None = None
    export_neutral: Path | None = None
    erp: Path | None = None
    quiet: bool = False
    robust: int = 0
    explain_s: float = 8.0
    calm: Path | None = None
    change_price: float = 0.01
    bring: str = ""

    @property
    def limit_s(self) -> float:
        """Time for planning [s]: as stated, else half a minute, or what the rounds take up to `STEADY_S`."""
        return self.time_limit_s or (USUAL_S if self.rounds is None else STEADY_S)


def plan_data(data: Path, options: PlanOptions) -> Path:
    """Read, check, plan, write and print one planner's folder or workbook; return the plan folder.

    Raises
    ------
    InputErrors
        If data, earlier plan or folders are wrong; nothing is written then.
    """
    import polars as pl

    from e2esim.cli.ends import listing
    from e2esim.cli.run_command import run_folder
    from e2esim.config.places import find_data
    from e2esim.config.plan_data import read_plan_data
    from e2esim.config.plan_data.earlier import earlier_plan
    from e2esim.config.plan_data.released import keep_released
    from e2esim.config.plan_state.fingerprint import file_hashes
    from e2esim.config.plan_state.snapshot import elsewhere_of, save_snapshot

    began = time.perf_counter()
    place = find_data(data)
    hashes = file_hashes(place)
    read = read_plan_data(data)
    case, more = (read.case, []) if options.freeze is None else keep_released(read.case, options.freeze)
    warnings = [*read.warnings, *more]
    if warnings and not options.quiet:
        typer.echo(listing(warnings), err=True)
    from e2esim.planning.factory.net_forecast import orders_alone, with_forecast
    from e2esim.report.plan.erp import FILES, write_erp
    from e2esim.report.plan.folder import fingerprint, write_plan

    ordered = case
    demand = None if read.demand is None else forecast_of(read.demand, quiet=options.quiet)
    case = case if demand is None else with_forecast(case, demand)
    chosen = _chosen(case, options.bring)
    earlier = None if options.calm is None else earlier_plan(case, options.calm, fingerprint(read.tables))
    _empty(options.export_neutral, "--export-neutral", ("lots.csv", "purchases.csv", "deliveries.csv"))
    _empty(options.erp, "--erp", FILES)
    folder = run_folder(options.out, f"plan-{case.title}", fingerprint(read.tables)[:12])
    if not options.quiet and not is_compiled("planning/factory"):
        typer.echo("first plan after installation: compiling, about half a minute more than later ones", err=True)
    from e2esim.planning.factory.calm import calm_planned
    from e2esim.planning.factory.planner import planned
    from e2esim.report.plan.changes import changes_frame
    from e2esim.report.plan.neutral import write_neutral_view
    from e2esim.report.plan.summary import summarise
    from e2esim.report.plan.terminal import plan_json, print_plan
    from e2esim.report.plan.view import PlanView

    left = case.remainder()
    if earlier is None:
        result, wants = planned(left.problem, time_limit_s=options.limit_s, rounds=options.rounds)
    else:
        result, wants = calm_planned(left.problem, earlier, price=options.change_price, time_limit_s=options.limit_s, rounds=options.rounds)
    said = _said(case, left.problem, result, wants, chosen, options.explain_s)
    view = PlanView(case=case, left=left, result=result, robust=_robust(case, left.problem, result, options.robust), said=said, demand=demand)
    before = options.calm or options.freeze
    if before is not None:
        view = replace(view, changes=changes_frame(view, before))
    summary = summarise(view)
    if folder.is_dir():  # empty, as run_folder has seen
        folder.rmdir()
    other, (problem, booked) = elsewhere_of(read.tables, left.problem), orders_alone(left.problem, result, case.n_orders)
    write_plan(view, summary, folder, read.tables, more=lambda path: save_snapshot(path, place, hashes, ordered, problem, booked, other))
    if options.export_neutral is not None:
        _put(options.export_neutral, lambda partial: write_neutral_view(view, partial))
    messages = pl.read_parquet(folder / "messages.parquet")
    if (erp := options.erp) is not None:
        _put(erp, lambda partial: write_erp(view, messages, partial, erp))
    wall_s = time.perf_counter() - began
    if options.as_json:
        typer.echo(plan_json(summary, folder, wall_s, view, messages))
    elif not options.quiet:
        print_plan(summary, folder, wall_s, view, messages)
    return folder


def _chosen(case: PlanCase, bring: str) -> Flags | None:
    """Orders that the ways out must bring on time, None for all; a name is an order, or an order and its line: 4711/10.

    Net forecast is nobody's order: the ways out need not bring it on time.
    """
    import numpy as np

    if not bring:
        return np.arange(len(case.facts.orders)) < case.n_orders if case.n_forecast else None
    names = [name.strip() for name in bring.split(",") if name.strip()]
    own = np.array([order in names or order.rpartition("/")[0] in names for order in case.facts.orders], dtype=bool)
    known = {name for order in case.facts.orders for name in (order, order.rpartition("/")[0])}
    remedy = "name orders of the data, comma between them"
    unknown = [Problem(file=COMMAND_LINE, column="--bring", value=name, message="no such order", remedy=remedy) for name in names if name not in known]
    if unknown:
        raise InputErrors(unknown)
    return own


def _said(case: PlanCase, problem: PlanProblem, result: PlanResult, wants: Wants, chosen: Flags | None, time_limit_s: float) -> Explanation | None:
    """What would bring late orders on time, None if not asked."""
    if time_limit_s <= 0:
        return None
    from e2esim.planning.factory.explain import explain
    from e2esim.planning.factory.money import usual_money

    return explain(problem, result, wants, case.money or usual_money(problem), chosen=chosen, time_limit_s=time_limit_s)


def forecast_of(data: DemandData, *, quiet: bool) -> NetDemand:
    """Forecast, with a word where it takes a while; the library of smoothing models is loaded only here."""
    from e2esim.planning.demand.net_demand import forecast_demand

    if not quiet and len(data.case.keys) > 20:
        typer.echo(f"forecasting {len(data.case.keys):,} series of item and channel", err=True)
    return forecast_demand(data)


def _robust(case: PlanCase, problem: PlanProblem, result: PlanResult, replications: int) -> Robustness | None:
    """What carrying the plan out many times says, None if not asked."""
    if not replications:
        return None
    from e2esim.planning.factory.risk import usual_risk
    from e2esim.study.robust import replicate_plan

    return replicate_plan(problem, result, case.risk or usual_risk(problem), replications=replications)


def _empty(folder: Path | None, key: str, ours: Collection[str]) -> None:
    """Refuse a folder for files of a plan that holds anything else."""
    if folder is None or not folder.exists():
        return
    if not folder.is_dir() or {path.name for path in folder.iterdir()} - set(ours):
        message, remedy = "holds other files", "name a new folder"
        raise InputErrors([Problem(file=COMMAND_LINE, column=key, value=str(folder), message=message, remedy=remedy)])


def _put(folder: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a folder beside ``folder`` first, then put the files there: none is ever half-written."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
        write(Path(partial))
        for path in sorted(Path(partial).iterdir()):
            shutil.move(path, folder / path.name)
