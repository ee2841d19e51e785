"""Catalogue entries: what consumers buy, how the firm stands beside its rivals, how alike its channels are, whose work is missed."""

from __future__ import annotations

from e2esim.kpi.catalogue.entry import Kpi

BUYING: tuple[Kpi, ...] = (
    Kpi(
        name="purchases_per_customer",
        label="Purchases a customer and year",
        unit="purchases/customer/year",
        better="higher",
        counted="consumers active at the end",
        definition="Consumer purchases placed, a year, for each consumer who is active at the end of the window.",
        formula="consumer purchases placed a year / consumers active at the end",
        source="requirement C8",
        dimensions=("all", "channel", "segment", "market"),
    ),
    Kpi(
        name="mean_purchase",
        label="Mean purchase",
        unit="EUR/purchase",
        better="higher",
        counted="consumer purchases in the firm's own channels",
        definition="What the firm invoices for a consumer purchase in its own channels, after what a loyalty card gives back.",
        formula="turnover of consumer purchases placed / consumer purchases placed, firm's own channels",
        source="requirement C8",
    ),
    Kpi(
        name="top_fifth_share",
        label="Share of the best fifth of the buyers",
        unit="share",
        better="either",
        counted="consumers who bought in the firm's own channels",
        ceiling=1.0,
        definition="Share of the consumers' money in the firm's own channels that comes from the fifth of the buyers who spend most.",
        formula="turnover of the 20 % of the buyers of the window who spend most / turnover of all of them",
        source="requirement C8; groceries 55 % (Complete Journey data)",
        dimensions=("all",),
    ),
    Kpi(
        name="advantage",
        label="Memory above the best alternative",
        unit="satisfaction",
        better="higher",
        counted="customers active at the end",
        floor=None,
        definition="What customers remember of the firm, above what the best alternative gives at the end of the window.",
        formula="mean memory of active customers - satisfaction of the best alternative",
        source="requirement A12 (value perceived)",
    ),
    Kpi(
        name="channel_spread",
        label="Distance between channels",
        unit="satisfaction",
        better="lower",
        counted="consumer lines delivered",
        definition="How much the relation depends on the channel: how far channels lie apart in the satisfaction of their consumers, and in what drives it.",
        formula="standard deviation over channels, each by its lines, of the mean satisfaction, loss of needs, loss of ease, price against the one expected",
        source="requirement B11",
        dimensions=("all", "driver"),
    ),
    Kpi(
        name="department_losses",
        label="Feeling lost by department",
        unit="satisfaction/100 purchases",
        better="lower",
        counted="consumer purchases",
        definition="Losses felt by customers, told by the department whose work they show: every function makes experience.",
        formula="100 x losses felt / consumer purchases placed; planning answers for when goods came, transport for how; trade accounts included",
        source="requirement J14",
        dimensions=("all", "department"),
    ),
)
