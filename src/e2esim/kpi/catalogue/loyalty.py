"""Catalogue entries: loyalty and value of customers."""

from __future__ import annotations

from e2esim.kpi.catalogue.entry import ONLY_ALL, Kpi

_MODEL = "own; level on the satisfaction scale"
_CRR = "Reichheld and Sasser (1990); retention rate of services marketing"
_ACTIVE = (
    "active at t = first bought before t, last purchase not older than the activity window of segment and product, "
    "not left"
)
_CLV = "Gupta and Lehmann (2003); expectation while alive: BG/NBD, Fader, Hardie and Lee (2005)"
_TRADE = ("all", "channel", "segment", "market")

LOYALTY: tuple[Kpi, ...] = (
    Kpi(
        name="crr",
        label="Customer retention rate (CRR)",
        unit="share",
        better="higher",
        counted="customers active at the window's start",
        ceiling=1.0,
        definition=(
            "Customers active when the reporting window opens who buy again in it; new customers are left out. "
            "Consumers and trade accounts together."
        ),
        formula=(
            f"bought again in the window / active at its start; {_ACTIVE}; a trade account bought again if it "
            "still orders in the last activity window"
        ),
        source=_CRR,
        scale="per reporting window",
    ),
    Kpi(
        name="churn",
        label="Churn",
        unit="share",
        better="lower",
        counted="customers active at the window's start",
        ceiling=1.0,
        definition="The rest of the retention rate: active at the start, no purchase in the window.",
        formula="1 - crr",
        source=_CRR,
        scale="per reporting window",
    ),
    Kpi(
        name="crr_due",
        label="Retention of customers whose need came due",
        unit="share",
        better="higher",
        counted="customers with a need in the window",
        ceiling=1.0,
        definition=(
            "The retention rate of the customers who had a decision to take: a renewed purchase, a departure, "
            "or a need not yet served."
        ),
        formula="bought again / active at the start who bought, left or had their next need in the window",
        source="own; long-lived goods hide loyalty in crr",
        scale="per reporting window",
    ),
    Kpi(
        name="crr_consumer",
        label="Retention of consumers",
        unit="share",
        better="higher",
        counted="consumers active at the window's start",
        ceiling=1.0,
        definition="crr of consumers alone.",
        formula="as crr, consumers",
        source=_CRR,
        scale="per reporting window",
    ),
    Kpi(
        name="crr_trade",
        label="Retention of trade accounts",
        unit="share",
        better="higher",
        counted="accounts active at the window's start",
        ceiling=1.0,
        definition="crr of trade accounts alone; own branches are no customers.",
        formula="accounts that still order in the last activity window / active at the start",
        source=_CRR,
        scale="per reporting window",
        dimensions=_TRADE,
    ),
    Kpi(
        name="acs",
        label="Average customer seniority (ACS)",
        unit="years",
        better="higher",
        counted="customers active at the end",
        definition="Mean duration of the relation with the customers active at the end.",
        formula="mean of (end - first purchase)",
        source="requirements F2",
    ),
    Kpi(
        name="acs_value",
        label="ACS weighted by value",
        unit="years",
        better="higher",
        counted="customers active at the end",
        definition=(
            "Seniority weighted by the contribution each customer brought in the run: how long the important "
            "ones have stayed."
        ),
        formula="sum of max(0, contribution) x years / sum of max(0, contribution)",
        source="requirements F2 (importance of customers)",
    ),
    Kpi(
        name="acs_stayers",
        label="ACS of stayers",
        unit="years",
        better="higher",
        counted="customers active at start and end",
        definition="Seniority of customers active at the start and at the end.",
        formula="mean of (end - first purchase)",
        source="requirements F2",
    ),
    Kpi(
        name="acs_leavers",
        label="ACS of leavers",
        unit="years",
        better="either",
        counted="customers active at the start and not at the end",
        definition="Seniority, when they went, of customers active at the start and not at the end.",
        formula="mean of (min(left, last purchase + activity window, end) - first purchase)",
        source="requirements F2",
    ),
    Kpi(
        name="cdr",
        label="Customer development rate (CDR)",
        unit="share",
        better="higher",
        counted="customers active at the window's start",
        floor=-1.0,
        definition="Growth of the number of active customers over the window.",
        formula="(active at the end - active at the start) / active at the start",
        source="requirements F3",
        scale="per reporting window",
    ),
    Kpi(
        name="customers",
        label="Active customers at the end",
        unit="customers",
        better="higher",
        counted="customers active at the end",
        definition="Consumers and trade accounts active at the end.",
        formula=_ACTIVE,
        source="requirements F3",
    ),
    Kpi(
        name="new_customers",
        label="New customers",
        unit="customers",
        better="higher",
        counted="customers active at the end",
        definition="Customers whose first purchase lies in the window, active at the end.",
        formula="count",
        source="requirements I14",
    ),
    Kpi(
        name="clv",
        label="Expected customer lifetime value (CLV)",
        unit="EUR/customer",
        better="higher",
        counted="consumers active at the end",
        floor=None,
        definition=(
            "Expected discounted contribution of a consumer over the coming years, from its own rate of needs, "
            "drop-out "
            "probability, life and satisfaction."
        ),
        formula=(
            "mean of m l (1 - p) (1 - exp(-(l p + d) T)) / (l p + d), 0 if it has left; l rate of needs, p "
            "drop-out at the "
            "satisfaction remembered at the next need, d continuous discount rate, T horizon, m contribution of the "
            "channel and category per consumer purchase in the window"
        ),
        source=_CLV,
    ),
    Kpi(
        name="clv_new",
        label="Expected CLV of new customers",
        unit="EUR/customer",
        better="higher",
        counted="consumers won in the window",
        floor=None,
        definition="clv of the consumers won in the window: what an acquisition is worth beyond its first purchase.",
        formula="as clv, first purchase in the window",
        source=_CLV,
    ),
    Kpi(
        name="clv_realised",
        label="Realised customer value",
        unit="EUR/customer",
        better="higher",
        counted="consumers active at the start or won since",
        floor=None,
        definition="Contribution earned in the window, discounted to its start, per consumer served.",
        formula="sum of contribution exp(-d t) / (consumers active at the start + consumers won)",
        source="Gupta and Lehmann (2003), realised part",
        dimensions=("all", "channel", "market"),
    ),
    Kpi(
        name="clv_trade",
        label="Expected CLV of trade accounts",
        unit="EUR/account",
        better="higher",
        counted="accounts active at the end",
        floor=None,
        definition="Expected discounted contribution of a trade account at today's yearly contribution and loss rate.",
        formula=(
            "yearly contribution x (1 - exp(-(c + d) T)) / (c + d); c = accounts lost / account-years in the window"
        ),
        source="Gupta and Lehmann (2003), constant margin and retention",
        dimensions=_TRADE,
    ),
    Kpi(
        name="customer_value",
        label="Customer value at the end",
        unit="EUR",
        better="higher",
        counted="consumers of own channels and trade accounts active at the end",
        floor=None,
        definition=(
            "Expected discounted margin that today's customers will still bring: what the run has kept of its customers. A consumer of "
            "a trade channel is counted with the account."
        ),
        formula=(
            "sum of clv over consumers of own channels + sum over trade accounts of yearly list margin of what their consumers buy at the "
            "end x (1 - exp(-(c + d) T)) / (c + d), c loss rate at the satisfaction of the end"
        ),
        source="Gupta and Lehmann (2003); MODEL section 7 (own)",
        dimensions=ONLY_ALL,
    ),
    Kpi(
        name="memory",
        label="Satisfaction remembered",
        unit="satisfaction",
        better="higher",
        counted="customers active at the end",
        floor=None,
        scale="1 = got what was promised at the reference price",
        definition="Mean of what customers remember of their experiences at the end.",
        formula="mean of memory, faded towards its base line since the last experience",
        source=_MODEL,
    ),
    Kpi(
        name="wallet",
        label="Share of wallet of trade accounts",
        unit="share",
        better="higher",
        counted="accounts active at the end",
        definition="Mean share of its needs that a trade account buys from the firm, relative to the opening.",
        formula="mean of wallet",
        source=_MODEL,
        dimensions=ONLY_ALL,
    ),
)
