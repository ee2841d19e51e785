"""Catalogue entries: what it takes to conclude a sale, and what a touchpoint that fails leads to."""

from __future__ import annotations

from e2esim.kpi.catalogue.entry import Kpi

_WEEKS = "whole weeks of the window"

SALE: tuple[Kpi, ...] = (
    Kpi(
        name="conversion",
        label="Purchases of those who weighed one",
        unit="share",
        better="higher",
        counted="people who weighed a purchase",
        ceiling=1.0,
        definition="Consumer purchases over people who weighed one, customers with a need included; the rest dropped out before buying.",
        formula=f"consumer purchases / people who weighed a purchase, {_WEEKS}",
        source="requirements B17, I14",
        dimensions=("all", "channel", "segment"),
    ),
    Kpi(
        name="sale_contacts",
        label="Contacts for a sale",
        unit="contacts/sale",
        better="lower",
        counted="consumer purchases",
        definition="Touchpoints met by a buyer until the purchase, and questions put to the firm before it.",
        formula="(touchpoints met in discover, evaluate and buy by who bought + contacts for information) / consumer purchases",
        source="requirements B17, I5",
        dimensions=("all", "channel", "segment"),
    ),
    Kpi(
        name="sale_cost",
        label="Cost of a sale",
        unit="EUR/sale",
        better="lower",
        counted="consumer purchases",
        definition="What the firm spends until a consumer buys: touchpoints met by all who weighed a purchase, its own sellers, answers before the sale.",
        formula="(touchpoints until the purchase + sellers + agents' hours answering for information) / consumer purchases",
        source="requirements B17, I5",
        dimensions=("all", "channel"),
    ),
    Kpi(
        name="touchpoint_return",
        label="Return on touchpoints before the sale",
        unit="EUR/EUR",
        better="higher",
        counted="EUR spent on touchpoints until the purchase",
        floor=None,
        definition="Contribution, before touchpoints are paid, of the purchases that would be missing without the touchpoints, for a euro spent on them.",
        formula="sum over channels of purchases x (1 - conversion) x reach x relevance x contribution a purchase / cost; touchpoints that cost, first order",
        source="requirements K5",
        dimensions=("all", "touchpoint"),
    ),
    Kpi(
        name="stage_losses",
        label="Feeling lost on the journey",
        unit="satisfaction/100 purchases",
        better="lower",
        counted="consumer purchases",
        definition="Losses felt, told by the five stages of a journey: information, purchase, use, change of mind, problems and their answers.",
        formula="100 x losses of satisfaction felt at each stage / consumer purchases placed; trade accounts included",
        source="requirements B3",
        dimensions=("all", "stage"),
    ),
    Kpi(
        name="trouble_contacts",
        label="Contacts of whom a touchpoint failed",
        unit="contacts/100 lines",
        better="lower",
        counted="consumer lines whose customer met a problem at a touchpoint",
        definition="Contacts of consumers who had met a problem at a touchpoint; compare with all lines: what rises elsewhere shows the failure.",
        formula="100 x contacts / consumer lines placed whose customer met a problem at a touchpoint",
        source="requirements I15",
        dimensions=("all", "channel", "segment"),
    ),
)
