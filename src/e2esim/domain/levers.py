"""Levers as facts: cost, dates, ramp and prerequisites; what they change is applied at the door (`e2esim.config.levers`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

MONTH_D = 365.25 / 12.0  # [days]


@dataclass(frozen=True, kw_only=True)
class Force:
    """A driver that speeds the ramp of a lever where it is managed, or a barrier that slows it where it is not."""

    name: str
    driver: bool
    speed: float  # [1]
    managed: bool
    cost_eur: float = 0.0  # [EUR] once, if managed

    @property
    def acts(self) -> bool:
        """True if it moves the ramp."""
        return self.managed == self.driver


@dataclass(frozen=True, kw_only=True)
class Lever:
    """An intervention with its money at scale 1 and its dates.

    Examples
    --------
    >>> portal = Lever(lever="portal", kind="portal", start_month=6, ramp_d=180.0, forces=(Force(name="skills", driver=True, speed=2.0, managed=True),))
    >>> portal.ramp_days, [portal.adopted(month * MONTH_D) for month in (5, 6, 12)]
    (90.0, [0.0, 0.0, 1.0])
    """

    lever: str
    kind: str
    name: str = ""
    investment_eur: float = 0.0
    running_eur_y: float = 0.0
    start_month: int = 0
    end_month: int = 0  # 0 = it lasts
    ramp_d: float = 0.0
    adoption: float = 1.0
    needs: tuple[str, ...] = ()
    forces: tuple[Force, ...] = ()

    @property
    def once_eur(self) -> float:
        """Paid when it starts, with what is spent on its drivers and barriers [EUR]."""
        return self.investment_eur + sum(force.cost_eur for force in self.forces if force.managed)

    @property
    def ramp_days(self) -> float:
        """Days of its ramp, with the forces that act [days]."""
        speed = 1.0
        for force in self.forces:
            speed *= force.speed if force.acts else 1.0
        return self.ramp_d / speed

    def adopted(self, day: float) -> float:
        """Share of its full effect on ``day`` of the programme: nothing before it starts or after it ends, straight up its ramp, then all."""
        since = day - self.start_month * MONTH_D
        if since < 0.0 or (self.end_month and day >= self.end_month * MONTH_D):
            return 0.0
        return 1.0 if since >= self.ramp_days else since / self.ramp_days


def levers_of(tables: Mapping[str, pl.DataFrame]) -> dict[str, Lever]:
    """The levers of a company by name, in turn: what a lever needs before it, then by start and name; the order of rows decides nothing."""
    if "levers" not in tables:
        return {}
    forces: dict[str, list[Force]] = {}
    for row in tables["lever_forces"].iter_rows(named=True) if "lever_forces" in tables else ():
        force = Force(name=row["force"], driver=row["kind"] == "driver", speed=row["speed"], managed=row["managed"], cost_eur=row["cost_eur"])
        forces.setdefault(row["lever"], []).append(force)
    plain = ("lever", "kind", "name", "investment_eur", "running_eur_y", "start_month", "end_month", "ramp_d", "adoption")
    found = {
        row["lever"]: Lever(**{name: row[name] for name in plain}, needs=names_of(row["needs"]), forces=tuple(forces.get(row["lever"], ())))
        for row in tables["levers"].iter_rows(named=True)
    }
    return in_turn(found)


def in_turn(levers: Mapping[str, Lever]) -> dict[str, Lever]:
    """Levers so that each comes after what it needs; else by start, then by name. Circles and unknown needs (told at the door) come last.

    >>> crm, desk, voice = Lever(lever="crm", kind="crm", start_month=9), Lever(lever="desk", kind="crm"), Lever(lever="a", kind="crm", needs=("crm",))
    >>> list(in_turn({"a": voice, "crm": crm, "desk": desk}))
    ['desk', 'crm', 'a']
    """
    left = sorted(levers, key=lambda name: (levers[name].start_month, name))
    turn: list[str] = []
    while left:
        ready = next((name for name in left if set(levers[name].needs) <= set(turn)), left[0])
        left.remove(ready)
        turn.append(ready)
    return {name: levers[name] for name in turn}


def names_of(text: str) -> tuple[str, ...]:
    """Names of levers written with + between.

    >>> names_of("one_plan + portal"), names_of("none"), names_of("")
    (('one_plan', 'portal'), (), ())
    """
    names = tuple(name.strip() for name in text.split("+") if name.strip())
    return () if names == ("none",) else names


def runnable(chosen: Iterable[str], levers: Mapping[str, Lever]) -> frozenset[str]:
    """Those of ``chosen`` that have an effect: all that they need is there too (the largest such set).

    A lever without its prerequisite does nothing: R. P. Gilles, G. Owen, R. van den Brink, Games with permission structures (1992).

    >>> crm = Lever(lever="crm", kind="crm")
    >>> voice = Lever(lever="voice", kind="one_team", needs=("crm",))
    >>> sorted(runnable(["voice"], {"crm": crm, "voice": voice})), sorted(runnable(["voice", "crm"], {"crm": crm, "voice": voice}))
    ([], ['crm', 'voice'])
    """
    left = set(chosen)
    while idle := {name for name in left if not set(levers[name].needs) <= left}:
        left -= idle
    return frozenset(left)
