"""What may be done against the outage of a node, and what it brings: paired runs with the outage and without it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from statistics import fmean

import polars as pl

from e2esim.domain.build import build_world
from e2esim.domain.disturbances import Blow
from e2esim.domain.scenario import Scenario
from e2esim.domain.schema import TABLE
from e2esim.study.intervals import interval
from e2esim.study.knock_out import CALM, RESULT, VALUE, Outage, Runs, caught_up, lost, run_all, spell, with_outage, without_events
from e2esim.study.pool import Progress
from e2esim.study.survival import ChainNode, used_a_day

BUFFER_D = 14.0  # [days] of cover more, in stock when the outage comes, assumed
SECOND_DEARER = 0.15  # [share] that a second source costs more, assumed
MORE_OVERTIME_H = {"capacity: 8 h overtime on top": 8.0, "capacity: weekend shifts": 24.0}  # [h/machine/week] that may be asked for on top, assumed
SPARE = 0.25  # [share] of its machines that a spare work centre has, rounded up, assumed
MORE_TRUCKS = 0.25  # [share] of the trucks, rounded up, assumed
RUSH = {"rush_share": 1.0, "rush_days": 7.0, "rush_premium": 0.5}  # every call-off held up comes another way, assumed
_SECOND, _SPARE = "second_source", "spare"

Change = Callable[[Scenario], Scenario]


@dataclass(frozen=True, kw_only=True)
class Countermeasure:
    """A measure against an outage: its gain where the outage comes and its cost where it does not [EUR], mean and 95 % interval each.

    ``separated``: the interval of the gain leaves out zero. ``value_gain``: gain in customer value,
    which a ranking by result leaves out. ``over_d``: days from the beginning of the outage until customers no longer
    feel it, without the measure and with it, means; ``not_over``: runs in which they do to the end, whose days are bounds only.
    ``caught_up_d``: the same until the order book is as without the outage.
    """

    name: str
    gain: tuple[float, float, float]
    cost: tuple[float, float, float]
    value_gain: tuple[float, float, float]
    replications: int
    over_d: tuple[float, float]
    not_over: int
    caught_up_d: tuple[float, float]

    @property
    def separated(self) -> bool:
        """Whether runs tell the gain from none."""
        return self.gain[1] > 0.0 or self.gain[2] < 0.0

    @property
    def per_eur(self) -> float:
        """Gain at one outage for each EUR that it costs in a window without; inf where it costs nothing."""
        return self.gain[0] / self.cost[0] if self.cost[0] > 0 else float("inf") if self.gain[0] > 0 else 0.0


def measures(scenario: Scenario, node: ChainNode) -> dict[str, tuple[Change, Mapping[str, float]]]:
    """Measures that make sense against the outage of a node: how the company changes, and how it reacts."""
    none: Mapping[str, float] = {}
    found: dict[str, tuple[Change, Mapping[str, float]]] = {}
    if node.kind == Blow.SUPPLIER:
        found[f"buffer of {BUFFER_D:g} days"] = (lambda s: _more_cover(s, _bought(s, node)), none)
        found["second source"] = (lambda s: _second_source(s, node), none)
        found["another way, faster and dearer"] = (lambda s: s, RUSH)
    elif node.kind == Blow.MODE:
        found[f"buffer of {BUFFER_D:g} days"] = (lambda s: _more_cover(s, _bought(s, node)), none)
        found["another way, faster and dearer"] = (lambda s: s, RUSH)
    elif node.kind == Blow.FLEET:
        found[f"{MORE_TRUCKS:.0%} more trucks"] = (lambda s: _more_trucks(s, node), none)
    else:
        found[f"buffer of {BUFFER_D:g} days"] = (lambda s: _more_cover(s, _behind(s, node)), none)
        for name, hours in MORE_OVERTIME_H.items():
            found[name] = (partial(_more_overtime, node=node, hours=hours), none)
        if node.kind == Blow.WORK_CENTRE:
            found["capacity: a spare work centre"] = (lambda s: _spare(s, node), none)
    return found


def mitigate(
    scenario: Scenario,
    node: ChainNode,
    outage: Outage,
    *,
    replications: int = 3,
    kept: Runs | None = None,
    workers: int = 0,
    progress: Progress | None = None,
) -> tuple[Countermeasure, ...]:
    """Run every measure with the outage and without it; those that gain most for each EUR first. ``kept``: runs of `knock_out`."""
    asked, struck = measures(scenario, node), str(node)
    cases = {CALM: without_events(scenario), struck: with_outage(scenario, node, outage)}
    for name, (change, reaction) in asked.items():
        changed = change(scenario)
        cases |= {f"{CALM}, {name}": without_events(changed), f"{struck}, {name}": with_outage(changed, node, outage, **reaction)}
    runs = run_all(cases, range(replications), kept=kept, workers=workers, progress=progress)
    start_d = (outage.first - scenario.settings.horizon.start).days
    end_d = math.ceil(start_d + outage.days)
    found = []
    for name in asked:
        calm, hit = runs[f"{CALM}, {name}"], runs[f"{struck}, {name}"]
        with_it = [spell(one.overdue, calm[k].overdue, calm[k].due, start_d, end_d) for k, one in sorted(hit.items())]
        without = [spell(runs[struck][k].overdue, runs[CALM][k].overdue, runs[CALM][k].due, start_d, end_d) for k in sorted(hit)]
        after = [caught_up(runs[struck][k], runs[CALM][k], start_d, end_d).days for k in sorted(hit)]
        after_with = [caught_up(one, calm[k], start_d, end_d).days for k, one in sorted(hit.items())]
        found.append(
            Countermeasure(
                name=name,
                gain=interval([-lost(runs[struck][k], one, RESULT) for k, one in sorted(hit.items())]),
                cost=interval([lost(runs[CALM][k], one, RESULT) for k, one in sorted(calm.items())]),
                value_gain=interval([-lost(runs[struck][k], one, VALUE) for k, one in sorted(hit.items())]),
                replications=len(hit),
                over_d=(fmean(one.recovered_d for one in without), fmean(one.recovered_d for one in with_it)),
                not_over=sum(not one.over for one in [*without, *with_it]),
                caught_up_d=(fmean(after), fmean(after_with)),
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.separated, -one.per_eur, -one.gain[0])))


def _bought(scenario: Scenario, node: ChainNode) -> list[str]:
    """Items that come from a supplier, or by a mode."""
    supply, suppliers = scenario.tables["supply"], scenario.tables["suppliers"]
    names = [node.name] if node.kind == Blow.SUPPLIER else suppliers.filter(pl.col("mode") == node.name)["supplier"].to_list()
    return supply.filter(pl.col("supplier").is_in(names))["item"].unique().to_list()


def _behind(scenario: Scenario, node: ChainNode) -> list[str]:
    """Items made at a work centre and sold items, where their stock lies behind it."""
    routings, items = scenario.tables["routings"], scenario.tables["items"]
    made = routings if node.kind == Blow.SITE else routings.filter(pl.col("work_centre") == node.name)
    return [*made["item"].unique().to_list(), *items.filter(pl.col("sold"))["item"].to_list()]


def _with_table(scenario: Scenario, name: str, frame: pl.DataFrame) -> Scenario:
    return replace(scenario, tables={**scenario.tables, name: frame})


def _more_cover(scenario: Scenario, items: list[str]) -> Scenario:
    """More days of cover to hold, and the goods for them there from the first day, in proportion to what lies where: a buffer is built before."""
    more = pl.when(pl.col("item").is_in(items)).then(pl.col("cover_d") + BUFFER_D).otherwise(pl.col("cover_d"))
    held = _with_table(scenario, "items", scenario.tables["items"].with_columns(more.alias("cover_d")))
    stock = scenario.tables["stock"]
    world = build_world(scenario)
    used = used_a_day(world) / scenario.settings.scale
    wanted = {item: BUFFER_D * float(used[[name == item for name in world.items.ids]].sum()) for item in items}
    extra = pl.col("item").replace_strict(wanted, default=0.0, return_dtype=pl.Float64)
    share = (pl.col("on_hand") / pl.col("on_hand").sum().over("item")).fill_nan(0.0)
    return _with_table(held, "stock", stock.with_columns((pl.col("on_hand") + (extra * share).round()).cast(stock.schema["on_hand"])))


def _spare(scenario: Scenario, node: ChainNode) -> Scenario:
    """A second work centre beside the one that fails, which may do all its work at its cost; its hours are paid whether it works or not."""
    centres = scenario.tables["work_centres"]
    own = pl.col("work_centre") == node.name
    new = centres.filter(own).with_columns(work_centre=pl.lit(_SPARE), machines=(SPARE * pl.col("machines")).ceil().cast(centres.schema["machines"]))
    alternates = scenario.tables["alternates"]
    row = {column.name: column.default for column in TABLE["alternates"].columns} | {"work_centre": node.name, "alternate": _SPARE}
    frame = pl.DataFrame([[row[name]] for name in alternates.columns], schema=alternates.schema, orient="col")
    return _with_table(_with_table(scenario, "work_centres", pl.concat([centres, new])), "alternates", pl.concat([alternates, frame]))


def _more_overtime(scenario: Scenario, *, node: ChainNode, hours: float) -> Scenario:
    here = pl.lit(True) if node.kind == Blow.SITE else pl.col("work_centre") == node.name
    more = pl.when(here).then(pl.col("overtime_h_week") + hours).otherwise(pl.col("overtime_h_week"))
    return _with_table(scenario, "work_centres", scenario.tables["work_centres"].with_columns(more.alias("overtime_h_week")))


def _more_trucks(scenario: Scenario, node: ChainNode) -> Scenario:
    here = pl.col("fleet") == node.name
    more = pl.when(here).then((pl.col("trucks") * (1.0 + MORE_TRUCKS)).ceil().cast(pl.Int64)).otherwise(pl.col("trucks"))
    return _with_table(scenario, "fleets", scenario.tables["fleets"].with_columns(more.alias("trucks")))


def _second_source(scenario: Scenario, node: ChainNode) -> Scenario:
    """A new supplier on the same terms but the price, asked after all others."""
    suppliers, supply = scenario.tables["suppliers"], scenario.tables["supply"]
    new = suppliers.filter(pl.col("supplier") == node.name).with_columns(supplier=pl.lit(_SECOND), name=pl.lit("Second source"))
    last = int(supply.select(pl.col("priority").max()).item())
    terms = supply.filter(pl.col("supplier") == node.name).with_columns(
        supplier=pl.lit(_SECOND),
        priority=pl.lit(last + 1).cast(supply.schema["priority"]),
        price=pl.col("price") * (1.0 + SECOND_DEARER),
    )
    return _with_table(_with_table(scenario, "suppliers", pl.concat([suppliers, new])), "supply", pl.concat([supply, terms]))
