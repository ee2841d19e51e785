"""Objectives and constraints as they are written: KPI, KPI:max, KPI>=NUMBER."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from e2esim.application.kpi_names import better_side, check_kpis
from e2esim.config.problems import COMMAND_LINE, wrong_word

if TYPE_CHECKING:
    from e2esim.study.optimise import Constraint, Goal


def read_goals(words: Sequence[str], kind: str = "market") -> list[Goal]:
    """Read KPI, KPI:max or KPI:min; without a side the catalogue says which is better.

    Raises
    ------
    InputErrors
        If there is none, a KPI is unknown, or neither side is better and none is named.

    Examples
    --------
    >>> read_goals(["contribution", "stock_value:min"])[1].direction
    'minimise'
    """
    from e2esim.study.optimise import Goal

    if not words:
        raise wrong_word("--objective", "", "nothing to optimise", "e.g. --objective contribution")
    check_kpis([word.partition(":")[0] for word in words], COMMAND_LINE, "--objective", kind)
    goals = []
    for word in words:
        kpi, _, side = word.partition(":")
        side = side or better_side(kpi, kind)
        if side not in ("max", "min"):
            raise wrong_word("--objective", word, "say which way is better", f"{kpi}:max or {kpi}:min")
        goals.append(Goal(kpi=kpi, direction="maximise" if side == "max" else "minimise"))
    return goals


def read_constraints(words: Sequence[str], kind: str = "market") -> list[Constraint]:
    """Read KPI>=NUMBER or KPI<=NUMBER.

    Raises
    ------
    InputErrors
        If one is neither, or its KPI is unknown.

    Examples
    --------
    >>> read_constraints(["otif>=0.9"])[0].limit
    0.9
    """
    from e2esim.study.optimise import Constraint

    found = []
    for word in words:
        try:
            found.append(Constraint.read(word))
        except ValueError as error:
            raise wrong_word("--constraint", word, str(error), "e.g. --constraint 'otif>=0.9'") from None
    check_kpis([c.kpi for c in found], COMMAND_LINE, "--constraint", kind)
    return found
