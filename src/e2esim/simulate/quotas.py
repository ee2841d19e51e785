"""Nightly allocated ATP: hands tonight's free supply, hours and expected demand to the allocation programme."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.world import World
from e2esim.planning.allocation import AllocationSystem, PromiseAllocator
from e2esim.planning.atp import OPEN_QUOTA
from e2esim.planning.mps import MpsSystem
from e2esim.planning.precedence import class_values
from e2esim.simulate.promise import BRANCH, CONSUMER, STRATEGIC, TRADE, PromiseDesk, account_classes

F = npt.NDArray[np.float64]

_ENDS = (3, 7, 14, 21, 28, 42)  # [days] ends of the buckets; what lies beyond is promised as it comes
_SLACK_D = 1.0  # [days] of demand by which supply may fall short before an item is rationed
_CLASSES = 4
# Cost of a piece that waits a day, and future margin at stake for a piece of a class [EUR], assumed; calibrated studies override
_DELAY = {STRATEGIC: 0.8, TRADE: 0.4, BRANCH: 0.3, CONSUMER: 0.6}
_STAY_GAIN = {STRATEGIC: 0.20, TRADE: 0.12, BRANCH: 0.08, CONSUMER: 0.10}


class NightlyQuotas:
    """Quotas of strategic trade, trade, own branches and direct consumers, where supply is short within the horizon."""

    def __init__(self, world: World, system: MpsSystem, sold: npt.NDArray[np.int64]) -> None:
        self.world, self.sold = world, sold
        horizon = min(world.settings.promise.horizon_days, _ENDS[-1])
        self._ends = np.array([e for e in _ENDS if e < horizon] + [horizon], dtype=np.int64)
        self._works = world.plant.calendar.daily(world.settings.horizon.days + 1) > 0
        self._share, margin = _class_mix(world, sold)
        stay = np.array([_STAY_GAIN[k] for k in range(_CLASSES)])
        self._programme = PromiseAllocator(
            AllocationSystem(
                value=class_values(margin, margin.mean(axis=0) * 5.0, stay),
                delay=np.array([_DELAY[k] for k in range(_CLASSES)]),
                bucket_end=self._ends,
                centre_hours=system.centre_hours,
                material_use=np.zeros((0, len(sold))),
                extra_eur=np.maximum(0.02 * world.items.cost_eur[sold], 0.01),
                fairness=world.settings.precedence.fairness,
            )
        )

    def remember(self) -> None:
        """Let the programme remember what it solves."""
        self._programme.remember()

    def renew(self, promise: PromiseDesk, forecast: F, free_hours: F) -> None:
        """Set the quotas of ``promise`` for the coming day; extra production found makes more supply promisable.

        ``forecast`` (weeks, items) and ``free_hours`` (centres, weeks) of this week first. On days off the quotas of the last
        working day go on.
        """
        if not self._works[promise.day0] and promise.day0 > 0:
            if promise.quota.size:
                promise.quota[:, :, :-1] = promise.quota[:, :, 1:]
            return
        daily = np.repeat(forecast[:, self.sold] / 7.0, 7, axis=0)
        upto = np.concatenate((np.zeros((1, len(self.sold))), np.cumsum(daily, axis=0)))
        ends = np.minimum(self._ends, len(daily))
        total = np.diff(upto[ends], axis=0, prepend=0.0)  # (buckets, sold)
        demand = total.T[:, None, :] * self._share[:, :, None]
        hours = np.concatenate((np.zeros((len(free_hours), 1)), np.cumsum(np.repeat(free_hours / 7.0, 7, axis=1), axis=1)), axis=1)
        room = np.diff(hours[:, np.minimum(self._ends, hours.shape[1] - 1)], axis=1, prepend=0.0)
        room[:, self._ends <= 7] = 0.0  # too near to make anything on top of the plan
        horizon = int(self._ends[-1])
        free = promise.free[self.sold, :horizon] + _SLACK_D * daily[0][:, None]
        night = self._programme.plan(demand=demand, free=free, free_hours=room, material=np.zeros((0, len(self._ends))), prices=False)
        if night.status == "open":
            promise.quota = OPEN_QUOTA
            return
        extra = np.zeros((self.world.items.n, promise.days))
        extra[np.ix_(self.sold, self._ends[:-1])] = night.extra[:, :-1]
        promise.find(extra)
        promise.quota = np.full((_CLASSES, self.world.items.n, promise.days), np.inf)
        promise.quota[:, self.sold, :horizon] = night.quota


def _class_mix(world: World, sold: npt.NDArray[np.int64]) -> tuple[F, F]:
    """Share of each class in the demand of each item, and margin of a piece, (sold, classes)."""
    w = world
    volume, margin = np.zeros((w.items.n, _CLASSES)), np.zeros((w.items.n, _CLASSES))
    classes = account_classes(world)
    for cell, (channel, yearly) in enumerate(zip(w.cells.channel, w.cells.yearly, strict=True)):
        gain = np.maximum(np.nan_to_num(w.price[:, channel], nan=0.0) - w.items.cost_eur, 0.0)
        if not w.channels.stockist[channel]:
            parts = [(CONSUMER, 1.0)]
        else:
            members = w.cells.account_order[w.cells.account_start[cell] : w.cells.account_start[cell + 1]]
            weight = w.accounts.weight[members] / w.accounts.weight[members].sum() if len(members) else np.zeros(0)
            parts = [(k, float(weight[classes[members] == k].sum())) for k in (STRATEGIC, TRADE, BRANCH)]
        for k, part in parts:
            volume[:, k] += part * yearly
            margin[:, k] += part * yearly * gain
    unit = np.divide(margin, volume, out=np.zeros_like(margin), where=volume > 0)
    total = volume.sum(axis=1, keepdims=True)
    share = np.divide(volume, total, out=np.full_like(volume, 1.0 / _CLASSES), where=total > 0)
    return share[sold], unit[sold]
