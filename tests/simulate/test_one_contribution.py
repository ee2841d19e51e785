"""One word, one number: the contribution that a plan expects of a piece is the one that the ledger of a run finds."""

from __future__ import annotations

from typing import Any

import numpy as np

from e2esim.domain.ledger import PnlLine, Posted
from e2esim.domain.serving import contribution_eur, pieces_a_line
from e2esim.kpi.ledger import read_pnl
from e2esim.kpi.reading import Reading

LOADED = ("scale=0.02", "horizon.days=100")


def test_plan_and_run_agree_on_contribution(shipped: Any) -> None:
    """Share of sales over all and by channel, penalties apart: within 2 points over all, 5 in a channel of at least 2 % of sales."""
    run = shipped("mattress_maker", *LOADED)
    w, reading = run.world, Reading(run.outcome)
    found, cells = read_pnl(reading), w.cells
    sales, earned = found.eur(Posted.SALES), found.line(PnlLine.CONTRIBUTION) - found.eur(Posted.PENALTIES)
    planned, price = contribution_eur(w), np.nan_to_num(w.price[:, cells.channel].T)

    def expected(which: Any) -> float:
        return float((cells.yearly[which] * planned[which]).sum() / (cells.yearly[which] * price[which]).sum())

    assert abs(expected(slice(None)) - earned[0] / sales[0]) < 0.02
    rows = range(len(sales))[reading.groups.slice("channel")]
    for channel, row in enumerate(rows):
        if sales[row] > 0.02 * sales[0]:
            assert abs(expected(cells.channel == channel) - earned[row] / sales[row]) < 0.05, w.channels.ids[channel]


def test_lines_are_as_long_as_the_plan_thinks(shipped: Any) -> None:
    """Mean pieces of a trade line, weighed by pieces as costs are: within 40 % (accounts differ in size)."""
    run = shipped("mattress_maker", *LOADED)
    w, o = run.world, run.outcome.orders
    trade = (o.filled("kind") == 2) & (o.filled("placed") > 24.0 * 28)
    seen = float(o.filled("quantity")[trade].mean())
    cells = w.channels.stockist[w.cells.channel]
    lines = (w.cells.yearly / pieces_a_line(w))[cells].sum()
    assert abs(float(w.cells.yearly[cells].sum() / lines) / seen - 1.0) < 0.4
