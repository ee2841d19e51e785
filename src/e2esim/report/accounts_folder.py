"""The accounts of a run as a workbook."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import xlsxwriter

from e2esim.domain.ledger import LAST, PnlLine, Posted
from e2esim.report.accounts import Statements, account_frames

_READ = (
    "EUR of the simulated world as posted in the reporting window; what is earned is positive, what is spent negative.",
    "Members and 'common' (what belongs to none of them) add up to 'firm' to the cent.",
    "Cash: customers pay when the terms of their channel are over, suppliers are paid when theirs are; investment, interest and tax are outside.",
    "Carrying is the opportunity cost of stock: in the result, not in the cash.",
    "stock of the cash statement: at standard cost, work in process and goods under way included.",
)


def write_accounts(path: Path, found: Statements) -> None:
    """Write accounts.xlsx: a sheet a breakdown, by year for a long run, the cash statement, how to read."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}) as book:
        for title, frame in account_frames(found):
            frame.write_excel(book, worksheet=title, autofit=True, freeze_panes=(1, 1), table_style="Table Style Light 1", float_precision=2)
        sums = [f"{line.name.lower()} = all lines from {Posted.SALES.name.lower()} to {LAST[line].name.lower()}" for line in PnlLine]
        frame = pl.DataFrame({"how to read": [*_READ, *sums]})
        frame.write_excel(book, worksheet="How to read", autofit=True, table_style="Table Style Light 1")
