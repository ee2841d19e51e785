"""The cash statement of one run, in whole cents: from the operating result to the cash it leaves, and what is owed and held.

Customers pay when their channel's terms are over after the delivery, suppliers are paid when theirs are over after what was
accepted came in (who pays in advance is taken to pay on delivery); all else is paid when it is posted. The cost of holding stock
is an opportunity cost: in the result, not in the cash. Investment, interest and tax are outside. Told in two ways that agree to
the cent: by who pays whom (`payments`), and from the result by what stock, receivables and payables took or gave.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.ledger import Balance, PnlLine, Posted, subtotal
from e2esim.kpi.ledger import Pnl
from e2esim.kpi.ledger_kernels import round_cents
from e2esim.kpi.reading import Reading

Cents = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

FLOWS = ("customers", "refunds", "suppliers", "plant", "freight_warehouse", "services", "staff", "overtime", "overhead")
CHANGES = ("result", "carrying", "stock", "receivables", "payables")
_JOURNAL: dict[str, tuple[Posted | Balance, ...]] = {
    "services": (Posted.TOUCHPOINTS,),
    "staff": (Posted.TALK, Posted.STANDBY, Posted.SELLERS),
    "overtime": (Posted.OVERTIME,),
    "overhead": (Posted.OVERHEAD, Posted.REACTION),
    "plant": (Posted.IDLE, Posted.SET_UP),
}  # paid when posted


@dataclass(frozen=True, kw_only=True)
class Cash:
    """A cash statement of the reporting window [cents].

    Parameters
    ----------
    flows
        Who paid whom, by `FLOWS`, received positive.
    changes
        From the result to the same sum, by `CHANGES`: cost of holding stock is no payment, stock and receivables take, payables give.
    receivables, payables
        Opening and closing balance.
    lowest
        Lowest level of the cash at the end of a day, its opening taken as 0; 0 where it never fell below.
    """

    flows: dict[str, int]
    changes: dict[str, int]
    receivables: tuple[int, int]
    payables: tuple[int, int]
    lowest: int

    @property
    def total(self) -> int:
        """Operating cash flow [cents]."""
        return sum(self.flows.values())


def read_cash(reading: Reading, pnl: Pnl) -> Cash:
    """Make the cash statement of the reporting window; ``pnl`` of the same window."""
    start, end = reading.start, reading.end
    paid = payments(reading)
    owed, bought = _invoiced(reading), _bought(reading)
    posted, journal = pnl.by_group[0], reading.outcome.journal
    made, back, came = (_between(*_of(journal, account), start, end) for account in (Balance.MADE, Balance.BACK, Balance.BOUGHT))
    stock = came + made + back + sum(int(posted[a]) for a in (Posted.PRICE_VARIANCE, Posted.MATERIAL, Posted.CONVERSION, Posted.SCRAP))
    receivables, payables = ((_open(invoices, start), _open(invoices, end)) for invoices in (owed, bought))
    return Cash(
        flows={name: _between(*paid[name], start, end) for name in FLOWS},
        changes={
            "result": int(subtotal(posted, PnlLine.RESULT)),
            "carrying": -int(posted[Posted.CARRYING]),
            "stock": -stock,
            "receivables": receivables[0] - receivables[1],
            "payables": payables[1] - payables[0],
        },
        receivables=receivables,
        payables=payables,
        lowest=_lowest(paid, start, end),
    )


def payments(reading: Reading) -> dict[str, tuple[Array, Cents]]:
    """Every payment of the run by flow: times [h] and cents, received positive."""
    o, journal = reading.orders, reading.outcome.journal
    owed, bought = _invoiced(reading), _bought(reading)
    delivered = np.flatnonzero(o["delivered"] < reading.outcome.horizon_h)
    returned = np.flatnonzero(o["returned"] < reading.outcome.horizon_h)

    def rows(which: Array, when: str, *columns: str) -> tuple[Array, Cents]:
        total = np.zeros(len(which), dtype=np.int64)
        for name in columns:
            total -= round_cents(o[name][which])
        return o[when][which].astype(np.float64), total

    found = {
        "customers": (owed[1], owed[2]),
        "refunds": _joined(rows(returned, "returned", "credit_eur"), _of(journal, Balance.BACK, -1)),
        "suppliers": (bought[1], -bought[2]),
        "freight_warehouse": rows(delivered, "delivered", "freight_eur", "picking_eur"),
    }
    for name, accounts in _JOURNAL.items():
        found[name] = _joined(*(_of(journal, account) for account in accounts))
    beside = (_of(journal, account) for account in (Posted.FREIGHT, Posted.WAREHOUSE))  # between sites, counting of stock
    found["freight_warehouse"] = _joined(found["freight_warehouse"], *beside)
    found["plant"] = _joined(found["plant"], _of(journal, Balance.MADE, -1))  # hours open, used or not
    found["services"] = _joined(found["services"], rows(delivered, "delivered", "service_eur"))
    return found


def _invoiced(reading: Reading) -> tuple[Array, Array, Cents]:
    """Invoices to customers of the whole run and the days before it: when made, when paid [h], cents."""
    o, terms, journal = reading.orders, reading.outcome.terms, reading.outcome.journal
    pay_h = 24.0 * np.maximum(np.asarray(terms.channel_payment_d, dtype=np.float64), 0.0)
    rows = np.flatnonzero(o["delivered"] < reading.outcome.horizon_h)
    owed = round_cents(o["revenue_eur"][rows]) + round_cents(o["fee_eur"][rows])
    owed -= round_cents(o["penalty_eur"][rows]) + round_cents(o["commission_eur"][rows])
    before = journal["account"] == Balance.INVOICED
    when = np.concatenate([journal["t"][before], o["delivered"][rows].astype(np.float64)])
    later = np.concatenate([np.zeros(int(before.sum())), 24.0 * o["disputed_d"][rows]])
    channel = np.concatenate([journal["channel"][before], o["channel"][rows]]).astype(np.int64)
    return when, when + pay_h[channel] + later, np.concatenate([journal["cents"][before], owed])


def _bought(reading: Reading) -> tuple[Array, Array, Cents]:
    """Invoices of suppliers likewise."""
    journal = reading.outcome.journal
    mine = journal["account"] == Balance.BOUGHT
    when, terms = journal["t"][mine], np.asarray(reading.outcome.terms.supplier_payment_d, dtype=np.float64)
    return when, when + 24.0 * terms[journal["place"][mine]], journal["cents"][mine]


def _of(journal: dict[str, Array], account: Posted | Balance, sign: int = 1) -> tuple[Array, Cents]:
    mine = journal["account"] == account
    return journal["t"][mine], sign * journal["cents"][mine]


def _joined(*parts: tuple[Array, Cents]) -> tuple[Array, Cents]:
    return np.concatenate([t for t, _ in parts]), np.concatenate([cents for _, cents in parts])


def _between(t: Array, cents: Cents, start: float, end: float) -> int:
    return int(cents[(t >= start) & (t < end)].sum())


def _open(invoices: tuple[Array, Array, Cents], at: float) -> int:
    """Invoiced before ``at`` [h] and not paid by then [cents]."""
    when, due, cents = invoices
    return int(cents[(when < at) & (due >= at)].sum())


def _lowest(paid: dict[str, tuple[Array, Cents]], start: float, end: float) -> int:
    daily = np.zeros(int(np.ceil((end - start) / 24.0)), dtype=np.int64)
    for t, cents in paid.values():
        inside = np.flatnonzero((t >= start) & (t < end))
        day = ((t[inside] - start) // 24.0).astype(np.int64)
        daily += np.bincount(day, weights=cents[inside], minlength=len(daily)).astype(np.int64)  # exact: far below 2**53 cents
    return int(min(0, np.cumsum(daily).min(initial=0)))
