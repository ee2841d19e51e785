"""S&OP scenarios and opportunities as people write them: names, a YAML file, ``item=...,qty=...`` on the command line."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import yaml

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean
from e2esim.planning.sop.problem import SopProblem
from e2esim.planning.sop.scenarios import ALL, BUILT_IN, SopScenario

OPPORTUNITY = ("item", "qty", "month", "price")


@dataclass(frozen=True, kw_only=True)
class Opportunity:
    """An opportunity found in the data: product and month as positions [pcs, EUR/pcs]."""

    product: int
    month: int
    quantity: float
    price_eur: float


def read_scenarios(text: str) -> dict[str, SopScenario]:
    """Scenarios of a comma-separated list of names of `BUILT_IN` or of a YAML file (a mapping name -> changes).

    Raises
    ------
    InputErrors
        If a name or the file is wrong; every problem with its place.
    """
    if not text:
        return {}
    if text.endswith((".yaml", ".yml")):
        return _read_file(Path(text))
    found: dict[str, SopScenario] = {}
    problems = []
    for name in (part.strip() for part in text.split(",")):
        if name in BUILT_IN:
            found[name] = BUILT_IN[name]
        else:
            remedy = did_you_mean(name, list(BUILT_IN), "or a file .yaml; the names:")
            problems.append(Problem(file=COMMAND_LINE, column="--scenarios", value=name, message="no such S&OP scenario", remedy=remedy))
    if problems:
        raise InputErrors(problems)
    return found


def _read_file(path: Path) -> dict[str, SopScenario]:
    label = str(path)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        raise InputErrors([Problem(file=COMMAND_LINE, column="--scenarios", value=label, message="no such file")]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputErrors([Problem(file=label, message=f"not readable YAML: {error}")]) from None
    if not isinstance(content, dict) or not content:
        raise InputErrors([Problem(file=label, message="must map names of scenarios to changes", remedy="e.g. more: {demand: 1.2, shift: {sewing: 1.0}}")])
    problems: list[Problem] = []
    found = {str(name): _scenario(str(name), changes or {}, label, problems) for name, changes in content.items()}
    if problems:
        raise InputErrors(problems)
    return found


def _scenario(name: str, changes: Any, label: str, problems: list[Problem]) -> SopScenario:
    """One scenario; a plain number stands for ``all``."""
    scenario = SopScenario()
    if not isinstance(changes, dict):
        problems.append(Problem(file=label, column=name, message="must be a mapping of changes", remedy="e.g. {demand: 1.2}"))
        return scenario
    known = [f.name for f in fields(SopScenario)]
    for key, given in changes.items():
        column = f"{name}.{key}"
        if key not in known:
            problems.append(Problem(file=label, column=column, message="unknown change", remedy=did_you_mean(str(key), known)))
        elif key == "rule":
            if given in ("silo", "end_to_end"):
                scenario = replace(scenario, rule=str(given))
            else:
                problems.append(Problem(file=label, column=column, value=str(given), message="no such rule", remedy="silo or end_to_end"))
        else:
            cells = {str(k): v for k, v in given.items()} if isinstance(given, dict) else {ALL: given}
            numbers = {place: float(value) for place, value in cells.items() if _number(value, f"{column}.{place}", key, label, problems)}
            changed: Any = numbers.get(ALL, 1.0) if key == "safety" else numbers
            scenario = replace(scenario, **{key: changed})
    return scenario


def _number(value: Any, column: str, key: str, label: str, problems: list[Problem]) -> bool:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    low = 0.0 if key in ("demand", "hours", "shift", "frame", "supplier", "safety") else 1e-9
    if good and value >= low:
        return True
    message = "not a number" if not good else "must be positive" if low > 0 else "must not be negative"
    problems.append(Problem(file=label, column=column, value=str(value), message=message, remedy="write a factor, e.g. 1.2"))
    return False


def check_scenarios(scenarios: Mapping[str, SopScenario], problem: SopProblem, label: str) -> None:
    """Refuse scenarios that name what the data do not have.

    Raises
    ------
    InputErrors
        With every unknown family, work centre, material and supplier.
    """
    problems = [
        Problem(file=label, column=f"{name}.{key}", value=wrong, message="the scenario does not know it", remedy=did_you_mean(wrong, list(known)))
        for name, scenario in scenarios.items()
        for key, wrong, known in scenario.unknown(problem)
    ]
    if problems:
        raise InputErrors(problems)


def read_opportunity(text: str, products: Sequence[str], months: Sequence[str]) -> Opportunity:
    """``item=...,qty=...,month=YYYY-MM,price=...`` against the items and months of the cycle.

    Examples
    --------
    >>> read_opportunity("item=A,qty=500,month=2026-02,price=99.5", ["A"], ["2026-01", "2026-02"])
    Opportunity(product=0, month=1, quantity=500.0, price_eur=99.5)

    Raises
    ------
    InputErrors
        With everything that is wrong.
    """
    problems: list[Problem] = []

    def wrong(value: str, message: str, remedy: str) -> None:
        problems.append(Problem(file=COMMAND_LINE, column="--opportunity", value=value, message=message, remedy=remedy))

    given = dict(part.split("=", 1) for part in text.split(",") if "=" in part)
    given = {key.strip(): value.strip() for key, value in given.items()}
    example = "e.g. item=A,qty=500,month=2026-03,price=99.50"
    for key in given:
        if key not in OPPORTUNITY:
            wrong(key, "unknown key", did_you_mean(key, list(OPPORTUNITY)))
    for key in OPPORTUNITY:
        if not given.get(key):
            wrong(text, f"{key} is missing", example)
    if given.get("item") and given["item"] not in products:
        wrong(given["item"], "no such sold item", did_you_mean(given["item"], list(products)))
    if given.get("month") and given["month"] not in months:
        wrong(given["month"], "not a month of the cycle", f"one of {months[0]} to {months[-1]}")
    numbers = {}
    for key in ("qty", "price"):
        if not given.get(key):
            continue
        try:
            numbers[key] = float(given[key])
        except ValueError:
            numbers[key] = float("nan")
        if not math.isfinite(numbers[key]) or numbers[key] <= 0:
            wrong(given[key], f"{key} must be a positive number", "write it with a decimal point and no separator of thousands")
    if problems:
        raise InputErrors(problems)
    return Opportunity(
        product=list(products).index(given["item"]), month=list(months).index(given["month"]), quantity=numbers["qty"], price_eur=numbers["price"]
    )
