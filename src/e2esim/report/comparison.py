"""A comparison on the terminal and as JSON: each KPI with its paired difference, its interval and an honest word."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from e2esim.kpi.catalogue import CATALOGUE
from e2esim.report.console import terminal
from e2esim.report.headline import TERMINAL
from e2esim.report.words import COARSE, Words

_WIDTH = 150
_NARROW = 140  # screens below this show a KPI by its key, which is shorter than its label and is what --kpis takes
_DIGITS = 3
TOO_FEW = "too few runs"
SHOWN = tuple(name for group in TERMINAL.values() for name in group)  # KPIs judged and shown if none are asked for
_PER = ("share", "points", "satisfaction", "days", "h", "years", "1/year", "naive errors", "hand-offs")  # units that do not grow with the world

_MORE = "lines_at_once cycle_service revenue_eur profit_eur otif on_promise fill lines_as_planned lots_as_planned"
_LESS = (
    "lost_share backlog bullwhip holding_eur backlog_eur ordering_eur units_eur shipments_eur transit_eur overtime_eur lost_eur cost_eur flow_h wait_h "
    "wait_share queue overtime_h days_late late_open lead_time late_supplies expired"
)
_BETTER = {**dict.fromkeys(_MORE.split(), "higher"), **dict.fromkeys(_LESS.split(), "lower")}  # KPIs of networks and factories, which no catalogue holds


class Gap(Protocol):
    """One KPI of one scenario against the base."""

    @property
    def kpi(self) -> str: ...
    @property
    def seen_alone(self) -> bool: ...
    @property
    def unit(self) -> str: ...
    @property
    def base(self) -> float: ...
    @property
    def other(self) -> float: ...
    @property
    def difference(self) -> float: ...
    @property
    def ci_low(self) -> float: ...
    @property
    def ci_high(self) -> float: ...
    @property
    def narrowing(self) -> float | None: ...
    @property
    def p(self) -> float: ...
    @property
    def p_family(self) -> float: ...
    @property
    def family(self) -> int: ...
    @property
    def seen(self) -> bool: ...
    @property
    def material(self) -> bool: ...


class Compared(Protocol):
    """What the study room found."""

    @property
    def base(self) -> str: ...
    @property
    def replications(self) -> int: ...
    @property
    def differences(self) -> Mapping[str, Sequence[Any]]: ...
    @property
    def family(self) -> Sequence[str]: ...
    @property
    def material(self) -> float: ...
    @property
    def precision(self) -> float | None: ...
    @property
    def wide(self) -> Sequence[str]: ...


def word(gap: Gap) -> str:
    """What may be said of a difference: 'better', 'worse', 'changed' (no direction is better), 'immaterial', 'too few runs' (outside its own
    interval, not yet told from chance among all that are judged with it) or 'no difference seen'.
    """
    if gap.seen_alone and gap.material:
        return TOO_FEW
    if not gap.seen:
        return "no difference seen"
    if not gap.material:
        return "immaterial"
    better = CATALOGUE[gap.kpi].better if _catalogued(gap.kpi, gap.unit) else _BETTER.get(gap.kpi)
    if better not in ("higher", "lower"):
        return "changed"
    return "better" if (gap.difference > 0) == (better == "higher") else "worse"


def label(kpi: str, unit: str = "") -> str:
    """Name of a KPI as the catalogue has it; its own name where it has none, or one of another unit.

    >>> label("fill_rate", "share"), label("orders", "1/period")
    ('Fill rate', 'orders')
    """
    return CATALOGUE[kpi].label if _catalogued(kpi, unit) else kpi


def told(kpi: str, value: float, unit: str = "") -> str:
    """A value of a KPI with its unit, as people read it; ``unit``: of a KPI that the catalogue lacks or has in another unit.

    >>> told("otif", 0.91234), told("contribution", 292385.2), told("wait", 12.5, "h")
    ('91.2\xa0%', '292,385\xa0EUR/year', '12.5\xa0h')
    """
    return Words("en").told(value, unit or (CATALOGUE[kpi].unit if kpi in CATALOGUE else ""))


def _catalogued(kpi: str, unit: str) -> bool:
    return kpi in CATALOGUE and unit in ("", CATALOGUE[kpi].unit)


def is_amount(unit: str) -> bool:
    """True if a value of this unit grows with the size of the world, so that a scaled world shows a part of it.

    Examples
    --------
    >>> is_amount("EUR/year"), is_amount("customers"), is_amount("share"), is_amount("EUR/customer"), is_amount("points 1-5")
    (True, True, False, False, False)
    """
    if unit.startswith(_PER) and not unit.startswith("h/"):
        return False
    return "/" not in unit or unit.endswith(("/year", "/week"))


def statements(found: Compared, scale: float = 1.0) -> list[str]:
    """What holds for all numbers of a comparison, in sentences."""
    said = [
        f"{found.replications} pairs of replications on common random numbers; each interval is a 95 % interval of the paired difference (Student's t, "
        "reaching further towards a tail: Johnson 1978).",
        f"The words hold for all {_judged(found)} differences judged together: with no true difference, one or more is called different in at most "
        "5 % of comparisons (Holm).",
    ]
    if found.material:
        said.append(f"A difference of less than {100 * found.material:g} % of the base (of points: {100 * found.material:g}) is called immaterial.")
    if any(word(gap) == TOO_FEW for gaps in found.differences.values() for gap in gaps):
        said.append(
            f"'{TOO_FEW}': the difference is outside its own interval, but among so many one such may come by chance. More replications (-n) or fewer KPIs "
            "(--kpis) decide."
        )
    if found.precision is not None:
        named = ", ".join(label(kpi) for kpi in found.wide)
        told = f"reached with {found.replications} replications" if not found.wide else f"not reached by {named} with {found.replications} replications"
        said.append(f"Paired half-width asked for: {100 * found.precision:g} % of the base; {told}.")
        said.append(
            "Where the base is near zero, of more: of points 100, of shares at least 10 %, of money at least 5 % of turnover; a half-width of a tenth "
            "of the difference is enough."
        )
    if scale != 1.0:
        said.append(
            f"Scaled world ({100 * scale:g} % of the full size): amounts (EUR, pieces, customers, lines; marked *) are those of the small copy, "
            "not multiplied up, and differences can be larger or smaller than at full size."
        )
    if scale < COARSE:
        said.append(Words("en")("scale_coarse"))
    return said


EFFECTS = {
    "P&L": ("contribution", "operating_result"),
    "cash": ("operating_cash_flow", "working_capital_taken"),
    "productivity": ("pieces_per_hour", "desk_occupancy"),
    "customers": ("customer_value", "memory"),
}  # what is saved in the P&L by serving worse stands beside what customers will still bring, and remember;
# an hour freed is productivity: it is money only once it is no longer paid, or sold


def effects_said(found: Compared, scale: float = 1.0) -> list[str]:
    """What each scenario changes in the P&L, in the cash, in productivity and in the worth of its customers, told apart; one sentence a scenario."""
    star = "*" if scale != 1.0 else ""
    said = []
    for name, gaps in found.differences.items():
        by_name = {gap.kpi: gap for gap in gaps}
        parts = []
        for kind, kpis in EFFECTS.items():
            known = [by_name[kpi] for kpi in kpis if kpi in by_name]
            told = [f"{label(gap.kpi)} {_signed(gap, star)} ({word(gap)})" for gap in known if gap.seen]
            parts += [f"{kind}: {', '.join(told) or 'nothing seen'}"] if known else []
        if parts:
            said.append(f"{name} against {found.base}, effects apart. {'; '.join(parts)}.")
    return said


def _signed(gap: Gap, star: str) -> str:
    sign = "+" if gap.difference > 0 else ""
    if gap.unit == "share":
        return f"{sign}{_number(100.0 * gap.difference)} points"
    return f"{sign}{_number(gap.difference)} {gap.unit}{star if is_amount(gap.unit) else ''}"


def _judged(found: Compared) -> int:
    return max((gap.family for gaps in found.differences.values() for gap in gaps if gap.kpi in found.family), default=0)


def print_comparison(
    found: Compared, kpis: Sequence[str] = (), console: Console | None = None, *, scale: float = 1.0, shown: Sequence[str] = SHOWN
) -> None:
    """Print one table a scenario: base, other, paired difference with its 95 % interval, the word, what the pairing is worth.

    ``kpis`` asked for are all told; of those ``shown`` else, what neither run has anything of is left out.
    """
    console = console or terminal(_WIDTH)
    wanted = tuple(kpis) or shown
    for name, gaps in found.differences.items():
        console.print(Text(f"{name} against {found.base}", style="bold"))
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        for title in ("KPI", "unit", "base", "other", "difference", "95 % interval", "", "CRN"):
            table.add_column(title, justify="left" if title in ("KPI", "unit", "") else "right", no_wrap=title != "KPI")
        by_name = {gap.kpi: gap for gap in gaps}
        for kpi in wanted:
            if (gap := by_name.get(kpi)) is not None and (kpis or gap.base or gap.other):
                star = "*" if scale != 1.0 and is_amount(gap.unit) else ""
                named = kpi if console.width < _NARROW else label(kpi, gap.unit)
                size, unit = (100.0, "%, points") if gap.unit == "share" else (1.0, gap.unit)  # differences of per cents are points
                base, other, change, low, high = (_number(size * value) for value in (gap.base, gap.other, gap.difference, gap.ci_low, gap.ci_high))
                table.add_row(Text(named), Text(unit + star), base, other, change, f"{low} … {high}", word(gap), _factor(gap))
        console.print(table)
        missing = [label(kpi) for kpi in wanted if kpi not in by_name]
        if missing:
            console.print(Text(f"Cannot be told in every replication: {', '.join(missing)}."))
    for text in (*effects_said(found, scale), *statements(found, scale)):
        console.print(Text(text))
    console.print(Text(crn_said(found)))


def crn_said(found: Compared) -> str:
    """What common random numbers are worth, over all judged KPIs."""
    ratios = sorted(
        gap.narrowing
        for gaps in found.differences.values()
        for gap in gaps
        if gap.kpi in found.family and gap.narrowing is not None and math.isfinite(gap.narrowing)
    )
    if not ratios:
        return "Nothing varies between replications."
    middle = ratios[len(ratios) // 2]
    return (
        f"CRN: variance of the difference is divided by {middle:.1f} (median KPI; each in its row), its interval is {math.sqrt(middle):.1f} times narrower "
        "than that of independent runs."
    )


def comparison_json(found: Compared) -> dict[str, Any]:
    """Everything as plain data; what cannot be told is null."""
    return {
        "base": found.base,
        "replications": found.replications,
        "family": list(found.family),
        "material": found.material,
        "precision": found.precision,
        "not_precise": list(found.wide),
        "statements": statements(found),
        "differences": {
            name: {
                gap.kpi: {
                    "unit": gap.unit,
                    "base": comparison_number(gap.base),
                    "other": comparison_number(gap.other),
                    "difference": comparison_number(gap.difference),
                    "ci_low": comparison_number(gap.ci_low),
                    "ci_high": comparison_number(gap.ci_high),
                    "p": comparison_number(gap.p),
                    "p_family": comparison_number(gap.p_family),
                    "variance_divided_by": gap.narrowing,
                    "word": word(gap),
                }
                for gap in gaps
            }
            for name, gaps in found.differences.items()
        },
    }


def _factor(gap: Gap) -> str:
    return "" if gap.narrowing is None else f"/{gap.narrowing:.1f}"


def _number(value: float) -> str:
    """Three digits that count, no powers of ten: at most six decimals, thousands apart."""
    if abs(value) < 1e-12 or not math.isfinite(value):
        return "0" if math.isfinite(value) else "–"
    decimals = min(6, max(0, _DIGITS - 1 - math.floor(math.log10(abs(value)))))
    return f"{value:,.{decimals}f}"


def comparison_number(value: float) -> float | None:
    """A number as JSON has it: none where it is not finite."""
    return value if math.isfinite(value) else None
