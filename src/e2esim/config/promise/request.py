"""One request of the command line: words in, a checked `Asked` out, or everything that is wrong at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem, did_you_mean
from e2esim.config.promise.known import USUAL_PRIORITY, Known

MOST = 1e12  # [unit] as in tables
_THOUSAND = re.compile(r"[1-9]\d{0,2}\.\d{3}")  # one, or a thousand
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


@dataclass(frozen=True, kw_only=True)
class WrittenOptions:
    """The options as they were written; '' = not given."""

    item: str
    qty: str
    date: str
    customer: str
    priority: str = ""
    min_shipment: str = ""
    max_late: str = ""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that can be answered: row of the item, pieces, day [d from today], who asks, priority (1 = highest)."""

    item: int
    qty: float
    day: int
    customer: str
    priority: int
    min_shipment: float | None
    max_late: int | None


def check_request(words: WrittenOptions, known: Known) -> Asked:
    """Check a request.

    Raises
    ------
    InputErrors
        Naming every option that is wrong, with its remedy.
    """
    reader = _Reader(known)
    item = reader.item(words.item)
    whole = item is not None and known.counted(item)
    qty = reader.number("--qty", words.qty, above=True, whole=whole)
    least = reader.number("--min-shipment", words.min_shipment, above=True, whole=whole) if words.min_shipment else None
    if qty is not None and least is not None and least > qty:
        reader.add("--min-shipment", words.min_shipment, f"the smallest part is larger than the whole ({qty:g})", "write at most the quantity, or leave it out")
    late = reader.number("--max-late", words.max_late, whole=True) if words.max_late else None
    priority = reader.number("--priority", words.priority, above=True, whole=True, most=99) if words.priority else None
    customer, day = reader.customer(words.customer), reader.day(words.date)
    if reader.problems or item is None or qty is None or day is None:
        raise InputErrors(reader.problems)
    return Asked(
        item=item,
        qty=qty,
        day=day,
        customer=customer,
        priority=known.customers.get(customer, USUAL_PRIORITY) if priority is None else int(priority),
        min_shipment=least,
        max_late=None if late is None else int(late),
    )


class _Reader:
    """Reads words one by one and collects what is wrong."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.problems: list[Problem] = []

    def add(self, option: str, value: str, message: str, remedy: str) -> None:
        """Remember a problem of an option."""
        self.problems.append(Problem(file=COMMAND_LINE, column=option, value=value, message=message, remedy=remedy))

    def item(self, word: str) -> int | None:
        """Row of an item; one that is called by its name, or without its leading zeros, is not guessed but offered."""
        items = self.known.items
        if word in items:
            return items.index(word)
        by_name = [number for number, name in zip(items, self.known.names, strict=True) if name.lower() == word.lower()]
        bare = [number for number in items if number.lstrip("0") == word]
        best = [*by_name, *bare][:1]
        self.add("--item", word, "no such item", f"did you mean '{best[0]}'?" if best else did_you_mean(word, items))
        return None

    def customer(self, word: str) -> str:
        """A customer who may order; anybody, where the data name no customer at all."""
        if self.known.customers and word not in self.known.customers:
            remedy = f"{did_you_mean(word, list(self.known.customers))}; a new customer goes into table customers"
            self.add("--customer", word, "no such customer" if word else "is missing: the data name customers", remedy)
        return word

    def number(self, option: str, word: str, *, above: bool = False, whole: bool = False, most: float = MOST) -> float | None:
        """A quantity, with how to write it where it is none."""
        if not _NUMBER.fullmatch(word.strip()):
            from e2esim.config.cells import number_remedy  # reads tables, so it comes with polars

            self.add(option, word, "not a number", number_remedy(word, whole=whole))
            return None
        value = float(word)
        if whole and _THOUSAND.fullmatch(word.strip()):
            self.add(option, word, f"may be {value:g} or {1000 * value:g}", "write it without a point")
            return None
        if value < 0 or (above and value <= 0) or value > most:
            limits = f"{'above 0' if above else 'at least 0'}{f' and at most {most:g}' if most < MOST or value > most else ''}"
            self.add(option, word, f"out of bounds: must be {limits}", "correct the number")
            return None
        if whole and value != int(value):
            self.add(option, word, "a part of a piece" if option in ("--qty", "--min-shipment") else "not a whole number", "write a whole number")
            return None
        return value

    def day(self, word: str) -> int | None:
        """A day from today to the end of the calendar."""
        date = read_date(word.strip())
        if date is None:
            self.add("--date", word, "not a date", "write it as YYYY-MM-DD, e.g. 2026-01-31")
            return None
        message, remedy = outside(date, self.known)
        if message:
            self.add("--date", word, message, remedy)
            return None
        return (date - self.known.today).days


def outside(date: dt.date, known: Known) -> tuple[str, str]:
    """What is wrong with a wanted day, and the remedy; both '' for a day that can be promised."""
    if date < known.today:
        return f"date before today ({known.today})", "ask for today or later; today is a setting of the data"
    if date > known.last:
        return f"date beyond the horizon ({known.last})", "ask for an earlier day, or state hours for these weeks in capacity and plan anew"
    return "", ""


def read_date(word: str) -> dt.date | None:
    """A date as 2026-01-31, 31.01.2026 or 20260131.

    >>> [str(read_date(word)) for word in ("2026-01-31", "31.1.2026", "20260131", "01/02/2026")]
    ['2026-01-31', '2026-01-31', '2026-01-31', 'None']
    """
    forms: list[tuple[re.Pattern[str], Callable[[re.Match[str]], dt.date]]] = [
        (re.compile(r"(\d{4})-(\d{2})-(\d{2})"), lambda m: dt.date(int(m[1]), int(m[2]), int(m[3]))),
        (re.compile(r"(\d{4})(\d{2})(\d{2})"), lambda m: dt.date(int(m[1]), int(m[2]), int(m[3]))),
        (_DOTTED, lambda m: dt.date(int(m[3]), int(m[2]), int(m[1]))),
    ]
    for pattern, make in forms:
        if match := pattern.fullmatch(word):
            try:
                return make(match)
            except ValueError:
                return None
    return None
