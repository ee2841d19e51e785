"""Compiles most kernels before the tests begin, each once: two test processes would compile the same ones side by side."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from e2esim.machine_code import is_compiled

MARKET = ["run scenario=mattress_maker scale=0.02 horizon.days=30 --quiet --out {0}/market"]
PLANS = ["plan {0}/plan --rounds 2 --out {0}/planned", "run textbook/r_q --quiet --out {0}/network"]
ITEMS = "item\nLAMP\nBASE\n"
ORDERS = "order,item,qty,due\n" + "".join(f"{k},{'LAMP' if k % 2 else 'BASE'},2,2026-03-{k + 10}\n" for k in range(3))


def warm() -> None:
    """Run a market beside a plan and a network, if nothing is compiled yet; what fails here fails in a test too."""
    if is_compiled("customers"):
        return
    with tempfile.TemporaryDirectory() as place:
        plan = Path(place) / "plan"
        plan.mkdir()
        (plan / "items.csv").write_text(ITEMS, encoding="utf-8")
        (plan / "orders.csv").write_text(ORDERS, encoding="utf-8")
        (plan / "settings.csv").write_text("key,value\ntoday,2026-03-02\n", encoding="utf-8")
        chains = [" && ".join(f"{sys.executable} -m e2esim {line.format(place)}" for line in lines) for lines in (MARKET, PLANS)]
        for one in [subprocess.Popen(chain, shell=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for chain in chains]:
            one.wait()
