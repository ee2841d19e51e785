"""``e2esim risk``: every node of the chain knocked out in turn, what breaks a target, what helps; printed, and written as CSV."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from e2esim.application.striking import RiskWishes

if TYPE_CHECKING:
    from e2esim.application.striking import KnockedOutNodes

_FIFTH = 5  # pairs of which a fifth is one
AMOUNTS = ("result_lost_eur", "result_lost_cvar_eur", "customer_value_lost_eur", "customer_value_lost_cvar_eur")


@dataclass(frozen=True, kw_only=True)
class RiskOptions(RiskWishes):
    """What the options of ``risk`` say."""

    as_json: bool = False
    quiet: bool = False


def tell_risk(overrides: Sequence[str], options: RiskOptions) -> None:
    """Run the study and print it."""
    from e2esim.application.striking import strike
    from e2esim.report.progress import progress_bar

    with progress_bar(quiet=options.quiet or options.as_json) as tell:
        struck = strike(overrides, options, tell)
    if options.as_json:
        typer.echo(json.dumps(struck.as_dict(), allow_nan=False))
    elif not options.quiet:
        _print(struck, options)
        if struck.folder is not None:
            typer.echo(f"Folder: {struck.folder}")


def _print(struck: KnockedOutNodes, options: RiskOptions) -> None:
    pairs = f"{options.replications} pairs of runs; EUR at scale {struck.scale:g}"
    typer.echo(f"Each node out for {options.days:g} days, size {options.size:g}, from day {options.start_day}; {pairs}.")
    typer.echo("By stocks and rates, until the order book is as before | by runs (80 % band); survives: until customers feel it; caught up: from its")
    typer.echo("beginning until the order book is that of the run without it; recovers: until customers no longer feel it, those far away last.")
    head = f"{'node':<28}{'survives':>13}{'recovers':>15} | {'survives':>28}{'caught up':>30}{'recovers':>30}"
    typer.echo(head + "".join(f"{word:>13}" for word in ("result lost", "worst fifth", "cust. value", "worst fifth")))
    rows = list(struck.nodes.iter_rows(named=True))
    for row in rows:
        unfelt = row["not_felt"] == row["runs"]
        felt = "unfelt" if unfelt else _band(row, "survives", row["not_felt"])
        over = "unfelt" if unfelt else _band(row, "recovers", row["not_over"])
        book = _band(row, "caught_up", row["not_caught_up"])
        lost = "".join(f"{_k(row[name]):>13}" for name in AMOUNTS)
        typer.echo(f"{row['node']:<28}{_days(row['survives_d']):>13}{_recovers(row):>15} | {felt:>28}{book:>30}{over:>30}{lost}")
    few = sum(row["runs"] < options.replications for row in rows)
    if few:
        least = f"cost less than {options.screen:.0%} of the dearest in the first pair, or were not among the dearest of it"
        typer.echo(f"{few} nodes {least}, and got no other (--screen 0 gives them all pairs).")
    if options.replications < _FIFTH:
        typer.echo(f"Of {options.replications} pairs the worst fifth is the worst one alone; how nodes differ takes more of them (-n {2 * _FIFTH}).")
    _print_breaks(struck, options.target)
    _print_measures(struck)


def _print_breaks(struck: KnockedOutNodes, target: str) -> None:
    if struck.breaks is None:
        return
    typer.echo(f"\n{target} breaks at {struck.worst}:")
    for name, at in struck.breaks.items():
        unit = "days" if name == "days" else "of it"
        said = f"never up to {at['passes']:g} {unit}" if at["breaks"] is None else f"from {at['breaks']:g} {unit} on ({at['passes']:g} passes)"
        typer.echo(f"  {name}: {said}; {at['runs']} runs, replication 1")


def _print_measures(struck: KnockedOutNodes) -> None:
    if not struck.helped:
        return
    pairs = struck.helped[0]["runs"]
    typer.echo(f"\nAgainst {struck.worst}, gain in result at one outage against cost of a run without ({pairs} pairs, 95 % intervals); customer value apart:")
    for way in struck.helped:
        verdict = "costs nothing" if way["gain_per_eur"] is None else f"{way['gain_per_eur']:.1f} EUR a EUR"
        verdict = f"does harm: {verdict}" if way["gain_high"] is not None and way["gain_high"] < 0.0 else verdict
        gain, cost = (f"{_k(way[f'{of}_eur'])} [{_k(way[f'{of}_low'])}, {_k(way[f'{of}_high'])}]" for of in ("gain", "cost"))
        value = f"customer value {_k(way['value_gain_eur'])} [{_k(way['value_gain_low'])}, {_k(way['value_gain_high'])}]"
        over = f"{value}; caught up after {_whole(way['caught_up_d_without'])} d without, {_whole(way['caught_up_d_with'])} d with; "
        over += f"customers feel it for {_whole(way['over_d_without'])} d without, {_whole(way['over_d_with'])} d with"
        over += f" ({way['not_over']} a bound)" if way["not_over"] else ""
        typer.echo(f"  {way['measure']:<32} gain {gain}, cost {cost}: {verdict if way['separated'] else 'cannot separate it from nothing'}; {over}")


def _band(row: Mapping[str, Any], name: str, bound: int) -> str:
    """Days of the middle 80 % of the runs; where a run ended first, that many are bounds."""
    low, high = row[f"run_{name}_d_p10"], row[f"run_{name}_d_p90"]
    if bound == row["runs"]:
        return f"not in {low:.0f} d"
    return f"{low:.0f}-{'>' if bound else ''}{high:.0f} d" + (f" ({bound} of {row['runs']} a bound)" if bound else "")


def _days(value: float | None) -> str:
    return "never short" if value is None else f"{value:.0f} d"


def _recovers(row: Mapping[str, Any]) -> str:
    if row["recovers_d"] is None:
        return "not by itself"
    return "unharmed" if row["recovers_d"] == 0.0 else f"{row['recovers_d']:.0f} d"


def _whole(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _k(value: float | None) -> str:
    return "-" if value is None else f"{value / 1000:,.1f} k"
