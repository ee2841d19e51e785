"""Slow, obvious twins of the KPIs: plain Python over lists of rows, straight from the definitions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from e2esim.domain.book import Columns, Reason
from e2esim.domain.events import Event
from e2esim.domain.ledger import Posted
from e2esim.domain.outcome import Outcome

Row = dict[str, Any]
DIRECT, SELL_OUT, REPLENISH = 0, 1, 2
CANCELLED = 5
CALL_BACK = int(Reason.CALL_BACK)


def rows_of(table: Columns) -> list[Row]:
    return [{name: table.filled(name)[i].item() for name in table.spec} for i in range(table.n)]


def mean(values: Iterable[float]) -> float:
    told = list(values)
    return sum(told) / len(told) if told else math.nan


def day(t: float) -> int:
    return math.floor(t / 24.0)


class Twin:
    """One outcome seen through one member of one dimension."""

    def __init__(self, outcome: Outcome, dimension: str, member: int, *, payer: bool = False) -> None:
        self.outcome, self.dimension, self.member = outcome, dimension, member
        self.a, self.b = outcome.warmup_h, outcome.horizon_h
        self.y = 8760.0 / (self.b - self.a)
        everything = rows_of(outcome.orders)
        for row in everything:
            row["brand"] = int(outcome.terms.item_brand[row["item"]])
            if payer and row["account"] >= 0 and outcome.terms.channel_buyer[row["channel"]] == 1:
                row["segment"] = int(outcome.accounts.filled("segment")[row["account"]])
        self.every_order = everything
        self.orders = [r for r in everything if self.mine(r)]
        contacts = rows_of(outcome.contacts)
        for row in contacts:
            row["brand"] = everything[row["row"]]["brand"] if row["row"] >= 0 else -1
        self.every_contact = contacts
        self.contacts = [r for r in contacts if self.mine(r) and self.inside(r["t"])]
        self.firm = [r for r in self.orders if r["kind"] != SELL_OUT]
        self.seen = [r for r in self.orders if r["kind"] != REPLENISH]

    def mine(self, row: Row) -> bool:
        return self.dimension == "all" or row[self.dimension] == self.member

    def inside(self, t: float) -> bool:
        return self.a <= t < self.b

    # deliveries
    def due(self, rows: list[Row]) -> list[Row]:
        return [r for r in rows if r["state"] != CANCELLED and self.inside(r["promised"])]

    def done(self, r: Row) -> bool:
        return bool(r["delivered"] < self.b)

    def on_date(self, r: Row) -> bool:
        return self.done(r) and day(r["delivered"]) <= day(r["promised"])

    def otif(self, rows: list[Row]) -> float:
        return mean(self.on_date(r) and not r["problems"] & 2 for r in self.due(rows))

    def days_late(self) -> float:
        late = [r for r in self.due(self.firm) if not self.on_date(r)]
        return mean((day(r["delivered"]) if self.done(r) else day(self.b)) - day(r["promised"]) for r in late)

    def placed(self, rows: list[Row]) -> list[Row]:
        return [r for r in rows if self.inside(r["placed"])]

    def wish(self, r: Row) -> bool:
        return bool(r["requested"] > r["placed"] + 1)

    def fill_rate(self, rows: list[Row]) -> float:
        filled = total = 0
        for r in rows:
            need = (
                r["requested"]
                if self.wish(r)
                else r["placed"] + 24 * self.outcome.terms.channel_reference_d[r["channel"]]
            )
            if self.inside(need):
                total += r["quantity"]
                good = (
                    self.done(r)
                    and r["state"] != CANCELLED
                    and day(r["delivered"]) <= day(need)
                    and not r["problems"] & 2
                )
                filled += r["quantity"] * good
        return filled / total if total else math.nan

    def ready(self, rows: list[Row]) -> float:
        ripe = [r for r in self.placed(rows) if r["placed"] < self.b - 72]
        return mean(r["state"] != CANCELLED and r["allocated"] - r["placed"] <= 72 for r in ripe)

    def reliability(self, rows: list[Row]) -> float:
        rows_of = {id(r): k for k, r in enumerate(self.every_order)}
        vain = {c["row"] for c in self.every_contact if c["final"] and not c["resolved"] and c["reason"] != CALL_BACK}
        good = [rows_of[id(r)] not in vain and not r["problems"] & 79 for r in self.due(rows)]
        return mean(fine and self.on_date(r) and not r["complained"] and r["return_cause"] not in (1, 4) for fine, r in zip(good, self.due(rows), strict=True))

    def perfect_order(self) -> float:
        orders: dict[int, list[Row]] = {}
        for r in self.due([r for r in self.every_order if r["kind"] != SELL_OUT]):
            orders.setdefault(r["order_no"], []).append(r)
        return mean(
            all(self.on_date(r) and not r["problems"] & 7 for r in lines)
            for lines in orders.values()
            if self.mine(lines[0])
        )

    def upside(self) -> float:
        o = self.outcome
        wanted = [
            r
            for r in self.placed(self.firm)
            if self.wish(r)
            and o.actual_weekly[int(r["placed"] // 168), r["item"]]
            > o.forecast_weekly[int(r["placed"] // 168), r["item"]]
        ]
        kept = [
            r
            for r in wanted
            if r["state"] != CANCELLED and not math.isnan(r["promised"]) and day(r["promised"]) <= day(r["requested"])
        ]
        total = sum(r["quantity"] for r in wanted)
        return sum(r["quantity"] for r in kept) / total if total else math.nan

    def delivered(self, rows: list[Row]) -> list[Row]:
        return [r for r in rows if self.inside(r["delivered"])]

    def lead(self, rows: list[Row]) -> float:
        return mean((r["delivered"] - r["placed"]) / 24 for r in self.delivered(rows))

    # voices
    def answers(self, item: str, none: int, surveyed: bool) -> list[int]:
        return [r[item] for r in self.delivered(self.seen) if r[item] != none and (r["answered"] or not surveyed)]

    def service_answers(self, item: str) -> list[int]:
        return [c[item] for c in self.contacts if c["final"] and c["csat_true"] > 0 and c["consumer"] >= 0 and c["said"]]

    def late(self, r: Row) -> bool:
        return not math.isnan(r["promised"]) and day(r["delivered"]) > day(r["promised"])

    def nps(self, surveyed: bool) -> float:
        told = self.answers("nps_true", -1, surveyed)
        return 100 * (mean(x >= 9 for x in told) - mean(x <= 6 for x in told)) if told else math.nan

    # money
    def gain(self, r: Row) -> float:
        earned = r["revenue_eur"] + r["fee_eur"]
        return float(earned - sum(r[f"{cost}_eur"] for cost in ("cost", "freight", "picking", "service", "penalty", "commission", "credit")))

    def total(self, column: str) -> float:
        when = "returned" if column == "credit_eur" else "delivered"
        return float(sum(r[column] for r in self.orders if self.inside(r[when])))

    def posted(self, *accounts: int) -> float:
        j = self.outcome.journal
        codes = j["channel"] * 0 if self.dimension == "all" else j[self.dimension]
        member = 0 if self.dimension == "all" else self.member
        rows = zip(j["t"], j["account"], codes, j["cents"], strict=True)
        return sum(int(cents) for t, account, code, cents in rows if account in accounts and code == member and self.inside(t)) / 100.0

    def earned(self) -> float:
        return self.total("revenue_eur") + self.total("fee_eur") + self.posted(0, 1)

    def contribution(self) -> float:
        costs = ("cost_eur", "freight_eur", "picking_eur", "service_eur", "penalty_eur", "commission_eur", "credit_eur")
        return self.total("revenue_eur") + self.total("fee_eur") - sum(self.total(c) for c in costs) + self.posted(*range(11))

    def share(self, above: float, below: float) -> float:
        return above / below if below else math.nan

    def back(self, rows: list[Row], causes: set[int]) -> float:
        gone = sum(r["quantity"] for r in rows if self.inside(r["returned"]) and r["return_cause"] in causes)
        return self.share(gone, sum(r["quantity"] for r in self.delivered(rows)))

    def co2(self) -> float:
        t = self.outcome.terms
        sent = [
            (r["quantity"], t.item_weight_kg[r["item"]], t.lane_co2_kg_t[r["way"], r["channel"], r["market"]])
            for r in self.delivered(self.firm)
        ]
        sent = [s for s in sent if not math.isnan(s[2])]
        return self.share(sum(q * w * f / 1000 for q, w, f in sent), sum(q for q, _, _ in sent))

    # loyalty
    def people(self) -> list[Row]:
        """Consumers with what is known of them at the start and at the end of the window."""
        o, terms = self.outcome, self.outcome.terms
        people = rows_of(o.consumers)
        for i, c in enumerate(people):
            c["before"] = c["last"] if c["last"] < self.a else -math.inf
            c["brand_before"] = c["brand"] = -1
            if i < len(o.opening_last):
                c["before"] = max(c["before"], o.opening_last[i].item())
                c["brand_before"] = c["brand"] = int(o.opening_brand[i])
            c["bought"] = False
            life = terms.category_life_y[c["category"]] / max(terms.category_life_y)
            c["window"] = 24.0 * terms.segment_window_d[c["segment"]] * life
        for r in self.every_order:
            if r["kind"] == REPLENISH or r["state"] == CANCELLED or r["consumer"] < 0:
                continue
            c = people[r["consumer"]]
            c["brand"] = r["brand"]
            if r["placed"] >= self.a:
                c["bought"] = True
            else:
                c["before"] = max(c["before"], r["placed"])
                c["brand_before"] = r["brand"]
        return [self.judge(c) for c in people]

    def trade(self) -> list[Row]:
        o = self.outcome
        accounts = [a for a in rows_of(o.accounts) if o.terms.channel_buyer[a["channel"]] != 2]
        for a in accounts:
            known = a["active_start"] or 0 <= a["first"] < self.a
            last = 0.0 if math.isnan(a["last"]) and a["active_start"] else a["last"]
            a |= {
                "last": last,
                "before": last if last < self.a else (self.a if known else -math.inf),
                "brand": -1,
                "brand_before": -1,
            }
            a["window"] = 24.0 * o.terms.segment_window_d[a["segment"]]
            a["bought"] = last >= self.b - a["window"] and not a["left"] < self.b
            a["next"] = self.a
            a["value_eur"] = sum(
                self.gain(r) for r in self.every_order if r["account"] == a["account"] and self.inside(r["delivered"])
            )
            self.judge(a)
        return accounts

    def judge(self, c: Row) -> Row:
        c["out"] = math.inf if math.isnan(c["left"]) else c["left"]
        c["at_start"] = c["first"] < self.a and c["before"] >= self.a - c["window"] and c["out"] >= self.a
        c["at_end"] = c["first"] < self.b and c["last"] >= self.b - c["window"] and c["out"] >= self.b
        c["due"] = c["bought"] or c["out"] < self.b or self.inside(c["next"])
        return c

    def at_start(self, people: list[Row]) -> list[Row]:
        return [c for c in people if c["at_start"] and self.mine(c | {"brand": c["brand_before"]})]

    def at_end(self, people: list[Row]) -> list[Row]:
        return [c for c in people if c["at_end"] and self.mine(c)]

    def margin(self, channel: int, category: int) -> float:
        """Contribution per consumer purchase of the channel and category, of the channel, of the firm."""
        terms = self.outcome.terms
        tests: list[Callable[[Row], bool]] = [
            lambda r: r["channel"] == channel and terms.item_category[r["item"]] == category,
            lambda r: r["channel"] == channel,
            lambda r: True,
        ]
        for test in tests:
            rows = [r for r in self.every_order if self.inside(r["delivered"]) and test(r)]
            lines = sum(r["kind"] != REPLENISH for r in rows)
            if lines:
                return sum(self.gain(r) for r in rows) / lines
        return 0.0

    def buying(self, channel: int, segment: int) -> float:
        """Purchases against needs after a purchase: mean time between purchases where a need is bought with a chance, else felt again a full wait later."""
        x = self.outcome
        again = [r for r in self.every_order if r["kind"] != REPLENISH and r["repeat"] == 1 and self.inside(r["placed"])]
        weeks = [k for k, end in enumerate(x.weighed_t) if end - 168.0 >= self.a and end <= self.b]
        lost = x.needs_lost[weeks].sum(axis=0)
        mean_chance = len(again) / (len(again) + lost.sum())
        mine = sum(r["channel"] == channel and r["segment"] == segment for r in again)
        return float((mine + 10.0 * mean_chance) / (mine + lost[channel, segment] + 10.0))

    def clv(self, people: list[Row]) -> float:
        """Lifetime value by adding up ten thousand slices of time."""
        t, values = self.outcome.terms, []
        for c in people:
            if not c["alive"]:
                values.append(0.0)
                continue
            forget = math.log(2) / t.memory_half_life_d * 365  # [1/year]
            rate = c["rate"] / t.category_life_y[c["category"]]
            above = (c["memory"] - t.memory_base) * math.exp(-forget * (self.b - c["memory_t"]) / 8760)
            at_need = t.memory_base + above * rate / (rate + forget) + t.delight * max(above, 0.0) ** 2 * rate / (rate + 2.0 * forget)
            logit = math.log(c["drop"] / (1 - c["drop"])) - t.segment_theta[c["segment"]] * (
                at_need - t.competitor_satisfaction
            )
            logit += c["scar"] if t.segment_theta[c["segment"]] > 0 else 0.0
            p = 1 / (1 + math.exp(-logit))
            step = t.clv_horizon_y / 2000
            stays = 1 - p
            if c["purchases"] == 1:  # no coin after the first purchase, only what dissatisfaction adds
                stays = 1 - max(0.0, (p - c["drop"]) / (1 - c["drop"]))
            rate *= self.buying(c["channel"], c["segment"])
            life = sum(math.exp(-rate * p * (j + 0.5) * step) * (1 + t.discount_y) ** (-(j + 0.5) * step) for j in range(2000))
            values.append(self.margin(c["channel"], c["category"]) * rate * stays * life * step)
        return mean(values)

    def remembered(self, c: Row) -> float:
        t = self.outcome.terms
        days = (self.b - c["memory_t"]) / 24 if "memory_t" in c else 0.0
        return t.memory_base + (c["memory"] - t.memory_base) * 0.5 ** (days / t.memory_half_life_d)

    def years(self, people: list[Row]) -> float:
        return mean((self.b - c["first"]) / 8760 for c in people)


def loyalty_twin(t: Twin) -> dict[str, float]:
    consumers, accounts = t.people(), t.trade()
    both = consumers + accounts
    start, end = t.at_start(both), t.at_end(both)
    gone = [c for c in start if not c["at_end"]]
    weight = [max(0.0, c["value_eur"]) for c in end]
    return {
        "crr": mean(c["bought"] for c in start),
        "churn": mean(not c["bought"] for c in start),
        "crr_due": mean(c["bought"] for c in start if c["due"]),
        "crr_consumer": mean(c["bought"] for c in t.at_start(consumers)),
        "crr_trade": mean(c["bought"] for c in t.at_start(accounts)),
        "acs": t.years(end),
        "acs_value": t.share(sum(w * (t.b - c["first"]) / 8760 for w, c in zip(weight, end, strict=True)), sum(weight)),
        "acs_stayers": t.years([c for c in start if c["at_end"]]),
        "acs_leavers": mean((min(c["out"], c["last"] + c["window"], t.b) - c["first"]) / 8760 for c in gone),
        "cdr": t.share(len(end) - len(start), len(start)),
        "customers": len(end),
        "new_customers": sum(c["first"] >= t.a for c in end),
        "memory": mean(t.remembered(c) for c in end),
        "trade_satisfaction": mean(c["memory"] for c in t.at_end(accounts)),
        "clv": t.clv(t.at_end(consumers)),
        "clv_new": t.clv([c for c in t.at_end(consumers) if c["first"] >= t.a]),
    }


def voice_twin(t: Twin) -> dict[str, float]:
    told: dict[str, float] = {}
    for suffix, surveyed in (("", True), ("_true", False)):
        csat, ces = t.answers("csat_true", 0, surveyed), t.answers("ces_true", 0, surveyed)
        told |= {
            f"csat{suffix}": mean(x >= 4 for x in csat),
            f"csat_mean{suffix}": mean(csat),
            f"nps{suffix}": t.nps(surveyed),
            f"ces{suffix}": mean(ces),
        }
    ces = t.answers("ces_true", 0, True)
    lines = t.delivered(t.seen)
    first = [c for c in t.contacts if c["attempt"] <= 1]
    handled = [c for c in first if c["started"] < t.b and not c["abandoned"]]
    bought = len(t.placed(t.orders))
    return told | {
        "csat_service": mean(x >= 4 for x in t.service_answers("csat_true")),
        "ces_service": mean(t.service_answers("ces_true")),
        "ces_easy_share": mean(x >= 5 for x in ces),
        "effort_score": mean(5 - (x - 1) * 4 / 6 for x in ces),
        "response_rate": t.share(len(t.answers("csat_true", 0, True)), len(t.answers("csat_true", 0, False))),
        "satisfaction": mean(r["satisfaction"] for r in lines if not math.isnan(r["satisfaction"])),
        "good_word": mean(r["spoke"] == 1 for r in lines),
        "bad_word": mean(r["spoke"] == -1 for r in lines),
        "problem_share": mean(r["problems"] > 0 for r in lines),
        "financed": mean(r["services"] & 1 > 0 for r in lines),
        "needs_analysed": mean(r["services"] & 2 > 0 for r in lines),
        "installed": mean(r["services"] & 4 > 0 for r in lines),
        "followed_up": mean(r["services"] & 16 > 0 for r in lines),
        "simple_purchases": mean(r["services"] & 128 > 0 for r in lines),
        "collected_where_installed": mean(r["services"] & 8 > 0 for r in lines if r["services"] & 4),
        "channel_breaks": mean(r["problems"] & 16 > 0 for r in lines),
        "complaint_share": mean(r["complained"] for r in lines if r["problems"] & 15 or t.late(r)),
        "first_contact_resolution": mean(c["resolved"] for c in handled),
        "answer_time": mean(c["answered"] - c["t"] for c in t.contacts if c["answered"] < t.b and c["t"] < t.b - 168),
        "desk_service_level": mean(c["queued"] <= 20 / 3600 for c in t.contacts if not c["written"]),
        "wait_open": mean(c["queued"] for c in t.contacts if not c["written"] and not math.isnan(c["queued"])),
        "wait_time": mean(c["started"] - c["t"] for c in t.contacts if c["started"] < t.b and c["t"] < t.b - 168),
        "contact_abandoned": mean(c["abandoned"] for c in t.contacts),
        "handoffs": mean(c["handoffs"] for c in t.contacts),
        "contacts_per_100_orders": t.share(100 * len(t.contacts), bought),
        "complaints_per_100_orders": t.share(100 * sum(c["reason"] in (2, 3) for c in first), bought),
    }


def tier_twin(t: Twin) -> dict[str, float]:
    """OTIF of the lines of each tier of customers."""
    tiers = t.outcome.accounts.filled("tier")

    def of(tier: int) -> float:
        return t.otif([r for r in t.firm if (int(tiers[r["account"]]) if r["account"] >= 0 else 3) == tier])

    return {f"otif_{name}": of(k) for k, name in enumerate(("strategic", "trade", "branch", "direct"))}


def service_twin(t: Twin) -> dict[str, float]:
    due, placed, terms = t.due(t.firm), t.placed(t.firm), t.outcome.terms
    wished = [r for r in t.firm if r["state"] != CANCELLED and t.wish(r) and t.inside(r["requested"])]
    return tier_twin(t) | {
        "otif": t.otif(t.firm),
        "otif_window": mean(
            t.done(r)
            and not r["problems"] & 2
            and -terms.channel_late_d[r["channel"]] <= day(r["promised"]) - day(r["delivered"]) <= terms.channel_early_d[r["channel"]]
            for r in due
        ),
        "on_time": mean(t.on_date(r) for r in due),
        "on_time_timestamp": mean(t.done(r) and r["delivered"] <= r["promised"] for r in due),
        "in_full": mean(t.done(r) and not r["problems"] & 2 for r in due),
        "perfect_order": t.perfect_order(),
        "reliability_consumer": t.reliability(t.seen),
        "reliability_trade": t.reliability([r for r in t.orders if r["kind"] == REPLENISH]),
        "days_late": t.days_late(),
        "on_request": mean(t.done(r) and day(r["delivered"]) <= day(r["requested"]) for r in wished),
        "promise_lead": mean((r["promised"] - r["placed"]) / 24 for r in placed if not math.isnan(r["promised"])),
        "lead_time": t.lead(t.firm),
        "fill_rate": t.fill_rate(t.firm),
        "ready_delivery": t.ready(t.seen),
        "unpromised": mean(math.isnan(r["promised"]) for r in placed),
        "consumer_otif": t.otif(t.seen),
        "consumer_on_time": mean(t.on_date(r) for r in t.due(t.seen)),
        "consumer_lead_time": t.lead(t.seen),
        "consumer_fill_rate": t.fill_rate(t.seen),
        "lost_sales": t.share(
            sum(r["quantity"] for r in t.placed(t.seen) if r["state"] == CANCELLED),
            sum(r["quantity"] for r in t.placed(t.seen)),
        ),
        "upside_flexibility": t.upside(),
        "orders": len(placed) * t.y,
        "purchases": len(t.placed(t.seen)) * t.y,
    }


def money_twin(t: Twin) -> dict[str, float]:
    own, t = t, Twin(t.outcome, t.dimension, t.member, payer=True)  # money stands with who pays the firm
    lines, revenue = t.delivered(t.orders), t.earned()
    serving = ("freight_eur", "picking_eur", "service_eur", "penalty_eur", "commission_eur")
    extra = sum(t.total(c) for c in serving) - t.posted(7, 8, 9, 10, 4, 3, 11, 12, 13)
    invoiced = t.total("revenue_eur")
    shops = [r for r in own.orders if r["kind"] == REPLENISH]
    terms = t.outcome.terms
    return {
        "turnover": revenue * t.y,
        "gross_margin": t.share(revenue - t.total("cost_eur") + t.posted(5, 6), revenue),
        "contribution": t.contribution() * t.y,
        "margin": t.share(t.contribution(), revenue),
        "cost_to_serve": t.share(extra, len(lines)),
        "penalties": t.share(t.total("penalty_eur") - t.posted(3), revenue),
        "dso": t.share(sum(r["revenue_eur"] * (terms.channel_payment_d[r["channel"]] + r["disputed_d"]) for r in lines), invoiced),
        "transport_co2": t.co2(),
        "returns": own.back(own.seen, {1, 2, 3, 4}),
        "returns_defect": own.back(own.seen, {1}),
        "returns_second_thoughts": own.back(own.seen, {2}),
        "returns_damage": own.back(own.seen, {4}),
        "returns_trade": own.back(shops, {1, 2, 3, 4}),
        "returns_unsold": own.back(shops, {3}),
        "used_collected": mean(bool(r["services"] & 8) for r in own.delivered(own.seen)),
        "pieces_delivered": sum(r["quantity"] for r in own.delivered(own.seen)) * t.y,
    }


def sale_twin(t: Twin) -> dict[str, float]:
    x = t.outcome
    channel = t.member if t.dimension == "channel" else slice(None)
    segment = t.member if t.dimension == "segment" else slice(None)
    sold = t.placed(t.seen)
    met = sum(float(x.touch_sums[code, channel, segment, 0].sum()) for code in range(len(x.touch_phase)) if 0 <= x.touch_phase[code] <= 2)
    asked = sum(c["reason"] == 0 for c in t.contacts)
    starts = [end - 168.0 for end in x.weighed_t]
    weeks = [k for k, start in enumerate(starts) if start >= t.a and start + 168.0 <= t.b]
    weighed = sum(float(x.weighed[k, channel, segment].sum()) for k in weeks)
    lost = sum(float(x.needs_lost[k, channel, segment].sum()) for k in weeks)
    again = sum(r["repeat"] == 1 for r in sold)
    j, eur = x.journal, 0.0
    for k in range(len(j["t"])):
        account, place = int(j["account"][k]), int(j["place"][k])
        until = (account == Posted.TOUCHPOINTS and 0 <= place <= 2) or (account == Posted.TALK and place == 0) or account == Posted.SELLERS
        if until and t.inside(float(j["t"][k])) and (t.dimension != "channel" or j["channel"][k] == t.member):
            eur -= int(j["cents"][k]) / 100.0
    failed = [r for r in sold if r["trouble"] >= 0]
    e = x.events
    shelves = [k for k in range(len(e["t"])) if e["kind"][k] == Event.SHELVES_SEEN and t.a < e["t"][k] <= t.b]
    shelves = [k for k in shelves if t.dimension != "channel" or e["place"][k] == t.member]
    looked = sum(int(e["rows"][k]) for k in shelves)
    return {
        "shelf_empty": t.share(sum(float(e["quantity"][k]) for k in shelves), looked),
        "shelf_lost": t.share(sum(float(e["value"][k]) for k in shelves), looked),
        "conversion": t.share(len(sold), weighed),
        "needs_bought": t.share(again, again + lost),
        "sale_contacts": t.share(met + asked, len(sold)),
        "sale_cost": t.share(eur, len(sold)),
        "trouble_contacts": 100.0 * mean(r["contacts"] for r in failed),
    }


def buying_twin(t: Twin) -> dict[str, float]:
    end, bought = t.at_end(t.people()), t.placed(t.seen)
    mine = [r for r in bought if r["revenue_eur"] > 0]
    return {
        "purchases_per_customer": t.share(len(bought) * 8760.0 / (t.b - t.a), len(end)),
        "mean_purchase": mean(r["revenue_eur"] for r in mine),
        "advantage": mean(t.remembered(c) for c in t.at_end(t.people() + t.trade())) - t.outcome.terms.competitor_satisfaction,
    }


def heard_twin(t: Twin) -> dict[str, float]:
    mine = t.delivered(t.seen)
    spoken = [r["csat_true"] for r in mine if r["spoke"] != 0 and r["csat_true"] > 0]
    felt = [r for r in mine if not math.isnan(r["satisfaction"])]
    needs = [r for r in felt if r["needs_loss"] <= np.float32(0.05)]
    ease = [r for r in needs if r["ease_loss"] <= np.float32(0.05)]
    return {
        "review_stars": mean(spoken),
        "review_extremes": mean(x in (1, 5) for x in spoken),
        "level_needs": t.share(len(needs), len(felt)),
        "level_ease": t.share(len(ease), len(felt)),
        "level_joy": t.share(sum(r["joy"] > 0 for r in ease), len(felt)),
    }
