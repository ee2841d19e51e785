"""One customer's journey in words: a line a moment, what was shown, what was expected, and how it felt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from e2esim.domain.experience import ONLY_TOLD

WHAT = {
    "advertisement": "hears of the firm",
    "advice": "weighs the offer",
    "offer": "buys",
    "hand_over": "gets the goods",
    "installed": "has it installed",
    "used_taken": "the used product is taken along",
    "first_use": "uses it",
    "follow_up": "is asked how the product does",
    "defect_met": "finds a defect",
    "answer": "gets an answer",
    "no_answer": "gives up waiting for an answer",
    "recovery": "the firm makes it good",
    "shop_recovery": "the shop makes it good",
    "refund": "the return is credited",
    "given_up": "waits no longer and cancels",
    "change_refused": "wanted the order changed and was refused",
    "review_read": "reads what others say",
    "question": "asks before buying",
    "promised": "is promised a day",
    "promise_changed": "is promised another day",
    "delay_told": "is told of a delay",
    "found_out": "finds out that it is late and asks",
    "help_asked": "asks for help",
    "complained": "complains",
    "sent_back": "sends it back",
    "called_back": "is called by the firm after an unhappy answer",
    "feedback_returned": "is told what was done about the answer",
    "billed": "gets a wrong bill",
    "trained": "has its sellers trained",
    "recalled": "is written to: the firm calls it back",
}

NEVER = 90.0  # failed attempts and more: a request that is never resolved
_BY_ITSELF = tuple(kind.name.lower() for kind in ONLY_TOLD)  # not felt
_SAID_ALL = ("question", "help_asked", "complained", "sent_back", "trained", "billed", "recalled")  # the kind says it all


def detail(attribute: str, kind: str, touchpoint: str | None, shown: float, expected: float) -> str:
    """What one experience shows.

    >>> detail("punctuality", "hand_over", None, 2.25, 0.0)
    '2.2 days late'
    >>> detail("experience", "offer", "checkout_web", 0.01, 0.0)
    'checkout_web pleases'
    """
    if kind in _SAID_ALL:
        return ""
    if kind == "review_read":
        return "and expects it" if shown else ""
    if kind in ("called_back", "feedback_returned"):
        return "it does good to be heard"
    if kind == "promised":
        return f"{shown:.1f} days after the order"
    if kind == "promise_changed":
        return f"{shown:.1f} days after the order instead of {expected:.1f}"
    if kind in ("recovery", "shop_recovery", "refund"):
        return f"{shown:.0%} of the loss by {attribute.replace('_', ' ')} made good"
    if attribute == "experience":
        return f"{touchpoint or 'a touchpoint'} pleases"
    if attribute == "installation":
        return "installation failed" if shown > 0 else "flawless"
    if attribute == "resolution":
        return "now resolved" if shown <= 0 else "not resolved" if shown < NEVER else "no answer that helps"
    words = {
        "punctuality": f"{shown:.1f} days late",
        "lead_time": f"{shown:.1f} days after the order ({expected:.1f} expected)",
        "answer_time": f"after {shown:.1f} h ({expected:.1f} expected)",
        "effort": f"trouble at {touchpoint}" if touchpoint else f"{shown:.0f} repeats and hand-offs",
        "damage": "damaged",
        "completeness": "incomplete",
        "defect": "it is defective",
        "integration": "what one channel knew the next did not",
        "service": "the service helps",
    }
    return words.get(attribute, attribute)


def tell(experiences: pl.DataFrame) -> Iterator[str]:
    """Lines of the journey in ``experiences`` (columns of `journeys_frame`, one customer), in order."""
    purchase: int | None = None
    moment: list[dict[str, Any]] = []
    rows = list(experiences.iter_rows(named=True))
    turn = {row: k for k, row in enumerate(dict.fromkeys(x["row"] for x in rows))}
    for x in sorted(rows, key=lambda x: (turn[x["row"]], x["t_h"], x["kind"] != "question")):  # what is asked before buying is told before it
        if moment and (x["row"] != purchase or x["t_h"] != moment[0]["t_h"] or x["kind"] in _BY_ITSELF or moment[-1]["kind"] in _BY_ITSELF):
            yield line(moment)
            moment = []
        if x["row"] != purchase:
            purchase = x["row"]
            yield f"{x['item']} from {x['channel']} (order line {purchase})"
        moment.append(x)
        if x["satisfaction"] is not None:
            yield line(moment)
            moment = []
    if moment:
        yield line(moment)


def line(moment: list[dict[str, Any]]) -> str:
    """One moment."""
    last, hours = moment[-1], float(moment[-1]["t_h"])
    kinds = list(dict.fromkeys(_what(x) for x in moment))
    shown = [part for part in (_told(x) for x in moment) if part]
    when = f"day {int(hours // 24):>3} {int(hours % 24):02d}:{int(hours * 60 % 60):02d}"
    words = f"  {when}  {', '.join(kinds)}{': ' if shown else ''}{'; '.join(shown)}"
    return words if last["satisfaction"] is None else f"{words}  -> {last['satisfaction']:.2f}"


def _what(x: dict[str, Any]) -> str:
    """What happens in one experience."""
    never = x["kind"] == "no_answer" and x["attribute"] == "resolution" and x["shown"] >= NEVER
    return "stops asking: never resolved" if never else WHAT[x["kind"]]


def _told(x: dict[str, Any]) -> str:
    """One experience of a moment: what it showed and how it felt, "" if neither says anything."""
    words = detail(x["attribute"], x["kind"], x["touchpoint"], x["shown"], x["expected"])
    felt = "" if x["kind"] in _BY_ITSELF else _points(x["feeling"])
    return " ".join(part for part in (words, felt) if part)


def _points(feeling: float) -> str:
    """A feeling with its sign, "" if it is hardly one.

    >>> _points(-0.17), _points(-0.001)
    ('-0.17', '')
    """
    text = f"{feeling:+.2f}"
    return text if float(text) else ""
