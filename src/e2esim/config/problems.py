"""Problems of the input: what is wrong, where, and what to do; collected and raised all at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

UNKNOWN_TABLE, UNKNOWN_COLUMN = "there is no such table", "unknown column"
SHOWN = 60  # problems printed before "and N more"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong in the input.

    Parameters
    ----------
    file
        File (and sheet) or ``command line``.
    message
        What is wrong, without the place.
    row
        Row as a spreadsheet shows it (header = 1) or line of a YAML file; None = the whole file.
    column
        Column of a table or dotted key of a YAML file.
    value
        The offending value as it was written.
    remedy
        What to do about it.
    warning
        True if the run may go on.
    """

    file: str
    message: str
    row: int | None = None
    column: str = ""
    value: str = ""
    remedy: str = ""
    warning: bool = False

    def place(self) -> str:
        """Return file, row and column as one text.

        Examples
        --------
        >>> Problem(file="data/items.csv", row=3, column="sold", message="empty").place()
        'data/items.csv, row 3, column sold'
        """
        unit = "line" if self.file.endswith((".yaml", ".yml")) else "row"
        name = "key" if unit == "line" or self.file == COMMAND_LINE else "column"
        parts = [self.file]
        if self.row is not None:
            parts.append(f"{unit} {self.row}")
        if self.column:
            parts.append(f"{name} {self.column}")
        return ", ".join(parts)

    def __str__(self) -> str:
        shown = f" [{_short(self.value)}]" if self.value else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return printable(f"{self.place()}: {self.message}{shown}{remedy}")

    def as_dict(self) -> dict[str, str | int | bool | None]:
        """Return the problem as a plain mapping, for ``validate --json``."""
        return {
            "file": self.file, "row": self.row, "column": self.column, "value": self.value,
            "message": self.message, "remedy": self.remedy, "warning": self.warning,
        }  # fmt: skip


COMMAND_LINE = "command line"


class InputErrors(Exception):
    """Everything that is wrong with the input of one run; never raised with an empty list.

    Examples
    --------
    >>> errors = InputErrors([Problem(file="data/bom.csv", message="no such file", remedy="add it")])
    >>> print(errors)
    1 problem in the input
      data/bom.csv: no such file; add it
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.text())

    def text(self, shown: int = SHOWN) -> str:
        """Return the list as text, at most ``shown`` problems."""
        count = len(self.problems)
        lines = [f"{count} problem{'' if count == 1 else 's'} in the input"]
        lines += [f"  {problem}" for problem in self.problems[:shown]]
        if count > shown:
            lines.append(f"  ... and {count - shown} more")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()


def printable(text: str) -> str:
    """Return ``text`` with characters that steer a terminal written as codes.

    >>> print(printable("PO-17" + chr(27) + "[2J"))
    PO-17\\x1b[2J
    """
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def _short(value: str, width: int = 40) -> str:
    flat = " ".join(value.split())
    return flat if len(flat) <= width else flat[: width - 3] + "..."


def nearest(word: str, options: Sequence[str], cutoff: float = 0.6) -> str:
    """Return the option most like ``word``, '' if none is near.

    Dotted keys are also compared by their last part, so a key without its section is found.

    Examples
    --------
    >>> nearest("planing", ["planning", "promise"]), nearest("xyz", ["planning"])
    ('planning', '')
    >>> nearest("demand_factor", ["market.demand_factor"])
    'market.demand_factor'
    """
    lower = {option.lower(): option for option in options}
    wanted = word.lower()
    found = difflib.get_close_matches(wanted, lower, n=1, cutoff=cutoff)
    if found:
        return lower[found[0]]
    tails = {option.rsplit(".", 1)[-1]: full for option, full in lower.items() if "." in option}
    found = difflib.get_close_matches(wanted.rsplit(".", 1)[-1], tails, n=1, cutoff=max(cutoff, 0.75))
    return tails[found[0]] if found else ""


def wrong_word(column: str, value: str, message: str, remedy: str) -> InputErrors:
    """One word of the command line that is wrong, as the error to raise.

    Examples
    --------
    >>> str(wrong_word("--size", "0", "too few", "at least 2").problems[0])
    'command line, key --size: too few [0]; at least 2'
    """
    return InputErrors([Problem(file=COMMAND_LINE, column=column, value=value, message=message, remedy=remedy)])


def did_you_mean(word: str, options: Sequence[str], what: str = "one of") -> str:
    """Return a remedy: the nearest option if there is one, else the list of what is possible.

    Examples
    --------
    >>> did_you_mean("fiffo", ["fifo", "due_date"])
    "did you mean 'fifo'?"
    >>> did_you_mean("zzz", ["fifo", "due_date"])
    'one of: fifo, due_date'
    """
    best = nearest(word, options)
    if best:
        return f"did you mean '{best}'?"
    shown = ", ".join(options[:12]) + (", ..." if len(options) > 12 else "")
    return f"{what}: {shown}" if options else "there is none"
