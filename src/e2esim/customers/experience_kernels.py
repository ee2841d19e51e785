"""Feel: the one place where experiences become satisfaction, memory, answers to surveys and words."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from e2esim.customers.books import Felt, Law, Mind, Minds, OrderFacts, ServiceVoice, SpeechBook
from e2esim.customers.circles import circle_of
from e2esim.customers.satisfaction_kernels import (
    COMPLETENESS,
    DAMAGE,
    DEFECT,
    EXPERIENCE,
    INSTALLATION,
    RESOLUTION,
    answer,
    contribution,
    decayed,
    enjoyed,
    purchase,
    remembered,
)
from e2esim.domain.experience import ONLY_TOLD, SERVICE, Flag, Lived
from e2esim.domain.lean import lean_njit
from e2esim.domain.pasted import pasted_njit
from e2esim.streams.draws import Count, normal, uniform

F = npt.NDArray[np.float64]
Batch = npt.NDArray[np.void]

_ENDS, _ASKS, _SPEAKS, _JUDGES = int(Flag.ENDS), int(Flag.ASKS), int(Flag.SPEAKS), int(Flag.JUDGES_SERVICE)
_RECOVERY, _SHOP, _REFUND = int(Lived.RECOVERY), int(Lived.SHOP_RECOVERY), int(Lived.REFUND)
QUALITY_SD = 0.05  # [satisfaction] piece-to-piece fit of the product, assumed
FLOOR = 0.12  # [share] who speak about what is just as expected, assumed
WIDTH = 0.35  # [satisfaction] from the middle at which 63 % of the rest of the willingness to speak has come, assumed
SILENCE = 0.5  # weight of a question without an answer in trust, against a broken product, assumed; TARP: 19 % stay where neither is put right
_BAND_MIDDLE = 1.0  # [satisfaction] least to tell

# weight of a moment in memory by Lived, against a delivery; assumed: what prepares a purchase is remembered through it, money moves little
_HEARD = {Lived.CALLED_BACK: 0.4, Lived.FEEDBACK_RETURNED: 0.4, Lived.SENT_BACK: 0.2, Lived.BILLED: 0.6}
_OLD = (0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.2, 0.4, 1.0, 0.6, 1.0, 0.8, 0.5, 0.2, 1.0, 0.0)
_MEMORY = np.array([*_OLD, *(_HEARD.get(kind, 0.0) for kind in Lived if kind >= Lived.REVIEW_READ)])
_LISTENED = np.array([kind in (Lived.CALLED_BACK, Lived.FEEDBACK_RETURNED) for kind in Lived])  # being listened to reminds nobody of worse than he remembers
_TOLD = np.array([kind in ONLY_TOLD for kind in Lived])
ANSWERED_STAR = 0.053  # [satisfaction] by which words are better where the firm answers them: .12 star at the 2.3 stars a satisfaction of the answers' slope
ANSWERED_MORE = 0.12  # [share] more words there (Proserpio and Zervas 2017, both)


@pasted_njit
def logistic_of(z: float) -> float:
    """Standard logistic value at the quantile of the standard normal ``z``.

    >>> logistic_of(0.0)
    0.0
    """
    p = min(max(0.5 * math.erfc(-z / math.sqrt(2.0)), 1e-12), 1.0 - 1e-12)
    return math.log(p / (1.0 - p))


@pasted_njit
def survey(key: np.uint64, line: Count, who: Count, s: float, memory: float, ease: float, segment: int, mind: Mind) -> tuple[int, int, int, int]:
    """Answers (csat 1-5, recommend 0-10, ease 1-7) that everybody would give, and whether the survey is answered.

    The answers of one person share style and, by ``mind.shared``, noise; ease shares less of it.
    """
    style = mind.style_sd * normal(key, who, 0)
    common, mine, other = math.sqrt(mind.shared), math.sqrt(1.0 - mind.shared), math.sqrt(1.0 - 0.25 * mind.shared)
    mood = normal(key, line, 0)
    csat = 1 + answer(mind.slope * (s - 1.0 + style) + logistic_of(common * mood + mine * normal(key, line, 1)), mind.csat_cuts)
    nps = answer(mind.slope * (0.6 * s + 0.4 * memory - 1.0 + style) + logistic_of(common * mood + mine * normal(key, line, 2)), mind.nps_cuts)
    ces = 1 + answer(mind.slope * (ease - 1.0 + style) + logistic_of(0.5 * common * mood + other * normal(key, line, 3)), mind.ces_cuts)
    extreme = min(0.95, mind.response[segment] * (1.0 + mind.bias * abs(s - 1.0)))
    return csat, nps, ces, 1 if uniform(key, line, 4) < extreme else 0


@pasted_njit
def willing(s: float, good: float, bad: float) -> float:
    """Share who speak after an experience ``s``: a U without thresholds, from ``FLOOR`` to ``good`` above and ``bad`` below.

    >>> willing(1.0, 0.25, 0.4) < willing(1.5, 0.25, 0.4) < willing(0.4, 0.25, 0.4) < 0.4
    True
    """
    d = s - _BAND_MIDDLE
    top = good if d > 0.0 else bad
    floor = min(FLOOR, top)
    return floor + (top - floor) * (1.0 - math.exp(-((d / WIDTH) ** 2)))


@pasted_njit
def add_up(x: np.void, segment: int, f: Felt, law: Law) -> float:
    """Add one experience to what its purchase has shown so far; returns its feeling [satisfaction]."""
    r, a, kind = x["row"], x["attribute"], x["kind"]
    if _TOLD[kind]:
        return 0.0
    if a == SERVICE:
        f.gain[r] += x["shown"]
        return float(x["shown"])
    if a == EXPERIENCE:
        before = enjoyed(f.joy[r], segment, law)
        f.joy[r] += x["shown"]
        return enjoyed(f.joy[r], segment, law) - before
    if kind in (_RECOVERY, _SHOP, _REFUND):  # shown: share made good, expected: how bad it was
        loss = -contribution(a, segment, x["expected"], 0.0, law)
        feeling = loss * x["shown"]
        f.squares[r] += (loss - feeling) ** 2 - loss * loss
    else:
        feeling = contribution(a, segment, x["shown"], x["expected"], law)
        if feeling > 0.0 and a != RESOLUTION:
            f.gain[r] += feeling
            return feeling
        f.squares[r] += feeling * feeling if feeling < 0.0 else 0.0
    if a <= DAMAGE or a == DEFECT:
        f.needs_loss[r] = max(0.0, f.needs_loss[r] - feeling)
    else:
        f.ease_loss[r] = max(0.0, f.ease_loss[r] - feeling)
    return float(feeling)


@pasted_njit
def scarred(x: np.void, feeling: float) -> float:
    """Loss (+) that an experience leaves in trust, or gives back (-): only what somebody had to put right, and whether it was.

    Money given back (REFUND) heals no trust: treatment does.
    """
    a, kind = x["attribute"], x["kind"]
    if a == RESOLUTION:
        return -SILENCE * feeling
    if kind != _REFUND and a in (COMPLETENESS, DAMAGE, DEFECT, INSTALLATION):
        return -feeling if feeling < 0.0 or kind in (_RECOVERY, _SHOP) else 0.0
    return 0.0


@lean_njit
def feel(
    batch: Batch,
    n: int,
    keys: npt.NDArray[np.uint64],
    o: OrderFacts,
    f: Felt,
    minds: Minds,
    voice: ServiceVoice,
    law: Law,
    mind: Mind,
    speech: SpeechBook,
) -> None:
    """Feel the first ``n`` experiences of a batch; writes ``feeling`` and ``felt`` into it. ``keys``: quality, survey, word."""
    scar = 0.0
    for k in range(n):
        x = batch[k]
        r = x["row"]
        segment, c = o.segment[r], o.consumer[r]
        feeling = add_up(x, segment, f, law)
        x["feeling"] = feeling
        scar += scarred(x, feeling)
        if x["flags"] & _ENDS == 0:
            continue
        quality = law.quality[o.item[r]] + QUALITY_SD * normal(keys[0], o.address[r], 0)
        ratio = np.float64(o.price_ratio[r])
        if law.product_only:
            s = quality / ratio
        else:
            fun = enjoyed(f.joy[r], segment, law)
            s = purchase(quality, f.gain[r], fun, f.needs_loss[r], f.ease_loss[r], f.squares[r], law.kappa, ratio)
        f.satisfaction[r] = s
        x["felt"] = s
        weight = mind.eta * _MEMORY[x["kind"]]
        if c >= 0:
            if weight > 0.0:
                m = decayed(minds.memory[c], mind.base, x["t"] - minds.memory_t[c], mind.half_life_h)
                minds.memory[c] = remembered(m, max(s, m) if _LISTENED[x["kind"]] else s, weight, mind.eta_extreme)
                minds.memory_t[c] = max(x["t"], np.float64(minds.memory_t[c]))
            if not law.product_only:
                minds.scar[c] = max(0.0, minds.scar[c] + mind.scar * scar)
            memory, who = np.float64(minds.memory[c]), minds.address[c]
        else:
            a = o.account[r]
            m = minds.account_memory[a]
            minds.account_memory[a] = remembered(m, max(s, m) if _LISTENED[x["kind"]] else s, weight * mind.line_weight, mind.eta_extreme)
            memory, who = minds.account_memory[a], minds.account_code[a]
        scar = 0.0
        if x["flags"] & _ASKS:
            ask(x, keys[1], who, s, memory, max(0.0, 1.0 - f.ease_loss[r]), segment, c < 0, o, f, voice, mind)
        if x["flags"] & _SPEAKS and c >= 0:
            rival = speech.competitor + speech.rival_gain_y * x["t"] / 8760.0
            word = speak(x["kind"], keys[2], s, speech, rival, o.address[r] if x["contact"] < 0 else voice.address[x["contact"]])
            if word != 0:
                f.spoke[r] = word
                many = 1.0 + ANSWERED_MORE * speech.answered
                place = o.market[r] * speech.circles + circle_of(speech.circle_key, who, speech.circles)
                speech.word_sum[place] += many * (s - rival + ANSWERED_STAR * speech.answered)
                speech.word_count[place] += many


@pasted_njit
def ask(
    x: np.void,
    key: np.uint64,
    who: Count,
    s: float,
    memory: float,
    ease: float,
    segment: int,
    trade: bool,
    o: OrderFacts,
    f: Felt,
    voice: ServiceVoice,
    mind: Mind,
) -> None:
    """Ask for an answer about the order, and where a request is over about the contact too; trade answers a tenth as often about one line.

    Of an order the last answer counts: that after its delivery until a service follows. The same customer has the same luck and readiness
    to answer, so that the answer moves with what was felt in between.
    """
    r, y = x["row"], x["contact"]
    if x["flags"] & _JUDGES:
        csat, nps, ces, said = survey(key, voice.address[y], who, s, memory, ease, segment, mind)
        silent = trade and uniform(key, voice.address[y], 5) >= 0.1
        voice.csat[y], voice.nps[y], voice.ces[y], voice.answered[y] = csat, nps, ces, 0 if silent else said
        if f.csat[r] == 0:
            return  # asked about an order that has not come
    csat, nps, ces, said = survey(key, o.address[r], who, s, memory, ease, segment, mind)
    silent = trade and uniform(key, o.address[r], 5) >= 0.1
    f.csat[r], f.nps[r], f.ces[r], f.answered[r] = csat, nps, ces, 0 if silent else said


@pasted_njit
def speak(kind: int, key: np.uint64, s: float, speech: SpeechBook, rival: float, line: Count) -> int:
    """+1 a good word, -1 a bad one (worse than the best alternative), 0 silence."""
    if uniform(key, line, kind) >= willing(s, speech.good, speech.bad):
        return 0
    return 1 if s >= rival else -1
