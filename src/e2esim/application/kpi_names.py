"""Which KPIs a kind of company has, which way each is better, and what their catalogue says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from e2esim.config.problems import InputErrors, Problem, did_you_mean

if TYPE_CHECKING:
    from e2esim.kpi.catalogue import Kpi

MARKET, NETWORK, PLANNED = "market", "network", "factory"


def known_kpis(kind: str) -> tuple[str, ...]:
    """Every KPI that a kind of company has.

    >>> "fill_rate" in known_kpis("network"), "clv" in known_kpis("factory")
    (True, False)
    """
    if kind == MARKET:
        from e2esim.kpi.catalogue import CATALOGUE

        return tuple(CATALOGUE)
    return kpis_of(kind)


def kpis_of(kind: str) -> tuple[str, ...]:
    """KPIs that are judged together and shown where none are asked for: all that a network or a factory has.

    >>> kpis_of("factory")[:2]
    ('lines_due', 'otif')
    """
    if kind == NETWORK:
        from e2esim.kpi.network import UNITS

        return tuple(UNITS)
    if kind == PLANNED:
        from e2esim.kpi.planned import KPIS

        return tuple(kpi.name for kpi in KPIS)
    from e2esim.report.comparison import SHOWN

    return SHOWN


def kpi_catalogue() -> Sequence[Kpi]:
    """Every KPI of a market run: name, unit, definition, formula, source, which way is better."""
    from e2esim.kpi.catalogue import catalogue

    return catalogue()


def better_side(kpi: str, kind: str) -> str:
    """``max`` or ``min``, whichever the catalogue calls better; empty if it calls neither.

    >>> better_side("contribution", "market"), better_side("fill_rate", "network")
    ('max', '')
    """
    from e2esim.kpi.catalogue import CATALOGUE

    return {"higher": "max", "lower": "min"}.get(CATALOGUE[kpi].better, "") if kind == MARKET else ""


def check_kpis(kpis: Sequence[str], place: str, column: str = "kpis", kind: str = "") -> None:
    """Refuse names that a kind of company (a market's, if none is named) does not have.

    Raises
    ------
    InputErrors
        With the nearest name for each.
    """
    names = known_kpis(kind or MARKET)
    unknown = [kpi for kpi in kpis if kpi not in names]
    if unknown:
        remedy = "`e2esim kpis` lists them" if kind in ("", MARKET) else f"known: {', '.join(names)}"
        raise InputErrors([Problem(file=place, column=column, value=kpi, message="no such KPI", remedy=did_you_mean(kpi, names, remedy)) for kpi in unknown])
