"""What a run shows, in sentences: numbers and weeks, compared but not explained away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from e2esim.report.facts import Facts, firm_lead
from e2esim.report.prices import HourPrice
from e2esim.report.result import Measured
from e2esim.report.weekly import FULL, WeeklyLoad
from e2esim.report.words import Weeks, Words

Floats = npt.NDArray[np.floating[Any]]

_FEWEST_WEEKS = 3  # full weeks before they are compared with the others


def headline_sentences(kpis: Mapping[str, Measured], words: Words) -> list[str]:
    """Volume and money, service, customers; a sentence is left out when one of its numbers cannot be told."""

    def told(name: str) -> str:
        kpi = kpis[name]
        return words.told(kpi.value, kpi.unit)

    needs = {
        "say_volume": {
            "pieces": "pieces_delivered",
            "turnover": "turnover",
            "margin": "margin",
            "result": "operating_result",
        },
        "say_service": {"otif": "otif", "late": "days_late"},
        "say_customers": {"csat": "csat", "crr": "crr", "due": "crr_due"},
    }
    said = []
    for key, fields in needs.items():
        if any(name not in kpis or kpis[name].value is None for name in fields.values()):
            continue
        texts = {field: told(name) for field, name in fields.items()}
        if key == "say_volume":
            texts |= {"pieces": words.number(kpis["pieces_delivered"].value or 0.0)}
            texts |= {field: words.told(kpis[needs[key][field]].value, "EUR") for field in ("turnover", "result")}
        if key == "say_service":
            texts = {
                "otif": words.number(100.0 * (kpis["otif"].value or 0.0)),
                "late": words.number(kpis["days_late"].value or 0.0, 1),
            }
        said.append(words(key, **texts))
    return said


def load_sentences(load: WeeklyLoad, centres: Sequence[str], weeks: Weeks, words: Words) -> list[str]:
    """Which work centre was full in which calendar weeks of the reporting period, or how near the nearest came."""
    binding = load.binding()
    if binding < 0:
        return [words("say_no_load")]
    full = {c: load.full_weeks(c) for c in range(len(centres))}
    if not full[binding]:
        window = np.nan_to_num(load.weekly[load.first :], nan=-1.0)
        week, centre = (int(k) for k in np.unravel_index(int(np.argmax(window)), window.shape))
        share = words.told(float(window[week, centre]), "share")
        return [words("say_not_full", load=share, centre=centres[centre], week=weeks.name(load.first + week))]
    n = len(full[binding])
    said = [
        words(
            "say_full" if n > 1 else "say_full_one",
            centre=centres[binding],
            limit=f"{words.number(100 * FULL)} %",
            n=n,
            spans=spans_text(weeks, full[binding]),
        )
    ]
    others = [
        words("also_item" if len(w) > 1 else "also_item_one", centre=centres[c], n=len(w))
        for c, w in full.items()
        if c != binding and w
    ]
    if others:
        said.append(words("say_also_full", others=", ".join(others)))
    return said


def price_sentences(found: HourPrice, centres: Sequence[str], weeks: Weeks, words: Words) -> list[str]:
    """What one more hour of the dearest work centre would have been worth to the master plans, and for how many hours."""
    if found.centre < 0:
        return []
    held = words("price_held", hours=words.number(found.hours, 1)) if found.hours >= 0.05 else words("price_held_none")
    return [
        words(
            "say_hour_price",
            centre=centres[found.centre],
            n=found.plans,
            of=found.of,
            mean=words.number(found.mean, 0 if found.mean >= 10 else 1),
            high=words.number(found.high, 0 if found.high >= 10 else 1),
            week=weeks.name(found.week),
        )
        + " "
        + held
    ]


def spans_text(weeks: Weeks, which: list[int]) -> str:
    """Calendar weeks as text, neighbours joined."""
    return ", ".join(weeks.spans(which))


def promise_sentences(facts: Facts, centres: Sequence[str], weeks: Weeks, words: Words) -> list[str]:
    """Where the promised lead time was shortest and longest, and what it was while the binding work centre was full."""
    lead = firm_lead(facts.leads)[: facts.load.weekly.shape[0]]
    told = [w for w in range(facts.load.first, lead.shape[0]) if not np.isnan(lead[w])]
    if not told:
        return []
    low, high = min(told, key=lead.__getitem__), max(told, key=lead.__getitem__)
    said = [
        words(
            "say_promise",
            low=words.number(float(lead[low]), 1),
            low_week=weeks.name(low),
            high=words.number(float(lead[high]), 1),
            high_week=weeks.name(high),
        )
    ]
    split = _while_full(lead, facts.load)
    if split is not None:
        full, other = (words.number(value, 1) for value in split)
        said.append(words("say_promise_while_full", centre=centres[facts.load.binding()], full=full, other=other))
    return said


def feelings_sentences(facts: Facts, centres: Sequence[str], words: Words) -> list[str]:
    """Satisfaction of deliveries while the binding work centre was full, against the other weeks."""
    split = _while_full(facts.feelings[: facts.load.weekly.shape[0]], facts.load)
    if split is None:
        return []
    full, other = (words.told(value, "share") for value in split)
    return [words("say_feelings_full", centre=centres[facts.load.binding()], full=full, other=other)]


def range_sentences(table: pl.DataFrame, names: Mapping[str, str], kpis: Sequence[str], words: Words) -> list[str]:
    """Lowest and highest channel of each KPI; the name of a KPI is shortened."""
    said = []
    for kpi in kpis:
        rows = table.filter(
            (pl.col("kpi") == kpi)
            & (pl.col("dimension") == "channel")
            & pl.col("value").is_finite()
            & (pl.col("n") >= 30)
        ).sort("value")
        if rows.height < 2:
            continue
        low, high = rows.row(0, named=True), rows.row(-1, named=True)
        said.append(
            words(
                "say_range",
                kpi=words.short(kpi),
                low=words.told(low["value"], low["unit"]),
                low_name=names.get(low["member"], low["member"]),
                high=words.told(high["value"], high["unit"]),
                high_name=names.get(high["member"], high["member"]),
            )
        )
    return said


def _while_full(values: Floats, load: WeeklyLoad) -> tuple[float, float] | None:
    """Mean of weekly values in the full weeks of the binding work centre and in the other weeks of the period; None
    if too few weeks.
    """
    binding = load.binding()
    if binding < 0:
        return None
    full = load.full_weeks(binding)
    inside = [w for w in full if w < values.shape[0] and not np.isnan(values[w])]
    outside = [w for w in range(load.first, values.shape[0]) if w not in set(full) and not np.isnan(values[w])]
    if len(inside) < _FEWEST_WEEKS or len(outside) < _FEWEST_WEEKS:
        return None
    return float(values[inside].mean()), float(values[outside].mean())
