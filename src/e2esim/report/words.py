"""Words and numbers for eyes, in English and Italian: texts by key, values with units, months and calendar weeks."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from e2esim.kpi.catalogue import CATALOGUE

COARSE = 0.1  # scale below which lots, agents and accounts are so coarse that gains mislead
LANGUAGES = ("en", "it")
_NONE = "\N{EN DASH}"
_TINY = 5e-4  # what is smaller is shown as nothing
_COUNTS = ("pcs", "customers", "lines", "shortages")  # units of whole things
_SPACE = "\N{NO-BREAK SPACE}"


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # by libyaml where PyYAML was built with it: ten times as fast


@cache
def _texts(name: str) -> dict[str, Any]:
    text = resources.files("e2esim.report").joinpath("texts", f"{name}.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=_LOADER)
    return found


@dataclass(frozen=True)
class Words:
    """Everything the report says, in one language.

    Examples
    --------
    >>> Words("it").number(1234.5, 1)
    '1.234,5'
    >>> Words("en").value(0.934, "share")
    ('93.4', '%')
    """

    language: str = "en"

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise ValueError(f"the report knows the languages {', '.join(LANGUAGES)}, not {self.language!r}")

    def __call__(self, key: str, **fields: object) -> str:
        """Return the text under ``key`` with its ``fields`` filled in.

        Raises
        ------
        KeyError
            If there is no such text.
        """
        page = _texts("page")
        text: str = (page if key in page else _texts("run_pages"))[key][self.language]
        return text.format(**fields).strip() if fields else text.strip()

    def label(self, kpi: str) -> str:
        """Name of a KPI for eyes."""
        if self.language == "en":
            return CATALOGUE[kpi].label if kpi in CATALOGUE else kpi
        return str(_texts("kpis").get(kpi, {}).get("label", CATALOGUE[kpi].label if kpi in CATALOGUE else kpi))

    def short(self, kpi: str) -> str:
        """Name of a KPI where room is scarce."""
        texts = _texts("short")
        return str(texts[kpi][self.language]) if kpi in texts else self.label(kpi)

    def definition(self, kpi: str) -> str:
        """One sentence on what a KPI tells."""
        if self.language == "en":
            return CATALOGUE[kpi].definition if kpi in CATALOGUE else ""
        return str(_texts("kpis").get(kpi, {}).get("definition", CATALOGUE[kpi].definition if kpi in CATALOGUE else ""))

    def unit(self, unit: str) -> str:
        """A unit in this language."""
        return str(_texts("units").get(unit, unit)) if self.language == "it" else unit

    def number(self, value: float, digits: int = 0) -> str:
        """A number with this language's separators; a true minus sign."""
        text = f"{value:,.{digits}f}"
        if float(text.replace(",", "")) == 0.0:
            text = text.lstrip("-")
        if self.language == "it":
            text = text.translate(str.maketrans(",.", ".,"))
        return text.replace("-", "\N{MINUS SIGN}")

    def value(self, value: float | None, unit: str) -> tuple[str, str]:
        """A KPI value and its unit for eyes: shares as per cent, large sums in millions, three or so digits that
        matter.
        """
        if value is None or not math.isfinite(value):
            return _NONE, ""
        if unit == "share":
            return self.number(100.0 * value, 1), "%"
        if abs(value) >= 1e6:
            return f"{self.number(value / 1e6, 1 if abs(value) >= 1e7 else 2)}{_SPACE}M", self.unit(unit)
        size = abs(value)
        counted = unit.split("/")[0] in _COUNTS
        few = 4 if _TINY <= size < 0.01 and not counted else 2  # 0.006 an hour is not 0.01
        digits = 0 if size >= 1000 or (counted and size >= 10) else 1 if size >= 10 else few
        return self.number(value, digits), self.unit(unit)

    def column(self, values: Sequence[float | None], unit: str) -> tuple[list[str], str]:
        """Values of one column of a table with one scale and one number of decimals, and their unit.

        >>> Words("en").column([3_660_000.0, 632_556.0, None], "EUR/year")
        (['3.66', '0.63', '–'], 'M EUR/year')
        """
        factor, shown = (100.0, "%") if unit == "share" else (1.0, self.unit(unit))
        top = max((abs(value) for value in values if value is not None and math.isfinite(value)), default=0.0)
        if unit != "share" and top >= 1e6:
            factor, shown, top = 1e-6, f"M {shown}", top * 1e-6
        digits = 1 if unit == "share" else 0 if top >= 1000 else 1 if top >= 10 else 2
        return [
            _NONE if value is None or not math.isfinite(value) else self.number(factor * value, digits)
            for value in values
        ], shown

    def told(self, value: float | None, unit: str) -> str:
        """A value with its unit in one piece."""
        number, shown = self.value(value, unit)
        return f"{number}{_SPACE}{shown}" if shown else number

    def day(self, date: dt.date) -> str:
        """A date with the month's short name."""
        return f"{date.day} {self.month(date)} {date.year}"

    def month(self, date: dt.date) -> str:
        """Short name of the month of ``date``."""
        return self("months").split()[date.month - 1]


@dataclass(frozen=True)
class Weeks:
    """Weeks of a run (168 h from its start) and what people call them: the ISO week that holds their middle.

    >>> Weeks(dt.date(2026, 1, 5)).name(0), Weeks(dt.date(2026, 1, 5), 600).name(60)
    ('2', '2027/9')
    """

    start: dt.date
    days: int = 365

    def monday(self, week: int) -> dt.date:
        """First day of a week of the run."""
        return self.start + dt.timedelta(days=7 * week)

    def name(self, week: int) -> str:
        """Calendar week, with its year where the run is longer than a year."""
        iso = (self.start + dt.timedelta(days=7 * week + 3)).isocalendar()
        return f"{iso.year}/{iso.week}" if self.days > 372 else str(iso.week)

    def spans(self, weeks: list[int]) -> list[str]:
        """Runs of neighbouring weeks as texts, ascending.

        >>> Weeks(dt.date(2026, 1, 5)).spans([34, 35, 36, 40])
        ['36\N{EN DASH}38', '42']
        """
        spans: list[list[int]] = []
        for week in sorted(weeks):
            if spans and week == spans[-1][-1] + 1:
                spans[-1].append(week)
            else:
                spans.append([week])
        return [
            self.name(span[0]) if len(span) == 1 else f"{self.name(span[0])}{_NONE}{self.name(span[-1])}"
            for span in spans
        ]
