"""A book promised again, as tables: lines, deliveries, promises broken, earlier dates offered, and the figures of it all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from e2esim.planning.promise.rebook import LineOutcome, LineVerdict
from e2esim.planning.promise.reply import PromiseReply
from e2esim.report.promise.told import PlanUsed
from e2esim.report.promise.words import KIND, Speech, deliveries, limit_words, number, place, what, why_not

_SCHEMA: dict[str, Any] = {
    "order": pl.String, "line": pl.String, "customer": pl.String, "item": pl.String, "name": pl.String, "qty": pl.Float64, "unit": pl.String,
    "due": pl.Date, "priority": pl.Int64, "ship_set": pl.String, "outcome": pl.String, "promised_before": pl.Date, "promised": pl.Date,
    "deliveries": pl.String, "days_late": pl.Int64, "offered": pl.Date, "cause": pl.String, "where": pl.String, "why": pl.String,
}  # fmt: skip
_ADVICE: dict[str, Any] = {
    "order": pl.String, "line": pl.String, "customer": pl.String, "item": pl.String, "due": pl.Date, "rank": pl.Int64, "alternative": pl.String,
    "deliveries": pl.String, "comes": pl.Date, "mean_days_late": pl.Float64, "extra_cost_eur": pl.Float64, "why_not": pl.String,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Book:
    """A finished book.

    Parameters
    ----------
    orders
        The typed table of the file, with its rows.
    verdicts
        One a row of `orders`.
    names, units
        Name and unit of every item.
    advice
        Alternatives for late lines by row, each as if it alone took them.
    """

    title: str
    today: dt.date
    orders: pl.DataFrame
    verdicts: tuple[LineVerdict, ...]
    names: dict[str, str]
    units: dict[str, str]
    precedence: str
    plan: PlanUsed
    advice: dict[int, PromiseReply]

    def speech(self, item: str) -> Speech:
        """Words about one item."""
        return Speech(today=self.today, unit=self.units[item])

    def date(self, day: int | None) -> dt.date | None:
        """A day as a date."""
        return None if day is None else self.today + dt.timedelta(days=day)


def lines_frame(book: Book) -> pl.DataFrame:
    """Every line of the book with its outcome, in the order of the file."""
    rows = [_row(book, record, verdict) for record, verdict in zip(book.orders.iter_rows(named=True), book.verdicts, strict=True)]
    return pl.DataFrame(rows, schema=_SCHEMA)


def _row(book: Book, order: dict[str, Any], verdict: LineVerdict) -> dict[str, Any]:
    limit, promised = verdict.limit, book.date(verdict.day)
    speech = book.speech(order["item"])
    told = limit is not None and (verdict.outcome in (LineOutcome.BROKEN, LineOutcome.REFUSED) or (promised is not None and promised > order["due"]))
    return {
        **{name: order[name] for name in ("order", "line", "customer", "item", "qty", "due", "priority", "ship_set")},
        "name": book.names[order["item"]],
        "unit": book.units[order["item"]],
        "outcome": verdict.outcome.value,
        "promised_before": order["promised"],
        "promised": promised,
        "deliveries": ", ".join(f"{number(qty)} on {speech.date(day)}" for day, qty in verdict.parts),
        "days_late": None if promised is None else max(0, (promised - order["due"]).days),
        "offered": book.date(verdict.offered),
        "cause": limit.kind.value if told and limit is not None else "",
        "where": place(limit) if told and limit is not None else "",
        "why": f"{'its set waits: ' if order['ship_set'] else ''}{limit_words(limit, speech, verdict.day)}" if told and limit is not None else "",
    }


def deliveries_frame(book: Book) -> pl.DataFrame:
    """One row a delivery that is promised."""
    orders = book.orders.select("order", "line", "customer", "item").iter_rows()
    rows = [(*order, qty, book.date(day)) for order, verdict in zip(orders, book.verdicts, strict=True) for day, qty in verdict.parts]
    schema = {"order": pl.String, "line": pl.String, "customer": pl.String, "item": pl.String, "qty": pl.Float64, "delivered": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row")


def breaches_frame(lines: pl.DataFrame) -> pl.DataFrame:
    """Promises that are broken: what was promised, what comes now, and the cause."""
    columns = ("order", "line", "customer", "item", "qty", "promised_before", "promised", "cause", "where", "why")
    moved = (pl.col("promised") - pl.col("promised_before")).dt.total_days().alias("days_later")
    return lines.filter(pl.col("outcome") == LineOutcome.BROKEN.value).select(*columns[:7], moved, *columns[7:])


def offers_frame(lines: pl.DataFrame) -> pl.DataFrame:
    """Promises that can come earlier now."""
    sooner = (pl.col("promised") - pl.col("offered")).dt.total_days().alias("days_sooner")
    return lines.filter(pl.col("offered").is_not_null()).select("order", "line", "customer", "item", "qty", "due", "promised", "offered", sooner)


def advice_frame(book: Book) -> pl.DataFrame:
    """Ranked alternatives of late, broken and refused lines, and what is refused to them with its reason."""
    rows: list[tuple[object, ...]] = []
    orders = book.orders.select("order", "line", "customer", "item", "due").rows()
    for k, reply in book.advice.items():
        speech = book.speech(orders[k][3])
        for rank, offer in enumerate(reply.choices.offers if reply.choices else (), start=1):
            told = (KIND[offer.kind], deliveries(offer, reply, speech), book.date(offer.last), offer.late_days, offer.extra_cost, "")
            rows.append((*orders[k], rank, *told))
        for refusal in reply.choices.refused if reply.choices else ():
            rows.append((*orders[k], None, what(refusal, reply), "", None, None, None, why_not(refusal, reply, speech)))
    return pl.DataFrame(rows, schema=_ADVICE, orient="row")


def next_orders(book: Book) -> pl.DataFrame:
    """The book as a file of orders, its promises in column promised: what the next `--orders` reads."""
    promised = pl.Series("_now", [book.date(verdict.day) for verdict in book.verdicts], dtype=pl.Date)
    return book.orders.with_columns(promised).with_columns(pl.coalesce("_now", "promised").alias("promised")).drop("row", "_now")


def figures(book: Book, lines: pl.DataFrame) -> dict[str, Any]:
    """Counts by outcome, lines and pieces on time, promises kept as a share."""
    count = {outcome.value: int((lines["outcome"] == outcome.value).sum()) for outcome in LineOutcome}
    given = count["kept"] + count["broken"]
    in_time = lines["days_late"].fill_null(1) == 0
    return {
        "lines": lines.height,
        **count,
        "offered_earlier": int(lines["offered"].is_not_null().sum()),
        "on_time": int(in_time.sum()),
        "on_time_pieces": round(float(lines.filter(in_time)["qty"].sum()) / max(float(lines["qty"].sum()), 1e-9), 6),
        "promises_kept": None if not given else round(count["kept"] / given, 6),
        "precedence": book.precedence,
    }

