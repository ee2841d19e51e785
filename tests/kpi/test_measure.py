"""The room as a whole: ranges, empty runs, bad codes, determinism, the catalogue."""

from __future__ import annotations

import warnings

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kpi_worlds import outcome, random_outcome, table, terms

from e2esim.domain.book import CONSUMER_COLUMNS, CONTACT_COLUMNS, ORDER_COLUMNS
from e2esim.domain.outcome import ACCOUNT_COLUMNS, Outcome
from e2esim.kpi import measure
from e2esim.kpi.catalogue import CATALOGUE, Kpi
from e2esim.kpi.groups import Groups
from e2esim.kpi.table import SCHEMA, Findings

REQUIRED = [
    "crr",
    "acs",
    "cdr",
    "clv",
    "csat",
    "csat_mean",
    "nps",
    "ces",
    "otif",
    "on_time",
    "on_time_timestamp",
    "lead_time",
    "fill_rate",
    "stock_turns",
    "margin",
    "returns",
    "first_contact_resolution",
    "cash_to_cash",
    "crr_due",
    "acs_value",
    "acs_leavers",
    "acs_stayers",
    "clv_realised",
    "csat_true",
    "csat_mean_true",
    "nps_true",
    "ces_true",
    "ces_easy_share",
    "effort_score",
    "churn",
    "promise_lead",
    "days_late",
    "flexibility",
    "reactivity",
    "capacity_load",
    "forecast_error",
    "cost_to_serve",
    "contribution",
    "turnover",
    "answer_time",
    "contacts_per_100_orders",
    "lost_sales",
    "orders",
    "perfect_order",
    "ready_delivery",
    "transport_co2",
    "inbound_co2",
]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 120), st.integers(1, 60))
def test_every_value_lies_in_its_range(seed: int, rows: int, people: int) -> None:
    table = measure(random_outcome(seed, rows, people))
    for kpi, member, value, n in table.frame.select("kpi", "member", "value", "n").iter_rows():
        assert n >= 0
        assert value is None or CATALOGUE[kpi].holds(value), (kpi, member, value)


def test_a_run_of_nothing_is_null_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = measure(outcome())
    told = {name for name, (value, _) in table.headline.items() if value is not None}
    amounts = ("lines", "pcs", "customers", "EUR", "h", "shortages", "calls", "times", "needs", "modules", "answers", "views", "kg CO2e")
    counts = {name for name in told if CATALOGUE[name].unit.split("/")[0] in amounts}
    days = {"staff_trained", "disrupted_days", "sale_days"}  # of training, with an event, of looking around: none
    assert told == counts | days
    assert set(table.notes) == set(CATALOGUE) - told
    assert all(table.headline[name][0] == 0.0 for name in told)


def test_no_answers_is_null_but_the_population_is_told() -> None:
    rows = table(ORDER_COLUMNS, placed=[900.0], delivered=[950.0], csat_true=[4], nps_true=[9], ces_true=[6])
    k = measure(outcome(orders=rows))
    assert k.value("csat") is None
    assert k.notes["csat"] == "no survey answers in the reporting window"
    assert k.value("csat_true") == 1.0
    assert k.value("response_rate") == 0.0


def test_two_readings_are_the_same_to_the_last_bit() -> None:
    run = random_outcome(3)
    assert measure(run).frame.equals(measure(run).frame)


def test_measuring_changes_nothing() -> None:
    run = random_outcome(4)
    before = {name: run.orders.filled(name).copy() for name in ORDER_COLUMNS} | {
        name: run.consumers.filled(name).copy() for name in CONSUMER_COLUMNS
    }
    measure(run)
    after = {name: run.orders.filled(name) for name in ORDER_COLUMNS} | {
        name: run.consumers.filled(name) for name in CONSUMER_COLUMNS
    }
    for name, column in before.items():
        np.testing.assert_array_equal(column, after[name], err_msg=name)


def test_breakdowns_add_up() -> None:
    """What is counted by channel, segment or market is counted once over all; brand too, for sold items."""
    table = measure(random_outcome(5)).frame
    for kpi in ("orders", "purchases", "turnover", "customers", "pieces_delivered"):
        total = table.filter((pl.col("kpi") == kpi) & (pl.col("dimension") == "all"))["value"].item()
        for dimension in ("channel", "segment", "market"):
            part = table.filter((pl.col("kpi") == kpi) & (pl.col("dimension") == dimension))["value"].sum()
            assert part == pytest.approx(total), (kpi, dimension)


@pytest.mark.parametrize(
    ("tables", "column", "code"),
    [
        ({"orders": table(ORDER_COLUMNS, item=[4])}, "item", 4),
        ({"orders": table(ORDER_COLUMNS, channel=[3])}, "channel", 3),
        ({"orders": table(ORDER_COLUMNS, consumer=[0])}, "consumer", 0),
        ({"orders": table(ORDER_COLUMNS, account=[0])}, "account", 0),
        ({"consumers": table(CONSUMER_COLUMNS, category=[2])}, "category", 2),
        ({"contacts": table(CONTACT_COLUMNS, row=[0])}, "row", 0),
        ({"accounts": table(ACCOUNT_COLUMNS, segment=[9])}, "segment", 9),
        ({"terms": terms(item_brand=np.array([0, 2, 0, -1]))}, "item_brand", 2),
    ],
)
def test_a_code_without_a_label_is_refused(tables: dict[str, object], column: str, code: int) -> None:
    """Kernels do not check bounds, so the room does."""
    with pytest.raises(ValueError, match=rf"{column} holds code {code}"):
        measure(outcome(**tables))


def test_an_outcome_that_does_not_fit_its_labels_is_refused() -> None:
    with pytest.raises(ValueError, match=r"item_weight_kg has shape \(2,\), expected \(4,\)"):
        outcome(terms=terms(item_weight_kg=np.ones(2)))
    with pytest.raises(ValueError, match="window"):
        outcome(warmup_h=91 * 24.0)


def test_activity_windows_follow_product_life() -> None:
    windows = outcome().terms.active_windows()
    assert windows.shape == (3, 2)
    assert windows[0].tolist() == [3650 * 24.0, 3650 * 24.0 / 5]


def test_the_catalogue_is_complete_and_every_kpi_is_measured() -> None:
    assert set(REQUIRED) <= set(CATALOGUE)
    run: Outcome = random_outcome(1)
    table = measure(run)
    assert list(table.headline) == list(CATALOGUE)
    assert dict(table.frame.schema) == SCHEMA
    for name, kpi in CATALOGUE.items():
        assert set(table.frame.filter(pl.col("kpi") == name)["dimension"].unique()) == set(kpi.dimensions)
    keys = table.frame.select("kpi", "dimension", "member")
    assert keys.n_unique() == keys.height


def test_nothing_is_measured_outside_the_catalogue() -> None:
    findings = Findings(Groups(outcome().labels))
    with pytest.raises(ValueError, match="does not break flexibility down by channel"):
        findings.put_members("flexibility", "channel", ("web",), np.ones(1), np.ones(1))
    with pytest.raises(ValueError, match="without a value: crr"):
        findings.table()


@pytest.mark.parametrize("wrong", [{"floor": 1.0, "ceiling": 1.0}, {"source": ""}, {"dimensions": ("channel",)}])
def test_a_catalogue_entry_is_checked_at_birth(wrong: dict[str, object]) -> None:
    good: dict[str, object] = dict.fromkeys(
        ("name", "label", "unit", "definition", "formula", "source", "counted"), "x"
    ) | {"better": "higher"}
    Kpi(**good)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="KPI"):
        Kpi(**(good | wrong))  # type: ignore[arg-type]


def test_unknown_row_of_the_table() -> None:
    with pytest.raises(KeyError, match="no KPI otif for channel nowhere"):
        measure(outcome()).value("otif", "channel", "nowhere")
