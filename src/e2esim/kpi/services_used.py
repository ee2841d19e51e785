"""KPIs of services to the consumer, as used, and of what is lost between channels."""

from __future__ import annotations

import numpy as np

from e2esim.domain.book import LineProblem, OrderKind, Service
from e2esim.kpi.groups import fold, ratio
from e2esim.kpi.reading import Reading
from e2esim.kpi.table import Findings

_USED = {
    "financed": Service.FINANCING,
    "needs_analysed": Service.NEEDS_ANALYSIS,
    "installed": Service.INSTALLATION,
    "followed_up": Service.USE_FOLLOWUP,
    "simple_purchases": Service.SIMPLE,
}


def measure_services_used(reading: Reading, findings: Findings) -> None:
    """Take the shares of consumer lines delivered that used a service, that had the used product taken where installed, that broke."""
    o, cells = reading.orders, reading.order_cells
    mine = np.flatnonzero((o["kind"] != OrderKind.REPLENISH) & (o["delivered"] >= reading.start) & (o["delivered"] < reading.end))
    services, installed = o["services"][mine], (o["services"][mine] & int(Service.INSTALLATION)) != 0
    every = np.ones(len(mine), dtype=np.bool_)
    told = {name: ((services & int(bit)) != 0, every) for name, bit in _USED.items()}
    told["collected_where_installed"] = ((services & int(Service.USED_COLLECTION)) != 0, installed)
    told["channel_breaks"] = ((o["problems"][mine] & int(LineProblem.INTEGRATION)) != 0, every)
    for name, (above, below) in told.items():
        sums = np.zeros((cells.count, 2))
        for column, some in ((0, above & below), (1, below)):
            sums[:, column] = np.bincount(cells.of_row[mine], weights=some.astype(np.float64), minlength=cells.count)
        by_group = fold(sums, cells, reading.groups)
        findings.put(name, ratio(by_group[:, 0], by_group[:, 1]), by_group[:, 1])
