"""What the options of ``e2esim promise`` say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from e2esim.config.problems import COMMAND_LINE, InputErrors, Problem

if TYPE_CHECKING:
    from e2esim.config.promise.request import WrittenOptions


@dataclass(frozen=True, kw_only=True)
class PromiseOptions:
    """What the options of ``promise`` say; texts as they were written, '' = not given."""

    item: str = ""
    qty: str = ""
    date: str = ""
    customer: str = ""
    priority: str = ""
    min_shipment: str = ""
    max_late: str = ""
    orders: Path | None = None
    precedence: str = "priority"
    plan: Path | None = None
    out: Path | None = None
    as_json: bool = False
    quiet: bool = False

    def request(self) -> WrittenOptions:
        """The options of one request.

        Raises
        ------
        InputErrors
            If one that is needed is missing.
        """
        from e2esim.config.promise.request import WrittenOptions

        needed = {"--item": self.item, "--qty": self.qty, "--date": self.date}
        missing = [name for name, word in needed.items() if not word.strip()]
        if missing:
            remedy = "a request needs --item, --qty and --date, and --customer where there is a table customers; a book of orders needs --orders FILE"
            raise InputErrors([wrong(name, "", "is missing", remedy) for name in missing])
        return WrittenOptions(
            item=self.item.strip(),
            qty=self.qty.strip(),
            date=self.date.strip(),
            customer=self.customer.strip(),
            priority=self.priority.strip(),
            min_shipment=self.min_shipment.strip(),
            max_late=self.max_late.strip(),
        )


def wrong(option: str, value: str, message: str, remedy: str) -> Problem:
    """A problem of an option."""
    return Problem(file=COMMAND_LINE, column=option, value=value, message=message, remedy=remedy)
