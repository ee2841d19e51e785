"""Receive, use, get assistance, return, promote: the journey after the order, and the reputation that words make."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.customers.journey_kernels import accounts_receive, after_delivery, consumers_receive, fade, overdue, stirred
from e2esim.customers.people import People
from e2esim.domain.book import Columns, Reason
from e2esim.domain.calendar import DueCalendar
from e2esim.domain.world import World
from e2esim.streams import Streams

F = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]
Requests = tuple[Rows, F, npt.NDArray[np.uint8]]

ASK_SHARE = 0.6  # of customers whose order is overdue ask where it is, assumed
LINE_WEIGHT = 0.04  # of a line of a trade order against a consumer's purchase in memory, assumed
_PRIOR_WORDS = 200.0  # neutral words that a market has heard before, at scale 1, assumed
_CONTACT_SD = 0.33  # lognormal over-dispersion: variance/mean about 2-3 at the day's counts (bank call centre)


def _day_over(promised: npt.NDArray[Any]) -> F:
    """End of the promised day, (n,) [h]."""
    return np.asarray((np.floor(promised.astype(np.float64) / 24.0) + 1.0) * 24.0)


class Journey:
    """Everything a customer lives through once the order is placed."""

    def __init__(self, world: World, people: People, orders: Columns, streams: Streams, ticks: int) -> None:
        self.world, self.people, self.orders = world, people, orders
        w = world
        self._keys = np.array([streams.key(k) for k in ("journey.quality", "journey.survey", "journey.word")], dtype=np.uint64)
        self._after_key, self._overdue_key, self._stir_key = streams.key("journey.after"), streams.key("journey.overdue"), streams.key("journey.stir")
        self._promises = DueCalendar(ticks, 1024, tick_h=w.settings.horizon.tick_h)
        self._quality = np.where(w.items.brand >= 0, w.quality[w.items.brand], 1.0)
        self._enjoyment = w.touch.enjoyment.sum(axis=1)
        self._word_sum, self._word_count = np.zeros(len(w.markets)), np.zeros(len(w.markets))
        transit = np.where(w.lanes.of >= 0, w.lanes.transit_d[w.lanes.of], 0.0).max(axis=1)
        self._trade_reference = w.channels.reference_d + np.where(w.channels.stockist, transit, 0.0)

    def watch(self, rows: Rows, tick: int) -> None:
        """Remember the promised day of new rows, so that late ones make the customer ask."""
        self._promises.push(rows, _day_over(self.orders["promised"][rows]))

    def watch_anew(self, rows: Rows, was: F) -> None:
        """Watch the new promised day of ``rows`` and no longer the old one, ``was`` (n,) [h]."""
        h = self._promises.tick_h
        self._promises.withdraw_ticks(rows, np.floor(_day_over(was) / h).astype(np.int64))
        self._promises.push(rows, _day_over(self.orders["promised"][rows]))

    def ask(self, tick: int, now: float) -> Requests:
        """Requests "where is my order" of rows whose promised day has just passed; telling first spares most of them."""
        rows = self._promises.pop(tick)
        out, times = np.empty(len(rows), dtype=np.int32), np.empty(len(rows))
        share = ASK_SHARE * (1.0 - 0.8 * self.world.settings.organisation.proactive)
        o = self.orders
        m = overdue(rows, now, self._overdue_key, o["kind"], o["address"], o["delivered"], o["consumer"], share, out, times) if len(rows) else 0
        return out[:m], times[:m], np.full(m, Reason.WHERE_IS_MY_ORDER, dtype=np.uint8)

    def receive(self, rows: Rows) -> tuple[Requests, tuple[Rows, F, npt.NDArray[np.uint8]]]:
        """A batch has been delivered: satisfaction, memory, surveys, words; returns the contacts and the returns to come."""
        o, w, p = self.orders, self.world, self.people
        a, s, seg, m = w.attributes, w.settings.satisfaction, w.segments, w.settings.market
        only = s.model == "product_only"
        facts: tuple[Any, ...] = (o["delivered"], o["promised"], o["placed"], o["item"], o["channel"])
        weights: tuple[Any, ...] = (
            a.gain,
            a.loss,
            a.tolerance,
            a.shape,
            seg.w_punctuality,
            seg.w_lead,
            seg.w_ease,
            seg.w_experience,
            seg.response,
            s.kappa,
            only,
        )
        consumers_receive(  # type: ignore[call-arg]  # mypy cannot count an unpacked tuple
            rows,
            self._keys,
            *facts,
            o["market"],
            o["segment"],
            o["problems"],
            o["services"],
            o["price_ratio"],
            o["address"],
            o["consumer"],
            o["satisfaction"],
            o["csat_true"],
            o["nps_true"],
            o["ces_true"],
            o["answered"],
            o["spoke"],
            p.consumers["address"],
            p.consumers["memory"],
            p.consumers["memory_t"],
            self._quality,
            w.channels.reference_d,
            self._enjoyment,
            float(w.services.effect[1]),
            float(w.services.effect[3]),
            *weights,
            p.base,
            24.0 * s.half_life_d,
            s.eta,
            s.eta_extreme,
            s.answer_slope,
            s.style_sd,
            p.csat_cuts,
            p.nps_cuts,
            p.ces_cuts,
            m.speak_good,
            m.speak_bad,
            m.competitor_satisfaction,
            self._word_sum,
            self._word_count,
        )
        trade = rows[o["consumer"][rows] < 0]
        if len(trade):
            accounts_receive(  # type: ignore[call-arg]
                trade,
                self._keys,
                *facts,
                o["segment"],
                o["problems"],
                o["services"],
                o["price_ratio"],
                o["address"],
                o["account"],
                w.accounts.code,
                o["satisfaction"],
                o["csat_true"],
                o["nps_true"],
                o["ces_true"],
                o["answered"],
                p.account_memory,
                self._quality,
                self._trade_reference,
                np.zeros_like(self._enjoyment),
                *weights,
                s.eta * LINE_WEIGHT,
                s.eta_extreme,
                s.answer_slope,
                s.style_sd,
                p.csat_cuts,
                p.nps_cuts,
                p.ces_cuts,
            )
        return self._next_steps(rows)

    def _next_steps(self, rows: Rows) -> tuple[Requests, tuple[Rows, F, npt.NDArray[np.uint8]]]:
        o, w = self.orders, self.world
        n = len(rows)
        asks = (np.empty(2 * n, dtype=np.int32), np.empty(2 * n), np.empty(2 * n, dtype=np.uint8))
        back = (np.empty(n, dtype=np.int32), np.empty(n), np.empty(n, dtype=np.uint8))
        n_ask, n_back = after_delivery(
            rows,
            self._after_key,
            o["kind"],
            o["delivered"],
            o["item"],
            o["channel"],
            o["problems"],
            o["services"],
            o["address"],
            o["consumer"],
            w.items.defect,
            w.channels.second_thoughts,
            w.settings.organisation.usage_share,
            float(w.services.effect[4]),
            *asks,
            *back,
        )
        return (asks[0][:n_ask], asks[1][:n_ask], asks[2][:n_ask]), (back[0][:n_back], back[1][:n_back], back[2][:n_back])

    def information_share(self, tick: int) -> float:
        """Share of the purchases of this hour that asked first: over-dispersed around its mean."""
        t = tick * self.world.settings.horizon.tick_h
        return self.world.settings.organisation.info_share * float(stirred(_CONTACT_SD, self._stir_key, int(t // 24), int(t % 24)))

    def reputation(self, hours: float, out: F) -> None:
        """Let old words fade and write the reputation of each market relative to the best alternative into ``out``."""
        m = self.world.settings.market
        factor = 0.5 ** (hours / (24.0 * m.reputation_half_life_d))
        fade(self._word_sum, self._word_count, factor, _PRIOR_WORDS * self.world.settings.scale, out)
        if not m.word_of_mouth:
            out[:] = 0.0
