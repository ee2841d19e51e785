"""A tournament for eyes, for programs and on disk: one table of the deciding KPIs, then who beats whom."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from e2esim.kpi.catalogue import CATALOGUE
from e2esim.report.comparison import Gap, word
from e2esim.report.console import terminal
from e2esim.report.manifest import versions
from e2esim.report.whole_folder import whole_folder

_WIDTH = 100
KPIS = (
    "otif",
    "otif_strategic",
    "otif_trade",
    "otif_branch",
    "otif_direct",
    "on_time",
    "days_late",
    "promises_broken",
    "contribution",
    "margin",
    "penalties",
    "crr",
    "churn",
    "customer_value",
)
DECIDING = ("contribution", "customer_value")  # told pair by pair
_MARKS = {"better": "+", "worse": "-", "no difference seen": "=", "too few runs": "=", "immaterial": "="}


class TournamentFound(Protocol):
    """What the study room found."""

    @property
    def base(self) -> str:
        """Contender the table compares with."""
        ...

    @property
    def contenders(self) -> tuple[str, ...]:
        """All of them, the base first."""
        ...

    @property
    def replications(self) -> int:
        """Pairs behind each interval."""
        ...

    @property
    def means(self) -> Mapping[str, Mapping[str, float]]:
        """Contender -> KPI -> mean."""
        ...

    @property
    def differences(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """(contender, against) -> KPI -> difference."""
        ...

    @property
    def per_replication(self) -> pl.DataFrame:
        """Every value."""
        ...


def shown(found: TournamentFound) -> tuple[str, ...]:
    """KPIs of the printed table: the deciding ones that at least one contender has."""
    return tuple(kpi for kpi in KPIS if any(kpi in found.means[name] for name in found.contenders))


def print_tournament(found: TournamentFound, group: str, console: Console | None = None) -> None:
    """Print the table of means and paired differences, then who beats whom in contribution and customer value."""
    console = console or terminal(_WIDTH)
    head = (
        f"Tournament of {group}: {found.replications} replications on the same random numbers, differences to {found.base}, 95 % intervals; "
        "the words hold for all pairs of a KPI together at 95 % (Holm)"
    )
    console.print(Text(head, style="bold"))
    console.print(_differences(found, group))
    for kpi in DECIDING:
        console.print(Text(f"{CATALOGUE[kpi].label} ({CATALOGUE[kpi].unit}): row against column, + better, - worse, = no difference seen", style="bold"))
        console.print(_matrix(found, kpi))
    console.print(verdict(found))


def _differences(found: TournamentFound, group: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for title in ("KPI", group, "mean", "difference", "", ""):
        table.add_column(title, justify="right" if title in ("mean", "difference") else "left", no_wrap=title != "KPI")
    for kpi in shown(found):
        for k, name in enumerate(found.contenders):
            mean = found.means[name].get(kpi)
            cells: list[str | Text] = [Text(f"{CATALOGUE[kpi].label} [{CATALOGUE[kpi].unit}]" if k == 0 else ""), name, "" if mean is None else _number(mean)]
            gap = found.differences[name, found.base].get(kpi) if name != found.base else None
            cells += [_number(gap.difference, signed=True), f"± {_number(gap.ci_high - gap.difference)}", word(gap)] if gap else ["", "", ""]
            table.add_row(*cells, end_section=name == found.contenders[-1])
    return table


def _matrix(found: TournamentFound, kpi: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    for name in found.contenders:
        table.add_column(name, justify="center", no_wrap=True)
    for one in found.contenders:
        marks = ["" if one == other else mark(found.differences[one, other].get(kpi)) for other in found.contenders]
        table.add_row(one, *marks)
    return table


def mark(gap: Gap | None) -> str:
    """``+`` better, ``-`` worse, ``=`` no difference seen, ``?`` cannot be told."""
    return "?" if gap is None else _MARKS.get(word(gap), "?")


def verdict(found: TournamentFound) -> str:
    """Say who beats all others in both deciding KPIs, who in one, or that nobody does."""
    wins = {
        name: [kpi for kpi in DECIDING if all(mark(found.differences[name, other].get(kpi)) == "+" for other in found.contenders if other != name)]
        for name in found.contenders
    }
    both = [name for name, won in wins.items() if len(won) == len(DECIDING)]
    if both:
        return f"{both[0]} beats every other in contribution and in customer value."
    said = [f"{name} beats every other in {CATALOGUE[kpi].label.lower()}." for name, won in wins.items() for kpi in won]
    if said:
        return " ".join(said)
    seen = any(mark(gaps.get(kpi)) != "=" for gaps in found.differences.values() for kpi in DECIDING)
    return "Nobody beats every other." if seen else "No difference seen between any two of them."


# --- for programs and for the disk -----------------------------------------------------------------------------------
def tournament_json(found: TournamentFound, group: str) -> dict[str, Any]:
    """Everything as plain data; what cannot be told is null. ``differences`` holds every ordered pair."""
    return {
        "group": group,
        "base": found.base,
        "contenders": list(found.contenders),
        "replications": found.replications,
        "verdict": verdict(found),
        "means": {name: {kpi: _finite(value) for kpi, value in found.means[name].items()} for name in found.contenders},
        "differences": {f"{one} against {other}": {kpi: _gap(gap) for kpi, gap in gaps.items()} for (one, other), gaps in found.differences.items()},
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "unit": gap.unit,
        "difference": _finite(gap.difference),
        "ci_low": _finite(gap.ci_low),
        "ci_high": _finite(gap.ci_high),
        "word": word(gap),
    }


def differences_frame(found: TournamentFound) -> pl.DataFrame:
    """One row a pair and KPI: contender, against, kpi, unit, means, difference, interval, word."""
    rows = [
        (one, other, gap.kpi, gap.unit, gap.other, gap.base, gap.difference, gap.ci_low, gap.ci_high, word(gap))
        for (one, other), gaps in found.differences.items()
        for gap in gaps.values()
    ]
    names = ("contender", "against", "kpi", "unit", "mean", "mean_against", "difference", "ci_low", "ci_high", "word")
    texts = {"contender", "against", "kpi", "unit", "word"}
    return pl.DataFrame(rows, schema={name: pl.String if name in texts else pl.Float64 for name in names}, orient="row")


def write_tournament(found: TournamentFound, group: str, folder: Path, overrides: list[str]) -> Path:
    """Write tournament.xlsx, differences.parquet, replications.parquet and manifest.json, complete or not at all.

    Raises
    ------
    FileExistsError
        If ``folder`` exists: a tournament never overwrites another.
    """
    with whole_folder(folder) as partial:
        frame = differences_frame(found)
        frame.write_parquet(partial / "differences.parquet", compression="zstd")
        found.per_replication.write_parquet(partial / "replications.parquet", compression="zstd")
        _workbook(partial / "tournament.xlsx", found, frame)
        told = {"overrides": overrides, "versions": versions(), "tournament": tournament_json(found, group)}
        (partial / "manifest.json").write_text(json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    return folder


def _workbook(path: Path, found: TournamentFound, frame: pl.DataFrame) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}) as book:
        for title, part in _sheets(found, frame):
            part.write_excel(book, worksheet=title, autofit=True, freeze_panes=(1, 0), table_style="Table Style Light 1", float_precision=4)


def _sheets(found: TournamentFound, frame: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    base = frame.filter((pl.col("against") == found.base) & pl.col("kpi").is_in(shown(found)))
    yield "Table", base.drop("against").rename({"mean_against": f"mean of {found.base}"})
    yield "Every pair", frame
    yield "Replications", found.per_replication


def _number(value: float, *, signed: bool = False) -> str:
    value = value if abs(value) > 1e-12 else 0.0
    sign = "+" if signed and value > 0 else ""
    return f"{sign}{value:.3g}" if abs(value) < 10_000 else f"{sign}{value:,.0f}"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
