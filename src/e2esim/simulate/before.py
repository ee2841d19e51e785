"""What was invoiced and bought in the days before the run and is still to be paid: the opening receivables and payables.

Both go on from the history's mean month: the sell-out of each channel and market at today's prices to customers, its materials at
the prices of the preferred suppliers. Each is posted on its day, as far back as the longest terms reach.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.build.months import month_of
from e2esim.domain.ledger import Balance, Journal
from e2esim.domain.world import World

F = npt.NDArray[np.float64]


def post_before(world: World, journal: Journal) -> None:
    """Post the invoices to customers and of suppliers of the days before the run, at negative times [h]."""
    cells, terms = world.cells, world.channels.payment_d
    price = np.nan_to_num(world.price)[:, cells.channel].T  # (cells, items)
    yearly = (cells.yearly * price).sum(axis=1)
    for channel in np.flatnonzero(terms > 0):
        mine = cells.channel == channel
        days = _days(float(terms[channel]))
        daily = _season(world, days)[:, mine] @ yearly[mine] / 365.0
        journal.post_many(-24.0 * days, Balance.INVOICED, daily, channel=int(channel))
    supply = world.supply
    used = world.items.pooled(cells.yearly) @ world.bom.flat  # (cells, items) [unit/year]
    first = supply.start[:-1][np.diff(supply.start) > 0]  # the preferred row of each bought item
    for supplier in np.flatnonzero(supply.payment_d > 0):
        rows = first[supply.supplier[first] == supplier]
        bought = used[:, supply.item[rows]] @ supply.price_eur[rows]
        days = _days(float(supply.payment_d[supplier]))
        journal.post_many(-24.0 * days, Balance.BOUGHT, _season(world, days) @ bought / 365.0, place=int(supplier))


def _days(terms_d: float) -> F:
    """Days before the run whose invoices are open when it begins, (n,): 1 = the last one."""
    return np.arange(1.0, np.ceil(terms_d) + 1.0)


def _season(world: World, days: F) -> F:
    """Seasonal index of each cell on each day before the run, (n, cells)."""
    months = [month_of(world.start, -int(day)) for day in days]
    return np.asarray(world.cells.season[:, months].T)
