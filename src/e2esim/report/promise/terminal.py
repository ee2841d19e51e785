"""One answered request on the terminal."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from e2esim.report.console import terminal
from e2esim.report.promise.told import PlanUsed, Told
from e2esim.report.promise.words import KIND, days_late, deliveries, limit_words, number, what, why_not

_WIDTH = 110
_MOST_SLIPS = 12


def print_told(told: Told, wall_s: float, console: Console | None = None) -> None:
    """Print the promise, what limits it, the alternatives, what is refused and why, and who would wait."""
    console = console or terminal(_WIDTH)
    reply, speech, wish = told.reply, told.speech, told.reply.wish
    name = f" {told.item_name}" if told.item_name else ""
    whose = f" for {told.customer}" if told.customer else ""
    asked = f"{speech.pieces(wish.qty)} of {told.item}{name}{whose}, wanted on {speech.date(wish.day)}, priority {reply.priority}"
    console.print(Text(asked, style="bold"), soft_wrap=True)
    console.print(Text(_promise(told), style="bold green" if reply.on_time else "bold yellow"), soft_wrap=True)
    if reply.limit is not None:
        console.print(Text(f"Limit: {limit_words(reply.limit, speech, reply.promised)}"), soft_wrap=True)
    if reply.choices is not None:
        _choices(told, console)
    if told.slips is not None:
        _slips(told, console)
    console.print()
    console.print(Text(plan_line(told.plan)), soft_wrap=True)
    console.print(Text(f"Nothing is reserved by asking. {wall_s:.2f} s"))


def _promise(told: Told) -> str:
    reply, speech = told.reply, told.speech
    if not reply.parts:
        late = reply.wish.max_late
        return "No promise " + (f"within {number(late)} day{'' if late == 1 else 's'}" if late is not None else "inside the calendar")
    parts = ", ".join(f"{number(qty)} on {speech.date(day)} ({days_late(day - reply.wish.day)})" for day, qty in reply.parts)
    return f"Promise: {parts}" + (f"; {speech.pieces(reply.short)} not promised" if reply.short > 0 else "")


def _choices(told: Told, console: Console) -> None:
    reply, speech = told.reply, told.speech
    assert reply.choices is not None
    console.print()
    if reply.choices.offers:
        table = _table(("", "right"), ("Alternative", "left"), ("Deliveries", "left"), ("Mean days late", "right"), ("EUR more", "right"))
        for rank, offer in enumerate(reply.choices.offers, start=1):
            table.add_row(str(rank), KIND[offer.kind], Text(deliveries(offer, reply, speech)), f"{offer.late_days:.1f}", f"{offer.extra_cost:,.2f}")
        console.print(table)
    else:
        console.print("No alternative either.")
    console.print()
    table = _table(("Refused", "left"), ("Why not", "left"))
    for refusal in reply.choices.refused:
        table.add_row(Text(what(refusal, reply)), Text(why_not(refusal, reply, speech)))
    console.print(table)


def _slips(told: Told, console: Console) -> None:
    speech, slips = told.speech, told.slips or ()
    console.print()
    if not told.forced:
        console.print("The wanted date cannot be met even if all orders of lower precedence gave way.")
        return
    if not slips:
        console.print("The wanted date can be met if other orders are served from later supply; none of them would be later.")
        return
    console.print(f"If the date were insisted upon, {len(slips)} other order{'s' if len(slips) > 1 else ''} would be later:")
    columns = (("Order", "left"), ("Customer", "left"), ("Item", "left"), ("Priority", "right"), ("Pieces", "right"))
    table = _table(*columns, ("Due", "left"), ("From", "left"), ("To", "left"))
    for w in slips[:_MOST_SLIPS]:
        to = "never" if w.after is None else speech.date(w.after)
        table.add_row(w.order, Text(w.customer), w.item, str(w.priority), number(w.qty), speech.date(w.due), speech.date(w.before), to)
    console.print(table)
    if len(slips) > _MOST_SLIPS:
        console.print(f"... and {len(slips) - _MOST_SLIPS} more (--json lists them all)")


def plan_line(plan: PlanUsed) -> str:
    """Which plan was asked, and what to do if it is not that of the data as they are."""
    text = f"Plan: {plan.folder}, made {plan.made}, status {plan.status.replace('_', ' ')}"
    if plan.changed:
        text += f"\nOut of date: {', '.join(plan.changed)} changed since; plan anew with e2esim plan"
    return text


def _table(*columns: tuple[str, str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for head, side in columns:
        table.add_column(head, justify="right" if side == "right" else "left", overflow="fold")
    return table
