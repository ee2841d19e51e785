"""Supply networks: 20,000 stock points for a year, and a serial chain beside stockpyl and SupplyNetPy, all through the public format.

The peers live in an environment of their own (E2ESIM_PEERS: its Python, with stockpyl, SupplyNetPy and numpy below 2); without it they are left out.
They run 10 items, scaled to 1,000.
"""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.machine import Measured, median, worker
from benchmarks.speed import Figure

PEER_ITEMS, ITEMS, PERIODS = 10, 1000, 1000
STAGES = ("shop", "depot", "plant")


def network(full: bool) -> Iterator[Figure]:
    """Time and memory of the large network, then the serial chain and the ratios to the peers."""
    n = 3 if full else 1
    with tempfile.TemporaryDirectory() as home:
        large, chain = large_network(Path(home) / "large"), serial_chain(Path(home) / "chain")
        runs = [worker("network", str(large)) for _ in range(n)]
        yield _figure("500 sites, 5,000 items, 20,000 stock points, a year", runs, goal=60.0)
        yield Figure(name="its peak memory", value=max(run.peak_gb for run in runs), unit="GB", goal=4.0, runs=n)
        runs = [worker("network", str(chain)) for _ in range(n)]
        yield _figure("serial chain, 3 stages x 1,000 items x 1,000 periods", runs)
        ours = median([run.said["cpu_s"] for run in runs])
    for peer, goal in (("stockpyl", 1000.0), ("SupplyNetPy", 200.0)):
        theirs = _peer(peer)
        if theirs is not None:
            name = f"{peer}, {PEER_ITEMS} items scaled to {ITEMS:,}, over ours (processor time)"
            yield Figure(name=name, value=theirs * ITEMS / PEER_ITEMS / ours, unit="times", goal=goal, most=False, runs=1)


def _figure(name: str, runs: list[Measured], goal: float | None = None) -> Figure:
    wall, cpu = (median([run.said[key] for run in runs]) for key in ("wall_s", "cpu_s"))
    return Figure(name=f"{name}: read, run, measured", value=wall, cpu=cpu, unit="s", goal=goal, runs=len(runs))


def _write(folder: Path, days: int, **tables: list[dict[str, Any]]) -> Path:
    folder.mkdir(parents=True)
    (folder / "scenario.yaml").write_text(f"horizon:\n  days: {days}\n  warmup_days: 0\nnetwork:\n  sequence: receive demand order count\n")
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def serial_chain(folder: Path, items: int = ITEMS, periods: int = PERIODS) -> Path:
    """Write a chain of three stages with base stock and Poisson demand."""
    names = [f"item{k:04d}" for k in range(items)]
    return _write(
        folder,
        periods,
        items=[{"item": item} for item in names],
        sites=[{"site": site, "kind": "warehouse"} for site in STAGES],
        lanes=[{"from": b, "to": a, "item": "", "transit_d": 1} for a, b in (("shop", "depot"), ("depot", "plant"))],
        supply=[{"supplier": "source", "item": item, "site": "plant", "lead_time_days": 1} for item in names],
        stock=[{"item": item, "site": site, "on_hand": 10} for item in names for site in STAGES],
        replenishment=[{"site": site, "item": "", "rule": "base_stock", "level": 10, "review_d": 1, "holding_eur": 1, "backlog_eur": 20} for site in STAGES],
        demand=[{"item": item, "site": "shop", "law": "poisson", "mean": 5} for item in names],
    )


def large_network(folder: Path, sites: int = 500, items: int = 5000, points: int = 20_000) -> Path:
    """Write a network of 20 depots and 480 shops: each item at one depot and, by chance, at three shops, asked for daily there."""
    rng = random.Random(1)
    depots = [f"depot{k:03d}" for k in range(20)]
    shops = [f"shop{k:03d}" for k in range(sites - len(depots))]
    names = [f"item{k:04d}" for k in range(items)]
    supply, lanes, stock, rules, demand = [], [], [], [], []
    for item in names:
        depot = rng.choice(depots)
        supply.append({"supplier": f"supplier{rng.randrange(200)}", "item": item, "site": depot, "lead_time_days": 14, "lead_law": "gamma", "lead_sd_d": 3})
        stock.append({"item": item, "site": depot, "on_hand": 200})
        rules.append({"site": depot, "item": item, "rule": "s_S", "reorder": 150, "level": 300, "quantity": "", "review_d": 1, "holding_eur": 0.01})
        for shop in rng.sample(shops, points // items - 1):
            lanes.append({"from": depot, "to": shop, "item": item, "transit_d": 2, "shipment_eur": 5})
            stock.append({"item": item, "site": shop, "on_hand": 15})
            rules.append({"site": shop, "item": item, "rule": "r_Q", "reorder": 10, "level": "", "quantity": 12, "review_d": 0, "holding_eur": 0.02})
            demand.append({"item": item, "site": shop, "law": "poisson", "mean": rng.choice([1, 2, 3])})
    return _write(
        folder,
        365,
        items=[{"item": item} for item in names],
        sites=[{"site": site, "kind": "warehouse"} for site in depots] + [{"site": site, "kind": "shop"} for site in shops],
        supply=supply,
        lanes=lanes,
        stock=stock,
        replenishment=rules,
        demand=demand,
    )


_PEERS = {
    "stockpyl": """
from stockpyl.supply_chain_network import serial_system
from stockpyl.sim import simulation
start = time.process_time()
for k in range({items}):
    chain = serial_system(num_nodes=3, node_order_in_system=[3, 2, 1], local_holding_cost={{1: 1, 2: 1, 3: 1}}, stockout_cost={{1: 20, 2: 20, 3: 20}},
        demand_type="P", mean=5, policy_type="BS", base_stock_level={{1: 10, 2: 10, 3: 10}}, shipment_lead_time={{1: 1, 2: 1, 3: 1}})
    simulation(chain, {periods}, rand_seed=k, progress_bar=False)
""",
    "SupplyNetPy": """
import random
import SupplyNetPy.Components as C
start = time.process_time()
for k in range({items}):
    rng = random.Random(k)
    stage = lambda i: {{"ID": f"D{{i}}", "name": f"D{{i}}", "node_type": "distributor", "capacity": 1000, "initial_level": 10, "inventory_holding_cost": 1,
        "replenishment_policy": C.SSReplenishment, "policy_param": {{"s": 9, "S": 10}}, "product_buy_price": 1, "product_sell_price": 2}}
    link = lambda i: {{"ID": f"L{{i}}", "source": "S" if i == 3 else f"D{{i + 1}}", "sink": f"D{{i}}", "cost": 1, "lead_time": lambda: 1}}
    asks = {{"ID": "d", "name": "d", "order_arrival_model": lambda: 1, "order_quantity_model": lambda: rng.randint(1, 9), "demand_node": "D1"}}
    first = {{"ID": "S", "name": "S", "node_type": "infinite_supplier"}}
    C.simulate_sc_net(C.create_sc_net([first] + [stage(i) for i in (3, 2, 1)], [link(i) for i in (3, 2, 1)], [asks]), {periods}, logging=False)
""",
}


def _peer(name: str) -> float | None:
    """Processor seconds a peer takes for its items; None without its environment."""
    python = os.environ.get("E2ESIM_PEERS")
    if not python:
        print(f"{name}: left out, E2ESIM_PEERS names no Python", file=sys.stderr)
        return None
    code = "import time, warnings\nwarnings.filterwarnings('ignore')\n" + _PEERS[name].format(items=PEER_ITEMS, periods=PERIODS)
    said = subprocess.run([python, "-c", code + "\nprint('seconds', time.process_time() - start)"], capture_output=True, text=True, check=True).stdout
    return float(next(line.split()[1] for line in said.splitlines() if line.startswith("seconds")))
