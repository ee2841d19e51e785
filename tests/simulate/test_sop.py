"""S&OP inside a run: what it opens, what it costs, what it is good for, and that it leaves alone what lacks nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from e2esim.domain.events import Event
from e2esim.report.sop_facts import read_sop, sop_frame

RUNS = 3
LONG = {"horizon": {"days": 150}}
MORE = "market.demand_factor=3.0"


def pair(tiny: Any, number: int, *overrides: str) -> tuple[Any, Any]:
    """The same world without and with S&OP."""
    off, on = (tiny("sop", f"sop={rule}", *overrides, settings=LONG, replication=number) for rule in ("off", "monthly"))
    return off, on


def shifts(run: Any) -> pl.DataFrame:
    return sop_frame(run.outcome).filter((pl.col("fact") == "shift") & (pl.col("value") > 0))


def extra_hours(run: Any) -> dict[int, float]:
    """Machine hours of overtime and extra shifts by week and work centre 0."""
    e = run.outcome.events
    rows = (e["kind"] == Event.EXTRA_PAID) & (e["place"] == 0)
    weeks = (e["t"][rows] // 168).astype(int).tolist()
    return dict(zip(weeks, e["quantity"][rows].tolist(), strict=True))


@pytest.mark.long
def test_where_nothing_lacks_nothing_changes(tiny: Any) -> None:
    """Demand as planned for: S&OP opens nothing, and every KPI is the same to the last bit."""
    off, on = pair(tiny, 0)
    assert shifts(on).is_empty()
    assert on.kpis.frame.equals(off.kpis.frame)
    assert off.outcome.sop == {}
    assert len(set(on.outcome.sop["cycle"].tolist())) == 6  # January to June


@pytest.mark.long
def test_shifts_pay_for_themselves(tiny: Any) -> None:
    """Demand far above the hours: shifts open a lead time ahead, more is delivered, and what is left after paying them is more."""
    runs = [pair(tiny, k, MORE) for k in range(RUNS)]
    for _, on in runs:
        assert not shifts(on).is_empty()
        assert shifts(on)["month"].min() >= "2026-02"  # a month of lead time
    for name, sign in (("turnover", 1), ("contribution", 1), ("operating_result", 1), ("overtime_cost", 1)):
        gain = np.array([sign * (on.kpi(name) - off.kpi(name)) for off, on in runs])
        assert gain.mean() > 0, name
        assert (gain > 0).sum() >= RUNS - 1, name


def test_a_decided_shift_is_worked_and_paid(tiny: Any) -> None:
    """From the first week of its month on, the shop gets the hours, whole month through, and the money leaves."""
    run = pair(tiny, 0, MORE)[1]
    first = shifts(run).filter(pl.col("name") == "foaming").row(0, named=True)
    month = first["month"]
    hours = extra_hours(run)
    inside = [w for w in hours if (np.datetime64("2026-01-05") + 7 * w).astype("datetime64[M]") == np.datetime64(month)]
    assert len(inside) >= 4
    assert all(hours[w] >= first["value"] - 1e-6 for w in inside)
    usual = run.world.centres.overtime_h_week[0]
    assert any(hours[w] > usual for w in inside) or first["value"] <= usual
    assert max((h for w, h in hours.items() if w < min(inside)), default=0.0) <= usual + 1e-6  # before: overtime alone
    rate = run.world.centres.overtime_eur_h[0]
    e = run.outcome.events
    rows = (e["kind"] == Event.EXTRA_PAID) & (e["place"] == 0)
    cost = e["value"][rows] / e["quantity"][rows]
    assert (cost >= rate - 1e-9).all()
    assert (cost <= 1.5 * rate + 1e-9).all()


def test_the_facts_of_a_cycle_add_up(tiny: Any) -> None:
    """Stock of a month = stock of the month before + production - delivered, by family, in every cycle."""
    run = pair(tiny, 0, MORE)[1]
    table = sop_frame(run.outcome)
    for (_, _), rows in table.filter(pl.col("fact").is_in(["stock", "production", "delivered"])).group_by(["cycle", "name"]):
        wide = rows.pivot(on="fact", index="month", values="value").sort("month")
        change = wide["stock"].diff().drop_nulls()
        assert (change - (wide["production"] - wide["delivered"])[1:]).abs().max() < 1e-6
    months = read_sop(run.outcome)
    assert [m.month for m in months] == ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"]
    money = table.filter(pl.col("fact").is_in(["contribution", "value"])).pivot(on="fact", index=["cycle", "month"], values="value")
    assert (money["contribution"] >= money["value"] - 1e-6).all()


@pytest.mark.long
def test_silos_open_nothing(tiny: Any) -> None:
    """Overtime and extra shifts are nobody's target: the cycle runs, and everything stays as it is."""
    off, on = pair(tiny, 0, MORE, "planning=silo")
    assert shifts(on).is_empty()
    assert on.kpis.frame.equals(off.kpis.frame)
    assert len(on.outcome.sop["cycle"]) > 0


def test_a_frame_contract_brings_material(tiny: Any) -> None:
    """A supplier that is too small for the demand is asked for more, and more is called off."""

    def small(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row | {"weekly_capacity": 400} if row["supplier"] == "weaver" and row["item"] == "fabric" else row for row in rows]

    off, on = (tiny("weaver", f"sop={rule}", settings=LONG, supply=small) for rule in ("off", "monthly"))
    frames = sop_frame(on.outcome).filter(pl.col("fact") == "frame")
    assert set(frames["name"]) == {"weaver/fabric"}
    assert frames["value"].max() == pytest.approx(100.0, rel=0.01)

    def called(run: Any) -> float:
        e = run.outcome.events
        rows = (e["kind"] == Event.CALLED_OFF) & (e["item"] == run.world.items.ids.index("fabric"))
        return float(e["quantity"][rows].sum())

    assert called(on) > 1.03 * called(off)
