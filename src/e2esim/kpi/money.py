"""KPIs of money, of returns and of what moved."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind, OrderState, ReturnCause
from e2esim.domain.events import Event
from e2esim.domain.ledger import PnlLine, Posted, row_contribution
from e2esim.kpi import money_kernels as k
from e2esim.kpi.cash import read_cash
from e2esim.kpi.groups import check_codes, fold, ratio
from e2esim.kpi.ledger import Pnl
from e2esim.kpi.reading import Reading
from e2esim.kpi.table import Findings

Floats = npt.NDArray[np.float64]

_SERVING = (
    *(Posted.FREIGHT, Posted.WAREHOUSE, Posted.SERVICES, Posted.TOUCHPOINTS, Posted.COMMISSIONS, Posted.PENALTIES),
    *(Posted.TALK, Posted.STANDBY, Posted.SELLERS),
)
_OF_THE_FIRM = {
    "contact_cost": (Posted.TALK, Posted.STANDBY),
    "seller_cost": (Posted.SELLERS,),
    "touchpoint_cost": (Posted.TOUCHPOINTS,),
    "idle_cost": (Posted.IDLE, Posted.SET_UP, Posted.SCRAP),
    "overtime_cost": (Posted.OVERTIME,),
    "structure_cost": (Posted.OVERHEAD, Posted.CARRYING, Posted.PRICE_VARIANCE, Posted.REACTION),
}  # costs told over all only: what belongs to no channel is part of them


@dataclass(frozen=True, kw_only=True, eq=False)
class Money:
    """Sums of money: by group (n_groups, MONEY), contribution by account, and by channel and category."""

    by_group: Floats
    by_account: Floats  # (n_accounts,) [EUR]
    by_category: Floats  # (n_channels, n_categories, 3) contribution [EUR], consumer lines, pieces to consumers

    def margin_per_purchase(self) -> Floats:
        """Contribution of channel and category per consumer purchase, (n_channels, n_categories) [EUR].

        A trade channel's margin comes with the accounts' orders, a branch's with its sales; both are told per
        purchase of the consumers behind them. Where nothing was bought, the mean of the channel stands in, then that
        of all channels.
        """
        gain, lines = self.by_category[:, :, 0], self.by_category[:, :, 1]
        channel = ratio(gain.sum(axis=1), lines.sum(axis=1))
        firm = float(ratio(np.array([gain.sum()]), np.array([lines.sum()]))[0])
        channel = np.where(np.isnan(channel), 0.0 if math.isnan(firm) else firm, channel)
        own = ratio(gain, lines)
        return np.asarray(np.where(np.isnan(own), channel[:, None], own), dtype=np.float64)


def sum_money(reading: Reading) -> Money:
    """Run the money kernel over the order rows."""
    o, cells, terms, labels = reading.orders, reading.payer_cells, reading.outcome.terms, reading.outcome.labels
    check_codes("item_category", terms.item_category, len(labels.categories))
    sums = np.zeros((cells.count, k.MONEY))
    by_account = np.zeros(reading.outcome.accounts.n)
    by_category = np.zeros((len(labels.channels), len(labels.categories), 3))
    payment_d, weight_kg, co2_kg_t = (
        np.asarray(a, dtype=np.float64) for a in (terms.channel_payment_d, terms.item_weight_kg, terms.lane_co2_kg_t)
    )
    lines = k.SoldLines(
        cells.of_row, o["kind"], o["quantity"], o["item"], o["account"], o["channel"], o["market"], o["delivered"], o["revenue_eur"], row_contribution(o),
        o["disputed_d"], o["way"],
    )  # fmt: skip
    agreed = k.LineTerms(payment_d, weight_kg, co2_kg_t, terms.item_category.astype(np.int32), math.log1p(terms.discount_y))
    k.money(lines, agreed, reading.start, reading.end, k.MoneySums(by_account, by_category, sums))
    return Money(by_group=fold(sums, cells, reading.groups), by_account=by_account, by_category=by_category)


def measure_money(reading: Reading, money: Money, pnl: Pnl, stock_eur: float, counts: int, findings: Findings) -> None:
    """Take the money KPIs from the ledger; ``stock_eur`` mean of ``counts`` counts [EUR]."""
    s, a_year = money.by_group, reading.a_year
    lines = s[:, k.LINES]
    turnover, contribution = pnl.eur(Posted.SALES, Posted.FEES), pnl.line(PnlLine.CONTRIBUTION)
    findings.put("turnover", turnover * a_year, lines)
    findings.put("gross_margin", ratio(turnover + pnl.eur(Posted.MATERIAL, Posted.CONVERSION), turnover), lines)
    findings.put("contribution", contribution * a_year, lines)
    findings.put("margin", ratio(contribution, turnover), lines)
    findings.put("cost_to_serve", ratio(-pnl.eur(*_SERVING), lines), lines)
    findings.put("penalties", ratio(-pnl.eur(Posted.PENALTIES), turnover), lines)
    findings.put("dso", ratio(s[:, k.RECEIVABLE], s[:, k.REVENUE]), lines)
    findings.put("transport_co2", ratio(s[:, k.CO2_KG], s[:, k.CO2_PCS]), s[:, k.CO2_PCS])
    _lost_turnover(reading, findings)
    for name, accounts in _OF_THE_FIRM.items():
        findings.put_one(name, -float(pnl.eur(*accounts)[0]) * a_year + 0.0, float(lines[0]))
    findings.put_one("operating_result", float(pnl.line(PnlLine.RESULT)[0]) * a_year, float(lines[0]))
    answered, unused = (-float(pnl.eur(account)[0]) for account in (Posted.TALK, Posted.STANDBY))
    findings.put_one("desk_occupancy", answered / (answered + unused) if answered + unused else float("nan"), answered, "no agent is paid")
    cash = read_cash(reading, pnl)
    taken = -(cash.changes["stock"] + cash.changes["receivables"] + cash.changes["payables"])
    findings.put_one("operating_cash_flow", cash.total / 100.0 * a_year, float(lines[0]))
    findings.put_one("working_capital_taken", taken / 100.0 * a_year, float(lines[0]))
    findings.put_one("cash_lowest", cash.lowest / 100.0, float(lines[0]))
    _cash(reading, money, -float(pnl.eur(Posted.MATERIAL, Posted.CONVERSION)[0]), stock_eur, counts, findings)


def _lost_turnover(reading: Reading, findings: Findings) -> None:
    o = reading.orders
    gone = np.flatnonzero((o["state"] == OrderState.CANCELLED) & (o["kind"] != OrderKind.SELL_OUT))
    gone = gone[(o["placed"][gone] >= reading.start) & (o["placed"][gone] < reading.end)]
    eur = float((o["quantity"][gone] * reading.outcome.terms.item_price_eur[o["item"][gone]]).sum())
    findings.put_one("lost_turnover", eur * reading.a_year, gone.size)


def _cash(reading: Reading, money: Money, goods_eur: float, stock_eur: float, counts: int, findings: Findings) -> None:
    """Stock, receivables and payables in days, and the cash-to-cash time they make."""
    nan = float("nan")
    s, days = money.by_group[0], (reading.end - reading.start) / 24.0
    cost_day = goods_eur / days
    dio = stock_eur / cost_day if cost_day else nan
    dso = float(s[k.RECEIVABLE] / s[k.REVENUE]) if s[k.REVENUE] else nan
    events = reading.outcome.events
    bought = (
        (events["kind"] == Event.CALLED_OFF)
        & (events["t"] >= reading.start)
        & (events["t"] < reading.end)
        & (events["place"] >= 0)
    )
    eur = events["value"][bought].astype(np.float64)
    terms_d = reading.outcome.terms.supplier_payment_d[events["place"][bought]]
    dpo = float((eur * terms_d).sum() / eur.sum()) if eur.sum() else nan
    findings.put_one("dio", dio, counts, "no stock count or no goods delivered in the reporting window")
    findings.put_one("dpo", dpo, int(bought.sum()))
    findings.put_one(
        "cash_to_cash", dio + dso - dpo, counts, "needs stock counts, deliveries and call-offs in the reporting window"
    )
    findings.put_one("stock_value", stock_eur, counts)
    turns = cost_day * 365.0 / stock_eur if stock_eur and not math.isnan(stock_eur) else nan
    findings.put_one("stock_turns", turns, counts)


def measure_returns(reading: Reading, money: Money, findings: Findings) -> None:
    """Take the KPIs of returns and of pieces delivered."""
    o, cells, labels = reading.orders, reading.order_cells, reading.outcome.labels
    check_codes("return_cause", o["return_cause"], len(ReturnCause))
    sums = np.zeros((cells.count, k.RETURNS))
    k.returns(
        cells.of_row,
        o["kind"],
        o["quantity"],
        o["services"],
        o["return_cause"],
        o["delivered"],
        o["returned"],
        reading.start,
        reading.end,
        sums,
    )
    s = fold(sums, cells, reading.groups)
    consumer, trade = s[:, k.TO_CONSUMER], s[:, k.TO_TRADE]
    findings.put("returns", ratio(s[:, k.BACK : k.BACK_TRADE].sum(axis=1), consumer), consumer)
    for name, cause in (
        ("defect", ReturnCause.DEFECT),
        ("damage", ReturnCause.DAMAGE),
        ("second_thoughts", ReturnCause.SECOND_THOUGHTS),
    ):
        findings.put(f"returns_{name}", ratio(s[:, k.BACK + cause], consumer), consumer)
    findings.put("returns_trade", ratio(s[:, k.BACK_TRADE :].sum(axis=1), trade), trade)
    findings.put("returns_unsold", ratio(s[:, k.BACK_TRADE + ReturnCause.UNSOLD], trade), trade)
    findings.put("used_collected", ratio(s[:, k.COLLECTED], s[:, k.CONSUMER_LINES]), s[:, k.CONSUMER_LINES])
    findings.put("pieces_delivered", consumer * reading.a_year, consumer)
    pieces = money.by_category[:, :, 2]
    findings.put_members(
        "pieces_delivered", "category", labels.categories, pieces.sum(axis=0) * reading.a_year, pieces.sum(axis=0)
    )
    if "mattress" in labels.categories:
        mattresses = pieces[:, labels.categories.index("mattress")]
    else:
        mattresses = np.full(len(labels.channels), np.nan)
    told = np.nan_to_num(mattresses)
    findings.put_one(
        "mattresses_delivered",
        float(mattresses.sum()) * reading.a_year,
        float(told.sum()),
        "this world has no category 'mattress'",
    )
    findings.put_members("mattresses_delivered", "channel", labels.channels, mattresses * reading.a_year, told)
