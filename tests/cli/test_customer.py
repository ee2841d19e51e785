"""``e2esim run --journeys`` keeps journeys, ``e2esim customer`` tells one."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from e2esim.cli.main import app
from worlds import tiny_world


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with about thirty journeys."""
    place = tmp_path_factory.mktemp("journeys")
    world, out = tiny_world(place / "tiny"), place / "run"
    words = ["run", f"scenario={world}", "horizon.days=60", "--journeys", "300", "--no-report", "-q", "-o", str(out)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    return out


def test_a_journey_in_words(run: Path) -> None:
    """Every moment of the customer is a line, with its satisfaction at the end; the list names who is kept."""
    kept = pl.read_parquet(run / "journeys.parquet")
    assert kept["consumer"].n_unique() > 5
    number = int(kept.filter(pl.col("kind") == "hand_over")["consumer"][0])
    told = CliRunner().invoke(app, ["customer", str(run), str(number)])
    assert told.exit_code == 0
    moments = kept.filter((pl.col("consumer") == number) & pl.col("satisfaction").is_not_null())
    assert told.output.count(" -> ") == moments.height > 0
    assert "days after the order" in told.output
    named = json.loads(CliRunner().invoke(app, ["customer", str(run), "--json"]).output)
    assert {row["consumer"] for row in named} == set(kept["consumer"].to_list())


def test_what_is_felt_is_the_sum_of_the_experiences(run: Path) -> None:
    """The ledger explains the whole way from the product's benefit to S: feelings of a delivery add up to S, but for the pairs and the gate."""
    kept, lines = pl.read_parquet(run / "journeys.parquet"), pl.read_parquet(run / "orders.parquet")
    handed = kept.filter(pl.col("kind") == "hand_over").group_by("row").agg(pl.col("satisfaction").max(), pl.col("t_h").max().alias("handed"))
    lived = kept.join(handed.select("row", "handed"), on="row").filter(pl.col("t_h") <= pl.col("handed")).group_by("row").agg(pl.col("feeling").sum())
    first = handed.join(lived, on="row")
    good = first.join(lines.select("row", "price_ratio"), on="row").filter(pl.col("feeling") > -0.05)
    left = good["satisfaction"] * good["price_ratio"] - good["feeling"]
    assert (left - left.mean()).abs().max() < 0.35  # piece-to-piece fit of the product (sd .05)


def test_bad_input(run: Path, tmp_path: Path) -> None:
    """Exit code 2 and a remedy."""
    for words in ([str(tmp_path)], [str(run), "999999"]):
        found = CliRunner().invoke(app, ["customer", *words])
        assert found.exit_code == 2
        assert "customer" in found.output or "journeys" in found.output
