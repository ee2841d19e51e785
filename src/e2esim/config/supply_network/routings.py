"""How items are made: the steps of their routings, the other work centres that may do a step, and their other routings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from e2esim.config.supply_network.rows import Reader, Row
from e2esim.domain.alternates import most_said_first, second_choices, speaks_of
from e2esim.domain.chance import ONE, Chance
from e2esim.domain.network_rows import StepRow

Chain = tuple[StepRow, ...]


def read_steps(reader: Reader) -> dict[tuple[str, str], Chain]:
    """Steps of every (site, item) in their order, site empty: wherever it is made; each with the other work centres that may do it."""
    steps: dict[tuple[str, str], list[tuple[int, StepRow]]] = {}
    others = most_said_first(reader.rows("alternates"))
    for row in reader.rows("routings"):
        step = _step(row, _time_law(reader, row))
        steps.setdefault((row["site"] or "", row["item"]), []).append((row["step"] or 0, _with_others(step, row, others)))
    _without_a_step(reader, others)
    return {place: _in_order(chain) for place, chain in steps.items()}


def read_other_routings(reader: Reader) -> dict[str, tuple[Chain, ...]]:
    """Other routings of every item, in order of preference."""
    first = {row["item"] for row in reader.rows("routings")}
    found: dict[str, dict[int, list[tuple[int, StepRow]]]] = {}
    for row in reader.rows("other_routings"):
        if row["item"] in first:
            found.setdefault(row["item"], {}).setdefault(row["preference"], []).append((row["step"], _step(row, ONE)))
        else:
            message, remedy = "another routing of an item that has no first one", "write its first choice into routings, or take the rows out"
            reader.wrong("other_routings", row, "item", message, remedy)
    return {item: tuple(_in_order(several[k]) for k in sorted(several)) for item, several in found.items()}


def _step(row: Row, law: Chance) -> StepRow:
    return StepRow(centre=row["work_centre"], setup_h=row["setup_h_per_lot"] or 0.0, run_h=row["run_h_per_unit"] or 0.0, law=law)


def _in_order(chain: list[tuple[int, StepRow]]) -> Chain:
    return tuple(step for _, step in sorted(chain, key=lambda pair: pair[0]))


def _with_others(step: StepRow, row: Row, others: Sequence[Mapping[str, Any]]) -> StepRow:
    """A step with the rows of table alternates that speak of it; the one that says most holds."""
    found = []
    for other in second_choices(others, row["item"], row["step"], row["work_centre"]):
        setup = other["setup_h_per_lot"]
        found.append(replace(step, centre=other["alternate"], setup_h=step.setup_h if setup is None else setup, run_h=step.run_h * other["time_factor"]))
    return replace(step, others=tuple(found))


def _without_a_step(reader: Reader, others: Sequence[Mapping[str, Any]]) -> None:
    """Rows of table alternates that name a work centre twice, or no step of a routing."""
    steps = [(row["item"], row["step"], row["work_centre"]) for row in reader.rows("routings")] if others else []
    for row in others:
        if row["work_centre"] == row["alternate"]:
            message, remedy = "a work centre cannot stand in for itself", "name another one, or take the row out"
            reader.wrong("alternates", dict(row), "alternate", message, remedy)
        elif not any(speaks_of(row, *step) for step in steps):
            of = f" of item {row['item']}" if row["item"] else ""
            message = f"routings has no such step{of} at {row['work_centre']}: the row does nothing"
            reader.wrong("alternates", dict(row), "work_centre", message, "correct item, step or work centre, or take the row out", warning=True)


def _time_law(reader: Reader, row: Row) -> Chance:
    try:
        return Chance(law=row["time_law"], mean=1.0, sd=row["time_cv"] or 0.0)
    except ValueError as error:
        reader.wrong("routings", row, "time_cv", str(error), "correct the spread, or choose another law")
        return ONE
