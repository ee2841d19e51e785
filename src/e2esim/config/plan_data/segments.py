"""The segments and quotas of a planner's folder as facts: which order belongs where, and the tree of quotas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from e2esim.config.checks import View
from e2esim.config.grids import ROW
from e2esim.config.plan_data.checks_segments import quotas as check_quotas
from e2esim.config.plan_data.checks_segments import segments as check_segments
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem
from e2esim.config.sheets import RawTable, read_csv, read_workbook
from e2esim.config.tables import Typed, empty_frame, type_tables
from e2esim.config.tidy import tidied
from e2esim.domain.schema import TABLE
from e2esim.planning.book.backorders import Strategy
from e2esim.planning.book.quotas import QuotaTree

OTHERS = "others"  # orders that no segment names: they keep what they have and may gain, after all others


@dataclass(frozen=True, kw_only=True)
class SegmentTurns:
    """Segments in their turn, and the segment of every order: its name, strategy and rows of the table."""

    name: tuple[str, ...]
    strategy: tuple[Strategy, ...]
    of_order: tuple[int, ...]


def segment_checks(view: View) -> Iterator[Problem]:
    """Every rule of the tables order_classes and quotas."""
    yield from check_segments(view)
    yield from check_quotas(view)


def read_segments(path: Path, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Read and check a file of segments, a CSV file or a workbook with a sheet ``order_classes``.

    Parameters
    ----------
    tables
        Typed tables of the planner's data, whose customers and channels may be named.

    Raises
    ------
    InputErrors
        With every problem: file, row, column, value and remedy.
    """
    raw, problems = _raw(path)
    typed = Typed(problems=list(problems))
    for name in ("orders", "customers", "order_classes"):
        frame = tables.get(name, empty_frame(TABLE[name]))
        typed.frames[name] = frame if ROW in frame.columns else frame.with_row_index(ROW)
        typed.labels[name] = path.as_posix()
    if raw is not None:
        type_tables((TABLE["order_classes"],), {"order_classes": tidied(raw, TABLE["order_classes"])}, typed, lambda _: None)
        view = View(typed, None)
        typed.problems += list(check_segments(view))
        if typed.frames["order_classes"].is_empty() and not typed.problems:
            typed.problems.append(Problem(file=path.as_posix(), message="no segment in the file", remedy="add a row a segment"))
    if any(not problem.warning for problem in typed.problems):
        raise InputErrors(list(dict.fromkeys(typed.problems)))
    return typed.frames["order_classes"]


def _raw(path: Path) -> tuple[RawTable | None, list[Problem]]:
    if not path.is_file():
        remedy = "name a CSV file or a workbook with a sheet order_classes"
        return None, [Problem(file=COMMAND_LINE, column="--segments", value=str(path), message="there is no such file", remedy=remedy)]
    if path.suffix.lower() != ".xlsx":
        return read_csv(path, "order_classes", path.as_posix()), []
    sheets, problems = read_workbook(path, path.as_posix())
    if "order_classes" not in sheets and not problems:
        problems = [Problem(file=path.as_posix(), message="the workbook has no sheet order_classes", remedy="name the sheet so")]
    return sheets.get("order_classes"), problems


def segments_of(table: pl.DataFrame, orders: pl.DataFrame, customers: pl.DataFrame) -> SegmentTurns:
    """Lay the segments out in their turn and find the one of each order; orders of none come last.

    Examples
    --------
    >>> table = pl.DataFrame({"segment": ["rest", "key"], "strategy": ["fill", "win"], "rank": [2, 1],
    ...                       "by": ["all", "priority"], "value": ["", "1"]})
    >>> orders = pl.DataFrame({"customer": ["A", "B"], "priority": [3, 1]})
    >>> found = segments_of(table, orders, pl.DataFrame({"customer": ["A"], "channel": ["web"]}))
    >>> found.name, found.of_order
    (('key', 'rest'), (1, 0))
    """
    ranked = table.sort("rank", maintain_order=True)
    names = list(ranked["segment"].unique(maintain_order=True))
    stated = ranked.filter(pl.col("strategy") != "")
    strategy = dict(zip(stated["segment"], stated["strategy"], strict=True))
    rows = [(names.index(segment), by, value) for segment, by, value in ranked.select("segment", "by", "value").iter_rows()]
    found = []
    for customer, priority, (channel, _) in zip(orders["customer"], orders["priority"], _channels(orders, customers), strict=True):
        mine = {"all": "", "priority": str(priority), "customer": customer, "channel": channel}
        fits = (place for place, by, value in rows if by == "all" or mine[by] == (str(int(value)) if by == "priority" else value))
        found.append(min(fits, default=len(names)))
    turns = [Strategy(strategy[name]) for name in names]
    if len(names) in found:
        names, turns = [*names, OTHERS], [*turns, Strategy.GAIN]
    return SegmentTurns(name=tuple(names), strategy=tuple(turns), of_order=tuple(found))


def _channels(orders: pl.DataFrame, customers: pl.DataFrame) -> list[tuple[str, str]]:
    """Channel and market of each order: as it states them, else those of its customer."""
    columns = [name if name in customers.columns else pl.lit("").alias(name) for name in ("customer", "channel", "market")]
    where = {name: (channel, market) for name, channel, market in customers.select(columns).iter_rows()}
    own = orders["channel"].to_list() if "channel" in orders.columns else [""] * orders.height
    of = [where.get(customer, ("", "")) for customer in orders["customer"]]
    return [(channel, market if channel == usual else "") if channel else (usual, market) for channel, (usual, market) in zip(own, of, strict=True)]


def quota_tree(table: pl.DataFrame) -> QuotaTree | None:
    """The tree of the table quotas; None if it has no rows.

    Examples
    --------
    >>> table = pl.DataFrame({"channel": ["web", "web"], "market": ["", "IT"], "customer": ["", ""],
    ...                       "share_percent": [60.0, 50.0], "priority": [1, 2]})
    >>> tree = quota_tree(table)
    >>> tree.name, tree.parent.tolist(), tree.share.tolist()
    (('all', 'web', 'web / IT'), [-1, 0, 1], [1.0, 0.6, 0.5])
    """
    if table.is_empty():
        return None
    rows = sorted(
        (tuple(part for part in record[:3] if part), record[3], record[4])
        for record in table.select("channel", "market", "customer", "share_percent", "priority").iter_rows()
    )
    rows.sort(key=lambda row: len(row[0]))
    place = {(): 0} | {path: k for k, (path, _, _) in enumerate(rows, start=1)}
    return QuotaTree(
        name=("all", *(" / ".join(path) for path, _, _ in rows)),
        parent=np.array([-1, *(place[path[:-1]] for path, _, _ in rows)], dtype=np.int64),
        share=np.array([1.0, *(share / 100.0 for _, share, _ in rows)]),
        priority=np.array([1, *(priority for _, _, priority in rows)], dtype=np.int64),
    )


def quota_nodes(tree: QuotaTree, orders: pl.DataFrame, customers: pl.DataFrame) -> list[int]:
    """Node of each order: its customer's, else the customer's market's, else the channel's, else the root."""
    place = {name: k for k, name in enumerate(tree.name)}
    found = []
    for customer, (channel, market) in zip(orders["customer"], _channels(orders, customers), strict=True):
        paths = [(channel, market, customer), (channel, customer), (channel, market), (channel,)]
        names = [" / ".join(part for part in path if part) for path in paths if channel]
        found.append(next((place[name] for name in names if name in place), 0))
    return found
