"""Sites of a network run: two that help each other out, and an item that only some plants make, each in its own steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2esim.config.places import Place
from e2esim.config.problems import InputErrors
from e2esim.config.supply_network import open_network
from e2esim.study.network import NetworkResult, study_network

TWO_SHOPS = {
    "items": "item,unit\nBEER,pcs\n",
    "sites": "site,kind\nDEPOT,plant\nEAST,shop\nWEST,shop\n",
    "replenishment": "site,item,rule,level\nDEPOT,BEER,base_stock,1\nEAST,BEER,base_stock,30\nWEST,BEER,base_stock,30\n",
    "stock": "site,item,on_hand\nDEPOT,BEER,0\nEAST,BEER,200\nWEST,BEER,0\n",
    "demand": "site,item,every_d,mean\nEAST,BEER,1,1\nWEST,BEER,1,2\n",
    "supply": "supplier,item,site,lead_time_days\nBREWER,BEER,DEPOT,60\n",
    "settings": "key,value\ntoday,2026-01-05\n",
}
FROM_DEPOT = "from,to,item,transit_d,priority\nDEPOT,EAST,BEER,1,1\nDEPOT,WEST,BEER,1,1\n"
EACH_OTHER = "EAST,WEST,BEER,2,2\nWEST,EAST,BEER,2,2\n"


def ran(folder: Path, tables: dict[str, str], days: int = 50) -> NetworkResult:
    folder.mkdir(parents=True)
    (folder / "scenario.yaml").write_text(f"name: firm\nhorizon: {{days: {days}, warmup_days: 0}}\n")
    (folder / "data").mkdir()
    for name, text in tables.items():
        (folder / "data" / f"{name}.csv").write_text(text)
    return study_network(open_network(Place(folder=folder, variant="", name="firm"), []).company)


def test_shops_help_each_other_out(tmp_path: Path) -> None:
    """The brewer takes two months; what lies in the east serves the west, goods are conserved, and it is not sent back to no end."""
    alone = ran(tmp_path / "alone", TWO_SHOPS | {"lanes": FROM_DEPOT})
    helped = ran(tmp_path / "helped", TWO_SHOPS | {"lanes": FROM_DEPOT + EACH_OTHER})
    assert alone.value("backlog", "BEER@WEST") > 40.0
    assert helped.value("backlog", "BEER@WEST") < 0.25 * alone.value("backlog", "BEER@WEST")
    assert 0.0 < helped.value("stock", "BEER@EAST") < alone.value("stock", "BEER@EAST")
    ledger = {name: values.sum() for name, values in helped.kept.ledger.items()}
    assert 200.0 + ledger["received"] == pytest.approx(ledger["sold"] + ledger["moved"] + helped.kept.on_hand.sum())


def test_help_in_no_time_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputErrors, match="help each other out with BEER in no time"):
        ran(tmp_path / "x", TWO_SHOPS | {"lanes": FROM_DEPOT + EACH_OTHER.replace(",2,2", ",0,2")})


def test_a_circle_of_first_sources_is_still_refused(tmp_path: Path) -> None:
    lanes = "from,to,item,transit_d,priority\nEAST,WEST,BEER,1,1\nWEST,EAST,BEER,1,1\n"
    with pytest.raises(InputErrors, match="circle"):
        ran(tmp_path / "x", TWO_SHOPS | {"lanes": lanes})


def test_an_item_is_made_where_its_routing_says(tmp_path: Path) -> None:
    """Two plants with a bill: the routing names one of them with long steps, the other with short ones, a third not at all."""
    tables = {
        "items": "item,unit\nCHAIR,pcs\nWOOD,pcs\n",
        "sites": "site,kind\nSLOW,plant\nFAST,plant\nIDLE,plant\n",
        "bom": "parent,component,qty_per\nCHAIR,WOOD,1\n",
        "work_centres": "work_centre,machines\nOLD,1\nNEW,1\n",
        "routings": "item,step,site,work_centre,setup_h_per_lot,run_h_per_unit\nCHAIR,1,SLOW,OLD,0,4\nCHAIR,1,FAST,NEW,0,1\n",
        "replenishment": "site,item,rule,level\nSLOW,CHAIR,base_stock,5\nFAST,CHAIR,base_stock,5\nIDLE,CHAIR,base_stock,5\n",
        "stock": "site,item,on_hand\nSLOW,WOOD,900\nFAST,WOOD,900\nSLOW,CHAIR,0\nFAST,CHAIR,0\nIDLE,CHAIR,5\n",
        "demand": "site,item,every_d,mean\nSLOW,CHAIR,1,2\nFAST,CHAIR,1,2\nIDLE,CHAIR,1,1\n",
        "lanes": "from,to,item,transit_d\nFAST,IDLE,CHAIR,1\n",
        "supply": "supplier,item,lead_time_days\nSAWMILL,WOOD,3\n",
        "settings": "key,value\ntoday,2026-01-05\n",
    }
    found = ran(tmp_path / "firm", tables)
    makes = {o.site: [step.run_h for step in o.steps] for o in found.kept.network.operations if o.kind == "make"}
    assert makes == {"SLOW": [4.0], "FAST": [1.0]}
    assert [o.source for o in found.kept.network.operations if o.site == "IDLE"] == ["FAST"]
    assert found.value("utilisation", "OLD") > 2.0 * found.value("utilisation", "NEW") * 2.0 / 3.0
