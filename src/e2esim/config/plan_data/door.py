"""The door of a planner's data: a folder or a workbook in, a checked `PlanCase` out, or all that is wrong at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from e2esim.config.checks import View, run_checks
from e2esim.config.checks_breaks import breaks_make_sense
from e2esim.config.checks_making import closures_in_order, no_cycle, shifts_in_order
from e2esim.config.column_words import with_columns
from e2esim.config.grids import ROW
from e2esim.config.places import find_data
from e2esim.config.plan_data.alternates import alternates_make_sense
from e2esim.config.plan_data.build import build_case
from e2esim.config.plan_data.checks_cells import (
    dates,
    mondays,
    own_substitute,
    smallest_parts,
    something_to_plan,
    units,
    whole_pieces,
)
from e2esim.config.plan_data.checks_demand import demand_checks
from e2esim.config.plan_data.checks_flow import (
    bills_without_routing,
    call_offs_that_never_fit,
    hours_behind_demand,
    largest_lots,
    made_or_bought,
    safety_without_source,
    steps_of_receipts,
)
from e2esim.config.plan_data.demand import build_demand
from e2esim.config.plan_data.firm_rows import firm_makes_sense
from e2esim.config.plan_data.leftovers import treated
from e2esim.config.plan_data.lot_rules import lot_rules_make_sense
from e2esim.config.plan_data.needs import net_needs
from e2esim.config.plan_data.other_routings import other_routings_make_sense
from e2esim.config.plan_data.outside import outside_makes_sense
from e2esim.config.plan_data.segments import segment_checks
from e2esim.config.plan_data.settings import PlanSettings, plan_settings
from e2esim.config.plan_data.shelf_lives import shelf_lives_make_sense
from e2esim.config.plan_data.streams import expect_streams
from e2esim.config.plan_data.usual import as_planned
from e2esim.config.problems import InputErrors, Problem
from e2esim.config.row_order import in_order
from e2esim.config.tables import read_tables
from e2esim.domain.schema import Table, Verb, tables_for
from e2esim.planning.demand.net_demand import DemandData
from e2esim.planning.factory.case import PlanCase

_FLOW = (
    "items.item", "bom.parent", "bom.component", "bom.qty_per", "routings.item", "supply.item", "stock.item",
    "stock.on_hand", "receipts.item", "receipts.qty", "orders.order", "orders.item", "orders.qty",
)  # fmt: skip
_HOURS = (
    "work_centres.work_centre", "work_centres.calendar", "work_centres.machines", "work_centres.efficiency",
    "capacity.work_centre", "capacity.week_start", "capacity.capacity_h", "calendars.calendar", "calendars.weekday",
    "calendars.start", "calendars.end", "closures.calendar", "closures.first", "closures.last", "items.lot_min",
    "routings.work_centre", "routings.setup_h_per_lot", "routings.run_h_per_unit", "orders.due",
)  # fmt: skip
VERBS: tuple[Verb, ...] = ("plan", "promise", "backorders")  # one door, for a promise and a backorder run stand on a plan
_DATES = ("receipts.due", "orders.due")
_UNITS = (
    "items.item", "items.unit", "bom.component", "bom.unit", "stock.item", "stock.unit", "supply.item",
    "supply.unit", "receipts.item", "receipts.unit", "orders.item", "orders.unit", "history.item",
    "history.unit",
)  # fmt: skip


@dataclass(frozen=True)
class PlanData:
    """A case that can be planned, demand planning where there is history, what is worth a warning, and the typed tables."""

    case: PlanCase
    demand: DemandData | None
    warnings: tuple[Problem, ...]
    tables: dict[str, pl.DataFrame]
    settings: PlanSettings


def read_plan_data(data: Path, columns: Sequence[str] = (), *, firm: bool = True) -> PlanData:
    """Read and check a planner's folder of CSV files, or one workbook with the same sheets.

    Parameters
    ----------
    data
        A folder with ``NAME.csv`` or ``data.xlsx``, a workbook, or the name of a folder that came with the program.
    columns
        Words that change columns of its tables: `e2esim.config.column_words`.
    firm
        Whether the case holds firm works orders; a run takes them apart (`e2esim.config.planned_run`).

    Raises
    ------
    InputErrors
        With every problem of every table: file, row, column, value and remedy.
    """
    frames, settings, warnings = _read(find_data(data), tables_for(*VERBS), _checked, columns)
    return PlanData(build_case(frames, settings, firm=firm), build_demand(frames, settings), warnings, frames, settings)


def read_demand_data(data: Path) -> tuple[DemandData, tuple[Problem, ...]]:
    """Read what demand planning needs of a planner's folder: items and history; orders and changes if they are there.

    Raises
    ------
    InputErrors
        With every problem of every table that is there.
    """
    needed = [replace(table, required=table.name in ("items", "history")) for table in tables_for("forecast")]
    frames, settings, warnings = _read(find_data(data), needed, lambda view, said: (*units(view), *demand_checks(view, said)))
    demand = build_demand(frames, settings)
    if demand is None:
        raise InputErrors([Problem(file=data.as_posix(), message="nothing to forecast", remedy="give whole periods in history, and forecast_weeks above 0")])
    return demand, warnings


def _read(
    folder: Path, tables: Sequence[Table], checks: Callable[[View, PlanSettings], Iterable[Problem]], columns: Sequence[str] = ()
) -> tuple[dict[str, pl.DataFrame], PlanSettings, tuple[Problem, ...]]:
    """Typed tables, settings and warnings of a folder or workbook; all errors at once."""
    typed = read_tables(folder, folder.as_posix(), tables)
    if columns:
        typed = with_columns(typed, columns, typed.problems)
    settings = plan_settings(typed, folder)
    as_planned(typed)
    expect_streams(typed, settings.today, settings.forecast_weeks)
    treated(typed, settings.today)
    typed.problems += list(checks(View(typed, None), settings))
    problems = list(dict.fromkeys(typed.problems))
    errors = [problem for problem in problems if not problem.warning]
    warnings = tuple(problem for problem in problems if problem.warning)
    if errors or settings.today is None:
        raise InputErrors([*errors, *warnings])
    return {name: frame.drop(ROW) for name, frame in in_order(typed.frames).items()}, settings, warnings


def _checked(view: View, settings: PlanSettings) -> Iterator[Problem]:
    """Every rule between tables, each only where the columns it stands on could be read."""
    yield from run_checks((no_cycle, shifts_in_order, closures_in_order), view)
    if _firm(view, _UNITS):
        yield from units(view)
    yield from whole_pieces(view)
    yield from largest_lots(view)
    yield from lot_rules_make_sense(view)
    yield from breaks_make_sense(view)
    yield from outside_makes_sense(view)
    yield from own_substitute(view)
    yield from firm_makes_sense(view, settings, hours_known=_firm(view, _HOURS))
    yield from shelf_lives_make_sense(view, settings)
    yield from alternates_make_sense(view)
    yield from other_routings_make_sense(view)
    yield from smallest_parts(view)
    yield from something_to_plan(view)
    yield from segment_checks(view)
    if _firm(view, _DATES):
        yield from dates(view, settings)
    yield from mondays(view, settings)
    yield from demand_checks(view, settings)
    needs = net_needs(view) if _firm(view, _FLOW) else None
    if needs is None:
        return
    yield from made_or_bought(view, needs)
    yield from safety_without_source(view, needs)
    yield from call_offs_that_never_fit(view)
    yield from bills_without_routing(view)
    yield from steps_of_receipts(view)
    if _firm(view, _HOURS):
        yield from hours_behind_demand(view, needs, settings)


def _firm(view: View, columns: tuple[str, ...]) -> bool:
    """Whether every one of ``columns`` was read without a doubt and its table is whole."""
    doubtful = {f"{table}.{column}" for table, column in view.typed.doubtful}
    return not any(name in doubtful or name.split(".")[0] in view.typed.partial for name in columns)
