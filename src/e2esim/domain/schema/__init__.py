"""One schema of a company: every table and column with kind, unit, bounds, default, meaning, and which verbs read it.

The single source for reading, checking and documenting. Layers, each optional above the first: ``core`` (what is made,
bought, stocked, ordered), ``network`` (lanes, rules, customers), ``market`` (brands, channels, judgement), ``levers`` (interventions).

>>> [table.name for table in tables_for("forecast")]
['settings', 'items', 'orders', 'history', 'demand', 'forecast_changes']
"""

from __future__ import annotations

from dataclasses import replace

from e2esim.domain.schema import core, levers, market, network
from e2esim.domain.schema.column import VERBS, Column, Kind, Need, Table, Verb

LAYERS: dict[str, tuple[Table, ...]] = {"core": core.TABLES, "network": network.TABLES, "market": market.TABLES, "levers": levers.TABLES}
TABLES: tuple[Table, ...] = tuple(table for layer in LAYERS.values() for table in layer)
TABLE: dict[str, Table] = {table.name: table for table in TABLES}


def tables_for(*verbs: Verb, with_market: bool = False) -> tuple[Table, ...]:
    """Return the tables that some of ``verbs`` read, as they ask for them: columns that none reads are not there,
    ``required`` says what must be given, and references lead to tables that are read.

    ``with_market`` asks for what a simulated market needs.
    """
    read = [table for table in TABLES if set(table.verbs) & set(verbs)]
    names, strict = {table.name for table in read}, with_market or "network run" in verbs
    return tuple(_view(table, verbs, names, with_market, strict) for table in read)


def _view(table: Table, verbs: tuple[Verb, ...], names: set[str], with_market: bool, strict: bool) -> Table:
    """A table as some verbs ask for it; its key is of columns that they read."""
    columns = tuple(_asked(column, names, with_market, strict) for column in table.columns if column.verbs is None or set(column.verbs) & set(verbs))
    there = {column.name for column in columns}
    return replace(table, required=table.required or (with_market and table.market), columns=columns, key=tuple(name for name in table.key if name in there))


def _asked(column: Column, names: set[str], with_market: bool, strict: bool) -> Column:
    ref = column.ref if column.ref is not None and column.ref[0] in names and (strict or not column.loose) else None
    return replace(column, ref=ref, required=column.required or (with_market and column.market))


__all__ = ["LAYERS", "TABLE", "TABLES", "VERBS", "Column", "Kind", "Need", "Table", "Verb", "tables_for"]
