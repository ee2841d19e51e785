"""What may be done against the outage of a node, and what it brings: paired runs with the outage and without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from e2esim.domain.disturbances import Blow
from e2esim.domain.scenario import Scenario
from e2esim.study.intervals import interval
from e2esim.study.knock_out import RESULT, Outage, lost, run_all, with_outage, without_events
from e2esim.study.pool import Progress
from e2esim.study.survival import ChainNode

BUFFER_D = 14.0  # [days] of cover more, assumed
SECOND_DEARER = 0.15  # [share] that a second source costs more, assumed
MORE_OVERTIME_H = 8.0  # [h/machine/week] of overtime that may be asked for on top, assumed
MORE_TRUCKS = 0.25  # [share] of the trucks, rounded up, assumed
RUSH = {"rush_share": 1.0, "rush_days": 7.0, "rush_premium": 0.5}  # every call-off held up comes another way, assumed
_SECOND = "second_source"

Change = Callable[[Scenario], Scenario]


@dataclass(frozen=True, kw_only=True)
class Countermeasure:
    """A measure against an outage: its gain where the outage comes and its cost where it does not [EUR], mean and 95 % interval each.

    ``separated``: the interval of the gain leaves out zero.
    """

    name: str
    gain: tuple[float, float, float]
    cost: tuple[float, float, float]
    replications: int

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
        found["capacity: overtime on top"] = (lambda s: _more_overtime(s, node), none)
    return found


def mitigate(
    scenario: Scenario, node: ChainNode, outage: Outage, *, replications: int = 3, workers: int = 0, progress: Progress | None = None
) -> tuple[Countermeasure, ...]:
    """Run every measure with the outage and without it; those that gain most for each EUR first."""
    asked = measures(scenario, node)
    cases = {"calm": without_events(scenario), "struck": with_outage(scenario, node, outage)}
    for name, (change, reaction) in asked.items():
        changed = change(scenario)
        cases |= {f"calm {name}": without_events(changed), f"struck {name}": with_outage(changed, node, outage, **reaction)}
    runs = run_all(cases, range(replications), workers=workers, progress=progress)
    found = []
    for name in asked:
        gain = [-lost(runs["struck"][k], one, RESULT) for k, one in sorted(runs[f"struck {name}"].items())]
        cost = [lost(runs["calm"][k], one, RESULT) for k, one in sorted(runs[f"calm {name}"].items())]
        found.append(Countermeasure(name=name, gain=interval(gain), cost=interval(cost), replications=len(gain)))
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
    more = pl.when(pl.col("item").is_in(items)).then(pl.col("cover_d") + BUFFER_D).otherwise(pl.col("cover_d"))
    return _with_table(scenario, "items", scenario.tables["items"].with_columns(more.alias("cover_d")))


def _more_overtime(scenario: Scenario, node: ChainNode) -> Scenario:
    here = pl.lit(True) if node.kind == Blow.SITE else pl.col("work_centre") == node.name
    more = pl.when(here).then(pl.col("overtime_h_week") + MORE_OVERTIME_H).otherwise(pl.col("overtime_h_week"))
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
