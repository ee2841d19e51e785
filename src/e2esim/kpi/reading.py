"""What every topic reads from an outcome: filled columns, breakdown cells, the reporting window."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import Columns
from e2esim.domain.outcome import Buyer, Outcome
from e2esim.kpi.groups import GroupCells, Groups, check_codes, contact_cells, order_cells

Array = npt.NDArray[Any]


def filled(table: Columns) -> dict[str, Array]:
    """Filled part of every column of a table."""
    return {name: table.filled(name) for name in table.spec}


@dataclass(frozen=True)
class Reading:
    """An outcome opened for measuring. Codes are checked once, here, because kernels do not check."""

    outcome: Outcome

    @cached_property
    def groups(self) -> Groups:
        """Groups of the breakdowns."""
        return Groups(self.outcome.labels)

    @cached_property
    def orders(self) -> dict[str, Array]:
        """Filled order columns."""
        columns = filled(self.outcome.orders)
        check_codes("consumer", columns["consumer"], self.outcome.consumers.n)
        check_codes("account", columns["account"], self.outcome.accounts.n)
        return columns

    @cached_property
    def consumers(self) -> dict[str, Array]:
        """Filled consumer columns."""
        columns = filled(self.outcome.consumers)
        check_codes("category", columns["category"], len(self.outcome.labels.categories))
        return columns

    @cached_property
    def item_brand(self) -> npt.NDArray[np.int32]:
        """Brand code of each item, (n_items,)."""
        return self.outcome.terms.item_brand.astype(np.int32)

    @cached_property
    def order_cells(self) -> GroupCells:
        """Cells of the order rows."""
        check_codes("item_brand", self.item_brand, len(self.outcome.labels.brands))
        return order_cells(self.orders, self.item_brand, self.outcome.labels)

    @cached_property
    def payer_cells(self) -> GroupCells:
        """Cells of the order rows by who pays the firm: what a trade account's consumers buy and cost counts to the account's segment."""
        o, outcome = self.orders, self.outcome
        check_codes("channel", o["channel"], len(outcome.labels.channels))
        through = (o["account"] >= 0) & (outcome.terms.channel_buyer[o["channel"]] == Buyer.B2B)
        segment = o["segment"].copy()
        segment[through] = outcome.accounts.filled("segment")[o["account"][through]]
        return order_cells(o | {"segment": segment}, self.item_brand, outcome.labels)

    @cached_property
    def contacts(self) -> dict[str, Array]:
        """Filled contact columns."""
        return filled(self.outcome.contacts)

    @cached_property
    def contact_cells(self) -> GroupCells:
        """Cells of the contacts."""
        return contact_cells(self.contacts, self.orders["item"], self.item_brand, self.outcome.labels)

    @property
    def start(self) -> float:
        """Start of the reporting window [h]."""
        return float(self.outcome.warmup_h)

    @property
    def end(self) -> float:
        """End of the reporting window [h]."""
        return float(self.outcome.horizon_h)

    @property
    def a_year(self) -> float:
        """Factor from a sum over the window to a year [1/year]."""
        return 1.0 / self.outcome.window_y
