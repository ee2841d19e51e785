"""What service is worth in the plan: what a piece that waits a month costs beyond its own margin.

Penalty of the contract, and future margin at stake (MODEL section 7): P(stay | served) - P(stay | late) times the expected
remaining margin. Both probabilities are those of the simulated customer: lateness lowers satisfaction by the loss of the
attribute punctuality, memory takes its share, and the drop-out coin of BG/NBD moves with theta.
"""

from __future__ import annotations

import math

import numpy as np

from e2esim.domain.world import ATTRIBUTES, F, World

LATE_D = 15.0  # [days] a piece that waits for the next month is late by half a month on average


def late_value(world: World) -> F:
    """Value lost by a piece that waits a month, by item, (items,) [EUR/pcs]."""
    w = world
    lost, volume = np.zeros(w.items.n), np.zeros(w.items.n)
    stay = _future_share(world)
    for cell, (channel, yearly) in enumerate(zip(w.cells.channel.tolist(), w.items.pooled(w.cells.yearly), strict=True)):
        price = np.nan_to_num(w.price[:, channel], nan=0.0)
        penalty = min(float(w.channels.penalty_share_d[channel]) * LATE_D, float(w.channels.penalty_cap[channel])) * price
        future = float(_segment_mix(world, cell) @ stay) * np.maximum(price - w.items.cost_eur, 0.0)
        lost += yearly * (penalty + future)
        volume += yearly
    return np.asarray(np.divide(lost, volume, out=np.zeros_like(lost), where=volume > 0))


def _future_share(world: World) -> F:
    """Margins of a purchase that lateness puts at stake, by segment, (segments,): stay effect x purchases to come."""
    w, s = world, world.segments
    drop = s.a / (s.a + s.b)
    at = ATTRIBUTES.index("punctuality")
    a = w.attributes
    hurt = a.loss[at] * (1.0 - math.exp(-((LATE_D / a.tolerance[at]) ** a.shape[at])))
    theta = s.theta if w.settings.market.loyalty_loop else np.zeros_like(s.theta)
    moved = drop * (1.0 - drop) * theta * w.settings.satisfaction.eta * s.w_punctuality * hurt
    return np.asarray(moved * (1.0 - drop) / drop)


def _segment_mix(world: World, cell: int) -> F:
    """Share of each segment among the buyers of a cell, (segments,)."""
    w, channel = world, int(world.cells.channel[cell])
    if not w.channels.stockist[channel] or w.channels.buyer[channel] == 2:
        return np.diff(w.mix_cdf[channel], prepend=0.0)
    members = w.cells.account_order[w.cells.account_start[cell] : w.cells.account_start[cell + 1]]
    mix = np.bincount(w.accounts.segment[members], weights=w.accounts.weight[members], minlength=len(w.segments.ids))
    return np.asarray(mix / max(float(mix.sum()), 1e-12))
