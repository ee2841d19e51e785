"""What else could be done for the lines of a book that come late, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from e2esim.planning.ctp.model import DAY
from e2esim.planning.ctp.state import State
from e2esim.planning.promise.elsewhere import Elsewhere
from e2esim.planning.promise.rebook import LineOutcome, LineVerdict
from e2esim.planning.promise.reply import PromiseReply, reply
from e2esim.planning.promise.sources import Wish


def advise(state: State, verdicts: Sequence[LineVerdict], items: Sequence[str], elsewhere: Elsewhere, most: int) -> dict[int, PromiseReply]:
    """Alternatives for lines that are refused, broken or late, each as if it alone took them.

    Parameters
    ----------
    state
        The plan with the book booked; it is left as it was.
    verdicts
        The book; lines of ship sets are left alone, for they move together.
    items
        Buffer of every item.
    elsewhere
        Substitutes and other sites.
    most
        So many lines at most: refused ones first, then broken ones, then the latest.

    Returns
    -------
    dict
        Reply by row of `verdicts`.
    """
    rows = {item: k for k, item in enumerate(items)}
    found = {}
    for k in _needy(verdicts)[:most]:
        verdict, mark = verdicts[k], state.mark()
        line = verdict.line
        for day, qty in verdict.parts:
            state.move(state.net.buffer_row[line.buffer], "", day * DAY, qty)
        found[k] = reply(state, items, items, elsewhere, _wish(verdict), rows[line.buffer], line.priority)
        state.undo(mark)
    return found


def _wish(verdict: LineVerdict) -> Wish:
    """What the line wants: its due day, or the day that was promised."""
    line = verdict.line
    day = max(0, line.due if line.promised is None else line.promised)
    late = None if line.max_late is None else max(0, line.due + line.max_late - day)
    return Wish(qty=line.qty, day=day, min_shipment=line.min_shipment, max_late=late)


def _needy(verdicts: Sequence[LineVerdict]) -> list[int]:
    """Rows of lines that need help, the neediest first."""
    need = {LineOutcome.REFUSED: 0, LineOutcome.BROKEN: 1}
    late = {k: v.day - v.line.due for k, v in enumerate(verdicts) if v.day is not None}
    rows = [k for k, v in enumerate(verdicts) if not v.line.ship_set and (v.outcome in need or (v.outcome == LineOutcome.NEW and late.get(k, 0) > 0))]
    return sorted(rows, key=lambda k: (need.get(verdicts[k].outcome, 2), -late.get(k, 0), k))
