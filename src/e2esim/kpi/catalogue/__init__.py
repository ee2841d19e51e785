"""The catalogue of KPIs: one entry a KPI, in the order in which tables and reports show them.

Adding a KPI: an entry in the topic's list here, the sums it needs in the topic's kernel, one ``put`` in the topic's
module of `e2esim.kpi`, and its slow twin in the tests. A KPI without a value, or a value without an entry, stops
every run.
"""

from __future__ import annotations

from e2esim.kpi.catalogue.buying import BUYING
from e2esim.kpi.catalogue.desk import DESK
from e2esim.kpi.catalogue.entry import Kpi
from e2esim.kpi.catalogue.goods import GOODS
from e2esim.kpi.catalogue.heard import HEARD
from e2esim.kpi.catalogue.loyalty import LOYALTY
from e2esim.kpi.catalogue.money import MONEY
from e2esim.kpi.catalogue.planned import PLANNED
from e2esim.kpi.catalogue.plant import PLANT
from e2esim.kpi.catalogue.sale import SALE
from e2esim.kpi.catalogue.sent_back import SENT_BACK
from e2esim.kpi.catalogue.service import SERVICE
from e2esim.kpi.catalogue.services_used import SERVICES_USED
from e2esim.kpi.catalogue.supply import SUPPLY
from e2esim.kpi.catalogue.voice import VOICE

__all__ = ["CATALOGUE", "Kpi", "catalogue"]

_CUSTOMERS = (*LOYALTY, *VOICE, *SERVICES_USED, *DESK, *HEARD, *SALE, *BUYING)
_CHAIN = (*SERVICE, *PLANT, *PLANNED, *SUPPLY, *GOODS, *SENT_BACK)
CATALOGUE: dict[str, Kpi] = {kpi.name: kpi for kpi in (*_CUSTOMERS, *_CHAIN, *MONEY)}


def catalogue() -> tuple[Kpi, ...]:
    """Return every KPI in order.

    >>> [kpi.name for kpi in catalogue()][:4]
    ['crr', 'churn', 'crr_due', 'crr_consumer']
    """
    return tuple(CATALOGUE.values())
