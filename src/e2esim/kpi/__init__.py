"""Numbers about what happened in one run: kernels over its columns, one catalogue, one table.

`measure` turns an `Outcome` into a `KpiTable`; `e2esim.kpi.catalogue` says what each KPI is. Knows no clock, no dice,
no file, and nothing of how a run was made. Each topic (loyalty, voice, service, operations, money) has a kernel
module that adds rows into breakdown cells, and a module that turns folded sums into KPIs.

Recipe, add a KPI: see `e2esim.kpi.catalogue`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from e2esim.domain.outcome import Outcome
    from e2esim.kpi.table import KpiTable

__all__ = ["measure"]


def measure(outcome: Outcome) -> KpiTable:
    """Compute every KPI of the catalogue over the reporting window of ``outcome``, with its breakdowns.

    Raises
    ------
    ValueError
        If a code of the tables has no label.
    """
    from e2esim.kpi.whole import measure_all  # numba and polars: too heavy for somebody who reads the catalogue

    return measure_all(outcome)
