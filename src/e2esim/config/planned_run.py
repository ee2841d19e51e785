"""The door of a planned run: a planner's company and the rules of its run, from its data and what the command line adds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from e2esim.config.column_words import split_words
from e2esim.config.plan_data.demand import build_demand
from e2esim.config.plan_data.door import PlanData
from e2esim.config.plan_data.firm_rows import firm_orders, firm_receipts
from e2esim.config.plan_data.segments import segments_of
from e2esim.config.plan_state.snapshot import elsewhere_of
from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean
from e2esim.config.promise.request import read_date
from e2esim.planning.factory.risk import usual_risk
from e2esim.simulate.factory.facts import ChanceSwitches, PlannedCompany, RunRules

if TYPE_CHECKING:
    from e2esim.planning.demand.net_demand import DemandData, NetDemand

QUARTER = 91  # days of a run that draws new orders
AFTER = 28  # days after the last order, of a run that draws none
_WHOLE = {"run_days": (1, 3650), "replan_days": (1, 365), "order_lead_days": (0, 365), "seed": (0, 2**31), "rounds": (0, 100_000)}
_DRAWS = ("demand", "supply", "capacity")
KEYS = (*_WHOLE, "chance")


@dataclass(frozen=True, kw_only=True)
class RunWords:
    """What the command line adds to the data: whole numbers by key, the draws that are on, words that change columns of tables."""

    numbers: Mapping[str, int]
    chance: ChanceSwitches
    columns: tuple[str, ...] = ()


def run_words(overrides: Sequence[str]) -> RunWords:
    """Read KEY=VALUE overrides of a planned run.

    Raises
    ------
    InputErrors
        Naming every one that is wrong.

    Examples
    --------
    >>> words = run_words(["run_days=28", "chance=supply"])
    >>> words.numbers["run_days"], words.chance.demand, words.chance.supply
    (28, False, True)
    """
    numbers: dict[str, int] = {}
    chance, problems = ChanceSwitches(), list[Problem]()
    words = split_words(overrides)
    for override in words.others:
        key, _, value = (part.strip() for part in override.partition("="))
        if key == "chance":
            read = _chance(value)
            chance = read or chance
            if read is None:
                problems.append(_wrong(key, value, "not a choice of draws", f"true, false, or some of {', '.join(_DRAWS)} with commas between"))
        elif key in _WHOLE:
            low, high = _WHOLE[key]
            number = int(value) if value.lstrip("+-").isdecimal() else None
            if number is None or not low <= number <= high:
                problems.append(_wrong(key, value, "not a whole number within its bounds", f"write a number from {low} to {high}"))
            else:
                numbers[key] = number
        else:
            problems.append(_wrong(key, value, "no such key of a planned run", did_you_mean(key, KEYS)))
    if problems:
        raise InputErrors(problems)
    return RunWords(numbers=numbers, chance=chance, columns=words.columns)


def _chance(value: str) -> ChanceSwitches | None:
    named = [word.strip() for word in value.split(",")]
    if value in ("true", "false"):
        named = list(_DRAWS) if value == "true" else []
    elif set(named) - set(_DRAWS):
        return None
    return ChanceSwitches(**{draw: draw in named for draw in _DRAWS})


def rules_of(read: PlanData, words: RunWords) -> RunRules:
    """The rules of a run: the command line goes before the table settings.

    Raises
    ------
    InputErrors
        If the run would leave the calendar of hours.
    """
    settings, facts, said = read.settings, read.case.facts, words.numbers
    days = said.get("run_days", settings.run_days)
    reach = 7 * facts.n_weeks
    if not days:
        days = min(reach, QUARTER if read.demand is not None else int(facts.order_due.max(initial=0)) + AFTER)
    if days > reach:
        message = f"the run would end after the hours that the data state ({reach} days from {facts.today})"
        raise InputErrors([_wrong("run_days", str(days), message, "run a shorter time, or state hours for more weeks in table capacity")])
    return RunRules(
        days=max(days, 1),
        replan_days=said.get("replan_days", settings.replan_days),
        lead_days=float(said.get("order_lead_days", settings.order_lead_days)),
        seed=said.get("seed", 1),
        rounds=said.get("rounds", 20),
        chance=words.chance,
    )


def stop_day(word: str, save: Path | None, rules: RunRules, today: dt.date) -> int | None:
    """Day on whose morning the run stops [d], None if it does not.

    Raises
    ------
    InputErrors
        If the date is none of the run, or the folder to write is there already.

    Examples
    --------
    >>> stop_day("2026-03-09", None, RunRules(days=28), dt.date(2026, 3, 2))
    7
    """
    if save is not None and save.exists():
        raise InputErrors([_wrong("--save", str(save), "is there already", "name a new folder")])
    if not word:
        if save is not None:
            raise InputErrors([_wrong("--save", str(save), "needs a day", "say with --stop-at DATE on which morning the run stops")])
        return None
    date = read_date(word)
    day = None if date is None else (date - today).days
    if day is None or not 0 < day <= rules.days:
        last = today + dt.timedelta(days=rules.days)
        raise InputErrors([_wrong("--stop-at", word, "no day of the run", f"write a day after {today}, until {last}, as YYYY-MM-DD")])
    return day


def demand_of(read: PlanData, rules: RunRules) -> DemandData | None:
    """Demand planning over the run and the weeks that its last plan looks ahead; None without history."""
    if read.demand is None:
        return None
    weeks = read.settings.forecast_weeks + -(-rules.days // 7)
    return build_demand(read.tables, replace(read.settings, forecast_weeks=weeks))


def company_of(read: PlanData, demand: NetDemand | None) -> PlannedCompany:
    """The company as the run sees it."""
    orders, today = read.tables["orders"], read.case.facts.today
    promised = [-1 if day is None else max(0, (day - today).days) for day in orders["promised"]]
    late = [-1 if most is None else int(most) for most in orders["max_late_days"]]
    return PlannedCompany(
        case=read.case,
        elsewhere=elsewhere_of(read.tables, read.case.facts),
        risk=read.case.risk or usual_risk(read.case.facts),
        demand=demand,
        view_weeks=read.settings.forecast_weeks,
        order_channel=tuple(orders["channel"]),
        order_turn=_turns(read),
        order_promised=np.array(promised, dtype=np.int64),
        order_least=np.array(orders["min_shipment"].cast(float).fill_null(float("nan")).to_numpy(), dtype=np.float64),
        order_max_late=np.array(late, dtype=np.int64),
        order_price=np.array(orders["price"].to_numpy(), dtype=np.float64),
        firm=tuple(firm_orders(firm_receipts(read.tables), read.case.facts.items, today)),
    )


def _turns(read: PlanData) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Place of the order class of every order, 0 for all where there are none."""
    table, orders = read.tables["order_classes"], read.tables["orders"]
    if table.is_empty():
        return np.zeros(orders.height, dtype=np.int64)
    return np.array(segments_of(table, orders, read.tables["customers"]).of_order, dtype=np.int64)


def taken_for_granted(read: PlanData, rules: RunRules) -> list[str]:
    """What the data do not say and the run takes for granted, in words."""
    said = []
    if read.demand is None:
        said.append("no history: no orders come beside those on book")
    elif rules.chance.demand:
        said.append(f"orders to come are drawn from what the book leaves of the forecast, known {rules.lead_days:g} days ahead in the mean (order_lead_days)")
    said.append("no lanes: goods are with the customer on the day on which they leave")
    if read.tables["order_classes"].is_empty():
        said.append("no order classes: goods that are short go by priority, then due day")
    if read.case.shelf is not None:
        said.append("promises between two plans count on goods as if they kept; plans and stock know what expires")
    off = [draw for draw in _DRAWS if not getattr(rules.chance, draw)]
    if off:
        said.append(f"draws switched off: {', '.join(off)}")
    return said


def _wrong(key: str, value: str, message: str, remedy: str) -> Problem:
    return Problem(file=COMMAND_LINE, column=key, value=value, message=message, remedy=remedy)
