"""Paired comparison: what it may say and what not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats
from typer.testing import CliRunner

from e2esim.application.comparison_words import asked
from e2esim.application.study_words import question
from e2esim.cli.main import app
from e2esim.config import load
from e2esim.config.experiment import load_experiment, split_run
from e2esim.config.problems import InputErrors
from e2esim.report.comparison import comparison_json, effects_said, print_comparison, word
from e2esim.report.whole_folder import what_is_missing
from e2esim.study.compare import Rule, compare, paired, still_to_run, still_wide
from e2esim.study.intervals import interval
from e2esim.study.judged import judged
from study_jobs import Toy
from worlds import tiny_world

SHORT = ["horizon.days=40", "horizon.warmup_days=5"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_world(tmp_path_factory.mktemp("compare") / "tiny")


def test_interval_is_students() -> None:
    values = [3.0, 4.5, 2.0, 5.5]
    low, high = stats.t.interval(0.95, 3, loc=np.mean(values), scale=stats.sem(values))
    assert interval(values) == pytest.approx((np.mean(values), low, high))


def test_equal_scenarios_show_no_difference(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    same = load([f"scenario={tiny}", *SHORT])
    found = compare({"a": same, "b": same}, replications=2, workers=1)
    assert len(found.differences["b"]) > 20
    assert {d.difference for d in found.differences["b"]} == {0.0}
    assert {word(d) for d in found.differences["b"]} == {"no difference seen"}
    print_comparison(found, ["otif", "csat_true"])
    told = capsys.readouterr().out
    otif = found.differences["b"][[gap.kpi for gap in found.differences["b"]].index("otif")]
    assert 0.1 < otif.base < 1.0
    assert "%, points" in told
    assert told.count(f" {100.0 * otif.base:.1f} ") == 2, told  # of both, in per cent
    assert told.count("no difference seen") == 2
    assert "judged together" in told
    assert comparison_json(found)["differences"]["b"]["otif"]["difference"] == 0.0


def test_what_only_its_own_interval_tells_from_zero_is_too_few_runs() -> None:
    """Abandoned calls .29 -> .71 in three pairs were called 'no difference seen' among 39 KPIs: outside its error bar, that word is wrong."""
    calls = paired("contact_abandoned", "share", [0.28, 0.30, 0.28], [0.62, 0.80, 0.71])
    still = [paired("otif", "share", [0.90, 0.91, 0.92], [0.91, 0.90, 0.92]) for _ in range(38)]
    among = judged([calls, *still], material=0.01)[0]
    assert not among.seen
    assert word(among) == "too few runs"
    assert word(judged([calls], material=0.01)[0]) == "worse"
    assert {word(gap) for gap in judged(still, material=0.01)} == {"no difference seen"}
    small = paired("otif", "share", [0.9000, 0.9100, 0.9200], [0.9001, 0.91011, 0.9201])
    assert word(judged([small, *still], material=0.01)[0]) == "immaterial"  # too small to matter: no more runs are asked for


@pytest.mark.long
def test_slower_quotes_are_seen(tiny: Path) -> None:
    runs = {name: load([f"scenario={tiny}", "promise=quoted", *SHORT, f"market.demand_factor={f}"]) for name, f in (("base", 1.0), ("more", 3.0))}
    found = {d.kpi: d for d in compare(runs, replications=4, workers=1).differences["more"]}
    assert found["purchases"].seen
    assert found["purchases"].difference > 0
    assert found["purchases"].base * 2 < found["purchases"].other


def test_pairing_narrows_what_moves_together() -> None:
    rng = np.random.default_rng(3)
    luck = rng.normal(size=40)
    base, other = luck + rng.normal(scale=0.1, size=40), luck + 0.05 + rng.normal(scale=0.1, size=40)
    d = paired("otif", "share", base.tolist(), other.tolist())
    assert d.narrowing is not None
    assert d.narrowing == pytest.approx((base.var(ddof=1) + other.var(ddof=1)) / (other - base).var(ddof=1))
    assert d.narrowing > 20


def test_horizons_must_agree(tiny: Path) -> None:
    with pytest.raises(ValueError, match="same horizon"):
        compare({"a": load([f"scenario={tiny}"]), "b": load([f"scenario={tiny}", *SHORT])}, replications=2)


def test_experiments_name_their_problem(tmp_path: Path) -> None:
    assert list(split_run("x/as_is seed=3")) == ["scenario=x/as_is", "seed=3"]
    with pytest.raises(InputErrors, match="as_is_to_be"):
        load_experiment("as_is_to_bee")
    bad = tmp_path / "bad.yaml"
    bad.write_text("title: t\nruns: {a: [x]}\nreplication: 3\n")
    with pytest.raises(InputErrors, match="replication"):
        load_experiment(str(bad))


@pytest.mark.parametrize("name", ["service_vs_price", "best_cover"])
def test_shipped_sweeps_are_whole(name: str) -> None:
    asked_for = question([f"experiment={name}"])
    assert len(asked_for.factors) == 2
    for share in (0.0, 1.0):  # both ends are scenarios
        load([*asked_for.common, *(f"{key}={factor.at(share)}" for key, factor in asked_for.factors.items())])


@pytest.mark.long
def test_a_higher_price_sells_less_for_more(tiny: Path) -> None:
    runs = {name: load([f"scenario={tiny}", *SHORT, f"market.price_factor={factor}"]) for name, factor in (("as it is", 1.0), ("dearer", 1.15))}
    gaps = {gap.kpi: gap for gap in compare(runs, replications=6, workers=1, kpis=["purchases", "csat_mean_true"]).differences["dearer"]}
    assert gaps["purchases"].seen
    assert gaps["purchases"].difference < 0
    per_piece = [gaps["turnover"].other / gaps["pieces_delivered"].other, gaps["turnover"].base / gaps["pieces_delivered"].base]
    assert per_piece[0] / per_piece[1] == pytest.approx(1.15, rel=0.05)  # the mix may move a little


@pytest.mark.parametrize("name", ["as_is_to_be", "planning_silo"])
def test_shipped_experiments_load(name: str) -> None:
    found = load_experiment(name)
    for overrides in found.runs.values():
        assert load(overrides).settings.name


def toys(count: int, *, luck: float = 1.0, noise: float = 0.3) -> tuple[tuple[str, str, float, float, float], ...]:
    return tuple((f"kpi_{k}", "EUR/year", 10.0, luck, noise) for k in range(count))


def test_fifteen_kpis_without_a_true_difference_are_rarely_called_different() -> None:
    """Judged together at 95 %: one or more is seen in at most 5 % of comparisons; judged alone, in half of them."""
    together = alone = 0
    for seed in range(400):
        base, other = Toy(toys(15), 0, seed), Toy(toys(15), 1, seed)
        gaps = compare({"a": base, "b": other}, replications=5, workers=1).differences["b"]
        together += any(gap.seen for gap in gaps)
        alone += any(gap.p < 0.05 for gap in gaps)
    limit = 400 * 0.05 + 3 * (400 * 0.05 * 0.95) ** 0.5
    assert together <= limit
    assert alone > 400 * 0.4


@pytest.mark.parametrize(
    ("unit", "base", "other", "wide"),
    [
        ("h", [37.0, 38.0, 36.0, 37.0], [13.0, 14.5, 12.0, 13.5], False),  # 1.3 h is 3 % of 37 h, and a twentieth of the 24 h gained
        ("h", [37.0, 38.0, 36.0, 37.0], [36.0, 37.5, 35.0, 38.5], True),
        ("share", [0.003, 0.004, 0.002, 0.003], [0.004, 0.003, 0.003, 0.004], False),  # a tenth of a percentage point, whatever the level
        ("share", [0.9, 0.93, 0.88, 0.9], [0.9, 0.9, 0.91, 0.93], True),
        ("points", [2.0, 3.0, 2.5, 2.2], [2.4, 3.1, 2.9, 2.7], False),
        ("EUR/year", [5.0, 15.0, -8.0, 10.0], [9.0, 12.0, 2.0, 9.0], False),  # a result near zero of a firm that turns over 20,000
        ("EUR/year", [1500.0, 1600.0, 1450.0, 1500.0], [1500.0, 1500.0, 1500.0, 1500.0], True),
    ],
)
def test_what_is_precise_enough(unit: str, base: list[float], other: list[float], wide: bool) -> None:
    gaps = judged([paired("some", unit, base, other)], turnover=20_000.0)
    assert (still_wide(gaps, 0.02) == ("some",)) == wide
    assert bool(still_to_run({"b": gaps}, [], Rule(precision=0.02), 4)) == wide


def test_precision_runs_until_every_judged_interval_is_narrow() -> None:
    runs = {"a": Toy(toys(3, noise=1.0), 0), "b": Toy(toys(3, noise=1.0), 1)}
    loose, tight = (compare(runs, rule=Rule(replications=5, precision=p, most=2000), workers=1) for p in (0.2, 0.02))
    assert loose.replications < tight.replications
    assert tight.wide == ()
    assert all(gap.precision is not None and gap.precision <= 0.02 for gap in tight.differences["b"])
    capped = compare(runs, rule=Rule(replications=5, precision=0.001, most=40), workers=1)
    assert capped.replications == 40
    assert capped.wide == ("kpi_0", "kpi_1", "kpi_2")
    fixed = compare(runs, replications=tight.replications, workers=1)
    assert fixed.per_replication.sort("scenario", "replication", "kpi").equals(tight.per_replication.sort("scenario", "replication", "kpi"))


def test_two_workers_and_one_give_the_same_table() -> None:
    runs = {"a": Toy(toys(2), 0), "b": Toy(toys(2), 1)}
    one, two = (compare(runs, replications=6, workers=w).per_replication for w in (1, 2))
    assert one.equals(two)


def test_a_seen_difference_may_be_too_small_to_matter() -> None:
    up = tuple((name, unit, mean * 1.01, luck, noise) for name, unit, mean, luck, noise in toys(1, noise=0.001))
    runs = {"a": Toy(toys(1, noise=0.001), 0), "b": Toy(up, 1)}
    words = [word(compare(runs, replications=10, workers=1, material=m).differences["b"][0]) for m in (0.0, 0.02)]
    assert words == ["changed", "immaterial"]


def test_result_cash_and_productivity_are_told_apart() -> None:
    """A better result whose cash went into stock, agents who are busier, which is neither good nor bad by itself, and customers worth less."""

    def firm(result: float, cash: float, busy: float, worth: float) -> Toy:
        kpis = (("operating_result", "EUR/year", result), ("operating_cash_flow", "EUR/year", cash), ("desk_occupancy", "share", busy))
        kpis += (("customer_value", "EUR", worth),)
        return Toy(tuple((name, unit, mean, 0.001 * mean, 0.0) for name, unit, mean in kpis), 0)

    runs = {"a": firm(1000.0, 900.0, 0.4, 8000.0), "b": firm(1100.0, 700.0, 0.5, 7000.0)}
    (said,) = effects_said(compare(runs, replications=5, workers=1), 0.1)
    pnl, cash, productivity, customers = said.split("; ")
    assert "P&L: Operating result +1" in pnl
    assert "EUR/year* (better)" in pnl
    assert "cash: Operating cash flow -2" in cash
    assert "(worse)" in cash
    assert productivity.startswith("productivity: Occupancy of agents +1")
    assert productivity.endswith("points (changed)")
    assert customers.startswith("customers: Customer value at the end -1")
    assert customers.endswith("EUR* (worse).")


def test_overrides_beside_an_experiment_are_honoured_or_refused(tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "e.yaml"
    path.write_text(f"title: t\nruns: {{a: [scenario={tiny}], b: [scenario={tiny}, planning=silo]}}\nreplications: 2\n")
    assert asked(["seed=5"], str(path)).runs["b"] == [f"scenario={tiny}", "planning=silo", "seed=5"]
    for arguments, message in (
        (["-e", str(path), "market.demand_factr=2"], "demand_factor"),
        (["-e", str(path), "mattress_maker"], "its own runs"),
        (["-e", str(path), "--kpis", "otiff"], "otif"),
        ([str(tiny), f"scenario={tiny}"], "twice"),
        ([f"scenario={tiny}"], "nothing to compare"),
    ):
        result = CliRunner().invoke(app, ["compare", *arguments])
        assert (result.exit_code, result.exception.__class__) == (2, SystemExit), arguments
        assert message in result.output
    path.write_text(f"title: t\nruns: {{a: [scenario={tiny}], b: [scenario={tiny}, planning=silo]}}\nkpis: [otif, cast]\n")
    result = CliRunner().invoke(app, ["compare", "-e", str(path)])
    assert (result.exit_code, "csat" in result.output) == (2, True)


def test_the_folder_holds_every_value_and_says_what_is_scaled(tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    words = [f"scenario={tiny}", f"scenario={tiny} market.demand_factor=3", *SHORT, "scale=0.5", "--kpis", "otif,purchases,turnover"]
    result = CliRunner().invoke(app, ["compare", *words, "-n", "2", "-w", "1", "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "of the small copy" in " ".join(result.output.split())
    assert what_is_missing(out) == []
    page = (out / "report.html").read_text(encoding="utf-8")
    for text in ("market.demand_factor", "judged together", "Turnover*", "CRN", "scale=0.5"):
        assert text in page, text
    values = pl.read_parquet(out / "replications.parquet")
    assert set(values["replication"]) == {1, 2}
    assert values.filter(pl.col("kpi") == "otif")["label"].unique().to_list() == ["On time in full (OTIF)"]
    frame = pl.read_parquet(out / "differences.parquet")
    assert frame.filter(pl.col("kpi") == "turnover")["amounts"].to_list() == ["of a world of 50 % size"]
    assert set(frame.filter("asked_for")["kpi"]) == {"otif", "purchases", "turnover"}
    assert set(pl.read_excel(out / "comparison.xlsx", sheet_name="What differs", engine="calamine")["setting"]) == {"market.demand_factor"}
    told = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert told["comparison"]["family"] == frame.filter("asked_for")["kpi"].to_list()
    assert set(told["runs"]) == {f"scenario={tiny}", f"scenario={tiny} market.demand_factor=3"}
