"""A file of orders to be promised: the table orders with customers that must be known and days that can be promised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl

from e2esim.config.checks import View
from e2esim.config.export_cells import plain_cells
from e2esim.config.grids import ROW
from e2esim.config.plan_data.checks_cells import smallest_parts, units, whole_pieces
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem
from e2esim.config.promise.known import Known
from e2esim.config.promise.request import outside
from e2esim.config.sheets import RawTable, read_csv, read_workbook
from e2esim.config.styles import settled
from e2esim.config.tables import Typed, empty_frame, type_tables
from e2esim.config.tidy import tidied
from e2esim.domain.schema import Column, Table, tables_for


def _as_promised(table: Table) -> Table:
    """The table orders, with a customer and pieces in every row, and no line twice."""
    strict = {
        "customer": Column(name="customer", kind="id", meaning="who ordered", ref=("customers", "customer")),
        "qty": replace(table.column("qty"), above=0.0),
    }
    return replace(table, numbered="", columns=tuple(strict.get(column.name, column) for column in table.columns))


TABLES = tables_for("promise")
ORDERS = _as_promised(next(table for table in TABLES if table.name == "orders"))


def read_orders(path: Path, known: Known) -> tuple[pl.DataFrame, tuple[Problem, ...]]:
    """Read and check a file of orders.

    Parameters
    ----------
    path
        A CSV file, or a workbook with a sheet ``orders``.
    known
        What the plan knows.

    Returns
    -------
    orders, warnings
        The typed table with the number of each row in the file (column ``row``).

    Raises
    ------
    InputErrors
        With every problem: file, row, column, value and remedy.
    """
    raw, problems = _raw(path)
    typed = Typed(problems=[_strict(problem) for problem in problems])
    for table in TABLES:
        typed.frames[table.name], typed.labels[table.name] = empty_frame(table), path.as_posix()
    rows = pl.Series(ROW, range(len(known.items)), dtype=pl.Int64)
    typed.frames["items"] = pl.DataFrame([rows, pl.Series("item", known.items), pl.Series("unit", known.units)])
    typed.frames["customers"] = pl.DataFrame({"customer": pl.Series(list(known.customers), dtype=pl.String)})
    if raw is not None:
        tidy = tidied(settled({"orders": plain_cells(raw, ORDERS)}, {"orders": ORDERS})["orders"], ORDERS)
        raw = replace(tidy, problems=[_strict(problem) for problem in tidy.problems])
        type_tables((ORDERS,), {"orders": raw}, typed, lambda _: None)
        typed.problems += list(_checked(View(typed, None), known))
    found = list(dict.fromkeys(typed.problems))
    errors = [problem for problem in found if not problem.warning]
    if errors:
        raise InputErrors(found)
    return typed.frames["orders"], tuple(found)


def _raw(path: Path) -> tuple[RawTable | None, list[Problem]]:
    if not path.is_file():
        remedy = "name a CSV file or a workbook with a sheet orders"
        return None, [Problem(file=COMMAND_LINE, column="--orders", value=str(path), message="there is no such file", remedy=remedy)]
    if path.suffix.lower() != ".xlsx":
        return read_csv(path, "orders", path.as_posix()), []
    sheets, problems = read_workbook(path, path.as_posix())
    if "orders" not in sheets and not problems:
        problems = [Problem(file=path.as_posix(), message="the workbook has no sheet orders", remedy="name the sheet with the orders so")]
    return sheets.get("orders"), problems


def _strict(problem: Problem) -> Problem:
    """A line that stands twice may be two orders: it is no warning here."""
    if problem.message.startswith("the same line stands in row"):
        remedy = f"{problem.message.replace('the same line', 'it')}: take one out"
        return replace(problem, column="order", message="duplicated order line", warning=False, remedy=remedy)
    return problem


def _checked(view: View, known: Known) -> Iterator[Problem]:
    yield from units(view)
    yield from whole_pieces(view)
    yield from smallest_parts(view)
    if view.table("orders").is_empty() and "orders" not in view.typed.partial:
        yield view.problem("orders", "no order to promise", remedy="add a row an order")
    for row, due, promised in view.table("orders").select(ROW, "due", "promised").iter_rows():
        if due is None:
            continue
        message, remedy = outside(due, known)
        overdue = due < known.today and promised is not None
        if message:
            yield view.problem("orders", message, row=row, column="due", value=due, remedy="" if overdue else remedy, warning=overdue)
