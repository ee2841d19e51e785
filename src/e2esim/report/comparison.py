"""A comparison on the terminal and as JSON: each KPI with its paired difference, its interval and an honest word."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from e2esim.kpi.catalogue import CATALOGUE
from e2esim.report.console import terminal
from e2esim.report.headline import TERMINAL

_WIDTH = 80
_DIGITS = 3


class Gap(Protocol):
    """One KPI of one scenario against the base."""

    kpi: str
    unit: str
    base: float
    other: float
    difference: float
    ci_low: float
    ci_high: float
    narrowing: float | None

    @property
    def seen(self) -> bool:
        """True if the interval lies on one side of zero."""
        ...


class Compared(Protocol):
    """What the study room found."""

    @property
    def base(self) -> str:
        """Name of the base."""
        ...

    @property
    def replications(self) -> int:
        """Pairs behind each interval."""
        ...

    @property
    def differences(self) -> Mapping[str, Sequence[Any]]:
        """Differences by scenario."""
        ...


def shown(kpis: Iterable[str] = ()) -> tuple[str, ...]:
    """KPIs of the printed table: those asked for, else those of the terminal's headline."""
    wanted = tuple(kpis)
    if wanted:
        return wanted
    return tuple(name for group in TERMINAL.values() for name in group)


def word(gap: Gap) -> str:
    """What may be said of a difference: 'more', 'less' or 'no difference seen'."""
    if not gap.seen:
        return "no difference seen"
    better = CATALOGUE[gap.kpi].better if gap.kpi in CATALOGUE else None
    up = gap.difference > 0
    if better in ("higher", "lower"):
        return "better" if up == (better == "higher") else "worse"
    return "more" if up else "less"


def print_comparison(found: Compared, kpis: Iterable[str] = (), console: Console | None = None) -> None:
    """Print one table a scenario: base, other, paired difference with its 95 % interval."""
    console = console or terminal(_WIDTH)
    wanted = shown(kpis)
    for name, gaps in found.differences.items():
        console.print(Text(f"{name} against {found.base}: {found.replications} pairs of replications, 95 % intervals", style="bold"))
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        for title in ("KPI", "base", "other", "difference", ""):
            table.add_column(title, justify="left" if title in ("KPI", "") else "right", no_wrap=title != "KPI")
        by_name = {gap.kpi: gap for gap in gaps}
        for kpi in wanted:
            if (gap := by_name.get(kpi)) is not None:
                half = f"{gap.ci_high - gap.difference:.2g}" if abs(gap.difference) < 10_000 else f"{gap.ci_high - gap.difference:,.0f}"
                table.add_row(Text(kpi), _number(gap.base), _number(gap.other), f"{_number(gap.difference)} ±{half}", word(gap))
        console.print(table)
        ratios = sorted(gap.narrowing for gap in gaps if gap.narrowing is not None and math.isfinite(gap.narrowing))
        if ratios:
            console.print(f"Common random numbers: variance of a difference divided by {ratios[len(ratios) // 2]:.1f} (median KPI).\n")


def comparison_json(found: Compared) -> dict[str, Any]:
    """Everything as plain data; what cannot be told is null."""
    return {
        "base": found.base,
        "replications": found.replications,
        "differences": {
            name: {
                gap.kpi: {
                    "unit": gap.unit,
                    "base": _finite(gap.base),
                    "other": _finite(gap.other),
                    "difference": _finite(gap.difference),
                    "ci_low": _finite(gap.ci_low),
                    "ci_high": _finite(gap.ci_high),
                    "word": word(gap),
                }
                for gap in gaps
            }
            for name, gaps in found.differences.items()
        },
    }


def _number(value: float) -> str:
    return f"{value:.{_DIGITS}g}" if abs(value) < 10_000 else f"{value:,.0f}"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
