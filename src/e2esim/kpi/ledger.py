"""The profit and loss account of one run, in whole cents: order lines and journal by account, for every group of the breakdowns.

Order lines are posted when they are delivered, their credits when the goods come back; the journal at its own times. By segment, money
stands with who pays the firm: what the consumers of a trade account cost stands with the account, as it does by channel. What a
group cannot be told (`Groups`) is common to the firm, so that the members of a dimension and the common part add up exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.ledger import COST_CENTRES, LAST, PnlLine, Posted, subtotal
from e2esim.kpi import ledger_kernels as k
from e2esim.kpi.groups import DIMENSIONS, check_codes
from e2esim.kpi.reading import Reading

Cents = npt.NDArray[np.int64]
Array = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Pnl:
    """Cents posted in the reporting window.

    Parameters
    ----------
    by_group : (n_groups, n_accounts)
        Rows in the order of `Groups`.
    common : dict of (n_accounts,)
        By dimension, what belongs to none of its members.
    """

    by_group: Cents
    common: dict[str, Cents]

    def eur(self, *accounts: Posted) -> npt.NDArray[np.float64]:
        """Sum of some accounts by group, (n_groups,) [EUR], costs negative."""
        return np.asarray(self.by_group[:, [int(a) for a in accounts]].sum(axis=1) / 100.0)

    def line(self, line: PnlLine) -> npt.NDArray[np.float64]:
        """A subtotal by group, (n_groups,) [EUR]."""
        return np.asarray(subtotal(self.by_group, line) / 100.0)


def read_pnl(reading: Reading) -> Pnl:
    """Add up order lines and journal of the reporting window."""
    by_group, groups = _lines(reading), reading.groups
    j, size = reading.outcome.journal, len(Posted)
    inside = np.flatnonzero((j["t"] >= reading.start) & (j["t"] < reading.end) & (j["account"] < size))
    account, cents = j["account"][inside].astype(np.int64), j["cents"][inside]
    common: dict[str, Cents] = {}
    total = by_group[0].copy()
    np.add.at(total, account, cents)
    by_group[0] = total
    for dimension in DIMENSIONS[1:]:
        part = by_group[groups.slice(dimension)]
        code = j[dimension][inside].astype(np.int64)
        check_codes(dimension, code, part.shape[0])
        told = code >= 0
        np.add.at(part, (code[told], account[told]), cents[told])
        common[dimension] = total - part.sum(axis=0)
    return Pnl(by_group=by_group, common=common | {"all": np.zeros(size, dtype=np.int64)})


def _lines(reading: Reading) -> Cents:
    """Cents of the order lines by group and account, (n_groups, n_accounts)."""
    o, cells, terms = reading.orders, reading.payer_cells, reading.outcome.terms
    out = np.zeros((cells.count, len(Posted)), dtype=np.int64)
    money = ("revenue", "fee", "credit", "penalty", "commission", "cost", "freight", "picking", "service")
    lines = k.LinesPosted(o["item"], o["delivered"], o["returned"], *(o[f"{name}_eur"] for name in money))
    k.post_rows(cells.of_row, lines, np.asarray(terms.item_material_share, dtype=np.float64), reading.start, reading.end, out)
    base = out.reshape(cells.channel.shape[0], cells.brands + 1, len(Posted))
    folded = np.zeros((reading.groups.size, len(Posted)), dtype=np.int64)
    folded[0] = out.sum(axis=0)
    for dimension, codes in (("channel", cells.channel), ("segment", cells.segment), ("market", cells.market)):
        np.add.at(folded[reading.groups.slice(dimension)], codes, base.sum(axis=1))
    folded[reading.groups.slice("brand")] = base.sum(axis=0)[1:]
    return folded


def pnl_rows(reading: Reading, pnl: Pnl) -> list[tuple[str, str, str, str, float]]:
    """Rows (dimension, member, line, cost centre, EUR) of the account as posted in the window, subtotals included.

    ``common`` is the member of a dimension that holds what belongs to none; with it the members add up to ``all``.
    """
    rows = []
    for dimension, members in reading.groups.members.items():
        part = pnl.by_group[reading.groups.slice(dimension)]
        everybody = [*zip(members, part, strict=True)]
        if dimension != "all":
            everybody.append(("common", pnl.common[dimension]))
        for member, cents in everybody:
            for account in Posted:
                rows.append((dimension, member, account.name.lower(), COST_CENTRES[account], int(cents[account]) / 100.0))
                for line, last in LAST.items():
                    if account == last:
                        rows.append((dimension, member, line.name.lower(), "", int(subtotal(cents, line)) / 100.0))
    return rows
