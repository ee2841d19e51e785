"""What failures cost, on the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from e2esim.domain.settings import Settings
from e2esim.report.console import terminal
from e2esim.study.failures import Each, FailureCost

_WIDTH = 110  # columns


def failures_json(costs: Sequence[FailureCost], settings: Settings, replications: int) -> dict[str, Any]:
    """One object: scenario, scale, days, replications, and the rows."""
    horizon = settings.horizon
    return {
        "scenario": settings.name,
        "scale": settings.scale,
        "days": horizon.days,
        "replications": replications,
        "failures": [asdict(one) for one in costs],
    }


def print_failures(costs: Sequence[FailureCost], settings: Settings, replications: int) -> None:
    """A table of the kinds over all segments, and one by segment."""
    screen = terminal(_WIDTH)
    title = f"{settings.title or settings.name}: customers' value lost to failures, {replications} replications of {settings.horizon.days} days"
    screen.print(_table(title, [one for one in costs if one.segment == "all"], segments=False))
    screen.print(_table("By segment, through staying alone", [one for one in costs if one.segment != "all" and one.number_y > 0.0], segments=True))
    part = "" if settings.scale == 1 else f" At scale {settings.scale:g} numbers and sums are of {settings.scale:g} of the firm."
    years, rate = settings.finance.clv_horizon_y, settings.finance.discount_y
    screen.print(
        f"EUR of expected margin of the next {years:g} years, discounted at {rate:.0%}; 95 % intervals over replications. "
        f"Staying: who no longer comes; speaking: who is not won.{part}"
    )


def _table(title: str, rows: Sequence[FailureCost], *, segments: bool) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("Failure: one of it is")
    if segments:
        table.add_column("Segment")
    for name in ("Number [1/year]", "Staying [EUR each]", *(() if segments else ("Speaking [EUR each]",)), "Together [EUR/year]"):
        table.add_column(name, justify="right")
    for one in rows:
        words = [f"{one.failure}: {one.unit}", *([one.segment] if segments else []), f"{one.number_y:,.0f}", _each(one.staying_eur)]
        if one.speaking_eur is not None:
            words.append(_each(one.speaking_eur))
        table.add_row(*words, f"{one.total_eur_y:,.0f}")
    return table


def _each(eur: Each) -> str:
    mean, low, high = eur
    return f"{mean:,.2f} (too few)" if low is None or high is None else f"{mean:,.2f} [{low:,.2f}, {high:,.2f}]"
