"""What customers do after a delivery or a missed date: complain, ask, claim, send back; and what words add up to."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.customers.books import OrderFacts
from e2esim.customers.satisfaction_kernels import late_days
from e2esim.domain.book import LineProblem, OrderKind, Reason, ReturnCause, Service
from e2esim.domain.lean import lean_njit
from e2esim.domain.pasted import pasted_njit
from e2esim.streams.draws import exponential, normal, uniform

F = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint8]

_DAMAGED, _DEFECT = int(LineProblem.DAMAGED), int(LineProblem.DEFECT)
_BROKEN = int(LineProblem.DAMAGED | LineProblem.INCOMPLETE | LineProblem.INSTALL_FAILED)
_NEEDS, _FOLLOWED, _TOLD, _GUIDED = int(Service.NEEDS_ANALYSIS), int(Service.USE_FOLLOWUP), int(Service.DELAY_TOLD), int(Service.GUIDED)
_COMPLAINT, _CLAIM, _USE_HELP = int(Reason.COMPLAINT), int(Reason.CLAIM), int(Reason.USE_HELP)
_BACK_DEFECT, _BACK_SECOND, _BACK_DAMAGE = int(ReturnCause.DEFECT), int(ReturnCause.SECOND_THOUGHTS), int(ReturnCause.DAMAGE)
_SELL_OUT = int(OrderKind.SELL_OUT)
ASKS_SHOP = 0.3  # of what a shop's consumer would ask the firm reaches the firm, the rest stays with the shop; assumed
ASKS_TRADE = 0.25  # an account asks about a late line so much less often than a consumer, assumed
SHOP_SOLVES = 0.75  # [share] of the complaints that stay with the shop that it makes good, assumed
LATE_COMPLAINS = 0.7  # of the readiness to complain about damage where the order was only late, assumed
TOLD_ASKS = 0.2  # of the readiness to ask where the delay was told before, assumed
GUIDED_ASKS = 0.7  # of the readiness to ask again of who has been helped to his next step, assumed
USE_D = (14.0, 20.0)  # [days] from delivery to the touchpoints of use: at least, and the mean of the rest; assumed
AFTER = 4  # kinds of things that come after a delivery
DEFECT_SHOWS, SHOP_MENDS, SHOP_REPLACES, IN_USE = range(AFTER)


class Habits(NamedTuple):
    """Shares that rule what customers do after a delivery; ``defect`` (items,), ``second_thoughts`` (channels,)."""

    defect: F
    second_thoughts: F
    complaint_share: float
    usage_share: float
    prevented: float


class NextSteps(NamedTuple):
    """Room for what a batch of up to n rows leads to: contacts (2 n), returns (n), and things that come later (4 n)."""

    contact_row: I32
    contact_t: F
    contact_reason: U8
    return_row: I32
    return_t: F
    return_cause: U8
    later_code: I32  # AFTER * row + kind
    later_t: F


def next_steps(n: int) -> NextSteps:
    """Empty room for ``n`` rows."""
    i, u = np.int32, np.uint8
    return NextSteps(
        *(np.zeros(2 * n, i), np.zeros(2 * n), np.zeros(2 * n, u)), *(np.zeros(n, i), np.zeros(n), np.zeros(n, u)), *(np.zeros(4 * n, i), np.zeros(4 * n))
    )


@pasted_njit
def _helpless(h: Habits, services: int) -> float:
    """Readiness to ask for help in use: less where the firm asks first, or has helped to the next step."""
    return h.usage_share * (1.0 - (h.prevented if services & _FOLLOWED else 0.0)) * (GUIDED_ASKS if services & _GUIDED else 1.0)


@lean_njit
def after_delivery(rows: I32, key: np.uint64, o: OrderFacts, h: Habits, out: NextSteps) -> tuple[int, int, int]:
    """What customers will do after delivery; returns how many contacts, returns and later things were written.

    A trade account complains to the firm about what was damaged or missing. A consumer who complains does so at the firm, or (most of a
    shop's) at the shop, which makes it good or not. Who does not complain about a defect keeps the product.
    """
    a = b = d = 0
    for k in range(rows.shape[0]):
        r = rows[k]
        who, t, bits = o.address[r], np.float64(o.delivered[r]), o.problems[r]
        if o.consumer[r] < 0:
            if o.account[r] >= 0 and bits & _BROKEN and uniform(key, who, 0) < h.complaint_share:
                o.complained[r] = 1
                out.contact_row[a], out.contact_t[a], out.contact_reason[a] = r, t + exponential(key, who, 1, 8.0), _COMPLAINT
                a += 1
            continue
        at_shop = o.kind[r] == _SELL_OUT and uniform(key, who, 10) >= ASKS_SHOP
        out.later_code[d], out.later_t[d] = AFTER * r + IN_USE, t + 24.0 * USE_D[0] + exponential(key, who, 12, 24.0 * USE_D[1])
        d += 1
        ready = 0.0
        if bits & _BROKEN:
            ready = h.complaint_share
        elif late_days(o.delivered[r], o.promised[r]) >= 1.0:
            ready = LATE_COMPLAINS * h.complaint_share
        if uniform(key, who, 0) < ready:
            o.complained[r] = 1
            when = t + exponential(key, who, 1, 8.0)
            if not at_shop:
                out.contact_row[a], out.contact_t[a], out.contact_reason[a] = r, when, _COMPLAINT
                a += 1
            elif uniform(key, who, 13) < SHOP_SOLVES:
                out.later_code[d], out.later_t[d] = AFTER * r + SHOP_MENDS, when + exponential(key, who, 14, 72.0)
                d += 1
        elif not at_shop and uniform(key, who, 2) < _helpless(h, o.services[r]):
            out.contact_row[a], out.contact_t[a], out.contact_reason[a] = r, t + exponential(key, who, 3, 480.0), _USE_HELP
            a += 1
        if bits & _DAMAGED and uniform(key, who, 4) < 0.5:
            out.return_row[b], out.return_t[b], out.return_cause[b] = r, t + 48.0 + exponential(key, who, 5, 96.0), _BACK_DAMAGE
            b += 1
        elif uniform(key, who, 6) < h.second_thoughts[o.channel[r]] * (0.5 if o.services[r] & _NEEDS else 1.0):
            out.return_row[b], out.return_t[b], out.return_cause[b] = r, t + 24.0 * (2.0 + 12.0 * uniform(key, who, 7)), _BACK_SECOND
            b += 1
        elif uniform(key, who, 8) < h.defect[o.item[r]]:
            when = t + exponential(key, who, 9, 24.0 * 100.0)
            out.later_code[d], out.later_t[d] = AFTER * r + DEFECT_SHOWS, when
            d += 1
            if uniform(key, who, 11) >= h.complaint_share:
                continue
            o.complained[r] = 1
            out.return_row[b], out.return_t[b], out.return_cause[b] = r, when + 120.0, _BACK_DEFECT
            b += 1
            if not at_shop:
                out.contact_row[a], out.contact_t[a], out.contact_reason[a] = r, when + 1.0, _CLAIM
                a += 1
            elif uniform(key, who, 13) < SHOP_SOLVES:
                out.later_code[d], out.later_t[d] = AFTER * r + SHOP_REPLACES, when + 24.0 + exponential(key, who, 15, 72.0)
                d += 1
    return a, b, d


@lean_njit
def overdue(rows: I32, now: float, key: np.uint64, o: OrderFacts, share: float, told: float, out: I32, out_t: F) -> int:
    """Rows whose promised day has passed undelivered and whose customer asks where the order is; times within the next day.

    ``told``: share of the delays that the firm tells first (marked on the row); who was told asks seldom, who was guided less often.
    """
    m = 0
    for k in range(rows.shape[0]):
        r = rows[k]
        if o.delivered[r] <= now:  # NaN (not delivered) compares false
            continue
        part = ASKS_TRADE if o.consumer[r] < 0 else (ASKS_SHOP if o.kind[r] == _SELL_OUT else 1.0)
        if uniform(key, o.address[r], 2) < told:
            o.services[r] |= _TOLD
            part *= TOLD_ASKS
        if o.services[r] & _GUIDED:
            part *= GUIDED_ASKS
        if uniform(key, o.address[r], 0) < share * part:
            out[m] = r
            out_t[m] = now + 9.0 * uniform(key, o.address[r], 1) + 8.0
            m += 1
    return m


@lean_njit
def stand(total: F, count: F, prior: float, usual: float, out: F) -> None:
    """Reputation by market and circle: mean word of the recent past above the ``usual`` one, with ``prior`` usual words."""
    for m in range(total.shape[0]):
        out[m] = (total[m] - usual * count[m]) / (count[m] + prior)


@lean_njit
def stirred(sd: float, key: np.uint64, day: int, hour: int) -> float:
    """Over-dispersion factor of an hour of contacts, lognormal with mean one (day and hour share the variance)."""
    z = math.sqrt(0.6) * normal(key, day, 0) + math.sqrt(0.4) * normal(key, day, 1 + hour)
    return math.exp(sd * z - 0.5 * sd * sd)
