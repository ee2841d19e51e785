"""Promises in words: what an offer does, why one is refused, what limits, who would wait."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from e2esim.planning.ctp.answer import MetLimit, WhyNotEarlier
from e2esim.planning.ctp.model import DAY, NEVER
from e2esim.planning.promise.alternatives import Refusal, RefusalReason
from e2esim.planning.promise.offers import OfferKind, PromiseOffer
from e2esim.planning.promise.reply import PromiseReply

KIND = {
    OfferKind.AS_WANTED: "as wanted",
    OfferKind.LATER: "later",
    OfferKind.SPLIT: "in two parts",
    OfferKind.OTHER_SITE: "other site",
    OfferKind.PART_OTHER_SITE: "partly other site",
    OfferKind.SUBSTITUTE: "substitute",
    OfferKind.PART_SUBSTITUTE: "partly substitute",
}
_LIMIT = {
    WhyNotEarlier.MATERIAL: "no {name} is free and no more can be had in time",
    WhyNotEarlier.WORK_CENTRE: "work centre {name} has no free hours in time",
    WhyNotEarlier.SUPPLIER: "the supplier needs longer ({name})",
    WhyNotEarlier.LEAD_TIME: "making it takes longer ({name})",
    WhyNotEarlier.TRANSPORT: "transport takes longer ({name})",
    WhyNotEarlier.HORIZON: "nothing more fits before the calendar ends ({name})",
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


def deliveries(offer: PromiseOffer, reply: PromiseReply, speech: Speech) -> str:
    """Every delivery of an offer: pieces, what and from where if not our own, date."""
    found = []
    for part in offer.parts:
        source = reply.sources[part.source]
        what = f" {source.item}" if source.substitute else ""
        place = f" from {source.site}" if source.site else ""
        found.append(f"{number(part.qty)}{what}{place} on {speech.date(part.day)}")
    return ", ".join(found)


def limit_words(limit: MetLimit, speech: Speech, promised: int | None = None) -> str:
    """What keeps goods from coming sooner, and when it lets more through or, sooner, planned goods come free."""
    text = _LIMIT[limit.kind].format(name=place(limit))
    if limit.possible < NEVER:
        text += f": wanted by {speech.date(limit.wanted // DAY)}, possible by {speech.date(limit.possible // DAY)}"
    if promised is not None and promised * DAY < limit.possible:
        text += f"; planned goods are free from {speech.date(promised)}"
    return text


def place(limit: MetLimit) -> str:
    """Name of what limits; purchases without the number of their row.

    >>> place(MetLimit(kind=WhyNotEarlier.SUPPLIER, name="buy 003059 from Acciai Forlì (70)", wanted=0, possible=1))
    'buy 003059 from Acciai Forlì'
    """
    return re.sub(r" \(\d+\)$", "", limit.name) if limit.kind == WhyNotEarlier.SUPPLIER else limit.name


def why_not(refusal: Refusal, reply: PromiseReply, speech: Speech) -> str:
    """Why an offer is not made."""
    return _WHY[refusal.reason](refusal, reply, speech)


def what(refusal: Refusal, reply: PromiseReply) -> str:
    """What a refused offer would have been."""
    name = KIND[refusal.kind]
    if refusal.source <= 0:
        return name
    source = reply.sources[refusal.source]
    return f"{name}: {source.item if source.substitute else ''}{' from ' if source.substitute and source.site else ''}{source.site}"


def _limit(refusal: Refusal, reply: PromiseReply, speech: Speech) -> str:
    return "its date cannot be met" if reply.limit is None else limit_words(reply.limit, speech, reply.promised)


def _none_stated(refusal: Refusal, reply: PromiseReply, speech: Speech) -> str:
    if refusal.kind == OfferKind.OTHER_SITE:
        return "no other site has it (table other_sites)"
    return "no substitute is stated (table substitutes)"


def _too_few(refusal: Refusal, reply: PromiseReply, speech: Speech) -> str:
    together = "with our own there are" if refusal.kind in (OfferKind.PART_OTHER_SITE, OfferKind.PART_SUBSTITUTE) else "there are"
    return f"{together} only {number(refusal.pieces)} of {speech.pieces(reply.wish.qty)} inside the calendar"


def _too_late(refusal: Refusal, reply: PromiseReply, speech: Speech) -> str:
    assert refusal.day is not None
    late = refusal.day - reply.wish.day
    return f"the last of it comes on {speech.date(refusal.day)}, {days_late(late)}: at most {reply.wish.max_late} accepted"


def _part_too_small(refusal: Refusal, reply: PromiseReply, speech: Speech) -> str:
    return f"a part would be smaller than {speech.pieces(reply.wish.least)}"


def _nothing_sooner(refusal: Refusal, reply: PromiseReply, speech: Speech) -> str:
    least = f" of at least {speech.pieces(reply.wish.least)}" if reply.wish.min_shipment else ""
    return f"no part{least} comes before the whole"


def _no_better(refusal: Refusal, reply: PromiseReply, speech: Speech) -> str:
    assert refusal.better is not None
    return f"no better than {KIND[refusal.better.kind]} ({deliveries(refusal.better, reply, speech)})"


_WHY: dict[RefusalReason, Callable[[Refusal, PromiseReply, Speech], str]] = {
    RefusalReason.LIMIT: _limit,
    RefusalReason.NONE_STATED: _none_stated,
    RefusalReason.TOO_FEW: _too_few,
    RefusalReason.TOO_LATE: _too_late,
    RefusalReason.PART_TOO_SMALL: _part_too_small,
    RefusalReason.NOTHING_SOONER: _nothing_sooner,
    RefusalReason.NO_BETTER: _no_better,
}
