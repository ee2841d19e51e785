"""From turnover to operating result: the steps of the money, in EUR a year, from the ledger of the run."""

from __future__ import annotations

from dataclasses import dataclass

from e2esim.domain.ledger import PnlLine, Posted
from e2esim.domain.outcome import Outcome
from e2esim.kpi.ledger import read_pnl
from e2esim.kpi.reading import Reading


@dataclass(frozen=True, kw_only=True)
class Step:
    """One bar of the bridge: ``total`` stands on the ground, the others hang from the step before."""

    key: str
    eur: float  # [EUR/year] costs are negative
    total: bool = False


_DOWN_TO: tuple[tuple[PnlLine, str, tuple[tuple[str, tuple[Posted, ...]], ...]], ...] = (
    (
        PnlLine.CONTRIBUTION,
        "contribution",
        (
            ("goods", (Posted.MATERIAL, Posted.CONVERSION)),
            ("freight", (Posted.FREIGHT, Posted.WAREHOUSE)),
            ("service", (Posted.SERVICES, Posted.TOUCHPOINTS)),
            ("penalties", (Posted.PENALTIES, Posted.COMMISSIONS)),
            ("credits", (Posted.CREDITS,)),
        ),
    ),
    (
        PnlLine.RESULT,
        "operating_result",
        (
            ("contacts", (Posted.TALK, Posted.STANDBY, Posted.SELLERS)),
            ("plant", (Posted.IDLE, Posted.SET_UP, Posted.SCRAP, Posted.OVERTIME)),
            ("fixed", (Posted.OVERHEAD, Posted.CARRYING, Posted.PRICE_VARIANCE, Posted.REACTION)),
        ),
    ),
)


def read_bridge(outcome: Outcome) -> list[Step]:
    """Steps from turnover to contribution to operating result, as the KPIs of the same names tell them."""
    pnl, years = read_pnl(Reading(outcome)), outcome.window_y
    steps = [Step(key="turnover", eur=float(pnl.eur(Posted.SALES, Posted.FEES)[0]) / years, total=True)]
    for line, name, parts in _DOWN_TO:
        steps += [Step(key=key, eur=float(pnl.eur(*accounts)[0]) / years) for key, accounts in parts]
        steps.append(Step(key=name, eur=float(pnl.line(line)[0]) / years, total=True))
    return steps
