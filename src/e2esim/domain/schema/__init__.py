"""One schema of a company: every table and column with kind, unit, bounds, default, meaning, and which verbs read it.

The single source for reading, checking and documenting. Layers, each optional above the first: ``core`` (what is made,
bought, stocked, ordered), ``network`` (lanes, rules, customers), ``market`` (brands, channels, judgement).

>>> [table.name for table in TABLES if "run" in table.verbs][:3]
['items', 'bom', 'calendars']
"""

from __future__ import annotations

from e2esim.domain.schema import core, market, network
from e2esim.domain.schema.column import VERBS, Column, Kind, Need, Table, Verb

LAYERS: dict[str, tuple[Table, ...]] = {"core": core.TABLES, "network": network.TABLES, "market": market.TABLES}
TABLES: tuple[Table, ...] = tuple(table for layer in LAYERS.values() for table in layer)
TABLE: dict[str, Table] = {table.name: table for table in TABLES}

__all__ = ["LAYERS", "TABLE", "TABLES", "VERBS", "Column", "Kind", "Need", "Table", "Verb"]
