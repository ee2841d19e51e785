"""What a column and a table of a company state about themselves, and short ways to write them down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["id", "text", "int", "float", "share", "date", "month", "time", "bool", "choice"]
Verb = Literal["plan", "promise", "backorders", "forecast", "sop", "run", "network run"]
Need = Literal["required", "with a market", "optional", "not read"]

VERBS: tuple[Verb, ...] = get_args(Verb)
NETWORK: tuple[Verb, ...] = ("network run",)  # `run` of a company whose stock points refill by rules
MARKET: tuple[Verb, ...] = ("sop", "run")  # the verbs of a simulated market
FACTORY: tuple[Verb, ...] = ("plan", "promise", "backorders", "run")  # the verbs of a plant with its orders
DEMAND: tuple[Verb, ...] = ("forecast", "plan", "promise", "backorders", "run")  # those that forecast where there is history
NOT_NETWORK: tuple[Verb, ...] = ("plan", "promise", "backorders", "forecast", "sop", "run")
LONGEST = {"days": 3650.0, "weeks": 520.0, "months": 120.0, "years": 100.0}  # where a column states no bound
MAKING: tuple[Verb, ...] = ("plan", "promise", "backorders", "sop", "run", "network run")  # those that look at how items come


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table.

    ``kind`` share is a float in [0, 1]; ``ref`` names the (table, column) an id must exist in, where ``loose`` only
    if markets are simulated; ``required`` false means that an empty cell or a missing column takes ``default``;
    ``market`` that it is required where markets are simulated; ``verbs`` are those that read it, None = all that read
    the table; ``aliases`` are other headers that are read as this one; ``why`` is the reason of its bounds.
    """

    name: str
    kind: Kind
    unit: str = ""
    meaning: str = ""
    required: bool = True
    market: bool = False
    default: str | float | int | bool | None = None
    low: float | None = None
    above: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    ref: tuple[str, str] | None = None
    loose: bool = False
    verbs: tuple[Verb, ...] | None = None
    aliases: tuple[str, ...] = ()
    why: str = ""

    def __post_init__(self) -> None:
        """A time that states no bound gets that of its unit."""
        if self.high is None and self.unit in LONGEST:
            object.__setattr__(self, "high", LONGEST[self.unit])
            object.__setattr__(self, "why", self.why or "ten years of waiting, a hundred of a life: a calendar still holds them")

    @property
    def reason(self) -> str:
        """Why its bounds stand where they stand; empty where it has none.

        >>> share("scrap_share", "scrapped").reason
        'a part of a whole'
        """
        if self.why or (self.low is None and self.above is None and self.high is None):
            return self.why
        if self.kind == "share" or (self.unit == "share" and self.high == 1.0):
            return "a part of a whole"
        if self.high is None and self.low == 0.0 and self.above is None:
            return "there is no less than none"
        if self.high is None and self.above == 0.0:
            return "none of it means nothing here"
        if self.high is None and self.low == 1.0:
            return "counted from one"
        return ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table: its key must be unique; ``verbs`` are those that read it.

    ``required`` says whether they need it, ``market`` whether those that simulate a market do; ``sums`` is the column
    that is added up where rows have one key; with ``empty_is_a_key`` an optional column of the key that is empty is a value like others.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    verbs: tuple[Verb, ...]
    required: bool = True
    market: bool = False
    sums: str = ""
    numbered: str = ""
    empty_is_a_key: bool = False

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
        verbs = self.verbs if column is None or column.verbs is None else column.verbs
        subject: Table | Column = self if column is None else column
        if verb not in verbs:
            return "not read"
        if subject.required or (subject.market and verb == "sop"):
            return "required"
        return "with a market" if subject.market and verb == "run" else "optional"


def id_column(name: str, meaning: str = "", ref: tuple[str, str] | None = None, **kw: object) -> Column:
    """A column of ids."""
    return Column(name=name, kind="id", meaning=meaning, ref=ref, **kw)  # type: ignore[arg-type]


def optional_id(name: str, meaning: str, ref: tuple[str, str] | None = None, **kw: object) -> Column:
    """A column of ids that may be empty."""
    return Column(name=name, kind="id", meaning=meaning, ref=ref, required=False, default="", **kw)  # type: ignore[arg-type]


def number(name: str, unit: str, meaning: str, *, low: float | None = 0.0, **kw: object) -> Column:
    """A number that must be there."""
    return Column(name=name, kind="float", unit=unit, meaning=meaning, low=low, **kw)  # type: ignore[arg-type]


def optional(name: str, unit: str, meaning: str, default: float | None, *, low: float | None = 0.0, **kw: object) -> Column:
    """A number with a default."""
    return Column(name=name, kind="float", unit=unit, meaning=meaning, low=low, required=False, default=default, **kw)  # type: ignore[arg-type]


def whole(name: str, unit: str, meaning: str, default: int | None, *, low: float | None = 0, **kw: object) -> Column:
    """A whole number with a default."""
    return Column(name=name, kind="int", unit=unit, meaning=meaning, low=low, required=False, default=default, **kw)  # type: ignore[arg-type]


def date(name: str, meaning: str, **kw: object) -> Column:
    """A day."""
    return Column(name=name, kind="date", unit="YYYY-MM-DD", meaning=meaning, **kw)  # type: ignore[arg-type]


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
