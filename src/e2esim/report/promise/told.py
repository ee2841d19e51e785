"""One answered request with all that is said about it: who asked, which plan it stands on, who would wait."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from e2esim.planning.promise.offers import PromiseOffer
from e2esim.planning.promise.reply import PromiseReply
from e2esim.report.promise.words import KIND, Speech, limit_words, place, what, why_not


@dataclass(frozen=True, kw_only=True)
class PlanUsed:
    """The plan that was asked.

    Parameters
    ----------
    folder, made, status
        Where it lies, when it was made (UTC), what it achieves.
    changed
        Files of the data that have changed since.
    quick_s
        Seconds in which it was made for this very request, None if it was there.
    """

    folder: str
    made: str
    status: str
    changed: tuple[str, ...] = ()
    quick_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Waits:
    """An order that would come later if the wanted date were insisted upon.

    `qty` pieces planned for day `before` come on day `after` (None = not inside the calendar) [pcs, d from today].
    """

    order: str
    customer: str
    item: str
    qty: float
    due: int
    priority: int
    before: int
    after: int | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """Everything that is said about one request.

    `slips` is None where nothing had to be forced; `forced` says whether the date can be met at all by letting others wait.
    """

    reply: PromiseReply
    item: str
    item_name: str
    customer: str
    speech: Speech
    slips: tuple[Waits, ...] | None
    forced: bool
    plan: PlanUsed


def told_json(told: Told, wall_s: float) -> str:
    """One JSON object: request, answer, on_time, alternatives, refused, limit, slips, wall_s, plan."""
    reply, speech = told.reply, told.speech
    wish, limit = reply.wish, reply.limit
    found: dict[str, Any] = {
        "request": {
            "item": told.item,
            "name": told.item_name,
            "customer": told.customer,
            "qty": wish.qty,
            "unit": speech.unit,
            "date": speech.date(wish.day),
            "priority": reply.priority,
            "min_shipment": wish.min_shipment,
            "max_late_days": wish.max_late,
        },
        "answer": {
            "promised": None if reply.promised is None else speech.date(reply.promised),
            "deliveries": [{"date": speech.date(day), "qty": qty} for day, qty in reply.parts],
            "not_promised": reply.short,
            "days_late": None if reply.promised is None else max(0, reply.promised - wish.day),
        },
        "on_time": reply.on_time,
        "alternatives": [_offer(rank, offer, told) for rank, offer in enumerate(reply.choices.offers if reply.choices else (), start=1)],
        "refused": [
            {"kind": refusal.kind.value, "what": what(refusal, reply), "reason": refusal.reason.value, "why": why_not(refusal, reply, speech)}
            for refusal in (reply.choices.refused if reply.choices else ())
        ],
        "limit": None if limit is None else {"kind": limit.kind.value, "name": place(limit), "why": limit_words(limit, speech, reply.promised)},
        "slips": [_waits(waits, speech) for waits in told.slips or ()],
        "date_can_be_forced": None if told.slips is None else told.forced,
        "wall_s": round(wall_s, 3),
        "plan": {
            "folder": told.plan.folder,
            "made": told.plan.made,
            "status": told.plan.status,
            "data_changed": list(told.plan.changed),
            "quick_s": told.plan.quick_s,
        },
    }
    return json.dumps(found, ensure_ascii=False, allow_nan=False)


def _offer(rank: int, offer: PromiseOffer, told: Told) -> dict[str, Any]:
    sources, speech = told.reply.sources, told.speech
    return {
        "rank": rank,
        "kind": offer.kind.value,
        "what": KIND[offer.kind],
        "deliveries": [
            {
                "date": speech.date(part.day),
                "qty": part.qty,
                "item": sources[part.source].item,
                "site": sources[part.source].site or None,
            }
            for part in offer.parts
        ],
        "promised": speech.date(offer.last),
        "mean_days_late": offer.late_days,
        "extra_cost_eur": offer.extra_cost,
        "substituted_qty": offer.substituted,
    }


def _waits(waits: Waits, speech: Speech) -> dict[str, Any]:
    return {
        "order": waits.order,
        "customer": waits.customer,
        "item": waits.item,
        "priority": waits.priority,
        "qty": waits.qty,
        "due": speech.date(waits.due),
        "from": speech.date(waits.before),
        "to": None if waits.after is None else speech.date(waits.after),
    }
