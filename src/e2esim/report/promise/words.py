"""Promises in words: what an offer does, why one is refused, what limits, who would wait."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from e2esim.planning.ctp.answer import Limit, LimitKind
from e2esim.planning.ctp.model import DAY, NEVER
from e2esim.planning.promise.alternatives import Reason, Refusal
from e2esim.planning.promise.offers import Kind, Offer
from e2esim.planning.promise.reply import Reply

KIND = {
    Kind.AS_WANTED: "as wanted",
    Kind.LATER: "later",
    Kind.SPLIT: "in two parts",
    Kind.OTHER_SITE: "other site",
    Kind.PART_OTHER_SITE: "partly other site",
    Kind.SUBSTITUTE: "substitute",
    Kind.PART_SUBSTITUTE: "partly substitute",
}
_LIMIT = {
    LimitKind.MATERIAL: "no {name} is free and no more can be had in time",
    LimitKind.WORK_CENTRE: "work centre {name} has no free hours in time",
    LimitKind.SUPPLIER: "the supplier needs longer ({name})",
    LimitKind.LEAD_TIME: "making it takes longer ({name})",
    LimitKind.TRANSPORT: "transport takes longer ({name})",
    LimitKind.HORIZON: "nothing more fits before the calendar ends ({name})",
}


@dataclass(frozen=True, kw_only=True)
class Speech:
    """Day 0 and the unit, for sentences about one item."""

    today: dt.date
    unit: str

    def date(self, day: int) -> str:
        """A day as a date."""
        return str(self.today + dt.timedelta(days=day))

    def pieces(self, qty: float) -> str:
        """A quantity with its unit."""
        return f"{number(qty)} {self.unit}"


def number(value: float) -> str:
    """A quantity without needless digits.

    >>> number(12.0), number(1234.5), number(2.25)
    ('12', '1,234.5', '2.25')
    """
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def days_late(days: float) -> str:
    """How late something is.

    >>> days_late(0), days_late(1), days_late(2.5)
    ('on time', '1 day late', '2.5 days late')
    """
    return "on time" if days <= 0 else f"{number(round(days, 1))} day{'' if days == 1 else 's'} late"


def deliveries(offer: Offer, reply: Reply, speech: Speech) -> str:
    """Every delivery of an offer: pieces, what and from where if not our own, date."""
    found = []
    for part in offer.parts:
        source = reply.sources[part.source]
        what = f" {source.item}" if source.substitute else ""
        place = f" from {source.site}" if source.site else ""
        found.append(f"{number(part.qty)}{what}{place} on {speech.date(part.day)}")
    return ", ".join(found)


def limit_words(limit: Limit, speech: Speech, promised: int | None = None) -> str:
    """What keeps goods from coming sooner, and when it lets more through or, sooner, planned goods come free."""
    text = _LIMIT[limit.kind].format(name=place(limit))
    if limit.possible < NEVER:
        text += f": wanted by {speech.date(limit.wanted // DAY)}, possible by {speech.date(limit.possible // DAY)}"
    if promised is not None and promised * DAY < limit.possible:
        text += f"; planned goods are free from {speech.date(promised)}"
    return text


def place(limit: Limit) -> str:
    """Name of what limits; purchases without the number of their row.

    >>> place(Limit(kind=LimitKind.SUPPLIER, name="buy 003059 from Acciai Forlì (70)", wanted=0, possible=1))
    'buy 003059 from Acciai Forlì'
    """
    return re.sub(r" \(\d+\)$", "", limit.name) if limit.kind == LimitKind.SUPPLIER else limit.name


def why_not(refusal: Refusal, reply: Reply, speech: Speech) -> str:
    """Why an offer is not made."""
    return _WHY[refusal.reason](refusal, reply, speech)


def what(refusal: Refusal, reply: Reply) -> str:
    """What a refused offer would have been."""
    name = KIND[refusal.kind]
    if refusal.source <= 0:
        return name
    source = reply.sources[refusal.source]
    return f"{name}: {source.item if source.substitute else ''}{' from ' if source.substitute and source.site else ''}{source.site}"


def _limit(refusal: Refusal, reply: Reply, speech: Speech) -> str:
    return "its date cannot be met" if reply.limit is None else limit_words(reply.limit, speech, reply.promised)


def _none_stated(refusal: Refusal, reply: Reply, speech: Speech) -> str:
    if refusal.kind == Kind.OTHER_SITE:
        return "no other site has it (table other_sites)"
    return "no substitute is stated (table substitutes)"


def _too_few(refusal: Refusal, reply: Reply, speech: Speech) -> str:
    together = "with our own there are" if refusal.kind in (Kind.PART_OTHER_SITE, Kind.PART_SUBSTITUTE) else "there are"
    return f"{together} only {number(refusal.pieces)} of {speech.pieces(reply.wish.qty)} inside the calendar"


def _too_late(refusal: Refusal, reply: Reply, speech: Speech) -> str:
    assert refusal.day is not None
    late = refusal.day - reply.wish.day
    return f"the last of it comes on {speech.date(refusal.day)}, {days_late(late)}: at most {reply.wish.max_late} accepted"


def _part_too_small(refusal: Refusal, reply: Reply, speech: Speech) -> str:
    return f"a part would be smaller than {speech.pieces(reply.wish.least)}"


def _nothing_sooner(refusal: Refusal, reply: Reply, speech: Speech) -> str:
    least = f" of at least {speech.pieces(reply.wish.least)}" if reply.wish.min_shipment else ""
    return f"no part{least} comes before the whole"


def _no_better(refusal: Refusal, reply: Reply, speech: Speech) -> str:
    assert refusal.better is not None
    return f"no better than {KIND[refusal.better.kind]} ({deliveries(refusal.better, reply, speech)})"


_WHY: dict[Reason, Callable[[Refusal, Reply, Speech], str]] = {
    Reason.LIMIT: _limit,
    Reason.NONE_STATED: _none_stated,
    Reason.TOO_FEW: _too_few,
    Reason.TOO_LATE: _too_late,
    Reason.PART_TOO_SMALL: _part_too_small,
    Reason.NOTHING_SOONER: _nothing_sooner,
    Reason.NO_BETTER: _no_better,
}
