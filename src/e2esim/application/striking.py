"""Every node of a market's chain knocked out in turn: what it costs, what breaks a target, what helps."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from e2esim.application.folders import new_folder, write_new
from e2esim.application.kpi_names import MARKET, known_kpis
from e2esim.application.shown import Shown
from e2esim.config.problems import did_you_mean, wrong_word

if TYPE_CHECKING:
    from e2esim.domain.scenario import Scenario
    from e2esim.domain.world import World
    from e2esim.study.knock_out import KnockedOut, Outage, Suffered
    from e2esim.study.mitigation import Countermeasure
    from e2esim.study.reverse_stress import Breaking
    from e2esim.study.survival import ChainNode, Knock

Progress = Callable[[float, str], None]
_SHORTEST = 112  # days of a run of which something can be told
_LONGEST_OUTAGE = 84.0  # days


@dataclass(frozen=True, kw_only=True)
class RiskWishes:
    """Which nodes fail, how long and how much of them, from which day of the run; how often it is run; a target as ``KPI>=NUMBER``."""

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


@dataclass(frozen=True, repr=False)
class KnockedOutNodes(Shown):
    """What each node costs, worst first; where the target breaks at the worst; what helps against it."""

    nodes: pl.DataFrame
    breaks: dict[str, dict[str, Any]] | None
    helped: Sequence[dict[str, Any]]
    scale: float
    folder: Path | None = None

    @property
    def worst(self) -> str:
        """The node that costs most."""
        return str(self.nodes["node"][0])

    @cached_property
    def measures(self) -> pl.DataFrame:
        """One row a measure against the worst node; EUR."""
        return pl.DataFrame(self.helped, infer_schema_length=None)

    def headline(self) -> str:
        """One line."""
        lost = self.nodes["result_lost_eur"][0]
        return f"{self.nodes.height} nodes knocked out; worst: {self.worst}, {'-' if lost is None else f'{lost:,.0f}'} EUR of result at scale {self.scale:g}"

    def table(self) -> pl.DataFrame:
        """What a notebook shows."""
        return self.nodes

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {"nodes": self.nodes.to_dicts(), "worst": self.worst, "breaks": self.breaks, "measures": list(self.helped)}


def strike(overrides: Sequence[str], wishes: RiskWishes, tell: Progress | None = None) -> KnockedOutNodes:
    """Run the study, and write it where a folder is asked for.

    Raises
    ------
    InputErrors
        If company, node, target, days or folder are wrong.
    """
    from e2esim.config import load
    from e2esim.domain.build import build_world
    from e2esim.study.knock_out import Outage, knock, knock_out
    from e2esim.study.mitigation import mitigate

    scenario = load([*_shorter(overrides, wishes), *overrides])
    world = build_world(scenario)
    asked = _asked(world, wishes.node)
    horizon = scenario.settings.horizon
    if not horizon.warmup_days <= wishes.start_day < horizon.days - wishes.days:
        message = f"an outage of {wishes.days:g} days must lie between warm-up and end"
        raise wrong_word("--start", str(wishes.start_day), message, "another day, or horizon.days=")
    rule = _target(wishes.target)
    outage = Outage(first=horizon.start + dt.timedelta(days=wishes.start_day), days=wishes.days, size=wishes.size)
    folder = None if wishes.out is None else new_folder(wishes.out, "risk", "")
    kept: dict[str, dict[int, Suffered]] = {}
    runs = {"replications": wishes.replications, "workers": wishes.workers}
    found = knock_out(scenario, asked, outage, screen=wishes.screen, kept=kept, progress=tell, **runs)
    broken = None if rule is None else _break(scenario, found[0].node, outage, rule, tell or (lambda share, text: None))
    helped = mitigate(scenario, found[0].node, outage, kept=kept, progress=tell, **runs) if wishes.measures else ()
    breaks = None if broken is None else {name: {"breaks": one.breaks, "passes": one.passes, "runs": one.tried} for name, one in broken.items()}
    at = knock(kept, wishes.start_day)
    struck = KnockedOutNodes(_table(world, found, outage, at), breaks, [_measure(one) for one in helped], scenario.settings.scale, folder)
    if folder is not None:
        write_new(folder, lambda place: _write(place, struck), chosen=True)
    return struck


def _shorter(overrides: Sequence[str], wishes: RiskWishes) -> list[str]:
    """A run long enough to recover in, where none is asked for."""
    return [] if any(word.startswith("horizon.days=") for word in overrides) else [f"horizon.days={max(_SHORTEST, wishes.horizon_days)}"]


def _asked(world: World, word: str) -> list[ChainNode]:
    from e2esim.study.survival import nodes

    every = nodes(world)
    found = [node for node in every if word in ("", node.name, node.kind.name.lower(), str(node))]
    if not found:
        raise wrong_word("--node", word, "no such node of the chain", did_you_mean(word, [str(node) for node in every]))
    return found


def _target(text: str) -> tuple[str, bool, float] | None:
    """KPI, whether it must be at least, limit."""
    if not text:
        return None
    sign = ">=" if ">=" in text else "<="
    name, _, limit = (part.strip() for part in text.partition(sign))
    try:
        value = float(limit)
    except ValueError:
        raise wrong_word("--target", text, "cannot be read as KPI>=NUMBER or KPI<=NUMBER", "e.g. --target 'otif>=0.9'") from None
    known = known_kpis(MARKET)
    if name not in known:
        raise wrong_word("--target", name, "no such KPI", did_you_mean(name, list(known)))
    return name, sign == ">=", value


def _break(scenario: Scenario, node: ChainNode, outage: Outage, rule: tuple[str, bool, float], tell: Progress) -> dict[str, Breaking]:
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


def _table(world: World, found: Sequence[KnockedOut], outage: Outage, at: Knock) -> pl.DataFrame:
    """One row a node; days by runs as lowest, median, highest, with how many are only bounds."""
    from e2esim.study.survival import recovers_d, survives_d

    rows = []
    for one in found:
        survived, recovered = _bands([s.survived_d for s in one.spells]), _bands([s.recovered_d for s in one.spells])
        rows.append(
            {
                "node": str(one.node),
                "survives_d": _finite(survives_d(world, one.node, at)),
                "recovers_d": _finite(recovers_d(world, one.node, outage.days, at)),
                **{f"run_survives_d_{name}": value for name, value in survived.items()},
                "not_felt": sum(not s.felt for s in one.spells),
                **{f"run_recovers_d_{name}": value for name, value in recovered.items()},
                "not_over": sum(not s.over for s in one.spells),
                **{f"run_caught_up_d_{name}": value for name, value in _bands([c.days for c in one.caught_up]).items()},
                "not_caught_up": sum(not c.over for c in one.caught_up),
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


def _measure(one: Countermeasure) -> dict[str, Any]:
    return {
        "measure": one.name, "gain_eur": _finite(one.gain[0]), "gain_low": _finite(one.gain[1]), "gain_high": _finite(one.gain[2]),
        "cost_eur": _finite(one.cost[0]), "cost_low": _finite(one.cost[1]), "cost_high": _finite(one.cost[2]), "gain_per_eur": _finite(one.per_eur),
        "value_gain_eur": _finite(one.value_gain[0]), "value_gain_low": _finite(one.value_gain[1]), "value_gain_high": _finite(one.value_gain[2]),
        "separated": one.separated, "runs": one.replications,
        "over_d_without": _finite(one.over_d[0]), "over_d_with": _finite(one.over_d[1]), "not_over": one.not_over,
        "caught_up_d_without": _finite(one.caught_up_d[0]), "caught_up_d_with": _finite(one.caught_up_d[1]),
    }  # fmt: skip


def _write(place: Path, struck: KnockedOutNodes) -> None:
    from e2esim.domain.safe_csv import write_safe_csv
    from e2esim.report.whole_folder import whole_folder

    with whole_folder(place) as partial:
        write_safe_csv(struck.nodes, partial / "nodes.csv")
        if struck.helped:
            write_safe_csv(struck.measures, partial / "measures.csv")
        if struck.breaks is not None:
            write_safe_csv(pl.DataFrame([{"of": name, **at} for name, at in struck.breaks.items()]), partial / "breaks.csv")
