"""The experience kernel written slowly: dictionaries of lines and people, one experience after the other."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import logistic, norm

from e2esim.customers.books import Law, Mind, SpeechBook
from e2esim.domain.book import Columns
from e2esim.domain.experience import Lived
from e2esim.domain.world import ATTRIBUTES
from e2esim.streams.draws import normal, uniform

BARELY = {"ADVERTISEMENT": 0, "ADVICE": 0, "OFFER": 0, "CHANGE_REFUSED": 0, "REVIEW_READ": 0}
HEARD = {"CALLED_BACK": 0.4, "FEEDBACK_RETURNED": 0.4, "SENT_BACK": 0.2, "BILLED": 0.6}
SAID = ("TRAINED", "RECALLED", "QUESTION", "PROMISED", "PROMISE_CHANGED", "DELAY_TOLD", "FOUND_OUT", "HELP_ASKED", "COMPLAINED")  # in the log only
LISTENED = ("CALLED_BACK", "FEEDBACK_RETURNED")  # never remembered as worse than what is remembered already
MEMORY = BARELY | HEARD | dict.fromkeys(SAID, 0) | {"FIRST_USE": 0.2, "FOLLOW_UP": 0.4, "ANSWER": 0.6, "RECOVERY": 0.8, "SHOP_RECOVERY": 0.5, "REFUND": 0.2}
NEEDS = ("punctuality", "lead_time", "completeness", "damage", "defect")
SOLVED = ("completeness", "damage", "defect", "installation")  # what somebody has to put right
MADE_GOOD = (Lived.RECOVERY, Lived.SHOP_RECOVERY, Lived.REFUND)


class ExperienceTwin:
    """Feels a batch as the kernel does; one segment table, one market."""

    def __init__(self, law: Law, mind: Mind, speech: SpeechBook, keys: npt.NDArray[np.uint64]) -> None:
        self.law, self.mind, self.speech, self.keys = law, mind, speech, [np.uint64(k) for k in keys]
        self.lines: dict[int, dict[str, float]] = {}
        self.people: dict[int, dict[str, float]] = {}
        self.account, self.words = 0.8, 0
        self.feelings: list[float] = []

    def weight(self, name: str, segment: int) -> float:
        """Weight of an attribute."""
        w = self.law
        if name in ("completeness", "damage", "defect"):
            return 1.0
        column = {"punctuality": w.w_punctuality, "lead_time": w.w_lead, "experience": w.w_experience}.get(name, w.w_ease)
        return float(column[segment])

    def curve(self, u: float, k: int) -> float:
        """Saturating Weibull."""
        return 0.0 if u <= 0 else 1.0 - math.exp(-((u / self.law.tolerance[k]) ** self.law.shape[k]))

    def gain_or_loss(self, k: int, segment: int, shown: float, expected: float) -> float:
        """Signed contribution."""
        w, name = self.weight(ATTRIBUTES[k], segment), ATTRIBUTES[k]
        if name in ("resolution", "effort"):
            return -w * float(self.law.loss[k]) * (self.curve(shown, k) - self.curve(expected, k))
        d = shown - expected
        return -w * float(self.law.loss[k]) * self.curve(d, k) if d > 0 else w * float(self.law.gain[k]) * self.curve(-d, k)

    def fun(self, joy: float, segment: int) -> float:
        """Saturating enjoyment."""
        return float(self.law.w_experience[segment] * self.law.gain[10] * (1.0 - math.exp(-max(0.0, joy) / self.law.tolerance[10])))

    def live(self, batch: npt.NDArray[np.void], orders: Columns) -> None:
        """All experiences in order."""
        scar = 0.0
        for x in batch:
            r, kind = int(x["row"]), Lived(int(x["kind"]))
            segment = int(orders["segment"][r])
            line = self.lines.setdefault(r, {"needs": 0.0, "ease": 0.0, "squares": 0.0, "gain": 0.0, "joy": 0.0, "spoke": 0})
            feeling = self.add_up(line, kind, int(x["attribute"]), segment, float(x["shown"]), float(x["expected"]))
            self.feelings.append(feeling)
            scar += self.scar(kind, int(x["attribute"]), feeling)
            if x["flags"]:
                self.end(x, line, kind, scar, orders)
                scar = 0.0

    def add_up(self, line: dict[str, float], kind: Lived, k: int, segment: int, shown: float, expected: float) -> float:
        """What the line has shown so far."""
        if kind.name in SAID:
            return 0.0
        if k == len(ATTRIBUTES):
            line["gain"] += shown
            return shown
        name = ATTRIBUTES[k]
        if name == "experience":
            before = self.fun(line["joy"], segment)
            line["joy"] += shown
            return self.fun(line["joy"], segment) - before
        if kind in MADE_GOOD:
            loss = -self.gain_or_loss(k, segment, expected, 0.0)
            feeling = loss * shown
            line["squares"] += (loss - feeling) ** 2 - loss**2
        else:
            feeling = self.gain_or_loss(k, segment, shown, expected)
            if feeling > 0 and name != "resolution":
                line["gain"] += feeling
                return feeling
            line["squares"] += feeling**2 if feeling < 0 else 0.0
        pot = "needs" if name in NEEDS else "ease"
        line[pot] = max(0.0, line[pot] - feeling)
        return feeling

    def scar(self, kind: Lived, k: int, feeling: float) -> float:
        """What it takes from trust."""
        name = ATTRIBUTES[k] if k < len(ATTRIBUTES) else ""
        if name == "resolution":
            return -0.5 * feeling
        if name not in SOLVED or kind == Lived.REFUND:
            return 0.0
        return -feeling if feeling < 0 or kind in MADE_GOOD else 0.0

    def end(self, x: Any, line: dict[str, float], kind: Lived, scar: float, o: Columns) -> None:
        """A moment is over: S, memory, survey, word."""
        r, law, mind = int(x["row"]), self.law, self.mind
        segment, who, address = int(o["segment"][r]), int(o["consumer"][r]), int(o["address"][r])
        losses = line["needs"] + line["ease"]
        pairs = max(0.0, (losses**2 - line["squares"]) / 2.0)
        gate = max(0.0, 1.0 - line["needs"]) * max(0.0, 1.0 - line["ease"])
        quality = float(law.quality[o["item"][r]]) + 0.05 * normal(self.keys[0], address, 0)
        good = (line["gain"] + self.fun(line["joy"], segment)) * gate
        s = max(-0.5, (quality + good - losses - law.kappa * pairs) / float(o["price_ratio"][r]))
        eta = mind.eta * MEMORY.get(kind.name, 1.0)
        if who >= 0:
            person = self.people.setdefault(who, {"memory": 1.0, "t": 0.0, "scar": 0.0})
            if eta > 0:
                now = mind.base + (person["memory"] - mind.base) * 0.5 ** (max(0.0, float(x["t"]) - person["t"]) / mind.half_life_h)
                seen = max(s, now) if kind.name in LISTENED else s
                person["memory"] = now + min(1.0, eta * (1.0 + mind.eta_extreme * abs(seen - now))) * (seen - now)
                person["t"] = float(x["t"])
            person["scar"] = max(0.0, person["scar"] + mind.scar * scar)
            memory, code = person["memory"], 0
        else:
            seen = max(s, self.account) if kind.name in LISTENED else s
            self.account += min(1.0, eta * mind.line_weight * (1.0 + mind.eta_extreme * abs(seen - self.account))) * (seen - self.account)
            memory, code = self.account, 72
        ease = max(0.0, 1.0 - line["ease"])
        line |= {"satisfaction": s, **self.answers(address, code, s, memory, ease, segment, who < 0)}
        if who >= 0 and uniform(self.keys[2], address, int(kind)) < self.speaks(s):
            self.words += 1
            line["spoke"] = 1 if s >= self.speech.competitor else -1

    def answers(self, line: int, who: int, s: float, memory: float, ease: float, segment: int, trade: bool) -> dict[str, float]:
        """Survey answers that share style and noise."""
        key, mind = self.keys[1], self.mind
        style, mood = mind.style_sd * normal(key, who, 0), normal(key, line, 0)
        out = []
        relation = 0.6 * s + 0.4 * memory
        questions = ((1, s, 1.0, mind.csat_cuts), (2, relation, 1.0, mind.nps_cuts), (3, ease, 0.25, mind.ces_cuts))
        for k, feeling, part, cuts in questions:
            shared = part * mind.shared
            noise = float(logistic.ppf(norm.cdf(math.sqrt(shared) * mood + math.sqrt(1.0 - shared) * normal(key, line, k))))
            out.append(int((cuts < mind.slope * (feeling - 1.0 + style) + noise).sum()))
        said = uniform(key, line, 4) < min(0.95, float(mind.response[segment]) * (1.0 + abs(s - 1.0)))
        if trade and uniform(key, line, 5) >= 0.1:
            said = False
        return {"csat_true": 1 + out[0], "nps_true": out[1], "ces_true": 1 + out[2], "answered": int(said)}

    def speaks(self, s: float) -> float:
        """The U."""
        top = self.speech.good if s > 1.0 else self.speech.bad
        return 0.12 + (top - 0.12) * (1.0 - math.exp(-(((s - 1.0) / 0.35) ** 2)))
