"""The run folder: whole, readable, exact, and all or nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from report_synthetic import Study, synthetic_outcome, synthetic_study

from e2esim.config.door import load
from e2esim.domain.book import LineProblem
from e2esim.domain.build import build_world
from e2esim.kpi import measure
from e2esim.report.frames import named
from e2esim.report.manifest import fingerprint
from e2esim.report.output import history_frame, write_run
from worlds import tiny_world

ROWS = {"orders.parquet", "customers.parquet", "contacts.parquet", "events.parquet", "late_causes.parquet", "waiting.parquet"}


@pytest.fixture(scope="module")
def folder(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(study, tmp_path_factory.mktemp("runs") / "deep" / "run")


def test_every_file_is_there_and_named_in_the_manifest(folder: Path) -> None:
    found = {path.name for path in folder.iterdir()}
    assert found == ROWS | {"manifest.json", "finished.json", "kpis.csv", "pnl.csv", "accounts.xlsx", "experiences.csv", "report.html"}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["files"]) == found - {"manifest.json", "finished.json"}
    assert all(manifest["files"][name] == (folder / name).stat().st_size for name in manifest["files"])
    assert manifest["seed"] == 1
    assert manifest["start"] == "2026-01-05"
    assert manifest["config"]["horizon"] == {"start": "2026-01-05", "days": 365, "warmup_days": 28, "journeys": 0, "tick_h": 1.0}
    assert manifest["packages"]["polars"] == pl.__version__
    assert manifest["wall_s"] == 12.3


def test_orders_read_back_as_they_were(folder: Path, study: Study) -> None:
    frame, book, labels = pl.read_parquet(folder / "orders.parquet"), study.first.orders, study.first.labels
    assert frame.height == book.n
    assert frame["channel"].to_list() == [labels.channels[k] for k in book.filled("channel")]
    assert frame["item"].to_list() == [labels.items[k] for k in book.filled("item")]
    np.testing.assert_array_equal(frame["promised_h"].to_numpy(), book.filled("promised"))
    np.testing.assert_array_equal(frame["delivered_h"].is_null().to_numpy(), np.isnan(book.filled("delivered")))
    assert frame["revenue_eur"].sum() == pytest.approx(float(book.filled("revenue_eur").sum()), rel=1e-6)
    assert (frame["consumer"].is_null().to_numpy() == (book.filled("consumer") < 0)).all()
    defect = frame["problems"].cast(pl.String).str.contains("defect").to_numpy()
    np.testing.assert_array_equal(defect, (book.filled("problems") & LineProblem.DEFECT) > 0)
    assert set(frame["kind"].unique()) == {"direct", "sell_out", "replenish"}
    assert frame.filter(pl.col("csat_true") == 0).height == 0


def test_customers_are_consumers_and_accounts(folder: Path, study: Study) -> None:
    frame = pl.read_parquet(folder / "customers.parquet")
    run = study.first
    assert frame.height == run.consumers.n + run.accounts.n
    consumers = frame.filter(pl.col("class") == "consumer")
    assert consumers.height == run.consumers.n
    np.testing.assert_array_equal(consumers["last_h"].to_numpy(), run.consumers.filled("last"))
    opening = run.opening_last.shape[0]
    np.testing.assert_array_equal(consumers["opening_last_h"][:opening].to_numpy(), run.opening_last)
    assert consumers["opening_last_h"][opening:].null_count() == run.consumers.n - opening
    own = run.terms.channel_buyer[run.accounts.filled("channel")] == 2
    assert frame.filter(pl.col("class") == "own branch").height == own.sum()
    trade = frame.filter(pl.col("class") != "consumer")
    lines = pl.read_parquet(folder / "orders.parquet").filter(pl.col("account").is_not_null())
    costs = ("cost_eur", "freight_eur", "picking_eur", "service_eur", "penalty_eur", "commission_eur", "credit_eur")
    left = lines.select(pl.col("revenue_eur").cast(pl.Float64) + pl.col("fee_eur").cast(pl.Float64) - pl.sum_horizontal(pl.col(costs).cast(pl.Float64)))
    assert trade["value_eur"].sum() == pytest.approx(left.to_series().sum(), rel=1e-4)


def test_contacts_and_events_have_names(folder: Path, study: Study) -> None:
    contacts, events = pl.read_parquet(folder / "contacts.parquet"), pl.read_parquet(folder / "events.parquet")
    assert contacts.height == study.first.contacts.n
    assert events.height == len(study.first.events["t"])
    assert contacts["reason"].n_unique() == 5
    done = events.filter(pl.col("kind") == "operation_done")
    assert done["place_name"].to_list()[:2] == ["Foaming", "Foaming"]
    assert events.filter(pl.col("kind") == "called_off")["place_name"][1] == "Weaver & Sons"
    counted = events.filter(pl.col("kind") == "stock_counted")["place_name"]
    assert set(counted) == {"own branches", "plant"}


def test_kpis_csv_is_the_table(folder: Path, study: Study) -> None:
    frame = pl.read_csv(folder / "kpis.csv")
    assert frame.columns == ["kpi", "unit", "dimension", "member", "mean", "ci_low", "ci_high", "n"]
    assert frame.height == study.table.height
    otif = frame.filter((pl.col("kpi") == "otif") & (pl.col("dimension") == "all"))
    assert otif["mean"].to_list() == [study.kpis["otif"].value]
    assert {"all", "channel", "segment", "brand", "market"} <= set(frame["dimension"])


def test_replications_are_written_one_row_each(studies: Study, tmp_path: Path) -> None:
    run = write_run(studies, tmp_path / "run", report=False)
    frame = pl.read_csv(run / "replications.csv")
    assert frame.filter(pl.col("kpi") == "otif")["replication"].to_list() == [1, 2, 3, 4]
    assert not (run / "report.html").exists()
    kpis = pl.read_csv(run / "kpis.csv").filter((pl.col("kpi") == "otif") & (pl.col("dimension") == "all"))
    assert kpis["ci_low"][0] < kpis["mean"][0] < kpis["ci_high"][0]


def test_an_existing_folder_is_refused_and_untouched(study: Study, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "mine.txt").write_text("keep")
    with pytest.raises(FileExistsError, match="exists already"):
        write_run(study, tmp_path / "run", report=False)
    assert [path.name for path in tmp_path.rglob("*")] == ["run", "mine.txt"]


def test_a_failed_write_leaves_nothing(study: Study, tmp_path: Path) -> None:
    """A code without a label stops the writing of contacts, after kpis and orders are on disk."""
    outcome = synthetic_outcome()
    outcome.contacts["channel"][3] = 77
    with pytest.raises(ValueError, match="code 77 has no name"):
        write_run(replace(study, first=outcome), tmp_path / "run", report=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files through the operating system")
def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """The system refuses files beyond 30 kB, as a full disk would: in the middle of the rows."""
    code = f"""
import resource, sys
sys.path[:0] = [{str(Path(__file__).parent)!r}]
from pathlib import Path
from report_synthetic import synthetic_outcome, synthetic_study
from e2esim.report.output import write_run
study = synthetic_study(synthetic_outcome())
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
try:
    write_run(study, Path({str(tmp_path)!r}) / "run", report=False)
except Exception as error:
    print("refused", type(error).__name__)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("refused"), done.stderr
    assert list(tmp_path.iterdir()) == []


def test_fingerprint_follows_settings_and_data_only(study: Study, tmp_path: Path) -> None:
    scenario = load([f"scenario={tiny_world(tmp_path / 'tiny')}"])
    settings, tables = scenario.settings, dict(scenario.tables)
    first = fingerprint(settings, None, tables)
    assert first == fingerprint(settings, None, dict(reversed(tables.items())))
    assert first != fingerprint(replace(settings, seed=2), None, tables)
    tables["items"] = tables["items"].with_columns(pl.col("weight_kg") * 1.0001)
    assert first != fingerprint(settings, None, tables)
    world = build_world(scenario)
    whole = fingerprint(settings, world, None)
    assert whole == fingerprint(settings, build_world(scenario), None)
    heavier = replace(world, items=replace(world.items, weight_kg=world.items.weight_kg * 1.0001))
    assert whole != fingerprint(settings, heavier, None)


def test_manifest_hash_is_the_same_for_the_same_study(study: Study, tmp_path: Path) -> None:
    hashes = set()
    for name in ("a", "b"):
        run = write_run(study, tmp_path / name, report=False)
        hashes.add(json.loads((run / "manifest.json").read_text(encoding="utf-8"))["hash"])
    assert len(hashes) == 1


def test_codes_become_names_and_negative_ones_null() -> None:
    column = named(np.array([1, -1, 0], dtype=np.int16), ["a", "b"])
    assert column.to_list() == ["b", None, "a"]
    assert named(np.array([0, 1], dtype=np.uint8), ["same", "same"]).to_list() == ["same", "same"]


def test_a_study_without_rows_writes_kpis_and_a_page(study: Study, tmp_path: Path) -> None:
    run = write_run(synthetic_study_without_rows(study), tmp_path / "run")
    assert {path.name for path in run.iterdir()} == {"manifest.json", "finished.json", "kpis.csv", "report.html"}
    assert "no pictures" in (run / "report.html").read_text(encoding="utf-8")


def synthetic_study_without_rows(study: Study) -> Study:
    return replace(study, first=None)


def test_synthetic_years_with_one_seed_are_equal() -> None:
    one, two = (synthetic_study(synthetic_outcome(seed=5, consumers=500)) for _ in range(2))
    assert one.table.equals(two.table)


def test_the_last_year_stands_beside_the_run(study: Study) -> None:
    """history_kpis against the run, at scale 1."""
    history = pl.DataFrame(
        [{"kpi": "turnover", "dimension": "all", "member": "all", "value": 1e6, "tolerance": 0.02, "fitted": False}],
    )
    row = history_frame(history, measure(study.first), study.first.scale).row(0, named=True)
    assert row["run"] == pytest.approx(study.kpis["turnover"].value / study.first.scale)
    assert row["gap"] == pytest.approx(row["run"] / 1e6 - 1.0)
    assert not row["met"]
