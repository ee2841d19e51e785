"""Receive, use, speak: what a delivered batch leaves in its customers, and what they will do next."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from e2esim.customers.satisfaction_kernels import answer, decayed, judge, late_days, remembered
from e2esim.streams.draws import Count, exponential, logistic, normal, uniform

F = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
I8 = npt.NDArray[np.int8]

_DAMAGED, _INCOMPLETE, _INSTALL_FAILED, _DEFECT, _INTEGRATION, _TOUCH = 1, 2, 4, 8, 16, 32
_NEEDS, _COLLECTED, _FOLLOWED = 2, 8, 16
_SELL_OUT = 1
_ASKS_SHOP = 0.3  # of what a shop's consumer would ask the firm reaches the firm, the rest stays with the shop; assumed
ASKS_TRADE = 0.25  # an account asks about a late line so much less often than a consumer, assumed
_QUALITY_SD = 0.05  # [satisfaction] piece-to-piece fit of the product, assumed
_LIKELY_SPEAKS_BAD, _LIKELY_SPEAKS_GOOD = 0.6, 0.9  # [satisfaction] below / above which an experience is told


@njit(cache=True)
def feel_row(
    r: int,
    delivered: F32,
    promised: F32,
    placed: F32,
    item: npt.NDArray[np.int16],
    channel: U8,
    segment: U8,
    problems: U8,
    services: U8,
    price_ratio: F32,
    address: I64,
    key_quality: np.uint64,
    brand_quality: F,
    reference_d: F,
    enjoyment: F,
    needs_gain: float,
    collect_gain: float,
    gain: F,
    loss: F,
    tolerance: F,
    shape: F,
    w_punctuality: F,
    w_lead: F,
    w_ease: F,
    w_experience: F,
    kappa: float,
    product_only: bool,
) -> tuple[float, float]:
    """S and ease of row ``r`` at delivery; ``brand_quality`` (items,), ``reference_d, enjoyment`` (channels,), weights (segments,)."""
    bits, used, s, c = problems[r], services[r], segment[r], channel[r]
    extra = (needs_gain if used & _NEEDS else 0.0) + (collect_gain if used & _COLLECTED else 0.0)
    quality = brand_quality[item[r]] + _QUALITY_SD * normal(key_quality, address[r], 0)
    troubles = 1.0 if bits & _TOUCH else 0.0
    return judge(
        late_days(delivered[r], promised[r]),
        (delivered[r] - placed[r]) / 24.0 - reference_d[c],
        bits & _DAMAGED != 0,
        bits & _INCOMPLETE != 0,
        bits & _INSTALL_FAILED != 0,
        bits & _INTEGRATION != 0,
        troubles,
        enjoyment[c],
        extra,
        quality,
        price_ratio[r],
        gain,
        loss,
        tolerance,
        shape,
        w_punctuality[s],
        w_lead[s],
        w_ease[s],
        w_experience[s],
        kappa,
        product_only,
    )


@njit(cache=True)
def survey_row(
    key: np.uint64,
    line: Count,
    who: Count,
    s: float,
    memory: float,
    ease: float,
    slope: float,
    style_sd: float,
    response: float,
    csat_cuts: F,
    nps_cuts: F,
    ces_cuts: F,
) -> tuple[int, int, int, int]:
    """Answers (csat 1-5, recommend 0-10, ease 1-7) that everybody would give, and whether the survey is answered."""
    style = style_sd * normal(key, who, 0)
    csat = 1 + answer(slope * (s - 1.0 + style) + logistic(key, line, 1), csat_cuts)
    nps = answer(slope * (0.6 * s + 0.4 * memory - 1.0 + style) + logistic(key, line, 2), nps_cuts)
    ces = 1 + answer(slope * (ease - 1.0 + style) + logistic(key, line, 3), ces_cuts)
    extreme = min(0.95, response * (1.0 + abs(s - 1.0)))
    return csat, nps, ces, 1 if uniform(key, line, 4) < extreme else 0


@njit(cache=True)
def consumers_receive(
    rows: I32,
    keys: npt.NDArray[np.uint64],
    delivered: F32,
    promised: F32,
    placed: F32,
    item: npt.NDArray[np.int16],
    channel: U8,
    market: U8,
    segment: U8,
    problems: U8,
    services: U8,
    price_ratio: F32,
    address: I64,
    consumer: I32,
    satisfaction: F32,
    csat: I8,
    nps: I8,
    ces: I8,
    answered: U8,
    spoke: I8,
    c_address: I64,
    memory: F32,
    memory_t: F32,
    brand_quality: F,
    reference_d: F,
    enjoyment: F,
    needs_gain: float,
    collect_gain: float,
    gain: F,
    loss: F,
    tolerance: F,
    shape: F,
    w_punctuality: F,
    w_lead: F,
    w_ease: F,
    w_experience: F,
    response: F,
    kappa: float,
    product_only: bool,
    base: float,
    half_life_h: float,
    eta: float,
    eta_extreme: float,
    slope: float,
    style_sd: float,
    csat_cuts: F,
    nps_cuts: F,
    ces_cuts: F,
    speak_good: float,
    speak_bad: float,
    competitor: float,
    word_sum: F,
    word_count: F,
) -> None:
    """Consumers receive a batch: satisfaction, memory, survey answers and words (summed by market).

    ``keys``: quality, survey, word.
    """
    for k in range(rows.shape[0]):
        r = rows[k]
        c = consumer[r]
        if c < 0:
            continue
        s, ease = feel_row(
            r,
            delivered,
            promised,
            placed,
            item,
            channel,
            segment,
            problems,
            services,
            price_ratio,
            address,
            keys[0],
            brand_quality,
            reference_d,
            enjoyment,
            needs_gain,
            collect_gain,
            gain,
            loss,
            tolerance,
            shape,
            w_punctuality,
            w_lead,
            w_ease,
            w_experience,
            kappa,
            product_only,
        )
        satisfaction[r] = s
        m = decayed(memory[c], base, delivered[r] - memory_t[c], half_life_h)
        m = remembered(m, s, eta, eta_extreme)
        memory[c] = m
        memory_t[c] = delivered[r]
        a, b, e, said = survey_row(keys[1], address[r], c_address[c], s, m, ease, slope, style_sd, response[segment[r]], csat_cuts, nps_cuts, ces_cuts)
        csat[r], nps[r], ces[r], answered[r] = a, b, e, said
        u = uniform(keys[2], address[r], 0)
        word = 0
        if s < _LIKELY_SPEAKS_BAD and u < speak_bad:
            word = -1
        elif s >= _LIKELY_SPEAKS_GOOD and u < speak_good:
            word = 1
        spoke[r] = word
        if word != 0:
            word_sum[market[r]] += s - competitor
            word_count[market[r]] += 1.0


@njit(cache=True)
def accounts_receive(
    rows: I32,
    keys: npt.NDArray[np.uint64],
    delivered: F32,
    promised: F32,
    placed: F32,
    item: npt.NDArray[np.int16],
    channel: U8,
    segment: U8,
    problems: U8,
    services: U8,
    price_ratio: F32,
    address: I64,
    account: npt.NDArray[np.int16],
    account_code: I64,
    satisfaction: F32,
    csat: I8,
    nps: I8,
    ces: I8,
    answered: U8,
    memory: F,
    brand_quality: F,
    lead_reference_d: F,
    no_enjoyment: F,
    gain: F,
    loss: F,
    tolerance: F,
    shape: F,
    w_punctuality: F,
    w_lead: F,
    w_ease: F,
    w_experience: F,
    response: F,
    kappa: float,
    product_only: bool,
    eta: float,
    eta_extreme: float,
    slope: float,
    style_sd: float,
    csat_cuts: F,
    nps_cuts: F,
    ces_cuts: F,
) -> None:
    """Trade accounts receive a batch of REPLENISH rows; a line weighs less than a consumer's purchase in memory."""
    for k in range(rows.shape[0]):
        r = rows[k]
        if account[r] < 0:
            continue
        s, ease = feel_row(
            r,
            delivered,
            promised,
            placed,
            item,
            channel,
            segment,
            problems,
            services,
            price_ratio,
            address,
            keys[0],
            brand_quality,
            lead_reference_d,
            no_enjoyment,
            0.0,
            0.0,
            gain,
            loss,
            tolerance,
            shape,
            w_punctuality,
            w_lead,
            w_ease,
            w_experience,
            kappa,
            product_only,
        )
        satisfaction[r] = s
        memory[account[r]] = remembered(memory[account[r]], s, eta, eta_extreme)
        a, b, e, said = survey_row(
            keys[1],
            address[r],
            account_code[account[r]],
            s,
            memory[account[r]],
            ease,
            slope,
            style_sd,
            0.1 * response[segment[r]],
            csat_cuts,
            nps_cuts,
            ces_cuts,
        )
        csat[r], nps[r], ces[r], answered[r] = a, b, e, said


@njit(cache=True)
def after_delivery(
    rows: I32,
    key: np.uint64,
    kind: U8,
    delivered: F32,
    item: npt.NDArray[np.int16],
    channel: U8,
    problems: U8,
    services: U8,
    address: I64,
    consumer: I32,
    defect: F,
    second_thoughts: F,
    usage_share: float,
    prevented: float,
    contact_rows: I32,
    contact_t: F,
    contact_reason: U8,
    return_rows: I32,
    return_t: F,
    return_cause: U8,
) -> tuple[int, int]:
    """What consumers will do after delivery: complaints, questions, claims, returns; returns (contacts, returns) written.

    Output arrays hold at least two contacts and one return a row. Causes as in ReturnCause, reasons as in Reason.
    """
    n_contact = 0
    n_return = 0
    for k in range(rows.shape[0]):
        r = rows[k]
        if consumer[r] < 0:
            continue
        who = address[r]
        t = np.float64(delivered[r])
        bits = problems[r]
        follow = services[r] & _FOLLOWED != 0
        asks = _ASKS_SHOP if kind[r] == _SELL_OUT else 1.0
        if bits & (_DAMAGED | _INCOMPLETE | _INSTALL_FAILED) and uniform(key, who, 0) < 0.8 * asks:
            contact_rows[n_contact], contact_t[n_contact], contact_reason[n_contact] = r, t + exponential(key, who, 1, 8.0), 2
            n_contact += 1
        elif uniform(key, who, 2) < asks * usage_share * (1.0 - (prevented if follow else 0.0)):
            contact_rows[n_contact], contact_t[n_contact], contact_reason[n_contact] = r, t + exponential(key, who, 3, 480.0), 4
            n_contact += 1
        if bits & _DAMAGED and uniform(key, who, 4) < 0.5:
            return_rows[n_return], return_t[n_return], return_cause[n_return] = r, t + 48.0 + exponential(key, who, 5, 96.0), 4
            n_return += 1
        elif uniform(key, who, 6) < second_thoughts[channel[r]] * (0.5 if services[r] & _NEEDS else 1.0):
            return_rows[n_return], return_t[n_return], return_cause[n_return] = r, t + 24.0 * (2.0 + 12.0 * uniform(key, who, 7)), 2
            n_return += 1
        elif uniform(key, who, 8) < defect[item[r]]:
            when = t + exponential(key, who, 9, 24.0 * 100.0)
            problems[r] |= _DEFECT
            contact_rows[n_contact], contact_t[n_contact], contact_reason[n_contact] = r, when, 3
            n_contact += 1
            return_rows[n_return], return_t[n_return], return_cause[n_return] = r, when + 120.0, 1
            n_return += 1
    return n_contact, n_return


@njit(cache=True)
def overdue(
    rows: I32,
    now: float,
    key: np.uint64,
    kind: U8,
    address: I64,
    delivered: F32,
    consumer: I32,
    share: float,
    out: I32,
    out_t: F,
) -> int:
    """Rows whose promised day has passed undelivered and whose customer asks where the order is; times within the next day."""
    m = 0
    for k in range(rows.shape[0]):
        r = rows[k]
        if delivered[r] <= now:  # NaN (not delivered) compares false
            continue
        part = ASKS_TRADE if consumer[r] < 0 else (_ASKS_SHOP if kind[r] == _SELL_OUT else 1.0)
        if uniform(key, address[r], 0) < share * part:
            out[m] = r
            out_t[m] = now + 9.0 * uniform(key, address[r], 1) + 8.0
            m += 1
    return m


@njit(cache=True)
def fade(total: F, count: F, factor: float, prior: float, out: F) -> None:
    """Reputation by market: mean word of the recent past with ``prior`` neutral words; old words fade by ``factor``."""
    for m in range(total.shape[0]):
        total[m] *= factor
        count[m] *= factor
        out[m] = total[m] / (count[m] + prior)


@njit(cache=True)
def stirred(sd: float, key: np.uint64, day: int, hour: int) -> float:
    """Over-dispersion factor of an hour of contacts, lognormal with mean one (day and hour share the variance)."""
    z = math.sqrt(0.6) * normal(key, day, 0) + math.sqrt(0.4) * normal(key, day, 1 + hour)
    return math.exp(sd * z - 0.5 * sd * sd)
