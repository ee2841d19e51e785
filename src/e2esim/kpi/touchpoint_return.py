"""What a touchpoint before the sale brings for what it costs, and where on the journey feeling is lost: the journey cut in five.

A touchpoint moves the choice of who meets it. To the first order of the choices that were made, purchases fall without it by its pull (reach x
relevance) times what a unit of utility adds (`Outcome.swayed`: of a newcomer p (1 - p), of a customer with a need his chance times
(1 - conversion), nothing where he buys anyway); each is worth what a purchase of its channel leaves before touchpoints are paid. What it does later, through
memory and words, is not counted.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind
from e2esim.domain.experience import Lived
from e2esim.domain.ledger import PnlLine, Posted
from e2esim.domain.world import PHASES
from e2esim.kpi.groups import ratio
from e2esim.kpi.ledger import Pnl
from e2esim.kpi.reading import Reading
from e2esim.kpi.sale import people_who_weighed
from e2esim.kpi.table import Findings

Floats = npt.NDArray[np.float64]

STAGES: dict[str, tuple[Lived, ...]] = {
    "information": (Lived.ADVERTISEMENT, Lived.ADVICE, Lived.REVIEW_READ, Lived.QUESTION),
    "purchase": (Lived.OFFER, Lived.PROMISED, Lived.BILLED),
    "use": (Lived.HAND_OVER, Lived.INSTALLED, Lived.USED_TAKEN, Lived.FIRST_USE, Lived.FOLLOW_UP, Lived.FEEDBACK_RETURNED),
    "change": (Lived.CHANGE_REFUSED, Lived.PROMISE_CHANGED, Lived.GIVEN_UP, Lived.SENT_BACK, Lived.REFUND),
    "problem": (Lived.DEFECT_MET, Lived.ANSWER, Lived.NO_ANSWER, Lived.RECOVERY, Lived.SHOP_RECOVERY, Lived.CALLED_BACK),
}  # the other cut of the journey (requirement B3): what felt experiences are about


def measure_touchpoint_return(reading: Reading, pnl: Pnl, findings: Findings) -> None:
    """Take the return of the touchpoints that cost, all together and each; and losses of feeling by stage."""
    x = reading.outcome
    pull, eur = np.asarray(x.terms.touch_pull, dtype=np.float64), np.asarray(x.terms.touch_eur, dtype=np.float64)
    phase = np.asarray(x.touch_phase, dtype=np.int64)
    names = x.labels.touchpoints
    won, spent = _won_and_spent(reading, pnl, pull, eur, phase) if len(names) and pull.size else (np.zeros(len(names)), np.zeros(len(names)))
    paid = spent > 0.0
    total = float(spent[paid].sum())
    findings.put_one("touchpoint_return", float(won[paid].sum()) / total if total else float("nan"), total, "no touchpoint before the sale costs")
    findings.put_members("touchpoint_return", "touchpoint", names, np.where(paid, ratio(won, spent), np.nan), spent)
    _views(reading, findings)
    _stages(reading, findings)


def _won_and_spent(reading: Reading, pnl: Pnl, pull: Floats, eur: Floats, phase: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Contribution won and money spent by touchpoint in the whole weeks of the window, (touchpoints,) each [EUR]."""
    o, channels = reading.orders, reading.groups.slice("channel")
    weeks, weighed = people_who_weighed(reading)
    consumer = o["kind"] != OrderKind.REPLENISH
    n = pull.shape[1]
    spans = ((weeks.since, weeks.until), (reading.start, reading.end))
    inside, window = (np.bincount(o["channel"][consumer & (o["placed"] >= a) & (o["placed"] < b)], minlength=n).astype(np.float64) for a, b in spans)
    worth = pnl.line(PnlLine.CONTRIBUTION)[channels] - pnl.eur(Posted.TOUCHPOINTS)[channels]
    each = np.nan_to_num(ratio(np.asarray(worth, dtype=np.float64), window))
    before = (phase >= 0) & (phase < PHASES.index("receive"))
    people = np.where((phase == PHASES.index("buy"))[:, None], inside[None, :], weighed[channels][None, :])
    swayed = np.asarray(reading.outcome.swayed)[weeks.some].sum(axis=(0, 2)) if weeks.some.any() else np.zeros(n)
    won = (pull * (swayed * each)[None, :]).sum(axis=1)
    return np.where(before, won, 0.0), np.where(before, (eur * people).sum(axis=1), 0.0)


def _views(reading: Reading, findings: Findings) -> None:
    """How often online touchpoints before the purchase are seen, and by how many of those who buy."""
    x = reading.outcome
    reach, phase, names = np.asarray(x.terms.touch_reach, dtype=np.float64), np.asarray(x.touch_phase, dtype=np.int64), x.labels.touchpoints
    weeks, weighed = people_who_weighed(reading)
    hours = max(weeks.until - weeks.since, 1e-9)
    screens = (phase >= 0) & (phase < PHASES.index("buy")) & x.terms.touch_online if reach.size else np.zeros(len(names), dtype=np.bool_)
    seen = np.zeros(len(names)) if not reach.size else np.where(screens, (reach * weighed[reading.groups.slice("channel")][None, :]).sum(axis=1), 0.0)
    views = seen * 8760.0 / hours  # a year
    bought = x.touch_sums[..., 0].sum(axis=(1, 2)) * reading.a_year if x.touch_sums.size else np.zeros(len(names))
    total = float(views.sum())
    findings.put_one("online_views", total, float(seen.sum()))
    findings.put_members("online_views", "touchpoint", names, np.where(screens, views, np.nan), seen)
    through = float(bought[screens].sum()) / total if total > 0.0 else float("nan")
    findings.put_one("click_through", through, float(seen.sum()), "no touchpoint before the purchase is online")
    findings.put_members("click_through", "touchpoint", names, np.where(screens & (views > 0.0), ratio(bought, views), np.nan), seen)


def _stages(reading: Reading, findings: Findings) -> None:
    sums, o = reading.outcome.experience_sums, reading.orders
    sales = float(((o["kind"] != OrderKind.REPLENISH) & (o["placed"] >= reading.start) & (o["placed"] < reading.end)).sum())
    lost = np.array([-sums[list(kinds)][..., 2].sum() if sums.size else np.nan for kinds in STAGES.values()])
    by_stage = 100.0 * lost / sales if sales else np.full(len(STAGES), np.nan)
    findings.put_one("stage_losses", float(by_stage.sum()), sales, "nothing was bought")
    findings.put_members("stage_losses", "stage", tuple(STAGES), by_stage, np.full(len(STAGES), sales))
