"""What a finished plan says on the terminal, in 80 columns, and the same as one JSON object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from e2esim.planning.demand.net_demand import NetDemand
from e2esim.planning.factory.explain import Explanation
from e2esim.planning.factory.money import assumed_money, usual_money
from e2esim.report.console import terminal
from e2esim.report.plan.changes import nervousness_json
from e2esim.report.plan.forecast import accuracy_table, forecast_json, forecast_words, methods_words
from e2esim.report.plan.helps import frozen_json, frozen_rows, helps_json, summary_lines, way_line, way_word
from e2esim.report.plan.long_waits import long_waits_json, long_waits_line
from e2esim.report.plan.robust import assumed, robust_json, safe_tiers
from e2esim.report.plan.second_choices import second_choice_lines, second_choices_frame
from e2esim.report.plan.summary import Summary, causes_by_kind
from e2esim.report.plan.view import PlanView
from e2esim.study.robust import Robustness

_WIDTH = 80
_TOP = 8  # causes shown
_STATUS = {
    "on_time": "every order is on time",
    "late": "every order is delivered, some late",
    "short": "some orders are never delivered in full",
}


def plan_json(summary: Summary, folder: Path | None, wall_s: float, view: PlanView | None = None, messages: pl.DataFrame | None = None) -> str:
    """One JSON object: status, objective, bound, gap, shortages, late_orders, on_time by priority, messages, wall_s, out."""
    found: dict[str, Any] = {
        "title": summary.title,
        "status": summary.status,
        "objective": summary.objective,
        "bound": summary.bound,
        "gap": summary.gap,
        "orders": summary.orders,
        "shortages": summary.shortages,
        "short_pieces": summary.short_pieces,
        "late_orders": summary.late_orders,
        "late_pieces": summary.late_pieces,
        "on_time": {str(t.priority): round(t.on_time, 6) for t in summary.tiers},
        "causes": causes_by_kind(summary),
        "plan_s": summary.plan_s,
        "wall_s": round(wall_s, 3),
        "out": None if folder is None else str(folder),
    }
    if messages is not None:
        found["messages"] = dict(messages.group_by("message").len().sort("message").iter_rows())
    if view is not None and view.long_waits:
        found["long_waits"] = long_waits_json(view)
    if view is not None and (second := second_choices_frame(view)).height:
        found["second_choices"] = {"lots": second.height, "hours": round(float(second["hours"].sum()), 3)}
    if view is not None and view.changes is not None:
        found["nervousness"] = nervousness_json(view.changes)
    if view is not None and view.demand is not None:
        served = summary.forecast
        found["forecast"] = forecast_json(view.demand) | {"on_time": None if served is None else round(served.on_time, 6)}
    if summary.safety is not None:
        kept = summary.safety
        found["safety_stock"] = {"items": kept.orders, "pieces": round(kept.pieces, 3), "in_place_when_first_possible": round(kept.on_time, 6)}
    if view is not None and view.robust is not None:
        found["robust"] = robust_json(view, view.robust)
    if view is not None and view.said is not None:
        found |= helps_json(view, view.said)
    if view is not None and view.case.let_go:
        found["frozen"] = frozen_json(view)
    return json.dumps(found, allow_nan=False, ensure_ascii=False)


def print_plan(
    summary: Summary, folder: Path | None, wall_s: float, view: PlanView | None = None, messages: pl.DataFrame | None = None,
    console: Console | None = None,
) -> None:
    """Print status, punctuality by priority, the causes of what is late, and where the plan lies."""
    console = console or terminal(_WIDTH)
    head = f"Plan {summary.title}: {status_words(summary)}"
    console.print(Text(head, style="bold"))
    console.print(Text(_first_line(summary, wall_s)))
    console.print()
    console.print(_tiers(summary))
    if summary.causes:
        console.print()
        console.print(_causes(summary))
    if view is not None and view.long_waits:
        console.print()
        console.print(Text(long_waits_line(view)))
    if messages is not None and not messages.is_empty():
        console.print()
        console.print(Text(f"Goods on order: {messages_words(messages)}"), soft_wrap=True)
    if view is not None and (second := second_choices_frame(view)).height:
        console.print()
        for line in second_choice_lines(second)[:_TOP]:
            console.print(Text(f"Second choice: {line}"), soft_wrap=True)
    if view is not None and view.case.let_go:
        rows = frozen_rows(view)
        console.print()
        console.print(Text(f"{len(view.case.let_go)} released lots could not be kept and are planned anew. Keeping all takes {rows[0]['way_eur']:,.0f} EUR:"))
        for row in rows[:_TOP]:
            console.print(Text(f"  {row['says']}"))
    if view is not None and view.said is not None:
        _helps(console, view, view.said)
    if view is not None and view.demand is not None:
        console.print()
        print_forecast(view.demand, console, short=True)
    if view is not None and view.robust is not None:
        console.print()
        console.print(_safe(view, view.robust))
        if assumed(view):
            console.print(Text("Suppliers are late as published for direct deliveries; state late_share in suppliers.", style="dim"))
    if view is not None and view.changes is not None:
        told = nervousness_json(view.changes)
        text = f"Against the earlier plan: {told['pieces_moved']:,.0f} pieces moved, {told['pieces_new']:,.0f} new, {told['pieces_gone']:,.0f} gone"
        console.print(Text(f"{text}; lots {told['lot_piece_days']:,.0f}, purchases {told['purchase_piece_days']:,.0f} pieces x days"), soft_wrap=True)
    if folder is not None:
        console.print(Text(f"Plan folder: {folder} (plan.xlsx, gantt.svg, load.svg, *.parquet)"), soft_wrap=True)


def messages_words(messages: pl.DataFrame) -> str:
    """How many messages of each kind, and the first of the most urgent.

    Examples
    --------
    >>> messages_words(pl.DataFrame({"message": ["expedite", "cancel", "cancel"], "supply": ["PO1", "PO2", "PO3"], "item": ["A", "B", "B"]}))
    '1 to expedite, 2 to cancel; first PO1 of A'
    """
    counts = messages.group_by("message", maintain_order=True).len().iter_rows()
    return ", ".join(f"{count} to {message}" for message, count in counts) + f"; first {messages['supply'][0]} of {messages['item'][0]}"


def print_forecast(demand: NetDemand, console: Console | None = None, *, short: bool = False) -> None:
    """Print series, classes, quantities and the accuracy of every step; methods too unless ``short``."""
    console = console or terminal(_WIDTH)
    console.print(Text(forecast_words(demand)))
    if not short:
        console.print(Text(methods_words(demand)))
    if demand.plan.scores:
        columns = (("Series", "left"), ("Step", "left"), ("WAPE", "right"), ("Bias", "right"), ("MASE", "right"), ("Value added", "right"))
        console.print()
        console.print(accuracy_table(_table(*columns), demand, classes=not short))
        console.print(Text(f"Judged over the last {demand.plan.judged} periods, which no method had seen", style="dim"))


def against_json(tables: Mapping[str, pl.DataFrame], folder: Path | None) -> str:
    """One JSON object: figures, customers and counts of orders by change, what moved, out."""
    figures = {row["figure"]: {k: row[k] for k in ("before", "after", "difference")} for row in tables["figures"].iter_rows(named=True)}
    counts = dict(tables["orders"].group_by("change").len().sort("change").iter_rows())
    found = {"figures": figures, "orders": counts, "customers": tables["customers"].to_dicts(), "moves": nervousness_json(tables["moves"])}
    return json.dumps(found | {"out": None if folder is None else str(folder)}, allow_nan=False, ensure_ascii=False)


def print_against(tables: Mapping[str, pl.DataFrame], folder: Path | None, console: Console | None = None) -> None:
    """Print figures of both plans, the customers for whom most changes, the orders that lose and gain most, and what moved."""
    console = console or terminal(_WIDTH)
    table = _table(("Figure", "left"), ("Before", "right"), ("After", "right"), ("Difference", "right"))
    for figure, before, after, difference in tables["figures"].iter_rows():
        table.add_row(figure, *("-" if x is None else f"{x:,.0f}" for x in (before, after)), "-" if difference is None else f"{difference:+,.0f}")
    console.print(table)
    customers, orders = tables["customers"], tables["orders"]
    if not orders.is_empty():
        table = _table(("Customer", "left"), ("Better", "right"), ("Worse", "right"), ("Only moved", "right"), ("Pieces x days late", "right"))
        for row in _ends(customers).iter_rows(named=True):
            table.add_row(Text(row["customer"] or "-"), *(f"{row[k]:,}" for k in ("better", "worse", "moved")), f"{row['piece_days']:+,.0f}")
        console.print()
        console.print(table)
        table = _table(("Order", "left"), ("Change", "left"), ("From", "left"), ("To", "left"), ("Pieces x days late", "right"))
        for row in _ends(orders.filter(pl.col("piece_days") != 0)).iter_rows(named=True):
            days = ("never" if day is None else str(day) for day in (row["from"], row["to"]))
            table.add_row(Text(row["order"]), row["change"], *days, f"{row['piece_days']:+,.0f}")
        if table.row_count:
            console.print()
            console.print(table)
    told = nervousness_json(tables["moves"])
    console.print()
    text = f"{told['pieces_moved']:,.0f} pieces moved, {told['pieces_new']:,.0f} new, {told['pieces_gone']:,.0f} gone"
    console.print(Text(f"{text}; lots {told['lot_piece_days']:,.0f}, purchases {told['purchase_piece_days']:,.0f} pieces x days"), soft_wrap=True)
    if folder is not None:
        console.print(Text(f"Folder: {folder} (compare.xlsx, *.parquet)"), soft_wrap=True)


def _ends(table: pl.DataFrame) -> pl.DataFrame:
    """The first and the last rows: who loses most and who gains most."""
    return table if table.height <= 2 * _TOP else pl.concat([table.head(_TOP), table.tail(_TOP)])


def forecast_told(demand: NetDemand, folder: Path | None, wall_s: float) -> str:
    """One JSON object: series, classes, methods, quantities, accuracy, wall_s, out."""
    found = {"title": demand.data.title, **forecast_json(demand), "wall_s": round(wall_s, 3), "out": None if folder is None else str(folder)}
    return json.dumps(found, allow_nan=False, ensure_ascii=False)


def status_words(s: Summary) -> str:
    """What the title says of a plan: orders of customers, and what is late beside them where none of theirs is."""
    behind = [word for word, line in (("forecast", s.forecast), ("safety stock", s.safety)) if line is not None and line.late_orders]
    beside = f", {' and '.join(behind)} in part late" if s.status == "on_time" and behind else ""
    return _STATUS[s.status] + beside


def _first_line(s: Summary, wall_s: float) -> str:
    kept = f" ({s.released_lots:,} released before)" if s.released_lots else ""
    lines = [f"{s.orders:,} orders, {s.lots:,} lots{kept}, {s.purchases:,} purchase orders, {wall_s:.1f} s"]
    whose = " of forecast and safety stock alone" if s.status == "on_time" and s.objective > 0.5 else ""
    if s.bound is None or s.gap is None:
        lines.append(f"Weighted late pieces{whose} {s.objective:,.0f}")
    else:
        lines.append(f"Weighted late pieces{whose} {s.objective:,.0f}, proven least {s.bound:,.0f} (gap {s.gap:.1%})")
    return "\n".join(lines)


def _tiers(s: Summary) -> Table:
    table = _table(("Priority", "right"), ("Orders", "right"), ("Pieces", "right"), ("On time", "right"),
                   ("Late orders", "right"), ("Never in full", "right"))  # fmt: skip
    behind = {"forecast": s.forecast, "safety stock": s.safety}
    for word, t in (*((str(t.priority), t) for t in s.tiers), *behind.items()):
        if t is None:
            continue
        table.add_row(
            word, f"{t.orders:,}", f"{t.pieces:,.0f}", f"{t.on_time:.2%}", f"{t.late_orders:,}",
            f"{t.short_orders:,}",
        )  # fmt: skip
    return table


def _safe(view: PlanView, robust: Robustness) -> Table:
    table = _table(("Priority", "right"), ("Orders on time as planned", "right"), (f"carried out {robust.replications:,} times", "right"))
    for t in safe_tiers(view, robust):
        table.add_row(str(t.priority), f"{t.planned:.2%}", f"{t.on_time:.2%} [{t.low:.2%}, {t.high:.2%}]")
    return table


def _causes(s: Summary) -> Table:
    table = _table(("Why late", "left"), ("Where", "left"), ("Pieces", "right"), ("Orders", "right"))
    for cause, place, pieces, orders in s.causes[:_TOP]:
        table.add_row(Text(cause), Text(place), f"{pieces:,.0f}", f"{orders:,}")
    rest = s.causes[_TOP:]
    if rest:
        table.add_row(Text(f"{len(rest)} more"), "", f"{sum(row[2] for row in rest):,.0f}", "")
    return table


def _helps(console: Console, view: PlanView, said: Explanation) -> None:
    """What would help, and the ways out."""
    lines = summary_lines(view, said)
    if lines:
        table = _table(("What would help", "left"), ("Saves", "right"))
        for what, saves in lines:
            table.add_row(Text(what), Text(saves))
        console.print()
        console.print(table)
    for way in said.ways:
        console.print(Text(f"{way_word(way).capitalize()}, {way.eur:,.0f} EUR: {way_line(way)}"), soft_wrap=False)
    granted = assumed_money(view.facts, view.case.money or usual_money(view.facts)) if said.ways else ()
    if granted:
        console.print(Text(f"Assumed, since the tables state none: {', '.join(granted)}", style="dim"))
    if said.overdue > 0:
        console.print(Text(f"{said.overdue:,.0f} late units were due before today: nothing but a later date helps them."))
    if said.cut_short:
        console.print(Text(f"Time for limits and ways out ended after {said.wall_s:.1f} s; --explain gives them more.", style="dim"))


def _table(*columns: tuple[str, str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for head, side in columns:
        table.add_column(head, justify="right" if side == "right" else "left", overflow="ellipsis", no_wrap=True)
    return table
