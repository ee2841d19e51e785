"""What each stage of the chain that data switch on costs: CPU of a run with it over one without, taken in turn."""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks.speed import Figure
from e2esim.config import load
from e2esim.domain.build import build_world
from e2esim.domain.world import World
from e2esim.simulate.replication import Replication

COMPANY = ("scenario=mattress_maker/as_is", "scale=0.02", "horizon.days=112")
STAGES: dict[str, tuple[str, ...]] = {
    "quality hold of deliveries": ("supply.hold_share=0.2", "supply.hold_d=3"),
    "weekly capacity of suppliers, shared by items": ("suppliers.weekly_eur=200000",),
    "breakdowns": ("work_centres.mtbf_h=80",),
    "rework": ("items.rework_share=0.7",),
    "picking waves": ("sites.wave_h=4",),
    "stock records that drift, and counts": ("sites.misbooked_share=0.02", "sites.shrink_share=0.001"),
    "customs": ("lanes.customs_share=0.1",),
    "failed attempts and delivery slots": ("lanes.miss_share=0.05", "lanes.slot_h=3"),
    "trucks that fill": ("lanes.truck_m3=60", "lanes.truck_fill=0.5"),
    "trucks with a limit of weight": ("lanes.truck_m3=60", "lanes.truck_kg=12000", "lanes.truck_fill=0.5"),
    "freight of suppliers": ("suppliers.freight_eur_kg=0.05", "suppliers.delivery_eur=80"),
    "inspection of returns": ("sites.inspection_pcs_h=8",),
    "crews that put away and pack, a repair bench": ("sites.putaway_h=0.5", "sites.packing_pcs_h=400", "sites.repair_pcs_h=5"),
    "events": ("events.active=port_closed tdi_stop",),
    "monthly S&OP": ("sop=monthly",),
}
GOAL = 1.25  # times the run without


def cost_of(full: bool) -> Iterator[Figure]:
    """CPU of a run with each stage over the run without it, the better of two each, in turn (``full``: of five)."""
    turns = 5 if full else 2
    plain = build_world(load(list(COMPANY)))
    _seconds(plain)  # kernels are compiled, files are read
    for name, words in STAGES.items():
        world = build_world(load([*COMPANY, *words]))
        _seconds(world)
        without, with_it = float("inf"), float("inf")
        for _ in range(turns):
            without, with_it = min(without, _seconds(plain)), min(with_it, _seconds(world))
        yield Figure(name=f"run with {name} over run without", value=with_it / without, unit="x", goal=GOAL, most=True, runs=turns)


def _seconds(world: World) -> float:
    """CPU seconds of one replication."""
    began = time.process_time()
    Replication(world, 1).run()
    return time.process_time() - began
