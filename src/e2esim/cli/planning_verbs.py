"""Commands that decide on a company's own data: plan, promise, backorders, forecast, S&OP."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from e2esim.cli.ends import clean_end
from e2esim.cli.options import AsJson, Overrides

planning_verbs = typer.Typer()


@planning_verbs.command("plan")
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


@planning_verbs.command("sop")
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


@planning_verbs.command("promise")
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
        from e2esim.cli.promise_command import promise
        from e2esim.cli.promise_options import PromiseOptions

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


@planning_verbs.command()
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


@planning_verbs.command("forecast")
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
