"""Points of a study: companies of any kind by their overrides, each under a key that says all that decides its numbers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from e2esim.application.comparing import refuse_idle_words, rival
from e2esim.config.places import data_place, shipped
from e2esim.config.tables_once import TablesOnce
from e2esim.machine_code import kernel_hash
from e2esim.study.company import Company, Trial, company_of
from e2esim.study.design import Value
from e2esim.study.sweep import Point


@dataclass(frozen=True, kw_only=True)
class OverriddenCompany:
    """A company of any kind by its overrides: small to send, loaded and checked where it is opened."""

    overrides: tuple[str, ...]

    def open(self) -> Trial:
        """Load and open it.

        Raises
        ------
        InputErrors
            If the overrides do not make a company that can run.
        """
        return company_of(rival(self.overrides, _ONCE).subject).open()


_ONCE = TablesOnce()  # of this process


def make_points(designed: Sequence[Mapping[str, Value]], common: Sequence[str]) -> list[Point]:
    """Companies of a design; the key of each is a hash of its overrides, of every file of its company and of the program.

    Examples
    --------
    >>> one, two = make_points([{"seed": 1}, {"seed": 2}], ["scenario=mattress_maker"])
    >>> one.key != two.key, one.company.overrides
    (True, ('scenario=mattress_maker', 'seed=1'))
    """
    points = []
    for values in designed:
        overrides = (*common, *(f"{key}={_written(value)}" for key, value in values.items()))
        told = json.dumps([sorted(common), sorted(f"{key}={_written(value)}" for key, value in values.items()), _files(overrides), _program()])
        key = hashlib.sha256(told.encode()).hexdigest()[:16]
        company: Company = OverriddenCompany(overrides=overrides)
        points.append(Point(key=key, factors=values, company=company))
    return points


def kind_of(points: Sequence[Point]) -> str:
    """Open the first point, so that what is wrong with all of them is said before anything runs; return the kind of its company.

    Words that change nothing of what a run is made of are looked for in the first and the last point.

    Raises
    ------
    InputErrors
        If it cannot run.
    """
    company = points[0].company
    assert isinstance(company, OverriddenCompany)
    kind = rival(company.overrides).kind
    for point in points[:: max(len(points) - 1, 1)]:  # the first and the last
        assert isinstance(point.company, OverriddenCompany)
        refuse_idle_words(point.company.overrides)
    return kind


def _written(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, float) else str(value)


def _files(overrides: Sequence[str]) -> str:
    wanted = [word.partition("=")[2] for word in overrides if word.startswith("scenario=")]
    place = data_place(wanted[-1]) if wanted else None
    return "" if place is None else _folder_hash(place) if place.is_dir() else hashlib.sha256(place.read_bytes()).hexdigest()


@cache
def _folder_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in (".csv", ".yaml", ".yml", ".xlsx")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _program() -> str:
    """What the numbers depend on beside the input: every source file of the program, its shipped options and its machine code."""
    digest = hashlib.sha256(kernel_hash().encode())
    package = Path(__file__).resolve().parents[1]
    rooms = [package / name for name in ("domain", "planning", "chain", "customers", "simulate", "kpi", "config")]
    for path in sorted(path for room in rooms for path in room.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest() + _folder_hash(shipped("conf"))
