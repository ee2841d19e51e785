"""Satisfaction over the time since purchase: what customers remember, by how long ago they bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind
from e2esim.domain.outcome import Outcome
from e2esim.domain.settings import Satisfaction
from e2esim.domain.world import World

Floats = npt.NDArray[np.floating[Any]]
Array = npt.NDArray[Any]

MONTH_H = 730.0
LEAST = 30  # customers behind a point


@dataclass(frozen=True, kw_only=True, eq=False)
class SincePurchase:
    """Mean satisfaction remembered at the end of the run by months since the last purchase, (n_months,), NaN = too
    few customers.

    ``months``: middle of each month. ``product_only``: the same purchases judged by the product alone, price paid
    included, and then left alone; None without a world to take the product's benefit from, or where the run itself
    judged so.
    """

    months: Floats
    remembered: Floats
    product_only: Floats | None
    customers: Array


def read_since_purchase(outcome: Outcome, world: World | None) -> SincePurchase:
    """Group consumers who received their last purchase in the run by its age.

    The memory kept in the columns is that of the last contact; the model lets it return to the brand's base line with a
    half-life (Satisfaction.half_life_d), so it is carried to the end of the run here, as the model itself does at the
    next contact.
    """
    months = max(1, int(outcome.horizon_h / MONTH_H))
    c = outcome.consumers
    last, memory, memory_t = (c.filled(name).astype(np.float64) for name in ("last", "memory", "memory_t"))
    received = np.flatnonzero((last >= 0) & (memory_t > last) & (memory_t <= outcome.horizon_h))
    age = np.minimum((outcome.horizon_h - last[received]) / MONTH_H, months - 1e-6).astype(np.int64)
    n = np.bincount(age, minlength=months)
    now: Floats = memory[received]
    judged: Floats | None = None
    if world is not None:
        rule = world.settings.satisfaction
        base = outcome.terms.memory_base
        now = _faded(now, base, outcome.horizon_h - memory_t[received], rule)
        if rule.model != "product_only":
            judged = _means(age, _product_only(outcome, world, base, last)[received], n)
    return SincePurchase(
        months=np.arange(months) + 0.5, remembered=_means(age, now, n), product_only=judged, customers=n
    )


def _faded(memory: Floats, base: float, elapsed_h: Floats, rule: Satisfaction) -> Floats:
    return np.asarray(base + (memory - base) * 0.5 ** (np.maximum(0.0, elapsed_h) / (24.0 * rule.half_life_d)))


def _product_only(outcome: Outcome, world: World, base: float, last: Floats) -> Floats:
    """Memory at the end of the run had each consumer's last purchase been judged as quality / price, (n_consumers,);
    no other contact.

    Starts from the base line; price ratio of the purchase; NaN for those who did not buy in the run.
    """
    o = outcome.orders
    bought = np.flatnonzero((o.filled("consumer") >= 0) & (o.filled("kind") != OrderKind.REPLENISH))
    who = o.filled("consumer")[bought]
    latest = np.full(outcome.consumers.n, -1, dtype=np.int64)
    latest[who] = bought  # rows are in order of time: the last one stays
    known = np.flatnonzero(latest >= 0)
    row = latest[known]
    s = world.quality[outcome.terms.item_brand[o.filled("item")[row]]] / o.filled("price_ratio")[row]
    rule = world.settings.satisfaction
    weight = np.minimum(1.0, rule.eta * (1.0 + rule.eta_extreme * np.abs(s - base)))
    out = np.full(outcome.consumers.n, np.nan)
    out[known] = _faded(base + weight * (s - base), base, outcome.horizon_h - last[known], rule)
    return out


def _means(age: Array, values: Floats, n: Array) -> Floats:
    told = ~np.isnan(values)
    total = np.bincount(age[told], weights=values[told], minlength=n.shape[0])
    counted = np.bincount(age[told], minlength=n.shape[0])
    out = np.full(n.shape[0], np.nan)
    np.divide(total, counted, out=out, where=counted >= LEAST)
    return out
