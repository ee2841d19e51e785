"""The tournament of precedence rules: same orders, same luck, honest words."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from e2esim.cli.main import app
from e2esim.config import load
from e2esim.config.places import groups
from e2esim.planning.precedence import RULES
from e2esim.report.tournament import differences_frame, mark, print_tournament, tournament_json, verdict, write_tournament
from e2esim.study.tournament import Tournament, tournament
from worlds import tiny_world

SHORT = ["horizon.days=60", "horizon.warmup_days=7"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_world(tmp_path_factory.mktemp("tournament") / "tiny")


def play(tiny: Path, *overrides: str, rules: tuple[str, ...], base: str = "fifo", replications: int = 3) -> Tournament:
    runs = {rule: load([f"scenario={tiny}", *SHORT, *overrides, f"precedence={rule}"]) for rule in rules}
    return tournament(runs, base=base, replications=replications, workers=1)


def test_every_rule_of_the_planning_room_is_an_option() -> None:
    assert set(groups()["precedence"]) == set(RULES)


@pytest.fixture(scope="module")
def scarce(tiny: Path) -> Tournament:
    """Half as much again as the plant can make."""
    return play(tiny, "market.demand_factor=2.0", rules=("fifo", "due_date", "optimised"), replications=5)


def test_in_a_scarce_world_the_rules_differ_and_first_come_first_served_is_late(scarce: Tournament) -> None:
    assert scarce.contenders == ("fifo", "due_date", "optimised")
    assert scarce.beats("optimised", "fifo", "otif") is True
    assert scarce.beats("fifo", "optimised", "otif") is False
    assert scarce.differences["optimised", "fifo"]["otif"].difference > 0.1


def test_pairs_are_mirror_images_and_means_are_means(scarce: Tournament) -> None:
    there, back = scarce.differences["due_date", "fifo"]["contribution"], scarce.differences["fifo", "due_date"]["contribution"]
    assert there.difference == pytest.approx(-back.difference)
    assert (there.ci_low, there.ci_high) == pytest.approx((-back.ci_high, -back.ci_low))
    own = scarce.per_replication.filter((pl.col("scenario") == "fifo") & (pl.col("kpi") == "contribution"))["value"]
    assert len(own) == 5
    assert scarce.means["fifo"]["contribution"] == pytest.approx(float(own.mean()))  # type: ignore[arg-type]


def test_in_an_ample_world_no_difference_is_seen_and_it_says_so(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Demand far below the plant: everybody is served at once, whoever goes first."""
    found = play(tiny, "market.demand_factor=0.3", rules=("due_date", "optimised"), base="due_date")
    assert found.beats("optimised", "due_date", "contribution") is None
    assert found.beats("optimised", "due_date", "customer_value") is None
    assert verdict(found) == "No difference seen between any two of them."
    print_tournament(found, "precedence")
    told = capsys.readouterr().out
    assert "no difference seen" in told
    assert "No difference seen between any two of them." in told


def test_folder_and_json_hold_every_pair(scarce: Tournament, tmp_path: Path) -> None:
    folder = write_tournament(scarce, "precedence", tmp_path / "out", ["scenario=tiny"])
    assert {path.name for path in folder.iterdir()} == {"differences.parquet", "replications.parquet", "tournament.xlsx", "manifest.json", "finished.json"}
    frame = pl.read_parquet(folder / "differences.parquet")
    assert frame.equals(differences_frame(scarce))
    assert frame.select("contender", "against").n_unique() == 6
    sheet = pl.read_excel(folder / "tournament.xlsx", sheet_name="Every pair", engine="calamine")
    assert sheet.height == frame.height
    told = json.loads((folder / "manifest.json").read_text())["tournament"]
    assert told == json.loads(json.dumps(tournament_json(scarce, "precedence")))
    assert told["differences"]["optimised against fifo"]["otif"]["word"] == "better"
    with pytest.raises(FileExistsError):
        write_tournament(scarce, "precedence", folder, [])


def test_marks_follow_the_better_side_of_a_kpi(scarce: Tournament) -> None:
    assert mark(scarce.differences["optimised", "fifo"]["otif"]) == "+"
    assert mark(scarce.differences["fifo", "optimised"]["otif"]) == "-"
    assert mark(None) == "?"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rules", "fifo,lifo"], "lifo"),
        (["--rules", "fifo"], "needs two"),
        (["--group", "precedance"], "precedence"),
        (["--rules", "margin,optimised", "--base", "priority"], "takes no part"),
        (["precedence=fifo"], "the tournament chooses it"),
        (["market.demand_factr=2"], "demand_factor"),
    ],
)
def test_bad_input_is_named_and_nothing_is_written(tiny: Path, tmp_path: Path, arguments: list[str], message: str) -> None:
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["tournament", f"scenario={tiny}", "--out", str(out), *arguments])
    assert result.exit_code == 2
    assert message in result.output
    assert not out.exists()
