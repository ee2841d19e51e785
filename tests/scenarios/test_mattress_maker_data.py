"""Facts of scenarios/mattress_maker, read from its tables alone: nothing is simulated.

Loads and costs are worked out here by a slow recursion over the bill of material, apart from the engine's own arrays.
"""

from __future__ import annotations

import datetime as dt
import math
import subprocess
import sys
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from e2esim.config.places import groups
from e2esim.config.tables import Typed, read_tables
from e2esim.domain.schema import TABLES, tables_for
from e2esim.domain.settings import Settings

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
FOLDER = SCENARIOS / "mattress_maker"
Row = dict[str, Any]


@pytest.fixture(scope="module")
def typed() -> Typed:
    return read_tables(FOLDER, "", tables_for("sop", "run", with_market=True))


@pytest.fixture(scope="module")
def world(typed: Typed) -> Facts:
    return Facts({name: frame.to_dicts() for name, frame in typed.frames.items()})


class Facts:
    """The tables as rows, with the few sums that several tests need."""

    def __init__(self, tables: dict[str, list[Row]]) -> None:
        self.rows = tables
        self.items = {row["item"]: row for row in tables["items"]}
        self.bill: dict[str, list[tuple[str, float]]] = {}
        for row in tables["bom"]:
            self.bill.setdefault(row["parent"], []).append((row["component"], row["qty_per"]))
        self.steps: dict[str, list[Row]] = {}
        for row in tables["routings"]:
            self.steps.setdefault(row["item"], []).append(row)
        self.buy = {row["item"]: row["price"] for row in tables["supply"] if row["priority"] == 1}
        self.price = {(row["item"], row["channel"]): row for row in tables["prices"]}
        self.last_year = [row for row in tables["history"] if str(row["period"]) >= "2025-01"]
        self.explode = cache(self._explode)

    def _explode(self, item: str) -> dict[str, float]:
        """Units of every item in one unit of ``item``, itself included; scrap makes it more."""
        need = {item: 1.0}
        for component, quantity in self.bill.get(item, []):
            for below, units in self.explode(component).items():
                need[below] = need.get(below, 0.0) + units * quantity / (1.0 - self.items[item]["scrap_share"])
        return need

    def yearly(self) -> dict[str, float]:
        """Pieces sold in the last year of history by item."""
        sold: dict[str, float] = {}
        for row in self.last_year:
            sold[row["item"]] = sold.get(row["item"], 0.0) + row["qty"]
        return sold

    def needs(self) -> dict[str, float]:
        """Units of every item made or bought for a year of sales."""
        total: dict[str, float] = {}
        for item, pieces in self.yearly().items():
            for below, units in self.explode(item).items():
                total[below] = total.get(below, 0.0) + units * pieces
        return total

    def category(self, row: Row) -> str:
        return str(self.items[row["item"]]["category"])

    def turnover(self, category: str = "") -> float:
        return sum(
            row["qty"] * self.price[row["item"], row["channel"]]["price_eur"]
            for row in self.last_year
            if category in ("", self.category(row))
        )

    def days_open(self, calendar: str) -> int:
        """Working days of the first 365 days of the run, day by day."""
        weekdays = {row["weekday"] for row in self.rows["calendars"] if row["calendar"] == calendar}
        spans = [(str(row["first"]), str(row["last"])) for row in self.rows["closures"] if row["calendar"] == calendar]
        start = dt.date(2026, 1, 5)
        return sum(
            day.isoweekday() in weekdays and not any(_within(day, a, b) for a, b in spans)
            for day in (start + dt.timedelta(days=k) for k in range(365))
        )

    def load(self, factor: float = 1.0) -> dict[str, tuple[float, float]]:
        """Load of normal time by centre, with set-ups (at most a lot an item a day), and normal plus overtime."""
        needs = {item: units * factor for item, units in self.needs().items()}
        loads = {}
        for centre in self.rows["work_centres"]:
            days = self.days_open(centre["calendar"])
            shift_h = sum(
                row["end"] - row["start"]
                for row in self.rows["calendars"]
                if row["calendar"] == centre["calendar"] and row["weekday"] == 1
            )
            hours = days * shift_h * centre["machines"] * centre["efficiency"]
            run = sum(
                step["run_h_per_unit"] * needs.get(item, 0.0)
                for item, steps in self.steps.items()
                for step in steps
                if step["work_centre"] == centre["work_centre"]
            )
            setup = sum(
                step["setup_h_per_lot"] * min(days, needs.get(item, 0.0) / self.items[item]["lot_min"])
                for item, steps in self.steps.items()
                for step in steps
                if step["work_centre"] == centre["work_centre"]
            )
            loads[centre["work_centre"]] = ((run + setup) / hours, 1.0 + centre["overtime_h_week"] / (5.0 * shift_h))
        return loads


def _within(day: dt.date, first: str, last: str) -> bool:
    if len(first) > 5:
        return first <= day.isoformat() <= last
    today = day.strftime("%m-%d")
    return first <= today <= last if first <= last else today >= first or today <= last


_OPTIONAL = {
    *("history_kpis", "levers", "lever_changes", "lever_forces", "items", "closures", "receipts", "orders", "customers", "changeovers", "budget", "events"),
}


def test_tables_conform_to_the_schema(typed: Typed) -> None:
    assert [str(problem) for problem in typed.problems] == []
    assert {path.stem for path in (FOLDER / "data").glob("*.csv")} == {table.name for table in TABLES if table.market} | _OPTIONAL


def test_every_row_says_where_it_comes_from(world: Facts) -> None:
    silent = [
        (name, k)
        for name, rows in world.rows.items()
        for k, row in enumerate(rows)
        if not str(row["source"] or "").strip()
    ]
    assert silent == []


def test_the_generator_writes_exactly_the_committed_tables(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(SCENARIOS / "_build" / "mattress_maker"), str(tmp_path)], check=True, timeout=120
    )
    committed = {path.name: path.read_bytes() for path in (FOLDER / "data").glob("*.csv")}
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")} == committed


@pytest.mark.parametrize("file", ["scenario.yaml", "as_is.yaml", "to_be.yaml"])
def test_settings_are_known(file: str) -> None:
    values = yaml.safe_load((FOLDER / file).read_text(encoding="utf-8"))
    chosen = values.pop("defaults", {})
    assert (values.pop("base", None), values.pop("levers", None)) in [(None, None), ("as_is", ["one_plan", "true_dates", "one_team", "training", "crm"])]
    assert all(option in groups()[group] for group, option in chosen.items())
    plain = Settings(name="x")
    for key, value in values.items():
        assert hasattr(plain, key)
        section = getattr(plain, key)
        assert not is_dataclass(section) or set(value) <= {field.name for field in fields(section)}


def test_volumes_and_export(world: Facts) -> None:
    pieces: dict[str, float] = {}
    for row in world.last_year:
        pieces[world.category(row)] = pieces.get(world.category(row), 0.0) + row["qty"]
    assert pieces == {"mattress": 700_000, "pillow": 300_000, "topper": 80_000}
    home = sum(
        row["qty"] for row in world.last_year if world.category(row) == "mattress" and row["market"] == "IT"
    )
    assert home == 280_000
    assert {row["market"] for row in world.rows["markets"] if row["export"]} == {
        "DE",
        "JP",
        "CN",
        "US",
        "EAST",
        "FR",
        "ES",
    }


def test_turnover(world: Facts) -> None:
    assert world.turnover() == pytest.approx(70e6, rel=0.01)
    assert 59e6 <= world.turnover("mattress") <= 60e6


def test_history_is_whole_two_years_and_grows_mildly(world: Facts) -> None:
    demand = world.rows["history"]
    assert len({row["period"] for row in demand}) == 24
    assert all(row["qty"] == int(row["qty"]) > 0 for row in demand)
    total = {year: sum(row["qty"] for row in demand if str(row["period"]).startswith(year)) for year in ("2024", "2025")}
    assert total["2025"] / total["2024"] == pytest.approx(1.025, abs=0.001)
    mattresses = sorted(
        (units for item, units in world.yearly().items() if world.items[item]["category"] == "mattress"), reverse=True
    )
    assert len(mattresses) == 48
    assert mattresses[0] > 5 * mattresses[-1]  # popularity is uneven


def test_seasons_average_one_and_show_in_the_history(world: Facts) -> None:
    profiles: dict[str, dict[int, float]] = {}
    for row in world.rows["season"]:
        profiles.setdefault(row["season"], {})[row["month"]] = row["index"]
    assert set(profiles) == {row["season"] for row in world.rows["markets"]}
    for profile in profiles.values():
        assert sorted(profile) == list(range(1, 13))
        assert sum(profile.values()) / 12.0 == pytest.approx(1.0, abs=1e-4)
    by_month = [
        sum(row["qty"] for row in world.last_year if row["market"] == "IT" and row["period"].month == month)
        for month in range(1, 13)
    ]
    level = sum(by_month) / 12.0
    for month, pieces in enumerate(by_month, start=1):
        assert pieces / level == pytest.approx(profiles["retail"][month], abs=0.025)


def test_channels_of_the_case(world: Facts) -> None:
    pairs = {(row["channel"], row["market"]) for row in world.last_year}
    kind = {row["channel"]: row for row in world.rows["channels"]}
    assert {market for channel, market in pairs if kind[channel]["buyer"] == "own"} == {"DE", "JP", "US"}
    assert {market for channel, market in pairs if channel == "large_retail"} == {"DE", "IT"}
    for channel in ("own_shop", "franchise", "independent"):
        assert {market for of, market in pairs if of == channel} == {"IT", "FR", "ES"}
    assert pairs == {(row["channel"], row["market"]) for row in world.rows["lanes"] if not row["to"]}
    held = {(row["channel"], row["market"]) for row in world.rows["customers"]}
    assert held == {pair for pair in pairs if kind[pair[0]]["kind"] == "stockist"}
    counts = {channel: sum(row["channel"] == channel for row in world.rows["customers"]) for channel in kind}
    assert (
        counts["branch"] + counts["branch_overseas"],
        counts["large_retail"],
        counts["franchise"],
        counts["independent"],
    ) == (3, 10, 100, 560)
    assert all(
        row["price_eur"] == row["consumer_eur"]
        for row in world.rows["prices"]
        if kind[row["channel"]]["kind"] == "direct"
    )


def test_segment_mix_sums_to_one(world: Facts) -> None:
    kind = {row["segment"]: row["kind"] for row in world.rows["segments"]}
    for channel in world.rows["channels"]:
        shares = {row["segment"]: row["share"] for row in world.rows["mix"] if row["channel"] == channel["channel"]}
        assert sum(shares.values()) == pytest.approx(1.0)
        assert {kind[segment] for segment in shares} == {"consumer"}
    assert {kind[row["segment"]] for row in world.rows["customers"]} == {"trade"}


def test_every_item_is_made_or_bought_and_every_part_is_used(world: Facts) -> None:
    for item in world.items:
        assert (item in world.steps) != (item in world.buy)
        assert (item in world.bill) == (item in world.steps)
    assert len(world.needs()) > 120
    assert {item for item, row in world.items.items() if row["sold"]} == set(world.yearly())
    idle = [
        item
        for item, row in world.items.items()
        if row["category"] in ("raw", "block", "quilt") and item not in world.needs()
    ]
    assert idle == []
    deepest = max(_depth(world, item) for item in world.items)
    assert deepest == 5  # chemicals, block, quilt, cover, mattress


def _depth(world: Facts, item: str) -> int:
    return 1 + max((_depth(world, component) for component, _ in world.bill.get(item, [])), default=0)


def test_capacity_is_tight_and_saturates_at_forty_percent_more(world: Facts) -> None:
    loads = world.load()
    tightest = max(loads, key=lambda centre: loads[centre][0])
    assert tightest in ("sewing", "assembly")
    assert 0.80 <= loads[tightest][0] <= 0.85
    peak = max(row["index"] for row in world.rows["season"] if row["season"] == "retail")
    assert 0.9 <= loads[tightest][0] * (1.0 + (peak - 1.0) * 0.85) <= 1.0  # Japan and China peak in other months
    more = world.load(1.4)
    assert more["sewing"][0] > more["sewing"][1] + 0.05
    assert more["assembly"][0] > more["assembly"][1] + 0.05


def test_contribution_leaves_a_thin_profit(world: Facts) -> None:
    needs = world.needs()
    material = sum(units * world.buy[item] for item, units in needs.items() if item in world.buy)
    hour = {row["work_centre"]: row["cost_eur_h"] / row["efficiency"] for row in world.rows["work_centres"]}
    machine = sum(
        step["run_h_per_unit"] * needs.get(item, 0.0) * hour[step["work_centre"]]
        for item, steps in world.steps.items()
        for step in steps
    )
    assert 0.30 <= 1.0 - (material + machine) / world.turnover() <= 0.36
    for row in world.last_year:
        parts = world.explode(row["item"])
        cost = sum(
            units
            * (
                world.buy.get(item, 0.0)
                + sum(step["run_h_per_unit"] * hour[step["work_centre"]] for step in world.steps.get(item, []))
            )
            for item, units in parts.items()
        )
        assert cost < world.price[row["item"], row["channel"]]["price_eur"], (row["item"], row["channel"])


def test_consumer_prices_lie_around_their_reference(world: Facts) -> None:
    ratio = [row["consumer_eur"] / row["reference_eur"] for row in world.rows["prices"]]
    assert min(ratio) > 0.96
    assert max(ratio) < 1.04
    assert sum(ratio) / len(ratio) == pytest.approx(1.0, abs=0.003)


def test_figures_of_the_calibration(world: Facts) -> None:
    for row in world.rows["segments"]:
        if row["kind"] == "consumer":  # CDNOW; alpha = r: one purchase a life on average
            assert (row["r"], row["alpha_lives"], row["a"], row["b"]) == (0.243, 0.243, 0.793, 2.426)
    modes = {row["mode"]: row for row in world.rows["modes"]}
    for mode, share, mean in (("truck", 0.161, 17.6), ("ocean", 0.175, 39.9), ("air", 0.096, 23.3)):  # SCMS
        row = modes[mode]
        assert row["late_share"] == share
        assert row["late_sigma"] == 1.197
        assert row["late_median_d"] * math.exp(row["late_sigma"] ** 2 / 2.0) == pytest.approx(mean, rel=0.002)
    offered = {row["service"]: row["offered_share"] for row in world.rows["services"]}
    assert offered == {
        "financing": 0.87,
        "needs_analysis": 1.0,
        "installation": 1.0,
        "used_collection": 0.35,
        "use_followup": 0.10,
    }  # GfK 2019
    financed = next(row for row in world.rows["services"] if row["service"] == "financing")
    assert 0.2 <= financed["offered_share"] * financed["use_share"] <= 0.3  # US furniture 2016
    late = next(row for row in world.rows["attributes"] if row["attribute"] == "punctuality")
    assert (late["kano"], late["gain"]) == ("must_be", 0.0)  # early earns nothing
    slow = next(row for row in world.rows["attributes"] if row["attribute"] == "lead_time")
    both = late["loss"] + slow["loss"] * (1.0 - math.exp(-(12.0 + 15.0) / slow["tolerance"]))  # two weeks late, slow as well
    assert both * Settings(name="x").satisfaction.answer_slope == pytest.approx(3.5, abs=0.3)  # [logit] Olist: 1 star 6.6 -> 69.7 %


def test_opening_is_near_steady_state(world: Facts) -> None:
    stock = {row["item"]: row["on_hand"] for row in world.rows["stock"]}
    daily = {item: units / 365.0 for item, units in world.needs().items()}
    sold = [item for item, row in world.items.items() if row["sold"]]
    assert 0.7 <= sum(stock[item] for item in sold) / sum(daily[item] for item in sold) <= 1.7  # after the busy season: .6 to 1.4 days by the years of as_is
    assert max(stock[item] / daily[item] for item in sold if daily[item] > 5.0) < 6.0
    process = sum(row["qty"] for row in world.rows["receipts"] if row["kind"] == "production")
    mattresses = sum(daily[item] for item in sold if world.items[item]["category"] == "mattress")
    assert 3.0 <= process / mattresses <= 5.0  # as as_is has it a week into later years; with a fifth of a day its first January was later than all others
    lead = {row["item"]: row["lead_time_days"] for row in world.rows["supply"] if row["priority"] == 1}
    coming: dict[str, float] = {}
    for row in world.rows["receipts"]:
        if row["kind"] == "purchase":
            coming[row["item"]] = coming.get(row["item"], 0.0) + row["qty"]
            assert 0 < (row["due"] - dt.date(2026, 1, 5)).days <= lead[row["item"]] + 7
    for item in world.buy:
        have = (stock[item] + coming.get(item, 0.0)) / daily[item]
        assert have > lead[item], item  # on hand and on the way outlast the lead time
        assert have < lead[item] + world.items[item]["cover_d"] + 15.0, item


def test_open_sales_are_a_few_days_of_trade_demand(world: Facts) -> None:
    kind = {row["channel"]: row["kind"] for row in world.rows["channels"]}
    trade_d = sum(row["qty"] for row in world.last_year if kind[row["channel"]] == "stockist") / 365.0
    sales = world.rows["orders"]
    assert 3.0 <= sum(row["qty"] for row in sales) / trade_d <= 6.0
    account = {row["customer"]: (row["channel"], row["market"]) for row in world.rows["customers"]}
    lane = {(row["channel"], row["market"]): row["transit_d"] for row in world.rows["lanes"] if row["from"] == "plant"}
    for row in sales:
        left = (row["due"] - dt.date(2026, 1, 5)).days - lane[account[row["customer"]]]
        assert 1 <= left <= 14, row["order"]  # there is time to pick and carry it, and not too much


def test_summer_shut_down_and_easter(world: Facts) -> None:
    assert world.days_open("two_shift") == 242
    for row in world.rows["closures"]:
        if "summer" in row["source"]:
            first, last = dt.date.fromisoformat(str(row["first"])), dt.date.fromisoformat(str(row["last"]))
            assert (first.isoweekday(), (last - first).days) == (1, 13)
            assert first <= dt.date(first.year, 8, 15) <= last
        if "Easter" in row["source"]:
            day = dt.date.fromisoformat(str(row["first"]))
            assert day == _easter(day.year) + dt.timedelta(days=1)


def _easter(year: int) -> dt.date:
    """Easter Sunday by the anonymous Gregorian computus (Meeus)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return dt.date(year, month, day + 1)


def test_files_stay_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (FOLDER / "data").glob("*.csv")}
    assert max(sizes.values()) < 2_000_000
    assert pl.read_csv(FOLDER / "data" / "history.csv", infer_schema=False).height > 20_000
