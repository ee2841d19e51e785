"""What a column and a table of a company state about themselves, and short ways to write them down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["id", "text", "int", "float", "share", "date", "month", "time", "bool", "choice"]
Verb = Literal["plan", "promise", "backorders", "forecast", "sop", "run"]
Need = Literal["required", "optional", "not read"]

VERBS: tuple[Verb, ...] = get_args(Verb)
WORLD: tuple[Verb, ...] = ("sop", "run")  # the verbs of a simulated market


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table.

    ``kind`` share is a float in [0, 1]; ``ref`` names the (table, column) an id must exist in; ``required`` false
    means that an empty cell or a missing column takes ``default``; ``verbs`` are those that read it, None = all that
    read the table.
    """

    name: str
    kind: Kind
    unit: str = ""
    meaning: str = ""
    required: bool = True
    default: str | float | int | bool | None = None
    low: float | None = None
    above: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    ref: tuple[str, str] | None = None
    verbs: tuple[Verb, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table: its key must be unique; ``verbs`` are those that read it, ``required`` whether they need it."""

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    verbs: tuple[Verb, ...]
    required: bool = True

    def column(self, name: str) -> Column:
        """Return the column called ``name``.

        Raises
        ------
        KeyError
            If the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name}")

    def need(self, verb: Verb, column: Column | None = None) -> Need:
        """Return what ``verb`` makes of the table, or of one of its ``column``.

        Examples
        --------
        >>> bill = Table(name="bom", meaning="", key=("parent",), columns=(id_column("parent"), text("note", "")), verbs=("run",))
        >>> bill.need("run"), bill.need("plan"), bill.need("run", bill.column("note"))
        ('required', 'not read', 'optional')
        """
        verbs, required = (self.verbs, self.required) if column is None else (column.verbs or self.verbs, column.required)
        return "not read" if verb not in verbs else "required" if required else "optional"


def id_column(name: str, meaning: str = "", ref: tuple[str, str] | None = None, **kw: object) -> Column:
    """A column of ids."""
    return Column(name=name, kind="id", meaning=meaning, ref=ref, **kw)  # type: ignore[arg-type]


def number(name: str, unit: str, meaning: str, *, low: float | None = 0.0, **kw: object) -> Column:
    """A number that must be there."""
    return Column(name=name, kind="float", unit=unit, meaning=meaning, low=low, **kw)  # type: ignore[arg-type]


def optional(name: str, unit: str, meaning: str, default: float | None, *, low: float | None = 0.0, **kw: object) -> Column:
    """A number with a default."""
    return Column(name=name, kind="float", unit=unit, meaning=meaning, low=low, required=False, default=default, **kw)  # type: ignore[arg-type]


def share(name: str, meaning: str, default: float | None = None, **kw: object) -> Column:
    """A share between 0 and 1."""
    return Column(name=name, kind="share", unit="share", meaning=meaning, low=0.0, high=1.0, required=default is None, default=default, **kw)  # type: ignore[arg-type]


def choice(name: str, meaning: str, choices: tuple[str, ...], default: str | None = None, **kw: object) -> Column:
    """One of a few words."""
    return Column(name=name, kind="choice", meaning=meaning, choices=choices, required=default is None, default=default, **kw)  # type: ignore[arg-type]


def flag(name: str, meaning: str, default: bool | None = None, **kw: object) -> Column:
    """True or false."""
    return Column(name=name, kind="bool", meaning=meaning, required=default is None, default=default, **kw)  # type: ignore[arg-type]


def text(name: str, meaning: str, default: str | None = "", **kw: object) -> Column:
    """Free text."""
    return Column(name=name, kind="text", meaning=meaning, required=default is None, default=default, **kw)  # type: ignore[arg-type]


SOURCE = text("source", "where the numbers of this row come from, or the word 'assumed'")
