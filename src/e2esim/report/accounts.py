"""The accounts of a run as tables: profit and loss by channel, segment, brand and market, year by year, and the cash statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.domain.ledger import LAST, PnlLine, Posted, subtotal
from e2esim.domain.outcome import Outcome
from e2esim.kpi.cash import CHANGES, FLOWS, Cash, read_cash
from e2esim.kpi.groups import DIMENSIONS
from e2esim.kpi.ledger import Pnl, read_pnl
from e2esim.kpi.reading import Reading
from e2esim.kpi.years import by_year, years
from e2esim.report.grids import TextGrid
from e2esim.report.result import Names
from e2esim.report.words import Words

Cents = npt.NDArray[np.int64]

_TOTALS = {last: line for line, last in LAST.items()}


def statement_lines() -> list[Posted | PnlLine]:
    """Statements and subtotals in the order of the statement."""
    found: list[Posted | PnlLine] = []
    for account in Posted:
        found.append(account)
        if account in _TOTALS:
            found.append(_TOTALS[account])
    return found


def of_line(line: Posted | PnlLine, cents: Cents) -> Cents:
    """Cents of an account or subtotal, along the last axis of ``cents`` (..., accounts)."""
    return np.asarray(subtotal(cents, line) if isinstance(line, PnlLine) else cents[..., int(line)])


@dataclass(frozen=True, kw_only=True, eq=False)
class Statements:
    """What a run has earned, spent and been paid in its reporting window, and year by year where it has more than one."""

    outcome: Outcome
    pnl: Pnl
    cash: Cash
    yearly: tuple[tuple[int, float, Cents, Cash], ...]  # year, days, cents by account, cash
    kpis: pl.DataFrame  # `by_year`

    def columns(self, dimension: str) -> dict[str, Cents]:
        """Cents by account of the firm, of each member with any posting, and of what is common to all; the members and the common
        part add up to the firm."""
        found = {"firm": self.pnl.by_group[0]}
        reading = Reading(self.outcome).groups
        part = self.pnl.by_group[reading.slice(dimension)]
        found |= {member: cents for member, cents in zip(reading.members[dimension], part, strict=True) if cents.any()}
        return found | {"common": self.pnl.common[dimension]}


def read_accounts(outcome: Outcome) -> Statements:
    """Make the accounts of an outcome."""
    reading = Reading(outcome)
    pnl = read_pnl(reading)
    yearly = []
    for year, part in years(outcome):
        of_year = Reading(part)
        posted = read_pnl(of_year)
        yearly.append((year, 365.0 * part.window_y, posted.by_group[0], read_cash(of_year, posted)))
    return Statements(outcome=outcome, pnl=pnl, cash=read_cash(reading, pnl), yearly=tuple(yearly), kpis=by_year(outcome))


def account_grids(found: Statements, names: Names, words: Words) -> list[TextGrid]:
    """The statements for the page, thousands of EUR as posted in the reporting window."""
    return [
        *([_years_grid(found, words)] if found.yearly else []),
        *(_pnl_grid(found, dimension, names.of(dimension), words) for dimension in DIMENSIONS[1:]),
        _cash_grid(found, words),
    ]


def _pnl_grid(found: Statements, dimension: str, names: Mapping[str, str], words: Words) -> TextGrid:
    columns = found.columns(dimension)
    net = float(of_line(PnlLine.NET_SALES, columns["firm"]))
    rows = []
    for line in statement_lines():
        values = [of_line(line, cents) for cents in columns.values()]
        if not any(values):
            continue
        share = words.told(float(values[0]) / net, "share") if net else "–"
        rows.append([_name(line, words), _thousands(values[0], words), share, *(_thousands(value, words) for value in values[1:])])
    members = [words("common") if key == "common" else names.get(key, key) for key in list(columns)[1:]]
    head = [words("dim_account"), words("firm"), words("of_net_sales"), *members]
    return TextGrid(title=words(f"pnl_by_{dimension}"), head=head, units=["", "k EUR", "", *("k EUR" for _ in head[3:])], rows=rows)


def _years_grid(found: Statements, words: Words) -> TextGrid:
    head = [words("dim_account"), *(words("year_days", year=year, days=words.number(days)) for year, days, _, _ in found.yearly)]
    rows = []
    for line in statement_lines():
        values = [of_line(line, cents) for _, _, cents, _ in found.yearly]
        if any(values):
            rows.append([f"{_name(line, words)} [k EUR]", *(_thousands(value, words) for value in values)])
    rows.append([f"{words('cash_total')} [k EUR]", *(_thousands(cash.total, words) for _, _, _, cash in found.yearly)])
    for (kpi, unit), part in found.kpis.group_by("kpi", "unit", maintain_order=True):
        if unit != "EUR/year" and part["value"].is_not_null().any():
            texts, shown = words.column(part["value"].to_list(), str(unit))
            rows.append([f"{words.short(str(kpi))} [{shown}]", *texts])
    return TextGrid(title=words("pnl_by_year"), head=head, rows=rows)


def _cash_grid(found: Statements, words: Words) -> TextGrid:
    cash = found.cash
    rows = [[words("cash_from_result"), "", ""]]
    rows += [[words(f"cash_{name}"), _thousands(cash.changes[name], words), ""] for name in CHANGES]
    rows += [[words("cash_total"), "", _thousands(sum(cash.changes.values()), words)], [words("cash_by_payer"), "", ""]]
    rows += [[words(f"paid_{name}"), _thousands(cash.flows[name], words), ""] for name in FLOWS]
    rows += [[words("cash_total"), "", _thousands(cash.total, words)], [words("cash_balances"), "", ""]]
    for name, (opening, closing) in (("receivables", cash.receivables), ("payables", cash.payables)):
        rows.append([words(f"open_{name}"), _thousands(opening, words), ""])
        rows.append([words(f"close_{name}"), _thousands(closing, words), ""])
    rows += [[words("cash_lowest"), _thousands(cash.lowest, words), ""], [words("cash_closing"), "", _thousands(cash.total, words)]]
    return TextGrid(title=words("cash_title"), head=[words("dim_account"), "k EUR", words("cash_sum")], rows=rows)


def _thousands(cents: int | Cents, words: Words) -> str:
    return words.number(float(cents) / 100_000.0, 1) if cents else "–"


def _name(line: Posted | PnlLine, words: Words) -> str:
    return words(f"line_{line.name.lower()}")


def account_frames(found: Statements) -> Iterator[tuple[str, pl.DataFrame]]:
    """Sheets of the workbook, EUR to the cent: name and frame."""
    lines = statement_lines()
    first = {"line": [line.name.lower() for line in lines], "subtotal": [isinstance(line, PnlLine) for line in lines]}
    for dimension in DIMENSIONS[1:]:
        columns = {name: [int(of_line(line, cents)) / 100.0 for line in lines] for name, cents in found.columns(dimension).items()}
        yield f"P&L by {dimension}", pl.DataFrame(first | columns)
    if found.yearly:
        by_line = {f"year {year} ({days:.0f} days)": [int(of_line(line, cents)) / 100.0 for line in lines] for year, days, cents, _ in found.yearly}
        yield "P&L by year", pl.DataFrame(first | by_line)
        yield "KPIs by year", found.kpis
    periods = [("reporting window", found.cash), *((f"year {year}", cash) for year, _, _, cash in found.yearly)]
    yield "Cash", pl.DataFrame([row for name, cash in periods for row in _cash_rows(name, cash)], schema=["period", "part", "line", "eur"], orient="row")


def _cash_rows(period: str, cash: Cash) -> list[tuple[str, str, str, float]]:
    rows = [(period, "from the result", name, cents / 100.0) for name, cents in cash.changes.items()]
    rows += [(period, "by payer", name, cents / 100.0) for name, cents in cash.flows.items()]
    for name, (opening, closing) in (("receivables", cash.receivables), ("payables", cash.payables)):
        rows += [(period, "balance", f"{name} opening", opening / 100.0), (period, "balance", f"{name} closing", closing / 100.0)]
    return [*rows, (period, "cash", "operating cash flow", cash.total / 100.0), (period, "cash", "lowest level, opening 0", cash.lowest / 100.0)]
