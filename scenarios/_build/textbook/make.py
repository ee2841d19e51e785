"""Write the textbook worlds below scenarios/textbook: python scenarios/_build/textbook/make.py

Each is a small company of CSV tables and a scenario.yaml that the ordinary command runs. Facts and figures come from the named sources; several
policies of one world stand side by side in one company, an item or a site each.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

START = dt.date(2026, 1, 5)  # of every run, as the settings have it
ROOT = Path(__file__).resolve().parents[2] / "textbook"
Rows = list[dict[str, Any]]


def write(name: str, title: str, settings: Sequence[str], source: str, **tables: Rows) -> None:
    """Write one company."""
    data = ROOT / name / "data"
    data.mkdir(parents=True, exist_ok=True)
    for old in data.glob("*.csv"):
        old.unlink()
    (ROOT / name / "scenario.yaml").write_text("\n".join([f"name: textbook/{name}", f"title: {title}", *settings]) + "\n", encoding="utf-8")
    for table, rows in tables.items():
        columns = list(dict.fromkeys(key for row in rows for key in row))
        with (data / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*columns, "source"], restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows({"source": source, **row} for row in rows)


def day(number: int) -> str:
    """Day of the run as a date; the first is number 0."""
    return (START + dt.timedelta(days=number)).isoformat()


def settings(days: int, warmup: int, *network: str) -> list[str]:
    """Lines of scenario.yaml."""
    return ["horizon:", f"  days: {days}", f"  warmup_days: {warmup}", "network:", *(f"  {line}" for line in network)]


def beer_game() -> None:
    """Four stages; days 0 and 7 only put the order slips into the mail, week 1 begins on day 14."""
    stages = ["retailer", "wholesaler", "distributor", "factory"]
    rules: Rows = []
    for stage in stages:
        common = {"site": stage, "item": "beer", "review_d": 7, "holding_eur": 0.5, "backlog_eur": 1}
        rules.append({**common, "rule": "periodic", "quantity": 4, "last": day(41)})
        rules.append({**common, "rule": "base_stock", "level": 24 if stage == "factory" else 32, "first": day(42)})
    boxes = [(stage, number) for stage in stages for number in ((14,) if stage == "factory" else (14, 21))]
    write(
        "beer_game",
        "Beer game, benchmark rule of Sterman (1989)",
        settings(266, 14, "period_d: 7", "sequence: receive demand count order"),
        "Sterman (1989), Management Science 35(3)",
        sites=[{"site": stage, "kind": "plant" if stage == "factory" else "warehouse"} for stage in stages],
        items=[{"item": "beer", "lead_time_d": 14, "order_delay_d": 7}],
        work_centres=[{"work_centre": "brewery", "machines": 1000}],
        routings=[{"item": "beer", "step": 1, "work_centre": "brewery", "setup_h_per_lot": 0, "run_h_per_unit": 0}],
        lanes=[{"from": b, "to": a, "item": "beer", "transit_d": 14, "order_delay_d": 14} for a, b in zip(stages, stages[1:], strict=False)],
        stock=[{"item": "beer", "site": stage, "on_hand": 12} for stage in stages],
        receipts=[{"receipt": f"box_{stage}_{number}", "item": "beer", "site": stage, "qty": 4, "due": day(number)} for stage, number in boxes],
        replenishment=rules,
        demand=[
            {"item": "beer", "site": "retailer", "every_d": 7, "first": day(14), "last": day(41), "mean": 4},
            {"item": "beer", "site": "retailer", "every_d": 7, "first": day(42), "last": "", "mean": 8},
        ],
    )


def distribution() -> None:
    """Five one-warehouse models compared between SupplyNetPy and anyLogistix; a site a model. Lost sales, costs over time."""
    models: list[dict[str, Any]] = [
        {"rule": "r_Q", "reorder": 500, "quantity": 500, "lead": 2, "open": 1000, "ask": [("c1", 120, 2)]},
        {"rule": "r_Q", "reorder": 500, "quantity": 500, "lead": 2, "open": 1000, "ask": [("c1", 120, 2), ("c2", 80, 2)]},
        {"rule": "s_S", "reorder": 200, "level": 500, "lead": 1, "open": 500, "ask": [("c1", 120, 2), ("c2", 80, 2)]},
        {"rule": "s_S", "reorder": 300, "level": 600, "lead": 1, "open": 500, "ask": [("c1", 120, 2), ("c2", 80, 2)]},
        {"rule": "periodic", "quantity": 100, "review_d": 1, "lead": 1, "open": 1000, "ask": [("c1", 100, 1)]},
    ]
    supply, lanes, stock, rules, demand = [], [], [], [], []
    for k, m in enumerate(models, 1):
        site = f"D{k}"
        supply.append({"supplier": "S1", "item": "P1", "site": site, "lead_time_days": m["lead"], "price": 200, "shipment_eur": 10})
        stock.append({"item": "P1", "site": site, "on_hand": m["open"]})
        rule = {name: m.get(name, "") for name in ("rule", "reorder", "level", "quantity", "review_d")}
        rules.append({"site": site, "item": "P1", **rule, "unmet": "lost", "holding_eur": 0.2})
        for customer, quantity, every in m["ask"]:
            lanes.append({"from": site, "to": f"{site}_{customer}", "item": "P1", "transit_d": m["lead"], "shipment_eur": 10})
            demand.append({"item": "P1", "site": site, "customer": f"{site}_{customer}", "every_d": every, "mean": quantity, "price": 250})
    write(
        "distribution",
        "Five warehouses of the SupplyNetPy and anyLogistix comparison",
        settings(59, 0, "costs_at: time"),
        "SupplyNetPy validation tables (MIT), quantities re-derived",
        sites=[{"site": f"D{k + 1}", "kind": "warehouse"} for k in range(5)],
        items=[{"item": "P1"}],
        supply=supply,
        lanes=lanes,
        stock=stock,
        replenishment=rules,
        demand=demand,
    )


def one_warehouse(items: Sequence[str]) -> Rows:
    """Table items of a world with one site."""
    return [{"item": item} for item in items]


def lost_sales() -> None:
    """Best base-stock levels of six lost-sales systems with a lead time; Poisson demand of mean 5."""
    cases = {(4, 1): 12, (4, 2): 16, (4, 3): 20, (9, 1): 13, (9, 2): 19, (9, 3): 23}
    name = {key: f"p{key[0]}_L{key[1]}" for key in cases}
    write(
        "lost_sales",
        "Lost sales with a lead time, best base stock",
        settings(10_200, 200, "sequence: receive order demand count"),
        "Zipkin (2008), test bed with Poisson demand of mean 5",
        items=one_warehouse(list(name.values())),
        supply=[{"supplier": "source", "item": name[key], "lead_time_days": key[1]} for key in cases],
        stock=[{"item": name[key], "on_hand": level} for key, level in cases.items()],
        replenishment=[
            {"item": name[key], "rule": "base_stock", "level": level, "review_d": 1, "unmet": "lost", "holding_eur": 1, "lost_eur": key[0]}
            for key, level in cases.items()
        ],
        demand=[{"item": name[key], "law": "poisson", "mean": 5} for key in cases],
    )


def law_kelton() -> None:
    """Nine (s, S) policies of an inventory reviewed each month of 30 days; demand and lead times run in continuous time."""
    policies = [(20, 40), (20, 60), (20, 80), (20, 100), (40, 60), (40, 80), (40, 100), (60, 80), (60, 100)]
    name = {p: f"s{p[0]}_S{p[1]}" for p in policies}
    write(
        "law_kelton",
        "Inventory system of Law, nine policies",
        settings(3600, 0, "period_d: 30", "costs_at: time"),
        "Law, Simulation Modeling and Analysis, section 1.5",
        items=one_warehouse(list(name.values())),
        supply=[
            {"supplier": "source", "item": item, "lead_time_days": 22.5, "lead_law": "uniform", "lead_sd_d": 4.330127018, "price": 3, "order_eur": 32}
            for item in name.values()
        ],
        stock=[{"item": item, "on_hand": 60} for item in name.values()],
        replenishment=[
            {
                "item": name[p], "rule": "s_S", "reorder": p[0], "level": p[1], "review_d": 30, "trigger": "below", "holding_eur": 1,
                "backlog_eur": 5,
            }
            for p in policies
        ],
        demand=[
            {"item": item, "every_d": 3, "every_law": "exponential", "law": "empirical", "mean": "", "values": "1 2 3 4", "weights": "1 2 2 1"}
            for item in name.values()
        ],
    )  # fmt: skip


FULL_BACKLOG: dict[str, tuple[float, float, float, str, float, float, float, float, float]] = {
    # item: holding, backlog, order cost, law, mean, sd, lead time, s (equal to S: base stock), S
    "newsvendor_normal_1": (0.18, 0.70, 0, "normal", 50, 8, 0, 56.60395592743389, 56.60395592743389),
    "newsvendor_normal_2": (43, 79, 0, "normal", 900, 60, 0, 922.7214038234755, 922.7214038234755),
    "newsvendor_poisson": (1, 4, 0, "poisson", 6, 0, 0, 8, 8),
    "base_stock_L4": (0.18, 0.70, 0, "normal", 50, 8, 4, 264.76689437415484, 264.76689437415484),
    "s_S_1": (1, 4, 5, "poisson", 6, 0, 0, 4, 10),
    "s_S_2": (40, 125, 150, "poisson", 4, 0, 0, 2, 7),
}
ZHENG = {
    10: (6, 40), 15: (10, 49), 20: (14, 62), 25: (19, 56), 30: (23, 66), 35: (28, 77), 40: (33, 87), 45: (37, 97), 50: (42, 108),
    21: (15, 65), 22: (16, 68), 23: (17, 52), 24: (18, 54),
}  # fmt: skip


def periodic_review() -> None:
    """Newsvendor, base stock and (s, S) with full backlog, reviewed each day: receive, order, demand, count; the horizon repeats the day."""
    cases = FULL_BACKLOG | {f"zheng_{mu}": (1.0, 9.0, 64.0, "poisson", float(mu), 0.0, 0.0, s, S) for mu, (s, S) in ZHENG.items()}
    write(
        "periodic_review",
        "Newsvendor, base stock and (s, S)",
        settings(10_100, 100, "sequence: order receive demand count"),
        "Snyder and Shen, Fundamentals of Supply Chain Theory; Zheng and Federgruen (1991)",
        items=one_warehouse(list(cases)),
        supply=[{"supplier": "source", "item": item, "lead_time_days": c[6], "order_eur": c[2]} for item, c in cases.items()],
        stock=[{"item": item, "on_hand": c[8]} for item, c in cases.items()],
        replenishment=[
            {
                "item": item, "rule": "base_stock" if c[7] == c[8] else "s_S", "reorder": "" if c[7] == c[8] else c[7], "level": c[8], "review_d": 1,
                "holding_eur": c[0], "backlog_eur": c[1],
            }
            for item, c in cases.items()
        ],
        demand=[{"item": item, "law": c[3], "mean": c[4], "sd": c[5]} for item, c in cases.items()],
    )  # fmt: skip


def r_q() -> None:
    """(r, Q) in continuous time: customers of one piece arrive at random."""
    cases = {"r3_Q5": (20, 150, 100, 1.5, 2, 3, 5), "r6_Q7": (4, 28, 4, 12, 0.5, 6, 7)}  # h, p, K, rate, lead time, r, Q
    write(
        "r_q",
        "(r, Q) in continuous time",
        settings(10_100, 100, "costs_at: time"),
        "Snyder and Shen, Fundamentals of Supply Chain Theory, example 5.8 and problem 5.2",
        items=one_warehouse(list(cases)),
        supply=[{"supplier": "source", "item": item, "lead_time_days": c[4], "order_eur": c[2]} for item, c in cases.items()],
        stock=[{"item": item, "on_hand": c[5] + c[6]} for item, c in cases.items()],
        replenishment=[
            {"item": item, "rule": "r_Q", "reorder": c[5], "quantity": c[6], "holding_eur": c[0], "backlog_eur": c[1]} for item, c in cases.items()
        ],
        demand=[{"item": item, "every_d": 1 / c[3], "every_law": "exponential"} for item, c in cases.items()],
    )


def clark_scarf() -> None:
    """Serial systems under echelon base stock; what is under way costs what the stage it left pays."""
    cases: dict[str, dict[str, Any]] = {
        "example_6_1": {"lead": [1, 1, 2], "hold": [7, 4, 2], "level": [6.49, 12.02, 22.71], "back": 37.12, "mean": 5, "sd": 1},
        "problem_6_1": {"lead": [1, 1], "hold": [2, 1], "level": [123.939, 228.488], "back": 15, "mean": 100, "sd": 15},
    }
    lanes, supply, stock, rules, demand = [], [], [], [], []
    for item, c in cases.items():
        n = len(c["lead"])
        for k in range(n):
            site = f"stage_{k + 1}"
            below = c["level"][k - 1] if k else 0.0
            stock.append({"item": item, "site": site, "on_hand": round(c["level"][k] - below, 6)})
            rules.append(
                {
                    "site": site, "item": item, "rule": "base_stock", "level": c["level"][k], "review_d": 1, "echelon": "true",
                    "holding_eur": c["hold"][k], "backlog_eur": 0 if k else c["back"],
                }
            )  # fmt: skip
            if k < n - 1:
                lanes.append({"from": f"stage_{k + 2}", "to": site, "item": item, "transit_d": c["lead"][k], "transit_eur": c["hold"][k + 1]})
            else:
                supply.append({"supplier": "source", "item": item, "site": site, "lead_time_days": c["lead"][k]})
        demand.append({"item": item, "site": "stage_1", "law": "normal", "mean": c["mean"], "sd": c["sd"]})
    write(
        "clark_scarf",
        "Serial systems of Clark and Scarf",
        settings(10_100, 100, "sequence: receive demand order count"),
        "Snyder and Shen, Fundamentals of Supply Chain Theory, example 6.1 and problem 6.1",
        sites=[{"site": f"stage_{k}", "kind": "warehouse"} for k in (1, 2, 3)],
        items=one_warehouse(list(cases)),
        lanes=lanes,
        supply=supply,
        stock=stock,
        replenishment=rules,
        demand=demand,
    )


def bullwhip() -> None:
    """Order up to a moving average of p periods times L; an excess goes back."""
    cases = [(lead, p) for lead in (1, 2, 4, 5) for p in (3, 5, 10, 20)]
    name = {c: f"L{c[0]}_p{c[1]}" for c in cases}
    write(
        "bullwhip",
        "Bullwhip of a moving average",
        settings(20_100, 100, "period_d: 1"),
        "Chen, Drezner, Ryan and Simchi-Levi (2000)",
        items=one_warehouse(list(name.values())),
        supply=[{"supplier": "source", "item": item, "lead_time_days": 0} for item in name.values()],
        stock=[{"item": item, "on_hand": 1000} for item in name.values()],
        replenishment=[
            {
                "item": name[c], "rule": "base_stock", "level": 1000, "review_d": 1, "forecast": "moving_average", "window": c[1], "cover_d": c[0],
                "sends_back": "true",
            }
            for c in cases
        ],
        demand=[{"item": item, "law": "normal", "mean": 100, "sd": 10} for item in name.values()],
    )  # fmt: skip


def penny_fab() -> None:
    """A line of four machines of two hours under CONWIP: constant times (best case) and exponential times (practical worst case)."""
    lines = [("best", w, "constant") for w in range(1, 11)] + [("random", w, "exponential") for w in (1, 2, 3, 4, 5, 6, 8, 10, 15, 20)]
    items, centres, routings, rules = [], [], [], []
    for kind, w, law in lines:
        item = f"{kind}_w{w:02d}"
        items.append({"item": item})
        for step in range(1, 5):
            centre = f"{item}_{step}"
            centres.append({"work_centre": centre, "machines": 1})
            routings.append({"item": item, "step": step, "work_centre": centre, "setup_h_per_lot": 0, "run_h_per_unit": 2, "time_law": law})
        rules.append({"item": item, "rule": "base_stock", "level": 4500, "review_d": 9999, "lot_max": 1, "wip_limit": w})
    write(
        "penny_fab",
        "Penny Fab One of Factory Physics",
        settings(350, 15, "period_d: 1"),
        "Hopp and Spearman, Factory Physics",
        items=items,
        work_centres=centres,
        routings=routings,
        replenishment=rules,
        demand=[{"item": item["item"], "first": day(9999), "mean": 1} for item in items],
    )


def queueing() -> None:
    """M/M/c and M/G/1: every customer asks for a piece that is made to order; hours are the unit of the formulas."""
    cases: dict[str, tuple[float, int, str, float]] = {
        f"mm{c}_{rate:g}": (rate, c, "exponential", 0.0) for rate, c in ((0.5, 1), (0.8, 1), (0.9, 1), (1.6, 2), (2.7, 3), (4.5, 5), (9, 10), (18, 20))
    }
    cases |= {"md1_0.8": (0.8, 1, "constant", 0.0), "mu1_0.8": (0.8, 1, "uniform", 0.5773502691)}
    write(
        "queueing",
        "Queues with exact answers",
        settings(2100, 100, "period_d: 1"),
        "Erlang C; Pollaczek and Khinchine",
        items=one_warehouse(list(cases)),
        work_centres=[{"work_centre": f"centre_{item}", "machines": c[1]} for item, c in cases.items()],
        routings=[
            {"item": item, "step": 1, "work_centre": f"centre_{item}", "setup_h_per_lot": 0, "run_h_per_unit": 1, "time_law": c[2], "time_cv": c[3]}
            for item, c in cases.items()
        ],
        replenishment=[{"item": item, "rule": "base_stock", "level": 0, "lot_max": 1} for item in cases],
        demand=[{"item": item, "every_d": 1 / 24 / c[0], "every_law": "exponential"} for item, c in cases.items()],
    )


if __name__ == "__main__":
    for world in (beer_game, distribution, lost_sales, law_kelton, periodic_review, r_q, clark_scarf, bullwhip, penny_fab, queueing):
        world()
