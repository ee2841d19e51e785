"""What the catalogue says about a KPI."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BY_ALL = ("all", "channel", "segment", "brand", "market")
ONLY_ALL = ("all",)


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """One KPI: what it is, how it is computed, who defined it, where it can lie.

    Parameters
    ----------
    name, label, unit
        Name in results, label for eyes, unit.
    definition, formula, source
        What it tells; how it is computed from the log; author or standard, or "own".
    better
        Which way is better; "either" where neither is.
    counted
        What ``n`` counts: lines, customers, answers ...
    scale
        Scale of the question or of the ratio, where there is one.
    floor, ceiling
        Range of possible values; None = unbounded.
    dimensions
        Breakdowns that make sense.

    Raises
    ------
    ValueError
        If the range is empty or a needed text is missing.
    """

    name: str
    label: str
    unit: str
    definition: str
    formula: str
    source: str
    better: Literal["higher", "lower", "either"]
    counted: str
    scale: str = ""
    floor: float | None = 0.0
    ceiling: float | None = None
    dimensions: tuple[str, ...] = BY_ALL

    def __post_init__(self) -> None:
        for name in ("name", "label", "unit", "definition", "formula", "source", "counted"):
            if not getattr(self, name):
                raise ValueError(f"KPI {self.name!r}: {name} is empty")
        if self.floor is not None and self.ceiling is not None and self.floor >= self.ceiling:
            raise ValueError(f"KPI {self.name}: floor {self.floor} must lie below ceiling {self.ceiling}")
        if "all" not in self.dimensions:
            raise ValueError(f"KPI {self.name}: every KPI has a value over all")

    def holds(self, value: float) -> bool:
        """True if ``value`` lies in the possible range (rounding of 1e-6 allowed)."""
        return (self.floor is None or value >= self.floor - 1e-6) and (
            self.ceiling is None or value <= self.ceiling + 1e-6
        )
