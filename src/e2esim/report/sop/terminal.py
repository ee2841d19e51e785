"""What an S&OP cycle says on the terminal, and the same as one JSON object."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from e2esim.planning.sop.cycle import Cycle
from e2esim.planning.sop.opportunity import OpportunityAnswer
from e2esim.planning.sop.scenarios import figures
from e2esim.report.console import terminal
from e2esim.report.sop.frames import closers_frame, criticalities_frame, roles_frame, scenarios_frame, table_frame

_TOP = 8
_ACROSS = 12  # months beside each other
ROLE = {
    "executives": "CEO and executives", "sales": "Sales", "operations": "Operations", "finance": "Administration & Finance", "personnel": "Personnel",
}  # fmt: skip
MEASURE = {
    "contribution": "Contribution", "means": "Overtime, shifts, dearer, holding",
    "service_lost": "Value of service lost", "revenue": "Revenue", "service": "Delivered in its month",
    "utilisation": "Use of today's hours", "stability": "Change of pace by month", "margin_share": "Margin", "working_capital": "Working capital",
    "overtime_share": "Overtime and extra shifts", "level": "Fullest month over the mean", "demand": "Demand", "delivered": "Delivered", "lost": "Lost",
    "cost_of_goods": "Cost of goods", "margin": "Margin", "value": "Contribution - service lost", "stock": "Mean stock of products",
    "fullest_load": "Fullest month, centre", "overtime": "Overtime", "extra_shift": "Extra shifts", "purchases": "Purchases",
    "budget_gap": "Margin less budget",
}  # fmt: skip
_SIDE = (
    *("delivered", "service", "revenue", "margin", "contribution", "means", "service_lost", "value", "working_capital"),
    *("fullest_load", "overtime", "extra_shift"),
)


def shown(value: float | None, unit: str) -> str:
    """A number for eyes.

    >>> shown(0.9312, "share"), shown(1234567.0, "EUR"), shown(None, "h")
    ('93.1 %', '1.23 M EUR', '-')
    """
    if value is None or not math.isfinite(value):
        return "-"
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "1":
        return f"{value:.2f}"
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.2f} M {unit}"
    return f"{value:,.0f} {unit}" if abs(value) >= 100 else f"{value:,.1f} {unit}"


def headline(cycle: Cycle) -> list[str]:
    """The plan in a few sentences."""
    f, base = figures(cycle.base), cycle.base
    rule = "each function for its own target (silo)" if base.plan.rule == "silo" else "one plan for all (end to end)"
    told = [
        f"{len(cycle.months.names)} months from {cycle.months.first}, {rule}: {base.plan.status}.",
        f"Demand {f['demand'][0]:,.0f} pieces; {shown(f['service'][0], 'share')} delivered in their month, {f['lost'][0]:,.0f} lost.",
        f"Revenue {shown(f['revenue'][0], 'EUR')}, margin {shown(f['margin'][0], 'EUR')}, contribution {shown(f['contribution'][0], 'EUR')}, "
        f"less value of service lost {shown(f['value'][0], 'EUR')}.",
    ]
    if math.isfinite(f["budget_gap"][0]):
        told.append(f"Margin against budget: {shown(f['budget_gap'][0], 'EUR')}.")
    worst = next((c for c in cycle.criticalities if c.month < 0), None)
    if worst is None:
        told.append("No limit costs anything.")
    else:
        told.append(f"The dearest limit is {worst.kind} {worst.name}: {worst.size:,.0f} {worst.unit} short, {shown(worst.eur, 'EUR')} at stake.")
    return told


def sop_json(cycle: Cycle, verdict: OpportunityAnswer | None, title: str, folder: Path | None, wall_s: float) -> str:
    """One JSON object: totals, table, roles, criticalities, scenarios, budget, opportunity, wall_s, out."""
    found: dict[str, Any] = {
        "title": title,
        "rule": cycle.base.plan.rule,
        "status": cycle.base.plan.status,
        "months": list(cycle.months.names),
        "totals": {name: _plain(value) for name, (value, _) in figures(cycle.base).items()},
        "table": table_frame(cycle).to_dicts(),
        "roles": roles_frame(cycle).to_dicts(),
        "criticalities": criticalities_frame(cycle).to_dicts(),
        "scenarios": scenarios_frame(cycle).to_dicts(),
        "budget_gap": closers_frame(cycle).to_dicts(),
        "opportunity": None if verdict is None else vars(verdict),
        "wall_s": round(wall_s, 3),
        "out": None if folder is None else str(folder),
    }
    return json.dumps(found, allow_nan=False, ensure_ascii=False)


def _plain(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None


def print_sop(cycle: Cycle, verdict: OpportunityAnswer | None, title: str, folder: Path | None, wall_s: float, console: Console | None = None) -> None:
    """Print the table, the roles, the criticalities, the scenarios and the verdict."""
    console = console or terminal(134)
    console.print(Text(f"S&OP {title}", style="bold"))
    for sentence in headline(cycle):
        console.print(Text(sentence))
    months = len(cycle.months.names)
    for head, table in (
        *(("By month", _months(cycle, first, min(first + _ACROSS, months))) for first in range(0, months, _ACROSS)),
        ("Roles and their targets", _roles(cycle)),
        ("Criticalities", _critical(cycle)),
        ("Scenarios side by side", _scenarios(cycle)),
        ("What closes the gap to the budget", _closers(cycle)),
    ):
        if table.row_count:
            console.print()
            console.print(Text(head, style="bold"))
            console.print(table)
    if verdict is not None:
        console.print()
        for line in verdict_lines(verdict):
            console.print(Text(line))
    console.print()
    where = f"S&OP folder: {folder} (sop.xlsx, sop.png, *.parquet), " if folder is not None else ""
    console.print(Text(f"{where}{wall_s:.1f} s"), soft_wrap=True)


def verdict_lines(v: OpportunityAnswer) -> list[str]:
    """The answer to an opportunity in words."""
    lines = [
        f"Opportunity {v.item}, {v.asked:,.0f} pieces in {v.month} at {v.price_eur:,.2f} EUR: {v.answer.upper()}"
        + (f" {v.quantity:,.0f} pieces" if v.answer == "partly" else ""),
        f"  Effect on contribution with value of service: {v.gain_eur:+,.0f} EUR (margin of the pieces themselves {v.margin_eur:+,.0f} EUR).",
    ]
    if v.all_gain_eur is None:
        lines.append("  All of it cannot be made by then, at any price.")
    elif v.answer != "accept":
        lines.append(f"  All of it would change it by {v.all_gain_eur:+,.0f} EUR; it pays from {v.least_price_eur:,.2f} EUR a piece.")
    elif v.least_price_eur is not None:
        lines.append(f"  It pays from {v.least_price_eur:,.2f} EUR a piece.")
    if v.binding:
        lines.append("  It runs into: " + "; ".join(f"{kind} {name} in {month} ({eur:,.2f} EUR a piece)" for kind, name, month, eur in v.binding[:4]) + ".")
    else:
        lines.append("  It runs into no limit.")
    return lines


def _months(cycle: Cycle, first: int, last: int) -> Table:
    table = _blank(("", "left"), *((_short(month), "right") for month in cycle.months.names[first:last]))
    v = cycle.base.views
    load = v.load_share
    rows: list[tuple[str, Any, float, str]] = [
        ("Demand (consensus) [k pcs]", v.consensus.sum(axis=1), 1e-3, ".1f"), ("Orders in hand [k pcs]", v.orders.sum(axis=1), 1e-3, ".1f"),
        ("Production [k pcs]", v.production.sum(axis=1), 1e-3, ".1f"), ("Delivered [k pcs]", v.delivered.sum(axis=1), 1e-3, ".1f"),
        ("Stock [k pcs]", v.stock.sum(axis=1), 1e-3, ".1f"), ("Waiting [k pcs]", v.backlog.sum(axis=1), 1e-3, ".1f"),
        ("Fullest work centre [%]", np.nan_to_num(load).max(axis=0, initial=0.0), 100.0, ".0f"),
        ("Overtime and extra [h]", (v.overtime_h + v.shift_h).sum(axis=0), 1.0, ".0f"),
        ("Revenue [k EUR]", v.revenue_eur.sum(axis=1), 1e-3, ",.0f"), ("Margin [k EUR]", v.margin_eur.sum(axis=1), 1e-3, ",.0f"),
        ("Contribution [k EUR]", v.contribution_eur, 1e-3, ",.0f"), ("Working capital [k EUR]", v.working_capital_eur, 1e-3, ",.0f"),
    ]  # fmt: skip
    gap = v.budget_gap_eur
    if np.isfinite(gap).any():
        rows.append(("Margin less budget [k EUR]", np.where(np.isfinite(gap).any(axis=1), np.nansum(gap, axis=1), np.nan), 1e-3, "+,.0f"))
    small = float(v.consensus.sum(axis=1).max(initial=0.0)) < 10_000
    for name, values, factor, form in rows:
        if small and factor == 1e-3:
            name, factor, form = name.replace("[k ", "["), 1.0, form.replace(".1f", ",.0f")
        table.add_row(name, *(format(factor * float(v), form) if math.isfinite(v) else "-" for v in values[first:last]))
    return table


def _short(month: str) -> str:
    """A month in six letters.

    >>> _short("2026-03")
    'Mar 26'
    """
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{names[int(month[5:]) - 1]} {month[2:4]}"


def _roles(cycle: Cycle) -> Table:
    table = _blank(
        ("Role", "left"), ("Measure", "left"), ("Plan", "right"), ("Target", "right"), ("", "left"), ("For it alone", "right"), ("Value then", "right")
    )
    before = ""
    for r in cycle.roles:
        first = r.role != before
        table.add_row(
            ROLE[r.role] if first else "", MEASURE[r.measure], shown(r.value, r.unit), (">= " if r.more_is_better else "<= ") + shown(r.target, r.unit),
            "yes" if r.reached else "no", shown(r.alone, r.unit), shown(r.alone_value_eur, "EUR") if first else "",
        )  # fmt: skip
        before = r.role
    return table


def _critical(cycle: Cycle) -> Table:
    table = _blank(
        ("Limit", "left"), ("Where", "left"), ("When", "left"), ("Weeks", "left"), ("Short by", "right"), ("One more is worth", "right"), ("At stake", "right")
    )
    for record in criticalities_frame(cycle).head(_TOP).iter_rows(named=True):
        price = "" if record["month"] == "all" else f"{record['price_eur']:,.2f} EUR/{record['unit']}"
        size, stake = f"{record['size']:,.0f} {record['unit']}", shown(record["eur_at_stake"], "EUR")
        table.add_row(record["kind"], record["name"], record["month"], record["weeks"], size, price, stake)
    return table


def _scenarios(cycle: Cycle) -> Table:
    table = _blank(("", "left"), *((variant.name, "right") for variant in cycle.variants))
    if len(cycle.variants) < 2:
        return table
    told = [figures(variant) for variant in cycle.variants]
    for measure in _SIDE:
        base, unit = told[0][measure]
        cells = [_cell(base, unit)]
        for other in told[1:]:
            cells.append(_difference(other[measure][0] - base, unit))
        table.add_row(f"{MEASURE[measure]} [{_unit(unit)}]", *cells)
    return table


def _unit(unit: str) -> str:
    return {"EUR": "k EUR", "share": "%"}.get(unit, unit)


def _cell(value: float, unit: str) -> str:
    return "-" if not math.isfinite(value) else f"{value * {'EUR': 1e-3, 'share': 100.0}.get(unit, 1.0):,.{1 if unit == 'share' else 0}f}"


def _difference(value: float, unit: str) -> str:
    if not math.isfinite(value):
        return "-"
    text = f"{value * {'EUR': 1e-3, 'share': 100.0}.get(unit, 1.0):+,.{1 if unit == 'share' else 0}f}"
    return "=" if not text.strip("+-0.,") else text


def _closers(cycle: Cycle) -> Table:
    table = _blank(("Lever", "left"), ("Margin", "right"), ("of the gap", "right"))
    for c in cycle.closers:
        table.add_row(c.lever, f"{c.margin_eur:+,.0f} EUR", shown(c.closes, "share"))
    return table


def _blank(*columns: tuple[str, str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for head, side in columns:
        table.add_column(head, justify="right" if side == "right" else "left", overflow="ellipsis", no_wrap=True)
    return table
