"""``e2esim risk``: every node of the chain knocked out in turn, what breaks a target, what helps; printed and written as CSV."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean

if TYPE_CHECKING:
    import polars as pl

    from e2esim.domain.scenario import Scenario
    from e2esim.domain.world import World
    from e2esim.study.knock_out import KnockedOut, Outage, Spell, Suffered
    from e2esim.study.mitigation import Countermeasure
    from e2esim.study.reverse_stress import Breaking
    from e2esim.study.survival import ChainNode

_SHORTEST = 112  # days of a run of which something can be told
_FIFTH = 5  # pairs of which a fifth is one
_LONGEST_OUTAGE = 84.0  # days


@dataclass(frozen=True, kw_only=True)
class RiskOptions:
    """What the options of ``risk`` say."""

    node: str = ""  # kind or name of those to knock out; empty: all
    days: float = 28.0
    size: float = 1.0
    start_day: int = 42
    horizon_days: int = 182
    target: str = ""
    measures: bool = True
    replications: int = 3
    screen: float = 0.2  # as `study.knock_out.SCREEN`
    workers: int = 0
    out: Path | None = None
    as_json: bool = False
    quiet: bool = False


def tell_risk(overrides: Sequence[str], options: RiskOptions) -> None:
    """Run the study, print it, and write it where a folder is asked for."""
    from e2esim.application.folders import new_folder, write_new
    from e2esim.config import load
    from e2esim.domain.build import build_world
    from e2esim.report.progress import progress_bar
    from e2esim.study.knock_out import Outage, knock_out
    from e2esim.study.mitigation import mitigate

    scenario = load([*_shorter(overrides, options), *overrides])
    world = build_world(scenario)
    asked = _asked(world, options.node)
    horizon = scenario.settings.horizon
    if not horizon.warmup_days <= options.start_day < horizon.days - options.days:
        raise _wrong("--start", str(options.start_day), f"an outage of {options.days:g} days must lie between warm-up and end", "another day, or horizon.days=")
    rule = _target(options.target)
    outage = Outage(first=horizon.start + dt.timedelta(days=options.start_day), days=options.days, size=options.size)
    folder = None if options.out is None else new_folder(options.out, "risk", "")
    with progress_bar(quiet=options.quiet or options.as_json) as tell:
        kept: dict[str, dict[int, Suffered]] = {}
        runs = {"replications": options.replications, "workers": options.workers}
        found = knock_out(scenario, asked, outage, screen=options.screen, kept=kept, progress=tell, **runs)
        broken = None if rule is None else _break(scenario, found[0].node, outage, rule, tell)
        helped: Sequence[Countermeasure] = ()
        if options.measures:
            helped = mitigate(scenario, found[0].node, outage, kept=kept, progress=tell, **runs)
    table = _table(world, found, outage)
    if folder is not None:
        write_new(folder, lambda place: _write(place, table, helped, broken), chosen=True)
    if options.as_json:
        typer.echo(json.dumps(_told(table, found, helped, broken), allow_nan=False))
    elif not options.quiet:
        _print(table, found, helped, broken, options, scenario.settings.scale)
        if folder is not None:
            typer.echo(f"Folder: {folder}")


def _shorter(overrides: Sequence[str], options: RiskOptions) -> list[str]:
    """A run long enough to recover in, where none is asked for."""
    return [] if any(word.startswith("horizon.days=") for word in overrides) else [f"horizon.days={max(_SHORTEST, options.horizon_days)}"]


def _wrong(column: str, value: str, message: str, remedy: str) -> InputErrors:
    return InputErrors([Problem(file=COMMAND_LINE, column=column, value=value, message=message, remedy=remedy)])


def _asked(world: World, word: str) -> list[ChainNode]:
    from e2esim.study.survival import nodes

    every = nodes(world)
    found = [node for node in every if word in ("", node.name, node.kind.name.lower(), str(node))]
    if not found:
        raise _wrong("--node", word, "no such node of the chain", did_you_mean(word, [str(node) for node in every]))
    return found


def _target(text: str) -> tuple[str, bool, float] | None:
    """KPI, whether it must be at least, limit."""
    from e2esim.kpi.catalogue import CATALOGUE

    if not text:
        return None
    sign = ">=" if ">=" in text else "<="
    name, _, limit = (part.strip() for part in text.partition(sign))
    try:
        value = float(limit)
    except ValueError:
        raise _wrong("--target", text, "cannot be read as KPI>=NUMBER or KPI<=NUMBER", "e.g. --target 'otif>=0.9'") from None
    if name not in CATALOGUE:
        raise _wrong("--target", name, "no such KPI", did_you_mean(name, list(CATALOGUE)))
    return name, sign == ">=", value


def _break(scenario: Scenario, node: ChainNode, outage: Outage, rule: tuple[str, bool, float], tell: Any) -> dict[str, Breaking]:
    """Least length at the size asked for, and least size at the length asked for, at which the target is missed; one replication."""
    from dataclasses import replace

    from e2esim.study.company import ReplicationJob
    from e2esim.study.knock_out import RiskRuns, with_outage
    from e2esim.study.reverse_stress import least_that_breaks

    name, at_least, limit = rule

    def fails(days: float, size: float) -> bool:
        if days <= 0.0 or size <= 0.0:
            return False
        tell(0.0, f"{node}: {days:g} days, size {size:.2f}")
        changed = with_outage(scenario, node, replace(outage, days=days, size=size))
        value = RiskRuns({"": changed})(ReplicationJob(company="", replication=0)).kpis.get(name)
        return value is None or (value < limit if at_least else value > limit)

    longest = min(_LONGEST_OUTAGE, float(scenario.settings.horizon.days - (outage.first - scenario.settings.horizon.start).days - 1))
    return {
        "days": least_that_breaks(lambda days: fails(days, outage.size), least=0.0, most=math.floor(longest), step=1.0),
        "size": least_that_breaks(lambda size: fails(outage.days, size), least=0.0, most=1.0, step=0.05),
    }


def _table(world: World, found: Sequence[KnockedOut], outage: Outage) -> pl.DataFrame:
    """One row a node; days by runs as lowest, median, highest, with how many are only bounds."""
    import polars as pl

    from e2esim.study.survival import recovers_d, survives_d

    rows = []
    for one in found:
        survived, recovered = _bands([s.survived_d for s in one.spells]), _bands([s.recovered_d for s in one.spells])
        rows.append(
            {
                "node": str(one.node),
                "survives_d": _finite(survives_d(world, one.node)),
                "recovers_d": _finite(recovers_d(world, one.node, outage.days)),
                **{f"run_survives_d_{name}": value for name, value in survived.items()},
                "not_felt": sum(not s.felt for s in one.spells),
                **{f"run_recovers_d_{name}": value for name, value in recovered.items()},
                "not_over": sum(not s.over for s in one.spells),
                "runs": len(one.spells),
                "result_lost_eur": _mean(one.result_lost),
                "result_lost_cvar_eur": _finite(one.cvar()),
                "customer_value_lost_eur": _mean(one.value_lost),
                "customer_value_lost_cvar_eur": _finite(one.value_cvar()),
            }
        )
    return pl.DataFrame(rows)


def _bands(values: Sequence[float]) -> dict[str, float]:
    import numpy as np

    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    return {"p10": float(low), "median": float(middle), "p90": float(high)}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _mean(values: Sequence[float]) -> float | None:
    return _finite(math.fsum(values) / len(values))


def _told(table: pl.DataFrame, found: Sequence[KnockedOut], helped: Sequence[Countermeasure], broken: dict[str, Breaking] | None) -> dict[str, Any]:
    return {
        "nodes": table.to_dicts(),
        "worst": str(found[0].node),
        "breaks": None if broken is None else {name: {"breaks": one.breaks, "passes": one.passes, "runs": one.tried} for name, one in broken.items()},
        "measures": [_measure(one) for one in helped],
    }


def _measure(one: Countermeasure) -> dict[str, Any]:
    return {
        "measure": one.name, "gain_eur": _finite(one.gain[0]), "gain_low": _finite(one.gain[1]), "gain_high": _finite(one.gain[2]),
        "cost_eur": _finite(one.cost[0]), "cost_low": _finite(one.cost[1]), "cost_high": _finite(one.cost[2]), "gain_per_eur": _finite(one.per_eur),
        "separated": one.separated, "runs": one.replications,
        "over_d_without": _finite(one.over_d[0]), "over_d_with": _finite(one.over_d[1]), "not_over": one.not_over,
    }  # fmt: skip


def _write(place: Path, table: pl.DataFrame, helped: Sequence[Countermeasure], broken: dict[str, Breaking] | None) -> None:
    import polars as pl

    from e2esim.domain.safe_csv import write_safe_csv
    from e2esim.report.whole_folder import whole_folder

    with whole_folder(place) as partial:
        write_safe_csv(table, partial / "nodes.csv")
        if helped:
            write_safe_csv(pl.DataFrame([_measure(one) for one in helped]), partial / "measures.csv")
        if broken is not None:
            told = [{"of": name, "breaks": one.breaks, "passes": one.passes, "runs": one.tried} for name, one in broken.items()]
            write_safe_csv(pl.DataFrame(told), partial / "breaks.csv")


def _days(value: float | None) -> str:
    return "never short" if value is None else f"{value:.0f} d"


def _band(spells: Sequence[Spell], name: str, bound: int) -> str:
    """Days of the middle 80 % of the runs; where a run ended first, that many are bounds."""
    band = _bands([getattr(s, name) for s in spells])
    if bound == len(spells):
        return f"not in {band['p10']:.0f} d"
    sign = ">" if bound else ""
    return f"{band['p10']:.0f}-{sign}{band['p90']:.0f} d" + (f" ({bound} of {len(spells)} a bound)" if bound else "")


def _print(
    table: pl.DataFrame, found: Sequence[KnockedOut], helped: Sequence[Countermeasure], broken: dict[str, Breaking] | None, options: RiskOptions, scale: float
) -> None:
    pairs = f"{options.replications} pairs of runs; EUR at scale {scale:g}"
    typer.echo(f"Each node out for {options.days:g} days, size {options.size:g}, from day {options.start_day}; {pairs}.")
    typer.echo("By stocks and rates | by runs (80 % band); survives: until customers feel it; recovers: from its beginning until they no longer do.")
    head = f"{'node':<28}{'survives':>12}{'recovers':>12} | {'survives':>26}{'recovers':>26}"
    head += "".join(f"{word:>13}" for word in ("result lost", "worst fifth", "cust. value", "worst fifth"))
    typer.echo(head)
    for row, one in zip(table.iter_rows(named=True), found, strict=True):
        felt = "unfelt" if row["not_felt"] == row["runs"] else _band(one.spells, "survived_d", row["not_felt"])
        over = "unfelt" if row["not_felt"] == row["runs"] else _band(one.spells, "recovered_d", row["not_over"])
        amounts = ("result_lost_eur", "result_lost_cvar_eur", "customer_value_lost_eur", "customer_value_lost_cvar_eur")
        lost = "".join(f"{_k(row[name]):>13}" for name in amounts)
        typer.echo(f"{row['node']:<28}{_days(row['survives_d']):>12}{_recovers(row):>12} | {felt:>26}{over:>26}{lost}")
    few = sum(row["runs"] < options.replications for row in table.iter_rows(named=True))
    if few:
        typer.echo(f"{few} nodes cost less than {options.screen:.0%} of the dearest in the first pair and got no other (--screen 0 gives them all pairs).")
    if options.replications < _FIFTH:
        typer.echo(f"Of {options.replications} pairs the worst fifth is the worst one alone; how nodes differ takes more of them (-n {2 * _FIFTH}).")
    if broken is not None:
        typer.echo(f"\n{options.target} breaks at {found[0].node}:")
        for name, at in broken.items():
            unit = "days" if name == "days" else "of it"
            said = f"never up to {at.passes:g} {unit}" if at.breaks is None else f"from {at.breaks:g} {unit} on ({at.passes:g} passes)"
            typer.echo(f"  {name}: {said}; {at.tried} runs, replication 1")
    if helped:
        typer.echo(f"\nAgainst {found[0].node}, gain of one outage against cost of a run without ({helped[0].replications} pairs, 95 % intervals):")
        for way in helped:
            verdict = f"{way.per_eur:.1f} EUR a EUR" if math.isfinite(way.per_eur) else "costs nothing"
            verdict = f"does harm: {verdict}" if way.gain[2] < 0.0 else verdict
            gain, cost = (f"{_k(value[0])} [{_k(value[1])}, {_k(value[2])}]" for value in (way.gain, way.cost))
            over = f"over after {way.over_d[0]:.0f} d without, {way.over_d[1]:.0f} d with" + (f" ({way.not_over} a bound)" if way.not_over else "")
            typer.echo(f"  {way.name:<32} gain {gain}, cost {cost}: {verdict if way.separated else 'cannot separate it from nothing'}; {over}")


def _recovers(row: dict[str, Any]) -> str:
    if row["recovers_d"] is None:
        return "not by itself"
    return "unharmed" if row["recovers_d"] == 0.0 else f"{row['recovers_d']:.0f} d"


def _k(value: float | None) -> str:
    return "-" if value is None or not math.isfinite(value) else f"{value / 1000:,.1f} k"
