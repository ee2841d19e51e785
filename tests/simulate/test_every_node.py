"""Every node of the block diagram of sales and operations planning (case G3) acts: its switch is flipped, its figure answers, on common random numbers."""

from __future__ import annotations

from typing import Any

import pytest

NODES = (
    ("customer orders", "market.demand_factor=1.2", "orders", 1.0),
    ("call-off", "supply.moq*=4", "dio", 1.0),
    ("suppliers", "modes.late_share=0.9", "supplier_on_time", -1.0),
    ("warehouse picking", "sites.picking_pcs_h*=0.5", "picking_load", 1.0),
    ("advanced planning and scheduling", "planning.review_days=28", "fill_rate", 0.0),
    ("capacity requirements", "planning.overtime=false", "overtime_cost", -1.0),
    ("material requirements", "bom.qty_per[parent=mattress]*=2", "gross_margin", -1.0),
    ("dynamic master schedule", "planning.rule=silo", "fill_rate", -1.0),
    ("promise from stock, plan and capacity", "promise=quoted", "promise_lead", 0.0),
    ("production", "routings.run_h_per_unit*=1.2", "capacity_load", 1.0),
    ("distribution", "lanes.transit_d*=2", "lead_time", 1.0),
    ("execution on the shop floor", "items.scrap_share=0.1", "scrap", 1.0),
    ("sales and marketing", "organisation.advertising=2", "new_customers", 1.0),
    ("demand planning", "planning.forecast_bias=0.3", "forecast_bias", 1.0),
    ("finance", "channels.payment_d+=30", "dso", 1.0),
    ("supply chain", "suppliers.distance_km*=4", "inbound_co2", 1.0),
    ("executives", "sop=monthly", "overtime_cost", 1.0),
)


@pytest.mark.parametrize(("node", "word", "kpi", "sign"), NODES, ids=[row[0] for row in NODES])
@pytest.mark.long
def test_every_node_of_the_block_diagram_acts(tiny: Any, node: str, word: str, kpi: str, sign: float) -> None:
    given = ("market.demand_factor=3.0",) if node == "executives" else ()  # they open shifts where hours lack
    plain, other = tiny("plain", *given).kpi(kpi), tiny("plain", *given, word).kpi(kpi)
    assert abs(other - plain) > 1e-3 * max(abs(plain), 1e-3), (node, kpi, plain, other)
    assert sign * (other - plain) >= 0.0, (node, kpi, plain, other)
